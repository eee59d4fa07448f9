//! `contend rank`.

use super::select;
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{colour, print, print_json};
use clap::ValueEnum;
use contend_protocol::sample::{CellRecord, Outcome};
use contend_protocol::{Value, exit, json};
use contend_record::{Run, nearest};
use contend_report::agreement::{self, agreements};
use contend_report::cells::standing_word;
use contend_report::pivot::{Dimension, Hidden, Pivot};
use contend_report::rank::{self, Ranked, Ranking};
use std::collections::BTreeSet;

/// Say which contenders a run can tell apart, and which it cannot
///
/// The unit is the launch, so a run of `contend run` is needed; one of `cargo bench` has one launch, which tells nothing apart. A
/// contender with fewer launches in common with the best one than an interval takes has no rank (?), and changes nobody's. Exits with
/// 14 if a contender of the tables gave a wrong result. With --format json:
///
/// {"schema": "contend-rank/1", "run": RUN, "tables": [{"suite", "workload", "threads", "rows": [{"contender", "version", "rank",
/// "shared", "standing": "best", "tied", "slower" or "unknown", "time_ns", "ratio", "ratio_low", "ratio_high", "launches", "reason"},
/// ...]}, ...]}; null stands for what is not known, and floors and bounds have no rank. With --against: {"schema":
/// "contend-agreement/1", "run", "against", "left_out": cells that the runs measured in another version or definition, "tables":
/// [{"table", "first", "first_there", "degree": "same", "compatible", "contradiction" or "unknown"}, ...]}.
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

    /// Say whether another run agrees on who is first, instead: where a contender has the first place alone in one of them and is slower
    /// in the other than one that it beat, they contradict each other.
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
    let tables: Vec<Dimension> = arguments.table.iter().copied().map(Dimension::from).collect();
    let asked = [arguments.row, arguments.col].map(|by| by.map(Dimension::from));
    let Some((row, column)) = sides(asked, &tables) else {
        return Err(CommandError::Usage(
            "lay out the tables: a dimension is a row, a column or a table".to_owned(),
        ));
    };
    let free = |dimension: &Dimension| ![row, column].contains(dimension);
    if arguments.format.format == Format::Json {
        return Err(CommandError::Usage(
            "lay out JSON: it has all dimensions; leave --row, --col and --table out".to_owned(),
        ));
    }
    let tables =
        if arguments.table.is_empty() { Dimension::ALL.into_iter().filter(free).collect() } else { tables };
    Ok(Some(Pivot { tables, row, column }))
}

/// Row and column: what was asked for, and else the first of these that is nowhere yet. `None` where a dimension is in two places.
fn sides([row, column]: [Option<Dimension>; 2], tables: &[Dimension]) -> Option<(Dimension, Dimension)> {
    use Dimension::{Contender, Suite, Threads, Workload};
    let unless = |taken: Option<Dimension>| {
        move |dimension: &Dimension| !tables.contains(dimension) && Some(*dimension) != taken
    };
    let row = row.or_else(|| [Contender, Workload, Threads, Suite].into_iter().find(unless(column)))?;
    let column =
        column.or_else(|| [Workload, Contender, Threads, Suite].into_iter().find(unless(Some(row))))?;
    (row != column && ![row, column].iter().any(|side| tables.contains(side))).then_some((row, column))
}

fn print_pivot(pivot: &Pivot, rankings: &[Ranking<'_>]) -> Result<(), CommandError> {
    let (text, hidden) = pivot.text(rankings, 80, colour());
    for Hidden { dimension, values } in hidden {
        eprintln!(
            "contend: warning: the numbers of a column are means over those of several values of {dimension} ({}) that all its rows have; \
             name it with --row, --col or --table, or choose one with a filter",
            values.join(", ")
        );
    }
    print(&text)
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let pivot = pivot(arguments)?;
    let run = open(&arguments.run)?;
    let filter = select::filter(arguments.filter.as_deref())?;
    let wanted = |ranking: &&Ranking<'_>| filter.as_ref().is_none_or(|filter| filter.is_match(&id(ranking)));
    let all = rank::rankings(&run);
    let chosen: Vec<Ranking<'_>> = all.iter().filter(wanted).cloned().collect();
    if let Some(name) = &arguments.against {
        let other = open(name)?;
        comparable(&run, &other)?;
        let others: Vec<Ranking<'_>> = rank::rankings(&other).iter().filter(wanted).cloned().collect();
        return against(arguments, [&run.name, &other.name], &chosen, &others);
    }
    if chosen.is_empty() {
        return Err(nothing(arguments, &all));
    }
    match (arguments.format.format, &pivot) {
        (Format::Text, Some(pivot)) => print_pivot(pivot, &chosen)?,
        (Format::Text, None) => print(&rank::text(&chosen, 80, colour()))?,
        (Format::Json, _) => {
            let tables: Vec<Value> = chosen.iter().map(table).collect();
            print_json(&json!({ "schema": "contend-rank/1", "run": run.name, "tables": tables }))?;
        }
    }
    let is_shown = |record: &CellRecord| chosen.iter().any(|ranking| ranking.has(&record.cell));
    let is_wrong = |record: &CellRecord| matches!(record.outcome, Outcome::Faulty { .. });
    let wrong = run.records.iter().any(|record| is_wrong(record) && is_shown(record));
    Ok(if wrong { exit::WRONG_RESULT } else { exit::OK })
}

/// A run that can be ranked. What is odd about it is said: a damaged line costs a launch.
fn open(wanted: &str) -> Result<Run, CommandError> {
    let run = super::store()?.open_run(wanted)?;
    let name = &run.name;
    if run.manifest.is_imported() {
        return Err(CommandError::Incomparable(format!(
            "rank run {name}: it was imported, and nothing is judged by it; `contend show {name}` prints its numbers"
        )));
    }
    for notice in &run.notices {
        eprintln!("contend: warning: run {name}: {notice}");
    }
    if run.unfinished() {
        eprintln!(
            "contend: warning: run {name} has not finished: it was interrupted, or still runs, and some cells may have too few launches"
        );
    }
    Ok(run)
}

/// Refuses two runs of which one says nothing of the other.
fn comparable(one: &Run, other: &Run) -> Result<(), CommandError> {
    let refuse = |why: &str| {
        let text = format!("compare the rankings of {} with those of {}: {why}", one.name, other.name);
        Err(CommandError::Incomparable(text))
    };
    if one.manifest.machine.id != other.manifest.machine.id {
        return refuse("one machine's ranking is not another's");
    }
    if one.manifest.method != other.manifest.method {
        return refuse("they were measured with two methods");
    }
    Ok(())
}

fn against(
    arguments: &Arguments,
    names: [&str; 2],
    one: &[Ranking<'_>],
    other: &[Ranking<'_>],
) -> Result<u8, CommandError> {
    let found = agreements(one, other);
    if found.tables.is_empty() {
        let [here, there] = names;
        let text = format!(
            "compare the rankings of {here} with those of {there}: no table is in both, with the same versions and definitions"
        );
        return Err(CommandError::NothingSelected(text));
    }
    match arguments.format.format {
        Format::Text => print(&agreement::text(&found, 80, colour()))?,
        Format::Json => {
            let tables = found.tables.iter().map(|one| {
                json!({ "table": one.name, "first": one.first[0], "first_there": one.first[1], "degree": one.degree.to_string() })
            });
            let tables: Vec<Value> = tables.collect();
            print_json(&json!({
                "schema": "contend-agreement/1", "run": names[0], "against": names[1], "left_out": found.left_out, "tables": tables,
            }))?;
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
        "rank": place.and_then(|place| place.rank),
        "shared": place.map(|place| place.shared),
        "standing": place.map(|place| standing_word(place.evidence)),
        "time_ns": row.time_ns,
        "ratio": place.map(|place| place.ratio),
        "ratio_low": place.and_then(|place| place.interval).map(|interval| interval.low),
        "ratio_high": place.and_then(|place| place.interval).map(|interval| interval.high),
        "launches": row.times_ns.len(),
        "reason": row.reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dimension::{Contender, Suite, Threads, Workload};

    #[track_caller]
    fn check(asked: [Option<Dimension>; 2], tables: &[Dimension], expected: Option<(Dimension, Dimension)>) {
        assert_eq!(sides(asked, tables), expected);
    }

    #[test]
    fn what_nobody_asks_for_gives_way() {
        check([None, None], &[], Some((Contender, Workload)));
        check([Some(Workload), None], &[], Some((Workload, Contender)));
        check([None, Some(Contender)], &[], Some((Workload, Contender)));
        check([None, Some(Threads)], &[], Some((Contender, Threads)));
        check([None, None], &[Contender], Some((Workload, Threads)));
        check([Some(Suite), None], &[Workload, Contender], Some((Suite, Threads)));
        check([Some(Workload), Some(Workload)], &[], None);
        check([Some(Workload), None], &[Workload], None);
        check([None, None], &[Workload, Contender, Suite], None);
    }
}
