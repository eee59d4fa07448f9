//! `contend rank` over runs of several launches: what it refuses, what it warns of, how it lays tables out, and what two runs say of
//! each other.

use serde_json::{Value, json};
use std::fs::create_dir_all;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");

/// Two runs of one machine, commit and method.
const NAMES: [&str; 2] = ["20260318T091502Z-4f2c9ae-7d10", "20260319T091502Z-4f2c9ae-7d10"];

/// A store with two runs, whose manifests and lines are as `change` leaves them.
fn store(change: impl Fn(usize, &mut Value, &mut Vec<Value>)) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, name) in NAMES.iter().enumerate() {
        let mut manifest: Value = serde_json::from_str(MANIFEST).expect("JSON");
        manifest["run"] = Value::from(*name);
        let mut lines = launches();
        change(number, &mut manifest, &mut lines);
        let samples: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write(&folder.path().join(name).join("run.json"), &manifest.to_string());
        write(&folder.path().join(name).join("samples.jsonl"), &samples);
    }
    folder
}

/// Six launches of two workloads and two contenders, of which one takes twice as long.
fn launches() -> Vec<Value> {
    let line: Value = serde_json::from_str(SAMPLES.lines().next().expect("a line")).expect("JSON");
    let slices = line["slices"]["window_ns"].as_array().map_or(0, Vec::len);
    let mut lines = Vec::new();
    for launch in 0..6_u64 {
        for (cell, window_ns) in [
            ("w/quick", 10_000_000_u64),
            ("w/slow", 20_000_000),
            ("v/quick", 10_000_000),
            ("v/slow", 20_000_000),
        ] {
            let mut line = line.clone();
            line["cell"] = Value::from(format!("s/{cell}/1"));
            line["launch"] = Value::from(launch);
            line["outcome"] = json!({ "kind": "measured" });
            line["slices"]["window_ns"] = Value::from(vec![window_ns; slices]);
            line["slices"]["ops"] = Value::from(vec![vec![1_000_000_u64]; slices]);
            lines.push(line);
        }
    }
    lines
}

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// Stdout, stderr, exit code of `contend rank` on the first run.
fn rank(store: &TempDir, words: &[&str]) -> (String, String, Option<i32>) {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(["rank", NAMES[0]]).args(words).env("CONTEND_RESULTS", store.path()).stdin(Stdio::null());
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

fn plain() -> TempDir {
    store(|_, _, _| {})
}

#[test]
fn a_filter_that_selects_nothing_is_said_in_every_format() {
    let store = plain();
    for words in [&["nosuch"][..], &["nosuch", "--format", "json"]] {
        let (stdout, stderr, code) = rank(&store, words);
        assert_eq!((stdout.as_str(), code), ("", Some(4)), "{stderr}");
        assert!(stderr.contains("failed to rank `nosuch`"), "{stderr}");
    }
}

#[test]
fn what_was_imported_is_not_ranked() {
    let store = store(|number, manifest, _| {
        if number == 0 {
            manifest["invocation"]["set"] = Value::from("imported");
        }
    });
    let (stdout, stderr, code) = rank(&store, &[]);
    assert_eq!((stdout.as_str(), code), ("", Some(12)), "{stderr}");
    assert!(stderr.contains("it was imported, and nothing is judged by it"), "{stderr}");
}

#[test]
fn only_faults_of_what_is_shown_count() {
    let fault = json!({ "kind": "faulty", "fault": { "kind": "panicked", "message": "x" } });
    let store = store(|_, _, lines| {
        lines[1]["outcome"] = fault.clone();
    });
    assert_eq!(rank(&store, &["s/v"]).2, Some(0));
    assert_eq!(rank(&store, &["s/w"]).2, Some(14));
    assert_eq!(rank(&store, &[]).2, Some(14));
}

#[test]
fn a_line_that_cannot_be_read_costs_a_launch_and_is_said() {
    let store = store(|_, _, lines| lines[0] = json!({ "cell": "?" }));
    let (stdout, stderr, code) = rank(&store, &["s/w"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("warning") && stderr.contains("line 1 of samples.jsonl was skipped"), "{stderr}");
    assert!(stdout.contains("?  quick") && stdout.contains("?  slow"), "{stdout}");
}

#[test]
fn one_side_alone_can_be_asked_for() {
    let store = plain();
    for words in [["--row", "workload"], ["--col", "contender"]] {
        let (stdout, stderr, code) = rank(&store, &words);
        assert_eq!(code, Some(0), "{stderr}");
        let head = stdout.lines().find(|line| line.starts_with("workload")).unwrap_or_default();
        assert_eq!(
            head.split_whitespace().take(3).collect::<Vec<_>>(),
            ["workload", "quick", "slow"],
            "{stdout}"
        );
    }
    assert_eq!(rank(&store, &["--row", "workload", "--col", "workload"]).2, Some(2));
}

#[test]
fn two_runs_agree_where_they_say_something_of_the_same() {
    let against = |store: &TempDir| -> Value {
        let (stdout, stderr, code) = rank(store, &["--against", NAMES[1], "--format", "json"]);
        assert_eq!(code, Some(0), "{stderr}");
        serde_json::from_str(&stdout).expect("JSON")
    };
    let same = against(&plain());
    assert_eq!((&same["left_out"], &same["tables"][0]["degree"]), (&json!(0), &json!("same")));
    let changed = against(&store(|number, _, lines| {
        for line in lines.iter_mut().filter(|line| number == 1 && line["cell"] == "s/w/quick/1") {
            line["version"] = Value::from("quick 2");
        }
    }));
    assert_eq!((&changed["left_out"], &changed["tables"][0]["first"]), (&json!(1), &json!(["slow"])));
    let few = against(&store(|number, _, lines| lines.truncate(if number == 1 { 20 } else { 24 })));
    assert_eq!(few["tables"][0]["degree"], json!("unknown"));
}

#[test]
fn runs_of_other_machines_and_methods_are_not_put_against_each_other() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let store = store(|number, manifest, _| {
            if number == 1 {
                change(manifest);
            }
        });
        let (stdout, stderr, code) = rank(&store, &["--against", NAMES[1]]);
        assert_eq!((stdout.as_str(), code), ("", Some(12)), "{stderr}");
        stderr
    };
    let machine = refused(&|manifest| manifest["machine"]["id"] = Value::from("0123456789abcdef"));
    assert!(machine.contains("one machine's ranking is not another's"), "{machine}");
    let method = refused(&|manifest| manifest["method"] = Value::from(7));
    assert!(method.contains("they were measured with two methods"), "{method}");
}
