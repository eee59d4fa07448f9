//! What can go wrong with the store.

use contend_protocol::version::FormatVersion;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is saved under a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Saved {
    /// A run.
    Run,
    /// A comparison.
    Comparison,
    /// A calibration.
    Calibration,
    /// Figures beside throughput.
    Figures,
}

/// Why a run or comparison could not be written, found or read. Each text fits after "failed to ".
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
    /// Nothing of the kind is saved.
    #[error("find a {saved} in {root}: none is saved yet; make one with `{}`", .saved.maker())]
    NoneSaved {
        /// What was looked for.
        saved: Saved,
        /// The folder.
        root: PathBuf,
    },
    /// Nothing saved has that name.
    #[error("find {saved} `{name}` in {root}: there is none{}{}", did_you_mean(.near), .saved.lister())]
    NotFound {
        /// What was looked for.
        saved: Saved,
        /// What was asked for.
        name: String,
        /// The folder.
        root: PathBuf,
        /// At most three names that look like it.
        near: Vec<String>,
    },
    /// Several begin with that name.
    #[error("choose a {saved}: `{prefix}` begins {}; give more of the name", .matches.join(", "))]
    Ambiguous {
        /// What was looked for.
        saved: Saved,
        /// What was asked for.
        prefix: String,
        /// All that begin with it, newest first.
        matches: Vec<String>,
    },
    /// Text that cannot be a name, such as one that would leave the store.
    #[error("read `{name}` as a {saved}: give a name as it was printed, a part it begins with, or `latest`")]
    BadName {
        /// What was looked for.
        saved: Saved,
        /// What was asked for.
        name: String,
    },
    /// The file that says what it is, is missing or is not one.
    #[error("read {saved} {name}: {reason}; the other {saved}s are not affected")]
    Damaged {
        /// What was read.
        saved: Saved,
        /// The folder's name.
        name: String,
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
    /// A report is there that is not the one to be written.
    #[error(
        "write {path}: another report is there ({what}), made by another version of contend, with other options or of fewer cells; \
        `contend report --force` keeps it beside the new one"
    )]
    OtherReport {
        /// The report's folder.
        path: PathBuf,
        /// How it differs, as a sentence without its stop.
        what: String,
    },
    /// A file of a run cannot be read, so nothing is added to it.
    #[error("add to {file} of run {name}: {reason}; it stays as it is")]
    NotAdded {
        /// The file's name.
        file: &'static str,
        /// The run's folder.
        name: String,
        /// Why it cannot be read, as a sentence without its stop.
        reason: String,
    },
    /// The run is of a newer format, so nothing is written into its folder.
    #[error("write into run {name}: its format {} is newer than {}, which this build writes; update contend",
        .found.0, FormatVersion::CURRENT.0)]
    NewerRun {
        /// The folder's name.
        name: String,
        /// Its format.
        found: FormatVersion,
    },
    /// It was written by a newer build, and this one does not understand it.
    #[error("read {saved} {name}: its format {} is newer than {}, which this build knows; update contend",
        .found.0, FormatVersion::CURRENT.0)]
    Newer {
        /// What was read.
        saved: Saved,
        /// The folder's name.
        name: String,
        /// Its format.
        found: FormatVersion,
    },
}

impl Saved {
    /// The command that makes one.
    fn maker(self) -> &'static str {
        match self {
            Self::Run => "cargo bench",
            Self::Comparison => "contend compare",
            Self::Calibration => "contend calibrate",
            Self::Figures => "contend figures",
        }
    }

    /// How to see all, at the end of a sentence.
    fn lister(self) -> &'static str {
        match self {
            Self::Run => "; `contend runs` lists all",
            Self::Comparison | Self::Calibration | Self::Figures => "; each is a folder there",
        }
    }
}

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Run => "run",
            Self::Comparison => "comparison",
            Self::Calibration => "calibration",
            Self::Figures => "set of figures",
        })
    }
}

impl RecordError {
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        at(path, |path, source| Self::Write { path, source })
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        at(path, |path, source| Self::Read { path, source })
    }
}

/// What turns an error of the system into one of ours that names `path`.
pub(crate) fn at<E>(path: &Path, error: fn(PathBuf, io::Error) -> E) -> impl FnOnce(io::Error) -> E {
    let path = path.to_owned();
    move |source| error(path, source)
}

pub(crate) fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(", but {}", near.join(", ")) }
}
