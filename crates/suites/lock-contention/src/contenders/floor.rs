//! The same loops with no primitive at all: what the harness itself costs. Each worker has its own data and leaves it
//! behind when its handle is dropped, outside the clock.

use crate::dispatch::handlers;
use crate::{
    Bulkhead, Counter, Counters, Counting, FreeLock, FreeLocks, Lock, Locks, Pipeline, Pipelines, Protected,
    Reclaimer, Reclaimers, Semaphore, Semaphores, Setup, Shared, SharedTable, SharedTables, SharedValues,
    Stack, Stacks, Statistics, StatisticsFields, Table, Totals, TryLock, Value,
};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard};

const NOTE: &str = "nothing is shared: what loop, tape and report cost";

pub(super) const COUNTERS: &[Contender<Counters>] =
    &[Contender::of::<Private<u64>>("floor").floor().note(NOTE)];

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![Contender::of::<PrivateValues<V>>("floor").floor().note(NOTE)]
}

pub(super) const LOCKS: &[Contender<Locks>] =
    &[Contender::of::<Private<Protected>>("floor").floor().note(NOTE)];

pub(super) const FREE_LOCKS: &[Contender<FreeLocks>] =
    &[Contender::of::<Private<Protected>>("floor").floor().note(NOTE)];

pub(super) const TABLES: &[Contender<SharedTables>] =
    &[Contender::of::<Private<Table>>("floor").floor().note(NOTE)];

pub(super) const STACKS: &[Contender<Stacks>] =
    &[Contender::of::<Private<Vec<u64>>>("floor").floor().note(NOTE)];

pub(super) const RECLAIMERS: &[Contender<Reclaimers>] =
    &[Contender::of::<NothingToFree>("floor").floor().note("nothing is pinned: what the loop costs")];

pub(super) const SEMAPHORES: &[Contender<Semaphores>] =
    &[Contender::of::<NoPermits>("floor").floor().note("nobody waits: the work, and counting who is inside")];

pub(super) const PIPELINES: &[Contender<Pipelines>] =
    &[Contender::of::<NoHandlers>("floor").floor().note("the handlers' own work, in one function")];

pub(super) const STATISTICS: &[Contender<StatisticsFields>] =
    &[Contender::of::<Private<Totals>>("floor").floor().note(NOTE)];

/// One value per worker, which its handle keeps locked from before the clock starts until after it stops.
struct Private<T>(Box<[CachePadded<Mutex<T>>]>);

impl<T: Clone> Private<T> {
    fn of(value: &T, threads: usize) -> Self {
        Self((0..threads).map(|_| CachePadded::new(Mutex::new(value.clone()))).collect())
    }

    fn own(&self, worker: usize) -> MutexGuard<'_, T> {
        self.0[worker].lock().expect("only this worker locks its own value")
    }

    fn fold<R>(&self, start: R, join: impl Fn(R, &T) -> R) -> R {
        (0..self.0.len()).fold(start, |sum, worker| join(sum, &self.own(worker)))
    }
}

impl Counter for Private<u64> {
    type Handle<'a> = MutexGuard<'a, u64>;

    fn new(threads: usize) -> Self {
        Self::of(&0, threads)
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.own(worker)
    }

    #[inline(always)]
    fn add_one(handle: &mut Self::Handle<'_>) {
        // Not opaque, 64 increments would become one addition of 64.
        *black_box(&mut **handle) += 1;
    }

    fn total(&self) -> u64 {
        self.fold(0, |sum, own| sum + own)
    }

    #[inline(always)]
    fn read(&self, handle: &mut Self::Handle<'_>) -> u64 {
        *black_box(&mut **handle)
    }

    fn refusal(workload: &Counting) -> Option<&'static str> {
        (*workload == Counting::OneReader).then_some("nothing is shared: a reader has nothing to read")
    }
}

impl Lock for Private<Protected> {
    type Handle<'a> = MutexGuard<'a, Protected>;

    fn new(protected: Protected, threads: usize) -> Self {
        Self::of(&protected, threads)
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.own(worker)
    }

    #[inline(always)]
    fn locked(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Protected)) {
        section(black_box(&mut **handle));
    }

    fn protected(&self) -> Protected {
        let first = *self.own(0);
        (1..self.0.len()).fold(first, |sum, worker| sum.with_entries_of(*self.own(worker)))
    }
}

impl TryLock for Private<Protected> {
    #[inline(always)]
    fn try_locked(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Protected)) -> bool {
        Self::locked(handle, section);
        true
    }

    fn refusal(workload: &FreeLock) -> Option<&'static str> {
        (*workload == FreeLock::Create).then_some("it has no lock that it could make")
    }
}

impl SharedTable for Private<Table> {
    type Handle<'a> = MutexGuard<'a, Table>;

    fn new(table: Table, threads: usize) -> Self {
        Self::of(&table, threads)
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.own(worker)
    }

    #[inline(always)]
    fn read<R>(handle: &mut Self::Handle<'_>, section: impl FnOnce(&Table) -> R) -> R {
        section(black_box(&**handle))
    }

    #[inline(always)]
    fn write(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Table)) {
        section(black_box(&mut **handle));
    }

    fn written(&self) -> u64 {
        self.fold(0, |sum, own| sum + own.written())
    }
}

impl Stack for Private<Vec<u64>> {
    type Handle<'a> = MutexGuard<'a, Vec<u64>>;

    fn new(threads: usize) -> Self {
        Self::of(&Vec::new(), threads)
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        self.own(worker)
    }

    #[inline(always)]
    fn push(handle: &mut Self::Handle<'_>, value: u64) {
        black_box(&mut **handle).push(value);
    }

    #[inline(always)]
    fn pop(handle: &mut Self::Handle<'_>) -> Option<u64> {
        black_box(&mut **handle).pop()
    }
}

/// One worker's totals, which live in registers until it leaves them behind.
struct OwnTotals<'a> {
    own: Totals,
    left_behind: MutexGuard<'a, Totals>,
}

impl Drop for OwnTotals<'_> {
    fn drop(&mut self) {
        *self.left_behind = self.own;
    }
}

impl Statistics for Private<Totals> {
    type Handle<'a> = OwnTotals<'a>;

    fn new(threads: usize) -> Self {
        Self::of(&Totals::default(), threads)
    }

    fn handle(&self, worker: usize) -> Self::Handle<'_> {
        let left_behind = self.own(worker);
        OwnTotals { own: *left_behind, left_behind }
    }

    #[inline(always)]
    fn record(handle: &mut Self::Handle<'_>, bytes: u64, hit: bool) {
        // A primitive needs to be handed them; that nobody adds up one request at a time is what makes this the floor.
        black_box((bytes, hit));
        handle.own.add(bytes, hit);
    }

    fn totals(&self) -> Totals {
        self.fold(Totals::default(), |mut sum, own| {
            sum.merge(*own);
            sum
        })
    }
}

/// A value that each handle copies, and leaves behind when it is dropped.
struct PrivateValues<V>(Mutex<V>);

/// One worker's copy.
struct PrivateValue<'a, V: Value> {
    own: V,
    written: bool,
    shared: &'a Mutex<V>,
}

impl<V: Value> Drop for PrivateValue<'_, V> {
    fn drop(&mut self) {
        if self.written {
            *self.shared.lock().expect("a copy cannot panic") = self.own;
        }
    }
}

impl<V: Value> Shared<V> for PrivateValues<V> {
    type Handle<'a> = PrivateValue<'a, V>;

    fn new(initial: V, _threads: usize) -> Self {
        Self(Mutex::new(initial))
    }

    fn handle(&self, _worker: usize) -> Self::Handle<'_> {
        let own = *self.0.lock().expect("a copy cannot panic");
        PrivateValue { own, written: false, shared: &self.0 }
    }

    #[inline(always)]
    fn read(handle: &mut Self::Handle<'_>) -> V {
        // Not opaque, it would be read once.
        *black_box(&handle.own)
    }

    #[inline(always)]
    fn write(handle: &mut Self::Handle<'_>, value: V) {
        handle.own = value;
        handle.written = true;
    }
}

/// What the four handlers do, with no handler.
struct NoHandlers(Setup);

impl Pipeline for NoHandlers {
    fn new(setup: &Setup) -> Self {
        Self(*setup)
    }

    #[inline(always)]
    fn run(&self, request: u64) -> u64 {
        let Setup { keys: [first, second, third, fourth], units } = self.0;
        let request = handlers::mask(handlers::add(request, first, units), second, units);
        handlers::scale(handlers::rotate(request, third, units), fourth, units)
    }
}

/// A reclaimer that nobody needs.
struct NothingToFree;

impl Reclaimer for NothingToFree {
    type Handle<'a> = ();

    fn new(_threads: usize) -> Self {
        Self
    }

    fn handle(&self) {}

    #[inline(always)]
    fn pinned((): &mut (), inside: impl FnOnce()) {
        inside();
    }

    fn frees(&self) -> bool {
        true
    }
}

/// As many permits as there are threads.
struct NoPermits;

impl Semaphore for NoPermits {
    fn new(_permits: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn with_permit(&self, inside: impl FnOnce()) {
        inside();
    }

    fn refusal(workload: &Bulkhead, threads: usize) -> Option<&'static str> {
        (threads > workload.permits())
            .then_some("it keeps nobody out, and there are fewer permits than threads")
    }
}
