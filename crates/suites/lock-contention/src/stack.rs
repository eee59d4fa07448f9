//! The contract of stacks: every thread puts a value on top and takes one off, and each comes off once.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;

/// Pairs per look at the stop flag.
const STRIDE: u64 = stride(16);

/// Values of which the last one in is the first one out.
pub trait Stack: Send + Sync + 'static {
    /// What one thread pushes and pops through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// An empty stack for `threads` threads.
    fn new(threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Puts `value` on top. This is what is measured.
    fn push(handle: &mut Self::Handle<'_>, value: u64);

    /// Takes off what is on top; `None` if the stack is empty. This is what is measured.
    fn pop(handle: &mut Self::Handle<'_>) -> Option<u64>;
}

/// Every thread pushes one and pops one, in turn. Both are one operation.
#[derive(Clone, Debug)]
pub struct PushPop;

impl Workload for PushPop {
    fn id(&self) -> String {
        "stack-push-pop".to_owned()
    }

    fn question(&self) -> String {
        "What does it cost to put a value onto a stack that all threads share, and to take one off?"
            .to_owned()
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Stack`].
#[derive(Debug)]
pub enum Stacks {}

impl Contract for Stacks {
    type Workload = PushPop;
    const NAME: &'static str = "stacks";
    const GUARANTEES: &'static str = "what is pushed is popped once, unaltered";
}

impl<T: Stack> Admits<T> for Stacks {
    fn trial(_workload: &PushPop, setting: &Setting) -> impl Trial {
        StackTrial { stack: CachePadded::new(T::new(setting.threads)) }
    }
}

struct StackTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    stack: CachePadded<T>,
}

/// What one worker, or the check, took off.
#[derive(Default)]
struct Popped {
    values: u64,
    /// Of all values; it wraps.
    sum: u64,
}

impl Popped {
    #[inline(always)]
    fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.values += 1;
            self.sum = self.sum.wrapping_add(value);
        }
    }
}

/// What worker `worker` pushes before `number` is added.
const fn first_value(worker: usize) -> u64 {
    (worker as u64 + 1) << 48
}

/// The sum, which wraps, of the values that worker `worker` pushes in `ops` pairs.
fn sum_of_pushed(worker: usize, ops: u64) -> u64 {
    let (ops, first) = (u128::from(ops), u128::from(first_value(worker)));
    (ops * first + ops * ops.saturating_sub(1) / 2) as u64
}

impl<T: Stack> Trial for StackTrial<T> {
    type Report = Popped;

    fn work(&self, worker: &mut Worker<'_>) -> Popped {
        let mut handle = self.stack.handle(worker.index());
        let mut popped = Popped::default();
        let first_value = first_value(worker.index());
        worker.measure(STRIDE, |first| {
            for number in first..first + STRIDE {
                T::push(&mut handle, first_value + number);
                popped.add(T::pop(&mut handle));
            }
            STRIDE
        });
        popped
    }

    fn check(&mut self, accounts: &[Account<Popped>]) -> Result<(), WrongResult> {
        // Who has pushed finds the stack empty only if others took more off than they pushed: nobody does.
        let pairs = accounts.iter().map(|account| account.ops).sum();
        let popped = accounts.iter().map(|account| account.report.values).sum();
        WrongResult::unless_equal("values that were taken off", pairs, popped)?;
        let pushed = accounts.iter().enumerate().map(|(worker, account)| sum_of_pushed(worker, account.ops));
        let expected = pushed.fold(0, u64::wrapping_add);
        let found = accounts.iter().map(|account| account.report.sum).fold(0, u64::wrapping_add);
        WrongResult::unless_equal("sum of the values that were taken off", expected, found)?;
        let left = T::pop(&mut self.stack.handle(0)).is_some();
        WrongResult::unless_equal("values that are left", 0, u64::from(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::Mutex;
    use std::time::Duration;

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const DOUBLES: u8 = 2;
    const REPEATS: u8 = 3;

    /// A stack with a fault in every tenth value.
    struct Faulty<const FAULT: u8>(Mutex<Vec<u64>>);

    impl<const FAULT: u8> Stack for Faulty<FAULT> {
        type Handle<'a> = &'a Self;

        fn new(_threads: usize) -> Self {
            Self(Mutex::new(Vec::new()))
        }

        fn handle(&self, _worker: usize) -> &Self {
            self
        }

        fn push(handle: &mut &Self, value: u64) {
            let mut values = handle.0.lock().unwrap();
            match FAULT {
                LOSES if value % 10 == 9 => {}
                DOUBLES if value % 10 == 9 => values.extend([value, value]),
                REPEATS if value % 10 == 9 => values.push(value - 1),
                _ => values.push(value),
            }
        }

        fn pop(handle: &mut &Self) -> Option<u64> {
            handle.0.lock().unwrap().pop()
        }
    }

    fn fault<const FAULT: u8>(threads: usize) -> Option<String> {
        let rows = vec![Contender::<Stacks>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![PushPop], rows);
        let checked = check(&suite.cells(&[threads])[0], 42, &Cores::detect(), Duration::from_secs(60));
        checked.fault.map(|fault| format!("{fault:?}"))
    }

    #[track_caller]
    fn check_fault<const FAULT: u8>(threads: usize, expected: &str) {
        let found = fault::<FAULT>(threads).expect("the fault is found");
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn faults_are_found() {
        assert_eq!(fault::<NONE>(2), None);
        check_fault::<LOSES>(2, "values that were taken off");
        check_fault::<DOUBLES>(1, "values that are left");
        check_fault::<REPEATS>(2, "sum of the values");
    }

    #[test]
    fn the_model_adds_up() {
        for ops in [0, 1, 2, 1000] {
            let values = (0..ops).map(|number| first_value(3) + number);
            assert_eq!(sum_of_pushed(3, ops), values.fold(0, u64::wrapping_add), "{ops}");
        }
    }
}
