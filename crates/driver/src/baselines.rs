//! criterion's folders: each run has its own, and the baselines that users name outlive the runs.
//!
//! criterion renders into `results/<run>/criterion`, so that a run keeps exactly the report of what it measured. The
//! baselines stay where every criterion user and tool expects them, in `target/criterion`: before a cell its baseline
//! is brought into the run, and afterwards the cell's new numbers are kept there.

use crate::arguments::Baseline;
use crate::error::DriverError;
use contend_protocol::CellId;
use std::fs::{copy, create_dir_all, read_dir, remove_dir_all};
use std::io;
use std::path::{Path, PathBuf};

/// Where one run's criterion writes, and where baselines are kept.
#[derive(Clone, Debug)]
pub(crate) struct CriterionHome {
    run: PathBuf,
    kept: PathBuf,
}

impl CriterionHome {
    pub(crate) fn new(run_directory: &Path) -> Self {
        Self { run: run_directory.join("criterion"), kept: kept_folder() }
    }

    /// Where criterion writes for this run.
    pub(crate) fn run(&self) -> &Path {
        &self.run
    }

    /// Where criterion's index is, once a suite has ended.
    pub(crate) fn index(&self) -> PathBuf {
        self.run.join("report").join("index.html")
    }

    /// Brings the cell's baseline into the run, if there is one.
    pub(crate) fn bring(&self, cell: &CellId, baseline: &Baseline) -> Result<(), DriverError> {
        copy_folder(&self.kept, &self.run, &folder_of(cell).join(baseline.name()))
    }

    /// Keeps what criterion saved for the cell. A cell without a number leaves nothing behind, so that criterion's
    /// summary of the group does not stumble over it.
    pub(crate) fn keep(&self, cell: &CellId, baseline: &Baseline) -> Result<(), DriverError> {
        let folder = folder_of(cell);
        let measured = self.run.join(&folder).join("new").join("benchmark.json").is_file();
        if !measured {
            return match remove_dir_all(self.run.join(&folder)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&self.run, error)),
                _ => Ok(()),
            };
        }
        copy_folder(&self.run, &self.kept, &folder.join("new"))?;
        match baseline {
            Baseline::Save(name) => copy_folder(&self.run, &self.kept, &folder.join(name)),
            _ => Ok(()),
        }
    }

    /// Whether a baseline of that name has numbers of the cell.
    pub(crate) fn has(cell: &CellId, baseline: &str) -> bool {
        kept_folder().join(folder_of(cell)).join(baseline).join("sample.json").is_file()
    }

    /// An error if a baseline that has to be there is not there for all cells.
    pub(crate) fn require<'a>(
        baseline: &Baseline,
        cells: impl ExactSizeIterator<Item = &'a CellId>,
    ) -> Result<(), DriverError> {
        let Baseline::Strict(name) = baseline else { return Ok(()) };
        let (kept, selected) = (kept_folder(), cells.len());
        let missing: Vec<&CellId> =
            cells.filter(|cell| !kept.join(folder_of(cell)).join(name).is_dir()).collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let (name, example) = (name.clone(), first.to_string());
        Err(DriverError::NoBaseline { name, missing: missing.len(), selected, example })
    }
}

/// As criterion finds it: `CRITERION_HOME`, or `criterion` in the target folder.
fn kept_folder() -> PathBuf {
    let named = std::env::var_os("CRITERION_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| target_folder().unwrap_or_else(|| PathBuf::from("target")).join("criterion"))
}

/// The folder above this executable that cargo has marked as its own.
fn target_folder() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    // Source: the Cargo book, "Build cache": cargo tags it after bford.info/cachedir.
    let target = executable.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file())?;
    Some(target.to_owned())
}

/// Group, function and parameter as criterion turns them into folders. Names of ids need no other escape, and the
/// suites keep groups below the 64 bytes at which criterion cuts.
fn folder_of(cell: &CellId) -> PathBuf {
    let group = cell.group().replace('/', "_");
    Path::new(&group).join(cell.contender()).join(cell.threads().to_string())
}

/// Copies the files of one folder, if it is there. criterion's data folders have no folders inside.
fn copy_folder(from: &Path, to: &Path, folder: &Path) -> Result<(), DriverError> {
    let (from, to) = (from.join(folder), to.join(folder));
    if !from.is_dir() {
        return Ok(());
    }
    let copy_all = || {
        create_dir_all(&to)?;
        for entry in read_dir(&from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    };
    copy_all().map_err(|error| failed(&to, error))
}

fn failed(path: &Path, source: io::Error) -> DriverError {
    DriverError::CriterionFiles { path: path.display().to_string(), source }
}
