//! Allocators with a fault.

use super::{buffer_at, fault_in};
use contend_buffer_pools::{Allocations, Allocator, Allocators};
use std::mem::ManuallyDrop;
use std::sync::LazyLock;

/// No fault.
enum System {}

impl Allocator for System {
    fn allocate(bytes: usize) -> Vec<u8> {
        Vec::with_capacity(bytes)
    }
}

/// Blocks of half the size.
enum TooSmall {}

impl Allocator for TooSmall {
    fn allocate(bytes: usize) -> Vec<u8> {
        Vec::with_capacity(bytes / 2)
    }
}

/// The same block for everybody.
enum Twice {}

/// Larger than any block; never freed.
const BYTES: usize = 1 << 20;

static ADDRESS: LazyLock<usize> =
    LazyLock::new(|| ManuallyDrop::new(vec![0_u8; BYTES]).as_mut_ptr().expose_provenance());

impl Allocator for Twice {
    fn allocate(_bytes: usize) -> Vec<u8> {
        buffer_at(*ADDRESS, BYTES)
    }

    fn free(block: Vec<u8>) {
        std::mem::forget(block);
    }
}

fn fault<T: Allocator>(workload: &str, threads: usize) -> Option<String> {
    fault_in::<Allocators, T>(Allocations::all(), workload, threads)
}

#[track_caller]
fn check_fault<T: Allocator>(workload: &str, threads: usize, expected: &str) {
    let found = fault::<T>(workload, threads).expect("the fault is found");
    assert!(found.contains(expected), "{found}");
}

#[test]
fn an_allocator_without_a_fault_passes() {
    for workload in ["allocate-fixed-64", "allocate-pareto", "allocate-free-elsewhere"] {
        assert_eq!(fault::<System>(workload, 2), None, "{workload}");
    }
}

#[test]
fn a_block_that_is_too_small_is_found() {
    check_fault::<TooSmall>("allocate-pareto", 1, "room or length");
    check_fault::<TooSmall>("allocate-free-elsewhere", 2, "room or length");
}

#[test]
fn a_block_in_two_hands_is_found() {
    check_fault::<Twice>("allocate-fixed-64", 1, "hold what was written");
}
