//! `contend site prune`.

use super::retention::{Keep, kept};
use super::{Place, derive};
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{Value, exit, json};
use contend_record::site::Site;
use contend_report::html::site::{History, folder};

/// Remove the pages of old runs from a site
///
/// Only the site's copies go: saved runs stay, and so do the lines of all runs in history.jsonl and runs.jsonl, so cells keep their
/// history. What is kept has to be said in numbers; a run that any of them keeps is kept. A folder that is no site, and pages to which
/// somebody added something, are left alone. `contend site build --restore` brings back what is still saved.
///
/// With --format json: {"schema": "contend-site-prune/1", "dry_run": BOOL, "kept": N, "bytes": N, "pruned": [{"run", "bytes"}, ...],
/// "left": [{"run", "reason"}, ...]}.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    keep: Keep,

    /// Say what would go, and change nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    format: FormatFlag,
}

/// What goes, and what has to stay.
#[derive(Debug, Default)]
struct Plan {
    kept: usize,
    /// Runs and the bytes of their pages.
    pruned: Vec<(String, u64)>,
    /// Runs that were to go, and why they do not.
    left: Vec<(String, String)>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::super::store()?;
    let mut site = Site::open(&arguments.place.folder(&store))?;
    let lines = site.lines()?;
    let history = History::new(lines.runs, lines.cells);
    let plan = plan(&site, &history, arguments.keep)?;
    for (run, reason) in &plan.left {
        eprintln!("contend: warning: {run} stays: failed to {reason}");
    }
    if !arguments.dry_run && !plan.pruned.is_empty() {
        prune(&mut site, &history, &plan)?;
    }
    say(arguments, &plan)?;
    Ok(exit::OK)
}

fn plan(site: &Site, history: &History, keep: Keep) -> Result<Plan, CommandError> {
    let folders = site.run_folders()?;
    let with_pages = history.runs().iter().filter(|run| folders.contains(&folder(&run.run)));
    let runs: Vec<(&str, u64)> = with_pages.map(|run| (run.run.as_str(), run.created_unix_ms)).collect();
    let kept = kept(&runs, keep);
    let mut plan = Plan { kept: kept.len(), ..Plan::default() };
    for (name, _) in runs.iter().filter(|(name, _)| !kept.contains(name)) {
        match site.run_bytes(&folder(name)) {
            Ok(bytes) => plan.pruned.push(((*name).to_owned(), bytes)),
            Err(error) => plan.left.push(((*name).to_owned(), error.to_string())),
        }
    }
    Ok(plan)
}

/// First the links go, then what they led to, so that a kill in between leaves no link to nothing.
fn prune(site: &mut Site, history: &History, plan: &Plan) -> Result<(), CommandError> {
    let mut folders = site.run_folders()?;
    for (name, _) in &plan.pruned {
        folders.remove(&folder(name));
        site.marker.pruned.insert(name.clone());
    }
    derive(site, history, &folders)?;
    // From here on no build makes these pages again.
    site.save_marker()?;
    for (name, _) in &plan.pruned {
        site.remove_run(&folder(name))?;
    }
    Ok(())
}

fn say(arguments: &Arguments, plan: &Plan) -> Result<(), CommandError> {
    let bytes: u64 = plan.pruned.iter().map(|(_, bytes)| bytes).sum();
    match arguments.format.format {
        Format::Text => {
            let verb = if arguments.dry_run { "would be removed" } else { "removed" };
            let line = |(run, bytes): &(String, u64)| format!("{run}  {}\n", megabytes(*bytes));
            let list: String = plan.pruned.iter().map(line).collect();
            print(&format!(
                "{list}{} runs {verb}, which frees {}; {} kept\n",
                plan.pruned.len(),
                megabytes(bytes),
                plan.kept + plan.left.len()
            ))
        }
        Format::Json => {
            let pruned: Vec<Value> =
                plan.pruned.iter().map(|(run, bytes)| json!({ "run": run, "bytes": bytes })).collect();
            let left: Vec<Value> =
                plan.left.iter().map(|(run, reason)| json!({ "run": run, "reason": reason })).collect();
            print_json(&json!({
                "schema": "contend-site-prune/1",
                "dry_run": arguments.dry_run,
                "kept": plan.kept,
                "bytes": bytes,
                "pruned": pruned,
                "left": left,
            }))
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
