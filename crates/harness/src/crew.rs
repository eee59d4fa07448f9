//! The crew: persistent, pinned threads that run slices.

use crate::clock::Clock;
use crate::gate::Gate;
use crate::handicap::Handicap;
use crate::platform::{Cores, Meter, pin_to};
#[cfg(feature = "passes")]
use crate::sampling::{Looked, Looks, Sampling};
use crate::slice::Slice;
use crate::trial::{ErasedTrial, Prepared};
use crate::worker::{PeersGaveUp, SliceControl, Stamps, Worker};
use crossbeam_utils::CachePadded;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the names of all workers begin with.
pub const WORKER_NAME: &str = "contend-worker-";

/// Why a slice has no figures at all. The trial cannot be used again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SliceFault {
    /// A worker panicked.
    #[error("worker {worker} panicked: {message}")]
    Panicked {
        /// Index of the worker.
        worker: usize,
        /// The panic's message.
        message: String,
    },
    /// A worker did not come back. Its thread is still somewhere inside the contender.
    #[error("not all workers came back within {} s", bound.as_secs())]
    Hung {
        /// How long the crew waited.
        bound: Duration,
    },
}

/// Threads that wait, asleep, for slices.
#[derive(Debug)]
pub struct Crew {
    orders: Vec<Sender<Order>>,
    threads: Vec<JoinHandle<()>>,
    pin_error: Option<String>,
    hung: bool,
}

/// One slice as one worker receives it. Dropped before the worker says that it is done.
struct Order {
    trial: Arc<dyn ErasedTrial>,
    round: Arc<Round>,
}

/// What the workers of one slice leave for the coordinator.
struct Round {
    control: SliceControl,
    results: Vec<Mutex<Option<Result<Stamps, String>>>>,
    left: AtomicUsize,
    done: Sender<()>,
}

/// What the workers of one slice have to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Operations of each worker.
    pub(crate) share: u64,
    pub(crate) handicap: Handicap,
    #[cfg(feature = "passes")]
    pub(crate) sampling: Option<Sampling>,
    #[cfg(feature = "passes")]
    pub(crate) sampling_seed: u64,
}

/// What became of a slice.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) slice: Slice,
    /// Each worker's completed operations.
    pub(crate) ops: Vec<u64>,
    #[cfg(feature = "passes")]
    pub(crate) looked: Looked,
}

impl Crew {
    /// Starts `threads` workers, each held on a core of its own. More threads than cores are not held: the operating
    /// system places them, as it would in a service.
    ///
    /// # Panics
    /// If the operating system refuses to start a thread.
    pub fn new(threads: usize, cores: &Cores, clock: &Arc<dyn Clock>) -> Self {
        let oversubscribed = cores.oversubscribed_by(threads);
        let (report, pinned) = channel();
        let (orders, threads) = (0..threads)
            .map(|index| {
                let core = (!oversubscribed).then(|| cores.allowed[index]);
                let (order, orders) = channel();
                let (clock, report) = (Arc::clone(clock), report.clone());
                let body = move || {
                    let pin = core.map_or(Ok(()), |core| pin_to(&[core]));
                    report.send(pin).expect("the crew waits for every report");
                    // The crew reads reports until nobody can send one any more.
                    drop(report);
                    serve(index, &orders, &*clock);
                };
                let name = format!("{WORKER_NAME}{index}");
                #[expect(clippy::disallowed_methods, reason = "the crew owns the threads")]
                let thread = std::thread::Builder::new().name(name).spawn(body);
                (order, thread.expect("the operating system starts a thread"))
            })
            .unzip();
        drop(report);
        // All reports, not the first error: a worker dies that reports to nobody, and its crew would wait for it.
        let pin_error = pinned.iter().collect::<Vec<_>>().into_iter().find_map(Result::err);
        Self { orders, threads, pin_error, hung: false }
    }

    /// Number of workers.
    pub fn threads(&self) -> usize {
        self.orders.len()
    }

    /// Why the workers could not be held on their cores, if so.
    pub fn pin_error(&self) -> Option<&str> {
        self.pin_error.as_deref()
    }

    /// Runs one slice. Its workers are asked to end once it has run for `patience` without one that finished its share.
    pub(crate) fn slice(
        &mut self,
        trial: &Prepared,
        load: Load,
        patience: Duration,
        bound: Duration,
    ) -> Result<Ran, SliceFault> {
        let (round, all_done) = Round::new(self.threads(), load);
        let round = Arc::new(round);
        for order in &self.orders {
            let sent = order.send(Order { trial: Arc::clone(&trial.0), round: Arc::clone(&round) });
            sent.expect("a worker lives as long as its crew");
        }
        if !round.ends(&all_done, patience, bound) {
            self.hung = true;
            return Err(SliceFault::Hung { bound });
        }
        let stamps = round.stamps()?;
        let ops = stamps.iter().map(|worker| worker.ops.unwrap_or(0)).collect();
        Ok(Ran {
            slice: Slice::new(&stamps),
            ops,
            #[cfg(feature = "passes")]
            looked: round.control.looks.take(),
        })
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.orders.clear();
        if self.hung {
            // Joining would hang as well. The threads end with the process.
            return;
        }
        for thread in self.threads.drain(..) {
            // A worker catches its trial's panics, so an error here has been reported already.
            drop(thread.join());
        }
    }
}

impl Round {
    /// A slice of `threads` workers that has not begun, and what the last of them says when it is done.
    fn new(threads: usize, load: Load) -> (Self, Receiver<()>) {
        let (done, all_done) = channel();
        let round = Self {
            control: SliceControl {
                gate: Gate::new(threads),
                stop: CachePadded::new(AtomicBool::new(false)),
                share: load.share,
                handicap: load.handicap,
                #[cfg(feature = "passes")]
                looks: Looks::new(load.sampling, load.sampling_seed),
            },
            results: (0..threads).map(|_| Mutex::new(None)).collect(),
            left: AtomicUsize::new(threads),
            done,
        };
        (round, all_done)
    }

    /// Waits until all workers are done, for `bound` at most; returns whether they are.
    fn ends(&self, all_done: &Receiver<()>, patience: Duration, bound: Duration) -> bool {
        let within = |time| !matches!(all_done.recv_timeout(time), Err(RecvTimeoutError::Timeout));
        let mut left = bound;
        let mut has_begun = false;
        while left > patience {
            if within(patience) {
                return true;
            }
            left -= patience;
            if has_begun {
                // Relaxed: as every use of the flag.
                self.control.stop.store(true, Ordering::Relaxed);
                break;
            }
            // A slice that has just begun may run for as long again: one that ended at once would be too short.
            has_begun = self.control.gate.is_open();
        }
        within(left)
    }

    fn stamps(&self) -> Result<Vec<Stamps>, SliceFault> {
        let mut stamps = Vec::with_capacity(self.results.len());
        let mut given_up = None;
        for (worker, result) in self.results.iter().enumerate() {
            match result.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(Ok(worker)) => stamps.push(worker),
                Some(Err(message)) => return Err(SliceFault::Panicked { worker, message }),
                None => given_up = given_up.or(Some(worker)),
            }
        }
        match given_up {
            None => Ok(stamps),
            Some(worker) => {
                let message = "the trial ended without measuring".to_owned();
                Err(SliceFault::Panicked { worker, message })
            }
        }
    }
}

fn serve(index: usize, orders: &Receiver<Order>, clock: &dyn Clock) {
    let meter = Meter::new();
    for Order { trial, round } in orders {
        let outcome = run(index, &*trial, &round, clock, &meter);
        // The coordinator takes the trial back for itself once all are done.
        drop(trial);
        *round.results[index].lock().unwrap_or_else(PoisonError::into_inner) = outcome;
        // AcqRel: the last to leave has seen every result, and so has the coordinator that it wakes. Only the last
        // wakes it, so that it does not run while others measure.
        if round.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            // The coordinator is gone if it gave up on a slice that was merely slow.
            let _ = round.done.send(());
        }
    }
}

/// `None` where the worker was let go because another one failed, or ended without measuring.
fn run(
    index: usize,
    trial: &dyn ErasedTrial,
    round: &Round,
    clock: &dyn Clock,
    meter: &Meter,
) -> Option<Result<Stamps, String>> {
    let mut worker = Worker::new(index, round.results.len(), &round.control, clock, meter);
    let outcome = catch_unwind(AssertUnwindSafe(|| trial.work(&mut worker)));
    let stamps = worker.into_stamps();
    match (outcome, stamps) {
        (Ok(()), Some(stamps)) => Some(Ok(stamps)),
        (Err(panic), _) if panic.is::<PeersGaveUp>() => None,
        (outcome, _) => {
            round.control.gate.give_up();
            // Relaxed: as every use of the flag.
            round.control.stop.store(true, Ordering::Relaxed);
            outcome.err().map(|panic| Err(message_of(&*panic)))
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the only worker, which never works, is asked to end within 100 ms.
    fn is_asked_to_end(patience_ms: u64, has_begun: bool) -> bool {
        let load = Load {
            share: 1,
            handicap: Handicap::default(),
            #[cfg(feature = "passes")]
            sampling: None,
            #[cfg(feature = "passes")]
            sampling_seed: 0,
        };
        let (round, all_done) = Round::new(1, load);
        if has_begun {
            round.control.gate.wait().expect("nobody gives up");
        }
        let patience = Duration::from_millis(patience_ms);
        assert!(!round.ends(&all_done, patience, Duration::from_millis(100)), "nobody ends");
        round.control.stop.load(Ordering::Relaxed)
    }

    #[test]
    fn only_what_has_begun_is_asked_to_end() {
        assert!(is_asked_to_end(10, true));
        assert!(!is_asked_to_end(10, false), "it would do nothing, in no time");
        assert!(!is_asked_to_end(100, true), "there is no patience but the bound");
    }
}
