//! One cell under criterion: from criterion's calls to slices, and from slices to a record.

use crate::plan::CellPlan;
use crate::settings::Settings;
use contend_harness::{Cell, Failure, Handicap, Limits, Observation, Session, Share, Slice};
use contend_protocol::sample::{CellRecord, Fault, Observed, Outcome, Slices};
use contend_record::environment::now_unix_ms;
use contend_stats::{figures, order};
use std::time::Duration;

/// Shortest window that `--quick` keeps, in nanoseconds: its first calls are a few operations long.
const MIN_QUICK_WINDOW_NS: u64 = 1_000_000;

/// Most slices of one call.
///
/// Chosen here because `--quick` doubles its calls without end where a workload bounds its slices.
const MAX_SLICES_PER_CALL: usize = 32;

/// Pause instead of a warm-up slice that can no longer be run: criterion plans by the time that calls take, and would
/// ask for more and more.
const PAUSE: Duration = Duration::from_millis(10);

/// How slices are judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rigour {
    /// Criterion warms up, then asks for equal slices; those must be valid.
    Measure,
    /// Every slice must be valid: `--quick` has no warm-up.
    Quick,
    /// Slices are run, not measured: `--test`, `--profile-time`.
    Run,
}

/// One cell while criterion calls it.
#[derive(Debug)]
pub(crate) struct CellRun<'a> {
    cell: &'a Cell,
    settings: &'a Settings,
    plan: CellPlan,
    rigour: Rigour,
    session: Option<Session>,
    slices: Vec<Slice>,
    /// Where in `slices` the slices of each judged call begin.
    calls: Vec<usize>,
    last_iterations: u64,
    failure: Option<Failure>,
    started_unix_ms: u64,
}

impl<'a> CellRun<'a> {
    pub(crate) fn new(cell: &'a Cell, settings: &'a Settings, plan: CellPlan, rigour: Rigour) -> Self {
        Self {
            cell,
            settings,
            plan,
            rigour,
            session: None,
            slices: Vec::new(),
            calls: Vec::new(),
            last_iterations: 0,
            failure: None,
            started_unix_ms: now_unix_ms(),
        }
    }

    /// Makes the contender, so that criterion does not take the time for a call's.
    pub(crate) fn prepare(&mut self) {
        let limits = Limits {
            hang_bound: self.settings.hang_bound,
            max_repeats: u32::try_from(self.plan.slices).unwrap_or(u32::MAX),
            window: self.plan.window(),
        };
        let mut session = Session::new(self.cell, self.settings.seed, &self.settings.cores, limits);
        session.set_handicap(self.settings.handicap);
        self.session = Some(session);
    }

    /// What criterion's `iter_custom` asks: the time of `iterations` operations. They are one slice, or several where
    /// the workload bounds its slices. Zero makes criterion drop the cell, which is what becomes of one without a number.
    pub(crate) fn call(&mut self, iterations: u64) -> Duration {
        // Source: `Routine::warm_up` of criterion 0.8.2: 1, 2, 4, ... until the time is up. Then all calls are equal, and of one
        // operation each where the warm-up found them slow.
        let doubling = match self.last_iterations {
            0 => iterations == 1,
            last => iterations == last.wrapping_mul(2),
        };
        self.last_iterations = iterations;
        if self.failure.is_none() {
            match self.time_per_op_ns(iterations.max(1), doubling) {
                Ok(per_op_ns) => return duration_of(per_op_ns * iterations as f64),
                Err(failure) => self.failure = Some(failure),
            }
        }
        if doubling {
            std::thread::sleep(PAUSE);
        }
        Duration::ZERO
    }

    /// What the contender did wrong, if anything.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        match &self.failure {
            Some(Failure::Fault(fault)) => Some(fault),
            _ => None,
        }
    }

    /// Why the workers could not be held on their cores, if so.
    pub(crate) fn pin_error(&self) -> Option<&str> {
        self.session.as_ref()?.pin_error()
    }

    /// The cell's line.
    /// The cell gets no number, because a process before this one ended in it.
    pub(crate) fn bury(&mut self, death: String) {
        self.failure = Some(Failure::Fault(Fault::Panicked { message: death }));
    }

    pub(crate) fn record(&self, launch: u32) -> CellRecord {
        let session = self.session.as_ref();
        let whole = session.map_or(Ok(()), Session::verdict).err();
        let outcome = outcome_of(self.failure.clone().or(whole));
        let kept = if outcome == Outcome::Measured { self.kept() } else { &[] };
        let observation = session.map(Session::observation).unwrap_or_default();
        CellRecord {
            cell: self.cell.id().clone(),
            launch,
            started_unix_ms: self.started_unix_ms,
            outcome,
            version: version_with(self.cell.version(), self.settings.handicap),
            definition: self.cell.definition_hash(),
            seed: self.settings.seed,
            oversubscribed: self.settings.cores.oversubscribed_by(self.cell.id().threads()),
            blocks: self.cell.blocks(),
            pinned: session.is_some_and(|session| !session.oversubscribed() && session.pin_error().is_none()),
            repeated: session.map_or(0, Session::repeated),
            others_cpu_permille: session.and_then(Session::others_cpu_permille),
            observed: observed_of(&observation),
            slices: columns_of(kept),
        }
    }

    /// Median over the slices that it takes to do `iterations` operations.
    fn time_per_op_ns(&mut self, iterations: u64, doubling: bool) -> Result<f64, Failure> {
        let judged = match self.rigour {
            Rigour::Measure => !doubling,
            Rigour::Quick => true,
            Rigour::Run => false,
        };
        if judged {
            self.calls.push(self.slices.len());
        }
        let (mut done, mut times) = (0, Vec::new());
        while done < iterations && times.len() < MAX_SLICES_PER_CALL {
            let slice = self.slice(iterations - done, judged)?;
            done += slice.completed.div_ceil(slice.ops.len().max(1) as u64).max(1);
            times.push(time_per_op_ns(&slice));
            let patience = self.session.as_ref().map_or(Duration::ZERO, Session::patience);
            // One that had to be ended says how slow they are; the next would take as long.
            if u128::from(slice.window_ns) >= patience.as_nanos() {
                break;
            }
        }
        Ok(order::median(&times).unwrap_or(0.0))
    }

    fn slice(&mut self, share: u64, judged: bool) -> Result<Slice, Failure> {
        if self.session.is_none() {
            self.prepare();
        }
        let session = self.session.as_mut().expect("it was just made");
        if !judged {
            return session.rough_slice(share);
        }
        let slice = session.slice(share)?;
        self.slices.push(slice.clone());
        Ok(slice)
    }

    /// The slices that count: those criterion took as its samples, or with `--quick` those that were long enough.
    fn kept(&self) -> &[Slice] {
        let first = match self.rigour {
            Rigour::Quick => {
                let short = |slice: &&Slice| slice.window_ns < MIN_QUICK_WINDOW_NS;
                self.slices.iter().take_while(short).count().min(self.slices.len().saturating_sub(2))
            }
            _ => {
                let first_call = self.calls.len().saturating_sub(self.plan.slices);
                self.calls.get(first_call).copied().unwrap_or(0)
            }
        };
        &self.slices[first..]
    }
}

/// A slowed-down contender is no longer what its version says, and every table shows that.
pub(crate) fn version_with(version: &str, handicap: Handicap) -> String {
    match handicap.parts() {
        0 => version.to_owned(),
        parts => format!("{version}, slowed down by {parts}/65536 work units per step"),
    }
}

fn time_per_op_ns(slice: &Slice) -> f64 {
    let ops: Vec<f64> = slice.ops.iter().map(|ops| *ops as f64).collect();
    // No operation inside the window happens in the first calls only, which nobody keeps.
    figures::time_per_op_ns(slice.window_ns as f64, &ops).unwrap_or(slice.window_ns as f64)
}

/// Never zero, which stands for no number.
fn duration_of(ns: f64) -> Duration {
    Duration::try_from_secs_f64(ns / 1e9).unwrap_or(Duration::MAX).max(Duration::from_nanos(1))
}

pub(crate) fn outcome_of(failure: Option<Failure>) -> Outcome {
    match failure {
        None => Outcome::Measured,
        Some(Failure::NotMeasurable(reason)) => Outcome::NotMeasurable { reason },
        Some(Failure::Fault(fault)) => Outcome::Faulty { fault },
    }
}

pub(crate) fn observed_of(observation: &Observation) -> Option<Observed> {
    let share = |share: Option<Share>| share.and_then(|share| share.permille());
    let observed = Observed {
        write_permille: share(observation.writes),
        hit_permille: share(observation.hits),
        overlap_permille: observation.overlap_permille,
    };
    let nothing = Observed { write_permille: None, hit_permille: None, overlap_permille: None };
    (observed != nothing).then_some(observed)
}

pub(crate) fn columns_of(slices: &[Slice]) -> Slices {
    let known = |figure: fn(&Slice) -> Option<u64>| slices.iter().map(figure).collect::<Option<Vec<u64>>>();
    let figures = |figure: fn(&Slice) -> u64| slices.iter().map(figure).collect();
    Slices {
        window_ns: figures(|slice| slice.window_ns),
        ops: slices.iter().map(|slice| slice.ops.clone()).collect(),
        cpu_ns: known(|slice| slice.cpu_ns),
        run_delay_ns: known(|slice| slice.run_delay_ns),
        voluntary_switches: known(|slice| slice.voluntary_switches),
        involuntary_switches: known(|slice| slice.involuntary_switches),
        minor_faults: known(|slice| slice.minor_faults),
        failed_attempts: figures(|slice| slice.failed_attempts),
        skew_ns: figures(|slice| slice.skew_ns),
        overhang_ns: figures(|slice| slice.overhang_ns),
    }
}
