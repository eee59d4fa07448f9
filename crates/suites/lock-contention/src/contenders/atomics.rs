//! Single instructions on shared memory. Nobody sleeps, and every core still has to own the line that it changes.

use super::Placed;
use crate::{Counter, Counters, Record, Shared, SharedValues, Statistics, StatisticsFields, Totals, Value};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use crossbeam_utils::atomic::AtomicCell;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) const COUNTERS: &[Contender<Counters>] = &[
    Contender::of::<FetchAdd<Relaxed>>("fetch-add-relaxed").from_std(),
    Contender::of::<FetchAdd<SeqCst>>("fetch-add-seqcst")
        .from_std()
        .full_set_only()
        .note("on x86-64 the same instruction as relaxed"),
    Contender::of::<CasLoop<Relaxed>>("cas-loop-relaxed"),
    Contender::of::<CasLoop<SeqCst>>("cas-loop-seqcst")
        .full_set_only()
        .note("on x86-64 the same instruction as relaxed"),
];

pub(super) const SHARED_WORDS: &[Contender<SharedValues<u64>>] = &[
    Contender::of::<Word<Relaxed>>("atomic-relaxed").from_std(),
    Contender::of::<Word<AcquireRelease>>("atomic-acquire-release")
        .from_std()
        .full_set_only()
        .note("on x86-64 the same instructions as relaxed"),
    Contender::of::<Word<SeqCst>>("atomic-seqcst")
        .from_std()
        .note("on x86-64 only its stores differ from relaxed"),
];

pub(super) const SHARED_RECORDS: &[Contender<SharedValues<Record>>] =
    &[Contender::of::<AtomicCell<Record>>("atomic-cell")
        .package("crossbeam-utils")
        .note("a sequence lock, shared by all cells whose addresses collide")];

pub(super) const STATISTICS: &[Contender<StatisticsFields>] = &[
    Contender::of::<Fields<AtomicU64>>("atomics-one-line"),
    Contender::of::<Fields<CachePadded<AtomicU64>>>("atomics-padded"),
];

/// A memory ordering as a type, so that it is no branch in the loop.
trait Order: Send + Sync + 'static {
    const LOAD: Ordering;
    const STORE: Ordering;
    const READ_MODIFY_WRITE: Ordering;
}

enum Relaxed {}

impl Order for Relaxed {
    const LOAD: Ordering = Ordering::Relaxed;
    const STORE: Ordering = Ordering::Relaxed;
    const READ_MODIFY_WRITE: Ordering = Ordering::Relaxed;
}

enum AcquireRelease {}

impl Order for AcquireRelease {
    const LOAD: Ordering = Ordering::Acquire;
    const STORE: Ordering = Ordering::Release;
    const READ_MODIFY_WRITE: Ordering = Ordering::AcqRel;
}

enum SeqCst {}

impl Order for SeqCst {
    const LOAD: Ordering = Ordering::SeqCst;
    const STORE: Ordering = Ordering::SeqCst;
    const READ_MODIFY_WRITE: Ordering = Ordering::SeqCst;
}

/// An atomic word with an ordering, alone on its cache line.
struct Atomic<O> {
    word: CachePadded<AtomicU64>,
    order: std::marker::PhantomData<O>,
}

impl<O> Atomic<O> {
    fn new(value: u64) -> Self {
        Self { word: CachePadded::new(AtomicU64::new(value)), order: std::marker::PhantomData }
    }
}

struct FetchAdd<O>(Atomic<O>);

impl<O: Order> Counter for FetchAdd<O> {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self(Atomic::new(0))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn add_one(handle: &mut &Self) {
        handle.0.word.fetch_add(1, O::READ_MODIFY_WRITE);
    }

    fn total(&self) -> u64 {
        self.0.word.load(O::LOAD)
    }
}

/// What one writes where the new value is more than a sum.
struct CasLoop<O>(Atomic<O>);

impl<O: Order> Counter for CasLoop<O> {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self(Atomic::new(0))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn add_one(handle: &mut &Self) {
        let mut old = handle.0.word.load(O::LOAD);
        while let Err(found) =
            handle.0.word.compare_exchange_weak(old, old + 1, O::READ_MODIFY_WRITE, O::LOAD)
        {
            old = found;
        }
    }

    fn total(&self) -> u64 {
        self.0.word.load(O::LOAD)
    }
}

struct Word<O>(Atomic<O>);

impl<O: Order> Shared<u64> for Word<O> {
    type Handle<'a> = &'a Self;

    fn new(initial: u64, _threads: usize) -> Self {
        Self(Atomic::new(initial))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> u64 {
        handle.0.word.load(O::LOAD)
    }

    #[inline(always)]
    fn write(handle: &mut &Self, value: u64) {
        handle.0.word.store(value, O::STORE);
    }
}

impl<V: Value> Shared<V> for AtomicCell<V> {
    type Handle<'a> = &'a Self;

    fn new(initial: V, _threads: usize) -> Self {
        Self::new(initial)
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn read(handle: &mut &Self) -> V {
        handle.load()
    }

    #[inline(always)]
    fn write(handle: &mut &Self, value: V) {
        handle.store(value);
    }
}

/// Three counters, on one cache line or on three.
struct Fields<A>(CachePadded<[A; 3]>);

impl<A: Placed> Statistics for Fields<A> {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize) -> Self {
        Self(CachePadded::new([0; 3].map(|zero| A::from(AtomicU64::new(zero)))))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn record(handle: &mut &Self, bytes: u64, hit: bool) {
        let [requests, hits, all_bytes] = &*handle.0;
        // Relaxed: the fields are read for people, who need no order between them.
        requests.word().fetch_add(1, Ordering::Relaxed);
        if hit {
            hits.word().fetch_add(1, Ordering::Relaxed);
        }
        all_bytes.word().fetch_add(bytes, Ordering::Relaxed);
    }

    fn totals(&self) -> Totals {
        let [requests, hits, bytes] = self.0.each_ref().map(|field| field.word().load(Ordering::Relaxed));
        Totals { requests, hits, bytes }
    }
}
