//! Saved figures of the passes beside throughput: a folder each, in a folder of their own beside the runs.

use crate::error::{RecordError, Saved};
use crate::files::{create_new_dir, replace_file};
use crate::name::{machine_name, names_in};
use crate::reading::Document;
use crate::store::Store;
use contend_protocol::figures::Figures;
use contend_protocol::manifest::Machine;
use contend_protocol::{decode, encode_pretty};
use std::fs::create_dir_all;
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
    /// Makes a folder for figures, which are kept there as they come.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the folder cannot be made.
    pub fn begin_figures(
        &self,
        created_unix_ms: u64,
        machine: &Machine,
    ) -> Result<FiguresWriter, RecordError> {
        let root = self.figures_root();
        create_dir_all(&root).map_err(RecordError::write(&root))?;
        let (_, directory) = create_new_dir(&root, &machine_name(created_unix_ms, machine))?;
        Ok(FiguresWriter { directory })
    }

    /// All figures that can be read, newest first. A damaged file hides no other.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn figures(&self) -> Result<Vec<Figures>, RecordError> {
        let root = self.figures_root();
        let load = |name: &String| {
            let document = Document { saved: Saved::Figures, name, file: FIGURES_FILE };
            document.load(&root.join(name), |text| decode("figures", text)).ok()
        };
        Ok(names_in(Saved::Figures, &root)?.iter().filter_map(load).collect())
    }

    fn figures_root(&self) -> PathBuf {
        self.root().join(FIGURES_FOLDER)
    }
}
