//! All cells as files beside the pages: one line each, every figure in its base unit and not rounded.

use super::model::{Basis, Cell, Suite};
use crate::cells::{Place, standing_word};
use contend_protocol::{Value, encode_line, json};

/// Names the fields and their meaning; it rises when one changes, and not when one is added at the end.
const SCHEMA: &str = "contend-report-cell/1";

/// The columns of the table, and the fields of a line behind its schema.
const COLUMNS: [&str; 30] = [
    "run",
    "suite",
    "workload",
    "contender",
    "threads",
    "kind",
    "version",
    "definition",
    "seed",
    "state",
    "reason",
    "oversubscribed",
    "launches",
    "slices",
    "repeated",
    "others_cpu_permille",
    "interval",
    "time_ns",
    "time_ns_low",
    "time_ns_high",
    "ops_per_s",
    "ops_per_s_low",
    "ops_per_s_high",
    "cpu_ns",
    "fairness",
    "jain",
    "vs_best",
    "standing",
    "efficiency",
    "launches_left_out",
];

/// All cells as a table, and as JSON lines.
pub(super) fn files(run: &str, suites: &[Suite<'_>]) -> (String, String) {
    let objects: Vec<Value> = objects(run, suites).collect();
    (csv(&objects), json_lines(&objects))
}

/// RFC 4180: a head, and a line for each cell.
fn csv(objects: &[Value]) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for object in objects {
        let fields: Vec<String> = COLUMNS.iter().map(|name| field(&object[*name])).collect();
        text += &fields.join(",");
        text += "\r\n";
    }
    text
}

/// One JSON object a line.
fn json_lines(objects: &[Value]) -> String {
    objects.iter().map(|object| encode_line(object) + "\n").collect()
}

fn objects<'s>(run: &'s str, suites: &'s [Suite<'_>]) -> impl Iterator<Item = Value> + 's {
    let workloads = suites.iter().flat_map(|suite| &suite.workloads);
    workloads
        .flat_map(move |workload| workload.cells.iter().map(move |cell| object(run, cell, workload.imported)))
}

fn object(run: &str, cell: &Cell<'_>, imported: bool) -> Value {
    let figures = &cell.figures;
    let with_number = if imported { "imported" } else { "measured" };
    json!({
    "schema": SCHEMA,
    "run": run,
    "suite": cell.id.suite(),
    "workload": cell.id.workload(),
    "contender": cell.id.contender(),
    "threads": cell.id.threads(),
    "kind": match cell.place { Place::Contender => "contender", Place::Bound => "bound", Place::Floor => "floor" },
    "version": cell.version,
    "definition": cell.definition,
    "seed": cell.seed,
    "state": if cell.reason.is_none() { with_number } else { cell.fate },
    "reason": cell.reason,
    "oversubscribed": cell.oversubscribed,
    "launches": cell.launches,
    "launches_left_out": cell.left_out,
    "slices": figures.slices,
    "repeated": cell.repeated,
    "others_cpu_permille": cell.others_cpu_permille,
    "interval": match cell.basis {
        Basis::Nothing => Value::Null,
        Basis::Slices => "slices".into(),
        Basis::Launches => "launches".into(),
        Basis::Range => "range".into(),
    },
    "time_ns": figures.time_ns,
    "time_ns_low": cell.time_ends.map(|ends| ends.0),
    "time_ns_high": cell.time_ends.map(|ends| ends.1),
    "ops_per_s": figures.throughput_per_s,
    "ops_per_s_low": cell.throughput_ends.map(|ends| ends.0),
    "ops_per_s_high": cell.throughput_ends.map(|ends| ends.1),
    "efficiency": cell.efficiency,
    "cpu_ns": figures.cpu_ns,
    "fairness": figures.fairness,
    "jain": figures.jain,
    "vs_best": cell.standing.map(|standing| standing.ratio),
    "standing": cell.standing.map(|standing| standing_word(standing.evidence)),
        })
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(&inert(text)),
        other => other.to_string(),
    }
}

/// Text that no spreadsheet takes for a formula: those begin with one of these, in some programs behind a tab or a return too.
///
/// See: <https://owasp.org/www-community/attacks/CSV_Injection>
fn inert(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;
    use contend_protocol::decode;

    #[test]
    fn a_line_has_every_column_and_reads_back() {
        let mut run =
            run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20), ("floor", 1)] }]);
        run.records[1].version = "b \"1\", or so\n".to_owned();
        let suites = suites(&run, &[]);
        let (csv, lines) = files(&run.name, &suites);
        for line in lines.lines() {
            let object: Value = decode("a line", line).expect("it is JSON");
            let fields = object.as_object().expect("an object");
            assert_eq!(fields.len(), COLUMNS.len() + 1);
            assert!(COLUMNS.iter().all(|name| fields.contains_key(*name)), "{line}");
        }
        let first: Value = decode("a line", lines.lines().next().expect("a line")).expect("it is JSON");
        assert_eq!((first["contender"].as_str(), first["standing"].as_str()), (Some("a"), Some("best")));
        assert_eq!(csv.split("\r\n").count(), 5, "a head, three cells, and the end");
        assert!(csv.contains(",\"b \"\"1\"\", or so\n\","), "{csv}");
    }

    #[test]
    fn no_text_is_a_formula_and_numbers_stay_numbers() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+a", "'+a"),
            ("@a,b", "\"'@a,b\""),
            ("-a", "'-a"),
            ("a=1", "a=1"),
            ("\t=1", "'\t=1"),
        ] {
            assert_eq!(field(&Value::from(text)), expected);
        }
        assert_eq!((field(&Value::from(-1.5)), field(&Value::Null)), ("-1.5".to_owned(), String::new()));
        let mut run = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10)] }]);
        run.records[0].version = "=cmd|'/c calc'!A0".to_owned();
        let suites = suites(&run, &[]);
        let (csv, lines) = files(&run.name, &suites);
        assert!(csv.contains(",'=cmd|'/c calc'!A0,"));
        assert!(lines.contains("\"=cmd|'/c calc'!A0\""), "only CSV goes to spreadsheets");
    }
}
