//! criterion's folder in a run, which criterion itself fills: it is there whole, or not at all.

use crate::error::RecordError;
use crate::exchange::fill;
use crate::files::{remove_folder, sync_folder};
use crate::run::Run;
use std::fs::{create_dir, rename};
use std::path::{Path, PathBuf};

/// Where criterion's report is, in the folder of a run.
const CRITERION_FOLDER: &str = "criterion";

/// The same while criterion fills it.
const UNFINISHED_FOLDER: &str = ".criterion.unfinished";

/// A folder that criterion fills. If it is dropped before it is published, nothing of it stays.
#[derive(Debug)]
#[must_use = "what is not published is removed"]
pub struct Rendering {
    unfinished: PathBuf,
    folder: PathBuf,
}

impl Run {
    /// Where criterion's report of this run is, or would be.
    pub fn criterion_folder(&self) -> PathBuf {
        self.directory.join(CRITERION_FOLDER)
    }

    /// Begins criterion's folder with `files`, named from it, for criterion to add its report.
    ///
    /// What a killed process left of one is removed, so two must not do so at once: whoever calls holds the measuring lock.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses; nothing is left behind then.
    pub fn begin_rendering(&self, files: &[(PathBuf, String)]) -> Result<Rendering, RecordError> {
        let unfinished = self.directory.join(UNFINISHED_FOLDER);
        let rendering = Rendering { unfinished: unfinished.clone(), folder: self.criterion_folder() };
        let written = remove_folder(&unfinished)
            .and_then(|()| create_dir(&unfinished))
            .and_then(|()| fill(&unfinished, files));
        written.map_err(RecordError::write(&unfinished))?;
        Ok(rendering)
    }
}

impl Rendering {
    /// The folder, while it is filled.
    pub fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Has the folder appear in the run.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses, or the run has such a folder already; that one stays as it is.
    pub fn publish(self) -> Result<(), RecordError> {
        let appeared = rename(&self.unfinished, &self.folder);
        let kept = appeared.and_then(|()| self.folder.parent().map_or(Ok(()), sync_folder));
        kept.map_err(RecordError::write(&self.folder))
    }
}

impl Drop for Rendering {
    fn drop(&mut self) {
        // Published, it is not there any more.
        drop(remove_folder(&self.unfinished));
    }
}
