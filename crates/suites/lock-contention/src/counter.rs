//! The contract of counters: every thread adds one, none gets lost.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult};
use crossbeam_utils::CachePadded;

/// Increments per look at the stop flag.
const STRIDE: u64 = 64;

/// A number that threads add to.
pub trait Counter: Send + Sync + 'static {
    /// What one thread adds through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// A counter at 0 for `threads` threads.
    fn new(threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Adds one. This is what is measured.
    fn add_one(handle: &mut Self::Handle<'_>);

    /// The sum of all that was added. Called when no handle is alive.
    fn total(&self) -> u64;
}

/// Every thread increments, all the time.
#[derive(Clone, Debug)]
pub struct Increments;

impl Workload for Increments {
    fn id(&self) -> String {
        "counter-increment".to_owned()
    }

    fn question(&self) -> String {
        "What does it cost to count an event that every thread counts?".to_owned()
    }

    fn curated(&self) -> bool {
        true
    }
}

/// The contract of types with [`Counter`].
#[derive(Debug)]
pub enum Counters {}

impl Contract for Counters {
    type Workload = Increments;
    const NAME: &'static str = "counters";
}

impl<T: Counter> Admits<T> for Counters {
    fn trial(_workload: &Increments, setting: &Setting) -> impl Trial {
        CounterTrial { counter: CachePadded::new(T::new(setting.threads)), expected: 0 }
    }
}

struct CounterTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    counter: CachePadded<T>,
    expected: u64,
}

impl<T: Counter> Trial for CounterTrial<T> {
    type Report = ();

    fn work(&self, worker: &mut Worker<'_>) {
        let mut handle = self.counter.handle(worker.index());
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                T::add_one(&mut handle);
            }
            STRIDE
        });
    }

    fn check(&mut self, accounts: &[Account<()>]) -> Result<(), WrongResult> {
        self.expected += accounts.iter().map(|account| account.ops).sum::<u64>();
        WrongResult::unless_equal("sum of all increments", self.expected, self.counter.total())
    }
}
