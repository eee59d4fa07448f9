//! A part for each thread, summed up when somebody asks.

use crate::{Counter, Counters, Statistics, StatisticsFields, Totals};
use contend_harness::Contender;
use contend_structures::{CounterStripe, StripedCounter};
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, Ordering};
use thread_local::ThreadLocal;

pub(super) const COUNTERS: &[Contender<Counters>] = &[
    Contender::of::<StripedCounter>("striped-padded").note("one cache line per thread"),
    Contender::of::<Unpadded>("striped-unpadded")
        .note("the same, but 8 threads share a cache line: false sharing on purpose"),
    Contender::of::<ThreadLocalSum>("thread-local-sum")
        .package("thread_local")
        .note("each thread's own counter, looked up each time; reading the sum walks over all threads"),
];

pub(super) const STATISTICS: &[Contender<StatisticsFields>] =
    &[Contender::of::<PerThread>("per-thread").note("relaxed atomics, but no other thread writes them")];

impl Counter for StripedCounter {
    type Handle<'a> = CounterStripe<'a>;

    fn new(threads: usize) -> Self {
        Self::new(threads)
    }

    fn handle(&self, worker: usize) -> CounterStripe<'_> {
        self.stripe(worker)
    }

    #[inline(always)]
    fn add_one(handle: &mut CounterStripe<'_>) {
        handle.add(1);
    }

    fn total(&self) -> u64 {
        self.sum()
    }
}

/// The same counter, with its words side by side.
struct Unpadded(Box<[AtomicU64]>);

impl Counter for Unpadded {
    type Handle<'a> = &'a AtomicU64;

    fn new(threads: usize) -> Self {
        Self((0..threads).map(|_| AtomicU64::new(0)).collect())
    }

    fn handle(&self, worker: usize) -> &AtomicU64 {
        &self.0[worker]
    }

    #[inline(always)]
    fn add_one(handle: &mut &AtomicU64) {
        // Relaxed: a sum of counts needs no order. A read-modify-write, because more threads than stripes may meet.
        handle.fetch_add(1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|stripe| stripe.load(Ordering::Relaxed)).sum()
    }
}

/// A counter for each thread that ever counted.
struct ThreadLocalSum(ThreadLocal<CachePadded<AtomicU64>>);

impl Counter for ThreadLocalSum {
    type Handle<'a> = &'a Self;

    fn new(threads: usize) -> Self {
        Self(ThreadLocal::with_capacity(threads))
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn add_one(handle: &mut &Self) {
        let own = handle.0.get_or_default();
        // Relaxed: only this thread writes, so a load and a store lose nothing; readers need no order.
        own.store(own.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|own| own.load(Ordering::Relaxed)).sum()
    }
}

/// Statistics of one cache line per thread.
struct PerThread(Box<[CachePadded<[AtomicU64; 3]>]>);

impl Statistics for PerThread {
    type Handle<'a> = &'a [AtomicU64; 3];

    fn new(threads: usize) -> Self {
        Self((0..threads).map(|_| CachePadded::new([0; 3].map(AtomicU64::new))).collect())
    }

    fn handle(&self, worker: usize) -> &[AtomicU64; 3] {
        &self.0[worker]
    }

    #[inline(always)]
    fn record(handle: &mut &[AtomicU64; 3], bytes: u64, hit: bool) {
        let add = |field: &AtomicU64, amount: u64| {
            // Relaxed: only this thread writes, so a load and a store lose nothing; readers need no order.
            field.store(field.load(Ordering::Relaxed) + amount, Ordering::Relaxed);
        };
        let [requests, hits, all_bytes] = handle;
        add(requests, 1);
        add(hits, u64::from(hit));
        add(all_bytes, bytes);
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for stripe in &self.0 {
            let [requests, hits, bytes] = stripe.each_ref().map(|field| field.load(Ordering::Relaxed));
            totals.merge(Totals { requests, hits, bytes });
        }
        totals
    }
}
