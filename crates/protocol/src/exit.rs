//! Exit codes of `contend` and of the bench executables.
//!
//! A process that is ended by a panic of ours exits with 101, as every Rust program.

/// Nothing to report.
pub const OK: u8 = 0;
/// Something failed that is nobody's measurement: a bug, or the world.
pub const INTERNAL: u8 = 1;
/// The call's words do not fit.
pub const USAGE: u8 = 2;
/// The filter selected nothing.
pub const NOTHING_SELECTED: u8 = 4;
/// A regression was found and confirmed.
pub const REGRESSION: u8 = 10;
/// Undecided, where the user asked to fail on it.
pub const UNDECIDED: u8 = 11;
/// A baseline or run is missing or cannot be compared.
pub const NO_BASELINE: u8 = 12;
/// The machine cannot measure now, or the run cannot be saved.
pub const UNFIT: u8 = 13;
/// A contender gave a wrong result, panicked, or never came back.
pub const WRONG_RESULT: u8 = 14;
/// Interrupted by the user.
pub const INTERRUPTED: u8 = 130;
