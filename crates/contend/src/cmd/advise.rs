//! `contend advise`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{colour, print, print_json};
use contend_protocol::{Value, exit, json};
use contend_report::advise::{self, AdviseError, Near, Need, Row};
use std::collections::BTreeMap;

/// Say what a saved run says for your need: which contenders to take, and what it costs to be wrong
///
/// Looks for the workloads whose parameters are nearest to what you ask for, and says how far they are from it. Nothing is computed
/// between workloads. Without parameters it says which ones the suite has.
///
/// With --format json:
///
/// {"schema": "contend-advise/1", "run": RUN, "nearest": [{"workload", "threads", "question", "differences": [{"name", "asked",
/// "measured"}, ...], "known": whether the first are known from the others, "launches", "first": [{"contender", "version", "time_ns",
/// "ratio"}, ...], "others": [...], "unknown": those of which too little is known}, ...], "as_near": other workloads that are as near,
/// "telling": parameters that tell them apart}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The run: its name, what only its name begins with, or `latest`.
    #[arg(default_value = "latest")]
    run: String,

    /// The suite, such as `map-contention`.
    #[arg(long, value_name = "SUITE")]
    suite: String,

    /// Percentage of the operations that only read.
    #[arg(long, value_name = "PERCENT")]
    reads: Option<String>,

    /// Kind of keys, such as `string`.
    #[arg(long, value_name = "KIND")]
    keys: Option<String>,

    /// Threads at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,

    /// Any parameter of the suite's workloads.
    #[arg(long = "need", value_name = "NAME=VALUE", value_parser = pair)]
    needs: Vec<(String, String)>,

    #[command(flatten)]
    format: FormatFlag,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = pair.ok_or("give a name and a value, such as `reads=99`")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let run = super::store()?.open_run(&arguments.run)?;
    let (words, notices) = run.words()?;
    for notice in notices {
        eprintln!("contend: {notice}");
    }
    let advice = advise::advise(&run, &words, &need(arguments)).map_err(refused)?;
    match arguments.format.format {
        Format::Text => print(&advise::text(&run, &advice, 80, colour()))?,
        Format::Json => {
            let nearest: Vec<Value> = advice.nearest.iter().map(near).collect();
            print_json(&json!({
                "schema": "contend-advise/1",
                "run": run.name,
                "nearest": nearest,
                "as_near": advice.as_near,
                "telling": advice.telling,
            }))?;
        }
    }
    Ok(exit::OK)
}

fn need(arguments: &Arguments) -> Need {
    let mut parameters: BTreeMap<String, String> = arguments.needs.iter().cloned().collect();
    for (name, value) in [("reads", &arguments.reads), ("keys", &arguments.keys)] {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value.clone());
        }
    }
    Need { suite: arguments.suite.clone(), threads: arguments.threads.map(usize::from), parameters }
}

fn refused(error: AdviseError) -> CommandError {
    match error {
        AdviseError::NoParameter { .. } => CommandError::Usage(error.to_string()),
        AdviseError::NoSuite { .. } | AdviseError::NoNumbers { .. } => {
            CommandError::NothingSelected(error.to_string())
        }
        AdviseError::NoParameters { .. } => CommandError::Incomparable(error.to_string()),
    }
}

fn near(near: &Near) -> Value {
    let rows = |rows: &[Row]| -> Vec<Value> { rows.iter().map(row).collect() };
    let differences = near
        .differences
        .iter()
        .map(|one| json!({ "name": one.name, "asked": one.asked, "measured": one.measured }));
    json!({
        "workload": near.workload,
        "threads": near.threads,
        "question": near.question,
        "differences": differences.collect::<Vec<_>>(),
        "known": near.known,
        "launches": near.launches,
        "first": rows(&near.first),
        "others": rows(&near.others),
        "unknown": rows(&near.unknown),
    })
}

fn row(row: &Row) -> Value {
    json!({ "contender": row.contender, "version": row.version, "time_ns": row.time_ns, "ratio": row.ratio })
}
