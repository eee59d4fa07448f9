//! Counts of runs that were read before. Reading a thousand runs takes seconds, and nearly all of them are as they were.
//!
//! It may be lost, deleted or not written at any time: then runs are read again. Only runs in which nothing is odd are remembered.

use crate::files::replace;
use crate::lock;
use crate::packed;
use crate::reading::parse_lines;
use crate::run::{Counts, MANIFEST_FILE, Run, SAMPLES_FILE};
use crate::store::JOIN_LOCK_FILE;
use contend_protocol::counts::CountedRun;
use contend_protocol::{decode, encode_line};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Hidden, so that it is no run.
const FILE: &str = ".counts.jsonl";

/// Runs that have to be new before they are written down.
///
/// Chosen here because as many are read in a twentieth of a second, and whoever has few runs finds no file that they did not ask for.
const WORTH_WRITING: usize = 20;

/// What is known of the runs of one store.
#[derive(Debug)]
pub(crate) struct Counted {
    path: PathBuf,
    known: BTreeMap<String, CountedRun>,
    /// Of the runs that were asked for: those that were as they are known, and those that were read.
    current: Vec<CountedRun>,
    new: usize,
}

/// By what a run is known again: lengths of its two files, and when they were written last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Looks {
    lengths: [u64; 2],
    written_unix_ns: [u64; 2],
}

impl Looks {
    /// Of the run in `directory`; `None` where a file is missing, or where nobody can tell when it was written.
    pub(crate) fn of(directory: &Path) -> Option<Self> {
        let facts = |file: &str| {
            let (length, written) = packed::facts(directory, file)?;
            let written = written.duration_since(UNIX_EPOCH).ok()?;
            Some((length, u64::try_from(written.as_nanos()).ok()?))
        };
        let (manifest, samples) = (facts(MANIFEST_FILE)?, facts(SAMPLES_FILE)?);
        Some(Self { lengths: [manifest.0, samples.0], written_unix_ns: [manifest.1, samples.1] })
    }

    fn are_those_of(self, run: &CountedRun) -> bool {
        self == Self { lengths: run.lengths, written_unix_ns: run.written_unix_ns }
    }
}

impl Counted {
    /// What is known of the runs in `root`.
    pub(crate) fn load(root: &Path) -> Self {
        let path = root.join(FILE);
        let bytes = std::fs::read(&path).unwrap_or_default();
        // A line that cannot be read is a run that is not known.
        let lines: Vec<CountedRun> =
            parse_lines(&bytes, FILE, &mut Vec::new(), |text| decode("counts", text));
        let known = lines.into_iter().map(|line| (line.run.clone(), line)).collect();
        Self { path, known, current: Vec::new(), new: 0 }
    }

    /// The counts of the run, and whether something of it is missing, if it looks as it did.
    pub(crate) fn counts(&mut self, name: &str, looks: Option<Looks>) -> Option<(Counts, bool)> {
        let known =
            self.known.remove(name).filter(|known| looks.is_some_and(|looks| looks.are_those_of(known)))?;
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let counts = Counts {
            measured: number(known.measured),
            not_measurable: number(known.not_measurable),
            faulty: number(known.faulty),
        };
        let unfinished = known.unfinished;
        self.current.push(known);
        Some((counts, unfinished))
    }

    /// Remembers a run that looked so before it was read: what was added meanwhile makes it look otherwise.
    pub(crate) fn remember(&mut self, run: &Run, looks: Option<Looks>) {
        let Some(Looks { lengths, written_unix_ns }) = looks.filter(|_| run.notices.is_empty()) else {
            return;
        };
        let counts = run.counts();
        self.new += 1;
        self.current.push(CountedRun {
            run: run.name.clone(),
            lengths,
            written_unix_ns,
            measured: counts.measured as u64,
            not_measurable: counts.not_measurable as u64,
            faulty: counts.faulty as u64,
            unfinished: run.unfinished(),
        });
    }

    /// Writes down what is known of the runs that were asked for, where enough of it is new.
    pub(crate) fn save(&self) {
        if self.new < WORTH_WRITING {
            return;
        }
        // Two at once would write into each other's lines.
        let Ok(_guard) = lock::join(&self.path.with_file_name(JOIN_LOCK_FILE)) else { return };
        let lines: String = self.current.iter().map(|run| encode_line(run) + "\n").collect();
        // In a folder that cannot be written, the next one reads them again.
        drop(replace(&self.path, &lines));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunState, Store};
    use std::fs::{File, create_dir_all, read_to_string, remove_file};
    use std::time::Duration;

    const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
    const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");

    fn write(path: &Path, text: &str) {
        create_dir_all(path.parent().expect("a folder")).expect("a folder");
        #[expect(clippy::disallowed_methods, reason = "files of the test's own")]
        std::fs::write(path, text).expect("a file");
    }

    fn samples(store: &Store, run: usize) -> PathBuf {
        store.root().join(format!("20260101T0000{run:02}Z-aaaaaaa-0000/samples.jsonl"))
    }

    fn save(store: &Store, run: usize) {
        write(&samples(store, run), SAMPLES);
        write(&samples(store, run).with_file_name(MANIFEST_FILE), MANIFEST);
    }

    /// What each run is said to have measured, the oldest first.
    fn measured(store: &Store) -> Vec<usize> {
        let entries = store.runs().expect("a list").into_iter().rev();
        let measured = |state: RunState| match state {
            RunState::Readable(summary) => summary.counts.measured + summary.notices.len() * 100,
            RunState::Unreadable { reason } => panic!("{reason}"),
        };
        entries.map(|entry| measured(entry.state)).collect()
    }

    fn store(runs: usize) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(folder.path());
        (0..runs).for_each(|run| save(&store, run));
        (folder, store)
    }

    /// Other samples of the same length, that say to be so much younger.
    fn rewrite(path: &Path, younger: Duration) {
        let before = path.metadata().and_then(|facts| facts.modified()).expect("a time");
        write(path, &SAMPLES.replacen("measured", "MEASURED", 1));
        let file = File::options().write(true).open(path).expect("it is there");
        file.set_modified(before + younger).expect("it is ours");
    }

    #[test]
    fn what_looks_as_it_did_is_not_read_again() {
        let (_folder, store) = store(WORTH_WRITING);
        assert_eq!(measured(&store), [1; WORTH_WRITING]);
        assert_eq!(
            read_to_string(store.root().join(FILE)).expect("it is there").lines().count(),
            WORTH_WRITING
        );
        rewrite(&samples(&store, 3), Duration::ZERO);
        assert_eq!(measured(&store), [1; WORTH_WRITING], "nobody looked");
        rewrite(&samples(&store, 4), Duration::from_secs(1));
        let found = measured(&store);
        assert_eq!((found[3], found[4]), (1, 100), "an unreadable line, because the file was written anew");
        remove_file(store.root().join(FILE)).expect("it is there");
        assert_eq!(measured(&store)[3], 100, "without the file all are read");
    }

    #[test]
    fn a_run_that_has_grown_is_read_again_and_one_that_is_gone_forgotten() {
        let (_folder, store) = store(2 * WORTH_WRITING);
        assert_eq!(measured(&store).len(), 2 * WORTH_WRITING);
        write(&samples(&store, 0), &(SAMPLES.to_owned() + SAMPLES));
        std::fs::remove_dir_all(samples(&store, 1).parent().expect("a folder")).expect("it is there");
        (2..2 + WORTH_WRITING).for_each(|run| write(&samples(&store, run), ""));
        let found = measured(&store);
        assert_eq!((found[0], found[1], found.len()), (2, 0, 2 * WORTH_WRITING - 1));
        let kept = read_to_string(store.root().join(FILE)).expect("it is there");
        assert_eq!(kept.lines().count(), 2 * WORTH_WRITING - 1);
        assert_eq!(measured(&store), found);
    }

    #[test]
    fn few_runs_leave_no_file_and_a_damaged_one_is_in_nobodys_way() {
        let (_folder, store) = store(WORTH_WRITING - 1);
        assert_eq!(measured(&store), [1; WORTH_WRITING - 1]);
        assert!(!store.root().join(FILE).exists());
        write(&store.root().join(FILE), "{\"run\": 1}\n{");
        save(&store, WORTH_WRITING);
        assert_eq!(measured(&store), [1; WORTH_WRITING]);
        let kept = read_to_string(store.root().join(FILE)).expect("it is there");
        assert!(kept.lines().all(|line| line.starts_with("{\"run\":\"2026")), "{kept}");
    }
}
