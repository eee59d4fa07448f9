//! Slabs of other crates, and locks around one that knows no threads.

use super::locks::Exclusive;
use crate::{Slab, Slabs};
use contend_harness::Contender;
use std::cell::RefCell;
use std::sync::RwLock;

/// A slab for one thread.
type Plain = slab::Slab<u64>;

pub(super) const SLABS: &[Contender<Slabs>] = &[
    Contender::of::<NoSlab>("floor").floor().note("a key is the value itself"),
    Contender::of::<ThreadLocal>("thread-local-slab")
        .package("slab")
        .bound()
        .note("a slab per thread: what others cannot fetch"),
    Contender::of::<sharded_slab::Slab<u64>>("sharded-slab")
        .full_set_only()
        .can(&["keys", "unbounded"])
        .package("sharded-slab")
        .note("grows on the clock where it never was so full; the others have their room from the beginning"),
    Contender::of::<Locked<std::sync::Mutex<Plain>>>("mutex-slab-std").package("slab").blocks(),
    Contender::of::<Locked<parking_lot::Mutex<Plain>>>("mutex-slab-parking-lot").package("slab").blocks(),
    Contender::of::<Locked<RwLock<Plain>>>("rwlock-slab-std")
        .package("slab")
        .blocks()
        .note("the rival in sharded-slab's own benchmark; both operations write"),
];

/// Nothing is put away.
struct NoSlab;

impl Slab for NoSlab {
    type Handle<'a> = ();

    fn new(_threads: usize, _values: usize) -> Self {
        Self
    }

    fn handle(&self, _worker: usize) {}

    #[inline(always)]
    fn insert(_handle: &mut (), value: u64) -> usize {
        value as usize
    }

    #[inline(always)]
    fn remove(_handle: &mut (), key: usize) -> Option<u64> {
        Some(key as u64)
    }
}

thread_local! {
    static SLAB: RefCell<Plain> = const { RefCell::new(Plain::new()) };
}

/// A slab in each thread's own storage.
struct ThreadLocal {
    values: usize,
}

impl Slab for ThreadLocal {
    type Handle<'a> = ();

    fn new(_threads: usize, values: usize) -> Self {
        Self { values }
    }

    /// Empties the thread's slab, where another slab of this kind has left something.
    fn handle(&self, _worker: usize) {
        SLAB.with_borrow_mut(|slab| {
            slab.clear();
            slab.reserve(self.values);
        });
    }

    #[inline(always)]
    fn insert(_handle: &mut (), value: u64) -> usize {
        SLAB.with_borrow_mut(|slab| slab.insert(value))
    }

    #[inline(always)]
    fn remove(_handle: &mut (), key: usize) -> Option<u64> {
        SLAB.with_borrow_mut(|slab| slab.try_remove(key))
    }

    fn kept(_handle: &()) -> usize {
        SLAB.with_borrow(Plain::len)
    }
}

impl Slab for sharded_slab::Slab<u64> {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize, _values: usize) -> Self {
        Self::new()
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn insert(slab: &mut &Self, value: u64) -> usize {
        sharded_slab::Slab::insert(slab, value).expect("a shard has room for millions of values")
    }

    #[inline(always)]
    fn remove(slab: &mut &Self, key: usize) -> Option<u64> {
        slab.take(key)
    }

    fn left(&mut self) -> usize {
        self.unique_iter().count()
    }
}

/// A slab for one thread, behind a lock.
struct Locked<L>(L);

impl<L: Exclusive<Plain>> Slab for Locked<L> {
    type Handle<'a> = &'a Self;

    fn new(threads: usize, values: usize) -> Self {
        Self(L::around(Plain::with_capacity(threads * values)))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn insert(locked: &mut &Self, value: u64) -> usize {
        locked.0.with(|slab| slab.insert(value))
    }

    #[inline(always)]
    fn remove(locked: &mut &Self, key: usize) -> Option<u64> {
        locked.0.with(|slab| slab.try_remove(key))
    }

    fn left(&mut self) -> usize {
        self.0.with(|slab| slab.len())
    }
}
