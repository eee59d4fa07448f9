//! Which workload is on which page. A page that holds too much opens slowly, so a large suite has several.

use super::family::{Family, families};
use super::frame::Link;
use super::model::{Cell, Suite, Workload};
use std::collections::BTreeMap;

/// Cells on one page at most.
///
/// Chosen here because a cell takes about 1.5 kB, and a page has to stay below 2.5 MB and 250 kB compressed.
const MOST_CELLS: usize = 1000;

/// A workload, or as many of its cells as a page holds.
#[derive(Debug)]
pub(super) struct Piece<'a, 's> {
    pub(super) workload: &'s Workload<'a>,
    /// In the workload's order.
    pub(super) cells: &'s [Cell<'a>],
    /// Which piece of the workload it is, from 1.
    pub(super) number: usize,
    /// How many there are.
    pub(super) all: usize,
}

/// One page of a suite.
#[derive(Debug)]
pub(super) struct Part<'a, 's> {
    pub(super) suite: &'s Suite<'a>,
    pub(super) file: String,
    /// `map-contention`, or `map-contention (2 of 3)`.
    pub(super) title: String,
    /// Of one workload it has one piece at most.
    pub(super) pieces: Vec<Piece<'a, 's>>,
}

/// All pages of suites.
#[derive(Debug)]
pub(super) struct Plan<'a, 's> {
    pub(super) parts: Vec<Part<'a, 's>>,
    families: BTreeMap<&'a str, Vec<Family<'a, 's>>>,
}

impl<'a, 's> Plan<'a, 's> {
    pub(super) fn new(suites: &'s [Suite<'a>]) -> Self {
        Self {
            parts: suites.iter().flat_map(parts).collect(),
            families: suites.iter().map(|suite| (suite.name, families(suite))).collect(),
        }
    }

    pub(super) fn families(&self, suite: &Suite<'_>) -> &[Family<'a, 's>] {
        self.families.get(suite.name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The family of a workload.
    pub(super) fn family(&self, workload: &Workload<'_>) -> Option<&Family<'a, 's>> {
        let of_suite = self.families.get(workload.suite)?;
        of_suite.iter().find(|family| family.workloads.iter().any(|one| one.name == workload.name))
    }

    /// The page on which a workload is, or begins.
    pub(super) fn file(&self, workload: &Workload<'_>) -> &str {
        self.files(workload).next().unwrap_or("index.html")
    }

    /// All pages on which a workload is, one for each of its pieces.
    pub(super) fn files(&self, workload: &Workload<'_>) -> impl Iterator<Item = &str> {
        let holds = move |part: &&Part<'_, '_>| {
            let here = |piece: &Piece<'_, '_>| piece.workload.name == workload.name;
            part.suite.name == workload.suite && part.pieces.iter().any(here)
        };
        self.parts.iter().filter(holds).map(|part| part.file.as_str())
    }

    /// The first page of a suite.
    pub(super) fn first_file(&self, suite: &Suite<'_>) -> &str {
        self.parts.iter().find(|part| part.suite.name == suite.name).map_or("index.html", |part| &part.file)
    }

    /// What the navigation has: each suite once, and all its pages where it has several.
    pub(super) fn links(&self) -> Vec<Link> {
        let link = |file: &str, text: &str| Link { file: file.to_owned(), text: text.to_owned() };
        let mut links = vec![link("index.html", "All suites")];
        links.extend(self.parts.iter().map(|part| link(&part.file, &part.title)));
        links.extend([link("machine.html", "Machine"), link("methodology.html", "What the numbers mean")]);
        links
    }
}

fn parts<'a, 's>(suite: &'s Suite<'a>) -> Vec<Part<'a, 's>> {
    let mut chunks: Vec<Vec<Piece<'a, 's>>> = Vec::new();
    let mut cells = 0;
    for piece in suite.workloads.iter().flat_map(pieces) {
        cells += piece.cells.len();
        match chunks.last_mut() {
            Some(chunk) if cells <= MOST_CELLS => chunk.push(piece),
            _ => {
                cells = piece.cells.len();
                chunks.push(vec![piece]);
            }
        }
    }
    let all = chunks.len();
    let part = |(index, pieces): (usize, Vec<Piece<'a, 's>>)| {
        let (suffix, title) = if all == 1 {
            (String::new(), suite.name.to_owned())
        } else {
            (format!(".{}", index + 1), format!("{} ({} of {all})", suite.name, index + 1))
        };
        // A suite may be called `index`, but no name of one begins with `suite.`.
        Part { suite, file: format!("suite.{}{suffix}.html", suite.name), title, pieces }
    };
    chunks.into_iter().enumerate().map(part).collect()
}

/// A workload in pieces of about the same size, each more than half of a page, so that no page has two of them.
fn pieces<'a, 's>(workload: &'s Workload<'a>) -> impl Iterator<Item = Piece<'a, 's>> {
    let all = workload.cells.len().div_ceil(MOST_CELLS).max(1);
    let size = workload.cells.len().div_ceil(all).max(1);
    let piece = move |(index, cells)| Piece { workload, cells, number: index + 1, all };
    workload.cells.chunks(size).enumerate().map(piece)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("c{index}")).collect()
    }

    /// The pages, each with how many pieces of workloads it has.
    fn pages<'p>(plan: &'p Plan<'_, '_>) -> Vec<(&'p str, usize)> {
        plan.parts.iter().map(|part| (part.file.as_str(), part.pieces.len())).collect()
    }

    #[test]
    fn a_large_suite_has_several_pages_of_whole_workloads() {
        let names = names(600);
        let cells: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 10)).collect();
        let table = |workload, cells| Table { workload, threads: 2, cells };
        let run = run(&[table("one", &cells), table("two", &cells), table("three", &cells[..300])]);
        let suites = suites(&run, &[]);
        let plan = Plan::new(&suites);
        assert_eq!(pages(&plan), [("suite.s.1.html", 1), ("suite.s.2.html", 2)]);
        assert_eq!(plan.file(&suites[0].workloads[2]), "suite.s.2.html");
        assert_eq!(plan.links()[2].text, "s (2 of 2)");
    }

    #[test]
    fn a_workload_that_no_page_holds_is_on_several() {
        let names = names(1100);
        let cells: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 10)).collect();
        let table = |workload, cells| Table { workload, threads: 2, cells };
        let run = run(&[table("small", &cells[..10]), table("large", &cells), table("last", &cells[..10])]);
        let suites = suites(&run, &[]);
        let plan = Plan::new(&suites);
        assert_eq!(pages(&plan), [("suite.s.1.html", 2), ("suite.s.2.html", 2)]);
        let large = &suites[0].workloads[1];
        assert_eq!(plan.files(large).collect::<Vec<_>>(), ["suite.s.1.html", "suite.s.2.html"]);
        let pieces = plan.parts.iter().flat_map(|part| &part.pieces);
        let sizes: Vec<(usize, usize, usize)> =
            pieces.map(|piece| (piece.cells.len(), piece.number, piece.all)).collect();
        assert_eq!(sizes, [(10, 1, 1), (550, 1, 2), (550, 2, 2), (10, 1, 1)]);
    }
}
