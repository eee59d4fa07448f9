//! What one pair of launches says: a single number, however many slices it measured.
//!
//! Slices of one pair share its memory layout and its minutes, so they are no replicates of each other. The pair is.

use crate::order;

/// Median over the slice pairs of ln(head / base): 0.05 means that head takes about 5 % longer.
///
/// `base` and `head` hold the time per operation, above 0, of slices that were measured next to each other and stand
/// at the same index. `None` without slices, for different lengths, or if any value is not a finite number above 0:
/// such a pair was not measured properly, and leaving the slice out would hide that.
///
/// The median of ratios, not the ratio of medians: what disturbs both slices of a pair then cancels.
pub fn log_ratio(base: &[f64], head: &[f64]) -> Option<f64> {
    let is_time = |value: &f64| value.is_finite() && *value > 0.0;
    if base.len() != head.len() || !base.iter().chain(head).all(is_time) {
        return None;
    }
    // Not the logarithm of a quotient, which may be zero or infinite.
    let log_ratios: Vec<f64> = base.iter().zip(head).map(|(base, head)| head.ln() - base.ln()).collect();
    order::median(&log_ratios)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(base: &[f64], head: &[f64], expected_ratio: Option<f64>) {
        let found = log_ratio(base, head).map(f64::exp);
        let near = |(found, expected): (f64, f64)| (found - expected).abs() <= 1e-12 * expected;
        assert_eq!(found.is_some(), expected_ratio.is_some(), "{found:?}");
        assert!(found.zip(expected_ratio).is_none_or(near), "{found:?} is not {expected_ratio:?}");
    }

    #[test]
    fn pairs_by_hand() {
        check(&[10.0], &[11.0], Some(1.1));
        check(&[10.0, 20.0, 40.0], &[20.0, 20.0, 20.0], Some(1.0));
        check(&[10.0, 10.0], &[10.0, 40.0], Some(2.0));
    }

    #[test]
    fn the_largest_ratio_is_a_number() {
        assert!(log_ratio(&[f64::MIN_POSITIVE], &[f64::MAX]).is_some_and(|found| found > 1400.0));
        assert!(log_ratio(&[f64::MAX], &[f64::MIN_POSITIVE]).is_some_and(|found| found < -1400.0));
    }

    #[test]
    fn a_disturbance_of_both_cancels() {
        check(&[10.0, 1000.0, 10.0], &[11.0, 1100.0, 11.0], Some(1.1));
    }

    #[test]
    fn what_was_not_measured_properly_is_no_pair() {
        check(&[], &[], None);
        check(&[1.0], &[], None);
        check(&[1.0, 2.0], &[1.0], None);
        check(&[1.0, 0.0], &[1.0, 1.0], None);
        check(&[1.0, 1.0], &[1.0, -1.0], None);
        check(&[1.0, f64::NAN], &[1.0, 1.0], None);
        check(&[1.0, 1.0], &[f64::INFINITY, 1.0], None);
    }

    proptest! {
        #[test]
        fn sides_are_alike(slices in vec((1e-3..1e9_f64, 1e-3..1e9_f64), 1..20)) {
            let (base, head): (Vec<f64>, Vec<f64>) = slices.into_iter().unzip();
            let there = log_ratio(&base, &head).expect("all are times");
            let back = log_ratio(&head, &base).expect("all are times");
            prop_assert!((there + back).abs() < 1e-12);
        }
    }
}
