//! The words of the command line.

use crate::cmd;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Shows saved runs of concurrency benchmarks, and checks the contenders.
#[derive(Debug, Parser)]
#[command(name = "contend", version, after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Runs(cmd::runs::Arguments),
    Show(cmd::show::Arguments),
    List(cmd::list::Arguments),
    Bisect(cmd::bisect::Arguments),
    Calibrate(cmd::calibrate::Arguments),
    Check(cmd::check::Arguments),
    Baseline(cmd::baseline::Arguments),
    Compare(cmd::compare::Arguments),
    Explain(cmd::explain::Arguments),
    Figures(cmd::figures::Arguments),
    Indicative(cmd::indicative::Arguments),
}

/// What is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people; it changes without notice.
    Text,
    /// One JSON object, whose "schema" names its shape and version.
    Json,
}

/// What is printed of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Document {
    /// For people; it changes without notice.
    Text,
    /// One JSON object, whose "schema" names its shape and version.
    Json,
    /// For a pull request: the verdict in the first line, at most 60,000 characters.
    Markdown,
}

/// How the answer is printed.
#[derive(Debug, Args)]
pub(crate) struct FormatFlag {
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Which cells are meant, and where they come from.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Part of a cell's id, or a regular expression on it, such as `dashmap/2$`.
    pub(crate) filter: Option<String>,

    /// Ask this executable instead of building those of the workspace.
    #[arg(long = "executable", value_name = "PATH", hide = true)]
    pub(crate) executables: Vec<PathBuf>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   nothing to report
  1   something failed that is nobody's measurement, such as a build
  2   the words of the call do not fit
  4   the filter selected nothing
  10  a comparison found a regression, and fresh pairs said it again
  11  undecided: after a comparison only with --strict
  12  the run, baseline or revision is missing, or cannot be read or compared
  13  the machine is disturbed: a control gave an alarm, nothing could be measured, or the engine does not
      see what is known; or there is no room to save
  14  a contender gave a wrong result, panicked or hung
  130 interrupted

Environment:
  CONTEND_RESULTS  folder of the runs, instead of `results` beside Cargo.lock
  CONTEND_SET      `full` for all cells, instead of the curated ones
  CONTEND_THREADS  thread counts, such as `1,2,4`
  NO_COLOR         anything: no colours";
