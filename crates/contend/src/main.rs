//! `contend`: shows saved runs, and asks the bench executables what they can do.
//!
//! It links no suite: processes of the bench executables measure, and it tells them when. What it knows comes from the folder of runs and from the executables that
//! `cargo bench` builds in the workspace it stands in, so it works for any workspace whose benches use the driver.
//!
//! ```text
//! results/ ─► record ─► report ─► stdout, or results/<run>/report/
//! results/ ─► record ─► report ─► stdout, or a file that is not there yet
//! results/ ─► record ─► report ─► record::site ─► a folder to publish ─► a browser on this machine
//! /proc, /sys ─► record::environment ─► report::doctor ─► stdout
//! target/criterion ─► record::exchange ─► results/
//! cargo bench --no-run ─► executables ─► `--contend list`, `--contend check` ─► protocol lines ─► stdout
//! words ─► sides: revision, working tree, baseline ─► cargo bench --no-run ─► .contend/builds, .contend/baselines
//! ```
//!
//! Results go to stdout, everything else to stderr. The exit codes are those of `contend_protocol::exit`.

#![forbid(unsafe_code)]

mod cli;
mod cmd;
mod compare;
mod error;
mod executables;
mod output;
mod progress;
mod sides;
mod viewer;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cmd::run(&cli::Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.report(),
    }
}
