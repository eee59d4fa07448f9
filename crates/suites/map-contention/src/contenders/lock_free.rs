//! Maps whose readers take no lock.

use super::FoldHash;
use crate::{Key, Map, Maps};
use contend_harness::Contender;
use crossbeam_skiplist::SkipMap;
use papaya::LocalGuard;

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<papaya::HashMap<K, u64, FoldHash>>("papaya").package("papaya").note(
            "pins its collector for each operation; a replaced value is a new allocation, and so is its key",
        ),
        Contender::of::<Batched<K>>("papaya-pin-per-64")
            .package("papaya")
            .note("pins its collector once for 64 operations: what is retired meanwhile waits longer"),
        Contender::of::<scc::HashIndex<K, u64, FoldHash>>("scc-hash-index").package("scc").blocks().note(
            "readers take no lock and may see a value that was just replaced; a replacement copies the key",
        ),
        Contender::of::<SkipMap<K, u64>>("crossbeam-skiplist")
            .package("crossbeam-skiplist")
            .note("ordered by key, hashes nothing; a replaced value is a new node"),
    ]
}

impl<K: Key> Map<K> for papaya::HashMap<K, u64, FoldHash> {
    type Handle<'a> = &'a Self;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, FoldHash::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        handle.pin().get(key).copied()
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.pin().update(key.clone(), |_| value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        handle.pin().insert(key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.pin().remove(key).is_some()
    }
}

/// Operations under one guard.
const BATCH: u32 = 64;

/// papaya, for threads that do many operations in a row.
struct Batched<K>(papaya::HashMap<K, u64, FoldHash>);

/// A map and the guard of the current batch.
struct Pinned<'a, K> {
    map: &'a papaya::HashMap<K, u64, FoldHash>,
    /// Made with the first operation: a handle that is not used must hold nothing up.
    guard: Option<LocalGuard<'a>>,
    left: u32,
}

impl<'a, K: Key> Pinned<'a, K> {
    #[inline(always)]
    fn guard(&mut self) -> &LocalGuard<'a> {
        if self.left == 0 {
            self.left = BATCH;
            // The former goes first: while there is one, a new one would not let the collector go on.
            self.guard = None;
        }
        self.left -= 1;
        self.guard.get_or_insert_with(|| self.map.guard())
    }
}

impl<K: Key> Map<K> for Batched<K> {
    type Handle<'a> = Pinned<'a, K>;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self(papaya::HashMap::with_capacity_and_hasher(capacity, FoldHash::default()))
    }

    fn handle(&self, _worker: usize) -> Pinned<'_, K> {
        Pinned { map: &self.0, guard: None, left: 0 }
    }

    #[inline(always)]
    fn get(handle: &mut Pinned<'_, K>, key: &K) -> Option<u64> {
        let map = handle.map;
        map.get(key, handle.guard()).copied()
    }

    #[inline(always)]
    fn set(handle: &mut Pinned<'_, K>, key: &K, value: u64) -> bool {
        let map = handle.map;
        map.update(key.clone(), |_| value, handle.guard()).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut Pinned<'_, K>, key: K, value: u64) -> bool {
        let map = handle.map;
        map.insert(key, value, handle.guard()).is_none()
    }

    fn remove(handle: &mut Pinned<'_, K>, key: &K) -> bool {
        let map = handle.map;
        map.remove(key, handle.guard()).is_some()
    }
}

impl<K: Key> Map<K> for scc::HashIndex<K, u64, FoldHash> {
    type Handle<'a> = &'a Self;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, FoldHash::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        handle.peek_with(key, |_, value| *value)
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.get_sync(key).map(|mut entry| entry.update(value)).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        handle.insert_sync(key, value).is_ok()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.remove_sync(key)
    }
}

impl<K: Key> Map<K> for SkipMap<K, u64> {
    type Handle<'a> = &'a Self;

    /// Its insertion does not tell whether it replaced something.
    const EXACT: bool = false;

    fn with_capacity(_capacity: usize, _threads: usize) -> Self {
        Self::new()
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        Self::get(handle, key).map(|entry| *entry.value())
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        let there = handle.contains_key(key);
        if there {
            Self::insert(handle, key.clone(), value);
        }
        there
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        let absent = !handle.contains_key(&key);
        Self::insert(handle, key, value);
        absent
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        Self::remove(handle, key).is_some()
    }
}
