//! Random samples of known shape.

use contend_stats::pair;
use fastrand::Rng;

/// A value of mean 0 and standard deviation 1, by Box and Muller.
pub(crate) fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// A value of Student's distribution with 3 degrees of freedom, with standard deviation √3: one in 100 is beyond ±5.8.
pub(crate) fn heavy_tailed(rng: &mut Rng) -> f64 {
    let squares: f64 = (0..3).map(|_| normal(rng).powi(2)).sum();
    normal(rng) / (squares / 3.0).sqrt()
}

/// A value whose logarithm is normal, with mean 0 and standard deviation 1/2.
pub(crate) fn skewed(rng: &mut Rng) -> f64 {
    (normal(rng) / 2.0).exp()
}

/// Log ratios of pairs, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pairs {
    /// Normal, with this standard deviation.
    Normal(f64),
    /// Heavy-tailed, times this.
    HeavyTailed(f64),
    /// Slices of a machine that gets 30 % slower meanwhile, and wanders: only the pairing saves them.
    Drifting,
}

impl Pairs {
    /// So many of them, where head takes `1 + effect` times as long as base.
    pub(crate) fn draw(self, rng: &mut Rng, count: usize, effect: f64) -> Vec<f64> {
        let truth = effect.ln_1p();
        match self {
            Self::Normal(sd) => (0..count).map(|_| truth + sd * normal(rng)).collect(),
            Self::HeavyTailed(scale) => (0..count).map(|_| truth + scale * heavy_tailed(rng)).collect(),
            Self::Drifting => drifting(rng, count, truth),
        }
    }
}

/// Four slices a side, in the order of ABBA or BAAB.
fn drifting(rng: &mut Rng, count: usize, truth: f64) -> Vec<f64> {
    const SLICES: usize = 4;
    let mut level = 4.0;
    let mut pair = || {
        let base_first = rng.bool();
        let (mut base, mut head) = (Vec::new(), Vec::new());
        for turn in 0..2 * SLICES {
            level += 0.3 / (40 * 2 * SLICES) as f64 + 0.003 * normal(rng);
            let is_base = matches!(turn % 4, 0 | 3) == base_first;
            let (side, shift) = if is_base { (&mut base, 0.0) } else { (&mut head, truth) };
            side.push((level + shift + 0.02 * normal(rng)).exp());
        }
        pair::log_ratio(&base, &head).expect("times are above 0")
    };
    (0..count).map(|_| pair()).collect()
}

/// How many of so many trials are as `is_found` says.
pub(crate) fn count(trials: usize, mut is_found: impl FnMut() -> bool) -> usize {
    (0..trials).filter(|_| is_found()).count()
}

/// What share of so many trials is as `is_found` says.
pub(crate) fn share(trials: usize, is_found: impl FnMut() -> bool) -> f64 {
    count(trials, is_found) as f64 / trials as f64
}
