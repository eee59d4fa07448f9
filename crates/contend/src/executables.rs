//! The bench executables of a workspace: found by cargo, asked over their stdout.

mod ask;
mod find;
mod patience;

use std::path::PathBuf;

pub(crate) use ask::{AskError, Conclusion, Heard, Input, Question};
pub(crate) use find::{BUILD_BENCHES, benches, cargo, find, find_passes};
pub(crate) use patience::{patience, speaks};

/// A bench executable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Executable {
    /// The bench target's name.
    pub(crate) name: String,
    /// Its file.
    pub(crate) path: PathBuf,
    /// Where cargo would start it; `None` for here.
    pub(crate) directory: Option<PathBuf>,
}

impl Executable {
    /// The executable in the file `path`, started here.
    pub(crate) fn at(path: PathBuf) -> Self {
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { name, path, directory: None }
    }
}

/// Whether the user wants all cells and not only the curated ones.
pub(crate) fn full_set() -> bool {
    std::env::var_os("CONTEND_SET").is_some_and(|set| set == "full")
}
