//! The contract of statistics: three fields of one request, recorded by every thread.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;

/// Requests per look at the stop flag.
const STRIDE: u64 = stride(64);

/// The fields that a request adds to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Requests.
    pub requests: u64,
    /// Requests that hit.
    pub hits: u64,
    /// Bytes of all requests.
    pub bytes: u64,
}

impl Totals {
    /// Adds one request.
    #[inline(always)]
    pub fn add(&mut self, bytes: u64, hit: bool) {
        self.requests += 1;
        self.hits += u64::from(hit);
        self.bytes += bytes;
    }

    /// Adds what another thread recorded.
    pub fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.hits += other.hits;
        self.bytes += other.bytes;
    }
}

/// Fields that threads add to and that are read now and then.
pub trait Statistics: Send + Sync + 'static {
    /// What one thread records through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// Fields at 0, for `threads` threads.
    fn new(threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Records one request. This is what is measured.
    fn record(handle: &mut Self::Handle<'_>, bytes: u64, hit: bool);

    /// The sums of all that was recorded. Called when no handle is alive.
    fn totals(&self) -> Totals;
}

/// Every thread records one request after the other: three fields each.
#[derive(Clone, Debug)]
pub struct WholeRequest;

impl Workload for WholeRequest {
    fn id(&self) -> String {
        "statistics-record".to_owned()
    }

    fn question(&self) -> String {
        "What does it cost to record a request's statistics: one mutex, atomics, or a copy per thread?"
            .to_owned()
    }

    fn analysis(&self) -> &'static str {
        "What a request counts: itself, its hit, its bytes. One mutex around all three, atomics beside each other, atomics on cache \
         lines of their own, or a copy for each thread. The articles say six times for the step from the mutex to atomics: this is that \
         step here. Atomics give up that the three numbers belong together."
    }

    fn curated(&self) -> bool {
        true
    }
}

/// The contract of types with [`Statistics`].
#[derive(Debug)]
pub enum StatisticsFields {}

impl Contract for StatisticsFields {
    type Workload = WholeRequest;
    const NAME: &'static str = "statistics";
    const GUARANTEES: &'static str = "no request, hit or byte is lost";
}

impl<T: Statistics> Admits<T> for StatisticsFields {
    fn trial(_workload: &WholeRequest, setting: &Setting) -> impl Trial {
        StatisticsTrial { statistics: CachePadded::new(T::new(setting.threads)), expected: Totals::default() }
    }
}

struct StatisticsTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    statistics: CachePadded<T>,
    expected: Totals,
}

/// Bytes of request `number`, and whether it hit: any fixed pattern that a model can repeat.
#[inline(always)]
fn request(number: u64) -> (u64, bool) {
    (number & 0xff, number & 3 != 0)
}

impl<T: Statistics> Trial for StatisticsTrial<T> {
    type Report = ();

    fn work(&self, worker: &mut Worker<'_>) {
        let mut handle = self.statistics.handle(worker.index());
        worker.measure(STRIDE, |first| {
            for number in first..first + STRIDE {
                let (bytes, hit) = request(number);
                T::record(&mut handle, bytes, hit);
            }
            STRIDE
        });
    }

    fn check(&mut self, accounts: &[Account<()>]) -> Result<(), WrongResult> {
        for account in accounts {
            self.expected.merge(totals_of(account.ops));
        }
        let found = self.statistics.totals();
        WrongResult::unless_equal("requests", self.expected.requests, found.requests)?;
        WrongResult::unless_equal("hits", self.expected.hits, found.hits)?;
        WrongResult::unless_equal("bytes", self.expected.bytes, found.bytes)
    }
}

/// What `ops` requests add up to. The pattern repeats after 256, and operations come in strides of 64.
fn totals_of(ops: u64) -> Totals {
    let sum_of = |requests: u64| {
        let mut totals = Totals::default();
        for number in 0..requests {
            let (bytes, hit) = request(number);
            totals.add(bytes, hit);
        }
        totals
    };
    let (whole, mut totals) = (sum_of(256), sum_of(ops % 256));
    let times = ops / 256;
    totals.merge(Totals {
        requests: whole.requests * times,
        hits: whole.hits * times,
        bytes: whole.bytes * times,
    });
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_adds_up() {
        let mut expected = Totals::default();
        for number in 0..1000 {
            let (bytes, hit) = request(number);
            expected.add(bytes, hit);
        }
        assert_eq!(totals_of(1000), expected);
    }
}
