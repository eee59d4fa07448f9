//! `contend doctor` on whatever machine this is.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

fn doctor(arguments: &[&str]) -> (String, Option<i32>) {
    let results = tempfile::tempdir().expect("a folder");
    let found = doctor_of(results.path(), arguments);
    assert_eq!(std::fs::read_dir(results.path()).expect("a folder").count(), 0, "nothing was made");
    found
}

fn doctor_of(results: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.arg("doctor").args(arguments).env("CONTEND_RESULTS", results).stdin(Stdio::null());
    let output = command.output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (String::from_utf8(output.stdout).expect("text"), output.status.code())
}

#[test]
fn results_that_cannot_be_read_are_a_line_and_no_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("results");
    std::fs::File::create_new(&file).expect("a file");
    let (stdout, code) = doctor_of(&file, &[]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains("? calibration      the folder of results cannot be read\n"), "{stdout}");
}

#[test]
fn lines_come_with_their_grade_and_only_the_strict_one_fails() {
    let (stdout, code) = doctor(&["--strict", "--format", "json"]);
    let found: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(found["schema"], "contend-doctor/1");
    let lines = found["lines"].as_array().expect("a list");
    let marks: Vec<&str> = lines.iter().map(|line| line["mark"].as_str().expect("a word")).collect();
    let bad = marks.contains(&"bad");
    assert_eq!(code, Some(if bad { 13 } else { 0 }), "{stdout}");
    assert_eq!(found["grade"] == "unfit", bad);
    assert_eq!(found["machine"].as_str().map(str::len), Some(16));
    // Nothing is calibrated in a new folder.
    let of = |code: &str| lines.iter().find(|line| line["code"] == code).expect("there is such a line");
    assert_eq!(of("calibration")["mark"], "wary");
    assert_eq!(of("calibration")["counts"], false);
    assert_eq!(doctor(&[]).1, Some(0));
}

#[test]
fn text_fits_a_terminal_and_is_not_coloured_in_a_pipe() {
    let (stdout, _) = doctor(&[]);
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "{stdout}");
    assert!(stdout.ends_with("the commands are for you to run, or not.\n"), "{stdout}");
}
