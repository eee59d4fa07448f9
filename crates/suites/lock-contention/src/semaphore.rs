//! The contract of semaphores: so many may be inside at once, and the others wait.

use contend_harness::{
    Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride, work,
};
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entries per look at the stop flag.
const STRIDE: u64 = stride(2);

/// Permits, of which everybody who is inside holds one.
pub trait Semaphore: Send + Sync + 'static {
    /// A semaphore with `permits` free permits.
    fn new(permits: usize) -> Self;

    /// Waits for a permit, runs `inside`, gives the permit back. This is what is measured.
    fn with_permit(&self, inside: impl FnOnce());

    /// Why this cannot do `workload` with `threads` threads, if so.
    fn refusal(_workload: &Bulkhead, _threads: usize) -> Option<&'static str> {
        None
    }
}

/// Every thread works inside, all the time, as far as there are permits.
#[derive(Clone, Debug)]
pub struct Bulkhead {
    permits: usize,
    /// Work units of each who is inside.
    inside: u64,
}

impl Bulkhead {
    /// Two permits: all threads find one up to two threads, and wait for one from three on. And a single permit.
    pub fn all() -> Vec<Self> {
        [2, 1].map(|permits| Self { permits, inside: 100 }).to_vec()
    }

    /// How many may be inside at once.
    pub fn permits(&self) -> usize {
        self.permits
    }
}

impl Workload for Bulkhead {
    fn id(&self) -> String {
        format!("bulkhead-{}-of-n", self.permits)
    }

    fn question(&self) -> String {
        format!(
            "What does it cost to let {} of the threads in at a time, for {} work units each?",
            self.permits, self.inside
        )
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Semaphore`].
#[derive(Debug)]
pub enum Semaphores {}

impl Contract for Semaphores {
    type Workload = Bulkhead;
    const NAME: &'static str = "semaphores";
    const GUARANTEES: &'static str =
        "never more threads are inside than there are permits, and every entry is counted";
}

impl<T: Semaphore> Admits<T> for Semaphores {
    fn trial(workload: &Bulkhead, _setting: &Setting) -> impl Trial {
        BulkheadTrial {
            semaphore: CachePadded::new(T::new(workload.permits)),
            census: CachePadded::new(Census::default()),
            bulkhead: workload.clone(),
            expected: 0,
        }
    }

    fn refusal_of(workload: &Bulkhead, threads: usize) -> Option<&'static str> {
        T::refusal(workload, threads)
    }
}

/// Who is inside now, and how many ever were, in one word: counting costs two instructions, whoever is measured.
#[derive(Default)]
struct Census(AtomicU64);

/// One entry, and one who is inside.
const ENTRY: u64 = (1 << BITS_INSIDE) + 1;

/// For those who are inside; the other bits count entries.
const BITS_INSIDE: u32 = 16;

impl Census {
    /// Counts one who enters, and returns how many are inside with it.
    #[inline(always)]
    fn enter(&self) -> u64 {
        // Relaxed: who releases a permit has left before, for him who gets it next, as the semaphore orders both.
        (self.0.fetch_add(ENTRY, Ordering::Relaxed) + 1) % (1 << BITS_INSIDE)
    }

    #[inline(always)]
    fn leave(&self) {
        // Relaxed: as above.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Those who ever entered, and those who are inside.
    fn entered_and_inside(&self) -> (u64, u64) {
        let both = self.0.load(Ordering::Relaxed);
        (both >> BITS_INSIDE, both % (1 << BITS_INSIDE))
    }
}

struct BulkheadTrial<T> {
    /// Alone on its cache lines: what the trial itself counts must not slow the contender down.
    semaphore: CachePadded<T>,
    census: CachePadded<Census>,
    bulkhead: Bulkhead,
    expected: u64,
}

impl<T: Semaphore> Trial for BulkheadTrial<T> {
    /// The most that one worker saw inside, with itself.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        let units = self.bulkhead.inside;
        let mut state = worker.index() as u64;
        let mut most = 0;
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                self.semaphore.with_permit(|| {
                    most = self.census.enter().max(most);
                    state = work(units, state);
                    self.census.leave();
                });
            }
            STRIDE
        });
        most
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        self.expected += accounts.iter().map(|account| account.ops).sum::<u64>();
        let (entered, inside) = self.census.entered_and_inside();
        WrongResult::unless_equal("entries", self.expected, entered)?;
        WrongResult::unless_equal("threads that are still inside", 0, inside)?;
        let most = accounts.iter().map(|account| account.report).max().unwrap_or_default();
        let permits = self.bulkhead.permits as u64;
        if most <= permits {
            return Ok(());
        }
        Err(WrongResult::new(format!("{most} threads were inside at once, of {permits} permits")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    const NONE: u8 = 0;
    const LETS_IN: u8 = 1;
    const SKIPS: u8 = 2;

    /// A semaphore with a fault.
    struct Faulty<const FAULT: u8> {
        free: Mutex<usize>,
        released: Condvar,
    }

    impl<const FAULT: u8> Semaphore for Faulty<FAULT> {
        fn new(permits: usize) -> Self {
            let permits = if FAULT == LETS_IN { permits + 1 } else { permits };
            Self { free: Mutex::new(permits), released: Condvar::new() }
        }

        fn with_permit(&self, inside: impl FnOnce()) {
            let free = self.free.lock().unwrap();
            *self.released.wait_while(free, |free| *free == 0).unwrap() -= 1;
            if FAULT != SKIPS {
                inside();
            }
            *self.free.lock().unwrap() += 1;
            self.released.notify_one();
        }
    }

    fn fault<const FAULT: u8>() -> Option<String> {
        // Long enough inside for another to come, on any machine.
        let bulkhead = Bulkhead { permits: 1, inside: 2_000_000 };
        let rows = vec![Contender::<Semaphores>::of::<Faulty<FAULT>>("faulty").blocks()];
        let suite = Suite::new("planted", "", "").family(vec![bulkhead], rows);
        let checked = check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60));
        checked.fault.map(|fault| format!("{fault:?}"))
    }

    #[track_caller]
    fn check_fault<const FAULT: u8>(expected: &str) {
        let found = fault::<FAULT>().expect("the fault is found");
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn faults_are_found() {
        assert_eq!(fault::<NONE>(), None);
        check_fault::<SKIPS>("entries");
        check_fault::<LETS_IN>("2 threads were inside at once, of 1 permits");
    }

    #[test]
    fn a_census_counts_who_is_inside() {
        let census = Census::default();
        assert_eq!((census.enter(), census.enter()), (1, 2));
        census.leave();
        assert_eq!((census.enter(), census.entered_and_inside()), (2, (3, 2)));
    }
}
