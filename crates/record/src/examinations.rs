//! What the doctor found whenever a run was begun or gone on with: `doctor.json` in its folder.

use crate::error::RecordError;
use crate::files::replace_file;
use crate::store::Store;
use contend_protocol::doctor::{Examination, Examinations};
use contend_protocol::manifest::format_of;
use contend_protocol::version::FormatVersion;
use contend_protocol::{decode, encode_pretty};
use std::io::ErrorKind;
use std::path::Path;

/// Name of the file.
pub(crate) const DOCTOR_FILE: &str = "doctor.json";

impl Store {
    /// Keeps what the doctor found with the run of that whole name, behind what is kept there already.
    ///
    /// # Errors
    /// As [`Store::join_run`] where there is no such run that this build may write into; [`RecordError::NotAdded`] where what is
    /// kept already cannot be read, and stays as it is.
    pub fn keep_examination(&self, name: &str, examination: Examination) -> Result<(), RecordError> {
        let (_guard, directory, _) = self.hold_run(name)?;
        let mut examinations = load(&directory).map_err(|reason| RecordError::NotAdded {
            file: DOCTOR_FILE,
            name: name.to_owned(),
            reason,
        })?;
        examinations.push(examination);
        let kept = Examinations { format: FormatVersion::CURRENT, examinations };
        replace_file(&directory, DOCTOR_FILE, &encode_pretty(&kept))
    }
}

/// What is kept with the run in `directory`: nothing where nobody examined the machine. The error is a sentence without its stop.
pub(crate) fn load(directory: &Path) -> Result<Vec<Examination>, String> {
    let bytes = match std::fs::read(directory.join(DOCTOR_FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    let text = String::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    match format_of(&text) {
        // What is added to such a list, or changed in it, is not for this build to guess.
        Some(found) if found > FormatVersion::CURRENT => Err(format!(
            "its format {} is newer than {}, which this build knows; update contend",
            found.0,
            FormatVersion::CURRENT.0
        )),
        _ => decode("what the doctor found", &text)
            .map(|kept: Examinations| kept.examinations)
            .map_err(|error| format!("it is damaged: failed to {error}")),
    }
}
