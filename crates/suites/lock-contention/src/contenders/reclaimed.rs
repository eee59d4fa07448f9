//! Values on the heap that are freed once no thread can see them any more. The crates leave it to their user to say when
//! that is, which takes `unsafe`: here, and nowhere else in the suites.
#![expect(
    unsafe_code,
    reason = "epochs and hazard eras hand out raw pointers, which only their user can know to be alive"
)]

use crate::{Reclaimer, Reclaimers, Shared, SharedValues, Stack, Stacks, Value};
use contend_harness::Contender;
use crossbeam_epoch::{self as epoch, Atomic, Owned};
use crossbeam_utils::CachePadded;
use seize::{Collector, Guard, reclaim};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::thread;

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![
        Contender::of::<EpochCell<V>>("crossbeam-epoch")
            .full_set_only()
            .can(&["snapshots can be kept"])
            .package("crossbeam-epoch")
            .note("pins an epoch for each read; what a write replaces is freed some epochs later"),
        Contender::of::<SeizeCell<V>>("seize")
            .full_set_only()
            .can(&["snapshots can be kept"])
            .package("seize")
            .note("enters its collector for each read; what a write replaces is freed in batches"),
    ]
}

pub(super) const STACKS: &[Contender<Stacks>] = &[
    Contender::of::<EpochStack>("treiber-crossbeam-epoch")
        .package("crossbeam-epoch")
        .blocks()
        .note("a push allocates; what a pop takes off is freed some epochs later, under a lock of the allocator's that may sleep"),
    Contender::of::<SeizeStack>("treiber-seize")
        .package("seize")
        .blocks()
        .note("a push allocates; what a pop takes off is freed in batches, under a lock of the allocator's that may sleep"),
];

pub(super) const RECLAIMERS: &[Contender<Reclaimers>] = &[
    Contender::of::<DefaultEpochs>("crossbeam-epoch")
        .full_set_only()
        .can(&["snapshots can be kept"])
        .package("crossbeam-epoch")
        .note("its collector for everybody, which each pin looks up in a thread-local variable"),
    Contender::of::<epoch::Collector>("crossbeam-epoch-handle")
        .package("crossbeam-epoch")
        .note("a collector of one's own, with a handle for each thread"),
    Contender::of::<Collector>("seize")
        .full_set_only()
        .can(&["snapshots can be kept"])
        .package("seize")
        .note("a collector of one's own, which looks the thread up each time"),
];

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
    /// Away from what the collector keeps beside it.
    pointer: CachePadded<AtomicPtr<V>>,
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
        let pointer = CachePadded::new(AtomicPtr::new(Box::into_raw(Box::new(initial))));
        Self { pointer, collector: Collector::new() }
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

/// Treiber's stack: a list of nodes of which the first is exchanged.
struct EpochStack(Atomic<EpochNode>);

struct EpochNode {
    value: u64,
    next: Atomic<EpochNode>,
}

impl Drop for EpochStack {
    fn drop(&mut self) {
        let mut handle = &*self;
        while EpochStack::pop(&mut handle).is_some() {}
    }
}

impl Stack for EpochStack {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self(Atomic::null())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn push(handle: &mut &Self, value: u64) {
        let guard = epoch::pin();
        let mut node = Owned::new(EpochNode { value, next: Atomic::null() });
        // Relaxed: the first node is not looked at here, only put behind the new one.
        let mut first = handle.0.load(Ordering::Relaxed, &guard);
        loop {
            node.next.store(first, Ordering::Relaxed);
            // Release: who pops the node sees what is in it.
            match handle.0.compare_exchange_weak(first, node, Ordering::Release, Ordering::Relaxed, &guard) {
                Ok(_) => return,
                Err(failed) => (first, node) = (failed.current, failed.new),
            }
        }
    }

    #[inline(always)]
    fn pop(handle: &mut &Self) -> Option<u64> {
        let guard = epoch::pin();
        // Acquire: the other half of the pair in `push`.
        let mut first = handle.0.load(Ordering::Acquire, &guard);
        loop {
            // SAFETY: it is null or points to a node that was on the stack after `guard` was pinned, and nodes that are
            // taken off outlive every guard that was pinned before.
            let node = unsafe { first.as_ref() }?;
            let next = node.next.load(Ordering::Relaxed, &guard);
            // Relaxed: nobody learns anything new from it, and it goes on with what the pushes released.
            match handle.0.compare_exchange_weak(first, next, Ordering::Relaxed, Ordering::Acquire, &guard) {
                Ok(_) => {
                    let value = node.value;
                    // SAFETY: the exchange took the node off, which only one thread can do while it is pinned: no other
                    // destroys it, and who is pinned later cannot find it.
                    unsafe { guard.defer_destroy(first) };
                    return Some(value);
                }
                Err(failed) => first = failed.current,
            }
        }
    }
}

/// The same stack.
struct SeizeStack {
    /// Away from what the collector keeps beside it.
    first: CachePadded<AtomicPtr<SeizeNode>>,
    collector: Collector,
}

struct SeizeNode {
    value: u64,
    /// Not changed any more once the node is on the stack.
    next: *mut SeizeNode,
}

impl Drop for SeizeStack {
    fn drop(&mut self) {
        let mut handle = &*self;
        while SeizeStack::pop(&mut handle).is_some() {}
    }
}

impl Stack for SeizeStack {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self { first: CachePadded::new(AtomicPtr::new(ptr::null_mut())), collector: Collector::new() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn push(handle: &mut &Self, value: u64) {
        let guard = handle.collector.enter();
        let node = Box::into_raw(Box::new(SeizeNode { value, next: ptr::null_mut() }));
        // Relaxed: the first node is not looked at here, only put behind the new one.
        let mut first = guard.protect(&handle.first, Ordering::Relaxed);
        loop {
            // SAFETY: the node came from a box, and no other thread can find it before the exchange succeeds.
            unsafe { (*node).next = first };
            // Release: who pops the node sees what is in it.
            let exchanged =
                guard.compare_exchange_weak(&handle.first, first, node, Ordering::Release, Ordering::Relaxed);
            match exchanged {
                Ok(_) => return,
                Err(current) => first = current,
            }
        }
    }

    #[inline(always)]
    fn pop(handle: &mut &Self) -> Option<u64> {
        let guard = handle.collector.enter();
        // Acquire: the other half of the pair in `push`.
        let mut first = guard.protect(&handle.first, Ordering::Acquire);
        loop {
            // SAFETY: it is null or points to a node that `guard` protects until it is dropped; nobody changes nodes that
            // are on the stack.
            let SeizeNode { value, next } = *unsafe { first.as_ref() }?;
            // Relaxed: nobody learns anything new from it, and it goes on with what the pushes released.
            let exchanged =
                guard.compare_exchange_weak(&handle.first, first, next, Ordering::Relaxed, Ordering::Acquire);
            match exchanged {
                Ok(_) => {
                    // SAFETY: the exchange took the node off, which only one thread can do while it is protected: no
                    // other retires it, who enters later cannot find it, and it came from a box.
                    unsafe { guard.defer_retire(first, reclaim::boxed) };
                    return Some(value);
                }
                Err(current) => first = current,
            }
        }
    }
}

/// The collector that all users of crossbeam-epoch share, unless they make their own.
struct DefaultEpochs;

impl Reclaimer for DefaultEpochs {
    type Handle<'a> = ();

    fn new(_threads: usize) -> Self {
        Self
    }

    fn handle(&self) {}

    #[inline(always)]
    fn pinned((): &mut (), inside: impl FnOnce()) {
        let _guard = epoch::pin();
        inside();
    }

    fn frees(&self) -> bool {
        defers(epoch::pin)
    }
}

impl Reclaimer for epoch::Collector {
    type Handle<'a> = epoch::LocalHandle;

    fn new(_threads: usize) -> Self {
        Self::new()
    }

    fn handle(&self) -> epoch::LocalHandle {
        self.register()
    }

    #[inline(always)]
    fn pinned(handle: &mut epoch::LocalHandle, inside: impl FnOnce()) {
        let _guard = handle.pin();
        inside();
    }

    fn frees(&self) -> bool {
        let handle = self.register();
        defers(|| handle.pin())
    }
}

/// Looks of [`defers`] before it gives up.
///
/// Chosen here because an idle collector needs some ten, and other users of the shared one may be asleep while pinned.
const LOOKS: u32 = 100_000;

/// Whether what is deferred now is done once all who are pinned have left.
fn defers(pin: impl Fn() -> epoch::Guard) -> bool {
    let done = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&done);
    pin().defer(move || mark.store(true, Ordering::Release));
    (0..LOOKS).any(|_| {
        pin().flush();
        thread::yield_now();
        done.load(Ordering::Acquire)
    })
}

/// Says when it is dropped.
struct Marks(Arc<AtomicBool>);

impl Drop for Marks {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Reclaimer for Collector {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self::new()
    }

    fn handle(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn pinned(handle: &mut &Self, inside: impl FnOnce()) {
        let _guard = handle.enter();
        inside();
    }

    fn frees(&self) -> bool {
        let dropped = Arc::new(AtomicBool::new(false));
        let retired = Box::into_raw(Box::new(Marks(Arc::clone(&dropped))));
        let guard = self.enter();
        // SAFETY: no other thread can find it, it came from a box, and it is retired once.
        unsafe { guard.defer_retire(retired, reclaim::boxed) };
        guard.flush();
        drop(guard);
        dropped.load(Ordering::Acquire)
    }
}
