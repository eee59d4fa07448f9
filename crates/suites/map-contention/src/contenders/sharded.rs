//! Many locks, each around a part of the map, so that threads meet only if their keys do.

use super::FoldHash;
use crate::{Key, Map, Maps};
use contend_harness::Contender;
use contend_structures::ShardedMap;
use dashmap::DashMap;
use std::hash::BuildHasher;

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<Sharded<K, 1>>("sharded-1")
            .can(&["order per key"])
            .package("hashbrown")
            .note("what the sharding itself costs"),
        Contender::of::<Sharded<K, 8>>("sharded-8").can(&["order per key"]).package("hashbrown"),
        Contender::of::<Sharded<K, 64>>("sharded-64").can(&["order per key"]).package("hashbrown"),
        Contender::of::<DashMap<K, u64, FoldHash>>("dashmap")
            .can(&["order per key", "a guard held too long can deadlock"])
            .package("dashmap")
            .note("its own number of shards: 4 per core, rounded up to a power of two"),
        Contender::of::<Dash64<K>>("dashmap-64")
            .full_set_only()
            .can(&["order per key", "a guard held too long can deadlock"])
            .package("dashmap")
            .note("64 shards, as sharded-64 has"),
        Contender::of::<scc::HashMap<K, u64, FoldHash>>("scc-hash-map")
            .can(&["order per key", "async too"])
            .package("scc")
            .note("a lock for every 32 entries; grows and shrinks in steps"),
    ]
    .into_iter()
    .map(Contender::blocks)
    .collect()
}

/// A sharded table of our own, as a reference: what sharding alone gives.
type Sharded<K, const SHARDS: usize> = ShardedMap<K, u64, FoldHash, SHARDS>;

impl<K: Key, const SHARDS: usize> Map<K> for Sharded<K, SHARDS> {
    type Handle<'a> = &'a Self;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity(capacity)
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        ShardedMap::get(handle, key)
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.replace(key, value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        ShardedMap::insert(handle, key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        ShardedMap::remove(handle, key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        ShardedMap::update(handle, key, change).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        handle.get_or_insert(key, value)
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        ShardedMap::for_each(handle, |key, value| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        ShardedMap::len(handle)
    }
}

/// dashmap, with any hash function.
impl<K: Key, H: BuildHasher + Clone + Default + Send + Sync + 'static> Map<K> for DashMap<K, u64, H> {
    type Handle<'a> = &'a Self;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, H::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        Self::get(handle, key).map(|entry| *entry)
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.get_mut(key).map(|mut entry| *entry = value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        Self::insert(handle, key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        Self::remove(handle, key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.get_mut(key).map(|mut entry| change(&mut entry)).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        match handle.entry(key) {
            dashmap::Entry::Occupied(entry) => Some(*entry.get()),
            dashmap::Entry::Vacant(entry) => {
                entry.insert(value);
                None
            }
        }
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        handle.iter().for_each(|entry| visit(entry.key(), *entry.value()));
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        Self::len(handle)
    }
}

/// dashmap, with as many shards as our own.
struct Dash64<K>(DashMap<K, u64, FoldHash>);

impl<K: Key> Map<K> for Dash64<K> {
    type Handle<'a> = &'a DashMap<K, u64, FoldHash>;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self(DashMap::with_capacity_and_hasher_and_shard_amount(capacity, FoldHash::default(), 64))
    }

    fn handle(&self, _worker: usize) -> Self::Handle<'_> {
        &self.0
    }

    #[inline(always)]
    fn get(handle: &mut Self::Handle<'_>, key: &K) -> Option<u64> {
        <DashMap<K, u64, FoldHash> as Map<K>>::get(handle, key)
    }

    #[inline(always)]
    fn set(handle: &mut Self::Handle<'_>, key: &K, value: u64) -> bool {
        <DashMap<K, u64, FoldHash> as Map<K>>::set(handle, key, value)
    }

    #[inline(always)]
    fn insert(handle: &mut Self::Handle<'_>, key: K, value: u64) -> bool {
        <DashMap<K, u64, FoldHash> as Map<K>>::insert(handle, key, value)
    }

    fn remove(handle: &mut Self::Handle<'_>, key: &K) -> bool {
        <DashMap<K, u64, FoldHash> as Map<K>>::remove(handle, key)
    }

    #[inline(always)]
    fn update(handle: &mut Self::Handle<'_>, key: &K, change: impl Fn(&mut u64)) -> bool {
        <DashMap<K, u64, FoldHash> as Map<K>>::update(handle, key, change)
    }

    #[inline(always)]
    fn insert_absent(handle: &mut Self::Handle<'_>, key: K, value: u64) -> Option<u64> {
        <DashMap<K, u64, FoldHash> as Map<K>>::insert_absent(handle, key, value)
    }

    #[inline(always)]
    fn for_each(handle: &mut Self::Handle<'_>, visit: impl FnMut(&K, u64)) {
        <DashMap<K, u64, FoldHash> as Map<K>>::for_each(handle, visit);
    }

    #[inline(always)]
    fn len(handle: &mut Self::Handle<'_>) -> usize {
        <DashMap<K, u64, FoldHash> as Map<K>>::len(handle)
    }
}

impl<K: Key> Map<K> for scc::HashMap<K, u64, FoldHash> {
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
        handle.read_sync(key, |_, value| *value)
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.update_sync(key, |_, old| *old = value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        handle.upsert_sync(key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.remove_sync(key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.update_sync(key, |_, value| change(value)).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        match handle.entry_sync(key) {
            scc::hash_map::Entry::Occupied(entry) => Some(*entry.get()),
            scc::hash_map::Entry::Vacant(entry) => {
                entry.insert_entry(value);
                None
            }
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gives_keys_their_newest_value;

    #[test]
    fn keys_have_their_newest_values() {
        gives_keys_their_newest_value::<Sharded<u64, 1>>();
        gives_keys_their_newest_value::<Sharded<u64, 8>>();
        gives_keys_their_newest_value::<Sharded<u64, 64>>();
        gives_keys_their_newest_value::<DashMap<u64, u64, FoldHash>>();
        gives_keys_their_newest_value::<Dash64<u64>>();
        gives_keys_their_newest_value::<scc::HashMap<u64, u64, FoldHash>>();
    }
}
