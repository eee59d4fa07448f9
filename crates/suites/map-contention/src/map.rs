//! The contract of maps.

use crate::key::Key;
use crate::workload::{AnyTrial, MapWorkload};
use contend_harness::{Admits, Contract, Cores, Probe, Setting, Trial};
use std::marker::PhantomData;
use std::sync::LazyLock;

/// Who sees what a worker writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// All workers.
    Shared,
    /// The worker itself.
    PerThread,
    /// Nobody: there is no map.
    Floor,
}

/// A map from `K` to a number.
///
/// What not every map has is behind a constant: it is false unless the map says otherwise, and the workloads that need it
/// are refused then.
pub trait Map<K: Key>: Send + Sync + 'static {
    /// What one thread works through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// Who sees what a worker writes.
    const KIND: Kind = Kind::Shared;

    /// Whether `insert` and `remove` tell truthfully what they found while other threads write.
    const EXACT: bool = true;

    /// Whether each write copies all entries.
    const COPIES: bool = false;

    /// Whether a key is missing for a moment while its value is replaced.
    const GAPS: bool = false;

    /// Whether a lookup may miss a key whose value another thread replaces just then.
    const MISSES: bool = false;

    /// Whether a thread sees its own writes only after a while.
    const LAGS: bool = false;

    /// Whether threads may insert while the table grows.
    const GROWS: bool = true;

    /// Whether there is `update`.
    const UPDATES: bool = false;

    /// Whether there is `insert_absent`.
    const INSERTS_ABSENT: bool = false;

    /// Whether there is `for_each`.
    const ITERATES: bool = false;

    /// Whether there is `len`.
    const COUNTS: bool = false;

    /// An empty map for `threads` threads with room for `capacity` entries, or one that is made without a word about its
    /// size if that is 0.
    fn with_capacity(capacity: usize, threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Gives each key its value, before anything is measured.
    fn fill(handle: &mut Self::Handle<'_>, entries: impl Iterator<Item = (K, u64)>) {
        for (key, value) in entries {
            Self::insert(handle, key, value);
        }
    }

    /// The value of `key`. This is what is measured.
    fn get(handle: &mut Self::Handle<'_>, key: &K) -> Option<u64>;

    /// Replaces the value of `key` if it is there, and returns whether it was. This is what is measured.
    fn set(handle: &mut Self::Handle<'_>, key: &K, value: u64) -> bool;

    /// Gives `key` a value, and returns whether it was not there before. This is what is measured.
    fn insert(handle: &mut Self::Handle<'_>, key: K, value: u64) -> bool;

    /// Removes `key`, and returns whether it was there.
    fn remove(handle: &mut Self::Handle<'_>, key: &K) -> bool;

    /// Changes the value of `key` if it is there, so that no change of another thread is lost, and returns whether it was
    /// there. `change` may run more than once, of which one counts. This is what is measured.
    fn update(_handle: &mut Self::Handle<'_>, _key: &K, _change: impl Fn(&mut u64)) -> bool {
        false
    }

    /// Gives `key` a value if it has none; otherwise returns the one that it has. Of threads that do it at once, one gives.
    /// This is what is measured.
    fn insert_absent(_handle: &mut Self::Handle<'_>, _key: K, _value: u64) -> Option<u64> {
        None
    }

    /// Visits each entry that is there all the time once, and those that come or go meanwhile once or not at all. This is
    /// what is measured.
    fn for_each(_handle: &mut Self::Handle<'_>, _visit: impl FnMut(&K, u64)) {}

    /// How many entries there are, exactly if nobody writes. This is what is measured.
    fn len(_handle: &mut Self::Handle<'_>) -> usize {
        0
    }

    /// Frees what was put off, as far as the map has a documented way, called while nobody uses it: of `map`, or of one
    /// that was dropped.
    fn flush(_map: Option<&Self>) {}
}

/// Asked once: a list of cells asks for thousands of them, and the system tells by a file or two for each core.
static CORES: LazyLock<Cores> = LazyLock::new(Cores::detect);

/// The contract of types with [`Map`].
#[derive(Debug)]
pub struct Maps<K>(PhantomData<K>);

impl<K: Key> Contract for Maps<K> {
    type Workload = MapWorkload;
    const NAME: &'static str = "maps";
    const GUARANTEES: &'static str =
        "no key is lost, doubled or forgotten, and no lookup gives another key's value";
    const PLACED: bool = true;

    fn refusal(workload: &MapWorkload, threads: usize) -> Option<&'static str> {
        let too_short = match workload {
            MapWorkload::Scan(scan) => return scan.refusal(threads),
            MapWorkload::Legacy(_) => {
                "a slice is one whole run, which is too short a window with more threads than cores"
            }
            MapWorkload::Grow(_) => {
                "whoever has a core has soon inserted all its keys: too short a window with more threads than cores"
            }
            _ => return None,
        };
        CORES.oversubscribed_by(threads).then_some(too_short)
    }
}

impl<K: Key, T: Map<K>> Admits<T> for Maps<K> {
    fn trial(workload: &MapWorkload, setting: &Setting) -> impl Trial {
        AnyTrial::<K, T>::new(workload, setting)
    }

    fn refusal_of(workload: &MapWorkload, threads: usize) -> Option<&'static str> {
        match workload {
            MapWorkload::Mix(mix) if mix.replaces() && threads > 1 => {
                refusal::if_gaps::<K, T>().or_else(refusal::if_misses::<K, T>)
            }
            MapWorkload::Mix(_) => None,
            MapWorkload::Churn(churn) => {
                let few = churn.looks_up_rarely().then(refusal::if_copies_before_lookups::<K, T>).flatten();
                few.or_else(refusal::unless_exact::<K, T>)
            }
            MapWorkload::Legacy(legacy) => {
                let lag = legacy.replaces().then(refusal::if_lags::<K, T>).flatten();
                lag.or_else(refusal::if_copies::<K, T>)
            }
            MapWorkload::Grow(grow) => {
                let growth = grow.grows().then(refusal::unless_grows::<K, T>).flatten();
                growth.or_else(refusal::if_copies::<K, T>)
            }
            MapWorkload::Blend(blend) => blend.refusal_of::<K, T>(threads),
            MapWorkload::Scan(scan) => scan.refusal_of::<K, T>(),
        }
    }

    fn footprint(workload: &MapWorkload, setting: &Setting, probe: &mut dyn Probe) -> bool {
        if let MapWorkload::Grow(grow) = workload { grow.footprint::<K, T>(setting, probe) } else { false }
    }
}

/// Why a map cannot do what a workload needs.
pub(crate) mod refusal {
    use super::{Key, Map};

    pub(crate) fn unless_exact<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::EXACT).then_some("it cannot tell what an insert or a removal found while other threads write")
    }

    pub(crate) fn if_copies<K: Key, T: Map<K>>() -> Option<&'static str> {
        T::COPIES.then_some("each write copies the whole table: a run would take minutes")
    }

    pub(crate) fn if_copies_before_lookups<K: Key, T: Map<K>>() -> Option<&'static str> {
        T::COPIES
            .then_some("each write copies the whole table: too few lookups to tell that half find their key")
    }

    pub(crate) fn unless_grows<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::GROWS).then_some("it frees tables that other threads may still read while it grows")
    }

    pub(crate) fn if_gaps<K: Key, T: Map<K>>() -> Option<&'static str> {
        T::GAPS.then_some("while it replaces a value its key is missing, so another replacement does nothing")
    }

    pub(crate) fn if_misses<K: Key, T: Map<K>>() -> Option<&'static str> {
        T::MISSES.then_some("a lookup may miss a key whose value another thread replaces just then")
    }

    pub(crate) fn if_lags<K: Key, T: Map<K>>() -> Option<&'static str> {
        T::LAGS.then_some("it does not see its own removals at once, and would replace what it has removed")
    }

    pub(crate) fn unless_updates<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::UPDATES).then_some("it cannot change an entry without losing another thread's change")
    }

    pub(crate) fn unless_inserts_absent<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::INSERTS_ABSENT).then_some("it cannot insert a key only if it is absent, and tell which")
    }

    pub(crate) fn unless_iterates<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::ITERATES).then_some("it cannot visit its entries while they are replaced")
    }

    pub(crate) fn unless_counts<K: Key, T: Map<K>>() -> Option<&'static str> {
        (!T::COUNTS).then_some("it does not say how many entries it has")
    }
}
