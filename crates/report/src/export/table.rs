//! All cells as a table: one row for each cell and launch, whether it has a number or not.

use super::own;
use crate::cells::{CellFigures, figures, reason};
use contend_protocol::sample::{CellRecord, Outcome};
use contend_protocol::{Value, encode_line, json};
use contend_record::Run;

/// Name and version of the columns; a column is never renamed without another version.
const SCHEMA: &str = "contend-cells/1";

/// The head, then a line for each row.
pub(super) fn csv(run: &Run) -> String {
    // A run without cells has a head all the same.
    let mut text = joined(NAMES.iter().map(|name| (*name).to_owned()));
    for record in &run.records {
        text.push_str(&joined(values(run, record).iter().map(field)));
    }
    text
}

/// An object for each row, its keys in the order of the columns.
pub(super) fn json_lines(run: &Run) -> String {
    let line = |record: &CellRecord| {
        let schema = (&"schema", Value::from(SCHEMA));
        let named = std::iter::once(schema).chain(NAMES.iter().zip(values(run, record)));
        let fields: Vec<String> =
            named.map(|(name, value)| format!("{}:{}", encode_line(name), encode_line(&value))).collect();
        format!("{{{}}}\n", fields.join(","))
    };
    run.records.iter().map(line).collect()
}

/// Units are in the names.
const NAMES: [&str; 29] = [
    "run",
    "created_unix_ms",
    "commit",
    "changed_tree",
    "machine",
    "cpu_model",
    "rustc",
    "set",
    "cell",
    "suite",
    "workload",
    "contender",
    "threads",
    "launch",
    "version",
    "outcome",
    "reason",
    "oversubscribed",
    "pinned",
    "slices",
    "repeated_slices",
    "time_ns_per_op",
    "time_low_ns_per_op",
    "time_high_ns_per_op",
    "throughput_ops_per_s",
    "cpu_ns_per_op",
    "fairness_min_over_max",
    "jain_index",
    "definition",
];

fn values(run: &Run, record: &CellRecord) -> [Value; 29] {
    let manifest = &run.manifest;
    let CellFigures { slices, time_ns, time_interval, throughput_per_s, cpu_ns, fairness, jain, .. } =
        figures(record);
    [
        json!(run.name),
        json!(manifest.created_unix_ms),
        json!(manifest.source.commit),
        json!(manifest.source.dirty),
        json!(manifest.machine.id),
        json!(manifest.machine.cpu_model),
        json!(manifest.build.rustc),
        json!(manifest.invocation.set),
        json!(record.cell),
        json!(record.cell.suite()),
        json!(record.cell.workload()),
        json!(record.cell.contender()),
        json!(own(run, record.cell.threads())),
        json!(record.launch),
        json!(record.version),
        json!(outcome(&record.outcome)),
        json!(reason(&record.outcome)),
        json!(own(run, record.oversubscribed)),
        json!(own(run, record.pinned)),
        json!(slices),
        json!(own(run, record.repeated)),
        json!(time_ns),
        json!(time_interval.map(|interval| interval.low)),
        json!(time_interval.map(|interval| interval.high)),
        json!(throughput_per_s),
        json!(cpu_ns),
        json!(fairness),
        json!(jain),
        json!(record.definition),
    ]
}

/// As in samples.jsonl.
pub(super) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Measured => "measured",
        Outcome::NotMeasurable { .. } => "not-measurable",
        Outcome::Faulty { .. } => "faulty",
    }
}

/// A field without its quotes; nothing where there is none.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Source: RFC 4180, §2: what holds a comma, a quote or a line's end is quoted, and quotes in it are doubled.
fn joined(fields: impl Iterator<Item = String>) -> String {
    let quoted = |field: String| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    };
    fields.map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_quoted() {
        let fields = ["plain", "", "a,b", "say \"no\"", "two\nlines"].map(str::to_owned);
        assert_eq!(joined(fields.into_iter()), "plain,,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\n");
    }

    #[test]
    fn nothing_is_an_empty_field() {
        assert_eq!(field(&json!(null)), "");
        assert_eq!(field(&json!(1.5)), "1.5");
        assert_eq!(field(&json!(true)), "true");
        assert_eq!(field(&json!("text")), "text");
    }
}
