//! Bytes that are counted for a table, beside those that its layout has.

use contend_allocations::of_thread;
use contend_harness::{Cell, Probe};
use contend_map_contention::suite;

/// What was held at each stage: entries, and bytes asked of the allocator since the first look.
struct Bytes {
    before: i64,
    stages: Vec<(u64, i64)>,
}

impl Probe for Bytes {
    fn stage(&mut self, _name: &'static str, held: u64) {
        self.stages.push((held, of_thread().held() - self.before));
    }
}

fn looked_at(cell: &Cell) -> Vec<(u64, i64)> {
    let mut bytes = Bytes { before: 0, stages: Vec::with_capacity(8) };
    bytes.before = of_thread().held();
    assert!(cell.footprint(1, &mut bytes), "{cell:?} is about memory");
    bytes.stages
}

/// Bytes of a table of `entries`, each a key and a value of 8 bytes: at most 7 of 8 buckets are used, their number is a power
/// of two, and each has a byte of control; so have 16 more behind the last.
///
/// Source: `capacity_to_buckets` and `TableLayout` in hashbrown 0.17.1, `src/raw.rs`; the standard library's map is the same.
fn of_layout(entries: u64) -> u64 {
    let buckets = (entries * 8 / 7).next_power_of_two();
    buckets * (16 + 1) + 16
}

#[track_caller]
fn check(contender: &str, workload: &str) {
    let cells = suite().cells(&[1]);
    let wanted = format!("map-contention/{workload}/{contender}/1");
    let cell = cells.iter().find(|cell| cell.id().to_string() == wanted).expect("the suite has it");
    let stages = looked_at(cell);
    let [_, (entries, filled), _, (_, dropped)] = stages[..] else { panic!("{stages:?}") };
    let expected = of_layout(entries);
    let found = u64::try_from(filled).expect("more was asked for than given back");
    assert!(found.abs_diff(expected) * 50 <= expected, "{wanted}: {found} bytes instead of {expected}");
    assert_eq!(dropped, 0, "{wanted}: all was given back");
}

#[test]
fn tables_of_the_standard_library_and_of_hashbrown_have_their_layouts_bytes() {
    for contender in ["mutex-std", "rwlock-std", "rwlock-parking-lot"] {
        check(contender, "grow-from-empty");
        check(contender, "grow-presized");
    }
    // Where it is made with room, it takes a quarter more.
    check("sharded-1", "grow-from-empty");
}
