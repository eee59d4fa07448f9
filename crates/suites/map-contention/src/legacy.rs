//! conc-map-bench's workloads as they are, to set its published numbers beside ours. `churn` has the corrected ones.
//!
//! Source: <https://github.com/xacrimon/conc-map-bench> at 0713fa3 on <https://github.com/jonhoo/bustle> 0.5.1. What is
//! kept, although it makes the numbers hard to read: each thread has keys of its own, no key is looked up twice, and
//! lookups walk through the keys in an order of two interleaved descending runs, so that most of them find nothing. What
//! is not kept: the capacity (2¹⁸ instead of 2²⁵, because a slice is one whole run), the values (8 bytes instead of 4) and
//! the clock, which is the engine's.

use crate::key::Key;
use crate::map::{Kind, Map};
use contend_harness::tape::mix;
use contend_harness::{Account, Setting, Trial, Worker, Workload, WrongResult};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// Entries that the map is made for, and operations of a run: fewer where code is not optimized, which is never measured.
const CAPACITY: usize = if cfg!(debug_assertions) { 1 << 12 } else { 1 << 18 };

/// Operations in which the mix is exact.
const ROUND: usize = 100;

/// Operations per look at the stop flag; it divides [`ROUND`].
const STRIDE: usize = 50;

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

    fn prefill(&self) -> usize {
        CAPACITY * self.prefill_percent / 100
    }

    /// Keys of each thread, a power of two.
    fn keys_per_thread(&self, threads: usize) -> usize {
        let inserts = CAPACITY.div_ceil(ROUND) * self.shares[1];
        (inserts.max(CAPACITY) + self.prefill()).div_ceil(threads).next_power_of_two()
    }

    /// One round of operations, shuffled: all threads have the same.
    fn round(&self, seed: u64) -> Box<[Op]> {
        let ops = [Op::Read, Op::Insert, Op::Remove, Op::Update];
        let mut round: Vec<Op> =
            ops.iter().zip(self.shares).flat_map(|(op, count)| vec![*op; count]).collect();
        // Any shuffle does; this one needs no generator of its own.
        for last in (1..round.len()).rev() {
            round.swap(last, (mix(seed, last as u64) % (last as u64 + 1)) as usize);
        }
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
        let count = legacy.keys_per_thread(threads);
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
        Cursor::new(self.keys[0].len(), self.legacy.prefill() / self.threads)
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
    fn hits_permille(legacy: &Legacy, threads: usize) -> usize {
        let round = legacy.round(1);
        let mut cursor = Cursor::new(legacy.keys_per_thread(threads), legacy.prefill() / threads);
        let (mut reads, mut hits) = (0, 0);
        for number in 0..CAPACITY / threads {
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
        // What AUDIT.md says. It was found before by a simulation of bustle's own code, at the same capacity.
        let [read_heavy, exchange, rapid_grow] = [0, 1, 2].map(|index| Legacy::all()[index].clone());
        assert_eq!([1, 2, 4, 8].map(|threads| hits_permille(&read_heavy, threads) / 10), [25; 4]);
        assert_eq!(hits_permille(&read_heavy, 3) / 10, 37, "another number of threads is another workload");
        assert_eq!(hits_permille(&exchange, 1) / 10, 33);
        assert_eq!(hits_permille(&rapid_grow, 1) / 10, 37);
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
                let most =
                    legacy.prefill() / threads + (CAPACITY / threads).div_ceil(ROUND) * legacy.shares[1];
                assert!(most <= legacy.keys_per_thread(threads), "{} with {threads}", legacy.name);
            }
        }
    }
}
