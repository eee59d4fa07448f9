//! Intervals hold the truth as often as they say; judging them too often does not.

use crate::draws::{Pairs, share};
use contend_stats::looks::{ALPHA, Looks};
use contend_stats::verdict::{Change, interval_of_change};
use fastrand::Rng;

const TRIALS: usize = 2000;

const MOST: usize = 40;

fn holds(change: Change, truth: f64) -> bool {
    change.low <= truth && truth <= change.high
}

#[track_caller]
fn check_coverage(pairs: Pairs, effect: f64) {
    for at in Looks::SCALAR.at {
        let mut rng = Rng::with_seed(*at as u64);
        let samples: Vec<Vec<f64>> = (0..TRIALS).map(|_| pairs.draw(&mut rng, *at, effect)).collect();
        for level in [0.9, 0.95, Looks::SCALAR.level] {
            let interval =
                |sample: &Vec<f64>| interval_of_change(sample, level).expect("a look has an interval");
            let held = samples.iter().filter(|sample| holds(interval(sample), effect)).count();
            let held = held as f64 / TRIALS as f64;
            assert!(
                held >= level - 0.01,
                "{pairs:?} at {at} pairs: {held} of intervals at {level} hold the truth"
            );
        }
    }
}

#[test]
fn intervals_of_normal_pairs_hold_the_truth() {
    check_coverage(Pairs::Normal(0.03), 0.05);
}

#[test]
fn intervals_of_heavy_tailed_pairs_hold_the_truth() {
    check_coverage(Pairs::HeavyTailed(0.02), -0.05);
}

#[test]
fn intervals_of_a_drifting_machine_hold_the_truth() {
    check_coverage(Pairs::Drifting, 0.01);
}

/// Share of comparisons of equals in which an interval at any of these numbers of pairs leaves out 0.
fn ever_missed(at: &[usize], level: f64) -> f64 {
    let mut rng = Rng::with_seed(1);
    let most = at.iter().copied().max().unwrap_or(MOST);
    share(TRIALS, || {
        let log_ratios = Pairs::Normal(0.01).draw(&mut rng, most, 0.0);
        let missed = |pairs: &usize| {
            interval_of_change(&log_ratios[..*pairs], level).is_some_and(|change| !holds(change, 0.0))
        };
        at.iter().any(missed)
    })
}

#[test]
fn peeking_finds_differences_between_equals() {
    let every: Vec<usize> = (1..=MOST).collect();
    let once = ever_missed(&[MOST], 1.0 - ALPHA);
    let peeking = ever_missed(&every, 1.0 - ALPHA);
    let looks = ever_missed(Looks::SCALAR.at, Looks::SCALAR.level);
    assert!(once <= ALPHA, "judging once misses in {once} of comparisons");
    assert!(peeking > 2.0 * ALPHA, "peeking misses in {peeking} of comparisons");
    assert!(looks <= ALPHA, "looks miss in {looks} of comparisons");
}
