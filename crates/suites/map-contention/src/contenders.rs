//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod floor;
mod hashers;
mod lock_free;
mod locked;
mod per_thread;
mod published;
mod sharded;
mod stages;

pub use hashers::{Hashers, SharedHasher};

use crate::{Key, Maps, Stores};
use contend_harness::Contender;
use evmap::StableHashEq;

/// The hash function of all maps.
///
/// A fixed state, so that every launch hashes alike: the workloads have no adversary.
type FoldHash = foldhash::fast::FixedState;

pub(crate) fn maps<K: Key + StableHashEq>() -> Vec<Contender<Maps<K>>> {
    [floor::maps(), locked::maps(), sharded::maps(), lock_free::maps(), published::maps(), per_thread::maps()]
        .concat()
}

pub(crate) fn hashers<K: Key>() -> Vec<Contender<Hashers<K>>> {
    hashers::rows()
}

pub(crate) fn stores() -> Vec<Contender<Stores>> {
    [floor::STORES, stages::STORES].concat()
}
