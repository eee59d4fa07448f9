//! A stack for each thread, each under its lock, so that threads meet only where one has run out.

use crate::StackPool;
use crossbeam_utils::CachePadded;
use std::fmt;

/// A [`StackPool`] per stripe, each on cache lines of its own. A stripe whose stack is empty takes from the others.
///
/// Give each thread a stripe of its own. A value stays where it was put, so where some threads only put and others only take,
/// the takers walk over empty stacks first.
///
/// ```
/// use contend_structures::StripedPool;
///
/// let pool = StripedPool::new(2, 8);
/// let (producer, consumer) = (pool.stripe(0), pool.stripe(1));
/// consumer.put("buffer");
/// assert_eq!(producer.take(), Some("buffer"));
/// ```
pub struct StripedPool<T> {
    stacks: Box<[CachePadded<StackPool<T>>]>,
}

/// One thread's access to a [`StripedPool`], which begins at its own stack.
pub struct PoolStripe<'a, T> {
    pool: &'a StripedPool<T>,
    index: usize,
}

impl<T> StripedPool<T> {
    /// An empty pool of `stripes` stacks, at least 1, each of which keeps up to `bound` values. All their places are
    /// allocated here.
    ///
    /// # Panics
    /// Without stripes, or where so many places cannot be allocated.
    pub fn new(stripes: usize, bound: usize) -> Self {
        assert!(stripes > 0, "a pool has at least one stripe");
        Self { stacks: (0..stripes).map(|_| CachePadded::new(StackPool::new(bound))).collect() }
    }

    /// How many stacks it has.
    pub fn stripes(&self) -> usize {
        self.stacks.len()
    }

    /// The most that each stack keeps.
    pub fn bound(&self) -> usize {
        self.stacks[0].bound()
    }

    /// The access that begins at stack `index`, counted from 0. Look it up once per thread.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn stripe(&self, index: usize) -> PoolStripe<'_, T> {
        assert!(index < self.stripes(), "stripe {index} of {}", self.stripes());
        PoolStripe { pool: self, index }
    }

    /// How many values wait: one stack counted after the other, so beside takes and puts it is a guess.
    pub fn len(&self) -> usize {
        self.stacks.iter().map(|stack| stack.len()).sum()
    }

    /// Whether none waits: a guess as [`StripedPool::len`] is.
    pub fn is_empty(&self) -> bool {
        self.stacks.iter().all(|stack| stack.is_empty())
    }
}

impl<T> fmt::Debug for StripedPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripedPool")
            .field("stripes", &self.stripes())
            .field("bound", &self.bound())
            .finish_non_exhaustive()
    }
}

impl<T> PoolStripe<'_, T> {
    /// The value that came last to the own stack, else to the next one that has any. It is nobody else's.
    ///
    /// `None` where each stack was empty when it was looked at. If values were put meanwhile, that need not have been at one
    /// moment.
    #[inline(always)]
    pub fn take(&self) -> Option<T> {
        let (before, own_and_after) = self.pool.stacks.split_at(self.index);
        // One lock at a time: two threads that take from each other would wait for ever.
        own_and_after.iter().chain(before).find_map(|stack| stack.take())
    }

    /// Keeps `value` on the own stack, or drops it if that one is full, outside the lock. Returns whether it was kept.
    #[inline(always)]
    pub fn put(&self, value: T) -> bool {
        self.pool.stacks[self.index].put(value)
    }
}

impl<T> Clone for PoolStripe<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PoolStripe<'_, T> {}

impl<T> fmt::Debug for PoolStripe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolStripe").field("index", &self.index).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STRIPES: usize = 3;

    /// What one thread finds: its own stack, then those behind it, then those before.
    fn expected_take(stacks: &mut [Vec<u8>; STRIPES], stripe: usize) -> Option<u8> {
        (0..STRIPES).find_map(|step| stacks[(stripe + step) % STRIPES].pop())
    }

    proptest! {
        #[test]
        fn it_is_a_vector_per_stripe(
            bound in 0_usize..4,
            steps in prop::collection::vec((0..STRIPES, prop::option::of(any::<u8>())), 0..60),
        ) {
            let pool = StripedPool::new(STRIPES, bound);
            let mut expected: [Vec<u8>; STRIPES] = Default::default();
            for (stripe, step) in steps {
                match step {
                    None => prop_assert_eq!(pool.stripe(stripe).take(), expected_take(&mut expected, stripe)),
                    Some(value) => {
                        let room = expected[stripe].len() < bound;
                        prop_assert_eq!(pool.stripe(stripe).put(value), room);
                        expected[stripe].extend(room.then_some(value));
                    }
                }
                let left: usize = expected.iter().map(Vec::len).sum();
                prop_assert_eq!((pool.len(), pool.is_empty()), (left, left == 0));
            }
        }
    }

    #[test]
    fn it_shows_its_size() {
        let pool = StripedPool::<u8>::new(3, 2);
        assert_eq!(format!("{pool:?}"), "StripedPool { stripes: 3, bound: 2, .. }");
        assert_eq!(format!("{:?}", pool.stripe(1)), "PoolStripe { index: 1, .. }");
    }

    #[test]
    #[should_panic(expected = "at least one stripe")]
    fn none_is_made_without_stripes() {
        let _ = StripedPool::<u8>::new(0, 1);
    }

    #[test]
    #[should_panic(expected = "stripe 2 of 2")]
    fn there_is_no_stripe_behind_the_last() {
        let _ = StripedPool::<u8>::new(2, 1).stripe(2);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    /// A pool of two stripes, with the values of `first` on the first stack.
    fn filled(first: &[u32]) -> Arc<StripedPool<u32>> {
        let pool = Arc::new(StripedPool::new(2, 2));
        assert!(first.iter().all(|value| pool.stripe(0).put(*value)));
        pool
    }

    /// All values that are left, in order.
    fn left(pool: &StripedPool<u32>) -> Vec<u32> {
        let mut left: Vec<u32> = std::iter::from_fn(|| pool.stripe(0).take()).collect();
        left.sort_unstable();
        left
    }

    /// Takes from one stripe, and puts there what was found.
    fn use_once(pool: &StripedPool<u32>, stripe: usize) -> Option<u32> {
        let stripe = pool.stripe(stripe);
        let value = stripe.take()?;
        assert!(stripe.put(value), "there is room for what was taken");
        Some(value)
    }

    /// Both stacks are taken from by both threads: the second has none of its own to begin with.
    #[test]
    fn nothing_is_handed_out_twice_or_lost() {
        loom::model(|| {
            let pool = filled(&[1, 2]);
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || use_once(&pool, 1))
            };
            use_once(&pool, 0);
            other.join().unwrap();
            assert_eq!(left(&pool), [1, 2]);
        });
    }

    #[test]
    fn two_that_hold_values_hold_different_ones() {
        loom::model(|| {
            let pool = filled(&[1, 2]);
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.stripe(1).take())
            };
            let mut taken = [pool.stripe(0).take(), other.join().unwrap()];
            taken.sort_unstable();
            // As nobody puts meanwhile, nobody misses what is there.
            assert_eq!((taken, pool.len()), ([Some(1), Some(2)], 0));
        });
    }

    /// Both look into each other's stack: who held the lock of its own meanwhile would wait for ever.
    #[test]
    fn two_that_take_from_each_other_do_not_wait_for_ever() {
        loom::model(|| {
            let pool = filled(&[]);
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.stripe(1).take())
            };
            assert_eq!((pool.stripe(0).take(), other.join().unwrap()), (None, None));
        });
    }

    #[test]
    fn two_that_put_into_one_stripe_do_not_pass_its_bound() {
        loom::model(|| {
            let pool = filled(&[1]);
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.stripe(0).put(2))
            };
            let kept = [pool.stripe(0).put(3), other.join().unwrap()];
            assert_eq!((kept.iter().filter(|kept| **kept).count(), pool.len()), (1, 2));
        });
    }
}
