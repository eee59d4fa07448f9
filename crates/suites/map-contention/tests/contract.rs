//! Every row does what its contract says, alone, in pairs and oversubscribed; what it cannot do has a reason.

use contend_harness::{Cores, broken_contracts, check};
use contend_map_contention::suite;
use std::time::Duration;

/// One workload of each kind of trial and operation.
const KINDS: [&str; 15] = [
    "read-80-set-20",
    "integer-read-99-insert-1",
    "churn-exchange",
    "churn-read-50-hit",
    "legacy-conc-map-bench-exchange",
    "grow-from-empty",
    "update-hot-8",
    "integer-read-75-of-100",
    "bustle-uniform",
    "boost-load-zipf-099",
    "sync-map-collision",
    "jctools-get-50",
    "iterate-while-one-writes",
    "len",
    "kv-store",
];

/// The same of the feature `extended`.
const EXTENDED_KINDS: &[&str] =
    if cfg!(feature = "extended") { &["cache-hits", "cache-misses", "cache-zipf-load-1000"] } else { &[] };

#[test]
fn every_contender_keeps_its_contract() {
    let broken = broken_contracts(&suite(), &[2]);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// All of them would take minutes where code is not optimized, and show the same code once more.
#[test]
fn every_contender_keeps_its_contract_alone_and_oversubscribed() {
    let cores = Cores::detect();
    let cells = suite().cells(&[1, 4]);
    for kind in KINDS.iter().chain(EXTENDED_KINDS) {
        let cells = cells.iter().filter(|cell| cell.id().workload() == *kind).collect::<Vec<_>>();
        assert!(!cells.is_empty(), "{kind} is no workload");
        for cell in cells.iter().filter(|cell| cell.unavailable().is_none()) {
            let checked = check(cell, 42, &cores, Duration::from_secs(60));
            assert_eq!(checked.fault, None, "{}", cell.id());
            assert!(checked.operations > 0, "{} did nothing", cell.id());
        }
    }
}
