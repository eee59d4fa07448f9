//! `verdict.json`: what one comparison of two sides found, and a line of `pairs.jsonl`: what it was found from.
//!
//! A change is head over base, less one, in parts per million: 50,000 means that head takes 5 % longer.

use crate::CellId;
use crate::manifest::Machine;
use crate::sample::Fault;
use crate::version::{FormatVersion, MethodVersion};
use serde::{Deserialize, Serialize};

/// One comparison.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Version of this document.
    pub format: FormatVersion,
    /// Version of how the numbers came about.
    pub method: MethodVersion,
    /// The folder's name: `<utc>-<base7>-<head7>-<machine4>`.
    pub comparison: String,
    /// When measuring began, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// How long measuring took, in milliseconds.
    pub took_ms: u64,
    /// The command that was typed, as far as it can be told.
    pub command: String,
    /// What is compared with.
    pub base: Side,
    /// What is judged.
    pub head: Side,
    /// Where both were measured.
    pub machine: Machine,
    /// How it was measured and judged.
    pub plan: Plan,
    /// What was found of each cell, in the order of the suites.
    pub cells: Vec<CellVerdict>,
    /// Cells of the base against itself: a change here is a false alarm.
    pub controls: Vec<CellVerdict>,
    /// What it comes to.
    pub conclusion: Conclusion,
}

/// One side of a comparison.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// As the user named it, such as `main`, `baseline before` or `the working tree`.
    pub label: String,
    /// Full commit id; for a working tree the one it is based on. `null` outside git.
    pub commit: Option<String>,
    /// Id of the git tree that was built, which names its content; `null` outside git.
    pub tree: Option<String>,
    /// The tree is not that of the commit.
    pub dirty: bool,
    /// First line of `rustc -V` of the build.
    pub rustc: String,
    /// FNV-1a hash of the `Cargo.lock` of the build, as 16 hexadecimal digits; `null` where there is none.
    pub lock_file: Option<String>,
    /// What is not as in the commit, such as `--dep dashmap=6.1.0`, a kind after the other.
    pub variants: Vec<String>,
    /// The bench executables.
    pub executables: Vec<BuiltExecutable>,
}

/// A bench executable of a side.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuiltExecutable {
    /// Name of the bench target.
    pub name: String,
    /// FNV-1a hash of its bytes, as 16 hexadecimal digits.
    pub hash: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// How a comparison was measured and judged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Seed of everything random.
    pub seed: u64,
    /// Filter on cell ids, where one was given.
    pub filter: Option<String>,
    /// `curated` or `full`.
    pub set: String,
    /// Probability that any interval of a cell misses the true median, over all looks, in parts per million.
    pub alpha_ppm: u32,
    /// The smallest change that the user wants to hear of, in parts per million; `null` where each cell has its own.
    pub margin_ppm: Option<u64>,
    /// Most time measuring may take, in seconds; `null` for as long as it takes.
    pub budget_s: Option<u64>,
    /// Pairs at which a cell is judged.
    pub looks: Vec<u32>,
    /// The same for cells whose threads contend.
    pub contended_looks: Vec<u32>,
}

/// What was found of one cell.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellVerdict {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// The verdict.
    pub verdict: Verdict,
    /// The numbers behind it, where there are any.
    pub evidence: Option<Evidence>,
}

/// What is said of a cell.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Verdict {
    /// Slower by more than the margin, twice, on fresh pairs.
    Regressed,
    /// Faster by more than the margin, twice, on fresh pairs.
    Improved,
    /// The whole interval lies inside the margin.
    Unchanged,
    /// The pairs that were measured do not decide.
    Undecided {
        /// Why not.
        reason: Doubt,
        /// Pairs that would probably decide; `null` where none are likely to.
        pairs_needed: Option<u32>,
    },
    /// The machine was too disturbed.
    NotMeasurable {
        /// What was seen.
        reason: String,
    },
    /// A contender did something wrong.
    WrongResult {
        /// On which side, `base` or `head`.
        side: String,
        /// What it did.
        fault: Fault,
    },
    /// Only head has the cell.
    Added,
    /// Only base has the cell.
    Removed,
    /// Both have it, but it is not the same.
    NotComparable {
        /// What differs.
        reason: String,
    },
}

/// Why a cell is undecided.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// All looks were used up.
    Looks,
    /// The time was used up, or the user stopped.
    Budget,
    /// Fresh pairs did not show the change again.
    Unconfirmed,
}

/// Numbers behind a verdict.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Median over the pairs of base's time per operation, in picoseconds.
    pub base_ps: u64,
    /// The same of head.
    pub head_ps: u64,
    /// Median change.
    pub change_ppm: i64,
    /// Interval of the median change, where there are enough pairs for one.
    pub interval: Option<ChangeInterval>,
    /// The margin of this cell.
    pub margin_ppm: u64,
    /// Where the margin comes from.
    pub margin_from: MarginSource,
    /// Pairs behind the interval.
    pub pairs: u32,
    /// Pairs of the confirmation, if there was one.
    pub confirmation_pairs: u32,
    /// Slices that were measured again because the machine was disturbed.
    pub repeated_slices: u64,
    /// Pairs that were measured again for the same reason.
    pub repeated_pairs: u32,
    /// Probability of such pairs if nothing had changed (two-sided sign test), adjusted over all cells after Benjamini and
    /// Hochberg, in parts per million.
    pub adjusted_p_ppm: u32,
    /// Two speeds that base's pairs fall into, where they do.
    pub base_modes: Option<Modes>,
    /// The same of head.
    pub head_modes: Option<Modes>,
}

/// Interval of a median change.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeInterval {
    /// Lower end.
    pub low_ppm: i64,
    /// Upper end.
    pub high_ppm: i64,
    /// Probability that such an interval holds the true median, in parts per million.
    pub coverage_ppm: u32,
}

/// Where a margin comes from. What the user asks for replaces the default; the other two can only widen it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MarginSource {
    /// The user.
    User,
    /// The default for cells of this kind.
    Default,
    /// How widely the pairs of the first look scatter, where the default is less.
    Scatter,
    /// The cell's own noise floor, from `contend calibrate` on this machine.
    Calibrated,
}

/// Two groups of values.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Modes {
    /// Median of the faster group, in picoseconds per operation.
    pub fast_ps: u64,
    /// Median of the slower group.
    pub slow_ps: u64,
    /// Share of the faster group, in thousandths.
    pub fast_permille: u32,
}

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// The exit code of `contend compare`.
    pub exit_code: u8,
    /// It ended before its plan, by the user's wish.
    pub interrupted: bool,
    /// A control gave an alarm, so no alarm of this comparison can be believed.
    pub unfit: bool,
}

/// One line of `pairs.jsonl`: what one pair of launches, base and head alive together, says of one cell.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PairRecord {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// Both launches were of base: a change here is a false alarm.
    pub control: bool,
    /// It was measured to confirm a change, and is not among those that showed it.
    pub confirmation: bool,
    /// Number of the pair among those of its cell and kind, from 0.
    pub pair: u32,
    /// Base took the first turn.
    pub base_first: bool,
    /// Median over the slices of base's time per operation, in picoseconds.
    pub base_ps: u64,
    /// The same of head.
    pub head_ps: u64,
    /// Median change over the turns, which need not be that of the two medians.
    pub change_ppm: i64,
    /// Valid slices of each side.
    pub slices: u32,
    /// Slices that were measured again because the machine was disturbed.
    pub repeated_slices: u32,
}
