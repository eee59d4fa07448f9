//! The way of a buffer from the thread that acquired it to the one that releases it: the same for all contenders.

use contend_harness::Patience;
use crossbeam_queue::ArrayQueue;
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Buffers on their way.
pub(crate) struct HandOver {
    queue: ArrayQueue<Vec<u8>>,
    /// Threads that may still give.
    givers: CachePadded<AtomicUsize>,
}

/// A thread that gives.
pub(crate) struct Giver<'a>(&'a HandOver);

impl HandOver {
    pub(crate) fn new(waiting: usize) -> Self {
        Self { queue: ArrayQueue::new(waiting), givers: CachePadded::new(AtomicUsize::new(0)) }
    }

    /// Expects so many givers. Those who take wait for them.
    pub(crate) fn expect(&mut self, givers: usize) {
        *self.givers.get_mut() = givers;
    }

    pub(crate) fn giver(&self) -> Giver<'_> {
        Giver(self)
    }

    /// Waits for a buffer. `None` once none is left and all givers are gone.
    #[inline(always)]
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        let mut patience = Patience::default();
        loop {
            if let Some(buffer) = self.queue.pop() {
                return Some(buffer);
            }
            // Acquire: pairs with the givers' leaving, so that the look below sees all that they gave.
            if self.givers.load(Ordering::Acquire) == 0 {
                return self.queue.pop();
            }
            patience.wait();
        }
    }
}

impl Giver<'_> {
    /// Gives `buffer`, or has it back if too many wait.
    #[inline(always)]
    pub(crate) fn give(&self, buffer: Vec<u8>) -> Result<(), Vec<u8>> {
        self.0.queue.push(buffer)
    }
}

impl Drop for Giver<'_> {
    fn drop(&mut self) {
        // Release: pairs with `take`. Each giver's decrement continues the release sequence of those before it.
        self.0.givers.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_taken_before_the_end() {
        let mut hand_over = HandOver::new(1);
        hand_over.expect(1);
        let giver = hand_over.giver();
        assert_eq!(giver.give(vec![1]), Ok(()));
        assert_eq!(giver.give(vec![2]), Err(vec![2]), "one may wait");
        drop(giver);
        assert_eq!(hand_over.take(), Some(vec![1]));
        assert_eq!(hand_over.take(), None);
    }
}
