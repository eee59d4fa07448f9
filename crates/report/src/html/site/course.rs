//! A cell over the runs: a point with its interval for each, the level of each stretch, and where it changed.

use super::super::svg::{Axis, Face, Px, WIDTH, px, text_width};
use super::history::{Line, Point, commit};
use crate::units::{Scale, change_of};
use contend_record::utc_text;
use contend_stats::change_points::{FEWEST, Step};
use maud::{Markup, html};

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 6.0;

/// Height of the part in which points lie.
const PLOT: f64 = 150.0;

/// Height of the label of a step. Each has a line of its own, so that none lies on another.
const LABEL: f64 = 13.0;

/// Steps with a label; older ones are in the list only.
const MOST_LABELS: usize = 6;

/// The chart. `id` is that of the drawing, `finding` what it shows, in one sentence.
pub(super) fn chart(line: &Line<'_>, id: &str, finding: &str) -> Markup {
    let drawing = Drawing::of(line);
    let bottom = drawing.bottom();
    let title = format!("Time per operation over {} runs", line.points.len());
    html! {
        svg viewBox={ "0 0 " (Px(WIDTH)) " " (Px(bottom + 34.0)) } role="img" aria-labelledby={ (id) ".n " (id) ".d" } {
            title id={ (id) ".n" } { (title) }
            desc id={ (id) ".d" } { (finding) " All values are in the table below." }
            (drawing.ground())
            (drawing.points())
            (drawing.levels())
            (drawing.steps())
        }
    }
}

struct Drawing<'l, 'a> {
    line: &'l Line<'a>,
    scale: Scale,
    x: Axis,
    y: Axis,
    top: f64,
    labelled: &'l [Step],
}

impl<'l, 'a> Drawing<'l, 'a> {
    fn of(line: &'l Line<'a>) -> Self {
        let steps = &line.course.steps;
        let labelled = &steps[steps.len().saturating_sub(MOST_LABELS)..];
        let times: Vec<f64> = line.points.iter().filter_map(Point::time_ns).collect();
        let scale = Scale::times(&times);
        let top = 8.0 + LABEL * labelled.len() as f64;
        let ends = line.points.iter().filter_map(Point::ends_ns).flat_map(|(low, high)| [low, high]);
        let values = times.iter().copied().chain(ends).map(|value| scale.in_unit(value));
        let y = Axis::log(values, top + PLOT, top);
        let x = Axis::linear(-0.5, line.points.len() as f64 - 0.5, LEFT, RIGHT);
        Self { line, scale, x, y, top, labelled }
    }

    fn bottom(&self) -> f64 {
        self.top + PLOT
    }

    /// Height of a time in nanoseconds.
    fn height(&self, ns: f64) -> f64 {
        self.y.at(self.scale.in_unit(ns))
    }

    fn ground(&self) -> Markup {
        let ticks = self.y.ticks(6);
        let grid: String = ticks
            .iter()
            .map(|(at, _)| format!("M{} {}H{}", px(LEFT), px(self.y.at(*at)), px(RIGHT)))
            .collect();
        let day =
            |point: &Point<'_>| utc_text(point.run.created_unix_ms).chars().take(10).collect::<String>();
        let (first, last) = (self.line.points.first().map(day), self.line.points.last().map(day));
        let below = self.bottom() + 14.0;
        html! {
            path.grid d=(grid) {}
            @for (at, text) in &ticks {
                @if text_width(text, Face::Regular) < LEFT - 4.0 { text.end x=(Px(LEFT - 5.0)) y=(Px(self.y.at(*at) + 4.0)) { (text) } }
            }
            @if let Some(first) = &first { text x=(Px(LEFT)) y=(Px(below)) { (first) } }
            @if self.line.points.len() > 1 {
                @if let Some(last) = last { text.end x=(Px(RIGHT)) y=(Px(below)) { (last) } }
            }
            text.mid.mut x=(Px(f64::midpoint(LEFT, RIGHT))) y=(Px(below + 15.0)) { "runs in their order · " (self.scale.unit) "/op, logarithmic" }
        }
    }

    fn points(&self) -> Markup {
        let (mut spread, mut points) = (String::new(), String::new());
        for (index, point) in self.line.points.iter().enumerate() {
            let at = px(self.x.at(index as f64));
            if let Some((low, high)) = point.ends_ns() {
                spread += &format!("M{at} {}V{}", px(self.height(low)), px(self.height(high)));
            }
            if let Some(time) = point.time_ns() {
                points += &format!("M{at} {}h0", px(self.height(time)));
            }
        }
        html! {
            @if !spread.is_empty() { path.spread d=(spread) {} }
            @if !points.is_empty() { path.points d=(points) {} }
        }
    }

    fn levels(&self) -> Markup {
        // Of fewer runs nobody knows a level.
        let known = self.line.course.segments.iter().filter(|one| one.last - one.first + 1 >= FEWEST);
        let levels: String = known
            .map(|one| {
                let (from, to) = (self.x.at(one.first as f64 - 0.5), self.x.at(one.last as f64 + 0.5));
                format!("M{} {}H{}", px(from), px(self.height(one.level)), px(to))
            })
            .collect();
        html! { @if !levels.is_empty() { path.level d=(levels) {} } }
    }

    fn steps(&self) -> Markup {
        html! {
            @for (row, step) in self.labelled.iter().enumerate() {
                @let at = self.x.at(f64::midpoint(step.before as f64, step.after as f64));
                @let baseline = LABEL * (row as f64 + 1.0);
                @let left = at < f64::midpoint(LEFT, RIGHT);
                path.step d={ "M" (Px(at)) " " (Px(baseline - 8.0)) "V" (Px(self.bottom())) } {}
                text.b.end[!left] x=(Px(if left { at + 4.0 } else { at - 4.0 })) y=(Px(baseline)) {
                    (change_of(step.change)) " " (commit(self.line.points[step.after].run))
                }
            }
        }
    }
}
