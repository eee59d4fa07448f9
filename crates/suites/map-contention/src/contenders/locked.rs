//! One lock around a `HashMap`: what one writes first.

use super::FoldHash;
use crate::{Key, Map, Maps};
use contend_harness::Contender;
use std::collections::HashMap;

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<Locked<std::sync::Mutex<Table<K>>>>("mutex-std")
            .can(&["one order of all operations"])
            .from_std()
            .blocks(),
        Contender::of::<Locked<parking_lot::Mutex<Table<K>>>>("mutex-parking-lot")
            .can(&["one order of all operations"])
            .package("parking_lot")
            .blocks(),
        Contender::of::<Locked<std::sync::RwLock<Table<K>>>>("rwlock-std")
            .can(&["one order of all operations"])
            .from_std()
            .blocks(),
        Contender::of::<Locked<parking_lot::RwLock<Table<K>>>>("rwlock-parking-lot")
            .can(&["one order of all operations"])
            .package("parking_lot")
            .blocks(),
    ]
}

type Table<K> = HashMap<K, u64, FoldHash>;

/// A lock as every crate has it; a mutex gives readers what it gives writers.
trait Lock<T>: Send + Sync + 'static {
    fn around(value: T) -> Self;
    fn read<R>(&self, body: impl FnOnce(&T) -> R) -> R;
    fn write<R>(&self, body: impl FnOnce(&mut T) -> R) -> R;
}

impl<T: Send + 'static> Lock<T> for std::sync::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn read<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.lock().expect("no holder panicked"))
    }

    #[inline(always)]
    fn write<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock().expect("no holder panicked"))
    }
}

impl<T: Send + 'static> Lock<T> for parking_lot::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn read<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.lock())
    }

    #[inline(always)]
    fn write<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

impl<T: Send + Sync + 'static> Lock<T> for std::sync::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn read<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read().expect("no writer panicked"))
    }

    #[inline(always)]
    fn write<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write().expect("no writer panicked"))
    }
}

impl<T: Send + Sync + 'static> Lock<T> for parking_lot::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn read<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read())
    }

    #[inline(always)]
    fn write<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write())
    }
}

/// A map behind one lock.
struct Locked<L>(L);

impl<K: Key, L: Lock<Table<K>>> Map<K> for Locked<L> {
    type Handle<'a> = &'a L;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self(L::around(HashMap::with_capacity_and_hasher(capacity, FoldHash::default())))
    }

    fn handle(&self, _worker: usize) -> &L {
        &self.0
    }

    #[inline(always)]
    fn get(handle: &mut &L, key: &K) -> Option<u64> {
        handle.read(|table| table.get(key).copied())
    }

    #[inline(always)]
    fn set(handle: &mut &L, key: &K, value: u64) -> bool {
        handle.write(|table| table.get_mut(key).map(|old| *old = value).is_some())
    }

    #[inline(always)]
    fn insert(handle: &mut &L, key: K, value: u64) -> bool {
        handle.write(|table| table.insert(key, value).is_none())
    }

    fn remove(handle: &mut &L, key: &K) -> bool {
        handle.write(|table| table.remove(key).is_some())
    }

    #[inline(always)]
    fn update(handle: &mut &L, key: &K, change: impl Fn(&mut u64)) -> bool {
        handle.write(|table| table.get_mut(key).map(change).is_some())
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &L, key: K, value: u64) -> Option<u64> {
        handle.write(|table| super::insert_absent(table, key, value))
    }

    #[inline(always)]
    fn for_each(handle: &mut &L, mut visit: impl FnMut(&K, u64)) {
        handle.read(|table| table.iter().for_each(|(key, value)| visit(key, *value)));
    }

    #[inline(always)]
    fn len(handle: &mut &L) -> usize {
        handle.read(Table::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gives_keys_their_newest_value;

    #[test]
    fn keys_have_their_newest_values() {
        gives_keys_their_newest_value::<Locked<std::sync::Mutex<Table<u64>>>>();
        gives_keys_their_newest_value::<Locked<parking_lot::Mutex<Table<u64>>>>();
        gives_keys_their_newest_value::<Locked<std::sync::RwLock<Table<u64>>>>();
        gives_keys_their_newest_value::<Locked<parking_lot::RwLock<Table<u64>>>>();
    }
}
