//! The small files in which the system says what it is.

use std::path::{Path, PathBuf};

/// Files of the system, below a root that tests choose.
#[derive(Clone, Debug)]
pub(super) struct SystemFiles {
    root: PathBuf,
}

impl SystemFiles {
    /// Those of the system this runs on.
    pub(super) fn here() -> Self {
        Self { root: PathBuf::from("/") }
    }

    /// A file, named from the root, without white space around; `None` where it cannot be read.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok().map(|text| text.trim().to_owned())
    }

    /// Bytes of a file that need not be text.
    pub(super) fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(path)).ok()
    }

    /// What a link of the system says, which need not be the path of anything; `None` where it is none.
    pub(super) fn link(&self, path: impl AsRef<Path>) -> Option<String> {
        std::fs::read_link(self.root.join(path)).ok()?.into_os_string().into_string().ok()
    }

    /// Names in a folder, sorted; `None` where it is not there.
    pub(super) fn names(&self, folder: impl AsRef<Path>) -> Option<Vec<String>> {
        let entries = std::fs::read_dir(self.root.join(folder)).ok()?;
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Some(names)
    }
}

/// A made-up system: paths from the root, and their texts. It is there as long as the folder.
#[cfg(test)]
pub(super) fn fake(texts: &[(&str, &str)]) -> (tempfile::TempDir, SystemFiles) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in texts {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        #[expect(clippy::disallowed_methods, reason = "a system to read, in a folder of the test")]
        std::fs::write(path, text).expect("a file");
    }
    let files = SystemFiles { root: folder.path().to_owned() };
    (folder, files)
}

/// Adds a link that says `text`.
#[cfg(all(test, unix))]
pub(super) fn add_link(folder: &tempfile::TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::os::unix::fs::symlink(text, path).expect("a link");
}
