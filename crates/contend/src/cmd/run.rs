//! `contend run`.

mod criterion;
mod measuring;
mod plan;

use super::compare::duration;
use super::figures;
use crate::cli::{Format, FormatFlag, Selection, Variables};
use crate::error::CommandError;
use crate::output::{print, print_json};
use clap::ValueEnum;
use contend_protocol::{exit, json};
use contend_record::Store;
use measuring::Measuring;
use plan::Plan;
use std::time::Duration;

/// Measure contenders in several launches, in which they take turns, and save a run that can be ranked
///
/// Each launch is a process of each bench executable; within it the contenders of a workload take turns, a slice each, in any
/// order. `contend rank` says what that run can tell apart, and `contend report` shows it. The first Ctrl-C ends it after the
/// cells that take turns just then; what was measured stays, and `--resume` goes on. Prints the run's name. Exits with 14 if a
/// contender gave a wrong result. With --format json:
///
/// {"schema": "contend-run/1", "run": NAME, "cells", "launches", "measured": measurements that were made, "planned": those that were
/// to be made, "faulty": [ID, ...]}; with --dry-run no "run", "measured" and "faulty", but "seconds", which is a guess.
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

const SCHEMA: &str = "contend-run/1";

/// What can be measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Pass {
    /// Time per operation and throughput, in launches.
    Time,
    #[value(alias = "latency", alias = "alloc")]
    Operations,
    Memory,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let resumed = arguments.resume.as_deref().map(|name| store.open_run(name)).transpose()?;
    let times = arguments.passes.contains(&Pass::Time);
    if !times {
        if arguments.resume.is_some() || arguments.dry_run {
            let words = "go on with a run, or plan one, without the pass `time`: it is what runs are made of";
            return Err(CommandError::Usage(words.to_owned()));
        }
        return beside(arguments);
    }
    let plan = Plan::of(arguments, resumed.as_ref())?;
    let (cells, launches, planned) = (plan.cells, plan.launches.len(), plan.measurements());
    eprintln!("contend: {cells} cells, {launches} launches, {planned} measurements, {}", rough(plan.guess));
    if arguments.dry_run {
        if arguments.format.format == Format::Json {
            let seconds = plan.guess.as_secs();
            print_json(&json!({
                "schema": SCHEMA, "cells": cells, "launches": launches, "planned": planned, "seconds": seconds,
            }))?;
        }
        return Ok(exit::OK);
    }
    let executables = plan.executables.clone();
    let mut measuring = Measuring::new(arguments, &store, resumed.as_ref());
    let ended = measuring.all(plan);
    // What was measured before something failed is there, and how to go on is said.
    finish(&measuring, arguments, &store, (cells, launches))?;
    ended?;
    let code = match (measuring.found_faults(), measuring.stopped()) {
        (_, true) if measuring.run.is_none() => return Err(CommandError::Interrupted),
        (true, true) => return Ok(exit::WRONG_RESULT),
        (false, true) => return Ok(exit::INTERRUPTED),
        (true, false) => exit::WRONG_RESULT,
        (false, false) => exit::OK,
    };
    if let (Some(run), false) = (&measuring.run, arguments.no_criterion) {
        criterion::render(&store.open_run(run)?, &executables)?;
    }
    Ok(match (code, beside(arguments)?) {
        (exit::OK, beside) => beside,
        (code, _) => code,
    })
}

/// The passes beside throughput.
fn beside(arguments: &Arguments) -> Result<u8, CommandError> {
    let pass = |pass: &Pass| match pass {
        Pass::Time => None,
        Pass::Operations => Some(figures::Pass::Operations),
        Pass::Memory => Some(figures::Pass::Memory),
    };
    let passes: Vec<figures::Pass> = arguments.passes.iter().filter_map(pass).collect();
    if passes.is_empty() {
        return Ok(exit::OK);
    }
    let (found, ended) = figures::look(&figures::Arguments {
        // Executables that are named were built for launches.
        selection: Selection { filter: arguments.selection.filter.clone(), executables: Vec::new() },
        variables: arguments.variables.clone(),
        passes,
        format: FormatFlag { format: Format::Text },
    })?;
    ended?;
    Ok(figures::code(&found))
}

/// Says where the run is, and how to look at it and go on. `size` is how many cells and launches were planned.
fn finish(
    measuring: &Measuring<'_>,
    arguments: &Arguments,
    store: &Store,
    size: (usize, usize),
) -> Result<(), CommandError> {
    measuring.progress.clear();
    let Some(run) = &measuring.run else { return Ok(()) };
    match arguments.format.format {
        Format::Text => print(&format!("{run}\n"))?,
        Format::Json => print_json(&json!({
            "schema": SCHEMA,
            "run": run,
            "cells": size.0,
            "launches": size.1,
            "measured": measuring.done,
            "planned": measuring.total,
            "faulty": measuring.faults(),
        }))?,
    }
    let path = store.root().join(run);
    let (done, total) = (measuring.done, measuring.total);
    eprintln!("contend: {done} of {total} measurements in {}", path.display());
    eprintln!("  look     cargo contend rank {run}");
    eprintln!("  pages    cargo contend report {run} --open");
    if done < total {
        eprintln!("  go on    cargo contend run --resume {run}{}", words(arguments));
    }
    Ok(())
}

/// The words that a resumed run has to have again.
fn words(arguments: &Arguments) -> String {
    let mut words = String::new();
    if let Some(filter) = &arguments.selection.filter {
        words += &format!(" '{filter}'");
    }
    if arguments.launches != LAUNCHES {
        words += &format!(" --launches {}", arguments.launches);
    }
    let Variables { set, threads, seed } = &arguments.variables;
    let values =
        [("set", set.clone()), ("threads", threads.clone()), ("seed", seed.map(|seed| seed.to_string()))];
    for (name, value) in values {
        words += &value.map(|value| format!(" --{name} {value}")).unwrap_or_default();
    }
    words
}

/// As people say it.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        0..=9 => "some seconds".to_owned(),
        seconds @ 10..=99 => format!("about {} s", seconds / 10 * 10),
        seconds => format!("about {} min", (seconds + 30) / 60),
    }
}
