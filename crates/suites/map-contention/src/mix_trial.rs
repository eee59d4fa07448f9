//! Lookups and one kind of write on keys that stay.

use crate::key::Key;
use crate::map::{Kind, Map};
use crate::mix::{Mix, Write};
use crate::model::{Contents, foreign, initial, stamp};
use contend_harness::tape::{BLOCK, STRIDE, Tape, overlap_permille};
use contend_harness::{Account, Observation, Setting, Share, Trial, Worker, WrongResult};
use crossbeam_utils::CachePadded;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Fresh keys that one worker may insert in one slice.
///
/// Chosen here because it bounds a slice at 400,000 operations where 1 % insert, and the table at twice its keys. It is less
/// where code is not optimized, which is never measured.
const MAX_FRESH: usize = if cfg!(debug_assertions) { 1 << 9 } else { 4_096 };

/// The same where slices are long, and where there is no table that they could enlarge.
///
/// Chosen here because windows of 50 ms need 30,000 of the fastest map, and ten times as many of no map at all.
const MAX_FRESH_OVERSUBSCRIBED: usize = if cfg!(debug_assertions) { MAX_FRESH } else { 1 << 15 };
const MAX_FRESH_FLOOR: usize = if cfg!(debug_assertions) { MAX_FRESH } else { 1 << 18 };

/// A filled map, its tapes, and what it must hold.
pub(crate) struct MapTrial<K, T> {
    mix: Mix,
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    map: CachePadded<T>,
    keys: Vec<K>,
    tapes: Vec<Tape>,
    /// Keys that each worker may insert, and a copy of those that it will insert in the next slice.
    temporary: Vec<Vec<K>>,
    fresh: Vec<Mutex<Vec<K>>>,
    /// What the map holds, or what each thread's holds.
    contents: Vec<Contents>,
    observation: Observation,
}

/// What one worker did and saw.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    writes: u64,
    hits: u64,
    /// Writes that found the key as they should: there for `set`, absent for `insert`.
    successful_writes: u64,
    /// 0 unless a lookup gave another key's value.
    foreign: u64,
}

impl<K: Key, T: Map<K>> MapTrial<K, T> {
    pub(crate) fn new(mix: &Mix, setting: &Setting) -> Self {
        let threads = setting.threads;
        let per_worker = match (mix.write, setting.oversubscribed, T::KIND) {
            (Write::Set, _, _) => 0,
            (Write::InsertFresh, true, Kind::Floor) => MAX_FRESH_FLOOR,
            (Write::InsertFresh, true, _) => MAX_FRESH_OVERSUBSCRIBED,
            (Write::InsertFresh, false, _) => MAX_FRESH,
        };
        let map = CachePadded::new(T::with_capacity(mix.plan.keys + per_worker * threads, threads));
        let keys: Vec<K> = (0..mix.plan.keys).map(K::user).collect();
        let owners = if T::KIND == Kind::PerThread { threads } else { 1 };
        for owner in 0..owners {
            let mut handle = map.handle(owner);
            T::fill(&mut handle, keys.iter().enumerate().map(|(index, key)| (key.clone(), initial(index))));
        }
        let tapes = Tape::draw_all(&mix.plan, setting.seed, threads);
        let temporary = |worker| (0..per_worker).map(|number| K::temporary(worker, number)).collect();
        Self {
            mix: mix.clone(),
            contents: (0..owners).map(|_| Contents::new(keys.len())).collect(),
            temporary: (0..threads).map(temporary).collect(),
            fresh: (0..threads).map(|_| Mutex::default()).collect(),
            observation: Observation {
                writes: None,
                hits: None,
                overlap_permille: overlap_permille(&tapes, keys.len()),
            },
            map,
            keys,
            tapes,
        }
    }

    /// The loop on the clock. `inserts` and `formats` are constants of each call, so neither is a branch in it.
    #[inline(always)]
    fn run(&self, worker: &mut Worker<'_>, inserts: bool, formats: bool) -> Seen {
        let index = worker.index();
        let (tape, keys) = (&self.tapes[index], &self.keys[..]);
        let mut fresh = std::mem::take(&mut *lock(&self.fresh[index])).into_iter();
        let mut handle = self.map.handle(index);
        let mut seen = Seen::default();
        worker.measure(STRIDE as u64, |first| {
            for (operation, entry) in (first..).zip(tape.stride(first)) {
                let key = entry.key();
                if entry.writes() {
                    seen.writes += 1;
                    let value = stamp(key, index, operation);
                    seen.successful_writes += u64::from(if inserts {
                        let key = fresh.next().expect("the share is bounded by the fresh keys");
                        T::insert(&mut handle, key, value)
                    } else {
                        T::set(&mut handle, &keys[key], value)
                    });
                } else {
                    let found = if formats {
                        T::get(&mut handle, &K::user(key))
                    } else {
                        T::get(&mut handle, &keys[key])
                    };
                    if let Some(value) = black_box(found) {
                        seen.hits += 1;
                        seen.foreign |= foreign(value, key);
                    }
                }
            }
            STRIDE as u64
        });
        seen
    }

    fn observe_slice(&mut self, accounts: &[Account<Seen>]) {
        let ops: u64 = accounts.iter().map(|account| account.ops).sum();
        let writes: u64 = accounts.iter().map(|account| account.report.writes).sum();
        let hits = accounts.iter().map(|account| account.report.hits).sum();
        let target_permille = self.mix.plan.write_permille;
        self.observation.writes =
            (target_permille > 0).then_some(Share { target_permille, count: writes, of: ops });
        self.observation.hits = Some(Share { target_permille: 1000, count: hits, of: ops - writes });
    }

    /// Removes what the slice inserted; each of the keys has to be there.
    fn remove_fresh(&self, worker: usize, inserted: u64) -> Result<(), WrongResult> {
        let mut handle = self.map.handle(worker);
        let keys = self.temporary[worker].iter().take(usize::try_from(inserted).unwrap_or(usize::MAX));
        let removed = keys.filter(|key| T::remove(&mut handle, key)).count() as u64;
        WrongResult::unless_equal("inserted keys that were there afterwards", inserted, removed)
    }

    fn check_contents(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        let writers: Vec<(usize, &Tape, u64)> = self
            .tapes
            .iter()
            .zip(accounts)
            .enumerate()
            .map(|(worker, (tape, account))| (worker, tape, account.ops))
            .collect();
        for (owner, contents) in self.contents.iter_mut().enumerate() {
            let mut handle = self.map.handle(owner);
            let own = if T::KIND == Kind::PerThread { &writers[owner..=owner] } else { &writers };
            contents.check(own, |key| T::get(&mut handle, &self.keys[key]))?;
        }
        Ok(())
    }
}

impl<K: Key, T: Map<K>> Trial for MapTrial<K, T> {
    type Report = Seen;

    fn prepare(&mut self, share: u64) -> u64 {
        if self.mix.write != Write::InsertFresh {
            return share;
        }
        let blocks = self.temporary[0].len() as u64 / u64::from(self.mix.plan.write_permille) - 1;
        let share = share.min(blocks * BLOCK as u64);
        for ((tape, temporary), fresh) in self.tapes.iter().zip(&self.temporary).zip(&self.fresh) {
            let count = tape.writes_in(share + STRIDE as u64) as usize;
            *lock(fresh) = temporary[..count].to_vec();
        }
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        match (self.mix.write, self.mix.formats_keys) {
            (Write::Set, false) => self.run(worker, false, false),
            (Write::Set, true) => self.run(worker, false, true),
            (Write::InsertFresh, formats) => self.run(worker, true, formats),
        }
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        self.observe_slice(accounts);
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        for (worker, account) in accounts.iter().enumerate() {
            let Seen { writes, successful_writes, foreign, .. } = account.report;
            if foreign != 0 {
                return Err(WrongResult::new("a lookup gave another key's value"));
            }
            WrongResult::unless_equal("writes that found the key as they should", writes, successful_writes)?;
            if self.mix.write == Write::InsertFresh {
                self.remove_fresh(worker, writes)?;
            }
        }
        match (self.mix.write, self.mix.plan.write_permille) {
            (Write::Set, 1..) => self.check_contents(accounts),
            _ => Ok(()),
        }
    }

    fn observe(&self) -> Observation {
        self.observation
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
