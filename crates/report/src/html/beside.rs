//! What throughput hides, of the cells of a run: how long slow operations take, what operations allocate, and what contenders hold
//! in memory. It was measured apart, by `contend figures`.

use super::curve::{Curve, Point, Series, log_axis};
use super::family::Family;
use super::frame::{anchored, foreign, scrolling};
use super::model::{Suite, Workload};
use super::plan::Plan;
use super::words::{count, factor};
use crate::cells::{Place, place, reason};
use crate::figures::{few, per_operation, when_fullest};
use crate::units::{Scale, time};
use contend_protocol::CellId;
use contend_protocol::figures::{CellFigures, Figures, OpenLoop, Times, Until};
use contend_protocol::manifest::Source;
use contend_protocol::sample::Outcome;
use contend_record::{Run, utc_text};
use maud::{Markup, html};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Percentiles as the share of operations that take longer: one in so many.
const ONE_IN: [usize; 4] = [2, 10, 100, 1000];

/// What was found of the cells of a run.
#[derive(Debug, Default)]
pub(super) struct Beside {
    cells: BTreeMap<CellId, CellFigures>,
    /// When it was measured, in milliseconds since 1970-01-01 UTC.
    measured: BTreeSet<u64>,
}

impl Beside {
    /// What belongs to `run`: found on the same machine, by the same method, of the same source, and of cells with the same version and
    /// definition. Of several figures the newest that was measured counts.
    pub(super) fn of(run: &Run, suites: &[Suite<'_>], figures: &[Figures]) -> Self {
        let of_run: BTreeMap<&CellId, (&str, &str)> = suites
            .iter()
            .flat_map(|suite| &suite.workloads)
            .flat_map(|workload| &workload.cells)
            .map(|cell| (cell.id, (cell.version, cell.definition)))
            .collect();
        let manifest = &run.manifest;
        let fits = |one: &&Figures| {
            // Figures of before it was kept do not say of which source they are.
            let same_source = one.source.as_ref().is_none_or(|source| is_same(source, &manifest.source));
            same_source && one.machine.id == manifest.machine.id && one.method == manifest.method
        };
        let mut fitting: Vec<&Figures> = figures.iter().filter(fits).collect();
        fitting.sort_by_key(|one| std::cmp::Reverse(one.created_unix_ms));
        let mut beside = Self::default();
        for one in fitting {
            let same = |cell: &&CellFigures| {
                of_run.get(&cell.cell).is_some_and(|known| *known == (&cell.version, &cell.definition))
            };
            for cell in one.cells.iter().filter(same) {
                if beside.add(cell) {
                    beside.measured.insert(one.created_unix_ms);
                }
            }
        }
        beside
    }

    /// Adds what is not known from newer figures; says whether there was anything.
    fn add(&mut self, older: &CellFigures) -> bool {
        match self.cells.entry(older.cell.clone()) {
            Entry::Vacant(place) => {
                place.insert(older.clone());
                true
            }
            Entry::Occupied(mut known) => complete(known.get_mut(), older),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells of a workload that have figures, in its order.
    fn of_workload(&self, workload: &Workload<'_>) -> Vec<&CellFigures> {
        workload.cells.iter().filter_map(|cell| self.cells.get(cell.id)).collect()
    }

    pub(super) fn has(&self, workload: &Workload<'_>) -> bool {
        !self.of_workload(workload).is_empty()
    }
}

/// Whether both are of the same code, as far as anybody can tell.
fn is_same(one: &Source, other: &Source) -> bool {
    (&one.commit, one.dirty, &one.lock_file) == (&other.commit, other.dirty, &other.lock_file)
}

/// Adds those of the passes that are not in newer figures; says whether there are any. A contender that was wrong last has no others.
fn complete(newer: &mut CellFigures, older: &CellFigures) -> bool {
    let is_wrong = |cell: &CellFigures| matches!(cell.outcome, Outcome::Faulty { .. });
    if is_wrong(newer) || is_wrong(older) {
        return false;
    }
    let has_operations =
        |cell: &CellFigures| cell.service.is_some() || cell.allocations.is_some() || cell.open_loop.is_some();
    let operations = !has_operations(newer) && has_operations(older);
    let memory = newer.memory.is_none() && older.memory.is_some();
    if operations {
        let CellFigures { outcome, service, allocations, open_loop, .. } = older.clone();
        *newer = CellFigures { outcome, service, allocations, open_loop, ..newer.clone() };
    }
    if memory {
        newer.memory.clone_from(&older.memory);
    }
    operations || memory
}

/// The body of the page.
pub(super) fn body(beside: &Beside, suites: &[Suite<'_>], plan: &Plan<'_, '_>) -> Markup {
    let times: Vec<String> = beside.measured.iter().map(|time| utc_text(*time)).collect();
    html! {
        h1 { "What throughput hides" }
        p.lead {
            "Times of single operations, allocations and memory, measured by " code { "contend figures" } " in processes of their own ("
            (times.join(", ")) "), on the machine of this run and with the same versions. "
            strong { "The clock that is read for each operation is in these times, so they are no throughput." }
        }
        @for workload in suites.iter().flat_map(|suite| &suite.workloads).filter(|one| beside.has(one)) {
            @if let Some(family) = plan.family(workload) { (section(beside, workload, family, plan)) }
        }
    }
}

fn section(beside: &Beside, workload: &Workload<'_>, family: &Family<'_, '_>, plan: &Plan<'_, '_>) -> Markup {
    let cells = beside.of_workload(workload);
    let id = format!("{}.{}", workload.suite, workload.name);
    let page = format!("{}#{}", plan.file(workload), workload.name);
    let charts: Vec<Markup> =
        [Loop::Open, Loop::Closed].into_iter().filter_map(|which| tail(&id, family, &cells, which)).collect();
    html! {
        section.workload id=(id) data-w=(workload.name) {
            (anchored(&id, &id, &html! { a href=(page) { (workload.suite) "/" (workload.name) } }))
            @if let Some(question) = workload.question { p.question { (foreign(question)) } }
            @if !charts.is_empty() { div.charts { @for chart in &charts { (chart) } } }
            (times_table(&id, &cells))
            (allocations_table(&id, &cells))
            (memory_table(&id, &cells))
            (failures(&cells))
        }
    }
}

/// How operations followed each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Loop {
    /// Each when it was due.
    Open,
    /// Each as soon as the one before was done.
    Closed,
}

impl Loop {
    fn times(self, cell: &CellFigures) -> Option<Times> {
        match (self, &cell.open_loop) {
            (Self::Closed, _) => cell.service,
            (Self::Open, Some(OpenLoop::Offered { times, .. })) => Some(*times),
            (Self::Open, _) => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Open => "At a fixed rate",
            Self::Closed => "One after the other",
        }
    }
}

/// The percentiles of one kind of loop, at the most threads that it was measured with and that have cores.
fn tail(id: &str, family: &Family<'_, '_>, cells: &[&CellFigures], which: Loop) -> Option<Markup> {
    let timed: Vec<(&CellFigures, Times)> = cells
        .iter()
        .filter(|cell| !cell.oversubscribed)
        .filter_map(|cell| Some((*cell, which.times(cell)?)))
        .collect();
    let threads = timed.iter().map(|(cell, _)| cell.cell.threads()).max()?;
    let timed: Vec<&(&CellFigures, Times)> =
        timed.iter().filter(|(cell, _)| cell.cell.threads() == threads).collect();
    let medians: Vec<f64> = timed.iter().filter_map(|(_, times)| times.p50_ns).map(|ns| ns as f64).collect();
    let scale = Scale::times(&medians);
    let series: Vec<Series<'_>> = timed.iter().map(|(cell, times)| one(cell, times, family, scale)).collect();
    let values = || series.iter().flat_map(|series| &series.points).map(|point| point.value);
    let until =
        if timed.iter().any(|(_, times)| times.until == Until::Acquired) { " until acquired" } else { "" };
    let curve = Curve {
        id: format!("{id}.{}", if which == Loop::Open { "open" } else { "closed" }),
        title: format!("Time of slow operations{until}, with {}", count(threads, "thread")),
        finding: finding(&timed),
        caption: "one operation in so many takes longer".to_owned(),
        y: log_axis(values()),
        series: series.clone(),
        threads: ONE_IN.to_vec(),
        ideal: None,
    };
    Some(html! {
        figure data-t=(threads) {
            figcaption {
                strong { (which.name()) ", " (count(threads, "thread")) } " in " (scale.unit) (until) ". " (curve.finding)
            }
            (curve.svg())
        }
    })
}

fn one<'c>(cell: &'c CellFigures, times: &Times, family: &Family<'_, '_>, scale: Scale) -> Series<'c> {
    let percentiles = [times.p50_ns, times.p90_ns, times.p99_ns, times.p999_ns];
    let points = ONE_IN.iter().zip(percentiles).filter_map(|(one_in, ns)| {
        let value = scale.in_unit(ns.filter(|ns| *ns > 0)? as f64);
        Some(Point { threads: *one_in, value, ends: None, oversubscribed: false })
    });
    let name = cell.cell.contender();
    Series {
        name,
        slot: family.slot(name),
        reference: place(name) != Place::Contender,
        points: points.collect(),
    }
}

/// What the slowest operations that were often enough say: a range, because nothing is compared here.
fn finding(timed: &[&(&CellFigures, Times)]) -> String {
    let contends = |(cell, _): &&&(&CellFigures, Times)| place(cell.cell.contender()) == Place::Contender;
    let ends = |figure: fn(&Times) -> Option<u64>| {
        let values: Vec<u64> = timed.iter().filter(contends).filter_map(|(_, times)| figure(times)).collect();
        Some((*values.iter().min()? as f64, *values.iter().max()? as f64))
    };
    for (one_in, found) in [("1,000", ends(|times| times.p999_ns)), ("100", ends(|times| times.p99_ns))] {
        if let Some((low, high)) = found {
            let span = if low < high { format!("{} to {}", time(low), time(high)) } else { time(low) };
            return format!("One operation in {one_in} takes longer than {span}.");
        }
    }
    "Too few operations were timed to say more than the median.".to_owned()
}

fn name(cell: &CellFigures) -> String {
    let over = if cell.oversubscribed { ", oversubscribed" } else { "" };
    format!("{}, {}{over}", cell.cell.contender(), count(cell.cell.threads(), "thread"))
}

fn times_table(id: &str, cells: &[&CellFigures]) -> Markup {
    let rows: Vec<(&CellFigures, Loop, Times)> = [Loop::Open, Loop::Closed]
        .into_iter()
        .flat_map(|which| cells.iter().filter_map(move |cell| Some((*cell, which, which.times(cell)?))))
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let number = |ns: Option<u64>| ns.map_or_else(|| "few".to_owned(), |ns| time(ns as f64));
    let table = html! {
        table.data {
            caption {
                "Times of single operations. At a fixed rate they count from the moment an operation was due. “few”: fewer than "
                (Times::BEYOND) " operations lie beyond."
            }
            thead { tr { @for head in ["contender", "loop", "p50", "p90", "p99", "p99.9", "longest", "timed"] { th scope="col" { (head) } } } }
            tbody {
                @for (cell, which, times) in &rows {
                    tr data-c=(cell.cell.contender()) data-t=(cell.cell.threads()) {
                        th scope="row" { (name(cell)) }
                        td.words { (which.name()) @if let Some(rate) = rate(cell, *which) { ", " (rate) } }
                        @for ns in [times.p50_ns, times.p90_ns, times.p99_ns, times.p999_ns, Some(times.max_ns)] { td { (number(ns)) } }
                        td { (times.samples) }
                    }
                }
            }
        }
    };
    html! { details { summary { "Times as a table" } (scrolling(&format!("Times of single operations, {id}"), &table)) } }
}

fn rate(cell: &CellFigures, which: Loop) -> Option<String> {
    match (&cell.open_loop, which) {
        (Some(OpenLoop::Offered { per_second, .. }), Loop::Open) => {
            Some(format!("{per_second} a second and thread"))
        }
        _ => None,
    }
}

fn allocations_table(id: &str, cells: &[&CellFigures]) -> Markup {
    let rows: Vec<(&CellFigures, (f64, f64))> =
        cells.iter().filter_map(|cell| Some((*cell, per_operation(&cell.allocations?)))).collect();
    if rows.is_empty() {
        return html! {};
    }
    if rows.iter().all(|(_, (calls, _))| *calls == 0.0) {
        return html! { p { "No operation of any contender asks the allocator for anything." } };
    }
    let table = html! {
        table.data {
            caption { "What an operation asks of the allocator, on average" }
            thead { tr { @for head in ["contender", "allocations", "bytes"] { th scope="col" { (head) } } } }
            tbody {
                @for (cell, (calls, bytes)) in &rows {
                    tr data-c=(cell.cell.contender()) data-t=(cell.cell.threads()) {
                        th scope="row" { (name(cell)) } td { (few(*calls)) } td { (few(*bytes)) }
                    }
                }
            }
        }
    };
    html! { details { summary { "Allocations" } (scrolling(&format!("Allocations, {id}"), &table)) } }
}

fn memory_table(id: &str, cells: &[&CellFigures]) -> Markup {
    let looked: Vec<(&CellFigures, &contend_protocol::figures::Footprint)> =
        cells.iter().filter_map(|cell| Some((*cell, cell.memory.as_ref()?))).collect();
    let Some((_, first)) = looked.first() else { return html! {} };
    let each = |bytes: Option<f64>| bytes.map_or_else(|| "-".to_owned(), few);
    let kib =
        |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.div_ceil(1024).to_string());
    let stages: Vec<&str> = first.stages.iter().map(|stage| stage.name.as_str()).collect();
    let held = first.stages.iter().map(|stage| stage.held).max().unwrap_or(0);
    let table = html! {
        table.data {
            caption {
                "Memory of " (held) ": bytes for each while it is fullest, as they were requested and as they are resident; and KiB that are resident at each stage, "
                "beyond what was before."
            }
            thead {
                tr {
                    th scope="col" { "contender" } th scope="col" { "requested each" } th scope="col" { "resident each" } th scope="col" { "resident ÷ requested" }
                    @for stage in &stages { th scope="col" { (foreign(stage)) } }
                    th scope="col" { "peak" }
                }
            }
            tbody {
                @for (cell, footprint) in &looked {
                    @let (requested, resident) = when_fullest(footprint);
                    tr data-c=(cell.cell.contender()) data-t=(cell.cell.threads()) {
                        th scope="row" { (name(cell)) }
                        td { (each(requested)) }
                        td { (each(resident)) }
                        td { (requested.zip(resident).filter(|(requested, _)| *requested > 0.0).map_or("-".to_owned(), |(requested, resident)| factor(resident / requested))) }
                        @for stage in &footprint.stages { td { (kib(stage.resident_bytes.zip(footprint.resident_before_bytes).map(|(now, before)| now.saturating_sub(before)))) } }
                        td { (kib(footprint.peak_resident_bytes.zip(footprint.resident_before_bytes).map(|(now, before)| now.saturating_sub(before)))) }
                    }
                }
            }
        }
    };
    html! { details open { summary { "Memory" } (scrolling(&format!("Memory, {id}"), &table)) } }
}

fn failures(cells: &[&CellFigures]) -> Markup {
    let failed: Vec<(&&CellFigures, String)> =
        cells.iter().filter_map(|cell| Some((cell, reason(&cell.outcome)?))).collect();
    html! {
        @if !failed.is_empty() {
            ul.warnings { @for (cell, reason) in failed { li { (name(cell)) ": " (foreign(&reason)) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;
    use contend_protocol::figures::Footprint;
    use contend_protocol::sample::Fault;

    fn times(p50: u64, p999: Option<u64>) -> Times {
        Times {
            until: Until::Done,
            every: 1,
            samples: 20_000,
            p50_ns: Some(p50),
            p90_ns: Some(2 * p50),
            p99_ns: Some(4 * p50),
            p999_ns: p999,
            max_ns: 1_000_000,
        }
    }

    /// Figures of the cells of `run`, all alike.
    fn figures(run: &Run, created_unix_ms: u64, p50: u64) -> Figures {
        let cell = |record: &contend_protocol::sample::CellRecord| CellFigures {
            cell: record.cell.clone(),
            version: record.version.clone(),
            definition: record.definition.clone(),
            oversubscribed: record.oversubscribed,
            outcome: Outcome::Measured,
            allocations: None,
            service: Some(times(p50, Some(100 * p50))),
            open_loop: None,
            memory: None,
        };
        Figures {
            format: run.manifest.format,
            method: run.manifest.method,
            created_unix_ms,
            took_ms: 1,
            machine: run.manifest.machine.clone(),
            source: Some(run.manifest.source.clone()),
            seed: 42,
            cells: run.records.iter().map(cell).collect(),
        }
    }

    fn sample() -> Run {
        run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20)] }])
    }

    #[test]
    fn figures_of_other_machines_and_definitions_are_left_out() {
        let run = sample();
        let suites = suites(&run, &[]);
        let none = |change: &dyn Fn(&mut Figures)| {
            let mut one = figures(&run, 1, 10);
            change(&mut one);
            assert!(Beside::of(&run, &suites, &[one]).is_empty());
        };
        none(&|one| one.machine.id = "other".to_owned());
        none(&|one| one.cells.iter_mut().for_each(|cell| cell.definition = "other".to_owned()));
        none(&|one| one.cells.iter_mut().for_each(|cell| cell.version = "other".to_owned()));
        let source = |one: &mut Figures, change: &dyn Fn(&mut Source)| one.source.iter_mut().for_each(change);
        none(&|one| source(one, &|source| source.commit = Some("other".to_owned())));
        none(&|one| source(one, &|source| source.lock_file = None));
        none(&|one| source(one, &|source| source.dirty = Some(true)));
        let unsaid = Figures { source: None, ..figures(&run, 1, 10) };
        assert!(!Beside::of(&run, &suites, &[unsaid]).is_empty(), "of before it was kept");
        assert!(!Beside::of(&run, &suites, &[figures(&run, 1, 10)]).is_empty());
    }

    #[test]
    fn of_several_the_newest_counts() {
        let run = sample();
        let suites = suites(&run, &[]);
        let all = [figures(&run, 2, 30), figures(&run, 1, 10)];
        let beside = Beside::of(&run, &suites, &all);
        let medians: Vec<Option<u64>> = beside
            .of_workload(&suites[0].workloads[0])
            .iter()
            .map(|cell| cell.service.and_then(|one| one.p50_ns))
            .collect();
        assert_eq!(medians, [Some(30), Some(30)]);
    }

    /// Figures of which each cell is as `change` leaves it.
    fn changed(run: &Run, created_unix_ms: u64, change: impl Fn(&mut CellFigures)) -> Figures {
        let mut one = figures(run, created_unix_ms, 10);
        one.cells.iter_mut().for_each(change);
        one
    }

    #[track_caller]
    fn check_complete(all: &[Figures], expected: (Option<u64>, bool, Vec<u64>)) {
        let run = sample();
        let suites = suites(&run, &[]);
        let beside = Beside::of(&run, &suites, all);
        let cell = beside.of_workload(&suites[0].workloads[0])[0];
        let p50 = cell.service.and_then(|times| times.p50_ns);
        let found = (p50, cell.memory.is_some(), beside.measured.iter().copied().collect::<Vec<u64>>());
        assert_eq!(found, expected, "{cell:?}");
    }

    #[test]
    fn what_newer_figures_do_not_say_older_ones_do() {
        let run = sample();
        let times = |at| changed(&run, at, |_| {});
        let nothing =
            |cell: &mut CellFigures| (cell.service, cell.allocations, cell.open_loop) = (None, None, None);
        let footprint =
            Footprint { resident_before_bytes: None, stages: Vec::new(), peak_resident_bytes: None };
        let memory = |at| {
            changed(&run, at, |cell| {
                nothing(cell);
                cell.memory = Some(footprint.clone());
            })
        };
        check_complete(&[times(1), memory(2)], (Some(10), true, vec![1, 2]));
        check_complete(&[memory(1), times(2)], (Some(10), true, vec![1, 2]));
        let disturbed = |at| {
            changed(&run, at, |cell| {
                nothing(cell);
                cell.outcome = Outcome::NotMeasurable { reason: "busy".to_owned() };
            })
        };
        check_complete(&[times(1), disturbed(2)], (Some(10), false, vec![1, 2]));
        check_complete(&[disturbed(1), times(2)], (Some(10), false, vec![2]));
        let wrong = |at| {
            changed(&run, at, |cell| {
                nothing(cell);
                cell.outcome = Outcome::Faulty { fault: Fault::Hung { bound_s: 9 } };
            })
        };
        check_complete(&[times(1), wrong(2)], (None, false, vec![2]));
    }

    #[test]
    fn the_page_says_what_slow_operations_take() {
        let run = sample();
        let suites = suites(&run, &[]);
        let plan = Plan::new(&suites);
        let all = [figures(&run, 1, 10)];
        let text =
            body(&Beside::of(&run, &suites, &all), &suites, &plan).into_string().replace('\u{a0}', " ");
        assert!(text.contains("One operation in 1,000 takes longer than 1.00 µs."), "{text}");
        assert!(text.contains("one operation in so many takes longer"), "{text}");
    }
}
