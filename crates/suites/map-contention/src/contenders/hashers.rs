//! Hash functions, all in the same map: dashmap, because it is the one that most people would change.

use crate::key::Key;
use crate::mix::Mix;
use crate::mix_trial::MapTrial;
use contend_harness::{Admits, Contender, Contract, Setting, Trial};
use dashmap::DashMap;
use std::hash::BuildHasher;
use std::marker::PhantomData;

/// What a hash function needs to be a contender.
pub trait SharedHasher: BuildHasher + Clone + Default + Send + Sync + 'static {}

impl<H: BuildHasher + Clone + Default + Send + Sync + 'static> SharedHasher for H {}

/// The contract of hash functions.
#[derive(Debug)]
pub struct Hashers<K>(PhantomData<K>);

impl<K: Key> Contract for Hashers<K> {
    type Workload = Mix;
    const NAME: &'static str = "hash functions";
    const GUARANTEES: &'static str = "no lookup gives another key's value";
    const PLACED: bool = true;
}

impl<K: Key, H: SharedHasher> Admits<H> for Hashers<K> {
    fn trial(workload: &Mix, setting: &Setting) -> impl Trial {
        MapTrial::<K, DashMap<K, u64, H>>::new(workload, setting)
    }
}

pub(super) fn rows<K: Key>() -> Vec<Contender<Hashers<K>>> {
    vec![
        Contender::of::<std::hash::RandomState>("siphash-std")
            .from_std()
            .note("the default of HashMap; resists chosen keys"),
        Contender::of::<foldhash::fast::FixedState>("foldhash-fast").package("foldhash"),
        Contender::of::<foldhash::quality::FixedState>("foldhash-quality").package("foldhash"),
        Contender::of::<ahash::RandomState>("ahash").package("ahash"),
        Contender::of::<rapidhash::fast::RandomState>("rapidhash").package("rapidhash"),
        Contender::of::<rustc_hash::FxBuildHasher>("rustc-hash")
            .package("rustc-hash")
            .note("does not resist chosen keys"),
    ]
    .into_iter()
    .map(Contender::blocks)
    .collect()
}
