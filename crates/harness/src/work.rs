//! Work of a known size, for critical sections and for items that are computed.

use std::hint::black_box;

/// Does `units` work units and returns what they computed, so that nobody can leave them out.
///
/// A unit mixes the state: a shift, an exclusive or, a 64-bit multiplication. Each needs the one before it and no two
/// of them are one, so the time of `n` units is `n` times the latency of those three instructions (1 to 2 ns),
/// whatever else the core could do at once. The measured time of a unit is stored with each run.
///
/// Source of the constants: the finaliser of MurmurHash3, Austin Appleby, public domain.
#[inline(always)]
pub fn work(units: u64, seed: u64) -> u64 {
    let mut state = seed;
    for _ in 0..units {
        // A linear step would not do: the compiler folds several into one, and a unit took 0.14 ns.
        state = (state ^ (state >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    }
    // The result counts as used here, so a caller may drop it.
    black_box(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        assert_eq!(work(0, 7), 7);
        assert_eq!(work(3, 7), work(1, work(2, 7)));
        assert_ne!(work(1, 7), work(2, 7));
    }
}
