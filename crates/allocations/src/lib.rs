//! Counts what each thread allocates.
//!
//! Whoever links this crate allocates through it, so only executables of the feature `passes` do: the system's allocator
//! behind three counters of the thread that asks. Throughput is measured without it.
//!
//! ```text
//! alloc, alloc_zeroed, realloc ─► +1 allocation, + bytes requested ─► the system's allocator
//! dealloc, realloc ─► bytes given back ─► the system's allocator
//! ```
//!
//! ```
//! let before = contend_allocations::of_thread();
//! let list = std::hint::black_box(vec![0_u64; 100]);
//! let after = contend_allocations::of_thread();
//! assert_eq!(after.allocations - before.allocations, 1);
//! assert_eq!(after.held() - before.held(), 800);
//! drop(list);
//! assert_eq!(contend_allocations::of_thread().held(), before.held());
//! ```
//!
//! # Accuracy and limits
//! Bytes are those that were asked for; what the allocator takes on top is seen in the resident set only. Memory that is
//! mapped without the global allocator is not seen. What one thread frees of another's is taken from its own balance, so
//! [`Counts::held`] of a thread may be negative.

#![deny(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What a thread has asked of the allocator since it began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Calls that gave memory; a reallocation is one.
    pub allocations: u64,
    /// Bytes asked for; a reallocation asks for its whole new size.
    pub requested_bytes: u64,
    /// Bytes given back; a reallocation gives its whole former size back.
    pub freed_bytes: u64,
}

impl Counts {
    /// Bytes asked for and not given back.
    pub fn held(&self) -> i64 {
        self.requested_bytes.wrapping_sub(self.freed_bytes).cast_signed()
    }
}

thread_local! {
    // Without a destructor, so that it can be used until a thread's very end.
    static COUNTS: Cell<Counts> = const {
        Cell::new(Counts { allocations: 0, requested_bytes: 0, freed_bytes: 0 })
    };
}

/// What the calling thread has asked for so far.
pub fn of_thread() -> Counts {
    COUNTS.get()
}

fn gave(bytes: usize) {
    let counts = COUNTS.get();
    COUNTS.set(Counts {
        allocations: counts.allocations.wrapping_add(1),
        requested_bytes: counts.requested_bytes.wrapping_add(bytes as u64),
        ..counts
    });
}

fn took(bytes: usize) {
    let counts = COUNTS.get();
    COUNTS.set(Counts { freed_bytes: counts.freed_bytes.wrapping_add(bytes as u64), ..counts });
}

/// The system's allocator, counted.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator is unsafe to implement")]
// SAFETY: each call is the system allocator's own, with the caller's arguments, so what it guarantees holds here too. The
// counters are plain cells of the thread: they neither allocate nor unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let memory = unsafe { System.alloc(layout) };
        if !memory.is_null() {
            gave(layout.size());
        }
        memory
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let memory = unsafe { System.alloc_zeroed(layout) };
        if !memory.is_null() {
            gave(layout.size());
        }
        memory
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        let moved = unsafe { System.realloc(memory, layout, size) };
        if !moved.is_null() {
            gave(size);
            took(layout.size());
        }
        moved
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        took(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[track_caller]
    fn check(body: impl FnOnce(), allocations: u64, requested: u64, held: i64) {
        let before = of_thread();
        body();
        let after = of_thread();
        assert_eq!(after.allocations - before.allocations, allocations);
        assert_eq!(after.requested_bytes - before.requested_bytes, requested);
        assert_eq!(after.held() - before.held(), held);
    }

    #[test]
    fn each_call_counts_once() {
        check(|| (), 0, 0, 0);
        check(|| drop(black_box(Box::new(1_u64))), 1, 8, 0);
        check(|| std::mem::forget(black_box(Box::new([0_u8; 100]))), 1, 100, 100);
        check(|| drop(black_box(vec![0_u32; 1000])), 1, 4000, 0);
    }

    #[test]
    fn a_reallocation_asks_for_the_whole_and_gives_the_former_back() {
        check(
            || {
                let mut list = black_box(Vec::<u8>::with_capacity(100));
                list.push(1);
                list.reserve_exact(299);
                black_box(&list);
                drop(list);
            },
            2,
            400,
            0,
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "another thread is what is tested")]
    fn a_thread_counts_for_itself() {
        let before = of_thread();
        let list = black_box(vec![0_u8; 64]);
        let freed = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let before = of_thread();
                    drop(list);
                    of_thread().held() - before.held()
                })
                .join()
                .expect("nothing panics")
        });
        assert_eq!(freed, -64);
        assert!(of_thread().held() - before.held() >= 64);
    }
}
