//! conc-map-bench's workloads as they are, to set its published numbers beside ours. `churn` has the corrected ones.
//!
//! Source: <https://github.com/xacrimon/conc-map-bench> at 0713fa3 on <https://github.com/jonhoo/bustle> 0.5.1. What is
//! kept, although it makes the numbers hard to read: each thread has keys of its own, no key is looked up twice, and
//! lookups walk through the keys in an order of two interleaved descending runs, so that most of them find nothing. What
//! is not kept: the capacity (2¹⁸ instead of 2²⁵, because a slice is one whole run), the values (8 bytes instead of 4) and
//! the clock, which is the engine's.

use crate::key::Key;
use crate::map::{Kind, Map};
use crate::shuffle::shuffle;
use contend_harness::tape::mix;
use contend_harness::{Account, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// Entries that the map is made for, and operations of a run.
const MEASURED_CAPACITY: usize = 1 << 18;

/// The same, or fewer where code is not optimized, which is never measured.
const CAPACITY: usize = if cfg!(debug_assertions) { 1 << 12 } else { MEASURED_CAPACITY };

/// Operations in which the mix is exact.
const ROUND: usize = 100;

/// Operations per look at the stop flag; it divides [`ROUND`].
const STRIDE: usize = stride(50) as usize;

/// Seed of the keys, the same for all rows and launches.
const KEYS_SEED: u64 = 0xC0C;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Op {
    Read,
    Insert,
    Remove,
    Update,
}

/// One of its three workloads.
#[derive(Clone, Debug)]
pub struct Legacy {
    name: &'static str,
    /// Lookups, inserts, removals and updates in a hundred operations.
    shares: [usize; 4],
    prefill_percent: usize,
}

impl Legacy {
    /// ReadHeavy, Exchange and RapidGrow.
    pub fn all() -> Vec<Self> {
        vec![
            Self { name: "read-heavy", shares: [98, 1, 1, 0], prefill_percent: 75 },
            Self { name: "exchange", shares: [10, 40, 40, 10], prefill_percent: 75 },
            Self { name: "rapid-grow", shares: [5, 80, 5, 10], prefill_percent: 0 },
        ]
    }

    /// Whether values are replaced.
    pub(crate) fn replaces(&self) -> bool {
        self.shares[3] > 0
    }

    /// Entries before the first operation, in a map that is made for `capacity`.
    fn prefill(&self, capacity: usize) -> usize {
        capacity * self.prefill_percent / 100
    }

    /// Keys of each thread, a power of two.
    fn keys_per_thread(&self, capacity: usize, threads: usize) -> usize {
        let inserts = capacity.div_ceil(ROUND) * self.shares[1];
        (inserts.max(capacity) + self.prefill(capacity)).div_ceil(threads).next_power_of_two()
    }

    /// One round of operations, shuffled: all threads have the same.
    fn round(&self, seed: u64) -> Box<[Op]> {
        let ops = [Op::Read, Op::Insert, Op::Remove, Op::Update];
        let mut round: Vec<Op> =
            ops.iter().zip(self.shares).flat_map(|(op, count)| vec![*op; count]).collect();
        shuffle(&mut round, seed);
        round.into_boxed_slice()
    }
}

impl Workload for Legacy {
    fn id(&self) -> String {
        format!("legacy-conc-map-bench-{}", self.name)
    }

    fn question(&self) -> String {
        let [read, insert, remove, update] = self.shares;
        format!(
            "What does conc-map-bench's {} say here ({read} % look up, {insert} % insert, {remove} % remove, {update} % \
             update; no key is shared, and most lookups find nothing)?",
            self.name
        )
    }

    fn curated(&self) -> bool {
        false
    }
}

/// Where one thread stands in its keys: those from `erased` to `inserted` are in the map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    keys: usize,
    find: usize,
    inserted: usize,
    erased: usize,
}

impl Cursor {
    fn new(keys: usize, prefilled: usize) -> Self {
        Self { keys, find: 0, inserted: prefilled, erased: 0 }
    }

    /// The next key to look for.
    #[inline(always)]
    fn find(&mut self) -> usize {
        let found = self.find;
        self.find = ((self.keys / 2 + 1) * found + self.keys / 4 - 1) & (self.keys - 1);
        found
    }

    #[inline(always)]
    fn insert(&mut self) -> usize {
        self.inserted += 1;
        self.inserted - 1
    }

    /// The oldest key, or the next to look for where the map has none of this thread's.
    #[inline(always)]
    fn remove(&mut self) -> usize {
        if self.erased == self.inserted {
            return self.find();
        }
        self.erased += 1;
        self.erased - 1
    }

    fn has(&self, key: usize) -> bool {
        (self.erased..self.inserted).contains(&key)
    }
}

/// One whole run per slice.
pub(crate) struct LegacyTrial<K, T> {
    legacy: Legacy,
    threads: usize,
    round: Box<[Op]>,
    keys: Vec<Vec<K>>,
    map: CachePadded<T>,
}

impl<K: Key, T: Map<K>> LegacyTrial<K, T> {
    pub(crate) fn new(legacy: &Legacy, setting: &Setting) -> Self {
        let threads = setting.threads;
        let count = legacy.keys_per_thread(CAPACITY, threads);
        let key = |number: usize| K::scattered(mix(KEYS_SEED, number as u64));
        let of_thread = |thread: usize| (thread * count..(thread + 1) * count).map(key).collect();
        Self {
            legacy: legacy.clone(),
            threads,
            round: legacy.round(setting.seed),
            keys: (0..threads).map(of_thread).collect(),
            map: CachePadded::new(T::with_capacity(CAPACITY, threads)),
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor::new(self.keys[0].len(), self.legacy.prefill(CAPACITY) / self.threads)
    }
}

impl<K: Key, T: Map<K>> Trial for LegacyTrial<K, T> {
    type Report = Cursor;

    /// A map with the keys of the beginning, and a whole run, however few operations are asked for: its beginning is not
    /// like its end.
    fn prepare(&mut self, _share: u64) -> u64 {
        *self.map = T::with_capacity(CAPACITY, self.threads);
        let prefilled = self.cursor().inserted;
        for (thread, keys) in self.keys.iter().enumerate() {
            let mut handle = self.map.handle(thread);
            T::fill(&mut handle, keys[..prefilled].iter().map(|key| (key.clone(), 0)));
        }
        (CAPACITY / self.threads) as u64
    }

    fn work(&self, worker: &mut Worker<'_>) -> Cursor {
        let keys = &self.keys[worker.index()][..];
        let mut handle = self.map.handle(worker.index());
        let mut cursor = self.cursor();
        worker.measure(STRIDE as u64, |first| {
            let start = (first % ROUND as u64) as usize;
            for op in &self.round[start..start + STRIDE] {
                match op {
                    Op::Read => drop(black_box(T::get(&mut handle, &keys[cursor.find()]))),
                    Op::Insert => {
                        black_box(T::insert(&mut handle, keys[cursor.insert()].clone(), 0));
                    }
                    Op::Remove => {
                        black_box(T::remove(&mut handle, &keys[cursor.remove()]));
                    }
                    Op::Update => {
                        black_box(T::set(&mut handle, &keys[cursor.find()], 0));
                    }
                }
            }
            STRIDE as u64
        });
        cursor
    }

    fn check(&mut self, accounts: &[Account<Cursor>]) -> Result<(), WrongResult> {
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        for (thread, (account, keys)) in accounts.iter().zip(&self.keys).enumerate() {
            let mut handle = self.map.handle(thread);
            let wrong =
                |(index, key): (usize, &K)| T::get(&mut handle, key).is_some() != account.report.has(index);
            let wrong = keys.iter().enumerate().map(wrong).filter(|wrong| *wrong).count();
            WrongResult::unless_equal(
                "keys that are there and should not, or the other way round",
                0,
                wrong as u64,
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lookups of one thread that find their key, in thousandths, over a run in which `threads` take part.
    fn hits_permille(legacy: &Legacy, threads: usize, seed: u64) -> usize {
        let round = legacy.round(seed);
        let capacity = MEASURED_CAPACITY;
        let keys = legacy.keys_per_thread(capacity, threads);
        let mut cursor = Cursor::new(keys, legacy.prefill(capacity) / threads);
        let (mut reads, mut hits) = (0, 0);
        for number in 0..capacity / threads {
            match round[number % ROUND] {
                Op::Read => {
                    reads += 1;
                    let key = cursor.find();
                    hits += usize::from(cursor.has(key));
                }
                Op::Insert => drop(cursor.insert()),
                Op::Remove => drop(cursor.remove()),
                Op::Update => drop(cursor.find()),
            }
        }
        hits * 1000 / reads
    }

    #[test]
    fn most_lookups_find_nothing() {
        // The first and the last are as in AUDIT.md, and as a simulation of bustle's own code has them at this capacity.
        let [read_heavy, exchange, rapid_grow] = [0, 1, 2].map(|index| Legacy::all()[index].clone());
        assert_eq!([1, 2, 4, 8].map(|threads| hits_permille(&read_heavy, threads, 1) / 10), [25; 4]);
        assert_eq!(
            hits_permille(&read_heavy, 3, 1) / 10,
            37,
            "another number of threads is another workload"
        );
        assert_eq!(hits_permille(&rapid_grow, 1, 1) / 10, 36);
        // A round of Exchange walks an even number of steps, so the shuffle decides for the whole run which of its lookups
        // follow the run of keys that hits.
        let mut by_seed: Vec<usize> =
            (0..32).map(|seed| (hits_permille(&exchange, 1, seed) + 5) / 10).collect();
        by_seed.sort_unstable();
        by_seed.dedup();
        assert_eq!(by_seed, [17, 25, 33, 42, 50, 58], "tenths of five sixths");
    }

    #[test]
    fn a_round_has_the_mix() {
        for legacy in Legacy::all() {
            let round = legacy.round(9);
            for (op, share) in [Op::Read, Op::Insert, Op::Remove, Op::Update].into_iter().zip(legacy.shares) {
                assert_eq!(round.iter().filter(|found| **found == op).count(), share, "{op:?}");
            }
        }
    }

    #[test]
    fn no_thread_runs_out_of_keys() {
        for legacy in Legacy::all() {
            for threads in 1..=8 {
                for capacity in [CAPACITY, MEASURED_CAPACITY] {
                    let inserts = (capacity / threads).div_ceil(ROUND) * legacy.shares[1];
                    let most = legacy.prefill(capacity) / threads + inserts;
                    let keys = legacy.keys_per_thread(capacity, threads);
                    assert!(most <= keys, "{} with {threads}", legacy.name);
                }
            }
        }
    }
}
