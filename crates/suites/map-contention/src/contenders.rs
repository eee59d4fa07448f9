//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

#[cfg(feature = "extended")]
mod caches;
#[cfg(feature = "extended")]
mod extended;
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
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The hash function of all maps.
///
/// A fixed state, so that every launch hashes alike: the workloads have no adversary.
type FoldHash = foldhash::fast::FixedState;

/// Guards that are made and dropped so that scc frees what nobody can see any more: three epochs would do.
const SCC_GUARDS: usize = 16;

/// Frees what maps of scc have put off.
fn flush_scc() {
    for _ in 0..SCC_GUARDS {
        scc::Guard::new().accelerate();
    }
}

/// Gives `key` a value if it has none, or returns the one that it has.
#[inline(always)]
fn insert_absent<K: Key>(table: &mut HashMap<K, u64, FoldHash>, key: K, value: u64) -> Option<u64> {
    match table.entry(key) {
        Entry::Occupied(entry) => Some(*entry.get()),
        Entry::Vacant(entry) => {
            entry.insert(value);
            None
        }
    }
}

pub(crate) fn maps<K: Key + StableHashEq>() -> Vec<Contender<Maps<K>>> {
    let rows = [
        floor::maps(),
        locked::maps(),
        sharded::maps(),
        lock_free::maps(),
        published::maps(),
        per_thread::maps(),
    ]
    .concat();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::maps()].concat();
    rows
}

pub(crate) fn integer_maps() -> Vec<Contender<Maps<u64>>> {
    let rows = maps();
    #[cfg(feature = "extended")]
    let rows = [rows, extended::integer_maps()].concat();
    rows
}

#[cfg(feature = "extended")]
pub(crate) fn caches() -> Vec<Contender<crate::Caches>> {
    caches::CACHES.to_vec()
}

pub(crate) fn hashers<K: Key>() -> Vec<Contender<Hashers<K>>> {
    hashers::rows()
}

pub(crate) fn stores() -> Vec<Contender<Stores>> {
    [floor::STORES, stages::STORES].concat()
}
