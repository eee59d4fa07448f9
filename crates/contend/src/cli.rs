//! The words of the command line.

use crate::{cmd, executables};
use clap::{Args, Parser, Subcommand, ValueEnum};
use contend_protocol::MAX_THREADS;
use std::path::PathBuf;

/// Shows saved runs of concurrency benchmarks, and checks the contenders.
#[derive(Debug, Parser)]
#[command(name = "contend", version, max_term_width = 80, after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Run(cmd::run::Arguments),
    Rank(cmd::rank::Arguments),
    Advise(cmd::advise::Arguments),
    Runs(cmd::runs::Arguments),
    Show(cmd::show::Arguments),
    Report(cmd::report::Arguments),
    Site(cmd::site::Arguments),
    List(cmd::list::Arguments),
    Bisect(cmd::bisect::Arguments),
    Calibrate(cmd::calibrate::Arguments),
    Check(cmd::check::Arguments),
    Baseline(cmd::baseline::Arguments),
    Compare(cmd::compare::Arguments),
    Doctor(cmd::doctor::Arguments),
    Explain(cmd::explain::Arguments),
    Figures(cmd::figures::Arguments),
    Indicative(cmd::indicative::Arguments),
    Export(cmd::export::Arguments),
    Import(cmd::import::Arguments),
    Pack(cmd::pack::Arguments),
    Ci(cmd::ci::Arguments),
    Completions(cmd::completions::Arguments),
    Man(cmd::man::Arguments),
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

    /// Build with these features of the workspace, such as `extended`.
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with = "executables")]
    pub(crate) features: Vec<String>,
}

/// What is measured, and how, where it is not as the environment says.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Variables {
    /// Which cells; `curated` unless CONTEND_SET says otherwise.
    #[arg(long, value_parser = ["curated", "full"])]
    pub(crate) set: Option<String>,

    /// Thread counts, such as `1,2,8`.
    #[arg(long, value_name = "LIST", value_parser = thread_counts)]
    pub(crate) threads: Option<String>,

    /// Seed of keys, operations and orders; 42 unless CONTEND_SEED says otherwise.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

impl Variables {
    /// The same as variables of the environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = Vec::new();
        variables.extend(self.set.clone().map(|set| ("CONTEND_SET", set)));
        variables.extend(self.threads.clone().map(|threads| ("CONTEND_THREADS", threads)));
        variables.extend(self.seed.map(|seed| ("CONTEND_SEED", seed.to_string())));
        variables
    }

    /// Whether all cells are meant, and not the curated ones only.
    pub(crate) fn full_set(&self) -> bool {
        self.set.as_deref().map_or_else(executables::full_set, |set| set == "full")
    }

    /// The seed that the executables take, or their own.
    pub(crate) fn seed(&self) -> u64 {
        let said = || std::env::var("CONTEND_SEED").ok().and_then(|seed| seed.parse().ok());
        self.seed.or_else(said).unwrap_or(42)
    }
}

/// A list of thread counts, as it was written. How many this machine may have is the executables' to say.
fn thread_counts(text: &str) -> Result<String, String> {
    let count = |part: &str| part.trim().parse().is_ok_and(|count| (1..=MAX_THREADS).contains(&count));
    match text.split(',').all(count) {
        true => Ok(text.to_owned()),
        false => Err("write a list of thread counts, such as 1,2,8".to_owned()),
    }
}

/// Lines of at most 80 characters, which clap leaves as they are.
const EXIT_CODES: &str = "\
Exit codes:
  0   nothing to report
  1   something failed that is nobody's measurement, such as a build
  2   the words of the call do not fit, or what it would write is there already
  4   the filter selected nothing
  10  a comparison found a regression, and fresh pairs said it again
  11  undecided: after a comparison only with --strict
  12  the run, baseline, revision or folder is missing, or cannot be read or
      compared
  13  the machine is disturbed: a control gave an alarm, nothing could be
      measured, the engine does not see what is known, or `doctor --strict`
      found a line that is ✗; or there is no room to save
  14  a contender gave a wrong result, panicked or hung
  130 interrupted

Environment:
  CONTEND_RESULTS  folder of the runs, instead of `results` beside Cargo.lock
  CONTEND_SET      `full` for all cells, instead of the curated ones
  CONTEND_THREADS  thread counts, such as `1,2,4`
  NO_COLOR         anything: no colours";
