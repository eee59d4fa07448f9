//! A bench executable as users and `contend` start it: contenders that are wrong are named and hold up nobody.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The example with faulty contenders, which cargo builds with the tests.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("tests lie in <profile>/deps");
    profile.join("examples").join(format!("faulty{}", std::env::consts::EXE_SUFFIX))
}

struct Run {
    results: tempfile::TempDir,
    output: Output,
}

impl Run {
    fn new(arguments: &[&str]) -> Self {
        Self::with(arguments, &[])
    }

    fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let results = tempfile::tempdir().expect("a temporary folder");
        #[expect(clippy::disallowed_methods, reason = "the executable is what is tested")]
        let mut command = Command::new(executable());
        command
            .args(arguments)
            .env("CONTEND_RESULTS", results.path().join("results"))
            .env("CRITERION_HOME", results.path().join("kept"))
            .env("CONTEND_HANG_SECONDS", "2")
            .env("CONTEND_THREADS", "1")
            .envs(variables.iter().copied());
        Self { output: command.output().expect("the executable starts"), results }
    }

    fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    fn runs(&self) -> Vec<PathBuf> {
        let Ok(folders) = fs::read_dir(self.results.path().join("results")) else { return Vec::new() };
        let folders = folders.map(|entry| entry.expect("an entry").path());
        folders.filter(|path| path.is_dir()).collect()
    }

    fn samples(&self) -> String {
        fs::read_to_string(self.runs()[0].join("samples.jsonl")).expect("the run has samples")
    }
}

const COUNTERS: &str =
    "counter-increment/(floor|fetch-add-relaxed|forgetful|panicking|hanging|cas-loop-relaxed)/1";
const SHORT: [&str; 6] = ["--noplot", "--measurement-time", "0.02", "--warm-up-time", "0.01", "--bench"];

#[test]
fn faulty_contenders_are_rows_and_the_others_are_measured() {
    let run = Run::new(&[&SHORT[..], &[COUNTERS]].concat());
    let (samples, errors) = (run.samples(), run.stderr());
    assert_eq!(run.code(), Some(0), "cargo goes on to the next suite: {errors}");
    assert_eq!(run.runs().len(), 1, "the successor joins the run");
    let said = fs::read_to_string(run.runs()[0].join("catalogue.jsonl")).expect("the run has a catalogue");
    assert!(
        said.lines().any(|line| line.contains("/hanging/1") && line.contains("\"question\":\"")),
        "{said}"
    );
    for (contender, outcome) in [
        ("forgetful", "wrong-result"),
        ("panicking", "panicked"),
        ("hanging", "hung"),
        ("floor", "\"outcome\":{\"kind\":\""),
        ("cas-loop-relaxed", "\"outcome\":{\"kind\":\""),
    ] {
        let line = samples.lines().find(|line| line.contains(contender)).expect(contender);
        assert!(line.contains(outcome), "{contender}: {line}");
    }
    assert!(
        errors.contains("forgetful/1 has no number, because it gave a wrong result: sum of all increments")
    );
    assert!(errors.contains("panicking/1 has no number, because it panicked: as planned"));
    assert!(errors.contains("hanging/1 has no number, because it did not come back within 2 s"));
    assert!(!run.stdout().lines().any(|line| line.contains("forgetful") && line.contains("time:")));
}

#[test]
#[cfg(unix)]
fn who_takes_the_process_down_is_a_row_and_the_others_are_measured() {
    let cells = "(counter-increment/(floor|aborting)|section-in-0-out-0/floor)/1";
    let run = Run::new(&[&SHORT[..], &[cells]].concat());
    let (samples, errors) = (run.samples(), run.stderr());
    assert_eq!((run.code(), run.runs().len()), (Some(0), 1), "{errors}");
    let [_, dead, behind] = samples.lines().collect::<Vec<_>>()[..] else { panic!("{samples}") };
    assert!(dead.contains("/aborting/1") && dead.contains("took its process down (signal: 6"), "{dead}");
    assert!(behind.contains("section-in-0-out-0/floor/1"), "{behind}");
    assert!(
        errors.contains("aborting/1 has no number, because it panicked: took its process down"),
        "{errors}"
    );
    assert!(errors.contains("1 faulty"), "{errors}");
    let alone = Run::new(&[&SHORT[..], &["counter-increment/aborting/1"]].concat());
    assert_eq!((alone.code(), alone.samples().lines().count()), (Some(0), 1), "{}", alone.stderr());
}

#[test]
fn in_test_mode_a_fault_is_the_exit_code() {
    let run = Run::new(&["--test", "--bench", COUNTERS]);
    assert_eq!(run.code(), Some(14), "{}", run.stderr());
    assert!(run.runs().is_empty(), "a test saves nothing");
    let right = Run::new(&["--test", "--bench", "counter-increment/fetch-add-relaxed"]);
    assert_eq!(right.code(), Some(0), "{}", right.stderr());
}

#[test]
fn contend_is_told_which_cells_fail() {
    let run =
        Run::new(&["--contend", "check", "--filter", "counter-increment/(fetch-add-relaxed|forgetful)/1"]);
    assert_eq!(run.code(), Some(14));
    let lines: Vec<String> = run.stdout().lines().map(str::to_owned).collect();
    assert!(lines[0].contains("\"suite\":\"lock-contention\""), "{lines:?}");
    let is_result = |line: &&String| line.contains("\"line\":\"cell\"");
    let results: Vec<&String> = lines.iter().filter(is_result).collect();
    let of = |contender: &str| results.iter().find(|line| line.contains(contender)).expect("a line");
    assert!(of("fetch-add-relaxed").contains("\"fault\":null"));
    assert!(of("forgetful").contains("wrong-result"));
}

#[test]
fn what_does_not_fit_ends_with_one_sentence() {
    #[track_caller]
    fn check(run: &Run, code: i32, sentence: &str) {
        assert_eq!(run.code(), Some(code), "{}", run.stderr());
        assert!(run.stderr().contains(sentence), "{}", run.stderr());
    }
    let with = |name, value| Run::with(&["--bench"], &[(name, value)]);
    check(
        &with("CONTEND_THREADS", "0"),
        2,
        "failed to read CONTEND_THREADS=0: use a list of thread counts from 1 to",
    );
    check(&with("CONTEND_THREADS", "999999"), 2, "failed to read CONTEND_THREADS=999999");
    check(&with("CONTEND_SET", "some"), 2, "failed to read CONTEND_SET=some: use `curated` or `full`");
    check(
        &Run::new(&["--bench", "nosuch"]),
        0,
        "nothing in the curated set of lock-contention matches `nosuch`",
    );
    check(&Run::new(&["--bench", "("]), 2, "failed to read the filter `(` as a regular expression");
    check(&Run::new(&["--bench", "--baseline", "never"]), 12, "failed to compare with baseline `never`");
    check(&Run::new(&["--bench", "--save-baseline", "../x"]), 2, "failed to use `../x` as a baseline's name");
    check(&Run::new(&["--contend", "dance"]), 2, "failed to understand `--contend dance`");
}

#[test]
fn a_store_that_cannot_be_written_is_named_before_anything_is_measured() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = file.path().to_string_lossy().into_owned();
    let run = Run::with(&[&SHORT[..], &[COUNTERS]].concat(), &[("CONTEND_RESULTS", &path)]);
    assert_eq!(run.code(), Some(13), "{}", run.stderr());
    assert!(run.stderr().contains(&path), "{}", run.stderr());
}

/// criterion's files are not documented. If a new version moves them, this fails before a user's baseline is lost.
#[test]
fn baselines_outlive_the_run_that_saved_them() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let kept = results.path().join("kept");
    let kept = kept.to_string_lossy();
    let bench = |words: &[&str]| {
        let words = [&SHORT[..], &["counter-increment/fetch-add-relaxed"], words].concat();
        Run::with(&words, &[("CRITERION_HOME", &kept)])
    };
    let saved = bench(&["--save-baseline", "a"]);
    assert_eq!(saved.code(), Some(0), "{}", saved.stderr());
    let folder = Path::new(&*kept).join("lock-contention_counter-increment/fetch-add-relaxed/1");
    if saved.samples().contains("\"kind\":\"measured\"") {
        for file in ["benchmark.json", "estimates.json", "sample.json", "tukey.json"] {
            assert!(folder.join("a").join(file).is_file(), "{file}");
        }
        let compared = bench(&["--baseline", "a"]);
        assert_eq!(compared.code(), Some(0), "{}", compared.stderr());
    } else {
        assert!(!folder.join("a").exists(), "a cell without a number is no baseline");
    }
}
