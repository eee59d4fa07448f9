//! What the engine asks of one contender in one workload.

use crate::worker::Worker;
use std::sync::{Arc, Mutex, PoisonError};

/// What a contender's counts, sums or contents should have been, and were.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct WrongResult {
    message: String,
}

impl WrongResult {
    /// Names the difference, such as "the counter shows 999 after 1000 increments".
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// An error unless `found` is `expected`; `what` names the figure.
    ///
    /// # Errors
    /// A [`WrongResult`] with both figures.
    pub fn unless_equal(what: &str, expected: u64, found: u64) -> Result<(), Self> {
        if expected == found {
            return Ok(());
        }
        Err(Self::new(format!("{what}: expected {expected}, found {found}")))
    }
}

/// What one worker did in one slice, as the check sees it.
#[derive(Clone, Debug)]
pub struct Account<R> {
    /// Operations that the worker completed, inside and after the window.
    pub ops: u64,
    /// What it brought back.
    pub report: R,
}

/// What the inputs of a trial really were. A share is in thousandths.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Observation {
    /// Operations that write: what the workload wants, and what the slices did.
    pub writes: Option<Share>,
    /// Lookups that found their key.
    pub hits: Option<Share>,
    /// Accesses to a key that another worker's tape accesses too, in thousandths of all.
    pub overlap_permille: Option<u32>,
}

/// A share that was wanted, and counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share {
    /// What the workload says, in thousandths.
    pub target_permille: u32,
    /// Counted events.
    pub count: u64,
    /// Out of so many.
    pub of: u64,
}

impl Share {
    /// The counted share in thousandths, rounded; `None` out of nothing.
    pub fn permille(&self) -> Option<u32> {
        let of = u128::from(self.of);
        let rounded = (u128::from(self.count) * 1000 + of / 2).checked_div(of)?;
        u32::try_from(rounded).ok()
    }

    /// Adds another count of the same share.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.of += other.of;
    }
}

/// One contender in one workload at one thread count, made anew for each cell.
///
/// The engine calls `prepare`, then `work` on every worker at once, then `check`, for each slice. Only what `work`
/// does inside [`Worker::measure`] is on the clock; construction, prefilling, checking and dropping are not.
pub trait Trial: Send + Sync + 'static {
    /// What one worker brings back from one slice: counts, sums, what `check` needs.
    type Report: Send + 'static;

    /// Makes the state ready for a slice of `share` operations per worker, and returns the share to measure, which is
    /// smaller where the workload bounds what one slice may add.
    fn prepare(&mut self, share: u64) -> u64 {
        share
    }

    /// One worker's slice. It must call [`Worker::measure`] or [`Worker::assist`] exactly once.
    fn work(&self, worker: &mut Worker<'_>) -> Self::Report;

    /// Compares the state with a model after the clock has stopped, and restores what the slice changed. `accounts`
    /// has one entry per worker, by index.
    ///
    /// # Errors
    /// A [`WrongResult`] that names what differs.
    fn check(&mut self, accounts: &[Account<Self::Report>]) -> Result<(), WrongResult>;

    /// What the inputs of the last slice were, for [`Observation`].
    fn observe(&self) -> Observation {
        Observation::default()
    }
}

/// A [`Trial`] whose types the engine need not know. One virtual call per worker and slice, none per operation.
pub(crate) trait ErasedTrial: Send + Sync {
    fn prepare(&mut self, share: u64) -> u64;
    fn work(&self, worker: &mut Worker<'_>);
    fn check(&mut self, ops: &[u64]) -> Result<(), WrongResult>;
    fn observe(&self) -> Observation;
}

/// A trial that is ready for the engine.
pub struct Prepared(pub(crate) Arc<dyn ErasedTrial>);

impl Prepared {
    /// Hides the types of `trial`, for `threads` workers.
    pub fn new<T: Trial>(trial: T, threads: usize) -> Self {
        let reports = (0..threads).map(|_| Mutex::new(None)).collect();
        Self(Arc::new(WithReports { trial, reports }))
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

struct WithReports<T: Trial> {
    trial: T,
    reports: Vec<Mutex<Option<T::Report>>>,
}

impl<T: Trial> ErasedTrial for WithReports<T> {
    fn prepare(&mut self, share: u64) -> u64 {
        self.trial.prepare(share)
    }

    fn work(&self, worker: &mut Worker<'_>) {
        let report = self.trial.work(worker);
        *self.reports[worker.index()].lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    fn check(&mut self, ops: &[u64]) -> Result<(), WrongResult> {
        let reports =
            self.reports.iter_mut().map(|slot| slot.get_mut().unwrap_or_else(PoisonError::into_inner));
        let accounts: Option<Vec<_>> =
            reports.zip(ops).map(|(slot, ops)| Some(Account { ops: *ops, report: slot.take()? })).collect();
        let accounts = accounts.ok_or_else(|| WrongResult::new("a worker brought no report back"))?;
        self.trial.check(&accounts)
    }

    fn observe(&self) -> Observation {
        self.trial.observe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: u64, of: u64, expected: Option<u32>) {
        assert_eq!(Share { target_permille: 0, count, of }.permille(), expected);
    }

    #[test]
    fn shares_are_rounded_thousandths() {
        check(1, 3, Some(333));
        check(2, 3, Some(667));
        check(u64::MAX, u64::MAX, Some(1000));
        check(0, 0, None);
    }

    #[test]
    fn a_difference_is_named_with_both_figures() {
        assert_eq!(WrongResult::unless_equal("sum", 2, 2), Ok(()));
        let error = WrongResult::unless_equal("sum", 2, 1).unwrap_err();
        assert_eq!(error.to_string(), "sum: expected 2, found 1");
    }
}
