//! What can go wrong before or beside measuring.

use contend_protocol::exit;
use contend_record::RecordError;
use std::process::ExitCode;

/// Why the executable stops. Fits after "failed to ".
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    /// A variable of the environment does not fit.
    #[error("read {variable}={value}: {remedy}")]
    Setting { variable: &'static str, value: String, remedy: String },
    /// The words after `--contend` do not fit.
    #[error(
        "understand `--contend {words}`: write `--contend list` or `--contend check`, then `--filter REGEX`"
    )]
    Question { words: String },
    /// The executable measures throughput, and nothing else is built into it.
    #[cfg(not(feature = "passes"))]
    #[error(
        "look at single operations: this executable was built without the feature `passes`; `contend figures` builds it"
    )]
    NoPasses,
    /// The executable looks at single operations, so its throughput would be another than everybody's.
    #[cfg(feature = "passes")]
    #[error(
        "measure throughput: this executable was built with the feature `passes`, which times single operations; build it \
         without"
    )]
    OnlyPasses,
    /// A cell is named that this executable does not have, or cannot measure.
    #[cfg(not(feature = "passes"))]
    #[error("find cell `{cell}`: this executable has none of that name that can be measured")]
    UnknownCell { cell: String },
    /// Nobody listens, or what is asked cannot be read.
    #[cfg(not(feature = "passes"))]
    #[error("speak with whoever asked: {0}")]
    Answer(std::io::Error),
    /// A filter is no regular expression.
    #[error("read the filter `{filter}` as a regular expression: {reason}")]
    Filter { filter: String, reason: String },
    /// criterion would panic at the first cell that the baseline lacks, and lose the rest.
    #[error(
        "compare with baseline `{name}`: {missing} of {selected} selected cells are not in it, such as {example}. Save \
         it with `cargo bench -- --save-baseline {name}`, or compare where possible with `--baseline-lenient {name}`"
    )]
    NoBaseline { name: String, missing: usize, selected: usize, example: String },
    /// A baseline's name would be a path or clash with criterion's own folders.
    #[error("use `{name}` as a baseline's name: {reason}")]
    BaselineName { name: String, reason: &'static str },
    /// The run cannot be saved.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// criterion's files cannot be kept.
    #[error(
        "keep criterion's files in {path}: {source}. Free some space, or set CONTEND_RESULTS to another folder"
    )]
    CriterionFiles { path: String, source: std::io::Error },
}

impl DriverError {
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            #[cfg(not(feature = "passes"))]
            Self::NoPasses | Self::UnknownCell { .. } => exit::USAGE,
            #[cfg(not(feature = "passes"))]
            Self::Answer(_) => exit::INTERNAL,
            #[cfg(feature = "passes")]
            Self::OnlyPasses => exit::USAGE,
            Self::Setting { .. }
            | Self::Question { .. }
            | Self::Filter { .. }
            | Self::BaselineName { .. } => exit::USAGE,
            Self::NoBaseline { .. } => exit::NO_BASELINE,
            Self::Record(_) | Self::CriterionFiles { .. } => exit::UNFIT,
        })
    }
}
