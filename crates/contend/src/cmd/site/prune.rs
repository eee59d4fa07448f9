//! `contend site prune`.

use super::retention::{Keep, Marks, Paged, kept};
use super::{Place, derive};
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use anyhow::Context;
use contend_protocol::{Value, exit, json};
use contend_record::environment::git_command;
use contend_record::site::Site;
use contend_report::html::site::{History, folder};
use std::collections::BTreeSet;

/// Remove the pages of old runs from a site
///
/// Only the site's copies go: saved runs stay, and so do the lines of all runs in history.jsonl and runs.jsonl, so cells keep their
/// history. What is kept has to be said, and a run that any of the rules keeps is kept. --keep-tags asks git for the tags of the repository that
/// this is started in; a step is what the pages of cells over time call one. A folder that is no site, and pages to which somebody added
/// something, are left alone. `contend site build --restore` brings back what is still saved.
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
    let marks = marks(arguments.keep, &history)?;
    let plan = plan(&site, &history, arguments.keep, &marks)?;
    for (run, reason) in &plan.left {
        eprintln!("contend: warning: {run} stays: failed to {reason}");
    }
    if !arguments.dry_run && !plan.pruned.is_empty() {
        prune(&mut site, &history, &plan)?;
    }
    say(arguments, &plan)?;
    Ok(exit::OK)
}

/// What was asked for beside numbers.
fn marks(keep: Keep, history: &History) -> Result<Marks<'_>, CommandError> {
    Ok(Marks {
        tagged: if keep.keep_tags { tagged_commits()? } else { BTreeSet::new() },
        at_steps: if keep.keep_change_points { history.runs_at_steps() } else { BTreeSet::new() },
    })
}

/// Full ids of the commits that tags of the repository around this folder name.
fn tagged_commits() -> Result<BTreeSet<String>, CommandError> {
    let here = std::env::current_dir().context("find the folder this was started in")?;
    // An annotated tag is an object of its own; behind it stands the commit that it names.
    let words = ["for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags"];
    let output = git_command(&here)
        .args(words)
        .output()
        .context("start git, which knows the tags; is it installed?")?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        return Err(CommandError::Usage(format!(
            "ask git which commits have tags: {complaint}; start this in the repository that was measured, or leave --keep-tags out"
        )));
    }
    let commits: BTreeSet<String> =
        String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect();
    if commits.is_empty() {
        eprintln!(
            "contend: warning: this repository has no tag, so --keep-tags keeps no run; a shallow clone may lack them"
        );
    }
    Ok(commits)
}

fn plan(site: &Site, history: &History, keep: Keep, marks: &Marks<'_>) -> Result<Plan, CommandError> {
    let folders = site.run_folders()?;
    let with_pages = history.runs().iter().filter(|run| folders.contains(&folder(&run.run)));
    let runs: Vec<Paged<'_>> = with_pages
        .map(|run| Paged {
            name: &run.run,
            created_unix_ms: run.created_unix_ms,
            commit: run.source.commit.as_deref(),
        })
        .collect();
    let kept = kept(&runs, keep, marks);
    let mut plan = Plan { kept: kept.len(), ..Plan::default() };
    for name in runs.iter().map(|run| run.name).filter(|name| !kept.contains(name)) {
        match site.run_bytes(&folder(name)) {
            Ok(bytes) => plan.pruned.push((name.to_owned(), bytes)),
            Err(error) => plan.left.push((name.to_owned(), error.to_string())),
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
