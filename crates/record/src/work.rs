//! The folder `.contend` beside a workspace's `Cargo.lock`: what is built to be compared, and the baselines.
//!
//! ```text
//! .contend/
//!   .gitignore          `*`: no workspace has to know of this folder
//!   .build.lock         held by the process that builds or saves
//!   source/             the one checkout that everything is built in
//!   source.index        git's index of it
//!   target/             cargo's folder for all builds
//!   builds/<key>/       executables and build.json; the least recently used go
//!   builds/<key>.log    what cargo said of a build that failed
//!   baselines/<name>/   executables and baseline.json; they stay
//! ```
//!
//! Removing all of it costs time and the baselines, and nothing else.

mod baselines;
mod builds;
mod error;
mod shelf;

use crate::files;
use crate::lock::{self, HeldLock};
use shelf::Shelf;
use std::fs::{File, OpenOptions, create_dir_all};
use std::io;
use std::path::{Component, Path, PathBuf};

pub use baselines::{BaselineEntry, BaselineState, IfTaken};
pub use builds::{NewBuild, NewExecutable};
pub use error::KeepError;
pub use shelf::KeptBuild;

/// The folder's name.
const FOLDER: &str = ".contend";

/// The folder of builds and baselines. Making one touches nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WorkFolder {
    root: PathBuf,
}

/// The folder while no other process writes into it.
#[derive(Debug)]
pub struct LockedFolder {
    folder: WorkFolder,
    _alone: HeldLock,
}

impl WorkFolder {
    /// The folder of the workspace whose `Cargo.lock` is in `workspace`, an absolute path.
    pub fn of(workspace: &Path) -> Self {
        Self { root: workspace.join(FOLDER) }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where everything is built: one path, so that the same source gives the same bytes.
    pub fn source(&self) -> PathBuf {
        self.root.join("source")
    }

    /// Git's index of the checkout.
    pub fn source_index(&self) -> PathBuf {
        self.root.join("source.index")
    }

    /// Git's index of the working tree, as it is now.
    pub fn snapshot_index(&self) -> PathBuf {
        self.root.join("snapshot.index")
    }

    /// Where git puts objects that are not in the user's repository, which stays as it is.
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// A repository of our own, for a workspace that has none.
    pub fn repository(&self) -> PathBuf {
        self.root.join("git")
    }

    /// Cargo's folder for all builds: what they have in common is compiled once.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Waits until no other process builds or saves here, makes the folder, and ends what a killed process left.
    ///
    /// `on_wait` is called once, before waiting, with what is known about the other process.
    ///
    /// # Errors
    /// [`KeepError::Write`] or [`KeepError::Read`].
    pub fn lock(&self, on_wait: impl FnOnce(&str)) -> Result<LockedFolder, KeepError> {
        create_dir_all(&self.root).map_err(KeepError::write(&self.root))?;
        let path = self.root.join(".build.lock");
        let alone = lock::hold(&path, on_wait).map_err(KeepError::write(&path))?;
        let locked = LockedFolder { folder: self.clone(), _alone: alone };
        locked.write_once(".gitignore", "*\n")?;
        self.builds().recover()?;
        self.baselines_shelf().recover()?;
        Ok(locked)
    }

    fn builds(&self) -> Shelf {
        Shelf::new(self.root.join("builds"), "build.json")
    }

    fn baselines_shelf(&self) -> Shelf {
        Shelf::new(self.root.join("baselines"), "baseline.json")
    }
}

impl LockedFolder {
    /// The folder.
    pub fn folder(&self) -> &WorkFolder {
        &self.folder
    }

    /// Makes the folders that git is told to use, and removes the locks of a git that was killed.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn prepare_for_git(&self) -> Result<(), KeepError> {
        for folder in [self.folder.source(), self.folder.objects()] {
            create_dir_all(&folder).map_err(KeepError::write(&folder))?;
        }
        for index in [self.folder.source_index(), self.folder.snapshot_index()] {
            // Nobody else uses these, and whoever holds our lock has no git running.
            let stale = index.with_extension("index.lock");
            files::remove_file(&stale).map_err(KeepError::write(&stale))?;
        }
        Ok(())
    }

    /// Begins the index of the working tree as a copy of the user's, which knows what has not changed; empty without one.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn begin_snapshot(&self, user_index: Option<&Path>) -> Result<(), KeepError> {
        let index = self.folder.snapshot_index();
        let begun = match user_index.filter(|index| index.is_file()) {
            Some(user_index) => copy_with_time(user_index, &index),
            None => files::remove_file(&index),
        };
        begun.map_err(KeepError::write(&index))
    }

    /// Writes `text` into the file `path` of the checkout.
    ///
    /// # Errors
    /// [`KeepError::Write`], also where `path` is not in the checkout.
    pub fn write_source(&self, path: &Path, text: &str) -> Result<(), KeepError> {
        let inside = path.starts_with(self.folder.source())
            && !path.components().any(|part| part == Component::ParentDir);
        let outside = || io::Error::other("it is outside the checkout");
        let written = if inside { files::replace(path, text) } else { Err(outside()) };
        written.map_err(KeepError::write(path))
    }

    /// A new file of this folder for what a process prints.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn scratch_file(&self, name: &str) -> Result<(File, PathBuf), KeepError> {
        let path = self.folder.root.join(name);
        // A process that outlived a killed one of us may still write to the former file.
        let created = files::remove_file(&path).and_then(|()| File::create(&path));
        created.map_err(KeepError::write(&path)).map(|file| (file, path))
    }

    /// Notes how the files of the next checkout are written. Where that differs from the former checkout's, all are written
    /// anew: git leaves alone what has the same content in the repository.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn note_attributes(&self, attributes: &str) -> Result<(), KeepError> {
        let path = self.folder.root.join("source.attributes");
        if std::fs::read_to_string(&path).is_ok_and(|former| former == attributes) {
            return Ok(());
        }
        let index = self.folder.source_index();
        files::remove_file(&index).map_err(KeepError::write(&index))?;
        files::replace(&path, attributes).map_err(KeepError::write(&path))
    }

    /// Writes a file of this folder if it is not there yet.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn write_once(&self, name: &str, text: &str) -> Result<(), KeepError> {
        let path = self.folder.root.join(name);
        let write = || {
            path.parent().map_or(Ok(()), create_dir_all)?;
            files::replace(&path, text)
        };
        let written = if path.exists() { Ok(()) } else { write() };
        written.map_err(KeepError::write(&path))
    }
}

/// Git takes a file that changed in the second of its index's time for one that may have changed again, so a copy of an
/// index has to keep that time.
///
/// See: <https://git-scm.com/docs/racy-git>
fn copy_with_time(from: &Path, to: &Path) -> io::Result<()> {
    // Before copying: an index that is replaced meanwhile is then thought too old, which only costs time.
    let modified = from.metadata()?.modified()?;
    std::fs::copy(from, to)?;
    OpenOptions::new().write(true).open(to)?.set_modified(modified)
}
