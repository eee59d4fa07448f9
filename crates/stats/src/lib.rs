//! Slices of numbers in; medians, intervals, figures and judgements out.
//!
//! It is the one place of the project with formulas. It is no general statistics library: it has no mean and no minimum
//! over slices, because both reward a slice that was disturbed in the right direction. (The mean that criterion's files ask
//! for is in [`criterion`], for those files only.)
//!
//! ```text
//! one run
//!   one slice ──► figures::{time_per_op_ns, throughput_per_s, cpu_per_op_ns, fairness_min_max, jain_index}
//!   many slices ──► order::{median, quantile, mad, median_interval}
//!   many contenders ──► ratio::against_best, ratio::geometric_mean
//!   many contenders in many launches ──► rank::places
//!   many thread counts ──► figures::efficiency
//!   for criterion's files ──► criterion::{estimates, outlier_fences}
//!
//! many runs
//!   one figure of each ──► change_points::change_points
//!
//! a comparison of two sides
//!   slices of one pair ──► pair::log_ratio
//!   pairs of one cell ──► sequence::state ──► judged at the looks, from verdict::interval_of_change and verdict::judge
//!                     ├─► verdict::pairs_needed
//!                     ├─► modes::two_modes, p_values::share_test
//!                     └─► p_values::sign_test ──► all cells: p_values::benjamini_hochberg
//!   pairs of a cell against itself ──► floor::noise_floor ──► the margin
//! ```
//!
//! ```
//! use contend_stats::looks::Looks;
//! use contend_stats::sequence::{self, State};
//! use contend_stats::verdict::Judgement;
//! use contend_stats::{figures, order, pair};
//!
//! // Two workers did 900 and 1100 operations in a window of 50 µs: 1000 each on average, so 50 ns for one.
//! assert_eq!(figures::time_per_op_ns(50_000.0, &[900.0, 1100.0]), Some(50.0));
//! assert_eq!(order::median(&[50.0, 48.0, 51.0]), Some(50.0));
//!
//! // A pair whose head takes 5 % longer, and eight such pairs: the first look decides.
//! let log_ratio = pair::log_ratio(&[50.0, 48.0, 51.0], &[52.5, 50.4, 53.0]).expect("all are times");
//! let State::Decided(decision) = sequence::state(&[log_ratio; 8], 0.02, &Looks::SCALAR) else {
//!     panic!("eight pairs that agree decide");
//! };
//! assert_eq!((decision.judgement, decision.pairs), (Judgement::Slower, 8));
//! ```
//!
//! # Accuracy and limits
//! Intervals are exact order-statistic intervals: they assume that the values are independent and of one distribution,
//! and nothing about its shape. Slices of one launch share its memory layout and its minutes, so an interval over them
//! says how steady that launch was, not what the next launch will give; the pairs of a comparison are launches. Values that
//! are not finite are left out; a caller that must know how many asks [`order::not_finite`].
//!
//! What the judgements are worth is simulated in `tests/simulation`: how often intervals hold the truth, how often equals
//! are called different, and how often a real change is found. What is expected of pairs that were not measured yet,
//! [`verdict::pairs_needed`] and [`floor::noise_floor`], takes them for normal in their middle. Runs over time are independent of each other and measured at
//! different hours: [`change_points`] says when a figure changed, and not why.
//!
//! # Panics and errors
//! Nothing panics and nothing fails: what is undefined, such as a time per operation without operations, is `None`.

#![forbid(unsafe_code)]

pub mod change_points;
pub mod criterion;
pub mod figures;
pub mod floor;
pub mod looks;
pub mod margins;
pub mod modes;
pub mod order;
pub mod p_values;
pub mod pair;
pub mod rank;
pub mod ratio;
pub mod sequence;
pub mod spread;
pub mod verdict;
