//! What users read of each workload.

use std::collections::BTreeMap;

#[test]
fn curated_workloads_say_why_they_are_measured() {
    let suites = [
        contend_buffer_pools::suite(),
        contend_fan_out::suite(),
        contend_lock_contention::suite(),
        contend_map_contention::suite(),
    ];
    let mut said: BTreeMap<String, &str> = BTreeMap::new();
    for cell in suites.iter().flat_map(|suite| suite.cells(&[1, 2, 4])).filter(|cell| cell.curated()) {
        said.insert(cell.id().group(), cell.analysis());
    }
    assert!(said.len() > 20, "{} curated workloads", said.len());
    for (workload, analysis) in said {
        let sentences = analysis.matches(". ").count() + usize::from(analysis.ends_with('.'));
        assert!(sentences >= 2, "{workload}: {analysis}");
    }
}
