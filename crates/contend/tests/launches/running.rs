//! `contend run`: launches, what goes wrong in them, and what else belongs to a run.

use super::NAME;
use super::workspace::Workspace;
use contend_record::Store;
use serde_json::Value;
use std::fs::read_to_string;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

#[test]
fn who_takes_the_process_down_is_found_without_saving_and_the_others_share_launches() {
    let workspace = Workspace::new("any:tiny/w/b/1:dies");
    let called = workspace.run(&["--launches", "2"]);
    called.says(14, "tiny/w/b/1 has no number: its process died in the middle: signal: 6");
    assert_eq!(called.stdout.trim(), NAME);
    called.logs(&[
        "--of 2: d a b c",
        "--unsaved 1: a",
        "--unsaved 1: b",
        "--of 2: a c",
        // The other is not tried again.
        "--of 2: d a c",
    ]);
    called.says(14, "contend: 7 of 7 measurements, 1 faulty, in ");
    assert!(!called.stderr.contains("go on"), "it is done: {}", called.stderr);
    let samples = workspace.samples();
    let [line] = samples.lines().collect::<Vec<_>>()[..] else { panic!("{samples}") };
    assert!(line.contains("tiny/w/b/1") && line.contains("its process died in the middle"), "{line}");
}

#[test]
fn who_crashes_behind_its_record_is_found_as_well() {
    let workspace = Workspace::new("any:tiny/w/b/1:crashes");
    let called = workspace.run(&["--launches", "2"]);
    called.says(14, "tiny/w/b/1 has no number: its process died in the middle: signal: 6");
    called.logs(&["--of 2: d a b c", "--unsaved 1: a", "--unsaved 1: b", "--of 2: d a c"]);
    called.says(14, "contend: 7 of 7 measurements, 1 faulty, in ");
    assert!(workspace.samples().contains("tiny/w/b/1"), "it is a row");
}

#[test]
fn who_leaves_its_process_has_taken_it_down() {
    let called = Workspace::new("any:tiny/w/a/1:leaves").run(&["--launches", "1"]);
    called.says(14, "tiny/w/a/1 has no number: its process ended in the middle: exit status: 0");
    called.logs(&["--of 1: d a b c", "--unsaved 1: a", "--of 1: b c"]);
    let called = Workspace::new("any:tiny/w/a/1:fails").run(&["--launches", "1"]);
    called.says(14, "tiny/w/a/1 has no number: its process ended in the middle: exit status: 1");
    called.logs(&["--of 1: d a b c", "--unsaved 1: a", "--of 1: b c"]);
}

#[test]
fn cells_that_die_together_only_are_named_and_the_run_goes_on() {
    let called = Workspace::new("any:tiny/w/b/1:jostles").run(&["--launches", "1", "/(a|b|d)/"]);
    let searched = ["--unsaved 1: a", "--unsaved 1: b"];
    let again = searched.map(|line| line.replace('1', "2"));
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let log = [&["--of 1: d a b"], &searched[..], &["--of 1: a b"], &again[..]].concat();
    called.logs(&log);
    called.says(14, "none of its cells does so alone: tiny/w/a/1, tiny/w/b/1\n");
    called.says(14, "contend: 2 of them have no number in this launch\n");
    called.says(14, "contend: 1 of 3 measurements, in ");
}

#[test]
fn an_executable_that_fails_itself_ends_the_run_and_blames_nobody() {
    let workspace = Workspace::new("any:tiny/v/d/1:full");
    let called = workspace.run(&[]);
    called.says(13, "contend: failed to write samples.jsonl: no space left\n");
    called.says(13, "contend: failed to go on with the bench executable launches: exit code 13");
    called.logs(&["--of 6: d a b c"]);
    assert_eq!(workspace.samples(), "", "nobody is faulty");
    let called = Workspace::new("").with("REFUSES", "read CONTEND_SEED=x: use a number").run(&[]);
    called.says(2, "contend: failed to read CONTEND_SEED=x: use a number\n");
    assert!(!called.stderr.contains("skipped"), "{}", called.stderr);
}

#[test]
fn executables_that_would_wait_for_the_lock_are_to_be_rebuilt() {
    let called = Workspace::new("").with("PROTOCOL", "3").run(&[]);
    called.says(12, "launches speaks version 3 and contend version 4: rebuild the executable");
}

#[test]
fn a_workload_that_was_disturbed_gets_another_launch_with_all_its_contenders() {
    let called = Workspace::new("2:tiny/w/b/1:disturbed").run(&["--launches", "3"]);
    let all = "--of 3: d a b c";
    called.logs(&[all, all, all, "--of 3: a b c"]);
    called.says(
        0,
        "4 cells, 3 launches, 12 measurements, some seconds; up to two more launches where the machine",
    );
    called.says(0, "contend: the machine was disturbed: another launch of 3 cells\n");
    called.says(0, "contend: 15 of 15 measurements, 1 not measurable, in ");
    assert!(!called.stderr.contains("fewer than"), "{}", called.stderr);
}

#[test]
fn no_more_than_two_launches_are_added() {
    let fates = [2, 3, 4, 5].map(|launch| format!("{launch}:tiny/w/b/1:disturbed")).join(" ");
    let called = Workspace::new(&fates).run(&["--launches", "3", "--format", "json"]);
    assert_eq!(called.log.len(), 5, "{called:#?}");
    called.says(0, "contend: cells that have a number in fewer than 3 launches: 1\n");
    called.says(0, &format!("  go on    cargo contend run --resume {NAME} --launches 3\n"));
    let object = called.json();
    let of = |field: &str| object[field].as_u64().expect("a number");
    assert_eq!((of("planned"), of("measured"), of("not_measurable"), of("below")), (18, 14, 4, 1));
}

#[test]
fn a_machine_on_which_nothing_can_be_measured_is_unfit() {
    let fates = ["w/a", "w/b", "w/c", "v/d"].map(|cell| format!("any:tiny/{cell}/1:disturbed")).join(" ");
    let called = Workspace::new(&fates).run(&["--launches", "2", "--format", "json"]);
    called.says(13, "contend: 8 of 8 measurements, 8 not measurable, in ");
    assert_eq!((&called.json()["measured"], &called.json()["below"]), (&Value::from(0), &Value::from(4)));
}

#[test]
fn a_wrong_contender_is_said_and_not_measured_again() {
    let called = Workspace::new("1:tiny/w/a/1:wrong").run(&["--launches", "2", "--format", "json"]);
    called.says(14, "tiny/w/a/1 has no number: it gave a wrong result: one is missing\n");
    called.logs(&["--of 2: d a b c", "--of 2: d b c"]);
    let object = called.json();
    assert_eq!(
        object,
        serde_json::json!({
            "schema": "contend-run/1", "run": NAME, "cells": 4, "launches": 2, "planned": 7, "measured": 6,
            "not_measurable": 0, "below": 0, "faulty": ["tiny/w/a/1"], "figures": null,
        })
    );
}

#[test]
fn ctrl_c_ends_it_after_what_takes_turns_and_says_how_to_go_on() {
    let called = Workspace::new("2:tiny/v/d/1:stops").run(&["--launches", "3", "/[a-d]/"]);
    called.says(130, "contend: stopping after what is being measured\n");
    called.logs(&["--of 3: d a b c", "--of 3: d a b c"]);
    assert_eq!(called.stdout.trim(), NAME);
    called.says(130, "contend: 5 of 12 measurements, in ");
    called.says(130, &format!("  go on    cargo contend run --resume {NAME} '/[a-d]/' --launches 3\n"));
}

#[test]
fn a_budget_ends_it_as_ctrl_c_does() {
    let called = Workspace::new("1:tiny/v/d/1:waits").run(&["--launches", "2", "--budget", "3s"]);
    called.logs(&["--of 2: d a b c"]);
    called.says(130, "contend: 1 of 8 measurements, in ");
    called.says(130, &format!("--resume {NAME} --launches 2 --budget 3s\n"));
}

#[test]
fn a_dry_run_measures_nothing() {
    let workspace = Workspace::new("");
    let called = workspace.run(&["--dry-run", "--launches", "3", "/(a|c)/", "--passes", "time,operations"]);
    called.says(0, "2 cells, 3 launches, 6 measurements, some seconds; up to two more");
    called.says(0, "; then 2 cells one operation at a time, some seconds\n");
    called.logs(&[]);
    assert_eq!(called.stdout, "");
    let called = workspace.run(&["--dry-run", "--passes", "memory", "--format", "json"]);
    let object = called.json();
    assert_eq!((&object["planned"], &object["figures"]), (&Value::from(0), &Value::from(4)));
}

#[test]
fn what_selects_nothing_says_what_would() {
    let workspace = Workspace::new("");
    workspace.run(&["tiny/w/x"]).says(4, "select a cell with `tiny/w/x`; nearest are tiny/w/a/1");
    let outside = workspace.run(&["tiny/v/e"]);
    outside.says(4, "select a cell with `tiny/v/e` in the curated set; `--set full` has 1\n");
    workspace.run(&["--launches", "0"]).says(2, "--launches");
    workspace.run(&["--threads", "0"]).says(2, "write a list of thread counts, such as 1,2,8");
}

#[test]
fn whom_it_waits_for_is_said() {
    let workspace = Workspace::new("");
    let held = Store::at(workspace.store.path()).measuring_lock(|_| {}).expect("it is free");
    let mut command = workspace.command(&["--launches", "1"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("its stderr is ours"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it speaks");
    let holder = format!(
        "waiting for another measurement to end, because two would disturb each other: process {}",
        std::process::id()
    );
    assert!(line.contains(&holder), "{line}");
    drop(held);
    stderr.read_to_string(&mut line).expect("it ends");
    let output = child.wait_with_output().expect("it ends");
    let called = workspace.called(output);
    assert_eq!((called.code, called.log.len()), (Some(0), 1), "{line}");
}

/// The script of the passes.
fn figures_script() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/executables/figures.sh");
    script.display().to_string()
}

/// Folders of figures.
fn figures_of(workspace: &Workspace) -> Vec<String> {
    let folder = std::fs::read_dir(workspace.store.path().join("figures")).expect("a folder");
    folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn passes_look_at_the_cells_of_the_launches() {
    let workspace = Workspace::new("");
    let words = ["/a/1$", "--launches", "1", "--passes", "time,memory", "--format", "json"];
    let called = workspace.run(&[&words[..], &["--passes-executable", &figures_script()]].concat());
    called.says(0, "1 of 1 cells in ");
    called.logs(&["--of 1: a"]);
    let object = called.json();
    let [folder] = &figures_of(&workspace)[..] else { panic!("{called:#?}") };
    assert_eq!((&object["run"], &object["figures"]), (&Value::from(NAME), &Value::from(folder.as_str())));
}

#[test]
fn passes_alone_make_no_launch_and_say_where_they_are() {
    let workspace = Workspace::new("");
    let script = figures_script();
    let words = ["/a/1$", "--passes", "memory", "--passes-executable", &script];
    let called = workspace.run(&words);
    called.says(0, "contend: 1 cells; then 1 cells one operation at a time, some seconds\n");
    called.logs(&[]);
    assert_eq!([called.stdout.trim().to_owned()], figures_of(&workspace)[..]);
    let object = workspace.run(&[&words[..], &["--format", "json"]].concat()).json();
    assert_eq!((&object["schema"], &object["run"]), (&Value::from("contend-run/1"), &Value::Null));
    assert!(object["figures"].is_string(), "{object}");
    workspace.run(&[&words[..], &["--resume", NAME]].concat()).says(2, "without the pass `time`");
}

/// A run with a number, so that criterion has something to render.
fn with_number(rendering: &str) -> (Workspace, PathBuf) {
    let workspace = Workspace::new("").with("RENDERING", rendering);
    workspace.sample(&[("tiny/w/a/1", 0, "measured")]);
    let folder = workspace.run_folder().join("criterion");
    (workspace, folder)
}

#[test]
fn criterion_renders_into_a_folder_that_appears_whole() {
    let (workspace, folder) = with_number("");
    workspace.run(&["--launches", "1"]).says(0, "contend: rendering criterion's report of 1 cells\n");
    assert_eq!(read_to_string(folder.join("report/index.html")).expect("a page"), "rendered\n");
    assert!(!folder.with_file_name(".criterion.unfinished").exists());
    workspace.run(&["--launches", "1"]).says(0, "criterion's report is there already");
}

#[test]
fn why_criterion_rendered_nothing_is_said() {
    let (workspace, _) = with_number("load a font");
    let called = workspace.run(&["--launches", "1"]);
    called.says(0, "criterion did not render what launches measured: exit status: 101\n");
    called.says(0, "\n    contend: failed to load a font\n");
}

#[test]
fn criterion_has_to_fit_into_the_budget() {
    let (workspace, folder) = with_number("");
    let called = workspace.run(&["--launches", "1", "--budget", "0.1s"]);
    assert!(!folder.exists(), "{called:#?}");
    let (workspace, folder) = with_number("");
    let called = workspace.run(&["--launches", "1", "--no-criterion"]);
    assert!(called.code == Some(0) && !folder.exists(), "{called:#?}");
}
