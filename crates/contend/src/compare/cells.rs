//! Which cells both sides have, and what is to be said of the others.

use crate::cmd::list::catalogue_in;
use crate::error::CommandError;
use crate::executables::Executable;
use contend_protocol::CellId;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::comparison::{CellVerdict, Verdict};
use std::collections::BTreeMap;

/// A cell that both sides have.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    pub(crate) entry: CellEntry,
    pub(crate) base: Executable,
    pub(crate) head: Executable,
}

/// All cells of two sides.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// In the order of head's suites.
    pub(crate) matched: Vec<Matched>,
    /// Verdicts that need no measuring: added, removed, not comparable.
    pub(crate) settled: Vec<CellVerdict>,
}

/// A side's cells, each with the executable that has it, in order.
#[derive(Clone, Debug)]
pub(crate) struct SideCells(Vec<(CellEntry, Executable)>);

impl SideCells {
    /// Asks the executables for the cells that `wanted` selects and a contender can do.
    ///
    /// # Errors
    /// [`CommandError::Incomparable`] if one of them does not say all it has: cells that are missing for that reason must not
    /// look as if they had been removed.
    pub(crate) fn ask(
        executables: &[Executable],
        wanted: impl Fn(&CellEntry) -> bool,
    ) -> Result<Self, CommandError> {
        Self::ask_in(executables, &[], wanted)
    }

    /// As [`SideCells::ask`], with these variables.
    pub(crate) fn ask_in(
        executables: &[Executable],
        environment: &[(&str, String)],
        wanted: impl Fn(&CellEntry) -> bool,
    ) -> Result<Self, CommandError> {
        let mut cells = Vec::new();
        for executable in executables {
            let catalogue = catalogue_in(std::slice::from_ref(executable), environment)?;
            if !catalogue.complete {
                let path = executable.path.display();
                return Err(CommandError::Incomparable(format!("learn which cells {path} has; see above")));
            }
            let able = catalogue.cells.into_iter().filter(|cell| cell.unavailable.is_none() && wanted(cell));
            cells.extend(able.map(|entry| (entry, executable.clone())));
        }
        Ok(Self(cells))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each cell with the executable that has it.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &(CellEntry, Executable)> {
        self.0.iter()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.iter().map(|(entry, _)| entry.cell.to_string()).collect()
    }
}

/// Puts the cells of both sides together.
pub(crate) fn matched(base: SideCells, head: SideCells) -> Cells {
    let mut of_base: BTreeMap<CellId, (CellEntry, Executable)> =
        base.0.into_iter().map(|(entry, executable)| (entry.cell.clone(), (entry, executable))).collect();
    let mut cells = Cells::default();
    for (entry, head) in head.0 {
        match of_base.remove(&entry.cell) {
            None => cells.settle(entry.cell, Verdict::Added),
            Some((before, base)) => match difference(&before, &entry) {
                Some(reason) => {
                    cells.settle(entry.cell, Verdict::NotComparable { reason: reason.to_owned() });
                }
                None => cells.matched.push(Matched { entry, base, head }),
            },
        }
    }
    of_base.into_keys().for_each(|cell| cells.settle(cell, Verdict::Removed));
    cells
}

/// What keeps a cell that both sides have from being compared.
fn difference(before: &CellEntry, after: &CellEntry) -> Option<&'static str> {
    if before.definition != after.definition {
        Some("its workload is defined in another way")
    } else if before.oversubscribed || after.oversubscribed {
        // Each side would see the other's turns as other programs that take its cores.
        Some("it has more threads than cores")
    } else {
        None
    }
}

impl Cells {
    /// Says of all cells that they are unchanged, without measuring: for sides of the same bytes.
    pub(crate) fn settle_as_unchanged(&mut self) {
        for cell in std::mem::take(&mut self.matched) {
            self.settle(cell.entry.cell, Verdict::Unchanged);
        }
    }

    fn settle(&mut self, cell: CellId, verdict: Verdict) {
        self.settled.push(CellVerdict { cell, verdict, evidence: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(cells: &[(&str, &str)]) -> SideCells {
        let cell = |(id, definition): &(&str, &str)| CellEntry {
            cell: id.parse().expect("an id"),
            curated: true,
            oversubscribed: false,
            blocks: false,
            placed: false,
            definition: (*definition).to_owned(),
            unavailable: None,
            version: String::new(),
            capabilities: Vec::new(),
            note: String::new(),
            question: String::new(),
            analysis: String::new(),
            parameters: BTreeMap::new(),
        };
        SideCells(cells.iter().map(|text| (cell(text), Executable::at("x".into()))).collect())
    }

    #[test]
    fn cells_of_both_sides_are_measured_and_the_others_named() {
        let base = side(&[("s/w/kept/1", "a"), ("s/w/gone/1", "a"), ("s/w/changed/1", "a")]);
        let head = side(&[("s/w/new/1", "a"), ("s/w/changed/1", "b"), ("s/w/kept/1", "a")]);
        let cells = matched(base, head);
        let kept: Vec<String> = cells.matched.iter().map(|cell| cell.entry.cell.to_string()).collect();
        assert_eq!(kept, ["s/w/kept/1"]);
        let settled: Vec<(String, &Verdict)> =
            cells.settled.iter().map(|cell| (cell.cell.to_string(), &cell.verdict)).collect();
        let changed = Verdict::NotComparable { reason: "its workload is defined in another way".to_owned() };
        assert_eq!(
            settled,
            [
                ("s/w/new/1".to_owned(), &Verdict::Added),
                ("s/w/changed/1".to_owned(), &changed),
                ("s/w/gone/1".to_owned(), &Verdict::Removed)
            ]
        );
    }
}
