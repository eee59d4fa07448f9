//! Pooled buffers against fresh allocations.
//!
//! It is a suite: contracts, contenders, workloads and checks. It measures nothing itself and prints nothing.
//!
//! ```text
//! contract   workloads                       one operation                            contenders in contenders/
//! Pools      buffer-S-T-uninit, -zeroed      acquire, touch T of S bytes, release     own, queues, mutexes, floor
//!            request-12k                     acquire, fill, checksum, release         the same
//!            json-response                   acquire, encode, release                 the same
//!            release-elsewhere-16k           acquire and touch ─queue─► release       the same, but those that
//!                                            on another thread                        belong to a thread
//! ```
//!
//! Pools are bounded, filled before the clock starts, and allocate when they are empty; such misses are reported as
//! failed attempts. A contender is a type with [`Pool`], and a row. From another crate:
//!
//! ```
//! use contend_buffer_pools::{Pool, Pools, Stock};
//! use contend_harness::Contender;
//! use std::sync::{Mutex, mpsc};
//!
//! struct Mine { sender: mpsc::SyncSender<Vec<u8>>, receiver: Mutex<mpsc::Receiver<Vec<u8>>> }
//! impl Pool for Mine {
//!     type Handle<'a> = &'a Self;
//!     fn new(stock: &Stock) -> Self {
//!         let (sender, receiver) = mpsc::sync_channel(stock.buffers());
//!         (0..stock.buffers()).for_each(|_| sender.send(stock.buffer()).unwrap());
//!         Self { sender, receiver: Mutex::new(receiver) }
//!     }
//!     fn handle(&self, _worker: usize) -> &Self { self }
//!     fn acquire(handle: &mut &Self, bytes: usize) -> Vec<u8> {
//!         let mut buffer = handle.receiver.lock().unwrap().try_recv().unwrap_or_default();
//!         buffer.clear();
//!         buffer.reserve(bytes);
//!         buffer
//!     }
//!     fn release(handle: &mut &Self, buffer: Vec<u8>) { let _ = handle.sender.try_send(buffer); }
//!     fn pooled(&self) -> usize {
//!         let buffers: Vec<_> = self.receiver.lock().unwrap().try_iter().collect();
//!         let pooled = buffers.len();
//!         buffers.into_iter().for_each(|buffer| self.sender.send(buffer).unwrap());
//!         pooled
//!     }
//! }
//! let suite = contend_buffer_pools::suite()
//!     .enter::<Pools>(Contender::of::<Mine>("mine").blocks(), "mine 0.1.0");
//! assert!(suite.cells(&[2]).iter().any(|cell| cell.id().contender() == "mine"));
//! ```
//!
//! # Accuracy and limits
//! A pool holds two buffers per thread, so it never misses here, and a queue, which gives the oldest buffer first, goes
//! round them all while a stack returns the warmest. Larger pools cost a queue more cache. Where a buffer is barely
//! used, `thread-local` pops what it pushed some nanoseconds before, while the words are still on their way to the
//! cache; that costs it about 10 ns, which the atomic instructions of a mutex hide, and which are gone once a buffer is
//! filled. `fresh-vec` measures the allocator of the bench executable, in a heap without the history of a long-lived
//! service. The `floor` rows show what touching, filling and encoding cost in a buffer that is never given back.
//!
//! # Panics and errors
//! Nothing here panics in a measurement but a contender's own panic. Checks return `WrongResult`.

#![forbid(unsafe_code)]

mod contenders;
mod hand_over;
mod pool;
mod response;
mod trial;
mod usage;
mod workload;

pub use pool::{Pool, Stock};
pub use trial::Pools;
pub use workload::Buffers;

use contend_harness::Suite;

/// The suite with all its contenders, in report order.
pub fn suite() -> Suite {
    let contract =
        "Give each holder a buffer of its own, empty or zeroed as it asks, and lose none that came back.";
    Suite::new("buffer-pools", contract, include_str!("../Cargo.toml"))
        .family(Buffers::all(), contenders::pools())
}
