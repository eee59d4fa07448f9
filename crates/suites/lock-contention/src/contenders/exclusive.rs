//! Mutexes of all crates as contenders: what the rows of [`super::mutexes`] are made of.

use crate::{
    Counter, Lock, Protected, Shared, SharedTable, Stack, Statistics, Table, Totals, TryLock, Value,
};
use spin::mutex::SpinMutex;

/// With its default, which keeps the core, four threads on two cores take milliseconds for each hand-over.
pub(super) type TicketMutex<T> = spin::mutex::TicketMutex<T, spin::Yield>;

/// A mutex as every crate has it. One implementation of the contracts serves all of them, so that no rival is written
/// with more care than another.
pub(super) trait Mutex<T>: Send + Sync + 'static {
    fn around(value: T) -> Self;
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R;
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R>;
}

impl<T: Send + 'static> Mutex<T> for std::sync::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        // As services write it: a poisoned mutex is another bug's echo.
        body(&mut self.lock().expect("no holder panicked"))
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock().ok()?))
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot_012::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot::FairMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

impl<T: Send + 'static> Mutex<T> for SpinMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

impl<T: Send + 'static> Mutex<T> for TicketMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

/// A mutex as a contender.
pub(super) struct Exclusive<M>(M);

impl<M: Mutex<u64>> Counter for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(_threads: usize) -> Self {
        Self(M::around(0))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn add_one(handle: &mut &M) {
        handle.with(|count| *count += 1);
    }

    fn total(&self) -> u64 {
        self.0.with(|count| *count)
    }
}

impl<V: Value, M: Mutex<V>> Shared<V> for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(initial: V, _threads: usize) -> Self {
        Self(M::around(initial))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &M) -> V {
        handle.with(|value| *value)
    }

    #[inline(always)]
    fn write(handle: &mut &M, value: V) {
        handle.with(|old| *old = value);
    }
}

impl<M: Mutex<Protected>> Lock for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(protected: Protected, _threads: usize) -> Self {
        Self(M::around(protected))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn locked(handle: &mut &M, section: impl FnOnce(&mut Protected)) {
        handle.with(section);
    }

    fn protected(&self) -> Protected {
        self.0.with(|protected| *protected)
    }
}

impl<M: Mutex<Protected>> TryLock for Exclusive<M> {
    #[inline(always)]
    fn try_locked(handle: &mut &M, section: impl FnOnce(&mut Protected)) -> bool {
        handle.try_with(section).is_some()
    }
}

impl<M: Mutex<Vec<u64>>> Stack for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(_threads: usize) -> Self {
        Self(M::around(Vec::new()))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn push(handle: &mut &M, value: u64) {
        handle.with(|values| values.push(value));
    }

    #[inline(always)]
    fn pop(handle: &mut &M) -> Option<u64> {
        handle.with(Vec::pop)
    }
}

impl<M: Mutex<Table>> SharedTable for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(table: Table, _threads: usize) -> Self {
        Self(M::around(table))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn read<R>(handle: &mut &M, section: impl FnOnce(&Table) -> R) -> R {
        handle.with(|table| section(table))
    }

    #[inline(always)]
    fn write(handle: &mut &M, section: impl FnOnce(&mut Table)) {
        handle.with(section);
    }

    fn written(&self) -> u64 {
        self.0.with(|table| table.written())
    }
}

impl<M: Mutex<Totals>> Statistics for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(_threads: usize) -> Self {
        Self(M::around(Totals::default()))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn record(handle: &mut &M, bytes: u64, hit: bool) {
        handle.with(|totals| totals.add(bytes, hit));
    }

    fn totals(&self) -> Totals {
        self.0.with(|totals| *totals)
    }
}
