//! One pair: a launch of each side, alive together, taking turns. The unit of replication.
//!
//! ```text
//! base  ── prepare ── warm-up ── A ─────── A ── A ─────── A ── conclude
//! head  ── prepare ── warm-up ───── B ─ B ───────── B ─ B ──── conclude      only one side runs at a time
//! ```

use super::served::{Failure, Launch, Served};
use contend_protocol::CellId;
use contend_protocol::serve::{Prepared, ServedSlice};
use contend_stats::pair::log_ratio;
use contend_stats::{figures, order};

/// Time that each side works before its first slice counts, in nanoseconds.
///
/// Source: after 20 ms the first sample of a scalar cell is off by at most 0.3 %, of a contended one by 0.8 %
/// (measured on a shared two-core machine).
const WARM_UP_NS: u64 = 20_000_000;

/// The same for placed cells, whose slices are all warmed up: enough to find how long they have to be.
const PLACED_WARM_UP_NS: u64 = 5_000_000;

/// Window that a slice aims at, in nanoseconds.
///
/// Source: at 1.5 ms the ratio of two slices that take turns spreads by 0.7 to 2.5 % on scalar cells, and most slices fall
/// between two disturbances (measured on a shared two-core machine).
const WINDOW_NS: f64 = 1_500_000.0;

/// Turns of a placed cell after which both sides are made anew, so that one pair samples several places in memory.
///
/// Chosen here because, of 16 turns, 4 places gave the least scatter for the time: made anew at each turn they took a third
/// longer for the same scatter, and 2 places scattered by a quarter more (measured on a shared two-core machine).
const TURNS_PER_PLACE: usize = 4;

/// Slices that warm a side up, at most: workloads that bound their slices never reach the time.
const MAX_WARM_UP_SLICES: usize = 40;

/// Which of two sides, or of two launches of one side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    /// What is compared with.
    Base,
    /// What is judged.
    Head,
}

impl Which {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Base => Self::Head,
            Self::Head => Self::Base,
        }
    }
}

/// What is asked of a pair.
#[derive(Clone, Debug)]
pub(crate) struct PairPlan<'a> {
    pub(crate) cell: &'a CellId,
    pub(crate) seed: u64,
    /// Known slow-down of head, in 65,536ths of a work unit per step; 0 is none.
    pub(crate) handicap: u64,
    /// Slices of each side.
    pub(crate) slices: usize,
    /// Operations of each worker in a slice of either side, once a pair before has found how many.
    pub(crate) share: Option<u64>,
    /// Which side is started and measured first.
    pub(crate) first: Which,
}

/// What a pair gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    /// Median over the slice pairs of ln(head / base).
    pub(crate) log_ratio: f64,
    /// Median time per operation, in nanoseconds.
    pub(crate) base_ns: f64,
    pub(crate) head_ns: f64,
    /// Which side was started and measured first.
    pub(crate) base_first: bool,
    /// Operations of each worker in a slice.
    pub(crate) share: u64,
    /// Clean slices of each side.
    pub(crate) slices: usize,
    /// Slices of both sides that were measured again.
    pub(crate) repeated: u64,
}

/// Why there is no pair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PairFailure {
    /// A side failed.
    Side(Which, Failure),
    /// Fewer than half of the slices were clean; what disturbed the last one, and how many slices were measured again.
    Disturbed {
        /// What was seen.
        reason: String,
        /// Slices that were measured again.
        repeated: u64,
    },
}

/// Measures one pair.
pub(crate) fn measure(
    base: &Launch<'_>,
    head: &Launch<'_>,
    plan: &PairPlan<'_>,
) -> Result<Pair, PairFailure> {
    let mut sides = Sides::start(base, head, plan)?;
    let share = sides.warm_up(plan)?;
    let mut slices = sides.take_turns(plan, share)?;
    // A pair that is half made of what the machine left over says more about the machine.
    if slices.base.len() * 2 < plan.slices {
        let reason = slices.disturbance();
        return Err(PairFailure::Disturbed { reason, repeated: slices.repeated });
    }
    sides.conclude()?;
    slices.pair(plan.first, share).ok_or_else(|| PairFailure::Disturbed {
        reason: "no slice completed an operation".to_owned(),
        repeated: slices.repeated,
    })
}

/// Both processes.
struct Sides {
    base: Served,
    head: Served,
    prepared: Prepared,
}

/// Times per operation of the clean slices, in nanoseconds: entry i of both was measured in turns.
#[derive(Debug, Default)]
struct Slices {
    base: Vec<f64>,
    head: Vec<f64>,
    repeated: u64,
    /// Why the last slice that was measured again was.
    disturbed: Option<String>,
    /// Turns in which the slice of base was disturbed, and of head.
    disturbed_turns: [u32; 2],
}

impl Sides {
    fn start(base: &Launch<'_>, head: &Launch<'_>, plan: &PairPlan<'_>) -> Result<Self, PairFailure> {
        let ready = |which: Which| {
            let (launch, handicap) = match which {
                Which::Base => (base, 0),
                Which::Head => (head, plan.handicap),
            };
            let start = || {
                let mut served = Served::start(launch)?;
                let prepared = served.prepare(plan.cell, plan.seed, handicap)?;
                Ok((served, prepared))
            };
            start().map_err(|failure| PairFailure::Side(which, failure))
        };
        let (one, prepared) = ready(plan.first)?;
        let (other, _) = ready(plan.first.other())?;
        Ok(match plan.first {
            Which::Base => Self { base: one, head: other, prepared },
            Which::Head => Self { base: other, head: one, prepared },
        })
    }

    /// Warms both up, and says how many operations a slice has: what base needs for the window, so that both sides do the
    /// same work.
    fn warm_up(&mut self, plan: &PairPlan<'_>) -> Result<u64, PairFailure> {
        let found = self.warm_side_up(Which::Base, plan.share)?;
        let share = plan.share.unwrap_or(found);
        self.warm_side_up(Which::Head, Some(share))?;
        Ok(share)
    }

    fn warm_side_up(&mut self, which: Which, share: Option<u64>) -> Result<u64, PairFailure> {
        let enough_ns = if self.prepared.placed { PLACED_WARM_UP_NS } else { WARM_UP_NS };
        let mut next = share.unwrap_or(1);
        let mut worked_ns = 0;
        for _ in 0..MAX_WARM_UP_SLICES {
            let slice = self.slice(which, next, false)?;
            worked_ns += slice.window_ns;
            if worked_ns >= enough_ns {
                break;
            }
            if share.is_none() {
                next = share_for(next, slice.window_ns, WINDOW_NS);
            }
        }
        Ok(next)
    }

    /// Slices in turns, ABBA or BAAB, until there are enough clean ones or too many were disturbed.
    fn take_turns(&mut self, plan: &PairPlan<'_>, share: u64) -> Result<Slices, PairFailure> {
        let mut slices = Slices::default();
        for turn in 0..2 * plan.slices {
            if slices.base.len() == plan.slices {
                break;
            }
            let first = if turn % 2 == 0 { plan.first } else { plan.first.other() };
            let one = self.warm_slice(first, share, turn)?;
            let other = self.warm_slice(first.other(), share, turn)?;
            match first {
                Which::Base => slices.add(one, other),
                Which::Head => slices.add(other, one),
            }
        }
        Ok(slices)
    }

    /// A slice in warm caches. The memory of a placed cell fills them, so the other side's slices leave nothing of it there:
    /// without a slice before that does not count, its pairs scatter three times as widely.
    fn warm_slice(&mut self, which: Which, share: u64, turn: usize) -> Result<ServedSlice, PairFailure> {
        if self.prepared.placed {
            self.slice(which, share, turn.is_multiple_of(TURNS_PER_PLACE))?;
        }
        self.slice(which, share, false)
    }

    fn slice(&mut self, which: Which, share: u64, rebuild: bool) -> Result<ServedSlice, PairFailure> {
        let side = match which {
            Which::Base => &mut self.base,
            Which::Head => &mut self.head,
        };
        side.slice(share, rebuild).map_err(|failure| PairFailure::Side(which, failure))
    }

    fn conclude(&mut self) -> Result<(), PairFailure> {
        self.base.conclude().map_err(|failure| PairFailure::Side(Which::Base, failure))?;
        self.head.conclude().map_err(|failure| PairFailure::Side(Which::Head, failure))
    }
}

impl Slices {
    /// Keeps two slices that were measured in turns, or neither.
    fn add(&mut self, base: ServedSlice, head: ServedSlice) {
        let times = time_per_op_ns(&base).zip(time_per_op_ns(&head));
        for (turns, slice) in self.disturbed_turns.iter_mut().zip([&base, &head]) {
            *turns += u32::from(slice.disturbed.is_some());
        }
        match (base.disturbed.or(head.disturbed), times) {
            (None, Some((base_ns, head_ns))) => {
                self.base.push(base_ns);
                self.head.push(head_ns);
            }
            (disturbed, _) => {
                self.repeated += 2;
                self.disturbed = disturbed.or(Some("no operation was completed in the window".to_owned()));
            }
        }
    }

    /// What disturbed the last slice, and that it was one side only: other programs do not choose, a change may.
    fn disturbance(&mut self) -> String {
        let reason = self.disturbed.take().unwrap_or_default();
        match self.disturbed_turns {
            [0, head] if head > 0 => format!("in head only: {reason}"),
            [base, 0] if base > 0 => format!("in base only: {reason}"),
            _ => reason,
        }
    }

    fn pair(&self, first: Which, share: u64) -> Option<Pair> {
        Some(Pair {
            log_ratio: log_ratio(&self.base, &self.head)?,
            base_ns: order::median(&self.base)?,
            head_ns: order::median(&self.head)?,
            base_first: first == Which::Base,
            share,
            slices: self.base.len(),
            repeated: self.repeated,
        })
    }
}

fn time_per_op_ns(slice: &ServedSlice) -> Option<f64> {
    let ops: Vec<f64> = slice.ops.iter().map(|ops| *ops as f64).collect();
    figures::time_per_op_ns(slice.window_ns as f64, &ops)
}

/// Operations whose window is as long as wanted, after `share` took `window_ns`.
fn share_for(share: u64, window_ns: u64, aim_ns: f64) -> u64 {
    // A very short window is one in which the threads hardly met: it says little about the pace.
    let factor = (aim_ns / window_ns.max(1) as f64).clamp(1.0 / 32.0, 32.0);
    ((share as f64 * factor) as u64).max(1)
}
