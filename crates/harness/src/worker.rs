//! A worker's side of a slice: the gate, its own stamps, and the loop on the clock.

use crate::clock::Clock;
use crate::gate::{Gate, GivenUp};
use crate::handicap::{Burden, Handicap};
use crate::platform::{Meter, Reading};
#[cfg(feature = "passes")]
use crate::sampling::{Looks, Mark, Span};
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicBool, Ordering};

/// Operations that a trial should do between two looks at the stop flag, where `ops` would do: one where each operation is
/// looked at by itself, as in the passes for latency.
pub const fn stride(ops: u64) -> u64 {
    if cfg!(feature = "passes") { 1 } else { ops }
}

/// What all workers of one slice share.
pub(crate) struct SliceControl {
    pub(crate) gate: Gate,
    /// Raised by the first worker that has finished its share, or where none does in time.
    pub(crate) stop: CachePadded<AtomicBool>,
    pub(crate) share: u64,
    pub(crate) handicap: Handicap,
    #[cfg(feature = "passes")]
    pub(crate) looks: Looks,
}

/// What one worker stamped and used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stamps {
    pub(crate) start_ns: u64,
    pub(crate) stop_ns: u64,
    /// Completed operations; `None` for a worker that only assists.
    pub(crate) ops: Option<u64>,
    pub(crate) cpu_ns: Option<u64>,
    pub(crate) used: Reading,
    pub(crate) failed_attempts: u64,
}

/// Unwinds a worker whose peers will never arrive; not a fault of this one.
pub(crate) struct PeersGaveUp;

/// One thread of a slice, handed to [`crate::Trial::work`].
pub struct Worker<'a> {
    index: usize,
    threads: usize,
    control: &'a SliceControl,
    clock: &'a dyn Clock,
    meter: &'a Meter,
    failed_attempts: u64,
    stamps: Option<Stamps>,
    #[cfg(feature = "passes")]
    mark: Mark,
    #[cfg(feature = "passes")]
    runs_ahead: bool,
}

/// Says when what an operation waits for has come, such as a lock: in passes that time single operations, only what lies
/// before counts. Elsewhere it is nothing, and costs nothing.
#[derive(Clone)]
pub struct Marker<'a> {
    #[cfg(feature = "passes")]
    mark: Mark,
    #[cfg(feature = "passes")]
    index: usize,
    #[cfg(feature = "passes")]
    clock: &'a dyn Clock,
    #[cfg(not(feature = "passes"))]
    nothing: std::marker::PhantomData<&'a ()>,
}

impl Marker<'_> {
    /// It has come.
    #[inline(always)]
    pub fn here(&self) {
        #[cfg(feature = "passes")]
        self.mark.set(self.clock.now_ns(self.index));
    }
}

impl std::fmt::Debug for Marker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Marker")
    }
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        index: usize,
        threads: usize,
        control: &'a SliceControl,
        clock: &'a dyn Clock,
        meter: &'a Meter,
    ) -> Self {
        Self {
            index,
            threads,
            control,
            clock,
            meter,
            failed_attempts: 0,
            stamps: None,
            #[cfg(feature = "passes")]
            mark: Mark::default(),
            #[cfg(feature = "passes")]
            runs_ahead: false,
        }
    }

    /// Which worker this is, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Workers in the slice.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Operations after which this worker has done its share.
    pub fn share(&self) -> u64 {
        self.control.share
    }

    /// Adds to the attempts that failed and were tried again.
    pub fn add_failed_attempts(&mut self, attempts: u64) {
        self.failed_attempts += attempts;
    }

    /// Says, before [`Worker::assist`], that nothing keeps this worker near those who count, as in front of an unbounded queue:
    /// what it allocates is then not what their operations do.
    pub fn runs_ahead(&mut self) {
        #[cfg(feature = "passes")]
        {
            self.runs_ahead = true;
        }
    }

    /// A marker for this worker's operations, each of which has to use it.
    pub fn marker(&mut self) -> Marker<'a> {
        #[cfg(not(feature = "passes"))]
        return Marker { nothing: std::marker::PhantomData };
        #[cfg(feature = "passes")]
        {
            self.mark = Mark::new();
            Marker { mark: self.mark.clone(), index: self.index, clock: self.clock }
        }
    }

    /// Measures this worker's operations.
    ///
    /// Waits for all workers, stamps the start, then calls `step(done)` until the share is done, another worker has
    /// finished its own, or the slice has taken too long, and stamps the stop. `step` performs up to `stride` operations, numbered from `done`, and
    /// returns how many it completed; fewer than `stride` ends this worker's slice early. The stop flag is read once
    /// per step, so `stride` should be some hundred nanoseconds of work. Returns the completed operations.
    ///
    /// # Panics
    /// If called a second time in one slice, or where another worker failed before the start.
    #[inline]
    pub fn measure(&mut self, stride: u64, mut step: impl FnMut(u64) -> u64) -> u64 {
        let control = self.control;
        let mut burden = Burden::new(control.handicap);
        #[cfg(feature = "passes")]
        let mut eye = control.looks.eye(self.index, self.mark.clone());
        let start = self.start();
        #[cfg(feature = "passes")]
        let done = eye.run(&self.span(&start), stride, |done| {
            let completed = step(done);
            burden.bear();
            completed
        });
        #[cfg(not(feature = "passes"))]
        let mut done = 0;
        // Relaxed: the flag orders nothing; a late look costs one more step, which the window leaves out.
        #[cfg(not(feature = "passes"))]
        while done < control.share && !control.stop.load(Ordering::Relaxed) {
            let completed = step(done);
            done += completed;
            burden.bear();
            if completed < stride {
                break;
            }
        }
        self.finish(start, Some(done));
        done
    }

    #[cfg(feature = "passes")]
    fn span(&self, start: &Start) -> Span<'a> {
        let control = self.control;
        Span {
            share: control.share,
            threads: self.threads,
            start_ns: start.start_ns,
            stop: &control.stop,
            clock: self.clock,
        }
    }

    /// Runs this worker beside those that count operations, until one of them has finished its share, or the
    /// slice has taken too long.
    ///
    /// `step` is called again and again; it returns whether to go on. Its span is part of the window, its work is not
    /// counted: a sender whose messages the receivers count, a helper of a requester.
    ///
    /// # Panics
    /// As [`Worker::measure`].
    #[inline]
    pub fn assist(&mut self, mut step: impl FnMut() -> bool) {
        let control = self.control;
        #[cfg(feature = "passes")]
        let mut eye = control.looks.eye(self.index, Mark::default());
        let start = self.start();
        #[cfg(feature = "passes")]
        eye.assist(self.runs_ahead);
        // Relaxed: as in `measure`.
        while !control.stop.load(Ordering::Relaxed) {
            if !step() {
                break;
            }
        }
        #[cfg(feature = "passes")]
        eye.count();
        self.finish(start, None);
    }

    #[inline(never)]
    fn start(&mut self) -> Start {
        assert!(self.stamps.is_none(), "a trial measures once per slice and worker");
        let used = self.meter.read();
        if self.control.gate.wait() == Err(GivenUp) {
            std::panic::resume_unwind(Box::new(PeersGaveUp));
        }
        let cpu_ns = self.meter.cpu_ns();
        // The start is stamped last, so that nothing but the operations lies between the stamps.
        Start { used, cpu_ns, start_ns: self.clock.now_ns(self.index) }
    }

    #[inline(never)]
    fn finish(&mut self, start: Start, ops: Option<u64>) {
        let stop_ns = self.clock.now_ns(self.index);
        // Relaxed: as in `measure`. A helper that ends first must not stop those who count.
        if ops.is_some() {
            self.control.stop.store(true, Ordering::Relaxed);
        }
        let cpu_ns = self.meter.cpu_ns();
        self.stamps = Some(Stamps {
            start_ns: start.start_ns,
            stop_ns,
            ops,
            cpu_ns: cpu_ns.zip(start.cpu_ns).map(|(now, then)| now.saturating_sub(then)),
            used: self.meter.read().since(start.used),
            failed_attempts: 0,
        });
    }

    pub(crate) fn into_stamps(self) -> Option<Stamps> {
        let failed_attempts = self.failed_attempts;
        self.stamps.map(|stamps| Stamps { failed_attempts, ..stamps })
    }
}

impl std::fmt::Debug for Worker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("index", &self.index).field("threads", &self.threads).finish()
    }
}

struct Start {
    used: Reading,
    cpu_ns: Option<u64>,
    start_ns: u64,
}
