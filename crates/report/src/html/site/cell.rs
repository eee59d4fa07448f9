//! The page of a contender in a workload: each of its cells over the runs of each machine.

use super::super::frame::{anchored, foreign, scrolling};
use super::super::words::count;
use super::course::chart;
use super::history::{History, Line, MOST_RUNS, Point, Track, commit};
use super::paths::{machine_page, run_page, track_page};
use super::{Contents, short_machine};
use crate::units::{Scale, change_of, changes_of, time};
use contend_protocol::encode_line;
use contend_protocol::fnv::Fnv;
use contend_protocol::site::{EndsOf, Way};
use contend_stats::change_points::{FEWEST, Step};
use contend_stats::margins;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// From the page to the root of the site.
const UP: &str = "../../../";

/// Fewest runs of which a step can be told.
const FEWEST_RUNS: usize = 2 * FEWEST;

/// Adds all that the page is made from. `runs` has a hash of what may be shown of each run.
pub(super) fn input(track: &Track<'_>, runs: &BTreeMap<&str, String>, hash: &mut Fnv) {
    hash.add(track_page(track.suite, track.workload, track.contender).as_bytes());
    for line in &track.lines {
        hash.add(format!("{} {} {}", line.machine, line.left_out, line.superseded).as_bytes());
        for point in &line.points {
            hash.add(encode_line(point.cell).as_bytes());
            hash.add(runs.get(point.run.run.as_str()).map_or("", String::as_str).as_bytes());
        }
    }
}

/// The body of the page.
pub(super) fn body(track: &Track<'_>, contents: &Contents<'_>) -> Markup {
    html! {
        h1 { (track.contender) " in " (track.workload) }
        p.lead { "Suite " (track.suite) ": time per operation over saved runs, in their order. Less is better." }
        p {
            "A point is the median of a run, and the upright line its interval. A level line is the median of a stretch, and a dashed line a step: the runs on \
             both sides differ by more than their scatter, and by at least "
            (margins::ALONE * 100.0) "\u{a0}%, or " (margins::CONTENDED * 100.0) "\u{a0}% with several threads. Runs are measured at \
             different hours, so a step is no verdict: " a href={ (UP) "methodology.html#_over-time" } { "what it is" } "."
        }
        @for machine in track.machines() {
            @let lines: Vec<&Line<'_>> = track.lines.iter().filter(|line| line.machine == machine).collect();
            (on_machine(machine, &lines, track, contents))
        }
    }
}

fn on_machine(machine: &str, lines: &[&Line<'_>], track: &Track<'_>, contents: &Contents<'_>) -> Markup {
    let id = format!("m-{}", short_machine(machine));
    let (now, before): (Vec<&Line<'_>>, Vec<&Line<'_>>) =
        lines.iter().copied().partition(|line| !line.superseded);
    let heading = html! { "Machine " a href={ (UP) (machine_page(machine)) } { (short_machine(machine)) } };
    html! {
        section id=(id) {
            (anchored(&id, &id, &heading))
            div.charts { @for line in &now { (figure(line, &id)) } }
            @for line in &now { (details(line, track, contents)) }
            @if !before.is_empty() {
                details {
                    summary { "Other methods and definitions, of which nothing compares with the above" }
                    div.charts { @for line in &before { (figure(line, &id)) } }
                    @for line in &before { (details(line, track, contents)) }
                }
            }
        }
    }
}

fn figure(line: &Line<'_>, section: &str) -> Markup {
    let finding = finding(line);
    let way = way(line.way);
    let id = format!("{section}.{}.{}.{way}.{}", line.threads, line.method, short_machine(line.definition));
    html! {
        figure data-t=(line.threads) {
            figcaption { strong { (name(line)) } " " (finding) }
            (chart(line, &id, &finding))
        }
    }
}

/// What tells the line from others of its machine.
fn name(line: &Line<'_>) -> String {
    let threads = count(line.threads, "thread");
    let over = line.points.last().is_some_and(|point| point.cell.oversubscribed);
    let over = if over { " (oversubscribed)" } else { "" };
    let way = way(line.way).replace('-', " ");
    if line.superseded {
        let definition = short_machine(line.definition);
        format!("{threads}{over}, {way}, method {}, definition {definition}", line.method)
    } else {
        format!("{threads}{over}, {way}")
    }
}

/// The way of measuring in a word, as part of a name.
fn way(way: Way) -> &'static str {
    match way {
        Way::Alone => "alone",
        Way::InTurns => "in-turns",
        Way::Both => "both-ways",
    }
}

/// What the line says, in one sentence.
pub(super) fn finding(line: &Line<'_>) -> String {
    let runs = line.points.iter().filter(|point| point.time_ns().is_some()).count();
    let level = line.course.segments.last().map(|last| time(last.level));
    let Some(level) = level else { return "No run has a number.".to_owned() };
    match line.course.steps.last() {
        _ if runs < FEWEST_RUNS => {
            format!("{level}; {} tell no step, which takes {FEWEST_RUNS}.", count(runs, "run"))
        }
        None => format!("{level}; no step in {}.", count(runs, "run")),
        Some(last) => {
            let steps = count(line.course.steps.len(), "step");
            format!("{level}; {steps} in {}, the last {}.", count(runs, "run"), by(last))
        }
    }
}

/// `+5.1 % [+3.2, +7.0]`.
pub(super) fn by(step: &Step) -> String {
    format!("{} [{}]", change_of(step.change), changes_of(step.low, step.high))
}

fn details(line: &Line<'_>, track: &Track<'_>, contents: &Contents<'_>) -> Markup {
    html! {
        @if !line.course.steps.is_empty() {
            h3 { "Steps with " (name(line)) }
            ul {
                @for step in line.course.steps.iter().rev() { li { (step_text(step, line, track, contents)) } }
            }
        }
        details data-t=(line.threads) {
            summary { "All runs with " (name(line)) " as a table" }
            (table(line, contents))
        }
    }
}

fn step_text(step: &Step, line: &Line<'_>, track: &Track<'_>, contents: &Contents<'_>) -> Markup {
    let (before, after) = (&line.points[step.before], &line.points[step.after]);
    let others = others(before, after);
    html! {
        strong { (by(step)) } " between "
        (link(before, contents)) " (" (before.commit()) ") and " (link(after, contents)) " (" (after.commit()) ")."
        @if !others.is_empty() { " Also different since: " (foreign(&others.join("; "))) "." }
        @if let Some(command) = command(before, after, track) { " To judge it: " code { (command) } }
    }
}

/// What else differs between two runs, of which any may be why.
pub(super) fn others(before: &Point<'_>, after: &Point<'_>) -> Vec<String> {
    let differs = |what: &str, old: &str, new: &str| (old != new).then(|| format!("{what} {old} → {new}"));
    let kernel = |point: &Point<'_>| point.run.machine.kernel.clone().unwrap_or_default();
    let flags = |point: &Point<'_>| point.run.build.rustflags.clone();
    let (old, new) = (before.run, after.run);
    let mut found: Vec<String> = [
        differs("version", &before.cell.version, &after.cell.version),
        differs("compiler", &old.build.rustc, &new.build.rustc),
        differs("flags", &flags(before), &flags(after)),
        differs("kernel", &kernel(before), &kernel(after)),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend((old.build.profile_bench != new.build.profile_bench).then(|| "the profile".to_owned()));
    found.extend((old.source.lock_file != new.source.lock_file).then(|| "Cargo.lock".to_owned()));
    found.extend((old.command != new.command).then(|| "the command".to_owned()));
    found
}

/// What compares the two commits, where both say what was measured.
fn command(before: &Point<'_>, after: &Point<'_>, track: &Track<'_>) -> Option<String> {
    let clean = |point: &Point<'_>| {
        let commit = point.run.source.commit.as_deref().filter(|_| point.run.source.dirty == Some(false))?;
        let plain = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| commit.chars().take(10).collect::<String>())
    };
    let (base, head) = clean(before).zip(clean(after)).filter(|(base, head)| base != head)?;
    let cell = format!("{}/{}/{}/", track.suite, track.workload, track.contender);
    Some(format!("contend compare {base} {head} --filter '^{cell}'"))
}

/// The run with a link to its pages, if it has any.
fn link(point: &Point<'_>, contents: &Contents<'_>) -> Markup {
    let name = &point.run.run;
    html! {
        @if contents.has_pages(name) { a href={ (UP) (run_page(name)) } { (foreign(name)) } } @else { (foreign(name)) }
    }
}

fn table(line: &Line<'_>, contents: &Contents<'_>) -> Markup {
    let times: Vec<f64> = line.points.iter().filter_map(Point::time_ns).collect();
    let scale = Scale::times(&times);
    let number = |value: Option<f64>| scale.number(value);
    let caption = format!("{}, newest first", name(line));
    let left_out = (line.left_out > 0)
        .then(|| format!(" Only the newest {MOST_RUNS} runs; {} older are in history.jsonl.", line.left_out));
    let content = html! {
        table.data {
            caption { (caption) "." @if let Some(left_out) = left_out { (left_out) } }
            thead {
                tr {
                    @for head in ["run", "commit"] { th scope="col" { (head) } }
                    th scope="col" { (scale.unit) "/op" }
                    @for head in ["low", "high", "launches", "slices", "low and high", "version"] { th scope="col" { (head) } }
                }
            }
            tbody {
                @for point in line.points.iter().rev() {
                    tr {
                        th scope="row" { (link(point, contents)) }
                        td { (commit(point.run)) @if point.run.source.dirty == Some(true) { " with changes" } }
                        @if let Some(fate) = &point.cell.fate {
                            td.reason colspan="3" { (foreign(fate)) }
                        } @else {
                            td { (number(point.time_ns())) }
                            td { (number(point.ends_ns().map(|ends| ends.0))) }
                            td { (number(point.ends_ns().map(|ends| ends.1))) }
                        }
                        td { (point.cell.launches) }
                        td { (point.cell.slices) }
                        td.words { (ends(point.cell.ends)) }
                        td.words { (foreign(&point.cell.version)) }
                    }
                }
            }
        }
    };
    scrolling(&caption, &content)
}

fn ends(ends: EndsOf) -> &'static str {
    match ends {
        EndsOf::Nothing => "-",
        EndsOf::Slices => "interval over slices",
        EndsOf::Launches => "interval over launches",
        EndsOf::Range => "range of launches",
    }
}

/// Newest steps of all lines that are not superseded: the track, the line and the step.
pub(super) fn newest_steps<'t, 'a>(tracks: &'t [Track<'a>]) -> Vec<(&'t Track<'a>, &'t Line<'a>, &'t Step)> {
    let lines = tracks
        .iter()
        .filter(|track| track.contends())
        .flat_map(|track| track.lines.iter().filter(|line| !line.superseded).map(move |line| (track, line)));
    let mut steps: Vec<(&Track<'_>, &Line<'_>, &Step)> = lines
        .flat_map(|(track, line)| line.course.steps.iter().map(move |step| (track, line, step)))
        .collect();
    let when = |line: &Line<'_>, step: &Step| line.points[step.after].run.created_unix_ms;
    steps.sort_by(|left, right| {
        let newer = when(right.1, right.2).cmp(&when(left.1, left.2));
        newer.then(right.2.change.abs().total_cmp(&left.2.change.abs()))
    });
    steps
}

/// A list of all tracks with the level and the last step of each line.
pub(super) fn list(tracks: &[Track<'_>], history: &History) -> Markup {
    html! {
        h1 { "Cells over time" }
        p.lead { "Each contender of each workload over the saved runs of one machine: its level now, and when that changed last." }
        @for machine in history.machines() { (list_of_machine(machine, tracks)) }
    }
}

fn list_of_machine(machine: &str, tracks: &[Track<'_>]) -> Markup {
    let id = format!("m-{}", short_machine(machine));
    let heading = html! { "Machine " a href={ "../" (machine_page(machine)) } { (short_machine(machine)) } };
    let current = |line: &&Line<'_>| line.machine == machine && !line.superseded;
    let content = html! {
        table.data {
            caption { "Current lines; a name leads to the chart." }
            thead {
                tr { @for head in ["suite / workload", "contender", "threads", "measured", "now", "runs", "last step", "since"] { th scope="col" { (head) } } }
            }
            tbody {
                @for track in tracks {
                    @for line in track.lines.iter().filter(current) { (row(track, line)) }
                }
            }
        }
    };
    html! {
        section id=(id) { (anchored(&id, &id, &heading)) (scrolling("Cells over time", &content)) }
    }
}

fn row(track: &Track<'_>, line: &Line<'_>) -> Markup {
    let page = track_page(track.suite, track.workload, track.contender);
    let level = line.course.segments.last().map_or("-".to_owned(), |last| time(last.level));
    let step = line.course.steps.last();
    html! {
        tr data-s=(track.suite) data-w=(track.workload) data-c=(track.contender) data-t=(line.threads) {
            th scope="row" { (track.suite) " / " (track.workload) }
            td.words { a href={ "../" (page) "#m-" (short_machine(line.machine)) } { (track.contender) } }
            td { (line.threads) }
            td.words { (way(line.way).replace('-', " ")) }
            td { (level) }
            td { (line.points.len()) }
            td { (step.map_or("none".to_owned(), by)) }
            td { (step.map_or("-".to_owned(), |step| commit(line.points[step.after].run))) }
        }
    }
}
