//! `contend list`.

use super::select;
use crate::cli::{Format, FormatFlag, Selection};
use crate::error::CommandError;
use crate::executables::{self, Conclusion, Executable, Heard, Question};
use crate::output::{print, print_json};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::json;
use contend_protocol::{decode, exit};
use contend_report::list;
use regex::Regex;

/// List the cells that can be measured here, an id a line
///
/// Builds the bench executables of the workspace and asks them. With --format json:
///
/// {"schema": "contend-list/1", "cells": [CELL, ...]}, where CELL has "cell" (its id), "curated", "oversubscribed",
/// "unavailable" (the reason, or null), "version", "capabilities", "note" and "question".
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Also cells outside the curated set, and those a contender cannot do, with the reason.
    #[arg(long)]
    all: bool,

    /// The contenders, each once: what it is, what it can do, what one has to know of it.
    #[arg(long)]
    contenders: bool,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let wanted = arguments.selection.filter.as_deref();
    let filter = select::filter(wanted)?;
    let executables = executables::find(&arguments.selection.executables, &arguments.selection.features)?;
    let catalogue = catalogue(&executables)?;
    let shown: Vec<CellEntry> = catalogue
        .cells
        .iter()
        .filter(|entry| is_shown(entry, filter.as_ref(), arguments.all))
        .cloned()
        .collect();
    // What an executable could not say may be what was asked for.
    if shown.is_empty() && catalogue.complete {
        let hidden = catalogue.cells.iter().filter(|entry| is_shown(entry, filter.as_ref(), true)).count();
        return Err(match hidden {
            0 => select::nothing(wanted, &catalogue.ids()),
            _ => CommandError::NothingSelected(format!("select a cell by default; `--all` shows {hidden}")),
        });
    }
    match arguments.format.format {
        Format::Text if arguments.contenders => print(&list::contenders(&shown))?,
        Format::Text => print(&list::text(&shown))?,
        Format::Json => print_json(&json!({ "schema": "contend-list/1", "cells": shown }))?,
    }
    Ok(if catalogue.complete { exit::OK } else { exit::INTERNAL })
}

fn is_shown(entry: &CellEntry, filter: Option<&Regex>, all: bool) -> bool {
    select::fits(filter, entry) && (all || select::in_set(entry) && entry.unavailable.is_none())
}

/// What all executables said they have.
pub(crate) struct Catalogue {
    pub(crate) cells: Vec<CellEntry>,
    /// Every executable that is a suite answered to its end.
    pub(crate) complete: bool,
}

impl Catalogue {
    pub(crate) fn ids(&self) -> Vec<String> {
        self.cells.iter().map(|entry| entry.cell.to_string()).collect()
    }
}

/// Asks every executable for all its cells. What cannot answer is named on stderr.
pub(crate) fn catalogue(executables: &[Executable]) -> Result<Catalogue, CommandError> {
    catalogue_in(executables, &[])
}

/// As [`catalogue`], with these variables.
pub(crate) fn catalogue_in(
    executables: &[Executable],
    environment: &[(&str, String)],
) -> Result<Catalogue, CommandError> {
    let mut catalogue = Catalogue { cells: Vec::new(), complete: true };
    let question = Question {
        arguments: &["list"],
        accepted: &[exit::OK],
        full_set: true,
        environment,
        ..Question::default()
    };
    for executable in executables {
        let outcome = executable.ask(&question, |heard| {
            if let Heard::Line(line) = heard {
                catalogue.cells.push(decode("a cell", line)?);
            }
            Ok(())
        });
        catalogue.complete &= executable.conclude(outcome)? != Conclusion::Broken;
    }
    Ok(catalogue)
}
