//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod atomics;
mod dispatch;
mod floor;
mod mutexes;
mod published;
mod reclaimed;
mod rwlocks;
mod striped;

use crate::{Counters, Locks, Pipelines, Record, SharedValues, StatisticsFields};
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
        atomics::SHARED_RECORDS.to_vec(),
    ]
    .concat()
}

pub(crate) fn locks() -> Vec<Contender<Locks>> {
    [floor::LOCKS, mutexes::LOCKS].concat()
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
