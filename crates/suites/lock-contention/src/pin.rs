//! The contract of memory reclamation: a thread says that it may hold a pointer to shared memory, and that it does not
//! any more.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::hint::black_box;

/// Pins per look at the stop flag.
const STRIDE: u64 = stride(64);

/// Frees what no thread can see any more.
pub trait Reclaimer: Send + Sync + 'static {
    /// What one thread pins through; made outside the clock, in that thread.
    type Handle<'a>
    where
        Self: 'a;

    /// A reclaimer for `threads` threads.
    fn new(threads: usize) -> Self;

    /// The handle of the calling worker.
    fn handle(&self) -> Self::Handle<'_>;

    /// Runs `inside` while nothing is freed that the thread could find. This is what is measured.
    fn pinned(handle: &mut Self::Handle<'_>, inside: impl FnOnce());

    /// Whether something that is retired now is freed in the end. Called when no handle is alive: it is not where a
    /// thread was left pinned.
    fn frees(&self) -> bool;
}

/// Every thread pins and unpins, all the time.
#[derive(Clone, Debug)]
pub struct PinUnpin;

impl Workload for PinUnpin {
    fn id(&self) -> String {
        "pin-unpin".to_owned()
    }

    fn question(&self) -> String {
        "What does it cost to enter and to leave what keeps shared memory from being freed?".to_owned()
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Reclaimer`].
#[derive(Debug)]
pub enum Reclaimers {}

impl Contract for Reclaimers {
    type Workload = PinUnpin;
    const NAME: &'static str = "memory reclamation";
    const GUARANTEES: &'static str =
        "every section is run, and what is retired is freed once nobody is pinned";
}

impl<T: Reclaimer> Admits<T> for Reclaimers {
    fn trial(_workload: &PinUnpin, setting: &Setting) -> impl Trial {
        ReclaimerTrial { reclaimer: T::new(setting.threads) }
    }
}

struct ReclaimerTrial<T> {
    reclaimer: T,
}

impl<T: Reclaimer> Trial for ReclaimerTrial<T> {
    /// How often the worker was inside.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        let mut handle = self.reclaimer.handle();
        let mut inside = 0_u64;
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                // Opaque, or the floor would be inside 64 times at once.
                T::pinned(&mut handle, || inside = black_box(inside + 1));
            }
            STRIDE
        });
        inside
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        let ops = accounts.iter().map(|account| account.ops).sum();
        let inside = accounts.iter().map(|account| account.report).sum();
        WrongResult::unless_equal("times that a thread was inside", ops, inside)?;
        if self.reclaimer.frees() {
            return Ok(());
        }
        Err(WrongResult::new("what was retired behind the last thread was not freed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    const NONE: u8 = 0;
    const SKIPS: u8 = 1;
    const STAYS: u8 = 2;

    /// A count of those inside, with a fault at every tenth.
    struct Faulty<const FAULT: u8>(AtomicU64);

    impl<const FAULT: u8> Reclaimer for Faulty<FAULT> {
        type Handle<'a> = (&'a AtomicU64, u64);

        fn new(_threads: usize) -> Self {
            Self(AtomicU64::new(0))
        }

        fn handle(&self) -> (&AtomicU64, u64) {
            (&self.0, 0)
        }

        fn pinned((pinned, times): &mut (&AtomicU64, u64), inside: impl FnOnce()) {
            *times += 1;
            let fault = if times.is_multiple_of(10) { FAULT } else { NONE };
            pinned.fetch_add(1, Ordering::SeqCst);
            if fault != SKIPS {
                inside();
            }
            if fault != STAYS {
                pinned.fetch_sub(1, Ordering::SeqCst);
            }
        }

        fn frees(&self) -> bool {
            self.0.load(Ordering::SeqCst) == 0
        }
    }

    fn fault<const FAULT: u8>() -> Option<String> {
        let rows = vec![Contender::<Reclaimers>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![PinUnpin], rows);
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
        check_fault::<SKIPS>("times that a thread was inside");
        check_fault::<STAYS>("was not freed");
    }
}
