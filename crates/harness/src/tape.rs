//! Operation tapes: what each worker will do, decided before any clock starts.
//!
//! Inside the window a worker only reads the next entries. The kinds and the keys come from independent streams, so
//! that writes do not prefer some keys (SF-Zhou/lockmap drew both from one number and never wrote an odd key), and
//! the mix is exact in every block of 1,000 entries, so that a short slice has it too. A very short one ends within the
//! first block, which therefore has it in each stride, as nearly as whole numbers allow.

use crate::worker::stride;
use fastrand::Rng;

/// Entries of a tape; a worker that reaches the end begins anew.
///
/// Chosen here because 128 KiB stay in a second-level cache, 32,000 uniform draws reach 96 % of 10,000 keys, and both
/// [`STRIDE`] and [`BLOCK`] divide it.
pub const LEN: usize = 32_000;

/// Entries that a worker takes at a time.
pub const STRIDE: usize = stride(64) as usize;

/// Entries in which the mix is exact.
pub const BLOCK: usize = 1_000;

/// Entries of the first block after each of which the mix is as near to exact as whole numbers allow: within 0.8 points.
///
/// Chosen here because slices have a multiple of it, and those of a contender that copies a map for each write hardly more:
/// at random, their writes would be off by several points, always the same, and the cell never measurable.
const STRATUM: usize = 64;

const _: () = assert!(STRATUM.is_multiple_of(STRIDE));

const WRITE: u32 = 1 << 31;

const _: () = assert!(LEN.is_multiple_of(STRIDE) && LEN.is_multiple_of(BLOCK));

/// How often each key is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyDistribution {
    /// Every key equally often.
    Uniform,
    /// Key of rank `r` with a weight of `1 / r^exponent`; ranks are spread over the keys at random.
    Zipf {
        /// The exponent, in (0, 2]; 0.99 is YCSB's.
        exponent: f64,
    },
    /// The same key always.
    OneHot,
}

/// What a tape is to contain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Number of distinct keys, from 1 to 2³¹ − 1.
    pub keys: usize,
    /// How often each is drawn.
    pub distribution: KeyDistribution,
    /// Entries that write, in thousandths, from 0 to 1000.
    pub write_permille: u32,
}

/// One entry: a kind and a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry(u32);

impl Entry {
    /// Whether the operation writes.
    #[inline(always)]
    pub fn writes(self) -> bool {
        self.0 & WRITE != 0
    }

    /// Index of the key.
    #[inline(always)]
    pub fn key(self) -> usize {
        (self.0 & !WRITE) as usize
    }
}

/// One worker's tape.
#[derive(Clone, Debug)]
pub struct Tape {
    entries: Box<[Entry]>,
}

impl Tape {
    /// Draws the tape of worker `worker`. The same seed, worker and plan give the same tape.
    ///
    /// # Panics
    /// If the plan is out of its ranges.
    pub fn draw(plan: &Plan, seed: u64, worker: usize) -> Self {
        assert!((1..WRITE as usize).contains(&plan.keys), "a tape has 1 to 2^31 - 1 keys");
        assert!(plan.write_permille <= 1000, "a share of writes is at most 1000 thousandths");
        let stream = |number: u64| Rng::with_seed(mix(seed, worker as u64 * 2 + number));
        let mut entries = draw_keys(plan, seed, &mut stream(0));
        mark_writes(&mut entries, plan.write_permille, &mut stream(1));
        Self { entries: entries.into_iter().map(Entry).collect() }
    }

    /// The tapes of `threads` workers.
    pub fn draw_all(plan: &Plan, seed: u64, threads: usize) -> Vec<Self> {
        (0..threads).map(|worker| Self::draw(plan, seed, worker)).collect()
    }

    /// The [`STRIDE`] entries that begin at operation `first`, a multiple of it.
    #[inline(always)]
    pub fn stride(&self, first: u64) -> &[Entry; STRIDE] {
        let start = (first % LEN as u64) as usize;
        self.entries[start..start + STRIDE].first_chunk().expect("a stride lies within the tape")
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Writes among the first `ops` operations.
    pub fn writes_in(&self, ops: u64) -> u64 {
        let writes = |entries: &[Entry]| entries.iter().filter(|entry| entry.writes()).count() as u64;
        let rest = (ops % LEN as u64) as usize;
        ops / LEN as u64 * writes(&self.entries) + writes(&self.entries[..rest])
    }
}

/// Accesses to a key that another tape accesses too, in thousandths of all accesses. `None` for fewer than two tapes.
pub fn overlap_permille(tapes: &[Tape], keys: usize) -> Option<u32> {
    if tapes.len() < 2 {
        return None;
    }
    let mut owners = vec![0_u32; keys];
    for tape in tapes {
        let mut seen = vec![false; keys];
        for entry in &tape.entries {
            let first = !std::mem::replace(&mut seen[entry.key()], true);
            owners[entry.key()] += u32::from(first);
        }
    }
    let shared = |tape: &Tape| tape.entries.iter().filter(|entry| owners[entry.key()] > 1).count();
    let shared: usize = tapes.iter().map(shared).sum();
    u32::try_from(shared * 1000 / (tapes.len() * LEN)).ok()
}

/// A seed for stream `number`, unlike those of its neighbours.
///
/// Source: the finaliser of SplitMix64, Steele, Lea and Flood, OOPSLA 2014.
pub fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn draw_keys(plan: &Plan, seed: u64, rng: &mut Rng) -> Vec<u32> {
    match plan.distribution {
        KeyDistribution::OneHot => vec![0; LEN],
        KeyDistribution::Uniform => (0..LEN).map(|_| rng.u32(0..plan.keys as u32)).collect(),
        KeyDistribution::Zipf { exponent } => {
            let cumulative = zipf_cumulative(plan.keys, exponent);
            let total = cumulative[plan.keys - 1];
            // All workers agree on which keys are popular, so the permutation has the seed alone.
            let mut by_rank: Vec<u32> = (0..plan.keys as u32).collect();
            Rng::with_seed(mix(seed, u64::MAX - 1)).shuffle(&mut by_rank);
            let mut draw = || {
                let point = rng.f64() * total;
                cumulative.partition_point(|sum| *sum <= point).min(plan.keys - 1)
            };
            (0..LEN).map(|_| by_rank[draw()]).collect()
        }
    }
}

fn zipf_cumulative(keys: usize, exponent: f64) -> Vec<f64> {
    let weights = (1..=keys).map(|rank| (rank as f64).powf(-exponent));
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

fn mark_writes(entries: &mut [u32], write_permille: u32, rng: &mut Rng) {
    let writes_before = |end: usize| (end * write_permille as usize + 500) / 1000;
    for (number, block) in entries.chunks_mut(BLOCK).enumerate() {
        let stratum = if number == 0 { STRATUM } else { BLOCK };
        for (start, part) in (0..BLOCK).step_by(stratum).zip(block.chunks_mut(stratum)) {
            let writes = writes_before(start + part.len()) - writes_before(start);
            let mut marks: Vec<u32> =
                (0..part.len()).map(|index| u32::from(index < writes) * WRITE).collect();
            rng.shuffle(&mut marks);
            for (entry, mark) in part.iter_mut().zip(&marks) {
                *entry |= mark;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(distribution: KeyDistribution, write_permille: u32) -> Plan {
        Plan { keys: 1000, distribution, write_permille }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn every_block_has_the_exact_mix(seed: u64, writes in 0_u32..=1000) {
            let tape = Tape::draw(&plan(KeyDistribution::Uniform, writes), seed, 3);
            for block in tape.entries.chunks(BLOCK) {
                prop_assert_eq!(block.iter().filter(|entry| entry.writes()).count(), writes as usize);
            }
            for first in (STRATUM as u64..BLOCK as u64).step_by(STRATUM) {
                prop_assert!((tape.writes_in(first) * 1000).abs_diff(first * u64::from(writes)) <= 500);
            }
            prop_assert_eq!(tape.writes_in(LEN as u64 * 7), u64::from(writes) * 7 * (LEN / BLOCK) as u64);
            prop_assert!(tape.entries.iter().all(|entry| entry.key() < 1000));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_tape_and_workers_differ() {
        let uniform = plan(KeyDistribution::Uniform, 200);
        let [first, again, other] =
            [(1, 0), (1, 0), (1, 1)].map(|(seed, worker)| Tape::draw(&uniform, seed, worker));
        assert_eq!(first.entries, again.entries);
        assert_ne!(first.entries, other.entries);
    }

    #[test]
    fn kinds_do_not_prefer_keys() {
        let tape = Tape::draw(&plan(KeyDistribution::Uniform, 500), 11, 0);
        let odd_writes = tape.entries.iter().filter(|entry| entry.writes() && entry.key() % 2 == 1).count();
        // Half of half of the entries; five standard deviations of a binomial are 390.
        assert!(odd_writes.abs_diff(LEN / 4) < 390, "{odd_writes}");
    }

    #[test]
    fn zipf_draws_the_first_rank_as_often_as_its_weight() {
        let tape = Tape::draw(&plan(KeyDistribution::Zipf { exponent: 0.99 }, 0), 5, 0);
        let mut counts = vec![0_usize; 1000];
        for entry in &tape.entries {
            counts[entry.key()] += 1;
        }
        let weights: f64 = (1..=1000).map(|rank| f64::from(rank).powf(-0.99)).sum();
        let expected = LEN as f64 / weights;
        let most = *counts.iter().max().expect("there are keys") as f64;
        assert!((most / expected - 1.0).abs() < 0.08, "{most} against {expected}");
    }

    #[test]
    fn overlap_is_counted_over_accesses() {
        let hot = Tape::draw_all(&plan(KeyDistribution::OneHot, 0), 1, 2);
        assert_eq!(overlap_permille(&hot, 1000), Some(1000));
        assert_eq!(overlap_permille(&hot[..1], 1000), None);
        let apart = [
            Tape { entries: (0..LEN as u32).map(|_| Entry(0)).collect() },
            Tape { entries: (0..LEN as u32).map(|index| Entry(index % 2)).collect() },
        ];
        assert_eq!(overlap_permille(&apart, 2), Some(750));
    }

    #[test]
    fn strides_begin_anew_at_the_end() {
        let tape = Tape::draw(&plan(KeyDistribution::Uniform, 0), 1, 0);
        assert_eq!(tape.stride(LEN as u64), tape.stride(0));
        assert_eq!(tape.stride(64)[0], tape.entries[64]);
    }
}
