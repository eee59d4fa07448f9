//! Measures contenders on pinned threads: the engine, its clocks and its contracts.
//!
//! It is not a benchmark runner (that is `contend-driver`) and judges nothing. It knows no lock, map or channel.
//!
//! ```text
//! Suite ─cells()─► Cell ─► Session ─► Crew ─► Worker 0 ── gate ── start │ operations │ stop
//!                             │        ├────► Worker 1 ── gate ── start │ operations │ stop
//!                             │        └────►   ...           one window, in which all of them run
//!                             └─ repeats disturbed slices, checks results after the clock, gives up with a reason
//! ```
//!
//! A suite's own crate writes one [`Contract`] and one [`Trial`] for a family of contenders; a contender is a type
//! that fulfils the suite's trait, and one row:
//!
//! ```
//! use contend_harness::{Account, Admits, Contender, Contract, Setting, Suite, Trial, Worker, Workload, WrongResult};
//! use contend_harness::stride;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! /// What the suite compares.
//! trait Counter: Default + Send + Sync + 'static {
//!     fn add_one(&self);
//!     fn total(&self) -> u64;
//! }
//!
//! #[derive(Clone, Debug)]
//! struct Increments;
//! impl Workload for Increments {
//!     fn id(&self) -> String { "increments".into() }
//!     fn question(&self) -> String { "What does it cost to count?".into() }
//!     fn curated(&self) -> bool { true }
//! }
//!
//! /// Operations between two looks at the stop flag; one each, where single operations are timed.
//! const STEP: u64 = stride(64);
//!
//! struct CounterTrial<T> { counter: T, before: u64 }
//! impl<T: Counter> Trial for CounterTrial<T> {
//!     type Report = ();
//!     fn work(&self, worker: &mut Worker<'_>) {
//!         worker.measure(STEP, |_| { (0..STEP).for_each(|_| self.counter.add_one()); STEP });
//!     }
//!     fn check(&mut self, accounts: &[Account<()>]) -> Result<(), WrongResult> {
//!         self.before += accounts.iter().map(|account| account.ops).sum::<u64>();
//!         WrongResult::unless_equal("total", self.before, self.counter.total())
//!     }
//! }
//!
//! #[derive(Debug)]
//! enum Counters {}
//! impl Contract for Counters {
//!     type Workload = Increments;
//!     const NAME: &'static str = "counters";
//! }
//! impl<T: Counter> Admits<T> for Counters {
//!     fn trial(_: &Increments, _: &Setting) -> impl Trial {
//!         CounterTrial { counter: T::default(), before: 0 }
//!     }
//! }
//!
//! // A contender, and its row.
//! impl Counter for AtomicU64 {
//!     fn add_one(&self) { self.fetch_add(1, Ordering::Relaxed); }
//!     fn total(&self) -> u64 { self.load(Ordering::Relaxed) }
//! }
//! let rows = vec![Contender::<Counters>::of::<AtomicU64>("fetch-add")];
//! let suite = Suite::new("counters", "Count without losing a count.", "").family(vec![Increments], rows);
//! assert_eq!(suite.cells(&[1, 2])[1].id().to_string(), "counters/increments/fetch-add/2");
//! ```
//!
//! # Accuracy and limits
//! A clock read, some 20 ns, lies inside each window once. The gate releases two workers within 1 µs; with more
//! threads than cores it yields, and windows must be 50 ms. Operations are counted in steps, and the part of a step
//! that lies behind the window is left out in proportion. Pinning, processor time and run-queue delay exist on Linux;
//! elsewhere the figures are `None`, and a slice carries no proof that its threads ran in parallel. Processor time is
//! that of the workers: threads that a contender starts itself are not in it.
//!
//! # Panics and errors
//! A contender's panic, hang or wrong result is a [`Failure`], never a panic of the engine. A registry with a name that
//! is no id panics when its cells are listed.

#![forbid(unsafe_code)]

mod check;
mod clock;
pub mod constants;
mod contender;
mod crew;
mod gate;
mod handicap;
pub mod keys;
pub mod known_cost;
mod patience;
mod platform;
#[cfg(feature = "passes")]
mod sampling;
mod session;
mod slice;
mod suite;
mod sync;
pub mod tape;
mod trial;
mod work;
mod worker;

pub use check::{Checked, broken_contracts, check};
pub use clock::{Clock, MonotonicClock};
pub use contender::{Admits, Contender, Contract, Probe, Role, Setting, Workload};
pub use crew::{Crew, WORKER_NAME};
pub use handicap::Handicap;
pub use patience::Patience;
pub use platform::{Cores, can_pin, peak_resident_bytes, resident_bytes, run_queue_figures};
#[cfg(feature = "passes")]
pub use sampling::{Looked, Sampling};
pub use session::{Failure, Limits, MAX_OTHERS_PERMILLE, MAX_SHARE_ERROR_PERMILLE, Session};
pub use slice::{Disturbance, MAX_RUN_DELAY_SHARE, MIN_CPU_SHARE, MIN_OVERSUBSCRIBED_WINDOW_NS, Slice};
pub use suite::{Cell, Suite};
pub use trial::{Account, Observation, Prepared, Share, Trial, WrongResult};
pub use work::work;
pub use worker::{Marker, Worker, stride};
