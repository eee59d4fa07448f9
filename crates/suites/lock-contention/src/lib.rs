//! Mutex, RwLock and atomics under contention.
//!
//! It is a suite: contracts, contenders, workloads and checks. It measures nothing itself and prints nothing.
//!
//! ```text
//! contract              workloads                                contenders in contenders/
//! Counters              counter-increment, with readers          locks, atomics, striped, floor
//! SharedValues<u64>     word-read-only, word-write-1-in-N        locks, atomics, floor
//! SharedValues<Record>  record-read-only, record-write-1-in-N    locks, AtomicCell, floor
//! SharedTables          table-lookup-…, table-work-700-…         mutexes, readers-writer locks, floor
//! Locks                 section-in-I-out-O                       mutexes, floor
//! FreeLocks             try-lock-free, create                    mutexes, floor
//! Semaphores            bulkhead-P-of-n                          condition variables, polling, async-lock
//! Stacks                stack-push-pop                           Treiber's stacks, vectors under a mutex
//! Reclaimers            pin-unpin                                crossbeam-epoch, seize
//! StatisticsFields      statistics-record                        locks, atomics on one line or padded, per thread
//! Pipelines             dispatch-4-work-N                        direct calls, and calls through pointers
//! ```
//!
//! Counters, values, tables and locks have more contenders with the feature `extended`.
//!
//! A contender is a type with one of the traits, and a row. From another crate:
//!
//! ```
//! use contend_harness::Contender;
//! use contend_lock_contention::{Counter, Counters};
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! struct Mine(AtomicU64);
//! impl Counter for Mine {
//!     type Handle<'a> = &'a Self;
//!     fn new(_threads: usize) -> Self { Self(AtomicU64::new(0)) }
//!     fn handle(&self, _worker: usize) -> &Self { self }
//!     fn add_one(handle: &mut &Self) { handle.0.fetch_add(1, Ordering::Relaxed); }
//!     fn total(&self) -> u64 { self.0.load(Ordering::Relaxed) }
//! }
//! let suite = contend_lock_contention::suite()
//!     .enter::<Counters>(Contender::of::<Mine>("mine"), "mine 0.1.0");
//! assert!(suite.cells(&[2]).iter().any(|cell| cell.id().contender() == "mine"));
//! ```
//!
//! # Accuracy and limits
//! The `floor` rows show what loop, tape and report cost; a row is not better than its floor. A striped counter whose
//! stripes are fewer than its threads shares them.
//!
//! # Panics and errors
//! Nothing here panics in a measurement but a contender's own panic. Checks return `WrongResult`.

#![deny(unsafe_code)]

mod contenders;
mod counter;
mod dispatch;
mod free_lock;
mod pin;
mod section;
mod semaphore;
mod shared;
mod stack;
mod statistics;
mod table;

pub use counter::{Counter, Counters, Counting};
pub use dispatch::{Pipeline, Pipelines, Requests, Setup, handlers};
pub use free_lock::{FreeLock, FreeLocks, TryLock};
pub use pin::{PinUnpin, Reclaimer, Reclaimers};
pub use section::{Lock, Locks, Protected, Section};
pub use semaphore::{Bulkhead, Semaphore, Semaphores};
pub use shared::{Record, Shared, SharedValues, Value, Writes};
pub use stack::{PushPop, Stack, Stacks};
pub use statistics::{Statistics, StatisticsFields, Totals, WholeRequest};
pub use table::{SharedTable, SharedTables, Table, TableUse};

use contend_harness::Suite;

/// The suite with all its contenders, in report order.
pub fn suite() -> Suite {
    let contract =
        "Share a number, a small struct or a critical section between threads without losing a change.";
    Suite::new("lock-contention", contract, include_str!("../Cargo.toml"))
        .family(Counting::all(), contenders::counters())
        .family(Writes::all::<u64>(), contenders::shared_words())
        .family(Writes::all::<Record>(), contenders::shared_records())
        .family(TableUse::all(), contenders::tables())
        .family(Section::all(), contenders::locks())
        .family(FreeLock::all(), contenders::free_locks())
        .family(Bulkhead::all(), contenders::semaphores())
        .family(vec![PushPop], contenders::stacks())
        .family(vec![PinUnpin], contenders::reclaimers())
        .family(vec![WholeRequest], contenders::statistics())
        .family(Requests::all(), contenders::pipelines())
}
