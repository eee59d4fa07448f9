//! What is said of pairs that were not measured yet, beside what they turn out to be.

use crate::draws::{Pairs, count, share};
use contend_stats::floor::noise_floor;
use contend_stats::spread::robust_sd;
use contend_stats::verdict::{Judgement, interval_of_change, judge, pairs_needed};
use fastrand::Rng;

const MARGIN: f64 = 0.02;

const LEVEL: f64 = 0.99;

fn decide(log_ratios: &[f64]) -> bool {
    let change = interval_of_change(log_ratios, LEVEL);
    change.is_some_and(|change| judge(change, MARGIN) != Judgement::Open)
}

/// The fewest pairs that decide every other comparison.
fn truly_needed(pairs: Pairs, effect: f64) -> usize {
    let mut rng = Rng::with_seed(5);
    let mut mostly = |at: &usize| count(200, || decide(&pairs.draw(&mut rng, *at, effect))) >= 100;
    (8..500).find(|at| mostly(at)).expect("so many decide")
}

#[track_caller]
fn check_needed(seen: usize, sd: f64, effect: f64) {
    let pairs = Pairs::Normal(sd);
    let truth = truly_needed(pairs, effect);
    let mut rng = Rng::with_seed(11);
    let mut open = || loop {
        let log_ratios = pairs.draw(&mut rng, seen, effect);
        if !decide(&log_ratios) {
            return log_ratios;
        }
    };
    let near = share(500, || {
        let forecast = pairs_needed(&open(), MARGIN, LEVEL, 10_000).expect("so many decide");
        forecast <= 2 * truth && truth <= 2 * forecast
    });
    assert!(near >= 0.7, "{effect} at sd {sd}: {near} of forecasts from {seen} pairs are near {truth}");
}

#[test]
fn pairs_needed_are_foreseen_within_a_factor_of_two() {
    check_needed(12, 0.02, 0.0);
    check_needed(12, 0.03, 0.0);
    check_needed(12, 0.03, 0.05);
    check_needed(12, 0.05, 0.06);
    check_needed(18, 0.03, 0.0);
    check_needed(28, 0.05, 0.0);
}

#[test]
fn the_robust_deviation_is_right_on_average() {
    for size in [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 41] {
        let mut rng = Rng::with_seed(2);
        let mut sd = || robust_sd(&Pairs::Normal(1.0).draw(&mut rng, size, 0.0)).expect("they are enough");
        let mean = (0..4000).map(|_| sd()).sum::<f64>() / 4000.0;
        assert!((mean - 1.0).abs() < 0.03, "{mean} of {size} values");
    }
}

/// Mean half-width of intervals after so many pairs.
fn half_width(pairs: Pairs, at: usize) -> f64 {
    let mut rng = Rng::with_seed(2);
    let mut half = || {
        let change = interval_of_change(&pairs.draw(&mut rng, at, 0.0), LEVEL).expect("they are enough");
        (change.high - change.low) / 2.0
    };
    (0..500).map(|_| half()).sum::<f64>() / 500.0
}

#[track_caller]
fn check_floor(pairs: Pairs, seen: usize, at: usize, within: f64) {
    let truth = half_width(pairs, at);
    let mut rng = Rng::with_seed(4);
    let near = share(500, || {
        let floor = noise_floor(&pairs.draw(&mut rng, seen, 0.0), at, LEVEL).expect("they are enough");
        (floor / truth - 1.0).abs() <= within
    });
    assert!(near >= 0.9, "{pairs:?}: {near} of floors at {at} from {seen} pairs are within {within}");
}

#[test]
fn the_noise_floor_is_the_half_width_to_come() {
    for pairs in [Pairs::Normal(0.02), Pairs::Drifting] {
        for at in [8, 18, 40] {
            check_floor(pairs, 40, at, 0.35);
            check_floor(pairs, 12, at, 0.65);
        }
    }
    check_floor(Pairs::HeavyTailed(0.02), 40, 40, 0.45);
    check_floor(Pairs::HeavyTailed(0.02), 40, 12, 0.45);
}
