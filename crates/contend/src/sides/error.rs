//! Why a side is not ready.

use contend_protocol::exit;
use contend_record::work::KeepError;
use std::fmt;
use std::path::PathBuf;

/// Why there is no side to measure. Each text fits after "failed to ".
#[derive(Debug)]
pub(crate) enum SideError {
    /// The words do not fit.
    Usage(String),
    /// There is neither a baseline nor a revision of that name.
    Unknown(String),
    /// The store of builds and baselines.
    Keep(KeepError),
    /// The source does not build, which is the source's fault: a bisection skips it.
    DoesNotBuild {
        /// What the user calls it.
        label: String,
        /// What cargo ended with.
        status: String,
        /// What cargo said.
        log: PathBuf,
    },
    /// It builds, but nothing in it is a bench target: a bisection skips it.
    NoBenches {
        /// What the user calls it.
        label: String,
    },
    /// There is no workspace in it, where the working tree has one: a bisection skips it.
    NoWorkspace {
        /// What the user calls it.
        label: String,
        /// What is missing.
        path: PathBuf,
    },
    /// There was no room to build it.
    DiskFull {
        /// What the user calls it.
        label: String,
        /// What cargo said.
        log: PathBuf,
    },
    /// The build was stopped by a signal, as the user does.
    Interrupted,
    /// Anything else.
    Other(anyhow::Error),
}

impl SideError {
    /// The exit code of a verb that ends with it.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit::USAGE,
            Self::Keep(KeepError::BadName { .. } | KeepError::Exists { .. } | KeepError::InUse { .. }) => {
                exit::USAGE
            }
            Self::Keep(KeepError::Write { .. }) | Self::DiskFull { .. } => exit::UNFIT,
            Self::Unknown(_)
            | Self::Keep(
                KeepError::NoSuchBaseline { .. }
                | KeepError::Damaged { .. }
                | KeepError::NotComparable { .. },
            ) => exit::NO_BASELINE,
            Self::NoBenches { .. } => exit::NOTHING_SELECTED,
            Self::Interrupted => exit::INTERRUPTED,
            Self::Keep(_) | Self::DoesNotBuild { .. } | Self::NoWorkspace { .. } | Self::Other(_) => {
                exit::INTERNAL
            }
        }
    }
}

impl fmt::Display for SideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Unknown(text) => f.write_str(text),
            Self::Keep(error) => write!(f, "{error}"),
            Self::DoesNotBuild { label, status, log } => {
                write!(f, "build {label}: cargo ended with {status}; all it said is in {}", log.display())
            }
            Self::NoBenches { label } => {
                write!(f, "find a bench executable in {label}: it has no `[[bench]]` target")
            }
            Self::NoWorkspace { label, path } => {
                write!(f, "build {label}: it has no {}", path.display())
            }
            Self::DiskFull { label, log } => {
                write!(f, "build {label}: the disk is full; free space and try again ({})", log.display())
            }
            Self::Interrupted => f.write_str("build it: cargo was stopped"),
            Self::Other(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<KeepError> for SideError {
    fn from(error: KeepError) -> Self {
        Self::Keep(error)
    }
}

impl From<anyhow::Error> for SideError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}
