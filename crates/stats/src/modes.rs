//! Two speeds in one cell: values that fall into two groups, of which no median tells.

use crate::order;

/// Below this nothing is said.
const FEWEST: usize = 20;

/// Each group holds at least this share of the values; what is rarer is a disturbance.
const SMALLEST_SHARE: f64 = 0.15;

/// Two groups of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modes {
    /// Median of the lower group, in the values' unit.
    pub low: f64,
    /// Median of the upper group.
    pub high: f64,
    /// Share of the lower group, from 0.15 to 0.85.
    pub share_low: f64,
    /// In the middle of the gap between the groups: values of another side are sorted into the same groups by it.
    pub boundary: f64,
}

/// Recognises two groups among at least 20 values, such as the logarithms of times; `None` where there is no clear
/// sign.
///
/// The values are split where the squares within the two groups are least (Otsu). They count as two groups if these
/// are far apart by Ashman's D, the distance of their means over the root mean square of their standard deviations.
/// Cutting anything in two makes D large, 2.7 for normal and 3.5 for evenly spread values; few values make it larger
/// by chance. So the threshold is 4.6 from 40 values on, and 2.8 + 72 / values below.
///
/// It was found by simulation, which `tests/simulation/modes.rs` repeats. Of normal, skewed, heavy-tailed and even
/// samples at most 2 in 100 seem to have two modes. Two normal groups of 30 % and 70 %, 6 standard deviations apart,
/// are found in at least 95 of 100 samples of 40 or more values, but in half of those of 20: there it takes 9 standard
/// deviations.
///
/// Source: Otsu, "A threshold selection method from gray-level histograms", 1979. Ashman, Bird and Zepf, "Detecting
/// bimodality in astronomical datasets", 1994, eq. 7.
pub fn two_modes(values: &[f64]) -> Option<Modes> {
    let sorted = order::sorted(values);
    let count = sorted.len();
    if count < FEWEST {
        return None;
    }
    let smallest = (SMALLEST_SHARE * count as f64).ceil() as usize;
    let split = best_split(&sorted, smallest)?;
    let (lower, upper) = sorted.split_at(split);
    let modes = Modes {
        low: order::median(lower)?,
        high: order::median(upper)?,
        share_low: split as f64 / count as f64,
        boundary: f64::midpoint(lower[split - 1], upper[0]),
    };
    (ashmans_d(lower, upper) > threshold(count)).then_some(modes)
}

fn threshold(count: usize) -> f64 {
    (2.8 + 72.0 / count as f64).max(4.6)
}

/// How many values belong to the lower group, if each group has at least `smallest`.
fn best_split(sorted: &[f64], smallest: usize) -> Option<usize> {
    let within = |split: &usize| {
        let (lower, upper) = sorted.split_at(*split);
        squares(lower) + squares(upper)
    };
    (smallest..=sorted.len() - smallest).min_by(|left, right| within(left).total_cmp(&within(right)))
}

fn ashmans_d(lower: &[f64], upper: &[f64]) -> f64 {
    let variance = |values: &[f64]| squares(values) / (values.len() as f64 - 1.0);
    (mean(upper) - mean(lower)) / f64::midpoint(variance(lower), variance(upper)).sqrt()
}

/// Sum of the squares of the distances to the mean.
fn squares(values: &[f64]) -> f64 {
    let middle = mean(values);
    values.iter().map(|value| (value - middle) * (value - middle)).sum()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(values: &[f64], expected: Option<(f64, f64, f64, f64)>) {
        let found = two_modes(values).map(|modes| (modes.low, modes.high, modes.share_low, modes.boundary));
        assert_eq!(found, expected);
    }

    #[test]
    fn modes_by_hand() {
        let two = [[1.0, 2.0, 3.0].repeat(2), [101.0, 102.0].repeat(7)].concat();
        check(&two, Some((2.0, 101.5, 0.3, 52.0)));
        check(&[[f64::NAN; 3].as_slice(), &two].concat(), Some((2.0, 101.5, 0.3, 52.0)));
        check(&two[..19], None);
        check(&[], None);
        check(&[7.0; 40], None);
        check(&[[7.0; 20], [8.0; 20]].concat(), Some((7.0, 8.0, 0.5, 7.5)));
    }

    #[test]
    fn a_few_disturbed_values_are_no_mode() {
        let steady: Vec<f64> = (0..36).map(f64::from).collect();
        check(&[steady.as_slice(), &[200.0; 4]].concat(), None);
        check(&steady, None);
    }

    proptest! {
        #[test]
        fn scale_and_order_are_nothing(mut values in vec(-10.0..10.0_f64, 20..60), apart in 0.0..100.0_f64) {
            for value in values.iter_mut().step_by(3) {
                *value += apart;
            }
            let before = two_modes(&values);
            values.reverse();
            prop_assert_eq!(before, two_modes(&values));
            let scaled: Vec<f64> = values.iter().map(|value| value * 8.0).collect();
            prop_assert_eq!(before.map(|modes| modes.boundary * 8.0), two_modes(&scaled).map(|modes| modes.boundary));
            prop_assert!(before.is_none_or(|modes| (0.15..=0.85).contains(&modes.share_low)));
            prop_assert!(before.is_none_or(|modes| modes.low < modes.boundary && modes.boundary < modes.high));
        }

        #[test]
        fn odd_data_is_survived(values in vec(proptest::num::f64::ANY, 0..60)) {
            let _ = two_modes(&values);
        }
    }
}
