//! The first page of a site, and the lists behind it.

use super::super::frame::{anchored, foreign, scrolling};
use super::super::index::{Leads, maps, measured};
use super::super::plan::Plan;
use super::super::words::{count, legend_of_signs};
use super::cell::{by, newest_steps};
use super::history::{Line, Track, commit};
use super::paths::{folder, machine_page, run_page, short, track_page};
use super::summary::suites_of;
use super::{Contents, compare};
use contend_protocol::comparison::Comparison;
use contend_protocol::site::HistoryRun;
use contend_protocol::version::MethodVersion;
use contend_record::utc_text;
use contend_stats::change_points::Step;
use maud::{Markup, html};

/// Rows of each list on the first page; pages of their own have all.
///
/// Chosen here because what is not among the first dozen is looked for, and not read.
const FEW: usize = 12;

/// The body of the first page.
pub(super) fn body(contents: &Contents<'_>, tracks: &[Track<'_>]) -> Markup {
    html! {
        h1 { "Which contender for which workload?" }
        (latest(contents))
        (steps(tracks))
        (comparisons(contents))
        section id="_runs" {
            (anchored("_runs", "the runs", &html! { a href="runs/index.html" { "Runs" } }))
            @let runs: Vec<&HistoryRun> = contents.history.runs().iter().rev().collect();
            @if runs.is_empty() {
                p { "No run is saved yet. " code { "cargo bench" } " makes one." }
            } @else {
                (runs_table(&runs[..runs.len().min(FEW)], contents, ""))
                @if runs.len() > FEW { p { a href="runs/index.html" { "All " (runs.len()) " runs" } } }
            }
        }
        @if contents.base_url.is_some() { p { "News of steps and comparisons: " a href="feed.xml" { "feed.xml" } "." } }
    }
}

/// The heat maps of the newest run with numbers.
fn latest(contents: &Contents<'_>) -> Markup {
    let Some(place) = contents.history.latest() else {
        return html! { p { "No saved run has a number." } };
    };
    let run = &contents.history.runs()[place];
    let has_pages = contents.has_pages(&run.run);
    let suites = suites_of(contents.history.cells_of(place));
    let plan = Plan::new(&suites);
    let prefix = format!("runs/{}/", folder(&run.run));
    html! {
        p.lead { (measured(run.created_unix_ms, &run.machine, &run.build.rustc)) }
        p {
            "The newest run with numbers, " code { (foreign(&run.run)) } ": time per operation over that of the best contender. 1 is the best, 2 takes twice as long. "
            (legend_of_signs(run.imported))
            @if has_pages {
                " A name leads to the intervals, the scaling and the command; "
                a href={ (prefix) "index.html#_trust" } { "what to be wary of" } " stands there too."
            }
        }
        // Where the run's own pages were pruned, names lead to the cells over time.
        (maps(&suites, &plan, if has_pages { Leads::ToPages(&prefix) } else { Leads::To("bench/index.html") }))
    }
}

/// What changed, since when.
fn steps(tracks: &[Track<'_>]) -> Markup {
    let steps = newest_steps(tracks);
    html! {
        section id="_steps" {
            (anchored("_steps", "since when", &html! { a href="bench/index.html" { "Since when?" } }))
            @if steps.is_empty() {
                p { "No contender’s time has changed by a step over the saved runs of one machine. " a href="bench/index.html" { "All cells over time" } }
            } @else {
                (steps_table(&steps[..steps.len().min(FEW)]))
                p {
                    @if steps.len() > FEW { (count(steps.len() - FEW, "older step")) " on " } @else { "All cells on " }
                    a href="bench/index.html" { "the page of cells over time" }
                    ". A step says that something is different since, and no verdict on why."
                }
            }
        }
    }
}

fn steps_table(steps: &[(&Track<'_>, &Line<'_>, &Step)]) -> Markup {
    let content = html! {
        table.data {
            caption { "The newest steps of contenders, with 95 % intervals." }
            thead { tr { @for head in ["cell", "change", "since", "commit", "machine"] { th scope="col" { (head) } } } }
            tbody {
                @for (track, line, step) in steps {
                    @let after = &line.points[step.after];
                    tr data-s=(track.suite) data-w=(track.workload) data-c=(track.contender) data-t=(line.threads) {
                        th scope="row" {
                            a href=(track_page(track.suite, track.workload, track.contender)) {
                                (track.suite) "/" (track.workload) "/" (track.contender) "/" (line.threads)
                            }
                        }
                        td { (by(step)) }
                        td { (utc_text(after.run.created_unix_ms)) }
                        td { (after.commit()) }
                        td.words { a href=(machine_page(line.machine)) { (short(line.machine)) } }
                    }
                }
            }
        }
    };
    scrolling("Newest steps", &content)
}

fn comparisons(contents: &Contents<'_>) -> Markup {
    let all = newest_first(contents.comparisons);
    html! {
        section id="_comparisons" {
            (anchored("_comparisons", "the comparisons", &html! { a href="compare/index.html" { "What did changes do?" } }))
            @if all.is_empty() {
                p { "No comparison is saved. " code { "contend compare BASE HEAD" } " measures both sides in turns." }
            } @else {
                (compare::list(&all[..all.len().min(FEW)], ""))
                @if all.len() > FEW { p { a href="compare/index.html" { "All " (all.len()) " comparisons" } } }
            }
        }
    }
}

/// The newest first.
pub(super) fn newest_first(comparisons: &[(String, Comparison)]) -> Vec<&(String, Comparison)> {
    let mut all: Vec<&(String, Comparison)> = comparisons.iter().collect();
    all.sort_by(|left, right| (right.1.created_unix_ms, &right.0).cmp(&(left.1.created_unix_ms, &left.0)));
    all
}

/// The page of all comparisons.
pub(super) fn all_comparisons(contents: &Contents<'_>) -> Markup {
    let all = newest_first(contents.comparisons);
    html! {
        h1 { "Comparisons" }
        @if all.is_empty() {
            p { "None is saved. " code { "contend compare BASE HEAD" } " measures both sides in turns." }
        } @else {
            (compare::list(&all, "../"))
        }
    }
}

/// The page of all runs.
pub(super) fn all_runs(contents: &Contents<'_>) -> Markup {
    let runs: Vec<&HistoryRun> = contents.history.runs().iter().rev().collect();
    html! {
        h1 { "Runs" }
        p.lead { (count(runs.len(), "run")) ", newest first. Numbers of two runs are no comparison." }
        (runs_table(&runs, contents, "../"))
    }
}

/// Runs as rows. `up` leads to the root of the site.
pub(super) fn runs_table(runs: &[&HistoryRun], contents: &Contents<'_>, up: &str) -> Markup {
    let content = html! {
        table.data {
            caption { "A name leads to the run’s own pages, unless they were pruned." }
            thead {
                tr { @for head in ["run", "measured", "commit", "machine", "cells", "not measurable", "faulty", "notes"] { th scope="col" { (head) } } }
            }
            tbody { @for run in runs { (run_row(run, contents, up)) } }
        }
    };
    scrolling("Runs", &content)
}

fn run_row(run: &HistoryRun, contents: &Contents<'_>, up: &str) -> Markup {
    let machine = &run.machine.id;
    html! {
        tr {
            th scope="row" {
                @if contents.has_pages(&run.run) { a href={ (up) (run_page(&run.run)) } { (foreign(&run.run)) } } @else { (foreign(&run.run)) }
            }
            td { (utc_text(run.created_unix_ms)) }
            td { (foreign(&commit(run))) }
            @if run.imported { td { "-" } } @else {
                td { a href={ (up) (machine_page(machine)) } { (short(machine)) } }
            }
            td { (run.measured) }
            td { (run.not_measurable) }
            td { (run.faulty) }
            td.words { (notes(run, contents.has_pages(&run.run))) }
        }
    }
}

fn notes(run: &HistoryRun, has_pages: bool) -> String {
    let other_method = !run.imported && run.method != MethodVersion::CURRENT;
    let notes = [
        (run.imported, "imported".to_owned()),
        (run.unfinished, "unfinished".to_owned()),
        (run.source.dirty == Some(true), "changes".to_owned()),
        (other_method, format!("method {}", run.method.0)),
        (!has_pages, "no pages here".to_owned()),
    ];
    let notes: Vec<String> = notes.into_iter().filter(|(is, _)| *is).map(|(_, note)| note).collect();
    notes.join(", ")
}
