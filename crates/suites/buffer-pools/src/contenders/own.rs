//! Nothing is shared between threads: a fresh allocation, or buffers that a thread keeps for itself.

use super::shared::emptied;
use crate::{Pool, Pools, Stock};
use contend_harness::Contender;
use std::cell::RefCell;

pub(super) const POOLS: &[Contender<Pools>] = &[
    Contender::of::<Fresh>("fresh-vec")
        .from_std()
        .blocks()
        .note("no pool: what the allocator of this executable does, whose locks may put a thread to sleep"),
    Contender::of::<LocalReused>("local-reused")
        .can(&["stays on its thread"])
        .bound()
        .note("one buffer that lives beside the loop"),
    Contender::of::<ThreadLocal>("thread-local")
        .can(&["stays on its thread"])
        .note("a stack per thread; in a tight loop it waits for its own stores, see the suite's limits"),
];

/// No pool.
struct Fresh;

impl Pool for Fresh {
    type Handle<'a> = ();

    fn new(_stock: &Stock) -> Self {
        Self
    }

    fn handle(&self, _worker: usize) {}

    #[inline(always)]
    fn acquire(_handle: &mut (), bytes: usize) -> Vec<u8> {
        Vec::with_capacity(bytes)
    }

    /// The allocator may know that memory is zero already.
    #[inline(always)]
    fn acquire_zeroed(_handle: &mut (), bytes: usize) -> Vec<u8> {
        vec![0; bytes]
    }

    #[inline(always)]
    fn release(_handle: &mut (), buffer: Vec<u8>) {
        drop(buffer);
    }

    fn full(_stock: &Stock) -> usize {
        0
    }

    fn stocked(_stock: &Stock) -> usize {
        0
    }
}

/// One buffer that the handle keeps.
struct LocalReused(Stock);

struct Kept {
    buffer: Option<Vec<u8>>,
    misses: u64,
}

impl Pool for LocalReused {
    type Handle<'a> = Kept;

    fn new(stock: &Stock) -> Self {
        Self(stock.clone())
    }

    fn handle(&self, _worker: usize) -> Kept {
        Kept { buffer: Some(self.0.buffer()), misses: 0 }
    }

    #[inline(always)]
    fn acquire(handle: &mut Kept, bytes: usize) -> Vec<u8> {
        match handle.buffer.take() {
            Some(buffer) => emptied(buffer, bytes),
            None => {
                handle.misses += 1;
                Vec::with_capacity(bytes)
            }
        }
    }

    #[inline(always)]
    fn release(handle: &mut Kept, buffer: Vec<u8>) {
        handle.buffer = Some(buffer);
    }

    fn misses(handle: &Kept) -> u64 {
        handle.misses
    }

    fn kept(handle: &Kept) -> usize {
        usize::from(handle.buffer.is_some())
    }

    fn full(stock: &Stock) -> usize {
        stock.threads()
    }

    fn stocked(_stock: &Stock) -> usize {
        1
    }

    fn forgets() -> Option<&'static str> {
        Some("the buffer is made anew for each slice, so none is left that had grown before it")
    }

    fn stays_on_its_thread() -> Option<&'static str> {
        Some("the buffer is a local variable of the thread that fills it")
    }
}

thread_local! {
    static STACK: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A stack of buffers in each thread's own storage.
struct ThreadLocal(Stock);

struct OfThread {
    bound: usize,
    misses: u64,
}

impl Pool for ThreadLocal {
    type Handle<'a> = OfThread;

    fn new(stock: &Stock) -> Self {
        Self(stock.clone())
    }

    /// Fills the thread's stack, where an earlier slice has not done so.
    fn handle(&self, _worker: usize) -> OfThread {
        let bound = self.0.buffers() / self.0.threads();
        STACK.with_borrow_mut(|buffers| {
            buffers.retain(|buffer| buffer.capacity() >= self.0.bytes());
            buffers.resize_with(bound, || self.0.buffer());
        });
        OfThread { bound, misses: 0 }
    }

    #[inline(always)]
    fn acquire(handle: &mut OfThread, bytes: usize) -> Vec<u8> {
        match STACK.with_borrow_mut(Vec::pop) {
            Some(buffer) => emptied(buffer, bytes),
            None => {
                handle.misses += 1;
                Vec::with_capacity(bytes)
            }
        }
    }

    #[inline(always)]
    fn release(handle: &mut OfThread, buffer: Vec<u8>) {
        STACK.with_borrow_mut(|buffers| {
            if buffers.len() < handle.bound {
                buffers.push(buffer);
            }
        });
    }

    fn misses(handle: &OfThread) -> u64 {
        handle.misses
    }

    fn kept(_handle: &OfThread) -> usize {
        STACK.with_borrow(Vec::len)
    }

    fn full(stock: &Stock) -> usize {
        stock.buffers() / stock.threads() * stock.threads()
    }

    /// Those of one thread.
    fn stocked(stock: &Stock) -> usize {
        stock.buffers() / stock.threads()
    }

    fn stays_on_its_thread() -> Option<&'static str> {
        Some("buffers would pile up where they are released, and never come back to where they are acquired")
    }
}
