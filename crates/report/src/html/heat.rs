//! Which contender for which workload: ratios to the best as a table, ties marked.

use super::family::{Family, Line};
use super::frame::{scrolling, unsteered};
use super::model::{Cell, Workload};
use super::palette::{HEAT_ENDS, heat_step};
use super::words::{rank, times_as_long, with_threads};
use crate::cells::{Place, place};
use contend_stats::figures::share;
use maud::{Markup, html};

/// The map of a family at one thread count. `page` names the page on which a workload is explained.
pub(super) fn map(family: &Family<'_, '_>, threads: usize, page: &dyn Fn(&Workload<'_>) -> String) -> Markup {
    let workloads: Vec<&Workload<'_>> =
        family.workloads.iter().copied().filter(|workload| workload.at(threads).next().is_some()).collect();
    let (lines, common) = family.lines(threads);
    let with_mean = workloads.len() > 1 && common > 1;
    let names: Vec<&str> = workloads.iter().map(|workload| workload.name).collect();
    let (suite, with) =
        workloads.first().map(|first| (first.suite, with_threads(first, threads))).unwrap_or_default();
    let label = format!("{suite}: {}{with}", names.join(", "));
    let table = html! {
        table.heat {
            thead {
                tr {
                    th scope="col" { "contender" }
                    @for workload in &workloads {
                        th scope="col" data-w=(workload.name) { a href=(page(workload)) { (workload.name) } }
                    }
                    @if with_mean {
                        th scope="col" { "mean of " (common) }
                    }
                }
            }
            tbody {
                @for line in &lines { (row(line, &workloads, threads, with_mean)) }
                @for name in family.references(threads) { (reference(name, &workloads, threads, with_mean)) }
            }
        }
    };
    scrolling(&label, &table)
}

fn row(line: &Line<'_>, workloads: &[&Workload<'_>], threads: usize, with_mean: bool) -> Markup {
    html! {
        tr data-c=(line.contender) {
            th scope="row" { (line.contender) }
            @for workload in workloads { (field(workload, line.contender, threads)) }
            @if with_mean { td.mean { (line.mean.map_or("-".to_owned(), times_as_long)) } }
        }
    }
}

fn field(workload: &Workload<'_>, contender: &str, threads: usize) -> Markup {
    let Some(cell) = workload.cell(contender, threads) else {
        let reason = workload.unavailable(contender, threads).map(unsteered);
        return html! {
            td.none data-w=(workload.name) title=[reason.as_deref()] {
                span aria-hidden="true" { "–" }
                span.hidden { (reason.as_deref().unwrap_or("not measured in this run")) }
            }
        };
    };
    let Some(standing) = cell.standing else {
        let reason = cell.reason.as_deref().map(unsteered);
        return html! {
            td.na data-w=(workload.name) title=[reason.as_deref()] {
                (cell.fate)
                // The fate is how the reason begins.
                @if let Some(more) = reason.as_deref().and_then(|reason| reason.strip_prefix(cell.fate)) {
                    span.hidden { (more) }
                }
            }
        };
    };
    html! {
        td class={ "h" (heat_step(standing.ratio)) @if cell.leads() { " first" } } data-w=(workload.name) { (rank(cell)) }
    }
}

/// A bound or a floor: its time over the best contender's, without a colour, because nobody can have it.
fn reference(name: &str, workloads: &[&Workload<'_>], threads: usize, with_mean: bool) -> Markup {
    let what = if place(name) == Place::Floor { "floor" } else { "bound" };
    html! {
        tr.reference data-c=(name) {
            th scope="row" { (name) @if name != what { " (" (what) ")" } }
            @for workload in workloads {
                td data-w=(workload.name) { (beside_best(workload, name, threads)) }
            }
            @if with_mean { td {} }
        }
    }
}

fn beside_best(workload: &Workload<'_>, name: &str, threads: usize) -> String {
    let time = |cell: &Cell<'_>| cell.figures.time_ns.filter(|time| *time > 0.0);
    // The smallest median, whether or not enough is known to call its contender first.
    let best = workload.at(threads).filter(|cell| cell.contends()).filter_map(time).reduce(f64::min);
    let own = workload.cell(name, threads).and_then(time);
    own.zip(best).and_then(|(own, best)| share(own, best)).map_or("-".to_owned(), times_as_long)
}

/// What the colours mean, with the colours.
pub(super) fn legend() -> Markup {
    let from = [1.0].into_iter().chain(HEAT_ENDS);
    html! {
        ul.legend aria-label="Colours of the ratios" {
            @for (step, from) in from.enumerate() {
                li class={ "h" (step) } {
                    @if step < HEAT_ENDS.len() { (short(from)) " to " (short(HEAT_ENDS[step])) } @else { (short(from)) " and more" }
                }
            }
        }
    }
}

fn short(ratio: f64) -> String {
    format!("{ratio}")
}

#[cfg(test)]
mod tests {
    use super::super::family::families;
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;
    use contend_protocol::catalogue::CellEntry;
    use contend_protocol::sample::Outcome;
    use contend_record::Run;

    const CATALOGUE: &str = include_str!("../../../protocol/tests/formats/v1/catalogue.jsonl");

    fn drawn(run: &Run, words: &[CellEntry]) -> String {
        let suites = suites(run, words);
        let families = families(&suites[0]);
        assert_eq!(families.len(), 1);
        map(&families[0], 2, &|_| "p.html".to_owned()).into_string()
    }

    fn two_workloads() -> Run {
        let shared: &[(&str, u64)] = &[("a", 10), ("b", 20), ("c", 30), ("floor", 1)];
        run(&[
            Table { workload: "one", threads: 2, cells: shared },
            Table { workload: "two", threads: 2, cells: &[("a", 10), ("b", 20), ("c", 30), ("d", 40)] },
        ])
    }

    #[test]
    fn what_was_not_measured_is_a_dash_with_its_reason() {
        let run = two_workloads();
        let dash = "<span aria-hidden=\"true\">–</span><span class=\"hidden\">";
        let without = drawn(&run, &[]);
        assert!(without.contains(&format!("{dash}not measured in this run</span>")), "{without}");
        let line = CATALOGUE.lines().next().expect("a line");
        let mut entry: CellEntry = contend_protocol::decode("a cell", line).expect("the fixture is one");
        entry.cell = "s/one/d/2".parse().expect("an id");
        entry.definition = run.records[0].definition.clone();
        entry.unavailable = Some("it cannot \u{202e}wait".to_owned());
        let with = drawn(&run, std::slice::from_ref(&entry));
        assert!(
            with.contains("title=\"it cannot wait\"") && with.contains(&format!("{dash}it cannot wait<")),
            "{with}"
        );
        entry.definition = "0000000000000000".to_owned();
        assert!(!drawn(&run, &[entry]).contains("it cannot"), "it said so of another definition");
    }

    #[test]
    fn a_cell_without_a_number_says_why() {
        let mut run = two_workloads();
        run.records[1].outcome = Outcome::NotMeasurable { reason: "a \"busy\" neighbour".to_owned() };
        let text = drawn(&run, &[]);
        assert!(text.contains("title=\"not measurable: a &quot;busy&quot; neighbour\""), "{text}");
        assert!(text.contains(">not measurable<span class=\"hidden\">: a &quot;busy"), "{text}");
    }

    #[test]
    fn only_the_first_of_several_is_framed() {
        let framed = |cells: &[(&str, u64)]| {
            let run = run(&[Table { workload: "w", threads: 2, cells }]);
            drawn(&run, &[]).matches(" first\"").count()
        };
        assert_eq!(framed(&[("a", 10)]), 0);
        assert_eq!(framed(&[("a", 10), ("b", 20)]), 1);
        assert_eq!(framed(&[("a", 10), ("b", 10)]), 2);
    }

    #[test]
    fn a_floor_is_beside_the_smallest_median_whoever_is_first() {
        let mut run = two_workloads();
        run.records[3].slices.window_ns.iter_mut().for_each(|window| *window /= 100);
        run.records[1].slices.window_ns.truncate(3);
        let text = drawn(&run, &[]);
        assert!(text.contains(">~1.00×</td>"), "nobody is first: {text}");
        assert!(text.contains(">0.001"), "two digits are left of it: {text}");
    }
}
