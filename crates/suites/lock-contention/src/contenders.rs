//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod atomics;
mod dispatch;
mod exclusive;
#[cfg(feature = "extended")]
mod extended;
mod floor;
mod mutexes;
mod published;
mod reclaimed;
mod rwlocks;
mod semaphores;
mod sequenced;
mod striped;

use crate::{
    Counters, FreeLocks, Locks, Pipelines, Reclaimers, Record, Semaphores, SharedTables, SharedValues,
    Stacks, StatisticsFields,
};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use std::sync::atomic::AtomicU64;

pub(crate) fn counters() -> Vec<Contender<Counters>> {
    let rows = [floor::COUNTERS, mutexes::COUNTERS, atomics::COUNTERS, striped::COUNTERS].concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::counters()].concat();
    rows
}

pub(crate) fn shared_words() -> Vec<Contender<SharedValues<u64>>> {
    let rows = [
        floor::shared(),
        mutexes::shared(),
        rwlocks::shared(),
        published::shared(),
        reclaimed::shared(),
        sequenced::SHARED_WORDS.to_vec(),
        atomics::SHARED_WORDS.to_vec(),
    ]
    .concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::shared()].concat();
    rows
}

pub(crate) fn shared_records() -> Vec<Contender<SharedValues<Record>>> {
    let rows = [
        floor::shared(),
        mutexes::shared(),
        rwlocks::shared(),
        published::shared(),
        reclaimed::shared(),
        sequenced::SHARED_RECORDS.to_vec(),
        atomics::SHARED_RECORDS.to_vec(),
    ]
    .concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::shared()].concat();
    rows
}

pub(crate) fn locks() -> Vec<Contender<Locks>> {
    let rows = [floor::LOCKS, mutexes::LOCKS].concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::locks()].concat();
    rows
}

pub(crate) fn free_locks() -> Vec<Contender<FreeLocks>> {
    let rows = [floor::FREE_LOCKS, &mutexes::free_locks()].concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::free_locks()].concat();
    rows
}

pub(crate) fn tables() -> Vec<Contender<SharedTables>> {
    let rows = [floor::TABLES, mutexes::TABLES, rwlocks::TABLES].concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::tables()].concat();
    rows
}

pub(crate) fn stacks() -> Vec<Contender<Stacks>> {
    [floor::STACKS, mutexes::STACKS, reclaimed::STACKS].concat()
}

pub(crate) fn reclaimers() -> Vec<Contender<Reclaimers>> {
    [floor::RECLAIMERS, reclaimed::RECLAIMERS].concat()
}

pub(crate) fn semaphores() -> Vec<Contender<Semaphores>> {
    [floor::SEMAPHORES, semaphores::SEMAPHORES].concat()
}

pub(crate) fn statistics() -> Vec<Contender<StatisticsFields>> {
    [floor::STATISTICS, mutexes::STATISTICS, atomics::STATISTICS, striped::STATISTICS].concat()
}

pub(crate) fn pipelines() -> Vec<Contender<Pipelines>> {
    [floor::PIPELINES, dispatch::PIPELINES].concat()
}

/// An atomic word with its place in memory: among its neighbours, or alone on a cache line.
trait Placed: From<AtomicU64> + Send + Sync + 'static {
    fn word(&self) -> &AtomicU64;
}

impl Placed for AtomicU64 {
    #[inline(always)]
    fn word(&self) -> &AtomicU64 {
        self
    }
}

impl Placed for CachePadded<AtomicU64> {
    #[inline(always)]
    fn word(&self) -> &AtomicU64 {
        self
    }
}
