//! Slabs with a fault.

use super::fault_in;
use contend_buffer_pools::{InsertRemove, Slab, Slabs};
use std::collections::HashMap;
use std::sync::Mutex;

const NONE: u8 = 0;
const GIVES_A_KEY_TWICE: u8 = 1;
const LOSES: u8 = 2;
const KEEPS: u8 = 3;

/// A slab with one of the faults above.
struct Faulty<const FAULT: u8>(Mutex<Values>);

#[derive(Default)]
struct Values {
    by_key: HashMap<usize, u64>,
    given: usize,
}

impl<const FAULT: u8> Slab for Faulty<FAULT> {
    type Handle<'a> = &'a Self;

    fn new(_threads: usize, _values: usize) -> Self {
        Self(Mutex::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    fn insert(slab: &mut &Self, value: u64) -> usize {
        let mut values = slab.0.lock().unwrap();
        values.given += 1;
        let again = FAULT == GIVES_A_KEY_TWICE && values.given.is_multiple_of(10);
        let key = values.given - usize::from(again);
        values.by_key.insert(key, value);
        key
    }

    fn remove(slab: &mut &Self, key: usize) -> Option<u64> {
        let mut values = slab.0.lock().unwrap();
        match FAULT {
            LOSES if key.is_multiple_of(10) => None,
            KEEPS if key.is_multiple_of(10) => values.by_key.get(&key).copied(),
            _ => values.by_key.remove(&key),
        }
    }

    fn left(&mut self) -> usize {
        self.0.get_mut().unwrap().by_key.len()
    }
}

fn fault<const FAULT: u8>(workload: &str, threads: usize) -> Option<String> {
    fault_in::<Slabs, Faulty<FAULT>>(InsertRemove::all(), workload, threads)
}

#[track_caller]
fn check_fault<const FAULT: u8>(expected: &str) {
    let found = fault::<FAULT>("slab-insert-remove-100", 2).expect("the fault is found");
    assert!(found.contains(expected), "{found}");
}

#[test]
fn a_slab_without_a_fault_passes() {
    assert_eq!(fault::<NONE>("slab-insert-remove-100", 2), None);
    assert_eq!(fault::<NONE>("slab-insert-remove-5000", 1), None);
}

#[test]
fn a_value_that_is_not_the_one_inserted_is_found() {
    check_fault::<GIVES_A_KEY_TWICE>("another value, or none");
    check_fault::<LOSES>("another value, or none");
    check_fault::<KEEPS>("after all were removed");
}
