//! The same loops with no map at all: what tape, keys and report cost.

use crate::{Key, Kind, Map, Maps, Store, Stores};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

const NOTE: &str = "there is no map: what tape, keys and report cost";

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![Contender::of::<NoMap<K>>("floor").floor().note(NOTE)]
}

pub(super) const STORES: &[Contender<Stores>] = &[Contender::of::<NoStore>("floor").floor().note(NOTE)];

/// Keeps what is inserted in a list for each worker, so that no key is dropped on the clock.
struct NoMap<K>(Box<[CachePadded<Mutex<Vec<K>>>]>);

impl<K: Key> Map<K> for NoMap<K> {
    type Handle<'a> = MutexGuard<'a, Vec<K>>;

    const KIND: Kind = Kind::Floor;
    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, threads: usize) -> Self {
        Self((0..threads).map(|_| CachePadded::new(Mutex::new(Vec::with_capacity(capacity)))).collect())
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        let mut inserted = self.0[worker].lock().unwrap_or_else(PoisonError::into_inner);
        inserted.clear();
        inserted
    }

    #[inline(always)]
    fn get(_handle: &mut Self::Handle<'_>, key: &K) -> Option<u64> {
        black_box(key);
        Some(0)
    }

    #[inline(always)]
    fn set(_handle: &mut Self::Handle<'_>, key: &K, value: u64) -> bool {
        black_box((key, value));
        true
    }

    #[inline(always)]
    fn insert(handle: &mut Self::Handle<'_>, key: K, value: u64) -> bool {
        handle.push(key);
        black_box(value);
        true
    }

    fn remove(_handle: &mut Self::Handle<'_>, _key: &K) -> bool {
        true
    }

    #[inline(always)]
    fn update(_handle: &mut Self::Handle<'_>, key: &K, change: impl Fn(&mut u64)) -> bool {
        let mut value = 0;
        change(&mut value);
        black_box((key, value));
        true
    }

    #[inline(always)]
    fn insert_absent(_handle: &mut Self::Handle<'_>, key: K, value: u64) -> Option<u64> {
        black_box(&key);
        Some(value)
    }

    #[inline(always)]
    fn for_each(handle: &mut Self::Handle<'_>, _visit: impl FnMut(&K, u64)) {
        black_box(handle);
    }

    #[inline(always)]
    fn len(handle: &mut Self::Handle<'_>) -> usize {
        handle.len()
    }
}

/// Counts requests in a number for each worker, and looks nothing up.
struct NoStore(Box<[CachePadded<Mutex<u64>>]>);

impl Store for NoStore {
    type Handle<'a> = MutexGuard<'a, u64>;

    const KIND: Kind = Kind::Floor;

    fn new(_keys: &[String], threads: usize) -> Self {
        Self((0..threads).map(|_| CachePadded::default()).collect())
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.0[worker].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline(always)]
    fn request(handle: &mut Self::Handle<'_>, key: &str) -> Option<u64> {
        **handle += 1;
        black_box(key);
        Some(0)
    }

    fn requests(&self) -> u64 {
        (0..self.0.len()).map(|worker| *self.handle(worker)).sum()
    }
}
