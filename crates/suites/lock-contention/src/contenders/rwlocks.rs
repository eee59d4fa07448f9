//! Many readers or one writer. Readers still write to the lock itself, and meet there.

use crate::{Shared, SharedTable, SharedTables, SharedValues, Table, Value};
use contend_harness::{Admits, Contender};
use crossbeam_utils::sync::ShardedLock;

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    each::<SharedValues<V>, V>().to_vec()
}

pub(super) const TABLES: &[Contender<SharedTables>] = &each::<SharedTables, Table>();

/// A row for each lock around a `T`.
const fn each<C, T>() -> [Contender<C>; 5]
where
    C: Admits<ReadersWriter<std::sync::RwLock<T>>>
        + Admits<ReadersWriter<parking_lot::RwLock<T>>>
        + Admits<ReadersWriter<parking_lot_012::RwLock<T>>>
        + Admits<ReadersWriter<spin::RwLock<T>>>
        + Admits<ReadersWriter<ShardedLock<T>>>,
{
    [
        Contender::of::<ReadersWriter<std::sync::RwLock<T>>>("rwlock-std")
            .can(&["poisons"])
            .from_std()
            .blocks(),
        Contender::of::<ReadersWriter<parking_lot::RwLock<T>>>("rwlock-parking-lot")
            .package("parking_lot")
            .blocks(),
        Contender::of::<ReadersWriter<parking_lot_012::RwLock<T>>>("rwlock-parking-lot-0-12")
            .package("parking_lot_012")
            .blocks()
            .full_set_only(),
        Contender::of::<ReadersWriter<spin::RwLock<T>>>("rwlock-spin")
            .can(&["no operating system"])
            .package("spin")
            .note("waiting burns a core; readers that keep coming keep a writer out")
            .full_set_only(),
        Contender::of::<ReadersWriter<ShardedLock<T>>>("sharded-lock")
            .package("crossbeam-utils")
            .blocks()
            .note("8 locks: a reader takes its thread's, a writer takes all"),
    ]
}

/// A readers-writer lock as every crate has it. One implementation of the contracts serves all of them.
pub(super) trait RwLock<T>: Send + Sync + 'static {
    fn around(value: T) -> Self;
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R;
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R;
}

impl<T: Send + Sync + 'static> RwLock<T> for std::sync::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read().expect("no writer panicked"))
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write().expect("no writer panicked"))
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for parking_lot::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read())
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write())
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for parking_lot_012::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read())
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write())
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for spin::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read())
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write())
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for ShardedLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read().expect("no writer panicked"))
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write().expect("no writer panicked"))
    }
}

/// A readers-writer lock as a contender.
pub(super) struct ReadersWriter<L>(L);

impl<V: Value, L: RwLock<V>> Shared<V> for ReadersWriter<L> {
    type Handle<'a> = &'a L;

    fn new(initial: V, _threads: usize) -> Self {
        Self(L::around(initial))
    }

    fn handle(&self, _worker: usize) -> &L {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &L) -> V {
        handle.reading(|value| *value)
    }

    #[inline(always)]
    fn write(handle: &mut &L, value: V) {
        handle.writing(|old| *old = value);
    }
}

impl<L: RwLock<Table>> SharedTable for ReadersWriter<L> {
    type Handle<'a> = &'a L;

    fn new(table: Table, _threads: usize) -> Self {
        Self(L::around(table))
    }

    fn handle(&self, _worker: usize) -> &L {
        &self.0
    }

    #[inline(always)]
    fn read<R>(handle: &mut &L, section: impl FnOnce(&Table) -> R) -> R {
        handle.reading(section)
    }

    #[inline(always)]
    fn write(handle: &mut &L, section: impl FnOnce(&mut Table)) {
        handle.writing(section);
    }

    fn written(&self) -> u64 {
        self.0.reading(Table::written)
    }
}
