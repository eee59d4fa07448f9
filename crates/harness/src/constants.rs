//! What the machine's own operations cost. They decide many ranks: where waking a thread takes 27 µs, a channel that
//! spins beats every channel that sleeps, whatever else they do.

use crate::clock::{Clock, MonotonicClock};
use crate::known_cost;
use crate::platform::{Cores, pin_to};
use crate::session::{Limits, Session};
use crate::work::work;
use contend_protocol::manifest::Constants;
use crossbeam_utils::CachePadded;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Rounds of each measurement; the median is kept.
const ROUNDS: usize = 25;

/// Units of a round, so that the clock reads around them disappear.
const WORK_UNITS: u64 = 20_000;

/// Longest that one gate slice may take before the figure is given up.
const GATE_LIMITS: Limits =
    Limits { hang_bound: Duration::from_secs(10), max_repeats: 0, window: Duration::ZERO };

/// Measures them, in some 50 ms.
pub fn measure(cores: &Cores) -> Constants {
    let clock = MonotonicClock::new();
    let two = cores.allowed.first().zip(cores.allowed.get(1)).map(|(first, second)| (*first, *second));
    Constants {
        clock_read_ps: per_op(&clock, 20_000, || clock.now_ns(0)),
        ping_pong_ps: two.and_then(|two| ping_pong(&clock, two)),
        wake_up_ps: two.and_then(|two| wake_up(&clock, two)),
        spawn_ps: per_op(&clock, 1, spawn_and_join),
        gate_skew_ps: two.and_then(|_| gate_skew(cores)),
        work_unit_ps: per_op(&clock, 1, || work(WORK_UNITS, 1)).map(|ps| ps / WORK_UNITS),
    }
}

/// Median time of `op` over rounds of `ops`, in picoseconds.
fn per_op<R>(clock: &MonotonicClock, ops: u64, mut op: impl FnMut() -> R) -> Option<u64> {
    let mut round = || {
        let start = clock.now_ns(0);
        for _ in 0..ops {
            black_box(op());
        }
        (clock.now_ns(0) - start) * 1000 / ops
    };
    median((0..ROUNDS).map(|_| round()).collect())
}

#[expect(clippy::disallowed_methods, reason = "spawning a thread is what is measured")]
fn spawn_and_join() {
    drop(std::thread::spawn(|| ()).join());
}

/// Time of a round trip of one cache line between two spinning cores.
fn ping_pong(clock: &MonotonicClock, (first, second): (usize, usize)) -> Option<u64> {
    const TRIPS: u64 = 2_000;
    let ball = CachePadded::new(AtomicU64::new(0));
    let wait_for = |turn: u64| {
        // Acquire: pairs with the other's store; the line is all that travels.
        while ball.load(Ordering::Acquire) != turn {
            spin_loop();
        }
    };
    #[expect(clippy::disallowed_methods, reason = "two threads outside any slice")]
    let rounds = std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(pin_to(&[second]));
            for turn in 0..ROUNDS as u64 * TRIPS {
                wait_for(2 * turn + 1);
                // Release: hands the turn back.
                ball.store(2 * turn + 2, Ordering::Release);
            }
        });
        let serve = scope.spawn(|| {
            drop(pin_to(&[first]));
            let round = |round: u64| {
                let start = clock.now_ns(0);
                for turn in round * TRIPS..(round + 1) * TRIPS {
                    // Release: hands the turn over.
                    ball.store(2 * turn + 1, Ordering::Release);
                    wait_for(2 * turn + 2);
                }
                (clock.now_ns(0) - start) * 1000 / TRIPS
            };
            (0..ROUNDS as u64).map(round).collect()
        });
        serve.join()
    });
    median(rounds.ok()?)
}

/// Time from waking a sleeping thread on another core until it runs.
fn wake_up(clock: &MonotonicClock, (first, second): (usize, usize)) -> Option<u64> {
    let rung = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    #[expect(clippy::disallowed_methods, reason = "two threads outside any slice")]
    let delays = std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            drop(pin_to(&[second]));
            let delays = count_delays(clock, &rung);
            // Relaxed: the ringer may ring once too often.
            done.store(true, Ordering::Relaxed);
            delays
        });
        let bell = sleeper.thread().clone();
        let (rung, done) = (&rung, &done);
        scope.spawn(move || {
            drop(pin_to(&[first]));
            while !done.load(Ordering::Relaxed) {
                // Long enough for the sleeper to be asleep.
                std::thread::sleep(Duration::from_millis(1));
                // Release: publishes the time of the bell.
                rung.store(clock.now_ns(0).max(1), Ordering::Release);
                bell.unpark();
            }
        });
        sleeper.join()
    });
    median(delays.ok()?)
}

fn count_delays(clock: &MonotonicClock, rung: &AtomicU64) -> Vec<u64> {
    let mut delays = Vec::with_capacity(ROUNDS);
    while delays.len() < ROUNDS {
        std::thread::park();
        let now = clock.now_ns(0);
        // Acquire: pairs with the ringer's store; 0 is a spurious wake-up.
        let rung_at = rung.swap(0, Ordering::Acquire);
        if rung_at != 0 {
            delays.push(now.saturating_sub(rung_at) * 1000);
        }
    }
    delays
}

fn gate_skew(cores: &Cores) -> Option<u64> {
    let cells = known_cost::suite().cells(&[2]);
    let mut session = Session::new(cells.first()?, 0, cores, GATE_LIMITS);
    let skews = (0..2 * ROUNDS).map(|_| session.rough_slice(20).map(|slice| slice.skew_ns * 1000));
    median(skews.collect::<Result<_, _>>().ok()?)
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}
