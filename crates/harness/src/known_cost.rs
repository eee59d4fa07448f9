//! Contenders whose cost is known, for checking the engine with itself.
//!
//! If twice the work does not take twice the time, or a worker that does a third of the operations is not seen to do
//! a third, no other number of this machine can be believed either.

use crate::contender::{Admits, Contender, Contract, Setting, Workload};
use crate::suite::Suite;
use crate::trial::{Account, Trial, WrongResult};
use crate::work::work;
use crate::worker::Worker;
use std::time::Duration;

/// Work units of one operation of amount 1.
///
/// Chosen here because some hundred nanoseconds make the loop around them disappear.
pub const UNITS: u64 = 400;

/// Sleep of one operation of amount 1.
///
/// Chosen here because the wake-up, which comes on top, is then under 1 %.
pub const SLEEP: Duration = Duration::from_millis(10);

/// How many times slower than worker 0 the other workers of [`Unfair`] are.
pub const UNFAIRNESS: u64 = 3;

/// How much of it each operation does.
#[derive(Clone, Debug)]
pub struct Amount(
    /// Multiple of the contender's unit, at least 1.
    pub u64,
);

impl Workload for Amount {
    fn id(&self) -> String {
        format!("amount-{}", self.0)
    }

    fn question(&self) -> String {
        "Does the engine see what is known?".to_owned()
    }

    fn curated(&self) -> bool {
        true
    }
}

/// The contract of contenders of known cost.
#[derive(Debug)]
pub enum KnownCosts {}

impl Contract for KnownCosts {
    type Workload = Amount;
    const NAME: &'static str = "known costs";
}

/// Does one operation of a known cost.
pub trait KnownCost: Send + Sync + 'static {
    /// One operation of worker `worker`, which begins with what the one before gave: otherwise a core works on the end
    /// of one and the beginning of the next at once, and twice the work takes more than twice the time.
    fn operate(worker: usize, amount: u64, before: u64) -> u64;
}

/// Works all the time.
#[derive(Debug)]
pub enum Spinner {}

impl KnownCost for Spinner {
    fn operate(_worker: usize, amount: u64, before: u64) -> u64 {
        work(UNITS * amount, before)
    }
}

/// Sleeps all the time.
#[derive(Debug)]
pub enum Sleeper {}

impl KnownCost for Sleeper {
    fn operate(_worker: usize, amount: u64, before: u64) -> u64 {
        std::thread::sleep(SLEEP * u32::try_from(amount).unwrap_or(u32::MAX));
        before
    }
}

/// Works, all workers but the first more slowly.
#[derive(Debug)]
pub enum Unfair {}

impl KnownCost for Unfair {
    fn operate(worker: usize, amount: u64, before: u64) -> u64 {
        let factor = if worker == 0 { 1 } else { UNFAIRNESS };
        work(UNITS * amount * factor, before)
    }
}

impl<T: KnownCost> Admits<T> for KnownCosts {
    fn trial(workload: &Amount, _setting: &Setting) -> impl Trial {
        KnownCostTrial::<T> { amount: workload.0, cost: std::marker::PhantomData }
    }
}

struct KnownCostTrial<T> {
    amount: u64,
    cost: std::marker::PhantomData<T>,
}

impl<T: KnownCost> Trial for KnownCostTrial<T> {
    type Report = ();

    fn work(&self, worker: &mut Worker<'_>) {
        let index = worker.index();
        let mut state = 1;
        worker.measure(1, |_| {
            state = T::operate(index, self.amount, state);
            1
        });
    }

    fn check(&mut self, _accounts: &[Account<()>]) -> Result<(), WrongResult> {
        Ok(())
    }
}

/// The suite of known costs, in amounts 1 and 2.
pub fn suite() -> Suite {
    let rows = vec![
        Contender::<KnownCosts>::of::<Spinner>("spinner"),
        Contender::of::<Sleeper>("sleeper").blocks(),
        Contender::of::<Unfair>("unfair"),
    ];
    Suite::new("known-cost", "Do what is known to take k and 2k.", "")
        .family(vec![Amount(1), Amount(2)], rows)
}
