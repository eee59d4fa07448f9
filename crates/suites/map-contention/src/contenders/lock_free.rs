//! Maps whose readers take no lock.

use super::FoldHash;
use crate::{Key, Map, Maps};
use contend_harness::Contender;
use crossbeam_skiplist::SkipMap;
use papaya::{Guard, LocalGuard};
use scc::hash_index::{Entry, OccupiedEntry};
use std::cell::Cell;

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<papaya::HashMap<K, u64, FoldHash>>("papaya")
            .can(&["order per key", "reads take no lock"])
            .package("papaya")
            .blocks()
            .note(NOTE_PAPAYA),
        Contender::of::<Batched<K>>("papaya-pin-per-64")
            .full_set_only()
            .can(&["order per key", "reads take no lock"])
            .package("papaya")
            .blocks()
            .note("pins its collector once for 64 operations: what is retired meanwhile waits longer"),
        Contender::of::<scc::HashIndex<K, u64, FoldHash>>("scc-hash-index")
            .can(&["order per key", "reads take no lock", "async too"])
            .package("scc")
            .blocks()
            .note(NOTE_INDEX),
        Contender::of::<SkipMap<K, u64>>("crossbeam-skiplist")
            .full_set_only()
            .can(&["order per key", "keys in order", "reads take no lock"])
            .package("crossbeam-skiplist")
            .note("ordered by key, hashes nothing; a replaced value is a new node"),
    ]
}

const NOTE_PAPAYA: &str = "pins its collector for each operation; a replaced value is a new allocation, and so is its key; \
                           writers sleep where the table grows";

const NOTE_INDEX: &str = "readers take no lock: they may see a value that was just replaced, or miss its key in that moment; a replacement \
     copies the key";

/// The value after `change`, as papaya asks for it.
#[inline(always)]
fn changed_by(change: impl Fn(&mut u64)) -> impl Fn(&u64) -> u64 {
    move |old| {
        let mut value = *old;
        change(&mut value);
        value
    }
}

impl<K: Key> Map<K> for papaya::HashMap<K, u64, FoldHash> {
    type Handle<'a> = &'a Self;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

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

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.pin().update(key.clone(), changed_by(change)).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        handle.pin().try_insert(key, value).err().map(|error| *error.current)
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        handle.pin().iter().for_each(|(key, value)| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        Self::len(handle)
    }

    fn flush(map: Option<&Self>) {
        if let Some(map) = map {
            map.guard().flush();
        }
    }
}

/// Flushes that free what a skip list has put off.
///
/// Chosen here because each frees some hundreds of nodes, and the workloads about memory leave 100,000.
const EPOCH_FLUSHES: usize = 1_000;

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

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

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

    #[inline(always)]
    fn update(handle: &mut Pinned<'_, K>, key: &K, change: impl Fn(&mut u64)) -> bool {
        let map = handle.map;
        map.update(key.clone(), changed_by(change), handle.guard()).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut Pinned<'_, K>, key: K, value: u64) -> Option<u64> {
        let map = handle.map;
        map.try_insert(key, value, handle.guard()).err().map(|error| *error.current)
    }

    #[inline(always)]
    fn for_each(handle: &mut Pinned<'_, K>, mut visit: impl FnMut(&K, u64)) {
        let map = handle.map;
        map.iter(handle.guard()).for_each(|(key, value)| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut Pinned<'_, K>) -> usize {
        handle.map.len()
    }

    fn flush(map: Option<&Self>) {
        <papaya::HashMap<K, u64, FoldHash> as Map<K>>::flush(map.map(|batched| &batched.0));
    }
}

impl<K: Key> Map<K> for scc::HashIndex<K, u64, FoldHash> {
    type Handle<'a> = &'a Self;

    /// A replacement puts a new entry beside the old one and then marks that one removed: who looks at the place of the new one
    /// before and at that of the old one after that finds neither (scc 3.8.8, `OccupiedEntry::update`).
    const MISSES: bool = true;
    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

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
        match handle.entry_sync(key) {
            Entry::Occupied(mut entry) => {
                entry.update(value);
                false
            }
            Entry::Vacant(entry) => {
                entry.insert_entry(value);
                true
            }
        }
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.remove_sync(key)
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        let change_entry = |mut entry: OccupiedEntry<'_, K, u64, FoldHash>| {
            let mut value = *entry.get();
            change(&mut value);
            entry.update(value);
        };
        handle.get_sync(key).map(change_entry).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        match handle.entry_sync(key) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(entry) => {
                entry.insert_entry(value);
                None
            }
        }
    }

    /// With its locks: without them, an entry that is being replaced may be seen twice, or not at all.
    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        handle.iter_sync(|key, value| {
            visit(key, *value);
            true
        });
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        Self::len(handle)
    }

    fn flush(_map: Option<&Self>) {
        super::flush_scc();
    }
}

impl<K: Key> Map<K> for SkipMap<K, u64> {
    type Handle<'a> = &'a Self;

    /// Its insertion does not tell whether it replaced something.
    const EXACT: bool = false;

    /// The old node is taken out before the new one is put in.
    const GAPS: bool = true;

    /// It neither changes an entry in place nor visits all while some are replaced: a replacement is another node.
    const COUNTS: bool = true;

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
        // The closure is called where the key is there.
        let met = Cell::new(false);
        handle.compare_insert(key, value, |_| {
            met.set(true);
            true
        });
        !met.get()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        Self::remove(handle, key).is_some()
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        Self::len(handle)
    }

    fn flush(_map: Option<&Self>) {
        for _ in 0..EPOCH_FLUSHES {
            crossbeam_epoch::pin().flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gives_keys_their_newest_value;

    #[test]
    fn keys_have_their_newest_values() {
        gives_keys_their_newest_value::<papaya::HashMap<u64, u64, FoldHash>>();
        gives_keys_their_newest_value::<Batched<u64>>();
        gives_keys_their_newest_value::<scc::HashIndex<u64, u64, FoldHash>>();
        gives_keys_their_newest_value::<SkipMap<u64, u64>>();
    }
}
