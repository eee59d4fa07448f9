//! The structures on real threads and with the real locks, which the models replace. A test that fails here by chance has
//! found a fault: nothing depends on the clock.

use contend_structures::{SequencedCell, ShardedMap, StackPool, StripedCounter, StripedPool};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Barrier;

const THREADS: usize = 4;

/// What each thread does. Chosen here because it takes some milliseconds, in which threads do meet.
const ROUNDS: u64 = 10_000;

/// Runs `body` with the numbers below [`THREADS`], on a thread each, all at once.
fn on_all_threads<R: Send>(body: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(THREADS);
    let run = |thread| {
        barrier.wait();
        body(thread)
    };
    std::thread::scope(|scope| {
        let run = &run;
        #[expect(clippy::disallowed_methods, reason = "threads of a test, which measures nothing")]
        let running: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || run(thread))).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    })
}

#[test]
fn a_counter_loses_no_add() {
    // Two threads meet in each stripe.
    let counter = StripedCounter::new(THREADS / 2);
    on_all_threads(|thread| {
        let own = counter.stripe(thread / 2);
        let mut earlier = 0;
        for _ in 0..ROUNDS {
            own.add(3);
            let sum = counter.sum();
            assert!(earlier < sum, "{earlier}, then {sum}");
            earlier = sum;
        }
    });
    assert_eq!(counter.sum(), 3 * ROUNDS * THREADS as u64);
}

#[test]
fn a_cell_is_never_torn_and_loses_no_update() {
    let cell = SequencedCell::new([0, 1, 2, 3]);
    on_all_threads(|thread| {
        let mut earlier = 0;
        for _ in 0..ROUNDS {
            if thread % 2 == 0 {
                cell.update(|words| words.iter_mut().for_each(|word| *word += 1));
            }
            let [first, second, third, fourth] = cell.load();
            assert_eq!([second, third, fourth], [first + 1, first + 2, first + 3]);
            assert!(earlier <= first, "{earlier}, then {first}");
            earlier = first;
        }
    });
    let updates = ROUNDS * THREADS as u64 / 2;
    assert_eq!(cell.load(), [updates, updates + 1, updates + 2, updates + 3]);
}

#[test]
fn a_cell_holds_one_of_its_stores() {
    let cell = SequencedCell::new([0, 0]);
    on_all_threads(|thread| {
        for round in 0..ROUNDS {
            let word = (thread as u64) << 32 | round;
            cell.store([word, !word]);
            let [first, second] = cell.load();
            assert_eq!(second, !first);
        }
    });
    assert_eq!(cell.load()[0] & u64::from(u32::MAX), ROUNDS - 1);
}

type Map<const SHARDS: usize> = ShardedMap<u64, u64, BuildHasherDefault<DefaultHasher>, SHARDS>;

fn check_map<const SHARDS: usize>() {
    let map: Map<SHARDS> = Map::with_capacity(0);
    let shared = u64::MAX;
    map.insert(shared, 0);
    let own = |thread: usize| (0..ROUNDS).map(move |round| round * THREADS as u64 + thread as u64);
    on_all_threads(|thread| {
        for key in own(thread) {
            assert_eq!(map.insert(key, key + 1), None);
            assert_eq!(map.get(&key), Some(key + 1));
            assert!(map.update(&shared, |count| *count += 1).is_some());
            if key.is_multiple_of(3) {
                assert_eq!(map.remove(&key), Some(key + 1));
            }
        }
    });
    assert_eq!(map.remove(&shared), Some(ROUNDS * THREADS as u64));
    let kept = |key: &u64| !key.is_multiple_of(3);
    assert_eq!(map.len(), (0..ROUNDS * THREADS as u64).filter(kept).count());
    for key in (0..THREADS).flat_map(own) {
        assert_eq!(map.get(&key), kept(&key).then_some(key + 1));
    }
}

#[test]
fn a_map_loses_no_entry_and_no_update() {
    check_map::<1>();
    check_map::<8>();
}

#[test]
fn an_entry_is_removed_once() {
    let map: Map<4> = Map::with_capacity(0);
    (0..ROUNDS).for_each(|key| assert_eq!(map.insert(key, key), None));
    let removed: u64 = on_all_threads(|_| (0..ROUNDS).filter_map(|key| map.remove(&key)).sum()).iter().sum();
    assert_eq!((removed, map.len()), ((0..ROUNDS).sum(), 0));
}

/// A value that nobody can copy, so that it is in one place.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Token(u64);

/// Takes up to three values at a time through `take`, and puts them back through `put`.
fn use_pool(take: impl Fn() -> Option<Token>, put: impl Fn(Token) -> bool) {
    for round in 0..ROUNDS {
        let held: Vec<_> = (0..=round % 3).filter_map(|_| take()).collect();
        assert!(held.into_iter().all(&put), "there is room for all");
    }
}

#[track_caller]
fn check_left(mut left: Vec<Token>, values: u64) {
    left.sort_unstable();
    let expected: Vec<_> = (0..values).map(Token).collect();
    assert_eq!(left, expected);
}

#[test]
fn a_stack_pool_keeps_each_value_once() {
    let values = 5;
    let pool = StackPool::new(5);
    (0..values).for_each(|value| assert!(pool.put(Token(value))));
    on_all_threads(|_| use_pool(|| pool.take(), |value| pool.put(value)));
    check_left(std::iter::from_fn(|| pool.take()).collect(), values);
}

#[test]
fn a_striped_pool_keeps_each_value_once() {
    // Fewer than the threads want, so that they take from each other and now and then find nothing.
    let values = 5;
    let pool = StripedPool::new(THREADS, 5);
    (0..values).for_each(|value| assert!(pool.stripe(0).put(Token(value))));
    on_all_threads(|thread| {
        let own = pool.stripe(thread);
        use_pool(|| own.take(), |value| own.put(value));
    });
    check_left(std::iter::from_fn(|| pool.stripe(0).take()).collect(), values);
}
