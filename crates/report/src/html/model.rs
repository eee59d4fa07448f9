//! A run as the pages show it: suites, their workloads, and in them cells over all their launches.

mod cell;
mod said;

use cell::{alike, cell_of};
use contend_protocol::CellId;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::sample::CellRecord;
use contend_record::Run;
use contend_stats::figures::efficiency;
use contend_stats::margins;
use contend_stats::rank::{FEWEST_LAUNCHES, Launches, Place, places};
use contend_stats::ratio::{Entry, Evidence, Standing, against_best};
use said::{Said, Unavailable};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use cell::{Basis, Cell};

/// Cells of one workload.
#[derive(Debug)]
pub(crate) struct Workload<'a> {
    pub(crate) suite: &'a str,
    pub(crate) name: &'a str,
    pub(crate) question: Option<&'a str>,
    /// Why it is measured and how to read its numbers.
    pub(crate) analysis: Option<&'a str>,
    /// By threads; then contenders from fast to slow, bounds, the floor, and what has no number.
    pub(crate) cells: Vec<Cell<'a>>,
    /// Ascending.
    pub(crate) threads: Vec<usize>,
    /// Its lines in the order they were measured.
    pub(crate) records: Vec<&'a CellRecord>,
    /// Other software measured it, and how many threads there were is not known.
    pub(crate) imported: bool,
    /// Cells that were not measured, and cannot be.
    unavailable: Unavailable<'a>,
    /// Where the cell of a contender and a thread count is among the cells.
    index: BTreeMap<(&'a str, usize), usize>,
}

/// Workloads of one executable.
#[derive(Debug)]
pub(crate) struct Suite<'a> {
    pub(crate) name: &'a str,
    pub(crate) workloads: Vec<Workload<'a>>,
    /// What a reader must know of a contender.
    pub(crate) notes: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The versions of a contender; more than one only where a run was measured across a change.
    pub(crate) versions: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Workload<'a> {
    /// The cells at one thread count.
    pub(crate) fn at(&self, threads: usize) -> impl Iterator<Item = &Cell<'a>> {
        self.cells.iter().filter(move |cell| cell.id.threads() == threads)
    }

    /// The cell of a contender.
    pub(crate) fn cell(&self, contender: &str, threads: usize) -> Option<&Cell<'a>> {
        self.cells.get(*self.index.get(&(contender, threads))?)
    }

    /// The cells of a contender, threads ascending.
    pub(crate) fn of(&self, contender: &str) -> impl Iterator<Item = &Cell<'a>> {
        self.threads.iter().filter_map(move |threads| self.cell(contender, *threads))
    }

    /// Why a contender cannot do so many threads, where the executable said so.
    pub(crate) fn unavailable(&self, contender: &str, threads: usize) -> Option<&'a str> {
        self.unavailable.get(&(contender, threads)).copied()
    }

    /// All contenders, bounds and floors, in the order of the cells.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        let mut known = BTreeSet::new();
        let names = self.cells.iter().map(|cell| cell.id.contender());
        names.filter(|name| known.insert(*name)).collect()
    }

    /// Whether cells of so many threads had more of them than processors.
    pub(crate) fn oversubscribed(&self, threads: usize) -> bool {
        self.at(threads).any(|cell| cell.oversubscribed)
    }
}

/// The suites of a run, in the order they were measured. `words` is what the executables said of their cells; of a cell whose
/// definition has changed since, it says nothing here.
pub(crate) fn suites<'a>(run: &'a Run, words: &'a [CellEntry]) -> Vec<Suite<'a>> {
    let mut suites: Vec<(&str, Vec<&CellRecord>)> = Vec::new();
    for record in &run.records {
        let name = record.cell.suite();
        match suites.iter_mut().find(|(known, _)| *known == name) {
            Some((_, records)) => records.push(record),
            None => suites.push((name, vec![record])),
        }
    }
    let (said, imported) = (Said::of(words), run.manifest.is_imported());
    suites.into_iter().map(|(name, records)| suite(name, records, &said, imported)).collect()
}

fn suite<'a>(name: &'a str, records: Vec<&'a CellRecord>, said: &Said<'a>, imported: bool) -> Suite<'a> {
    let mut workloads: Vec<(&str, Vec<&CellRecord>)> = Vec::new();
    let (mut notes, mut versions): (BTreeMap<_, BTreeSet<_>>, BTreeMap<_, BTreeSet<_>>) = Default::default();
    for record in records {
        let contender = record.cell.contender();
        versions.entry(contender).or_default().insert(record.version.as_str());
        if let Some(note) = said.note(record) {
            notes.entry(contender).or_default().insert(note);
        }
        match workloads.iter_mut().find(|(known, _)| *known == record.cell.workload()) {
            Some((_, records)) => records.push(record),
            None => workloads.push((record.cell.workload(), vec![record])),
        }
    }
    let workload = |(of, records)| {
        let workload = Workload { imported, ..workload(name, of, records, said) };
        if imported { unjudged(workload) } else { workload }
    };
    Suite { name, workloads: workloads.into_iter().map(workload).collect(), notes, versions }
}

/// The same with nobody at its head: nothing is judged by numbers of which nobody says how they were measured.
fn unjudged(mut workload: Workload<'_>) -> Workload<'_> {
    for standing in workload.cells.iter_mut().filter_map(|cell| cell.standing.as_mut()) {
        standing.evidence = Evidence::Unknown;
    }
    workload
}

fn workload<'a>(
    suite: &'a str,
    name: &'a str,
    records: Vec<&'a CellRecord>,
    said: &Said<'a>,
) -> Workload<'a> {
    let question = records.iter().find_map(|record| said.question(record));
    let analysis = records.iter().find_map(|record| said.analysis(record));
    let unavailable = records.last().map(|record| said.unavailable(record)).unwrap_or_default();
    let workload = of_cells(suite, name, cells(&records));
    Workload { question, analysis, unavailable, records, ..workload }
}

/// A workload of which nothing is known but its cells, which are ranked here, unless their standings are known.
pub(crate) fn of_cells<'a>(suite: &'a str, name: &'a str, mut cells: Vec<Cell<'a>>) -> Workload<'a> {
    let threads: BTreeSet<usize> = cells.iter().map(|cell| cell.id.threads()).collect();
    cells.sort_by(|left, right| {
        let key = |cell: &Cell<'_>| (cell.id.threads(), cell.figures.time_ns.is_none(), cell.place);
        let time = |cell: &Cell<'_>| cell.figures.time_ns.unwrap_or(f64::INFINITY);
        key(left).cmp(&key(right)).then(time(left).total_cmp(&time(right)))
    });
    for &threads in &threads {
        rank(cells.iter_mut().filter(|cell| cell.id.threads() == threads), threads);
    }
    if threads.len() > 1 {
        add_efficiencies(&mut cells);
    }
    let index = cells.iter().enumerate().map(|(at, cell)| ((cell.id.contender(), cell.id.threads()), at));
    let index = index.collect();
    let threads = threads.into_iter().collect();
    Workload {
        suite,
        name,
        question: None,
        analysis: None,
        cells,
        threads,
        records: Vec::new(),
        imported: false,
        unavailable: BTreeMap::new(),
        index,
    }
}

/// The cells of lines, each over all its launches.
fn cells<'a>(records: &[&'a CellRecord]) -> Vec<Cell<'a>> {
    let mut launches: BTreeMap<&CellId, Vec<&CellRecord>> = BTreeMap::new();
    for record in records {
        launches.entry(&record.cell).or_default().push(record);
    }
    let kept = launches.into_iter().map(|(id, all)| {
        let kept = alike(&all);
        let left_out = all.len() - kept.len();
        (id, kept, left_out)
    });
    let kept: Vec<_> = kept.collect();
    // Tables whose unit is the launch.
    let several: BTreeSet<usize> =
        kept.iter().filter(|(_, records, _)| records.len() > 1).map(|(id, ..)| id.threads()).collect();
    let cell = |(id, records, left_out): (&'a CellId, Vec<&'a CellRecord>, usize)| {
        cell_of(id, &records, left_out, several.contains(&id.threads()))
    };
    kept.into_iter().map(cell).collect()
}

/// Compares cells of one table with the best of the contenders among them: within launches, where there are enough of them.
fn rank<'c, 'a: 'c>(cells: impl Iterator<Item = &'c mut Cell<'a>>, threads: usize) {
    let mut cells: Vec<&mut Cell<'a>> = cells.collect();
    let standings = standings(&cells, threads);
    let known = |standing: &&Standing| standing.evidence != Evidence::Unknown;
    let rivalled = standings.iter().flatten().filter(known).count() > 1;
    for (cell, standing) in cells.iter_mut().zip(standings) {
        cell.standing = standing;
        cell.rivalled = rivalled;
    }
}

fn standings(cells: &[&mut Cell<'_>], threads: usize) -> Vec<Option<Standing>> {
    if cells.iter().any(|cell| cell.standing.is_some()) {
        return cells.iter().map(|cell| cell.standing).collect();
    }
    if cells.iter().any(|cell| cell.contends() && cell.times_ns.len() >= FEWEST_LAUNCHES) {
        return within_launches(cells, threads);
    }
    let mut standings = by_intervals(cells);
    doubt(&mut standings);
    standings
}

fn within_launches(cells: &[&mut Cell<'_>], threads: usize) -> Vec<Option<Standing>> {
    let times = |cell: &&mut Cell<'_>| if cell.contends() { cell.times_ns.clone() } else { Launches::new() };
    let places = places(&cells.iter().map(times).collect::<Vec<_>>(), margins::of_threads(threads));
    places.iter().map(|place| place.as_ref().map(Place::standing)).collect()
}

fn by_intervals(cells: &[&mut Cell<'_>]) -> Vec<Option<Standing>> {
    let entry = |cell: &&mut Cell<'_>| Entry {
        // What is no number is never compared.
        median: cell.figures.time_ns.filter(|_| cell.contends()).unwrap_or(f64::NAN),
        interval: cell.figures.time_interval,
    };
    against_best(&cells.iter().map(entry).collect::<Vec<_>>())
}

/// Nobody is first alone while too little is known of another.
fn doubt(standings: &mut [Option<Standing>]) {
    let is_first = |standing: &Standing| matches!(standing.evidence, Evidence::Best | Evidence::Tied);
    let unknown = standings.iter().flatten().any(|standing| standing.evidence == Evidence::Unknown);
    let firsts = standings.iter().flatten().filter(|standing| is_first(standing)).count();
    if !unknown || firsts != 1 {
        return;
    }
    for standing in standings.iter_mut().flatten().filter(|standing| is_first(standing)) {
        standing.evidence = Evidence::Unknown;
    }
}

fn add_efficiencies(cells: &mut [Cell<'_>]) {
    let of_one = cells.iter().filter(|cell| cell.id.threads() == 1);
    let of_one: BTreeMap<&str, f64> =
        of_one.filter_map(|cell| Some((cell.id.contender(), cell.figures.throughput_per_s?))).collect();
    for cell in cells.iter_mut().filter(|cell| !cell.oversubscribed) {
        let one = of_one.get(cell.id.contender()).copied();
        let own = cell.figures.throughput_per_s;
        cell.efficiency = own.zip(one).and_then(|(own, one)| efficiency(own, cell.id.threads(), one));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, record as sample, run};
    use super::*;
    use contend_protocol::sample::Outcome;

    /// What is known of each contender, and whether pages frame it.
    fn known(records: &[CellRecord]) -> Vec<(&str, Option<Evidence>, bool)> {
        let workload = workload("s", "w", records.iter().collect(), &Said::default());
        let evidence = |cell: &Cell<'_>| cell.standing.map(|standing| standing.evidence);
        workload.cells.iter().map(|cell| (cell.id.contender(), evidence(cell), cell.leads())).collect()
    }

    fn launch(contender: &str, launch: u32, time_ns: u64) -> CellRecord {
        let record = sample(&format!("s/w/{contender}/2"), time_ns * 1000, false);
        CellRecord { launch, ..record }
    }

    #[test]
    fn floors_and_bounds_are_never_first() {
        let cells = &[("floor", 1), ("per-thread", 2), ("a", 3), ("b", 9)];
        let run = run(&[Table { workload: "w", threads: 2, cells }]);
        let suites = suites(&run, &[]);
        let order: Vec<(&str, bool)> =
            suites[0].workloads[0].at(2).map(|cell| (cell.id.contender(), cell.first())).collect();
        assert_eq!(order, [("a", true), ("b", false), ("per-thread", false), ("floor", false)]);
    }

    #[test]
    fn nobody_is_first_while_too_little_is_known_of_another() {
        let mut records = [launch("a", 0, 10), launch("b", 0, 20), launch("c", 0, 40)];
        let (best, slower, unknown) = (Some(Evidence::Best), Some(Evidence::Slower), Some(Evidence::Unknown));
        assert_eq!(known(&records), [("a", best, true), ("b", slower, false), ("c", slower, false)]);
        records[2].slices.window_ns.truncate(3);
        assert_eq!(known(&records), [("a", unknown, false), ("b", slower, false), ("c", unknown, false)]);
        assert_eq!(known(&records[..1]), [("a", best, false)], "the first of one is no praise");
        // Two that were told to be as near as each other stay so, whatever is unknown of a third.
        records[1] = launch("b", 0, 10);
        let tied = Some(Evidence::Tied);
        assert_eq!(known(&records), [("a", tied, true), ("b", tied, true), ("c", unknown, false)]);
    }

    #[test]
    fn one_launch_among_several_is_compared_with_nothing() {
        let mut records: Vec<CellRecord> = (0..3).map(|at| launch("a", at, 10)).collect();
        records.push(launch("b", 0, 20));
        let workload = workload("s", "w", records.iter().collect(), &Said::default());
        let bases: Vec<(Basis, usize)> = workload.at(2).map(|cell| (cell.basis, cell.launches)).collect();
        assert_eq!(bases, [(Basis::Range, 3), (Basis::Range, 1)]);
        let unknown = Some(Evidence::Unknown);
        assert_eq!(known(&records), [("a", unknown, false), ("b", unknown, false)]);
        // Six launches tell something of themselves, and nothing of another that has one.
        records.extend((3..6).map(|at| launch("a", at, 10)));
        assert_eq!(known(&records), [("a", unknown, false), ("b", unknown, false)]);
    }

    #[test]
    fn one_disturbed_launch_takes_the_rank_of_that_contender_only() {
        let launches = |contender, times: u64| (0..6).map(move |at| launch(contender, at, times));
        let mut records: Vec<CellRecord> =
            [launches("a", 10), launches("b", 20), launches("c", 100)].into_iter().flatten().collect();
        records[17].outcome = Outcome::NotMeasurable { reason: "busy".to_owned() };
        let (best, slower, unknown) = (Some(Evidence::Best), Some(Evidence::Slower), Some(Evidence::Unknown));
        assert_eq!(known(&records), [("a", best, true), ("b", slower, false), ("c", unknown, false)]);
        // Of two nobody is left to be compared with.
        let two: Vec<CellRecord> =
            records.into_iter().filter(|record| record.cell.contender() != "b").collect();
        assert_eq!(known(&two), [("a", unknown, false), ("c", unknown, false)]);
    }

    #[test]
    fn nobody_is_framed_where_one_that_missed_launches_comes_as_near() {
        let launches = |contender, count, times: u64| (0..count).map(move |at| launch(contender, at, times));
        let records: Vec<CellRecord> = [launches("a", 6, 10), launches("b", 6, 20), launches("c", 5, 10)]
            .into_iter()
            .flatten()
            .collect();
        let (slower, unknown) = (Some(Evidence::Slower), Some(Evidence::Unknown));
        let mut found = known(&records);
        found.sort_unstable_by_key(|(name, ..)| *name);
        assert_eq!(found, [("a", unknown, false), ("b", slower, false), ("c", unknown, false)]);
    }

    #[test]
    fn launches_that_nothing_shares_have_a_ratio_all_the_same() {
        let mut records: Vec<CellRecord> = (0..6).map(|at| launch("a", at, 10)).collect();
        records.extend((6..12).map(|at| launch("b", at, 20)));
        let workload = workload("s", "w", records.iter().collect(), &Said::default());
        let standing = workload.cell("b", 2).and_then(|cell| cell.standing).expect("a standing");
        assert_eq!((standing.ratio, standing.evidence), (2.0, Evidence::Unknown));
    }

    #[test]
    fn the_last_definition_counts_and_the_others_are_counted() {
        let mut records: Vec<CellRecord> = (0..4).map(|at| launch("a", at, 10 + u64::from(at))).collect();
        records[0].definition = "0000000000000000".to_owned();
        records[1].version = "another 1.0".to_owned();
        let workload = workload("s", "w", records.iter().collect(), &Said::default());
        let cell = workload.cell("a", 2).expect("the cell");
        assert_eq!((cell.launches, cell.left_out), (2, 2));
        assert_eq!(cell.time_ends.map(|(low, _)| low.floor()), Some(12.0), "the first two say nothing");
        // One launch is left, and what another definition measured makes no launches of it.
        records.truncate(2);
        records[1].definition = "1111111111111111".to_owned();
        let workload = super::workload("s", "w", records.iter().collect(), &Said::default());
        assert_eq!(workload.cell("a", 2).map(|cell| cell.basis), Some(Basis::Slices));
    }

    #[test]
    fn efficiency_is_a_share_of_as_many_times_one_thread() {
        let table = |threads, cells| Table { workload: "w", threads, cells };
        let run = run(&[table(1, &[("a", 10)]), table(2, &[("a", 20), ("b", 10)]), table(4, &[("a", 20)])]);
        let suites = suites(&run, &[]);
        let workload = &suites[0].workloads[0];
        let of = |name, threads| workload.cell(name, threads).and_then(|cell| cell.efficiency);
        assert_eq!(of("a", 1), Some(1.0));
        assert!(of("a", 2).is_some_and(|share| (share - 0.5).abs() < 1e-3));
        assert_eq!((of("a", 4), of("b", 2)), (None, None), "oversubscribed, and without one thread");
    }
}
