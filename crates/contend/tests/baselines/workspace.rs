//! A small workspace, and `contend baseline` in it.

use serde_json::Value;
use std::fs::{create_dir_all, read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                        [lib]\nbench = false\n[[bench]]\nname = \"locks\"\nharness = false\n\
                        [profile.bench]\nopt-level = 0\n[workspace]\n";

/// What one call of `contend` came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// A workspace with one bench, which prints a word.
pub(crate) struct Workspace {
    pub(crate) folder: TempDir,
    /// The workspace below the folder.
    inside: &'static str,
}

impl Workspace {
    /// In no repository.
    pub(crate) fn bare(inside: &'static str) -> Self {
        let workspace = Self { folder: tempfile::tempdir().expect("a folder"), inside };
        workspace.write("Cargo.toml", MANIFEST);
        workspace.write("src/lib.rs", "");
        workspace.write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"tiny\"\nversion = \"0.1.0\"\n");
        workspace.write(".gitignore", "/target\n/ignored\n");
        workspace.bench("one");
        workspace
    }

    /// In a repository of one commit.
    pub(crate) fn new() -> Self {
        Self::within("")
    }

    pub(crate) fn within(inside: &'static str) -> Self {
        let workspace = Self::bare(inside);
        workspace.git(&["init", "--quiet", "--initial-branch=main"]);
        workspace.commit();
        workspace
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(self.inside)
    }

    pub(crate) fn kept(&self, path: &str) -> PathBuf {
        self.path().join(".contend").join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        write(&self.path().join(path), text);
    }

    pub(crate) fn bench(&self, word: &str) {
        self.write("benches/locks.rs", &format!("fn main() {{ println!(\"{word}\"); }}\n"));
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    #[track_caller]
    pub(crate) fn git(&self, words: &[&str]) -> String {
        #[expect(clippy::disallowed_methods, reason = "a repository of the test's own")]
        let mut command = Command::new("git");
        command.current_dir(self.folder.path()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.args(["-c", "user.name=x", "-c", "user.email=x"]).args(words);
        let Output { status, stdout, stderr } = command.output().expect("git starts");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text").trim().to_owned()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("baseline").args(words);
        command
    }

    /// `contend` in this workspace, without words.
    pub(crate) fn program(&self) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the program under test")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
        command.current_dir(self.path()).stdin(Stdio::null());
        command.env_remove("CARGO_TARGET_DIR").env("CARGO_NET_OFFLINE", "true");
        command
    }

    pub(crate) fn contend(&self, words: &[&str]) -> Outcome {
        outcome(self.command(words).output().expect("it starts"))
    }

    #[track_caller]
    pub(crate) fn succeed(&self, words: &[&str]) -> Outcome {
        let outcome = self.contend(words);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome
    }

    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str], code: i32, expected: &str) {
        let Outcome { stdout, stderr, code: got } = self.contend(words);
        assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }

    #[track_caller]
    pub(crate) fn document(&self, name: &str) -> Value {
        let text = read_to_string(self.kept(&format!("baselines/{name}/baseline.json")));
        serde_json::from_str(&text.expect("it is saved")).expect("JSON")
    }

    /// What the bench of a baseline prints.
    #[track_caller]
    pub(crate) fn word(&self, name: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "a bench of the test's own")]
        let output = Command::new(self.kept(&format!("baselines/{name}/locks"))).output();
        String::from_utf8(output.expect("it starts").stdout).expect("text").trim().to_owned()
    }
}

pub(crate) fn outcome(output: Output) -> Outcome {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Outcome { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

pub(crate) fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a workspace of the test's own")]
    std::fs::write(path, text).expect("a file");
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}
