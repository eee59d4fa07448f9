//! What the numbers mean, from stamps that are written in advance to the figures that are shown.

use contend_harness::{
    Account, Admits, Clock, Contender, Contract, Cores, Limits, Session, Setting, Slice, Suite, Trial,
    Worker, Workload, WrongResult,
};
use contend_stats::figures;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// Shows each worker the start and the stop that were written for it.
struct ScriptedClock {
    stamps: Vec<[u64; 2]>,
    asked: Vec<AtomicUsize>,
}

impl Clock for ScriptedClock {
    fn now_ns(&self, worker: usize) -> u64 {
        // Relaxed: each worker counts its own questions.
        self.stamps[worker][self.asked[worker].fetch_add(1, Ordering::Relaxed)]
    }
}

/// Worker `n` completes the `n`-th of these operations, in one step.
#[derive(Clone, Debug)]
struct Scripted(Vec<u64>);

impl Workload for Scripted {
    fn id(&self) -> String {
        "scripted".to_owned()
    }

    fn question(&self) -> String {
        "What was written?".to_owned()
    }

    fn curated(&self) -> bool {
        true
    }
}

#[derive(Debug)]
enum Script {}

impl Contract for Script {
    type Workload = Scripted;
    const NAME: &'static str = "scripts";
}

impl Admits<()> for Script {
    fn trial(workload: &Scripted, _setting: &Setting) -> impl Trial {
        ScriptedTrial { ops: workload.0.clone(), all_have_begun: Barrier::new(workload.0.len()) }
    }
}

struct ScriptedTrial {
    ops: Vec<u64>,
    /// Nobody ends the slice before all have begun their only step.
    all_have_begun: Barrier,
}

impl Trial for ScriptedTrial {
    type Report = ();

    fn work(&self, worker: &mut Worker<'_>) {
        let ops = self.ops[worker.index()];
        worker.measure(ops, |_| {
            self.all_have_begun.wait();
            ops
        });
    }

    fn check(&mut self, _accounts: &[Account<()>]) -> Result<(), WrongResult> {
        Ok(())
    }
}

/// One slice in which worker `n` starts and stops at `stamps[n]`, having done `ops[n]`.
fn slice(stamps: &[[u64; 2]], ops: &[u64]) -> Slice {
    let suite = Suite::new("scripted", "Do as is written.", "")
        .family(vec![Scripted(ops.to_vec())], vec![Contender::<Script>::of::<()>("script")]);
    let cells = suite.cells(&[ops.len()]);
    let clock: Arc<dyn Clock> = Arc::new(ScriptedClock {
        stamps: stamps.to_vec(),
        asked: ops.iter().map(|_| AtomicUsize::new(0)).collect(),
    });
    let limits = Limits { hang_bound: Duration::from_secs(60), max_repeats: 0, window: Duration::ZERO };
    let mut session = Session::with_clock(&cells[0], 1, &Cores::detect(), limits, &clock);
    session.rough_slice(1).expect("a script has no faults")
}

fn ops_of(slice: &Slice) -> Vec<f64> {
    slice.ops.iter().map(|ops| *ops as f64).collect()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("the figure is defined");
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn one_worker() {
    let slice = slice(&[[1_000, 3_000]], &[100]);
    assert_eq!(slice.window_ns, 2_000);
    close(figures::time_per_op_ns(2_000.0, &ops_of(&slice)), 20.0);
    close(figures::throughput_per_s(2_000.0, &ops_of(&slice)), 50e6);
    assert_eq!(figures::fairness_min_max(&ops_of(&slice)), None, "it shares with nobody");
    assert_eq!(figures::jain_index(&ops_of(&slice)), None);
}

#[test]
fn two_workers_at_the_same_pace_take_the_time_of_one() {
    let slice = slice(&[[0, 1_000], [0, 1_000]], &[100, 100]);
    close(figures::time_per_op_ns(slice.window_ns as f64, &ops_of(&slice)), 10.0);
    close(figures::throughput_per_s(slice.window_ns as f64, &ops_of(&slice)), 200e6);
}

#[test]
fn only_the_time_in_which_both_run_counts() {
    // Worker 1 starts 500 ns late and ends 500 ns late: half of each one's operations are inside the window.
    let slice = slice(&[[0, 1_000], [500, 1_500]], &[100, 100]);
    assert_eq!((slice.window_ns, &slice.ops[..]), (500, &[50, 50][..]));
    assert_eq!((slice.skew_ns, slice.overhang_ns), (500, 500));
    close(figures::time_per_op_ns(500.0, &ops_of(&slice)), 10.0);
}

#[test]
fn unfairness_shows_in_the_shares() {
    let slice = slice(&[[0, 1_000], [0, 1_000]], &[300, 100]);
    close(figures::fairness_min_max(&ops_of(&slice)), 1.0 / 3.0);
    // (300 + 100)² / (2 (300² + 100²))
    close(figures::jain_index(&ops_of(&slice)), 0.8);
    close(figures::time_per_op_ns(slice.window_ns as f64, &ops_of(&slice)), 5.0);
}
