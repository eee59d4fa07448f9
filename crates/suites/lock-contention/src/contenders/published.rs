//! Values that writers replace as a whole, and that readers take no lock to read.

use crate::{Shared, SharedValues, Value, Writes};
use arc_swap::{ArcSwap, ArcSwapAny, Cache};
use contend_harness::Contender;
use left_right::{Absorb, ReadHandle, ReadHandleFactory, WriteHandle};
use seqlock::SeqLock;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, RwLock};

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![
        Contender::of::<OnceLock<V>>("once-lock")
            .full_set_only()
            .can(&["set once"])
            .from_std()
            .note("can be set once: nothing replaces it"),
        Contender::of::<Lazy<V>>("lazy-lock")
            .can(&["set once"])
            .from_std()
            .full_set_only()
            .note("made at its first use: nothing replaces it"),
        Contender::of::<Swapped<ArcSwap<V>>>("arc-swap-load")
            .can(&["snapshots can be kept"])
            .package("arc-swap")
            .note("a write allocates; of 1.9.1 it is reported that a guard may see freed memory on arm64"),
        Contender::of::<FullySwapped<V>>("arc-swap-load-full")
            .can(&["snapshots can be kept"])
            .package("arc-swap")
            .full_set_only()
            .note("each read counts a reference, as one does to keep the value for longer"),
        Contender::of::<Cached<V>>("arc-swap-cache")
            .full_set_only()
            .can(&["snapshots can be kept", "a handle per thread"])
            .package("arc-swap")
            .note(
                "each thread keeps the value, and looks at one pointer to see whether there is a newer one",
            ),
        Contender::of::<Swapped<LockedSwap<V>>>("arc-swap-rwlock")
            .can(&["snapshots can be kept"])
            .package("arc-swap")
            .blocks()
            .full_set_only()
            .note("arc-swap's strategy that takes a lock"),
        Contender::of::<TwoCopies<V>>("left-right")
            .full_set_only()
            .can(&["reads may be stale", "two copies", "a handle per thread"])
            .package("left-right")
            .blocks()
            .note("readers see one of two copies; each write is published at once and waits for them"),
        Contender::of::<Sequenced<V>>("seqlock")
            .full_set_only()
            .can(&["values that can be copied", "readers try again"])
            .package("seqlock")
            .blocks()
            .note("not formally sound: readers race with the writer and then look whether they did"),
    ]
}

impl<V: Value> Shared<V> for OnceLock<V> {
    type Handle<'a> = &'a Self;

    fn new(initial: V, _threads: usize) -> Self {
        Self::from(initial)
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> V {
        *Self::get(handle).expect("it was made with a value")
    }

    fn write(_handle: &mut &Self, _value: V) {
        unreachable!("{NO_WRITES}");
    }

    fn refusal(workload: &Writes) -> Option<&'static str> {
        (!workload.is_read_only()).then_some(NO_WRITES)
    }
}

const NO_WRITES: &str = "its value cannot be replaced";

/// A value that is made at its first use, by a function that is not known when compiling.
struct Lazy<V>(LazyLock<V, Box<dyn FnOnce() -> V + Send>>);

impl<V: Value> Shared<V> for Lazy<V> {
    type Handle<'a> = &'a Self;

    fn new(initial: V, _threads: usize) -> Self {
        let lazy = Self(LazyLock::new(Box::new(move || initial)));
        LazyLock::force(&lazy.0);
        lazy
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> V {
        *handle.0
    }

    fn write(_handle: &mut &Self, _value: V) {
        unreachable!("{NO_WRITES}");
    }

    fn refusal(workload: &Writes) -> Option<&'static str> {
        (!workload.is_read_only()).then_some(NO_WRITES)
    }
}

/// A pointer to a value, which a write replaces together with the value.
trait Swap<V>: Send + Sync + 'static {
    fn around(value: V) -> Self;
    fn get(&self) -> V;
    fn put(&self, value: V);
}

impl<V: Value> Swap<V> for ArcSwap<V> {
    fn around(value: V) -> Self {
        Self::from_pointee(value)
    }

    #[inline(always)]
    fn get(&self) -> V {
        **self.load()
    }

    #[inline(always)]
    fn put(&self, value: V) {
        self.store(Arc::new(value));
    }
}

/// The same pointer, with a lock instead of hazard slots.
type LockedSwap<V> = ArcSwapAny<Arc<V>, RwLock<()>>;

impl<V: Value> Swap<V> for LockedSwap<V> {
    fn around(value: V) -> Self {
        Self::from(Arc::new(value))
    }

    #[inline(always)]
    fn get(&self) -> V {
        **self.load()
    }

    #[inline(always)]
    fn put(&self, value: V) {
        self.store(Arc::new(value));
    }
}

struct Swapped<S>(S);

impl<V: Value, S: Swap<V>> Shared<V> for Swapped<S> {
    type Handle<'a> = &'a S;

    fn new(initial: V, _threads: usize) -> Self {
        Self(S::around(initial))
    }

    fn handle(&self, _worker: usize) -> &S {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &S) -> V {
        handle.get()
    }

    #[inline(always)]
    fn write(handle: &mut &S, value: V) {
        handle.put(value);
    }
}

/// A swapped pointer whose readers own what they read.
struct FullySwapped<V>(ArcSwap<V>);

impl<V: Value> Shared<V> for FullySwapped<V> {
    type Handle<'a> = &'a ArcSwap<V>;

    fn new(initial: V, _threads: usize) -> Self {
        Self(ArcSwap::from_pointee(initial))
    }

    fn handle(&self, _worker: usize) -> &ArcSwap<V> {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &ArcSwap<V>) -> V {
        *handle.load_full()
    }

    #[inline(always)]
    fn write(handle: &mut &ArcSwap<V>, value: V) {
        handle.put(value);
    }
}

/// A swapped pointer of which each thread has a copy.
struct Cached<V>(ArcSwap<V>);

impl<V: Value> Shared<V> for Cached<V> {
    type Handle<'a> = Cache<&'a ArcSwap<V>, Arc<V>>;

    fn new(initial: V, _threads: usize) -> Self {
        Self(ArcSwap::from_pointee(initial))
    }

    fn handle(&self, _worker: usize) -> Self::Handle<'_> {
        Cache::new(&self.0)
    }

    #[inline(always)]
    fn read(handle: &mut Self::Handle<'_>) -> V {
        **handle.load()
    }

    #[inline(always)]
    fn write(handle: &mut Self::Handle<'_>, value: V) {
        handle.arc_swap().put(value);
    }
}

/// One of left-right's two copies.
#[derive(Clone, Copy)]
struct Copied<V>(V);

/// Replaces the value.
struct Replace<V>(V);

impl<V: Value> Absorb<Replace<V>> for Copied<V> {
    fn absorb_first(&mut self, operation: &mut Replace<V>, _other: &Self) {
        self.0 = operation.0;
    }

    fn sync_with(&mut self, first: &Self) {
        *self = *first;
    }
}

struct TwoCopies<V: Value> {
    writer: Mutex<WriteHandle<Copied<V>, Replace<V>>>,
    readers: ReadHandleFactory<Copied<V>>,
}

/// One thread's way to read, and the way to write that all share.
struct ReadAndWrite<'a, V: Value> {
    reader: ReadHandle<Copied<V>>,
    writer: &'a Mutex<WriteHandle<Copied<V>, Replace<V>>>,
}

impl<V: Value> Shared<V> for TwoCopies<V> {
    type Handle<'a> = ReadAndWrite<'a, V>;

    fn new(initial: V, _threads: usize) -> Self {
        let (mut writer, reader) = left_right::new_from_empty(Copied(initial));
        writer.publish();
        Self { writer: Mutex::new(writer), readers: reader.factory() }
    }

    fn handle(&self, _worker: usize) -> ReadAndWrite<'_, V> {
        ReadAndWrite { reader: self.readers.handle(), writer: &self.writer }
    }

    #[inline(always)]
    fn read(handle: &mut ReadAndWrite<'_, V>) -> V {
        handle.reader.enter().expect("the writer lives as long as the handle").0
    }

    #[inline(always)]
    fn write(handle: &mut ReadAndWrite<'_, V>, value: V) {
        handle.writer.lock().unwrap_or_else(PoisonError::into_inner).append(Replace(value)).publish();
    }
}

struct Sequenced<V>(SeqLock<V>);

impl<V: Value> Shared<V> for Sequenced<V> {
    type Handle<'a> = &'a SeqLock<V>;

    fn new(initial: V, _threads: usize) -> Self {
        Self(SeqLock::new(initial))
    }

    fn handle(&self, _worker: usize) -> &SeqLock<V> {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &SeqLock<V>) -> V {
        handle.read()
    }

    #[inline(always)]
    fn write(handle: &mut &SeqLock<V>, value: V) {
        *handle.lock_write() = value;
    }
}
