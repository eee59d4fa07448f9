//! OpenMetrics text, in the part that Prometheus' older text format can read too: all families are gauges, and there are no
//! timestamps, which the textfile collector refuses.
//!
//! Source: <https://github.com/OpenObservability/OpenMetrics>, "OpenMetrics, a cloud-native, highly scalable metrics
//! protocol", version 1.0.

use super::own;
use crate::cells::{CellFigures, figures};
use contend_protocol::sample::{CellRecord, Outcome};
use contend_record::Run;

/// One family of samples.
struct Family {
    name: &'static str,
    /// The base unit, which ends the name; none for shares and counts.
    unit: Option<&'static str>,
    help: &'static str,
    value: fn(&CellRecord, &CellFigures) -> Option<f64>,
}

/// Names of all families, as dashboards use them.
pub const METRICS: [&str; 10] = [
    "contend_run_info",
    "contend_run_created_timestamp_seconds",
    "contend_cell_measured",
    "contend_operation_time_seconds",
    "contend_operation_time_low_seconds",
    "contend_operation_time_high_seconds",
    "contend_operation_cpu_seconds",
    "contend_throughput_operations_per_second",
    "contend_fairness_ratio",
    "contend_cell_slices",
];

const SECONDS: Option<&str> = Some("seconds");

const FAMILIES: [Family; 8] = [
    Family {
        name: METRICS[2],
        unit: None,
        help: "1 where the cell has a number, 0 where it was not measurable or its contender failed.",
        value: |record, _| Some(if record.outcome == Outcome::Measured { 1.0 } else { 0.0 }),
    },
    Family {
        name: METRICS[3],
        unit: SECONDS,
        help: "Time per operation as one thread sees it, median over the slices of one launch.",
        value: |_, figures| figures.time_ns.map(seconds),
    },
    Family {
        name: METRICS[4],
        unit: SECONDS,
        help: "Lower end of the exact 95 % interval of that median.",
        value: |_, figures| figures.time_interval.map(|interval| seconds(interval.low)),
    },
    Family {
        name: METRICS[5],
        unit: SECONDS,
        help: "Upper end of the exact 95 % interval of that median.",
        value: |_, figures| figures.time_interval.map(|interval| seconds(interval.high)),
    },
    Family {
        name: METRICS[6],
        unit: SECONDS,
        help: "Processor time of all threads per operation, median over the slices of one launch.",
        value: |_, figures| figures.cpu_ns.map(seconds),
    },
    Family {
        name: METRICS[7],
        unit: Some("operations_per_second"),
        help: "Operations of all threads in a second, median over the slices of one launch.",
        value: |_, figures| figures.throughput_per_s,
    },
    Family {
        name: METRICS[8],
        unit: Some("ratio"),
        help: "The least busy thread's operations over the busiest one's, where several count them.",
        value: |_, figures| figures.fairness,
    },
    Family {
        name: METRICS[9],
        unit: None,
        help: "Valid slices behind the figures.",
        value: |_, figures| Some(figures.slices as f64),
    },
];

/// The whole exposition, ended by its mark.
pub(super) fn text(run: &Run) -> String {
    let cells: Vec<(String, &CellRecord, CellFigures)> =
        run.records.iter().map(|record| (labels(run, record), record, figures(record))).collect();
    let mut text = about_run(run);
    for family in &FAMILIES {
        text.push_str(&head(family.name, family.unit, family.help));
        for (labels, record, figures) in &cells {
            if let Some(value) = (family.value)(record, figures) {
                text.push_str(&format!("{}{labels} {value}\n", family.name));
            }
        }
    }
    text + "# EOF\n"
}

/// The commit stands here only: as a label of every cell it would make each run a new series.
fn about_run(run: &Run) -> String {
    let manifest = &run.manifest;
    let labels = labelled(&[
        ("run", &run.name),
        ("commit", manifest.source.commit.as_deref().unwrap_or_default()),
        ("machine", &manifest.machine.id),
        ("cpu_model", manifest.machine.cpu_model.as_deref().unwrap_or_default()),
        ("rustc", &manifest.build.rustc),
        ("set", &manifest.invocation.set),
    ]);
    let created_s = manifest.created_unix_ms as f64 / 1000.0;
    let [info, created, ..] = METRICS;
    format!(
        "{}{info}{labels} 1\n{}{created} {created_s}\n",
        head(info, None, "The run that these numbers are from."),
        head(created, SECONDS, "When the run began, in seconds since 1970."),
    )
}

fn head(name: &str, unit: Option<&str>, help: &str) -> String {
    let unit = unit.map(|unit| format!("# UNIT {name} {unit}\n")).unwrap_or_default();
    format!("# TYPE {name} gauge\n{unit}# HELP {name} {}\n", escaped(help))
}

/// Each cell of an import says that it is one, so that a query for others leaves it out.
fn labels(run: &Run, record: &CellRecord) -> String {
    let cell = &record.cell;
    let launch = record.launch.to_string();
    let named = [("suite", cell.suite()), ("workload", cell.workload()), ("contender", cell.contender())];
    let Some(threads) = own(run, cell.threads().to_string()) else {
        let others = [("launch", launch.as_str()), ("imported", "yes")];
        return labelled(&[&named[..], &others].concat());
    };
    let oversubscribed = if record.oversubscribed { "yes" } else { "no" };
    let others =
        [("threads", threads.as_str()), ("launch", launch.as_str()), ("oversubscribed", oversubscribed)];
    labelled(&[&named[..], &others].concat())
}

fn labelled(labels: &[(&str, &str)]) -> String {
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", labels.join(","))
}

/// Both formats escape these three, and nothing else.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

fn seconds(ns: f64) -> f64 {
    ns / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_what_they_hold() {
        assert_eq!(labelled(&[("a", "x\\y\"z\nw"), ("b", "")]), r#"{a="x\\y\"z\nw",b=""}"#);
    }

    #[test]
    fn families_are_named_as_promised() {
        let names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
        assert_eq!(names, METRICS[2..]);
        for Family { name, unit, .. } in &FAMILIES {
            assert!(unit.is_none_or(|unit| name.ends_with(unit)), "{name} does not end with its unit");
        }
    }
}
