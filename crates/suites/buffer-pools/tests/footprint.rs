//! What is told of a contender's memory, and when.

use contend_buffer_pools::{Buffers, Pool, Pools, Stock, suite};
use contend_harness::{Contender, Probe, Role, Suite};
use std::cell::Cell;

/// Stages with what was held at each.
#[derive(Default)]
struct Stages(Vec<(&'static str, u64)>);

impl Probe for Stages {
    fn stage(&mut self, name: &'static str, held: u64) {
        self.0.push((name, held));
    }
}

/// The stages of every contender in `workload`, without the first, which tells what a pool is made with.
fn stages(workload: &str) -> Vec<Vec<(&'static str, u64)>> {
    let cells = suite().cells(&[2]);
    let cells = cells.iter().filter(|cell| cell.id().workload() == workload && cell.role() != Role::Floor);
    let stages = cells.map(|cell| {
        let mut stages = Stages::default();
        assert!(cell.footprint(1, &mut stages), "{cell:?} is about memory");
        assert_eq!(stages.0.remove(0).0, "made");
        stages.0
    });
    stages.collect()
}

#[test]
fn every_pool_is_filled_and_emptied() {
    for (workload, held) in [("burst-of-8-16k", 8), ("burst-of-64-16k", 64), ("poisoned-by-64-mib", 1)] {
        let stages = stages(workload);
        assert!(stages.len() > 10, "{workload}");
        let expected = [("held", held), ("returned", 0), ("dropped", 0)];
        assert!(stages.iter().all(|stages| *stages == expected), "{workload}: {stages:?}");
    }
}

#[test]
fn an_allocator_is_filled_and_emptied() {
    assert_eq!(stages("allocate-pareto"), [[("held", 1000), ("returned", 0)]]);
}

#[test]
fn other_workloads_are_not_about_memory() {
    for cell in suite().cells(&[1]) {
        let workload = cell.id().workload();
        if ["buffer-", "request-", "json-", "slab-", "release-"].iter().any(|kind| workload.starts_with(kind))
        {
            let mut stages = Stages::default();
            assert!(!cell.footprint(1, &mut stages) && stages.0.is_empty(), "{cell:?}");
        }
    }
}

thread_local! {
    /// Buffers that are out, and the bytes in the largest that came back.
    static OUT: Cell<u64> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    static ALIVE: Cell<bool> = const { Cell::new(false) };
}

/// A pool that counts.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(false);
    }
}

impl Pool for Counted {
    type Handle<'a> = ();

    fn new(_stock: &Stock) -> Self {
        ALIVE.set(true);
        Self
    }

    fn handle(&self, _worker: usize) {}

    fn acquire(_handle: &mut (), bytes: usize) -> Vec<u8> {
        OUT.set(OUT.get() + 1);
        Vec::with_capacity(bytes)
    }

    fn release(_handle: &mut (), buffer: Vec<u8>) {
        OUT.set(OUT.get() - 1);
        LARGEST.set(LARGEST.get().max(buffer.len()));
    }
}

/// Looks at the counts.
struct Counts(Vec<(u64, bool)>);

impl Probe for Counts {
    fn stage(&mut self, _name: &'static str, _held: u64) {
        self.0.push((OUT.get(), ALIVE.get()));
    }
}

#[test]
fn a_stage_is_told_when_it_is_reached() {
    let rows = vec![Contender::<Pools>::of::<Counted>("counted")];
    let cells = Suite::new("counted", "", "").family(Buffers::all(), rows).cells(&[1]);
    let check = |workload: &str, held: u64, largest: usize| {
        let cell = cells.iter().find(|cell| cell.id().workload() == workload).unwrap();
        let mut counts = Counts(Vec::new());
        cell.footprint(1, &mut counts);
        assert_eq!(counts.0, [(0, true), (held, true), (0, true), (0, false)]);
        assert_eq!(LARGEST.replace(0), largest);
    };
    check("burst-of-64-16k", 64, 16 * 1024);
    check("poisoned-by-64-mib", 1, 64 * 1024 * 1024);
}
