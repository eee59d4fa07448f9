//! A folder of runs, `contend site` in it, and what it leaves there.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{create_dir_all, read, read_dir};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../../protocol/tests/formats/v1/run.json");
pub(crate) const SAMPLES: &str = include_str!("../../../protocol/tests/formats/v1/samples.jsonl");
pub(crate) const VERDICT: &str = include_str!("../../../protocol/tests/formats/v1/verdict.json");
pub(crate) const COMPARISON: &str = "20260319T101500Z-4f2c9ae-91be03d-7d10";
const CREATED_MS: u64 = 1_773_825_302_417;
const DAY_MS: u64 = 86_400_000;

pub(crate) fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// The name of the run of that day.
pub(crate) fn name(day: u64) -> String {
    format!("202604{:02}T091502Z-4f2c9ae-7d10", day + 1)
}

pub(crate) fn save_run(store: &Path, day: u64, samples: &str) {
    let created = (CREATED_MS + day * DAY_MS).to_string();
    let manifest = MANIFEST.replace(&CREATED_MS.to_string(), &created);
    write(&store.join(name(day)).join("run.json"), &manifest);
    write(&store.join(name(day)).join("samples.jsonl"), samples);
}

/// A folder in which the folder of runs is `results`, with so many runs of one a day.
pub(crate) fn store(days: u64) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for day in 0..days {
        save_run(&folder.path().join("results"), day, SAMPLES);
    }
    folder
}

pub(crate) fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.arg("site").args(arguments).current_dir(folder.path()).stdin(Stdio::null());
    command.env("CONTEND_RESULTS", folder.path().join("results"));
    command
}

/// Stdout, stderr, exit code.
pub(crate) fn site(folder: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    let Output { stdout, stderr, status } = command(folder, arguments).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

#[track_caller]
pub(crate) fn build(folder: &TempDir, arguments: &[&str]) -> (Value, String) {
    let (stdout, stderr, code) = site(folder, &[&["build", "--format", "json"][..], arguments].concat());
    assert_eq!(code, Some(0), "{stderr}");
    (serde_json::from_str(&stdout).expect("JSON"), stderr)
}

pub(crate) type Tree = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Every file below, with its bytes and when it was written.
pub(crate) fn tree(folder: &Path) -> Tree {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            let modified = path.metadata().and_then(|facts| facts.modified()).expect("a time");
            found.insert(name, (read(&path).expect("it can be read"), modified));
        }
    }
    found
}

pub(crate) fn bytes(tree: &Tree) -> BTreeMap<&str, &[u8]> {
    tree.iter().map(|(name, (bytes, _))| (name.as_str(), bytes.as_slice())).collect()
}

#[track_caller]
pub(crate) fn refused(folder: &TempDir, arguments: &[&str], code: i32, expected: &str) {
    let (stdout, stderr, got) = site(folder, arguments);
    assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}
