//! A slice with a place for every result. Whoever computed a part says so once, however many results it has.

use crate::fan::Arrivals;
use crate::{FanOut, Gathers, WayBack};
use contend_harness::Contender;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) const GATHERS: &[Contender<Gathers>] = &[
    Contender::of::<FanOut<Slots<true>>>("slice-chunks")
        .note("as many chunks as threads: even, but the last one to begin is waited for"),
    Contender::of::<FanOut<Slots<false>>>("slice-atomic-index")
        .note("item by item: neighbours on one cache line may be written by two threads"),
];

/// One word per result. Atomic, because several threads write to one slice without `unsafe`; a relaxed store is a plain
/// one on every common processor.
struct Slots<const CHUNKS: bool> {
    results: Box<[AtomicU64]>,
    arrivals: Arrivals,
}

impl<const CHUNKS: bool> WayBack for Slots<CHUNKS> {
    type Handle<'a> = &'a Self;

    fn new(items: usize, _threads: usize) -> Self {
        let results = (0..items).map(|_| AtomicU64::new(0)).collect();
        Self { results, arrivals: Arrivals::default() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    fn items_at_a_time(items: usize, threads: usize) -> usize {
        if CHUNKS { items.div_ceil(threads) } else { 1 }
    }

    #[inline(always)]
    fn open(handle: &mut &Self) {
        handle.arrivals.reset();
    }

    #[inline(always)]
    fn bring(handle: &mut &Self, results: impl Iterator<Item = (usize, u64)>) {
        let mut brought = 0;
        for (index, result) in results {
            // Relaxed: `Arrivals::add` releases the stores, and `Arrivals::wait_for` acquires them.
            handle.results[index].store(result, Ordering::Relaxed);
            brought += 1;
        }
        if brought > 0 {
            handle.arrivals.add(brought);
        }
    }

    #[inline(always)]
    fn collect(handle: &mut &Self, mut take: impl FnMut(u64)) {
        handle.arrivals.wait_for(handle.results.len());
        for result in &handle.results {
            // Relaxed: as in `bring`.
            take(result.load(Ordering::Relaxed));
        }
    }
}
