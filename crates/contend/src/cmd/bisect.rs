//! `contend bisect`.

use super::compare::{duration, margin};
use crate::cli::{Format, FormatFlag};
use crate::compare::bisect::{Standing, search};
use crate::compare::cells::{SideCells, matched};
use crate::compare::{self, End, Live, Processes, Rules, Subject, Task, findings};
use crate::error::CommandError;
use crate::output::{print, print_json};
use crate::sides::{Commit, ReadySide, SideError, SideWords, Variants, Workspace};
use contend_protocol::comparison::{CellVerdict, Verdict};
use contend_protocol::{CellId, Value, exit, json};
use contend_report::comparison as report;
use contend_stats::looks::Looks;
use contend_stats::verdict::Judgement;
use std::collections::BTreeMap;
use std::time::Duration;

/// Find the commit that made a cell slower
///
/// First GOOD and BAD are compared; what lies between them is halved then, each commit compared with GOOD under half of the change
/// as margin, along first parents. Commits that do not build, or do not have the cell, are skipped; those that the pairs do
/// not decide as well. Exits with 11 if more than one commit is left. With --format json:
///
/// {"schema": "contend-bisect/1", "cell": ID, "change_ppm": N, "between": the verdict of GOOD and BAD,
/// "steps": [{"commit", "standing", "verdict"}, ...], "candidates": [ID, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A revision in which the cell was fast, an ancestor of BAD.
    good: String,

    /// A revision in which it is slow.
    bad: String,

    /// The cell's id.
    cell: CellId,

    /// Most time that measuring one commit may take.
    #[arg(long, value_parser = duration)]
    budget: Option<Duration>,

    /// The smallest change between GOOD and BAD that is looked into.
    #[arg(long, value_parser = margin)]
    margin: Option<f64>,

    /// Seed of inputs and turns.
    #[arg(long, default_value_t = 42)]
    seed: u64,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let workspace = Workspace::locate()?;
    let commits = workspace.history(&arguments.good, &arguments.bad)?;
    let store = super::store()?;
    let _alone = super::measure_alone(&store)?;
    let good = revision(&workspace, &arguments.good)?;
    let bad = revision(&workspace, &arguments.bad)?;
    let Some((between, task)) = against(arguments, &good, &bad, None)? else {
        let (cell, good, bad) = (&arguments.cell, &arguments.good, &arguments.bad);
        return Err(CommandError::NothingSelected(format!(
            "find {cell} with one definition in {good} and {bad}"
        )));
    };
    let Some(change) = between.evidence.as_ref().filter(|_| between.verdict == Verdict::Regressed) else {
        return nothing_to_find(arguments, &between);
    };
    eprintln!("contend: {} to {}: {}", arguments.good, arguments.bad, report::cell_line(&between));
    // Halfway between good and bad, on the scale of ratios.
    let halfway = (1.0 + change.change_ppm as f64 / 1e6).sqrt() - 1.0;
    let task = Task { margin: halfway, margin_up_to: None, looks: &Looks::CONTENDED, ..task };
    let mut bisection = Bisection { arguments, workspace: &workspace, good: &good, task, steps: Vec::new() };
    let by_id: BTreeMap<&str, &Commit> = commits.iter().map(|commit| (commit.id.as_str(), commit)).collect();
    let ids: Vec<String> = commits.iter().map(|commit| commit.id.clone()).collect();
    let found = search(&ids, |id| bisection.judge(by_id[id]))?;
    let candidates: Vec<&Commit> = found.candidates.iter().map(|id| by_id[id.as_str()]).collect();
    match arguments.format.format {
        Format::Text => print(&text(&arguments.cell, &candidates, &commits))?,
        Format::Json => print_json(&json!({
            "schema": "contend-bisect/1",
            "cell": arguments.cell,
            "change_ppm": change.change_ppm,
            "between": between.verdict,
            "steps": bisection.steps,
            "candidates": found.candidates,
        }))?,
    }
    Ok(if candidates.len() == 1 { exit::OK } else { exit::UNDECIDED })
}

/// Says why there is nothing to look for between GOOD and BAD.
fn nothing_to_find(arguments: &Arguments, between: &CellVerdict) -> Result<u8, CommandError> {
    let (why, code) = match between.verdict {
        Verdict::WrongResult { .. } => ("gave a wrong result", exit::WRONG_RESULT),
        Verdict::NotMeasurable { .. } => ("cannot be measured here", exit::UNFIT),
        Verdict::Undecided { .. } => ("may or may not have become slower", exit::UNDECIDED),
        _ => ("did not become slower", exit::UNDECIDED),
    };
    match arguments.format.format {
        Format::Text => print(&format!("{} {why}: {}\n", arguments.cell, report::cell_line(between)))?,
        Format::Json => print_json(&json!({
            "schema": "contend-bisect/1",
            "cell": arguments.cell,
            "change_ppm": between.evidence.as_ref().map(|evidence| evidence.change_ppm),
            "between": between.verdict,
            "steps": [],
            "candidates": [],
        }))?,
    }
    Ok(code)
}

fn revision(workspace: &Workspace, name: &str) -> Result<ReadySide, SideError> {
    workspace.side(&SideWords::Revision(name.to_owned()), &Variants::default())
}

fn text(cell: &CellId, candidates: &[&Commit], all: &[Commit]) -> String {
    let count = all.len();
    let which: String = candidates.iter().map(|commit| format!("  {}\n", commit.short())).collect();
    match candidates.len() {
        1 => format!("{cell} became slower, of {count} commits, with\n{which}"),
        _ => format!("{cell} became slower, of {count} commits, with one of\n{which}"),
    }
}

struct Bisection<'a> {
    arguments: &'a Arguments,
    workspace: &'a Workspace,
    good: &'a ReadySide,
    task: Task,
    steps: Vec<Value>,
}

impl Bisection<'_> {
    fn judge(&mut self, commit: &Commit) -> Result<Standing, CommandError> {
        let name = commit.short();
        let side = match revision(self.workspace, &commit.id) {
            Ok(side) => side,
            Err(
                error @ (SideError::DoesNotBuild { .. }
                | SideError::NoBenches { .. }
                | SideError::NoWorkspace { .. }),
            ) => {
                eprintln!("contend: skipped {name}: failed to {error}");
                self.note(commit, "skipped", None);
                return Ok(Standing::Skipped);
            }
            Err(error) => return Err(error.into()),
        };
        let compared = match against(self.arguments, self.good, &side, Some(&self.task)) {
            Err(CommandError::Incomparable(_)) => None,
            compared => compared?,
        };
        let Some((verdict, _)) = compared else {
            eprintln!("contend: skipped {name}: it does not have the cell, or defines it in another way");
            self.note(commit, "skipped", None);
            return Ok(Standing::Skipped);
        };
        let (standing, word) = match verdict.verdict {
            Verdict::Regressed => (Standing::Bad, "slow"),
            Verdict::Unchanged | Verdict::Improved => (Standing::Good, "fast"),
            _ => (Standing::Skipped, "skipped"),
        };
        eprintln!("contend: {word}: {name}: {}", report::cell_line(&verdict));
        self.note(commit, word, Some(&verdict));
        Ok(standing)
    }

    fn note(&mut self, commit: &Commit, standing: &str, verdict: Option<&CellVerdict>) {
        self.steps.push(json!({ "commit": commit.id, "standing": standing, "verdict": verdict }));
    }
}

/// Compares one cell of two sides; `None` where they do not both have it. Without a task it is judged as always.
fn against(
    arguments: &Arguments,
    base: &ReadySide,
    head: &ReadySide,
    task: Option<&Task>,
) -> Result<Option<(CellVerdict, Task)>, CommandError> {
    let side = |side: &ReadySide| SideCells::ask(&side.executables, |entry| entry.cell == arguments.cell);
    let cells = matched(side(base)?, side(head)?).matched;
    let Some(cell) = cells.first() else { return Ok(None) };
    let rules = Rules { margin: arguments.margin, seed: arguments.seed, ..Rules::default() };
    let task = task.cloned().unwrap_or_else(|| compare::task(cell, &rules));
    let live = Live {
        cells: &cells,
        base_environment: &base.environment,
        head_environment: &head.environment,
        seed: arguments.seed,
        budget: arguments.budget,
    };
    let measured = Processes::new(&live, |_, _| true).measure(vec![task.clone()]);
    if measured.interrupted {
        return Err(CommandError::Interrupted);
    }
    let subjects: Vec<&Subject> = measured.subjects.iter().collect();
    // What is faster than good has not become slow, whether or not fresh pairs say it again.
    let unconfirmed = matches!(subjects[0].end, Some(End::Unconfirmed));
    let mut verdict = findings::verdicts(&subjects).remove(0);
    if unconfirmed && subjects[0].alarm == Some(Judgement::Faster) {
        verdict.verdict = Verdict::Unchanged;
    }
    Ok(Some((verdict, task)))
}
