//! The registry, in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod floor;
mod guarded;
mod mutexes;
mod own;
mod queues;
mod shared;

use crate::Pools;
use contend_harness::Contender;

pub(crate) fn pools() -> Vec<Contender<Pools>> {
    [floor::POOLS, own::POOLS, queues::POOLS, mutexes::POOLS, guarded::POOLS].concat()
}
