//! Reports: a folder of pages in a run's folder, which appears in one step and is never lost.
//!
//! ```text
//! .report.unfinished ── rename ──► report                          where there is none
//! .report.unfinished ── rename ──► report-1 ◄── exchange ──► report   where another one is kept
//! ```
//!
//! Whoever is killed in between leaves the former report under its name, and at most a whole one more beside it. Where names cannot
//! be exchanged in one step, there is no `report` for a moment; the next that writes takes the former one back first.

use crate::error::RecordError;
use crate::files::{remove_folder, sync_folder};
use crate::lock;
use crate::run::Run;
use crate::store::JOIN_LOCK_FILE;
use std::collections::BTreeSet;
use std::fs::{File, create_dir, read, read_dir, rename};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Holds the report of a run.
const REPORT_FOLDER: &str = "report";

/// Criterion's report, in the run's folder.
const CRITERION_REPORT: &str = "criterion/report/index.html";

/// What a killed process leaves of one; the next removes it.
const UNFINISHED_FOLDER: &str = ".report.unfinished";

/// What became of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReportOutcome {
    /// There was none.
    Written,
    /// The same was there, byte for byte, and nothing was touched.
    Unchanged,
    /// Another was there.
    Replaced {
        /// Where it is now.
        kept: PathBuf,
    },
}

impl Run {
    /// The folder of this run's report, whether or not there is one.
    pub fn report_folder(&self) -> PathBuf {
        self.directory.join(REPORT_FOLDER)
    }

    /// Whether criterion's own report of this run is there.
    pub fn has_criterion_report(&self) -> bool {
        self.directory.join(CRITERION_REPORT).is_file()
    }

    /// Saves files, which are names and texts, as the report of this run.
    ///
    /// All of them appear at once. Where another report is, it stays as it is, unless `replace` says so: then it is kept under
    /// the next name of `report-1`, `report-2`, ... . Where there is no report, but one was kept, the newest kept one is taken
    /// back first: only a process that was killed leaves it so. Nothing is written, and no lock is taken, where the same report is
    /// there already, so a folder that cannot be written is no obstacle then.
    ///
    /// # Errors
    /// [`RecordError::OtherReport`] where another report is and may not be replaced; [`RecordError::NewerRun`] where the run is of a
    /// newer format, into whose folder nothing is written; [`RecordError::Write`] or [`RecordError::Read`] if the disk refuses. No
    /// report is changed then; only if the disk refuses the very last step, which makes new names last through a power cut, they are
    /// all in place.
    pub fn save_report(&self, files: &[(&str, &str)], replace: bool) -> Result<ReportOutcome, RecordError> {
        if !self.manifest.format.may_be_written() {
            return Err(RecordError::NewerRun { name: self.name.clone(), found: self.manifest.format });
        }
        let folder = self.report_folder();
        let compare = || difference(&folder, files).map_err(RecordError::read(&folder));
        let other = |what| Err(RecordError::OtherReport { path: folder.clone(), what });
        match compare()? {
            Difference::None => return Ok(ReportOutcome::Unchanged),
            Difference::Some(what) if !replace => return other(what),
            Difference::Absent | Difference::Some(_) => {}
        }
        let lock_file = self.directory.parent().unwrap_or(&self.directory).join(JOIN_LOCK_FILE);
        let _guard = lock::join(&lock_file)?;
        self.take_back(&folder).map_err(RecordError::write(&folder))?;
        // Meanwhile another process may have written one.
        match compare()? {
            Difference::None => Ok(ReportOutcome::Unchanged),
            Difference::Some(what) if !replace => other(what),
            Difference::Absent => self.publish(files, None).map(|()| ReportOutcome::Written),
            Difference::Some(_) => {
                let kept = self.next_kept().map_err(RecordError::read(&self.directory))?;
                self.publish(files, Some(&kept)).map(|()| ReportOutcome::Replaced { kept })
            }
        }
    }

    /// Puts these files in the place of the report, which becomes `kept` where there is one.
    fn publish(&self, files: &[(&str, &str)], kept: Option<&Path>) -> Result<(), RecordError> {
        let folder = self.report_folder();
        let publish = || {
            let unfinished = self.prepare(files)?;
            let published = match kept {
                None => rename(&unfinished, &folder),
                Some(kept) => change_places(&unfinished, &folder, kept, &Steps::SYSTEM),
            };
            published.inspect_err(|_| drop(remove_folder(&unfinished)))?;
            sync_folder(&self.directory)
        };
        publish().map_err(RecordError::write(&folder))
    }

    /// Where a killed process has moved the report away and put none in its place, the former one comes back.
    fn take_back(&self, folder: &Path) -> io::Result<()> {
        if folder.symlink_metadata().is_ok() {
            return Ok(());
        }
        self.newest_kept()?.map_or(Ok(()), |newest| rename(self.kept_name(newest), folder))
    }

    /// Writes the files where nobody looks for them, and waits until the disk has them.
    fn prepare(&self, files: &[(&str, &str)]) -> io::Result<PathBuf> {
        let unfinished = self.directory.join(UNFINISHED_FOLDER);
        remove_folder(&unfinished)?;
        create_dir(&unfinished)?;
        let written = files.iter().try_for_each(|(name, text)| {
            let mut file = File::create_new(unfinished.join(name))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        // What has no room is not left behind.
        written.and_then(|()| sync_folder(&unfinished)).inspect_err(|_| drop(remove_folder(&unfinished)))?;
        Ok(unfinished)
    }

    fn kept_name(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{REPORT_FOLDER}-{number}"))
    }

    /// The number of the report that was kept last: numbers only rise.
    fn newest_kept(&self) -> io::Result<Option<u64>> {
        let prefix = format!("{REPORT_FOLDER}-");
        let mut newest: Option<u64> = None;
        for entry in read_dir(&self.directory)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(&prefix)?.parse().ok());
            newest = newest.max(number);
        }
        Ok(newest)
    }

    fn next_kept(&self) -> io::Result<PathBuf> {
        Ok(self.kept_name(self.newest_kept()?.map_or(1, |newest| newest.saturating_add(1))))
    }
}

/// What a file system does with names.
struct Steps {
    rename: fn(&Path, &Path) -> io::Result<()>,
    /// Gives each of two the name of the other, in one step.
    exchange: fn(&Path, &Path) -> io::Result<()>,
}

impl Steps {
    const SYSTEM: Self = Self { rename: |from, to| rename(from, to), exchange };
}

/// Puts `unfinished` in the place of `folder`, which becomes `kept`. On an error `folder` is what it was.
fn change_places(unfinished: &Path, folder: &Path, kept: &Path, steps: &Steps) -> io::Result<()> {
    // The new one is already called as the other one will be, so a crash before the exchange leaves two whole reports.
    (steps.rename)(unfinished, kept)?;
    if (steps.exchange)(kept, folder).is_ok() {
        return Ok(());
    }
    // The file system or the platform cannot, or refuses for a reason that the next step meets too.
    (steps.rename)(kept, unfinished)?;
    (steps.rename)(folder, kept)?;
    (steps.rename)(unfinished, folder).inspect_err(|_| drop((steps.rename)(kept, folder)))
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    renameat2(AT_FDCWD, one, AT_FDCWD, other, RenameFlags::RENAME_EXCHANGE).map_err(io::Error::from)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// How a folder differs from the files it should hold.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Difference {
    /// It is not there.
    Absent,
    /// Not at all.
    None,
    /// In words.
    Some(String),
}

fn difference(folder: &Path, files: &[(&str, &str)]) -> io::Result<Difference> {
    let entries = match read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Difference::Absent),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Ok(Difference::Some("it is not a folder".to_owned()));
        }
        Err(error) => return Err(error),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut there = names.collect::<io::Result<BTreeSet<String>>>()?;
    for (name, text) in files {
        if !there.remove(*name) {
            return Ok(Difference::Some(format!("it has no {name}")));
        }
        if read(folder.join(name))? != text.as_bytes() {
            return Ok(Difference::Some(format!("its {name} is another")));
        }
    }
    Ok(there.first().map_or(Difference::None, |other| Difference::Some(format!("it also has {other}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// The new report, the one that is there, and the name it is kept under.
    fn three() -> (TempDir, [PathBuf; 3]) {
        let root = tempfile::tempdir().expect("a folder");
        let paths = ["new", "report", "report-1"].map(|name| root.path().join(name));
        for path in &paths[..2] {
            create_dir(path).expect("a folder");
            File::create_new(path.join(path.file_name().expect("a name"))).expect("a file");
        }
        (root, paths)
    }

    /// What lies in the folder: the name of its only file.
    fn holds(folder: &Path) -> Option<String> {
        let entry = read_dir(folder).ok()?.next()?.ok()?;
        Some(entry.file_name().to_string_lossy().into_owned())
    }

    #[track_caller]
    fn check(steps: &Steps, fits: bool, expected: [Option<&str>; 3]) {
        let (_root, paths) = three();
        let [new, report, kept] = &paths;
        assert_eq!(change_places(new, report, kept, steps).is_ok(), fits);
        assert_eq!(paths.each_ref().map(|path| holds(path)), expected.map(|name| name.map(str::to_owned)));
    }

    const REPLACED: [Option<&str>; 3] = [None, Some("new"), Some("report")];
    const AS_BEFORE: [Option<&str>; 3] = [Some("new"), Some("report"), None];

    fn refuse(_from: &Path, _to: &Path) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    #[test]
    fn two_reports_change_places() {
        check(&Steps::SYSTEM, true, REPLACED);
        check(&Steps { exchange: refuse, ..Steps::SYSTEM }, true, REPLACED);
    }

    #[test]
    fn whatever_the_disk_refuses_the_report_stays() {
        check(&Steps { rename: refuse, exchange: refuse }, false, AS_BEFORE);
        let not_into_place = |from: &Path, to: &Path| {
            let last = from.ends_with("new") && to.ends_with("report");
            if last { refuse(from, to) } else { rename(from, to) }
        };
        check(&Steps { rename: not_into_place, exchange: refuse }, false, AS_BEFORE);
        let not_away = |from: &Path, to: &Path| {
            if from.ends_with("report") { refuse(from, to) } else { rename(from, to) }
        };
        check(&Steps { rename: not_away, exchange: refuse }, false, AS_BEFORE);
    }
}
