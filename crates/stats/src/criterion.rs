//! The statistics that criterion's files name, for those who read such files. No report of ours shows them: a mean rewards
//! one slice that was disturbed, and a bootstrap over slices of one launch says nothing of the next launch.

use crate::order::{mad, median, quantile};

/// Resamples of the bootstrap.
///
/// Chosen here because its intervals judge nothing: 12 of these lie beyond each end at 95 %.
const RESAMPLES: usize = 500;

/// What makes a median absolute deviation the standard deviation of normal values; criterion writes it multiplied by this.
///
/// Source: `median_abs_dev` in `src/stats/univariate/sample.rs` of criterion 0.8.2; it is 1 over the normal quantile of 0.75.
const NORMAL: f64 = 1.4826;

/// One statistic with its bootstrap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Its value for the values themselves.
    pub point: f64,
    /// Lower end of the percentile interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Standard deviation over the resamples.
    pub standard_error: f64,
}

/// The four statistics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimates {
    /// Mean.
    pub mean: Estimate,
    /// Median.
    pub median: Estimate,
    /// Median absolute deviation, scaled to the standard deviation of normal values as criterion does.
    pub median_abs_dev: Estimate,
    /// Standard deviation of the sample.
    pub std_dev: Estimate,
}

/// The statistics of finite values, with intervals at `confidence` in (0, 1); `None` with fewer than two, or where some
/// value is not finite. The same values always give the same bytes.
pub fn estimates(values: &[f64], confidence: f64) -> Option<Estimates> {
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let resamples = resamples(values);
    let estimate = |statistic: fn(&[f64]) -> Option<f64>| estimate(values, &resamples, statistic, confidence);
    Some(Estimates {
        mean: estimate(mean)?,
        median: estimate(median)?,
        median_abs_dev: estimate(scaled_mad)?,
        std_dev: estimate(std_dev)?,
    })
}

/// Values beyond which criterion calls a sample an outlier: severe and mild below, mild and severe above; `None` without
/// values.
///
/// Source: Tukey, "Exploratory data analysis", 1977: 3 and 1.5 interquartile ranges beyond the quartiles.
pub fn outlier_fences(values: &[f64]) -> Option<[f64; 4]> {
    let (first, third) = quantile(values, 0.25).zip(quantile(values, 0.75))?;
    let range = third - first;
    Some([first - 3.0 * range, first - 1.5 * range, third + 1.5 * range, third + 3.0 * range])
}

fn estimate(
    values: &[f64],
    resamples: &[Vec<f64>],
    statistic: fn(&[f64]) -> Option<f64>,
    confidence: f64,
) -> Option<Estimate> {
    let found: Vec<f64> = resamples.iter().filter_map(|resample| statistic(resample)).collect();
    let beyond = (1.0 - confidence) / 2.0;
    Some(Estimate {
        point: statistic(values)?,
        low: quantile(&found, beyond)?,
        high: quantile(&found, 1.0 - beyond)?,
        standard_error: std_dev(&found)?,
    })
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn scaled_mad(values: &[f64]) -> Option<f64> {
    mad(values).map(|deviation| deviation * NORMAL)
}

fn std_dev(values: &[f64]) -> Option<f64> {
    let middle = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// As many values as there are, drawn from them with repetition, again and again.
fn resamples(values: &[f64]) -> Vec<Vec<f64>> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut draw = || values[random.below(values.len())];
    (0..RESAMPLES).map(|_| (0..values.len()).map(|_| draw()).collect()).collect()
}

/// Source: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let word = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        // The high half times the bound: no remainder, which would favour small numbers.
        ((u128::from(word) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64) -> bool {
        (got - expected).abs() < 1e-9
    }

    #[test]
    fn points_by_hand() {
        let found = estimates(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 0.95).expect("there are values");
        assert!(close(found.mean.point, 5.0));
        assert!(close(found.median.point, 4.5));
        assert!(close(found.median_abs_dev.point, 0.5 * 1.4826));
        assert!(close(found.std_dev.point, (32.0_f64 / 7.0).sqrt()));
        assert_eq!(outlier_fences(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some([-4.0, -1.0, 7.0, 10.0]));
    }

    #[test]
    fn the_standard_error_of_a_mean_is_near_the_known_one() {
        let values: Vec<f64> = (0..100).map(|value| f64::from(value % 10)).collect();
        let found = estimates(&values, 0.95).expect("there are values");
        // √(8.25 / 100)
        assert!((found.mean.standard_error - 0.287).abs() < 0.03, "{found:?}");
        assert!(found.mean.low < 4.5 && 4.5 < found.mean.high);
        assert!((found.mean.high - found.mean.low - 1.13).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn the_same_values_give_the_same_estimates() {
        let values = [3.0, 1.0, 2.0, 5.0];
        assert_eq!(estimates(&values, 0.95), estimates(&values, 0.95));
    }

    #[test]
    fn too_little_is_nothing() {
        assert_eq!(estimates(&[], 0.95), None);
        assert_eq!(estimates(&[1.0], 0.95), None);
        assert_eq!(estimates(&[1.0, f64::NAN], 0.95), None);
        assert_eq!(outlier_fences(&[]), None);
    }
}
