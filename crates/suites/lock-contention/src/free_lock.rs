//! The contract of locks that nobody waits for: what they cost to make, and to try.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

use crate::section::{Lock, Protected};

/// Sections per look at the stop flag.
const STRIDE: u64 = stride(64);

/// Mutual exclusion that can be tried.
pub trait TryLock: Lock {
    /// Runs `section` as [`Lock::locked`] does if nobody holds the lock, and returns whether it did. This is what is
    /// measured.
    fn try_locked(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Protected)) -> bool;

    /// Why this cannot do `workload`, if so.
    fn refusal(_workload: &FreeLock) -> Option<&'static str> {
        None
    }
}

/// What each thread does with locks of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FreeLock {
    /// It tries its lock, which is free.
    Try,
    /// It makes a lock, locks it once and drops it.
    Create,
}

impl FreeLock {
    /// Both.
    pub fn all() -> Vec<Self> {
        vec![Self::Try, Self::Create]
    }
}

impl Workload for FreeLock {
    fn id(&self) -> String {
        match self {
            Self::Try => "try-lock-free",
            Self::Create => "create",
        }
        .to_owned()
    }

    fn question(&self) -> String {
        match self {
            Self::Try => "What does it cost to try a lock that nobody holds, and to unlock it?",
            Self::Create => "What does it cost to make a lock, to lock it once and to drop it?",
        }
        .to_owned()
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`TryLock`].
#[derive(Debug)]
pub enum FreeLocks {}

impl Contract for FreeLocks {
    type Workload = FreeLock;
    const NAME: &'static str = "locks that nobody waits for";
    const GUARANTEES: &'static str = "every section is run, and no lock stays locked";
}

impl<T: TryLock> Admits<T> for FreeLocks {
    fn trial(workload: &FreeLock, setting: &Setting) -> impl Trial {
        let lock = |_| CachePadded::new(T::new(Protected::INITIAL, setting.threads));
        FreeLockTrial {
            locks: (0..setting.threads).map(lock).collect::<Box<[CachePadded<T>]>>(),
            free_lock: workload.clone(),
            expected: 0,
        }
    }

    fn refusal_of(workload: &FreeLock, _threads: usize) -> Option<&'static str> {
        T::refusal(workload)
    }
}

struct FreeLockTrial<T> {
    /// One per worker, each alone on its cache lines.
    locks: Box<[CachePadded<T>]>,
    free_lock: FreeLock,
    /// Sections that were run in `locks`.
    expected: u64,
}

/// What one worker's locks did.
#[derive(Default)]
struct Locked {
    /// Attempts at a free lock that failed.
    refused: u64,
    /// Sections that were run in locks which are gone, as those locks counted them.
    entries: u64,
}

impl<T: TryLock> FreeLockTrial<T> {
    fn try_own(&self, worker: &mut Worker<'_>) -> Locked {
        let mut handle = self.locks[worker.index()].handle(worker.index());
        let mut refused = 0;
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                refused += u64::from(!T::try_locked(&mut handle, Protected::enter));
            }
            STRIDE
        });
        Locked { refused, entries: 0 }
    }

    fn create(worker: &mut Worker<'_>) -> Locked {
        let mut entries = 0;
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                let lock = T::new(Protected::INITIAL, 1);
                // Opaque: of a lock that nobody else can reach, the compiler might leave something out.
                let mut handle = black_box(&lock).handle(0);
                T::locked(&mut handle, |protected| {
                    protected.enter();
                    entries += protected.entries();
                });
            }
            STRIDE
        });
        Locked { refused: 0, entries }
    }
}

impl<T: TryLock> Trial for FreeLockTrial<T> {
    type Report = Locked;

    fn work(&self, worker: &mut Worker<'_>) -> Locked {
        match self.free_lock {
            FreeLock::Try => self.try_own(worker),
            FreeLock::Create => Self::create(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Locked>]) -> Result<(), WrongResult> {
        let refused = accounts.iter().map(|account| account.report.refused).sum();
        WrongResult::unless_equal("attempts at a free lock that failed", 0, refused)?;
        let ops: u64 = accounts.iter().map(|account| account.ops).sum();
        if self.free_lock == FreeLock::Create {
            let entries = accounts.iter().map(|account| account.report.entries).sum();
            return WrongResult::unless_equal("sections that new locks counted", ops, entries);
        }
        self.expected += ops;
        let entries = self.locks.iter().map(|lock| lock.protected().entries()).sum();
        WrongResult::unless_equal("critical sections that were run", self.expected, entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::{Mutex, MutexGuard};
    use std::time::Duration;

    const NONE: u8 = 0;
    const SKIPS: u8 = 1;
    const STAYS_LOCKED: u8 = 2;
    const IS_NOT_NEW: u8 = 3;

    /// A lock with a fault in every tenth section.
    struct Faulty<const FAULT: u8>(Mutex<Protected>);

    struct Handle<'a, const FAULT: u8> {
        lock: &'a Mutex<Protected>,
        held: Option<MutexGuard<'a, Protected>>,
        sections: u64,
    }

    impl<const FAULT: u8> Lock for Faulty<FAULT> {
        type Handle<'a> = Handle<'a, FAULT>;

        fn new(mut protected: Protected, _threads: usize) -> Self {
            if FAULT == IS_NOT_NEW {
                protected.enter();
            }
            Self(Mutex::new(protected))
        }

        fn handle(&self, _worker: usize) -> Handle<'_, FAULT> {
            Handle { lock: &self.0, held: None, sections: 0 }
        }

        fn locked(handle: &mut Handle<'_, FAULT>, section: impl FnOnce(&mut Protected)) {
            if FAULT != SKIPS {
                section(&mut handle.lock.lock().unwrap());
            }
        }

        fn protected(&self) -> Protected {
            *self.0.lock().unwrap()
        }
    }

    impl<const FAULT: u8> TryLock for Faulty<FAULT> {
        fn try_locked(handle: &mut Handle<'_, FAULT>, section: impl FnOnce(&mut Protected)) -> bool {
            let Ok(mut protected) = handle.lock.try_lock() else { return false };
            handle.sections += 1;
            let is_due = handle.sections.is_multiple_of(10);
            if FAULT == STAYS_LOCKED && is_due {
                handle.held = Some(protected);
                return true;
            }
            if FAULT != SKIPS || !is_due {
                section(&mut protected);
            }
            true
        }
    }

    fn fault<const FAULT: u8>(free_lock: FreeLock) -> Option<String> {
        let rows = vec![Contender::<FreeLocks>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![free_lock], rows);
        let checked = check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60));
        checked.fault.map(|fault| format!("{fault:?}"))
    }

    #[track_caller]
    fn check_fault<const FAULT: u8>(free_lock: FreeLock, expected: &str) {
        let found = fault::<FAULT>(free_lock).expect("the fault is found");
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn faults_are_found() {
        assert_eq!(fault::<NONE>(FreeLock::Try), None);
        assert_eq!(fault::<NONE>(FreeLock::Create), None);
        check_fault::<SKIPS>(FreeLock::Try, "critical sections that were run");
        check_fault::<STAYS_LOCKED>(FreeLock::Try, "that failed");
        check_fault::<SKIPS>(FreeLock::Create, "that new locks counted");
        check_fault::<IS_NOT_NEW>(FreeLock::Create, "that new locks counted");
    }
}
