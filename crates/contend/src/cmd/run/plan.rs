//! What is left to measure, and how long it may take.

use super::Arguments;
use crate::cmd::select;
use crate::compare::cells::SideCells;
use crate::compare::machine;
use crate::error::CommandError;
use crate::executables::{self, Executable};
use contend_protocol::CellId;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::version::MethodVersion;
use contend_record::Run;
use contend_record::environment::source;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What a cell takes in one launch, as a first guess: making it, warming it up, and its slices.
const GUESS: Duration = Duration::from_millis(100);

/// The same with more threads than cores, whose slices are long.
const OVERSUBSCRIBED_GUESS: Duration = Duration::from_millis(500);

/// The cells of one executable in one launch.
pub(super) type Share = (Executable, BTreeMap<CellId, CellEntry>);

/// What is left to measure.
pub(super) struct Plan {
    /// For each launch, the cells of each executable.
    pub(super) launches: VecDeque<Vec<Share>>,
    /// Cells that are selected, whether any of them is left to measure.
    pub(super) cells: usize,
    /// How long it may take.
    pub(super) guess: Duration,
    /// All that have a cell of it.
    pub(super) executables: Vec<Executable>,
}

impl Plan {
    /// What `arguments` select, but what `resumed` has already.
    pub(super) fn of(arguments: &Arguments, resumed: Option<&Run>) -> Result<Self, CommandError> {
        let wanted = arguments.selection.filter.as_deref();
        let filter = select::filter(wanted)?;
        let executables = executables::find(&arguments.selection.executables)?;
        if let Some(run) = resumed {
            same_as_before(run, &executables, arguments)?;
        }
        let full = arguments.variables.full_set();
        let selected = |entry: &CellEntry| select::fits(filter.as_ref(), entry) && (full || entry.curated);
        let mut environment = arguments.variables.environment();
        environment.retain(|(name, _)| *name == "CONTEND_THREADS");
        let cells = SideCells::ask_in(&executables, &environment, selected)?;
        if cells.is_empty() {
            return Err(select::nothing(wanted, &SideCells::ask(&executables, |_| true)?.ids()));
        }
        let measured = resumed.map(times_measured).unwrap_or_default();
        let launches: VecDeque<Vec<Share>> = (0..arguments.launches)
            .map(|launch| shares(&cells, |cell| measured.get(cell).is_none_or(|times| *times <= launch)))
            .filter(|shares| !shares.is_empty())
            .collect();
        let left = launches.iter().flatten().flat_map(|(_, cells)| cells.values());
        let guess = left.map(|entry| if entry.oversubscribed { OVERSUBSCRIBED_GUESS } else { GUESS }).sum();
        let of_cells = shares(&cells, |_| true).into_iter().map(|(executable, _)| executable).collect();
        Ok(Self { launches, cells: cells.iter().len(), guess, executables: of_cells })
    }

    /// How often a cell is to be measured, over all of them.
    pub(super) fn measurements(&self) -> usize {
        self.launches.iter().flatten().map(|(_, cells)| cells.len()).sum()
    }
}

fn shares(cells: &SideCells, wanted: impl Fn(&CellId) -> bool) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for (entry, executable) in cells.iter().filter(|(entry, _)| wanted(&entry.cell)) {
        let known = shares.iter().position(|(known, _)| known == executable);
        let index = known.unwrap_or_else(|| {
            shares.push((executable.clone(), BTreeMap::new()));
            shares.len() - 1
        });
        shares[index].1.insert(entry.cell.clone(), entry.clone());
    }
    shares
}

/// How often each cell has an end in `run`.
fn times_measured(run: &Run) -> BTreeMap<CellId, u32> {
    let mut times = BTreeMap::new();
    for record in &run.records {
        *times.entry(record.cell.clone()).or_insert(0) += 1;
    }
    times
}

/// Numbers of one run stand beside each other, so all of them have to come from the same code on the same machine.
fn same_as_before(run: &Run, executables: &[Executable], arguments: &Arguments) -> Result<(), CommandError> {
    let (before, name) = (&run.manifest, &run.name);
    let refuse = |what: String| {
        Err(CommandError::Incomparable(format!(
            "go on with run {name}: {what}; start another run without --resume"
        )))
    };
    if before.method != MethodVersion::CURRENT {
        return refuse("this build of contend measures in another way".to_owned());
    }
    if before.machine.id != machine(executables)?.id {
        return refuse("it is of another machine".to_owned());
    }
    if before.invocation.seed != arguments.variables.seed() {
        return refuse(format!("its seed is {}", before.invocation.seed));
    }
    let here = std::env::current_dir().map_err(anyhow::Error::from)?;
    let now = source(&here);
    if (&now.commit, &now.lock_file) != (&before.source.commit, &before.source.lock_file) {
        return refuse("it is of another commit, or of other dependencies".to_owned());
    }
    if now.dirty == Some(true) {
        eprintln!(
            "contend: warning: the working tree has changes, and whether the run's code had the same ones nobody knows"
        );
    }
    Ok(())
}
