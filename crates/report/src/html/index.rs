//! The first page: which contender for which workload, and whether that can be trusted.

use super::family::Family;
use super::frame::{anchored, foreign};
use super::model::{Basis, Suite, Workload};
use super::plan::Plan;
use super::words::{count, legend_of_signs};
use super::{heat, table, trust};
use contend_protocol::manifest::Machine;
use contend_record::{Run, utc_text};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The body of the first page. `criterion`: its report of the run lies beside this one.
pub(super) fn body(run: &Run, suites: &[Suite<'_>], plan: &Plan<'_, '_>, criterion: bool) -> Markup {
    let imported = run.manifest.is_imported();
    let cells = suites.iter().flat_map(|suite| &suite.workloads).flat_map(|workload| &workload.cells);
    let bases: Vec<Basis> = cells.map(|cell| cell.basis).collect();
    html! {
        h1 { "Which contender for which workload?" }
        p.lead { @if imported { (lead_of_import(run)) } @else { (lead(run)) } }
        @if suites.is_empty() {
            p { "This run holds no cell: it was interrupted before the first was done, or nothing was selected." }
        } @else {
            p {
                "Time per operation over that of the best contender: 1 is the best, 2 takes twice as long. "
                (legend_of_signs(imported))
                @if imported { " A name leads to the intervals." } @else { " A name leads to the intervals, the scaling and the command." }
            }
            p.note { "Behind each name: " (table::note(&bases, imported)) }
            (maps(suites, plan, Leads::ToPages("")))
        }
        (trust::section(run, suites, criterion))
    }
}

/// Where the names in a heat map lead.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leads<'a> {
    /// To the pages of the run, in the folder with this prefix.
    ToPages(&'a str),
    /// All to this page.
    To(&'a str),
}

/// The maps of all suites, with what their colours and words mean.
pub(super) fn maps(suites: &[Suite<'_>], plan: &Plan<'_, '_>, leads: Leads<'_>) -> Markup {
    html! {
        (heat::legend())
        @for suite in suites { (part(suite, plan, leads)) }
        p.note {
            "“mean” is the geometric mean over the workloads that all contenders of the table have, and orders the rows. It says \
             nothing of any one workload. The floor is the loop without any primitive, a bound cannot be beaten and often cannot \
             be used: neither is a contender."
        }
    }
}

/// Where and when, in one sentence.
fn lead(run: &Run) -> Markup {
    measured(run.manifest.created_unix_ms, &run.manifest.machine, &run.manifest.build.rustc)
}

/// The same of any run.
pub(super) fn measured(created_unix_ms: u64, machine: &Machine, rustc: &str) -> Markup {
    let model = machine.cpu_model.as_deref().unwrap_or("an unnamed processor");
    html! {
        "Measured " (utc_text(created_unix_ms)) " on " (machine.allowed_cpus) " of "
        (count(machine.logical_cpus as usize, "logical processor")) " of " (foreign(model))
        @if machine.virtualised == Some(true) { ", a virtual machine" }
        ", with " (foreign(rustc)) ". "
        strong { "It says nothing about more threads than that, and another machine ranks otherwise." }
    }
}

/// Nothing of the kind is known of numbers that other software measured.
fn lead_of_import(run: &Run) -> Markup {
    html! {
        "Imported from criterion " (utc_text(run.manifest.created_unix_ms)) ". "
        strong { "Its files do not say where, how and with how many threads it measured: indicative only." }
    }
}

/// The thread count that a reader comes for: as many as there are processors, though there be workloads that only take more.
fn home(families: &[Family<'_, '_>]) -> usize {
    let homes = families.iter().map(|family| (!family.oversubscribed(family.home), family.home));
    homes.max().map_or(1, |(_, home)| home)
}

fn part(suite: &Suite<'_>, plan: &Plan<'_, '_>, leads: Leads<'_>) -> Markup {
    let families = plan.families(suite);
    let all: BTreeSet<usize> = families.iter().flat_map(Family::threads).collect();
    let home = home(families);
    let mut threads: Vec<usize> = all.into_iter().collect();
    threads.sort_by_key(|threads| (*threads != home, *threads));
    let page = |workload: &Workload<'_>| match leads {
        Leads::ToPages(prefix) => format!("{prefix}{}#{}", plan.file(workload), workload.name),
        Leads::To(page) => page.to_owned(),
    };
    let first = match leads {
        Leads::ToPages(prefix) => format!("{prefix}{}", plan.first_file(suite)),
        Leads::To(page) => page.to_owned(),
    };
    let imported = suite.workloads.iter().any(|workload| workload.imported);
    html! {
        section id=(suite.name) data-s=(suite.name) {
            (anchored(suite.name, suite.name, &html! { a href=(first) { (suite.name) } }))
            @for threads in threads {
                details data-t=[(!imported).then_some(threads)] open[threads == home] {
                    summary {
                        @if imported { "All of it" } @else { (count(threads, "thread")) }
                        @if families.iter().any(|family| family.oversubscribed(threads)) {
                            span.over { " oversubscribed: about the scheduler too" }
                        }
                    }
                    div.maps {
                        @for family in families.iter().filter(|family| family.threads().contains(&threads)) {
                            (heat::map(family, threads, &page))
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::families;
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    #[test]
    fn home_fits_the_processors_wherever_some_workload_does() {
        let table = |workload, threads, cells| Table { workload, threads, cells };
        let one: &[(&str, u64)] = &[("a", 10), ("b", 20)];
        let other: &[(&str, u64)] = &[("c", 10), ("d", 20)];
        let of = |tables: &[Table<'_>]| {
            let run = run(tables);
            home(&families(&suites(&run, &[])[0]))
        };
        assert_eq!(of(&[table("one", 1, one), table("one", 2, one), table("two", 4, other)]), 2);
        assert_eq!(of(&[table("one", 4, one), table("two", 8, other)]), 8);
    }
}
