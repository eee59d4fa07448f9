//! What the pairs of a cell say of its change: how large it is, on which side of the margin, and how many pairs would
//! tell.
//!
//! Log ratios are ln(head / base), one per pair: [`pair::log_ratio`](crate::pair::log_ratio). A change is the ratio
//! less one, and a margin a fraction, both on the same scale: 0.02 is 2 %. Of a cell whose time per operation is
//! compared, a change above 0 is slower.

use crate::{order, spread};
use std::f64::consts::FRAC_PI_2;

/// A median change, with the interval that holds the true one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Median over the pairs, from −1.
    pub median: f64,
    /// Lower end of the interval, from −1.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Probability that such an interval holds the true median, in (0, 1): at least what was asked for.
    pub coverage: f64,
}

/// What a change comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// The whole interval lies above the margin.
    Slower,
    /// The whole interval lies below the negative margin.
    Faster,
    /// The whole interval lies inside the margin, whether or not it holds 0.
    Same,
    /// Nothing of these: the interval holds an end of the margin, or touches it.
    Open,
}

/// The median change with its exact interval at `level`, in (0, 1); `None` where there are too few pairs for one.
///
/// Values that are not finite are left out.
pub fn interval_of_change(log_ratios: &[f64], level: f64) -> Option<Change> {
    let interval = order::median_interval(log_ratios, level)?;
    Some(Change {
        median: order::median(log_ratios)?.exp_m1(),
        low: interval.low.exp_m1(),
        high: interval.high.exp_m1(),
        coverage: interval.coverage,
    })
}

/// Where the interval of a change lies. An end that equals the margin decides nothing.
///
/// `margin` is a finite fraction from 0; any other decides nothing. From 1 on nothing is faster, because no time
/// shrinks by more than all of it.
pub fn judge(change: Change, margin: f64) -> Judgement {
    let usable = margin.is_finite() && margin >= 0.0 && change.low <= change.high;
    if usable && change.low > margin {
        Judgement::Slower
    } else if usable && change.high < -margin {
        Judgement::Faster
    } else if usable && -margin < change.low && change.high < margin {
        Judgement::Same
    } else {
        Judgement::Open
    }
}

/// Up to here each number of pairs is tried, because the interval narrows in steps. Beyond the root law is as good.
const TRIED: usize = 256;

/// How many pairs, with those there are, would probably decide: from their number up to `most`. `None` where `most` do
/// not do, or where nothing is known yet.
///
/// It takes median and [`spread::robust_sd`] of the log ratios for the truth, and asks which interval would lie beside
/// the ends of the margin. The distance to the nearer end is known no better than the median's own standard error,
/// which is added to it in quadrature: so at 0.99 no forecast is above about 7 times the pairs there are, even where
/// more would be needed.
///
/// Of normal pairs that were still open, the forecast was within a factor of two of the pairs that decide every other
/// comparison in 7 to 9 of 10 cases, if these are up to 4 times the pairs there are; `tests/simulation/forecasts.rs`
/// repeats it. With fewer pairs, or an effect at the margin, it is an order of magnitude, rather too low than too
/// high.
pub fn pairs_needed(log_ratios: &[f64], margin: f64, level: f64, most: usize) -> Option<usize> {
    let count = log_ratios.len() - order::not_finite(log_ratios);
    let sd = spread::robust_sd(log_ratios)?;
    let error_of_median = sd * (FRAC_PI_2 / count as f64).sqrt();
    let room = distance_to_margin(order::median(log_ratios)?, margin)?.hypot(error_of_median);
    let fits = |pairs: &usize| spread::expected_half_width(sd, *pairs, level).is_some_and(|half| half < room);
    let z = spread::normal_quantile(f64::midpoint(1.0, level))?;
    (count..=most.min(TRIED)).find(fits).or_else(|| {
        let by_root_law = (FRAC_PI_2 * (z * sd / room).powi(2)).ceil();
        let pairs = by_root_law.max(count.max(TRIED + 1) as f64);
        (room > 0.0 && pairs <= most as f64).then_some(pairs as usize)
    })
}

/// How far a log ratio is from the nearer end of the margin; `None` for a margin that is no finite fraction from 0.
fn distance_to_margin(log_ratio: f64, margin: f64) -> Option<f64> {
    // Of a margin from 1 on the lower end is infinitely far away.
    let low = if margin < 1.0 { (-margin).ln_1p() } else { f64::NEG_INFINITY };
    let distance = (log_ratio - margin.ln_1p()).abs().min((log_ratio - low).abs());
    (margin.is_finite() && margin >= 0.0).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Judgement::{Faster, Open, Same, Slower};
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(low: f64, high: f64, margin: f64, expected: Judgement) {
        let change = Change { median: f64::midpoint(low, high), low, high, coverage: 0.99 };
        assert_eq!(judge(change, margin), expected);
    }

    #[test]
    fn judgements_by_hand() {
        check(0.03, 0.05, 0.02, Slower);
        check(-0.05, -0.03, 0.02, Faster);
        check(-0.01, 0.01, 0.02, Same);
        check(0.005, 0.01, 0.02, Same);
        check(0.01, 0.03, 0.02, Open);
        check(-0.03, -0.01, 0.02, Open);
        check(-0.5, 0.5, 0.02, Open);
    }

    #[test]
    fn the_margin_itself_decides_nothing() {
        check(0.02, 0.05, 0.02, Open);
        check(0.02, 0.02, 0.02, Open);
        check(-0.05, -0.02, 0.02, Open);
        check(-0.02, 0.01, 0.02, Open);
        check(-0.01, 0.02, 0.02, Open);
        check(0.0, 0.0, 0.0, Open);
        check(0.0, 0.1, 0.0, Open);
        check(0.001, 0.1, 0.0, Slower);
    }

    #[test]
    fn what_is_no_number_decides_nothing() {
        check(f64::NAN, 0.5, 0.02, Open);
        check(0.5, f64::NAN, 0.02, Open);
        check(f64::NAN, f64::NAN, 0.02, Open);
        check(0.5, 0.4, 0.02, Open);
        check(0.5, 0.6, f64::NAN, Open);
        check(0.5, 0.6, f64::INFINITY, Open);
        check(0.5, 0.6, -0.02, Open);
    }

    #[test]
    fn a_change_is_the_ratio_less_one() {
        let log_ratios: Vec<f64> =
            [1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, f64::NAN].map(f64::ln).to_vec();
        let change = interval_of_change(&log_ratios, 0.99).expect("eight are enough");
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
        assert!(near(change.low, 0.01) && near(change.high, 0.08), "{change:?}");
        assert!(near(change.median, (1.04_f64 * 1.05).sqrt() - 1.0), "{change:?}");
        assert!(near(change.coverage, 1.0 - 2.0 / 256.0), "{change:?}");
        assert_eq!(interval_of_change(&log_ratios[1..], 0.99), None);
    }

    #[track_caller]
    fn check_needed(median: f64, deviation: f64, most: usize, expected: Option<usize>) {
        // Twelve values whose median absolute deviation is `deviation`.
        let log_ratios: Vec<f64> =
            (0..12).map(|index| median + f64::from(index % 2 * 2 - 1) * deviation).collect();
        assert_eq!(pairs_needed(&log_ratios, 0.02, 0.99, most), expected);
    }

    #[test]
    fn forecasts_by_hand() {
        check_needed(0.0, 0.0, 1000, Some(12));
        check_needed(0.0, 0.001, 1000, Some(12));
        check_needed(0.1, 0.01, 1000, Some(12));
        check_needed(0.0, 0.02, 10, None);
        check_needed(0.02_f64.ln_1p(), 0.0, 1000, None);
        // sd is 1.4826 · 12 / 11.2 · 0.03 = 0.0477, the error of the median 1.2533 sd / √12 = 0.0172, the room
        // √(0.0172² + ln² 1.02) = 0.0263, so the root law says (2.5758 · 1.2533 · sd / room)² = 34.4.
        // Ranks come in steps, which make it 39.
        check_needed(0.0, 0.03, 1000, Some(39));
        check_needed(0.0, 0.03, 38, None);
    }

    #[test]
    fn near_the_margin_the_forecast_grows_with_the_pairs() {
        // For the root law it is z² = 6.63 times their number.
        check_needed(0.02_f64.ln_1p(), 0.01, 1000, Some(85));
        check_needed(0.02_f64.ln_1p(), 1.0, 1000, Some(85));
        let many = [0.12, -0.08].repeat(50);
        assert_eq!(pairs_needed(&many, 0.02, 0.99, 1000), Some(664));
        assert_eq!(pairs_needed(&many, 0.02, 0.99, 663), None);
    }

    #[test]
    fn without_pairs_nothing_is_known() {
        assert_eq!(pairs_needed(&[], 0.02, 0.99, 1000), None);
        assert_eq!(pairs_needed(&[0.0], 0.02, 0.99, 1000), None);
        assert_eq!(pairs_needed(&[0.0; 5], 0.02, 0.99, 1000), Some(8));
        assert_eq!(pairs_needed(&[0.0; 5], f64::NAN, 0.99, 1000), None);
        assert_eq!(pairs_needed(&[0.0; 5], -0.1, 0.99, 1000), None);
        assert_eq!(pairs_needed(&[0.0; 5], 0.02, f64::NAN, 1000), None);
    }

    proptest! {
        #[test]
        fn swapped_sides_are_judged_the_other_way(low in -0.5..0.5_f64, width in 0.0..0.2_f64, margin in 0.0..0.1_f64) {
            let swap = |judgement| match judgement {
                Slower => Faster,
                Faster => Slower,
                other => other,
            };
            let change = Change { median: low + width / 2.0, low, high: low + width, coverage: 0.99 };
            let mirror = Change { median: -change.median, low: -change.high, high: -change.low, coverage: 0.99 };
            prop_assert_eq!(judge(mirror, margin), swap(judge(change, margin)));
        }

        #[test]
        fn odd_data_is_survived(
            values in vec(proptest::num::f64::ANY, 0..40), margin in proptest::num::f64::ANY,
            level in proptest::num::f64::ANY,
        ) {
            if let Some(change) = interval_of_change(&values, 0.99) {
                prop_assert!(change.low <= change.median && change.median <= change.high);
                let _ = judge(change, margin);
            }
            let needed = pairs_needed(&values, margin, level, 300);
            prop_assert!(needed.is_none_or(|pairs| (1..=300).contains(&pairs)));
        }
    }
}
