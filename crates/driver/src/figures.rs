//! Times of single operations, and what they allocate: a cell after the other, a line each.

use crate::arguments::Filter;
use crate::plan::chosen;
use crate::settings::Settings;
use contend_harness::{Cell, Failure, Limits, Looked, Sampling, Session, Suite};
use contend_protocol::figures::{Allocations, CellFigures, OpenLoop, Times, Until};
use contend_protocol::sample::Outcome;
use contend_protocol::{encode_line, exit};
use std::io;
use std::time::Duration;

/// Window of each slice.
///
/// Chosen here because a stall of the machine spoils one slice of many, and 20,000 operations of a microsecond fit.
const WINDOW: Duration = Duration::from_millis(20);

/// Slices before the first that counts: they find how many operations fill a window, and warm up.
const WARM_SLICES: usize = 4;

/// Slices of each pass.
const SLICES: usize = 10;

/// Time of work for each operation that is timed, in nanoseconds.
///
/// Chosen here because two reads of the clock take some 50 ns: they add less than 2 % then, and operations that take longer than
/// this are all timed.
const WORK_PER_SAMPLE_NS: f64 = 3_000.0;

/// Most operations that are due in a second, for each worker.
///
/// Chosen here because 10 µs between two are what a busy service has, and a stall of 1 ms still delays a hundred.
const MOST_PER_SECOND: u64 = 100_000;

/// Operations of a worker in an open loop: enough for the 99.9th percentile, where they are due often.
const OPEN_OPERATIONS: u64 = 20_000;

/// Longest open loop.
const LONGEST_OPEN: Duration = Duration::from_millis(500);

/// Slices that an open loop may take.
const MOST_OPEN_SLICES: usize = 20;

/// Repeats of disturbed slices in a cell.
const MAX_REPEATS: u32 = 40;

/// Measures the cells that are meant. Returns the exit code.
pub(crate) fn answer(
    suite: &Suite,
    settings: &Settings,
    filter: &Filter,
    mut say: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<u8> {
    let mut faults = false;
    for cell in chosen(suite, settings, filter) {
        let figures = figures(&cell, settings);
        faults |= matches!(figures.outcome, Outcome::Faulty { .. });
        say(&encode_line(&figures))?;
    }
    Ok(if faults { exit::WRONG_RESULT } else { exit::OK })
}

fn figures(cell: &Cell, settings: &Settings) -> CellFigures {
    let limits = Limits { hang_bound: settings.hang_bound, max_repeats: MAX_REPEATS, window: WINDOW };
    let session = Session::new(cell, settings.seed, &settings.cores, limits);
    let mut figures = CellFigures {
        cell: cell.id().clone(),
        version: cell.version().to_owned(),
        definition: cell.definition_hash(),
        oversubscribed: session.oversubscribed(),
        outcome: Outcome::Measured,
        allocations: None,
        service: None,
        open_loop: None,
        memory: None,
    };
    if let Err(failure) = measure(session, &mut figures) {
        figures.outcome = match failure {
            Failure::Fault(fault) => Outcome::Faulty { fault },
            Failure::NotMeasurable(reason) => Outcome::NotMeasurable { reason },
        };
        (figures.allocations, figures.service, figures.open_loop) = (None, None, None);
    }
    figures
}

fn measure(mut session: Session, figures: &mut CellFigures) -> Result<(), Failure> {
    let mut pace = Pace::default();
    for _ in 0..WARM_SLICES {
        pace = Pace::of(&session.slice(1000)?);
    }
    let every = if session.looked().marked { 1 } else { pace.timed_every() };
    session.set_sampling(Some(Sampling::Service { every }));
    let (mut looked, mut operations) = (Looked::default(), 0);
    for _ in 0..SLICES {
        operations += session.slice(1000)?.completed;
        looked.add(session.looked());
    }
    figures.allocations = (!looked.ran_ahead).then_some(Allocations {
        operations,
        allocations: looked.allocations,
        requested_bytes: looked.requested_bytes,
    });
    figures.service = times(&looked, every);
    session.verdict()?;
    figures.open_loop = Some(match refusal(&session, &looked, pace) {
        Some(reason) => OpenLoop::Refused { reason: reason.to_owned() },
        None => open_loop(&mut session, pace)?,
    });
    Ok(())
}

/// How fast each worker was in a closed loop.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    per_second: f64,
}

impl Pace {
    fn of(slice: &contend_harness::Slice) -> Self {
        let operations = slice.ops.iter().sum::<u64>() as f64 / slice.ops.len().max(1) as f64;
        Self { per_second: operations / (slice.window_ns as f64 / 1e9) }
    }

    /// One operation in so many, so that timing them costs little beside them.
    fn timed_every(self) -> u32 {
        (WORK_PER_SAMPLE_NS * self.per_second / 1e9).clamp(1.0, 64.0) as u32
    }

    /// The greatest power of ten that leaves each worker idle half of the time.
    fn offered(self) -> Option<u64> {
        let powers = std::iter::successors(Some(MOST_PER_SECOND), |rate| Some(rate / 10));
        powers.take_while(|rate| *rate > 0).find(|rate| *rate as f64 <= self.per_second / 2.0)
    }
}

fn refusal(session: &Session, looked: &Looked, pace: Pace) -> Option<&'static str> {
    if looked.coarse {
        return Some("the suite does several operations in a step");
    }
    if looked.assisted {
        return Some("threads that are not timed set the pace");
    }
    if session.oversubscribed() {
        return Some("threads that wait for their next operation would take the cores from those that work");
    }
    pace.offered().is_none().then_some("an operation takes half a second and more")
}

fn open_loop(session: &mut Session, pace: Pace) -> Result<OpenLoop, Failure> {
    let per_second = pace.offered().unwrap_or(1);
    let interval_ns = 1_000_000_000 / per_second;
    let longest_ns = u64::try_from(LONGEST_OPEN.as_nanos()).unwrap_or(u64::MAX);
    let operations = OPEN_OPERATIONS.min(longest_ns / interval_ns).max(1);
    session.set_sampling(Some(Sampling::Open { interval_ns, operations }));
    let mut looked = Looked::default();
    // One slice, so that nothing cuts a backlog; more only where a trial bounds what one may add. What a slice was disturbed by
    // is part of what one waits for: nothing is repeated here.
    for _ in 0..MOST_OPEN_SLICES {
        let slice = session.rough_slice(operations)?;
        looked.add(session.looked());
        if looked.times_ns.len() >= operations * slice.workers as u64 {
            break;
        }
    }
    let reason = "no operation was timed";
    let offered = times(&looked, 1).map(|times| OpenLoop::Offered { per_second, times });
    Ok(offered.unwrap_or_else(|| OpenLoop::Refused { reason: reason.to_owned() }))
}

/// `None` where none was timed.
fn times(looked: &Looked, every: u32) -> Option<Times> {
    let histogram = &looked.times_ns;
    let samples = histogram.len();
    let percentile = |permille: u64| {
        let beyond = samples * (1000 - permille) / 1000;
        (beyond >= Times::BEYOND).then(|| histogram.value_at_quantile(permille as f64 / 1000.0))
    };
    (samples > 0).then(|| Times {
        until: if looked.marked { Until::Acquired } else { Until::Done },
        every,
        samples,
        p50_ns: percentile(500),
        p90_ns: percentile(900),
        p99_ns: percentile(990),
        p999_ns: percentile(999),
        max_ns: histogram.max(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Set;
    use contend_harness::{Cores, known_cost};
    use contend_protocol::decode;

    /// At one thread, whatever the environment says.
    fn answers(filter: &str) -> Vec<CellFigures> {
        let settings =
            Settings::from_environment(&Cores::detect()).expect("the environment sets nothing odd");
        let settings = Settings { threads: vec![1], set: Set::Full, ..settings };
        let filter = Filter::pattern(filter).expect("it is an expression");
        let mut answers = Vec::new();
        let code = answer(&known_cost::suite(), &settings, &filter, |line| {
            answers.push(decode("figures", line).expect("it decodes"));
            Ok(())
        });
        assert_eq!(code.expect("nothing fails to be said"), exit::OK);
        answers
    }

    #[test]
    fn what_works_alone_has_every_figure() {
        let [figures] = &answers("amount-1/spinner/1")[..] else { panic!("a cell") };
        // A machine that is too disturbed for a valid slice leaves no number, and says so.
        if figures.outcome == Outcome::Measured {
            let service = figures.service.expect("its operations are timed");
            assert!(service.samples > 100 && service.max_ns >= service.p50_ns.expect("samples enough"));
            assert_eq!(figures.allocations.map(|of| of.allocations), Some(0));
            assert!(matches!(figures.open_loop, Some(OpenLoop::Offered { .. })), "{:?}", figures.open_loop);
        }
    }

    #[test]
    fn what_sleeps_longer_than_the_pace_is_refused_or_slow() {
        let [figures] = &answers("amount-2/sleeper/1")[..] else { panic!("a cell") };
        if let Some(OpenLoop::Offered { per_second, times }) = &figures.open_loop {
            assert!(*per_second <= 10, "20 ms each: {per_second}");
            assert!(times.max_ns >= 20_000_000);
        }
    }

    #[track_caller]
    fn check_every(per_second: f64, expected: u32) {
        assert_eq!(Pace { per_second }.timed_every(), expected);
    }

    #[test]
    fn short_operations_are_timed_rarely_and_long_ones_always() {
        check_every(1e9, 64);
        check_every(5e6, 15);
        check_every(1e3, 1);
    }

    #[track_caller]
    fn check_rate(per_second: f64, expected: Option<u64>) {
        assert_eq!(Pace { per_second }.offered(), expected);
    }

    #[test]
    fn half_of_what_a_worker_can_do_is_offered_at_most() {
        check_rate(50e6, Some(100_000));
        check_rate(200_000.0, Some(100_000));
        check_rate(199_999.0, Some(10_000));
        check_rate(2.0, Some(1));
        check_rate(1.9, None);
    }

    #[test]
    fn percentiles_with_few_samples_beyond_are_none() {
        let mut looked = Looked::default();
        (1..=1000).for_each(|time| looked.times_ns.saturating_record(time));
        let times = times(&looked, 1).expect("there are samples");
        assert_eq!((times.p50_ns, times.p99_ns, times.p999_ns), (Some(500), Some(990), None));
        assert_eq!((times.samples, times.max_ns), (1000, 1000));
        assert_eq!(super::times(&Looked::default(), 1), None);
    }
}
