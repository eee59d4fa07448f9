//! Sides whose times are made up, so that it is known what has to be found.

use crate::workspace::{Outcome, Workspace, outcome};
use serde_json::Value;
use std::fs::{read_dir, read_to_string};

const SERVED: &str = include_str!("../executables/served.sh");

/// A workspace whose bench serves one cell of 1.5 µs per operation.
fn serving() -> Workspace {
    let workspace = Workspace::new();
    let bench = "use std::process::{Command, exit};\n\
                 fn main() {\n\
                 let mut shell = Command::new(\"sh\");\n\
                 shell.arg(\"-c\").arg(include_str!(\"../served.sh\")).arg(\"served\");\n\
                 shell.args(std::env::args().skip(1));\n\
                 exit(shell.status().unwrap().code().unwrap_or(1));\n}\n";
    workspace.write("benches/locks.rs", bench);
    workspace.write(".gitignore", "/target\n/results\n");
    takes(&workspace, 1_500_000);
    workspace.commit();
    workspace
}

/// A slice takes so many nanoseconds from now on.
fn takes(workspace: &Workspace, window_ns: u32) {
    workspace.write("served.sh", &SERVED.replace("1500000", &window_ns.to_string()));
}

fn contend(workspace: &Workspace, words: &[&str]) -> Outcome {
    let mut command = workspace.program();
    command.args(words).env_remove("CONTEND_SET").env_remove("CONTEND_THREADS").env_remove("CONTEND_RESULTS");
    outcome(command.output().expect("it starts"))
}

#[track_caller]
fn check(workspace: &Workspace, words: &[&str], code: i32, expected: &str) -> Outcome {
    let outcome = contend(workspace, words);
    assert_eq!(outcome.code, Some(code), "{}{}", outcome.stdout, outcome.stderr);
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(all.contains(expected), "{all}");
    outcome
}

#[test]
fn equal_sides_are_unchanged_and_every_pair_is_kept() {
    let workspace = serving();
    check(&workspace, &["compare", "HEAD"], 0, "No change: the one cell is unchanged within its margin");
    let kept = workspace.path().join("results/comparisons");
    let folder =
        read_dir(kept).expect("it is kept").next().expect("one comparison").expect("it is there").path();
    let verdict = read_to_string(folder.join("verdict.json")).expect("a verdict");
    let verdict: Value = serde_json::from_str(&verdict).expect("JSON");
    assert_eq!(verdict["cells"][0]["verdict"]["kind"], "unchanged");
    assert_eq!(verdict["controls"][0]["verdict"]["kind"], "unchanged");
    let pairs = read_to_string(folder.join("pairs.jsonl")).expect("pairs");
    assert_eq!(pairs.lines().count(), 16, "8 of the cell, 8 of its control");
    let skipped = check(&workspace, &["compare", "HEAD", "--skip-identical"], 0, "same bytes");
    assert!(skipped.stdout.contains("unchanged"), "{}", skipped.stdout);
}

#[test]
fn a_slower_working_tree_is_a_regression_and_the_other_way_round_none() {
    let workspace = serving();
    takes(&workspace, 1_590_000);
    check(&workspace, &["compare", "HEAD"], 10, "regressed");
    check(&workspace, &["compare", ".", "HEAD"], 0, "1 improved");
    let markdown = check(&workspace, &["compare", "HEAD", "--format", "markdown"], 10, "contend-verdict");
    assert!(markdown.stdout.starts_with("**1 of 1 cell regressed"), "{}", markdown.stdout);
    let json = check(&workspace, &["compare", "HEAD", "--format", "json"], 10, "contend-compare/1");
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let change = json["comparison"]["cells"][0]["evidence"]["change_ppm"].as_i64().expect("a change");
    assert!((59_000..61_000).contains(&change), "{change}");
    // Under a margin that is larger than the change nothing has changed.
    check(&workspace, &["compare", "HEAD", "--margin", "10%"], 0, "unchanged");
}

#[test]
fn a_side_that_fails_is_named() {
    let workspace = serving();
    check(
        &workspace,
        &["compare", "HEAD", ".", "--env", "FAULT=wrong"],
        14,
        "head: wrong result: one is missing",
    );
    check(&workspace, &["compare", "HEAD", ".", "--env", "FAULT=dies"], 14, "its process died in the middle");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let workspace = serving();
    check(&workspace, &["compare", "nowhere"], 12, "find baseline or revision `nowhere`");
    check(&workspace, &["compare", "HEAD", "--filter", "zzz"], 4, "select a cell with `zzz`");
    check(&workspace, &["compare", "HEAD", "--filter", "("], 2, "read the filter as a regular expression");
    check(&workspace, &["compare", "HEAD", "--budget", "5"], 2, "write a number and a unit");
    check(&workspace, &["compare", "--", "-x"], 2, "read `-x` as a side");
}

#[test]
fn sides_without_a_cell_in_common_are_no_success() {
    let workspace = serving();
    workspace.write("served.sh", &SERVED.replace("tiny/w/c/1", "tiny/w/other/1"));
    check(&workspace, &["compare", "HEAD"], 12, "1 added, 1 removed");
    // Half a list must not look as if the other half had been removed.
    workspace.write("served.sh", &SERVED.replace("list)\n    greet\n", "list)\n    greet\n    exit 3\n"));
    check(&workspace, &["compare", "HEAD"], 12, "learn which cells");
    workspace.write("served.sh", &SERVED.replace("\"protocol\":2", "\"protocol\":1"));
    check(&workspace, &["compare", "HEAD"], 12, "speaks version 1");
}

#[test]
fn a_short_budget_leaves_cells_undecided() {
    let workspace = serving();
    check(&workspace, &["compare", "HEAD", "--budget", "0.01s"], 0, "1 undecided");
    check(&workspace, &["compare", "HEAD", "--budget", "0.01s", "--strict"], 11, "1 undecided");
}

#[test]
fn a_bisection_finds_the_commit_around_one_that_does_not_build() {
    let workspace = serving();
    workspace.git(&["tag", "good"]);
    for number in 1..=6 {
        takes(&workspace, if number < 4 { 1_500_000 } else { 1_590_000 });
        workspace.write("number", &number.to_string());
        workspace.write("src/lib.rs", if number == 3 { "broken" } else { "" });
        workspace.commit();
        workspace.git(&["tag", &format!("number-{number}")]);
    }
    let slow = workspace.git(&["rev-parse", "number-4"]);
    let broken = workspace.git(&["rev-parse", "number-3"]);
    let found =
        check(&workspace, &["bisect", "good", "HEAD", "tiny/w/c/1", "--format", "json"], 11, "skipped");
    let found: Value = serde_json::from_str(&found.stdout).expect("JSON");
    assert_eq!(found["candidates"], serde_json::json!([broken, slow]));
    check(&workspace, &["bisect", "good", "number-2", "tiny/w/c/1"], 11, "did not become slower");
    check(&workspace, &["bisect", "HEAD", "good", "tiny/w/c/1"], 2, "is no ancestor of it");
    check(&workspace, &["bisect", "good", "HEAD", "tiny/w/other/1"], 4, "find tiny/w/other/1");
}

#[test]
fn a_calibration_finds_known_slow_downs_and_is_kept() {
    let workspace = serving();
    let calibrated = check(&workspace, &["calibrate", "--format", "json"], 0, "saved");
    let calibrated: Value = serde_json::from_str(&calibrated.stdout).expect("JSON");
    let cell = &calibrated["calibration"]["cells"][0];
    assert_eq!(cell["equal"]["verdict"]["kind"], "unchanged");
    let slow_downs = cell["slow_downs"].as_array().expect("a list");
    let kinds: Vec<&Value> =
        slow_downs.iter().map(|slow_down| &slow_down["verdict"]["verdict"]["kind"]).collect();
    assert_eq!(kinds, ["regressed", "regressed", "regressed"]);
    let kept = workspace.path().join("results/calibrations");
    assert_eq!(read_dir(kept).expect("it is kept").count(), 1);
    check(&workspace, &["compare", "HEAD"], 0, "No change");
}
