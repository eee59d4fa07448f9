//! Maps that readers see as it was at the last publication: cheap to read, dear to write.

use super::FoldHash;
use crate::{Key, Map, Maps};
use arc_swap::ArcSwap;
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use evmap::StableHashEq;
use evmap::handles::{ReadHandle, WriteHandle};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) fn maps<K: Key + StableHashEq>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<CopyOnWrite<K>>("arc-swap-copy")
            .can(&["snapshots", "reads take no lock", "a write copies the map"])
            .package("arc-swap")
            .blocks()
            .note("each write copies the whole table; writers take turns on a mutex"),
        Contender::of::<Published<K, 1>>("evmap-publish-each")
            .full_set_only()
            .can(&["reads take no lock", "two copies"])
            .package("evmap")
            .blocks()
            .note("hashes with SipHash; one writer at a time, and each write is published at once"),
        Contender::of::<Published<K, 100>>("evmap-publish-100")
            .full_set_only()
            .can(&["reads take no lock", "two copies", "reads may be stale"])
            .package("evmap")
            .blocks()
            .note(
                "hashes with SipHash; one writer at a time, and readers see a write up to 100 writes later",
            ),
    ]
}

type Table<K> = HashMap<K, u64, FoldHash>;

/// A table behind a pointer that each write replaces.
struct CopyOnWrite<K> {
    table: CachePadded<ArcSwap<Table<K>>>,
    writer: Mutex<()>,
}

impl<K: Key> CopyOnWrite<K> {
    /// Copies the table, lets `change` work on the copy, and publishes it if that returns true.
    fn write(&self, change: impl FnOnce(&mut Table<K>) -> bool) -> bool {
        let _turn = lock(&self.writer);
        let mut copy = Table::clone(&self.table.load());
        let changed = change(&mut copy);
        if changed {
            self.table.store(Arc::new(copy));
        }
        changed
    }
}

impl<K: Key> Map<K> for CopyOnWrite<K> {
    type Handle<'a> = &'a Self;

    const COPIES: bool = true;
    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        let table = Table::with_capacity_and_hasher(capacity, FoldHash::default());
        Self { table: CachePadded::new(ArcSwap::from_pointee(table)), writer: Mutex::default() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    fn fill(handle: &mut &Self, entries: impl Iterator<Item = (K, u64)>) {
        handle.write(|table| {
            table.extend(entries);
            true
        });
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        handle.table.load().get(key).copied()
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.write(|table| table.get_mut(key).map(|old| *old = value).is_some())
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        let mut absent = false;
        handle.write(|table| {
            absent = table.insert(key, value).is_none();
            true
        });
        absent
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.write(|table| table.remove(key).is_some())
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.write(|table| table.get_mut(key).map(change).is_some())
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        let mut found = Self::get(handle, &key);
        if found.is_none() {
            handle.write(|table| {
                found = super::insert_absent(table, key, value);
                found.is_none()
            });
        }
        found
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        handle.table.load().iter().for_each(|(key, value)| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        handle.table.load().len()
    }
}

/// evmap's two copies, of which readers see one; published after so many writes.
struct Published<K: Key + StableHashEq, const WRITES: u32> {
    writer: Mutex<Writer<K>>,
    /// What each thread has a clone of; it cannot be shared.
    reader: Mutex<ReadHandle<K, u64>>,
}

struct Writer<K: Key + StableHashEq> {
    handle: WriteHandle<K, u64>,
    pending: u32,
}

impl<K: Key + StableHashEq> Writer<K> {
    /// Counts a write, and publishes what there is if it was the last of so many.
    fn wrote(&mut self, publish_after: u32) {
        self.pending += 1;
        if self.pending >= publish_after {
            self.publish();
        }
    }

    fn publish(&mut self) {
        self.handle.publish();
        self.pending = 0;
    }
}

/// One thread's way to read, and the way to write that all share. At its end all is published.
struct ReadAndWrite<'a, K: Key + StableHashEq> {
    reader: ReadHandle<K, u64>,
    writer: &'a Mutex<Writer<K>>,
}

impl<K: Key + StableHashEq> Drop for ReadAndWrite<'_, K> {
    fn drop(&mut self) {
        let mut writer = lock(self.writer);
        if writer.pending > 0 {
            writer.publish();
        }
    }
}

impl<K: Key + StableHashEq, const WRITES: u32> Map<K> for Published<K, WRITES> {
    type Handle<'a> = ReadAndWrite<'a, K>;

    /// The writer sees what readers see, so what is not published yet is missing there as well.
    const EXACT: bool = WRITES == 1;
    const LAGS: bool = WRITES > 1;
    const UPDATES: bool = WRITES == 1;
    const INSERTS_ABSENT: bool = WRITES == 1;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        let (handle, reader) = evmap::Options::default().with_capacity(capacity).construct();
        Self { writer: Mutex::new(Writer { handle, pending: 0 }), reader: Mutex::new(reader) }
    }

    fn handle(&self, _worker: usize) -> ReadAndWrite<'_, K> {
        ReadAndWrite { reader: lock(&self.reader).clone(), writer: &self.writer }
    }

    fn fill(handle: &mut ReadAndWrite<'_, K>, entries: impl Iterator<Item = (K, u64)>) {
        let mut writer = lock(handle.writer);
        for (key, value) in entries {
            writer.handle.update(key, value);
        }
        writer.publish();
    }

    #[inline(always)]
    fn get(handle: &mut ReadAndWrite<'_, K>, key: &K) -> Option<u64> {
        handle.reader.get_one(key).map(|value| *value)
    }

    #[inline(always)]
    fn set(handle: &mut ReadAndWrite<'_, K>, key: &K, value: u64) -> bool {
        let mut writer = lock(handle.writer);
        let there = handle.reader.contains_key(key);
        if there {
            writer.handle.update(key.clone(), value);
            writer.wrote(WRITES);
        }
        there
    }

    #[inline(always)]
    fn insert(handle: &mut ReadAndWrite<'_, K>, key: K, value: u64) -> bool {
        let mut writer = lock(handle.writer);
        let absent = !handle.reader.contains_key(&key);
        writer.handle.update(key, value);
        writer.wrote(WRITES);
        absent
    }

    fn remove(handle: &mut ReadAndWrite<'_, K>, key: &K) -> bool {
        let mut writer = lock(handle.writer);
        let there = handle.reader.contains_key(key);
        writer.handle.remove_entry(key.clone());
        writer.wrote(WRITES);
        there
    }

    #[inline(always)]
    fn update(handle: &mut ReadAndWrite<'_, K>, key: &K, change: impl Fn(&mut u64)) -> bool {
        let mut writer = lock(handle.writer);
        let found = handle.reader.get_one(key).map(|value| *value);
        let Some(mut value) = found else { return false };
        change(&mut value);
        writer.handle.update(key.clone(), value);
        writer.wrote(WRITES);
        true
    }

    #[inline(always)]
    fn insert_absent(handle: &mut ReadAndWrite<'_, K>, key: K, value: u64) -> Option<u64> {
        let found = Self::get(handle, &key);
        if found.is_some() {
            return found;
        }
        let mut writer = lock(handle.writer);
        // Another may have inserted it since.
        let found = handle.reader.get_one(&key).map(|value| *value);
        if found.is_none() {
            writer.handle.update(key, value);
            writer.wrote(WRITES);
        }
        found
    }

    #[inline(always)]
    fn for_each(handle: &mut ReadAndWrite<'_, K>, mut visit: impl FnMut(&K, u64)) {
        let Some(entries) = handle.reader.enter() else { return };
        for (key, values) in entries.iter() {
            values.iter().for_each(|value| visit(key, *value));
        }
    }

    #[inline(always)]
    fn len(handle: &mut ReadAndWrite<'_, K>) -> usize {
        handle.reader.len()
    }

    /// Once for each copy: what was removed from one is in the other until the next publication.
    fn flush(map: Option<&Self>) {
        if let Some(map) = map {
            let mut writer = lock(&map.writer);
            writer.publish();
            writer.publish();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
