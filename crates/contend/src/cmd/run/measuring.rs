//! The launches while they are made.
//!
//! ```text
//! launch ──► process: all cells of an executable, in turns ──► whole ──► the next executable
//!                │ dies
//!                ▼
//!            search: each of those that took turns, alone, unsaved ──► who dies is buried
//!                │
//!                └──► process: the others, together again, in one launch
//! ```

use super::plan::{Launch, MOST_MORE, Plan, Share, size};
use super::process::{Ended, News, Purpose, Task};
use super::tally::Tally;
use super::{Arguments, rough};
use crate::error::CommandError;
use crate::executables::Executable;
use crate::progress::{self, Progress};
use contend_protocol::CellId;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::doctor::Examination;
use contend_protocol::launch::Measured;
use contend_protocol::sample::{CellRecord, Fault, Outcome, Slices};
use contend_record::environment::{invocation_command, invocation_key, load_permille, now_unix_ms};
use contend_record::{LaunchStart, Store};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// How often cells are started together again after their process died and none of them did so alone.
const CHANCES: u32 = 1;

pub(super) struct Measuring<'a> {
    environment: Vec<(&'static str, String)>,
    store: &'a Store,
    pub(super) progress: Progress,
    budget: Option<Duration>,
    /// What the doctor found, until it is kept with the run.
    found: Option<Examination>,
    seed: u64,
    wanted: u32,
    /// The run, once a launch has joined one.
    pub(super) run: Option<String>,
    /// What the run has of each cell.
    pub(super) tally: Tally,
    /// Launches that are still to be made.
    launches: VecDeque<Launch>,
    /// How the cells of this process's launches ended.
    pub(super) counts: Counts,
    /// Some cells have no number because their process died with them, and nobody knows why.
    pub(super) lost: bool,
}

/// How cells ended, over all launches.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Counts {
    pub(super) planned: usize,
    pub(super) measured: usize,
    pub(super) not_measurable: usize,
    pub(super) faulty: usize,
}

impl Counts {
    pub(super) fn done(self) -> usize {
        self.measured + self.not_measurable + self.faulty
    }
}

/// What one executable has still to measure in a launch.
struct Rest<'a> {
    share: &'a Share,
    left: BTreeSet<CellId>,
    /// Decides in which order cells are visited.
    order: u64,
    chances: u32,
}

impl<'a> Measuring<'a> {
    /// Measuring begins now, and goes on with `run` where that is one.
    pub(super) fn new(
        arguments: &Arguments,
        store: &'a Store,
        run: Option<String>,
        tally: Tally,
        found: Option<Examination>,
    ) -> Self {
        let mut environment = arguments.variables.environment();
        environment.push(("CONTEND_INVOCATION", invocation_key()));
        environment.push(("CONTEND_COMMAND", invocation_command()));
        environment.push(("CONTEND_RESULTS", store.root().display().to_string()));
        // The lock is held for the whole run, so that nobody gets it between two launches.
        environment.push(("CONTEND_MEASURING", std::process::id().to_string()));
        Self {
            environment,
            store,
            progress: Progress::begin(),
            budget: arguments.budget,
            found,
            seed: arguments.variables.seed(),
            wanted: arguments.launches,
            run,
            tally,
            launches: VecDeque::new(),
            counts: Counts::default(),
            lost: false,
        }
    }

    /// Makes all launches, the executables of each in any order.
    pub(super) fn all(&mut self, plan: &Plan) -> Result<(), CommandError> {
        self.launches.clone_from(&plan.launches);
        self.counts.planned = plan.measurements();
        let mut random = fastrand::Rng::with_seed(self.seed);
        let (mut order, mut more) = (0, 0);
        while !self.stopped() {
            let Some(mut launch) = self.launches.pop_front() else {
                if more == MOST_MORE || !self.plan_another(plan) {
                    break;
                }
                more += 1;
                continue;
            };
            random.shuffle(&mut launch);
            for share in &launch {
                self.launch(share, order)?;
            }
            order += 1;
        }
        Ok(())
    }

    /// Plans another launch of what the machine disturbed. Returns whether there is anything.
    fn plan_another(&mut self, plan: &Plan) -> bool {
        let launch = plan.disturbed(&self.tally);
        let size = size(&launch);
        if size > 0 {
            self.progress.clear();
            eprintln!("contend: the machine was disturbed: another launch of {size} cells");
            self.counts.planned += size;
            self.launches.push_back(launch);
        }
        size > 0
    }

    /// Whether the user, or the budget, ended it.
    pub(super) fn stopped(&self) -> bool {
        progress::interrupted() || self.time_left().is_some_and(|left| left.is_zero())
    }

    /// What is left of the budget, if there is one.
    pub(super) fn time_left(&self) -> Option<Duration> {
        self.budget.map(|budget| budget.saturating_sub(self.progress.took()))
    }

    /// Whether cells are left that were to be measured.
    pub(super) fn is_open(&self) -> bool {
        self.counts.done() < self.counts.planned
    }

    /// Whether the user, or the budget, ended it before its end.
    pub(super) fn was_stopped(&self) -> bool {
        self.stopped() && self.is_open()
    }

    /// Measures a share in a process, and in further ones what a hung or deadly contender left over.
    fn launch(&mut self, share: &Share, order: u64) -> Result<(), CommandError> {
        let (executable, cells) = share;
        let left = cells.keys().filter(|cell| !self.tally.is_faulty(cell)).cloned().collect();
        let mut rest = Rest { share, left, order, chances: CHANCES };
        while !rest.left.is_empty() && !self.stopped() {
            let purpose = Purpose::Measure { wanted: self.wanted };
            let ended = self.process(executable, &rest.left, purpose, order)?;
            rest.left.retain(|cell| !ended.measured.contains_key(cell));
            if let Some(death) = &ended.death {
                self.investigate(&mut rest, &ended, death)?;
            } else if ended.measured.is_empty() && !self.stopped() {
                let path = executable.path.display();
                return Err(CommandError::Incomparable(format!("measure with {path}: it measured nothing")));
            }
        }
        Ok(())
    }

    /// Finds out who took the process down, and notes it. The others are left to be measured together.
    fn investigate(&mut self, rest: &mut Rest<'_>, ended: &Ended, death: &str) -> Result<(), CommandError> {
        let executable = &rest.share.0;
        let culprit = match &ended.turns[..] {
            [only] => Some((only.clone(), death.to_owned())),
            suspects => self.culprit(executable, suspects, ended.launch, rest.order)?,
        };
        if let Some((cell, death)) = culprit {
            rest.left.remove(&cell);
            return match rest.share.1.get(&cell) {
                Some(entry) => self.bury(entry, &death, ended.measured.get(&cell)),
                None => Ok(()),
            };
        }
        if self.stopped() {
            return Ok(());
        }
        self.progress.clear();
        let alive: Vec<String> = ended.turns.iter().map(ToString::to_string).collect();
        eprintln!("contend: a process {death}, and none of its cells does so alone: {}", alive.join(", "));
        let again = ended.turns.iter().filter(|cell| rest.left.contains(cell)).count();
        if again > 0 && rest.chances == 0 {
            eprintln!("contend: {again} of them have no number in this launch");
            rest.left.retain(|cell| !ended.turns.contains(cell));
            self.lost = true;
        }
        rest.chances = rest.chances.saturating_sub(u32::from(again > 0));
        Ok(())
    }

    /// Starts each of the suspects alone, saving nothing, until one takes its process down; and how.
    fn culprit(
        &mut self,
        executable: &Executable,
        suspects: &[CellId],
        launch: u32,
        order: u64,
    ) -> Result<Option<(CellId, String)>, CommandError> {
        for cell in suspects {
            if self.stopped() {
                break;
            }
            self.progress.say(&format!("searching for what took a process down: {cell}"));
            let alone = BTreeSet::from([cell.clone()]);
            let ended = self.process(executable, &alone, Purpose::Search { launch }, order)?;
            if let Some(death) = ended.death {
                return Ok(Some((cell.clone(), death)));
            }
        }
        Ok(None)
    }

    fn process(
        &mut self,
        executable: &Executable,
        cells: &BTreeSet<CellId>,
        purpose: Purpose,
        order: u64,
    ) -> Result<Ended, CommandError> {
        let mut environment = self.environment.clone();
        environment.push(("CONTEND_ORDER", order.to_string()));
        environment.extend(self.run.clone().map(|run| ("CONTEND_RUN", run)));
        let (began, budget) = (self.progress.began(), self.budget);
        let goes_on = || !progress::interrupted() && budget.is_none_or(|budget| began.elapsed() < budget);
        let cells = cells.iter().collect();
        let task = Task { executable, cells, purpose, environment: &environment, goes_on: &goes_on };
        task.run(|news| match (news, purpose) {
            (News::Joined(run), _) => {
                self.keep_examination(run);
                self.run = Some(run.to_owned());
            }
            (News::Measured(measured), Purpose::Measure { .. }) => self.count(measured),
            (News::Measured(_), Purpose::Search { .. }) => {}
        })
    }

    /// Keeps what the doctor found with the run, as soon as there is one.
    fn keep_examination(&mut self, run: &str) {
        let Some(found) = self.found.take() else { return };
        if let Err(error) = self.store.keep_examination(run, found) {
            self.progress.clear();
            // The numbers are worth more than words about the machine.
            eprintln!("contend: warning: failed to {error}");
        }
    }

    fn count(&mut self, Measured { cell, outcome }: &Measured) {
        self.tally.add(cell, outcome);
        match outcome {
            Outcome::Measured => self.counts.measured += 1,
            Outcome::NotMeasurable { .. } => self.counts.not_measurable += 1,
            Outcome::Faulty { fault } => {
                self.counts.faulty += 1;
                self.settle(cell, &said(fault));
            }
        }
        let done = self.counts.done();
        let left = self.counts.planned.saturating_sub(done);
        let time = self.progress.took().mul_f64(left as f64 / done as f64);
        self.progress.say(&format!("{done} of {} measured, {} left", self.counts.planned, rough(time)));
    }

    /// Says why a cell has no number, and drops it from the launches to come: another would not make it right.
    fn settle(&mut self, cell: &CellId, why: &str) {
        self.progress.clear();
        eprintln!("contend: {cell} has no number: {why}");
        for (_, cells) in self.launches.iter_mut().flatten() {
            if cells.remove(cell).is_some() {
                self.counts.planned -= 1;
            }
        }
    }

    /// Notes in the run that a cell took its process down, which that process could not. `before` is how it ended before that, where
    /// its drop was to blame.
    fn bury(&mut self, entry: &CellEntry, death: &str, before: Option<&Outcome>) -> Result<(), CommandError> {
        let message = format!("its process {death}");
        match before {
            Some(Outcome::Measured) => self.counts.measured -= 1,
            Some(Outcome::NotMeasurable { .. }) => self.counts.not_measurable -= 1,
            Some(Outcome::Faulty { .. }) => self.counts.faulty -= 1,
            None => {}
        }
        self.counts.faulty += 1;
        self.settle(&entry.cell, &message);
        let outcome = Outcome::Faulty { fault: Fault::Panicked { message } };
        self.tally.add(&entry.cell, &outcome);
        let Some(run) = &self.run else { return Ok(()) };
        let started_unix_ms = now_unix_ms();
        let mut writer = self.store.join_run(
            run,
            LaunchStart {
                suite: entry.cell.suite().to_owned(),
                arguments: ["--contend", "launch", "--of", &self.wanted.to_string()]
                    .map(str::to_owned)
                    .to_vec(),
                planned_cells: 1,
                now_unix_ms: started_unix_ms,
                load_permille: load_permille(),
            },
        )?;
        writer.append(&CellRecord {
            cell: entry.cell.clone(),
            launch: writer.launch(),
            started_unix_ms,
            outcome,
            version: entry.version.clone(),
            definition: entry.definition.clone(),
            seed: self.seed,
            oversubscribed: entry.oversubscribed,
            blocks: entry.blocks,
            pinned: false,
            repeated: 0,
            others_cpu_permille: None,
            observed: None,
            slices: Slices::default(),
        })?;
        Ok(writer.finish(now_unix_ms(), None)?)
    }
}

/// What a contender did wrong.
fn said(fault: &Fault) -> String {
    match fault {
        Fault::WrongResult { message } => format!("it gave a wrong result: {message}"),
        Fault::Panicked { message } => format!("it panicked: {message}"),
        Fault::Hung { bound_s } => {
            format!("it did not come back within {bound_s} s (CONTEND_HANG_SECONDS sets the bound)")
        }
    }
}
