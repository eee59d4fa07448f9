//! A folder of builds, each a folder of its own: executables, and a document that says what they are.
//!
//! What begins with a dot is not kept: `.unfinished` is being written, `.replaced.NAME` gives way to a new `NAME`,
//! `.removed.NAME` is on its way out. The names move in single steps, so a kept build is whole at every moment.

use super::error::KeepError;
use crate::{files, lock};
use contend_protocol::baseline::SavedBuild;
use contend_protocol::manifest::format_of;
use contend_protocol::version::FormatVersion;
use contend_protocol::{decode, encode_pretty};
use std::fs::{File, TryLockError, create_dir_all, read_dir, rename};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

const UNFINISHED: &str = ".unfinished";
const REPLACED: &str = ".replaced.";
const REMOVED: &str = ".removed.";

/// Held by whoever starts the executables beside it; its time of change is when they were last asked for.
const USE_FILE: &str = ".in-use";

/// A folder of builds.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    root: PathBuf,
    document: &'static str,
}

/// Why a build cannot be used. Each text is a sentence without its stop.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("it is not there")]
    Missing,
    #[error("{0}")]
    Damaged(String),
    #[error("its format {} is not {}, which this build reads", .0.0, FormatVersion::CURRENT.0)]
    OtherFormat(FormatVersion),
}

/// A kept build, which stays while this lives.
#[derive(Debug)]
pub struct KeptBuild {
    /// What it is.
    pub document: SavedBuild,
    /// The folder of the executables.
    pub directory: PathBuf,
    _in_use: File,
}

impl KeptBuild {
    /// Name, package folder below the workspace, and file of each executable.
    pub fn executables(&self) -> impl Iterator<Item = (&str, &str, PathBuf)> {
        let files = self.document.side.executables.iter().zip(&self.document.places);
        files.map(|(built, place)| (&*built.name, &*place.package, self.directory.join(&place.file)))
    }
}

impl Shelf {
    pub(super) fn new(root: PathBuf, document: &'static str) -> Self {
        Self { root, document }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Names of all that is kept, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, KeepError> {
        let mut names = self.entries()?;
        // A name that gives way is still the one to be used until the new one is there.
        let replaced: Vec<String> =
            names.iter().filter_map(|name| name.strip_prefix(REPLACED).map(str::to_owned)).collect();
        names.retain(|name| !name.starts_with('.') && self.root.join(name).is_dir());
        names.extend(replaced);
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Where `name` is, if it is kept.
    pub(super) fn place(&self, name: &str) -> Option<PathBuf> {
        let places = [self.root.join(name), self.root.join(format!("{REPLACED}{name}"))];
        places.into_iter().find(|place| place.is_dir())
    }

    /// Reads and verifies a build, and keeps it from being removed.
    pub(super) fn open(&self, name: &str) -> Result<KeptBuild, Trouble> {
        let directory = self.place(name).ok_or(Trouble::Missing)?;
        let unusable = |error| Trouble::Damaged(format!("{USE_FILE} cannot be opened: {error}"));
        let in_use = lock::share(&directory.join(USE_FILE)).map_err(unusable)?;
        let document = read(&directory, self.document)?;
        verify(&directory, &document)?;
        // It is a courtesy to the next clean-up, and a folder that cannot be written is not cleaned up.
        drop(in_use.set_modified(SystemTime::now()));
        Ok(KeptBuild { document, directory, _in_use: in_use })
    }

    /// Reads and verifies a build without a claim to it.
    pub(super) fn look_at(&self, name: &str) -> Result<SavedBuild, Trouble> {
        let directory = self.place(name).ok_or(Trouble::Missing)?;
        let document = read(&directory, self.document)?;
        verify(&directory, &document).map(|()| document)
    }

    /// Keeps `document` and copies of the executables at `sources`, in its order, as `name`; what had the name goes.
    pub(super) fn keep(
        &self,
        name: &str,
        document: &SavedBuild,
        sources: &[PathBuf],
    ) -> Result<(), KeepError> {
        create_dir_all(&self.root).map_err(KeepError::write(&self.root))?;
        let unfinished = self.root.join(UNFINISHED);
        let written = self.write(&unfinished, document, sources).and_then(|()| self.put_in_place(name));
        written.map_err(|error| {
            // Nobody counts it; it only takes room, which may be what is missing.
            drop(files::remove_folder(&unfinished));
            KeepError::write(&self.root.join(name))(error)
        })
    }

    /// Removes a build in one step.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        let removed = self.root.join(format!("{REMOVED}{name}"));
        files::remove_folder(&removed)?;
        match self.place(name) {
            Some(place) => rename(place, &removed).and_then(|()| files::remove_folder(&removed)),
            None => Ok(()),
        }
    }

    /// Whether some process uses it.
    pub(super) fn is_in_use(&self, name: &str) -> bool {
        self.place(name).is_some_and(|place| lock::is_shared(&place.join(USE_FILE)))
    }

    /// When it was last asked for.
    pub(super) fn last_used(&self, name: &str) -> Option<SystemTime> {
        self.place(name)?.join(USE_FILE).metadata().and_then(|file| file.modified()).ok()
    }

    /// Ends what a killed process has left half-done.
    pub(super) fn recover(&self) -> Result<(), KeepError> {
        for entry in self.entries()? {
            let path = self.root.join(&entry);
            let outcome = match entry.strip_prefix(REPLACED) {
                Some(name) if !self.root.join(name).exists() => rename(&path, self.root.join(name)),
                None if entry != UNFINISHED && !entry.starts_with(REMOVED) => Ok(()),
                _ => files::remove_folder(&path),
            };
            outcome.map_err(KeepError::write(&path))?;
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<String>, KeepError> {
        let entries = match read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(KeepError::read(&self.root)(error)),
        };
        let name = |entry: io::Result<std::fs::DirEntry>| entry.map(|entry| entry.file_name().into_string());
        let names: io::Result<Vec<_>> = entries.map(name).collect();
        // A name that is no text was not given by us.
        Ok(names.map_err(KeepError::read(&self.root))?.into_iter().flatten().collect())
    }

    fn write(&self, unfinished: &Path, document: &SavedBuild, sources: &[PathBuf]) -> io::Result<()> {
        files::remove_folder(unfinished)?;
        create_dir_all(unfinished)?;
        for ((source, place), built) in sources.iter().zip(&document.places).zip(&document.side.executables) {
            let copy = unfinished.join(&place.file);
            files::copy(source, &copy)?;
            let facts = files::facts(&copy)?;
            if (&facts.hash, facts.bytes) != (&built.hash, built.bytes) {
                return Err(io::Error::other(format!("{} changed meanwhile", source.display())));
            }
        }
        File::create(unfinished.join(USE_FILE))?;
        files::replace(&unfinished.join(self.document), encode_pretty(document))
    }

    fn put_in_place(&self, name: &str) -> io::Result<()> {
        let (place, replaced) = (self.root.join(name), self.root.join(format!("{REPLACED}{name}")));
        files::remove_folder(&replaced)?;
        // It may have come into use since that was asked for. Nobody begins to use it while this is held.
        let used = File::open(place.join(USE_FILE)).ok();
        if used.as_ref().is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock))) {
            return Err(io::Error::other("a comparison uses what would be replaced"));
        }
        if place.exists() {
            rename(&place, &replaced)?;
        }
        rename(self.root.join(UNFINISHED), &place)?;
        files::sync_folder(&self.root)?;
        files::remove_folder(&replaced)
    }
}

fn read(directory: &Path, file: &str) -> Result<SavedBuild, Trouble> {
    let text = std::fs::read_to_string(directory.join(file))
        .map_err(|error| Trouble::Damaged(format!("{file} cannot be read: {error}")))?;
    match format_of(&text) {
        Some(FormatVersion::CURRENT) | None => {}
        Some(other) => return Err(Trouble::OtherFormat(other)),
    }
    decode("a baseline", &text)
        .map_err(|error| Trouble::Damaged(format!("{file} is damaged: failed to {error}")))
}

/// Whether every executable is there, with the bytes that were saved.
fn verify(directory: &Path, document: &SavedBuild) -> Result<(), Trouble> {
    let built = &document.side.executables;
    if built.len() != document.places.len() {
        return Err(Trouble::Damaged("not every executable has its place".to_owned()));
    }
    for (built, place) in built.iter().zip(&document.places) {
        let outside = || Trouble::Damaged(format!("`{}` is no file of its folder", place.file));
        let file = plain_name(&place.file).ok_or_else(outside)?;
        let unreadable = |error| Trouble::Damaged(format!("the executable {file} cannot be read: {error}"));
        let facts = files::facts(&directory.join(file)).map_err(unreadable)?;
        if (&facts.hash, facts.bytes) != (&built.hash, built.bytes) {
            return Err(Trouble::Damaged(format!("the executable {file} is not the one that was saved")));
        }
    }
    Ok(())
}

/// A name that stays in its folder.
fn plain_name(file: &str) -> Option<&str> {
    let mut parts = Path::new(file).components();
    let plain =
        matches!(parts.next(), Some(Component::Normal(part)) if part == file) && parts.next().is_none();
    plain.then_some(file)
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[track_caller]
    fn check(file: &str, plain: bool) {
        assert_eq!(plain_name(file).is_some(), plain, "{file:?}");
    }

    #[test]
    fn files_stay_in_their_folder() {
        check("locks", true);
        check("locks-2.exe", true);
        check("", false);
        check("..", false);
        check("../locks", false);
        check("a/b", false);
        check("a/", false);
        check("/etc/passwd", false);
    }
}
