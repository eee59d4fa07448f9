//! What a bench executable's `main` does.
//!
//! It measures through the harness and leaves what it measured to the record; it judges nothing. A target is three
//! lines, ours or another crate's:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     contend_driver::main(contend_lock_contention::suite())
//! }
//! ```
//!
//! ```text
//!                     ┌─ --bench ─────► criterion ─► slices ─► results/<run>/{samples.jsonl, criterion/}
//! arguments ─► main ──┼─ --test, --list, ... ─► criterion, nothing saved
//!                     ├─ --contend list | check ─► lines of contend-protocol on stdout
//!                     ├─ --contend serve ─► a slice for each request on stdin
//!                     ├─ --contend launch ─► the cells that stdin names, in turns ─► results/<run>/samples.jsonl
//!                     └─ --contend figures | footprint ─► times of operations, allocations, memory (feature `passes`)
//! ```
//!
//! # Environment
//! `CONTEND_SET` is `curated` (default) or `full`; `CONTEND_THREADS` a list such as `1,2,8`; `CONTEND_SEED` a number;
//! `CONTEND_HANDICAP` slows every contender down by so many 65,536ths of a work unit per step, and says so with each number;
//! `CONTEND_HANG_SECONDS` how long one slice may take; `CONTEND_RESULTS` where runs are saved;
//! `CONTEND_BACKTRACE` prints panics of contenders in full. `contend run` sets more: which run a launch belongs to
//! (`CONTEND_RUN`, or `CONTEND_INVOCATION` and `CONTEND_COMMAND` for a new one), `CONTEND_ORDER`, a number that decides in
//! which order it visits its cells, and `CONTEND_MEASURING`, the process that holds the measuring lock for the launches it starts.
//!
//! # Accuracy and limits
//! criterion's numbers are those of our slices, one sample each; it never judges. Cells that cannot be measured are
//! named and have no number. A contender that hangs ends the process, which starts itself anew after that cell; one that aborts is
//! named by the process that waits beside the one that measures (both on Unix; elsewhere the rest of the suite is given up).
//!
//! # Panics and errors
//! [`main`] answers with the exit codes of [`contend_protocol::exit`]. Wrong words for criterion end the process as
//! criterion does.

#![forbid(unsafe_code)]

mod answer;
mod arguments;
#[cfg(not(feature = "passes"))]
mod asker;
mod baselines;
mod cell_run;
mod criterion_mode;
mod engine_check;
mod error;
#[cfg(feature = "passes")]
mod figures;
#[cfg(feature = "passes")]
mod footprint;
#[cfg_attr(not(unix), path = "no_guardian.rs")]
mod guardian;
#[cfg(not(feature = "passes"))]
mod launch;
mod plan;
mod recorder;
#[cfg(any(test, not(feature = "passes")))]
mod serve;
mod settings;
mod successor;

use arguments::{Arguments, Mode};
use contend_harness::{Cores, Suite, WORKER_NAME};
use settings::Settings;
use std::process::ExitCode;

/// Runs a bench executable for `suite`, by the process's arguments and environment.
pub fn main(suite: Suite) -> ExitCode {
    leave_panics_of_workers_to_the_report();
    let arguments = Arguments::of_process(std::env::args().skip(1));
    let outcome = arguments.and_then(|arguments| match &arguments.mode {
        Mode::Answer(question) => answer::answer(&suite, question),
        mode => {
            let settings = Settings::from_environment(&Cores::detect())?;
            // Only what is saved is worth a process of its own; a test stops at an abort.
            let guarded = if *mode == Mode::Measure { guardian::guard() } else { None };
            guarded.map_or_else(|| criterion_mode::run(&suite, &settings, &arguments), Ok)
        }
    });
    outcome.map_or_else(
        |error| {
            eprintln!("contend: failed to {error}");
            error.exit_code()
        },
        ExitCode::from,
    )
}

/// A contender's panic is reported as the fault of its cell, in one sentence. Whoever wants the backtrace asks for it.
fn leave_panics_of_workers_to_the_report() {
    if std::env::var_os("CONTEND_BACKTRACE").is_some() {
        return;
    }
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let of_worker = std::thread::current().name().is_some_and(|name| name.starts_with(WORKER_NAME));
        if !of_worker {
            usual(panic);
        }
    }));
}
