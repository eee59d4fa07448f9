//! `contend import`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{exit, json};
use contend_record::exchange::criterion_folder;
use std::path::PathBuf;

/// Most benchmarks that are named because they cannot be read.
///
/// Chosen here because a few show what is wrong, and a folder may have thousands.
const NAMED: usize = 5;

/// Take numbers of criterion as an indicative run
///
/// Saves the newest numbers of each benchmark in a criterion folder as a run that `contend show`, `export` and `indicative`
/// know. It is marked as imported: criterion's files do not say where, when and how they were measured, or with how many
/// threads, so nothing is judged by it. Times are taken for nanoseconds, which they are unless a bench has a measurement of its
/// own. The folder stays as it is. With --format json:
///
/// {"schema": "contend-import/1", "run": NAME, "cells": N, "unreadable": [{"folder": PATH, "reason": what failed}, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Criterion's folder, such as target/criterion, or any folder in it.
    folder: PathBuf,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let found = criterion_folder(&arguments.folder)?;
    for (folder, reason) in found.unreadable.iter().take(NAMED) {
        eprintln!("contend: left out {}: failed to {reason}", folder.display());
    }
    if found.unreadable.len() > NAMED {
        eprintln!("contend: left out {} more that cannot be read", found.unreadable.len() - NAMED);
    }
    let store = super::store()?;
    // Nobody packs the run while it is written.
    let _alone = super::measure_alone(&store)?;
    let directory = store.import(&found.benchmarks)?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cells = found.benchmarks.len();
    match arguments.format.format {
        Format::Text => print(&format!(
            "imported {cells} cells as {name}\n`contend show {name}` shows them; they are indicative only.\n"
        ))?,
        Format::Json => print_json(&json!({
            "schema": "contend-import/1",
            "run": name,
            "cells": cells,
            "unreadable": found.unreadable.iter().map(|(folder, reason)| {
                json!({ "folder": folder.to_string_lossy(), "reason": reason })
            }).collect::<Vec<_>>(),
        }))?,
    }
    Ok(exit::OK)
}
