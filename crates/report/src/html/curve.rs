//! How a figure changes with the threads: lines with bands and names at their ends. What has more threads than processors is
//! hatched, and no line leads there.

use super::dots::classes;
use super::svg::{Axis, Face, Px, WIDTH, fit, mark, px, spread, text_width};
use maud::{Markup, html};

/// Least room for the numbers of the vertical axis.
const LEAST_LEFT: f64 = 40.0;

const RIGHT: f64 = 190.0;
const LABELS: f64 = 208.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 238.0;
const HEIGHT: f64 = 272.0;

/// Between two names.
const LINE: f64 = 12.5;

/// Between two strokes of a hatching, along the axis.
const STROKES: f64 = 8.0;

/// A figure at a thread count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) threads: usize,
    /// In the unit of the vertical axis.
    pub(super) value: f64,
    /// The ends beside it, in the same unit.
    pub(super) ends: Option<(f64, f64)>,
    pub(super) oversubscribed: bool,
}

/// One contender.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) slot: Option<usize>,
    /// A bound or a floor.
    pub(super) reference: bool,
    /// Threads ascending.
    pub(super) points: Vec<Point>,
}

/// A chart.
#[derive(Debug)]
pub(super) struct Curve<'a> {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) finding: String,
    /// What stands under the horizontal axis.
    pub(super) caption: String,
    pub(super) series: Vec<Series<'a>>,
    /// All thread counts of the workload, ascending: a line joins neighbours only.
    pub(super) threads: Vec<usize>,
    pub(super) y: Axis,
    /// What one thread of the best does, of which a straight line goes up: no loss at all.
    pub(super) ideal: Option<f64>,
}

/// The vertical axis for rates.
pub(super) fn log_axis(values: impl IntoIterator<Item = f64>) -> Axis {
    Axis::log(values, BOTTOM, TOP)
}

/// The vertical axis for shares.
pub(super) fn share_axis(largest: f64) -> Axis {
    Axis::linear(0.0, largest.max(1.2), BOTTOM, TOP)
}

impl Curve<'_> {
    pub(super) fn svg(&self) -> Markup {
        let id = &self.id;
        let x = self.x();
        let (joined, loose) = (self.limit(), self.series.iter().filter(|series| series.slot.is_none()));
        html! {
            svg viewBox={ "0 0 " (Px(WIDTH)) " " (Px(HEIGHT)) } role="img" aria-labelledby={ (id) ".n " (id) ".d" } {
                title id={ (id) ".n" } { (self.title) }
                desc id={ (id) ".d" } { (self.finding) " All values are in the table of this workload." }
                @if let Some(limit) = joined { (hatching(x.at(limit))) }
                (self.ground(&x))
                @if let Some(one) = self.ideal { (self.ideal_line(&x, one)) }
                @for series in loose { (self.line(&x, series)) }
                @for series in self.series.iter().filter(|series| series.slot.is_some()) { (self.line(&x, series)) }
                (self.names(&x))
            }
        }
    }

    fn x(&self) -> Axis {
        let ends = self.threads.first().zip(self.threads.last());
        let (low, high) = ends.map_or((1.0, 2.0), |(low, high)| (*low as f64, *high as f64));
        Axis::log([low, high], self.left(), RIGHT)
    }

    /// Where the drawing begins, behind the longest number of the vertical axis.
    fn left(&self) -> f64 {
        let widths = self.y.ticks(6).into_iter().map(|(_, text)| text_width(&text, Face::Regular));
        widths.fold(LEAST_LEFT - 7.0, f64::max) + 7.0
    }

    /// Between the last thread count that fits the machine and the first that does not.
    fn limit(&self) -> Option<f64> {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let over = points().filter(|point| point.oversubscribed).map(|point| point.threads).min()?;
        let fits = self.threads.iter().copied().filter(|threads| *threads < over).max();
        Some(fits.map_or(over as f64 / 2.0, |fits| (fits as f64 * over as f64).sqrt()))
    }

    fn ground(&self, x: &Axis) -> Markup {
        let (ticks, left) = (self.y.ticks(6), self.left());
        let lines = ticks.iter().map(|(at, _)| format!("M{} {}H{}", px(left), px(self.y.at(*at)), px(RIGHT)));
        html! {
            path.grid d=(lines.collect::<String>()) {}
            @for (at, text) in &ticks { text.end x=(Px(left - 5.0)) y=(Px(self.y.at(*at) + 4.0)) { (text) } }
            @for (at, threads) in self.thread_ticks(x) { text.mid x=(Px(at)) y=(Px(BOTTOM + 15.0)) { (threads) } }
            text.mid.mut x=(Px(f64::midpoint(left, RIGHT))) y=(Px(BOTTOM + 29.0)) { (self.caption) }
        }
    }

    /// Thread counts as far apart as their texts need.
    fn thread_ticks(&self, x: &Axis) -> Vec<(f64, usize)> {
        let mut ticks: Vec<(f64, usize)> = Vec::new();
        for threads in &self.threads {
            let at = x.at(*threads as f64);
            let room = text_width(&threads.to_string(), Face::Regular) + 6.0;
            if ticks.last().is_none_or(|(before, _)| at - before >= room) {
                ticks.push((at, *threads));
            }
        }
        ticks
    }

    fn ideal_line(&self, x: &Axis, one: f64) -> Markup {
        let fits = |threads: &&usize| self.limit().is_none_or(|limit| (**threads as f64) < limit);
        let last = self.threads.iter().filter(fits).max().copied().unwrap_or(1) as f64;
        let (to_x, to_y) = (x.at(last), self.y.at(one * last));
        html! {
            path.ideal d={ "M" (Px(x.at(1.0))) " " (Px(self.y.at(one))) "L" (Px(to_x)) " " (Px(to_y)) } {}
            text.mut.end x=(Px(to_x - 6.0)) y=(Px(to_y + 3.0)) { "ideal" }
        }
    }

    fn line(&self, x: &Axis, series: &Series<'_>) -> Markup {
        let (stroke, fill) = classes(series.slot);
        let at = |point: &Point| format!("{} {}", px(x.at(point.threads as f64)), px(self.y.at(point.value)));
        let pieces = self.pieces(series);
        let lines: String =
            pieces.iter().filter(|piece| piece.len() > 1).map(|piece| path(piece, at)).collect();
        let bands: String = pieces.iter().map(|piece| self.band(x, piece)).collect();
        let place = |point: &&Point| (x.at(point.threads as f64), self.y.at(point.value));
        let marks = |over: bool| -> String {
            let points = series.points.iter().filter(|point| point.oversubscribed == over);
            points
                .map(|point| place(&point))
                .map(|(x, y)| mark(series.slot.unwrap_or(usize::MAX), x, y))
                .collect()
        };
        let (solid, hollow) = (marks(false), marks(true));
        html! {
            g data-c=(series.name) {
                title { (series.name) }
                @if !bands.is_empty() { path class={ "band " (fill) } d=(bands) {} }
                @if !lines.is_empty() { path class={ "line " (stroke) @if series.reference { " reference" } } d=(lines) {} }
                @if let Some(whiskers) = self.whiskers(x, series) { path class={ "interval " (stroke) } d=(whiskers) {} }
                @if !solid.is_empty() { path class={ (fill) " mark" } d=(solid) {} }
                @if !hollow.is_empty() { path class={ (stroke) " hollow" } d=(hollow) {} }
            }
        }
    }

    /// Neighbouring points that a line may join.
    fn pieces<'p>(&self, series: &'p Series<'_>) -> Vec<Vec<&'p Point>> {
        let mut pieces: Vec<Vec<&Point>> = vec![Vec::new()];
        for threads in &self.threads {
            let point = series.points.iter().find(|point| point.threads == *threads && !point.oversubscribed);
            match (point, pieces.last_mut()) {
                (Some(point), Some(piece)) => piece.push(point),
                (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
                _ => {}
            }
        }
        pieces
    }

    fn band(&self, x: &Axis, piece: &[&Point]) -> String {
        let ends: Option<Vec<(f64, (f64, f64))>> =
            piece.iter().map(|point| Some((x.at(point.threads as f64), point.ends?))).collect();
        let Some(ends) = ends.filter(|ends| ends.len() > 1) else { return String::new() };
        let high = ends.iter().map(|(x, (_, high))| format!("{} {}", px(*x), px(self.y.at(*high))));
        let low = ends.iter().rev().map(|(x, (low, _))| format!("{} {}", px(*x), px(self.y.at(*low))));
        format!("M{}z", high.chain(low).collect::<Vec<_>>().join("L"))
    }

    /// Intervals of points that no band shows.
    fn whiskers(&self, x: &Axis, series: &Series<'_>) -> Option<String> {
        let alone = |point: &&Point| point.oversubscribed || series.points.len() == 1;
        let whisker = |point: &Point| {
            let (low, high) = point.ends?;
            let at = x.at(point.threads as f64);
            Some(format!("M{} {}V{}", px(at), px(self.y.at(low)), px(self.y.at(high))))
        };
        let text: String = series.points.iter().filter(alone).filter_map(whisker).collect();
        Some(text).filter(|text| !text.is_empty())
    }

    /// Names beside the last points, moved apart, with a line that leads to each. Grey contenders have none.
    fn names(&self, x: &Axis) -> Markup {
        let named = self.series.iter().filter(|series| series.slot.is_some() || series.reference);
        let ends: Vec<(&Series<'_>, &Point)> =
            named.filter_map(|one| Some((one, one.points.last()?))).collect();
        let wanted: Vec<f64> = ends.iter().map(|(_, point)| self.y.at(point.value)).collect();
        let places = spread(&wanted, LINE, TOP, BOTTOM + 16.0);
        html! {
            @for (((series, point), from), to) in ends.iter().zip(&wanted).zip(&places) {
                @let start = x.at(point.threads as f64) + 6.0;
                g data-c=(series.name) {
                    path.leader d={ "M" (Px(start)) " " (Px(*from)) "L" (Px(RIGHT + 6.0)) " " (Px(*from)) "L" (Px(LABELS - 8.0)) " " (Px(*to)) } {}
                    @if let Some(slot) = series.slot { path class={ "f" (slot) } d=(mark(slot, LABELS, *to)) {} }
                    text.mut[series.reference] x=(Px(LABELS + 8.0)) y=(Px(to + 4.0)) { (fit(series.name, WIDTH - LABELS - 10.0, Face::Regular)) }
                }
            }
        }
    }
}

fn path(piece: &[&Point], at: impl Fn(&Point) -> String) -> String {
    format!("M{}", piece.iter().map(|point| at(point)).collect::<Vec<_>>().join("L"))
}

/// Strokes, and no area: what lies there keeps its contrast to the background.
fn hatching(from: f64) -> Markup {
    let (top, right) = (TOP - 8.0, RIGHT + 8.0);
    let (width, height) = (right - from, BOTTOM - top);
    // Each stroke goes up to the right, and comes from so far beside the lower left corner.
    let strokes =
        (1_u32..).map(|index| f64::from(index) * STROKES - height).take_while(|begin| *begin < width);
    let stroke = |begin: f64| {
        let (start, end) = (begin.max(0.0), (begin + height).min(width));
        let y = |along: f64| px(BOTTOM - (along - begin));
        format!("M{} {}L{} {}", px(from + start), y(start), px(from + end), y(end))
    };
    html! {
        path.hatch d=(strokes.map(stroke).collect::<String>()) {}
        text.mut.end x=(Px(right)) y=(Px(TOP - 12.0)) { "hatched: more threads than cores" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(threads: usize, value: f64, oversubscribed: bool) -> Point {
        Point { threads, value, ends: Some((value * 0.9, value * 1.1)), oversubscribed }
    }

    fn curve(points: Vec<Point>) -> Curve<'static> {
        Curve {
            id: "i".to_owned(),
            title: "t".to_owned(),
            finding: "f".to_owned(),
            caption: "c".to_owned(),
            y: log_axis(points.iter().map(|point| point.value)),
            series: vec![Series { name: "a", slot: Some(0), reference: false, points }],
            threads: vec![1, 2, 4, 8],
            ideal: None,
        }
    }

    #[test]
    fn lines_join_neighbours_that_fit_the_machine() {
        let all = curve(vec![
            point(1, 1.0, false),
            point(2, 2.0, false),
            point(4, 3.0, false),
            point(8, 3.0, true),
        ]);
        let lengths = |curve: &Curve<'_>| {
            curve
                .pieces(&curve.series[0])
                .iter()
                .map(Vec::len)
                .filter(|length| *length > 0)
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(&all), [3]);
        assert_eq!(all.limit(), Some(32.0_f64.sqrt()));
        let gap = curve(vec![point(1, 1.0, false), point(4, 3.0, false), point(8, 3.0, false)]);
        assert_eq!(lengths(&gap), [1, 2], "nothing is made up between 1 and 4");
        assert_eq!(gap.limit(), None);
    }

    #[test]
    fn what_is_oversubscribed_is_hatched_and_hollow() {
        let svg =
            curve(vec![point(1, 1.0, false), point(2, 2.0, false), point(4, 3.0, true)]).svg().into_string();
        assert!(svg.contains("more threads than cores") && svg.contains("class=\"s0 hollow\""), "{svg}");
        assert!(
            svg.contains("class=\"hatch\"") && !svg.contains("<rect"),
            "nothing lies under the marks: {svg}"
        );
        let svg = curve(vec![point(1, 1.0, false), point(2, 2.0, false)]).svg().into_string();
        assert!(!svg.contains("more threads than cores"), "{svg}");
    }

    #[test]
    fn long_numbers_have_room() {
        let plain = curve(vec![point(1, 1.0, false), point(2, 20.0, false)]);
        assert!((plain.left() - LEAST_LEFT).abs() < 1e-9);
        let wide = curve(vec![point(1, 0.0001, false), point(2, 20.0, false)]);
        let longest = wide.y.ticks(6).into_iter().map(|(_, text)| text.len()).max();
        assert_eq!(longest, Some("0.0001".len()));
        let beyond = wide.left() - 5.0 - text_width("0.0001", Face::Regular);
        assert!(beyond >= 0.0, "the first letter lies {beyond} from the edge");
        let wide = curve(vec![point(1, 100.0, false), point(2, 2e7, false)]);
        assert!(wide.y.ticks(6).iter().any(|(_, text)| text == "10000000"));
        // Eight digits of 7 units each.
        assert!(wide.left() - 5.0 >= 56.0, "it has only {} to the left", wide.left());
    }

    #[test]
    fn strokes_stay_in_their_part() {
        let path = hatching(150.0).into_string();
        let path = path.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
        let numbers =
            |text: &str| -> Vec<f64> { text.split(' ').map(|one| one.parse().expect("a number")).collect() };
        for point in path.split(['M', 'L']).filter(|point| !point.is_empty()) {
            let at = numbers(point);
            assert!(
                (150.0..=RIGHT + 8.0).contains(&at[0]) && (TOP - 8.0..=BOTTOM).contains(&at[1]),
                "{at:?}"
            );
        }
        assert!(path.matches('M').count() > 20, "{path}");
    }
}
