//! What is told of a map's memory, and when.

use contend_harness::{Cell, Probe, Role};
use contend_map_contention::suite;

/// Stages with what was held at each.
#[derive(Default)]
struct Stages(Vec<(&'static str, u64)>);

impl Probe for Stages {
    fn stage(&mut self, name: &'static str, held: u64) {
        self.0.push((name, held));
    }
}

fn cells(threads: usize, is: impl Fn(&str) -> bool) -> Vec<Cell> {
    let cells = suite().cells(&[threads]).into_iter();
    cells.filter(|cell| is(cell.id().workload()) && cell.unavailable().is_none()).collect()
}

#[test]
fn every_map_is_filled_and_emptied() {
    for threads in [1, 2] {
        let cells = cells(threads, |workload| workload.contains("grow-") && !workload.starts_with("legacy"));
        assert!(cells.len() > 40, "{cells:?}");
        for cell in cells {
            let mut stages = Stages::default();
            let is_about_memory = cell.footprint(1, &mut stages);
            assert_eq!(is_about_memory, cell.role() != Role::Floor, "{cell:?}");
            if is_about_memory {
                let held = stages.0[1].1;
                assert!(held >= 1_000, "{cell:?}: {held}");
                let expected = [("made", 0), ("filled", held), ("deleted", 0), ("dropped", 0)];
                assert_eq!(stages.0, expected, "{cell:?}");
            }
        }
    }
}

#[test]
fn other_workloads_are_not_about_memory() {
    for cell in cells(1, |workload| workload.starts_with("integer-") || workload.starts_with("churn-")) {
        let mut stages = Stages::default();
        assert!(!cell.footprint(1, &mut stages) && stages.0.is_empty(), "{cell:?}");
    }
}
