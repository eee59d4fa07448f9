//! `contend report`.

use super::list;
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::executables;
use crate::output::{print, print_json};
use crate::viewer;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::figures::Figures;
use contend_protocol::{Value, exit, json};
use contend_record::{RecordError, ReportOutcome, Run, Store};
use contend_report::html::{self, Around, File};
use std::path::{Path, PathBuf};

/// Write a run as pages: which contender for which workload, how it scales, and whether to trust it
///
/// The pages lie in the run's folder, as `report/`; `report/index.html` opens from the disk, without a network or a server. The
/// numbers lie beside them as `cells.csv` and `cells.jsonl`. The same run gives the same bytes, and nothing is written where they
/// are there already. Where another report is, nothing is written either (exit code 2), unless --force says so; the other one is
/// then kept as `report-1`, `report-2`, ..., and the newest of those comes back where there is no report. The exit code says
/// nothing about contenders; that of `contend show` does.
///
/// With --format json:
///
/// {"schema": "contend-report/1", "run": RUN, "index": PATH, "outcome": "written", "unchanged" or "replaced", "kept": the folder of
/// the report that was there, or null, "files": [{"name", "bytes"}, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The run: its name, what only its name begins with, or `latest`.
    #[arg(default_value = "latest")]
    run: String,

    /// Show it with what opens web pages here.
    #[arg(long)]
    open: bool,

    /// Where another report is, write this one and keep that one beside it.
    #[arg(long)]
    force: bool,

    /// Build the bench executables of the workspace, and ask them for the questions of workloads and the notes on contenders that
    /// the run lacks.
    #[arg(long)]
    ask: bool,

    /// With --ask, ask this executable instead.
    #[arg(long = "executable", value_name = "PATH", hide = true, requires = "ask")]
    executables: Vec<PathBuf>,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let run = store.open_run(&arguments.run)?;
    if run.unfinished() {
        eprintln!(
            "contend: a launch of this run has not finished; the report is of the cells that are there"
        );
    }
    let words = words(&run, arguments)?;
    let figures = figures(&store)?;
    let around = Around {
        words: &words,
        asked: arguments.ask,
        figures: &figures,
        criterion: run.has_criterion_report(),
    };
    let files = html::report(&run, &around);
    let texts: Vec<(&str, &str)> = files.iter().map(|file| (&*file.name, &*file.text)).collect();
    let index = run.report_folder().join("index.html");
    let outcome = run.save_report(&texts, arguments.force).inspect_err(|error| {
        // Whoever wants to see pages is told where there are some, though not those that were asked for.
        if arguments.open && matches!(error, RecordError::OtherReport { .. }) {
            eprintln!("contend: the report that is there was not opened; it is {}", index.display());
        }
    })?;
    match arguments.format.format {
        Format::Text => {
            eprintln!("contend: {}", said(&outcome, &files));
            print(&format!("{}\n", index.display()))?;
        }
        Format::Json => print_json(&object(&run, &index, &outcome, &files))?,
    }
    if arguments.open {
        viewer::open(&index)?;
    }
    Ok(exit::OK)
}

/// What was found beside throughput, whenever that was.
fn figures(store: &Store) -> Result<Vec<Figures>, CommandError> {
    let (figures, unreadable) = store.figures()?;
    for error in unreadable {
        eprintln!("contend: warning: failed to {error}");
    }
    Ok(figures)
}

/// What the executables said when they measured, and where asked for, what they say now.
fn words(run: &Run, arguments: &Arguments) -> Result<Vec<CellEntry>, CommandError> {
    let (mut words, notices) = run.words()?;
    for notice in notices {
        eprintln!("contend: warning: {notice}");
    }
    if arguments.ask {
        let mut now = list::catalogue(&executables::find(&arguments.executables, &[])?)?.cells;
        // What was said when it was measured comes last, and counts where both are there.
        now.append(&mut words);
        words = now;
    }
    Ok(words)
}

fn said(outcome: &ReportOutcome, files: &[File]) -> String {
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    let amount = format!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    match outcome {
        ReportOutcome::Written => format!("wrote the report ({amount})"),
        ReportOutcome::Unchanged => format!("the same report is there already ({amount})"),
        ReportOutcome::Replaced { kept } => {
            format!("wrote the report ({amount}); the other one is {}", kept.display())
        }
    }
}

fn object(run: &Run, index: &Path, outcome: &ReportOutcome, files: &[File]) -> Value {
    let (outcome, kept) = match outcome {
        ReportOutcome::Written => ("written", None),
        ReportOutcome::Unchanged => ("unchanged", None),
        ReportOutcome::Replaced { kept } => ("replaced", Some(kept.to_string_lossy())),
    };
    let files: Vec<Value> =
        files.iter().map(|file| json!({ "name": file.name, "bytes": file.text.len() })).collect();
    json!({
        "schema": "contend-report/1",
        "run": run.name,
        "index": index.to_string_lossy(),
        "outcome": outcome,
        "kept": kept,
        "files": files,
    })
}
