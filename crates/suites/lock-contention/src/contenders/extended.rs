//! Locks of the feature `extended`: a queue lock, locks of one word, and those that are made for tasks, through their
//! blocking calls.

use super::exclusive::{Exclusive, Mutex};
use super::rwlocks::{ReadersWriter, RwLock};
use crate::{Counters, FreeLocks, Locks, Protected, SharedTables, SharedValues, Table, Value};
use contend_harness::{Admits, Contender};

const NOTE_MCS: &str = "each waiter looks at a word of its own, and gives its core away between two looks; its node is \
                        on the stack";
const NOTE_USYNC: &str = "one word, in which those who wait are queued; the latest release is of 2022";
const NOTE_TASKS: &str = "its blocking call, outside a runtime: a task would not put its thread to sleep";

pub(super) fn counters() -> Vec<Contender<Counters>> {
    for_threads::<Counters, u64>().to_vec()
}

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    let mutexes = for_threads::<SharedValues<V>, V>().map(Contender::full_set_only);
    mutexes.into_iter().chain([usync_rwlock::<SharedValues<V>, V>()]).collect()
}

pub(super) fn locks() -> Vec<Contender<Locks>> {
    mutexes::<Locks, Protected>()
}

pub(super) fn free_locks() -> Vec<Contender<FreeLocks>> {
    mutexes::<FreeLocks, Protected>().into_iter().zip(SIZES).map(|(row, size)| row.note(size)).collect()
}

pub(super) fn tables() -> Vec<Contender<SharedTables>> {
    let rwlocks = [
        usync_rwlock::<SharedTables, Table>(),
        Contender::of::<ReadersWriter<tokio::sync::RwLock<Table>>>("rwlock-tokio")
            .can(&["made for async", "fair"])
            .package("tokio")
            .blocks()
            .note(NOTE_TASKS),
        Contender::of::<ReadersWriter<async_lock::RwLock<Table>>>("rwlock-async-lock")
            .can(&["async too"])
            .package("async-lock")
            .blocks()
            .note(NOTE_TASKS),
    ];
    mutexes::<SharedTables, Table>().into_iter().chain(rwlocks).collect()
}

/// What the mutexes take besides what they protect, in the order of [`mutexes`].
const SIZES: [&str; 4] = [
    "8 bytes: the end of the queue",
    "8 bytes, in which those who wait are queued",
    "40 bytes: a semaphore with one permit, and the list of those who wait for it",
    "16 bytes: a state, and a pointer to the list of those who wait",
];

/// A row for each mutex around a `T`.
fn mutexes<C, T>() -> Vec<Contender<C>>
where
    C: Admits<Exclusive<Queued<T>>> + Admits<Exclusive<usync::Mutex<T>>>,
    C: Admits<Exclusive<tokio::sync::Mutex<T>>> + Admits<Exclusive<async_lock::Mutex<T>>>,
{
    let for_tasks = [
        Contender::of::<Exclusive<tokio::sync::Mutex<T>>>("mutex-tokio")
            .can(&["made for async", "fair"])
            .package("tokio")
            .blocks()
            .note(NOTE_TASKS),
        Contender::of::<Exclusive<async_lock::Mutex<T>>>("mutex-async-lock")
            .can(&["async too"])
            .package("async-lock")
            .blocks()
            .note(NOTE_TASKS),
    ];
    for_threads::<C, T>().into_iter().chain(for_tasks).collect()
}

/// A row for each mutex around a `T` that is not made for tasks: nobody awaits a lock for a word.
fn for_threads<C, T>() -> [Contender<C>; 2]
where
    C: Admits<Exclusive<Queued<T>>> + Admits<Exclusive<usync::Mutex<T>>>,
{
    [
        Contender::of::<Exclusive<Queued<T>>>("mutex-mcs-yield")
            .can(&["fair", "no guard: a section is a closure"])
            .package("mcslock")
            .note(NOTE_MCS),
        Contender::of::<Exclusive<usync::Mutex<T>>>("mutex-usync").package("usync").blocks().note(NOTE_USYNC),
    ]
}

fn usync_rwlock<C: Admits<ReadersWriter<usync::RwLock<T>>>, T>() -> Contender<C> {
    Contender::of::<ReadersWriter<usync::RwLock<T>>>("rwlock-usync")
        .package("usync")
        .blocks()
        .note(NOTE_USYNC)
}

/// The lock of Mellor-Crummey and Scott. It hands over in the order of arrival, so with waiters that keep their cores four
/// threads on two cores would take a time slice for each hand-over.
type Queued<T> = mcslock::raw::yields::Mutex<T>;

impl<T: Send + 'static> Mutex<T> for Queued<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        self.lock_then(body)
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.try_lock_then(|value| value.map(body))
    }
}

impl<T: Send + 'static> Mutex<T> for usync::Mutex<T> {
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

impl<T: Send + 'static> Mutex<T> for tokio::sync::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.blocking_lock())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock().ok()?))
    }
}

impl<T: Send + 'static> Mutex<T> for async_lock::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock_blocking())
    }

    #[inline(always)]
    fn try_with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(body(&mut *self.try_lock()?))
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for usync::RwLock<T> {
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

impl<T: Send + Sync + 'static> RwLock<T> for tokio::sync::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.blocking_read())
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.blocking_write())
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for async_lock::RwLock<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn reading<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.read_blocking())
    }

    #[inline(always)]
    fn writing<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.write_blocking())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: usize, bytes: usize) {
        let id = mutexes::<Locks, Protected>()[row].id();
        assert!(SIZES[row].starts_with(&format!("{bytes} bytes")), "{id} takes {bytes} bytes");
    }

    /// tokio's has a mutex of the standard library in it, which has another size elsewhere.
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    #[test]
    fn sizes_are_as_noted() {
        check(0, size_of::<Queued<()>>());
        check(1, size_of::<usync::Mutex<()>>());
        check(2, size_of::<tokio::sync::Mutex<()>>());
        check(3, size_of::<async_lock::Mutex<()>>());
    }
}
