//! The verbs, a file each.

pub(crate) mod advise;
pub(crate) mod baseline;
pub(crate) mod bisect;
pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod ci;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod figures;
pub(crate) mod import;
pub(crate) mod indicative;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod pack;
pub(crate) mod rank;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
mod select;
pub(crate) mod show;
pub(crate) mod site;

use crate::cli::{Cli, Verb};
use crate::error::CommandError;
use anyhow::Context;
use contend_record::{HeldLock, Store};

/// Does what was asked; the result is the exit code.
pub(crate) fn run(cli: &Cli) -> Result<u8, CommandError> {
    match &cli.verb {
        Verb::Runs(arguments) => runs::run(arguments),
        Verb::Show(arguments) => show::run(arguments),
        Verb::Report(arguments) => report::run(arguments),
        Verb::Site(arguments) => site::run(arguments),
        Verb::Baseline(arguments) => baseline::run(arguments),
        Verb::List(arguments) => list::run(arguments),
        Verb::Advise(arguments) => advise::run(arguments),
        Verb::Bisect(arguments) => bisect::run(arguments),
        Verb::Calibrate(arguments) => calibrate::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::Ci(arguments) => ci::run(arguments),
        Verb::Compare(arguments) => compare::run(arguments),
        Verb::Completions(arguments) => completions::run(arguments),
        Verb::Doctor(arguments) => doctor::run(arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Figures(arguments) => figures::run(arguments),
        Verb::Export(arguments) => export::run(arguments),
        Verb::Import(arguments) => import::run(arguments),
        Verb::Man(arguments) => man::run(arguments),
        Verb::Pack(arguments) => pack::run(arguments),
        Verb::Indicative(arguments) => indicative::run(arguments),
        Verb::Rank(arguments) => rank::run(arguments),
        Verb::Run(arguments) => run::run(arguments),
    }
}

/// Keeps other measurements out while the result lives; waits for one that runs.
fn measure_alone(store: &Store) -> Result<HeldLock, CommandError> {
    Ok(store.measuring_lock(|other| {
        eprintln!(
            "contend: waiting for another measurement to end, because two would disturb each other: {other}"
        );
    })?)
}

fn store() -> anyhow::Result<Store> {
    let here = std::env::current_dir().context("find the folder this was started in")?;
    Ok(Store::locate(&here))
}
