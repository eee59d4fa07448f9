//! The keys: texts as services have them, and integers.

use contend_harness::keys::{temp_key, user_key};
use std::borrow::Borrow;
use std::fmt::Debug;
use std::hash::Hash;

/// A key of the workloads.
pub trait Key: Clone + Debug + Eq + Hash + Ord + Send + Sync + 'static {
    /// What begins the names of workloads with this key, if anything does.
    const PREFIX: &'static str;

    /// Key `index` of those that are in the map all the time.
    fn user(index: usize) -> Self;

    /// The first `count` keys, as far as [`Key::at`] needs them.
    fn table(count: usize) -> Vec<Self> {
        (0..count).map(Self::user).collect()
    }

    /// Key `index`, in a loop on the clock: out of a [`Key::table`], where making it costs more than looking it up.
    #[inline(always)]
    fn at(table: &[Self], index: usize) -> impl Borrow<Self> {
        &table[index]
    }

    /// A key that lies anywhere: `number` is as good as random.
    fn scattered(number: u64) -> Self;

    /// Key `number` of those that only worker `worker` inserts.
    fn temporary(worker: usize, number: usize) -> Self;
}

impl Key for String {
    const PREFIX: &'static str = "";

    #[inline]
    fn user(index: usize) -> Self {
        user_key(index)
    }

    fn scattered(number: u64) -> Self {
        format!("user_{number:016x}")
    }

    fn temporary(worker: usize, number: usize) -> Self {
        temp_key(worker, number)
    }
}

impl Key for u64 {
    const PREFIX: &'static str = "integer-";

    #[inline]
    fn user(index: usize) -> Self {
        index as Self
    }

    /// None: in a table of a million integers, the table would be measured beside the map.
    fn table(_count: usize) -> Vec<Self> {
        Vec::new()
    }

    #[inline(always)]
    fn at(_table: &[Self], index: usize) -> impl Borrow<Self> {
        index as Self
    }

    fn scattered(number: u64) -> Self {
        number
    }

    fn temporary(worker: usize, number: usize) -> Self {
        (worker as Self + 1) << 32 | number as Self
    }
}
