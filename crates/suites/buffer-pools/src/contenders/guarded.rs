//! Pools of other crates that lend what they keep: a guard gives it back when it is dropped.
//!
//! The contract wants the buffer by value, so a handle keeps the guard while its buffer is out: two moves of three words
//! and a push to a vector, some nanoseconds that a user of the guard does not pay. What such a pool holds cannot be
//! counted; a buffer that it lost shows as a miss.

use super::shared::emptied;
use crate::{Pool, Pools, Stock};
use contend_harness::Contender;
use lockfree_object_pool::{
    LinearObjectPool, LinearReusable, MutexObjectPool, MutexReusable, SpinLockObjectPool, SpinLockReusable,
};
use opool::PoolAllocator;

const NOTE: &str = "lends its buffers: the guard waits in a vector while the buffer is out";

pub(super) const POOLS: &[Contender<Pools>] = &[
    Contender::of::<Lent<opool::Pool<Empty, Vec<u8>>>>("opool")
        .full_set_only()
        .can(&["bounded"])
        .package("opool")
        .note(NOTE),
    Contender::of::<Lent<LinearObjectPool<Vec<u8>>>>("lockfree-linear")
        .full_set_only()
        .package("lockfree-object-pool")
        .note(NOTE),
    Contender::of::<Lent<SpinLockObjectPool<Vec<u8>>>>("lockfree-spin-lock")
        .package("lockfree-object-pool")
        .note(NOTE)
        .full_set_only(),
    Contender::of::<Lent<MutexObjectPool<Vec<u8>>>>("lockfree-mutex")
        .package("lockfree-object-pool")
        .blocks()
        .note(NOTE)
        .full_set_only(),
    Contender::of::<Lent<sharded_slab::Pool<Vec<u8>>>>("sharded-slab")
        .full_set_only()
        .can(&["keys", "unbounded"])
        .package("sharded-slab")
        .note("lends its buffers, each thread those of its own shard; the guard waits in a vector meanwhile"),
];

/// A pool that lends.
trait Lender: Send + Sync + 'static {
    type Guard<'a>;

    /// A pool that makes empty vectors where it has none.
    fn new(bound: usize) -> Self;
    fn lend(&self) -> Self::Guard<'_>;
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8>;
    fn give_back(&self, guard: Self::Guard<'_>);
}

/// A lender as a pool of buffers, and how many of them one thread holds at most.
struct Lent<L> {
    lender: L,
    held: usize,
}

/// One thread's access, with the guards of the buffers that are out.
struct Handle<'a, L: Lender> {
    lender: &'a L,
    guards: Vec<L::Guard<'a>>,
    misses: u64,
}

impl<L: Lender> Lent<L> {
    /// Lends and returns one at a time `count` at once, each with room for what `stock` says.
    fn fill(&self, count: usize, stock: &Stock) {
        let mut guards: Vec<_> = (0..count).map(|_| self.lender.lend()).collect();
        for guard in &mut guards {
            let buffer = L::buffer(guard);
            if buffer.capacity() < stock.bytes() {
                *buffer = stock.buffer();
            }
        }
        guards.into_iter().for_each(|guard| self.lender.give_back(guard));
    }
}

impl<L: Lender> Pool for Lent<L> {
    type Handle<'a> = Handle<'a, L>;

    fn new(stock: &Stock) -> Self {
        let pool = Self { lender: L::new(stock.buffers()), held: stock.out().div_ceil(stock.threads()) };
        pool.fill(stock.buffers(), stock);
        pool
    }

    fn handle(&self, _worker: usize) -> Handle<'_, L> {
        Handle { lender: &self.lender, guards: Vec::with_capacity(self.held.max(8)), misses: 0 }
    }

    #[inline(always)]
    fn acquire(handle: &mut Handle<'_, L>, bytes: usize) -> Vec<u8> {
        let mut guard = handle.lender.lend();
        let buffer = std::mem::take(L::buffer(&mut guard));
        handle.guards.push(guard);
        handle.misses += u64::from(buffer.capacity() == 0);
        emptied(buffer, bytes)
    }

    #[inline(always)]
    fn release(handle: &mut Handle<'_, L>, buffer: Vec<u8>) {
        let mut guard = handle.guards.pop().expect("what is released was acquired here");
        *L::buffer(&mut guard) = buffer;
        handle.lender.give_back(guard);
    }

    fn misses(handle: &Handle<'_, L>) -> u64 {
        handle.misses
    }

    fn full(_stock: &Stock) -> usize {
        0
    }

    fn stays_on_its_thread() -> Option<&'static str> {
        Some("the guard stays where the buffer was acquired, and without it no buffer goes back")
    }
}

/// Makes empty vectors.
struct Empty;

impl PoolAllocator<Vec<u8>> for Empty {
    fn allocate(&self) -> Vec<u8> {
        Vec::new()
    }
}

impl Lender for opool::Pool<Empty, Vec<u8>> {
    type Guard<'a> = opool::RefGuard<'a, Empty, Vec<u8>>;

    fn new(bound: usize) -> Self {
        Self::new(bound, Empty)
    }

    #[inline(always)]
    fn lend(&self) -> Self::Guard<'_> {
        self.get()
    }

    #[inline(always)]
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8> {
        guard
    }

    #[inline(always)]
    fn give_back(&self, guard: Self::Guard<'_>) {
        drop(guard);
    }
}

impl Lender for LinearObjectPool<Vec<u8>> {
    type Guard<'a> = LinearReusable<'a, Vec<u8>>;

    fn new(_bound: usize) -> Self {
        Self::new(Vec::new, |_| {})
    }

    #[inline(always)]
    fn lend(&self) -> Self::Guard<'_> {
        self.pull()
    }

    #[inline(always)]
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8> {
        guard
    }

    #[inline(always)]
    fn give_back(&self, guard: Self::Guard<'_>) {
        drop(guard);
    }
}

impl Lender for SpinLockObjectPool<Vec<u8>> {
    type Guard<'a> = SpinLockReusable<'a, Vec<u8>>;

    fn new(_bound: usize) -> Self {
        Self::new(Vec::new, |_| {})
    }

    #[inline(always)]
    fn lend(&self) -> Self::Guard<'_> {
        self.pull()
    }

    #[inline(always)]
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8> {
        guard
    }

    #[inline(always)]
    fn give_back(&self, guard: Self::Guard<'_>) {
        drop(guard);
    }
}

impl Lender for MutexObjectPool<Vec<u8>> {
    type Guard<'a> = MutexReusable<'a, Vec<u8>>;

    fn new(_bound: usize) -> Self {
        Self::new(Vec::new, |_| {})
    }

    #[inline(always)]
    fn lend(&self) -> Self::Guard<'_> {
        self.pull()
    }

    #[inline(always)]
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8> {
        guard
    }

    #[inline(always)]
    fn give_back(&self, guard: Self::Guard<'_>) {
        drop(guard);
    }
}

impl Lender for sharded_slab::Pool<Vec<u8>> {
    type Guard<'a> = sharded_slab::pool::RefMut<'a, Vec<u8>>;

    fn new(_bound: usize) -> Self {
        Self::new()
    }

    #[inline(always)]
    fn lend(&self) -> Self::Guard<'_> {
        self.create().expect("a shard has room for millions of buffers")
    }

    #[inline(always)]
    fn buffer<'g>(guard: &'g mut Self::Guard<'_>) -> &'g mut Vec<u8> {
        guard
    }

    /// Dropping the guard leaves the buffer out; only its key brings it back.
    #[inline(always)]
    fn give_back(&self, guard: Self::Guard<'_>) {
        let key = guard.key();
        drop(guard);
        self.clear(key);
    }
}
