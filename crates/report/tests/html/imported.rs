//! Runs that were imported: nothing is said of them that nobody knows.

use super::scan::scan;
use super::{check, measured, page, run_of};
use contend_record::Run;

/// A run as `contend import` makes it: one thread in every id, and nothing but times.
pub(crate) fn imported(mut run: Run) -> Run {
    run.manifest.invocation.set = "imported".to_owned();
    run.manifest.invocation.command = "contend import target/criterion".to_owned();
    run.manifest.method = contend_protocol::version::MethodVersion::FOREIGN;
    run.manifest.source.commit = None;
    for record in &mut run.records {
        record.version = format!("{} as criterion names it", record.cell.contender());
        record.oversubscribed = false;
        record.others_cpu_permille = None;
        record.slices.cpu_ns = None;
    }
    run
}

#[test]
fn what_was_imported_is_not_shown_as_measured_here() {
    let cells = ["a", "b"].map(|name| measured(&format!("criterion/group/{name}/1"), 10));
    let files = check(&imported(run_of(cells.to_vec())));
    let shown = |name: &str| scan(page(&files, name)).text;
    let (index, suite) = (shown("index.html"), shown("suite.criterion.html"));
    assert!(index.contains("Imported from criterion 2026-03-18 09:15:02 UTC."), "{index}");
    assert!(
        suite.contains("Imported from criterion, which does not say how to measure it again."),
        "{suite}"
    );
    assert!(suite.contains("a as criterion names it"), "{suite}");
    for text in [&index, &suite, &shown("machine.html")] {
        for wrong in [
            "1 thread",
            "logical processor",
            "Measured 2026",
            "git checkout",
            "cargo bench",
            "Measure ",
            "repeated",
        ] {
            assert!(!text.contains(wrong), "{wrong}: {text}");
        }
    }
    for file in files.iter().filter(|file| file.name.starts_with("suite.") || file.name == "index.html") {
        assert!(!file.text.contains("data-t="), "{}", file.name);
    }
    for said in ["\"state\":\"imported\"", "\"fairness\":null", "\"jain\":null"] {
        assert_eq!(page(&files, "cells.jsonl").matches(said).count(), 2, "{said}");
    }
}
