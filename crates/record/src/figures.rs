//! Saved figures of the passes beside throughput: a folder each, in a folder of their own beside the runs.

use crate::error::{RecordError, Saved};
use crate::files::replace_file;
use crate::name::{names_in, new_dir_of_machine};
use crate::reading::Document;
use crate::store::Store;
use contend_protocol::figures::Figures;
use contend_protocol::{decode, encode_pretty};
use std::path::{Path, PathBuf};

/// Holds all figures of a store. No run has this name.
pub(crate) const FIGURES_FOLDER: &str = "figures";

const FIGURES_FILE: &str = "figures.json";

/// Where figures are kept while they are measured. Without any there is no folder.
#[derive(Debug)]
pub struct FiguresWriter {
    root: PathBuf,
    directory: Option<PathBuf>,
}

impl FiguresWriter {
    /// The folder, once something is kept.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Keeps what was found so far, instead of what was kept before.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses; what was kept before stays.
    pub fn keep(&mut self, figures: &Figures) -> Result<(), RecordError> {
        let directory = match self.directory.take() {
            Some(directory) => directory,
            None => new_dir_of_machine(&self.root, figures.created_unix_ms, &figures.machine)?,
        };
        let kept = replace_file(&directory, FIGURES_FILE, &encode_pretty(figures));
        self.directory = Some(directory);
        kept
    }
}

impl Store {
    /// All figures that can be read, newest first, and of each other one why it cannot.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn figures(&self) -> Result<(Vec<Figures>, Vec<RecordError>), RecordError> {
        let root = self.root().join(FIGURES_FOLDER);
        let (mut all, mut unreadable) = (Vec::new(), Vec::new());
        for name in names_in(Saved::Figures, &root)? {
            let document = Document { saved: Saved::Figures, name: &name, file: FIGURES_FILE };
            match document.load(&root.join(&name), |text| decode("figures", text)) {
                Ok(figures) => all.push(figures),
                Err(error) => unreadable.push(error),
            }
        }
        Ok((all, unreadable))
    }

    /// Prepares to keep figures as they come; the first that are kept make their folder.
    pub fn begin_figures(&self) -> FiguresWriter {
        FiguresWriter { root: self.root().join(FIGURES_FOLDER), directory: None }
    }
}
