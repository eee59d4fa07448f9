//! Maps that threads share.
//!
//! It is a suite: contracts, contenders, workloads and checks. It measures nothing itself and prints nothing.
//!
//! ```text
//! contract          workloads                                          contenders in contenders/
//! Maps<String>      read-only, read-99-insert-1, read-80-set-20, ...   one lock, sharded, lock-free, published, ...
//!                   text-grow-..., jctools-..., ...
//! Maps<u64>         integer-..., churn-..., legacy-..., grow-...,      the same rows
//!                   update-..., bustle-..., boost-..., sync-map-...,
//!                   ycsb-..., iterate-..., len
//! Hashers<K>        hasher-text, hasher-integer                        hash functions, all in the same map
//! Stores            kv-store                                           the three stages of the articles, floor
//! Caches            cache-hits, cache-misses, cache-zipf-load-N        bounded caches, with the feature `extended`
//! ```
//!
//! The feature `extended` adds maps, too.
//!
//! All maps but evmap's hash with foldhash, so that the main tables compare maps and not hash functions. A contender is a type with
//! one of the traits, and a row. From another crate:
//!
//! ```
//! use contend_harness::Contender;
//! use contend_map_contention::{Map, Maps};
//! use std::collections::BTreeMap;
//! use std::sync::Mutex;
//!
//! struct Mine(Mutex<BTreeMap<String, u64>>);
//! impl Map<String> for Mine {
//!     type Handle<'a> = &'a Self;
//!     fn with_capacity(_capacity: usize, _threads: usize) -> Self { Self(Mutex::default()) }
//!     fn handle(&self, _worker: usize) -> &Self { self }
//!     fn get(handle: &mut &Self, key: &String) -> Option<u64> { handle.0.lock().unwrap().get(key).copied() }
//!     fn set(handle: &mut &Self, key: &String, value: u64) -> bool {
//!         handle.0.lock().unwrap().get_mut(key).map(|old| *old = value).is_some()
//!     }
//!     fn insert(handle: &mut &Self, key: String, value: u64) -> bool {
//!         handle.0.lock().unwrap().insert(key, value).is_none()
//!     }
//!     fn remove(handle: &mut &Self, key: &String) -> bool { handle.0.lock().unwrap().remove(key).is_some() }
//! }
//! let suite = contend_map_contention::suite()
//!     .enter::<Maps<String>>(Contender::of::<Mine>("mine").blocks(), "mine 0.1.0");
//! assert!(suite.cells(&[2]).iter().any(|cell| cell.id().contender() == "mine"));
//! ```
//!
//! # Accuracy and limits
//! Every map is made with room for all keys it will ever hold, so growth is in no numbers but those of `grow-from-empty`
//! and `text-grow-from-empty`. What a lookup costs
//! depends on where the table lies in memory: between two launches it differs by 10 % and more.
//!
//! # Panics and errors
//! Nothing here panics in a measurement but a contender's own panic. Checks return `WrongResult`.

#![forbid(unsafe_code)]

mod blend;
#[cfg(feature = "extended")]
mod cache;
mod churn;
mod contenders;
mod grow;
mod key;
mod legacy;
mod map;
mod mix;
mod mix_trial;
mod model;
mod scan;
mod shuffle;
mod store;
mod workload;

pub use blend::Blend;
#[cfg(feature = "extended")]
pub use cache::{Cache, CacheUse, Caches};
pub use churn::Churn;
pub use contenders::{Hashers, SharedHasher};
pub use grow::Grow;
pub use key::Key;
pub use legacy::Legacy;
pub use map::{Kind, Map, Maps};
pub use mix::{Mix, Write};
pub use scan::Scan;
pub use store::{Lookup, Store, Stores};
pub use workload::MapWorkload;

use contend_harness::Suite;

/// The suite with all its contenders, in report order.
pub fn suite() -> Suite {
    let contract = "Look up, replace, insert and remove keys of one map from all threads, and lose none.";
    let suite = Suite::new("map-contention", contract, include_str!("../Cargo.toml"))
        .family(mixes(Mix::text()), contenders::maps::<String>())
        .family(mixes(Mix::integer()), contenders::integer_maps())
        .family(Legacy::all().into_iter().map(MapWorkload::Legacy).collect(), contenders::integer_maps())
        .family(Churn::all().into_iter().map(MapWorkload::Churn).collect(), contenders::integer_maps())
        .family(Grow::integer().into_iter().map(MapWorkload::Grow).collect(), contenders::integer_maps())
        .family(Grow::text().into_iter().map(MapWorkload::Grow).collect(), contenders::maps::<String>())
        .family(Blend::integer().into_iter().map(MapWorkload::Blend).collect(), contenders::integer_maps())
        .family(Blend::text().into_iter().map(MapWorkload::Blend).collect(), contenders::maps::<String>())
        .family(Scan::all().into_iter().map(MapWorkload::Scan).collect(), contenders::integer_maps())
        .family(mixes(Mix::ycsb()), contenders::integer_maps())
        .family(Mix::hashers::<String>(), contenders::hashers::<String>())
        .family(Mix::hashers::<u64>(), contenders::hashers::<u64>())
        .family(vec![Lookup], contenders::stores());
    #[cfg(feature = "extended")]
    let suite = suite.family(CacheUse::all(), contenders::caches());
    suite
}

fn mixes(mixes: Vec<Mix>) -> Vec<MapWorkload> {
    mixes.into_iter().map(MapWorkload::Mix).collect()
}
