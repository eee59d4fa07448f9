//! The verbs, a file each.

pub(crate) mod baseline;
pub(crate) mod bisect;
pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod explain;
pub(crate) mod figures;
pub(crate) mod indicative;
pub(crate) mod list;
pub(crate) mod runs;
mod select;
pub(crate) mod show;

use crate::cli::{Cli, Verb};
use crate::error::CommandError;
use anyhow::Context;
use contend_record::{HeldLock, Store};

/// Does what was asked; the result is the exit code.
pub(crate) fn run(cli: &Cli) -> Result<u8, CommandError> {
    match &cli.verb {
        Verb::Runs(arguments) => runs::run(arguments),
        Verb::Show(arguments) => show::run(arguments),
        Verb::Baseline(arguments) => baseline::run(arguments),
        Verb::List(arguments) => list::run(arguments),
        Verb::Bisect(arguments) => bisect::run(arguments),
        Verb::Calibrate(arguments) => calibrate::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::Compare(arguments) => compare::run(arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Figures(arguments) => figures::run(arguments),
        Verb::Indicative(arguments) => indicative::run(arguments),
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
