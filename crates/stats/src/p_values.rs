//! How likely data like these, or odder ones, are if nothing differs: for ranking, beside the intervals that judge.

use statrs::distribution::{Binomial, Discrete, DiscreteCDF, Hypergeometric};

/// Exact two-sided sign test of whether the values are as likely above 0 as below.
///
/// Zeros say nothing about a side and are dropped, as are values that are not finite; `None` if none are left.
///
/// Source: Conover, "Practical nonparametric statistics", 3rd edition, 1999, §3.4.
pub fn sign_test(values: &[f64]) -> Option<f64> {
    let count_of =
        |is_on: fn(f64) -> bool| values.iter().filter(|value| value.is_finite() && is_on(**value)).count();
    let (above, below) = (count_of(|value| value > 0.0), count_of(|value| value < 0.0));
    if above + below == 0 {
        return None;
    }
    let signs = Binomial::new(0.5, (above + below) as u64).ok()?;
    Some((2.0 * signs.cdf(above.min(below) as u64)).min(1.0))
}

/// Exact two-sided test of whether two sides have the same share of something, such as of slow pairs: `a_low` of
/// `a_count` beside `b_low` of `b_count`. `None` where a part is more than its whole.
///
/// Two-sided means all tables with the same margins that are at most as likely as this one.
///
/// Source: Fisher, "Statistical methods for research workers", 5th edition, 1934, §21.02. That tables count as equally
/// likely up to a share of 1e-7 is as in R's `fisher.test`.
pub fn share_test(a_low: u64, a_count: u64, b_low: u64, b_count: u64) -> Option<f64> {
    if a_low > a_count || b_low > b_count {
        return None;
    }
    let (count, low) = (a_count.checked_add(b_count)?, a_low + b_low);
    let lows_of_a = Hypergeometric::new(count, low, a_count).ok()?;
    // Not `pmf`: the numbers of ways in it are infinite from about 1000 on.
    let likelihood = |lows: u64| lows_of_a.ln_pmf(lows).exp();
    let seen = likelihood(a_low) * (1.0 + 1e-7);
    let possible = low.saturating_sub(b_count)..=low.min(a_count);
    let as_odd: f64 = possible.map(likelihood).filter(|likely| *likely <= seen).sum();
    Some(as_odd.min(1.0))
}

/// Adjusts p values for there being many: whoever calls those up to q a find has, on average, at most a share q of
/// false ones among the finds.
///
/// The results stand in the order of the p values, are not below them, and at most 1. What is not in 0 to 1 is no p
/// value: it gives NaN and does not count. The tests must be independent or positively dependent.
///
/// Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995; adjusted values after Yekutieli and
/// Benjamini, 1999.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut falling: Vec<usize> =
        (0..p_values.len()).filter(|index| (0.0..=1.0).contains(&p_values[*index])).collect();
    falling.sort_unstable_by(|left, right| p_values[*right].total_cmp(&p_values[*left]));
    let count = falling.len();
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut least: f64 = 1.0;
    for (above, index) in falling.into_iter().enumerate() {
        // The quotient is at least 1, so rounding takes no result below its p value.
        least = least.min(p_values[index] * (count as f64 / (count - above) as f64));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(found: Option<f64>, expected: Option<f64>) {
        let near = |(found, expected): (f64, f64)| (found - expected).abs() <= 1e-12;
        assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
        assert!(found.zip(expected).is_none_or(near), "{found:?} is not {expected:?}");
    }

    #[test]
    fn signs_by_hand() {
        check(sign_test(&[]), None);
        check(sign_test(&[0.0, -0.0, f64::NAN, f64::INFINITY]), None);
        check(sign_test(&[1.0]), Some(1.0));
        check(sign_test(&[1.0, -1.0]), Some(1.0));
        check(sign_test(&[0.1; 8]), Some(2.0 / 256.0));
        check(sign_test(&[-0.1; 8]), Some(2.0 / 256.0));
        check(sign_test(&[3.0, 0.0, 1.0, 2.0, 5.0, f64::NAN, -1.0]), Some(2.0 * 6.0 / 32.0));
    }

    /// The lady who tasted tea, and tables at the edge.
    #[test]
    fn shares_by_hand() {
        check(share_test(3, 4, 1, 4), Some(34.0 / 70.0));
        check(share_test(4, 4, 0, 4), Some(2.0 / 70.0));
        check(share_test(0, 4, 4, 4), Some(2.0 / 70.0));
        check(share_test(0, 0, 0, 0), Some(1.0));
        check(share_test(0, 5, 0, 9), Some(1.0));
        check(share_test(5, 5, 9, 9), Some(1.0));
        check(share_test(0, 0, 3, 9), Some(1.0));
        check(share_test(5, 4, 1, 4), None);
        check(share_test(1, 4, 5, 4), None);
    }

    #[track_caller]
    fn check_adjusted(p_values: &[f64], expected: &[f64]) {
        let found = benjamini_hochberg(p_values);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(
                (found - expected).abs() <= 1e-12 || found.is_nan() && expected.is_nan(),
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn adjustments_by_hand() {
        check_adjusted(&[], &[]);
        check_adjusted(&[0.03], &[0.03]);
        check_adjusted(&[0.01, 0.02, 0.03, 0.04], &[0.04, 0.04, 0.04, 0.04]);
        check_adjusted(&[0.9, 0.001, 0.04], &[0.9, 0.003, 0.06]);
        check_adjusted(&[1.0, 1.0], &[1.0, 1.0]);
        check_adjusted(&[f64::NAN, 0.01, 2.0, 0.5, -1.0], &[f64::NAN, 0.02, f64::NAN, 0.5, f64::NAN]);
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_ranks(p_values in vec(0.0..=1.0_f64, 0..40)) {
            let adjusted = benjamini_hochberg(&p_values);
            for (p, adjusted) in p_values.iter().zip(&adjusted) {
                prop_assert!(p <= adjusted && *adjusted <= 1.0);
            }
            for (left, right) in p_values.iter().zip(&adjusted).zip(p_values.iter().zip(&adjusted).skip(1)) {
                prop_assert!((left.0 < right.0 && left.1 <= right.1) || left.0 >= right.0 && left.1 >= right.1);
            }
        }

        #[test]
        fn swapped_sides_are_the_same(a_low in 0..40_u64, a_more in 0..40_u64, b_low in 0..40_u64, b_more in 0..40_u64) {
            let (a_count, b_count) = (a_low + a_more, b_low + b_more);
            let p = share_test(a_low, a_count, b_low, b_count).expect("parts of wholes");
            prop_assert!((0.0..=1.0).contains(&p) && p > 0.0);
            let sides = share_test(b_low, b_count, a_low, a_count).expect("parts of wholes");
            let kinds = share_test(a_more, a_count, b_more, b_count).expect("parts of wholes");
            prop_assert!((p - sides).abs() < 1e-9 && (p - kinds).abs() < 1e-9);
        }
    }
}
