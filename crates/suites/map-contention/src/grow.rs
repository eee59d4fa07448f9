//! Maps that fill up: what each key costs while the table grows, or where it need not.

use crate::key::Key;
use crate::map::{Kind, Map};
use contend_harness::tape::mix;
use contend_harness::{Account, Probe, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;

/// Keys that one map takes up from all threads: fewer where code is not optimized, which is never measured.
const KEYS: usize = if cfg!(debug_assertions) { 1_000 } else { 100_000 };

/// Maps that one slice fills, one after the other, so that windows can be as long as they have to be.
///
/// Chosen here because 40 tables of 100,000 entries stay below 1 GiB, whatever the map.
const MOST_MAPS: u64 = if cfg!(debug_assertions) { 4 } else { 40 };

/// Operations per look at the stop flag; each thread's keys are a multiple of it.
const STRIDE: usize = stride(50) as usize;

/// Keys that each thread's share is rounded to, whatever [`STRIDE`] is.
const ROUND: usize = 50;

/// Seed of the keys, the same for all rows and launches.
const KEYS_SEED: u64 = 0x6120;

const _: () = assert!(ROUND.is_multiple_of(STRIDE));

/// Threads insert keys that nobody else inserts into a map that is empty in the beginning.
#[derive(Clone, Debug)]
pub struct Grow {
    id: &'static str,
    /// The map is made with room for all keys.
    presized: bool,
}

impl Grow {
    /// Integer keys.
    pub fn integer() -> Vec<Self> {
        vec![Self { id: "grow-from-empty", presized: false }, Self { id: "grow-presized", presized: true }]
    }

    /// Text keys.
    pub fn text() -> Vec<Self> {
        vec![Self { id: "text-grow-from-empty", presized: false }]
    }

    /// Whether tables grow while threads insert.
    pub(crate) fn grows(&self) -> bool {
        !self.presized
    }

    fn keys_per_thread(threads: usize) -> usize {
        (KEYS / threads / ROUND).max(1) * ROUND
    }

    fn map<K: Key, T: Map<K>>(&self, threads: usize) -> T {
        // The floor has no table that could grow.
        let is_sized = self.presized || T::KIND == Kind::Floor;
        let each = Self::keys_per_thread(threads);
        // A map of each thread's own has that thread's keys only.
        let keys = if T::KIND == Kind::PerThread { each } else { each * threads };
        T::with_capacity(if is_sized { keys } else { 0 }, threads)
    }

    /// See [`contend_harness::Admits::footprint`].
    pub(crate) fn footprint<K: Key, T: Map<K>>(&self, setting: &Setting, probe: &mut dyn Probe) -> bool {
        if T::KIND == Kind::Floor {
            return false;
        }
        let threads = setting.threads;
        let each = Self::keys_per_thread(threads);
        let map = self.map::<K, T>(threads);
        probe.stage("made", 0);
        for worker in 0..threads {
            let mut handle = map.handle(worker);
            for number in worker * each..(worker + 1) * each {
                T::insert(&mut handle, key(number), number as u64);
            }
        }
        T::flush(Some(&map));
        probe.stage("filled", (each * threads) as u64);
        for worker in 0..threads {
            let mut handle = map.handle(worker);
            for number in worker * each..(worker + 1) * each {
                T::remove(&mut handle, &key(number));
            }
        }
        T::flush(Some(&map));
        probe.stage("deleted", 0);
        drop(map);
        T::flush(None);
        probe.stage("dropped", 0);
        true
    }
}

/// Key `number` of all: in no order, and none twice.
fn key<K: Key>(number: usize) -> K {
    K::scattered(mix(KEYS_SEED, number as u64))
}

impl Workload for Grow {
    fn id(&self) -> String {
        self.id.to_owned()
    }

    fn question(&self) -> String {
        let made = if self.presized { "made with room for them" } else { "that begins small" };
        format!("Which map, if all threads together insert 100,000 new keys into one {made}?")
    }

    fn curated(&self) -> bool {
        false
    }
}

/// Empty maps, and the keys that each thread inserts into each of them.
pub(crate) struct GrowTrial<K, T> {
    grow: Grow,
    threads: usize,
    keys: Vec<Vec<K>>,
    /// Alone on their cache lines: what the trial itself reads must not slow the contender down.
    maps: Vec<CachePadded<T>>,
}

impl<K: Key, T: Map<K>> GrowTrial<K, T> {
    pub(crate) fn new(grow: &Grow, setting: &Setting) -> Self {
        let threads = setting.threads;
        let each = Grow::keys_per_thread(threads);
        let of_thread = |thread: usize| (thread * each..(thread + 1) * each).map(key).collect();
        Self { grow: grow.clone(), threads, keys: (0..threads).map(of_thread).collect(), maps: Vec::new() }
    }

    /// The value of each thread's key `number`.
    #[inline(always)]
    fn value(worker: usize, number: usize) -> u64 {
        (worker as u64) << 32 | number as u64
    }

    /// Whether a map has the first `inserted` keys of a worker, and none of the others.
    fn check_keys(&self, map: &T, worker: usize, inserted: usize) -> Result<(), WrongResult> {
        let mut handle = map.handle(worker);
        let wrong = |(number, key): (usize, &K)| {
            T::get(&mut handle, key) != (number < inserted).then(|| Self::value(worker, number))
        };
        let wrong = self.keys[worker].iter().enumerate().map(wrong).filter(|wrong| *wrong).count();
        WrongResult::unless_equal("keys that are not as they were inserted", 0, wrong as u64)
    }
}

impl<K: Key, T: Map<K>> Trial for GrowTrial<K, T> {
    /// Keys that were new.
    type Report = u64;

    /// New maps, as many as the share fills: a whole one however few operations are asked for, because its beginning is
    /// not like its end.
    fn prepare(&mut self, share: u64) -> u64 {
        let each = self.keys[0].len() as u64;
        let count = share.div_ceil(each).clamp(1, MOST_MAPS);
        self.maps.clear();
        self.maps.extend((0..count).map(|_| CachePadded::new(self.grow.map::<K, T>(self.threads))));
        count * each
    }

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        let index = worker.index();
        let keys = &self.keys[index][..];
        let mut handles: Vec<T::Handle<'_>> = self.maps.iter().map(|map| map.handle(index)).collect();
        let mut handles = handles.iter_mut();
        let mut handle = handles.next().expect("there is a map at least");
        let (mut next, mut new) = (0, 0);
        worker.measure(STRIDE as u64, |_| {
            if next == keys.len() {
                handle = handles.next().expect("the share is bounded by the maps");
                next = 0;
            }
            for (number, key) in (next..).zip(&keys[next..next + STRIDE]) {
                new += u64::from(T::insert(handle, key.clone(), Self::value(index, number)));
            }
            next += STRIDE;
            STRIDE as u64
        });
        new
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        for (worker, account) in accounts.iter().enumerate() {
            WrongResult::unless_equal("keys that were new", account.ops, account.report)?;
            for (number, map) in self.maps.iter().enumerate() {
                let each = self.keys[worker].len();
                let inserted = (account.ops as usize).saturating_sub(number * each).min(each);
                self.check_keys(map, worker, inserted)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_distinct_and_nearly_so_many_as_is_said() {
        for threads in 1..=16 {
            let all = Grow::keys_per_thread(threads) * threads;
            assert!(all <= KEYS && all + threads * ROUND > KEYS, "{all} with {threads}");
        }
        let keys: BTreeSet<u64> = (0..KEYS).map(key).collect();
        assert_eq!(keys.len(), KEYS);
        assert!(!(0..KEYS).map(key::<u64>).is_sorted());
    }

    #[test]
    fn questions_say_how_the_map_is_made() {
        let questions: Vec<String> = Grow::integer().iter().map(Workload::question).collect();
        assert_eq!(
            questions[1],
            "Which map, if all threads together insert 100,000 new keys into one made with room for them?"
        );
    }
}
