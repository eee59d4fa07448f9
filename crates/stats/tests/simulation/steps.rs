//! Steps are found where there are some, and rarely where there are none: how often, on series whose truth is known.

use crate::draws::{heavy_tailed, normal, share};
use contend_stats::change_points::change_points;
use fastrand::Rng;

const MARGIN: f64 = 0.02;

/// Share of series that seem to have a step.
fn alarms(count: usize, draw: impl Fn(&mut Rng) -> f64) -> f64 {
    let mut rng = Rng::with_seed(19);
    share(1000, || {
        let values: Vec<f64> = (0..count).map(|_| (4.0 + draw(&mut rng)).exp()).collect();
        !change_points(&values, MARGIN).steps.is_empty()
    })
}

#[track_caller]
fn check_alarms(most: f64, draw: impl Fn(&mut Rng) -> f64 + Copy) {
    for count in [6, 8, 12, 20, 50, 100, 200] {
        let found = alarms(count, draw);
        // Fewer than 20 runs tell little of how widely they scatter.
        let most = if count < 20 { 4.0 * most } else { most };
        assert!(found <= most, "{found} of series of {count} seem to have a step");
    }
}

#[test]
fn white_noise_has_no_step() {
    for deviation in [0.005, 0.02, 0.1] {
        check_alarms(0.01, |rng| deviation * normal(rng));
    }
}

#[test]
fn even_and_heavy_tailed_noise_has_none_either() {
    check_alarms(0.01, |rng| 0.1 * rng.f64());
    check_alarms(0.02, |rng| 0.03 * heavy_tailed(rng));
}

#[test]
fn jumping_between_two_speeds_is_no_step() {
    for rarer in [0.5, 0.3, 0.2] {
        check_alarms(0.01, |rng| if rng.f64() < rarer { 0.15 } else { 0.0 } + 0.005 * normal(rng));
    }
}

#[test]
fn disturbed_runs_are_no_step() {
    check_alarms(0.05, |rng| if rng.f64() < 0.04 { 0.7 } else { 0.0 } + 0.01 * normal(rng));
}

/// Share of series with one step that is found, within a run of where it is and with nothing else.
fn found(before: usize, behind: usize, deviations: f64) -> f64 {
    let (mut rng, deviation) = (Rng::with_seed(23), 0.02);
    share(1000, || {
        let level = |index: usize| if index < before { 0.0 } else { deviations * deviation };
        let value = |index: usize, rng: &mut Rng| (4.0 + level(index) + deviation * normal(rng)).exp();
        let values: Vec<f64> = (0..before + behind).map(|index| value(index, &mut rng)).collect();
        let course = change_points(&values, MARGIN);
        matches!(course.steps[..], [step] if step.after.abs_diff(before) <= 1 && step.change > 0.0)
    })
}

#[track_caller]
fn check_found(before: usize, behind: usize, deviations: f64, at_least: f64) {
    let found = found(before, behind, deviations);
    assert!(
        found >= at_least,
        "{found} of steps of {deviations} deviations between {before} and {behind} runs"
    );
}

#[test]
fn steps_are_found() {
    check_found(20, 3, 6.0, 0.9);
    check_found(20, 5, 4.0, 0.9);
    check_found(20, 20, 3.0, 0.9);
    check_found(100, 10, 3.0, 0.9);
    check_found(100, 100, 2.0, 0.5);
}

#[test]
fn intervals_of_steps_hold_the_truth() {
    for (before, behind) in [(20, 20), (50, 8), (100, 30)] {
        let (mut rng, deviation, truth) = (Rng::with_seed(29), 0.01, 0.08_f64);
        let held = share(1000, || {
            let level = |index: usize| if index < before { 0.0 } else { truth.ln_1p() };
            let values: Vec<f64> = (0..before + behind)
                .map(|index| (level(index) + deviation * normal(&mut rng)).exp())
                .collect();
            let course = change_points(&values, MARGIN);
            matches!(course.steps[..], [step] if step.low <= truth && truth <= step.high)
        });
        assert!(held >= 0.9, "{held} of intervals between {before} and {behind} runs hold the truth");
    }
}
