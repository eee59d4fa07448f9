//! The source that is measured, as git tells.

use crate::store::workspace_dir;
use contend_protocol::fnv;
use contend_protocol::manifest::Source;
use std::path::Path;
use std::process::{Command, Stdio};

/// The source in `dir`. Outside a git repository, or without git installed, only the hash of `Cargo.lock` is known.
pub fn source(dir: &Path) -> Source {
    let lock_file = workspace_dir(dir).and_then(|workspace| std::fs::read(workspace.join("Cargo.lock")).ok());
    let commit = git(dir, &["rev-parse", "--verify", "HEAD"]).filter(|commit| !commit.is_empty());
    let known = commit.is_some();
    let ask = |arguments: &[&str]| if known { git(dir, arguments) } else { None };
    Source {
        dirty: ask(&["status", "--porcelain"]).map(|changes| !changes.is_empty()),
        shallow: ask(&["rev-parse", "--is-shallow-repository"]).map(|answer| answer == "true"),
        commit,
        lock_file: lock_file.map(|bytes| fnv::hex(&bytes)),
    }
}

/// Variables that would make git look at another repository than the one `dir` is in, as hooks of git set them.
///
/// Source: `git rev-parse --local-env-vars`.
const LOCAL_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
];

/// `git` in `dir`, whatever repository the environment names, and without writing where it only asks.
pub fn git_command(dir: &Path) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the environment is captured here")]
    let mut command = Command::new("git");
    for variable in LOCAL_VARIABLES {
        command.env_remove(variable);
    }
    // Without the optional locks git does not refresh its index: asking must not write.
    command.env("GIT_OPTIONAL_LOCKS", "0").current_dir(dir).stdin(Stdio::null());
    command
}

/// What `git` answers, without white space around; `None` where it fails.
fn git(dir: &Path, arguments: &[&str]) -> Option<String> {
    let output = git_command(dir).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn outside_a_repository_only_the_lock_file_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        assert_eq!(source(dir), Source { commit: None, dirty: None, shallow: None, lock_file: None });
        File::create_new(dir.join("Cargo.lock")).expect("a file");
        assert_eq!(source(dir).lock_file.as_deref(), Some("cbf29ce484222325"));
    }

    #[test]
    fn a_change_makes_the_tree_dirty() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        if git(dir, &["init", "--quiet"]).is_none() {
            return; // Without git installed, the case above is all there is.
        }
        assert_eq!(source(dir).commit, None, "there is no commit yet");
        let identity = [
            "-c",
            "user.name=x",
            "-c",
            "user.email=x",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=",
        ];
        let commit = ["commit", "--quiet", "--allow-empty", "--message=x"];
        git(dir, &[&identity[..], &commit[..]].concat()).expect("an empty commit");
        let clean = source(dir);
        assert_eq!((clean.dirty, clean.shallow), (Some(false), Some(false)));
        assert_eq!(clean.commit.map(|commit| commit.len()), Some(40));
        File::create_new(dir.join("new")).expect("a file");
        assert_eq!(source(dir).dirty, Some(true));
    }
}
