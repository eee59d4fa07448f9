//! Saved calibrations: a folder each, in a folder of their own beside the runs.

use crate::error::{RecordError, Saved};
use crate::files::replace_file;
use crate::name::{names_in, new_dir_of_machine};
use crate::reading::Document;
use crate::store::Store;
use contend_protocol::calibration::Calibration;
use contend_protocol::{decode, encode_pretty};
use std::path::PathBuf;

/// Holds all calibrations of a store. No run has this name.
pub(crate) const CALIBRATIONS_FOLDER: &str = "calibrations";

const CALIBRATION_FILE: &str = "calibration.json";

impl Store {
    /// Saves a calibration in a folder of its own, and returns the folder.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the folder or its file cannot be made.
    pub fn save_calibration(&self, calibration: &Calibration) -> Result<PathBuf, RecordError> {
        let root = self.calibrations_root();
        let directory = new_dir_of_machine(&root, calibration.created_unix_ms, &calibration.machine)?;
        replace_file(&directory, CALIBRATION_FILE, &encode_pretty(calibration))?;
        Ok(directory)
    }

    /// All calibrations that can be read, newest first. A damaged one hides no other.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn calibrations(&self) -> Result<Vec<Calibration>, RecordError> {
        let root = self.calibrations_root();
        let load = |name: &String| {
            let document = Document { saved: Saved::Calibration, name, file: CALIBRATION_FILE };
            document.load(&root.join(name), |text| decode("a calibration", text)).ok()
        };
        Ok(names_in(Saved::Calibration, &root)?.iter().filter_map(load).collect())
    }

    fn calibrations_root(&self) -> PathBuf {
        self.root().join(CALIBRATIONS_FOLDER)
    }
}
