//! Saved figures of the passes beside throughput: a folder each, in a folder of their own beside the runs.

use crate::error::{RecordError, Saved};
use crate::files::replace_file;
use crate::name::{names_in, new_dir_of_machine};
use crate::reading::Document;
use crate::store::Store;
use contend_protocol::figures::Figures;
use contend_protocol::manifest::Machine;
use contend_protocol::{decode, encode_pretty};
use std::path::{Path, PathBuf};

/// Holds all figures of a store. No run has this name.
pub(crate) const FIGURES_FOLDER: &str = "figures";

const FIGURES_FILE: &str = "figures.json";

/// The folder of figures that are being measured.
#[derive(Debug)]
pub struct FiguresWriter {
    directory: PathBuf,
}

impl FiguresWriter {
    /// The folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Keeps what was found so far, instead of what was kept before.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses; what was kept before stays.
    pub fn keep(&self, figures: &Figures) -> Result<(), RecordError> {
        replace_file(&self.directory, FIGURES_FILE, &encode_pretty(figures))
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

    /// Makes a folder for figures, which are kept there as they come.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the folder cannot be made.
    pub fn begin_figures(
        &self,
        created_unix_ms: u64,
        machine: &Machine,
    ) -> Result<FiguresWriter, RecordError> {
        let directory = new_dir_of_machine(&self.root().join(FIGURES_FOLDER), created_unix_ms, machine)?;
        Ok(FiguresWriter { directory })
    }
}
