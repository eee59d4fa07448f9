//! Orders that a seed decides.

use contend_harness::tape::mix;

/// Puts `items` into an order of its own for each seed. Any shuffle does; this one needs no generator.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    for last in (1..items.len()).rev() {
        items.swap(last, (mix(seed, last as u64) % (last as u64 + 1)) as usize);
    }
}
