//! `contend show`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{colour, print, print_json};
use contend_protocol::exit;
use contend_protocol::sample::CellRecord;
use contend_protocol::{Value, json};
use contend_record::{Run, nearest};
use contend_report::cells::figures;
use contend_report::{markdown, show};
use std::collections::BTreeSet;

/// Show one run: where it comes from, what to be wary of, and its numbers
///
/// Exits with 14 if a contender gave a wrong result, panicked or hung. With --format json:
///
/// {"schema": "contend-show/1", "name": RUN, "notices": [TEXT, ...], "manifest": the run's run.json, "doctor": the
/// examinations of its doctor.json, or null where there are none, "cells": [{"record": a line of samples.jsonl, "figures":
/// FIGURES}, ...]}, where FIGURES has "slices", "time_ns", "time_ns_low", "time_ns_high" (exact 95 % interval of the median
/// over the slices of this launch), "throughput_per_s", "cpu_ns", "fairness" and "jain" (of several workers only); null
/// stands for what is not known.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The run: its name, what only its name begins with, or `latest`.
    #[arg(default_value = "latest")]
    run: String,

    /// Print the table of one workload for a README instead.
    #[arg(long, value_name = "SUITE/WORKLOAD", conflicts_with = "format")]
    markdown: Option<String>,

    /// Thread counts of that table, such as `1,2`; all by default.
    #[arg(long, value_delimiter = ',', requires = "markdown")]
    threads: Vec<usize>,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let run = super::store()?.open_run(&arguments.run)?;
    match (&arguments.markdown, arguments.format.format) {
        (Some(workload), _) => print(&table(&run, workload, &arguments.threads)?)?,
        (None, Format::Text) => print(&show::text(&run, &show::Options { width: 80, colour: colour() }))?,
        (None, Format::Json) => print_json(&object(&run))?,
    }
    Ok(if run.counts().faulty > 0 { exit::WRONG_RESULT } else { exit::OK })
}

fn table(run: &Run, wanted: &str, threads: &[usize]) -> Result<String, CommandError> {
    let Some((suite, workload)) = wanted.split_once('/') else {
        return Err(CommandError::Usage(format!("read `{wanted}` as a workload: write SUITE/WORKLOAD")));
    };
    markdown::table(run, suite, workload, threads).ok_or_else(|| {
        let groups: BTreeSet<String> = run.records.iter().map(|record| record.cell.group()).collect();
        let near = nearest(wanted, groups.iter().map(String::as_str), 3);
        let near = if near.is_empty() { groups.into_iter().collect() } else { near };
        let name = &run.name;
        CommandError::NothingSelected(format!(
            "find `{wanted}` at these thread counts in run {name}, which has {}",
            near.join(", ")
        ))
    })
}

fn object(run: &Run) -> Value {
    json!({
        "schema": "contend-show/1",
        "name": run.name,
        "notices": run.notices.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "manifest": run.manifest,
        "doctor": (!run.examinations.is_empty()).then_some(&run.examinations),
        "cells": run.records.iter().map(cell).collect::<Vec<_>>(),
    })
}

fn cell(record: &CellRecord) -> Value {
    let figures = figures(record);
    json!({
        "record": record,
        "figures": {
            "slices": figures.slices,
            "time_ns": figures.time_ns,
            "time_ns_low": figures.time_interval.map(|interval| interval.low),
            "time_ns_high": figures.time_interval.map(|interval| interval.high),
            "throughput_per_s": figures.throughput_per_s,
            "cpu_ns": figures.cpu_ns,
            "fairness": figures.fairness,
            "jain": figures.jain,
        },
    })
}
