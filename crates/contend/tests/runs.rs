//! `contend runs` and `contend show` over a folder of runs.

use serde_json::Value;
use std::fs::{create_dir_all, read_to_string};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const DOCTOR: &str = include_str!("../../protocol/tests/formats/v1/doctor.json");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";

/// A folder of runs. The saved ones have the first `cells` lines of the fixture.
fn store(names: &[&str], cells: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in names {
        let samples: String = SAMPLES.lines().take(cells).map(|line| format!("{line}\n")).collect();
        write(&folder.path().join(name).join("run.json"), MANIFEST);
        write(&folder.path().join(name).join("samples.jsonl"), &samples);
    }
    folder
}

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

fn command(store: &TempDir, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(arguments).env("CONTEND_RESULTS", store.path()).stdin(Stdio::null());
    command
}

/// Stdout, stderr, exit code.
fn contend(store: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    let Output { stdout, stderr, status } = command(store, arguments).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

#[track_caller]
fn refused(store: &TempDir, arguments: &[&str], code: i32, expected: &str) {
    let (stdout, stderr, got) = contend(store, arguments);
    assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn no_runs_is_no_error() {
    let store = store(&[], 0);
    let expected = "No run is saved yet. `cargo bench` makes one.\n";
    assert_eq!(contend(&store, &["runs"]), (expected.to_owned(), String::new(), Some(0)));
    refused(&store, &["show"], 12, "none is saved yet; make one with `cargo bench`");
}

#[test]
fn runs_are_listed_newest_first_and_damaged_ones_named() {
    let store = store(&["20260101T000000Z-aaaaaaa-7d10", NAME], 3);
    write(&store.path().join("20260401T000000Z-bbbbbbb-7d10/run.json"), "{");
    write(&store.path().join("README.md"), "not a run");
    let (stdout, stderr, code) = contend(&store, &["runs"]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    let names: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| name.starts_with("2026"))
        .collect();
    assert_eq!(names, ["20260401T000000Z-bbbbbbb-7d10", NAME, "20260101T000000Z-aaaaaaa-7d10"]);
    assert!(stdout.contains("run.json is damaged"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
}

#[test]
fn runs_as_json() {
    let store = store(&[NAME], 3);
    write(&store.path().join("20260401T000000Z-bbbbbbb-7d10/run.json"), "{");
    let (stdout, _, code) = contend(&store, &["runs", "--format", "json"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(code, Some(0));
    assert_eq!(object["schema"], "contend-runs/1");
    assert_eq!(object["runs"][0]["state"], "unreadable");
    let run = &object["runs"][1];
    assert_eq!((run["name"].as_str(), run["unfinished"].as_bool()), (Some(NAME), Some(true)));
    assert_eq!([&run["measured"], &run["not_measurable"], &run["faulty"]], [1, 1, 1]);
    assert_eq!(run["manifest"]["machine"]["cpu_model"], "AMD EPYC 7B13");
}

#[test]
fn a_clean_run_is_shown() {
    let store = store(&[NAME], 2);
    let (stdout, stderr, code) = contend(&store, &["show"]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    assert!(stdout.starts_with(&format!("run        {NAME}\n")), "{stdout}");
    assert!(
        stdout.contains("\ndashmap     62.7  0.2   31.9     1.00       62.6     0.99      1\n"),
        "{stdout}"
    );
    assert!(!stdout.contains('\u{1b}'), "no colours into a pipe");
    assert_eq!(contend(&store, &["show", "2026"]).0, stdout);
    assert_eq!(contend(&store, &["show", NAME]).0, stdout);
}

#[test]
fn a_wrong_contender_is_shown_to_the_end_and_then_fails() {
    let store = store(&[NAME], 3);
    let (stdout, stderr, code) = contend(&store, &["show"]);
    assert_eq!((stderr.as_str(), code), ("", Some(14)));
    assert!(stdout.contains("ticket     wrong result: total: expected 40000, found 39998"), "{stdout}");
    assert!(stdout.ends_with("because the machine was disturbed.\n"), "{stdout}");
}

#[test]
fn a_run_as_json() {
    let store = store(&[NAME], 2);
    let (stdout, _, code) = contend(&store, &["show", "--format", "json"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &object["schema"]), (Some(0), &Value::from("contend-show/1")));
    let line: Value = serde_json::from_str(SAMPLES.lines().next().expect("a line")).expect("JSON");
    assert_eq!(object["cells"][0]["record"], line);
    let figures = &object["cells"][0]["figures"];
    assert_eq!(figures["slices"], 7);
    let figure = |name: &str| figures[name].as_f64().expect(name);
    assert!(figure("time_ns_low") <= figure("time_ns") && figure("time_ns") <= figure("time_ns_high"));
    assert_eq!(object["cells"][1]["figures"]["time_ns"], Value::Null, "what was not measured has no number");
}

#[test]
fn what_the_doctor_found_is_shown_and_named_where_it_cannot_be_read() {
    let store = store(&[NAME], 2);
    let path = store.path().join(NAME).join("doctor.json");
    let object = || -> Value {
        serde_json::from_str(&contend(&store, &["show", "--format", "json"]).0).expect("JSON")
    };
    assert_eq!(object()["doctor"], Value::Null, "nobody examined the machine");
    write(&path, DOCTOR);
    let (stdout, _, code) = contend(&store, &["show"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("\ndoctor     usable (! virtual-machine, ! turbo); gone on with "), "{stdout}");
    let kept: Value = serde_json::from_str(DOCTOR).expect("JSON");
    assert_eq!(object()["doctor"], kept["examinations"]);
    let newer = DOCTOR.replacen("\"format\": 1", "\"format\": 2", 1);
    for (text, expected) in
        [("{", "it is damaged: failed to"), (newer.as_str(), "its format 2 is newer than 1,")]
    {
        write(&path, text);
        let (stdout, stderr, code) = contend(&store, &["show"]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)));
        assert!(stdout.contains(&format!("warning: doctor.json was left out: {expected}")), "{stdout}");
        assert!(
            !stdout.contains("\ndoctor ") && stdout.contains("\ndashmap "),
            "the rest is shown: {stdout}"
        );
        let object = object();
        assert_eq!(
            (object["doctor"].clone(), object["notices"].as_array().map(Vec::len)),
            (Value::Null, Some(1))
        );
    }
}

#[test]
fn a_table_for_a_readme() {
    let store = store(&[NAME], 2);
    let markdown = ["show", "--markdown", "map-contention/read-99-insert-1"];
    let (stdout, stderr, code) = contend(&store, &markdown);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    assert!(
        stdout.contains("| `dashmap` | dashmap 6.2.1 | 62.7 | 31.9 | 1.00 | 62.6 | 0.99 |\n"),
        "{stdout}"
    );
    assert_eq!(contend(&store, &[&markdown[..], &["--threads", "1,2"]].concat()).2, Some(0));
    refused(
        &store,
        &[&markdown[..], &["--threads", "7"]].concat(),
        4,
        "which has map-contention/read-99-insert-1",
    );
    refused(&store, &["show", "--markdown", "map-contention"], 2, "write SUITE/WORKLOAD");
    refused(&store, &["show", "--threads", "2"], 2, "--markdown");
}

#[test]
fn runs_that_are_not_there_or_not_readable() {
    let store = store(&["20260101T000000Z-aaaaaaa-7d10", NAME], 1);
    write(&store.path().join("20260401T000000Z-bbbbbbb-7d10/run.json"), "{");
    refused(&store, &["show"], 12, "failed to read run 20260401T000000Z-bbbbbbb-7d10: run.json is damaged");
    refused(&store, &["show", "20260401"], 12, "the other runs are not affected");
    refused(&store, &["show", "20260318T091502Z-4f2c9ae-7d11"], 12, &format!("there is none, but {NAME}"));
    refused(&store, &["show", "2026"], 2, "give more of the name");
    refused(&store, &["show", "../secret"], 2, "read `../secret` as a run");
    refused(&store, &["dance"], 2, "unrecognized subcommand");
    refused(&store, &["show", "--format", "xml"], 2, "xml");
}

#[test]
fn a_torn_line_is_a_warning() {
    let store = store(&[NAME], 1);
    let path = store.path().join(NAME).join("samples.jsonl");
    let torn = format!("{}{}", read_to_string(&path).expect("text"), &SAMPLES[..77]);
    write(&path, &torn);
    let (stdout, _, code) = contend(&store, &["show"]);
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("warning: the last line of samples.jsonl is torn (77 bytes) and was dropped\n"),
        "{stdout}"
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    // Without the faulty cell, whose exit code would be right where everything was printed in time.
    let store = store(&[NAME], 2);
    let mut child =
        command(&store, &["show"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // Whether it prints before or after this, nobody reads it.
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_says_what_the_codes_mean() {
    let store = store(&[], 0);
    let (stdout, _, code) = contend(&store, &["--help"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("14  a contender gave a wrong result, panicked or hung"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
    let (stdout, _, _) = contend(&store, &["runs", "--help"]);
    assert!(stdout.contains("contend-runs/1"), "{stdout}");
}

#[test]
fn a_packed_run_is_shown_as_before() {
    let store = store(&[NAME], 3);
    let shown = contend(&store, &["show"]);
    let (stdout, _, code) = contend(&store, &["pack", "latest", "--format", "json"]);
    let packed: Value = serde_json::from_str(&stdout).expect("one JSON object");
    assert_eq!((code, &packed["schema"]), (Some(0), &Value::from("contend-pack/1")));
    let run = &packed["runs"][0];
    assert_eq!(run["run"], NAME);
    assert!(run["after_bytes"].as_u64() < run["before_bytes"].as_u64(), "{run}");
    assert!(!store.path().join(NAME).join("samples.jsonl").exists());
    assert_eq!(contend(&store, &["show"]), shown);
    let (stdout, _, code) = contend(&store, &["pack", NAME]);
    assert_eq!((stdout, code), (format!("{NAME} is packed already\n"), Some(0)));
    refused(&store, &["pack", "2031"], 12, "find run `2031`");
    refused(&store, &["pack"], 2, "required");
}
