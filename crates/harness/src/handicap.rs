//! A known slow-down: real work on the clock, beside the contender's own.

use crate::work::work;
use std::hint::black_box;

/// Parts of a work unit that a handicap is counted in.
const PARTS: u64 = 1 << 16;

/// Work units that have to add up before they are worked off.
///
/// Chosen here because a core can hide a unit or two behind what a step waits for anyway, so that the slow-down would
/// rise in steps as the handicap grows; of this many it can hide only a part, always the same, and the slow-down is in
/// proportion to how often they come.
const UNITS_AT_ONCE: u64 = 64;

/// Work added to each step of each worker that counts operations, in 65,536ths of a work unit.
///
/// It shows whether a comparison finds a change whose size is known. A step may be cheaper than one unit, so a handicap has
/// fractions: units are worked off as soon as enough have added up.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Handicap(u64);

impl Handicap {
    /// A handicap of so many 65,536ths of a work unit per step; 0 is none.
    pub fn per_step(parts: u64) -> Self {
        Self(parts)
    }

    /// The 65,536ths of a work unit per step.
    pub fn parts(self) -> u64 {
        self.0
    }
}

/// What one worker has to bear in one slice.
#[derive(Debug)]
pub(crate) struct Burden {
    handicap: u64,
    owed: u64,
    seed: u64,
}

impl Burden {
    pub(crate) fn new(handicap: Handicap) -> Self {
        Self { handicap: handicap.0, owed: 0, seed: 1 }
    }

    /// Bears one step's part. Without a handicap it is one test per step, of what lies in a register.
    #[inline(always)]
    pub(crate) fn bear(&mut self) {
        if self.handicap != 0 {
            self.owed += self.handicap;
            if self.owed >= UNITS_AT_ONCE * PARTS {
                self.work_off();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn work_off(&mut self) {
        self.seed = black_box(work(self.owed / PARTS, self.seed));
        self.owed %= PARTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parts: u64, steps: u64, expected_units: u64) {
        let mut burden = Burden::new(Handicap::per_step(parts));
        (0..steps).for_each(|_| burden.bear());
        // Each step's seed is what the step before made of its own, so the units of all steps form one chain.
        assert_eq!(burden.seed, work(expected_units, 1));
    }

    #[test]
    fn parts_add_up_to_units() {
        check(0, 100, 0);
        check(PARTS, 63, 0);
        check(PARTS, 64, 64);
        check(PARTS / 2, 255, 64);
        check(PARTS / 2, 256, 128);
        check(100 * PARTS, 1, 100);
        check(PARTS / 4 * 5, 52, 65);
    }
}
