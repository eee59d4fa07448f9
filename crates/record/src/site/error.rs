//! What can go wrong with a site's folder.

use contend_protocol::site::SiteVersion;
use std::io;
use std::path::PathBuf;

/// Why a site could not be written, found or read. Each text fits after "failed to ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// Something is there that is no site of ours, so nothing is written, and nothing removed.
    #[error(
        "write a site into {path}: {reason}, and what is not ours stays as it is; give a folder that is empty or not there"
    )]
    NotOurs {
        /// What is there.
        path: PathBuf,
        /// What is wrong with it, as a sentence without its stop.
        reason: &'static str,
    },
    /// Somebody added something to pages that were to be removed.
    #[error("remove {path}: it also holds {name}, which is not ours; move that away, or leave these pages")]
    Added {
        /// The folder of pages.
        path: PathBuf,
        /// What was added.
        name: String,
    },
    /// A newer build wrote it.
    #[error("use the site {path}: its format {} is newer than {}, which this build knows; update contend",
        .found.0, SiteVersion::CURRENT.0)]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: SiteVersion,
    },
    /// The file by which it is known is not what it should be.
    #[error(
        "use the site {path}: {reason}; build another beside it, and move `runs.jsonl` and `history.jsonl` there if older runs are gone"
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
    /// There is none.
    #[error("find a site in {path}: there is none; `contend site build` makes one")]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("write {path}: {source}; free space there, or give a folder that can be written")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is there cannot be read.
    #[error("read {path}: {source}; check its permissions")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SiteError {
    pub(super) fn write(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        crate::error::at(path, |path, source| Self::Write { path, source })
    }

    pub(super) fn read(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        crate::error::at(path, |path, source| Self::Read { path, source })
    }
}
