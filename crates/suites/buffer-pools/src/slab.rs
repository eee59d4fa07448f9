//! Slabs: values that are put away and fetched by the key that was got for them.

use crate::usage::stamp;
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::ops::Range;

/// Operations per look at the stop flag; it divides the values of every workload.
const STRIDE: usize = stride(50) as usize;

/// A store that gives a key for each value.
pub trait Slab: Send + Sync + 'static {
    /// What one thread inserts and removes through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// An empty slab, for `threads` threads that put away `values` values each.
    fn new(threads: usize, values: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads. Called on the worker's own thread.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Puts `value` away, and gives the key to it. This is what is measured.
    fn insert(handle: &mut Self::Handle<'_>, value: u64) -> usize;

    /// Fetches what `key` was given for; the key may then be given again. This is what is measured.
    fn remove(handle: &mut Self::Handle<'_>, key: usize) -> Option<u64>;

    /// Values that only this handle can fetch.
    fn kept(_handle: &Self::Handle<'_>) -> usize {
        0
    }

    /// Values that any handle can fetch. Called when no handle is alive.
    fn left(&mut self) -> usize {
        0
    }
}

/// Each thread inserts so many values and then removes them, those that came first before the others.
#[derive(Clone, Debug)]
pub struct InsertRemove {
    values: usize,
}

impl InsertRemove {
    /// 100 and 5,000 values: the fewest and the most in the benchmark of sharded-slab.
    pub fn all() -> Vec<Self> {
        [100, 5000].into_iter().map(|values| Self { values }).collect()
    }
}

const _: () = assert!(100_usize.is_multiple_of(STRIDE) && 5000_usize.is_multiple_of(STRIDE));

impl Workload for InsertRemove {
    fn id(&self) -> String {
        format!("slab-insert-remove-{}", self.values)
    }

    fn question(&self) -> String {
        format!("Which slab, if each thread puts {} values away and fetches them again?", self.values)
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Slab`].
#[derive(Debug)]
pub enum Slabs {}

impl Contract for Slabs {
    type Workload = InsertRemove;
    const NAME: &'static str = "slabs";
    const GUARANTEES: &'static str = "a key gives back the value it was given for, once";
    const PLACED: bool = true;
}

impl<T: Slab> Admits<T> for Slabs {
    fn trial(workload: &InsertRemove, setting: &Setting) -> impl Trial {
        SlabTrial { slab: T::new(setting.threads, workload.values), values: workload.values }
    }
}

struct SlabTrial<T> {
    slab: T,
    values: usize,
}

/// What one worker found.
#[derive(Debug)]
struct Found {
    /// Keys that did not give back what they were given for.
    wrong: u64,
    /// Values that stayed in the thread's own slab.
    kept: u64,
}

impl<T: Slab> Trial for SlabTrial<T> {
    type Report = Found;

    /// An operation is an insert or a removal, and a slice begins with the first insert.
    fn work(&self, worker: &mut Worker<'_>) -> Found {
        let mut handle = self.slab.handle(worker.index());
        let mut keys = vec![0; self.values];
        let (values, zero) = (self.values as u64, stamp(worker.index(), 0));
        let mut wrong = 0;
        let done = worker.measure(STRIDE as u64, |done| {
            let start = (done % values) as usize;
            let keys = &mut keys[start..start + STRIDE];
            if (done / values).is_multiple_of(2) {
                for (key, number) in keys.iter_mut().zip(done..) {
                    *key = T::insert(&mut handle, zero + number);
                }
            } else {
                for (key, number) in keys.iter().zip(done - values..) {
                    wrong += u64::from(T::remove(&mut handle, *key) != Some(zero + number));
                }
            }
            STRIDE as u64
        });
        let (out, first) = still_there(done, self.values);
        for (key, number) in keys[out].iter().zip(first..) {
            wrong += u64::from(T::remove(&mut handle, *key) != Some(zero + number));
        }
        Found { wrong, kept: T::kept(&handle) as u64 }
    }

    fn check(&mut self, accounts: &[Account<Found>]) -> Result<(), WrongResult> {
        let sum = |figure: fn(&Found) -> u64| accounts.iter().map(|account| figure(&account.report)).sum();
        WrongResult::unless_equal("keys that gave another value, or none", 0, sum(|found| found.wrong))?;
        let left = self.slab.left() as u64 + sum(|found| found.kept);
        WrongResult::unless_equal("values in the slab after all were removed", 0, left)
    }
}

/// The keys whose values are in the slab after `done` operations, and the number of the first of them.
fn still_there(done: u64, values: usize) -> (Range<usize>, u64) {
    let (round, position) = (done / values as u64, (done % values as u64) as usize);
    if round.is_multiple_of(2) {
        (0..position, round * values as u64)
    } else {
        (position..values, (round - 1) * values as u64 + position as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(done: u64, keys: Range<usize>, first: u64) {
        assert_eq!(still_there(done, 100), (keys, first));
    }

    #[test]
    fn what_a_slice_leaves_is_known() {
        check(0, 0..0, 0);
        check(50, 0..50, 0);
        check(100, 0..100, 0);
        check(150, 50..100, 50);
        check(200, 0..0, 200);
        check(250, 0..50, 200);
        check(350, 50..100, 250);
    }
}
