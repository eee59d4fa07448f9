//! A pool that all threads share, whatever it keeps its buffers in. One implementation of the contract serves all of
//! them, so that no rival is written with more care than another.

use crate::{Pool, Stock};

/// Where buffers wait for anybody.
pub(super) trait Store: Send + Sync + 'static {
    /// An empty store, which keeps up to `bound` buffers.
    fn new(bound: usize) -> Self;

    /// Most buffers that it may keep once more were out than it began with.
    fn most(stock: &Stock) -> usize {
        stock.buffers()
    }

    fn pop(&self) -> Option<Vec<u8>>;

    /// Keeps `buffer`, or frees it if there are enough.
    fn push(&self, buffer: Vec<u8>);

    fn len(&self) -> usize;
}

/// A store as a pool.
pub(super) struct Shared<S>(S);

/// One thread's access, which counts its misses.
pub(super) struct Handle<'a, S> {
    store: &'a S,
    misses: u64,
}

impl<S: Store> Pool for Shared<S> {
    type Handle<'a> = Handle<'a, S>;

    fn new(stock: &Stock) -> Self {
        let store = S::new(stock.buffers());
        (0..stock.buffers()).for_each(|_| store.push(stock.buffer()));
        Self(store)
    }

    fn handle(&self, _worker: usize) -> Handle<'_, S> {
        Handle { store: &self.0, misses: 0 }
    }

    #[inline(always)]
    fn acquire(handle: &mut Handle<'_, S>, bytes: usize) -> Vec<u8> {
        match handle.store.pop() {
            Some(buffer) => emptied(buffer, bytes),
            None => {
                handle.misses += 1;
                Vec::with_capacity(bytes)
            }
        }
    }

    #[inline(always)]
    fn release(handle: &mut Handle<'_, S>, buffer: Vec<u8>) {
        handle.store.push(buffer);
    }

    fn misses(handle: &Handle<'_, S>) -> u64 {
        handle.misses
    }

    fn pooled(&self) -> usize {
        self.0.len()
    }

    fn most(stock: &Stock) -> usize {
        S::most(stock)
    }
}

/// A used buffer, empty and with room for `bytes` bytes.
#[inline(always)]
pub(super) fn emptied(mut buffer: Vec<u8>, bytes: usize) -> Vec<u8> {
    buffer.clear();
    buffer.reserve(bytes);
    buffer
}
