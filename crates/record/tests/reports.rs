//! Reports appear whole, are never lost, and nothing else in a run is touched. What executables say of cells is kept.

use contend_protocol::catalogue::CellEntry;
use contend_protocol::decode;
use contend_protocol::manifest::{Invocation, Manifest};
use contend_record::{LaunchStart, Notice, RecordError, ReportOutcome, Run, RunFacts, RunWriter, Store};
use std::fs::{create_dir_all, read_dir, read_to_string};
use std::path::Path;
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const CATALOGUE: &str = include_str!("../../protocol/tests/formats/v1/catalogue.jsonl");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// A store with one run.
fn saved(manifest: &str) -> (TempDir, Run) {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(NAME).join("run.json"), manifest);
    write(&folder.path().join(NAME).join("samples.jsonl"), "");
    let run = Store::at(folder.path()).open_run("latest").expect("it can be read");
    (folder, run)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const ONE: [(&str, &str); 2] = [("index.html", "one"), ("cells.csv", "1")];
const OTHER: [(&str, &str); 2] = [("index.html", "other"), ("cells.csv", "1")];

#[test]
fn the_same_report_is_written_once() {
    let (_folder, run) = saved(MANIFEST);
    assert_eq!(run.save_report(&ONE, false).expect("it is written"), ReportOutcome::Written);
    let modified =
        |run: &Run| run.report_folder().metadata().and_then(|facts| facts.modified()).expect("a time");
    let before = modified(&run);
    assert_eq!(run.save_report(&ONE, true).expect("it is there"), ReportOutcome::Unchanged);
    assert_eq!(modified(&run), before);
    assert_eq!(names(&run.directory), ["report", "run.json", "samples.jsonl"]);
    assert_eq!(names(&run.report_folder()), ["cells.csv", "index.html"]);
}

#[test]
fn another_report_stays_until_it_may_go_and_is_kept_then() {
    let (_folder, run) = saved(MANIFEST);
    run.save_report(&ONE, false).expect("it is written");
    let refused = run.save_report(&OTHER, false).expect_err("another is there");
    assert!(matches!(&refused, RecordError::OtherReport { what, .. } if what == "its index.html is another"));
    assert!(refused.to_string().contains("--force"), "{refused}");
    assert_eq!(read_to_string(run.report_folder().join("index.html")).expect("it is there"), "one");
    for (files, kept) in [(&OTHER, "report-1"), (&ONE, "report-2")] {
        let outcome = run.save_report(files, true).expect("it may go");
        assert_eq!(outcome, ReportOutcome::Replaced { kept: run.directory.join(kept) });
    }
    let text =
        |folder: &str| read_to_string(run.directory.join(folder).join("index.html")).expect("it is kept");
    assert_eq!([text("report"), text("report-1"), text("report-2")], ["one", "one", "other"]);
}

#[test]
fn what_somebody_put_into_a_report_is_not_lost() {
    let (_folder, run) = saved(MANIFEST);
    run.save_report(&ONE, false).expect("it is written");
    write(&run.report_folder().join("notes/mine.txt"), "mine");
    let refused = run.save_report(&ONE, false).expect_err("it is another now");
    assert!(refused.to_string().contains("it also has notes"), "{refused}");
    run.save_report(&ONE, true).expect("it may go");
    assert_eq!(read_to_string(run.directory.join("report-1/notes/mine.txt")).expect("it is kept"), "mine");
}

#[test]
fn a_file_of_that_name_is_not_lost_either() {
    let (_folder, run) = saved(MANIFEST);
    write(&run.report_folder(), "mine");
    let refused = run.save_report(&ONE, false).expect_err("it is no report");
    assert!(refused.to_string().contains("it is not a folder"), "{refused}");
    run.save_report(&ONE, true).expect("it may go");
    assert_eq!(read_to_string(run.directory.join("report-1")).expect("it is kept"), "mine");
}

#[test]
fn a_report_that_was_killed_is_written_anew() {
    let (_folder, run) = saved(MANIFEST);
    write(&run.directory.join(".report.unfinished/index.html"), "ha");
    assert_eq!(run.save_report(&ONE, false).expect("it is written"), ReportOutcome::Written);
    assert_eq!(names(&run.directory), ["report", "run.json", "samples.jsonl"]);
}

#[test]
fn where_nothing_has_to_be_written_nothing_has_to_be_writable() {
    let (folder, run) = saved(MANIFEST);
    run.save_report(&ONE, false).expect("it is written");
    // Permissions do not keep the superuser out; a folder in the place of the lock's file does.
    let lock = folder.path().join(".join.lock");
    std::fs::remove_file(&lock).expect("it is there");
    create_dir_all(&lock).expect("a folder");
    assert_eq!(run.save_report(&ONE, true).expect("it is there"), ReportOutcome::Unchanged);
    let refused = run.save_report(&OTHER, false).expect_err("another is there");
    assert!(matches!(refused, RecordError::OtherReport { .. }), "{refused}");
    let refused = run.save_report(&OTHER, true).expect_err("it cannot be locked");
    assert!(matches!(refused, RecordError::Write { .. }), "{refused}");
    assert_eq!(names(&run.directory), ["report", "run.json", "samples.jsonl"]);
}

#[test]
fn a_report_that_a_killed_process_moved_away_comes_back() {
    let (_folder, run) = saved(MANIFEST);
    run.save_report(&OTHER, false).expect("it is written");
    run.save_report(&ONE, true).expect("it may go");
    std::fs::rename(run.report_folder(), run.directory.join("report-10")).expect("as if it were killed");
    let refused = run.save_report(&OTHER, false).expect_err("the newest comes back, which is another");
    assert!(matches!(refused, RecordError::OtherReport { .. }), "{refused}");
    assert_eq!(run.save_report(&ONE, false).expect("it is back"), ReportOutcome::Unchanged);
    assert_eq!(names(&run.directory), ["report", "report-1", "run.json", "samples.jsonl"]);
    // Numbers rise, whatever was removed, so that the newest is the one with the highest.
    write(&run.directory.join("report-4/index.html"), "older");
    let outcome = run.save_report(&OTHER, true).expect("it may go");
    assert_eq!(outcome, ReportOutcome::Replaced { kept: run.directory.join("report-5") });
}

#[test]
fn what_is_in_the_way_is_named_and_nothing_changes() {
    let (_folder, run) = saved(MANIFEST);
    run.save_report(&ONE, false).expect("it is written");
    write(&run.directory.join(".report.unfinished"), "a file where a folder is made");
    let refused = run.save_report(&OTHER, true).expect_err("it cannot be made");
    assert!(matches!(refused, RecordError::Write { .. }), "{refused}");
    assert_eq!(names(&run.directory), [".report.unfinished", "report", "run.json", "samples.jsonl"]);
    assert_eq!(run.save_report(&ONE, true).expect("it is what it was"), ReportOutcome::Unchanged);
}

#[test]
fn criterions_report_is_found_where_it_is() {
    let (_folder, run) = saved(MANIFEST);
    assert!(!run.has_criterion_report());
    write(&run.directory.join("criterion/report/index.html"), "");
    assert!(run.has_criterion_report());
}

#[test]
fn nothing_is_written_into_a_newer_run() {
    let (_folder, run) = saved(&MANIFEST.replace("\"format\": 1", "\"format\": 2"));
    let refused = run.save_report(&ONE, true).expect_err("it is newer");
    assert!(matches!(refused, RecordError::NewerRun { .. }), "{refused}");
    assert_eq!(names(&run.directory), ["run.json", "samples.jsonl"]);
}

#[test]
fn many_at_once_write_one_report() {
    let (_folder, run) = saved(MANIFEST);
    let outcomes: Vec<ReportOutcome> = std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "nothing is measured here")]
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| run.save_report(&ONE, false).expect("all write the same")))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("none panics")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == ReportOutcome::Written).count(), 1);
    assert_eq!(names(&run.directory), ["report", "run.json", "samples.jsonl"]);
}

fn entries() -> Vec<CellEntry> {
    CATALOGUE.lines().map(|line| decode("a cell", line).expect("the fixture is one")).collect()
}

fn begin(store: &Store) -> RunWriter {
    let invocation = Invocation {
        key: "k".to_owned(),
        command: "cargo bench".to_owned(),
        set: "curated".to_owned(),
        seed: 1,
    };
    let start = LaunchStart {
        suite: "map-contention".to_owned(),
        arguments: Vec::new(),
        planned_cells: 1,
        now_unix_ms: 1_773_825_302_417,
        load_permille: None,
    };
    let facts = || {
        let manifest: Manifest = decode("a manifest", MANIFEST).expect("the fixture is one");
        let Manifest { source, build, machine, constants, .. } = manifest;
        RunFacts { source, build, machine, constants }
    };
    store.join(&invocation, start, facts).expect("it begins")
}

#[test]
fn launches_add_what_their_executables_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path());
    for entry in entries() {
        begin(&store).describe(&[entry]).expect("it is written");
    }
    let run = store.open_run("latest").expect("it can be read");
    assert_eq!(run.words().expect("they can be read"), (entries(), Vec::new()));
    write(&run.directory.join("catalogue.jsonl"), &CATALOGUE[..CATALOGUE.len() - 9]);
    let (words, notices) = run.words().expect("they can be read");
    assert_eq!(words, entries()[..1]);
    assert!(matches!(notices[..], [Notice::TornLastLine { file: "catalogue.jsonl", .. }]), "{notices:?}");
}

#[test]
fn a_run_that_was_saved_without_words_has_none() {
    let (_folder, run) = saved(MANIFEST);
    assert_eq!(run.words().expect("that is no error"), (Vec::new(), Vec::new()));
}
