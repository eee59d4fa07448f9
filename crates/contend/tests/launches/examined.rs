//! What the doctor finds when a run is begun, or gone on with, is kept with it.

use super::workspace::{Workspace, manifest};
use super::{NAME, contend, write};
use serde_json::Value;
use std::fs::read_to_string;
use std::path::PathBuf;

const DOCTOR: &str = include_str!("../../../protocol/tests/formats/v1/doctor.json");

fn file(workspace: &Workspace) -> PathBuf {
    workspace.run_folder().join("doctor.json")
}

/// What is kept.
fn examinations(text: &str) -> Vec<Value> {
    let kept: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(kept["format"], 1);
    kept["examinations"].as_array().expect("a list").clone()
}

#[test]
fn what_is_found_when_a_run_is_begun_is_kept_with_it() {
    let workspace = Workspace::new("");
    let called = workspace.run(&["--launches", "2", "--no-criterion", "/(a|c)/"]);
    let kept = examinations(&read_to_string(file(&workspace)).expect("it is kept"));
    let [found] = &kept[..] else { panic!("one for all launches: {kept:?}") };
    assert_eq!(found["resumed"], false);
    assert!(found["at_unix_ms"].as_u64().is_some_and(|at| at > 1_700_000_000_000), "{found}");
    assert!(found["lines"].as_array().is_some_and(|lines| lines.len() > 9), "{found}");
    let grade = found["grade"].as_str().expect("a word");
    called.says(0, &format!("contend: the machine is {grade}"));
    let (shown, _, _) = contend(&workspace.store, &["show", NAME]);
    assert!(shown.contains(&format!("\ndoctor     {grade}")), "{shown}");
}

#[test]
fn a_dry_run_examines_nothing() {
    let workspace = Workspace::new("");
    workspace.run(&["--dry-run", "/(a|c)/"]).says(0, "2 cells, 6 launches");
    assert!(!file(&workspace).exists());
}

/// A run that can be gone on with, with what was found before.
fn resumable(doctor: &str) -> Workspace {
    let workspace = Workspace::new("");
    workspace.save(&manifest());
    workspace.sample(&[("tiny/w/a/1", 0, "measured"), ("tiny/w/b/1", 0, "measured")]);
    write(&file(&workspace), doctor);
    workspace
}

const ON: [&str; 6] = ["--resume", NAME, "--launches", "2", "--no-criterion", "/(a|b)/"];

#[test]
fn going_on_adds_what_is_found_then() {
    let workspace = resumable(DOCTOR);
    workspace.run(&ON).says(0, "contend: the machine is ");
    let kept = examinations(&read_to_string(file(&workspace)).expect("it is kept"));
    assert_eq!(kept[..2], examinations(DOCTOR), "what was found before stays");
    assert_eq!((kept.len(), &kept[2]["resumed"]), (3, &Value::from(true)));
}

#[test]
fn what_cannot_be_added_to_keeps_nobody_from_going_on() {
    let newer = DOCTOR.replacen("\"format\": 1", "\"format\": 2", 1);
    for (doctor, expected) in [("{", "it is damaged"), (newer.as_str(), "its format 2 is newer than 1")] {
        let workspace = resumable(doctor);
        let called = workspace.run(&ON);
        let warning = format!("contend: warning: failed to add to doctor.json of run {NAME}: {expected}");
        called.says(0, &warning);
        assert_eq!(called.stderr.lines().filter(|line| line.contains(&warning)).count(), 1, "{called:#?}");
        assert_eq!(read_to_string(file(&workspace)).expect("it is there"), doctor);
    }
}
