//! Bounded caches, each through its own call for a key that may have to be loaded.

use super::FoldHash;
use crate::{Cache, Caches, Kind};
use contend_harness::Contender;
use quick_cache::UnitWeighter;
use quick_cache::sync::DefaultLifecycle;
use std::collections::HashMap;
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard};

pub(super) const CACHES: &[Contender<Caches>] = &[
    Contender::of::<NoCache>("floor")
        .floor()
        .note("there is no cache and nothing is loaded: what tape, keys and report cost"),
    Contender::of::<Mutex<Clock>>("mutex-clock")
        .can(&["bounded", "second chance"])
        .blocks()
        .note("one lock; loads outside it, so that threads that miss a key at once all load it"),
    Contender::of::<Moka>("moka")
        .can(&["bounded", "TinyLFU", "expires", "async too"])
        .package("moka")
        .blocks()
        .note("get_with_by_ref: one loads while others wait; whoever calls does the maintenance, in batches"),
    Contender::of::<Quick>("quick-cache")
        .can(&["bounded", "Clock-PRO", "async too"])
        .package("quick_cache")
        .blocks()
        .note("get_or_insert_with: one loads while others wait; shards, each with a share of the room"),
];

/// Finds everything, and keeps nothing.
struct NoCache;

impl Cache for NoCache {
    type Handle<'a> = ();

    const KIND: Kind = Kind::Floor;

    fn new(_capacity: usize) -> Self {
        Self
    }

    fn handle(&self) {}

    #[inline(always)]
    fn get_or_load(_handle: &mut (), key: u64, _load: impl FnOnce() -> u64) -> u64 {
        black_box(key)
    }

    fn held(&self) -> usize {
        0
    }
}

/// A hand goes around over the entries and takes the place of the first that was not used since it came by.
///
/// A reference implementation of our own.
struct Clock {
    places: HashMap<u64, usize, FoldHash>,
    entries: Vec<Entry>,
    capacity: usize,
    hand: usize,
}

struct Entry {
    key: u64,
    value: u64,
    used: bool,
}

impl Clock {
    #[inline(always)]
    fn get(&mut self, key: u64) -> Option<u64> {
        let entry = &mut self.entries[*self.places.get(&key)?];
        entry.used = true;
        Some(entry.value)
    }

    fn insert(&mut self, key: u64, value: u64) {
        // Another thread may have loaded it meanwhile.
        if self.places.contains_key(&key) {
            return;
        }
        let entry = Entry { key, value, used: false };
        if self.entries.len() < self.capacity {
            self.places.insert(key, self.entries.len());
            self.entries.push(entry);
            return;
        }
        while std::mem::take(&mut self.entries[self.hand].used) {
            self.hand = (self.hand + 1) % self.capacity;
        }
        let old = std::mem::replace(&mut self.entries[self.hand], entry);
        self.places.remove(&old.key);
        self.places.insert(key, self.hand);
        self.hand = (self.hand + 1) % self.capacity;
    }
}

fn lock(clock: &Mutex<Clock>) -> MutexGuard<'_, Clock> {
    clock.lock().expect("no holder panicked")
}

impl Cache for Mutex<Clock> {
    type Handle<'a> = &'a Self;

    fn new(capacity: usize) -> Self {
        Self::new(Clock {
            places: HashMap::with_capacity_and_hasher(capacity, FoldHash::default()),
            entries: Vec::with_capacity(capacity),
            capacity,
            hand: 0,
        })
    }

    fn handle(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn get_or_load(handle: &mut &Self, key: u64, load: impl FnOnce() -> u64) -> u64 {
        let found = lock(handle).get(key);
        found.unwrap_or_else(|| {
            let value = load();
            lock(handle).insert(key, value);
            value
        })
    }

    fn held(&self) -> usize {
        lock(self).entries.len()
    }
}

type Moka = moka::sync::Cache<u64, u64, FoldHash>;

/// Times that moka is asked to do what it has put off: each does a batch.
const BATCHES: usize = 64;

impl Cache for Moka {
    type Handle<'a> = &'a Self;

    fn new(capacity: usize) -> Self {
        let builder = moka::sync::Cache::builder().max_capacity(capacity as u64);
        builder.build_with_hasher(FoldHash::default())
    }

    fn handle(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn get_or_load(handle: &mut &Self, key: u64, load: impl FnOnce() -> u64) -> u64 {
        handle.get_with_by_ref(&key, load)
    }

    fn held(&self) -> usize {
        (0..BATCHES).for_each(|_| self.run_pending_tasks());
        self.entry_count() as usize
    }
}

type Quick = quick_cache::sync::Cache<u64, u64, UnitWeighter, FoldHash>;

impl Cache for Quick {
    type Handle<'a> = &'a Self;

    fn new(capacity: usize) -> Self {
        let lifecycle = DefaultLifecycle::default();
        Self::with(capacity, capacity as u64, UnitWeighter, FoldHash::default(), lifecycle)
    }

    fn handle(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn get_or_load(handle: &mut &Self, key: u64, load: impl FnOnce() -> u64) -> u64 {
        let Ok(value) = handle.get_or_insert_with(&key, || Ok::<_, Infallible>(load()));
        value
    }

    fn held(&self) -> usize {
        self.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that are there after `keys` were asked for, one after the other, in a cache for two.
    #[track_caller]
    fn check(keys: &[u64], expected: &[u64]) {
        let clock = <Mutex<Clock> as Cache>::new(2);
        for key in keys {
            let found = <Mutex<Clock> as Cache>::get_or_load(&mut clock.handle(), *key, || key * 10);
            assert_eq!(found, key * 10);
        }
        let mut found: Vec<u64> = lock(&clock).entries.iter().map(|entry| entry.key).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "after {keys:?}");
    }

    #[test]
    fn what_was_used_gets_a_second_chance() {
        check(&[1, 1, 2], &[1, 2]);
        check(&[1, 2, 3], &[2, 3]);
        check(&[1, 2, 1, 3], &[1, 3]);
        check(&[1, 2, 1, 2, 3], &[2, 3]);
        check(&[1, 2, 3, 4, 4], &[3, 4]);
    }
}
