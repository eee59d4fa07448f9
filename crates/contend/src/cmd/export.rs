//! `contend export`.

use super::select;
use crate::error::CommandError;
use crate::output::print;
use clap::ValueEnum;
use contend_protocol::{check_part, exit};
use contend_record::Run;
use contend_record::exchange::{ExchangeError, write_file, write_new_file, write_new_folder};
use contend_report::export;
use std::path::PathBuf;

/// Give a run to other software
///
/// Prints it, or writes what is not there yet. In csv and jsonl each cell and launch is a row, whether it has a number or not,
/// and units are in the names of the columns; in the others those with a number. bencher and github-action-benchmark have
/// place for one number of a cell: the median over its launches. None of them judges; two exports are two runs, which `contend
/// indicative` says more about.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The run: its name, what only its name begins with, or `latest`.
    #[arg(default_value = "latest")]
    run: String,

    /// What for.
    #[arg(long, value_enum)]
    format: Format,

    /// Write a file, or for criterion a folder, instead of printing. It must not be there yet.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Replace the file where there is one, in one step, as for a monitor that reads it every minute. Folders are never replaced.
    #[arg(long, requires = "output")]
    force: bool,

    /// Part of a cell's id, or a regular expression on it.
    #[arg(long)]
    filter: Option<String>,

    /// Name of the baseline in a criterion folder; `new` by default.
    #[arg(long, value_name = "NAME", value_parser = baseline)]
    baseline: Option<String>,
}

/// Formats of others.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// A table for spreadsheets.
    Csv,
    /// The same table, a JSON object a line: `"schema":"contend-cells/1"`.
    Jsonl,
    /// OpenMetrics text for Prometheus, as the textfile collector reads it.
    Openmetrics,
    /// Go's benchmark format, a line for each launch of a cell.
    Benchstat,
    /// Bencher Metric Format.
    Bencher,
    /// `customSmallerIsBetter` of github-action-benchmark.
    GithubActionBenchmark,
    /// A folder as criterion leaves it; critcmp reads `X` with --target-dir if this is `X/criterion`.
    Criterion,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let mut run = super::store()?.open_run(&arguments.run)?;
    select(&mut run, arguments.filter.as_deref())?;
    let output = arguments.output.as_deref();
    let Some(format) = arguments.format.text() else {
        return folder(&run, arguments);
    };
    if arguments.baseline.is_some() {
        return Err(usage("use `--baseline`: only `--format criterion` has baselines"));
    }
    let text = export::text(&run, format);
    match output {
        Some(path) => {
            let write = if arguments.force { write_file } else { write_new_file };
            write(path, &text).map_err(refused)?;
            eprintln!("contend: wrote {}", path.display());
        }
        None => print(&text)?,
    }
    Ok(exit::OK)
}

/// Writes what is a folder of files.
fn folder(run: &Run, arguments: &Arguments) -> Result<u8, CommandError> {
    let output = arguments.output.as_deref();
    let folder =
        output.ok_or_else(|| usage("print a criterion folder: give `--output FOLDER`, a folder to make"))?;
    if arguments.force {
        return Err(usage(
            "replace a folder: `--force` is for single files; give another name, or remove it",
        ));
    }
    let files = export::criterion(run, arguments.baseline.as_deref().unwrap_or("new"));
    if files.is_empty() {
        return Err(CommandError::NothingSelected(format!(
            "export run {} for criterion: no cell of it has enough numbers; `contend show` says why",
            run.name
        )));
    }
    write_new_folder(folder, &files).map_err(refused)?;
    eprintln!("contend: wrote {}", folder.display());
    Ok(exit::OK)
}

fn usage(text: &str) -> CommandError {
    CommandError::Usage(text.to_owned())
}

/// Where the folder is missing the way out is another word of the call, and no other disk.
fn refused(error: ExchangeError) -> CommandError {
    if error.has_no_folder() { CommandError::Usage(error.to_string()) } else { error.into() }
}

impl Format {
    /// The format where it is one text.
    fn text(self) -> Option<export::Format> {
        match self {
            Self::Csv => Some(export::Format::Csv),
            Self::Jsonl => Some(export::Format::JsonLines),
            Self::Openmetrics => Some(export::Format::OpenMetrics),
            Self::Benchstat => Some(export::Format::Benchstat),
            Self::Bencher => Some(export::Format::Bencher),
            Self::GithubActionBenchmark => Some(export::Format::GithubActionBenchmark),
            Self::Criterion => None,
        }
    }
}

/// Keeps the cells that are meant. A run without any cell is exported as it is.
fn select(run: &mut Run, wanted: Option<&str>) -> Result<(), CommandError> {
    let Some(filter) = select::filter(wanted)? else { return Ok(()) };
    let ids: Vec<String> = run.records.iter().map(|record| record.cell.to_string()).collect();
    run.records.retain(|record| filter.is_match(&record.cell.to_string()));
    if run.records.is_empty() {
        return Err(select::nothing_in(&run.name, wanted.unwrap_or_default(), &ids));
    }
    Ok(())
}

/// A part of an id, so that it is one folder.
fn baseline(name: &str) -> Result<String, String> {
    check_part(name).map(|()| name.to_owned()).map_err(|error| error.to_string())
}
