//! Two modes are seen where there are two, and rarely where there is one.

use crate::draws::{heavy_tailed, normal, share, skewed};
use contend_stats::modes::two_modes;
use fastrand::Rng;

/// Share of samples in which two modes are seen.
fn seen(count: usize, draw: impl Fn(&mut Rng) -> Vec<f64>) -> f64 {
    let trials = if count > 40 { 200 } else { 1000 };
    let mut rng = Rng::with_seed(3);
    share(trials, || two_modes(&draw(&mut rng)).is_some())
}

#[track_caller]
fn check_one(draw: impl Fn(&mut Rng) -> f64) {
    for count in [20, 24, 30, 40, 130] {
        let seen = seen(count, |rng| (0..count).map(|_| draw(rng)).collect());
        assert!(seen <= 0.02, "{seen} of samples of {count} seem to have two modes");
    }
}

#[test]
fn one_mode_is_rarely_taken_for_two() {
    check_one(normal);
    check_one(skewed);
    check_one(|rng| skewed(rng).powi(2));
    check_one(heavy_tailed);
    check_one(Rng::f64);
}

#[track_caller]
fn check_two(count: usize, apart: f64) {
    for first in [0.3, 0.5, 0.7] {
        let of_first = (first * count as f64) as usize;
        let group = |index| if index < of_first { 0.0 } else { apart };
        let seen = seen(count, |rng| (0..count).map(|index| group(index) + normal(rng)).collect());
        assert!(seen >= 0.95, "{apart} apart, {first} of {count}: seen in {seen}");
    }
}

#[test]
fn two_modes_are_seen() {
    check_two(20, 9.0);
    check_two(40, 6.0);
    check_two(130, 6.0);
}
