//! What a pool did not have in a burst is counted.

use contend_buffer_pools::suite;
use contend_harness::{Cores, Limits, Session};
use std::time::Duration;

/// Misses of one thread in two slices of 10 bursts of 8 buffers each, of which the pool was made with 2.
#[track_caller]
fn check(contender: &str, expected: [u64; 2]) {
    let cells = suite().cells(&[1]);
    let id = format!("buffer-pools/burst-of-8-16k/{contender}/1");
    let cell = cells.iter().find(|cell| cell.id().to_string() == id).expect("there is such a row");
    let limits = Limits { hang_bound: Duration::from_secs(60), max_repeats: 0, window: Duration::ZERO };
    let mut session = Session::new(cell, 1, &Cores::detect(), limits);
    let misses = expected.map(|_| session.rough_slice(10).expect("a burst is no fault").failed_attempts);
    assert_eq!(misses, expected, "{contender}");
}

#[test]
fn a_bounded_pool_misses_in_every_burst() {
    for contender in ["array-queue", "seg-queue", "mutex-vec-parking-lot", "opool", "thread-local"] {
        check(contender, [60, 60]);
    }
    check("local-reused", [70, 70]);
}

#[test]
fn a_pool_without_a_bound_misses_once() {
    for contender in ["object-pool", "lockfree-linear", "lockfree-spin-lock", "lockfree-mutex"] {
        check(contender, [6, 0]);
    }
    // What it was made with is in the shard of the thread that made it.
    check("sharded-slab", [8, 0]);
}

#[test]
fn no_pool_misses_nothing() {
    check("fresh-vec", [0, 0]);
}
