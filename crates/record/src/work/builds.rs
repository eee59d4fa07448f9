//! Builds that nobody named: kept so that the same source is not built twice, as long as there is room.

use super::error::KeepError;
use super::shelf::{KeptBuild, Trouble};
use super::{LockedFolder, WorkFolder};
use crate::environment::{host_id, now_unix_ms};
use crate::files;
use contend_protocol::baseline::{Place, SavedBuild};
use contend_protocol::comparison::{BuiltExecutable, Side};
use contend_protocol::version::{FormatVersion, MethodVersion};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many builds stay.
///
/// Chosen here because a bisection of 2,000 commits asks for eleven, and four executables with line tables take about
/// 60 MB.
const KEPT_BUILDS: usize = 12;

/// What was built, and where it lies.
#[derive(Clone, Debug)]
pub struct NewBuild {
    /// Hash of all that the bytes follow from, as 16 hexadecimal digits.
    pub key: String,
    /// What was built; its executables are filled in.
    pub side: Side,
    /// `RUSTFLAGS` of the build.
    pub rustflags: String,
    /// Variables that the executables have to be started with.
    pub environment: BTreeMap<String, String>,
    /// The executables, where cargo left them.
    pub executables: Vec<NewExecutable>,
}

/// An executable where cargo left it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewExecutable {
    /// Name of the bench target.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Folder of its package below the workspace, with `/` between the parts.
    pub package: String,
}

impl WorkFolder {
    /// Where cargo's output is kept if the build of this key fails.
    pub fn build_log(&self, key: &str) -> PathBuf {
        self.builds().root().join(format!("{key}.log"))
    }
}

impl LockedFolder {
    /// The build of this key if it is kept and whole. One that is not whole is as good as none: it is built again.
    pub fn find_build(&self, key: &str) -> Option<KeptBuild> {
        let found = self.folder.builds().open(key).ok();
        found.filter(|build| build.document.key == key && build.document.method == MethodVersion::CURRENT)
    }

    /// Keeps a build; the least recently used ones go, but none that is in use.
    ///
    /// # Errors
    /// [`KeepError::Write`] or [`KeepError::Read`]; nothing is kept then.
    pub fn keep_build(&self, build: NewBuild) -> Result<KeptBuild, KeepError> {
        let shelf = self.folder.builds();
        let sources: Vec<PathBuf> = build.executables.iter().map(|built| built.path.clone()).collect();
        let document = document(build)?;
        shelf.keep(&document.key, &document, &sources)?;
        let unusable = |trouble: Trouble| KeepError::Read {
            path: shelf.root().join(&document.key),
            source: std::io::Error::other(trouble.to_string()),
        };
        let kept = shelf.open(&document.key).map_err(unusable)?;
        files::remove_file(&self.folder.build_log(&document.key)).map_err(KeepError::write(shelf.root()))?;
        self.drop_old_builds()?;
        Ok(kept)
    }

    /// Keeps what cargo said about a build that failed, and says where.
    ///
    /// # Errors
    /// [`KeepError::Write`].
    pub fn keep_build_log(&self, key: &str, text: &str) -> Result<PathBuf, KeepError> {
        let path = self.folder.build_log(key);
        let root = self.folder.builds().root().to_owned();
        let written = std::fs::create_dir_all(root).and_then(|()| files::replace(&path, text));
        written.map_err(KeepError::write(&path)).map(|()| path)
    }

    fn drop_old_builds(&self) -> Result<(), KeepError> {
        let shelf = self.folder.builds();
        let mut names = shelf.names()?;
        names.sort_by_cached_key(|name| std::cmp::Reverse(shelf.last_used(name)));
        for name in names.iter().skip(KEPT_BUILDS).filter(|name| !shelf.is_in_use(name)) {
            shelf.remove(name).map_err(KeepError::write(&shelf.root().join(name)))?;
        }
        Ok(())
    }
}

fn document(build: NewBuild) -> Result<SavedBuild, KeepError> {
    let places = places(&build.executables);
    let executables = build.executables.into_iter().map(built).collect::<Result<_, _>>()?;
    Ok(SavedBuild {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        name: None,
        created_unix_ms: now_unix_ms(),
        machine: host_id(),
        key: build.key,
        side: Side { executables, ..build.side },
        rustflags: build.rustflags,
        environment: build.environment,
        places,
    })
}

fn built(executable: NewExecutable) -> Result<BuiltExecutable, KeepError> {
    let facts = files::facts(&executable.path).map_err(KeepError::read(&executable.path))?;
    Ok(BuiltExecutable { name: executable.name, hash: facts.hash, bytes: facts.bytes })
}

/// A file for each: two packages may name their bench targets alike.
fn places(executables: &[NewExecutable]) -> Vec<Place> {
    let place = |(index, executable): (usize, &NewExecutable)| {
        let clash = executables[..index].iter().filter(|other| other.name == executable.name).count();
        let file =
            if clash == 0 { executable.name.clone() } else { format!("{}.{}", executable.name, clash + 1) };
        Place { file, package: executable.package.clone() }
    };
    executables.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_of_the_same_name_do_not_share_a_file() {
        let executable = |name: &str, package: &str| NewExecutable {
            name: name.to_owned(),
            path: PathBuf::new(),
            package: package.to_owned(),
        };
        let places = places(&[executable("map", "a"), executable("map", "b"), executable("lock", "b")]);
        let files: Vec<&str> = places.iter().map(|place| &*place.file).collect();
        assert_eq!(files, ["map", "map.2", "lock"]);
    }
}
