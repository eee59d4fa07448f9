//! `contend calibrate`.

use super::select;
use crate::cli::{Format, FormatFlag, Selection};
use crate::compare::calibrate::{Handicapped, SLOW_DOWNS, find_handicap, floor, tasks};
use crate::compare::cells::{Matched, SideCells, matched};
use crate::compare::criterion::Criterion;
use crate::compare::{self, Live, Processes, Rules, Subject, Task, findings};
use crate::error::CommandError;
use crate::executables;
use crate::output::{print, print_json};
use anyhow::Context;
use contend_protocol::calibration::{CalibratedCell, Calibration, CriterionVerdict, SlowDown};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::comparison::CellVerdict;
use contend_protocol::version::{FormatVersion, MethodVersion};
use contend_protocol::{exit, json};
use contend_record::environment::now_unix_ms;
use contend_report::calibration;
use std::time::Duration;

/// Measure what comparisons on this machine find where the truth is known
///
/// Each cell is compared with itself, where every change is a false alarm, and with itself slowed down by 2, 5 and 10 % (work
/// that is really done). The noise floor of each cell is kept: comparisons on this machine use it as their least margin.
/// Takes about 15 s a cell. Exits with 13 if there was a false alarm. With --format json:
///
/// {"schema": "contend-calibration/1", "calibration": the calibration.json that is kept in results/calibrations}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Most cells to take, chosen over all suites by the seed.
    #[arg(long, value_name = "N", default_value_t = 24)]
    cells: usize,

    /// Also ask criterion about the same executables, as `--save-baseline` and `--baseline` do.
    #[arg(long)]
    against_criterion: bool,

    /// Seed of the choice, of inputs and of turns.
    #[arg(long, default_value_t = 42)]
    seed: u64,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let created_unix_ms = now_unix_ms();
    let cells = chosen(arguments)?;
    let store = super::store()?;
    let _alone = super::measure_alone(&store)?;
    let live = Live {
        cells: &cells,
        base_environment: &[],
        head_environment: &[],
        seed: arguments.seed,
        budget: None,
    };
    let machine = compare::machine(&[cells[0].head.clone()])?;
    let rules = Rules { seed: arguments.seed, ..Rules::default() };
    let mut processes = Processes::new(&live, |_, _| true);
    let handicaps = handicaps(&cells, &rules, &mut processes);
    let tasks =
        cells.iter().zip(&handicaps).flat_map(|(cell, found)| tasks(&compare::task(cell, &rules), found));
    let measured = processes.measure(tasks.collect());
    processes.unless_interrupted()?;
    let mut subjects = measured.subjects.iter();
    let mut calibrated: Vec<CalibratedCell> = cells
        .iter()
        .zip(&handicaps)
        .map(|(cell, found)| calibrated(cell, found, &mut subjects, arguments.seed, &mut processes))
        .collect();
    processes.unless_interrupted()?;
    if arguments.against_criterion {
        ask_criterion(&cells, &mut calibrated, &mut processes)?;
    }
    let calibration = Calibration {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        created_unix_ms,
        took_ms: milliseconds(processes.took()),
        machine,
        seed: arguments.seed,
        cells: calibrated,
    };
    let saved = store.save_calibration(&calibration)?;
    match arguments.format.format {
        Format::Text => print(&calibration::text(&calibration))?,
        Format::Json => {
            print_json(&json!({ "schema": "contend-calibration/1", "calibration": calibration }))?;
        }
    }
    eprintln!("contend: saved {}; comparisons on this machine use its noise floors", saved.display());
    Ok(if calibration::false_alarms(&calibration) > 0 { exit::UNFIT } else { exit::OK })
}

/// The cells to calibrate: those selected, or so many of them.
fn chosen(arguments: &Arguments) -> Result<Vec<Matched>, CommandError> {
    let wanted = arguments.selection.filter.as_deref();
    let filter = select::filter(wanted)?;
    let executables = executables::find(&arguments.selection.executables, &arguments.selection.features)?;
    let selected = |entry: &CellEntry| {
        select::fits(filter.as_ref(), entry) && !entry.oversubscribed && select::in_set(entry)
    };
    let side = SideCells::ask(&executables, selected)?;
    if side.is_empty() {
        return Err(select::nothing(wanted, &SideCells::ask(&executables, |_| true)?.ids()));
    }
    let cells = matched(side.clone(), side).matched;
    let mut random = fastrand::Rng::with_seed(arguments.seed);
    let mut chosen = random.choose_multiple(0..cells.len(), arguments.cells.max(1));
    chosen.sort_unstable();
    Ok(chosen.into_iter().map(|index| cells[index].clone()).collect())
}

type Found = Vec<Option<Handicapped>>;

fn handicaps<K: FnMut(&Subject, &compare::Pair) -> bool>(
    cells: &[Matched],
    rules: &Rules,
    processes: &mut Processes<'_, K>,
) -> Vec<Found> {
    let total = cells.len();
    let mut found = Vec::with_capacity(total);
    for (number, cell) in cells.iter().enumerate() {
        processes.say(&format!("looking for slow-downs of known size: cell {} of {total}", number + 1));
        let task = Task { control: true, ..compare::task(cell, rules) };
        let handicap = |wanted: &f64| find_handicap(&task, *wanted, rules.seed, processes);
        found.push(SLOW_DOWNS.iter().map(handicap).collect());
    }
    found
}

fn calibrated<'a, K: FnMut(&Subject, &compare::Pair) -> bool>(
    cell: &Matched,
    found: &Found,
    subjects: &mut impl Iterator<Item = &'a Subject>,
    seed: u64,
    processes: &mut Processes<'_, K>,
) -> CalibratedCell {
    let equal = subjects.next().expect("each cell has a task of equal sides");
    let mut verdict = |found: &Option<Handicapped>| found.and_then(|_| subjects.next()).map(verdict_of);
    let slow_down = |(wanted, found): (&f64, &Option<Handicapped>)| SlowDown {
        wanted_ppm: findings::ppm(*wanted).unsigned_abs(),
        handicap: found.map(|found| found.handicap),
        effect_ppm: found.map(|found| findings::ppm(found.effect)),
        verdict: verdict(found),
        by_criterion: None,
    };
    CalibratedCell {
        cell: cell.entry.cell.clone(),
        definition: cell.entry.definition.clone(),
        slow_downs: SLOW_DOWNS.iter().zip(found).map(slow_down).collect(),
        floor_ppm: floor(equal, seed, processes).map(|floor| findings::ppm(floor).unsigned_abs()),
        equal: verdict_of(equal),
        equal_ms: milliseconds(equal.spent()),
        equal_by_criterion: None,
    }
}

/// The same questions to criterion, one cell after the other. What it cannot answer, such as a cell that was too disturbed to
/// be saved as a baseline, is left out: the rest took a quarter of an hour to measure.
fn ask_criterion<K: FnMut(&Subject, &compare::Pair) -> bool>(
    cells: &[Matched],
    calibrated: &mut [CalibratedCell],
    processes: &mut Processes<'_, K>,
) -> Result<(), CommandError> {
    let folder = tempfile::tempdir().context("make a folder for criterion")?;
    let (criterion, total) = (Criterion::new(folder.path()), cells.len());
    for (number, (cell, calibrated)) in cells.iter().zip(calibrated).enumerate() {
        processes.unless_interrupted()?;
        processes.say(&format!("asking criterion: cell {} of {total}", number + 1));
        calibrated.equal_by_criterion = answer(&criterion, cell, 0);
        for slow_down in &mut calibrated.slow_downs {
            let handicap = slow_down.handicap;
            slow_down.by_criterion = handicap.and_then(|handicap| answer(&criterion, cell, handicap));
        }
    }
    Ok(())
}

fn answer(criterion: &Criterion<'_>, cell: &Matched, handicap: u64) -> Option<CriterionVerdict> {
    let verdict = criterion.judge(cell, handicap);
    verdict.inspect_err(|error| eprintln!("contend: warning: criterion has no answer: {error:#}")).ok()
}

fn verdict_of(subject: &Subject) -> CellVerdict {
    findings::verdicts(&[subject]).remove(0)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
