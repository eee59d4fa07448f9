//! `contend doctor`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{colour, print, print_json};
use anyhow::Context;
use contend_protocol::{exit, json};
use contend_record::environment::{self, Activity, Conditions};
use contend_record::work::WorkFolder;
use contend_record::{Store, workspace_dir};
use contend_report::doctor::{self, Examined, Line, Mark};
use std::thread::sleep;
use std::time::Duration;

/// How long others are watched.
///
/// Chosen here because the kernel counts in ticks of 10 ms: one second on two processors is 200 of them, so half a percent
/// shows.
const WATCH: Duration = Duration::from_secs(1);

/// Say what on this machine moves numbers, and what to do about it
///
/// One line for each thing that is looked at: ✗ makes what is measured now worthless, ! moves numbers or limits what they
/// say, ? cannot be seen, ✓ is as it should be. Below it stand why, the exact command, and the one that takes it back. Nothing
/// is changed. The machine is fit where no line that bears on numbers is ✗ or !, usable where some are !, unfit where any is
/// ✗, and unknown where more are ? than ✓. With --format json:
///
/// {"schema": "contend-doctor/1", "grade": "fit", "usable", "unfit" or "unknown", "machine": its id, "lines": [{"code",
/// "mark": "bad", "wary", "unknown" or "good", "counts": it bears on numbers, "finding", "effect", "advice", "command",
/// "undo"}, ...]}, where the last three may be null.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Exit with 13 where a line is ✗.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let found = examine(&store, false)?;
    match arguments.format.format {
        Format::Text => print(&doctor::text(&found.lines, colour()))?,
        Format::Json => print_json(&json!({
            "schema": "contend-doctor/1",
            "grade": doctor::grade(&found.lines),
            "machine": found.machine,
            "lines": found.lines,
        }))?,
    }
    let unfit = arguments.strict && found.lines.iter().any(|line| line.mark == Mark::Bad);
    Ok(if unfit { exit::UNFIT } else { exit::OK })
}

/// What is found on this machine now.
pub(super) struct Found {
    /// The machine's id.
    machine: String,
    pub(super) lines: Vec<Line>,
}

/// Looks at this machine, for a second. `alone`: it is this process that keeps others from measuring into the store.
pub(super) fn examine(store: &Store, alone: bool) -> anyhow::Result<Found> {
    let here = std::env::current_dir().context("find the folder this was started in")?;
    let conditions = environment::conditions();
    let activity = watch(&conditions);
    let mut others = environment::measuring_processes(std::process::id());
    let holder = if alone { None } else { store.measuring_now() };
    others.extend(holder.map(|holder| format!("into this folder of results: {holder}")));
    // What cannot be read is a line of the answer, and no end of it.
    let calibrations = store.calibrations().ok();
    let workspace = workspace_dir(&here);
    let profile = environment::bench_profile(workspace.unwrap_or(&here), &here);
    let lines = doctor::lines(&Examined {
        conditions: &conditions,
        activity: activity.as_ref(),
        // Where not even the processor's times are told, no process is.
        measuring: conditions.times.map(|_| &others[..]),
        space: environment::space(store.root()),
        build_space: workspace.and_then(|workspace| environment::space(WorkFolder::of(workspace).root())),
        profile: profile.as_ref(),
        calibrations: calibrations.as_deref(),
        now_unix_ms: environment::now_unix_ms(),
    });
    Ok(Found { machine: conditions.machine.id, lines })
}

/// What others do for a moment in which we sleep.
fn watch(conditions: &Conditions) -> Option<Activity> {
    let processors = conditions.machine.logical_cpus;
    let before = environment::snapshot();
    sleep(WATCH);
    before.until(&environment::snapshot(), std::process::id(), processors)
}
