//! Times of one workload at one thread count: a dot with its interval for each contender, the best on top.

use super::family::Family;
use super::frame::unsteered;
use super::model::{Cell, Workload};
use super::svg::{Axis, Face, Px, WIDTH, arrow, fit, mark, px, text_width};
use super::words::{basis, count, ends, finding, rank, times, with_threads, with_unit};
use crate::cells::Place;
use crate::units::Scale;
use maud::{Markup, html};

/// Height of a contender: its name, and below it its dot.
const ROW: f64 = 28.0;

/// Between contenders and what is no contender.
const GAP: f64 = 10.0;

const LEFT: f64 = 10.0;
const RIGHT: f64 = WIDTH - 8.0;

/// The chart of those of these cells that have so many threads, with the finding of all; nothing where there is none.
pub(super) fn chart(
    workload: &Workload<'_>,
    family: &Family<'_, '_>,
    threads: usize,
    cells: &[Cell<'_>],
) -> Markup {
    let cells: Vec<&Cell<'_>> = cells.iter().filter(|cell| cell.id.threads() == threads).collect();
    if cells.is_empty() {
        return html! {};
    }
    let all: Vec<&Cell<'_>> = workload.at(threads).collect();
    let scale = times(all.iter().copied());
    let finding = finding(workload, threads);
    let drawing = Drawing {
        family,
        scale,
        axis: axis(&all, scale),
        tops: tops(&cells),
        id: format!("{}.{threads}", workload.name),
        title: format!("Time per operation{}", with_threads(workload, threads)),
        imported: workload.imported,
    };
    html! {
        figure data-t=[(!workload.imported).then_some(threads)] {
            figcaption {
                strong { @if workload.imported { "Times" } @else { (count(threads, "thread")) } }
                @if workload.oversubscribed(threads) { span.over { " oversubscribed" } }
                " " (finding)
            }
            (drawing.svg(&cells, &finding))
        }
    }
}

/// Holds all contenders. A floor far below them would leave them no room, so arrows point to what lies outside.
fn axis(cells: &[&Cell<'_>], scale: Scale) -> Axis {
    let contend = cells.iter().any(|cell| cell.contends());
    let values = cells.iter().filter(|cell| !contend || cell.contends()).flat_map(|cell| {
        let (low, high) = cell.time_ends.unzip();
        [cell.figures.time_ns, cell.figures.cpu_ns.filter(|cpu| *cpu > 0.0), low, high]
    });
    Axis::log(values.flatten().map(|value| scale.in_unit(value)), LEFT, RIGHT)
}

/// Where each row begins; bounds and floors stand apart.
fn tops(cells: &[&Cell<'_>]) -> Vec<f64> {
    let mut top = 4.0;
    let mut before = None;
    let place = |cell: &Cell<'_>| cell.place != Place::Contender && cell.figures.time_ns.is_some();
    let tops = cells.iter().map(|cell| {
        if before.replace(place(cell)).is_some_and(|before| before != place(cell)) {
            top += GAP;
        }
        top += ROW;
        top - ROW
    });
    tops.collect()
}

struct Drawing<'a, 's, 'f> {
    family: &'f Family<'a, 's>,
    scale: Scale,
    axis: Axis,
    tops: Vec<f64>,
    id: String,
    title: String,
    imported: bool,
}

impl Drawing<'_, '_, '_> {
    fn svg(&self, cells: &[&Cell<'_>], finding: &str) -> Markup {
        let bottom = self.tops.last().copied().unwrap_or(0.0) + ROW + 4.0;
        let (id, title) = (&self.id, &self.title);
        html! {
            svg viewBox={ "0 0 " (Px(WIDTH)) " " (Px(bottom + 30.0)) } role="img" aria-labelledby={ (id) ".n " (id) ".d" } {
                title id={ (id) ".n" } { (title) }
                desc id={ (id) ".d" } { (finding) " All values are in the table of this workload." }
                (self.ground(bottom))
                @for (cell, top) in cells.iter().zip(&self.tops) { (self.row(cell, *top)) }
            }
        }
    }

    fn ground(&self, bottom: f64) -> Markup {
        let ticks = self.axis.ticks(6);
        let grid: String =
            ticks.iter().map(|(at, _)| format!("M{} 2V{}", px(self.axis.at(*at)), px(bottom))).collect();
        html! {
            path.grid d=(grid) {}
            @for (at, text) in &ticks {
                @let x = self.axis.at(*at);
                // A text at the edge would be cut.
                @let half = text_width(text, Face::Regular) / 2.0;
                @if x > half && x < WIDTH - half {
                    text.mid x=(Px(x)) y=(Px(bottom + 12.0)) { (text) }
                }
            }
            text.mid.mut x=(Px(WIDTH / 2.0)) y=(Px(bottom + 25.0)) { (self.scale.unit) " per operation, logarithmic; less is better" }
        }
    }

    fn row(&self, cell: &Cell<'_>, top: f64) -> Markup {
        let name = cell.id.contender();
        let right = if cell.reason.is_some() {
            cell.fate.to_owned()
        } else {
            format!("{} · {}", with_unit(self.scale, cell.figures.time_ns), rank(cell))
        };
        let face = if cell.leads() { Face::Bold } else { Face::Regular };
        let room = RIGHT - LEFT - text_width(&right, face) - 8.0;
        html! {
            g data-c=(name) {
                title { (self.tooltip(cell)) }
                @if cell.leads() { path.first d={ "M2.5 " (Px(top + 1.0)) "v" (Px(ROW - 3.0)) } {} }
                text.b[cell.leads()].mut[cell.place != Place::Contender] x=(Px(LEFT)) y=(Px(top + 10.0)) { (fit(name, room, face)) }
                text.end.b[cell.leads()].mut[cell.reason.is_some()] x=(Px(RIGHT)) y=(Px(top + 10.0)) { (right) }
                (self.dot(cell, top + 19.0))
            }
        }
    }

    fn dot(&self, cell: &Cell<'_>, y: f64) -> Markup {
        let Some(time) = cell.figures.time_ns else { return html! {} };
        let (at, holds) = (
            |value: f64| self.axis.at(self.scale.in_unit(value)),
            |value: f64| self.axis.holds(self.scale.in_unit(value)),
        );
        let interval = cell.time_ends.filter(|(low, high)| holds(*low) || holds(*high));
        let interval = interval.map(|(low, high)| format!("M{} {}H{}", px(at(low)), px(y), px(at(high))));
        let cpu = cell.figures.cpu_ns.filter(|cpu| holds(*cpu));
        let cpu = cpu.map(|cpu| format!("M{} {}v9", px(at(cpu)), px(y - 4.5)));
        let slot = self.family.slot(cell.id.contender());
        let (stroke, fill) = classes(slot);
        let dot = if holds(time) {
            mark(slot.unwrap_or(usize::MAX), at(time), y)
        } else {
            arrow(at(time) < WIDTH / 2.0, at(time), y)
        };
        html! {
            path.rail d={ "M" (Px(LEFT)) " " (Px(y)) "H" (Px(RIGHT)) } {}
            @if let Some(cpu) = cpu { path.cpu d=(cpu) {} }
            @if let Some(interval) = interval { path class={ "interval " (stroke) } d=(interval) {} }
            path class={ (fill) " " (stroke) @if cell.place != Place::Contender { " hollow" } } d=(dot) {}
        }
    }

    fn tooltip(&self, cell: &Cell<'_>) -> String {
        let name = cell.id.contender();
        if let Some(reason) = &cell.reason {
            return format!("{name}: {}", unsteered(reason));
        }
        let mut text = format!("{name}: {}", with_unit(self.scale, cell.figures.time_ns));
        if cell.time_ends.is_some() {
            let of = if self.imported { "95 % over criterion’s samples" } else { basis(cell.basis) };
            text += &format!(" {}, {of}", ends(self.scale, cell.time_ends));
        }
        if let Some(cpu) = cell.figures.cpu_ns {
            text += &format!("; processor time {}", with_unit(self.scale, Some(cpu)));
        }
        match cell.left_out {
            0 => {}
            1 => text += "; 1 launch of another definition or version left out",
            more => text += &format!("; {more} launches of another definition or version left out"),
        }
        text
    }
}

/// Classes for the line and the area of a slot, or grey.
pub(super) fn classes(slot: Option<usize>) -> (String, String) {
    slot.map_or(("sg".to_owned(), "fg".to_owned()), |slot| (format!("s{slot}"), format!("f{slot}")))
}

#[cfg(test)]
mod tests {
    use super::super::family::families;
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    fn drawn(cells: &[(&str, u64)]) -> String {
        let run = run(&[Table { workload: "w", threads: 2, cells }]);
        let suites = suites(&run, &[]);
        let (workload, families) = (&suites[0].workloads[0], families(&suites[0]));
        chart(workload, &families[0], 2, &workload.cells).into_string()
    }

    #[test]
    fn bold_names_have_less_room() {
        let (long, other) =
            ("a-contender-of-a-name-as-long-as-allowed", "another-contender-with-as-long-a-name-it");
        let text = drawn(&[(long, 10), (other, 20)]);
        assert!(text.contains(">a-contender-of…ng-as-allowed<"), "{text}");
        assert!(text.contains(">another-contender…as-long-a-name-it<"), "{text}");
    }

    #[test]
    fn only_the_first_of_several_is_marked() {
        assert!(drawn(&[("a", 10), ("b", 20)]).contains("class=\"first\""));
        assert!(!drawn(&[("a", 10)]).contains("class=\"first\""));
    }
}
