//! From a user's words to bench executables: a baseline, a revision or the working tree.
//!
//! ```text
//! words ─► resolve ─► a baseline ───────────────────────────────────────────────────► ReadySide
//!             └─────► a git tree ─► checkout ─► variants ─► build ─► record::work ─────► ReadySide
//! ```

mod build;
mod cargo;
mod checkout;
mod dependencies;
mod error;
mod git;
mod history;
mod resolve;
mod surroundings;
mod variants;

use crate::executables::Executable;
use anyhow::Context;
use contend_protocol::comparison::Side;
use contend_record::work::{KeptBuild, LockedFolder, WorkFolder};
use contend_record::workspace_dir;
use git::Repository;
use resolve::Resolved;
use std::path::{Path, PathBuf};

pub(crate) use error::SideError;
pub(crate) use history::Commit;
pub(crate) use resolve::SideWords;
pub(crate) use variants::Variants;

/// The workspace whose sides are compared.
#[derive(Debug)]
pub(crate) struct Workspace {
    directory: PathBuf,
    folder: WorkFolder,
    /// Its repository, or one of our own where it has none.
    repository: Repository,
}

/// One side, ready to be measured. It stays on the disk while this lives.
#[derive(Debug)]
pub(crate) struct ReadySide {
    /// What it is.
    pub(crate) facts: Side,
    /// Its executables, in the order of the facts.
    pub(crate) executables: Vec<Executable>,
    /// What its processes have to be started with, beside the environment of this one.
    pub(crate) environment: Vec<(String, String)>,
    /// The files.
    pub(crate) kept: KeptBuild,
}

impl Workspace {
    /// The workspace this process stands in.
    pub(crate) fn locate() -> Result<Self, SideError> {
        let here = std::env::current_dir().context("find the folder this was started in")?;
        let directory = workspace_dir(&here).map(Path::to_owned).ok_or_else(|| {
            let here = here.display();
            SideError::Usage(format!(
                "find a workspace at or above {here}: there is no Cargo.lock; `cargo generate-lockfile` makes one"
            ))
        })?;
        let folder = WorkFolder::of(&directory);
        let repository = Repository::locate(&directory, &folder)?;
        Ok(Self { directory, folder, repository })
    }

    /// The folder of builds and baselines.
    pub(crate) fn folder(&self) -> &WorkFolder {
        &self.folder
    }

    /// The folder, for a moment in which nobody else writes there.
    pub(crate) fn lock(&self) -> Result<LockedFolder, SideError> {
        Ok(self.folder.lock(|other| say(&format!("waiting for {other}")))?)
    }

    /// Finds or builds what `words` mean. What there is to say on the way goes to stderr.
    pub(crate) fn side(&self, words: &SideWords, variants: &Variants) -> Result<ReadySide, SideError> {
        let plan = variants.plan()?;
        match self.resolve(words)? {
            Resolved::Baseline(_) if !plan.words.is_empty() => Err(SideError::Usage(format!(
                "change a baseline by `{}`: it is built already; give a revision instead",
                plan.words.join(" ")
            ))),
            Resolved::Baseline(name) => {
                let mut kept = self.folder.open_baseline(&name)?;
                kept.document.side.label = format!("baseline {name}");
                Ok(self.ready(kept))
            }
            Resolved::Source(source) => Ok(self.ready(self.build(&source, &plan)?)),
        }
    }

    fn ready(&self, kept: KeptBuild) -> ReadySide {
        let executables = kept.executables().map(|(name, package, path)| Executable {
            name: name.to_owned(),
            path,
            directory: Some(self.package(package)),
        });
        ReadySide {
            facts: kept.document.side.clone(),
            executables: executables.collect(),
            environment: kept.document.environment.clone().into_iter().collect(),
            kept,
        }
    }

    /// The user's folder of a package, which an older source may have had elsewhere.
    fn package(&self, package: &str) -> PathBuf {
        let directory = self.directory.join(package);
        if directory.is_dir() { directory } else { self.directory.clone() }
    }
}

/// What is said on stderr while a side is made ready.
fn say(text: &str) {
    eprintln!("contend: {text}");
}
