//! What runs there are, without reading them: for whoever has read most of them before.

use crate::error::RecordError;
use crate::packed;
use crate::run::{CATALOGUE_FILE, MANIFEST_FILE, Run, SAMPLES_FILE};
use crate::store::Store;
use std::path::{Path, PathBuf};

/// A run that may have been read before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SavedRun {
    /// The folder's name.
    pub name: String,
    /// Lengths of `run.json`, `samples.jsonl` and `catalogue.jsonl`, in bytes, before `Store::pack` compressed them; 0 for one
    /// that is not there. Lines are only added to a run, and its manifest only grows, so a run of the same lengths is the same.
    pub lengths: [u64; 3],
    directory: PathBuf,
}

impl SavedRun {
    /// Reads it.
    ///
    /// # Errors
    /// As [`Store::open_run`], where the run cannot be read.
    pub fn load(&self) -> Result<Run, RecordError> {
        Run::load(&self.name, &self.directory)
    }
}

impl Store {
    /// All runs, newest first, whether or not they can be read.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn saved_runs(&self) -> Result<Vec<SavedRun>, RecordError> {
        let saved = |name: String| {
            let directory = self.root().join(&name);
            SavedRun { lengths: lengths(&directory), directory, name }
        };
        Ok(self.names()?.into_iter().map(saved).collect())
    }
}

fn lengths(directory: &Path) -> [u64; 3] {
    [MANIFEST_FILE, SAMPLES_FILE, CATALOGUE_FILE]
        .map(|file| packed::facts(directory, file).map_or(0, |(length, _)| length))
}
