//! Where runs were measured.

use super::super::frame::{anchored, foreign, scrolling};
use super::super::machine::constants;
use super::super::trust::warnings_of;
use super::super::words::count;
use super::Contents;
use super::overview::runs_table;
use super::paths::{machine_page, short};
use crate::show::head::machine;
use crate::warning::about_machine;
use contend_protocol::site::HistoryRun;
use contend_record::utc_text;
use maud::{Markup, html};

/// The runs of a machine, newest first.
fn runs<'a>(id: &str, contents: &Contents<'a>) -> Vec<&'a HistoryRun> {
    let all = contents.history.runs().iter().rev();
    all.filter(|run| !run.imported && run.machine.id == id).collect()
}

/// The body of a machine's page.
pub(super) fn body(id: &str, contents: &Contents<'_>) -> Markup {
    let runs = runs(id, contents);
    html! {
        h1 { "Machine " (short(id)) }
        @if let Some(newest) = runs.first() {
            p.lead { (foreign(&machine(&newest.machine))) }
            p { "As its newest run found it. Its id comes from what does not change: model, architecture and counts. Other machines rank otherwise." }
            section id="_wary" {
                (anchored("_wary", "what to be wary of", &html! { "What to be wary of" }))
                (warnings_of(&about_machine(&newest.machine)))
            }
            section id="_costs" {
                (anchored("_costs", "what its own operations cost", &html! { "What its own operations cost" }))
                (constants(&newest.constants))
            }
        }
        section id="_runs" {
            (anchored("_runs", "the runs", &html! { "Runs" }))
            p { (count(runs.len(), "run")) ", newest first." }
            (runs_table(&runs, contents, "../"))
        }
    }
}

/// The page of all machines.
pub(super) fn list(contents: &Contents<'_>) -> Markup {
    let content = html! {
        table.data {
            caption { "Nothing that was measured on one is compared with another." }
            thead { tr { @for head in ["machine", "processor", "processors", "runs", "newest"] { th scope="col" { (head) } } } }
            tbody {
                @for id in contents.history.machines() {
                    @let runs = runs(id, contents);
                    @if let Some(newest) = runs.first() {
                        tr {
                            th scope="row" { a href={ "../" (machine_page(id)) } { (short(id)) } }
                            td.words { (foreign(newest.machine.cpu_model.as_deref().unwrap_or("unnamed"))) }
                            td { (newest.machine.allowed_cpus) " of " (newest.machine.logical_cpus) }
                            td { (runs.len()) }
                            td { (utc_text(newest.created_unix_ms)) }
                        }
                    }
                }
            }
        }
    };
    html! {
        h1 { "Machines" }
        (scrolling("Machines", &content))
    }
}
