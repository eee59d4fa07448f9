//! What is remembered of a run beside it, so that listing all runs reads only new ones: a line of `.counts.jsonl`.

use serde::{Deserialize, Serialize};

/// How many cells of a run ended how, when its files were these.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CountedRun {
    /// The run's name.
    pub run: String,
    /// Lengths of its `run.json` and `samples.jsonl`, in bytes, before `contend pack` compressed them.
    pub lengths: [u64; 2],
    /// When these files were written last, in nanoseconds since 1970-01-01 UTC.
    pub written_unix_ns: [u64; 2],
    /// Lines with numbers.
    pub measured: u64,
    /// Lines of cells that the machine was too disturbed for.
    pub not_measurable: u64,
    /// Lines of cells whose contender failed.
    pub faulty: u64,
    /// Whether something is missing.
    pub unfinished: bool,
}
