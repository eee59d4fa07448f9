//! From a run to the lines that a site keeps of it, and from these lines to what the heat maps are drawn from.

use super::super::model::{Basis, Cell, Suite, Workload, of_cells};
use crate::cells::{CONFIDENCE, CellFigures, place};
use contend_protocol::CellId;
use contend_protocol::site::{EndsOf, HistoryCell, HistoryRun, StandingOf, Way};
use contend_record::Run;
use contend_stats::order::Interval;
use contend_stats::ratio::{Evidence, Standing};
use std::collections::BTreeMap;

const PS_PER_NS: f64 = 1000.0;

const PPM: f64 = 1e6;

/// The lines that a site keeps of a run with these suites. `lengths` are those of its files, by which it is known again.
pub(super) fn lines(run: &Run, suites: &[Suite<'_>], lengths: [u64; 3]) -> (HistoryRun, Vec<HistoryCell>) {
    let counts = run.counts();
    let about = HistoryRun {
        measured: counts.measured as u64,
        not_measurable: counts.not_measurable as u64,
        faulty: counts.faulty as u64,
        unfinished: run.unfinished(),
        ..HistoryRun::of(&run.name, &run.manifest, lengths)
    };
    let workloads = suites.iter().flat_map(|suite| &suite.workloads);
    let ways = ways(run);
    let cells = workloads.flat_map(|workload| &workload.cells);
    let line = |cell: &Cell<'_>| HistoryCell { way: ways.get(cell.id).copied(), ..line(&run.name, cell) };
    (about, cells.map(line).collect())
}

/// How each cell was measured.
fn ways(run: &Run) -> BTreeMap<&CellId, Way> {
    let in_turns: BTreeMap<u32, bool> =
        run.manifest.launches.iter().map(|launch| (launch.launch, launch.takes_turns())).collect();
    let mut ways = BTreeMap::new();
    for record in &run.records {
        let in_turns = in_turns.get(&record.launch).copied().unwrap_or(false);
        let way = if in_turns { Way::InTurns } else { Way::Alone };
        let known = ways.entry(&record.cell).or_insert(way);
        if *known != way {
            *known = Way::Both;
        }
    }
    ways
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
        ratio_ppm: cell.standing.map(|standing| (standing.ratio * PPM).round() as u64),
        standing: cell.standing.map(|standing| match standing.evidence {
            Evidence::Best => StandingOf::Best,
            Evidence::Tied => StandingOf::Tied,
            Evidence::Slower => StandingOf::Slower,
            Evidence::Unknown => StandingOf::Unknown,
        }),
        way: None,
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
        standing: standing(line),
        rivalled: false,
        reason: line.fate.clone(),
        fate: fate(line.fate.as_deref()),
        launches: line.launches as usize,
        left_out: 0,
        // Lines keep no launches, but where these put the cell.
        times_ns: BTreeMap::new(),
        repeated: 0,
        others_cpu_permille: None,
        oversubscribed: line.oversubscribed,
        version: &line.version,
        definition: &line.definition,
        seed: 0,
    }
}

/// Where the run had put it.
fn standing(line: &HistoryCell) -> Option<Standing> {
    let evidence = match line.standing? {
        StandingOf::Best => Evidence::Best,
        StandingOf::Tied => Evidence::Tied,
        StandingOf::Slower => Evidence::Slower,
        StandingOf::Unknown => Evidence::Unknown,
    };
    Some(Standing { ratio: line.ratio_ppm? as f64 / PPM, evidence })
}

/// The words that are known; others are of a newer build.
fn fate(text: Option<&str>) -> &'static str {
    let known = ["not measurable", "wrong result", "panicked", "hung"];
    known.into_iter().find(|known| Some(*known) == text).unwrap_or("no figure")
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Table, record, run};
    use super::super::super::model::suites;
    use super::*;
    use crate::rank::rankings;
    use contend_protocol::manifest::Launch;
    use contend_protocol::sample::CellRecord;
    use contend_protocol::{decode, encode_line};

    #[test]
    fn heat_maps_of_lines_are_those_of_the_run() {
        let run = run(&[
            Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20), ("floor", 1), ("c", 10)] },
            Table { workload: "v", threads: 4, cells: &[("a", 7000), ("b", 7001)] },
        ]);
        let direct = suites(&run, &[]);
        let (about, lines) = lines(&run, &direct, [1, 2, 3]);
        assert_eq!((about.measured, about.lengths, lines.len()), (6, [1, 2, 3], 6));
        let told = suites_of(&lines);
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

    /// A run of launches whose contenders take so long in each, in nanoseconds.
    fn launches(threads: usize, contenders: &[(&str, &[u64])]) -> Run {
        let mut run = run(&[]);
        for (contender, times_ns) in contenders {
            for (launch, time_ns) in (0..).zip(*times_ns) {
                let record = record(&format!("s/w/{contender}/{threads}"), time_ns * 1000, false);
                run.records.push(CellRecord { launch, ..record });
            }
        }
        run
    }

    /// What `contend rank`, the run's own pages and the site know of each contender.
    #[track_caller]
    fn check_all(run: &Run, expected: &[(&str, Evidence)]) {
        let (ranked, shown) = (rankings(run), suites(run, &[]));
        let read = |line: HistoryCell| decode("a line", &encode_line(&line)).expect("it reads back");
        let lines: Vec<HistoryCell> =
            lines(run, &suites(run, &[]), [1, 2, 3]).1.into_iter().map(read).collect();
        let told = suites_of(&lines);
        for (contender, evidence) in expected {
            let row = ranked[0].rows.iter().find(|row| row.contender == *contender).expect("it is ranked");
            assert_eq!(row.evidence(), Some(*evidence), "rank: {contender}");
            for (whose, suites) in [("run", &shown), ("site", &told)] {
                let cell = suites[0].workloads[0].cells.iter().find(|cell| cell.id.contender() == *contender);
                let standing = cell.and_then(|cell| cell.standing).expect("it has a standing");
                assert_eq!(standing.evidence, *evidence, "{whose}: {contender}");
                let ratio = row.place.map_or(f64::NAN, |place| place.ratio);
                assert!((standing.ratio - ratio).abs() < 1e-6, "{whose}: {contender}: {standing:?}");
            }
        }
    }

    #[test]
    fn ranks_pages_and_lines_say_the_same_of_several_launches() {
        use Evidence::{Best, Slower, Tied, Unknown};
        let steady: &[u64] = &[99, 100, 101, 99, 100, 101];
        let near: &[u64] = &[105; 6];
        check_all(&launches(2, &[("a", steady), ("b", near)]), &[("a", Tied), ("b", Tied)]);
        let drifting: &[u64] = &[100, 110, 121, 133, 146, 161];
        let behind: &[u64] = &[105, 116, 127, 140, 153, 169];
        check_all(&launches(1, &[("a", drifting), ("b", behind)]), &[("a", Best), ("b", Slower)]);
        let missed: &[u64] = &[900; 5];
        check_all(
            &launches(2, &[("a", steady), ("b", &[200; 6]), ("c", missed)]),
            &[("a", Best), ("b", Slower), ("c", Unknown)],
        );
    }

    #[test]
    fn lines_of_before_standings_were_kept_are_told_by_their_ends() {
        let run = launches(2, &[("a", &[100; 6]), ("b", &[200; 6])]);
        let before = |line| HistoryCell { ratio_ppm: None, standing: None, way: None, ..line };
        let lines: Vec<HistoryCell> =
            lines(&run, &suites(&run, &[]), [1, 2, 3]).1.into_iter().map(before).collect();
        let told = suites_of(&lines);
        let known: Vec<Option<Evidence>> = told[0].workloads[0]
            .cells
            .iter()
            .map(|cell| cell.standing.map(|standing| standing.evidence))
            .collect();
        assert_eq!(known, [Some(Evidence::Best), Some(Evidence::Slower)]);
    }

    #[test]
    fn lines_say_how_cells_were_measured() {
        let mut run = launches(1, &[("a", &[100; 3])]);
        let way = |run: &Run| lines(run, &suites(run, &[]), [1, 2, 3]).1[0].way;
        assert_eq!(way(&run), Some(Way::Alone));
        let turns = ["--contend", "launch"].map(str::to_owned).to_vec();
        run.manifest.launches = (0..3)
            .map(|launch| Launch { launch, arguments: turns.clone(), ..run.manifest.launches[0].clone() })
            .collect();
        assert_eq!(way(&run), Some(Way::InTurns));
        run.manifest.launches[1].arguments = vec!["--bench".to_owned()];
        assert_eq!(way(&run), Some(Way::Both));
    }

    #[test]
    fn what_is_no_time_is_kept_as_none() {
        assert_eq!([f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300].map(to_ps), [None; 5]);
        assert_eq!([0.001, 62.7].map(to_ps), [Some(1), Some(62_700)]);
    }
}
