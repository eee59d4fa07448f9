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
use contend_protocol::manifest::Machine;
use contend_protocol::version::MethodVersion;
use contend_protocol::{CellId, decode, exit};
use contend_record::Store;
use contend_stats::looks::Looks;
use std::collections::BTreeMap;

/// Margin of cells of one thread whose memory stays where it is.
///
/// Source: five builds with other dead code moved such cells by at most 1.2 % (measured on a shared two-core machine).
const SCALAR_MARGIN: f64 = 0.02;

/// What the margin of cells may grow to whose numbers depend on where their memory lies, by their own scatter.
///
/// Source: pools and stores spread by 0.4 to 2.1 % from pair to pair and maps by 1.2 to 2.9 % (measured on a shared two-core
/// machine), so that 2 % would take many pairs of some and a few of others. Above 3 % a change of 5 % would be hard to find.
const PLACED_MARGIN: f64 = 0.03;

/// Margin of cells whose threads contend.
///
/// Source: their pairs spread by up to 30 % even with every thread held on its core.
const CONTENDED_MARGIN: f64 = 0.10;

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
    let contended = cell.entry.cell.threads() > 1;
    let (looks, default, slices) = match contended {
        true => (&Looks::CONTENDED, CONTENDED_MARGIN, 6),
        false => (&Looks::SCALAR, SCALAR_MARGIN, 16),
    };
    let up_to = (!contended && cell.entry.placed).then_some(PLACED_MARGIN);
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
    let question =
        Question { arguments: &["machine"], accepted: &[exit::OK], full_set: false, ..Question::default() };
    for executable in executables {
        let mut machine = None;
        let outcome = executable.ask(&question, |heard| {
            if let Heard::Line(line) = heard {
                machine = Some(decode("a machine", line)?);
            }
            Ok(())
        });
        executable.conclude(outcome)?;
        if let Some(machine) = machine {
            return Ok(machine);
        }
    }
    Err(CommandError::Other(anyhow::anyhow!("learn what machine this is: no bench executable said it")))
}
