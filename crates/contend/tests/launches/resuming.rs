//! `contend run --resume`: what is left of a run, and which runs are not gone on with.

use super::workspace::{Workspace, manifest};
use super::{MANIFEST, NAME};
use serde_json::Value;

#[test]
fn what_is_left_is_measured_with_all_contenders_of_a_workload() {
    let workspace = Workspace::new("");
    workspace.sample(&[
        ("tiny/v/d/1", 0, "measured"),
        ("tiny/w/a/1", 0, "measured"),
        ("tiny/w/b/1", 0, "measured"),
        ("tiny/v/d/1", 1, "measured"),
        ("tiny/w/a/1", 1, "measured"),
        ("tiny/w/b/1", 1, "not-measurable"),
    ]);
    let words = ["--resume", NAME, "--launches", "2", "/(a|b|d)/"];
    let called = workspace.run(&words);
    called.says(0, "3 cells, 1 launches, 2 measurements, ");
    called.logs(&["--of 2: a b"]);
    called.says(0, "contend: 2 of 2 measurements, in ");
    assert_eq!(called.stdout.trim(), NAME);
    assert!(!called.stderr.contains("go on"), "{}", called.stderr);
}

#[test]
fn a_fault_is_final() {
    let workspace = Workspace::new("");
    workspace.sample(&[("tiny/w/a/1", 0, "faulty"), ("tiny/w/b/1", 0, "measured")]);
    let called = workspace.run(&["--resume", NAME, "--launches", "1", "/(a|b)/", "--format", "json"]);
    called.says(14, "2 cells, nothing left to measure\n");
    called.logs(&[]);
    assert_eq!(called.json()["faulty"], serde_json::json!(["tiny/w/a/1"]));
}

#[test]
fn the_store_says_which_runs_there_are() {
    Workspace::new("").run(&["--resume", "2031"]).says(12, "find run `2031`");
}

#[track_caller]
fn refused(workspace: &Workspace, expected: &str) {
    let called = workspace.run(&["--resume", NAME]);
    called.says(2, &format!("contend: failed to go on with run {NAME}: {expected}"));
    called.says(2, "; start another run without --resume\n");
    called.logs(&[]);
    assert_eq!(called.stdout, "");
}

#[test]
fn runs_of_cargo_bench_are_not_gone_on_with() {
    let workspace = Workspace::new("");
    workspace.save(&serde_json::from_str(MANIFEST).expect("JSON"));
    refused(&workspace, "`cargo bench` measured it, so its contenders took no turns");
}

#[test]
fn what_was_measured_otherwise_is_not_gone_on_with() {
    let other = |part: &str, field: &str, value: Value| {
        let mut document = manifest()[part].clone();
        document[field] = value;
        document.to_string()
    };
    let machine = other("machine", "id", Value::from("0123456789abcdef"));
    refused(&Workspace::new("").with("MACHINE", machine), "it is of another machine");
    let machine = other("machine", "allowed_cpus", Value::from(1));
    refused(&Workspace::new("").with("MACHINE", machine), "it had 2 processors, and now 1 are allowed");
    let build = other("build", "rustflags", Value::from("-Ctarget-cpu=native"));
    refused(
        &Workspace::new("").with("BUILD", build),
        "it was built with no flags, and now with `-Ctarget-cpu=native`",
    );
}
