//! Which cells are measured, for how long, and how much is left.

use crate::arguments::{Arguments, Filter};
use crate::settings::{Set, Settings};
use contend_harness::{Cell, Clock, MonotonicClock, Suite};
use std::time::Duration;

/// Warm-up of a cell.
///
/// Source: after 20 ms the first sample differs by at most 0.3 % at one thread and 0.8 % at two (measured on a shared
/// two-core machine); three times that is kept for criterion, which also learns the cost of a call here.
pub(crate) const WARM_UP: Duration = Duration::from_millis(60);

/// Measuring time of a cell, shared by its slices.
pub(crate) const MEASUREMENT: Duration = Duration::from_millis(240);

/// The same with `--quick`, which takes it as its bound and ends earlier where two slices agree.
pub(crate) const QUICK_MEASUREMENT: Duration = Duration::from_millis(140);

/// Slices of a cell: windows of about 8 ms, short enough that most of them fit between two disturbances.
pub(crate) const SLICES: usize = 30;

/// Slices of an oversubscribed cell, which are longer.
pub(crate) const OVERSUBSCRIBED_SLICES: usize = 10;

/// Window that an oversubscribed slice aims at: the shortest that is valid, and some.
pub(crate) const OVERSUBSCRIBED_WINDOW: Duration = Duration::from_millis(60);

/// What criterion and its plots take per cell, as a first guess that the cells so far correct.
const OVERHEAD: Duration = Duration::from_millis(150);

/// The cells of `suite` that are to be measured. `--quick` leaves oversubscribed ones out, whose slices are long, unless
/// thread counts were asked for.
pub(crate) fn selected(suite: &Suite, settings: &Settings, arguments: &Arguments) -> Vec<Cell> {
    let mut cells = chosen(suite, settings, &arguments.filter);
    if arguments.quick && !settings.threads_asked {
        cells.retain(|cell| !settings.cores.oversubscribed_by(cell.id().threads()));
    }
    cells
}

/// The cells of `suite` that are meant, those that cannot be measured left out.
pub(crate) fn chosen(suite: &Suite, settings: &Settings, filter: &Filter) -> Vec<Cell> {
    let wanted = |cell: &Cell| {
        let in_set = settings.set == Set::Full || cell.curated();
        in_set && cell.unavailable().is_none() && filter.matches(&cell.id().to_string())
    };
    suite.cells(&settings.threads).into_iter().filter(wanted).collect()
}

/// What criterion is to do with one cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CellPlan {
    pub(crate) slices: usize,
    pub(crate) measurement: Duration,
}

impl CellPlan {
    pub(crate) fn of(cell: &Cell, settings: &Settings, arguments: &Arguments) -> Self {
        let oversubscribed = settings.cores.oversubscribed_by(cell.id().threads());
        let usual = if oversubscribed { OVERSUBSCRIBED_SLICES } else { SLICES };
        let slices = arguments.sample_size.unwrap_or(usual);
        let asked = arguments.measurement_s.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let measurement = asked.unwrap_or(if arguments.quick { QUICK_MEASUREMENT } else { MEASUREMENT });
        let long_enough = OVERSUBSCRIBED_WINDOW * u32::try_from(slices).unwrap_or(u32::MAX);
        Self { slices, measurement: if oversubscribed { measurement.max(long_enough) } else { measurement } }
    }

    /// Window that each slice aims at. `--quick` has as many slices as it takes for two to agree.
    pub(crate) fn window(self) -> Duration {
        self.measurement / u32::try_from(self.slices).unwrap_or(u32::MAX).max(1)
    }

    fn guess(self) -> Duration {
        WARM_UP + self.measurement + OVERHEAD
    }
}

/// Tells how far a suite is, between cells only.
#[derive(Debug)]
pub(crate) struct Progress {
    clock: MonotonicClock,
    guesses: Vec<Duration>,
    done: usize,
}

impl Progress {
    pub(crate) fn new(plans: &[CellPlan]) -> Self {
        Self {
            clock: MonotonicClock::new(),
            guesses: plans.iter().map(|plan| plan.guess()).collect(),
            done: 0,
        }
    }

    /// What to say before the next cell: its number, the total, and the time left.
    pub(crate) fn next(&mut self) -> String {
        let elapsed = Duration::from_nanos(self.clock.now_ns(0));
        let left = time_left(&self.guesses, self.done, elapsed);
        self.done += 1;
        format!("cell {} of {}, {} left in this suite", self.done, self.guesses.len(), rough(left))
    }
}

/// Guessed time of the cells that are left, corrected by how wrong the guesses were so far.
fn time_left(guesses: &[Duration], done: usize, elapsed: Duration) -> Duration {
    let sum = |guesses: &[Duration]| guesses.iter().sum::<Duration>();
    let (past, left) = (sum(&guesses[..done]), sum(&guesses[done..]));
    let correction = if past.is_zero() { 1.0 } else { elapsed.as_secs_f64() / past.as_secs_f64() };
    left.mul_f64(correction)
}

/// As people say it: nobody needs the second second.
fn rough(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => "some seconds".to_owned(),
        10..=99 => format!("about {} s", seconds / 10 * 10),
        _ => format!("about {} min", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn time_left_follows_what_the_cells_took() {
        let guesses = [s(1), s(1), s(3)];
        assert_eq!(time_left(&guesses, 0, s(0)), s(5));
        assert_eq!(time_left(&guesses, 1, s(2)), s(8), "everything takes twice the guess");
        assert_eq!(time_left(&guesses, 3, s(9)), s(0));
    }

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(rough(s(seconds)), expected);
    }

    #[test]
    fn times_are_rough() {
        check(3, "some seconds");
        check(47, "about 40 s");
        check(100, "about 2 min");
        check(500, "about 8 min");
    }
}
