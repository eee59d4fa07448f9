//! Checks that a contender does what its contract says, under load but without measuring.

use crate::platform::Cores;
use crate::session::{Failure, Limits, Session};
use crate::slice::Slice;
use crate::suite::{Cell, Suite};
use contend_protocol::sample::Fault;
use std::collections::BTreeSet;
use std::time::Duration;

/// A slice in which the workers ran for this long, each on average, is load enough, in nanoseconds.
///
/// Chosen here because the threads then meet thousands of times, and a thousand cells still take seconds.
const ENOUGH_NS: u64 = 3_000_000;

/// A window is also load enough once it is this many times as long, however little the workers ran in it.
///
/// Workers that wait for a core, or for one another, do little in a long window; those that mostly sleep never do more.
const WINDOW_ENOUGH: u64 = 30;

/// Most operations per worker in a slice.
const MAX_SHARE: u64 = 50_000;

/// What tests of a registry use: any seed, and a bound that a loaded machine keeps.
const TEST_SEED: u64 = 42;
const TEST_HANG_BOUND: Duration = Duration::from_secs(60);

/// What a check saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// Completed operations of all workers and slices.
    pub operations: u64,
    /// What went wrong, where anything did.
    pub fault: Option<Fault>,
}

/// Runs `cell` in slices of growing length and compares its results with the model after each.
///
/// A slice that takes longer than `hang_bound` is a fault.
pub fn check(cell: &Cell, seed: u64, cores: &Cores, hang_bound: Duration) -> Checked {
    let mut session =
        Session::new(cell, seed, cores, Limits { hang_bound, max_repeats: 0, window: Duration::ZERO });
    let mut checked = Checked { operations: 0, fault: None };
    let mut share = 1;
    loop {
        match session.rough_slice(share) {
            Ok(slice) => {
                checked.operations += slice.completed;
                if is_enough(&slice) || share == MAX_SHARE {
                    return checked;
                }
                share = (share * 8).min(MAX_SHARE);
            }
            Err(Failure::Fault(fault)) => {
                checked.fault = Some(fault);
                return checked;
            }
            Err(Failure::NotMeasurable(_)) => unreachable!("a rough slice is not judged"),
        }
    }
}

/// Whether the workers met often enough in `slice`.
fn is_enough(slice: &Slice) -> bool {
    let ran_ns = slice.cpu_ns.map_or(slice.window_ns, |cpu_ns| cpu_ns / slice.workers as u64);
    ran_ns >= ENOUGH_NS || slice.window_ns >= ENOUGH_NS * WINDOW_ENOUGH
}

/// Runs every cell of `suite` at `threads`, and says what is wrong, one sentence each: for the test of a suite's registry.
///
/// Wrong is a fault, a cell that did nothing, a reason that says nothing, and a workload that can be measured nowhere.
pub fn broken_contracts(suite: &Suite, threads: &[usize]) -> Vec<String> {
    let cores = Cores::detect();
    let cells = suite.cells(threads);
    let mut broken: Vec<String> = cells.iter().filter_map(|cell| broken_contract(cell, &cores)).collect();
    let measured = |workload: &str| {
        cells.iter().any(|cell| cell.id().workload() == workload && cell.unavailable().is_none())
    };
    let nowhere = cells.iter().map(|cell| cell.id().workload()).filter(|workload| !measured(workload));
    let nowhere: BTreeSet<&str> = nowhere.collect();
    broken.extend(nowhere.into_iter().map(|workload| format!("{workload} can be measured nowhere")));
    broken
}

fn broken_contract(cell: &Cell, cores: &Cores) -> Option<String> {
    let id = cell.id();
    if let Some(reason) = cell.unavailable() {
        return reason.is_empty().then(|| format!("{id} is unavailable without a reason"));
    }
    match check(cell, TEST_SEED, cores, TEST_HANG_BOUND) {
        Checked { fault: Some(fault), .. } => Some(format!("{id}: {fault:?}")),
        Checked { operations: 0, .. } => Some(format!("{id} did nothing")),
        Checked { .. } => None,
    }
}
