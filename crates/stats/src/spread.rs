//! How widely values scatter, and how wide that lets one expect an interval of their median to be.

use crate::order;
use statrs::distribution::{ContinuousCDF, Normal};

/// Standard deviation of a normal distribution over its median absolute deviation: 1 / Φ⁻¹(3/4).
const NORMAL: f64 = 1.482_602_218_505_602;

/// By how much the median absolute deviation of 2, 3, ... 9 normal values falls short on average.
///
/// Source: Croux and Rousseeuw, "Time-efficient algorithms for two highly robust estimators of scale", 1992, §4.
const SHORTFALL: [f64; 8] = [1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107];

/// What the standard deviation would be if the middle half of the values were that of a normal distribution, in the
/// values' unit: up to half of them may be anything. `None` with fewer than two values.
///
/// It is the median absolute deviation, times what makes it agree with normal values on average.
pub fn robust_sd(values: &[f64]) -> Option<f64> {
    let count = values.len() - order::not_finite(values);
    let shortfall = match count {
        0 | 1 => return None,
        2..=9 => SHORTFALL[count - 2],
        _ => count as f64 / (count as f64 - 0.8),
    };
    Some(order::mad(values)? * NORMAL * shortfall)
}

/// How far the ends of [`order::median_interval`] over `count` values are likely to lie from the median, in the unit
/// of `sd`. `None` where `count` values have no interval.
///
/// The ends are values of a known rank, so this is where normal values of that rank lie on average. Where the tails
/// are heavier than normal ones, intervals of fewer than about 20 values are wider. For many values it becomes z
/// √(π/2) sd / √count.
///
/// Source: Blom, "Statistical estimates and transformed beta-variables", 1958: rank k of n lies at (k − 3/8) / (n +
/// 1/4).
pub fn expected_half_width(sd: f64, count: usize, level: f64) -> Option<f64> {
    let (rank, _) = order::interval_rank(count, level)?;
    normal_quantile((rank as f64 - 0.375) / (count as f64 + 0.25)).map(|low| -sd * low)
}

/// The value below which a standard normal one lies with probability `share`; `None` for what is not in (0, 1).
pub(crate) fn normal_quantile(share: f64) -> Option<f64> {
    (share > 0.0 && share < 1.0).then(|| Normal::standard().inverse_cdf(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Option<f64>, expected: Option<f64>) {
        let near = |(found, expected): (f64, f64)| (found - expected).abs() <= 1e-9;
        assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
        assert!(found.zip(expected).is_none_or(near), "{found:?} is not {expected:?}");
    }

    #[test]
    fn deviations_by_hand() {
        check(robust_sd(&[]), None);
        check(robust_sd(&[1.0, f64::NAN]), None);
        check(robust_sd(&[1.0, 3.0]), Some(NORMAL * 1.196));
        check(robust_sd(&[5.0; 30]), Some(0.0));
        let range: Vec<f64> = (0..101).map(f64::from).collect();
        check(robust_sd(&range), Some(25.0 * NORMAL * 101.0 / 100.2));
    }

    #[test]
    fn half_of_the_values_may_be_anything() {
        let mut values: Vec<f64> = (0..60).map(f64::from).collect();
        values.extend([1e9; 40]);
        assert!(robust_sd(&values).is_some_and(|sd| sd < 70.0));
    }

    #[test]
    fn half_widths_by_hand() {
        check(expected_half_width(1.0, 7, 0.99), None);
        // 8 values: from the smallest to the largest, which lies at 0.625 / 8.25.
        check(expected_half_width(1.0, 8, 0.99), normal_quantile(7.625 / 8.25));
        check(expected_half_width(3.0, 8, 0.99), normal_quantile(7.625 / 8.25).map(|high| 3.0 * high));
        check(expected_half_width(1.0, 8, f64::NAN), None);
    }

    #[test]
    fn many_values_follow_the_root() {
        let found = expected_half_width(1.0, 2000, 0.99).expect("they are enough");
        let root = normal_quantile(0.995).expect("a share") * (std::f64::consts::FRAC_PI_2 / 2000.0).sqrt();
        assert!((found / root - 1.0).abs() < 0.02, "{found} {root}");
    }
}
