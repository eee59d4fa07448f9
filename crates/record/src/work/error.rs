//! What can go wrong with builds and baselines.

use crate::error::{at, did_you_mean};
use std::io;
use std::path::{Path, PathBuf};

/// Why a build or a baseline could not be kept, found or used. Each text fits after "failed to ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// The disk refused: full, read-only, not a folder. What was there before is intact, and nothing half-written counts.
    #[error("write {path}: {source}; free space there, or make it writable")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that is there cannot be read.
    #[error("read {path}: {source}; check its permissions")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Text that cannot be a baseline's name.
    #[error("name a baseline `{name}`: {reason}")]
    BadName {
        /// What was asked for.
        name: String,
        /// What a name is.
        reason: &'static str,
    },
    /// The name is taken.
    #[error("save baseline `{name}`: there is one; `--replace` puts the new one in its place")]
    Exists {
        /// Its name.
        name: String,
    },
    /// Somebody measures it now.
    #[error("change baseline `{name}`: another process uses it; try again when that has ended")]
    InUse {
        /// Its name.
        name: String,
    },
    /// No baseline has that name.
    #[error("find baseline `{name}`: there is none{}; `contend baseline list` lists all", did_you_mean(.near))]
    NoSuchBaseline {
        /// What was asked for.
        name: String,
        /// At most three names that look like it.
        near: Vec<String>,
    },
    /// It is not whole.
    #[error("use baseline `{name}`: {reason}; remove it with `contend baseline rm {name}` and save it again")]
    Damaged {
        /// Its name.
        name: String,
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
    /// It is whole, but what it measures says nothing beside what is measured here and now.
    #[error(
        "compare with baseline `{name}`: {reason}; save it again with `contend baseline save --replace {name}`"
    )]
    NotComparable {
        /// Its name.
        name: String,
        /// What differs, as a sentence without its stop.
        reason: String,
    },
}

impl KeepError {
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        at(path, |path, source| Self::Write { path, source })
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        at(path, |path, source| Self::Read { path, source })
    }
}
