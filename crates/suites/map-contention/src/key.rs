//! The keys: texts as services have them, and integers.

use contend_harness::keys::{temp_key, user_key};
use std::fmt::Debug;
use std::hash::Hash;

/// A key of the workloads.
pub trait Key: Clone + Debug + Eq + Hash + Ord + Send + Sync + 'static {
    /// What begins the names of workloads with this key, if anything does.
    const PREFIX: &'static str;

    /// Key `index` of those that are in the map all the time.
    fn user(index: usize) -> Self;

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

    fn scattered(number: u64) -> Self {
        number
    }

    fn temporary(worker: usize, number: usize) -> Self {
        (worker as Self + 1) << 32 | number as Self
    }
}
