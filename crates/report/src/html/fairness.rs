//! How evenly the threads of one workload got on: the least busy one's share over the busiest one's, for each contender.

use super::dots::classes;
use super::family::Family;
use super::model::{Cell, Workload};
use super::svg::{Axis, Face, Px, WIDTH, fit, mark, px, text_width};
use super::words::{count, listed};
use crate::cells::Place;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

const ROW: f64 = 28.0;
const LEFT: f64 = 10.0;
const RIGHT: f64 = WIDTH - 12.0;

/// Below this a contender is named as uneven.
///
/// Chosen here because one thread then does twice the work of another.
const UNEVEN: f64 = 0.5;

/// One contender: its cells with more than one counting thread.
struct Row<'c, 'a> {
    name: &'a str,
    cells: Vec<&'c Cell<'a>>,
}

/// The chart of these cells with the finding of the whole workload; `None` where nothing was shared.
pub(super) fn chart(workload: &Workload<'_>, family: &Family<'_, '_>, cells: &[Cell<'_>]) -> Option<Markup> {
    let rows = rows(cells, family);
    if rows.is_empty() {
        return None;
    }
    let id = format!("{}.fair", workload.name);
    let finding = finding(&workload.cells);
    let bottom = rows.len() as f64 * ROW + 6.0;
    let axis = Axis::linear(0.0, 1.0, LEFT, RIGHT);
    let grid: String =
        axis.ticks(5).iter().map(|(at, _)| format!("M{} 2V{}", px(axis.at(*at)), px(bottom))).collect();
    Some(html! {
        figure {
            figcaption { strong { "Fairness" } " " (finding) }
            svg viewBox={ "0 0 " (Px(WIDTH)) " " (Px(bottom + 30.0)) } role="img" aria-labelledby={ (id) ".n " (id) ".d" } {
                title id={ (id) ".n" } { "Share of the least busy thread over that of the busiest" }
                desc id={ (id) ".d" } { (finding) " All values are in the table of this workload." }
                path.grid d=(grid) {}
                @for (at, text) in axis.ticks(5) { text.mid x=(Px(axis.at(at))) y=(Px(bottom + 12.0)) { (text) } }
                text.mid.mut x=(Px(WIDTH / 2.0)) y=(Px(bottom + 25.0)) { "least busy thread ÷ busiest thread; 1 is even" }
                @for (row, index) in rows.iter().zip(0_u32..) { (line(row, family, &axis, 4.0 + f64::from(index) * ROW)) }
            }
        }
    })
}

/// More than one thread counted.
fn is_shared(cell: &&Cell<'_>) -> bool {
    cell.figures.fairness.is_some() && cell.place != Place::Floor
}

fn rows<'c, 'a>(cells: &'c [Cell<'a>], family: &Family<'a, '_>) -> Vec<Row<'c, 'a>> {
    let mut by_name: BTreeMap<&'a str, Vec<&'c Cell<'a>>> = BTreeMap::new();
    for cell in cells.iter().filter(is_shared) {
        by_name.entry(cell.id.contender()).or_default().push(cell);
    }
    let known = family.ranked.iter().copied().filter_map(|name| Some((name, by_name.remove(name)?)));
    let mut rows: Vec<(&str, Vec<&Cell<'_>>)> = known.collect();
    // Bounds have no rank.
    rows.extend(by_name);
    rows.into_iter().map(|(name, cells)| Row { name, cells }).collect()
}

fn line(row: &Row<'_, '_>, family: &Family<'_, '_>, axis: &Axis, top: f64) -> Markup {
    let slot = family.slot(row.name);
    let (stroke, fill) = classes(slot);
    let share = |cell: &&Cell<'_>| cell.figures.fairness.unwrap_or(0.0);
    let values = row.cells.iter().map(|cell| format!("{}: {:.2}", cell.id.threads(), share(cell)));
    let values = values.collect::<Vec<_>>().join(" · ");
    // Of many thread counts the text has no room; they are in the table.
    let text = if text_width(&values, Face::Regular) > 170.0 { String::new() } else { values.clone() };
    let room = RIGHT - LEFT - text_width(&text, Face::Regular) - 8.0;
    html! {
        g data-c=(row.name) {
            title { (row.name) ", by threads: " (values) }
            text x=(Px(LEFT)) y=(Px(top + 10.0)) { (fit(row.name, room, Face::Regular)) }
            text.end.mut x=(Px(RIGHT)) y=(Px(top + 10.0)) { (text) }
            path.rail d={ "M" (Px(LEFT)) " " (Px(top + 19.0)) "H" (Px(RIGHT)) } {}
            @for cell in &row.cells {
                path class={ (fill) " " (stroke) @if cell.oversubscribed { " hollow" } } d=(mark(slot.unwrap_or(usize::MAX), axis.at(share(cell)), top + 19.0)) {}
            }
        }
    }
}

fn finding(cells: &[Cell<'_>]) -> String {
    let shared: Vec<&Cell<'_>> = cells.iter().filter(is_shared).collect();
    let uneven = shared.iter().filter(|cell| cell.figures.fairness.is_some_and(|share| share < UNEVEN));
    let uneven: Vec<&str> = uneven.map(|cell| cell.id.contender()).collect();
    if uneven.is_empty() {
        return "In no cell’s median does one thread do more than twice the work of another.".to_owned();
    }
    let mut known = BTreeSet::new();
    let names: Vec<&str> = uneven.iter().copied().filter(|name| known.insert(*name)).collect();
    format!(
        "In the median of {} of {} one thread does more than twice the work of another: {}.",
        uneven.len(),
        count(shared.len(), "cell"),
        listed(&names)
    )
}

#[cfg(test)]
mod tests {
    use super::super::family::families;
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    fn chart_of(ops: impl Fn(usize) -> Vec<u64>) -> Option<String> {
        let mut run = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20)] }]);
        for (index, record) in run.records.iter_mut().enumerate() {
            record.slices.ops = vec![ops(index); 9];
        }
        let suites = suites(&run, &[]);
        let (workload, families) = (&suites[0].workloads[0], families(&suites[0]));
        chart(workload, &families[0], &workload.cells).map(maud::PreEscaped::into_string)
    }

    #[test]
    fn one_thread_that_counts_shares_with_nobody() {
        assert_eq!(chart_of(|_| vec![1000]), None);
    }

    #[test]
    fn what_is_found_is_about_medians_of_cells() {
        let even = chart_of(|_| vec![1000, 500]).expect("two threads count");
        assert!(even.contains("In no cell’s median does one thread do more than twice the work"), "{even}");
        let uneven = chart_of(|index| vec![1000, if index == 1 { 499 } else { 900 }]).expect("two threads");
        assert!(uneven.contains("In the median of 1 of 2 cells one thread does more than twice"), "{uneven}");
        assert!(uneven.contains("of another: b."), "{uneven}");
    }
}
