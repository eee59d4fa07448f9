//! A cell over all its launches.

use crate::cells::{CONFIDENCE, CellFigures, Place, figures, place, reason};
use contend_protocol::CellId;
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_stats::order::{Interval, median, median_interval};
use contend_stats::rank::Launches;
use contend_stats::ratio::{Evidence, Standing};

/// What the two ends beside a figure are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Basis {
    /// There are none.
    Nothing,
    /// The interval of the median over the slices of the only launch.
    Slices,
    /// The interval of the median over the launches.
    Launches,
    /// The smallest and the largest launch, of too few for an interval.
    Range,
}

/// A cell over all its launches.
#[derive(Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) id: &'a CellId,
    pub(crate) place: Place,
    /// Of the only launch; with several, medians over the launches of each launch's median.
    pub(crate) figures: CellFigures,
    pub(crate) basis: Basis,
    /// The ends beside the time, in nanoseconds.
    pub(crate) time_ends: Option<(f64, f64)>,
    /// The ends beside the throughput, per second.
    pub(crate) throughput_ends: Option<(f64, f64)>,
    /// Parallel efficiency, as a share of ideal scaling from one thread; none for oversubscribed cells, and where the contender has
    /// no number with one thread or the workload has one thread count only.
    pub(crate) efficiency: Option<f64>,
    pub(crate) standing: Option<Standing>,
    /// What is known of the table is about several contenders.
    pub(crate) rivalled: bool,
    /// Why there is no number, in one sentence.
    pub(crate) reason: Option<String>,
    /// The same in one or two words.
    pub(crate) fate: &'static str,
    /// Launches with a number.
    pub(crate) launches: usize,
    /// Launches that measured another definition or version under the same name, and say nothing here.
    pub(crate) left_out: usize,
    /// The time per operation in each of them, in nanoseconds.
    pub(crate) times_ns: Launches,
    /// Slices that were measured again, over all launches.
    pub(crate) repeated: u64,
    /// Processor time that others took, in thousandths of the allowed processors: the most of all launches.
    pub(crate) others_cpu_permille: Option<u32>,
    pub(crate) oversubscribed: bool,
    /// The crate and version, of the last launch.
    pub(crate) version: &'a str,
    /// Hash of the workload's definition, as 16 hexadecimal digits, of the last launch.
    pub(crate) definition: &'a str,
    /// Seed of the tapes and key sets, of the last launch.
    pub(crate) seed: u64,
}

impl Cell<'_> {
    /// Ranked among contenders, with a number.
    pub(crate) fn contends(&self) -> bool {
        self.place == Place::Contender && self.figures.time_ns.is_some()
    }

    /// On the first place, alone or with others.
    pub(crate) fn first(&self) -> bool {
        self.standing.is_some_and(|standing| matches!(standing.evidence, Evidence::Best | Evidence::Tied))
    }

    /// On the first place of several contenders: to be first of one is no praise.
    pub(crate) fn leads(&self) -> bool {
        self.rivalled && self.first()
    }
}

/// The lines of one cell that say the same thing: those with the definition and the version of the last one. A median over two
/// definitions would be of neither.
pub(super) fn alike<'a>(records: &[&'a CellRecord]) -> Vec<&'a CellRecord> {
    let of = |record: &'a CellRecord| (record.definition.as_str(), record.version.as_str());
    let last = records.last().copied().map(of);
    records.iter().copied().filter(|record| Some(of(record)) == last).collect()
}

/// A cell of these lines, of which there is at least one, without `left_out` more. `several`: the table has cells of several
/// launches, so that what is about the slices of one launch is compared with nothing in it.
pub(super) fn cell_of<'a>(
    id: &'a CellId,
    records: &[&'a CellRecord],
    left_out: usize,
    several: bool,
) -> Cell<'a> {
    let last = records[records.len() - 1];
    let measured = |record: &&&CellRecord| record.outcome == Outcome::Measured;
    let by_launch: Vec<(u32, CellFigures)> =
        records.iter().filter(measured).map(|record| (record.launch, figures(record))).collect();
    // One wrong result makes a contender wrong, whatever its other launches gave. A disturbed launch says nothing.
    let faulty = records.iter().find(|record| matches!(record.outcome, Outcome::Faulty { .. }));
    let decisive = faulty.copied().or(by_launch.is_empty().then_some(last));
    let by_launch = if decisive.is_some() { Vec::new() } else { by_launch };
    let times_ns = by_launch.iter().filter_map(|(launch, one)| Some((*launch, one.time_ns?))).collect();
    let of_launches: Vec<CellFigures> = by_launch.into_iter().map(|(_, one)| one).collect();
    let ends = |values: fn(&CellFigures) -> Option<f64>, own: fn(&CellFigures) -> Option<Interval>| {
        ends(&of_launches, several, values, own)
    };
    let (basis, time_ends, time_interval) = ends(|one| one.time_ns, |one| one.time_interval);
    let (_, throughput_ends, throughput_interval) =
        ends(|one| one.throughput_per_s, |one| one.throughput_interval);
    // A line that says it was measured and whose slices hold no operation.
    let without_figure = of_launches.iter().all(|one| one.time_ns.is_none());
    let without_figure = without_figure.then(|| format!("{NO_FIGURE}: no slice has an operation"));
    Cell {
        id,
        place: place(id.contender()),
        figures: over_launches(&of_launches, time_interval, throughput_interval),
        basis,
        time_ends,
        throughput_ends,
        efficiency: None,
        standing: None,
        rivalled: false,
        reason: decisive.map_or(without_figure, |record| reason(&record.outcome)),
        fate: decisive.map_or(NO_FIGURE, |record| fate(&record.outcome)),
        launches: of_launches.len(),
        left_out,
        times_ns,
        repeated: records.iter().map(|record| u64::from(record.repeated)).sum(),
        others_cpu_permille: records.iter().filter_map(|record| record.others_cpu_permille).max(),
        oversubscribed: records.iter().any(|record| record.oversubscribed),
        version: &last.version,
        definition: &last.definition,
        seed: last.seed,
    }
}

/// What stands beside a figure, and the interval that decides who is slower; a mere range decides nothing.
fn ends(
    launches: &[CellFigures],
    several: bool,
    values: fn(&CellFigures) -> Option<f64>,
    own: fn(&CellFigures) -> Option<Interval>,
) -> (Basis, Option<(f64, f64)>, Option<Interval>) {
    let pair = |interval: Interval| (interval.low, interval.high);
    if let ([only], false) = (launches, several) {
        let interval = own(only);
        let basis = if interval.is_some() { Basis::Slices } else { Basis::Nothing };
        return (basis, interval.map(pair), interval);
    }
    let values: Vec<f64> = launches.iter().filter_map(values).collect();
    if let Some(interval) = median_interval(&values, CONFIDENCE) {
        return (Basis::Launches, Some(pair(interval)), Some(interval));
    }
    let low = values.iter().copied().reduce(f64::min);
    let range = low.zip(values.iter().copied().reduce(f64::max));
    (if range.is_some() { Basis::Range } else { Basis::Nothing }, range, None)
}

fn over_launches(
    launches: &[CellFigures],
    time_interval: Option<Interval>,
    throughput_interval: Option<Interval>,
) -> CellFigures {
    let over = |figure: fn(&CellFigures) -> Option<f64>| {
        median(&launches.iter().filter_map(figure).collect::<Vec<f64>>())
    };
    CellFigures {
        slices: launches.iter().map(|one| one.slices).sum(),
        time_ns: over(|one| one.time_ns),
        time_interval,
        throughput_per_s: over(|one| one.throughput_per_s),
        throughput_interval,
        cpu_ns: over(|one| one.cpu_ns),
        fairness: over(|one| one.fairness),
        jain: over(|one| one.jain),
    }
}

const NO_FIGURE: &str = "no figure";

fn fate(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Measured => NO_FIGURE,
        Outcome::NotMeasurable { .. } => "not measurable",
        Outcome::Faulty { fault: Fault::WrongResult { .. } } => "wrong result",
        Outcome::Faulty { fault: Fault::Panicked { .. } } => "panicked",
        Outcome::Faulty { fault: Fault::Hung { .. } } => "hung",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &str = include_str!("../../../../protocol/tests/formats/v1/samples.jsonl");

    /// One launch of a contender whose slices all took that long.
    fn record(contender: &str, launch: u32, time_ns: u64) -> CellRecord {
        let line = SAMPLES.lines().next().expect("there is a line");
        let mut record: CellRecord = contend_protocol::decode("a sample", line).expect("the fixture is one");
        record.cell = format!("s/w/{contender}/2").parse().expect("an id");
        record.launch = launch;
        record.slices.window_ns = vec![time_ns * 10; 7];
        record.slices.ops = vec![vec![10, 10]; 7];
        record
    }

    fn of(records: &[CellRecord]) -> Cell<'_> {
        let records: Vec<&CellRecord> = records.iter().collect();
        cell_of(&records[0].cell, &records, 0, records.len() > 1)
    }

    #[test]
    fn with_one_launch_the_ends_are_those_of_its_slices() {
        let records = [record("a", 0, 50)];
        let cell = of(&records);
        assert_eq!(
            (cell.basis, cell.figures.time_ns, cell.time_ends),
            (Basis::Slices, Some(50.0), Some((50.0, 50.0)))
        );
        assert_eq!(cell.figures, figures(&records[0]), "what one launch says");
        assert_eq!((cell.launches, cell.figures.slices), (1, 7));
    }

    #[test]
    fn with_several_launches_the_unit_is_the_launch() {
        let few: Vec<CellRecord> =
            [30, 90, 50].iter().zip(0..).map(|(time, at)| record("a", at, *time)).collect();
        let cell = of(&few);
        assert_eq!(
            (cell.basis, cell.figures.time_ns, cell.time_ends),
            (Basis::Range, Some(50.0), Some((30.0, 90.0)))
        );
        assert_eq!(cell.figures.time_interval, None, "three launches decide nothing");
        let many: Vec<CellRecord> = (0..6).map(|at| record("a", at, 10 + u64::from(at))).collect();
        let cell = of(&many);
        assert_eq!(
            (cell.basis, cell.figures.time_ns, cell.time_ends),
            (Basis::Launches, Some(12.5), Some((10.0, 15.0)))
        );
        assert_eq!((cell.launches, cell.figures.slices), (6, 42));
    }

    #[test]
    fn among_launches_the_slices_of_one_decide_nothing() {
        let records = [record("a", 0, 50)];
        let cell = cell_of(&records[0].cell, &[&records[0]], 0, true);
        assert_eq!((cell.basis, cell.time_ends), (Basis::Range, Some((50.0, 50.0))));
        assert_eq!((cell.figures.time_interval, cell.figures.throughput_interval), (None, None));
    }

    #[test]
    fn a_wrong_launch_makes_a_contender_wrong_and_a_disturbed_one_does_not() {
        let with = |outcome| [record("a", 0, 50), CellRecord { outcome, ..record("a", 1, 60) }];
        let disturbed = with(Outcome::NotMeasurable { reason: "busy".to_owned() });
        assert_eq!((of(&disturbed).figures.time_ns, of(&disturbed).reason), (Some(50.0), None));
        assert_eq!(of(&disturbed).basis, Basis::Range, "one number of two launches");
        let wrong = with(Outcome::Faulty { fault: Fault::Hung { bound_s: 9 } });
        let cell = of(&wrong);
        assert_eq!((cell.figures.time_ns, cell.fate, cell.launches), (None, "hung", 0));
        assert_eq!(cell.reason.as_deref(), Some("hung: did not come back within 9 s"));
    }

    #[test]
    fn a_line_without_slices_has_no_figure() {
        let mut records = [record("a", 0, 50)];
        records[0].slices.window_ns.clear();
        let cell = of(&records);
        assert_eq!((cell.figures.time_ns, cell.time_ends, cell.basis), (None, None, Basis::Nothing));
        records[0].slices.window_ns = vec![0; 7];
        let cell = of(&records);
        assert_eq!((cell.figures.time_ns, cell.figures.throughput_per_s), (Some(0.0), None));
        assert!(!cell.first());
    }

    #[test]
    fn two_definitions_or_versions_are_never_one_median() {
        let mut records: Vec<CellRecord> = (0..4).map(|launch| record("a", launch, 50)).collect();
        records[0].definition = "0000000000000000".to_owned();
        records[2].version = "another 1.0".to_owned();
        let launches = |records: &[CellRecord]| -> Vec<u32> {
            alike(&records.iter().collect::<Vec<_>>()).iter().map(|record| record.launch).collect()
        };
        assert_eq!(launches(&records), [1, 3]);
        assert_eq!(launches(&records[..1]), [0]);
        assert_eq!(launches(&[]), [0; 0]);
    }
}
