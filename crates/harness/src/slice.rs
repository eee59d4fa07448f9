//! What one slice was: the window, the operations inside it, and whether the threads really ran in parallel.

use crate::worker::Stamps;

/// Most run-queue delay a valid slice may have, as a share of threads × window.
///
/// Chosen here because a clean two-core machine shows under 0.1 %, and a neighbour on one core 25 % and more.
pub const MAX_RUN_DELAY_SHARE: f64 = 0.01;

/// Least processor time a valid slice of contenders that never sleep must have, as a share of threads × window.
///
/// Source: DESIGN §4.6; clean slices of pinned spinning threads measured 0.98 and more.
pub const MIN_CPU_SHARE: f64 = 0.95;

/// Shortest window of an oversubscribed slice, in nanoseconds: long enough for every thread to be scheduled often.
///
/// Source: DESIGN §4.1.
pub const MIN_OVERSUBSCRIBED_WINDOW_NS: u64 = 50_000_000;

/// One timed window of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// The time in which all workers ran, in nanoseconds: from the last start to the first stop. At least 1.
    pub window_ns: u64,
    /// Operations inside the window, for each worker that counts operations, in the order of the workers.
    pub ops: Vec<u64>,
    /// Operations that all workers completed, inside the window and at its edges.
    pub completed: u64,
    /// Processor time of all workers over their own spans, in nanoseconds; `None` where the platform does not tell.
    pub cpu_ns: Option<u64>,
    /// Time the workers waited for a core, in nanoseconds; `None` as above.
    pub run_delay_ns: Option<u64>,
    /// Times a worker slept; `None` as above.
    pub voluntary_switches: Option<u64>,
    /// Times a worker was taken off its core; `None` as above.
    pub involuntary_switches: Option<u64>,
    /// Pages mapped without reading a disk; `None` as above.
    pub minor_faults: Option<u64>,
    /// Attempts that failed and were tried again.
    pub failed_attempts: u64,
    /// From the first start to the last, in nanoseconds.
    pub skew_ns: u64,
    /// From the first stop to the last, in nanoseconds.
    pub overhang_ns: u64,
    /// Workers, counting those that only assist.
    pub workers: usize,
}

/// Why a slice says nothing about the contender.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Disturbance {
    /// The workers were ready but had no core.
    #[error(
        "workers waited {delay_ms:.2} ms for a core in a window of {window_ms:.2} ms: something else is running"
    )]
    RunDelay {
        /// Run-queue delay of all workers, in milliseconds.
        delay_ms: f64,
        /// The window in milliseconds.
        window_ms: f64,
    },
    /// The workers did not run all the time, though this contender never sleeps.
    #[error("workers ran for only {percent:.1} % of the window: their cores were taken away")]
    LostParallelism {
        /// Processor time in percent of threads × window.
        percent: f64,
    },
    /// An oversubscribed window is too short for every thread to have run often.
    #[error("the window was only {window_ms:.1} ms, and more threads than cores need 50 ms")]
    ShortWindow {
        /// The window in milliseconds.
        window_ms: f64,
    },
}

impl Slice {
    /// Puts the workers' stamps together.
    ///
    /// A worker's operations inside the window are its operations times the window's share of its own span. That is
    /// exact where its pace is even, and off by less than one step otherwise.
    pub(crate) fn new(stamps: &[Stamps]) -> Self {
        let last_start = stamps.iter().map(|worker| worker.start_ns).max().unwrap_or(0);
        let first_start = stamps.iter().map(|worker| worker.start_ns).min().unwrap_or(0);
        let first_stop = stamps.iter().map(|worker| worker.stop_ns).min().unwrap_or(0);
        let last_stop = stamps.iter().map(|worker| worker.stop_ns).max().unwrap_or(0);
        let window_ns = first_stop.saturating_sub(last_start).max(1);
        let sum = |figure: fn(&Stamps) -> Option<u64>| stamps.iter().map(figure).sum::<Option<u64>>();
        Self {
            window_ns,
            ops: stamps.iter().filter_map(|worker| ops_inside(worker, window_ns)).collect(),
            completed: stamps.iter().filter_map(|worker| worker.ops).sum(),
            cpu_ns: sum(|worker| worker.cpu_ns),
            run_delay_ns: sum(|worker| worker.used.run_delay_ns),
            voluntary_switches: sum(|worker| worker.used.voluntary_switches),
            involuntary_switches: sum(|worker| worker.used.involuntary_switches),
            minor_faults: sum(|worker| worker.used.minor_faults),
            failed_attempts: stamps.iter().map(|worker| worker.failed_attempts).sum(),
            skew_ns: last_start - first_start,
            overhang_ns: last_stop - first_stop,
            workers: stamps.len(),
        }
    }

    /// Whether all workers had a core all the time, as far as the platform tells.
    ///
    /// `blocks` says that the contender waits by sleeping, so that idle time is its own; `oversubscribed` that there
    /// are more threads than cores, so that waiting for one is part of the cell.
    ///
    /// # Errors
    /// The first [`Disturbance`] that was seen.
    pub fn validate(&self, blocks: bool, oversubscribed: bool) -> Result<(), Disturbance> {
        let window_ms = self.window_ns as f64 / 1e6;
        if oversubscribed {
            let short = self.window_ns < MIN_OVERSUBSCRIBED_WINDOW_NS;
            return if short { Err(Disturbance::ShortWindow { window_ms }) } else { Ok(()) };
        }
        let available_ns = self.window_ns as f64 * self.workers as f64;
        let delay_ns = self.run_delay_ns.map(|delay| delay as f64);
        if let Some(delay_ns) = delay_ns.filter(|delay| *delay > MAX_RUN_DELAY_SHARE * available_ns) {
            return Err(Disturbance::RunDelay { delay_ms: delay_ns / 1e6, window_ms });
        }
        let ran = self.cpu_ns.map(|cpu| cpu as f64 / available_ns);
        match ran.filter(|share| !blocks && *share < MIN_CPU_SHARE) {
            Some(share) => Err(Disturbance::LostParallelism { percent: share * 100.0 }),
            None => Ok(()),
        }
    }
}

fn ops_inside(worker: &Stamps, window_ns: u64) -> Option<u64> {
    let ops = u128::from(worker.ops?);
    let span_ns = u128::from(worker.stop_ns.saturating_sub(worker.start_ns)).max(1);
    let window_ns = u128::from(window_ns).min(span_ns);
    let inside = (ops * window_ns + span_ns / 2) / span_ns;
    u64::try_from(inside).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Reading;

    fn worker(start_ns: u64, stop_ns: u64, ops: Option<u64>) -> Stamps {
        let used = Reading {
            run_delay_ns: Some(0),
            voluntary_switches: Some(0),
            involuntary_switches: Some(0),
            minor_faults: Some(0),
        };
        Stamps { start_ns, stop_ns, ops, cpu_ns: Some(stop_ns - start_ns), used, failed_attempts: 1 }
    }

    #[test]
    fn the_window_is_the_time_in_which_all_run() {
        let slice = Slice::new(&[worker(100, 1100, Some(1000)), worker(200, 1300, Some(550))]);
        assert_eq!(slice.window_ns, 900);
        assert_eq!(slice.ops, [900, 450], "only operations inside the window count");
        assert_eq!(slice.completed, 1550);
        assert_eq!((slice.skew_ns, slice.overhang_ns), (100, 200));
        assert_eq!(slice.failed_attempts, 2);
        assert_eq!(slice.cpu_ns, Some(2100));
    }

    #[test]
    fn a_helper_bounds_the_window_but_counts_nothing() {
        let slice = Slice::new(&[worker(0, 1000, Some(10)), worker(500, 1000, None)]);
        assert_eq!(slice.window_ns, 500);
        assert_eq!(slice.ops, [5]);
        assert_eq!(slice.workers, 2);
    }

    #[test]
    fn a_window_is_never_zero() {
        let slice = Slice::new(&[worker(5, 5, Some(1))]);
        assert_eq!((slice.window_ns, slice.ops), (1, vec![1]));
        let apart = Slice::new(&[worker(0, 10, Some(3)), worker(20, 30, Some(3))]);
        assert_eq!(apart.window_ns, 1, "workers that never met have no common time");
    }

    #[test]
    fn what_one_worker_cannot_tell_is_not_known_of_the_slice() {
        let mut silent = worker(0, 10, Some(1));
        silent.cpu_ns = None;
        assert_eq!(Slice::new(&[worker(0, 10, Some(1)), silent]).cpu_ns, None);
    }

    fn slice(cpu_ns: u64, run_delay_ns: u64) -> Slice {
        let mut slice = Slice::new(&[worker(0, 1_000_000, Some(1)), worker(0, 1_000_000, Some(1))]);
        slice.cpu_ns = Some(cpu_ns);
        slice.run_delay_ns = Some(run_delay_ns);
        slice
    }

    #[test]
    fn waiting_for_a_core_is_a_disturbance_for_everyone() {
        assert_eq!(slice(2_000_000, 20_000).validate(false, false), Ok(()));
        let disturbed = slice(2_000_000, 20_001);
        assert!(matches!(disturbed.validate(false, false), Err(Disturbance::RunDelay { .. })));
        assert!(matches!(disturbed.validate(true, false), Err(Disturbance::RunDelay { .. })));
    }

    #[test]
    fn idle_time_is_a_disturbance_unless_the_contender_sleeps() {
        assert_eq!(slice(1_900_000, 0).validate(false, false), Ok(()));
        let idle = slice(1_899_999, 0);
        assert!(matches!(idle.validate(false, false), Err(Disturbance::LostParallelism { .. })));
        assert_eq!(idle.validate(true, false), Ok(()));
    }

    #[test]
    fn oversubscribed_slices_wait_by_design_but_must_be_long() {
        let mut long = slice(1, 9_000_000);
        assert!(matches!(long.validate(false, true), Err(Disturbance::ShortWindow { .. })));
        long.window_ns = MIN_OVERSUBSCRIBED_WINDOW_NS;
        assert_eq!(long.validate(false, true), Ok(()));
    }

    #[test]
    fn a_silent_platform_invalidates_nothing() {
        let mut silent = slice(0, 0);
        silent.cpu_ns = None;
        silent.run_delay_ns = None;
        assert_eq!(silent.validate(false, false), Ok(()));
    }
}
