//! `--contend launch`, as `contend run` starts it: cells take turns, faults are rows, and it ends when nobody wants it any more.

use contend_protocol::decode;
use contend_protocol::launch::LaunchLine;
use contend_protocol::sample::{CellRecord, Fault, Outcome};
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
}

impl Launched {
    fn ended(&self) -> Vec<String> {
        let ended = self.lines.iter().filter_map(|line| match line {
            LaunchLine::Measured(measured) => Some(measured.cell.contender().to_owned()),
            _ => None,
        });
        ended.collect()
    }

    fn outcome(&self, contender: &str) -> &Outcome {
        let record = self.records.iter().find(|record| record.cell.contender() == contender);
        &record.expect("it has a record").outcome
    }
}

/// Launches with these words on stdin, which ends behind them or stays open until the launch is over.
fn launch(words: &str, stays_open: bool) -> Launched {
    let results = tempfile::tempdir().expect("a temporary folder");
    #[expect(clippy::disallowed_methods, reason = "the executable is what is tested")]
    let mut command = Command::new(executable());
    command
        .args(["--contend", "launch"])
        .env("CONTEND_RESULTS", results.path())
        .env("CONTEND_HANG_SECONDS", "2");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the executable starts");
    let mut stdin = child.stdin.take().expect("its stdin is ours");
    stdin.write_all(words.as_bytes()).expect("it reads");
    let kept = stays_open.then_some(stdin);
    let output = child.wait_with_output().expect("it ends");
    drop(kept);
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().skip(1).map(|line| decode("a line of a launch", line).expect(line)).collect();
    let runs = fs::read_dir(results.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let samples: String = runs.filter_map(|run| fs::read_to_string(run.join("samples.jsonl")).ok()).collect();
    let records = samples.lines().map(|line| decode("a sample", line).expect(line)).collect();
    Launched {
        code: output.status.code(),
        lines,
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        records,
    }
}

fn cells(contenders: &[&str]) -> String {
    let lines = contenders.iter().map(|name| format!("lock-contention/counter-increment/{name}/1\n"));
    lines.collect::<String>() + "\n"
}

#[test]
fn cells_take_turns_and_faults_are_rows() {
    let launched = launch(&cells(&["fetch-add-relaxed", "forgetful", "panicking", "cas-loop-relaxed"]), true);
    assert_eq!(launched.code, Some(0), "{}", launched.errors);
    let [LaunchLine::Joined { launch: 0, .. }, LaunchLine::Begin { cells }, ..] = &launched.lines[..] else {
        panic!("{:?}", launched.lines);
    };
    assert_eq!(cells.len(), 4, "all of one workload are alive together");
    assert_eq!(launched.ended().len(), 4);
    assert_eq!(launched.records.len(), 4);
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
    let launched = launch(&cells(&["hanging", "fetch-add-relaxed"]), true);
    assert_eq!(launched.code, Some(14), "{}", launched.errors);
    assert!(matches!(launched.outcome("hanging"), Outcome::Faulty { fault: Fault::Hung { .. } }));
    assert_eq!(launched.ended(), ["hanging"], "the others are left to another process");
}

#[test]
fn what_it_does_not_have_is_named() {
    let launched = launch(&cells(&["fetch-add-relaxed", "nobody"]), true);
    assert_eq!((launched.code, launched.records.len()), (Some(2), 0));
    assert!(
        launched.errors.contains("find cell `lock-contention/counter-increment/nobody/1`"),
        "{}",
        launched.errors
    );
    let launched = launch("not an id\n\n", true);
    assert!(launched.errors.contains("find cell `not an id`"), "{}", launched.errors);
}

#[test]
fn it_ends_where_nobody_wants_it() {
    let workloads = ["counter-increment", "section-in-0-out-0", "section-in-200-out-1000"];
    let ids: String = workloads.map(|workload| format!("lock-contention/{workload}/floor/1\n")).concat();
    let launched = launch(&(ids + "\n"), false);
    // Whether the end of stdin is seen before the first cells or behind them is a matter of luck; behind all it is not.
    assert_eq!(launched.code, Some(0), "{}", launched.errors);
    assert!(launched.ended().len() < 3, "{:?}", launched.lines);
}
