//! The launches while they are made.

use super::plan::Plan;
use super::{Arguments, rough};
use crate::error::CommandError;
use crate::executables::{AskError, Conclusion, Executable, Heard, Input, Question};
use crate::progress::{self, Progress};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::launch::LaunchLine;
use contend_protocol::sample::{CellRecord, Fault, Outcome, Slices};
use contend_protocol::{CellId, decode, exit};
use contend_record::environment::{invocation_command, invocation_key, load_permille, now_unix_ms};
use contend_record::{LaunchStart, Run, Store};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

pub(super) struct Measuring<'a> {
    environment: Vec<(&'static str, String)>,
    store: &'a Store,
    pub(super) progress: Progress,
    budget: Option<Duration>,
    /// The run, once a launch has joined one.
    pub(super) run: Option<String>,
    faulty: BTreeSet<CellId>,
    /// Cells that took their process down.
    deadly: BTreeSet<CellId>,
    pub(super) done: usize,
    pub(super) total: usize,
    seed: u64,
}

/// How one process ended.
struct Ended {
    /// Cells whose record is saved.
    measured: BTreeSet<CellId>,
    /// Cells that took turns last.
    turns: Vec<CellId>,
    /// Why it did not come to its end, if so.
    death: Option<String>,
}

impl<'a> Measuring<'a> {
    pub(super) fn new(arguments: &Arguments, store: &'a Store, resumed: Option<&Run>) -> Self {
        let mut environment = arguments.variables.environment();
        environment.push(("CONTEND_INVOCATION", invocation_key()));
        environment.push(("CONTEND_COMMAND", invocation_command()));
        environment.push(("CONTEND_RESULTS", store.root().display().to_string()));
        Self {
            environment,
            store,
            progress: Progress::begin(),
            budget: arguments.budget,
            run: resumed.map(|run| run.name.clone()),
            faulty: BTreeSet::new(),
            deadly: BTreeSet::new(),
            done: 0,
            total: 0,
            seed: arguments.variables.seed(),
        }
    }

    /// Makes all launches, the executables of each in any order.
    pub(super) fn all(&mut self, plan: Plan) -> Result<(), CommandError> {
        self.total = plan.measurements();
        let mut random = fastrand::Rng::with_seed(self.seed);
        for (number, mut launch) in plan.launches.into_iter().enumerate() {
            random.shuffle(&mut launch);
            for (executable, cells) in launch {
                self.launch(&executable, cells, number as u64)?;
            }
        }
        Ok(())
    }

    pub(super) fn found_faults(&self) -> bool {
        !self.faulty.is_empty() || !self.deadly.is_empty()
    }

    /// The cells whose contender did something wrong.
    pub(super) fn faults(&self) -> Vec<String> {
        self.faulty.union(&self.deadly).map(ToString::to_string).collect()
    }

    /// Whether the user, or the budget, ended it.
    pub(super) fn stopped(&self) -> bool {
        progress::interrupted() || self.budget.is_some_and(|budget| self.progress.took() >= budget)
    }

    /// Measures `cells` in a process, and in further ones what a hung or deadly contender left over.
    fn launch(
        &mut self,
        executable: &Executable,
        mut cells: BTreeMap<CellId, CellEntry>,
        order: u64,
    ) -> Result<(), CommandError> {
        let mut suspects: VecDeque<CellId> = VecDeque::new();
        cells.retain(|cell, _| !self.deadly.contains(cell));
        while !cells.is_empty() && !self.stopped() {
            let suspect = suspects.pop_front();
            let now = suspect.map_or_else(|| cells.keys().cloned().collect(), |cell| BTreeSet::from([cell]));
            let ended = self.process(executable, &now, order)?;
            cells.retain(|cell, _| !ended.measured.contains(cell));
            match (ended.death, ended.turns.as_slice()) {
                (None, _) if !ended.measured.is_empty() || self.stopped() => {}
                (Some(death), [cell]) => {
                    if let Some(entry) = cells.remove(cell) {
                        self.bury(&entry, death)?;
                    }
                }
                // One of those that took turns when it died is to blame: they go on alone, until it is found.
                (Some(_), turns) if !turns.is_empty() => {
                    suspects = turns.iter().filter(|cell| cells.contains_key(cell)).cloned().collect();
                }
                _ => {
                    let path = executable.path.display();
                    return Err(CommandError::Incomparable(format!("measure with {path}; see above")));
                }
            }
        }
        Ok(())
    }

    /// Notes in the run that a cell took its process down, which that process could not.
    fn bury(&mut self, entry: &CellEntry, death: String) -> Result<(), CommandError> {
        eprintln!("contend: {} has no number: its process {death}", entry.cell);
        self.deadly.insert(entry.cell.clone());
        self.done += 1;
        let Some(run) = &self.run else { return Ok(()) };
        let started_unix_ms = now_unix_ms();
        let mut writer = self.store.join_run(
            run,
            LaunchStart {
                suite: entry.cell.suite().to_owned(),
                arguments: vec!["launch".to_owned()],
                planned_cells: 1,
                now_unix_ms: started_unix_ms,
                load_permille: load_permille(),
            },
        )?;
        let message = format!("its process {death}");
        writer.append(&CellRecord {
            cell: entry.cell.clone(),
            launch: writer.launch(),
            started_unix_ms,
            outcome: Outcome::Faulty { fault: Fault::Panicked { message } },
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

    fn process(
        &mut self,
        executable: &Executable,
        cells: &BTreeSet<CellId>,
        order: u64,
    ) -> Result<Ended, CommandError> {
        let ids: Vec<String> = cells.iter().map(|cell| format!("{cell}\n")).collect();
        let input = ids.concat() + "\n";
        let mut environment = self.environment.clone();
        environment.push(("CONTEND_ORDER", order.to_string()));
        environment.extend(self.run.clone().map(|run| ("CONTEND_RUN", run)));
        let (began, budget) = (self.progress.began(), self.budget);
        let goes_on = || !progress::interrupted() && budget.is_none_or(|budget| began.elapsed() < budget);
        let question = Question {
            arguments: &["launch"],
            accepted: &[exit::OK, exit::WRONG_RESULT],
            own_group: true,
            environment: &environment,
            input: Some(Input { text: &input, goes_on: &goes_on }),
            ..Question::default()
        };
        let mut ended = Ended { measured: BTreeSet::new(), turns: Vec::new(), death: None };
        let outcome = executable.ask(&question, |heard| {
            if let Heard::Line(line) = heard {
                self.hear(decode("a line of a launch", line)?, &mut ended);
            }
            Ok(())
        });
        match outcome {
            Err(error @ (AskError::Died(_) | AskError::Io(_))) if !ended.turns.is_empty() => {
                ended.turns.retain(|cell| !ended.measured.contains(cell));
                ended.death = Some(error.to_string());
            }
            outcome => {
                if !matches!(executable.conclude(outcome)?, Conclusion::Whole(_)) {
                    ended = Ended { turns: Vec::new(), death: Some(String::new()), ..ended };
                }
            }
        }
        Ok(ended)
    }

    fn hear(&mut self, line: LaunchLine, ended: &mut Ended) {
        match line {
            LaunchLine::Joined { run, .. } => self.run = Some(run),
            LaunchLine::Begin { cells } => ended.turns = cells,
            LaunchLine::Measured(measured) => {
                if let Outcome::Faulty { .. } = measured.outcome {
                    self.faulty.insert(measured.cell.clone());
                }
                ended.measured.insert(measured.cell);
                self.done += 1;
                let (done, total) = (self.done, self.total);
                let left = self.progress.took().mul_f64(total.saturating_sub(done) as f64 / done as f64);
                self.progress.say(&format!("{done} of {total} measured, {} left", rough(left)));
            }
        }
    }
}
