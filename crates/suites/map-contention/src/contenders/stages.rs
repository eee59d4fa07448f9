//! The key-value store of the articles in three stages, each with the locks of the standard library as the articles
//! have Go's.

use super::FoldHash;
use crate::{Store, Stores};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use hashbrown::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

pub(super) const STORES: &[Contender<Stores>] = &[
    Contender::of::<AllMutexes>("stage-1-mutexes")
        .blocks()
        .note("a mutex around the map, another around the count"),
    Contender::of::<OneAtomic>("stage-2-rwlock-atomic")
        .blocks()
        .note("an RwLock around the map, one atomic count"),
    Contender::of::<ShardedStriped>("stage-3-sharded-striped")
        .blocks()
        .note("64 RwLocks around parts of the map, a count for each thread"),
];

type Table = HashMap<String, u64, FoldHash>;

/// Shards of the third stage.
const SHARDS: usize = 64;

fn table<'a>(entries: impl IntoIterator<Item = (usize, &'a String)>) -> Table {
    entries.into_iter().map(|(value, key)| (key.clone(), value as u64)).collect()
}

/// What one writes first.
struct AllMutexes {
    table: CachePadded<Mutex<Table>>,
    requests: CachePadded<Mutex<u64>>,
}

impl Store for AllMutexes {
    type Handle<'a> = &'a Self;

    fn new(keys: &[String], _threads: usize) -> Self {
        let table = table(keys.iter().enumerate());
        Self { table: CachePadded::new(Mutex::new(table)), requests: CachePadded::default() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn request(handle: &mut &Self, key: &str) -> Option<u64> {
        let found = handle.table.lock().expect("no holder panicked").get(key).copied();
        *handle.requests.lock().expect("no holder panicked") += 1;
        found
    }

    fn requests(&self) -> u64 {
        *self.requests.lock().expect("no holder panicked")
    }
}

/// Readers share, and the count is an atomic.
struct OneAtomic {
    table: CachePadded<RwLock<Table>>,
    requests: CachePadded<AtomicU64>,
}

impl Store for OneAtomic {
    type Handle<'a> = &'a Self;

    fn new(keys: &[String], _threads: usize) -> Self {
        let table = table(keys.iter().enumerate());
        Self { table: CachePadded::new(RwLock::new(table)), requests: CachePadded::default() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn request(handle: &mut &Self, key: &str) -> Option<u64> {
        let found = handle.table.read().expect("no writer panicked").get(key).copied();
        // Relaxed: a count for people needs no order.
        handle.requests.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn requests(&self) -> u64 {
        // Relaxed: as above.
        self.requests.load(Ordering::Relaxed)
    }
}

/// Threads meet only if their keys do.
struct ShardedStriped {
    shards: Box<[CachePadded<RwLock<Table>>]>,
    hasher: FoldHash,
    requests: Box<[CachePadded<AtomicU64>]>,
}

impl ShardedStriped {
    #[inline(always)]
    fn shard_of(hash: u64) -> usize {
        // The table takes the top 7 bits and the lowest ones; the shard takes those below the top.
        ((hash << 7) >> (u64::BITS - SHARDS.trailing_zeros())) as usize
    }
}

impl Store for ShardedStriped {
    type Handle<'a> = (&'a Self, &'a AtomicU64);

    fn new(keys: &[String], threads: usize) -> Self {
        let hasher = FoldHash::default();
        let part = |shard| {
            let inside = |(_, key): &(usize, &String)| Self::shard_of(hasher.hash_one(key.as_str())) == shard;
            CachePadded::new(RwLock::new(table(keys.iter().enumerate().filter(inside))))
        };
        let shards = (0..SHARDS).map(part).collect();
        Self { shards, hasher, requests: (0..threads).map(|_| CachePadded::default()).collect() }
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        (self, &self.requests[worker])
    }

    #[inline(always)]
    fn request(handle: &mut Self::Handle<'_>, key: &str) -> Option<u64> {
        let (store, requests) = handle;
        let hash = store.hasher.hash_one(key);
        let shard = store.shards[Self::shard_of(hash)].read().expect("no writer panicked");
        let found = shard.raw_entry().from_hash(hash, |known| known == key).map(|(_, value)| *value);
        drop(shard);
        // Relaxed: as above.
        requests.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn requests(&self) -> u64 {
        // Relaxed: as above.
        self.requests.iter().map(|stripe| stripe.load(Ordering::Relaxed)).sum()
    }
}
