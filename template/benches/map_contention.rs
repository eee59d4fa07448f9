//! The suite of maps, with one of yours in it: this file is all there is to change.

use contend_harness::Contender;
use contend_map_contention::{Map, Maps};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Yours: here an ordered map under one lock.
struct Mine(RwLock<BTreeMap<String, u64>>);

impl Mine {
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, u64>> {
        self.0.read().expect("no writer panicked")
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, u64>> {
        self.0.write().expect("no writer panicked")
    }
}

impl Map<String> for Mine {
    type Handle<'a> = &'a Self;

    fn with_capacity(_capacity: usize, _threads: usize) -> Self {
        Self(RwLock::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &String) -> Option<u64> {
        handle.read().get(key).copied()
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &String, value: u64) -> bool {
        handle.write().get_mut(key).map(|old| *old = value).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: String, value: u64) -> bool {
        handle.write().insert(key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &String) -> bool {
        handle.write().remove(key).is_some()
    }
}

fn main() -> ExitCode {
    // `blocks`, because waiting threads sleep: without it a slice in which they do would count as disturbed.
    let mine = Contender::<Maps<String>>::of::<Mine>("mine").blocks().note("an ordered map under one RwLock");
    contend_driver::main(contend_map_contention::suite().enter::<Maps<String>>(mine, "mine 0.1.0"))
}
