//! The bench executables of a workspace: found by cargo, asked over their stdout.

mod ask;
mod find;

use std::path::PathBuf;

pub(crate) use ask::{Conclusion, Heard, Question};
pub(crate) use find::find;

/// A bench executable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Executable {
    /// The bench target's name.
    pub(crate) name: String,
    path: PathBuf,
    /// Where cargo would start it; `None` for here.
    directory: Option<PathBuf>,
}

/// Whether the user wants all cells and not only the curated ones.
pub(crate) fn full_set() -> bool {
    std::env::var_os("CONTEND_SET").is_some_and(|set| set == "full")
}
