//! `contend run`, with a shell script in place of a bench executable, and `contend rank` over a run that is saved.

#![cfg(unix)]

#[path = "launches/examined.rs"]
mod examined;
#[path = "launches/resuming.rs"]
mod resuming;
#[path = "launches/running.rs"]
mod running;
#[path = "launches/workspace.rs"]
mod workspace;

use serde_json::Value;
use std::fs::create_dir_all;
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
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(words).env("CONTEND_RESULTS", store.path());
    command.env_remove("CONTEND_SET").env_remove("CONTEND_THREADS").stdin(Stdio::null());
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
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
    assert_eq!((stderr.lines().count(), code), (1, Some(0)), "{stdout}{stderr}");
    assert!(stderr.contains(&format!("warning: run {NAME} has not finished")), "{stderr}");
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
