//! The noise floor of a cell: the smallest change that its own scatter lets anyone see.

use crate::{order, spread};

/// Chosen here because it is the first look of a comparison; of fewer pairs the scatter is a guess.
const FEWEST: usize = 8;

/// How wide the interval of a median change will be to either side after `pairs` pairs at `level`, as a fraction: 0.01
/// is ±1 %.
///
/// `log_ratios` are those of pairs of the same executable on both sides, from 8 on; values that are not finite are
/// left out. `None` for fewer, or where `pairs` pairs have no interval at `level`. A smaller change than this is
/// found, or ruled out, only with luck, so a margin below it leaves comparisons open.
///
/// It depends on the middle half of the log ratios, so a few disturbed pairs do not raise it. From 40 of them it is
/// within 35 % of the truth in 9 of 10 cases, from 12 within 65 %; of heavy-tailed ones and for 8 `pairs` it is a
/// quarter too low.
pub fn noise_floor(log_ratios: &[f64], pairs: usize, level: f64) -> Option<f64> {
    if log_ratios.len() - order::not_finite(log_ratios) < FEWEST {
        return None;
    }
    let sd = spread::robust_sd(log_ratios)?;
    spread::expected_half_width(sd, pairs, level).map(f64::exp_m1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(log_ratios: &[f64], pairs: usize, expected: Option<f64>) {
        let found = noise_floor(log_ratios, pairs, 0.99);
        let near = |(found, expected): (f64, f64)| (found - expected).abs() <= 1e-9;
        assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
        assert!(found.zip(expected).is_none_or(near), "{found:?} is not {expected:?}");
    }

    #[test]
    fn floors_by_hand() {
        check(&[0.0; 8], 40, Some(0.0));
        check(&[0.0; 7], 40, None);
        check(&[[0.0; 7].as_slice(), &[f64::NAN]].concat(), 40, None);
        check(&[0.0; 8], 7, None);
        let values = [-0.01, 0.01].repeat(20);
        let sd = spread::robust_sd(&values).expect("they are enough");
        let half = spread::expected_half_width(sd, 12, 0.99).expect("they are enough");
        check(&values, 12, Some(half.exp() - 1.0));
    }

    #[test]
    fn disturbed_pairs_do_not_raise_it() {
        let calm = [-0.01, -0.005, 0.0, 0.005, 0.01].repeat(8);
        let mut disturbed = calm.clone();
        disturbed[..3].fill(5.0);
        let of = |values: &[f64]| noise_floor(values, 40, 0.99).expect("they are enough");
        assert!(of(&disturbed) < 1.5 * of(&calm), "{} {}", of(&disturbed), of(&calm));
    }
}
