//! What happens to runs: written, killed, damaged, newer, joined by many at once.

use contend_protocol::manifest::{Invocation, Manifest};
use contend_protocol::sample::CellRecord;
use contend_protocol::{decode, encode_pretty};
use contend_record::{LaunchStart, Notice, RecordError, RunFacts, RunState, Store};
use std::fs::{OpenOptions, create_dir, create_dir_all, read_dir, read_to_string, remove_file};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const CREATED_UNIX_MS: u64 = 1_773_825_302_417;
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path().join("results"));
    (folder, store)
}

fn invocation(key: &str) -> Invocation {
    Invocation { key: key.to_owned(), command: "cargo bench".to_owned(), set: "curated".to_owned(), seed: 1 }
}

fn start() -> LaunchStart {
    LaunchStart {
        suite: "map-contention".to_owned(),
        arguments: vec!["--bench".to_owned()],
        planned_cells: 3,
        now_unix_ms: CREATED_UNIX_MS,
        load_permille: Some(640),
    }
}

fn facts() -> RunFacts {
    let manifest: Manifest = decode("a manifest", MANIFEST).expect("the fixture is one");
    let Manifest { source, build, machine, constants, .. } = manifest;
    RunFacts { source, build, machine, constants }
}

fn records() -> Vec<CellRecord> {
    SAMPLES.lines().map(|line| decode("a sample", line).expect("the fixture is one")).collect()
}

fn write(path: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "the test damages a store of its own")]
    std::fs::write(path, text).expect("a file");
}

/// A saved run with that manifest and no samples.
fn save(store: &Store, name: &str, manifest: &str) {
    let directory = store.root().join(name);
    create_dir_all(&directory).expect("folders");
    write(&directory.join("run.json"), manifest);
    write(&directory.join("samples.jsonl"), "");
}

fn names(store: &Store) -> Vec<String> {
    store.runs().expect("a list").into_iter().map(|entry| entry.name).collect()
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let (_folder, store) = store();
    let mut writer = store.join(&invocation("a"), start(), facts).expect("a run");
    assert_eq!(writer.directory(), store.root().join(NAME));
    for record in records() {
        writer.append(&record).expect("it is appended");
    }
    assert!(store.open_run("latest").expect("it is saved while it is measured").unfinished());
    writer.finish(CREATED_UNIX_MS + 5, Some(7)).expect("it is finished");

    let run = store.open_run(NAME).expect("it is saved");
    assert_eq!((run.name.as_str(), run.manifest.run.as_str()), (NAME, NAME));
    assert_eq!(run.manifest.constants, facts().constants);
    assert_eq!(run.manifest.launches[0].finished_unix_ms, Some(CREATED_UNIX_MS + 5));
    assert_eq!(run.manifest.launches[0].steal_ticks, Some(7));
    assert_eq!((run.records.clone(), run.notices.clone()), (records(), Vec::new()));
    assert!(!run.unfinished());
    let counts = run.counts();
    assert_eq!((counts.measured, counts.not_measurable, counts.faulty), (1, 1, 1));
    let text = read_to_string(run.directory.join("samples.jsonl")).expect("text");
    assert_eq!(text, SAMPLES, "what was written is byte for byte what the format says");
}

#[test]
fn launches_of_one_invocation_join_one_run() {
    let (_folder, store) = store();
    let mut first = store.join(&invocation("a"), start(), facts).expect("a run");
    first.append(&records()[0]).expect("it is appended");
    first.finish(CREATED_UNIX_MS, None).expect("it is finished");
    let mut second = store.join(&invocation("a"), start(), || panic!("the run exists")).expect("it joins");
    second.append(&records()[1]).expect("it is appended");
    assert_eq!((second.launch(), second.directory()), (1, store.root().join(NAME).as_path()));
    let run = store.open_run("latest").expect("it is saved");
    assert_eq!((run.manifest.launches.len(), run.records.len()), (2, 2));
    assert!(run.unfinished(), "the second launch still runs");
}

#[test]
fn another_invocation_is_another_run_even_in_the_same_second() {
    let (_folder, store) = store();
    for key in ["a", "b", "c"] {
        store.join(&invocation(key), start(), facts).expect("a run");
    }
    assert_eq!(names(&store), [format!("{NAME}-3"), format!("{NAME}-2"), NAME.to_owned()]);
    assert_eq!(store.open_run("latest").expect("it is saved").manifest.invocation.key, "c");
    let joined = store.join(&invocation("a"), start(), facts).expect("it joins");
    assert_eq!((joined.launch(), joined.directory()), (1, store.root().join(NAME).as_path()));
}

#[test]
fn many_that_join_at_once_get_one_run_and_a_number_each() {
    let (_folder, store) = store();
    #[expect(clippy::disallowed_methods, reason = "nothing is measured")]
    let mut launches: Vec<u32> = std::thread::scope(|scope| {
        let joining = |_| {
            scope.spawn(|| {
                let mut writer = store.join(&invocation("a"), start(), facts).expect("it joins");
                for record in records() {
                    let launch = writer.launch();
                    writer.append(&CellRecord { launch, ..record }).expect("it is appended");
                }
                let launch = writer.launch();
                writer.finish(CREATED_UNIX_MS, None).expect("it is finished");
                launch
            })
        };
        let all: Vec<_> = (0..8).map(joining).collect();
        all.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    launches.sort_unstable();
    assert_eq!(launches, (0..8).collect::<Vec<u32>>());
    let run = store.open_run("latest").expect("one run");
    assert_eq!(names(&store).len(), 1);
    assert_eq!((run.manifest.launches.len(), run.records.len(), run.notices.len()), (8, 24, 0));
    assert!(!run.unfinished());
}

#[test]
fn a_process_killed_while_writing_costs_its_last_line_only() {
    let (_folder, store) = store();
    let mut writer = store.join(&invocation("a"), start(), facts).expect("a run");
    writer.append(&records()[0]).expect("it is appended");
    let path = writer.directory().join("samples.jsonl");
    drop(writer);
    let mut file = OpenOptions::new().append(true).open(&path).expect("it opens");
    file.write_all(&SAMPLES.as_bytes()[..77]).expect("half a line");
    let torn = store.open_run("latest").expect("it is read");
    assert_eq!(torn.records.len(), 1);
    assert_eq!(torn.notices, [Notice::TornLastLine { file: "samples.jsonl", bytes: 77 }]);

    let mut next = store.join(&invocation("a"), start(), facts).expect("it joins");
    next.append(&records()[1]).expect("it is appended");
    let run = store.open_run("latest").expect("it is read");
    assert_eq!(run.records, records()[..2]);
    assert!(matches!(run.notices[..], [Notice::UnreadableLine { line: 2, .. }]), "{:?}", run.notices);
}

#[test]
fn a_run_killed_before_its_manifest_was_replaced_keeps_the_old_one() {
    let (_folder, store) = store();
    let writer = store.join(&invocation("a"), start(), facts).expect("a run");
    write(&writer.directory().join(".run.json.part"), "{\"form");
    drop(writer);
    assert_eq!(store.open_run("latest").expect("it is read").manifest.launches.len(), 1);
    store.join(&invocation("a"), start(), facts).expect("what was left behind is in nobody's way");
    assert_eq!(store.open_run("latest").expect("it is read").manifest.launches.len(), 2);
}

#[test]
fn a_damaged_run_hides_no_other() {
    let (_folder, store) = store();
    save(&store, "20260101T000000Z-aaaaaaa-0000", MANIFEST);
    save(&store, "20260102T000000Z-aaaaaaa-0000", "{\"format\": 1");
    create_dir(store.root().join("20260103T000000Z-aaaaaaa-0000")).expect("a folder");
    let newer = MANIFEST.replacen("\"format\": 1", "\"format\": 2", 1);
    save(&store, "20260104T000000Z-aaaaaaa-0000", &newer.replacen("\"method\"", "\"way\"", 1));
    save(&store, "20260105T000000Z-aaaaaaa-0000", &newer);
    write(&store.root().join("README.md"), "not a run");
    create_dir(store.root().join(".hidden")).expect("a folder");
    create_dir_all(store.root().join("comparisons/20260106T000000Z-aaaaaaa-bbbbbbb-0000")).expect("folders");

    let reasons: Vec<String> =
        store.runs().expect("a list").iter().map(|entry| reason(&entry.state)).collect();
    let expected = [
        "format 2 is newer than 1, which this build knows: it may miss something",
        "read run 20260104T000000Z-aaaaaaa-0000: its format 2 is newer than 1, which this build knows; update contend",
        "read run 20260103T000000Z-aaaaaaa-0000: it has no run.json; the other runs are not affected",
        "read run 20260102T000000Z-aaaaaaa-0000: run.json is damaged: failed to read it as a manifest: EOF while \
         parsing an object at line 1 column 12; the other runs are not affected",
        "",
    ];
    assert_eq!(reasons, expected);
    assert!(matches!(store.open_run("20260102"), Err(RecordError::Damaged { .. })));
    assert!(matches!(store.open_run("20260104"), Err(RecordError::Newer { .. })));
}

fn reason(state: &RunState) -> String {
    match state {
        RunState::Readable(summary) => summary.notices.iter().map(ToString::to_string).collect(),
        RunState::Unreadable { reason } => reason.clone(),
    }
}

#[test]
fn a_newer_run_is_never_written_to() {
    let (_folder, store) = store();
    let key = "cargo-48213-90177254-5c1f0e2a";
    let newer = MANIFEST.replacen("\"format\": 1", "\"format\": 2", 1);
    save(&store, NAME, &newer);
    let writer = store.join(&invocation(key), start(), facts).expect("a run of its own");
    assert_eq!(writer.directory(), store.root().join(format!("{NAME}-2")));
    assert_eq!(read_to_string(store.root().join(NAME).join("run.json")).expect("text"), newer);
}

#[test]
fn a_saved_run_of_this_format_is_joined_by_its_key() {
    let (_folder, store) = store();
    save(&store, NAME, MANIFEST);
    let writer = store.join(&invocation("cargo-48213-90177254-5c1f0e2a"), start(), facts).expect("it joins");
    assert_eq!(writer.launch(), 2);
    let manifest: Manifest = decode("a manifest", MANIFEST).expect("the fixture is one");
    let kept = store.open_run(NAME).expect("it is read").manifest;
    assert_eq!(kept.launches[..2], manifest.launches, "what was there is not touched");
    assert_eq!(encode_pretty(&Manifest { launches: manifest.launches, ..kept }), MANIFEST);
}

#[test]
fn runs_are_found_by_what_their_names_begin_with() {
    let (_folder, store) = store();
    assert!(matches!(store.open_run("latest"), Err(RecordError::NoneSaved { .. })));
    assert_eq!(names(&store), [""; 0]);
    save(&store, "20260101T000000Z-aaaaaaa-0000", MANIFEST);
    save(&store, "20260201T000000Z-bbbbbbb-0000", MANIFEST);
    let check = |name: &str, expected: &str| {
        assert_eq!(store.open_run(name).map_err(|error| error.to_string()).expect(name).name, expected);
    };
    check("latest", "20260201T000000Z-bbbbbbb-0000");
    check("202602", "20260201T000000Z-bbbbbbb-0000");
    check("20260101T000000Z-aaaaaaa-0000", "20260101T000000Z-aaaaaaa-0000");
    let refused = |name: &str, expected: &str| {
        let error = store.open_run(name).expect_err(name).to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(
        "2026",
        "begins 20260201T000000Z-bbbbbbb-0000, 20260101T000000Z-aaaaaaa-0000; give more of the name",
    );
    refused("20260301T000000Z-aaaaaaa-0000", "there is none, but 20260101T000000Z-aaaaaaa-0000");
    refused("yesterday", "there is none; `contend runs` lists all");
    refused("../results/20260101", "read `../results/20260101` as a run");
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("results");
    write(&path, "a file in the place of the folder");
    let error = Store::at(&path).join(&invocation("a"), start(), facts).expect_err("it cannot").to_string();
    assert!(error.starts_with(&format!("write {}: ", path.display())), "{error}");
    assert!(error.ends_with("set CONTEND_RESULTS to a folder that can be written"), "{error}");
    assert!(matches!(Store::at(&path).runs(), Err(RecordError::Read { .. })));
}

#[test]
fn a_folder_that_exists_is_never_written_to() {
    let (_folder, store) = store();
    create_dir_all(store.root().join(NAME).join("samples.jsonl")).expect("folders");
    let writer = store.join(&invocation("a"), start(), facts).expect("the next name is free");
    assert!(writer.directory().ends_with(format!("{NAME}-2")));
    assert_eq!(read_dir(store.root().join(NAME)).expect("a folder").count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_named_and_the_way_out() {
    let (_folder, store) = store();
    let first = store.join(&invocation("a"), start(), facts).expect("a run");
    let path = first.directory().join("samples.jsonl");
    drop(first);
    remove_file(&path).expect("it is there");
    std::os::unix::fs::symlink("/dev/full", &path).expect("a link");
    let mut writer = store.join(&invocation("a"), start(), facts).expect("it joins");
    let error = writer.append(&records()[0]).expect_err("nothing fits").to_string();
    assert!(error.starts_with(&format!("write {}: No space left", path.display())), "{error}");
}

#[test]
fn a_second_measuring_process_hears_of_the_first_and_waits() {
    let (_folder, store) = store();
    let first =
        store.measuring_lock(|holder| panic!("nobody holds it, least of all {holder}")).expect("it is free");
    let (says, said) = std::sync::mpsc::channel();
    #[expect(clippy::disallowed_methods, reason = "nothing is measured")]
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let lock = store.measuring_lock(|holder| says.send(holder.to_owned()).expect("somebody listens"));
            drop(lock.expect("it is free in the end"));
        });
        let holder = said.recv().expect("the second waits");
        assert!(holder.starts_with(&format!("process {}: store-", std::process::id())), "{holder}");
        assert!(!second.is_finished(), "it waits while the first measures");
        drop(first);
        second.join().expect("no panic");
    });
}

#[test]
fn who_measures_can_be_asked_without_making_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path().join("results"));
    assert_eq!(store.measuring_now(), None);
    assert!(!store.root().exists(), "asking makes nothing");
    let held = store.measuring_lock(|_| {}).expect("nobody holds it");
    let holder = store.measuring_now().expect("this process does");
    assert!(holder.starts_with(&format!("process {}: ", std::process::id())), "{holder}");
    drop(held);
    assert_eq!(store.measuring_now(), None);
}
