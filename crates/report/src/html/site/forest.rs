//! What changed and by how much: an interval for each cell, beside its margin, on one axis.

use super::super::svg::{Axis, Face, Px, WIDTH, arrow, fit, px, text_width};
use crate::comparison::findings::{Finding, Findings, ORDER};
use crate::units::change;
use contend_protocol::comparison::{CellVerdict, ChangeInterval, Evidence};
use maud::{Markup, html};

/// Rows of the chart; the table has all.
///
/// Chosen here because readers of longer charts miss what they are about.
pub(super) const MOST_ROWS: usize = 12;

/// Height of a cell: its name, and below it its interval.
const ROW: f64 = 28.0;
const LEFT: f64 = 10.0;
const RIGHT: f64 = WIDTH - 8.0;

/// How many margins the axis reaches at most, so that one change of many times does not press all others together.
const FARTHEST: f64 = 10.0;

/// A cell with its numbers.
type Row<'a> = (Finding, &'a CellVerdict, &'a Evidence);

/// The cells that are drawn: what matters most first.
fn rows<'a>(findings: &Findings<'a>) -> Vec<Row<'a>> {
    let all = ORDER.into_iter().flat_map(|finding| {
        let cells = findings.cells(finding).into_iter();
        cells.filter_map(move |cell| Some((finding, cell, cell.evidence.as_ref()?)))
    });
    all.take(MOST_ROWS).collect()
}

/// The chart, and how many cells with numbers it leaves out; `None` where no cell has any.
pub(super) fn chart(findings: &Findings<'_>, sentence: &str) -> Option<(Markup, usize)> {
    let rows = rows(findings);
    let axis = axis(&rows)?;
    let with_numbers: usize = ORDER
        .iter()
        .map(|finding| findings.cells(*finding).iter().filter(|cell| cell.evidence.is_some()).count())
        .sum();
    let bottom = 6.0 + ROW * rows.len() as f64;
    let svg = html! {
        svg viewBox={ "0 0 " (Px(WIDTH)) " " (Px(bottom + 32.0)) } role="img" aria-labelledby="_forest.n _forest.d" {
            title id="_forest.n" { "Change of each cell with its interval" }
            desc id="_forest.d" { (sentence) ". All values are in the table below." }
            (ground(&axis, bottom))
            @for (index, row) in rows.iter().enumerate() { (drawn(row, &axis, 6.0 + ROW * index as f64)) }
        }
    };
    Some((svg, with_numbers - rows.len()))
}

/// As wide as the intervals, but not much wider than the margins.
fn axis(rows: &[Row<'_>]) -> Option<Axis> {
    let margin = rows.iter().map(|(.., evidence)| fraction_of(evidence.margin_ppm)).reduce(f64::max)?;
    let reach = |evidence: &Evidence| {
        let (low, high) = ends(evidence);
        low.abs().max(high.abs()).max(fraction(evidence.change_ppm).abs())
    };
    let widest = rows.iter().map(|(.., evidence)| reach(evidence)).fold(0.0, f64::max);
    let margin = margin.clamp(1e-4, 1e3);
    let half = (widest * 1.1).clamp(1.5 * margin, FARTHEST * margin) * 100.0;
    Some(Axis::linear(-half, half, LEFT, RIGHT))
}

fn fraction(ppm: i64) -> f64 {
    ppm as f64 / 1e6
}

fn fraction_of(ppm: u64) -> f64 {
    ppm as f64 / 1e6
}

/// The ends of the interval; the change itself where there is none.
fn ends(evidence: &Evidence) -> (f64, f64) {
    let of = |interval: &ChangeInterval| (fraction(interval.low_ppm), fraction(interval.high_ppm));
    let change = fraction(evidence.change_ppm);
    evidence.interval.as_ref().map_or((change, change), of)
}

fn ground(axis: &Axis, bottom: f64) -> Markup {
    let ticks = axis.ticks(6);
    let grid: String =
        ticks.iter().map(|(at, _)| format!("M{} 4V{}", px(axis.at(*at)), px(bottom))).collect();
    html! {
        path.grid d=(grid) {}
        path.zero d={ "M" (Px(axis.at(0.0))) " 4V" (Px(bottom)) } {}
        @for (at, text) in &ticks {
            @let (x, text) = (axis.at(*at), signed(*at, text));
            // A text at the edge would be cut.
            @if x > text_width(&text, Face::Regular) / 2.0 && x < WIDTH - text_width(&text, Face::Regular) / 2.0 {
                text.mid x=(Px(x)) y=(Px(bottom + 13.0)) { (text) }
            }
        }
        text.mid.mut x=(Px(WIDTH / 2.0)) y=(Px(bottom + 27.0)) { "change in %: right is slower; dashed: its margin" }
    }
}

fn signed(value: f64, text: &str) -> String {
    if value > 0.0 { format!("+{text}") } else { text.to_owned() }
}

fn drawn((finding, cell, evidence): &Row<'_>, axis: &Axis, top: f64) -> Markup {
    let percent = |fraction: f64| fraction * 100.0;
    let right = format!("{} {}", word(*finding), change(evidence.change_ppm));
    let name = format!("{}/{} {}", cell.cell.contender(), cell.cell.threads(), cell.cell.workload());
    let room = RIGHT - LEFT - text_width(&right, Face::Bold) - 8.0;
    let y = top + 20.0;
    let margin = percent(fraction_of(evidence.margin_ppm));
    let (from, to) = (axis.at(-margin), axis.at(margin));
    let class = class(*finding);
    html! {
        g data-c=(cell.cell.contender()) {
            title { (cell.cell) ": " (right) }
            rect.shade x=(Px(from)) y=(Px(y - 6.0)) width=(Px(to - from)) height="12" {}
            text x=(Px(LEFT)) y=(Px(top + 10.0)) { (fit(&name, room, Face::Regular)) }
            text.end.b[leads(*finding)] x=(Px(RIGHT)) y=(Px(top + 10.0)) { (right) }
            (interval(evidence, axis, y, class))
        }
    }
}

/// The interval with its middle; arrows where they lie beyond the axis.
fn interval(evidence: &Evidence, axis: &Axis, y: f64, class: &str) -> Markup {
    let place = |fraction: f64| axis.at(fraction * 100.0);
    let (low, high) = ends(evidence);
    let middle = fraction(evidence.change_ppm);
    let beyond = |fraction: f64| !axis.holds(fraction * 100.0);
    let (from, to) = (place(low), place(high));
    html! {
        path class={ "interval " (class) } d={ "M" (Px(from)) " " (Px(y)) "H" (Px(to)) } {}
        @if beyond(low) { path class={ "tip " (class) } d=(arrow(low < 0.0, from, y)) {} }
        @if beyond(high) && !(beyond(low) && (low < 0.0) == (high < 0.0)) { path class={ "tip " (class) } d=(arrow(high < 0.0, to, y)) {} }
        @if !beyond(middle) { path class={ "middle " (class) } d={ "M" (Px(place(middle))) " " (Px(y - 4.5)) "v9" } {} }
    }
}

/// One word, so that no colour is needed to read it.
pub(super) fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::Regressed => "▲ slower",
        Finding::Improved => "▼ faster",
        Finding::Unchanged => "= same",
        Finding::Undecided(_) => "? open",
        other => other.word(),
    }
}

fn leads(finding: Finding) -> bool {
    matches!(finding, Finding::Regressed | Finding::Improved)
}

fn class(finding: Finding) -> &'static str {
    match finding {
        Finding::Regressed => "worse",
        Finding::Improved => "better",
        _ => "open",
    }
}
