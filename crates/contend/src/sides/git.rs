//! Asking git. Nothing here changes the user's repository, index or working tree.

use super::error::SideError;
use anyhow::{Context, anyhow};
use contend_record::environment::git_command;
use contend_record::work::{LockedFolder, WorkFolder};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is not the source, where no `.gitignore` says so.
const DEFAULT_EXCLUDES: &str = "target/\n/results/\n";

/// Where the source comes from.
#[derive(Debug)]
pub(super) struct Repository {
    git_dir: PathBuf,
    /// The folder that git's paths are relative to.
    top: PathBuf,
    /// The workspace below it.
    prefix: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// The user's. What we add goes elsewhere: git reads its objects and writes others into our folder.
    Theirs { objects: PathBuf, index: PathBuf, new_objects: PathBuf },
    /// Made by us for a workspace that is in none: the working tree becomes a tree all the same.
    Ours,
}

impl Repository {
    /// The repository that `workspace` is in.
    pub(super) fn locate(workspace: &Path, folder: &WorkFolder) -> Result<Self, SideError> {
        let words = ["rev-parse", "--path-format=absolute", "--git-dir", "--show-toplevel", "--show-prefix"];
        let paths = ["--git-path", "objects", "--git-path", "index"];
        let mut command = git_command(workspace);
        // Its complaint is read below, so it has to be in the language that we know.
        let output = command.env("LC_ALL", "C").args(words).args(paths).output();
        let output = output.context("start git, which makes the source of each side; is it installed?")?;
        let (text, complaint) = (utf8(output.stdout), utf8(output.stderr));
        let lines: Vec<&str> = text.lines().collect();
        match (output.status.success(), &lines[..]) {
            (true, [git_dir, top, prefix, objects, index]) => Ok(Self {
                git_dir: PathBuf::from(git_dir),
                top: PathBuf::from(top),
                prefix: prefix.trim_end_matches('/').into(),
                kind: Kind::Theirs {
                    objects: PathBuf::from(objects),
                    index: PathBuf::from(index),
                    new_objects: folder.objects(),
                },
            }),
            (false, _) if complaint.contains("not a git repository") => Ok(Self {
                git_dir: folder.repository(),
                top: workspace.to_owned(),
                prefix: PathBuf::new(),
                kind: Kind::Ours,
            }),
            _ => Err(anyhow!("ask git about {}: {}", workspace.display(), complaint.trim()).into()),
        }
    }

    /// Whether it is the user's, so that it has revisions.
    pub(super) fn is_theirs(&self) -> bool {
        matches!(self.kind, Kind::Theirs { .. })
    }

    /// The folder that git's paths are relative to.
    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    /// The workspace in a checkout at `root`.
    pub(super) fn workspace_in(&self, root: &Path) -> PathBuf {
        root.join(&self.prefix)
    }

    /// Full id of the commit that `revision` means.
    pub(super) fn commit(&self, revision: &str) -> Option<String> {
        let mut command = self.command(&self.top);
        command.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        answer(command.arg(format!("{revision}^{{commit}}"))).ok()
    }

    /// Id of the tree of a commit.
    pub(super) fn tree_of(&self, commit: &str) -> anyhow::Result<String> {
        answer(self.command(&self.top).args(["rev-parse", "--verify", &format!("{commit}^{{tree}}")]))
    }

    /// Names of branches and tags.
    pub(super) fn names(&self) -> Vec<String> {
        let words = ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"];
        let names = answer(self.command(&self.top).args(words)).unwrap_or_default();
        names.lines().map(str::to_owned).collect()
    }

    /// The commits after `good` up to `bad`, oldest first, along first parents: id and subject. `None` where `good` is no
    /// ancestor of `bad`.
    pub(super) fn history(&self, good: &str, bad: &str) -> anyhow::Result<Option<Vec<(String, String)>>> {
        if answer(self.command(&self.top).args(["merge-base", "--is-ancestor", good, bad])).is_err() {
            return Ok(None);
        }
        let range = format!("{good}..{bad}");
        let words =
            ["log", "--no-show-signature", "--first-parent", "--reverse", "--format=%H %s", &range, "--"];
        let log = answer(self.command(&self.top).args(words)).context("read the history")?;
        let commit = |line: &str| {
            // A commit may have no subject.
            let (id, subject) = line.split_once(' ').unwrap_or((line, ""));
            (id.to_owned(), subject.to_owned())
        };
        Ok(Some(log.lines().map(commit).collect()))
    }

    /// Whether the history is cut, so that old revisions are missing.
    pub(super) fn is_shallow(&self) -> bool {
        let words = ["rev-parse", "--is-shallow-repository"];
        answer(self.command(&self.top).args(words)).is_ok_and(|answer| answer == "true")
    }

    /// The working tree as it is now, with new files but without ignored ones: id of its tree.
    pub(super) fn snapshot(&self, locked: &LockedFolder) -> Result<String, SideError> {
        let index = match &self.kind {
            Kind::Theirs { index, .. } => Some(&**index),
            Kind::Ours => {
                self.make_ours(locked)?;
                None
            }
        };
        locked.begin_snapshot(index)?;
        let git = || {
            let mut command = self.command(&self.top);
            command.env("GIT_WORK_TREE", &self.top).env("GIT_INDEX_FILE", locked.folder().snapshot_index());
            command.args(["-c", "core.fsmonitor=false", "-c", "core.safecrlf=false"]);
            command.args(["-c", "advice.addEmbeddedRepo=false"]);
            command
        };
        answer(git().args(["add", "--all", "--", "."])).context("read the working tree")?;
        Ok(answer(git().arg("write-tree")).context("read the working tree")?)
    }

    /// Makes `source` hold exactly what is in `tree`. What is the same already keeps its times, so that cargo builds only
    /// what differs.
    pub(super) fn check_out(&self, tree: &str, locked: &LockedFolder) -> anyhow::Result<()> {
        let source = locked.folder().source();
        locked.note_attributes(&self.attributes(tree)?)?;
        let git = || {
            let mut command = self.command(&source);
            command.env("GIT_WORK_TREE", &source).env("GIT_INDEX_FILE", locked.folder().source_index());
            // The whole tree, however little of it the user has checked out.
            command.args(["-c", "core.fsmonitor=false", "-c", "core.sparseCheckout=false"]);
            command
        };
        answer(git().args(["read-tree", "--reset", "-u", tree])).context("check out the source")?;
        // What builds and killed checkouts left: a stray file in `benches/` would be a bench.
        answer(git().args(["clean", "-ffdxq", "--", "."])).context("check out the source").map(drop)
    }

    /// Everything in `tree`, an entry a line.
    fn entries(&self, tree: &str) -> anyhow::Result<String> {
        answer(self.command(&self.top).args(["ls-tree", "-r", "--full-tree", tree]))
    }

    /// What says how the files of `tree` are written: line ends and filters.
    fn attributes(&self, tree: &str) -> anyhow::Result<String> {
        let entries = self.entries(tree)?;
        let attributes = entries.lines().filter(|entry| entry.ends_with(".gitattributes"));
        let settings = ["core.autocrlf", "core.eol"]
            .map(|name| answer(self.command(&self.top).args(["config", "--get", name])).unwrap_or_default());
        Ok(attributes.map(str::to_owned).chain(settings).map(|line| line + "\n").collect())
    }

    /// Paths of the submodules in `tree`, which are not checked out.
    pub(super) fn submodules(&self, tree: &str) -> anyhow::Result<Vec<String>> {
        let entries = self.entries(tree)?;
        let submodules = entries.lines().filter(|entry| entry.starts_with("160000 "));
        Ok(submodules.filter_map(|entry| entry.split_once('\t')).map(|(_, path)| path.to_owned()).collect())
    }

    fn make_ours(&self, locked: &LockedFolder) -> Result<(), SideError> {
        let words = ["init", "--quiet", "--bare", "--template="];
        let mut command = git_command(&self.top);
        answer(command.args(words).arg(&self.git_dir)).context("make a repository for the working tree")?;
        Ok(locked.write_once("git/info/exclude", DEFAULT_EXCLUDES)?)
    }

    fn command(&self, directory: &Path) -> Command {
        let mut command = git_command(directory);
        command.env("GIT_DIR", &self.git_dir);
        // A checkout of ours must not move the submodules of the user's.
        command.args(["-c", "submodule.recurse=false"]);
        if let Kind::Theirs { objects, new_objects, .. } = &self.kind
            && new_objects.is_dir()
        {
            command.env("GIT_OBJECT_DIRECTORY", new_objects);
            command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects);
        }
        command
    }
}

/// What git answers, without white space around, or its complaint.
fn answer(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().context("start git; is it installed?")?;
    if output.status.success() {
        return Ok(utf8(output.stdout).trim().to_owned());
    }
    let complaint = utf8(output.stderr);
    Err(anyhow!("git ended with {}: {}", output.status, complaint.trim().replace('\n', "; ")))
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
