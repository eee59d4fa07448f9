//! A page of a suite: its contenders, and a section for each workload.

use super::dots::classes;
use super::family::Family;
use super::frame::{foreign, scrolling};
use super::plan::{Part, Plan};
use super::section::section;
use super::strip::HOW_TO_READ;
use super::svg::mark;
use super::words::legend_of_signs;
use crate::cells::{Place, place};
use contend_protocol::manifest::Manifest;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The body of the page.
pub(super) fn body(part: &Part<'_, '_>, plan: &Plan<'_, '_>, manifest: &Manifest) -> Markup {
    let imported = manifest.is_imported();
    let unsaid = part.pieces.iter().all(|piece| piece.workload.question.is_none());
    html! {
        h1 { (part.title) }
        (contents(part))
        @if unsaid && !imported {
            p.note {
                "This run was saved without the questions of its workloads and the notes on its contenders. "
                code { "contend report --ask" } " asks the bench executables of the workspace for them."
            }
        }
        (how_to_read(imported))
        @for family in families_here(part, plan) { (keys(family)) }
        @for piece in &part.pieces {
            @if let Some(family) = plan.family(piece.workload) { (section(piece, family, plan, manifest)) }
        }
        (contenders(part, imported))
    }
}

fn contents(part: &Part<'_, '_>) -> Markup {
    let names = part.pieces.iter().map(|piece| piece.workload.name);
    html! {
        nav.contents aria-label="Workloads on this page" {
            ul { @for name in names { li data-w=(name) { a href={ "#" (name) } { (name) } } } }
        }
    }
}

fn how_to_read(imported: bool) -> Markup {
    html! {
        details.how {
            summary { "How to read the charts" }
            p {
                "Each dot is a median, and the line through it its 95 % interval. "
                @if imported {
                    "It is about the samples of one process: it says how steady that was, and another process may lie outside. "
                } @else {
                    "With one launch the interval is about the slices of that launch: it says how steady the launch was, and another launch may \
                     lie outside. A thin upright stroke is the processor time of all threads per operation. On the dot: all threads were on a \
                     processor all the time, working or spinning. Left: they slept, or with more threads than processors waited for one. Right: \
                     threads that do not count operations used processors too. "
                }
                "A bar at the left edge and bold text mark the first place of several contenders. "
                (legend_of_signs(imported))
            }
            p {
                "A triangle at the edge points to a bound or a floor far outside the axis. "
                @if imported { "Hollow marks are bounds and floors." } @else {
                    "Hollow marks are bounds and floors in the first charts, and cells with more threads than processors in the others. Lines \
                     join neighbouring thread counts that were measured, and never lead into what is oversubscribed: those numbers are about \
                     the scheduler too. The band along a line joins the intervals of its points. “ideal” is what the best contender does with one \
                     thread, times the threads: nothing is lost to sharing."
                }
            }
            @if !imported { p { "Validity: " (HOW_TO_READ) } }
        }
    }
}

fn families_here<'p, 'a, 's>(part: &Part<'_, '_>, plan: &'p Plan<'a, 's>) -> Vec<&'p Family<'a, 's>> {
    let mut families: Vec<&Family<'a, 's>> = Vec::new();
    for family in part.pieces.iter().filter_map(|piece| plan.family(piece.workload)) {
        if !families.iter().any(|known| std::ptr::eq(*known, family)) {
            families.push(family);
        }
    }
    families
}

/// The colours and marks that a family highlights, the same in all charts of its suite. The script makes them switches.
fn keys(family: &Family<'_, '_>) -> Markup {
    let names: Vec<&str> = family.workloads.iter().map(|workload| workload.name).collect();
    let highlighted = family.ranked.iter().filter_map(|name| Some((*name, family.slot(name)?)));
    html! {
        ul.keys aria-label={ "Marks in " (names.join(", ")) } {
            @for (name, slot) in highlighted {
                @let (_, fill) = classes(Some(slot));
                li data-key=(name) {
                    svg viewBox="0 0 12 12" aria-hidden="true" { path class=(fill) d=(mark(slot, 6.0, 6.0)) {} }
                    (name)
                }
            }
        }
    }
}

/// Versions and notes of the contenders on this page.
fn contenders(part: &Part<'_, '_>, imported: bool) -> Markup {
    let suite = part.suite;
    let here: BTreeSet<&str> =
        part.pieces.iter().flat_map(|piece| piece.cells).map(|cell| cell.id.contender()).collect();
    let versions = suite.versions.iter().filter(|(contender, _)| here.contains(*contender));
    let table = html! {
        table.data {
            caption { "Contenders of " (suite.name) }
            thead {
                tr {
                    th scope="col" { "contender" }
                    th scope="col" { @if imported { "as criterion names it" } @else { "version" } }
                    th scope="col" { "what to know" }
                }
            }
            tbody {
                @for (contender, versions) in versions {
                    tr data-c=(contender) {
                        th scope="row" { (contender) }
                        td.words { @for version in versions { (foreign(version)) " " } }
                        td.words { (kind(contender)) @for note in suite.notes.get(contender).unwrap_or(&BTreeSet::new()) { (foreign(note)) " " } }
                    }
                }
            }
        }
    };
    html! {
        section id="_contenders" {
            h2 { "Contenders" }
            (scrolling(&format!("Contenders of {}", suite.name), &table))
        }
    }
}

fn kind(contender: &str) -> &'static str {
    match place(contender) {
        Place::Contender => "",
        Place::Bound => "A bound: it cannot be beaten and often cannot be used. ",
        Place::Floor => "The loop without any primitive. ",
    }
}
