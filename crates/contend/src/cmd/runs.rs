//! `contend runs`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::exit;
use contend_protocol::{Value, json};
use contend_record::{RunEntry, RunState, Store};
use contend_report::runs;

/// List the saved runs, newest first
///
/// A run that cannot be read is named with the reason and hides no other. With --format json:
///
/// {"schema": "contend-runs/1", "store": PATH, "runs": [RUN, ...]}, where RUN has "name", "state" ("readable" or
/// "unreadable"), and either "measured", "not_measurable", "faulty", "unfinished", "notices" and "manifest" (the
/// run's run.json), or "reason".
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let entries = store.runs()?;
    match arguments.format.format {
        Format::Text => print(&runs::text(&entries))?,
        Format::Json => print_json(&object(&store, &entries))?,
    }
    Ok(exit::OK)
}

fn object(store: &Store, entries: &[RunEntry]) -> Value {
    let runs: Vec<Value> = entries.iter().map(entry).collect();
    json!({ "schema": "contend-runs/1", "store": store.root().to_string_lossy(), "runs": runs })
}

fn entry(entry: &RunEntry) -> Value {
    match &entry.state {
        RunState::Unreadable { reason } => {
            json!({ "name": entry.name, "state": "unreadable", "reason": reason })
        }
        RunState::Readable(summary) => json!({
            "name": entry.name,
            "state": "readable",
            "measured": summary.counts.measured,
            "not_measurable": summary.counts.not_measurable,
            "faulty": summary.counts.faulty,
            "unfinished": summary.unfinished,
            "notices": summary.notices.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "manifest": summary.manifest,
        }),
    }
}
