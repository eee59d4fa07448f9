//! From a run to the lines that a site keeps of it, and from these lines to what the heat maps are drawn from.

use super::super::model::{Basis, Cell, Suite, Workload, of_cells, suites};
use crate::cells::{CONFIDENCE, CellFigures, place};
use contend_protocol::site::{EndsOf, HistoryCell, HistoryRun};
use contend_record::Run;
use contend_stats::order::Interval;
use std::collections::BTreeMap;

const PS_PER_NS: f64 = 1000.0;

/// The lines that a site keeps of a run. `lengths` are those of its files, by which it is known again.
pub fn lines(run: &Run, lengths: [u64; 3]) -> (HistoryRun, Vec<HistoryCell>) {
    let counts = run.counts();
    let about = HistoryRun {
        measured: counts.measured as u64,
        not_measurable: counts.not_measurable as u64,
        faulty: counts.faulty as u64,
        ..HistoryRun::of(&run.name, &run.manifest, lengths)
    };
    let suites = suites(run, &[]);
    let workloads = suites.iter().flat_map(|suite| &suite.workloads);
    let cells = workloads.flat_map(|workload| &workload.cells).map(|cell| line(&run.name, cell));
    (about, cells.collect())
}

fn line(run: &str, cell: &Cell<'_>) -> HistoryCell {
    let time_ps = cell.figures.time_ns.and_then(to_ps);
    let ends = cell.time_ends.filter(|_| time_ps.is_some());
    let ends = ends.and_then(|(low, high)| to_ps(low).zip(to_ps(high)));
    HistoryCell {
        run: run.to_owned(),
        cell: cell.id.clone(),
        fate: time_ps.is_none().then(|| cell.fate.to_owned()),
        time_ps,
        low_ps: ends.map(|ends| ends.0),
        high_ps: ends.map(|ends| ends.1),
        ends: match cell.basis {
            _ if ends.is_none() => EndsOf::Nothing,
            Basis::Nothing => EndsOf::Nothing,
            Basis::Slices => EndsOf::Slices,
            Basis::Launches => EndsOf::Launches,
            Basis::Range => EndsOf::Range,
        },
        launches: u32::try_from(cell.launches).unwrap_or(u32::MAX),
        slices: cell.figures.slices as u64,
        oversubscribed: cell.oversubscribed,
        version: cell.version.to_owned(),
        definition: cell.definition.to_owned(),
    }
}

/// Picoseconds, where it is a time above 0.
fn to_ps(ns: f64) -> Option<u64> {
    let ps = (ns * PS_PER_NS).round();
    (ps.is_finite() && ps >= 1.0 && ps < u64::MAX as f64).then_some(ps as u64)
}

/// The suites of a run as far as its lines tell: times and their ends, and who is first. Questions and versions are on the run's
/// own pages.
pub(super) fn suites_of(lines: &[HistoryCell]) -> Vec<Suite<'_>> {
    let mut names: Vec<&str> = Vec::new();
    for line in lines {
        if !names.contains(&line.cell.suite()) {
            names.push(line.cell.suite());
        }
    }
    let of = |name: &'_ str| lines.iter().filter(|line| line.cell.suite() == name).collect::<Vec<_>>();
    let suite = |name| Suite {
        name,
        workloads: workloads(name, &of(name)),
        notes: BTreeMap::new(),
        versions: BTreeMap::new(),
    };
    names.into_iter().map(suite).collect()
}

fn workloads<'a>(suite: &'a str, lines: &[&'a HistoryCell]) -> Vec<Workload<'a>> {
    let mut names: Vec<&'a str> = Vec::new();
    for line in lines {
        if !names.contains(&line.cell.workload()) {
            names.push(line.cell.workload());
        }
    }
    let workload = |name: &'a str| {
        let of_workload = lines.iter().filter(|line| line.cell.workload() == name);
        of_cells(suite, name, of_workload.map(|line| cell(line)).collect())
    };
    names.into_iter().map(workload).collect()
}

fn cell(line: &HistoryCell) -> Cell<'_> {
    let ns = |ps: u64| ps as f64 / PS_PER_NS;
    let ends = line.low_ps.zip(line.high_ps).map(|(low, high)| (ns(low), ns(high)));
    let basis = match line.ends {
        EndsOf::Nothing => Basis::Nothing,
        EndsOf::Slices => Basis::Slices,
        EndsOf::Launches => Basis::Launches,
        EndsOf::Range => Basis::Range,
    };
    // A mere range decides nothing.
    let decides = matches!(basis, Basis::Slices | Basis::Launches);
    let interval = |(low, high)| Interval { low, high, coverage: CONFIDENCE };
    Cell {
        id: &line.cell,
        place: place(line.cell.contender()),
        figures: CellFigures {
            slices: usize::try_from(line.slices).unwrap_or(usize::MAX),
            time_ns: line.time_ps.map(ns),
            time_interval: ends.filter(|_| decides).map(interval),
            throughput_per_s: None,
            throughput_interval: None,
            cpu_ns: None,
            fairness: None,
            jain: None,
        },
        basis,
        time_ends: ends,
        throughput_ends: None,
        efficiency: None,
        standing: None,
        rivalled: false,
        reason: line.fate.clone(),
        fate: fate(line.fate.as_deref()),
        launches: line.launches as usize,
        left_out: 0,
        // Lines keep no launches: ranks over several are told by their intervals.
        times_ns: BTreeMap::new(),
        repeated: 0,
        others_cpu_permille: None,
        oversubscribed: line.oversubscribed,
        version: &line.version,
        definition: &line.definition,
        seed: 0,
    }
}

/// The words that are known; others are of a newer build.
fn fate(text: Option<&str>) -> &'static str {
    let known = ["not measurable", "wrong result", "panicked", "hung"];
    known.into_iter().find(|known| Some(*known) == text).unwrap_or("no figure")
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Table, run};
    use super::*;

    #[test]
    fn heat_maps_of_lines_are_those_of_the_run() {
        let run = run(&[
            Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20), ("floor", 1), ("c", 10)] },
            Table { workload: "v", threads: 4, cells: &[("a", 7000), ("b", 7001)] },
        ]);
        let (about, lines) = lines(&run, [1, 2, 3]);
        assert_eq!((about.measured, about.lengths, lines.len()), (6, [1, 2, 3], 6));
        let (direct, told) = (suites(&run, &[]), suites_of(&lines));
        let standings = |suites: &[Suite<'_>]| -> Vec<String> {
            let cells = suites.iter().flat_map(|suite| &suite.workloads).flat_map(|one| &one.cells);
            cells
                .map(|cell| {
                    let standing = cell.standing.map(|one| (format!("{:.3}", one.ratio), one.evidence));
                    format!("{} {standing:?} {}", cell.id, cell.oversubscribed)
                })
                .collect()
        };
        assert_eq!(standings(&direct), standings(&told));
    }

    #[test]
    fn what_is_no_time_is_kept_as_none() {
        assert_eq!([f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300].map(to_ps), [None; 5]);
        assert_eq!([0.001, 62.7].map(to_ps), [Some(1), Some(62_700)]);
    }
}
