//! The page of a comparison: what changed, how sure that is, and where it comes from. The verdicts are those of the comparison.

use super::super::frame::{anchored, foreign, quoting, scrolling};
use super::super::trust::warnings_of;
use super::super::words::count;
use super::forest;
use super::paths::comparison_page;
use crate::comparison::figures::{HEADS, columns, needs, reason, two_speeds};
use crate::comparison::findings::{Finding, Findings, ORDER};
use crate::comparison::head::facts;
use crate::comparison::headline::{sentence, summary_line};
use crate::comparison::next::sentences;
use crate::comparison::tables::legend;
use crate::comparison::warnings::warnings;
use crate::layout::plain;
use contend_protocol::comparison::{CellVerdict, Comparison};
use contend_record::utc_text;
use maud::{Markup, html};

/// The body of the page.
pub(super) fn body(comparison: &Comparison) -> Markup {
    let findings = Findings::of(&comparison.cells);
    let verdict = sentence(comparison, str::to_owned);
    html! {
        h1 { "Comparison" }
        p.lead { strong { (foreign(&verdict)) "." } " " (summary_line(comparison)) "." }
        @match forest::chart(&findings, &plain(&verdict)) {
            Some((chart, left_out)) => {
                div.charts {
                    figure {
                        figcaption {
                            strong { "Change" } " of time per operation, head over base, with the interval of each cell; what matters most first."
                            @if left_out > 0 { " " (count(left_out, "other cell")) " with numbers: see the table." }
                        }
                        (chart)
                    }
                }
            }
            None => p { "No cell has numbers on both sides." }
        }
        section id="_cells" {
            (anchored("_cells", "all cells", &html! { "All cells" }))
            (table("All cells", &ordered(&findings)))
        }
        @if !comparison.controls.is_empty() {
            section id="_controls" {
                (anchored("_controls", "the controls", &html! { "Controls" }))
                p { "Base against itself: a change here is a false alarm." }
                (table("Controls", &comparison.controls.iter().collect::<Vec<_>>()))
            }
        }
        (trust(comparison, &findings))
    }
}

/// All cells, what matters most first.
fn ordered<'a>(findings: &Findings<'a>) -> Vec<&'a CellVerdict> {
    ORDER.into_iter().flat_map(|finding| findings.cells(finding)).collect()
}

fn table(caption: &str, cells: &[&CellVerdict]) -> Markup {
    let content = html! {
        table.data {
            caption { (caption) ", " (count(cells.len(), "cell")) ". Times are per operation." }
            thead {
                tr {
                    @for head in ["cell", "verdict"].iter().chain(&HEADS) { th scope="col" { (head) } }
                    th scope="col" { "needs" }
                    th scope="col" { "remarks" }
                }
            }
            tbody { @for cell in cells { (row(cell)) } }
        }
    };
    scrolling(caption, &content)
}

fn row(cell: &CellVerdict) -> Markup {
    let finding = Finding::of(&cell.verdict);
    let evidence = cell.evidence.as_ref();
    let numbers = evidence.map_or_else(|| vec!["-".to_owned(); HEADS.len()], columns);
    let remarks = [evidence.and_then(two_speeds), Some(reason(cell)).filter(|reason| !reason.is_empty())];
    let remarks: Vec<String> = remarks.into_iter().flatten().collect();
    let id = &cell.cell;
    html! {
        tr data-s=(id.suite()) data-w=(id.workload()) data-c=(id.contender()) data-t=(id.threads()) {
            th scope="row" { (id) }
            td.words { (finding.title()) }
            @for number in numbers { td { (number) } }
            td { (needs(&cell.verdict)) }
            td.words { (foreign(&remarks.join("; "))) }
        }
    }
}

fn trust(comparison: &Comparison, findings: &Findings<'_>) -> Markup {
    let next = sentences(comparison, findings);
    html! {
        section id="_trust" {
            (anchored("_trust", "whether to trust it", &html! { "Can I trust it?" }))
            (warnings_of(&warnings(comparison)))
            dl.facts {
                @for (name, value) in facts(comparison) { dt { (name) } dd { (quoting(&value)) } }
                dt { "method" }
                dd { "version " (comparison.method.0) ": both sides in turns, on one machine" }
            }
            p.again { "Compare again: " code { (foreign(&comparison.command)) } }
            p { "All numbers: " a href="verdict.json" { "verdict.json" } "." }
        }
        section id="_words" {
            (anchored("_words", "what it means", &html! { "What it means, and what to do next" }))
            dl.facts { @for (term, meaning) in legend(&comparison.plan) { dt { (term) } dd { (meaning) } } }
            ul { @for sentence in next { li { (quoting(&sentence)) } } }
        }
    }
}

/// Comparisons as rows, the newest first. `up` leads to the root of the site.
pub(super) fn list(comparisons: &[&(String, Comparison)], up: &str) -> Markup {
    let content = html! {
        table.data {
            caption { "Both sides are measured in turns, so a verdict is about the code." }
            thead { tr { @for head in ["measured", "verdict", "base", "head", "cells"] { th scope="col" { (head) } } } }
            tbody {
                @for (folder, comparison) in comparisons {
                    tr {
                        th scope="row" { a href={ (up) (comparison_page(folder)) } { (utc_text(comparison.created_unix_ms)) } }
                        td.words { (foreign(&sentence(comparison, str::to_owned))) "." }
                        td.words { (foreign(&comparison.base.label)) }
                        td.words { (foreign(&comparison.head.label)) }
                        td { (comparison.cells.len()) }
                    }
                }
            }
        }
    };
    scrolling("Comparisons", &content)
}
