//! `contend run`.

mod criterion;
mod measuring;
mod plan;
mod process;
mod resume;
mod said;
mod tally;

use super::compare::duration;
use super::doctor;
use super::figures::{self, Bounds, Found};
use crate::cli::{Format, FormatFlag, Selection, Variables};
use crate::error::CommandError;
use clap::ValueEnum;
use contend_protocol::doctor::Examination;
use contend_protocol::exit;
use contend_record::Store;
use contend_record::environment::now_unix_ms;
use contend_report::doctor::{examination, summary};
use measuring::Measuring;
use plan::Plan;
use std::path::PathBuf;
use std::time::Duration;
use tally::Tally;

/// Measure contenders in several launches, in which they take turns, and save a run that can be ranked
///
/// Each launch is a process of each bench executable; within it the contenders of a workload take turns, a slice each, in any
/// order. What `contend doctor` finds before the first one is kept with the run. Workloads in which the machine cost a contender a launch get up to two more. `contend rank` says what that run can tell
/// apart, and `contend report` shows it. Nobody else measures in this workspace meanwhile. The first Ctrl-C ends it after the
/// cells that take turns just then; what was measured stays, and `--resume` goes on. Prints the run's name. Exits with 14 if a
/// contender gave a wrong result, and with 13 if nothing could be measured. With --format json:
///
/// {"schema": "contend-run/1", "run": NAME, "cells", "launches", "planned": measurements that were to be made, "measured": those with
/// a number, "not_measurable": those without one because the machine was disturbed, "below": cells with a number in fewer launches
/// than were wanted, "faulty": [ID, ...], "figures": the name of the passes' folder in results/figures}; "run" and "figures" are null
/// where there are none. With --dry-run {"schema", "cells", "launches", "planned", "figures": cells that the passes look at,
/// "seconds": a guess}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// How often each cell is measured, in a process of its own each time; six are the fewest that tell anything apart.
    #[arg(long, value_name = "N", default_value_t = LAUNCHES, value_parser = clap::value_parser!(u32).range(1..=1000))]
    launches: u32,

    /// End after so long, such as `90s`, `5m` or `1h`, as Ctrl-C does.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    budget: Option<Duration>,

    #[command(flatten)]
    variables: Variables,

    /// What to measure: `operations` are their single times and what they allocate, in executables of their own, as is `memory`;
    /// both are kept beside the run and are in its report.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "time")]
    passes: Vec<Pass>,

    /// Look at single operations with this executable instead of building those of the workspace.
    #[arg(long = "passes-executable", value_name = "PATH", hide = true)]
    passes_executables: Vec<PathBuf>,

    /// Go on with this run: its name, or what only its name begins with. The other words have to be the same.
    #[arg(long, value_name = "RUN")]
    resume: Option<String>,

    /// Do not render criterion's own report of the run, which takes some 0.15 s a cell.
    #[arg(long)]
    no_criterion: bool,

    /// Say what would be measured and how long it would take, and measure nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    format: FormatFlag,
}

/// Launches where nobody says how many.
///
/// Source: six are the fewest with an exact interval of a median at 95 %.
const LAUNCHES: u32 = 6;

/// What can be measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Pass {
    /// Time per operation and throughput, in launches.
    Time,
    #[value(alias = "latency", alias = "alloc")]
    Operations,
    Memory,
}

impl Arguments {
    /// Whether launches are made.
    fn times(&self) -> bool {
        self.passes.contains(&Pass::Time)
    }

    /// The passes beside throughput.
    fn beside(&self) -> Vec<figures::Pass> {
        let pass = |pass: &Pass| match pass {
            Pass::Time => None,
            Pass::Operations => Some(figures::Pass::Operations),
            Pass::Memory => Some(figures::Pass::Memory),
        };
        self.passes.iter().filter_map(pass).collect()
    }

    /// How long they take for a cell, as a first guess.
    ///
    /// Source: `contend figures` took about 1 s a cell; most cells have nothing to say of memory, which takes a process.
    fn beside_guess(&self) -> Duration {
        let of = |pass: &figures::Pass| match pass {
            figures::Pass::Operations => Duration::from_secs(1),
            figures::Pass::Memory => Duration::from_millis(100),
        };
        self.beside().iter().map(of).sum()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    if arguments.resume.is_some() && !arguments.times() {
        let words = "go on with a run without the pass `time`: it is what runs are made of";
        return Err(CommandError::Usage(words.to_owned()));
    }
    // That there is no such run is said before waiting. What it has is read behind that: whoever measures may add to it.
    let named = arguments.resume.as_deref().map(|name| store.open_run(name)).transpose()?;
    let _alone = if arguments.dry_run { None } else { Some(super::measure_alone(&store)?) };
    let resumed = named.map(|run| store.open_run(&run.name)).transpose()?;
    let tally = resumed.as_ref().map(Tally::of).unwrap_or_default();
    let plan = Plan::of(arguments, resumed.as_ref(), &tally)?;
    eprintln!("contend: {plan}");
    if arguments.dry_run {
        said::plan(arguments, &plan)?;
        return Ok(exit::OK);
    }
    let found = (plan.measurements() > 0).then(|| examined(&store, resumed.is_some())).transpose()?;
    let mut measuring = Measuring::new(arguments, &store, resumed.map(|run| run.name), tally, found);
    let measured = measuring.all(&plan);
    measuring.progress.clear();
    if measured.is_ok() && measuring.run.is_none() && measuring.was_stopped() {
        return Err(CommandError::Interrupted);
    }
    // What was measured before something failed is there, and how to go on is said.
    said::place(&measuring, arguments, &store, &plan);
    let beside = match &measured {
        Ok(()) if !measuring.was_stopped() => rest(arguments, &store, &plan, &measuring),
        _ => Ok(Beside::Unasked),
    };
    said::result(&measuring, arguments, &plan, beside.as_ref().ok())?;
    measured?;
    let beside = beside?;
    let code = code(&measuring, &plan, &beside);
    if let Beside::Found(found) = beside {
        found.ended?;
    }
    Ok(code)
}

/// What the doctor finds before the first launch. Nobody measures meanwhile: another measurement would be found, and not be there
/// any more when ours begins.
fn examined(store: &Store, resumed: bool) -> Result<Examination, CommandError> {
    let found = examination(doctor::examine(store, true)?.lines, now_unix_ms(), resumed);
    let summary = summary(&found).replace('\u{a0}', " ");
    eprintln!("contend: the machine is {summary}; `contend doctor` says why");
    Ok(found)
}

/// What became of the passes beside throughput.
enum Beside {
    /// Nobody asked for any, or the launches are not made yet.
    Unasked,
    /// There was no time left.
    Left,
    Found(Box<Found>),
}

/// criterion's report, and the passes beside throughput, in what is left of the budget.
fn rest(
    arguments: &Arguments,
    store: &Store,
    plan: &Plan,
    measuring: &Measuring<'_>,
) -> Result<Beside, CommandError> {
    if let (Some(run), false) = (&measuring.run, arguments.no_criterion) {
        criterion::render(&store.open_run(run)?, &plan.executables(), measuring.time_left())?;
    }
    let passes = arguments.beside();
    if passes.is_empty() {
        return Ok(Beside::Unasked);
    }
    if measuring.stopped() {
        eprintln!("contend: no time is left to look at single operations");
        return Ok(Beside::Left);
    }
    let asked = figures::Arguments {
        selection: Selection {
            filter: arguments.selection.filter.clone(),
            executables: arguments.passes_executables.clone(),
            features: arguments.selection.features.clone(),
        },
        variables: arguments.variables.clone(),
        passes,
        format: FormatFlag { format: Format::Text },
    };
    // The cells of the launches, and no others.
    let bounds = Bounds { in_set: true, budget: measuring.time_left() };
    figures::look(&asked, store, bounds).map(|found| Beside::Found(Box::new(found)))
}

/// A wrong contender is the worst news: it is wrong on every machine.
fn code(measuring: &Measuring<'_>, plan: &Plan, beside: &Beside) -> u8 {
    let counts = measuring.counts;
    let beside = match beside {
        Beside::Unasked => exit::OK,
        Beside::Left => exit::INTERRUPTED,
        Beside::Found(found) => figures::code(found),
    };
    let wrong = measuring.lost || !plan.faulty(&measuring.tally).is_empty();
    if wrong || beside == exit::WRONG_RESULT {
        return exit::WRONG_RESULT;
    }
    if measuring.is_open() {
        return exit::INTERRUPTED;
    }
    if counts.measured == 0 && counts.not_measurable > 0 {
        return exit::UNFIT;
    }
    beside
}

/// As people say it.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        0..=9 => "some seconds".to_owned(),
        seconds @ 10..=99 => format!("about {} s", seconds / 10 * 10),
        seconds => format!("about {} min", (seconds + 30) / 60),
    }
}
