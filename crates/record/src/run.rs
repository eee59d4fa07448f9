//! Reading a run: as much of it as is whole.

use crate::error::{RecordError, Saved};
use crate::examinations::{self, DOCTOR_FILE};
use crate::reading::{Document, Notice, load_lines, newer};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::doctor::Examination;
use contend_protocol::manifest::{Launch, Manifest};
use contend_protocol::sample::{CellRecord, Outcome};
use contend_protocol::{CellId, decode};
use std::collections::HashMap;
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
    /// What the doctor found whenever it was begun or gone on with; nothing where nobody examined the machine.
    pub examinations: Vec<Examination>,
    /// What was odd when reading it.
    pub notices: Vec<Notice>,
}

/// How many measurements of a run ended how: each is of a cell in a launch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counts {
    /// Those with numbers.
    pub measured: usize,
    /// Those that the machine was too disturbed for.
    pub not_measurable: usize,
    /// Those whose contender failed.
    pub faulty: usize,
}

impl Run {
    /// Reads the run in `directory`.
    pub(crate) fn load(name: &str, directory: &Path) -> Result<Self, RecordError> {
        let manifest = load_manifest(name, directory)?;
        let mut notices = newer(manifest.format);
        let records = load_lines(directory, SAMPLES_FILE, &mut notices, |text| decode("a sample", text))?;
        let examinations = examinations::load(directory).unwrap_or_else(|reason| {
            notices.push(Notice::UnreadableFile { file: DOCTOR_FILE, reason });
            Vec::new()
        });
        let (name, directory) = (name.to_owned(), directory.to_owned());
        Ok(Self { name, directory, manifest, records, examinations, notices })
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

    /// How many measurements ended how.
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

    /// Whether something is missing: some launch was killed, or still runs.
    ///
    /// Where cells take turns in several launches, others make up for one that was killed. There the last of them has to be at its end,
    /// and each cell to have as many records as the launches it was in wanted, or to be faulty: a run may have been gone on with for
    /// some of its cells only.
    pub fn unfinished(&self) -> bool {
        let launches = &self.manifest.launches;
        let killed = |launch: &Launch| launch.finished_unix_ms.is_none();
        match launches.iter().any(|launch| launch.wanted().is_some()) {
            true => launches.last().is_some_and(killed) || self.lacks(),
            false => launches.iter().any(killed),
        }
    }

    /// Whether some cell has fewer records than the launches it was in wanted, or none.
    fn lacks(&self) -> bool {
        let wanted: HashMap<u32, u32> = self
            .manifest
            .launches
            .iter()
            .map(|launch| (launch.launch, launch.wanted().unwrap_or(0)))
            .collect();
        let mut cells: HashMap<&CellId, (u32, u32, bool)> = HashMap::new();
        for record in &self.records {
            let (records, of, faulty) = cells.entry(&record.cell).or_default();
            *records += 1;
            *of = wanted.get(&record.launch).copied().unwrap_or(0).max(*of);
            *faulty |= matches!(record.outcome, Outcome::Faulty { .. });
        }
        // What is left of a suite is never more than what it set out with, so that is the most that a launch planned.
        let has_all = |launch: &Launch| {
            let least = launch.wanted().unwrap_or(0);
            let found = cells
                .iter()
                .filter(|(cell, (_, wanted, _))| cell.suite() == launch.suite && *wanted >= least);
            found.count() >= launch.planned_cells as usize
        };
        cells.values().any(|(records, wanted, faulty)| !faulty && records < wanted)
            || !self.manifest.launches.iter().all(has_all)
    }
}

/// Reads the manifest of the run in `directory`.
pub(crate) fn load_manifest(name: &str, directory: &Path) -> Result<Manifest, RecordError> {
    Document { saved: Saved::Run, name, file: MANIFEST_FILE }
        .load(directory, |text| decode("a manifest", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::sample::Fault;

    /// A run of launches of two cells, each wanted twice. A launch is finished or not; a record is a contender's name, with `?` where
    /// it was not measurable and `!` where it was faulty.
    fn run(launches: &[bool], records: &[&str]) -> Run {
        let manifest = include_str!("../../protocol/tests/formats/v1/run.json");
        let mut manifest: Manifest = decode("a manifest", manifest).expect("the fixture is one");
        let first = manifest.launches[0].clone();
        let launch = |finished: &bool| Launch {
            arguments: ["--contend", "launch", "--of", "2"].map(str::to_owned).to_vec(),
            planned_cells: 2,
            finished_unix_ms: finished.then_some(1),
            ..first.clone()
        };
        manifest.launches = launches.iter().map(launch).collect();
        let samples = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
        let line = samples.lines().next().expect("there is a line");
        let line: CellRecord = decode("a sample", line).expect("the fixture is one");
        let record = |text: &&str| {
            let outcome = match text.chars().last() {
                Some('?') => Outcome::NotMeasurable { reason: "busy".to_owned() },
                Some('!') => Outcome::Faulty { fault: Fault::Hung { bound_s: 1 } },
                _ => Outcome::Measured,
            };
            let contender = text.trim_end_matches(['?', '!']);
            let cell = CellId::new("map-contention", "w", contender, 1).expect("an id");
            CellRecord { cell, outcome, ..line.clone() }
        };
        let records = records.iter().map(record).collect();
        Run {
            name: String::new(),
            directory: PathBuf::new(),
            manifest,
            records,
            notices: Vec::new(),
            examinations: Vec::new(),
        }
    }

    #[track_caller]
    fn check(launches: &[bool], records: &[&str], unfinished: bool) {
        assert_eq!(run(launches, records).unfinished(), unfinished);
    }

    #[test]
    fn a_run_of_launches_is_finished_once_each_cell_has_as_many_as_were_wanted() {
        check(&[true, true], &["a", "b", "a", "b"], false);
        check(&[true, true], &["a", "b", "a", "b?"], false);
        check(&[true], &["a", "b"], true);
        check(&[true, true], &["a", "b", "a"], true);
        check(&[true, true], &["a", "a"], true);
        check(&[true, true], &["a", "b!", "a"], false);
        check(&[false, true, true], &["a", "b", "a", "b"], false);
        check(&[true, true, false], &["a", "b", "a", "b"], true);
    }

    #[test]
    fn cells_that_were_not_gone_on_with_want_no_more_launches() {
        let mut run = run(&[true, true], &["a", "b", "a"]);
        assert!(run.unfinished());
        run.manifest.launches[0].arguments = ["--contend", "launch", "--of", "1"].map(str::to_owned).to_vec();
        run.manifest.launches[1].launch = 1;
        run.manifest.launches[1].planned_cells = 1;
        run.records[2].launch = 1;
        assert!(!run.unfinished());
        // The cell was lost, though its launch came to its end.
        run.records.pop();
        assert!(run.unfinished());
    }

    #[test]
    fn one_launch_that_was_killed_leaves_other_runs_unfinished() {
        let mut run = run(&[false, true], &["a", "b", "a", "b"]);
        for launch in &mut run.manifest.launches {
            launch.arguments = vec!["--bench".to_owned()];
        }
        assert!(run.unfinished());
    }
}
