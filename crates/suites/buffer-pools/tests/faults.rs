//! Contenders with a fault, which the checks must find.

#[path = "faults/allocators.rs"]
mod allocators;
#[path = "faults/arenas.rs"]
mod arenas;
#[path = "faults/slabs.rs"]
mod slabs;

use contend_buffer_pools::{Buffers, Pool, Pools, Stock};
use contend_harness::{Admits, Contender, Cores, Suite, Workload, check};
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::Mutex;
use std::time::Duration;

const NONE: u8 = 0;
const DOES_NOT_ZERO: u8 = 1;
const FORGETS_TO_ZERO_ONE: u8 = 2;
const DOES_NOT_EMPTY: u8 = 3;
const IS_TOO_SMALL: u8 = 4;
const LOSES: u8 = 5;
const KEEPS_TOO_MANY: u8 = 6;

/// A pool with one of the faults above.
struct Faulty<const FAULT: u8>(Mutex<VecDeque<Vec<u8>>>);

/// A thread's access, and how often it released.
struct Handle<'a, const FAULT: u8>(&'a Faulty<FAULT>, u64);

impl<const FAULT: u8> Pool for Faulty<FAULT> {
    type Handle<'a> = Handle<'a, FAULT>;

    fn new(stock: &Stock) -> Self {
        Self(Mutex::new((0..stock.buffers()).map(|_| stock.buffer()).collect()))
    }

    fn handle(&self, _worker: usize) -> Handle<'_, FAULT> {
        Handle(self, 0)
    }

    fn acquire(handle: &mut Handle<'_, FAULT>, bytes: usize) -> Vec<u8> {
        let mut buffer = handle.0.0.lock().unwrap().pop_front().unwrap_or_default();
        match FAULT {
            DOES_NOT_EMPTY => {}
            IS_TOO_SMALL => buffer = Vec::with_capacity(bytes / 2),
            _ => buffer.clear(),
        }
        if FAULT != IS_TOO_SMALL {
            buffer.reserve(bytes);
        }
        buffer
    }

    fn acquire_zeroed(handle: &mut Handle<'_, FAULT>, bytes: usize) -> Vec<u8> {
        let mut buffer = Self::acquire(handle, bytes);
        buffer.clear();
        buffer.resize(bytes, u8::from(FAULT == DOES_NOT_ZERO));
        buffer[100] |= u8::from(FAULT == FORGETS_TO_ZERO_ONE);
        buffer
    }

    fn release(handle: &mut Handle<'_, FAULT>, buffer: Vec<u8>) {
        handle.1 += 1;
        let mut pool = handle.0.0.lock().unwrap();
        match FAULT {
            LOSES if handle.1.is_multiple_of(10) => return,
            KEEPS_TOO_MANY if handle.1.is_multiple_of(10) => pool.push_back(buffer.clone()),
            _ => {}
        }
        pool.push_back(buffer);
    }

    fn pooled(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn most(stock: &Stock) -> usize {
        stock.buffers().max(stock.out())
    }
}

/// A pool that gives the same memory to everybody.
struct SharesMemory {
    /// Where all its buffers lie; never freed.
    address: usize,
    stock: Stock,
}

impl Pool for SharesMemory {
    type Handle<'a> = &'a Self;

    fn new(stock: &Stock) -> Self {
        let mut memory = ManuallyDrop::new(vec![0_u8; stock.bytes()]);
        Self { address: memory.as_mut_ptr().expose_provenance(), stock: stock.clone() }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    fn acquire(handle: &mut &Self, _bytes: usize) -> Vec<u8> {
        buffer_at(handle.address, handle.stock.bytes())
    }

    fn release(_handle: &mut &Self, buffer: Vec<u8>) {
        std::mem::forget(buffer);
    }

    fn pooled(&self) -> usize {
        self.stock.buffers()
    }
}

/// The same memory again and again.
fn buffer_at(address: usize, bytes: usize) -> Vec<u8> {
    let memory = std::ptr::with_exposed_provenance_mut(address);
    // SAFETY: the memory was a vector of this capacity. That several vectors have it is the fault which this test
    // plants: one thread uses them, none grows, and whoever releases forgets each, so nothing is freed.
    #[expect(unsafe_code, reason = "safe code cannot hand out a buffer twice")]
    unsafe {
        Vec::from_raw_parts(memory, 0, bytes)
    }
}

/// What is found in the workload `id` among `workloads`.
fn fault_in<C: Admits<T>, T>(workloads: Vec<C::Workload>, id: &str, threads: usize) -> Option<String> {
    let rows = vec![Contender::<C>::of::<T>("faulty").blocks()];
    let workloads = workloads.into_iter().filter(|workload| workload.id() == id).collect();
    let suite = Suite::new("planted", "", "").family(workloads, rows);
    let checked = check(&suite.cells(&[threads])[0], 42, &Cores::detect(), Duration::from_secs(60));
    checked.fault.map(|fault| format!("{fault:?}"))
}

fn fault<T: Pool>(workload: &str, threads: usize) -> Option<String> {
    fault_in::<Pools, T>(Buffers::all(), workload, threads)
}

#[track_caller]
fn check_fault<T: Pool>(workload: &str, threads: usize, expected: &str) {
    let found = fault::<T>(workload, threads).expect("the fault is found");
    assert!(found.contains(expected), "{found}");
}

#[test]
fn a_pool_without_a_fault_passes() {
    for workload in Buffers::all() {
        assert_eq!(fault::<Faulty<NONE>>(&workload.id(), 2), None, "{}", workload.id());
    }
}

#[test]
fn a_buffer_in_two_hands_is_found() {
    check_fault::<SharesMemory>("buffer-16k-64b-uninit", 1, "that two held at once");
    check_fault::<SharesMemory>("burst-of-8-16k", 1, "hold what was written");
}

#[test]
fn a_buffer_that_is_not_zeroed_is_found() {
    check_fault::<Faulty<DOES_NOT_ZERO>>("buffer-16k-64b-zeroed", 1, "that were not zero");
    check_fault::<Faulty<FORGETS_TO_ZERO_ONE>>("buffer-16k-64b-zeroed", 1, "not zero in used buffers");
}

#[test]
fn a_buffer_of_the_wrong_shape_is_found() {
    check_fault::<Faulty<DOES_NOT_EMPTY>>("buffer-16k-64b-uninit", 1, "room or length");
    check_fault::<Faulty<IS_TOO_SMALL>>("buffer-16k-whole-uninit", 1, "room or length");
}

#[test]
fn a_lost_or_surplus_buffer_is_found() {
    check_fault::<Faulty<LOSES>>("buffer-1k-64b-uninit", 2, "buffers in the pool");
    check_fault::<Faulty<KEEPS_TOO_MANY>>("buffer-1k-64b-uninit", 2, "buffers in the pool");
    check_fault::<Faulty<LOSES>>("release-elsewhere-16k", 2, "buffers in the pool");
    check_fault::<Faulty<KEEPS_TOO_MANY>>("burst-of-8-16k", 2, "buffers in the pool");
}
