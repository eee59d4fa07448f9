//! Reference structures that threads share, checked by models: a counter, a map, a cell and two pools.
//!
//! They are the in-house rows of the suites, so that a design can be told from a crate: written plainly, without `unsafe`,
//! from locks and atomics that others maintain. They are no fastest of their kind, and no collection of all kinds.
//!
//! ```text
//! StripedCounter ── add ──► one padded word per stripe ◄── sum walks over all of them
//! ShardedMap ────── hash ─► one shard ── RwLock ── hashbrown's table
//! SequencedCell ─── store ► Mutex ─► odd number, words, even number ◄── load reads again if the number moved
//! StackPool ─────── take, put ─► Mutex ── one stack, up to a bound
//! StripedPool ───── take, put ─► a StackPool per stripe; an empty one takes from the others
//! ```
//!
//! ```
//! use contend_structures::{SequencedCell, ShardedMap, StackPool, StripedCounter, StripedPool};
//! use std::hash::RandomState;
//!
//! // A service counts requests, each thread in a stripe of its own.
//! let requests = StripedCounter::new(2);
//! let (first, second) = (requests.stripe(0), requests.stripe(1));
//! first.add(1);
//! second.add(2);
//! assert_eq!(requests.sum(), 3);
//!
//! // It keeps sessions in 8 shards.
//! let sessions: ShardedMap<String, u64, RandomState, 8> = ShardedMap::with_capacity(1000);
//! assert_eq!(sessions.insert("ada".to_owned(), 1), None);
//! assert_eq!(sessions.update("ada", |logins| { *logins += 1; *logins }), Some(2));
//! assert_eq!(sessions.get("bob"), None);
//!
//! // A price and its time belong together: nobody reads the one without the other.
//! let price = SequencedCell::new([100, 1]);
//! price.store([101, 2]);
//! assert_eq!(price.load(), [101, 2]);
//!
//! // Buffers are used again. Of these, one thread put back what another one takes.
//! let buffers = StripedPool::new(2, 16);
//! assert!(buffers.stripe(0).put(Vec::<u8>::with_capacity(4096)));
//! assert_eq!(buffers.stripe(1).take().map(|buffer| buffer.capacity()), Some(4096));
//!
//! // A pool has a bound: what is too much is dropped.
//! let few = StackPool::new(1);
//! assert!(few.put("kept"));
//! assert!(!few.put("surplus"));
//! assert_eq!(few.take(), Some("kept"));
//! ```
//!
//! # Guarantees
//! Linearizable means here: each call takes effect at one moment between its begin and its end, in an order that all threads
//! agree on and that keeps to what happened before what. What a thread did before a call that changes a value is visible to
//! those who see that change, but for the counter's.
//!
//! | structure | linearizable | only eventually exact |
//! |---|---|---|
//! | [`StripedCounter`] | each stripe's `add` | `sum`: all adds that happened before it, and some of those beside it |
//! | [`ShardedMap`] | all that names one key | `len`, `is_empty`, `for_each`: shard after shard |
//! | [`SequencedCell`] | `load`, `store`, `update` | nothing |
//! | [`StackPool`] | all, as a stack | nothing |
//! | [`StripedPool`] | `put`, and a `take` that finds something, as a bag | a `take` that finds nothing, `len`, `is_empty`: stack after stack |
//!
//! A sum is exact once all adds have ended and the thread that asks knows of them, by joining theirs for instance. For one
//! thread it never goes back, until it wraps. Two structures have no order in common that all threads agree on, unless a thread
//! that uses both makes one.
//!
//! | structure | who waits for whom |
//! |---|---|
//! | [`StripedCounter`] | nobody, where the processor adds in one instruction; else who shares a stripe may try again |
//! | [`ShardedMap`] | for the shard's lock: readers share it, a writer has it alone |
//! | [`SequencedCell`] | writers for each other; a reader as long as writers keep changing the words; no writer for readers |
//! | [`StackPool`] | for the lock |
//! | [`StripedPool`] | for one lock at a time |
//!
//! The locks are parking_lot's: a waiting thread spins a little, then sleeps, and one that the system stops within a lock holds
//! up all who want it. No call holds two locks, so calls alone cannot deadlock.
//!
//! How that is checked: loom goes through the orders of two to four threads in small models, with the weak memory of C11
//! (`bash ci/model.sh`); property tests compare histories of one thread with collections of the standard library; and
//! `tests/threads.rs` runs the real locks on real threads. loom knows no load buffering: a fault that needs a load delayed past
//! a later store of its thread stays hidden from it.
//!
//! # Limits
//! A [`ShardedMap`] has a power of two of shards, fixed by its type, and never shrinks. A [`SequencedCell`] holds words, which
//! are copied out whole by each reader; a reader that sleeps through exactly 2^63 writes would take old words for new ones.
//! Pools never shrink, and allocate the places of their stacks when they are made, so that `put` allocates nothing.
//!
//! # Panics and errors
//! There are no errors. A counter or a striped pool without stripes, a pool whose places cannot be allocated, and the stripe of
//! a number that is too large panic where they are made, never later. What panics in a caller's closure, `Clone`, `Eq` or
//! `Hash` passes through and leaves the lock open, not poisoned; each call says what it leaves behind. A closure or such an impl
//! that uses the structure it was called by may wait for itself for ever.

#![forbid(unsafe_code)]

mod sequenced_cell;
mod sharded_map;
mod stack_pool;
mod striped_counter;
mod striped_pool;
mod sync;

pub use sequenced_cell::SequencedCell;
pub use sharded_map::ShardedMap;
pub use stack_pool::StackPool;
pub use striped_counter::{CounterStripe, StripedCounter};
pub use striped_pool::{PoolStripe, StripedPool};
