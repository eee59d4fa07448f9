//! What `contend runs` prints.

use crate::layout::{MIN_WIDTH, Table, wrap};
use contend_record::{RunEntry, RunState, RunSummary};

/// One row for each run, newest first, and for one that cannot be read the reason.
pub fn text(entries: &[RunEntry]) -> String {
    if entries.is_empty() {
        return "No run is saved yet. `cargo bench` makes one.\n".to_owned();
    }
    let head = ["run", "measured", "not meas.", "faulty", "notes"];
    let mut table = Table::new(head.map(str::to_owned));
    for entry in entries {
        match &entry.state {
            RunState::Readable(summary) => table.numbers(entry.name.clone(), columns(summary)),
            RunState::Unreadable { reason } => table.text(entry.name.clone(), format!("failed to {reason}")),
        }
    }
    let mut text = table.lines(MIN_WIDTH).join("\n");
    text.push_str("\n\n");
    text.push_str(
        &wrap("`contend show RUN` shows one; the beginning of its name is enough.", MIN_WIDTH, 0).join("\n"),
    );
    text.push('\n');
    text
}

fn columns(summary: &RunSummary) -> Vec<String> {
    let counts = [summary.counts.measured, summary.counts.not_measurable, summary.counts.faulty];
    let mut columns: Vec<String> = counts.iter().map(ToString::to_string).collect();
    columns.push(notes(summary));
    columns
}

fn notes(summary: &RunSummary) -> String {
    let notes = [
        (summary.manifest.is_imported(), "imported"),
        (summary.unfinished, "unfinished"),
        (summary.manifest.source.dirty == Some(true), "changes"),
        (!summary.notices.is_empty(), "notices"),
    ];
    let notes: Vec<&str> =
        notes.iter().filter(|(true_of_it, _)| *true_of_it).map(|(_, note)| *note).collect();
    notes.join(", ")
}
