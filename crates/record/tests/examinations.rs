//! What the doctor found, kept with a run: written, added to, damaged, newer.

use contend_protocol::decode;
use contend_protocol::doctor::{Examination, Examinations};
use contend_record::{Notice, RecordError, Run, Store};
use std::fs::{create_dir_all, read_dir, read_to_string};
use std::path::Path;
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const DOCTOR: &str = include_str!("../../protocol/tests/formats/v1/doctor.json");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";

/// A store with one run, and in its folder what the doctor found, where that is said.
fn store(manifest: &str, doctor: Option<&str>) -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join(NAME);
    create_dir_all(&run).expect("folders");
    write(&run.join("run.json"), manifest);
    write(&run.join("samples.jsonl"), SAMPLES);
    if let Some(doctor) = doctor {
        write(&run.join("doctor.json"), doctor);
    }
    let store = Store::at(folder.path());
    (folder, store)
}

fn write(path: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

fn examinations() -> Vec<Examination> {
    let kept: Examinations = decode("what the doctor found", DOCTOR).expect("the fixture is one");
    kept.examinations
}

fn kept(store: &Store) -> String {
    read_to_string(store.root().join(NAME).join("doctor.json")).expect("text")
}

fn open(store: &Store) -> Run {
    store.open_run(NAME).expect("it is read")
}

#[test]
fn what_was_found_is_read_as_it_was_kept() {
    let (_folder, store) = store(MANIFEST, None);
    assert_eq!((open(&store).examinations, open(&store).notices), (Vec::new(), Vec::new()));
    let [begun, resumed] = <[Examination; 2]>::try_from(examinations()).expect("two");
    store.keep_examination(NAME, begun.clone()).expect("it is kept");
    assert_eq!(open(&store).examinations, std::slice::from_ref(&begun));
    store.keep_examination(NAME, resumed.clone()).expect("it is added");
    assert_eq!(open(&store).examinations, [begun, resumed]);
    assert_eq!(kept(&store), DOCTOR, "what was written is byte for byte what the format says");
    assert_eq!(read_dir(store.root().join(NAME)).expect("a folder").count(), 3, "nothing is left beside it");
}

#[test]
fn what_was_found_before_is_never_changed() {
    let (_folder, store) = store(MANIFEST, Some(DOCTOR));
    let again = examinations().remove(1);
    store.keep_examination(NAME, again.clone()).expect("it is added");
    let found = open(&store).examinations;
    assert_eq!((&found[..2], &found[2..]), (&examinations()[..], &[again][..]));
    assert_eq!(read_to_string(store.root().join(NAME).join("run.json")).expect("text"), MANIFEST);
}

/// What cannot be read is named, hides nothing else, and is not written to.
#[track_caller]
fn check_left_out(doctor: &str, expected: &str) {
    let (_folder, store) = store(MANIFEST, Some(doctor));
    let run = open(&store);
    assert_eq!((run.records.len(), run.examinations.len()), (3, 0));
    let [notice @ Notice::UnreadableFile { file: "doctor.json", .. }] = &run.notices[..] else {
        panic!("{:?}", run.notices)
    };
    let said = notice.to_string();
    assert!(said.starts_with(&format!("doctor.json was left out: {expected}")), "{said}");
    assert!(!said.contains('\n'), "{said}");
    let error = store.keep_examination(NAME, examinations().remove(1)).expect_err("it cannot be added to");
    assert!(matches!(error, RecordError::NotAdded { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with(&format!("add to doctor.json of run {NAME}: {expected}")), "{said}");
    assert!(said.ends_with("; it stays as it is"), "{said}");
    assert_eq!(kept(&store), doctor);
}

#[test]
fn what_is_damaged_is_named() {
    check_left_out("", "it is damaged: failed to read it as what the doctor found");
    check_left_out(&DOCTOR[..DOCTOR.len() / 2], "it is damaged: failed to read it as what the doctor found");
    check_left_out(&DOCTOR.replace("\"wary\"", "\"odd\""), "it is damaged: ");
    check_left_out(&DOCTOR.replacen("\"format\": 1,", "", 1), "it is damaged: ");
}

#[test]
fn what_is_newer_is_refused_even_where_it_could_be_read() {
    let newer = DOCTOR.replacen("\"format\": 1", "\"format\": 2", 1);
    let expected = "its format 2 is newer than 1, which this build knows; update contend";
    check_left_out(&newer, expected);
    check_left_out(&newer.replace("\"effect\"", "\"influence\""), expected);
}

#[test]
fn what_is_no_text_is_named() {
    let (_folder, store) = store(MANIFEST, None);
    let path = store.root().join(NAME).join("doctor.json");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(&path, b"\xff").expect("a file");
    assert_eq!(open(&store).notices[0].to_string(), "doctor.json was left out: it is not text");
}

#[test]
fn nothing_is_kept_with_a_run_that_is_newer_or_not_there() {
    let newer = MANIFEST.replacen("\"format\": 1", "\"format\": 2", 1);
    let (_folder, store) = store(&newer, None);
    let keep = |name: &str| store.keep_examination(name, examinations().remove(0));
    assert!(matches!(keep(NAME), Err(RecordError::NewerRun { .. })));
    assert!(matches!(keep("20270101T000000Z-aaaaaaa-0000"), Err(RecordError::NotFound { .. })));
    assert!(!store.root().join(NAME).join("doctor.json").exists());
}

#[test]
fn a_kill_in_the_middle_leaves_what_was_kept() {
    let (_folder, store) = store(MANIFEST, Some(DOCTOR));
    let part = store.root().join(NAME).join(".doctor.json.part");
    write(&part, &DOCTOR[..77]);
    assert_eq!(open(&store).examinations, examinations());
    store.keep_examination(NAME, examinations().remove(1)).expect("what was left behind is in nobody's way");
    assert_eq!(open(&store).examinations.len(), 3);
    assert!(!part.exists());
}
