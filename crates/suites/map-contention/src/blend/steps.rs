//! One worker's operations, drawn before any clock starts.

use super::{Op, Recipe, Zone};
use crate::shuffle::shuffle;
use contend_harness::tape::{BLOCK, LEN, Plan, STRIDE, Tape, mix};

/// Bits of a step below those of its kind: they name its key.
const KEY_BITS: u32 = 29;

/// Draws of one worker from one zone are those of so many workers of the harness, apart from each other.
const WORKERS_APART: usize = 1 << 12;

/// Streams of the kinds, and of the keys of each zone.
const KINDS: u64 = 3;
const FIRST_ZONE: u64 = 4;

/// Kinds and keys, from independent streams.
///
/// As long as the largest zone has keys at least: a short tape would be a small map, however many entries it has.
#[derive(Debug)]
pub(super) struct Steps(Box<[Step]>);

/// A kind and a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Step(u32);

impl Step {
    fn new(op: Op, key: usize) -> Self {
        Self((op as u32) << KEY_BITS | key as u32)
    }

    /// The kind, as its number.
    #[inline(always)]
    pub(super) fn op(self) -> u32 {
        self.0 >> KEY_BITS
    }

    /// Index of the key, over all zones.
    #[inline(always)]
    pub(super) fn key(self) -> usize {
        (self.0 & ((1 << KEY_BITS) - 1)) as usize
    }
}

impl Steps {
    pub(super) fn draw(recipe: &Recipe, seed: u64, worker: usize) -> Self {
        let zones = [Zone::Staying, Zone::Changing, Zone::Absent];
        let tapes = recipe.staying.max(recipe.changing).div_ceil(LEN).max(1);
        let keys = zones.map(|zone| draw_keys(recipe, zone, tapes, seed, worker));
        let of_part = |part: &super::Part| vec![(part.op, part.zone); part.permille as usize];
        let mut kinds: Vec<(Op, Zone)> = recipe.parts.iter().flat_map(of_part).collect();
        let mut steps = Vec::with_capacity(tapes * LEN);
        for block in 0..tapes * LEN / BLOCK {
            shuffle(&mut kinds, mix(mix(seed, KINDS), (worker * WORKERS_APART + block) as u64));
            steps.extend(kinds.iter().zip(block * BLOCK..).map(|((op, zone), number)| {
                Step::new(*op, recipe.first(*zone) + keys[*zone as usize][number] as usize)
            }));
        }
        Self(steps.into_boxed_slice())
    }

    /// The [`STRIDE`] steps from `start` on, a multiple of it.
    #[inline(always)]
    pub(super) fn stride(&self, start: usize) -> &[Step; STRIDE] {
        self.0[start..start + STRIDE].first_chunk().expect("a stride lies within the steps")
    }

    /// Where the stride behind the one at `start` begins.
    #[inline(always)]
    pub(super) fn behind(&self, start: usize) -> usize {
        let end = start + STRIDE;
        if end == self.0.len() { 0 } else { end }
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> &[Step] {
        &self.0
    }
}

/// Keys of `zone`, `tapes` times those of a tape; none where no operation is about it.
fn draw_keys(recipe: &Recipe, zone: Zone, tapes: usize, seed: u64, worker: usize) -> Vec<u32> {
    if recipe.permille(|_, of| of == zone) == 0 {
        return Vec::new();
    }
    let plan = Plan { keys: recipe.keys(zone), distribution: recipe.distribution, write_permille: 0 };
    // The seed decides which keys are popular, so it is the same for all workers and tapes.
    let seed = mix(seed, FIRST_ZONE + zone as u64);
    let tape = |number| Tape::draw(&plan, seed, worker + number * WORKERS_APART);
    (0..tapes).flat_map(|number| tape(number).entries().to_vec()).map(|entry| entry.key() as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Blend;

    #[test]
    fn every_block_has_the_exact_mix_in_its_zones() {
        for blend in [Blend::integer(), Blend::text()].concat() {
            let recipe = blend.recipe.scaled();
            let steps = Steps::draw(&recipe, 7, 1);
            for block in steps.all().chunks(BLOCK) {
                for part in &recipe.parts {
                    let first = recipe.first(part.zone);
                    let keys = first..first + recipe.keys(part.zone);
                    let is_of = |step: &&Step| step.op() == part.op as u32 && keys.contains(&step.key());
                    assert_eq!(block.iter().filter(is_of).count(), part.permille as usize, "{}", blend.id);
                }
            }
        }
    }

    #[test]
    fn a_large_zone_is_drawn_from_as_a_whole() {
        let sizes = Blend::integer();
        let large = sizes.iter().find(|blend| blend.id == "integer-read-100-of-100k").expect("there is one");
        let steps = Steps::draw(&large.recipe, 7, 0);
        let mut drawn: Vec<usize> = steps.all().iter().map(|step| step.key()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        // 1 - 1/e of the keys, if as many are drawn as there are.
        assert!(drawn.len() > 63_000, "{}", drawn.len());
        assert_ne!(Steps::draw(&large.recipe, 7, 1).all(), steps.all());
    }

    #[test]
    fn steps_begin_anew_at_the_end() {
        let steps = Steps::draw(&Blend::text()[1].recipe, 7, 0);
        assert_eq!(steps.behind(0), STRIDE);
        assert_eq!(steps.behind(steps.all().len() - STRIDE), 0);
    }
}
