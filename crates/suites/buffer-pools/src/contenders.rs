//! The registry, in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod allocators;
mod arenas;
mod floor;
mod guarded;
mod locks;
mod mutexes;
mod own;
mod queues;
mod shared;
mod slabs;

use crate::{Allocators, Arenas, Pools, Slabs};
use contend_harness::Contender;

pub(crate) use allocators::executables;

pub(crate) fn pools() -> Vec<Contender<Pools>> {
    [floor::POOLS, own::POOLS, queues::POOLS, mutexes::POOLS, guarded::POOLS].concat()
}

pub(crate) fn arenas() -> Vec<Contender<Arenas>> {
    arenas::ARENAS.to_vec()
}

pub(crate) fn slabs() -> Vec<Contender<Slabs>> {
    slabs::SLABS.to_vec()
}

pub(crate) fn allocators() -> Vec<Contender<Allocators>> {
    vec![allocators::SYSTEM]
}
