//! A run in the formats of others: for spreadsheets, monitoring, and the comparers and trackers of benchmarks.
//!
//! What a format has no place for is left out, and what it wants is given as what it is: nothing here judges.

mod benchstat;
mod criterion;
mod json;
mod open_metrics;
mod table;

use crate::cells::figures;
use contend_protocol::CellId;
use contend_protocol::manifest::IMPORTED;
use contend_record::Run;
use contend_stats::order::median;

pub use criterion::criterion;
pub use open_metrics::METRICS;

/// Formats that are one text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// A table of all cells, RFC 4180 but for the ends of lines, which are those of Unix.
    Csv,
    /// The same, one JSON object a line.
    JsonLines,
    /// OpenMetrics 1.0, which Prometheus' text format can read too.
    OpenMetrics,
    /// Go's benchmark format, for benchstat.
    Benchstat,
    /// Bencher Metric Format.
    Bencher,
    /// `customSmallerIsBetter` of github-action-benchmark.
    GithubActionBenchmark,
}

/// The run in that format.
pub fn text(run: &Run, format: Format) -> String {
    match format {
        Format::Csv => table::csv(run),
        Format::JsonLines => table::json_lines(run),
        Format::OpenMetrics => open_metrics::text(run),
        Format::Benchstat => benchstat::text(run),
        Format::Bencher => json::bencher(run),
        Format::GithubActionBenchmark => json::github_action_benchmark(run),
    }
}

/// What stands with an import where a format has place for a remark.
const REMARK: &str = "imported from criterion: indicative only";

/// What we know of our own measurements, and of nobody else's: an import says nothing of threads, and one number is all that
/// its ids have for them.
fn own<T>(run: &Run, value: T) -> Option<T> {
    (!run.manifest.is_imported()).then_some(value)
}

/// The name of a cell where a format has no place to say that it was imported.
fn name(run: &Run, cell: &CellId) -> String {
    let imported = || format!("{IMPORTED}/{}/{}", cell.group(), cell.contender());
    own(run, cell).map_or_else(imported, ToString::to_string)
}

/// One number for a cell, for formats that have place for one only.
#[derive(Clone, Debug, PartialEq)]
struct OneFigure<'a> {
    cell: &'a CellId,
    version: &'a str,
    /// Launches behind it.
    launches: usize,
    /// Median over the launches of each launch's median, in nanoseconds per operation.
    time_ns: f64,
    /// Ends of the interval of the one launch's median; of several launches the least and the largest median.
    ends_ns: Option<(f64, f64)>,
    /// The same median of the throughput.
    throughput_per_s: Option<f64>,
}

/// The cells that have a number, in the order they were measured first.
fn one_figure_each(run: &Run) -> Vec<OneFigure<'_>> {
    let mut cells: Vec<&CellId> = Vec::new();
    for record in &run.records {
        if !cells.contains(&&record.cell) {
            cells.push(&record.cell);
        }
    }
    cells.into_iter().filter_map(|cell| one_figure(run, cell)).collect()
}

fn one_figure<'a>(run: &'a Run, cell: &'a CellId) -> Option<OneFigure<'a>> {
    let records: Vec<_> = run.records.iter().filter(|record| record.cell == *cell).collect();
    let measured: Vec<_> =
        records.iter().map(|record| figures(record)).filter(|figures| figures.time_ns.is_some()).collect();
    let times: Vec<f64> = measured.iter().filter_map(|figures| figures.time_ns).collect();
    let rates: Vec<f64> = measured.iter().filter_map(|figures| figures.throughput_per_s).collect();
    let ends_ns = match &measured[..] {
        [only] => only.time_interval.map(|interval| (interval.low, interval.high)),
        _ => times.iter().copied().reduce(f64::min).zip(times.iter().copied().reduce(f64::max)),
    };
    Some(OneFigure {
        cell,
        version: &records.first()?.version,
        launches: times.len(),
        time_ns: median(&times)?,
        ends_ns,
        throughput_per_s: median(&rates),
    })
}
