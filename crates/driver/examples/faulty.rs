//! Contenders that are wrong on purpose, entered as another crate would enter its own.
//!
//! `cargo run --example faulty -- --contend check` shows how each is named; the tests of this crate rely on it.

use contend_harness::Contender;
use contend_lock_contention::{Counter, Counters};
use std::cell::Cell;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// Loses one update in a thousand.
struct Forgetful {
    total: AtomicU64,
}

impl Counter for Forgetful {
    type Handle<'a> = (&'a AtomicU64, Cell<u64>);

    fn new(_threads: usize) -> Self {
        Self { total: AtomicU64::new(0) }
    }

    fn handle(&self, _worker: usize) -> Self::Handle<'_> {
        (&self.total, Cell::new(0))
    }

    fn add_one((total, count): &mut Self::Handle<'_>) {
        count.set(count.get() + 1);
        if count.get() % 1000 != 0 {
            // Relaxed: only the sum is asked for.
            total.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }
}

/// Panics at its first operation.
struct Panicking;

impl Counter for Panicking {
    type Handle<'a> = ();

    fn new(_threads: usize) -> Self {
        Self
    }

    fn handle(&self, _worker: usize) {}

    fn add_one((): &mut ()) {
        panic!("as planned");
    }

    fn total(&self) -> u64 {
        0
    }
}

/// Never returns.
struct Hanging;

impl Counter for Hanging {
    type Handle<'a> = ();

    fn new(_threads: usize) -> Self {
        Self
    }

    fn handle(&self, _worker: usize) {}

    fn add_one((): &mut ()) {
        loop {
            std::thread::park();
        }
    }

    fn total(&self) -> u64 {
        0
    }
}

/// Takes its process down at its first operation.
struct Aborting;

impl Counter for Aborting {
    type Handle<'a> = ();

    fn new(_threads: usize) -> Self {
        Self
    }

    fn handle(&self, _worker: usize) {}

    fn add_one((): &mut ()) {
        std::process::abort();
    }

    fn total(&self) -> u64 {
        0
    }
}

fn main() -> ExitCode {
    contend_driver::main(
        contend_lock_contention::suite()
            .enter::<Counters>(Contender::of::<Forgetful>("forgetful"), "faulty 0.1.0")
            .enter::<Counters>(Contender::of::<Panicking>("panicking"), "faulty 0.1.0")
            .enter::<Counters>(Contender::of::<Hanging>("hanging"), "faulty 0.1.0")
            .enter::<Counters>(Contender::of::<Aborting>("aborting"), "faulty 0.1.0"),
    )
}
