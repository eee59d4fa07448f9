//! `contend run` and `contend rank`: with a shell script in place of a bench executable, and over a run that is saved.

#![cfg(unix)]

use serde_json::Value;
use std::fs::{create_dir_all, read_to_string};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";

/// A store with one run that has these lines.
fn store(samples: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(NAME).join("run.json"), MANIFEST);
    write(&folder.path().join(NAME).join("samples.jsonl"), samples);
    folder
}

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// Stdout, stderr, exit code.
fn contend(store: &TempDir, words: &[&str]) -> (String, String, Option<i32>) {
    let manifest: Value = serde_json::from_str(MANIFEST).expect("JSON");
    let mut machine = manifest["machine"].clone();
    machine["id"] = Value::from("0123456789abcdef");
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command
        .args(words)
        .env("CONTEND_RESULTS", store.path())
        .env("RUN", NAME)
        .env("MACHINE", machine.to_string());
    command.env_remove("CONTEND_SET").env_remove("CONTEND_THREADS").stdin(Stdio::null());
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

fn run(store: &TempDir, words: &[&str]) -> (String, String, Option<i32>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/executables/launches.sh");
    let script = script.to_string_lossy();
    contend(store, &[&["run"], words, &["--executable", &script]].concat())
}

#[test]
fn who_takes_the_process_down_is_found_and_saved_and_the_others_go_on() {
    let store = store("");
    let (stdout, stderr, code) = run(&store, &["--launches", "2"]);
    assert_eq!((stdout.trim(), code), (NAME, Some(14)), "{stderr}");
    assert_eq!(
        stderr.matches("tiny/w/b/1 has no number: its process died in the middle").count(),
        1,
        "{stderr}"
    );
    assert!(stderr.contains("contend: 5 of 6 measurements in"), "b is not tried again: {stderr}");
    let samples = read_to_string(store.path().join(NAME).join("samples.jsonl")).expect("samples");
    let [line] = samples.lines().collect::<Vec<_>>()[..] else { panic!("{samples}") };
    assert!(line.contains("tiny/w/b/1") && line.contains("its process died in the middle"), "{line}");
}

#[test]
fn a_dry_run_measures_nothing() {
    let store = store("");
    let (stdout, stderr, code) = run(&store, &["--dry-run", "--launches", "3", "/(a|c)/"]);
    assert_eq!((stdout.as_str(), code), ("", Some(0)));
    assert!(stderr.contains("2 cells, 3 launches, 6 measurements, some seconds"), "{stderr}");
}

#[test]
fn what_selects_nothing_says_what_would() {
    let store = store("");
    let (_, stderr, code) = run(&store, &["tiny/w/d"]);
    assert_eq!(code, Some(4));
    assert!(stderr.contains("select a cell with `tiny/w/d`; nearest are tiny/w/a/1"), "{stderr}");
    let (_, stderr, code) = run(&store, &["--launches", "0"]);
    assert_eq!(code, Some(2), "{stderr}");
}

#[test]
fn another_machine_s_run_is_not_gone_on_with() {
    let store = store("");
    let (stdout, stderr, code) = run(&store, &["--resume", NAME]);
    assert_eq!((stdout.as_str(), code), ("", Some(12)), "{stderr}");
    assert!(stderr.contains(&format!("go on with run {NAME}: it is of another machine")), "{stderr}");
    let (_, stderr, code) = run(&store, &["--resume", "2031"]);
    assert_eq!(code, Some(12), "{stderr}");
}

/// Eight launches of two contenders, of which one takes twice as long in each, whatever the launch.
fn launches() -> String {
    let line: Value = serde_json::from_str(SAMPLES.lines().next().expect("a line")).expect("JSON");
    let mut samples = String::new();
    for launch in 0..8_u64 {
        for (contender, factor) in [("quick", 1_u64), ("slow", 2), ("floor", 0)] {
            let mut line = line.clone();
            line["cell"] = Value::from(format!("s/w/{contender}/1"));
            line["launch"] = Value::from(launch);
            line["outcome"] = serde_json::json!({ "kind": "measured" });
            let window = (10_000_000 + 1_000_000 * launch) * factor.max(1);
            let slices = line["slices"]["window_ns"].as_array().map_or(0, Vec::len);
            line["slices"]["window_ns"] = Value::from(vec![window; slices]);
            line["slices"]["ops"] = Value::from(vec![vec![1_000_000_u64]; slices]);
            samples += &format!("{line}\n");
        }
    }
    samples
}

#[test]
fn ranks_are_within_launches() {
    let store = store(&launches());
    let (stdout, stderr, code) = contend(&store, &["rank", NAME]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)), "{stdout}");
    let row = |name: &str| stdout.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(row("quick").trim_start().starts_with("1  quick"), "{stdout}");
    assert!(
        row("slow").trim_start().starts_with("2  slow") && row("slow").contains("2.00..2.00"),
        "{stdout}"
    );
    assert!(row("floor").trim_start().starts_with("floor"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
}

#[test]
fn ranks_as_json() {
    let store = store(&launches());
    let (stdout, _, code) = contend(&store, &["rank", NAME, "s/w/1", "--format", "json"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &object["schema"]), (Some(0), &Value::from("contend-rank/1")));
    let rows = &object["tables"][0]["rows"];
    assert_eq!((&rows[0]["contender"], &rows[0]["rank"]), (&Value::from("quick"), &Value::from(1)));
    assert_eq!((&rows[1]["rank"], &rows[1]["launches"]), (&Value::from(2), &Value::from(8)));
    assert_eq!((&rows[2]["contender"], &rows[2]["rank"]), (&Value::from("floor"), &Value::Null));
}

#[test]
fn a_filter_on_ranks_that_selects_nothing_says_what_would() {
    let store = store(&launches());
    let (stdout, stderr, code) = contend(&store, &["rank", NAME, "s/x"]);
    assert_eq!((stdout.as_str(), code), ("", Some(4)), "{stderr}");
    assert!(stderr.contains("nearest are s/w/1"), "{stderr}");
}
