//! `contend rank`.

use super::select;
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{colour, print, print_json};
use clap::ValueEnum;
use contend_protocol::{Value, exit, json};
use contend_record::nearest;
use contend_report::agreement::{self, agreements};
use contend_report::pivot::{Dimension, Hidden, Pivot};
use contend_report::rank::{self, Ranked, Ranking};
use std::collections::BTreeSet;

/// Say which contenders a run can tell apart, and which it cannot
///
/// The unit is the launch, so a run of `contend run` is needed; one of `cargo bench` has one launch, which tells nothing apart.
/// With --format json:
///
/// {"schema": "contend-rank/1", "run": RUN, "tables": [{"suite", "workload", "threads", "rows": [{"contender", "version", "rank",
/// "shared", "time_ns", "ratio", "ratio_low", "ratio_high", "launches", "reason"}, ...]}, ...]}; null stands for what is not known,
/// and floors and bounds have no rank. With --against: {"schema": "contend-agreement/1", "run", "against", "tables": [{"table", "first",
/// "first_there", "degree": "same", "compatible" or "contradiction"}, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The run: its name, what only its name begins with, or `latest`.
    #[arg(default_value = "latest")]
    run: String,

    /// Part of `suite/workload/threads`, or a regular expression on it.
    filter: Option<String>,

    /// Print ratios to the best, with a row for each value of this dimension.
    #[arg(long, value_enum)]
    row: Option<By>,

    /// The same, with a column for each value.
    #[arg(long, value_enum)]
    col: Option<By>,

    /// The same, with a table for each value; give several with commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    table: Vec<By>,

    /// Say whether another run agrees on who is first, instead: where a contender has the first place alone in one of them and lacks
    /// it in the other, they contradict each other.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["row", "col", "table"])]
    against: Option<String>,

    #[command(flatten)]
    format: FormatFlag,
}

/// A dimension of the numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum By {
    Suite,
    Workload,
    Contender,
    Threads,
}

impl From<By> for Dimension {
    fn from(by: By) -> Self {
        match by {
            By::Suite => Self::Suite,
            By::Workload => Self::Workload,
            By::Contender => Self::Contender,
            By::Threads => Self::Threads,
        }
    }
}

/// Where the dimensions go, if any of the options is given: what is not named is a table.
fn pivot(arguments: &Arguments) -> Result<Option<Pivot>, CommandError> {
    if arguments.row.is_none() && arguments.col.is_none() && arguments.table.is_empty() {
        return Ok(None);
    }
    let row = Dimension::from(arguments.row.unwrap_or(By::Contender));
    let column = Dimension::from(arguments.col.unwrap_or(By::Workload));
    let tables: Vec<Dimension> = arguments.table.iter().copied().map(Dimension::from).collect();
    let free = |dimension: &Dimension| ![row, column].contains(dimension);
    if row == column || !tables.iter().all(free) {
        return Err(CommandError::Usage(
            "lay out the tables: a dimension is a row, a column or a table".to_owned(),
        ));
    }
    if arguments.format.format == Format::Json {
        return Err(CommandError::Usage(
            "lay out JSON: it has all dimensions; leave --row, --col and --table out".to_owned(),
        ));
    }
    let tables =
        if arguments.table.is_empty() { Dimension::ALL.into_iter().filter(free).collect() } else { tables };
    Ok(Some(Pivot { tables, row, column }))
}

fn print_pivot(pivot: &Pivot, rankings: &[Ranking<'_>]) -> Result<(), CommandError> {
    let (text, hidden) = pivot.text(rankings, 80, colour());
    for Hidden { dimension, values } in hidden {
        eprintln!(
            "contend: warning: each number is the mean over several values of {dimension} ({}); name it with --row, --col or --table, \
             or choose one with a filter",
            values.join(", ")
        );
    }
    print(&text)
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let pivot = pivot(arguments)?;
    let run = super::store()?.open_run(&arguments.run)?;
    let filter = select::filter(arguments.filter.as_deref())?;
    let wanted = |ranking: &Ranking<'_>| filter.as_ref().is_none_or(|filter| filter.is_match(&id(ranking)));
    if let Some(name) = &arguments.against {
        let other = super::store()?.open_run(name)?;
        let (all, others) = (rank::rankings(&run), rank::rankings(&other));
        let one: Vec<Ranking<'_>> = all.into_iter().filter(wanted).collect();
        let other_ones: Vec<Ranking<'_>> = others.into_iter().filter(wanted).collect();
        return against(arguments, [&run.name, &other.name], &one, &other_ones);
    }
    match arguments.format.format {
        Format::Text if pivot.is_some() => {
            let all = rank::rankings(&run);
            let chosen: Vec<Ranking<'_>> = all.iter().filter(|ranking| wanted(ranking)).cloned().collect();
            if chosen.is_empty() {
                return Err(nothing(arguments, &all));
            }
            pivot.iter().try_for_each(|pivot| print_pivot(pivot, &chosen))?;
        }
        Format::Text => {
            let text = rank::text(&run, 80, colour(), wanted);
            print(&text.ok_or_else(|| nothing(arguments, &rank::rankings(&run)))?)?;
        }
        Format::Json => {
            let tables: Vec<Value> =
                rank::rankings(&run).iter().filter(|ranking| wanted(ranking)).map(table).collect();
            print_json(&json!({ "schema": "contend-rank/1", "run": run.name, "tables": tables }))?;
        }
    }
    Ok(if run.counts().faulty > 0 { exit::WRONG_RESULT } else { exit::OK })
}

fn against(
    arguments: &Arguments,
    names: [&str; 2],
    one: &[Ranking<'_>],
    other: &[Ranking<'_>],
) -> Result<u8, CommandError> {
    let found = agreements(one, other);
    if found.is_empty() {
        let [here, there] = names;
        let text = format!("compare the rankings of {here} with those of {there}: no table is in both");
        return Err(CommandError::NothingSelected(text));
    }
    match arguments.format.format {
        Format::Text => print(&agreement::text(&found, 80, colour()))?,
        Format::Json => {
            let tables = found.iter().map(|one| {
                json!({ "table": one.name, "first": one.first[0], "first_there": one.first[1], "degree": one.degree.to_string() })
            });
            let tables: Vec<Value> = tables.collect();
            print_json(
                &json!({ "schema": "contend-agreement/1", "run": names[0], "against": names[1], "tables": tables }),
            )?;
        }
    }
    Ok(exit::OK)
}

fn id(ranking: &Ranking<'_>) -> String {
    format!("{}/{}/{}", ranking.suite, ranking.workload, ranking.threads)
}

fn nothing(arguments: &Arguments, rankings: &[Ranking<'_>]) -> CommandError {
    let ids: BTreeSet<String> = rankings.iter().map(id).collect();
    let Some(filter) = arguments.filter.as_deref() else {
        return CommandError::NothingSelected(format!("rank anything: run {} has no cell", arguments.run));
    };
    let near = nearest(filter, ids.iter().map(String::as_str), 3);
    let near = if near.is_empty() { ids.into_iter().take(3).collect() } else { near };
    CommandError::NothingSelected(format!(
        "rank `{filter}`: this run has none; nearest are {}",
        near.join(", ")
    ))
}

fn table(ranking: &Ranking<'_>) -> Value {
    json!({
        "suite": ranking.suite,
        "workload": ranking.workload,
        "threads": ranking.threads,
        "rows": ranking.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(row: &Ranked<'_>) -> Value {
    let place = row.place;
    json!({
        "contender": row.contender,
        "version": row.version,
        "rank": place.map(|place| place.rank),
        "shared": place.map(|place| place.shared),
        "time_ns": row.time_ns,
        "ratio": place.map(|place| place.ratio),
        "ratio_low": place.and_then(|place| place.interval).map(|interval| interval.low),
        "ratio_high": place.and_then(|place| place.interval).map(|interval| interval.high),
        "launches": row.times_ns.len(),
        "reason": row.reason,
    })
}
