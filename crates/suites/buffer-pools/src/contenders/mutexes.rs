//! A stack behind a mutex. The buffer that came back last comes first.

use super::locks::Exclusive;
use super::shared::{Shared, Store, emptied};
use crate::{Pool, Pools, Stock};
use contend_harness::Contender;
use contend_structures::{PoolStripe, StripedPool};

pub(super) const POOLS: &[Contender<Pools>] = &[
    Contender::of::<Shared<Stack<std::sync::Mutex<Vec<Vec<u8>>>>>>("mutex-vec-std")
        .can(&["bounded by us"])
        .from_std()
        .blocks(),
    Contender::of::<Shared<Stack<parking_lot::Mutex<Vec<Vec<u8>>>>>>("mutex-vec-parking-lot")
        .can(&["bounded by us"])
        .package("parking_lot")
        .blocks(),
    Contender::of::<Sharded>("mutex-vec-sharded")
        .full_set_only()
        .can(&["bounded by us"])
        .package("parking_lot")
        .blocks()
        .note("a stack for each thread, each under its lock; an empty one takes from the others"),
    Contender::of::<Shared<object_pool::Pool<Vec<u8>>>>("object-pool")
        .can(&["unbounded"])
        .package("object-pool")
        .blocks()
        .note("a stack under parking_lot's mutex"),
];

struct Stack<M> {
    buffers: M,
    bound: usize,
}

impl<M: Exclusive<Vec<Vec<u8>>>> Store for Stack<M> {
    fn new(bound: usize) -> Self {
        Self { buffers: M::around(Vec::with_capacity(bound)), bound }
    }

    #[inline(always)]
    fn pop(&self) -> Option<Vec<u8>> {
        self.buffers.with(Vec::pop)
    }

    #[inline(always)]
    fn push(&self, buffer: Vec<u8>) {
        // A buffer too many leaves the lock, and is freed behind it.
        let surplus = self.buffers.with(|buffers| {
            if buffers.len() == self.bound {
                return Some(buffer);
            }
            buffers.push(buffer);
            None
        });
        drop(surplus);
    }

    fn len(&self) -> usize {
        self.buffers.with(|buffers| buffers.len())
    }
}

impl Store for object_pool::Pool<Vec<u8>> {
    fn new(_bound: usize) -> Self {
        Self::from_vec(Vec::new())
    }

    #[inline(always)]
    fn pop(&self) -> Option<Vec<u8>> {
        self.try_pull().map(|lent| lent.detach().1)
    }

    fn most(stock: &Stock) -> usize {
        stock.buffers().max(stock.out())
    }

    /// It has no bound; no more come back than were out.
    #[inline(always)]
    fn push(&self, buffer: Vec<u8>) {
        self.attach(buffer);
    }

    fn len(&self) -> usize {
        self.len()
    }
}

/// A stack for each thread.
struct Sharded(StripedPool<Vec<u8>>);

/// One thread's access, which begins at its own stack and counts its misses.
struct Own<'a> {
    stripe: PoolStripe<'a, Vec<u8>>,
    misses: u64,
}

impl Pool for Sharded {
    type Handle<'a> = Own<'a>;

    /// It looks at one stack after the other, so it may miss what comes back behind its look.
    const MISSES_WHAT_IS_THERE: bool = true;

    fn new(stock: &Stock) -> Self {
        let (bound, threads) = (stock.buffers(), stock.threads());
        let pool = StripedPool::new(threads, bound);
        for number in 0..bound {
            pool.stripe(number % threads).put(stock.buffer());
        }
        Self(pool)
    }

    fn handle(&self, worker: usize) -> Own<'_> {
        Own { stripe: self.0.stripe(worker), misses: 0 }
    }

    #[inline(always)]
    fn acquire(handle: &mut Own<'_>, bytes: usize) -> Vec<u8> {
        match handle.stripe.take() {
            Some(buffer) => emptied(buffer, bytes),
            None => {
                handle.misses += 1;
                Vec::with_capacity(bytes)
            }
        }
    }

    #[inline(always)]
    fn release(handle: &mut Own<'_>, buffer: Vec<u8>) {
        handle.stripe.put(buffer);
    }

    fn misses(handle: &Own<'_>) -> u64 {
        handle.misses
    }

    fn pooled(&self) -> usize {
        self.0.len()
    }

    /// Each stack has the bound of the whole pool.
    fn most(stock: &Stock) -> usize {
        stock.buffers() * stock.threads()
    }
}
