//! Maps with a fault, which the checks must find.

use contend_harness::{Contender, Cores, Suite, Workload, check};
use contend_map_contention::{Blend, Churn, Grow, Legacy, Map, MapWorkload, Maps, Mix, Scan};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NONE: u8 = 0;
const LOSES_INSERTS: u8 = 1;
const LOSES_REMOVALS: u8 = 2;
const LOSES_UPDATES: u8 = 3;
const LOSES_REPLACEMENTS: u8 = 4;
const FINDS_OTHERS: u8 = 5;
const FINDS_NOTHING: u8 = 6;
const INSERTS_TWICE: u8 = 7;
const SKIPS_ENTRIES: u8 = 8;
const MISCOUNTS: u8 = 9;

/// Most faults show once in so many operations.
const EACH: u64 = 7;

/// A map with one of the faults above.
struct Faulty<const FAULT: u8> {
    entries: Mutex<BTreeMap<u64, u64>>,
    operations: AtomicU64,
}

impl<const FAULT: u8> Faulty<FAULT> {
    /// Whether the map has `fault`, and this operation shows it.
    fn fails(&self, fault: u8) -> bool {
        // Relaxed: a count orders nothing.
        FAULT == fault && (self.operations.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(EACH)
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, u64>> {
        self.entries.lock().unwrap()
    }
}

impl<const FAULT: u8> Map<u64> for Faulty<FAULT> {
    type Handle<'a> = &'a Self;

    const UPDATES: bool = true;
    const INSERTS_ABSENT: bool = true;
    const ITERATES: bool = true;
    const COUNTS: bool = true;

    fn with_capacity(_capacity: usize, _threads: usize) -> Self {
        Self { entries: Mutex::default(), operations: AtomicU64::new(0) }
    }

    fn handle(&self, _worker: usize) -> &Self {
        self
    }

    fn fill(handle: &mut &Self, entries: impl Iterator<Item = (u64, u64)>) {
        handle.entries().extend(entries);
    }

    fn get(handle: &mut &Self, key: &u64) -> Option<u64> {
        let key = if handle.fails(FINDS_OTHERS) { key + 1 } else { *key };
        handle.entries().get(&key).copied().filter(|_| !handle.fails(FINDS_NOTHING))
    }

    fn set(handle: &mut &Self, key: &u64, value: u64) -> bool {
        let lost = FAULT == LOSES_REPLACEMENTS;
        handle.entries().get_mut(key).map(|old| *old = if lost { *old } else { value }).is_some()
    }

    fn insert(handle: &mut &Self, key: u64, value: u64) -> bool {
        let lost = handle.fails(LOSES_INSERTS);
        let mut entries = handle.entries();
        if lost { !entries.contains_key(&key) } else { entries.insert(key, value).is_none() }
    }

    fn remove(handle: &mut &Self, key: &u64) -> bool {
        let lost = handle.fails(LOSES_REMOVALS);
        let mut entries = handle.entries();
        if lost { entries.contains_key(key) } else { entries.remove(key).is_some() }
    }

    fn update(handle: &mut &Self, key: &u64, change: impl Fn(&mut u64)) -> bool {
        let lost = handle.fails(LOSES_UPDATES);
        handle
            .entries()
            .get_mut(key)
            .map(|value| {
                if !lost {
                    change(value);
                }
            })
            .is_some()
    }

    fn insert_absent(handle: &mut &Self, key: u64, value: u64) -> Option<u64> {
        let twice = handle.fails(INSERTS_TWICE);
        let mut entries = handle.entries();
        let found = entries.get(&key).copied().filter(|_| !twice);
        if found.is_none() {
            entries.insert(key, value);
        }
        found
    }

    fn for_each(handle: &mut &Self, mut visit: impl FnMut(&u64, u64)) {
        let skipped = usize::from(FAULT == SKIPS_ENTRIES);
        handle.entries().iter().skip(skipped).for_each(|(key, value)| visit(key, *value));
    }

    fn len(handle: &mut &Self) -> usize {
        handle.entries().len() + usize::from(handle.fails(MISCOUNTS))
    }
}

fn workloads() -> Vec<MapWorkload> {
    let mut all: Vec<MapWorkload> = Mix::ycsb().into_iter().map(MapWorkload::Mix).collect();
    all.extend(Churn::all().into_iter().map(MapWorkload::Churn));
    all.extend(Legacy::all().into_iter().map(MapWorkload::Legacy));
    all.extend(Grow::integer().into_iter().map(MapWorkload::Grow));
    all.extend(Blend::integer().into_iter().chain(Blend::text()).map(MapWorkload::Blend));
    all.extend(Scan::all().into_iter().map(MapWorkload::Scan));
    all
}

fn fault<const FAULT: u8>(workload: &MapWorkload) -> Option<String> {
    let rows = vec![Contender::<Maps<u64>>::of::<Faulty<FAULT>>("faulty").blocks()];
    let suite = Suite::new("planted", "", "").family(vec![workload.clone()], rows);
    let checked = check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60));
    checked.fault.map(|fault| format!("{fault:?}"))
}

/// A map with the fault is found in each of the workloads whose ids begin with one of `prefixes`.
#[track_caller]
fn check_fault<const FAULT: u8>(prefixes: &[&str], expected: &str) {
    for prefix in prefixes {
        let workloads = workloads().into_iter().filter(|workload| workload.id().starts_with(prefix));
        let found: Vec<String> = workloads
            .map(|workload| {
                fault::<FAULT>(&workload).unwrap_or_else(|| format!("nothing in {}", workload.id()))
            })
            .collect();
        assert!(!found.is_empty(), "{prefix} begins no id");
        assert!(found.iter().all(|found| found.contains(expected)), "{prefix}: {found:?}");
    }
}

#[test]
fn a_map_without_a_fault_passes() {
    for workload in workloads() {
        assert_eq!(fault::<NONE>(&workload), None, "{}", workload.id());
    }
}

#[test]
fn lost_inserts_are_found() {
    check_fault::<LOSES_INSERTS>(&["grow-"], "keys that are not as they were inserted");
    check_fault::<LOSES_INSERTS>(&["integer-read-75-of-1k", "bustle-"], "keys that come and go");
    check_fault::<LOSES_INSERTS>(&["churn-exchange"], "keys in the map");
    check_fault::<LOSES_INSERTS>(&["legacy-conc-map-bench-rapid-grow"], "keys that are there and should not");
}

#[test]
fn lost_removals_are_found() {
    check_fault::<LOSES_REMOVALS>(&["integer-read-75-of-100k", "bustle-u"], "keys that come and go");
    check_fault::<LOSES_REMOVALS>(&["sync-map-balanced", "jctools-"], "keys that come and go");
    check_fault::<LOSES_REMOVALS>(&["churn-read-50-hit"], "keys in the map");
}

#[test]
fn lost_changes_are_found() {
    check_fault::<LOSES_UPDATES>(&["update-", "boost-"], "updates that the values show");
    check_fault::<LOSES_REPLACEMENTS>(&["ycsb-a"], "nobody's last write");
}

#[test]
fn a_lost_change_beside_readers_is_found() {
    let iterate = workloads().into_iter().find(|workload| workload.id().starts_with("iterate-")).unwrap();
    // Nothing makes the writer write before the readers are done: on a busy machine it sometimes does not.
    let found = (0..50).find_map(|_| fault::<LOSES_REPLACEMENTS>(&iterate)).expect("the fault is found");
    assert!(found.contains("nobody's last write"), "{found}");
}

#[test]
fn keys_that_are_found_wrongly_are_found() {
    check_fault::<FINDS_OTHERS>(
        &["integer-read-100-of-1m", "sync-map-mostly-hits", "read-80"],
        "another key's value",
    );
    check_fault::<FINDS_NOTHING>(&["integer-read-100-"], "lookups that found their key");
}

#[test]
fn keys_that_are_inserted_twice_are_found() {
    check_fault::<INSERTS_TWICE>(&["sync-map-balanced", "jctools-"], "keys that come and go");
    check_fault::<INSERTS_TWICE>(&["sync-map-collision", "read-80"], "keys that were new although they stay");
}

#[test]
fn a_wrong_look_at_the_whole_is_found() {
    check_fault::<SKIPS_ENTRIES>(&["iterate-"], "entries in all looks");
    check_fault::<MISCOUNTS>(&["len"], "entries in all looks");
}
