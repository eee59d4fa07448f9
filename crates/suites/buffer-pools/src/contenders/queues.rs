//! Lock-free queues. The buffer that waited longest comes first.

use super::shared::{Shared, Store};
use crate::{Pools, Stock};
use contend_harness::Contender;
use crossbeam_queue::{ArrayQueue, SegQueue};

pub(super) const POOLS: &[Contender<Pools>] = &[
    Contender::of::<Shared<ArrayQueue<Vec<u8>>>>("array-queue").can(&["bounded"]).package("crossbeam-queue"),
    Contender::of::<Shared<Bounded>>("seg-queue")
        .can(&["bounded by us"])
        .package("crossbeam-queue")
        .note("unbounded, so each release asks for the length first"),
];

impl Store for ArrayQueue<Vec<u8>> {
    fn new(bound: usize) -> Self {
        Self::new(bound)
    }

    #[inline(always)]
    fn pop(&self) -> Option<Vec<u8>> {
        self.pop()
    }

    #[inline(always)]
    fn push(&self, buffer: Vec<u8>) {
        drop(self.push(buffer));
    }

    fn len(&self) -> usize {
        self.len()
    }
}

/// A queue with a bound of ours. Threads that look at its length at once may exceed it, by one each, but only where
/// more buffers come back than the pool began with.
struct Bounded {
    queue: SegQueue<Vec<u8>>,
    bound: usize,
}

impl Store for Bounded {
    fn new(bound: usize) -> Self {
        Self { queue: SegQueue::new(), bound }
    }

    fn most(stock: &Stock) -> usize {
        stock.buffers() + stock.threads() - 1
    }

    #[inline(always)]
    fn pop(&self) -> Option<Vec<u8>> {
        self.queue.pop()
    }

    #[inline(always)]
    fn push(&self, buffer: Vec<u8>) {
        if self.queue.len() < self.bound {
            self.queue.push(buffer);
        }
    }

    fn len(&self) -> usize {
        self.queue.len()
    }
}
