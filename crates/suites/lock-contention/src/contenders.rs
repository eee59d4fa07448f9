//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod atomics;
mod dispatch;
mod exclusive;
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
    [floor::COUNTERS, mutexes::COUNTERS, atomics::COUNTERS, striped::COUNTERS].concat()
}

pub(crate) fn shared_words() -> Vec<Contender<SharedValues<u64>>> {
    [
        floor::shared(),
        mutexes::shared(),
        rwlocks::shared(),
        published::shared(),
        reclaimed::shared(),
        sequenced::SHARED_WORDS.to_vec(),
        atomics::SHARED_WORDS.to_vec(),
    ]
    .concat()
}

pub(crate) fn shared_records() -> Vec<Contender<SharedValues<Record>>> {
    [
        floor::shared(),
        mutexes::shared(),
        rwlocks::shared(),
        published::shared(),
        reclaimed::shared(),
        sequenced::SHARED_RECORDS.to_vec(),
        atomics::SHARED_RECORDS.to_vec(),
    ]
    .concat()
}

pub(crate) fn locks() -> Vec<Contender<Locks>> {
    [floor::LOCKS, mutexes::LOCKS].concat()
}

pub(crate) fn free_locks() -> Vec<Contender<FreeLocks>> {
    [floor::FREE_LOCKS, &mutexes::free_locks()].concat()
}

pub(crate) fn tables() -> Vec<Contender<SharedTables>> {
    [floor::TABLES, mutexes::TABLES, rwlocks::TABLES].concat()
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
