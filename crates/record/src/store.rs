//! The folder of runs.

mod writer;

use crate::calibrations::CALIBRATIONS_FOLDER;
use crate::comparisons::COMPARISONS_FOLDER;
use crate::counted::{Counted, Looks};
use crate::error::{RecordError, Saved};
use crate::figures::FIGURES_FOLDER;
use crate::files::create_new_dir;
use crate::lock::{self, HeldLock};
use crate::name::{choose, names_in, run_name};
use crate::reading::{Notice, newer};
use crate::run::{Counts, Run, SAMPLES_FILE, load_manifest};
use crate::site::SITE_FOLDER;
use contend_protocol::manifest::{Build, Constants, IMPORTED, Invocation, Launch, Machine, Manifest, Source};
use contend_protocol::version::{FormatVersion, MethodVersion};
use std::fs::{File, create_dir_all, remove_dir_all};
use std::path::{Path, PathBuf};
use writer::write_manifest;

pub use writer::RunWriter;

/// Names the folder of runs, instead of `results` beside `Cargo.lock`.
const RESULTS_VARIABLE: &str = "CONTEND_RESULTS";

/// Who holds it measures, alone.
const MEASURING_LOCK_FILE: &str = ".measuring.lock";

/// Held while `run.json` files are made or changed, and while reports are saved.
pub(crate) const JOIN_LOCK_FILE: &str = ".join.lock";

/// How many of the newest runs a launch may join.
///
/// Chosen here because a few invocations may take turns, and an older run with the same key is another process that
/// got the same number.
const JOINABLE_RUNS: usize = 8;

/// The folder of runs. Making one touches nothing; the folder comes into being with the first run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Store {
    root: PathBuf,
}

/// What is stored once for all launches of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    /// What is measured.
    pub source: Source,
    /// How it was built.
    pub build: Build,
    /// Where it runs.
    pub machine: Machine,
    /// What the machine's own operations cost.
    pub constants: Constants,
}

/// What a launch knows when it begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LaunchStart {
    /// The suite it measures.
    pub suite: String,
    /// Arguments of the process.
    pub arguments: Vec<String>,
    /// Cells it sets out to measure.
    pub planned_cells: u32,
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now_unix_ms: u64,
    /// One-minute load, in thousandths.
    pub load_permille: Option<u32>,
}

/// A run in the list of all.
#[derive(Clone, Debug)]
pub struct RunEntry {
    /// The folder's name.
    pub name: String,
    /// What can be said about it.
    pub state: RunState,
}

/// Whether a run can be read.
#[derive(Clone, Debug)]
pub enum RunState {
    /// It can.
    Readable(Box<RunSummary>),
    /// It cannot.
    Unreadable {
        /// Why, as a fragment that fits after "failed to ".
        reason: String,
    },
}

/// What the list of all runs says about one.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// What was measured, on what, and how.
    pub manifest: Manifest,
    /// How many cells ended how.
    pub counts: Counts,
    /// Something is missing: some launch was killed, or still runs.
    pub unfinished: bool,
    /// What was odd when reading it.
    pub notices: Vec<Notice>,
}

/// The nearest folder at or above `start` that has a `Cargo.lock`.
pub fn workspace_dir(start: &Path) -> Option<&Path> {
    start.ancestors().find(|ancestor| ancestor.join("Cargo.lock").is_file())
}

impl Store {
    /// The store in the folder `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The store that belongs to the folder `start_dir`, an absolute path: what `CONTEND_RESULTS` names if it is set,
    /// else `results` in the nearest folder at or above with a `Cargo.lock`, else `results` in `start_dir`.
    pub fn locate(start_dir: &Path) -> Self {
        Self::locate_with(std::env::var_os(RESULTS_VARIABLE).map(PathBuf::from), start_dir)
    }

    fn locate_with(named: Option<PathBuf>, start_dir: &Path) -> Self {
        let beside = || workspace_dir(start_dir).unwrap_or(start_dir).join("results");
        let named = named.filter(|path| !path.as_os_str().is_empty());
        // A relative name is relative to where the user stands, wherever cargo starts the executable: cargo sets the
        // directory of a bench to its package, which need not be the workspace.
        Self::at(named.map_or_else(beside, |path| workspace_dir(start_dir).unwrap_or(start_dir).join(path)))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until no other process measures into this store, and keeps them out while the result lives.
    ///
    /// Two that measure at once would disturb each other. `on_wait` is called once, before waiting, with what is known
    /// about the other process. The wait cannot be interrupted but by ending the process, so whoever handles signals
    /// starts to do so afterwards. Where the file system has no locks, nothing is kept out.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the lock's file cannot be made.
    pub fn measuring_lock(&self, on_wait: impl FnOnce(&str)) -> Result<HeldLock, RecordError> {
        self.create_root()?;
        let path = self.root.join(MEASURING_LOCK_FILE);
        lock::hold(&path, on_wait).map_err(RecordError::write(&path))
    }

    /// Who measures into this store now, as far as it is known; `None` where nobody does.
    pub fn measuring_now(&self) -> Option<String> {
        lock::held_by(&self.root.join(MEASURING_LOCK_FILE))
    }

    /// Begins a launch: in the run of the same invocation if there is one, else in a new run.
    ///
    /// The launches of one `cargo bench` share `invocation.key`, so they share a run. `facts` is only asked for a new
    /// run. A folder that exists is never written to: on a clash of names `-2`, `-3`, ... is appended.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the run cannot be made or changed; nothing is left behind then.
    pub fn join(
        &self,
        invocation: &Invocation,
        start: LaunchStart,
        facts: impl FnOnce() -> RunFacts,
    ) -> Result<RunWriter, RecordError> {
        self.create_root()?;
        let _guard = lock::join(&self.root.join(JOIN_LOCK_FILE))?;
        let (directory, launch) = match self.joinable(&invocation.key)? {
            Some((directory, manifest)) => (directory.clone(), add_launch(&directory, manifest, start)?),
            None => (self.create_run(invocation, start, facts())?, 0),
        };
        RunWriter::open(directory, launch, self.root.join(JOIN_LOCK_FILE))
    }

    /// Begins a launch in the run of that whole name.
    ///
    /// # Errors
    /// [`RecordError::NotFound`] and others of [`Store::open_run`] where `name` is not a run whose manifest can be read;
    /// [`RecordError::NewerRun`] where a newer build made it; [`RecordError::Write`] if it cannot be changed.
    pub fn join_run(&self, name: &str, start: LaunchStart) -> Result<RunWriter, RecordError> {
        let (_guard, directory, manifest) = self.hold_run(name)?;
        let launch = add_launch(&directory, manifest, start)?;
        RunWriter::open(directory, launch, self.root.join(JOIN_LOCK_FILE))
    }

    /// All runs, newest first. One that cannot be read hides no other. Files, hidden folders and the folders of
    /// comparisons, calibrations, figures and the site are not runs. How many cells ended how is remembered in a hidden file, so
    /// that a run that is as it was is not read again.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn runs(&self) -> Result<Vec<RunEntry>, RecordError> {
        let names = self.names()?;
        let mut counted = Counted::load(&self.root);
        let entries = names.into_iter().map(|name| self.entry(name, &mut counted)).collect();
        counted.save();
        Ok(entries)
    }

    /// Reads the run that `name` means: its whole name, what only its name begins with, or `latest`.
    ///
    /// `latest` is the newest run even where it cannot be read: an older one in its place would deceive.
    ///
    /// # Errors
    /// [`RecordError::NoneSaved`], [`RecordError::NotFound`], [`RecordError::Ambiguous`] or [`RecordError::BadName`]
    /// where `name` is not one run; [`RecordError::Damaged`], [`RecordError::Newer`] or [`RecordError::Read`] where
    /// that run cannot be read.
    pub fn open_run(&self, name: &str) -> Result<Run, RecordError> {
        let names = self.names()?;
        let name = choose(Saved::Run, &self.root, name, &names)?;
        Run::load(name, &self.root.join(name))
    }

    /// The folder and the manifest of the run that `name` means, which nobody else changes while the first of the three lives.
    pub(crate) fn hold_run(&self, name: &str) -> Result<(File, PathBuf, Manifest), RecordError> {
        let names = self.names()?;
        let name = choose(Saved::Run, &self.root, name, &names)?;
        let directory = self.root.join(name);
        let guard = lock::join(&self.root.join(JOIN_LOCK_FILE))?;
        let manifest = load_manifest(name, &directory)?;
        if !manifest.format.may_be_written() {
            return Err(RecordError::NewerRun { name: name.to_owned(), found: manifest.format });
        }
        Ok((guard, directory, manifest))
    }

    fn create_root(&self) -> Result<(), RecordError> {
        create_dir_all(&self.root).map_err(RecordError::write(&self.root))
    }

    /// Names of all runs, newest first.
    pub(crate) fn names(&self) -> Result<Vec<String>, RecordError> {
        let mut names = names_in(Saved::Run, &self.root)?;
        let others = [COMPARISONS_FOLDER, CALIBRATIONS_FOLDER, FIGURES_FOLDER, SITE_FOLDER];
        names.retain(|name| !others.contains(&name.as_str()));
        Ok(names)
    }

    fn entry(&self, name: String, counted: &mut Counted) -> RunEntry {
        let state = match self.summary(&name, counted) {
            Ok(summary) => RunState::Readable(Box::new(summary)),
            Err(error) => RunState::Unreadable { reason: error.to_string() },
        };
        RunEntry { name, state }
    }

    fn summary(&self, name: &str, counted: &mut Counted) -> Result<RunSummary, RecordError> {
        let directory = self.root.join(name);
        let looks = Looks::of(&directory);
        let (manifest, counts, unfinished, notices) = match counted.counts(name, looks) {
            Some((counts, unfinished)) => {
                let manifest = load_manifest(name, &directory)?;
                let notices = newer(manifest.format);
                (manifest, counts, unfinished, notices)
            }
            None => {
                let run = Run::load(name, &directory)?;
                counted.remember(&run, looks);
                let (counts, unfinished) = (run.counts(), run.unfinished());
                (run.manifest, counts, unfinished, run.notices)
            }
        };
        Ok(RunSummary { manifest, counts, unfinished, notices })
    }

    fn joinable(&self, key: &str) -> Result<Option<(PathBuf, Manifest)>, RecordError> {
        let newest = self.names()?.into_iter().take(JOINABLE_RUNS);
        let mut manifests = newest.filter_map(|name| {
            let directory = self.root.join(&name);
            load_manifest(&name, &directory).ok().map(|manifest| (directory, manifest))
        });
        Ok(manifests.find(|(_, run)| run.format.may_be_written() && run.invocation.key == key))
    }

    fn create_run(
        &self,
        invocation: &Invocation,
        start: LaunchStart,
        facts: RunFacts,
    ) -> Result<PathBuf, RecordError> {
        let created_unix_ms = start.now_unix_ms;
        let wanted = run_name(created_unix_ms, &facts.source, &facts.machine);
        let (run, directory) = create_new_dir(&self.root, &wanted)?;
        let manifest = Manifest {
            format: FormatVersion::CURRENT,
            method: if invocation.set == IMPORTED { MethodVersion::FOREIGN } else { MethodVersion::CURRENT },
            run,
            created_unix_ms,
            source: facts.source,
            invocation: invocation.clone(),
            build: facts.build,
            machine: facts.machine,
            constants: facts.constants,
            launches: vec![new_launch(0, start)],
        };
        let samples = directory.join(SAMPLES_FILE);
        let created = File::create_new(&samples).map_err(RecordError::write(&samples));
        match created.and_then(|_| write_manifest(&directory, &manifest)) {
            Ok(()) => Ok(directory),
            Err(error) => {
                // The folder is ours since a moment ago and holds no sample. If it stays, it is listed as damaged.
                drop(remove_dir_all(&directory));
                Err(error)
            }
        }
    }
}

/// Adds a launch to a run, and gives its number.
fn add_launch(directory: &Path, mut manifest: Manifest, start: LaunchStart) -> Result<u32, RecordError> {
    let launch = u32::try_from(manifest.launches.len()).unwrap_or(u32::MAX);
    manifest.launches.push(new_launch(launch, start));
    write_manifest(directory, &manifest)?;
    Ok(launch)
}

fn new_launch(launch: u32, start: LaunchStart) -> Launch {
    Launch {
        launch,
        suite: start.suite,
        arguments: start.arguments,
        planned_cells: start.planned_cells,
        started_unix_ms: start.now_unix_ms,
        finished_unix_ms: None,
        load_permille: start.load_permille,
        steal_ticks: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_named_or_beside_the_lock_file_or_here() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let package = root.join("crates/one");
        create_dir_all(&package).expect("folders");
        let check = |named: Option<&str>, start: &Path, expected: PathBuf| {
            assert_eq!(Store::locate_with(named.map(PathBuf::from), start).root(), expected);
        };
        check(None, &package, package.join("results"));
        check(Some("/kept/here"), &package, PathBuf::from("/kept/here"));
        File::create_new(root.join("Cargo.lock")).expect("a file");
        check(None, &package, root.join("results"));
        check(Some(""), &package, root.join("results"));
        check(Some("kept"), &package, root.join("kept"));
    }
}
