//! Maps of the feature `extended`.

use super::FoldHash;
use crate::{Key, Map, Maps};
use contend_harness::Contender;

pub(super) fn maps<K: Key>() -> Vec<Contender<Maps<K>>> {
    vec![
        Contender::of::<flurry::HashMap<K, u64, FoldHash>>("flurry")
            .can(&["order per key", "reads take no lock"])
            .package("flurry")
            .blocks()
            .note(NOTE_FLURRY),
    ]
}

/// Those that keep integers only.
pub(super) fn integer_maps() -> Vec<Contender<Maps<u64>>> {
    vec![
        Contender::of::<Leapfrog>("leapfrog")
            .can(&["order per key", "reads take no lock", "integers only"])
            .package("leapfrog")
            .note(NOTE_LEAPFROG),
    ]
}

const NOTE_FLURRY: &str = "pins its collector for each operation, and each value is an allocation; its own README sends \
                           those who care for speed or memory under load to papaya or dashmap";

const NOTE_LEAPFROG: &str = "not sound while it grows (leapfrog#22), so it has room for twice the entries and is refused \
                             where it would grow; of two threads that remove one key, both may be told that they did";

impl<K: Key> Map<K> for flurry::HashMap<K, u64, FoldHash> {
    type Handle<'a> = &'a Self;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, FoldHash::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &K) -> Option<u64> {
        handle.pin().get(key).copied()
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &K, value: u64) -> bool {
        handle.pin().compute_if_present(key, |_, _| Some(value)).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: K, value: u64) -> bool {
        handle.pin().insert(key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &K) -> bool {
        handle.pin().remove(key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &K, change: impl Fn(&mut u64)) -> bool {
        let changed = |_: &K, old: &u64| {
            let mut value = *old;
            change(&mut value);
            Some(value)
        };
        handle.pin().compute_if_present(key, changed).is_some()
    }

    #[inline(always)]
    fn insert_absent(handle: &mut &Self, key: K, value: u64) -> Option<u64> {
        handle.pin().try_insert(key, value).err().map(|error| *error.current)
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&K, u64)) {
        handle.pin().iter().for_each(|(key, value)| visit(key, *value));
    }

    #[inline(always)]
    fn len(handle: &mut &Self) -> usize {
        Self::len(handle)
    }

    fn flush(map: Option<&Self>) {
        if let Some(map) = map {
            map.guard().flush();
        }
    }
}

/// leapfrog's concurrent map. Its keys are copied, so they cannot be texts.
type Leapfrog = leapfrog::LeapMap<u64, u64, FoldHash>;

impl Map<u64> for Leapfrog {
    type Handle<'a> = &'a Self;

    /// A removal that loses a race against another tells of success too. Nor does it say who of those that insert an absent
    /// key was first, so it has no `insert_absent` here.
    const EXACT: bool = false;

    /// It frees tables that another thread may still read.
    const GROWS: bool = false;

    const UPDATES: bool = true;
    const ITERATES: bool = true;

    /// Room for twice as many: it grows where 128 neighbours are taken, which happens long before it is full.
    fn with_capacity(capacity: usize, _threads: usize) -> Self {
        Self::with_capacity_and_hasher(2 * capacity, FoldHash::default())
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn get(handle: &mut &Self, key: &u64) -> Option<u64> {
        Self::get(handle, key).and_then(|mut found| found.value())
    }

    #[inline(always)]
    fn set(handle: &mut &Self, key: &u64, value: u64) -> bool {
        handle.get_mut(key).and_then(|mut found| found.set_value(value)).is_some()
    }

    #[inline(always)]
    fn insert(handle: &mut &Self, key: u64, value: u64) -> bool {
        Self::insert(handle, key, value).is_none()
    }

    fn remove(handle: &mut &Self, key: &u64) -> bool {
        Self::remove(handle, key).is_some()
    }

    #[inline(always)]
    fn update(handle: &mut &Self, key: &u64, change: impl Fn(&mut u64)) -> bool {
        handle.get_mut(key).and_then(|mut found| found.update(&change)).is_some()
    }

    #[inline(always)]
    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&u64, u64)) {
        for mut found in handle.iter() {
            if let Some((key, value)) = found.key_value() {
                visit(&key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gives_keys_their_newest_value;

    #[test]
    fn keys_have_their_newest_values() {
        gives_keys_their_newest_value::<flurry::HashMap<u64, u64, FoldHash>>();
        gives_keys_their_newest_value::<Leapfrog>();
    }
}
