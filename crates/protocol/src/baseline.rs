//! `build.json` and `baseline.json`: bench executables that are kept, and what they were built from.
//!
//! A baseline is a build with a name: it stays until it is removed, and others go when newer ones need the room.

use crate::comparison::Side;
use crate::version::{FormatVersion, MethodVersion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bench executables of one source, built in one way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedBuild {
    /// Version of this document.
    pub format: FormatVersion,
    /// Version of how the `contend` that saved it measures.
    pub method: MethodVersion,
    /// Name of the baseline; `null` for a build that nobody named.
    pub name: Option<String>,
    /// When it was saved, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// Hash of what all programs of the machine see alike, as 16 hexadecimal digits.
    pub machine: String,
    /// Hash of all that the bytes follow from, as 16 hexadecimal digits: tree, variants, compiler, flags.
    pub key: String,
    /// What was built. Its label is of no meaning here: whoever asks for the build gives it one.
    pub side: Side,
    /// `RUSTFLAGS` of the build; empty where there were none.
    pub rustflags: String,
    /// Variables that the executables have to be started with.
    pub environment: BTreeMap<String, String>,
    /// Where the executables of the side are: one entry each, in their order.
    pub places: Vec<Place>,
}

/// Where a kept executable is, and where it belongs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of its file, in the folder of this document.
    pub file: String,
    /// Folder of its package below the workspace, with `/` between the parts; empty for the workspace's own.
    pub package: String,
}
