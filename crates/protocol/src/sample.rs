//! One line of `samples.jsonl`: one cell in one launch.

use crate::CellId;
use serde::{Deserialize, Serialize};

/// All that one launch measured of one cell.
///
/// Unknown fields are refused: a reader that skips what it does not know reads a newer format through its version.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// Number of the launch in its run, from 0. Numbers of one launch are not independent of each other.
    pub launch: u32,
    /// When the first slice began, in milliseconds since 1970-01-01 UTC.
    pub started_unix_ms: u64,
    /// How the cell ended.
    pub outcome: Outcome,
    /// The crate and version under test, such as `dashmap 6.2.1`.
    pub version: String,
    /// Hash of the workload's definition, as 16 hexadecimal digits. Cells with other definitions are not comparable.
    pub definition: String,
    /// Seed of the tapes and key sets of this launch.
    pub seed: u64,
    /// More threads than allowed cores.
    pub oversubscribed: bool,
    /// The contender waits by sleeping, so idle processor time is no sign of lost parallelism.
    pub blocks: bool,
    /// Each worker stayed on a core of its own.
    pub pinned: bool,
    /// Slices that were measured again because the machine was disturbed.
    pub repeated: u32,
    /// Processor time that others took from the allowed cores while the cell was measured, in thousandths of them.
    /// `null` where the platform does not tell.
    pub others_cpu_permille: Option<u32>,
    /// What the inputs really were.
    pub observed: Option<Observed>,
    /// The valid slices, in the order they were measured; empty where the outcome is another than `measured`.
    pub slices: Slices,
}

/// How a cell ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Outcome {
    /// Every slice is valid.
    Measured,
    /// The machine was too disturbed, or the inputs were off target. There is no number.
    NotMeasurable {
        /// What was seen, with its figure.
        reason: String,
    },
    /// The contender failed. There is no number.
    Faulty {
        /// What it did.
        fault: Fault,
    },
}

/// What a contender did wrong.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Fault {
    /// Counts, sums or contents differ from the model.
    WrongResult {
        /// What differs.
        message: String,
    },
    /// A worker panicked.
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// A worker did not come back within the bound.
    Hung {
        /// The bound, in seconds.
        bound_s: u64,
    },
}

/// What the inputs of a cell really were, over all valid slices. A share is in thousandths.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// Operations that write, of all operations.
    pub write_permille: Option<u32>,
    /// Lookups that found their key, of all lookups.
    pub hit_permille: Option<u32>,
    /// Accesses to a key that another worker's tape accesses too, of all accesses.
    pub overlap_permille: Option<u32>,
}

/// Slices as columns: entry `i` of each column belongs to slice `i`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slices {
    /// The time in which all workers ran, in nanoseconds.
    pub window_ns: Vec<u64>,
    /// Operations inside the window, for each worker that counts operations.
    pub ops: Vec<Vec<u64>>,
    /// Processor time of all workers over their own spans, in nanoseconds. `null` where the platform does not tell.
    pub cpu_ns: Option<Vec<u64>>,
    /// Time the workers were ready to run but waited for a core, in nanoseconds. `null` as above.
    pub run_delay_ns: Option<Vec<u64>>,
    /// Times a worker gave its core away (it slept). `null` as above.
    pub voluntary_switches: Option<Vec<u64>>,
    /// Times a worker was taken off its core. `null` as above.
    pub involuntary_switches: Option<Vec<u64>>,
    /// Pages that were mapped without reading a disk. `null` as above.
    pub minor_faults: Option<Vec<u64>>,
    /// Attempts that failed and were tried again: full, empty, lost races.
    pub failed_attempts: Vec<u64>,
    /// From the first worker's start to the last one's, in nanoseconds.
    pub skew_ns: Vec<u64>,
    /// From the first worker's stop to the last one's, in nanoseconds.
    pub overhang_ns: Vec<u64>,
}

impl Slices {
    /// Number of slices.
    pub fn len(&self) -> usize {
        self.window_ns.len()
    }

    /// Whether there is no slice.
    pub fn is_empty(&self) -> bool {
        self.window_ns.is_empty()
    }
}
