//! `contend list` and `contend check` with shell scripts as bench executables, and once with what cargo builds.

#![cfg(unix)]

use serde_json::Value;
use std::fs::create_dir_all;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const GREETING: &str = r#"{"protocol":2,"suite":"tiny","contract":"Be there."}"#;
const CELL: &str = r#"{"cell":"tiny/w/c/1","curated":true,"oversubscribed":false,"blocks":false,"placed":false,"definition":"00","unavailable":null,"version":"in-house","note":"","question":"Is it there?"}"#;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/executables").join(format!("{name}.sh"))
}

fn command(arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(arguments).env_remove("CONTEND_SET").env_remove("CONTEND_THREADS").stdin(Stdio::null());
    command
}

/// Stdout, stderr, exit code.
fn outcome(command: &mut Command) -> (String, String, Option<i32>) {
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

/// The verb and its words, with these scripts as executables.
fn asking(words: &[&str], scripts: &[&str]) -> Command {
    let mut command = command(words);
    for name in scripts {
        command.arg("--executable").arg(script(name));
    }
    command
}

fn contend(words: &[&str], scripts: &[&str]) -> (String, String, Option<i32>) {
    outcome(&mut asking(words, scripts))
}

#[test]
fn the_curated_cells_are_listed() {
    let (stdout, stderr, code) = contend(&["list"], &["map"]);
    let expected = "# What does a lookup cost?\n\
                    map-contention/read-99/dashmap/2  dashmap 6.2.1\n\
                    map-contention/read-99/std-mutex/2  std 1.95.0\n";
    assert_eq!((stdout.as_str(), stderr.as_str(), code), (expected, "", Some(0)));
}

#[test]
fn all_cells_are_listed_when_asked_for() {
    let (stdout, _, code) = contend(&["list", "--all", "read-50"], &["map"]);
    let expected = "# What does a lookup cost?\n\
                    map-contention/read-50/dashmap/2  dashmap 6.2.1, outside the curated set\n\
                    map-contention/read-50/papaya/2\n\
                    #     papaya 0.2.3, unavailable: it has no such operation\n";
    assert_eq!((stdout.as_str(), code), (expected, Some(0)));
    let (stdout, _, _) = outcome(asking(&["list"], &["map"]).env("CONTEND_SET", "full"));
    assert!(stdout.contains("read-50/dashmap") && !stdout.contains("papaya"), "{stdout}");
}

#[test]
fn the_environment_reaches_the_executables() {
    let (stdout, _, _) = outcome(asking(&["list", "std-mutex"], &["map"]).env("CONTEND_THREADS", "16"));
    assert_eq!(stdout, "# What does a lookup cost?\nmap-contention/read-99/std-mutex/16  std 1.95.0\n");
}

#[test]
fn cells_as_json() {
    let (stdout, _, code) = contend(&["list", "--format", "json", "/dashmap/2$"], &["map"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &object["schema"]), (Some(0), &Value::from("contend-list/1")));
    assert_eq!(object["cells"].as_array().map(Vec::len), Some(1));
    assert_eq!(object["cells"][0]["cell"], "map-contention/read-99/dashmap/2");
}

#[track_caller]
fn refused(words: &[&str], scripts: &[&str], code: i32, expected: &str) {
    let (stdout, stderr, got) = contend(words, scripts);
    assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn a_filter_that_selects_nothing_says_what_would() {
    refused(
        &["list", "dahsmap"],
        &["map"],
        4,
        "select a cell with `dahsmap`; nearest are map-contention/read-50/dashmap/2",
    );
    refused(&["list", "zzzzzzz"], &["map"], 4, "`contend list --all` prints all ids");
    refused(&["list", "read-50"], &["map"], 4, "`--all` shows 2");
    refused(&["list", "("], &["map"], 2, "read the filter as a regular expression");
    refused(&["check", "("], &["map"], 2, "read the filter as a regular expression");
    refused(&["list"], &["foreign"], 4, "no bench executable of this workspace has one for contend");
}

#[test]
fn benches_of_others_are_skipped_with_a_word() {
    for other in ["foreign", "chatty"] {
        let (stdout, stderr, code) = contend(&["list"], &[other, "map"]);
        assert_eq!((stdout.lines().count(), code), (3, Some(0)), "{stderr}");
        assert!(
            stderr.contains(&format!("skipped the bench executable {other}: it gave no greeting")),
            "{stderr}"
        );
    }
}

#[test]
fn what_cannot_answer_is_named_and_the_others_still_do() {
    let check = |broken: &str, expected: &str| {
        let (stdout, stderr, code) = contend(&["list"], &[broken, "map"]);
        assert_eq!((stdout.lines().count(), code), (3, Some(1)), "{stderr}");
        assert!(stderr.contains(&format!("contend: the bench executable {broken} {expected}")), "{stderr}");
    };
    check("newer", "speaks version 5 and contend version 4: rebuild contend");
    check("dies", "died in the middle: signal: 9");
    check("odd", "said something odd; failed to read it as a cell");
    check("missing", "cannot be asked: No such file");
    refused(&["list"], &["dies"], 1, "died in the middle");
}

const ENGINE: &str = "\
known cost                expected  found  may differ by
twice the work, in times     2.000  2.011          0.060  ok

";

#[test]
fn contracts_that_are_kept() {
    let (stdout, stderr, code) = contend(&["check"], &["map"]);
    let expected =
        format!("{ENGINE}map-contention: 2 of 2 cells keep their contract, over 1000 operations\n");
    assert_eq!((stdout, stderr.as_str(), code), (expected, "contend: checking map-contention\n", Some(0)));
}

#[test]
fn a_filter_reaches_the_executables() {
    let (stdout, _, code) = contend(&["check", "/dash.*p/"], &["map"]);
    assert!(
        stdout.ends_with("map-contention: 1 of 1 cells keep their contract, over 500 operations\n"),
        "{stdout}"
    );
    assert_eq!(code, Some(0));
    let (stdout, stderr, code) = contend(&["check", "dahsmap"], &["map"]);
    assert_eq!((stdout.as_str(), code), (ENGINE, Some(4)));
    assert!(stderr.contains("nearest are map-contention/read-50/dashmap/2"), "{stderr}");
}

#[test]
fn a_wrong_contender_is_a_line_and_a_code() {
    let (stdout, _, code) = contend(&["check"], &["map", "wrong"]);
    let expected = format!(
        "{ENGINE}map-contention: 2 of 2 cells keep their contract, over 1000 operations\n\
         lock-contention/short/ticket/2: wrong result: total: expected 400, found 398\n\
         lock-contention: 1 of 2 cells keep their contract, over 800 operations\n"
    );
    assert_eq!((stdout, code), (expected, Some(14)));
}

#[test]
fn an_engine_that_does_not_see_what_is_known_makes_the_machine_unfit() {
    let (stdout, _, code) = contend(&["check"], &["map", "unfit"]);
    assert!(stdout.contains("twice the work, in times     2.000  3.400          0.060  WRONG\n"), "{stdout}");
    assert!(stdout.ends_with("fan-out: 1 of 1 cells keep their contract, over 9 operations\n"), "{stdout}");
    assert_eq!(code, Some(13));
    assert_eq!(contend(&["check"], &["unfit", "wrong"]).2, Some(14), "a wrong contender is wrong everywhere");
}

#[test]
fn a_check_that_dies_keeps_what_it_found() {
    let (stdout, stderr, code) = contend(&["check"], &["dies", "map"]);
    assert!(stderr.contains("the bench executable dies died in the middle: signal: 9"), "{stderr}");
    let torn = "buffer-pools: 1 of 1 cells keep their contract, over 9 operations\n  (the rest is missing";
    assert!(stdout.contains(torn), "{stdout}");
    assert!(
        stdout.ends_with("map-contention: 2 of 2 cells keep their contract, over 1000 operations\n"),
        "{stdout}"
    );
    assert_eq!(code, Some(1));
}

#[test]
fn a_contender_that_takes_its_process_down_is_named_and_the_rest_goes_on() {
    let (stdout, stderr, code) = contend(&["check"], &["aborts"]);
    let died = "tiny/w/b/1: panicked: its process died in the middle: signal: 6";
    assert!(stdout.contains(died), "{stdout}{stderr}");
    let summary = "tiny: 2 of 3 cells keep their contract, over 18 operations\n  2 cells: it is there\n";
    assert!(stdout.ends_with(summary), "{stdout}");
    assert_eq!(code, Some(14));
}

#[test]
fn a_check_as_json() {
    let (stdout, _, code) = contend(&["check", "--format", "json"], &["map", "wrong", "dies"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &object["schema"]), (Some(14), &Value::from("contend-check/1")));
    let suites = &object["suites"];
    assert_eq!(suites[0]["engine"][0]["found_permille"], 2011);
    assert_eq!(suites[1]["cells"][0]["fault"]["kind"], "wrong-result");
    assert_eq!([&suites[1]["complete"], &suites[2]["complete"]], [true, false]);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = asking(&["check"], &["map"]).stdout(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a workspace of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// `contend list` in a package of our own, as cargo builds it.
fn list_in(package: &Path, bench: &str) -> (String, String, Option<i32>) {
    let targets = ["ours", "theirs"].map(|name| format!("[[bench]]\nname = \"{name}\"\nharness = false\n"));
    let manifest = "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nbench = false\n[workspace]\n";
    write(&package.join("Cargo.toml"), &format!("{manifest}{}", targets.concat()));
    write(&package.join("src/lib.rs"), "");
    write(&package.join("benches/ours.rs"), bench);
    write(&package.join("benches/theirs.rs"), "fn main() { std::process::exit(2) }");
    outcome(command(&["list"]).current_dir(package).env("CARGO_TARGET_DIR", package.join("target")))
}

#[test]
fn executables_are_found_by_cargo() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = format!("fn main() {{ println!(\"{{}}\\n{{}}\", r##\"{GREETING}\"##, r##\"{CELL}\"##); }}");
    let (stdout, stderr, code) = list_in(folder.path(), &bench);
    assert_eq!((stdout.as_str(), code), ("# Is it there?\ntiny/w/c/1  in-house\n", Some(0)), "{stderr}");
    assert!(stderr.contains("skipped the bench executable theirs"), "{stderr}");
}

#[test]
fn what_does_not_compile_is_cargos_to_explain() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stdout, stderr, code) = list_in(folder.path(), "fn main() { missing() }");
    assert_eq!((stdout.as_str(), code), ("", Some(1)));
    assert!(stderr.contains("cannot find function `missing`"), "{stderr}");
    assert!(
        stderr.contains("contend: failed to build the bench executables: cargo ended with exit"),
        "{stderr}"
    );
}

/// `contend figures` of the made-up suite, saved in a folder of its own.
fn figures(words: &[&str], scripts: &[&str]) -> (tempfile::TempDir, (String, String, Option<i32>)) {
    let results = tempfile::tempdir().expect("a folder");
    let words = [&["figures"], words].concat();
    let answer = outcome(asking(&words, scripts).env("CONTEND_RESULTS", results.path()));
    (results, answer)
}

#[test]
fn figures_are_shown_and_kept_and_a_dead_process_is_a_fault() {
    let (results, (stdout, stderr, code)) = figures(&[], &["figures"]);
    for expected in [
        "tiny/w: service time, in a closed loop\n",
        " a/1  70.0 ns  80.0 ns  90.0 ns    few  5.00 µs     1000\n",
        "tiny/w: no open loop of a/1: nobody asked\n",
        " a/1          2.000                 64.0\n",
        " a/1 requested   16.0       1     -\n",
        "tiny/w/b/1: panicked: its process died in the middle: signal: 6",
        "tiny/w/c/1: not measurable: its process said something odd",
    ] {
        assert!(stdout.contains(expected), "{expected} is not in\n{stdout}{stderr}");
    }
    assert_eq!(code, Some(14), "{stderr}");
    let kept = std::fs::read_dir(results.path().join("figures")).expect("a folder").count();
    assert_eq!(kept, 1);
    assert!(stderr.contains("3 of 3 cells in"), "{stderr}");
}

#[test]
fn one_pass_alone() {
    let (_results, (stdout, stderr, code)) = figures(&["--passes", "memory", "/a/1$"], &["figures"]);
    assert!(stdout.contains("memory of 10") && !stdout.contains("service"), "{stdout}{stderr}");
    assert_eq!(code, Some(0));
}

#[test]
fn figures_need_executables_of_their_own() {
    let (_results, (stdout, stderr, code)) = figures(&["/c/1$"], &["served"]);
    assert!(stderr.contains("it was built without the feature `passes`"), "{stdout}{stderr}");
    assert_eq!(code, Some(2));
}
