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
//!            burst-of-N-16k                  acquire and touch N, release all         the same
//!            poisoned-by-64-mib              as buffer-16k-64b-uninit, behind one     the same
//!                                            whose buffer grew to 64 MiB
//! Arenas     request-arena                   keep 20 fields, read all, free all       arenas
//! Slabs      slab-insert-remove-N            insert, or remove; N of each in turn     slabs
//! Allocators allocate-fixed-64, -pareto      allocate and write, free another         allocators
//!            allocate-free-elsewhere         allocate and write ─queue─► free on      the same
//!                                            another thread
//! ```
//!
//! Pools are filled before the clock starts, and allocate when they are empty; such misses are reported as failed
//! attempts. Most are bounded: in a burst they free what is too much, and the others keep it. The bursts, the poisoned
//! pool and the allocators also have a footprint, where memory is looked at. A contender is a type with [`Pool`],
//! [`Arena`], [`Slab`] or [`Allocator`], and a row. From another crate:
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
//! A pool holds two buffers per thread, so it misses only in bursts, and a queue, which gives the oldest buffer first,
//! goes round them all while a stack returns the warmest. Larger pools cost a queue more cache. Where a buffer is barely
//! used, `thread-local` pops what it pushed some nanoseconds before, while the words are still on their way to the
//! cache; that costs it about 10 ns, which the atomic instructions of a mutex hide, and which are gone once a buffer is
//! filled. `fresh-vec` measures the allocator of the bench executable, in a heap without the history of a long-lived
//! service. The `floor` rows show what touching, filling and encoding cost in a buffer that is never given back.
//!
//! `thread-local` leaves its buffers to the thread, so they are still there when its footprint ends. An allocator
//! belongs to its executable: this one has the system's, and [`allocators`] is the suite for one that has another.
//!
//! # Panics and errors
//! Nothing here panics in a measurement but a contender's own panic. Checks return `WrongResult`.

#![forbid(unsafe_code)]

mod allocator;
mod arena;
mod contenders;
mod hand_over;
mod pool;
mod response;
mod slab;
mod trial;
mod usage;
mod workload;

pub use allocator::{Allocations, Allocator, Allocators, Sizes};
pub use arena::{Arena, Arenas, RequestArena};
pub use pool::{Pool, Stock};
pub use slab::{InsertRemove, Slab, Slabs};
pub use trial::Pools;
pub use workload::Buffers;

use contend_harness::Suite;

/// The suite's name.
const ID: &str = "buffer-pools";

/// The suite with all its contenders, in report order.
pub fn suite() -> Suite {
    let contract =
        "Give each holder a buffer of its own, empty or zeroed as it asks, and lose none that came back.";
    Suite::new(ID, contract, include_str!("../Cargo.toml"))
        .family(Buffers::all(), contenders::pools())
        .family(RequestArena::all(), contenders::arenas())
        .family(InsertRemove::all(), contenders::slabs())
        .family(Allocations::all(), contenders::allocators())
}

/// The workloads of [`Allocators`] alone, for an executable that has another allocator than the system's. Its row is
/// `id`, and `version` is shown with its numbers, such as `mimalloc 0.1.52`.
///
/// ```
/// let suite = contend_buffer_pools::allocators("mimalloc", "mimalloc 0.1.52");
/// let cells = suite.cells(&[1]);
/// assert_eq!(cells[1].id().to_string(), "buffer-pools/allocate-pareto/mimalloc/1");
/// assert_eq!(cells[1].version(), "mimalloc 0.1.52");
/// ```
pub fn allocators(id: &'static str, version: &'static str) -> Suite {
    let contract = "Give each holder a block of its own, large enough, wherever it is freed.";
    Suite::new(ID, contract, include_str!("../Cargo.toml"))
        .family::<Allocators>(Allocations::all(), Vec::new())
        .enter(contenders::executables(id), version)
}
