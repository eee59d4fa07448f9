//! Filters on ids, and what to say where they select nothing.

use crate::compare::cells::SideCells;
use crate::error::CommandError;
use crate::executables::{self, Executable};
use contend_protocol::catalogue::CellEntry;
use contend_record::nearest;
use regex::Regex;

/// Reads a filter. The characters of an id mean themselves in a regular expression, so a part of an id is one.
pub(super) fn filter(text: Option<&str>) -> Result<Option<Regex>, CommandError> {
    let regex = text.map(Regex::new).transpose();
    regex.map_err(|error| CommandError::Usage(format!("read the filter as a regular expression: {error}")))
}

/// Whether the filter, if there is one, fits the cell's id.
pub(super) fn fits(filter: Option<&Regex>, entry: &CellEntry) -> bool {
    filter.is_none_or(|filter| filter.is_match(&entry.cell.to_string()))
}

/// Whether the cell is in the set that the user wants.
pub(super) fn in_set(entry: &CellEntry) -> bool {
    entry.curated || executables::full_set()
}

/// Nothing of `ids` was selected by `filter`.
pub(super) fn nothing(filter: Option<&str>, ids: &[String]) -> CommandError {
    let Some(filter) = filter else {
        return CommandError::NothingSelected(
            "find a cell: no bench executable of this workspace has one for contend".to_owned(),
        );
    };
    let hint = hint(filter, ids, "`contend list --all` prints all ids");
    CommandError::NothingSelected(format!("select a cell with `{filter}`; {hint}"))
}

/// Nothing of what the executables have was selected by `filter`: all that it fits is outside the set, or it fits nothing.
///
/// # Errors
/// What keeps an executable from saying what it has.
pub(super) fn nothing_here(
    wanted: Option<&str>,
    executables: &[Executable],
    environment: &[(&str, String)],
) -> Result<CommandError, CommandError> {
    let filter = filter(wanted)?;
    let outside = SideCells::ask_in(executables, environment, |entry| fits(filter.as_ref(), entry))?;
    if outside.is_empty() {
        return Ok(nothing(wanted, &SideCells::ask(executables, |_| true)?.ids()));
    }
    let with = wanted.map(|filter| format!(" with `{filter}`")).unwrap_or_default();
    let count = outside.iter().len();
    Ok(CommandError::NothingSelected(format!(
        "select a cell{with} in the curated set; `--set full` has {count}"
    )))
}

/// Nothing of `ids`, which are those of the run, was selected by `filter`.
pub(super) fn nothing_in(run: &str, filter: &str, ids: &[String]) -> CommandError {
    let hint = hint(filter, ids, "`contend show` prints what it has");
    CommandError::NothingSelected(format!("select a cell of run {run} with `{filter}`; {hint}"))
}

fn hint(filter: &str, ids: &[String], otherwise: &str) -> String {
    let near = nearest(filter, ids.iter().map(String::as_str), 3);
    if near.is_empty() { otherwise.to_owned() } else { format!("nearest are {}", near.join(", ")) }
}
