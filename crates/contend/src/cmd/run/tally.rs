//! How the cells of a run have ended so far.

use contend_protocol::CellId;
use contend_protocol::sample::Outcome;
use contend_record::Run;
use std::collections::{BTreeMap, BTreeSet};

/// How often each cell has a number, and which need no more: what a contender did wrong is wrong, whatever other launches gave.
///
/// A launch in which a cell was not measurable counts for nothing: it is what more launches are for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Tally {
    measured: BTreeMap<CellId, u32>,
    faulty: BTreeSet<CellId>,
}

impl Tally {
    /// Of a run that is saved.
    pub(super) fn of(run: &Run) -> Self {
        let mut tally = Self::default();
        run.records.iter().for_each(|record| tally.add(&record.cell, &record.outcome));
        tally
    }

    /// A launch of the cell has ended so.
    pub(super) fn add(&mut self, cell: &CellId, outcome: &Outcome) {
        match outcome {
            Outcome::Measured => *self.measured.entry(cell.clone()).or_insert(0) += 1,
            Outcome::NotMeasurable { .. } => {}
            Outcome::Faulty { .. } => {
                self.faulty.insert(cell.clone());
            }
        }
    }

    /// In how many launches the cell has a number.
    pub(super) fn measured(&self, cell: &CellId) -> u32 {
        self.measured.get(cell).copied().unwrap_or(0)
    }

    /// Whether its contender did something wrong.
    pub(super) fn is_faulty(&self, cell: &CellId) -> bool {
        self.faulty.contains(cell)
    }
}
