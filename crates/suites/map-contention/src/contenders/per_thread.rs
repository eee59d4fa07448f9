//! No sharing: each thread has all keys for itself. What cannot be beaten, and what one can use only where stale or
//! partial values do.

use super::FoldHash;
use crate::{Key, Kind, Map, Maps};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<PerThread<K>>("per-thread")
            .bound()
            .note("every thread has its own map: nobody sees another's writes"),
    ]
}

type Table<K> = HashMap<K, u64, FoldHash>;

/// A map for each worker, which its handle keeps locked from before the clock starts until after it stops.
struct PerThread<K>(Box<[CachePadded<Mutex<Table<K>>>]>);

impl<K: Key> Map<K> for PerThread<K> {
    type Handle<'a> = MutexGuard<'a, Table<K>>;

    const KIND: Kind = Kind::PerThread;
    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, threads: usize) -> Self {
        let table = || HashMap::with_capacity_and_hasher(capacity, FoldHash::default());
        Self((0..threads).map(|_| CachePadded::new(Mutex::new(table()))).collect())
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.0[worker].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline(always)]
    fn get(handle: &mut Self::Handle<'_>, key: &K) -> Option<u64> {
        handle.get(key).copied()
    }

    #[inline(always)]
    fn set(handle: &mut Self::Handle<'_>, key: &K, value: u64) -> bool {
        handle.get_mut(key).map(|old| *old = value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut Self::Handle<'_>, key: K, value: u64) -> bool {
        handle.insert(key, value).is_none()
    }

    fn remove(handle: &mut Self::Handle<'_>, key: &K) -> bool {
        handle.remove(key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut Self::Handle<'_>, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.get_mut(key).map(change).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut Self::Handle<'_>, key: K, value: u64) -> Option<u64> {
        super::insert_absent(handle, key, value)
    }

    #[inline(always)]
    fn for_each(handle: &mut Self::Handle<'_>, mut visit: impl FnMut(&K, u64)) {
        handle.iter().for_each(|(key, value)| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut Self::Handle<'_>) -> usize {
        handle.len()
    }
}
