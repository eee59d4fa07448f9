//! Checks the engine with contenders of known cost: does it see what is known?

use crate::settings::Settings;
use contend_harness::known_cost::{self, UNFAIRNESS};
use contend_harness::{Limits, Session, Slice};
use contend_protocol::catalogue::EngineCheck;
use contend_stats::{figures, order};
use std::time::Duration;

/// Most that a figure may be off.
const TOLERANCE: f64 = 0.03;

/// Times that a figure is measured before it is said to be off: a virtual machine's cores run at different speeds for a moment,
/// and an engine that is wrong is wrong each time.
const ATTEMPTS: usize = 3;

/// Pairs of slices behind each figure; the median counts.
const PAIRS: usize = 15;

/// Operations of a slice of contenders that work: some 10 ms.
const WORKING_SHARE: u64 = 20_000;

/// Operations of a slice of contenders that sleep.
const SLEEPING_SHARE: u64 = 3;

/// Many repeats, because a figure that is missing says less than one that took longer.
const LIMITS: Limits =
    Limits { hang_bound: Duration::from_secs(60), max_repeats: 300, window: Duration::from_millis(10) };

/// A figure of one slice.
type Figure = fn(&Slice) -> Option<f64>;

/// Twice the work, twice the sleep, an unfair worker, two threads that share nothing, and idle processors while asleep.
pub(crate) fn run(settings: &Settings) -> Vec<EngineCheck> {
    let ratio = |first, second, share, figure| ratio(settings, first, second, share, figure);
    let mut checks = vec![
        check("time per operation, 2k work units to k", 2.0, || {
            ratio("amount-2/spinner/1", "amount-1/spinner/1", WORKING_SHARE, time_per_op)
        }),
        check("time per operation, asleep for 2k to k", 2.0, || {
            ratio("amount-2/sleeper/1", "amount-1/sleeper/1", SLEEPING_SHARE, time_per_op)
        }),
        check("1 + share of processor time while asleep", 1.0, || {
            figure(settings, "amount-1/sleeper/1", SLEEPING_SHARE, |slice| Some(1.0 + cpu_share(slice)?))
        }),
    ];
    if settings.cores.allowed.len() >= 2 {
        checks.push(check("throughput of 2 threads that share nothing, to 1", 2.0, || {
            ratio("amount-1/spinner/2", "amount-1/spinner/1", WORKING_SHARE, throughput)
        }));
        checks.push(check("share of a worker that is 3 times slower", 1.0 / UNFAIRNESS as f64, || {
            figure(settings, "amount-1/unfair/2", WORKING_SHARE, |slice| {
                figures::fairness_min_max(&ops(slice))
            })
        }));
    }
    checks
}

/// Asks `find` until it gives what is expected, a few times at most; the last figure counts. Where it finds none, it has tried
/// long enough.
fn check(name: &str, expected: f64, mut find: impl FnMut() -> Option<f64>) -> EngineCheck {
    let permille = |figure: f64| (figure * 1000.0).round() as u64;
    let (expected_permille, tolerance_permille) = (permille(expected), permille(expected * TOLERANCE));
    let is_near = |found: Option<u64>| {
        found.is_some_and(|found| found.abs_diff(expected_permille) <= tolerance_permille)
    };
    let mut found_permille = find().map(permille);
    for _ in 1..ATTEMPTS {
        if found_permille.is_some() && !is_near(found_permille) {
            found_permille = find().map(permille);
        }
    }
    EngineCheck {
        name: name.to_owned(),
        expected_permille,
        found_permille,
        tolerance_permille,
        ok: is_near(found_permille),
    }
}

/// Median over slices that take turns, so that a machine that slows down slows both.
fn ratio(settings: &Settings, first: &str, second: &str, share: u64, figure: Figure) -> Option<f64> {
    let (mut first, mut second) = (session(settings, first), session(settings, second));
    let mut pair = || Some(figure(&first.slice(share).ok()?)? / figure(&second.slice(share).ok()?)?);
    order::median(&(0..PAIRS).map(|_| pair()).collect::<Option<Vec<f64>>>()?)
}

fn figure(settings: &Settings, cell: &str, share: u64, figure: Figure) -> Option<f64> {
    let mut session = session(settings, cell);
    let figures = (0..PAIRS).map(|_| figure(&session.slice(share).ok()?));
    order::median(&figures.collect::<Option<Vec<f64>>>()?)
}

fn session(settings: &Settings, id: &str) -> Session {
    let cells = known_cost::suite().cells(&[1, 2]);
    let wanted = format!("known-cost/{id}");
    let cell =
        cells.iter().find(|cell| cell.id().to_string() == wanted).expect("the suite of known costs has it");
    Session::new(cell, settings.seed, &settings.cores, LIMITS)
}

fn ops(slice: &Slice) -> Vec<f64> {
    slice.ops.iter().map(|ops| *ops as f64).collect()
}

fn time_per_op(slice: &Slice) -> Option<f64> {
    figures::time_per_op_ns(slice.window_ns as f64, &ops(slice))
}

fn throughput(slice: &Slice) -> Option<f64> {
    figures::throughput_per_s(slice.window_ns as f64, &ops(slice))
}

fn cpu_share(slice: &Slice) -> Option<f64> {
    figures::share(slice.cpu_ns? as f64, slice.window_ns as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verdict(expected: f64, found: Option<f64>) -> bool {
        check("x", expected, || found).ok
    }

    #[test]
    fn three_percent_off_is_off() {
        assert!(verdict(2.0, Some(2.06)));
        assert!(!verdict(2.0, Some(2.061)));
        assert!(!verdict(2.0, Some(1.0)));
        assert!(!verdict(2.0, None));
    }

    #[test]
    fn what_was_off_for_a_moment_is_measured_again() {
        let mut found = [Some(2.2), Some(2.07), Some(2.01), Some(2.5)].into_iter();
        let checked = check("x", 2.0, || found.next().flatten());
        assert_eq!((checked.ok, checked.found_permille), (true, Some(2010)));
        assert_eq!(found.len(), 1, "what is right is not measured again");
        let mut found = [Some(2.2); 9].into_iter();
        assert!(!check("x", 2.0, || found.next().flatten()).ok);
        assert_eq!(found.len(), 9 - ATTEMPTS);
        let mut found = [None, Some(2.0)].into_iter();
        assert!(!check("x", 2.0, || found.next().flatten()).ok, "it was disturbed all the time");
    }
}
