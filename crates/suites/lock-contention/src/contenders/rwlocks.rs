//! Many readers or one writer. Readers still write to the lock itself, and meet there.

use crate::{Shared, SharedValues, Value};
use contend_harness::Contender;
use crossbeam_utils::sync::ShardedLock;

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![
        Contender::of::<ReadersWriter<std::sync::RwLock<V>>>("rwlock-std").from_std().blocks(),
        Contender::of::<ReadersWriter<parking_lot::RwLock<V>>>("rwlock-parking-lot")
            .package("parking_lot")
            .blocks(),
        Contender::of::<ReadersWriter<parking_lot_012::RwLock<V>>>("rwlock-parking-lot-0-12")
            .package("parking_lot_012")
            .blocks()
            .full_set_only(),
        Contender::of::<ReadersWriter<spin::RwLock<V>>>("rwlock-spin")
            .package("spin")
            .note("waiting burns a core; readers that keep coming keep a writer out")
            .full_set_only(),
        Contender::of::<ReadersWriter<ShardedLock<V>>>("sharded-lock")
            .package("crossbeam-utils")
            .blocks()
            .note("8 locks: a reader takes its thread's, a writer takes all"),
    ]
}

/// A readers-writer lock as every crate has it.
trait RwLock<V>: Send + Sync + 'static {
    fn around(value: V) -> Self;
    fn get(&self) -> V;
    fn set(&self, value: V);
}

impl<V: Value> RwLock<V> for std::sync::RwLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        *self.read().expect("no writer panicked")
    }

    #[inline(always)]
    fn set(&self, value: V) {
        *self.write().expect("no writer panicked") = value;
    }
}

impl<V: Value> RwLock<V> for parking_lot::RwLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        *self.read()
    }

    #[inline(always)]
    fn set(&self, value: V) {
        *self.write() = value;
    }
}

impl<V: Value> RwLock<V> for parking_lot_012::RwLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        *self.read()
    }

    #[inline(always)]
    fn set(&self, value: V) {
        *self.write() = value;
    }
}

impl<V: Value> RwLock<V> for spin::RwLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        *self.read()
    }

    #[inline(always)]
    fn set(&self, value: V) {
        *self.write() = value;
    }
}

impl<V: Value> RwLock<V> for ShardedLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        *self.read().expect("no writer panicked")
    }

    #[inline(always)]
    fn set(&self, value: V) {
        *self.write().expect("no writer panicked") = value;
    }
}

/// A readers-writer lock as a contender.
struct ReadersWriter<L>(L);

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
        handle.get()
    }

    #[inline(always)]
    fn write(handle: &mut &L, value: V) {
        handle.set(value);
    }
}
