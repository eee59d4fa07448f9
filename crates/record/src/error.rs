//! What can go wrong with the store.

use contend_protocol::version::FormatVersion;
use std::io;
use std::path::{Path, PathBuf};

/// Why a run could not be written, found or read. Each text fits after "failed to ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The disk refused: full, read-only, not a folder. What had been appended before is intact.
    #[error(
        "write {path}: {source}; free space there, or set CONTEND_RESULTS to a folder that can be written"
    )]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is there cannot be read.
    #[error("read {path}: {source}; check its permissions, or set CONTEND_RESULTS to another folder")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No run is saved.
    #[error("find a run in {root}: none is saved yet; make one with `cargo bench`")]
    NoRuns {
        /// The store.
        root: PathBuf,
    },
    /// No saved run has that name.
    #[error("find run `{name}` in {root}: there is none{}; `contend runs` lists all", did_you_mean(.near))]
    NoSuchRun {
        /// What was asked for.
        name: String,
        /// The store.
        root: PathBuf,
        /// At most three names that look like it.
        near: Vec<String>,
    },
    /// Several runs begin with that name.
    #[error("choose a run: `{prefix}` begins {}; give more of the name", .matches.join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// All that begin with it, newest first.
        matches: Vec<String>,
    },
    /// Text that cannot be a run's name, such as one that would leave the store.
    #[error(
        "read `{name}` as a run: give a name as `contend runs` prints it, a part it begins with, or `latest`"
    )]
    BadName {
        /// What was asked for.
        name: String,
    },
    /// The run's manifest is missing or is not one.
    #[error("read run {name}: {reason}; the other runs are not affected")]
    Damaged {
        /// The folder's name.
        name: String,
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
    /// The run was written by a newer build, and this one does not understand it.
    #[error("read run {name}: its format {} is newer than {}, which this build knows; update contend",
        .found.0, FormatVersion::CURRENT.0)]
    Newer {
        /// The folder's name.
        name: String,
        /// The run's format.
        found: FormatVersion,
    },
}

impl RecordError {
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(", but {}", near.join(", ")) }
}
