//! `--contend launch`, as `contend run` starts it: cells take turns, faults are rows, and it ends when nobody wants it any more.

use contend_protocol::decode;
use contend_protocol::launch::LaunchLine;
use contend_protocol::manifest::{Build, Manifest};
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_record::Store;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The example with faulty contenders, which cargo builds with the tests.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("tests lie in <profile>/deps");
    profile.join("examples").join(format!("faulty{}", std::env::consts::EXE_SUFFIX))
}

struct Launched {
    code: Option<i32>,
    lines: Vec<LaunchLine>,
    errors: String,
    records: Vec<CellRecord>,
    manifest: Option<Manifest>,
}

impl Launched {
    fn ended(&self) -> Vec<String> {
        let ended = self.lines.iter().filter_map(|line| match line {
            LaunchLine::Measured(measured) => Some(measured.cell.contender().to_owned()),
            _ => None,
        });
        ended.collect()
    }

    /// Whether the launch was noted as finished; `None` where nothing was saved.
    fn finished(&self) -> Option<bool> {
        Some(self.manifest.as_ref()?.launches[0].finished_unix_ms.is_some())
    }

    fn outcome(&self, contender: &str) -> &Outcome {
        let record = self.records.iter().find(|record| record.cell.contender() == contender);
        &record.expect("it has a record").outcome
    }
}

/// How a launch is asked for.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    /// What follows `--contend launch`.
    options: &'a [&'a str],
    /// Stdin ends behind its words, and does not stay open until the launch is over.
    ends: bool,
    /// This process holds the measuring lock for it.
    holding: bool,
}

/// Launches with these words on stdin.
fn launch(words: &str, asked: Asked<'_>) -> Launched {
    let results = tempfile::tempdir().expect("a temporary folder");
    let held = asked.holding.then(|| Store::at(results.path()).measuring_lock(|_| {}).expect("it is free"));
    #[expect(clippy::disallowed_methods, reason = "the executable is what is tested")]
    let mut command = Command::new(executable());
    command
        .args(["--contend", "launch"])
        .args(asked.options)
        .env("CONTEND_RESULTS", results.path())
        .env("CONTEND_HANG_SECONDS", "2");
    if held.is_some() {
        command.env("CONTEND_MEASURING", std::process::id().to_string());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the executable starts");
    let mut stdin = child.stdin.take().expect("its stdin is ours");
    stdin.write_all(words.as_bytes()).expect("it reads");
    let kept = (!asked.ends).then_some(stdin);
    let output = child.wait_with_output().expect("it ends");
    drop((kept, held));
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().skip(1).map(|line| decode("a line of a launch", line).expect(line)).collect();
    let runs = fs::read_dir(results.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let runs: Vec<PathBuf> = runs.filter(|path| path.is_dir()).collect();
    let text_of = |name: &str| fs::read_to_string(runs.first()?.join(name)).ok();
    let (samples, manifest) = (text_of("samples.jsonl"), text_of("run.json"));
    Launched {
        code: output.status.code(),
        lines,
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        records: samples
            .unwrap_or_default()
            .lines()
            .map(|line| decode("a sample", line).expect(line))
            .collect(),
        manifest: manifest.map(|text| decode("a manifest", &text).expect("it is one")),
    }
}

fn cells(contenders: &[&str]) -> String {
    let lines = contenders.iter().map(|name| format!("lock-contention/counter-increment/{name}/1\n"));
    lines.collect::<String>() + "\n"
}

#[test]
fn cells_take_turns_and_faults_are_rows() {
    let launched = launch(
        &cells(&["fetch-add-relaxed", "forgetful", "panicking", "cas-loop-relaxed"]),
        Asked::default(),
    );
    assert_eq!(launched.code, Some(0), "{}", launched.errors);
    let [LaunchLine::Joined { launch: 0, .. }, LaunchLine::Begin { cells }, ..] = &launched.lines[..] else {
        panic!("{:?}", launched.lines);
    };
    assert_eq!(cells.len(), 4, "all of one workload are alive together");
    assert_eq!(launched.ended().len(), 4);
    assert_eq!(launched.finished(), Some(true));
    assert_eq!(launched.records.len(), 4);
    let seeds: Vec<u64> = launched.records.iter().map(|record| record.seed).collect();
    assert!(
        seeds.iter().all(|seed| *seed == seeds[0] && *seed != 42),
        "the launch's own, the same for all: {seeds:?}"
    );
    let fault = |contender| match launched.outcome(contender) {
        Outcome::Faulty { fault } => fault.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(fault("forgetful"), Fault::WrongResult { .. }));
    assert!(matches!(fault("panicking"), Fault::Panicked { .. }));
    for record in launched.records.iter().filter(|record| record.outcome == Outcome::Measured) {
        assert_eq!(record.slices.len(), 5, "{}", record.cell);
    }
}

#[test]
fn who_hangs_is_named_and_ends_the_launch() {
    let launched = launch(&cells(&["hanging", "fetch-add-relaxed"]), Asked::default());
    assert_eq!(launched.code, Some(14), "{}", launched.errors);
    assert!(matches!(launched.outcome("hanging"), Outcome::Faulty { fault: Fault::Hung { .. } }));
    assert_eq!(launched.ended(), ["hanging"], "the others are left to another process");
}

#[test]
fn what_it_does_not_have_is_named() {
    let launched = launch(&cells(&["fetch-add-relaxed", "nobody"]), Asked::default());
    assert_eq!((launched.code, launched.records.len()), (Some(2), 0));
    assert!(
        launched.errors.contains("find cell `lock-contention/counter-increment/nobody/1`"),
        "{}",
        launched.errors
    );
    let launched = launch("not an id\n\n", Asked::default());
    assert!(launched.errors.contains("find cell `not an id`"), "{}", launched.errors);
}

/// The only contender of three workloads, which take turns with nobody.
fn three_groups() -> String {
    let workloads = ["counter-increment", "section-in-0-out-0", "section-in-200-out-1000"];
    workloads.map(|workload| format!("lock-contention/{workload}/floor/1\n")).concat() + "\n"
}

#[track_caller]
fn check_enough(words: &str, asked: Asked<'_>) {
    let launched = launch(words, asked);
    // Whether it is heard before the first cells or behind them is a matter of luck; behind all it is not.
    assert_eq!(launched.code, Some(130), "{}", launched.errors);
    assert!(launched.ended().len() < 3, "{:?}", launched.lines);
    assert_ne!(launched.finished(), Some(true), "cells are left");
}

#[test]
fn it_ends_where_nobody_wants_it() {
    check_enough(&three_groups(), Asked { ends: true, ..Asked::default() });
}

#[test]
fn a_further_line_says_that_it_is_enough() {
    check_enough(&(three_groups() + "enough\n"), Asked::default());
}

#[test]
#[cfg(unix)]
fn the_lock_of_whoever_asks_is_enough() {
    let launched = launch(&three_groups(), Asked { holding: true, ..Asked::default() });
    assert_eq!((launched.code, launched.ended().len()), (Some(0), 3), "{}", launched.errors);
    assert_eq!((launched.errors.as_str(), launched.finished()), ("", Some(true)));
}

#[test]
#[cfg(unix)]
fn it_ends_with_whoever_holds_the_lock() {
    check_enough(&three_groups(), Asked { ends: true, holding: true, ..Asked::default() });
}

#[test]
fn what_is_searched_for_is_not_saved() {
    let asked = Asked { options: &["--unsaved", "2"], ..Asked::default() };
    let launched = launch(&cells(&["fetch-add-relaxed", "forgetful"]), asked);
    assert_eq!(launched.code, Some(0), "{}", launched.errors);
    assert!(matches!(&launched.lines[..], [LaunchLine::Begin { .. }, ..]), "{:?}", launched.lines);
    assert_eq!((launched.ended().len(), launched.records.len(), launched.finished()), (2, 0, None));
}

#[test]
fn a_launch_keeps_how_many_are_wanted() {
    let launched = launch(&cells(&["floor"]), Asked { options: &["--of", "6"], ..Asked::default() });
    let manifest = launched.manifest.expect("it was saved");
    assert_eq!(manifest.launches[0].wanted(), Some(6), "{}", launched.errors);
}

/// Stdout, stderr and the exit code of a question.
fn ask(verb: &str, variable: (&str, &str)) -> (String, String, Option<i32>) {
    #[expect(clippy::disallowed_methods, reason = "the executable is what is tested")]
    let mut command = Command::new(executable());
    command.args(["--contend", verb]).env(variable.0, variable.1);
    let output = command.stdin(Stdio::null()).output().expect("the executable starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn it_greets_before_it_refuses() {
    let (stdout, stderr, code) = ask("list", ("CONTEND_SEED", "x"));
    assert_eq!((stdout.lines().count(), code), (1, Some(2)), "{stdout}");
    assert!(stdout.contains("\"suite\":\"lock-contention\""), "{stdout}");
    assert!(stderr.contains("failed to read CONTEND_SEED=x: use a whole number"), "{stderr}");
}

#[test]
fn it_says_how_it_was_built() {
    let (stdout, stderr, code) = ask("build", ("CONTEND_SEED", "1"));
    let build: Build = decode("a build", stdout.lines().nth(1).unwrap_or_default()).expect(&stderr);
    assert_eq!((build.rustc.starts_with("rustc "), code), (true, Some(0)), "{stdout}");
}
