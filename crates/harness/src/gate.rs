//! The start gate: releases all workers of a slice within a fraction of a microsecond.
//!
//! A `std::sync::Barrier` wakes sleeping threads one after the other, which takes 12 to 290 µs on a two-core virtual
//! machine. Here the workers spin, and the last one to arrive opens the gate by a single store that all the others
//! are already reading.

use crate::sync::{AtomicUsize, Ordering, spin_loop, yield_now};
use crossbeam_utils::CachePadded;

/// Turns of the spin loop before a waiting worker offers its core.
///
/// Chosen here because it is a few microseconds, longer than any start skew between running workers, so only workers
/// that wait for one without a core reach it.
const TURNS_BEFORE_YIELD: u32 = 10_000;

/// Set for good once somebody has given up. A bit, not a number to add: several may give up.
const GIVEN_UP: usize = 1 << (usize::BITS - 1);

/// A gate for one slice. It cannot be closed again.
#[derive(Debug)]
pub(crate) struct Gate {
    arrived: CachePadded<AtomicUsize>,
    workers: usize,
}

/// The gate was given up because a worker will never arrive.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct GivenUp;

impl Gate {
    /// A closed gate for `workers` workers, at least one.
    pub(crate) fn new(workers: usize) -> Self {
        Self { arrived: CachePadded::new(AtomicUsize::new(0)), workers }
    }

    /// Waits until all workers have arrived.
    pub(crate) fn wait(&self) -> Result<(), GivenUp> {
        // AcqRel: what each worker prepared before it arrived happens before every worker's slice.
        let before = self.arrived.fetch_add(1, Ordering::AcqRel);
        if before & GIVEN_UP != 0 {
            return Err(GivenUp);
        }
        let mut turns = 0;
        loop {
            // Acquire: pairs with the arrivals above.
            let arrived = self.arrived.load(Ordering::Acquire);
            if arrived & GIVEN_UP != 0 {
                return Err(GivenUp);
            }
            if arrived == self.workers {
                return Ok(());
            }
            turns += 1;
            if turns < TURNS_BEFORE_YIELD && !cfg!(loom) {
                spin_loop();
            } else {
                yield_now();
            }
        }
    }

    /// Whether all workers have arrived.
    pub(crate) fn is_open(&self) -> bool {
        // Relaxed: who asks does nothing with what they prepared.
        self.arrived.load(Ordering::Relaxed) == self.workers
    }

    /// Lets everyone who waits, or will wait, go with an error.
    pub(crate) fn give_up(&self) {
        // Release: what the failing worker did is seen by those whom it releases.
        self.arrived.fetch_or(GIVEN_UP, Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_worker_does_not_wait() {
        assert_eq!(Gate::new(1).wait(), Ok(()));
    }

    #[test]
    fn a_gate_that_was_given_up_lets_everyone_go() {
        let gate = Gate::new(3);
        gate.give_up();
        assert_eq!(gate.wait(), Err(GivenUp));
        assert_eq!(gate.wait(), Err(GivenUp));
    }

    #[test]
    fn it_stays_given_up_however_many_give_up() {
        let gate = Gate::new(3);
        for _ in 0..3 {
            gate.give_up();
        }
        assert_eq!(gate.wait(), Err(GivenUp));
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;

    /// Nobody passes before all have arrived, in every order of two workers. Three spinning ones have more orders than
    /// loom can go through.
    #[test]
    fn all_arrive_before_any_passes() {
        loom::model(|| {
            let gate = Arc::new(Gate::new(2));
            let ready = Arc::new(AtomicUsize::new(0));
            let other = {
                let (gate, ready) = (Arc::clone(&gate), Arc::clone(&ready));
                loom::thread::spawn(move || pass(&gate, &ready))
            };
            pass(&gate, &ready);
            other.join().unwrap();
        });
    }

    fn pass(gate: &Gate, ready: &AtomicUsize) {
        // Relaxed: only the gate's own orderings may make the other's arrival visible.
        ready.fetch_add(1, Ordering::Relaxed);
        assert_eq!(gate.wait(), Ok(()));
        assert_eq!(ready.load(Ordering::Relaxed), 2);
    }

    /// A worker that fails releases the one that waits for it.
    #[test]
    fn giving_up_releases_the_waiting() {
        loom::model(|| {
            let gate = Arc::new(Gate::new(2));
            let waiting = {
                let gate = Arc::clone(&gate);
                loom::thread::spawn(move || gate.wait())
            };
            gate.give_up();
            assert_eq!(waiting.join().unwrap(), Err(GivenUp));
        });
    }
}
