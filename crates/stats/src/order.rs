//! What the order of values says, and only that: no value is added to another but the two in the middle.
//!
//! Values that are not finite are left out everywhere in here.

/// An interval that holds the true median with a known probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end: one of the values.
    pub low: f64,
    /// Upper end: one of the values, not below `low`.
    pub high: f64,
    /// Probability that such an interval holds the median, in (0, 1): at least what was asked for.
    pub coverage: f64,
}

impl Interval {
    /// The larger of the distances from `middle` to the two ends, as a share of `middle`: what is printed as ±.
    /// `None` where `middle` is not above 0.
    pub fn spread(&self, middle: f64) -> Option<f64> {
        crate::figures::share((self.high - middle).max(middle - self.low), middle)
    }
}

/// How many values are not finite, and are therefore left out by everything here.
pub fn not_finite(values: &[f64]) -> usize {
    values.iter().filter(|value| !value.is_finite()).count()
}

/// The middle value, or the mean of the two in the middle; `None` without values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which a share `share`, from 0 to 1, of the values lies; `None` without values, or for another share.
///
/// Between two values it is interpolated: type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996,
/// as in numpy, R and spreadsheets.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let sorted = sorted(values);
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let position = share * last as f64;
    let below = (position.floor() as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let part = position - below as f64;
    // Not `low + part * (high - low)`: the difference of two finite numbers may be infinite.
    Some(if low.total_cmp(&high).is_eq() { low } else { low * (1.0 - part) + high * part })
}

/// Median absolute deviation from the median, in the values' unit and without any factor; `None` without values.
pub fn mad(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let deviations: Vec<f64> = sorted(values).iter().map(|value| (value - middle).abs()).collect();
    median(&deviations)
}

/// The narrowest exact interval of the median between the k-th smallest and the k-th largest value.
///
/// `confidence` is in (0, 1), such as 0.95. The probability that fewer than k of n independent values lie below the
/// median is binomial, whatever the distribution is, so nothing about its shape is assumed. `None` where even the
/// smallest and the largest value are not enough: 0.95 takes 6 values.
///
/// Source: Conover, "Practical nonparametric statistics", 3rd edition, 1999, §3.2.
pub fn median_interval(values: &[f64], confidence: f64) -> Option<Interval> {
    let sorted = sorted(values);
    let (rank, coverage) = interval_rank(sorted.len(), confidence)?;
    Some(Interval { low: sorted[rank - 1], high: sorted[sorted.len() - rank], coverage })
}

/// The largest rank k, from 1, whose interval covers enough, and what it covers.
pub(crate) fn interval_rank(count: usize, confidence: f64) -> Option<(usize, f64)> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let mut found = None;
    // ln of C(count, k) / 2^count: the plain number is too small for a float from 1075 values on.
    let mut ln_term = -(count as f64) * std::f64::consts::LN_2;
    let mut below = 0.0;
    for rank in 1..=count / 2 {
        below += ln_term.exp();
        let coverage = 1.0 - 2.0 * below;
        if coverage < confidence {
            break;
        }
        found = Some((rank, coverage));
        ln_term += ((count - rank + 1) as f64 / rank as f64).ln();
    }
    found
}

pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    finite.sort_unstable_by(f64::total_cmp);
    finite
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(got: Option<f64>, expected: Option<f64>) {
        assert_eq!(got, expected);
    }

    #[test]
    fn medians_by_hand() {
        check(median(&[]), None);
        check(median(&[7.0]), Some(7.0));
        check(median(&[3.0, 1.0, 2.0]), Some(2.0));
        check(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        check(median(&[f64::NAN]), None);
        check(median(&[f64::INFINITY, 1.0, 2.0, f64::NAN, 3.0]), Some(2.0));
        check(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
        check(median(&[-f64::MAX, f64::MAX]), Some(0.0));
    }

    #[test]
    fn quantiles_by_hand() {
        let values = [10.0, 20.0, 30.0, 40.0, 50.0];
        check(quantile(&values, 0.0), Some(10.0));
        check(quantile(&values, 0.25), Some(20.0));
        check(quantile(&values, 0.9), Some(46.0));
        check(quantile(&values, 1.0), Some(50.0));
        check(quantile(&values, 1.1), None);
        check(quantile(&values, -0.1), None);
        check(quantile(&values, f64::NAN), None);
    }

    #[test]
    fn deviations_by_hand() {
        check(mad(&[]), None);
        check(mad(&[5.0]), Some(0.0));
        check(mad(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), Some(1.0));
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(not_finite(&[1.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 2.0]), 3);
        assert_eq!(not_finite(&[]), 0);
    }

    #[track_caller]
    fn check_interval(count: u32, confidence: f64, expected: Option<(f64, f64)>) {
        let values: Vec<f64> = (1..=count).rev().map(f64::from).collect();
        let interval = median_interval(&values, confidence);
        assert_eq!(interval.map(|interval| (interval.low, interval.high)), expected);
        assert!(interval.is_none_or(|interval| interval.coverage >= confidence));
    }

    /// The ranks of the published table: Conover, table A3, at p = 0.5.
    #[test]
    fn intervals_by_hand() {
        check_interval(5, 0.95, None); // 1 - 2/32 = 0.9375
        check_interval(6, 0.95, Some((1.0, 6.0))); // 1 - 2/64 = 0.969
        check_interval(8, 0.95, Some((1.0, 8.0)));
        check_interval(9, 0.95, Some((2.0, 8.0))); // 1 - 2·(1 + 9)/512 = 0.961
        check_interval(20, 0.95, Some((6.0, 15.0)));
        check_interval(5, 0.9, Some((1.0, 5.0)));
        check_interval(0, 0.95, None);
        check_interval(1, 0.5, None);
        check_interval(2, 0.5, Some((1.0, 2.0)));
        check_interval(100, 1.0, None);
        check_interval(100, 0.0, None);
        check_interval(100, f64::NAN, None);
    }

    #[test]
    fn spread_is_the_larger_side() {
        let interval = Interval { low: 90.0, high: 105.0, coverage: 0.95 };
        check(interval.spread(100.0), Some(0.1));
        check(interval.spread(0.0), None);
    }

    #[test]
    fn coverage_is_exact() {
        let coverage = |count| interval_rank(count, 0.95).map(|(_, coverage)| coverage);
        assert!((coverage(6).expect("six are enough") - (1.0 - 2.0 / 64.0)).abs() < 1e-12);
        assert!((coverage(9).expect("nine are enough") - (1.0 - 20.0 / 512.0)).abs() < 1e-12);
    }

    #[test]
    fn values_that_are_not_finite_narrow_nothing() {
        let values = [1.0, 2.0, f64::NAN, 3.0, 4.0, 5.0, f64::INFINITY, 6.0];
        assert_eq!(median_interval(&values, 0.95), median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.95));
    }

    proptest! {
        #[test]
        fn order_is_nothing(mut values in vec(-1e9..1e9_f64, 0..60), share in 0.0..=1.0_f64) {
            let before = (quantile(&values, share), mad(&values), median_interval(&values, 0.95));
            values.reverse();
            let half = values.len() / 2;
            values.rotate_left(half);
            prop_assert_eq!(before, (quantile(&values, share), mad(&values), median_interval(&values, 0.95)));
        }

        #[test]
        fn a_power_of_two_scales_exactly(values in vec(-1e9..1e9_f64, 1..60)) {
            let scaled: Vec<f64> = values.iter().map(|value| value * 4.0).collect();
            let four = |value: Option<f64>| value.map(|value| value * 4.0);
            prop_assert_eq!(median(&scaled), four(median(&values)));
            prop_assert_eq!(mad(&scaled), four(mad(&values)));
            let ends = |values: &[f64]| median_interval(values, 0.95).map(|interval| (interval.low, interval.high));
            prop_assert_eq!(ends(&scaled), ends(&values).map(|(low, high)| (low * 4.0, high * 4.0)));
        }

        #[test]
        fn everything_lies_between_the_ends(values in vec(-1e9..1e9_f64, 6..60), share in 0.0..=1.0_f64) {
            let smallest = quantile(&values, 0.0).expect("there are values");
            let largest = quantile(&values, 1.0).expect("there are values");
            let found = quantile(&values, share).expect("there are values");
            prop_assert!(smallest <= found && found <= largest);
            let middle = median(&values).expect("there are values");
            let interval = median_interval(&values, 0.95).expect("six are enough");
            prop_assert!(smallest <= interval.low && interval.low <= middle);
            prop_assert!(middle <= interval.high && interval.high <= largest);
            prop_assert!(values.contains(&interval.low) && values.contains(&interval.high));
        }

        #[test]
        fn more_confidence_is_never_narrower(values in vec(-1e9..1e9_f64, 8..200)) {
            let wide = median_interval(&values, 0.99).expect("eight are enough");
            let narrow = median_interval(&values, 0.9).expect("eight are enough");
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
            prop_assert!(wide.coverage >= narrow.coverage);
        }

        #[test]
        fn odd_data_is_survived(values in vec(proptest::num::f64::ANY, 0..40), share in proptest::num::f64::ANY) {
            let finite = values.len() - not_finite(&values);
            prop_assert_eq!(median(&values).is_some(), finite > 0);
            let found = quantile(&values, share);
            prop_assert_eq!(found.is_some(), finite > 0 && (0.0..=1.0).contains(&share));
            prop_assert_eq!(median_interval(&values, 0.95).is_some(), finite >= 6);
        }
    }
}
