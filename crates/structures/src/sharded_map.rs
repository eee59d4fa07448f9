//! Many locks, each around a part of the map, so that threads meet only if their keys do.

use crate::sync::RwLock;
use crossbeam_utils::CachePadded;
use hashbrown::HashTable;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;

/// A part of the map, with its lock.
type Shard<K, V> = RwLock<HashTable<(K, V)>>;

/// A hash map in `SHARDS` parts, a power of two, each with lock and table on cache lines of their own.
///
/// A key is hashed once, for shard and table. The shard is chosen by the bits below the top 7, so the hasher must spread keys
/// over its upper bits too, as those for tables do.
///
/// Closures, `Clone` of values and `Eq` of keys run within the shard's lock, and so does `Hash` when a table grows. They must
/// not use the map. What a call drops, such as a key that was there already, it drops outside the lock.
///
/// ```
/// use contend_structures::ShardedMap;
/// use std::hash::RandomState;
///
/// let stock: ShardedMap<&str, u32, RandomState, 16> = ShardedMap::with_capacity(100);
/// stock.insert("apple", 3);
/// assert_eq!(stock.replace("apple", 5), Some(3));
/// assert_eq!(stock.replace("pear", 1), None);
/// assert_eq!((stock.get("apple"), stock.len()), (Some(5), 1));
/// assert_eq!(stock.remove("apple"), Some(5));
/// ```
pub struct ShardedMap<K, V, S, const SHARDS: usize> {
    shards: Box<[CachePadded<Shard<K, V>>]>,
    hasher: S,
}

impl<K: Eq + Hash, V, S: BuildHasher + Default, const SHARDS: usize> ShardedMap<K, V, S, SHARDS> {
    /// As [`ShardedMap::with_capacity_and_hasher`], with the hasher's default.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, S::default())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher, const SHARDS: usize> ShardedMap<K, V, S, SHARDS> {
    const SHARD_BITS: u32 = {
        assert!(SHARDS.is_power_of_two());
        SHARDS.trailing_zeros()
    };

    /// An empty map with room for some `capacity` entries: each shard has room for its share and a quarter more.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        // A quarter more, because keys spread over the shards by chance.
        let each = (capacity / SHARDS).saturating_mul(5) / 4 + 1;
        let shard = || CachePadded::new(RwLock::new(HashTable::with_capacity(each)));
        Self { shards: (0..SHARDS).map(|_| shard()).collect(), hasher }
    }

    /// A copy of the value of `key`.
    #[inline(always)]
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.with(key, V::clone)
    }

    /// What `look` makes of the value of `key`, while nobody can change it. `None` where there is no such key.
    #[inline(always)]
    pub fn with<Q: Eq + Hash + ?Sized, R>(&self, key: &Q, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
    {
        let (hash, shard) = self.locate(key);
        let shard = shard.read();
        let (_, value) = shard.find(hash, |(known, _)| known.borrow() == key)?;
        Some(look(value))
    }

    /// Changes the value of `key` by `change`, while nobody else sees it, and returns what it returns. `None` where there is
    /// no such key.
    ///
    /// # Panics
    /// Where `change` does; the value is then as `change` left it.
    #[inline(always)]
    pub fn update<Q: Eq + Hash + ?Sized, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
    {
        let (hash, shard) = self.locate(key);
        let mut shard = shard.write();
        // Not `map`, which would drop an unused `change`, and what it holds, within the lock.
        let (_, value) = shard.find_mut(hash, |(known, _)| known.borrow() == key)?;
        Some(change(value))
    }

    /// Gives `key` a new value and returns the old one. Where there is no such key, drops `value` and returns `None`.
    #[inline(always)]
    pub fn replace<Q: Eq + Hash + ?Sized>(&self, key: &Q, value: V) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.update(key, |old| mem::replace(old, value))
    }

    /// Gives `key` a value, and returns the old one if it had any. The key that is there stays.
    ///
    /// # Panics
    /// Where `Hash` of `K` does; if that was while the shard's table grew, entries of that shard may be gone.
    #[inline(always)]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let (hash, shard) = self.locate(&key);
        let mut shard = shard.write();
        match shard.find_mut(hash, |(known, _)| *known == key) {
            Some((_, old)) => Some(mem::replace(old, value)),
            None => {
                shard.insert_unique(hash, (key, value), |(known, _)| self.hasher.hash_one(known));
                None
            }
        }
    }

    /// A copy of the value that `key` has; where it has none, gives it `value` and returns `None`.
    ///
    /// # Panics
    /// As [`ShardedMap::insert`].
    #[inline(always)]
    pub fn get_or_insert(&self, key: K, value: V) -> Option<V>
    where
        V: Clone,
    {
        let (hash, shard) = self.locate(&key);
        let mut shard = shard.write();
        let found = shard.find(hash, |(known, _)| *known == key).map(|(_, old)| old.clone());
        if found.is_none() {
            shard.insert_unique(hash, (key, value), |(known, _)| self.hasher.hash_one(known));
        }
        found
    }

    /// Visits every entry, one shard after the other, each as a whole: what changes meanwhile in another shard may be seen or
    /// not.
    #[inline(always)]
    pub fn for_each(&self, mut visit: impl FnMut(&K, &V)) {
        for shard in &self.shards {
            shard.read().iter().for_each(|(key, value)| visit(key, value));
        }
    }

    /// Takes `key` out, and returns its value.
    #[inline(always)]
    pub fn remove<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (hash, shard) = self.locate(key);
        let entry = shard
            .write()
            .find_entry(hash, |(known, _)| known.borrow() == key)
            .ok()
            .map(|entry| entry.remove().0);
        // The key is dropped here, outside the lock.
        entry.map(|(_, value)| value)
    }

    /// How many entries there are: one shard counted after the other, so beside inserts and removes it is a guess.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().len()).sum()
    }

    /// Whether there is no entry: a guess as [`ShardedMap::len`] is.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| shard.read().is_empty())
    }

    #[inline(always)]
    fn locate<Q: Hash + ?Sized>(&self, key: &Q) -> (u64, &Shard<K, V>) {
        let hash = self.hasher.hash_one(key);
        // The table takes the top 7 bits and the lowest ones; the shard takes those below the top.
        let shard = (hash << 7).unbounded_shr(u64::BITS - Self::SHARD_BITS);
        (hash, &self.shards[shard as usize % SHARDS])
    }
}

impl<K, V, S, const SHARDS: usize> fmt::Debug for ShardedMap<K, V, S, SHARDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardedMap").field("shards", &SHARDS).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::{Rc, Weak};

    /// A fixed state, so that a case that fails fails again.
    type Fixed = BuildHasherDefault<DefaultHasher>;

    /// All keys collide, in one shard.
    #[derive(Default)]
    struct Constant;

    impl Hasher for Constant {
        fn finish(&self) -> u64 {
            u64::MAX
        }

        fn write(&mut self, _bytes: &[u8]) {}
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(String, u8),
        Replace(String, u8),
        Update(String, u8),
        GetOrInsert(String, u8),
        Get(String),
        Remove(String),
    }

    fn step() -> impl Strategy<Value = Step> {
        // Few keys, so that many of them are there.
        let key = || (0_u8..12).prop_map(|number| number.to_string());
        prop_oneof![
            3 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Insert(key, value)),
            1 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Replace(key, value)),
            1 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Update(key, value)),
            1 => (key(), any::<u8>()).prop_map(|(key, value)| Step::GetOrInsert(key, value)),
            1 => key().prop_map(Step::Get),
            2 => key().prop_map(Step::Remove),
        ]
    }

    #[track_caller]
    fn check<S: BuildHasher + Default, const SHARDS: usize>(steps: &[Step]) {
        let map: ShardedMap<String, u8, S, SHARDS> = ShardedMap::with_capacity(0);
        let mut expected: HashMap<String, u8> = HashMap::new();
        for step in steps.iter().cloned() {
            match step {
                Step::Insert(key, value) => {
                    assert_eq!(map.insert(key.clone(), value), expected.insert(key, value));
                }
                Step::Replace(key, value) => {
                    let old = expected.get_mut(&key).map(|old| mem::replace(old, value));
                    assert_eq!(map.replace(key.as_str(), value), old);
                }
                Step::Update(key, value) => {
                    let add = |old: &mut u8| {
                        *old = old.wrapping_add(value);
                        *old
                    };
                    assert_eq!(map.update(key.as_str(), add), expected.get_mut(&key).map(add));
                }
                Step::GetOrInsert(key, value) => {
                    let known = expected.get(&key).copied();
                    expected.entry(key.clone()).or_insert(value);
                    assert_eq!(map.get_or_insert(key, value), known);
                }
                Step::Get(key) => assert_eq!(map.get(key.as_str()), expected.get(&key).copied()),
                Step::Remove(key) => assert_eq!(map.remove(key.as_str()), expected.remove(&key)),
            }
            assert_eq!((map.len(), map.is_empty()), (expected.len(), expected.is_empty()));
        }
        let mut seen = HashMap::new();
        map.for_each(|key, value| assert_eq!(seen.insert(key.clone(), *value), None, "{key} twice"));
        assert_eq!(seen, expected);
        for (key, value) in &expected {
            assert_eq!(map.with(key, |found| *found), Some(*value), "{key}");
        }
    }

    proptest! {
        #[test]
        fn it_is_a_hash_map_to_one_thread(steps in prop::collection::vec(step(), 0..80)) {
            check::<Fixed, 1>(&steps);
            check::<Fixed, 8>(&steps);
            check::<BuildHasherDefault<Constant>, 8>(&steps);
        }
    }

    #[test]
    fn it_grows() {
        let map: ShardedMap<u32, u32, Fixed, 4> = ShardedMap::with_capacity(0);
        (0..5000).for_each(|key| assert_eq!(map.insert(key, key), None));
        assert_eq!(map.len(), 5000);
        (0..5000).for_each(|key| assert_eq!(map.get(&key), Some(key)));
    }

    #[test]
    fn keys_spread_over_all_shards() {
        let map: ShardedMap<u32, (), Fixed, 64> = ShardedMap::with_capacity(0);
        (0..6400).for_each(|key| assert_eq!(map.insert(key, ()), None));
        let sizes: Vec<usize> = map.shards.iter().map(|shard| shard.read().len()).collect();
        assert!(sizes.iter().all(|size| (50..200).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_change_that_panics_opens_the_lock() {
        let map: ShardedMap<u32, u32, Fixed, 1> = ShardedMap::with_capacity(0);
        map.insert(1, 1);
        let failing = AssertUnwindSafe(|| {
            map.update(&1, |value| {
                *value = 2;
                panic!("half done");
            })
        });
        assert!(catch_unwind(failing).is_err());
        assert_eq!(map.insert(1, 3), Some(2));
    }

    /// Looks at the lock of its map when it is dropped.
    struct Witness {
        number: u32,
        map: Weak<ShardedMap<Witness, Witness, Fixed, 1>>,
        was_open: Rc<RefCell<Vec<bool>>>,
    }

    impl Drop for Witness {
        fn drop(&mut self) {
            let open = self.map.upgrade().map(|map| map.shards[0].try_write().is_some());
            self.was_open.borrow_mut().extend(open);
        }
    }

    impl PartialEq for Witness {
        fn eq(&self, other: &Self) -> bool {
            self.number == other.number
        }
    }

    impl Eq for Witness {}

    impl Hash for Witness {
        fn hash<H: Hasher>(&self, hasher: &mut H) {
            self.number.hash(hasher);
        }
    }

    #[test]
    fn what_is_dropped_is_dropped_outside_the_lock() {
        let map = Rc::new(ShardedMap::with_capacity(0));
        let was_open = Rc::new(RefCell::new(Vec::new()));
        let witness = |number| Witness { number, map: Rc::downgrade(&map), was_open: Rc::clone(&was_open) };
        let (known, unknown) = (witness(1), witness(2));
        assert!(map.insert(witness(1), witness(10)).is_none());
        assert!(map.insert(witness(1), witness(11)).is_some(), "drops a key and a value");
        assert!(map.replace(&unknown, witness(12)).is_none(), "drops the new value");
        assert!(map.replace(&known, witness(13)).is_some(), "drops the old value");
        assert!(map.remove(&known).is_some(), "drops a key and a value");
        assert_eq!(was_open.take(), [true; 6]);
    }

    #[test]
    fn it_shows_its_shards() {
        let map: ShardedMap<u32, u32, Fixed, 8> = ShardedMap::with_capacity(0);
        assert_eq!(format!("{map:?}"), "ShardedMap { shards: 8, .. }");
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;
    use std::hash::{BuildHasherDefault, DefaultHasher};

    /// One shard, so that any two keys meet. A fixed hasher, so that each execution of a model is the same program.
    type Map = ShardedMap<u32, u32, BuildHasherDefault<DefaultHasher>, 1>;

    /// Does `own` and `other` to a map with the entries of `before`, at the same time.
    fn race<R: Send + 'static>(
        before: &[(u32, u32)],
        own: impl FnOnce(&Map) -> R,
        other: impl FnOnce(&Map) -> R + Send + 'static,
    ) -> ([R; 2], Arc<Map>) {
        let map = Arc::new(Map::with_capacity(0));
        for (key, value) in before {
            assert_eq!(map.insert(*key, *value), None);
        }
        let beside = {
            let map = Arc::clone(&map);
            thread::spawn(move || other(&map))
        };
        let own = own(&map);
        ([own, beside.join().unwrap()], map)
    }

    #[test]
    fn no_insert_is_lost_where_two_meet_in_a_shard() {
        loom::model(|| {
            let (old, map) = race(&[], |map| map.insert(1, 10), |map| map.insert(2, 20));
            assert_eq!(old, [None, None]);
            assert_eq!((map.len(), map.get(&1), map.get(&2)), (2, Some(10), Some(20)));
        });
    }

    #[test]
    fn one_of_two_inserts_of_a_key_comes_first() {
        loom::model(|| {
            let (old, map) = race(&[], |map| map.insert(1, 10), |map| map.insert(1, 20));
            let outcome = (old, map.len(), map.get(&1));
            let expected = [([None, Some(10)], 1, Some(20)), ([Some(20), None], 1, Some(10))];
            assert!(expected.contains(&outcome), "{outcome:?}");
        });
    }

    #[test]
    fn one_of_two_gives_a_key_its_value_and_both_see_it() {
        loom::model(|| {
            let (found, map) = race(&[], |map| map.get_or_insert(1, 10), |map| map.get_or_insert(1, 20));
            let outcome = (found, map.len(), map.get(&1));
            let expected = [([None, Some(10)], 1, Some(10)), ([Some(20), None], 1, Some(20))];
            assert!(expected.contains(&outcome), "{outcome:?}");
        });
    }

    #[test]
    fn an_entry_is_removed_by_one_of_two() {
        loom::model(|| {
            let (mut removed, map) = race(&[(1, 10), (2, 20)], |map| map.remove(&1), |map| map.remove(&1));
            removed.sort_unstable();
            assert_eq!((removed, map.len(), map.get(&2)), ([None, Some(10)], 1, Some(20)));
        });
    }

    #[test]
    fn no_update_is_lost() {
        loom::model(|| {
            let add = |map: &Map| map.update(&1, |value| *value += 1);
            let (updated, map) = race(&[(1, 10)], add, add);
            assert_eq!((updated, map.get(&1)), ([Some(()), Some(())], Some(12)));
        });
    }

    /// A reader sees changes of two keys in the order in which they were made.
    #[test]
    fn who_sees_the_second_of_two_changes_sees_the_first() {
        loom::model(|| {
            let change = |map: &Map| (map.replace(&1, 11), map.insert(2, 20));
            let read = |map: &Map| {
                let new = map.get(&2);
                (map.get(&1), new)
            };
            let ([changed, (kept, new)], map) = race(&[(1, 10)], change, read);
            assert_eq!((changed, map.len()), ((Some(10), None), 2));
            let expected = [(Some(10), None), (Some(11), None), (Some(11), Some(20))];
            assert!(expected.contains(&(kept, new)), "{kept:?}, {new:?}");
        });
    }
}
