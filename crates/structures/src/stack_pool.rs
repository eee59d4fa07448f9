//! A stack behind a mutex. What came back last comes first.

use crate::sync::Mutex;
use std::fmt;

/// Up to so many values that wait to be used again, on one stack under one lock.
///
/// It makes no values: who finds it empty makes one, and puts it here afterwards.
///
/// ```
/// use contend_structures::StackPool;
///
/// let pool = StackPool::new(8);
/// let mut buffer: Vec<u8> = pool.take().unwrap_or_default();
/// buffer.extend_from_slice(b"response");
/// buffer.clear();
/// pool.put(buffer);
/// assert_eq!(pool.len(), 1);
/// ```
pub struct StackPool<T> {
    stack: Mutex<Vec<T>>,
    bound: usize,
}

impl<T> StackPool<T> {
    /// An empty pool, which keeps up to `bound` values. Their places are allocated here, and never again.
    ///
    /// # Panics
    /// Where so many places cannot be allocated.
    pub fn new(bound: usize) -> Self {
        Self { stack: Mutex::new(Vec::with_capacity(bound)), bound }
    }

    /// The most that it keeps.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// The value that came last, if there is one. It is nobody else's.
    #[inline(always)]
    pub fn take(&self) -> Option<T> {
        self.stack.lock().pop()
    }

    /// Keeps `value`, or drops it if there are enough. Returns whether it was kept.
    #[inline(always)]
    pub fn put(&self, value: T) -> bool {
        // A value too many leaves the lock, and is dropped behind it: others must not wait for its destructor.
        let surplus = self.kept_or_returned(value);
        surplus.is_none()
    }

    /// How many values wait.
    pub fn len(&self) -> usize {
        self.stack.lock().len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn kept_or_returned(&self, value: T) -> Option<T> {
        let mut stack = self.stack.lock();
        if stack.len() == self.bound {
            return Some(value);
        }
        stack.push(value);
        None
    }
}

impl<T> fmt::Debug for StackPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackPool").field("bound", &self.bound).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::rc::{Rc, Weak};

    proptest! {
        #[test]
        fn it_is_a_vector_with_a_bound(
            bound in 0_usize..5,
            steps in prop::collection::vec(prop::option::of(any::<u8>()), 0..60),
        ) {
            let (pool, mut expected) = (StackPool::new(bound), Vec::new());
            for step in steps {
                match step {
                    None => prop_assert_eq!(pool.take(), expected.pop()),
                    Some(value) => {
                        let room = expected.len() < bound;
                        prop_assert_eq!(pool.put(value), room);
                        expected.extend(room.then_some(value));
                    }
                }
                prop_assert_eq!((pool.len(), pool.is_empty()), (expected.len(), expected.is_empty()));
            }
        }
    }

    /// Looks at the lock of its pool when it is dropped.
    struct Witness {
        pool: Weak<StackPool<Witness>>,
        was_open: Rc<Cell<Option<bool>>>,
    }

    impl Drop for Witness {
        fn drop(&mut self) {
            let open = self.pool.upgrade().map(|pool| pool.stack.try_lock().is_some());
            self.was_open.set(open);
        }
    }

    #[test]
    fn a_surplus_is_dropped_outside_the_lock() {
        let pool = Rc::new(StackPool::new(0));
        let was_open = Rc::new(Cell::new(None));
        assert!(!pool.put(Witness { pool: Rc::downgrade(&pool), was_open: Rc::clone(&was_open) }));
        assert_eq!(was_open.get(), Some(true));
    }

    #[test]
    fn a_put_allocates_nothing() {
        let pool = StackPool::new(3);
        let places = pool.stack.lock().capacity();
        (0..9).for_each(|value| {
            pool.put(value);
        });
        assert_eq!((pool.len(), pool.bound()), (3, 3));
        assert_eq!(pool.stack.lock().capacity(), places);
    }

    #[test]
    fn it_shows_its_bound() {
        assert_eq!(format!("{:?}", StackPool::<u8>::new(2)), "StackPool { bound: 2, .. }");
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    /// Two threads take what they get and put it back, while the pool has a value for each of them.
    #[test]
    fn nothing_is_handed_out_twice_or_lost() {
        loom::model(|| {
            let pool = Arc::new(StackPool::new(2));
            assert!(pool.put(1) && pool.put(2));
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || {
                    let (first, second) = (pool.take(), pool.take());
                    assert!(first.is_none() || first != second);
                    let back = first.into_iter().chain(second).all(|value| pool.put(value));
                    assert!(back, "there is room for all that was taken");
                })
            };
            let own = pool.take();
            if let Some(value) = own {
                assert!(pool.put(value), "there is room for what was taken");
            }
            other.join().unwrap();
            let mut left = [pool.take(), pool.take()];
            left.sort_unstable();
            assert_eq!((left, pool.take()), ([Some(1), Some(2)], None));
        });
    }

    #[test]
    fn two_that_hold_values_hold_different_ones() {
        loom::model(|| {
            let pool = Arc::new(StackPool::new(2));
            assert!(pool.put(1) && pool.put(2));
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.take())
            };
            let mut taken = [pool.take(), other.join().unwrap()];
            taken.sort_unstable();
            assert_eq!((taken, pool.len()), ([Some(1), Some(2)], 0));
        });
    }

    #[test]
    fn two_that_put_do_not_pass_the_bound() {
        loom::model(|| {
            let pool = Arc::new(StackPool::new(1));
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.put(1))
            };
            let kept = [pool.put(2), other.join().unwrap()];
            assert_eq!((kept.iter().filter(|kept| **kept).count(), pool.len()), (1, 1));
        });
    }

    /// Who takes a value sees what was done before it was put there.
    #[test]
    fn a_value_brings_what_happened_before_it() {
        use crate::sync::{AtomicU64, Ordering};
        loom::model(|| {
            let pool = Arc::new(StackPool::new(1));
            let prepared = Arc::new(AtomicU64::new(0));
            let other = {
                let (pool, prepared) = (Arc::clone(&pool), Arc::clone(&prepared));
                thread::spawn(move || {
                    // Relaxed: only the pool's own orderings may make it visible.
                    prepared.store(1, Ordering::Relaxed);
                    pool.put(());
                })
            };
            if pool.take().is_some() {
                assert_eq!(prepared.load(Ordering::Relaxed), 1);
            }
            other.join().unwrap();
        });
    }
}
