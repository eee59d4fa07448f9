//! Reading a run: as much of it as is whole.

use crate::error::{RecordError, Saved};
use crate::reading::{Document, Notice, load_lines, newer};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::decode;
use contend_protocol::manifest::Manifest;
use contend_protocol::sample::{CellRecord, Outcome};
use std::path::{Path, PathBuf};

/// Name of the manifest's file.
pub(crate) const MANIFEST_FILE: &str = "run.json";

/// Name of the samples' file.
pub(crate) const SAMPLES_FILE: &str = "samples.jsonl";

/// Name of the file with what the executables say of their cells.
pub(crate) const CATALOGUE_FILE: &str = "catalogue.jsonl";

/// A saved run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub directory: PathBuf,
    /// What was measured, on what, and how.
    pub manifest: Manifest,
    /// The cells, in the order they were measured.
    pub records: Vec<CellRecord>,
    /// What was odd when reading it.
    pub notices: Vec<Notice>,
}

/// How many cells of a run ended how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counts {
    /// Cells with numbers.
    pub measured: usize,
    /// Cells that the machine was too disturbed for.
    pub not_measurable: usize,
    /// Cells whose contender failed.
    pub faulty: usize,
}

impl Run {
    /// Reads the run in `directory`.
    pub(crate) fn load(name: &str, directory: &Path) -> Result<Self, RecordError> {
        let manifest = load_manifest(name, directory)?;
        let mut notices = newer(manifest.format);
        let records = load_lines(directory, SAMPLES_FILE, &mut notices, |text| decode("a sample", text))?;
        Ok(Self { name: name.to_owned(), directory: directory.to_owned(), manifest, records, notices })
    }

    /// What the bench executables said of the cells they set out to measure: questions and notes. Nothing where the run was saved
    /// before that was kept.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the file is there but cannot be read. A line that cannot be is a [`Notice`].
    pub fn words(&self) -> Result<(Vec<CellEntry>, Vec<Notice>), RecordError> {
        let mut notices = Vec::new();
        let entries =
            load_lines(&self.directory, CATALOGUE_FILE, &mut notices, |text| decode("a cell", text))?;
        notices.retain(|notice| !matches!(notice, Notice::Missing { .. }));
        Ok((entries, notices))
    }

    /// How many cells ended how.
    pub fn counts(&self) -> Counts {
        let count = |wanted: fn(&Outcome) -> bool| {
            self.records.iter().filter(|record| wanted(&record.outcome)).count()
        };
        Counts {
            measured: count(|outcome| matches!(outcome, Outcome::Measured)),
            not_measurable: count(|outcome| matches!(outcome, Outcome::NotMeasurable { .. })),
            faulty: count(|outcome| matches!(outcome, Outcome::Faulty { .. })),
        }
    }

    /// Whether some launch was killed, or still runs.
    pub fn unfinished(&self) -> bool {
        self.manifest.launches.iter().any(|launch| launch.finished_unix_ms.is_none())
    }
}

/// Reads the manifest of the run in `directory`.
pub(crate) fn load_manifest(name: &str, directory: &Path) -> Result<Manifest, RecordError> {
    Document { saved: Saved::Run, name, file: MANIFEST_FILE }
        .load(directory, |text| decode("a manifest", text))
}
