//! Looking at single operations: how long each takes, and what it allocates. Only in executables of the feature `passes`,
//! whose loop on the clock is this one.

use crate::clock::Clock;
use contend_allocations::{Counts, of_thread};
use fastrand::Rng;
use hdrhistogram::Histogram;
use std::cell::Cell;
use std::hint::spin_loop;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Longest time that is told from longer ones, in nanoseconds.
///
/// Chosen here because a slice that takes longer than a minute counts as hung long before.
const LONGEST_NS: u64 = 60_000_000_000;

/// Digits of each recorded time that are kept: an error of at most 0.1 %.
const DIGITS: u8 = 3;

/// Which operations are timed, and when they begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sampling {
    /// Closed loop: an operation begins when the one before has ended, and one in `every`, on average, is timed from its
    /// begin to its end. What is timed is chosen at random, so that no rhythm of the workload decides.
    Service {
        /// At least 1.
        every: u32,
    },
    /// Open loop: operation `i` of each worker is due `i` intervals after its first, and timed from then, whether or not the
    /// worker was free to begin. The first of each comes a part of an interval after that of the worker before, so that they
    /// do not all meet. A worker does all its operations, though others have done theirs: those that wait longest come last.
    Open {
        /// Between two operations of a worker, in nanoseconds.
        interval_ns: u64,
        /// Most operations of a worker.
        operations: u64,
    },
}

/// What was seen of the operations of a slice.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Times in nanoseconds; none in a slice without sampling.
    pub times_ns: Histogram<u64>,
    /// What all workers allocated inside their loops.
    pub allocations: u64,
    /// Bytes they asked for.
    pub requested_bytes: u64,
    /// The times end where a worker said so ([`Mark`]), and not at the operations' ends.
    pub marked: bool,
    /// A worker only assisted: the pace is not that of those who count.
    pub assisted: bool,
    /// Such a worker runs ahead of those who count, so that its allocations are not those of their operations.
    pub ran_ahead: bool,
    /// A step was more than one operation, so that none was timed.
    pub coarse: bool,
}

impl Default for Looked {
    fn default() -> Self {
        let times_ns = Histogram::new_with_bounds(1, LONGEST_NS, DIGITS).expect("the bounds are in order");
        Self {
            times_ns,
            allocations: 0,
            requested_bytes: 0,
            marked: false,
            assisted: false,
            ran_ahead: false,
            coarse: false,
        }
    }
}

impl Looked {
    /// Adds what was seen elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.times_ns.add(&other.times_ns).expect("all histograms have the same bounds");
        self.allocations += other.allocations;
        self.requested_bytes += other.requested_bytes;
        self.marked |= other.marked;
        self.assisted |= other.assisted;
        self.ran_ahead |= other.ran_ahead;
        self.coarse |= other.coarse;
    }
}

/// Where the workers of a slice leave what they saw.
#[derive(Debug)]
pub(crate) struct Looks {
    sampling: Option<Sampling>,
    /// Another one for each slice, so that each times other operations.
    seed: u64,
    of_all: Mutex<Looked>,
}

impl Looks {
    pub(crate) fn new(sampling: Option<Sampling>, seed: u64) -> Self {
        Self { sampling, seed, of_all: Mutex::default() }
    }

    pub(crate) fn take(&self) -> Looked {
        std::mem::take(&mut *self.of_all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One worker's eye on its slice.
    pub(crate) fn eye(&self, index: usize, mark: Mark) -> Eye<'_> {
        let rng = Rng::with_seed(self.seed << 16 | index as u64);
        let looked = Looked { marked: mark.0.is_some(), ..Looked::default() };
        Eye { looks: self, looked, rng, before: of_thread(), mark, index }
    }
}

/// Says when what an operation waits for has come, such as a lock: only what lies before is then its time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark(Option<Rc<Moment>>);

#[derive(Debug)]
struct Moment {
    ns: Cell<u64>,
}

impl Mark {
    pub(crate) fn new() -> Self {
        Self(Some(Rc::new(Moment { ns: Cell::new(0) })))
    }

    pub(crate) fn set(&self, now_ns: u64) {
        if let Some(moment) = &self.0 {
            moment.ns.set(now_ns);
        }
    }

    /// The last moment that was marked; `None` where none ever is.
    fn moment(&self) -> Option<u64> {
        self.0.as_ref().map(|moment| moment.ns.get())
    }
}

/// What one worker sees in one slice.
pub(crate) struct Eye<'a> {
    looks: &'a Looks,
    looked: Looked,
    rng: Rng,
    before: Counts,
    mark: Mark,
    index: usize,
}

/// The part of a slice that a loop needs to know.
pub(crate) struct Span<'a> {
    pub(crate) share: u64,
    pub(crate) threads: usize,
    pub(crate) start_ns: u64,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) clock: &'a dyn Clock,
}

impl Eye<'_> {
    /// Calls `step` as [`crate::Worker::measure`] says, one operation at a time. Returns the completed operations.
    pub(crate) fn run(&mut self, span: &Span<'_>, stride: u64, mut step: impl FnMut(u64) -> u64) -> u64 {
        // From here on, because making the histogram is none of the contender's allocations.
        self.before = of_thread();
        self.looked.coarse = stride != 1;
        let done = match self.looks.sampling.filter(|_| stride == 1) {
            None => run_while(span, stride, step),
            Some(Sampling::Service { every }) => self.serve(span, every, step),
            Some(Sampling::Open { interval_ns, operations }) => {
                let phase_ns = interval_ns * self.index as u64 / span.threads.max(1) as u64;
                let mut done = 0;
                while done < span.share.min(operations) {
                    let due = span.start_ns + phase_ns + done * interval_ns;
                    while span.clock.now_ns(self.index) < due {
                        spin_loop();
                    }
                    let completed = step(done);
                    self.record(due, span.clock);
                    done += completed;
                    if completed == 0 {
                        break;
                    }
                }
                done
            }
        };
        self.count();
        done
    }

    fn serve(&mut self, span: &Span<'_>, every: u32, mut step: impl FnMut(u64) -> u64) -> u64 {
        let mut until = self.gap(every);
        run_while(span, 1, |done| {
            if until > 0 {
                until -= 1;
                return step(done);
            }
            until = self.gap(every);
            let begun = span.clock.now_ns(self.index);
            let completed = step(done);
            self.record(begun, span.clock);
            completed
        })
    }

    /// Begins to count what a worker allocates that only assists.
    pub(crate) fn assist(&mut self, runs_ahead: bool) {
        self.looked.assisted = true;
        self.looked.ran_ahead = runs_ahead;
        self.before = of_thread();
    }

    pub(crate) fn count(&mut self) {
        let now = of_thread();
        self.looked.allocations = now.allocations - self.before.allocations;
        self.looked.requested_bytes = now.requested_bytes - self.before.requested_bytes;
    }

    fn record(&mut self, begun_ns: u64, clock: &dyn Clock) {
        let ended_ns = self.mark.moment().unwrap_or_else(|| clock.now_ns(self.index));
        self.looked.times_ns.saturating_record(ended_ns.saturating_sub(begun_ns));
    }

    /// Operations until the next one that is timed: any number below twice the wanted distance.
    fn gap(&mut self, every: u32) -> u32 {
        self.rng.u32(..every.saturating_mul(2).max(2) - 1)
    }
}

impl Drop for Eye<'_> {
    fn drop(&mut self) {
        self.looks.of_all.lock().unwrap_or_else(PoisonError::into_inner).add(&self.looked);
    }
}

fn run_while(span: &Span<'_>, stride: u64, mut step: impl FnMut(u64) -> u64) -> u64 {
    let mut done = 0;
    // Relaxed: as in `Worker::measure`.
    while done < span.share && !span.stop.load(Ordering::Relaxed) {
        let completed = step(done);
        done += completed;
        if completed < stride {
            break;
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// What a look at the scripted clock takes: a wait would never end if it took nothing.
    const LOOK_NS: u64 = 50;

    /// A clock that only the operations move, and those who look at it.
    #[derive(Debug, Default)]
    struct Scripted(AtomicU64);

    impl Clock for Scripted {
        fn now_ns(&self, _worker: usize) -> u64 {
            self.0.fetch_add(LOOK_NS, Ordering::Relaxed)
        }
    }

    /// Operations that take 1 µs each, but one that stalls for 50 ms.
    fn look(sampling: Sampling, operations: u64, stalled: Option<u64>) -> Looked {
        let looks = Looks::new(Some(sampling), 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
        let span = Span { share: operations, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
        let done = looks.eye(0, Mark::default()).run(&span, 1, |number| {
            let took = if Some(number) == stalled { 50_000_000 } else { 1000 };
            clock.0.fetch_add(took, Ordering::Relaxed);
            1
        });
        assert_eq!(done, operations);
        looks.take()
    }

    const EVERY: Sampling = Sampling::Service { every: 1 };
    const OPEN: Sampling = Sampling::Open { interval_ns: 10_000, operations: u64::MAX };

    #[test]
    fn an_open_loop_shows_a_stall_that_a_closed_one_hides() {
        let (closed, open) = (look(EVERY, 20_000, Some(5000)), look(OPEN, 20_000, Some(5000)));
        assert!(closed.times_ns.value_at_quantile(0.999) < 1200, "one of 20,000 operations is slow");
        // Of 20,000 operations every 10 µs, 5,000 are due within the stall, and wait 25 ms on average.
        assert!(open.times_ns.value_at_quantile(0.80) > 5_000_000);
        assert!(open.times_ns.value_at_quantile(0.99) > 40_000_000);
        assert!(open.times_ns.max() >= 50_000_000);
        assert!(look(OPEN, 20_000, None).times_ns.max() < 1200, "without a stall nothing waits");
    }

    #[test]
    fn what_is_due_is_done_though_another_has_finished() {
        let looks = Looks::new(Some(Sampling::Open { interval_ns: 10_000, operations: 100 }), 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(true));
        let span = Span { share: 1000, threads: 2, start_ns: 0, stop: &stop, clock: &clock };
        let done = looks.eye(1, Mark::default()).run(&span, 1, |number| {
            clock.0.fetch_add(if number == 90 { 5_000_000 } else { 1000 }, Ordering::Relaxed);
            1
        });
        assert_eq!(done, 100, "the stop flag cuts no backlog, and the bound holds");
        let times = looks.take().times_ns;
        let waited = times.iter_recorded().filter(|value| value.value_iterated_to() > 4_000_000);
        assert_eq!(
            waited.map(|value| value.count_at_value()).sum::<u64>(),
            10,
            "all that stood behind the stall"
        );
    }

    #[test]
    fn each_slice_times_other_operations() {
        let timed = |seed| {
            let looks = Looks::new(Some(Sampling::Service { every: 8 }), seed);
            let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
            let span = Span { share: 1000, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
            looks.eye(0, Mark::default()).run(&span, 1, |number| {
                clock.0.fetch_add(number * 1000, Ordering::Relaxed);
                1
            });
            looks.take().times_ns.iter_recorded().map(|value| value.value_iterated_to()).collect::<Vec<_>>()
        };
        assert_ne!(timed(1), timed(2));
        assert_eq!(timed(1), timed(1));
    }

    #[test]
    fn steps_of_several_operations_are_not_timed_as_one() {
        let looks = Looks::new(Some(EVERY), 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
        let span = Span { share: 128, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
        assert_eq!(looks.eye(0, Mark::default()).run(&span, 64, |_| 64), 128);
        let looked = looks.take();
        assert!(looked.coarse && looked.times_ns.is_empty());
    }

    #[test]
    fn one_operation_in_n_is_timed() {
        let looked = look(Sampling::Service { every: 64 }, 640_000, None);
        let samples = looked.times_ns.len();
        assert!((9_000..11_000).contains(&samples), "{samples} of 640,000");
        assert_eq!(look(EVERY, 1000, None).times_ns.len(), 1000);
    }

    #[test]
    fn quantiles_are_those_of_the_raw_times() {
        let looks = Looks::new(Some(EVERY), 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
        let span = Span { share: 50_000, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
        let mut rng = Rng::with_seed(7);
        let mut raw = Vec::new();
        looks.eye(0, Mark::default()).run(&span, 1, |_| {
            // Long tails: times over five orders of magnitude.
            let took = (10.0 * 1e5_f64.powf(rng.f64())) as u64;
            clock.0.fetch_add(took, Ordering::Relaxed);
            raw.push(took + LOOK_NS);
            1
        });
        raw.sort_unstable();
        let histogram = looks.take().times_ns;
        assert_eq!(histogram.len(), 50_000);
        for permille in [500, 900, 990, 999_u64] {
            let rank = (raw.len() as u64 * permille).div_ceil(1000) as usize;
            let (exact, found) = (raw[rank - 1], histogram.value_at_quantile(permille as f64 / 1000.0));
            assert!(found.abs_diff(exact) * 1000 <= exact, "p{permille}: {found} instead of {exact}");
        }
        assert!(histogram.max().abs_diff(raw[49_999]) * 1000 <= raw[49_999]);
    }

    #[test]
    fn a_mark_ends_an_operation_early() {
        let looks = Looks::new(Some(EVERY), 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
        let span = Span { share: 100, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
        let mark = Mark::new();
        looks.eye(0, mark.clone()).run(&span, 1, |_| {
            clock.0.fetch_add(100, Ordering::Relaxed);
            mark.set(clock.now_ns(0));
            clock.0.fetch_add(9000, Ordering::Relaxed);
            1
        });
        let looked = looks.take();
        assert!(looked.marked && looked.times_ns.max() < 250, "{}", looked.times_ns.max());
    }

    #[test]
    fn allocations_are_those_of_the_loop() {
        let looks = Looks::new(None, 1);
        let (clock, stop) = (Scripted::default(), AtomicBool::new(false));
        let span = Span { share: 10, threads: 1, start_ns: 0, stop: &stop, clock: &clock };
        looks.eye(0, Mark::default()).run(&span, 1, |_| {
            drop(std::hint::black_box(Box::new([0_u8; 24])));
            1
        });
        let looked = looks.take();
        assert_eq!((looked.allocations, looked.requested_bytes), (10, 240));
        assert_eq!(looked.times_ns.len(), 0);
    }
}
