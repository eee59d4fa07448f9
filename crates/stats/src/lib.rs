//! Slices of numbers in; medians, intervals and figures out.
//!
//! It is the one place of the project with formulas. It is no general statistics library: it has no mean and no minimum
//! over slices, because both reward a slice that was disturbed in the right direction.
//!
//! ```text
//! one slice ──► figures::{time_per_op_ns, throughput_per_s, cpu_per_op_ns, fairness_min_max, jain_index}
//! many slices ──► order::{median, quantile, mad, median_interval}
//! many contenders ──► ratio::against_best
//! ```
//!
//! ```
//! use contend_stats::{figures, order};
//!
//! // Two workers did 900 and 1100 operations in a window of 50 µs: 1000 each on average, so 50 ns for one.
//! assert_eq!(figures::time_per_op_ns(50_000.0, &[900.0, 1100.0]), Some(50.0));
//! assert_eq!(order::median(&[50.0, 48.0, 51.0]), Some(50.0));
//! ```
//!
//! # Accuracy and limits
//! Intervals are exact order-statistic intervals: they assume that the values are independent and of one distribution,
//! and nothing about its shape. Slices of one launch share its memory layout and its minutes, so an interval over them
//! says how steady that launch was, not what the next launch will give. Values that are not finite are left out; a
//! caller that must know how many asks [`order::not_finite`].
//!
//! # Panics and errors
//! Nothing panics and nothing fails: what is undefined, such as a time per operation without operations, is `None`.

#![forbid(unsafe_code)]

pub mod figures;
pub mod order;
pub mod ratio;
