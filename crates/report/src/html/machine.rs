//! The machine, the build and the launches of a run.

use super::examined;
use super::frame::{foreign, scrolling};
use super::model::Suite;
use super::trust::warning_list;
use crate::show::head::facts;
use crate::units::time;
use contend_protocol::manifest::{Constants, Launch};
use contend_record::{Run, utc_text};
use maud::{Markup, html};

/// The body of the page.
pub(super) fn body(run: &Run, suites: &[Suite<'_>]) -> Markup {
    let imported = run.manifest.is_imported();
    let facts = facts(run);
    // They have tables of their own.
    let shown = facts.iter().filter(|(name, _)| !["doctor", "costs", "launches"].contains(name));
    html! {
        h1 { @if imported { "Where it comes from" } @else { "Machine, build and launches" } }
        dl.facts { @for (name, value) in shown { dt { (name) } dd { (foreign(value)) } } }
        section { h2 { "What to be wary of" } (warning_list(run, suites)) }
        @if let Some(found) = examined::section(&run.examinations) { (found) }
        @if !imported {
            section { h2 { "What this machine’s own operations cost" } (constants(&run.manifest.constants)) }
            section { h2 { "Launches" } (launches(&run.manifest.launches)) }
        }
    }
}

pub(super) fn constants(constants: &Constants) -> Markup {
    let rows = [
        ("a clock read", constants.clock_read_ps, "each slice has two for each thread"),
        (
            "a cache line there and back",
            constants.ping_pong_ps,
            "what two threads pay that write to the same line in turns",
        ),
        (
            "waking a thread",
            constants.wake_up_ps,
            "where it is dear, whatever spins wins each rendezvous, and whatever sleeps loses",
        ),
        ("spawning and joining a thread", constants.spawn_ps, "no slice does it"),
        (
            "the gate’s skew",
            constants.gate_skew_ps,
            "how far apart two threads start; it is not in the window",
        ),
        ("a work unit", constants.work_unit_ps, "what critical sections and items are made of"),
    ];
    let table = html! {
        table.data {
            caption { "Medians, measured when the run was created. They decide ranks." }
            thead { tr { th scope="col" { "operation" } th scope="col" { "takes" } th scope="col" { "what it means" } } }
            tbody {
                @for (name, ps, meaning) in rows {
                    tr {
                        th scope="row" { (name) }
                        // Each row has a unit of its own; what sorts them has not.
                        td data-v=[ps] { (ps.map_or("not known".to_owned(), |ps| time(ps as f64 / 1000.0))) }
                        td.words { (meaning) }
                    }
                }
            }
        }
    };
    scrolling("What operations cost", &table)
}

fn launches(launches: &[Launch]) -> Markup {
    let took = |launch: &Launch| match launch.finished_unix_ms {
        Some(finished) => {
            format!("{:.1}\u{a0}s", finished.saturating_sub(launch.started_unix_ms) as f64 / 1000.0)
        }
        None => "unfinished".to_owned(),
    };
    let load = |permille: u32| format!("{:.2}", f64::from(permille) / 1000.0);
    let table = html! {
        table.data {
            caption { "A launch is one process. Load is the one-minute average when it began; steal is what the hypervisor took meanwhile." }
            thead {
                tr { @for head in ["launch", "suite", "began", "took", "cells planned", "load", "steal", "arguments"] { th scope="col" { (head) } } }
            }
            tbody {
                @for launch in launches {
                    tr {
                        td { (launch.launch) }
                        th scope="row" { (foreign(&launch.suite)) }
                        td data-v=(launch.started_unix_ms) { (utc_text(launch.started_unix_ms)) }
                        td { (took(launch)) }
                        td { (launch.planned_cells) }
                        td { (launch.load_permille.map_or("-".to_owned(), load)) }
                        td { (launch.steal_ticks.map_or("-".to_owned(), |ticks| format!("{ticks} ticks"))) }
                        td.words { (foreign(&launch.arguments.join(" "))) }
                    }
                }
            }
        }
    };
    scrolling("Launches", &table)
}
