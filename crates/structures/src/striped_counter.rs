//! A counter in parts, so that those who count need not meet.

use crate::sync::{AtomicU64, Ordering};
use crossbeam_utils::CachePadded;
use std::fmt;

/// A counter of one word per stripe, each alone on its cache lines, summed up when somebody asks.
///
/// Give each thread a stripe of its own: then none waits for another's cache line. Threads that share a stripe lose nothing
/// but time. The sum is taken modulo 2^64.
///
/// ```
/// use contend_structures::StripedCounter;
///
/// let bytes = StripedCounter::new(4);
/// let own = bytes.stripe(3);
/// own.add(1500);
/// own.add(40);
/// assert_eq!(bytes.sum(), 1540);
/// ```
pub struct StripedCounter {
    stripes: Box<[CachePadded<AtomicU64>]>,
}

/// One part of a [`StripedCounter`]. Looked up once, it is a single address.
#[derive(Clone, Copy)]
pub struct CounterStripe<'a> {
    count: &'a AtomicU64,
}

impl StripedCounter {
    /// A counter that shows 0, in `stripes` parts: as many as threads count, at least 1.
    ///
    /// # Panics
    /// Without stripes.
    pub fn new(stripes: usize) -> Self {
        assert!(stripes > 0, "a counter has at least one stripe");
        Self { stripes: (0..stripes).map(|_| CachePadded::new(AtomicU64::new(0))).collect() }
    }

    /// How many parts it has.
    pub fn stripes(&self) -> usize {
        self.stripes.len()
    }

    /// Part `index`, counted from 0. Look it up once per thread.
    ///
    /// # Panics
    /// If there are not so many.
    #[inline(always)]
    pub fn stripe(&self, index: usize) -> CounterStripe<'_> {
        CounterStripe { count: &self.stripes[index] }
    }

    /// What was added so far: all that happened before this call, and some of what is added meanwhile.
    ///
    /// It orders nothing: who sees a count need not see what was done before it.
    #[inline(always)]
    pub fn sum(&self) -> u64 {
        // Relaxed: each word alone never goes back, which is all that is promised of a sum beside adds.
        self.stripes.iter().map(|stripe| stripe.load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }
}

impl fmt::Debug for StripedCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripedCounter").field("stripes", &self.stripes()).field("sum", &self.sum()).finish()
    }
}

impl CounterStripe<'_> {
    /// Adds `amount`.
    #[inline(always)]
    pub fn add(self, amount: u64) {
        // Relaxed: a sum of counts needs no order. A read-modify-write, because more threads than stripes may meet.
        self.count.fetch_add(amount, Ordering::Relaxed);
    }
}

impl fmt::Debug for CounterStripe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CounterStripe").field("count", self.count).finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_sum_is_that_of_all_adds(adds in prop::collection::vec((0_usize..3, any::<u64>()), 0..50)) {
            let counter = StripedCounter::new(3);
            let mut expected = 0_u64;
            for (stripe, amount) in adds {
                counter.stripe(stripe).add(amount);
                expected = expected.wrapping_add(amount);
                prop_assert_eq!(counter.sum(), expected);
            }
        }
    }

    #[test]
    fn stripes_do_not_share_a_cache_line() {
        let counter = StripedCounter::new(2);
        let address = |index: usize| std::ptr::from_ref(counter.stripe(index).count).addr();
        assert!(address(1).abs_diff(address(0)) >= 64, "{} and {}", address(0), address(1));
    }

    #[test]
    fn it_shows_its_sum() {
        let counter = StripedCounter::new(2);
        counter.stripe(1).add(7);
        assert_eq!(format!("{counter:?}"), "StripedCounter { stripes: 2, sum: 7 }");
    }

    #[test]
    #[should_panic(expected = "at least one stripe")]
    fn none_is_made_without_stripes() {
        let _ = StripedCounter::new(0);
    }

    #[test]
    #[should_panic(expected = "out of bounds")]
    fn there_is_no_stripe_behind_the_last() {
        let _ = StripedCounter::new(2).stripe(2);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicBool;
    use loom::thread;

    #[test]
    fn no_add_is_lost_where_threads_share_a_stripe() {
        loom::model(|| {
            let counter = Arc::new(StripedCounter::new(2));
            let adders: Vec<_> = [0, 0, 1]
                .into_iter()
                .map(|stripe| {
                    let counter = Arc::clone(&counter);
                    thread::spawn(move || counter.stripe(stripe).add(1))
                })
                .collect();
            counter.stripe(0).add(1);
            adders.into_iter().for_each(|adder| adder.join().unwrap());
            assert_eq!(counter.sum(), 4);
        });
    }

    #[test]
    fn a_sum_beside_adds_is_between_what_ended_and_what_began_and_never_goes_back() {
        loom::model(|| {
            let counter = Arc::new(StripedCounter::new(2));
            let first_ended = Arc::new(AtomicBool::new(false));
            let adder = {
                let (counter, first_ended) = (Arc::clone(&counter), Arc::clone(&first_ended));
                thread::spawn(move || {
                    counter.stripe(1).add(1);
                    // Release: the first add happens before a sum of those who see this.
                    first_ended.store(true, Ordering::Release);
                    counter.stripe(0).add(2);
                })
            };
            // Acquire: pairs with the store above.
            let ended = u64::from(first_ended.load(Ordering::Acquire));
            let (earlier, later) = (counter.sum(), counter.sum());
            assert!(ended <= earlier && earlier <= later && later <= 3, "{ended}, {earlier}, {later}");
            adder.join().unwrap();
            assert_eq!(counter.sum(), 3);
        });
    }
}
