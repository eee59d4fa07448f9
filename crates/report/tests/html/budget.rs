//! How large pages may be, and how many cells are on one.

use super::imported::imported;
use super::scan::{rows, scan};
use super::{check, measured, page, run_of};
use contend_record::Run;
use contend_report::html::File;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// What a page may take.
///
/// Source: of pages of this kind with 2.2 MB and 190 kB compressed, Chromium shows the first screen in 0.3 s.
const MOST_BYTES: usize = 2_500_000;
const MOST_COMPRESSED: usize = 250_000;

/// Suites × workloads × contenders × thread counts, with numbers that look like some.
fn large(suites: usize, workloads: usize, contenders: usize, threads: &[usize]) -> Run {
    let mut records = Vec::new();
    for suite in 0..suites {
        for workload in 0..workloads {
            for contender in 0..contenders {
                for threads in threads {
                    let name = if contender == 0 {
                        "floor".to_owned()
                    } else {
                        format!("some-contender-of-a-crate-{contender}")
                    };
                    let cell = format!("suite-{suite}/a-workload-with-a-name-{workload}/{name}/{threads}");
                    // A multiplicative hash: every cell has another time, the same in each run of the test.
                    let hash = (records.len() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                    records.push(measured(&cell, 20 + hash % 5000));
                }
            }
        }
    }
    run_of(records)
}

#[track_caller]
fn check_budget(files: &[File]) {
    for file in files.iter().filter(|file| file.name.ends_with(".html")) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(file.text.as_bytes()).expect("into memory");
        let compressed = encoder.finish().expect("into memory").len();
        let sizes = (file.text.len(), compressed);
        assert!(sizes.0 <= MOST_BYTES && sizes.1 <= MOST_COMPRESSED, "{} has {sizes:?} bytes", file.name);
    }
}

#[test]
fn five_thousand_cells_stay_within_the_budget() {
    let threads = [1, 2, 4, 8, 16];
    for run in [large(5, 10, 20, &threads), large(1, 50, 20, &threads)] {
        assert_eq!(run.records.len(), 5000);
        check_budget(&check(&run));
    }
}

#[test]
fn a_hundred_cells_open_at_once() {
    let run = large(1, 5, 5, &[1, 2, 4, 8]);
    assert_eq!(run.records.len(), 100);
    let files = check(&run);
    check_budget(&files);
    let bytes = page(&files, "index.html").len();
    assert!(bytes < 200_000, "{bytes}");
}

/// Of the pages of a suite, how many rows of figures they have.
fn rows_of_figures(files: &[File]) -> Vec<usize> {
    let pages = files.iter().filter(|file| file.name.starts_with("suite."));
    pages
        .map(|file| rows(&file.text).iter().filter(|row| row.len() > 5 && row[0] != "threads").count())
        .collect()
}

#[test]
fn one_workload_of_many_cells_is_on_several_pages() {
    let files = check(&large(1, 1, 100, &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]));
    check_budget(&files);
    assert_eq!(rows_of_figures(&files), [600, 600]);
    let second = scan(page(&files, "suite.suite-0.2.html"));
    assert!(second.text.contains("Part 2 of 2 of its cells"), "{}", second.text);
    assert!(second.links.iter().any(|link| link == "suite.suite-0.1.html#a-workload-with-a-name-0"));
}

#[test]
fn an_imported_group_of_five_thousand_stays_within_the_budget() {
    let files = check(&imported(large(1, 1, 5000, &[1])));
    check_budget(&files);
    let pages = files.iter().filter(|file| file.name.starts_with("suite.")).count();
    assert_eq!(pages, 5);
}
