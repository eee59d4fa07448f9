//! Numbers of two saved runs side by side. They were measured at two times, so nothing here is a verdict.

use crate::cells::figures;
use crate::layout::{MIN_WIDTH, Table, wrap};
use crate::units;
use contend_protocol::CellId;
use contend_protocol::sample::CellRecord;
use contend_record::Run;
use contend_stats::order::median;
use std::collections::BTreeMap;

/// A cell that was measured in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The cell.
    pub cell: CellId,
    /// Median over the launches of base, in nanoseconds per operation.
    pub base_ns: f64,
    /// The same of head.
    pub head_ns: f64,
}

impl Row {
    /// Head over base, less one.
    pub fn change(&self) -> f64 {
        self.head_ns / self.base_ns - 1.0
    }
}

/// The cells that both runs measured with the same definition, in the order of head.
pub fn rows(base: &Run, head: &Run) -> Vec<Row> {
    let (before, after) = (times(base), times(head));
    let mut rows: Vec<Row> = Vec::new();
    for record in &head.records {
        let key = (&record.cell, record.definition.as_str());
        let seen = rows.iter().any(|row| row.cell == record.cell);
        let both = before.get(&key).copied().zip(after.get(&key).copied());
        if let (false, Some((base_ns, head_ns))) = (seen, both) {
            rows.push(Row { cell: record.cell.clone(), base_ns, head_ns });
        }
    }
    rows
}

/// Why this is no verdict, then the rows.
pub fn text(base: &Run, head: &Run, rows: &[Row]) -> String {
    let mut lines = wrap(&format!("indicative only: {} beside {}", head.name, base.name), MIN_WIDTH, 2);
    for sentence in doubts(base, head) {
        lines.extend(wrap(&sentence, MIN_WIDTH, 2));
    }
    lines.push(String::new());
    let mut table = Table::new(["cell", "base", "head", "change"].map(str::to_owned));
    for row in rows {
        let change = format!("{:+.1}\u{a0}%", row.change() * 100.0);
        table.numbers(row.cell.to_string(), vec![units::time(row.base_ns), units::time(row.head_ns), change]);
    }
    lines.extend(table.lines(MIN_WIDTH));
    lines.into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn doubts(base: &Run, head: &Run) -> Vec<String> {
    let (base, head) = (&base.manifest, &head.manifest);
    let mut doubts = vec![
        "The runs were measured at two times, and the machine was not the same machine then: no difference here is a \
         finding. `contend compare` measures both sides now."
            .to_owned(),
    ];
    if base.is_imported() || head.is_imported() {
        doubts.push(
            "criterion's files, from which numbers were imported, do not say on what machine it measured."
                .to_owned(),
        );
    } else if base.machine.id != head.machine.id {
        doubts.push(
            "They were measured on two machines, so even the order of contenders may differ.".to_owned(),
        );
    }
    if base.method != head.method {
        doubts.push("They were measured with two methods, so the numbers do not mean the same.".to_owned());
    }
    doubts
}

/// Median time per operation over the launches of each cell and definition.
fn times(run: &Run) -> BTreeMap<(&CellId, &str), f64> {
    let mut all: BTreeMap<(&CellId, &str), Vec<f64>> = BTreeMap::new();
    for record in &run.records {
        all.entry((&record.cell, record.definition.as_str())).or_default().extend(time(record));
    }
    all.into_iter().filter_map(|(key, times)| Some((key, median(&times)?))).collect()
}

fn time(record: &CellRecord) -> Option<f64> {
    figures(record).time_ns
}
