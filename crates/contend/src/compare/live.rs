//! Rounds on real processes.

use super::cells::Matched;
use super::pair::{self, Pair, PairFailure, PairPlan};
use super::rounds::{self, Bench, RoundsPlan, Subject, Task};
use super::served::Launch;
use crate::error::CommandError;
use crate::progress::{self, Progress};
use contend_protocol::CellId;
use std::collections::BTreeMap;
use std::time::Duration;

/// How a comparison is measured.
pub(crate) struct Live<'a> {
    pub(crate) cells: &'a [Matched],
    pub(crate) base_environment: &'a [(String, String)],
    pub(crate) head_environment: &'a [(String, String)],
    pub(crate) seed: u64,
    pub(crate) budget: Option<Duration>,
}

/// What was measured.
pub(crate) struct Measured {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) took: Duration,
    /// Whether the user's Ctrl-C left something open.
    pub(crate) interrupted: bool,
}

/// Rounds on real processes.
pub(crate) struct Processes<'a, K> {
    live: &'a Live<'a>,
    plan: RoundsPlan,
    cells: BTreeMap<&'a CellId, &'a Matched>,
    progress: Progress,
    keep: K,
    /// A pair could not be kept: more of them would be measured for nothing.
    full: bool,
}

impl<'a, K: FnMut(&Subject, &Pair) -> bool> Processes<'a, K> {
    /// Measuring begins now. `keep` is told each pair as it comes, and says whether to go on.
    pub(crate) fn new(live: &'a Live<'a>, keep: K) -> Self {
        Self {
            live,
            plan: RoundsPlan { seed: live.seed, budget: live.budget },
            cells: live.cells.iter().map(|cell| (&cell.entry.cell, cell)).collect(),
            progress: Progress::begin(),
            keep,
            full: false,
        }
    }

    /// Measures `tasks` until all are decided.
    pub(crate) fn measure(&mut self, tasks: Vec<Task>) -> Measured {
        let mut subjects: Vec<Subject> = tasks.into_iter().map(Subject::new).collect();
        let plan = self.plan;
        rounds::run(&mut subjects, plan, self);
        self.progress.clear();
        let interrupted = self.interrupted() && subjects.iter().any(|subject| subject.end.is_none());
        Measured { subjects, took: self.elapsed(), interrupted }
    }

    /// Says how far it is, not too often. Nothing is measured meanwhile.
    pub(crate) fn say(&mut self, progress: &str) {
        self.progress.say(progress);
    }

    /// # Errors
    /// [`CommandError::Interrupted`] once the user wants it to end.
    pub(crate) fn unless_interrupted(&self) -> Result<(), CommandError> {
        if self.interrupted() { Err(CommandError::Interrupted) } else { Ok(()) }
    }

    /// Time since measuring began.
    pub(crate) fn took(&self) -> Duration {
        self.progress.took()
    }
}

impl<K: FnMut(&Subject, &Pair) -> bool> Bench for Processes<'_, K> {
    fn pair(&mut self, subject: &Subject, plan: &PairPlan<'_>) -> Result<Pair, PairFailure> {
        let cell = self.cells[&subject.task.cell];
        let base = Launch { executable: &cell.base, environment: self.live.base_environment };
        let head = Launch { executable: &cell.head, environment: self.live.head_environment };
        let pair = pair::measure(&base, if subject.task.control { &base } else { &head }, plan)?;
        self.full |= !(self.keep)(subject, &pair);
        Ok(pair)
    }

    fn elapsed(&mut self) -> Duration {
        self.progress.took()
    }

    fn interrupted(&self) -> bool {
        self.full || progress::interrupted()
    }

    fn progress(&mut self, subjects: &[Subject]) {
        let now = self.elapsed();
        let decided = subjects.iter().filter(|subject| subject.end.is_some()).count();
        let left = rounds::time_left(subjects, self.plan, now).as_secs();
        self.say(&format!("{decided} of {} cells decided, about {left} s left", subjects.len()));
    }
}
