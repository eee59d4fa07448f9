//! What bench executables said of their cells, by what it belongs to.

use contend_protocol::catalogue::CellEntry;
use contend_protocol::sample::CellRecord;
use std::collections::BTreeMap;

/// Why contenders cannot do cells, by contender and threads.
pub(super) type Unavailable<'a> = BTreeMap<(&'a str, usize), &'a str>;

/// The question to a workload and the note to a contender, whatever the threads; and why cells cannot be done. All of it holds for
/// one definition of the workload.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    questions: BTreeMap<[&'a str; 3], &'a str>,
    analyses: BTreeMap<[&'a str; 3], &'a str>,
    notes: BTreeMap<[&'a str; 4], &'a str>,
    unavailable: BTreeMap<[&'a str; 3], Unavailable<'a>>,
}

impl<'a> Said<'a> {
    /// All that `entries` say; what a later one says of the same thing counts.
    pub(super) fn of(entries: &'a [CellEntry]) -> Self {
        let mut said = Self::default();
        for CellEntry { cell, definition, question, analysis, note, unavailable, .. } in entries {
            let workload: [&str; 3] = [cell.suite(), cell.workload(), definition];
            if !question.is_empty() {
                said.questions.insert(workload, question);
            }
            if !analysis.is_empty() {
                said.analyses.insert(workload, analysis);
            }
            if !note.is_empty() {
                said.notes.insert([cell.suite(), cell.workload(), cell.contender(), definition], note);
            }
            let key = (cell.contender(), cell.threads());
            let of_workload = said.unavailable.entry(workload).or_default();
            match unavailable {
                Some(reason) => of_workload.insert(key, reason),
                None => of_workload.remove(&key),
            };
        }
        said
    }

    /// The question to the workload of that line.
    pub(super) fn question(&self, record: &'a CellRecord) -> Option<&'a str> {
        self.questions.get(&workload(record)).copied()
    }

    /// Why the workload of that line is measured.
    pub(super) fn analysis(&self, record: &'a CellRecord) -> Option<&'a str> {
        self.analyses.get(&workload(record)).copied()
    }

    /// What to know of the contender of that line.
    pub(super) fn note(&self, record: &'a CellRecord) -> Option<&'a str> {
        let cell = &record.cell;
        let key = [cell.suite(), cell.workload(), cell.contender(), record.definition.as_str()];
        self.notes.get(&key).copied()
    }

    /// The cells of that line's workload that cannot be done.
    pub(super) fn unavailable(&self, record: &'a CellRecord) -> Unavailable<'a> {
        self.unavailable.get(&workload(record)).cloned().unwrap_or_default()
    }
}

fn workload(record: &CellRecord) -> [&str; 3] {
    [record.cell.suite(), record.cell.workload(), &record.definition]
}
