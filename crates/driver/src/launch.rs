//! One launch of a run: the cells take turns, a slice each, so that contenders share the same minutes.
//!
//! Whoever asks names the cells on stdin, an id a line, with an empty line behind them, and keeps stdin open for as long as it
//! lives. A further line says that it is enough: the launch ends after the cells that take turns just then. It appends the record
//! of each cell to the run, unless it is asked to save nothing, and says how it ended.

use crate::asker;
use crate::cell_run::{columns_of, observed_of, outcome_of, version_with};
use crate::error::DriverError;
use crate::recorder::{Recorder, alone, base_folder};
use crate::settings::Settings;
use contend_harness::tape::mix;
use contend_harness::{Cell, Failure, Limits, Session, Slice, Suite, resident_bytes};
use contend_protocol::launch::{LaunchLine, Measured};
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_protocol::{CellId, encode_line, exit};
use contend_record::environment::now_unix_ms;
use contend_record::{HeldLock, Store};
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, BufRead};
use std::time::Duration;

/// Slices of a cell in one launch.
///
/// Chosen here because the launch is the unit of replication: more slices would not narrow what launches differ by, and a median of
/// five leaves out two that were odd.
const SLICES: usize = 5;

/// Window that each slice aims at.
const WINDOW: Duration = Duration::from_millis(8);

/// Slices before the first that counts: they find how many operations fill a window, and warm up.
const WARM_SLICES: usize = 4;

/// Operations of the first slice.
const FIRST_SHARE: u64 = 1000;

/// Repeats of disturbed slices in a cell.
const MAX_REPEATS: u32 = 30;

/// Most cells that are alive at once.
///
/// Chosen here because their threads all exist, if asleep, and because what a slice finds in the caches is nothing of its own
/// after two others already.
const MOST_ALIVE: usize = 32;

/// Resident memory above which no further cell is made.
///
/// Chosen here because a cell of the default sets stays below 1 GiB, and machines have a few.
const ENOUGH_BYTES: u64 = 1 << 30;

/// Measures the cells that stdin names: in the run, or, as its launch `unsaved` would, without saving anything. Returns the exit
/// code.
pub(crate) fn launch(
    suite: &Suite,
    settings: &Settings,
    unsaved: Option<u32>,
    say: impl Fn(&str) -> io::Result<()> + Copy + Send + 'static,
) -> Result<u8, DriverError> {
    let cells = cells(suite, io::stdin().lock())?;
    let store = Store::locate(&base_folder());
    let lock_is_theirs = asker::holds_lock(&store);
    // Where nobody hears it, the next record says so.
    asker::listen(lock_is_theirs, settings.hang_bound, move || drop(say(&encode_line(&LaunchLine::Busy))));
    let kept = match unsaved {
        Some(launch) => {
            let alone = (!lock_is_theirs).then(|| alone(&store)).transpose()?;
            Kept { launch, recorder: None, _alone: alone }
        }
        None => {
            let recorder = Recorder::begin(suite, settings, &cells, lock_is_theirs)?;
            Kept { launch: recorder.launch(), recorder: Some(recorder), _alone: None }
        }
    };
    measure(settings, cells, kept, say)
}

/// Where records go.
struct Kept {
    /// Number of this launch in its run.
    launch: u32,
    /// `None` where nothing is saved.
    recorder: Option<Recorder>,
    /// As a recorder has it.
    _alone: Option<HeldLock>,
}

impl Kept {
    fn append(&mut self, record: &CellRecord) -> Result<(), DriverError> {
        self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.append(record))
    }

    fn finish(self) -> Result<(), DriverError> {
        self.recorder.map_or(Ok(()), Recorder::finish)
    }
}

fn measure(
    settings: &Settings,
    cells: Vec<Cell>,
    mut kept: Kept,
    say: impl Fn(&str) -> io::Result<()>,
) -> Result<u8, DriverError> {
    let launch = kept.launch;
    let settings = &Settings { seed: seed_of(settings.seed, launch), ..settings.clone() };
    let mut rng = Rng::with_seed(mix(settings.seed, settings.order));
    let tell = |line: &LaunchLine| say(&encode_line(line)).map_err(DriverError::Answer);
    if let Some(recorder) = &kept.recorder {
        tell(&LaunchLine::Joined { run: name_of(recorder), launch })?;
    }
    for mut comparable in comparable(cells, &mut rng) {
        while !comparable.is_empty() {
            if asker::is_enough() {
                // Not finished: cells are left, and nobody else has been told to measure them.
                return Ok(exit::INTERRUPTED);
            }
            tell(&LaunchLine::Begin { cells: comparable.iter().map(|cell| cell.id().clone()).collect() })?;
            let mut group = Group::warmed_up(&mut comparable, settings);
            group.measure(&mut rng);
            for record in group.records(launch) {
                kept.append(&record)?;
                tell(&LaunchLine::Measured(Measured { cell: record.cell, outcome: record.outcome }))?;
            }
            if group.hung() {
                // Its threads still run, and nothing can be measured beside them: whoever asked starts another launch.
                kept.finish()?;
                return Ok(exit::WRONG_RESULT);
            }
        }
    }
    kept.finish()?;
    Ok(exit::OK)
}

/// The seed of a launch in a run of that seed. Keys, tapes and orders are drawn anew in each: with one draw for all, an interval over
/// launches would be about that draw.
///
/// Below 2^53, so that readers whose numbers are doubles keep it whole.
fn seed_of(seed: u64, launch: u32) -> u64 {
    mix(seed, u64::from(launch)) >> 11
}

fn name_of(recorder: &Recorder) -> String {
    recorder.directory().file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The cells that are named up to the empty line, in the suite's order.
fn cells(suite: &Suite, requests: impl BufRead) -> Result<Vec<Cell>, DriverError> {
    let mut wanted: BTreeSet<CellId> = BTreeSet::new();
    for line in requests.lines() {
        let line = line.map_err(DriverError::Answer)?;
        if line.is_empty() {
            break;
        }
        wanted.insert(line.parse().map_err(|_| DriverError::UnknownCell { cell: line })?);
    }
    let threads: BTreeSet<usize> = wanted.iter().map(CellId::threads).collect();
    let cells = suite.cells(&threads.into_iter().collect::<Vec<_>>());
    let measurable = cells.into_iter().filter(|cell| cell.unavailable().is_none());
    let cells: Vec<Cell> = measurable.filter(|cell| wanted.remove(cell.id())).collect();
    match wanted.pop_first() {
        Some(unknown) => Err(DriverError::UnknownCell { cell: unknown.to_string() }),
        None => Ok(cells),
    }
}

/// The cells of each workload and thread count in any order, and those in any order.
fn comparable(cells: Vec<Cell>, rng: &mut Rng) -> Vec<VecDeque<Cell>> {
    let mut groups: BTreeMap<(String, usize), Vec<Cell>> = BTreeMap::new();
    for cell in cells {
        groups.entry((cell.id().workload().to_owned(), cell.id().threads())).or_default().push(cell);
    }
    let mut groups: Vec<Vec<Cell>> = groups.into_values().collect();
    rng.shuffle(&mut groups);
    groups.iter_mut().for_each(|group| rng.shuffle(group));
    groups.into_iter().map(VecDeque::from).collect()
}

/// A cell while others take their turns.
struct Turn {
    cell: Cell,
    session: Session,
    slices: Vec<Slice>,
    failure: Option<Failure>,
    started_unix_ms: u64,
}

/// Cells that are alive together.
struct Group<'a> {
    turns: Vec<Turn>,
    settings: &'a Settings,
}

impl<'a> Group<'a> {
    /// Takes as many of `cells` as may be alive at once, and warms each up.
    fn warmed_up(cells: &mut VecDeque<Cell>, settings: &'a Settings) -> Self {
        let mut group = Self { turns: Vec::new(), settings };
        while group.turns.len() < MOST_ALIVE && resident_bytes().is_none_or(|bytes| bytes < ENOUGH_BYTES) {
            let Some(cell) = cells.pop_front() else { break };
            group.turns.push(Turn::new(cell, settings));
            if group.hung() {
                break;
            }
        }
        // What is resident before anything is alive is not for us to wait for.
        if group.turns.is_empty() {
            group.turns.extend(cells.pop_front().map(|cell| Turn::new(cell, settings)));
        }
        group
    }

    fn measure(&mut self, rng: &mut Rng) {
        let mut order: Vec<usize> = (0..self.turns.len()).collect();
        for _ in 0..SLICES {
            rng.shuffle(&mut order);
            for &index in &order {
                if self.hung() {
                    return;
                }
                self.turns[index].take(true);
            }
        }
    }

    fn hung(&self) -> bool {
        self.turns.iter().any(Turn::hung)
    }

    /// The records of all cells; where one hung, its own only, because the slices of the others were cut short.
    fn records(&self, launch: u32) -> Vec<CellRecord> {
        let hung = self.hung();
        let told = self.turns.iter().filter(|turn| !hung || turn.hung());
        told.map(|turn| turn.record(self.settings, launch)).collect()
    }
}

impl Turn {
    fn new(cell: Cell, settings: &Settings) -> Self {
        let limits = Limits { hang_bound: settings.hang_bound, max_repeats: MAX_REPEATS, window: WINDOW };
        let mut session = Session::new(&cell, settings.seed, &settings.cores, limits);
        session.set_handicap(settings.handicap);
        let (slices, started_unix_ms) = (Vec::with_capacity(SLICES), now_unix_ms());
        let mut turn = Self { cell, session, slices, failure: None, started_unix_ms };
        (0..WARM_SLICES).for_each(|_| turn.take(false));
        turn
    }

    fn take(&mut self, counts: bool) {
        asker::beat();
        if self.failure.is_some() {
            return;
        }
        match self.session.slice(FIRST_SHARE) {
            Ok(slice) if counts => self.slices.push(slice),
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
    }

    fn hung(&self) -> bool {
        matches!(self.failure, Some(Failure::Fault(Fault::Hung { .. })))
    }

    fn record(&self, settings: &Settings, launch: u32) -> CellRecord {
        let (cell, session) = (&self.cell, &self.session);
        let outcome = outcome_of(self.failure.clone().or_else(|| session.verdict().err()));
        let kept = if outcome == Outcome::Measured { &self.slices[..] } else { &[] };
        CellRecord {
            cell: cell.id().clone(),
            launch,
            started_unix_ms: self.started_unix_ms,
            outcome,
            version: version_with(cell.version(), settings.handicap),
            definition: cell.definition_hash(),
            seed: settings.seed,
            oversubscribed: session.oversubscribed(),
            blocks: cell.blocks(),
            pinned: !session.oversubscribed() && session.pin_error().is_none(),
            repeated: session.repeated(),
            others_cpu_permille: session.others_cpu_permille(),
            observed: observed_of(&session.observation()),
            slices: columns_of(kept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_launch_has_a_seed_of_its_own_that_its_run_s_seed_gives_again() {
        let seeds = |seed| -> BTreeSet<u64> { (0..100).map(|launch| seed_of(seed, launch)).collect() };
        assert_eq!((seeds(42).len(), seeds(42)), (100, seeds(42)));
        assert!(seeds(42).is_disjoint(&seeds(43)), "neighbours have nothing in common");
        assert!(seeds(u64::MAX).iter().all(|seed| *seed < 1 << 53));
    }
}
