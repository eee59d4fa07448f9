//! Permits, and ways to wait for one.

use crate::{Semaphore, Semaphores};
use contend_harness::Contender;
use crossbeam_utils::Backoff;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) const SEMAPHORES: &[Contender<Semaphores>] = &[
    Contender::of::<StdCondvar>("condvar-std")
        .from_std()
        .blocks()
        .note("a count under a mutex; who finds none sleeps on a condition variable"),
    Contender::of::<ParkingLotCondvar>("condvar-parking-lot")
        .package("parking_lot")
        .blocks()
        .note("a count under a mutex; who finds none sleeps on a condition variable"),
    Contender::of::<Polled>("atomic-polled")
        .note("a count in an atomic; who finds none spins, then gives its core away between two looks"),
    Contender::of::<tokio::sync::Semaphore>("tokio")
        .can(&["made for async", "fair"])
        .package("tokio")
        .blocks()
        .note("its blocking call, outside a runtime: a task would not put its thread to sleep"),
    Contender::of::<async_lock::Semaphore>("async-lock")
        .can(&["async too"])
        .package("async-lock")
        .blocks()
        .note("its blocking call: a task would not put its thread to sleep"),
];

/// A count of free permits, as one writes it with the standard library.
struct StdCondvar {
    free: std::sync::Mutex<usize>,
    released: std::sync::Condvar,
}

impl Semaphore for StdCondvar {
    fn new(permits: usize) -> Self {
        Self { free: std::sync::Mutex::new(permits), released: std::sync::Condvar::new() }
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        let free = self.free.lock().expect("no holder panicked");
        *self.released.wait_while(free, |free| *free == 0).expect("no holder panicked") -= 1;
        inside();
        *self.free.lock().expect("no holder panicked") += 1;
        self.released.notify_one();
    }
}

/// The same with parking_lot.
struct ParkingLotCondvar {
    free: parking_lot::Mutex<usize>,
    released: parking_lot::Condvar,
}

impl Semaphore for ParkingLotCondvar {
    fn new(permits: usize) -> Self {
        Self { free: parking_lot::Mutex::new(permits), released: parking_lot::Condvar::new() }
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        {
            let mut free = self.free.lock();
            self.released.wait_while(&mut free, |free| *free == 0);
            *free -= 1;
        }
        inside();
        *self.free.lock() += 1;
        self.released.notify_one();
    }
}

/// A count of free permits that everybody looks at until there is one.
struct Polled(AtomicUsize);

impl Semaphore for Polled {
    fn new(permits: usize) -> Self {
        Self(AtomicUsize::new(permits))
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        let backoff = Backoff::new();
        // Acquire: who gets a permit sees what was done by those who held it before.
        // Relaxed: a failed look is followed by another.
        while self.0.fetch_update(Ordering::Acquire, Ordering::Relaxed, |free| free.checked_sub(1)).is_err() {
            backoff.snooze();
        }
        inside();
        // Release: the other half of the pair above.
        self.0.fetch_add(1, Ordering::Release);
    }
}

impl Semaphore for async_lock::Semaphore {
    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        let _permit = self.acquire_blocking();
        inside();
    }
}

impl Semaphore for tokio::sync::Semaphore {
    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        let _permit = self.blocking_acquire().expect("nobody closes it");
        inside();
    }
}
