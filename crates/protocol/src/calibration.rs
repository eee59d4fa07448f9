//! A calibration: what comparisons on one machine find where the truth is known.

use crate::CellId;
use crate::comparison::CellVerdict;
use crate::manifest::Machine;
use crate::version::{FormatVersion, MethodVersion};
use serde::{Deserialize, Serialize};

/// One calibration.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Version of this document.
    pub format: FormatVersion,
    /// Version of how the numbers came about.
    pub method: MethodVersion,
    /// When measuring began, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// How long measuring took, in milliseconds.
    pub took_ms: u64,
    /// Where it was measured.
    pub machine: Machine,
    /// Seed of everything random.
    pub seed: u64,
    /// The cells, in the order of the suites.
    pub cells: Vec<CalibratedCell>,
}

/// What was found of one cell.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CalibratedCell {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// Hash of the workload's definition: the figures hold for this one only.
    pub definition: String,
    /// The smallest change that the cell's own scatter lets anyone see, in parts per million; `null` where there were too few
    /// pairs.
    pub floor_ppm: Option<u64>,
    /// The verdict on equal sides. A change is a false alarm.
    pub equal: CellVerdict,
    /// How long the pairs of equal sides took, in milliseconds.
    pub equal_ms: u64,
    /// What criterion said of equal sides, where it was asked.
    pub equal_by_criterion: Option<CriterionVerdict>,
    /// What became of known slow-downs.
    pub slow_downs: Vec<SlowDown>,
}

/// A known slow-down of a cell, and what was said of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowDown {
    /// The slow-down that was wanted, in parts per million.
    pub wanted_ppm: u64,
    /// Work that was added to each step, in 65,536ths of a work unit; `null` where none came near the wanted slow-down.
    pub handicap: Option<u64>,
    /// The slow-down that this work made when it was looked for, in parts per million.
    pub effect_ppm: Option<i64>,
    /// The verdict.
    pub verdict: Option<CellVerdict>,
    /// What criterion said, where it was asked.
    pub by_criterion: Option<CriterionVerdict>,
}

/// What criterion says of a benchmark beside its baseline.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CriterionVerdict {
    /// "Performance has regressed."
    Regressed,
    /// "Performance has improved."
    Improved,
    /// "Change within noise threshold."
    WithinNoise,
    /// "No change in performance detected."
    NoChange,
    /// Nothing: it measured no number.
    Nothing,
}
