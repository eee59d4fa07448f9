//! What is left to measure, and how long it may take.

use super::tally::Tally;
use super::{Arguments, resume, rough};
use crate::cmd::select;
use crate::compare::cells::SideCells;
use crate::error::CommandError;
use crate::executables::{self, Executable};
use contend_protocol::CellId;
use contend_protocol::catalogue::CellEntry;
use contend_record::Run;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// What a cell takes in one launch, as a first guess: making it, warming it up, and its slices.
/// [`OVERSUBSCRIBED_GUESS`] says where it is from.
const GUESS: Duration = Duration::from_millis(100);

/// The same with more threads than cores, where slices are longer.
///
/// Chosen here because six launches of 637 cells, 199 of them with four threads on two cores, took 24 minutes, and so it says 24.
const OVERSUBSCRIBED_GUESS: Duration = Duration::from_millis(1_000);

/// Launches that workloads may get beyond those that were asked for, where the machine was disturbed.
///
/// Chosen here because two find another minute twice, and a machine that is still busy then has to be made quiet first.
pub(super) const MOST_MORE: u32 = 2;

/// The cells of one executable in one launch.
pub(super) type Share = (Executable, BTreeMap<CellId, CellEntry>);

/// The shares of all executables in one launch.
pub(super) type Launch = Vec<Share>;

/// What is to be measured.
pub(super) struct Plan {
    /// What is selected, whether any of it is left to measure.
    cells: SideCells,
    /// Launches in which each cell is to be measured.
    pub(super) wanted: u32,
    /// What is left of them.
    pub(super) launches: VecDeque<Launch>,
    /// How long they may take.
    guess: Duration,
    /// Cells that are looked at one operation at a time, and how long that may take.
    pub(super) beside: Option<(usize, Duration)>,
}

impl Plan {
    /// What `arguments` select, but what `resumed` has already.
    pub(super) fn of(
        arguments: &Arguments,
        resumed: Option<&Run>,
        tally: &Tally,
    ) -> Result<Self, CommandError> {
        let wanted = arguments.selection.filter.as_deref();
        let filter = select::filter(wanted)?;
        let executables = executables::find(&arguments.selection.executables, &arguments.selection.features)?;
        if let Some(run) = resumed {
            resume::check(run, &executables, arguments)?;
        }
        let full = arguments.variables.full_set();
        let selected = |entry: &CellEntry| select::fits(filter.as_ref(), entry) && (full || entry.curated);
        let mut environment = arguments.variables.environment();
        environment.retain(|(name, _)| *name == "CONTEND_THREADS");
        let cells = SideCells::ask_in(&executables, &environment, selected)?;
        if cells.is_empty() {
            return Err(select::nothing_here(wanted, &executables, &environment)?);
        }
        let launches =
            if arguments.times() { left(&cells, tally, arguments.launches) } else { VecDeque::new() };
        let each = arguments.beside_guess();
        let beside = (!each.is_zero()).then(|| {
            let count = cells.iter().len();
            (count, each * u32::try_from(count).unwrap_or(u32::MAX))
        });
        Ok(Self { guess: guess(&launches), launches, wanted: arguments.launches, beside, cells })
    }

    /// How many cells are selected.
    pub(super) fn size(&self) -> usize {
        self.cells.iter().len()
    }

    /// How often a cell is to be measured, over all of them.
    pub(super) fn measurements(&self) -> usize {
        self.launches.iter().map(|launch| size(launch)).sum()
    }

    /// How long all of it may take.
    pub(super) fn guess(&self) -> Duration {
        self.guess + self.beside.map(|(_, guess)| guess).unwrap_or_default()
    }

    /// All executables that have a cell of it.
    pub(super) fn executables(&self) -> Vec<Executable> {
        shares(&self.cells, |_| true).into_iter().map(|(executable, _)| executable).collect()
    }

    /// Another launch of the workloads in which the machine has cost a contender some of its launches. All contenders of such a
    /// workload are in it, because they are compared within launches.
    pub(super) fn disturbed(&self, tally: &Tally) -> Launch {
        let lacks = |cell: &CellId| (1..self.wanted).contains(&tally.measured(cell));
        let groups = groups(&self.cells, tally, |cell| u32::from(lacks(cell)));
        shares(&self.cells, |cell| !tally.is_faulty(cell) && groups[&group(cell)] > 0)
    }

    /// Cells that were measured in fewer launches than were wanted, and did nothing wrong.
    pub(super) fn below(&self, tally: &Tally) -> usize {
        let below = |cell: &CellId| !tally.is_faulty(cell) && tally.measured(cell) < self.wanted;
        self.cells.iter().filter(|(entry, _)| below(&entry.cell)).count()
    }

    /// The cells whose contender did something wrong, in this run and whenever that was.
    pub(super) fn faulty(&self, tally: &Tally) -> Vec<String> {
        let ids = self.cells.iter().map(|(entry, _)| &entry.cell);
        ids.filter(|cell| tally.is_faulty(cell)).map(ToString::to_string).collect()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cells", self.size())?;
        if !self.launches.is_empty() {
            let (launches, measurements) = (self.launches.len(), self.measurements());
            write!(f, ", {launches} launches, {measurements} measurements, {}", rough(self.guess))?;
            f.write_str("; up to two more launches where the machine was disturbed")?;
        }
        match self.beside {
            Some((count, guess)) => {
                write!(f, "; then {count} cells one operation at a time, {}", rough(guess))
            }
            None if self.launches.is_empty() => f.write_str(", nothing left to measure"),
            None => Ok(()),
        }
    }
}

/// What contenders are compared within: a workload at a thread count.
fn group(cell: &CellId) -> (String, usize) {
    (cell.group(), cell.threads())
}

/// The most that `of` says of a cell in each group, of cells that did nothing wrong.
fn groups(cells: &SideCells, tally: &Tally, of: impl Fn(&CellId) -> u32) -> BTreeMap<(String, usize), u32> {
    let mut groups = BTreeMap::new();
    for (entry, _) in cells.iter() {
        let most = groups.entry(group(&entry.cell)).or_insert(0);
        if !tally.is_faulty(&entry.cell) {
            *most = of(&entry.cell).max(*most);
        }
    }
    groups
}

/// The launches that are left of `wanted`. All contenders of a workload need as many as the one that lacks most, because they are
/// compared within launches.
fn left(cells: &SideCells, tally: &Tally, wanted: u32) -> VecDeque<Launch> {
    let groups = groups(cells, tally, |cell| wanted.saturating_sub(tally.measured(cell)));
    let most = groups.values().copied().max().unwrap_or(0);
    let in_launch = |launch: u32, cell: &CellId| !tally.is_faulty(cell) && groups[&group(cell)] > launch;
    (0..most).map(|launch| shares(cells, |cell| in_launch(launch, cell))).collect()
}

fn guess(launches: &VecDeque<Launch>) -> Duration {
    let entries = launches.iter().flatten().flat_map(|(_, cells)| cells.values());
    entries.map(|entry| if entry.oversubscribed { OVERSUBSCRIBED_GUESS } else { GUESS }).sum()
}

/// How many cells are measured in a launch.
pub(super) fn size(launch: &[Share]) -> usize {
    launch.iter().map(|(_, cells)| cells.len()).sum()
}

fn shares(cells: &SideCells, wanted: impl Fn(&CellId) -> bool) -> Launch {
    let mut shares: Launch = Vec::new();
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
