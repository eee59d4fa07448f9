//! Channels against indexed slices, and channels against each other.
//!
//! It is a suite: contracts, contenders, workloads and checks. It measures nothing itself and prints nothing.
//!
//! ```text
//! contract       workloads                              contenders in contenders/
//! Gathers        gather-N-work-W                        direct, slices, locked, channels, per_request, floor
//! Channels       spsc, mpsc, mpmc: -cap-C, -unbounded   channels, libraries, crossfire, queues, locked, floor
//!                round-trip, burst, hydra, kitsune,     the same
//!                robin: -cap-C, -unbounded
//! Payloads       spsc-128-payload-P                     the same, but for shared queues
//! Batches        spsc-cap-C-batch-N                     batches
//! TaskChannels   async-spsc, async-mpsc, async-mpmc     tasks, crossfire, floor
//!
//! All but gathers and batches have more contenders with the feature `extended`.
//!
//! Gathers:  requester ──ticket──► helpers           the way out: one word, the same for all contenders
//!               ▲                    │
//!               └── slice │ channel ─┘              the way back: what is compared
//! ```
//!
//! In a gather, worker 0 asks for some items, computes along, and takes all results in order; one request is one
//! operation. The other workers help. They find a request by watching one atomic word, and all take their items from
//! it, so two contenders differ only in how a result comes back: see [`FanOut`]. A channel is also measured for itself:
//! receivers count the messages that they take.
//!
//! `round-trip-cap-1` also says how long a sleeper takes to wake, because both sides sleep in turn where the channel lets
//! them. `channel-per-request` and `mpsc-std` in the gathers are the channel that is made anew for each request. The
//! asynchronous channels are measured by their own halves, which each worker polls for itself; no runtime is compared, and
//! a runtime's timers, I/O, stealing and budgets are not in the numbers.
//!
//! What waits in `spsc-unbounded` can be looked at as well: see [`contend_harness::Admits::footprint`].
//!
//! A contender is a type with one of the traits, and a row. From another crate:
//!
//! ```
//! use contend_fan_out::{FanOut, Gathers, WayBack};
//! use contend_harness::Contender;
//! use std::sync::Mutex;
//!
//! /// A map from index to result, behind one lock.
//! struct Mine { items: usize, results: Mutex<std::collections::BTreeMap<usize, u64>> }
//! impl WayBack for Mine {
//!     type Handle<'a> = &'a Self;
//!     fn new(items: usize, _threads: usize) -> Self { Self { items, results: Mutex::default() } }
//!     fn handle(&self, _worker: usize) -> &Self { self }
//!     fn open(_handle: &mut &Self) {}
//!     fn bring(handle: &mut &Self, results: impl Iterator<Item = (usize, u64)>) {
//!         for (index, result) in results {
//!             handle.results.lock().unwrap().insert(index, result);
//!         }
//!     }
//!     fn collect(handle: &mut &Self, take: impl FnMut(u64)) {
//!         while handle.results.lock().unwrap().len() < handle.items {
//!             std::thread::yield_now();
//!         }
//!         std::mem::take(&mut *handle.results.lock().unwrap()).into_values().for_each(take);
//!     }
//! }
//! let suite = contend_fan_out::suite()
//!     .enter::<Gathers>(Contender::of::<FanOut<Mine>>("mine").blocks(), "mine 0.1.0");
//! assert!(suite.cells(&[2]).iter().any(|cell| cell.id().contender() == "mine"));
//! ```
//!
//! # Accuracy and limits
//! Helpers spin while they wait for a request, as those of a busy service would not have to wait at all; a pool that
//! sleeps would add a wake-up to each request, whatever the way back. Items are computed in any order by whoever is
//! free, so few long items divide unevenly. They do not depend on each other either, so a core begins the next while it
//! ends one, and short items take less time than their work units would one after the other. A receiver reads each
//! message's sender and number, some 1 to 2 ns: the `floor` rows show it.
//!
//! # Panics and errors
//! Nothing here panics in a measurement but a contender's own panic. A helper that panics leaves its items undone, and
//! the requester waits until the engine gives the slice up as hung. Checks return `WrongResult`.

#![forbid(unsafe_code)]

mod any_trial;
mod batch;
mod channel;
mod contenders;
mod fan;
mod gather;
mod parcel;
mod payload;
mod rounds;
mod tally;
mod task;
mod traffic;

pub use batch::{Batch, BatchChannel, Batches};
pub use channel::{Channel, Channels};
pub use fan::{FanOut, WayBack};
pub use gather::{Gather, Gathers, Requests};
pub use payload::{Carrier, Message, Payload, Payloads};
pub use task::{TaskChannel, TaskChannels, TaskTraffic};
pub use traffic::{Shape, Traffic};

use contend_harness::Suite;

/// The suite with all its contenders, in report order.
pub fn suite() -> Suite {
    let contract = "Divide a request among threads and gather its results in order, or carry messages between threads, \
                    without losing or doubling one.";
    Suite::new("fan-out", contract, include_str!("../Cargo.toml"))
        .family(Requests::all(), contenders::gathers())
        .family(Traffic::all(), contenders::channels())
        .family(Payload::all(), contenders::payloads())
        .family(Batch::all(), contenders::batches())
        .family(TaskTraffic::all(), contenders::tasks())
}
