//! What happens to comparisons: written, killed, damaged, newer, beside runs.

use contend_protocol::comparison::{Comparison, PairRecord};
use contend_protocol::decode;
use contend_record::{ComparisonState, ComparisonWriter, Notice, RecordError, Store};
use std::fs::{OpenOptions, create_dir_all, read_dir, read_to_string};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

const VERDICT: &str = include_str!("../../protocol/tests/formats/v1/verdict.json");
const PAIRS: &str = include_str!("../../protocol/tests/formats/v1/pairs.jsonl");
const NAME: &str = "20260319T101500Z-4f2c9ae-91be03d-7d10";

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path().join("results"));
    (folder, store)
}

fn comparison() -> Comparison {
    decode("a comparison", VERDICT).expect("the fixture is one")
}

fn pairs() -> Vec<PairRecord> {
    PAIRS.lines().map(|line| decode("a pair", line).expect("the fixture is one")).collect()
}

fn begin(store: &Store) -> ComparisonWriter {
    let Comparison { created_unix_ms, base, head, machine, .. } = comparison();
    store.begin_comparison(created_unix_ms, &base, &head, &machine).expect("a comparison")
}

fn folder(store: &Store, name: &str) -> std::path::PathBuf {
    store.root().join("comparisons").join(name)
}

fn write(path: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "the test damages a store of its own")]
    std::fs::write(path, text).expect("a file");
}

/// A saved comparison with that verdict and no pairs.
fn save(store: &Store, name: &str, verdict: &str) {
    create_dir_all(folder(store, name)).expect("folders");
    write(&folder(store, name).join("verdict.json"), verdict);
    write(&folder(store, name).join("pairs.jsonl"), "");
}

#[test]
fn a_comparison_is_read_as_it_was_written() {
    let (_folder, store) = store();
    let mut writer = begin(&store);
    assert_eq!((writer.name(), writer.directory()), (NAME, folder(&store, NAME).as_path()));
    for pair in pairs() {
        writer.append(&pair).expect("it is appended");
    }
    writer.conclude(&comparison()).expect("it is concluded");

    let saved = store.open_comparison("latest").expect("it is saved");
    assert_eq!((saved.name.as_str(), saved.directory.as_path()), (NAME, writer.directory()));
    assert_eq!((saved.comparison, saved.pairs, saved.notices), (comparison(), pairs(), Vec::new()));
    let text = |file: &str| read_to_string(folder(&store, NAME).join(file)).expect("text");
    assert_eq!(text("verdict.json"), VERDICT, "what was written is byte for byte what the format says");
    assert_eq!(text("pairs.jsonl"), PAIRS);
}

#[test]
fn the_writer_replaces_its_verdict_in_one_step() {
    let (_folder, store) = store();
    let mut writer = begin(&store);
    let mut early = comparison();
    early.cells.clear();
    early.comparison = "some other name".to_owned();
    writer.conclude(&early).expect("it is concluded");
    let read = || store.open_comparison(NAME).expect("it is read").comparison;
    assert_eq!((read().cells.len(), read().comparison.as_str()), (0, NAME));
    write(&writer.directory().join(".verdict.json.part"), "{\"form");
    assert_eq!(read().cells.len(), 0, "what was left unfinished is not read");
    writer.conclude(&comparison()).expect("it is concluded again");
    assert_eq!(read(), comparison());
    assert_eq!(read_dir(writer.directory()).expect("a folder").count(), 2, "nothing is left over");
}

#[test]
fn a_folder_that_exists_is_never_written_to() {
    let (_folder, store) = store();
    create_dir_all(folder(&store, NAME)).expect("folders");
    let mut second = begin(&store);
    assert_eq!(second.name(), format!("{NAME}-2"));
    second.conclude(&comparison()).expect("it is concluded");
    assert_eq!(begin(&store).name(), format!("{NAME}-3"));
    assert_eq!(read_dir(folder(&store, NAME)).expect("a folder").count(), 0);
    assert_eq!(
        store.open_comparison(&format!("{NAME}-2")).expect("it is read").comparison.comparison,
        second.name()
    );
}

#[test]
fn a_comparison_outside_git_has_a_name_too() {
    let (_folder, store) = store();
    let Comparison { mut base, mut head, machine, .. } = comparison();
    (base.commit, head.commit) = (None, Some("4f2".to_owned()));
    let writer = store.begin_comparison(0, &base, &head, &machine).expect("a comparison");
    assert_eq!(writer.name(), "19700101T000000Z-nogit-nogit-7d10");
}

#[test]
fn a_process_killed_while_writing_costs_its_last_line_only() {
    let (_folder, store) = store();
    let mut writer = begin(&store);
    writer.append(&pairs()[0]).expect("it is appended");
    writer.conclude(&comparison()).expect("it is concluded");
    let path = writer.directory().join("pairs.jsonl");
    let mut file = OpenOptions::new().append(true).open(&path).expect("it opens");
    file.write_all(&PAIRS.as_bytes()[..40]).expect("half a line");
    let torn = store.open_comparison(NAME).expect("it is read");
    assert_eq!(
        (torn.pairs.len(), torn.notices),
        (1, vec![Notice::TornLastLine { file: "pairs.jsonl", bytes: 40 }])
    );

    writer.append(&pairs()[1]).expect("a torn line is ended first");
    let mended = store.open_comparison(NAME).expect("it is read");
    assert_eq!(mended.pairs, pairs()[..2]);
    assert!(matches!(mended.notices[..], [Notice::UnreadableLine { file: "pairs.jsonl", line: 2, .. }]));
    std::fs::remove_file(&path).expect("it is there");
    let bare = store.open_comparison(NAME).expect("it is read");
    assert_eq!(bare.notices, [Notice::Missing { file: "pairs.jsonl" }]);
}

#[test]
fn a_damaged_comparison_hides_no_other() {
    let (_folder, store) = store();
    assert!(store.comparisons().expect("an empty list").is_empty());
    let newer = VERDICT.replacen("\"format\": 1", "\"format\": 2", 1);
    save(&store, "20260101T000000Z-aaaaaaa-bbbbbbb-0000", VERDICT);
    save(&store, "20260102T000000Z-aaaaaaa-bbbbbbb-0000", "{\"format\": 1");
    create_dir_all(folder(&store, "20260103T000000Z-aaaaaaa-bbbbbbb-0000")).expect("folders");
    save(&store, "20260104T000000Z-aaaaaaa-bbbbbbb-0000", &newer.replacen("\"method\"", "\"way\"", 1));
    save(&store, "20260105T000000Z-aaaaaaa-bbbbbbb-0000", &newer);
    write(&folder(&store, "README.md"), "no comparison");

    let states: Vec<String> =
        store.comparisons().expect("a list").iter().map(|entry| state(&entry.state)).collect();
    let expected = [
        "format 2 is newer than 1, which this build knows: it may miss something",
        "read comparison 20260104T000000Z-aaaaaaa-bbbbbbb-0000: its format 2 is newer than 1, which this build \
         knows; update contend",
        "read comparison 20260103T000000Z-aaaaaaa-bbbbbbb-0000: it has no verdict.json; the other comparisons are \
         not affected",
        "read comparison 20260102T000000Z-aaaaaaa-bbbbbbb-0000: verdict.json is damaged: failed to read it as a \
         comparison: EOF while parsing an object at line 1 column 12; the other comparisons are not affected",
        "",
    ];
    assert_eq!(states, expected);
    assert!(matches!(store.open_comparison("20260102"), Err(RecordError::Damaged { .. })));
    assert!(matches!(store.open_comparison("20260104"), Err(RecordError::Newer { .. })));
}

fn state(state: &ComparisonState) -> String {
    match state {
        ComparisonState::Readable { notices, .. } => notices.iter().map(ToString::to_string).collect(),
        ComparisonState::Unreadable { reason } => reason.clone(),
    }
}

#[test]
fn comparisons_are_found_by_what_their_names_begin_with() {
    let (_folder, store) = store();
    let refused = |name: &str, expected: &str| {
        let error = store.open_comparison(name).expect_err(name).to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused("latest", "none is saved yet; make one with `contend compare`");
    save(&store, "20260101T000000Z-aaaaaaa-bbbbbbb-0000", VERDICT);
    save(&store, "20260101T000000Z-aaaaaaa-bbbbbbb-0000-10", VERDICT);
    save(&store, "20260101T000000Z-aaaaaaa-bbbbbbb-0000-9", VERDICT);
    let check = |name: &str, expected: &str| {
        assert_eq!(store.open_comparison(name).expect(name).name, expected);
    };
    check("latest", "20260101T000000Z-aaaaaaa-bbbbbbb-0000-10");
    check("20260101T000000Z-aaaaaaa-bbbbbbb-0000", "20260101T000000Z-aaaaaaa-bbbbbbb-0000");
    check("20260101T000000Z-aaaaaaa-bbbbbbb-0000-9", "20260101T000000Z-aaaaaaa-bbbbbbb-0000-9");
    refused("2026", "choose a comparison: `2026` begins 20260101T000000Z-aaaaaaa-bbbbbbb-0000-10, ");
    refused(
        "20260201T000000Z-aaaaaaa-bbbbbbb-0000",
        "there is none, but 20260101T000000Z-aaaaaaa-bbbbbbb-0000",
    );
    refused("yesterday", "there is none; each is a folder there");
    refused("../comparisons", "read `../comparisons` as a comparison");
}

#[test]
fn comparisons_are_no_runs() {
    let (_folder, store) = store();
    begin(&store).conclude(&comparison()).expect("it is concluded");
    assert!(store.runs().expect("a list").is_empty());
    assert!(matches!(store.open_run("latest"), Err(RecordError::NoneSaved { .. })));
    assert!(matches!(store.open_run("comparisons"), Err(RecordError::NoneSaved { .. })));
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    let (_folder, store) = store();
    create_dir_all(store.root()).expect("folders");
    write(&store.root().join("comparisons"), "a file in the place of the folder");
    let Comparison { base, head, machine, .. } = comparison();
    let error = store.begin_comparison(0, &base, &head, &machine).expect_err("it cannot").to_string();
    assert!(error.starts_with("write ") && error.contains("comparisons: "), "{error}");
    assert!(matches!(store.comparisons(), Err(RecordError::Read { .. })));
}
