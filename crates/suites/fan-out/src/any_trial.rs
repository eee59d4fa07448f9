//! Trials of several types as one: a workload is a value, and says which trial it is when the trial is made.

use contend_harness::{Account, Observation, Trial, Worker, WrongResult};

/// A trial whose type depends on its workload. One more virtual call per worker and slice, none per operation.
pub(crate) struct AnyTrial<R>(Box<dyn Trial<Report = R>>);

impl<R: Send + 'static> AnyTrial<R> {
    pub(crate) fn of(trial: impl Trial<Report = R>) -> Self {
        Self(Box::new(trial))
    }
}

impl<R: Send + 'static> Trial for AnyTrial<R> {
    type Report = R;

    fn prepare(&mut self, share: u64) -> u64 {
        self.0.prepare(share)
    }

    fn work(&self, worker: &mut Worker<'_>) -> R {
        self.0.work(worker)
    }

    fn check(&mut self, accounts: &[Account<R>]) -> Result<(), WrongResult> {
        self.0.check(accounts)
    }

    fn observe(&self) -> Observation {
        self.0.observe()
    }
}
