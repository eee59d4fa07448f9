//! Families: workloads with mostly the same contenders. One has one heat map, and highlights the best of its contenders. A
//! contender has one colour in all families of its suite.

use super::model::{Suite, Workload};
use super::palette::SLOTS;
use crate::cells::{Place, place};
use contend_stats::figures::share;
use contend_stats::ratio::geometric_mean;
use std::collections::{BTreeMap, BTreeSet};

/// How alike the contenders of two workloads have to be to share a heat map: those in both over those in either.
///
/// Chosen here because a map of which every third cell is empty is two maps.
const ALIKE: f64 = 0.7;

/// Workloads that are read together.
#[derive(Debug)]
pub(super) struct Family<'a, 's> {
    pub(super) workloads: Vec<&'s Workload<'a>>,
    /// The thread count that is shown first: the largest that is not oversubscribed.
    pub(super) home: usize,
    /// Contenders without bounds and floors, the best at `home` first. Of the first [`SLOTS`] each has a colour and a mark, unless
    /// all of them are those of others that stand beside it somewhere.
    pub(super) ranked: Vec<&'a str>,
    slots: BTreeMap<&'a str, usize>,
}

/// One line of a heat map.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) contender: &'a str,
    /// Geometric mean of the ratios to the best over the workloads that all have.
    pub(super) mean: Option<f64>,
}

impl<'a> Family<'a, '_> {
    /// The slot of a contender; `None` for those that are grey, for bounds and for floors.
    pub(super) fn slot(&self, contender: &str) -> Option<usize> {
        self.slots.get(contender).copied()
    }

    /// Thread counts of any of its workloads, ascending.
    pub(super) fn threads(&self) -> Vec<usize> {
        let all: BTreeSet<usize> =
            self.workloads.iter().flat_map(|one| one.threads.iter().copied()).collect();
        all.into_iter().collect()
    }

    /// Whether some of its workloads had more threads than processors there.
    pub(super) fn oversubscribed(&self, threads: usize) -> bool {
        self.workloads.iter().any(|workload| workload.oversubscribed(threads))
    }

    /// Bounds and floors at one thread count.
    pub(super) fn references(&self, threads: usize) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for cell in self.workloads.iter().flat_map(|workload| workload.at(threads)) {
            if cell.place != Place::Contender && !names.contains(&cell.id.contender()) {
                names.push(cell.id.contender());
            }
        }
        names.sort_by_key(|name| place(name));
        names
    }

    /// The contenders at one thread count, best first, and over how many workloads they are ordered: those in which each
    /// contender that has any number has one. Where there is none, they stand as they were measured.
    pub(super) fn lines(&self, threads: usize) -> (Vec<Line<'a>>, usize) {
        let cells = self.workloads.iter().flat_map(|workload| workload.at(threads));
        let contenders = cells.filter(|cell| cell.place == Place::Contender);
        let mut known = BTreeSet::new();
        let names = contenders.map(|cell| cell.id.contender()).filter(|name| known.insert(*name));
        let names: Vec<&'a str> = names.collect();
        let ratio = |workload: &Workload<'_>, name: &str| {
            workload.cell(name, threads).and_then(|cell| cell.standing).map(|standing| standing.ratio)
        };
        let has_any = |name: &&&str| self.workloads.iter().any(|workload| ratio(workload, name).is_some());
        let ranked: BTreeSet<&str> = names.iter().filter(has_any).copied().collect();
        let of_all = |workload: &&&Workload<'_>| {
            !ranked.is_empty() && ranked.iter().all(|name| ratio(workload, name).is_some())
        };
        let common: Vec<&&Workload<'_>> = self.workloads.iter().filter(of_all).collect();
        let mean = |name: &str| {
            let ratios: Vec<f64> = common.iter().filter_map(|workload| ratio(workload, name)).collect();
            geometric_mean(&ratios)
        };
        let line =
            |contender| Line { contender, mean: mean(contender).filter(|_| ranked.contains(contender)) };
        let mut lines: Vec<Line<'_>> = names.into_iter().map(line).collect();
        let key = |line: &Line<'_>| (!ranked.contains(line.contender), line.mean.unwrap_or(f64::INFINITY));
        lines.sort_by(|left, right| {
            let ((late, mean), (other_late, other)) = (key(left), key(right));
            late.cmp(&other_late).then(mean.total_cmp(&other))
        });
        (lines, common.len())
    }
}

/// The families of a suite, in the order of their first workloads.
pub(super) fn families<'a, 's>(suite: &'s Suite<'a>) -> Vec<Family<'a, 's>> {
    let mut groups: Vec<(BTreeSet<&str>, Vec<&'s Workload<'a>>)> = Vec::new();
    for workload in &suite.workloads {
        let names = contenders(workload);
        match groups.iter_mut().find(|(known, _)| alike(known, &names)) {
            Some((known, group)) => {
                known.extend(names);
                group.push(workload);
            }
            None => groups.push((names, vec![workload])),
        }
    }
    let mut families: Vec<Family<'a, 's>> =
        groups.into_iter().map(|(_, workloads)| family(workloads)).collect();
    give_slots(&mut families, suite);
    families
}

/// Gives each contender that some family highlights one slot for the whole suite: in the order in which they were measured, so
/// that a better time changes nobody's colour, and never the slot of another that the same family highlights.
fn give_slots<'a>(families: &mut [Family<'a, '_>], suite: &Suite<'a>) {
    let mut known = BTreeSet::new();
    let lines = suite.workloads.iter().flat_map(|workload| &workload.records);
    for name in lines.map(|line| line.cell.contender()).filter(|name| known.insert(*name)) {
        let highlights =
            |family: &&mut Family<'a, '_>| family.ranked.iter().take(SLOTS).any(|one| *one == name);
        let mut here: Vec<&mut Family<'a, '_>> = families.iter_mut().filter(highlights).collect();
        let taken: BTreeSet<usize> = here.iter().flat_map(|family| family.slots.values().copied()).collect();
        let Some(slot) = (0..SLOTS).find(|slot| !taken.contains(slot)) else { continue };
        for family in &mut here {
            family.slots.insert(name, slot);
        }
    }
}

fn contenders<'a>(workload: &Workload<'a>) -> BTreeSet<&'a str> {
    let contends = |name: &&str| place(name) == Place::Contender;
    workload.names().into_iter().filter(contends).collect()
}

fn alike(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> bool {
    let both = one.intersection(other).count();
    share(both as f64, one.union(other).count() as f64).is_some_and(|share| share >= ALIKE)
}

fn family<'a, 's>(workloads: Vec<&'s Workload<'a>>) -> Family<'a, 's> {
    let counts = |over: bool| {
        let of = |workload: &&'s Workload<'a>| {
            let threads = workload.threads.iter().copied();
            threads.filter(|threads| over || !workload.oversubscribed(*threads)).max()
        };
        workloads.iter().filter_map(of).max()
    };
    let home = counts(false).or_else(|| counts(true)).unwrap_or(1);
    let mut family = Family { workloads, home, ranked: Vec::new(), slots: BTreeMap::new() };
    let best = family.lines(home).0.into_iter().map(|line| line.contender);
    // Those that do not run at so many threads come last.
    let all = family.workloads.iter().flat_map(|workload| workload.names());
    let mut known = BTreeSet::new();
    let ranked = best.chain(all.filter(|name| place(name) == Place::Contender));
    family.ranked = ranked.filter(|name| known.insert(*name)).collect();
    family
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    fn names<'a>(lines: &[Line<'a>]) -> Vec<&'a str> {
        lines.iter().map(|line| line.contender).collect()
    }

    #[test]
    fn workloads_with_other_contenders_are_another_family() {
        let run = run(&[
            Table { workload: "one", threads: 2, cells: &[("a", 10), ("b", 20), ("floor", 1)] },
            Table { workload: "two", threads: 2, cells: &[("a", 40), ("b", 10)] },
            Table { workload: "three", threads: 2, cells: &[("x", 10), ("y", 20), ("floor", 1)] },
        ]);
        let suites = suites(&run, &[]);
        let families = families(&suites[0]);
        let workloads: Vec<usize> = families.iter().map(|family| family.workloads.len()).collect();
        assert_eq!(workloads, [2, 1]);
        assert_eq!(families[0].ranked, ["b", "a"], "√(2 · 1) before √(1 · 4)");
        assert_eq!((families[0].slot("b"), families[0].slot("floor")), (Some(1), None));
        assert_eq!(families[0].references(2), ["floor"]);
        let (lines, common) = families[0].lines(2);
        assert_eq!((names(&lines), common), (vec!["b", "a"], 2));
        assert!(lines[0].mean.is_some_and(|mean| (mean - 2.0_f64.sqrt()).abs() < 1e-9));
    }

    #[test]
    fn a_contender_has_one_colour_in_its_suite_whatever_its_rank() {
        let run = run(&[
            Table { workload: "one", threads: 2, cells: &[("a", 10), ("b", 20), ("c", 30)] },
            Table { workload: "two", threads: 2, cells: &[("x", 10), ("c", 20), ("y", 30), ("a", 40)] },
        ]);
        let suites = suites(&run, &[]);
        let families = families(&suites[0]);
        assert_eq!(families.len(), 2);
        assert_eq!(families[1].ranked, ["x", "c", "y", "a"]);
        let slots = |at: usize, names: &[&str]| -> Vec<Option<usize>> {
            names.iter().map(|name| families[at].slot(name)).collect()
        };
        assert_eq!(slots(0, &["a", "b", "c"]), [Some(0), Some(1), Some(2)]);
        assert_eq!(slots(1, &["a", "c", "x", "y"]), [Some(0), Some(2), Some(1), Some(3)]);
    }

    #[test]
    fn the_best_are_highlighted_and_no_two_alike() {
        let names: Vec<String> = (0..12).map(|index| format!("c{index}")).collect();
        // The last ones are the best.
        let cells: Vec<(&str, u64)> =
            names.iter().zip(0..).map(|(name, index)| (name.as_str(), 1000 - 50 * index)).collect();
        let run = run(&[Table { workload: "one", threads: 2, cells: &cells }]);
        let suites = suites(&run, &[]);
        let families = families(&suites[0]);
        let slots: Vec<Option<usize>> = names.iter().map(|name| families[0].slot(name)).collect();
        let expected = (0..12_usize).map(|index| index.checked_sub(4));
        assert_eq!(slots, expected.collect::<Vec<_>>());
    }

    #[test]
    fn means_are_over_what_all_have() {
        let shared: &[(&str, u64)] = &[("a", 10), ("b", 20), ("c", 30), ("d", 40)];
        let run = run(&[
            Table { workload: "one", threads: 2, cells: shared },
            Table { workload: "two", threads: 2, cells: &[("b", 20), ("c", 10), ("d", 10)] },
        ]);
        let suites = suites(&run, &[]);
        let families = families(&suites[0]);
        let (lines, common) = families[0].lines(2);
        assert_eq!((names(&lines), common), (vec!["a", "b", "c", "d"], 1));
    }

    #[test]
    fn home_is_the_largest_thread_count_that_fits() {
        let cells: &[(&str, u64)] = &[("a", 10), ("b", 20)];
        let table = |threads| Table { workload: "one", threads, cells };
        let all = run(&[table(1), table(2), table(4)]);
        let over = run(&[table(4), table(8)]);
        let home = |run| families(&suites(run, &[])[0])[0].home;
        assert_eq!((home(&all), home(&over)), (2, 8));
    }
}
