//! A session: one cell with its crew, from the first slice to the last.
//!
//! Every driver measures through it, so a slice under criterion and a slice in a comparison are the same code.

use crate::clock::{Clock, MonotonicClock};
use crate::crew::{Crew, Load, SliceFault};
use crate::handicap::Handicap;
use crate::platform::{Cores, busy_ns, process_cpu_ns};
#[cfg(feature = "passes")]
use crate::sampling::{Looked, Sampling};
use crate::slice::{Disturbance, MIN_OVERSUBSCRIBED_WINDOW_NS, Slice};
use crate::suite::Cell;
use crate::trial::{Observation, Prepared, Share};
use contend_protocol::sample::Fault;
use std::sync::Arc;
use std::time::Duration;

/// Most that an observed share may miss its target by, in thousandths.
///
/// Source: DESIGN §4.2, one point of a hundred.
pub const MAX_SHARE_ERROR_PERMILLE: u32 = 10;

/// Most processor time that others may take from the cores of an oversubscribed cell, in thousandths.
///
/// Chosen here because run-queue delay, which tells disturbance elsewhere, is part of such a cell; 5 % is what
/// research on a shared machine found to leave the numbers alone.
pub const MAX_OTHERS_PERMILLE: u32 = 50;

/// Window that an oversubscribed slice aims at, in nanoseconds: the shortest that is valid, and some.
const AIMED_OVERSUBSCRIBED_WINDOW_NS: f64 = 1.2 * MIN_OVERSUBSCRIBED_WINDOW_NS as f64;

/// Pause before a disturbed slice is measured again.
///
/// Chosen here because most disturbances last some tens of milliseconds: without it one of them could use up all repeats.
const PAUSE: Duration = Duration::from_millis(25);

/// How long an oversubscribed slice may run, at least, before its workers are asked to end it.
///
/// Chosen here because it is thirty times the window that such a slice aims at. A lock that is handed over in turn serves a
/// thread that is alone ten thousand times as fast as threads of which some have no core: with the operations that the one
/// slice was good for, the next could take minutes.
const PATIENCE: Duration = Duration::from_secs(2);

/// Times that a slice may be lengthened until its window is long enough.
///
/// Chosen here because one operation can become a billion, and a workload that bounds its slices ends soon.
const MAX_LENGTHENINGS: u32 = 20;

/// How cells are measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// How long a slice may take before its contender counts as hung.
    pub hang_bound: Duration,
    /// Slices of a cell that may be measured again because the machine was disturbed.
    pub max_repeats: u32,
    /// Window that a slice aims at. Oversubscribed slices are longer where they have to be. Zero where a slice is as long as its
    /// operations take.
    pub window: Duration,
}

/// Why a cell gives no number.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The contender did something wrong.
    Fault(Fault),
    /// The machine was disturbed too often, or the inputs were off target.
    NotMeasurable(String),
}

/// One cell while it is measured.
#[derive(Debug)]
pub struct Session {
    trial: Prepared,
    crew: Crew,
    cores: Cores,
    blocks: bool,
    limits: Limits,
    repeated: u32,
    /// Operations that make a window as long as wanted, once that is known.
    aimed_share: Option<u64>,
    observation: Observation,
    began: Totals,
    failed: bool,
    handicap: Handicap,
    #[cfg(feature = "passes")]
    sampling: Option<Sampling>,
    #[cfg(feature = "passes")]
    slices: u64,
    #[cfg(feature = "passes")]
    looked: Looked,
}

/// What had been used when the session began.
#[derive(Clone, Copy, Debug)]
struct Totals {
    busy_ns: Option<u64>,
    own_ns: Option<u64>,
    clock: MonotonicClock,
}

impl Totals {
    fn now(cores: &Cores) -> Self {
        Self { busy_ns: busy_ns(&cores.allowed), own_ns: process_cpu_ns(), clock: MonotonicClock::new() }
    }
}

impl Session {
    /// Makes the contender and its crew.
    ///
    /// # Panics
    /// If the contender's construction panics, which is the suite's own test to find.
    pub fn new(cell: &Cell, seed: u64, cores: &Cores, limits: Limits) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(MonotonicClock::new());
        Self::with_clock(cell, seed, cores, limits, &clock)
    }

    /// As [`Session::new`], with another clock: tests give one that is written in advance.
    pub fn with_clock(cell: &Cell, seed: u64, cores: &Cores, limits: Limits, clock: &Arc<dyn Clock>) -> Self {
        Self {
            trial: cell.start(seed, cores.oversubscribed_by(cell.id().threads())),
            crew: Crew::new(cell.id().threads(), cores, clock),
            cores: cores.clone(),
            blocks: cell.blocks(),
            limits,
            repeated: 0,
            aimed_share: None,
            observation: Observation::default(),
            began: Totals::now(cores),
            failed: false,
            handicap: Handicap::default(),
            #[cfg(feature = "passes")]
            sampling: None,
            #[cfg(feature = "passes")]
            slices: 0,
            #[cfg(feature = "passes")]
            looked: Looked::default(),
        }
    }

    /// Times single operations, from the next slice on.
    #[cfg(feature = "passes")]
    pub fn set_sampling(&mut self, sampling: Option<Sampling>) {
        self.sampling = sampling;
    }

    #[cfg(feature = "passes")]
    fn next_sampling_seed(&mut self) -> u64 {
        self.slices += 1;
        self.slices
    }

    /// What was seen of the operations of the last slice.
    #[cfg(feature = "passes")]
    pub fn looked(&self) -> &Looked {
        &self.looked
    }

    /// Gives every worker that counts operations so much more to do, from the next slice on.
    pub fn set_handicap(&mut self, handicap: Handicap) {
        self.handicap = handicap;
    }

    /// Makes the contender anew, with the same inputs and workers, so that its memory lies elsewhere.
    ///
    /// # Panics
    /// As [`Session::new`], and if called after a failure.
    pub fn rebuild(&mut self, cell: &Cell, seed: u64) {
        assert!(!self.failed, "a session ends with its first failure");
        self.trial = cell.start(seed, self.oversubscribed());
    }

    /// Runs one slice as it comes, valid or not: for warming up, and for checks.
    ///
    /// # Errors
    /// [`Failure::Fault`] where the contender did something wrong. The session cannot go on then.
    ///
    /// # Panics
    /// If called after a failure.
    pub fn rough_slice(&mut self, share: u64) -> Result<Slice, Failure> {
        assert!(!self.failed, "a session ends with its first failure");
        let slice = self.try_slice(share);
        self.failed = slice.is_err();
        slice
    }

    /// Runs slices until one is valid, and returns it. A slice has as many operations as its window needs, as far as the
    /// slices before tell; the first has `share`.
    ///
    /// # Errors
    /// As [`Session::rough_slice`], and [`Failure::NotMeasurable`] once the cell's repeats are used up.
    ///
    /// # Panics
    /// If called after a failure.
    pub fn slice(&mut self, share: u64) -> Result<Slice, Failure> {
        let mut lengthenings = 0;
        loop {
            let share = self.aimed_share.unwrap_or(share);
            let slice = self.rough_slice(share)?;
            let window_ns = slice.window_ns;
            let busiest = slice.ops.iter().copied().max().unwrap_or(share);
            self.aimed_share = Some(share_for_window(share, busiest, window_ns, self.aimed_window_ns()));
            let disturbance = match slice.validate(self.blocks, self.oversubscribed()) {
                Ok(()) => {
                    self.observe();
                    return Ok(slice);
                }
                Err(disturbance) => disturbance,
            };
            // A window that is far too short proves nothing, not even a disturbance.
            let short = (window_ns as f64) < 0.25 * self.aimed_window_ns();
            if (short || self.oversubscribed()) && lengthenings < MAX_LENGTHENINGS {
                lengthenings += 1;
            } else if self.repeated == self.limits.max_repeats {
                self.failed = true;
                return Err(Failure::NotMeasurable(self.given_up(disturbance)));
            } else {
                self.repeated += 1;
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// How long a slice runs before its workers are asked to end it, which they do within as long again. It counts all the same:
    /// without its slowest slices a lock would look faster than it is.
    ///
    /// Only more threads than cores go ten thousand times as fast in one slice as in the next. Whoever else takes so long hangs,
    /// and where nothing is aimed at, as in checks, each of them: a wake-up that was lost must not be made good by the end.
    pub fn patience(&self) -> Duration {
        let Limits { hang_bound, window, .. } = self.limits;
        if self.oversubscribed() && !window.is_zero() {
            PATIENCE.max(4 * window).min(hang_bound / 8)
        } else {
            hang_bound
        }
    }

    fn aimed_window_ns(&self) -> f64 {
        let wanted = self.limits.window.as_nanos() as f64;
        if self.oversubscribed() { wanted.max(AIMED_OVERSUBSCRIBED_WINDOW_NS) } else { wanted }
    }

    /// What the whole cell shows that no single slice does: shares off their target, and other load beside
    /// oversubscribed workers.
    ///
    /// # Errors
    /// [`Failure::NotMeasurable`] with the figure.
    pub fn verdict(&self) -> Result<(), Failure> {
        let named = [("writes", self.observation.writes), ("hits", self.observation.hits)];
        for (name, share) in named {
            if let Some(reason) = share.and_then(|share| off_target(name, share)) {
                return Err(Failure::NotMeasurable(reason));
            }
        }
        match self.others_cpu_permille() {
            Some(others) if self.oversubscribed() && others > MAX_OTHERS_PERMILLE => {
                let percent = f64::from(others) / 10.0;
                Err(Failure::NotMeasurable(format!("other programs used {percent:.1} % of the cores")))
            }
            _ => Ok(()),
        }
    }

    /// Slices that were measured again.
    pub fn repeated(&self) -> u32 {
        self.repeated
    }

    /// What the inputs of all valid slices were.
    pub fn observation(&self) -> Observation {
        self.observation
    }

    /// Why the workers could not be held on their cores, if so.
    pub fn pin_error(&self) -> Option<&str> {
        self.crew.pin_error()
    }

    /// More threads than allowed cores.
    pub fn oversubscribed(&self) -> bool {
        self.cores.oversubscribed_by(self.crew.threads())
    }

    /// Processor time that other programs took from the allowed cores since the session began, in thousandths.
    pub fn others_cpu_permille(&self) -> Option<u32> {
        let now = Totals::now(&self.cores);
        let busy_ns = now.busy_ns?.saturating_sub(self.began.busy_ns?);
        let own_ns = now.own_ns?.saturating_sub(self.began.own_ns?);
        let available_ns = self.began.clock.now_ns(0).checked_mul(self.cores.allowed.len() as u64)?;
        let permille = busy_ns.saturating_sub(own_ns).checked_mul(1000)?.checked_div(available_ns)?;
        u32::try_from(permille).ok()
    }

    fn try_slice(&mut self, share: u64) -> Result<Slice, Failure> {
        let share = self.exclusive_trial().prepare(share).max(1);
        let load = Load {
            share,
            handicap: self.handicap,
            #[cfg(feature = "passes")]
            sampling: self.sampling,
            #[cfg(feature = "passes")]
            sampling_seed: self.next_sampling_seed(),
        };
        let ran = self.crew.slice(&self.trial, load, self.patience(), self.limits.hang_bound);
        let ran = ran.map_err(|fault| Failure::Fault(fault.into()))?;
        #[cfg(feature = "passes")]
        {
            self.looked = ran.looked;
        }
        let checked = self.exclusive_trial().check(&ran.ops);
        checked.map_err(|wrong| Failure::Fault(Fault::WrongResult { message: wrong.to_string() }))?;
        Ok(ran.slice)
    }

    fn exclusive_trial(&mut self) -> &mut dyn crate::trial::ErasedTrial {
        Arc::get_mut(&mut self.trial.0)
            .expect("the workers give the trial back before they say that they are done")
    }

    /// Counts the inputs of the last slice, which was valid, into [`Session::observation`]. [`Session::slice`] does it
    /// itself.
    pub fn observe(&mut self) {
        let slice = self.trial.0.observe();
        merge(&mut self.observation.writes, slice.writes);
        merge(&mut self.observation.hits, slice.hits);
        self.observation.overlap_permille = slice.overlap_permille;
    }

    fn given_up(&self, last: Disturbance) -> String {
        format!("{} slices were disturbed, the last because {last}", self.repeated + 1)
    }
}

/// Operations of the next slice, after `share` operations, of which the busiest worker did `busiest`, took `window_ns`. Windows
/// near the aim are left alone: threads are scheduled by chance, and their windows differ.
fn share_for_window(share: u64, busiest: u64, window_ns: u64, aimed_ns: f64) -> u64 {
    let factor = aimed_ns / window_ns as f64;
    // Nobody did its share in a slice that had to be ended.
    let done = if factor < 0.6 { busiest.min(share) } else { share };
    match factor {
        0.6..1.2 => share,
        // A very short window is one in which the threads hardly met: it says little about the pace.
        _ => ((done as f64 * factor.clamp(0.1, 32.0)) as u64).max(done / 10).max(1),
    }
}

fn merge(total: &mut Option<Share>, slice: Option<Share>) {
    match (total.as_mut(), slice) {
        (Some(total), Some(slice)) => total.add(slice),
        (None, slice) => *total = slice,
        (Some(_), None) => {}
    }
}

fn off_target(name: &str, share: Share) -> Option<String> {
    let found = share.permille()?;
    (found.abs_diff(share.target_permille) > MAX_SHARE_ERROR_PERMILLE).then(|| {
        let percent = |permille: u32| f64::from(permille) / 10.0;
        format!(
            "{name} were {:.1} % where {:.1} % were wanted",
            percent(found),
            percent(share.target_permille)
        )
    })
}

impl From<SliceFault> for Fault {
    fn from(fault: SliceFault) -> Self {
        match fault {
            SliceFault::Panicked { message, .. } => Self::Panicked { message },
            SliceFault::Hung { bound } => Self::Hung { bound_s: bound.as_secs() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known_cost;

    const LIMITS: Limits =
        Limits { hang_bound: Duration::from_secs(60), max_repeats: 0, window: Duration::from_millis(1) };

    #[test]
    fn workers_that_cannot_be_pinned_work_all_the_same() {
        // No machine has these cores, so the operating system refuses.
        let cores = Cores { allowed: vec![1022, 1023], physical: None };
        let cells = known_cost::suite().cells(&[2]);
        // Often, because a worker that reports late met a crew that had heard enough.
        for _ in 0..50 {
            let mut session = Session::new(&cells[0], 1, &cores, LIMITS);
            assert!(session.pin_error().is_some());
            assert!(session.rough_slice(10).expect("it works").completed >= 10);
        }
    }

    /// More than an hour of sleeping, by two threads.
    fn sleep_for_ever(limits: Limits, cores: &Cores) -> Result<Slice, Failure> {
        let cells = known_cost::suite().cells(&[2]);
        let sleeper = cells.iter().find(|cell| cell.id().contender() == "sleeper").expect("there is one");
        Session::new(sleeper, 1, cores, limits).rough_slice(1_000_000)
    }

    #[test]
    fn an_oversubscribed_slice_that_would_not_end_is_ended() {
        let mut cores = Cores::detect();
        cores.allowed.truncate(1);
        let limits = Limits { hang_bound: Duration::from_secs(8), ..LIMITS };
        let slice = sleep_for_ever(limits, &cores).expect("it does not hang");
        assert!((2..1_000_000).contains(&slice.completed), "{}", slice.completed);
        let checked = Limits { hang_bound: Duration::from_secs(1), window: Duration::ZERO, ..LIMITS };
        let hung = Fault::Hung { bound_s: 1 };
        assert_eq!(sleep_for_ever(checked, &cores), Err(Failure::Fault(hung.clone())), "a check waits");
        let enough = Cores { allowed: vec![1022, 1023], physical: None };
        let limits = Limits { hang_bound: Duration::from_secs(1), ..LIMITS };
        assert_eq!(sleep_for_ever(limits, &enough), Err(Failure::Fault(hung)), "with a core each it hangs");
    }

    #[track_caller]
    fn check_share(window_ms: u64, expected: u64) {
        assert_eq!(share_for_window(1000, 1000, window_ms * 1_000_000, 60e6), expected);
    }

    #[test]
    fn slices_grow_and_shrink_towards_their_window() {
        check_share(60, 1000);
        check_share(90, 1000);
        check_share(51, 1000);
        check_share(30, 2000);
        check_share(600, 100);
        check_share(0, 32_000);
        check_share(60_000, 100);
        assert_eq!(share_for_window(1_000_000, 500, 600_000_000, 60e6), 50, "it was ended early");
        assert_eq!(share_for_window(1000, 500, 30_000_000, 60e6), 2000, "the others did fewer in the window");
    }

    #[track_caller]
    fn check(target_permille: u32, count: u64, of: u64, expected: Option<&str>) {
        let reason = off_target("hits", Share { target_permille, count, of });
        assert_eq!(reason.as_deref(), expected);
    }

    #[test]
    fn a_share_may_miss_its_target_by_one_point() {
        check(1000, 990, 1000, None);
        check(1000, 989, 1000, Some("hits were 98.9 % where 100.0 % were wanted"));
        check(200, 211, 1000, Some("hits were 21.1 % where 20.0 % were wanted"));
        check(200, 0, 0, None);
    }
}
