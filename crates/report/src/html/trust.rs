//! Whether a run can be believed, and where it comes from.

use super::again;
use super::frame::{anchored, foreign};
use super::model::Suite;
use super::strip::{HOW_TO_READ, strip};
use super::words::count;
use crate::explain::explain;
use crate::page::Tone;
use crate::show::head::facts;
use crate::show::warnings::warnings;
use crate::warning::Warning;
use contend_protocol::sample::CellRecord;
use contend_record::Run;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// Facts that stand on the first page; the others are on the page of the machine.
const SHORT: [&str; 7] = ["created", "imported", "command", "source", "machine", "doctor", "cells"];

/// Criterion's report of the same run, from this one's folder.
const CRITERION: &str = "../criterion/report/index.html";

/// The section of the first page. `criterion`: its report of the run lies beside this one.
pub(super) fn section(run: &Run, suites: &[Suite<'_>], criterion: bool) -> Markup {
    let records: Vec<&CellRecord> = run.records.iter().collect();
    let facts = facts(run);
    let short = facts.iter().filter(|(name, _)| SHORT.contains(name));
    let imported = run.manifest.is_imported();
    html! {
        section id="_trust" {
            (anchored("_trust", "Can I trust it?", &html! { "Can I trust it?" }))
            (warning_list(run, suites))
            // Nobody knows what happened while other software measured.
            @if !imported { (strip("_valid", &records, HOW_TO_READ)) }
            dl.facts { @for (name, value) in short { dt { (name) } dd { (foreign(value)) } } }
            p {
                a href="machine.html" {
                    @if imported { "All that is known of it" } @else { "All about the machine, the build and the launches" }
                }
            }
            @if criterion { p { a href=(CRITERION) { "Criterion’s report of the same run" } } }
            @if !imported { (command(run)) (version_list(suites)) }
        }
    }
}

/// What to be wary of in a run, each with what it means.
pub(super) fn warning_list(run: &Run, suites: &[Suite<'_>]) -> Markup {
    list(&warnings(run), left_out(suites))
}

/// What to be wary of, each with what it means.
pub(super) fn warnings_of(warnings: &[Warning]) -> Markup {
    list(warnings, None)
}

fn list(warnings: &[Warning], left_out: Option<String>) -> Markup {
    if warnings.is_empty() && left_out.is_none() {
        return html! { p { "Nothing was noticed." } };
    }
    html! {
        ul.warnings {
            @for warning in warnings {
                li.fault[warning.tone == Tone::Fault] {
                    (foreign(&warning.text)) ". "
                    @if let Some(text) = explain(warning.code) {
                        details { summary { "What " code { (warning.code) } " means" } p { (text) } }
                    }
                }
            }
            @if let Some(text) = left_out { li { (text) } }
        }
    }
}

/// What was measured under a name that meant something else before.
fn left_out(suites: &[Suite<'_>]) -> Option<String> {
    let cells = suites.iter().flat_map(|suite| &suite.workloads).flat_map(|workload| &workload.cells);
    let counts: Vec<usize> = cells.map(|cell| cell.left_out).filter(|count| *count > 0).collect();
    let (launches, verb) = match counts.iter().sum::<usize>() {
        0 => return None,
        1 => ("1 launch".to_owned(), "is"),
        more => (format!("{more} launches"), "are"),
    };
    let cells = count(counts.len(), "cell");
    Some(format!(
        "In {cells}, {launches} of another definition or version {verb} left out: the last one counts, and medians over both would be of neither."
    ))
}

fn command(run: &Run) -> Markup {
    html! {
        @if let Some(command) = again::whole(run) {
            p.again { "Measure all of it again: " code { (command) } }
        } @else {
            p.again { "The run does not say with which command of cargo or contend it was made." }
        }
    }
}

fn version_list(suites: &[Suite<'_>]) -> Markup {
    html! {
        details {
            summary { "Versions of all contenders" }
            @for suite in suites {
                p { strong { (suite.name) } ": " (foreign(&versions(suite))) }
            }
        }
    }
}

/// `dashmap 6.2.1 (dashmap); in-house (floor, mutex)`.
fn versions(suite: &Suite<'_>) -> String {
    let mut contenders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (contender, versions) in &suite.versions {
        for version in versions {
            contenders.entry(version).or_default().insert(contender);
        }
    }
    let joined = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let texts = contenders.into_iter().map(|(version, names)| format!("{version} ({})", joined(names)));
    texts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    #[test]
    fn where_nothing_was_noticed_that_is_said() {
        assert_eq!(list(&[], None).into_string(), "<p>Nothing was noticed.</p>");
        assert!(list(&[], Some("something".to_owned())).into_string().contains("<li>something</li>"));
    }

    #[test]
    fn what_is_left_out_is_said() {
        let mut run = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 10)] }]);
        let mut other = run.records[0].clone();
        other.definition = "0000000000000000".to_owned();
        run.records.insert(0, other.clone());
        let said = |run: &Run| left_out(&suites(run, &[]));
        let one = said(&run).expect("one is left out");
        assert!(one.starts_with("In 1 cell, 1 launch of another definition or version is left out"), "{one}");
        run.records.insert(0, other);
        let two = said(&run).expect("two are left out");
        assert!(
            two.starts_with("In 1 cell, 2 launches of another definition or version are left out"),
            "{two}"
        );
        run.records.drain(..2);
        assert_eq!(said(&run), None);
    }
}
