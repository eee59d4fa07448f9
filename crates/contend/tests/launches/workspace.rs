//! A workspace whose bench executable is a shell script, and a store with the run that it writes into.

use super::{MANIFEST, NAME, SAMPLES, write};
use serde_json::{Value, json};
use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder for runs, a folder to stand in, and what the script is told.
pub(super) struct Workspace {
    pub(super) store: TempDir,
    here: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What became of a call.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) code: Option<i32>,
    /// What processes of launches were told, in order.
    pub(super) log: Vec<String>,
}

impl Workspace {
    /// The script's cells have these fates.
    pub(super) fn new(fates: &str) -> Self {
        let (store, here) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        write(&here.path().join("Cargo.lock"), "");
        let manifest = manifest();
        let log = here.path().join("log").display().to_string();
        let variables = vec![
            ("FATES", fates.to_owned()),
            ("RUN", NAME.to_owned()),
            ("LOG", log),
            ("MACHINE", manifest["machine"].to_string()),
            ("BUILD", manifest["build"].to_string()),
        ];
        let workspace = Self { store, here, variables };
        workspace.save(&manifest);
        workspace.sample(&[]);
        workspace
    }

    /// The same, where a variable has another value.
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.variables.push((name, value.to_string()));
        self
    }

    /// Where the run is.
    pub(super) fn run_folder(&self) -> PathBuf {
        self.store.path().join(NAME)
    }

    /// Gives the run that manifest.
    pub(super) fn save(&self, manifest: &Value) {
        write(&self.run_folder().join("run.json"), &manifest.to_string());
    }

    /// Gives the run these records: cell, launch, and the kind of its outcome.
    pub(super) fn sample(&self, records: &[(&str, u32, &str)]) {
        let lines = records.iter().map(|(cell, launch, kind)| record(cell, *launch, kind) + "\n");
        write(&self.run_folder().join("samples.jsonl"), &lines.collect::<String>());
    }

    /// What the run has.
    pub(super) fn samples(&self) -> String {
        read_to_string(self.run_folder().join("samples.jsonl")).expect("samples")
    }

    /// `contend run` with the script as the one bench executable.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/executables/launches.sh");
        #[expect(clippy::disallowed_methods, reason = "the program under test")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
        command.arg("run").args(words).arg("--executable").arg(script);
        for variable in ["CONTEND_SET", "CONTEND_THREADS", "CONTEND_SEED", "CONTEND_HANG_SECONDS"] {
            command.env_remove(variable);
        }
        command.env("CONTEND_RESULTS", self.store.path()).envs(self.variables.iter().cloned());
        command.current_dir(self.here.path()).stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, words: &[&str]) -> Called {
        self.called(self.command(words).output().expect("it starts"))
    }

    /// What became of a call that gave this.
    pub(super) fn called(&self, output: Output) -> Called {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let log = read_to_string(self.here.path().join("log")).unwrap_or_default();
        Called {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
            log: log.lines().map(str::to_owned).collect(),
        }
    }
}

impl Called {
    /// The one object that was printed.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect(&self.stderr)
    }

    #[track_caller]
    pub(super) fn says(&self, code: i32, expected: &str) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.stderr.contains(expected), "{expected} is not in {self:#?}");
    }

    /// What processes were told, without the folders that cells are in.
    #[track_caller]
    pub(super) fn logs(&self, expected: &[&str]) {
        let log: Vec<String> = self.log.iter().map(|line| short(line)).collect();
        assert_eq!(log, expected, "{self:#?}");
    }
}

/// `--of 2: d a` for `--of 2: tiny/v/d/1 tiny/w/a/1`.
fn short(line: &str) -> String {
    let word = |word: &str| word.split('/').nth(2).unwrap_or(word).to_owned();
    line.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// Of a run that was measured here, in launches.
pub(super) fn manifest() -> Value {
    let mut manifest: Value = serde_json::from_str(MANIFEST).expect("JSON");
    // Outside a repository, with an empty lock file.
    manifest["source"] =
        json!({ "commit": null, "dirty": null, "shallow": null, "lock_file": "cbf29ce484222325" });
    manifest["invocation"]["seed"] = Value::from(42);
    for launch in manifest["launches"].as_array_mut().expect("launches") {
        launch["arguments"] = json!(["--contend", "launch", "--of", "6"]);
    }
    manifest
}

fn record(cell: &str, launch: u32, kind: &str) -> String {
    let of_kind = |line: &&str| line.contains(&format!(r#""outcome":{{"kind":"{kind}""#));
    let line = SAMPLES.lines().find(of_kind).expect("the fixture has one of each kind");
    let mut line: Value = serde_json::from_str(line).expect("JSON");
    line["cell"] = Value::from(cell);
    line["launch"] = Value::from(launch);
    line.to_string()
}
