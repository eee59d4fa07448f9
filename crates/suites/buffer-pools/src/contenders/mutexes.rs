//! A stack behind a mutex. The buffer that came back last comes first.

use super::shared::{Shared, Store};
use crate::Pools;
use contend_harness::Contender;

pub(super) const POOLS: &[Contender<Pools>] = &[
    Contender::of::<Shared<Stack<std::sync::Mutex<Vec<Vec<u8>>>>>>("mutex-vec-std").from_std().blocks(),
    Contender::of::<Shared<Stack<parking_lot::Mutex<Vec<Vec<u8>>>>>>("mutex-vec-parking-lot")
        .package("parking_lot")
        .blocks(),
];

/// A mutex as every crate has it.
trait Mutex: Send + Sync + 'static {
    fn around(buffers: Vec<Vec<u8>>) -> Self;
    fn with<R>(&self, body: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> R;
}

impl Mutex for std::sync::Mutex<Vec<Vec<u8>>> {
    fn around(buffers: Vec<Vec<u8>>) -> Self {
        Self::new(buffers)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> R {
        body(&mut self.lock().expect("no holder panicked"))
    }
}

impl Mutex for parking_lot::Mutex<Vec<Vec<u8>>> {
    fn around(buffers: Vec<Vec<u8>>) -> Self {
        Self::new(buffers)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> R {
        body(&mut self.lock())
    }
}

struct Stack<M> {
    buffers: M,
    bound: usize,
}

impl<M: Mutex> Store for Stack<M> {
    fn new(bound: usize) -> Self {
        Self { buffers: M::around(Vec::with_capacity(bound)), bound }
    }

    #[inline(always)]
    fn pop(&self) -> Option<Vec<u8>> {
        self.buffers.with(Vec::pop)
    }

    #[inline(always)]
    fn push(&self, buffer: Vec<u8>) {
        // A buffer too many leaves the lock, and is freed behind it.
        let surplus = self.buffers.with(|buffers| {
            if buffers.len() == self.bound {
                return Some(buffer);
            }
            buffers.push(buffer);
            None
        });
        drop(surplus);
    }

    fn len(&self) -> usize {
        self.buffers.with(|buffers| buffers.len())
    }
}
