//! Comparing two sides by executables that take turns.
//!
//! ```text
//! bisect  which commit it was
//! calibrate  known slow-downs through the same path
//! criterion  what criterion says of the same
//! cells   which cells both sides have
//! rounds  which pair comes next, and when a cell is decided     (no processes: tested with pairs that are made up)
//! pair    one launch of each side, slices in turns
//! served  one process and its lines
//! live    rounds on real processes: time, Ctrl-C, progress
//! findings  verdicts, evidence, exit code
//! ```

pub(crate) mod bisect;
pub(crate) mod calibrate;
pub(crate) mod cells;
pub(crate) mod criterion;
pub(crate) mod findings;
mod live;
mod pair;
mod rounds;
mod served;

pub(crate) use live::{Live, Processes};
pub(crate) use pair::Pair;
pub(crate) use rounds::{End, Subject, Task};

use crate::error::CommandError;
use crate::executables::{Executable, Heard, Question};
use cells::Matched;
use contend_protocol::calibration::CalibratedCell;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::comparison::MarginSource;
use contend_protocol::manifest::{Build, Machine};
use contend_protocol::version::MethodVersion;
use contend_protocol::{CellId, DecodeError, decode, exit};
use contend_record::Store;
use contend_stats::looks::Looks;
use contend_stats::margins;
use std::collections::BTreeMap;

/// Cells that are also measured as base against base.
const CONTROLS: usize = 3;

/// How all tasks of a comparison are judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The smallest change that the user wants to hear of, as a fraction.
    pub(crate) margin: Option<f64>,
    /// Noise floors of cells on this machine, as fractions.
    pub(crate) floors: BTreeMap<CellId, f64>,
    /// Chooses the controls.
    pub(crate) seed: u64,
}

/// What has to be measured: the cells in order, then the controls.
pub(crate) fn tasks(matched: &[Matched], rules: &Rules) -> Vec<Task> {
    let mut tasks: Vec<Task> = matched.iter().map(|cell| task(cell, rules)).collect();
    let mut random = fastrand::Rng::with_seed(rules.seed);
    let mut chosen = random.choose_multiple(0..tasks.len(), CONTROLS);
    chosen.sort_unstable();
    let controls: Vec<Task> =
        chosen.iter().map(|&index| Task { control: true, ..tasks[index].clone() }).collect();
    tasks.extend(controls);
    tasks
}

/// How one cell is judged.
pub(crate) fn task(cell: &Matched, rules: &Rules) -> Task {
    let threads = cell.entry.cell.threads();
    let contended = threads > 1;
    let (looks, slices) = if contended { (&Looks::CONTENDED, 6) } else { (&Looks::SCALAR, 16) };
    let default = margins::of_threads(threads);
    let up_to = (!contended && cell.entry.placed).then_some(margins::PLACED);
    let (wanted, source, up_to) = match rules.margin {
        Some(margin) => (margin, MarginSource::User, None),
        None => (default, MarginSource::Default, up_to),
    };
    let floor = rules.floors.get(&cell.entry.cell).copied().filter(|floor| *floor > wanted);
    let (margin, margin_from) = floor.map_or((wanted, source), |floor| (floor, MarginSource::Calibrated));
    Task {
        cell: cell.entry.cell.clone(),
        control: false,
        looks,
        margin,
        margin_from,
        margin_up_to: up_to,
        slices,
        handicap: 0,
    }
}

/// Noise floors of the cells on this machine, from the newest calibrations that know them.
pub(crate) fn floors(
    store: &Store,
    machine: &Machine,
    matched: &[Matched],
) -> Result<BTreeMap<CellId, f64>, CommandError> {
    let calibrations = store.calibrations()?;
    let here: Vec<&CalibratedCell> = calibrations
        .iter()
        .filter(|kept| kept.machine.id == machine.id && kept.method == MethodVersion::CURRENT)
        .flat_map(|kept| &kept.cells)
        .collect();
    let floor = |entry: &CellEntry| {
        let same = |kept: &&&CalibratedCell| kept.cell == entry.cell && kept.definition == entry.definition;
        here.iter().filter(same).find_map(|kept| kept.floor_ppm)
    };
    let known =
        matched.iter().filter_map(|cell| Some((cell.entry.cell.clone(), floor(&cell.entry)? as f64 / 1e6)));
    Ok(known.collect())
}

/// The machine, as the engine of one of the executables sees it.
pub(crate) fn machine(executables: &[Executable]) -> Result<Machine, CommandError> {
    told(executables, "machine", |line| decode("a machine", line))?
        .ok_or_else(|| nobody_said("what machine this is"))
}

/// How one of the executables was built.
pub(crate) fn build(executables: &[Executable]) -> Result<Build, CommandError> {
    told(executables, "build", |line| decode("a build", line))?
        .ok_or_else(|| nobody_said("how the bench executables were built"))
}

/// What the first of the executables that answers says when asked `verb`.
fn told<T>(
    executables: &[Executable],
    verb: &str,
    read: impl Fn(&str) -> Result<T, DecodeError>,
) -> Result<Option<T>, CommandError> {
    let question =
        Question { arguments: &[verb], accepted: &[exit::OK], full_set: false, ..Question::default() };
    for executable in executables {
        let mut said = None;
        let outcome = executable.ask(&question, |heard| {
            if let Heard::Line(line) = heard {
                said = Some(read(line)?);
            }
            Ok(())
        });
        executable.conclude(outcome)?;
        if said.is_some() {
            return Ok(said);
        }
    }
    Ok(None)
}

fn nobody_said(what: &str) -> CommandError {
    CommandError::Other(anyhow::anyhow!("learn {what}: no bench executable said it"))
}
