//! Values on the heap that are freed once no reader can see them any more. The crates leave it to their user to say when
//! that is, which takes `unsafe`: here, and nowhere else in the suites.
#![expect(
    unsafe_code,
    reason = "epochs and hazard eras hand out raw pointers, which only their user can know to be alive"
)]

use crate::{Shared, SharedValues, Value};
use contend_harness::Contender;
use crossbeam_epoch::{self as epoch, Atomic, Owned};
use seize::{Collector, Guard, reclaim};
use std::sync::atomic::{AtomicPtr, Ordering};

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![
        Contender::of::<EpochCell<V>>("crossbeam-epoch")
            .package("crossbeam-epoch")
            .note("pins an epoch for each read; what a write replaces is freed some epochs later"),
        Contender::of::<SeizeCell<V>>("seize")
            .package("seize")
            .note("enters its collector for each read; what a write replaces is freed in batches"),
    ]
}

/// A pointer that is never null, to a value that is never changed.
struct EpochCell<V>(Atomic<V>);

impl<V> Drop for EpochCell<V> {
    fn drop(&mut self) {
        // SAFETY: nobody else has a reference to the cell any more, and it owns the value that it points to.
        drop(unsafe { std::mem::take(&mut self.0).into_owned() });
    }
}

impl<V: Value> Shared<V> for EpochCell<V> {
    type Handle<'a> = &'a Self;

    fn new(initial: V, _threads: usize) -> Self {
        Self(Atomic::new(initial))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> V {
        let guard = epoch::pin();
        // SAFETY: the pointer is never null, and what `write` replaces outlives every guard that was pinned before.
        unsafe { *handle.0.load(Ordering::Acquire, &guard).deref() }
    }

    #[inline(always)]
    fn write(handle: &mut &Self, value: V) {
        let guard = epoch::pin();
        let old = handle.0.swap(Owned::new(value), Ordering::AcqRel, &guard);
        // SAFETY: the cell no longer points to it, so no reader can find it any more, and nobody else destroys it.
        unsafe { guard.defer_destroy(old) };
    }
}

struct SeizeCell<V> {
    /// Never null, to a value that is never changed.
    pointer: AtomicPtr<V>,
    collector: Collector,
}

impl<V> Drop for SeizeCell<V> {
    fn drop(&mut self) {
        // SAFETY: nobody else has a reference to the cell any more; the pointer came from a box, and was not retired.
        drop(unsafe { Box::from_raw(*self.pointer.get_mut()) });
    }
}

impl<V: Value> Shared<V> for SeizeCell<V> {
    type Handle<'a> = &'a Self;

    fn new(initial: V, _threads: usize) -> Self {
        Self { pointer: AtomicPtr::new(Box::into_raw(Box::new(initial))), collector: Collector::new() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> V {
        let guard = handle.collector.enter();
        // SAFETY: the pointer is never null, and `guard` protects what it points to until it is dropped.
        unsafe { *guard.protect(&handle.pointer, Ordering::Acquire) }
    }

    #[inline(always)]
    fn write(handle: &mut &Self, value: V) {
        let guard = handle.collector.enter();
        let old = guard.swap(&handle.pointer, Box::into_raw(Box::new(value)), Ordering::AcqRel);
        // SAFETY: the cell no longer points to it, it came from a box, and it is retired once.
        unsafe { handle.collector.retire(old, reclaim::boxed) };
    }
}
