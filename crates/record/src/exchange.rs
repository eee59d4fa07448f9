//! Files for other software, and folders from it.

mod criterion;
mod import;

use crate::error::at;
use crate::files::{remove_file, remove_folder, sync_folder};
use std::fs::{File, create_dir, create_dir_all, hard_link, rename};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub use criterion::{CriterionFolder, FoundBenchmark, criterion_folder};

/// Why something could not be given to other software or taken from it. Each text fits after "failed to ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// There is something of that name.
    #[error("write {path}: it is there already, and nothing is overwritten; give another name, or remove it")]
    Taken {
        /// What was to be written.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("write {path}: {source}; {}", way_out(.source))]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was to be imported cannot be read.
    #[error("read {path}: {source}; give criterion's folder, which is target/criterion by default")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error(
        "import {path}: nothing below it is a benchmark of criterion (a folder `new` with benchmark.json and sample.json); \
         give criterion's folder, which is target/criterion by default"
    )]
    NotCriterion {
        /// What was to be imported.
        path: PathBuf,
    },
    /// It is one, but nothing in it can be read.
    #[error("import {path}: none of its benchmarks can be read: failed to {reason}")]
    NothingReadable {
        /// What was to be imported.
        path: PathBuf,
        /// What is wrong with the first.
        reason: String,
    },
}

impl ExchangeError {
    /// Whether it was to be written into a folder that is not there: the way out is another path.
    pub fn has_no_folder(&self) -> bool {
        matches!(self, Self::Write { source, .. } if is_no_folder(source))
    }
}

fn is_no_folder(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn way_out(error: &io::Error) -> &'static str {
    if is_no_folder(error) {
        "give a path in a folder that is there"
    } else {
        "free space there, or give a folder that can be written"
    }
}

/// Writes a file that is not there yet: it appears whole, or not at all.
///
/// # Errors
/// [`ExchangeError::Taken`] where there is something of that name, which stays as it is; [`ExchangeError::Write`] if the
/// disk refuses.
pub fn write_new_file(path: &Path, text: &str) -> Result<(), ExchangeError> {
    if path.symlink_metadata().is_ok() {
        return Err(ExchangeError::Taken { path: path.to_owned() });
    }
    write_beside(path, text, appear).map_err(|error| refused(path, error))
}

/// Writes a file whether there is one of that name or not: a reader sees the old one or the new one, and never a part.
///
/// # Errors
/// [`ExchangeError::Write`] if the disk refuses; what was there is there still.
pub fn write_file(path: &Path, text: &str) -> Result<(), ExchangeError> {
    let replaced = |unfinished: &Path, path: &Path| rename(unfinished, path);
    let written = write_beside(path, text, replaced);
    written.map_err(at(path, |path, source| ExchangeError::Write { path, source }))
}

/// Writes the text under another name, which `finish` changes to the right one.
fn write_beside(
    path: &Path,
    text: &str,
    finish: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let (unfinished, mut file) = make_unfinished(path, |unfinished| File::create_new(unfinished))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let written = written.and_then(|()| finish(&unfinished, path));
    drop(remove_file(&unfinished));
    written
}

/// Writes a folder that is not there yet, with these files, named from it: it appears whole, or not at all.
///
/// # Errors
/// As [`write_new_file`].
pub fn write_new_folder(path: &Path, files: &[(PathBuf, String)]) -> Result<(), ExchangeError> {
    if path.symlink_metadata().is_ok() {
        return Err(ExchangeError::Taken { path: path.to_owned() });
    }
    let made = make_unfinished(path, |unfinished| create_dir(unfinished));
    let (unfinished, ()) = made.map_err(|error| refused(path, error))?;
    let written = fill(&unfinished, files)
        // The system replaces an empty folder, so one that came meanwhile loses nothing.
        .and_then(|()| rename(&unfinished, path))
        .and_then(|()| path.parent().map_or(Ok(()), |parent| sync_folder(parent_or_here(parent))));
    if written.is_err() {
        drop(remove_folder(&unfinished));
    }
    written.map_err(|error| refused(path, error))
}

/// Writes files that are not there yet, named from `root`; folders on the way are made. Where one is there already, none is
/// written.
///
/// # Errors
/// As [`write_new_file`]; what was written before the disk refused is removed.
pub fn write_new_files(root: &Path, files: &[(PathBuf, String)]) -> Result<(), ExchangeError> {
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| root.join(name)).collect();
    if let Some(taken) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(ExchangeError::Taken { path: taken.clone() });
    }
    for (index, (path, (_, text))) in paths.iter().zip(files).enumerate() {
        let parent = path.parent().map_or(Ok(()), create_dir_all).map_err(|error| refused(path, error));
        if let Err(error) = parent.and_then(|()| write_new_file(path, text)) {
            paths[..index].iter().for_each(|written| drop(remove_file(written)));
            return Err(error);
        }
    }
    Ok(())
}

/// Writes files into a folder that is there, named from it; folders on the way are made.
pub(crate) fn fill(folder: &Path, files: &[(PathBuf, String)]) -> io::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), create_dir_all)?;
        create(&path, text)?;
    }
    Ok(())
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Gives a whole file its name. Unlike a rename, a link never replaces what came there meanwhile.
fn appear(unfinished: &Path, path: &Path) -> io::Result<()> {
    match hard_link(unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            // Some file systems have no links. Here whoever creates the same file in between loses it.
            rename(unfinished, path)
        }
        linked => linked,
    }
}

/// Makes something beside `path` under a name that nobody uses: what a killed process left, whose number may be ours now, is
/// neither taken for the target nor touched.
fn make_unfinished<T>(path: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut attempt = 0_u32;
    loop {
        let unfinished = path.with_file_name(format!(".{name}.{}.{attempt}.part", std::process::id()));
        match make(&unfinished) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => attempt += 1,
            made => return made.map(|made| (unfinished, made)),
        }
    }
}

fn parent_or_here(parent: &Path) -> &Path {
    if parent.as_os_str().is_empty() { Path::new(".") } else { parent }
}

fn refused(path: &Path, error: io::Error) -> ExchangeError {
    match error.kind() {
        ErrorKind::AlreadyExists => ExchangeError::Taken { path: path.to_owned() },
        _ => at(path, |path, source| ExchangeError::Write { path, source })(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read_dir, read_to_string};

    fn names(folder: &Path) -> usize {
        read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn a_file_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cells.csv");
        write_new_file(&path, "first").expect("it is new");
        let error = write_new_file(&path, "second").expect_err("it is there");
        assert!(error.to_string().contains("nothing is overwritten"), "{error}");
        assert_eq!(read_to_string(&path).expect("text"), "first");
        assert_eq!(names(folder.path()), 1, "no part is left");
        let missing = write_new_file(&folder.path().join("no/cells.csv"), "x").expect_err("no folder");
        assert!(
            missing.has_no_folder() && missing.to_string().contains("a folder that is there"),
            "{missing}"
        );
        let below_a_file = write_new_file(&path.join("cells.csv"), "x").expect_err("no folder");
        assert!(below_a_file.has_no_folder(), "{below_a_file}");
    }

    #[test]
    fn a_file_can_be_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("contend.prom");
        write_file(&path, "first").expect("it is new");
        write_file(&path, "second").expect("it is replaced");
        assert_eq!(read_to_string(&path).expect("text"), "second");
        assert_eq!(names(folder.path()), 1, "no part is left");
        create_dir(folder.path().join("taken")).expect("a folder");
        let error = write_file(&folder.path().join("taken"), "x").expect_err("a folder is no file");
        assert!(matches!(error, ExchangeError::Write { .. }), "{error}");
        assert_eq!(names(folder.path()), 2, "no part is left");
    }

    #[test]
    fn what_a_killed_process_left_is_not_the_target() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["file", "folder"] {
            let left = format!(".{name}.{}.0.part", std::process::id());
            create_dir(folder.path().join(left)).expect("a folder");
        }
        write_new_file(&folder.path().join("file"), "text").expect("it is new");
        write_new_folder(&folder.path().join("folder"), &[]).expect("it is new");
        assert_eq!(names(folder.path()), 4);
    }

    #[test]
    fn a_folder_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("criterion");
        let files = [(PathBuf::from("a/new/sample.json"), "1".to_owned()), ("b".into(), "2".to_owned())];
        write_new_folder(&path, &files).expect("it is new");
        assert_eq!(read_to_string(path.join("a/new/sample.json")).expect("text"), "1");
        assert!(matches!(write_new_folder(&path, &files), Err(ExchangeError::Taken { .. })));
        assert_eq!(names(folder.path()), 1, "no part is left");
    }

    #[test]
    fn of_several_files_all_are_written_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let files =
            [("a/one", "1"), ("b/two", "2")].map(|(name, text)| (PathBuf::from(name), text.to_owned()));
        write_new_files(folder.path(), &files[1..]).expect("it is new");
        let error = write_new_files(folder.path(), &files).expect_err("one is there");
        assert!(error.to_string().contains("b/two"), "{error}");
        assert!(!folder.path().join("a").exists());
        write_new_files(&folder.path().join("c"), &files).expect("they are new");
        assert_eq!(read_to_string(folder.path().join("c/a/one")).expect("text"), "1");
    }
}
