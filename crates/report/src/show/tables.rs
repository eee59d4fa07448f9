//! A table for each workload and thread count.

use crate::cells::{CellFigures, Place, figures, place, reason, standings};
use crate::layout::{Table, wrap};
use crate::page::{Page, Tone};
use crate::units::Scale;
use contend_protocol::manifest::Machine;
use contend_protocol::sample::{CellRecord, Outcome};
use contend_record::Run;
use contend_stats::ratio::{Evidence, MARGIN, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// One row: a cell of one launch.
pub(crate) struct Row<'a> {
    pub(crate) record: &'a CellRecord,
    pub(crate) figures: CellFigures,
    pub(crate) standing: Option<Standing>,
}

/// Rows that are comparable: one workload at one thread count.
pub(crate) struct Group<'a> {
    pub(crate) suite: &'a str,
    pub(crate) workload: &'a str,
    pub(crate) threads: usize,
    /// Contenders from fast to slow, then bounds, the floor, and what has no number.
    pub(crate) rows: Vec<Row<'a>>,
}

/// What the columns mean; printed once.
fn legend() -> String {
    format!(
        "Figures are medians over the slices of one launch. ±%: the larger side of the exact 95 % interval of that \
         median, in percent; slices of one launch, not an interval between launches. vs best: time over the smallest \
         time; {}, ~ has too few slices to tell. cpu: processor time of all threads per operation. min/max: the least \
         busy thread's operations over the busiest one's. again: slices that were measured again because the machine \
         was disturbed.",
        tie_rule("=")
    )
}

/// What the sign of a shared first place means.
pub(crate) fn tie_rule(sign: &str) -> String {
    let percent = MARGIN * 100.0;
    format!("{sign} shares the first place (the intervals overlap or are less than {percent:.0} % apart)")
}

/// All groups of a run, suites and workloads in the order they were measured, threads ascending.
pub(crate) fn groups(run: &Run) -> Vec<Group<'_>> {
    let mut suites: Vec<&str> = Vec::new();
    let mut workloads: Vec<(&str, &str)> = Vec::new();
    for record in &run.records {
        let (suite, workload) = (record.cell.suite(), record.cell.workload());
        push_new(&mut suites, suite);
        push_new(&mut workloads, (suite, workload));
    }
    workloads.sort_by_key(|(suite, _)| suites.iter().position(|known| known == suite));
    workloads.into_iter().flat_map(|(suite, workload)| groups_of(run, suite, workload)).collect()
}

fn push_new<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// The groups of one workload, threads ascending.
pub(crate) fn groups_of<'a>(run: &'a Run, suite: &'a str, workload: &'a str) -> Vec<Group<'a>> {
    let of_workload =
        |record: &&CellRecord| record.cell.suite() == suite && record.cell.workload() == workload;
    let records: Vec<&CellRecord> = run.records.iter().filter(of_workload).collect();
    let threads: BTreeSet<usize> = records.iter().map(|record| record.cell.threads()).collect();
    let group = |threads| {
        let at_threads = records.iter().filter(|record| record.cell.threads() == threads).copied();
        Group { suite, workload, threads, rows: rows(at_threads.collect()) }
    };
    threads.into_iter().map(group).collect()
}

fn rows(records: Vec<&CellRecord>) -> Vec<Row<'_>> {
    let measured: Vec<_> = records.into_iter().map(|record| (record, figures(record))).collect();
    let standings = standings(&measured);
    let row = |((record, figures), standing)| Row { record, figures, standing };
    let mut rows: Vec<Row<'_>> = measured.into_iter().zip(standings).map(row).collect();
    rows.sort_by(|left, right| {
        let key =
            |row: &Row<'_>| (row.record.outcome != Outcome::Measured, place(row.record.cell.contender()));
        let time = |row: &Row<'_>| row.figures.time_ns.unwrap_or(f64::INFINITY);
        key(left).cmp(&key(right)).then(time(left).total_cmp(&time(right)))
    });
    rows
}

pub(super) fn add(run: &Run, width: usize, page: &mut Page) {
    let groups = groups(run);
    let mut suite = None;
    for group in &groups {
        if suite.replace(group.suite) != Some(group.suite) {
            page.gap();
            page.add(Tone::Plain, wrap(&versions(run, group.suite), width, 2));
        }
        page.gap();
        let heading = heading(group, &run.manifest.machine);
        page.add(Tone::Heading, wrap(&heading, width, 2));
        page.add(Tone::Plain, table(group).lines(width));
    }
    if !groups.is_empty() {
        page.gap();
        page.add(Tone::Plain, wrap(&legend(), width, 0));
    }
}

/// What stands over a group, with the mark of oversubscription.
pub(crate) fn heading(group: &Group<'_>, machine: &Machine) -> String {
    let plural =
        |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let threads = plural(group.threads, "thread");
    let name = format!("{}/{}", group.suite, group.workload);
    if group.rows.iter().any(|row| row.record.oversubscribed) {
        let cores = plural(machine.allowed_cpus as usize, "core");
        format!("{name}: {threads} on {cores}: oversubscribed")
    } else {
        format!("{name}: {threads}")
    }
}

/// `Versions in map-contention: dashmap 6.2.1 (dashmap); in-house (floor, mutex).`
fn versions(run: &Run, suite: &str) -> String {
    let mut contenders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in run.records.iter().filter(|record| record.cell.suite() == suite) {
        contenders.entry(&record.version).or_default().insert(record.cell.contender());
    }
    let joined = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let versions = contenders.into_iter().map(|(version, names)| format!("{version} ({})", joined(names)));
    format!("Versions in {suite}: {}.", versions.collect::<Vec<_>>().join("; "))
}

fn table(group: &Group<'_>) -> Table {
    let scales = Scales::of(group);
    let mut table = Table::new(head(group, &scales));
    for row in &group.rows {
        let name = row_name(row, group);
        match reason(&row.record.outcome) {
            Some(reason) => table.text(name, reason),
            None => table.numbers(name, numbers(row, &scales)),
        }
    }
    table
}

fn head(group: &Group<'_>, scales: &Scales) -> Vec<String> {
    let name = "contender".to_owned();
    if group.rows.iter().all(|row| row.record.outcome != Outcome::Measured) {
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
        let measured = group.rows.iter().filter(|row| row.record.outcome == Outcome::Measured);
        let measured: Vec<&Row<'_>> = measured.collect();
        // A floor far below the contenders would give all of them digits that mean nothing.
        let contends = |row: &&&Row<'_>| place(row.record.cell.contender()) == Place::Contender;
        let contenders: Vec<&Row<'_>> = measured.iter().filter(contends).copied().collect();
        let rows = if contenders.is_empty() { measured } else { contenders };
        let column = |figure: fn(&CellFigures) -> Option<f64>| {
            rows.iter().filter_map(|row| figure(&row.figures)).collect::<Vec<f64>>()
        };
        Self {
            time: Scale::times(&column(|figures| figures.time_ns)),
            rate: Scale::rates(&column(|figures| figures.throughput_per_s)),
            cpu: Scale::times(&column(|figures| figures.cpu_ns)),
        }
    }
}

/// The contender, and its launch where it was measured in several.
pub(crate) fn row_name(row: &Row<'_>, group: &Group<'_>) -> String {
    let contender = row.record.cell.contender();
    let same = group.rows.iter().filter(|other| other.record.cell == row.record.cell).count();
    if same > 1 { format!("{contender} #{}", row.record.launch) } else { contender.to_owned() }
}

fn numbers(row: &Row<'_>, scales: &Scales) -> Vec<String> {
    let figures = &row.figures;
    let spread =
        figures.time_interval.zip(figures.time_ns).and_then(|(interval, time)| interval.spread(time));
    vec![
        scales.time.number(figures.time_ns),
        spread.map_or("-".to_owned(), |share| format!("{:.1}", share * 100.0)),
        scales.rate.number(figures.throughput_per_s),
        versus_best(row),
        scales.cpu.number(figures.cpu_ns),
        figures.fairness.map_or("-".to_owned(), |share| format!("{share:.2}")),
        row.record.repeated.to_string(),
    ]
}

/// The ratio to the best with its sign, or what the row is instead of a contender.
pub(crate) fn versus_best(row: &Row<'_>) -> String {
    match (place(row.record.cell.contender()), row.standing) {
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
