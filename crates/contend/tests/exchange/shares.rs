//! How evenly the threads of a cell shared, wherever figures are given: of several workers only.

use super::{CELL, MANIFEST, NAME, SAMPLES, contend, json, store, write};
use serde_json::Value;
use std::fs::read_to_string;
use tempfile::TempDir;

/// What each place says of how evenly the threads of the first cell shared: `show`, `export`, and the files of the report.
fn shares(store: &TempDir, run: &str) -> Vec<(&'static str, Value)> {
    let first = |text: &str| json(text.lines().next().expect("a line"));
    let shown = json(&contend(store, &["show", run, "--format", "json"]).0)["cells"][0]["figures"].clone();
    let lines = first(&contend(store, &["export", run, "--format", "jsonl"]).0);
    assert!(contend(store, &["report", run]).1.contains("wrote the report"));
    let report = store.path().join(run).join("report");
    let downloaded = first(&read_to_string(report.join("cells.jsonl")).expect("a file"));
    let metrics = contend(store, &["export", run, "--format", "openmetrics"]).0;
    let sample = metrics.lines().find(|line| line.starts_with("contend_fairness_ratio{"));
    let table = |text: &str, name: &str| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let column = reader.headers().expect("a head").iter().position(|known| known == name).expect(name);
        let row = reader.records().next().expect("a row").expect("it is read");
        row[column].parse::<f64>().map_or(Value::Null, Value::from)
    };
    let exported = contend(store, &["export", run, "--format", "csv"]).0;
    let sheet = read_to_string(report.join("cells.csv")).expect("a file");
    vec![
        ("show", shown["fairness"].clone()),
        ("show", shown["jain"].clone()),
        ("export jsonl", lines["fairness_min_over_max"].clone()),
        ("export jsonl", lines["jain_index"].clone()),
        ("export csv", table(&exported, "fairness_min_over_max")),
        ("export csv", table(&exported, "jain_index")),
        ("export openmetrics", sample.map_or(Value::Null, |sample| Value::from(sample.to_owned()))),
        ("cells.jsonl", downloaded["fairness"].clone()),
        ("cells.jsonl", downloaded["jain"].clone()),
        ("cells.csv", table(&sheet, "fairness")),
        ("cells.csv", table(&sheet, "jain")),
    ]
}

/// Of one worker, and of what was imported, there is no such figure.
#[track_caller]
pub(crate) fn check_that_nobody_shares(store: &TempDir, run: &str) {
    for (place, share) in shares(store, run) {
        assert_eq!(share, Value::Null, "{place}");
    }
}

#[test]
fn one_worker_shares_with_nobody_wherever_figures_are_given() {
    let store = store();
    for (place, share) in shares(&store, NAME) {
        assert_ne!(share, Value::Null, "two workers share, says {place}");
    }
    let alone = "20260319T091502Z-4f2c9ae-7d10";
    let mut line = json(SAMPLES.lines().next().expect("a line"));
    line["cell"] = Value::from(CELL.replace("/2", "/1"));
    for ops in line["slices"]["ops"].as_array_mut().expect("slices") {
        ops.as_array_mut().expect("workers").truncate(1);
    }
    write(&store.path().join(alone).join("run.json"), MANIFEST);
    write(&store.path().join(alone).join("samples.jsonl"), &format!("{line}\n"));
    check_that_nobody_shares(&store, alone);
    let (shown, _, _) = contend(&store, &["show", alone]);
    let row = shown.lines().find(|line| line.starts_with("dashmap ")).expect("a row");
    assert_eq!(row.split_ascii_whitespace().filter(|word| *word == "-").count(), 1, "min/max only: {shown}");
}
