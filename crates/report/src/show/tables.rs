//! A table for each workload and thread count.

use crate::cells::{CellFigures, Place};
use crate::html::model::{Basis, Cell, suites};
use crate::layout::{Table, wrap};
use crate::page::{Page, Tone};
use crate::units::Scale;
use contend_protocol::manifest::{IMPORTED_SUITE, Machine};
use contend_record::Run;
use contend_stats::margins;
use contend_stats::rank::FEWEST_LAUNCHES;
use contend_stats::ratio::Evidence;
use std::collections::{BTreeMap, BTreeSet};

/// Cells that are comparable: one workload at one thread count.
pub(crate) struct Group<'a> {
    pub(crate) suite: &'a str,
    pub(crate) workload: &'a str,
    pub(crate) threads: usize,
    /// Contenders from fast to slow, then bounds, the floor, and what has no number.
    pub(crate) cells: Vec<Cell<'a>>,
}

/// What the columns mean; printed once.
fn legend(launches: usize) -> String {
    let interval = match launches {
        0 | 1 => {
            "Figures are medians over the slices of one launch. ±%: the larger side of the exact 95 % interval of that \
             median, in percent; slices of one launch, not an interval between launches."
        }
        2..FEWEST_LAUNCHES => {
            "Figures are medians over launches, of which there are too few for an interval."
        }
        _ => {
            "Figures are medians over launches. ±%: the larger side of the exact 95 % interval of that median, in percent."
        }
    };
    format!(
        "{interval} vs best: time over the smallest time; {}, ~ has too few slices or launches to tell. cpu: processor time of \
         all threads per operation. min/max: the least busy thread's operations over the busiest one's. again: slices \
         that were measured again because the machine was disturbed.",
        tie_rule("=", launches)
    )
}

/// What the sign of a shared first place means, where cells have so many launches.
pub(crate) fn tie_rule(sign: &str, launches: usize) -> String {
    let (alone, contended) = (margins::ALONE * 100.0, margins::CONTENDED * 100.0);
    if launches < FEWEST_LAUNCHES {
        return format!(
            "{sign} shares the first place (the 95 % intervals overlap or are less than {alone:.0} % apart)"
        );
    }
    format!(
        "{sign} shares the first place (the 95 % interval of its ratio to the best within launches is not wholly more than \
         {alone:.0} % above 1, or {contended:.0} % where threads contend)"
    )
}

/// Most launches that a cell of these groups has a number of.
pub(crate) fn launches(groups: &[Group<'_>]) -> usize {
    groups.iter().flat_map(|group| &group.cells).map(|cell| cell.launches).max().unwrap_or(0)
}

/// All groups of a run, suites and workloads in the order they were measured, threads ascending.
pub(crate) fn groups(run: &Run) -> Vec<Group<'_>> {
    groups_that(run, |_, _| true)
}

/// The groups of one workload, threads ascending.
pub(crate) fn groups_of<'a>(run: &'a Run, suite: &str, workload: &str) -> Vec<Group<'a>> {
    groups_that(run, |one, other| one == suite && other == workload)
}

fn groups_that<'a>(run: &'a Run, wanted: impl Fn(&str, &str) -> bool) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let workloads = suites(run, &[]).into_iter().flat_map(|suite| suite.workloads);
    for workload in workloads.filter(|workload| wanted(workload.suite, workload.name)) {
        let (suite, name) = (workload.suite, workload.name);
        // They are in the order of their threads.
        for cell in workload.cells {
            let cell = if run.manifest.is_imported() { unjudged(cell) } else { cell };
            let threads = cell.id.threads();
            match groups.last_mut() {
                Some(group) if (group.suite, group.workload, group.threads) == (suite, name, threads) => {
                    group.cells.push(cell);
                }
                _ => groups.push(Group { suite, workload: name, threads, cells: vec![cell] }),
            }
        }
    }
    groups
}

/// A cell of an import: what stands in one table with it may have another input.
fn unjudged(cell: Cell<'_>) -> Cell<'_> {
    Cell { standing: None, ..cell }
}

pub(super) fn add(run: &Run, width: usize, page: &mut Page) {
    let groups = groups(run);
    let mut suite = None;
    for group in &groups {
        if suite.replace(group.suite) != Some(group.suite)
            && let Some(versions) = versions(run, group.suite)
        {
            page.gap();
            page.add(Tone::Plain, wrap(&versions, width, 2));
        }
        page.gap();
        let heading = heading(group, &run.manifest.machine);
        page.add(Tone::Heading, wrap(&heading, width, 2));
        page.add(Tone::Plain, table(group).lines(width));
    }
    if !groups.is_empty() {
        page.gap();
        page.add(Tone::Plain, wrap(&legend(launches(&groups)), width, 0));
    }
}

/// What stands over a group, with the mark of oversubscription.
pub(crate) fn heading(group: &Group<'_>, machine: &Machine) -> String {
    let oversubscribed = group.cells.iter().any(|cell| cell.oversubscribed);
    heading_of(group.suite, group.workload, group.threads, oversubscribed, machine)
}

/// The same of a group that is known by its parts.
pub(crate) fn heading_of(
    suite: &str,
    workload: &str,
    threads: usize,
    oversubscribed: bool,
    machine: &Machine,
) -> String {
    let plural =
        |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let threads = plural(threads, "thread");
    let name = format!("{suite}/{workload}");
    if suite == IMPORTED_SUITE {
        // criterion does not say how many threads there were.
        return name;
    }
    if oversubscribed {
        let cores = plural(machine.allowed_cpus as usize, "core");
        format!("{name}: {threads} on {cores}: oversubscribed")
    } else {
        format!("{name}: {threads}")
    }
}

/// `Versions in map-contention: dashmap 6.2.1 (dashmap); in-house (floor, mutex).` What was imported has none.
fn versions(run: &Run, suite: &str) -> Option<String> {
    if suite == IMPORTED_SUITE {
        return None;
    }
    let mut contenders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in run.records.iter().filter(|record| record.cell.suite() == suite) {
        contenders.entry(&record.version).or_default().insert(record.cell.contender());
    }
    let joined = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let versions = contenders.into_iter().map(|(version, names)| format!("{version} ({})", joined(names)));
    Some(format!("Versions in {suite}: {}.", versions.collect::<Vec<_>>().join("; ")))
}

fn table(group: &Group<'_>) -> Table {
    let scales = Scales::of(group);
    let mut table = Table::new(head(group, &scales));
    for cell in &group.cells {
        let name = cell.id.contender().to_owned();
        match &cell.reason {
            Some(reason) => table.text(name, reason.clone()),
            None => table.numbers(name, numbers(cell, &scales)),
        }
    }
    table
}

fn head(group: &Group<'_>, scales: &Scales) -> Vec<String> {
    let name = "contender".to_owned();
    if group.cells.iter().all(|cell| cell.reason.is_some()) {
        return vec![name];
    }
    vec![
        name,
        format!("{}/op", scales.time.unit),
        "±%".to_owned(),
        scales.rate.unit.to_owned(),
        "vs best".to_owned(),
        format!("cpu {}/op", scales.cpu.unit),
        "min/max".to_owned(),
        "again".to_owned(),
    ]
}

/// The scales of a group's columns.
pub(crate) struct Scales {
    pub(crate) time: Scale,
    pub(crate) rate: Scale,
    pub(crate) cpu: Scale,
}

impl Scales {
    pub(crate) fn of(group: &Group<'_>) -> Self {
        let measured: Vec<&Cell<'_>> = group.cells.iter().filter(|cell| cell.reason.is_none()).collect();
        // A floor far below the contenders would give all of them digits that mean nothing.
        let contenders: Vec<&Cell<'_>> = measured.iter().filter(|cell| cell.contends()).copied().collect();
        let cells = if contenders.is_empty() { measured } else { contenders };
        let column = |figure: fn(&CellFigures) -> Option<f64>| {
            cells.iter().filter_map(|cell| figure(&cell.figures)).collect::<Vec<f64>>()
        };
        Self {
            time: Scale::times(&column(|figures| figures.time_ns)),
            rate: Scale::rates(&column(|figures| figures.throughput_per_s)),
            cpu: Scale::times(&column(|figures| figures.cpu_ns)),
        }
    }
}

fn numbers(cell: &Cell<'_>, scales: &Scales) -> Vec<String> {
    let figures = &cell.figures;
    let interval = figures.time_interval.filter(|_| cell.basis != Basis::Range);
    let spread = interval.zip(figures.time_ns).and_then(|(interval, time)| interval.spread(time));
    vec![
        scales.time.number(figures.time_ns),
        spread.map_or("-".to_owned(), |share| format!("{:.1}", share * 100.0)),
        scales.rate.number(figures.throughput_per_s),
        versus_best(cell),
        scales.cpu.number(figures.cpu_ns),
        figures.fairness.map_or("-".to_owned(), |share| format!("{share:.2}")),
        cell.repeated.to_string(),
    ]
}

/// The ratio to the best with its sign, or what the cell is instead of a contender.
pub(crate) fn versus_best(cell: &Cell<'_>) -> String {
    match (cell.place, cell.standing) {
        (Place::Floor, _) => "floor".to_owned(),
        (Place::Bound, _) => "bound".to_owned(),
        (Place::Contender, None) => "-".to_owned(),
        (Place::Contender, Some(standing)) => {
            let sign = match standing.evidence {
                Evidence::Best | Evidence::Slower => "",
                Evidence::Tied => "=",
                Evidence::Unknown => "~",
            };
            format!("{sign}{:.2}", standing.ratio)
        }
    }
}
