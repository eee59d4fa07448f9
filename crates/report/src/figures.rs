//! What `contend figures` prints: a table for each workload and figure.

use crate::cells::fault_text;
use crate::layout::{MIN_WIDTH, Table, wrap};
use crate::units::time;
use contend_protocol::figures::{
    Allocations, CellFigures, Figures, Footprint, OpenLoop, Stage, Times, Until,
};
use contend_protocol::sample::Outcome;
use std::collections::BTreeMap;

/// The workloads in their order.
pub fn text(figures: &Figures) -> String {
    let mut lines = Vec::new();
    for workload in figures.cells.chunk_by(|left, right| left.cell.group() == right.cell.group()) {
        for paragraph in paragraphs(workload) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(paragraph);
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

type Lines = Vec<String>;

fn paragraphs(workload: &[CellFigures]) -> Vec<Lines> {
    let mut paragraphs = Vec::new();
    paragraphs.extend(service(workload));
    paragraphs.extend(open_loop(workload));
    paragraphs.extend(allocations(workload));
    paragraphs.extend(memory(workload));
    paragraphs.extend(failures(workload));
    if workload.iter().any(|cell| cell.oversubscribed && cell.service.is_some()) {
        paragraphs.push(vec![OVERSUBSCRIBED.to_owned()]);
    }
    paragraphs
}

/// `contender/threads`, with a mark that [`OVERSUBSCRIBED`] explains.
fn name(cell: &CellFigures) -> String {
    let mark = if cell.oversubscribed { "*" } else { "" };
    format!(" {}/{}{mark}", cell.cell.contender(), cell.cell.threads())
}

const OVERSUBSCRIBED: &str = " * more threads than cores: about the scheduler too";

/// The heading above a table, which names the workload and the figure.
fn heading(workload: &[CellFigures], figure: &str) -> Lines {
    let group = workload.first().map(|cell| cell.cell.group()).unwrap_or_default();
    wrap(&format!("{group}: {figure}"), MIN_WIDTH, 2)
}

fn service(workload: &[CellFigures]) -> Option<Lines> {
    let timed: Vec<(&CellFigures, Times)> =
        workload.iter().filter_map(|cell| Some((cell, cell.service?))).collect();
    let (_, first) = timed.first()?;
    let figure = match (first.until, first.every) {
        (Until::Acquired, _) => "time to acquire, in a closed loop".to_owned(),
        (Until::Done, 1) => "service time, in a closed loop".to_owned(),
        (Until::Done, every) => format!("service time, in a closed loop, of one operation in {every}"),
    };
    let mut lines = heading(workload, &figure);
    lines.extend(times_table(&timed));
    Some(lines)
}

fn open_loop(workload: &[CellFigures]) -> Option<Lines> {
    let offered = |cell: &CellFigures| match cell.open_loop {
        Some(OpenLoop::Offered { per_second, .. }) => Some(per_second),
        _ => None,
    };
    let mut rates: Vec<u64> = workload.iter().filter_map(offered).collect();
    rates.sort_unstable();
    rates.dedup();
    let mut lines = Lines::new();
    for rate in rates.into_iter().rev() {
        let timed: Vec<(&CellFigures, Times)> = workload
            .iter()
            .filter_map(|cell| match &cell.open_loop {
                Some(OpenLoop::Offered { per_second, times }) if *per_second == rate => Some((cell, *times)),
                _ => None,
            })
            .collect();
        let acquired = timed.iter().any(|(_, times)| times.until == Until::Acquired);
        let what =
            if acquired { "time to acquire since it was due" } else { "time since each operation was due" };
        let figure = format!("{what}, at {} a second and worker", thousands(rate));
        lines.extend(heading(workload, &figure));
        lines.extend(times_table(&timed));
    }
    for (reason, names) in refused(workload) {
        lines.extend(heading(workload, &format!("no open loop of {}: {reason}", names.join(", "))));
    }
    (!lines.is_empty()).then_some(lines)
}

/// Why there is no open loop, and of whom.
fn refused(workload: &[CellFigures]) -> BTreeMap<&str, Vec<String>> {
    let mut refused: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for cell in workload {
        if let Some(OpenLoop::Refused { reason }) = &cell.open_loop {
            refused.entry(reason).or_default().push(name(cell).trim().to_owned());
        }
    }
    refused
}

fn times_table(timed: &[(&CellFigures, Times)]) -> Lines {
    let heads = ["", "p50", "p90", "p99", "p99.9", "max", "samples"];
    let mut table = Table::new(heads.map(str::to_owned));
    for (cell, times) in timed {
        // Each with its unit: a longest time is a thousand medians and more.
        let number = |ns: Option<u64>| ns.map_or_else(|| "few".to_owned(), |ns| time(ns as f64));
        let percentiles = [times.p50_ns, times.p90_ns, times.p99_ns, times.p999_ns, Some(times.max_ns)];
        let mut numbers: Vec<String> = percentiles.into_iter().map(number).collect();
        numbers.push(times.samples.to_string());
        table.numbers(name(cell), numbers);
    }
    table.lines(MIN_WIDTH)
}

fn allocations(workload: &[CellFigures]) -> Option<Lines> {
    let counted: Vec<(&CellFigures, Allocations)> =
        workload.iter().filter_map(|cell| Some((cell, cell.allocations?))).collect();
    if counted.is_empty() {
        return None;
    }
    let mut lines = heading(workload, "allocations");
    let some = counted.iter().any(|(_, count)| count.allocations > 0);
    if !some {
        lines.push(" none, by any contender".to_owned());
        return Some(lines);
    }
    let mut table = Table::new(["", "per operation", "bytes per operation"].map(str::to_owned));
    for (cell, count) in counted {
        let (calls, bytes) = per_operation(&count);
        let numbers = vec![few(calls), few(bytes)];
        table.numbers(name(cell), numbers);
    }
    lines.extend(table.lines(MIN_WIDTH));
    Some(lines)
}

fn memory(workload: &[CellFigures]) -> Option<Lines> {
    let looked: Vec<(&CellFigures, &Footprint)> =
        workload.iter().filter_map(|cell| Some((cell, cell.memory.as_ref()?))).collect();
    let (_, first) = looked.first()?;
    let fullest = |footprint: &Footprint| footprint.stages.iter().map(|stage| stage.held).max().unwrap_or(0);
    let figure = format!(
        "memory of {}, in bytes for each while it is fullest, and in KiB at each stage",
        thousands(fullest(first))
    );
    let mut lines = heading(workload, &figure);
    let mut heads = vec![String::new(), "each".to_owned()];
    heads.extend(first.stages.iter().map(|stage| stage.name.clone()));
    heads.push("peak".to_owned());
    let mut table = Table::new(heads);
    for (cell, footprint) in looked {
        let (requested, resident) = rows(footprint);
        table.numbers(format!("{} requested", name(cell)), requested);
        table.numbers("   resident".to_owned(), resident);
    }
    lines.extend(table.lines(MIN_WIDTH));
    Some(lines)
}

/// What was asked for, and what is in memory beyond what was there before.
fn rows(footprint: &Footprint) -> (Vec<String>, Vec<String>) {
    let before = footprint.resident_before_bytes;
    let resident = |bytes: Option<u64>| Some(bytes?.saturating_sub(before?));
    let kib =
        |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.div_ceil(1024).to_string());
    let (requested_each, resident_each) = when_fullest(footprint);
    let row = |each: Option<f64>, bytes: &dyn Fn(&Stage) -> Option<u64>, peak: Option<u64>| {
        let mut row = vec![each.map_or_else(|| "-".to_owned(), few)];
        row.extend(footprint.stages.iter().map(|stage| kib(bytes(stage))));
        row.push(kib(peak));
        row
    };
    (
        row(requested_each, &|stage| Some(stage.requested_bytes), None),
        row(resident_each, &|stage| resident(stage.resident_bytes), resident(footprint.peak_resident_bytes)),
    )
}

fn failures(workload: &[CellFigures]) -> Option<Lines> {
    let mut lines = Lines::new();
    for cell in workload {
        let what = match &cell.outcome {
            Outcome::Measured => continue,
            Outcome::NotMeasurable { reason } => format!("not measurable: {reason}"),
            Outcome::Faulty { fault } => fault_text(fault),
        };
        lines.extend(wrap(&format!("{}: {what}", cell.cell), MIN_WIDTH, 2));
    }
    (!lines.is_empty()).then_some(lines)
}

/// Calls and bytes of one operation, on average.
pub(crate) fn per_operation(count: &Allocations) -> (f64, f64) {
    let each = |total: u64| total as f64 / count.operations.max(1) as f64;
    (each(count.allocations), each(count.requested_bytes))
}

/// Bytes for each of what the contender holds while it holds most: as requested, and as resident beyond what was before.
pub(crate) fn when_fullest(footprint: &Footprint) -> (Option<f64>, Option<f64>) {
    let Some(fullest) = footprint.stages.iter().max_by_key(|stage| stage.held).filter(|stage| stage.held > 0)
    else {
        return (None, None);
    };
    let each = |bytes: u64| bytes as f64 / fullest.held as f64;
    let resident = fullest.resident_bytes.zip(footprint.resident_before_bytes);
    (Some(each(fullest.requested_bytes)), resident.map(|(now, before)| each(now.saturating_sub(before))))
}

/// Three digits behind the point of what is small, one of what is large; 0 is none at all.
pub(crate) fn few(number: f64) -> String {
    match number {
        0.0 => "0".to_owned(),
        small if small < 0.001 => "<0.001".to_owned(),
        small if small < 10.0 => format!("{small:.3}"),
        large => format!("{large:.1}"),
    }
}

/// A whole number as people write it.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(100_000), "100,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }

    #[test]
    fn nothing_is_told_from_little() {
        assert_eq!(few(0.0), "0");
        assert_eq!(few(0.0001), "<0.001");
        assert_eq!(few(1.0), "1.000");
        assert_eq!(few(37.66), "37.7");
    }
}
