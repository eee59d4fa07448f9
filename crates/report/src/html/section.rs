//! One workload: its question, what was found, how it scales, whether it can be believed, and how to measure it again.

use super::curve::{Curve, Point, Series, log_axis, share_axis};
use super::family::Family;
use super::frame::{anchored, foreign, quoting};
use super::model::{Cell, Workload};
use super::plan::{Piece, Plan};
use super::words::{count, factor, listed, range, rates};
use super::{again, dots, fairness, strip, table};
use crate::cells::{Place, place};
use contend_protocol::manifest::Manifest;
use contend_stats::figures::share;
use maud::{Markup, html};

/// The section of a workload, or of as much of it as the page holds.
pub(super) fn section(
    piece: &Piece<'_, '_>,
    family: &Family<'_, '_>,
    plan: &Plan<'_, '_>,
    manifest: &Manifest,
) -> Markup {
    let workload = piece.workload;
    let heading = html! { (workload.name) };
    html! {
        section.workload id=(workload.name) data-w=(workload.name) {
            (anchored(workload.name, workload.name, &heading))
            @if let Some(question) = workload.question {
                p.question { (foreign(question)) }
            }
            @if let Some(analysis) = workload.analysis {
                p { (quoting(analysis)) }
            }
            @if piece.all > 1 { (parts(piece, plan)) }
            div.charts {
                @for threads in &workload.threads { (dots::chart(workload, family, *threads, piece.cells)) }
                @if piece.number == 1 {
                    @if let Some(chart) = scaling(workload, family, piece.all > 1) { (chart) }
                    @if let Some(chart) = efficiencies(workload, family, piece.all > 1) { (chart) }
                }
                @if let Some(chart) = fairness::chart(workload, family, piece.cells) { (chart) }
                // Nobody knows what happened while other software measured.
                @if piece.number == 1 && !workload.imported {
                    (strip::strip(&format!("{}.valid", workload.name), &workload.records, ""))
                }
            }
            details {
                summary { "All figures as a table" }
                (table::table(workload, piece.cells))
            }
            (command(workload, manifest))
        }
    }
}

/// Where the other cells are.
fn parts(piece: &Piece<'_, '_>, plan: &Plan<'_, '_>) -> Markup {
    let name = piece.workload.name;
    html! {
        p.note {
            "Part " (piece.number) " of " (piece.all) " of its cells. The others:"
            @for (index, file) in plan.files(piece.workload).enumerate() {
                @if index + 1 != piece.number { " " a href={ (file) "#" (name) } { "part " (index + 1) } }
            }
            ". Lines are drawn in part 1, of the contenders with a colour."
        }
    }
}

fn command(workload: &Workload<'_>, manifest: &Manifest) -> Markup {
    if workload.imported {
        return html! { p.again { "Imported from criterion, which does not say how to measure it again." } };
    }
    let again = again::of_workload(workload, manifest);
    html! {
        p.again {
            @if again.exact { "Measure exactly this: " } @else { "Measure this workload: " }
            code { (again.command) }
        }
    }
}

/// The contenders and bounds of a curve; with `few`, of the contenders only those with a colour. Floors are left out: they scale
/// as a loop does, and would leave the others no room.
fn series<'a>(
    workload: &Workload<'a>,
    family: &Family<'a, '_>,
    few: bool,
    point: impl Fn(&Cell<'_>) -> Option<Point>,
) -> Vec<Series<'a>> {
    let drawn = |name: &&str| match place(name) {
        Place::Contender => !few || family.slot(name).is_some(),
        Place::Bound => true,
        Place::Floor => false,
    };
    let of = |name: &'a str| Series {
        name,
        slot: family.slot(name),
        reference: place(name) != Place::Contender,
        points: workload.of(name).filter_map(&point).collect(),
    };
    workload.names().into_iter().filter(drawn).map(of).filter(|series| !series.points.is_empty()).collect()
}

/// Throughput by threads; `None` with one thread count.
fn scaling(workload: &Workload<'_>, family: &Family<'_, '_>, few: bool) -> Option<Markup> {
    if workload.threads.len() < 2 {
        return None;
    }
    let scale = rates(&workload.cells);
    let point = |cell: &Cell<'_>| {
        let value = scale.in_unit(cell.figures.throughput_per_s.filter(|value| *value > 0.0)?);
        let ends = cell.throughput_ends.map(|(low, high)| (scale.in_unit(low), scale.in_unit(high)));
        Some(Point { threads: cell.id.threads(), value, ends, oversubscribed: cell.oversubscribed })
    };
    let series = series(workload, family, few, point);
    let ideal = ideal(workload, &series);
    let last = fitting(workload).max();
    let values = series.iter().flat_map(|one| &one.points).flat_map(|point| {
        let (low, high) = point.ends.unzip();
        [Some(point.value), low, high].into_iter().flatten()
    });
    let y = log_axis(values.chain(ideal.zip(last).map(|(one, last)| one * last as f64)));
    let finding = gains(workload);
    let curve = Curve {
        id: format!("{}.scale", workload.name),
        title: format!("Throughput of {} by threads", workload.name),
        caption: format!("threads · {}, both logarithmic", scale.unit),
        finding: finding.clone(),
        series,
        threads: workload.threads.clone(),
        y,
        ideal: ideal.filter(|_| last.is_some_and(|last| last > 1)),
    };
    let greys = greys(workload, family, few);
    Some(
        html! { figure { figcaption { strong { "Throughput by threads" } " " (finding) (greys) } (curve.svg()) } },
    )
}

/// Thread counts for which there are processors, ascending.
fn fitting(workload: &Workload<'_>) -> impl Iterator<Item = usize> {
    workload.threads.iter().copied().filter(|threads| !workload.oversubscribed(*threads))
}

/// What one thread of the best contender does.
fn ideal(workload: &Workload<'_>, series: &[Series<'_>]) -> Option<f64> {
    let contenders = series.iter().filter(|one| !one.reference);
    let ones =
        contenders.flat_map(|one| &one.points).filter(|point| point.threads == 1).map(|point| point.value);
    ones.reduce(f64::max).filter(|_| workload.threads.first() == Some(&1))
}

/// How much more contenders do with more threads, up to as many as there are processors. A range and no names: the factors have
/// no intervals, so nobody is ranked by them.
fn gains(workload: &Workload<'_>) -> String {
    let (Some(from), Some(to)) = (fitting(workload).min(), fitting(workload).max()) else {
        return "All thread counts are above the processors.".to_owned();
    };
    if from == to {
        return format!("Only {} fits the processors.", count(to, "thread"));
    }
    let at = |name: &str, threads| workload.cell(name, threads)?.figures.throughput_per_s;
    let gain = |name: &str| share(at(name, to)?, at(name, from)?);
    let gains: Vec<(&str, f64)> = contenders(workload).filter_map(|name| Some((name, gain(name)?))).collect();
    match &gains[..] {
        [] => format!("No contender has numbers with both {from} and {to} threads."),
        [(name, gain)] => format!("From {from} to {to} threads {name} does {} times as much.", factor(*gain)),
        many => format!("From {from} to {to} threads contenders do {} times as much.", span(many)),
    }
}

fn contenders<'a>(workload: &Workload<'a>) -> impl Iterator<Item = &'a str> {
    workload.names().into_iter().filter(|name| place(name) == Place::Contender)
}

/// From the least to the most.
fn span(values: &[(&str, f64)]) -> String {
    let values = || values.iter().map(|(_, value)| *value);
    range(values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max))
}

fn greys(workload: &Workload<'_>, family: &Family<'_, '_>, few: bool) -> String {
    let names: Vec<&str> = contenders(workload).filter(|name| family.slot(name).is_none()).collect();
    let what = if few { "Not drawn" } else { "Grey" };
    if names.is_empty() { String::new() } else { format!(" {what}: {}.", listed(&names)) }
}

/// Parallel efficiency by threads, as far as there are processors; `None` where one thread or several are missing.
fn efficiencies(workload: &Workload<'_>, family: &Family<'_, '_>, few: bool) -> Option<Markup> {
    let point = |cell: &Cell<'_>| {
        let (threads, value) = (cell.id.threads(), cell.efficiency?);
        Some(Point { threads, value, ends: None, oversubscribed: false })
    };
    let mut series = series(workload, family, few, point);
    series.retain(|one| one.points.len() > 1);
    let points = || series.iter().flat_map(|one| &one.points);
    let largest = points().map(|point| point.value).reduce(f64::max)?;
    let last = points().map(|point| point.threads).max()?;
    let finding = kept(workload, last);
    let curve = Curve {
        id: format!("{}.eff", workload.name),
        title: format!("Parallel efficiency of {} by threads", workload.name),
        caption: "threads · share of ideal scaling".to_owned(),
        finding: finding.clone(),
        // All that fit, so that no line leads across one that somebody has no number for.
        threads: fitting(workload).collect(),
        series,
        y: share_axis(largest),
        ideal: None,
    };
    Some(html! { figure { figcaption { strong { "Efficiency" } " " (finding) } (curve.svg()) } })
}

/// The efficiency that is left with so many threads, as a range like the gains.
fn kept(workload: &Workload<'_>, threads: usize) -> String {
    let at = |name: &str| workload.cell(name, threads)?.efficiency;
    let kept: Vec<(&str, f64)> = contenders(workload).filter_map(|name| Some((name, at(name)?))).collect();
    match &kept[..] {
        [] => "No contender has numbers with one thread and with more.".to_owned(),
        [(name, share)] => format!("With {threads} threads it is {} for {name}.", factor(*share)),
        many => format!("With {threads} threads it is {}.", span(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::families;
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;
    use contend_record::Run;

    /// The charts of throughput and of efficiency.
    fn charts(run: &Run) -> [String; 2] {
        let suites = suites(run, &[]);
        let families = families(&suites[0]);
        let workload = &suites[0].workloads[0];
        let scaling = scaling(workload, &families[0], false).expect("several thread counts");
        let efficiency = efficiencies(workload, &families[0], false).expect("one thread and more");
        [scaling, efficiency].map(maud::PreEscaped::into_string)
    }

    #[test]
    fn what_more_threads_bring_is_a_range() {
        let [scaling, efficiency] = charts(&run(&[
            Table { workload: "w", threads: 1, cells: &[("a", 10), ("b", 10)] },
            Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 40)] },
            Table { workload: "w", threads: 4, cells: &[("a", 10), ("b", 40)] },
        ]));
        assert!(
            scaling.contains("From 1 to 2 threads contenders do 0.50 to 2.00 times as much."),
            "{scaling}"
        );
        assert!(efficiency.contains("With 2 threads it is 0.25 to 1.00."), "{efficiency}");
    }

    #[test]
    fn no_line_leads_across_a_thread_count_without_a_number() {
        let mut run = run(&[
            Table { workload: "w", threads: 1, cells: &[("a", 10)] },
            Table { workload: "w", threads: 2, cells: &[("b", 10)] },
            Table { workload: "w", threads: 4, cells: &[("a", 10)] },
        ]);
        run.records.iter_mut().for_each(|record| record.oversubscribed = false);
        for chart in charts(&run) {
            assert!(!chart.contains("class=\"line"), "nothing is known of a with 2 threads: {chart}");
        }
    }

    #[test]
    fn a_filter_too_long_is_not_called_exact() {
        let names: Vec<String> = (0..40).map(|index| format!("contender-{index}")).collect();
        let cells: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 10)).collect();
        let text = |cells: &[(&str, u64)]| {
            let run = run(&[Table { workload: "w", threads: 2, cells }]);
            command(&suites(&run, &[])[0].workloads[0], &run.manifest).into_string()
        };
        assert!(text(&cells).contains("Measure this workload: "));
        assert!(text(&cells[..2]).contains("Measure exactly this: "));
    }

    #[test]
    fn what_was_imported_has_no_command() {
        let mut run = run(&[Table { workload: "w", threads: 1, cells: &[("a", 10)] }]);
        run.manifest.invocation.set = contend_protocol::manifest::IMPORTED.to_owned();
        let text = command(&suites(&run, &[])[0].workloads[0], &run.manifest).into_string();
        assert!(text.contains("Imported from criterion") && !text.contains("<code>"), "{text}");
    }
}
