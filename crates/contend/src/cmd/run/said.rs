//! What `contend run` says of a run: what it is going to be, where it is, and how to go on with it.

use super::measuring::Measuring;
use super::plan::Plan;
use super::{Arguments, Beside, LAUNCHES, Pass};
use crate::cli::{Format, Variables};
use crate::error::CommandError;
use crate::output::{print, print_json};
use clap::ValueEnum;
use contend_protocol::json;
use contend_record::Store;
use contend_record::environment::quoted;
use std::path::Path;

const SCHEMA: &str = "contend-run/1";

/// Prints what would be made.
pub(super) fn plan(arguments: &Arguments, plan: &Plan) -> Result<(), CommandError> {
    match arguments.format.format {
        Format::Text => Ok(()),
        Format::Json => print_json(&json!({
            "schema": SCHEMA,
            "cells": plan.size(),
            "launches": plan.launches.len(),
            "planned": plan.measurements(),
            "figures": plan.beside.map_or(0, |(count, _)| count),
            "seconds": plan.guess().as_secs(),
        })),
    }
}

/// Says where the run is, what it lacks, and how to look at it and go on.
pub(super) fn place(measuring: &Measuring<'_>, arguments: &Arguments, store: &Store, plan: &Plan) {
    let (Some(run), counts) = (&measuring.run, measuring.counts) else { return };
    let without = [(counts.not_measurable, "not measurable"), (counts.faulty, "faulty")];
    let without =
        without.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let path = store.root().join(run);
    eprintln!(
        "contend: {} of {} measurements{}, in {}",
        counts.done(),
        counts.planned,
        without.collect::<String>(),
        path.display()
    );
    let below = plan.below(&measuring.tally);
    if below > 0 {
        eprintln!("contend: cells that have a number in fewer than {} launches: {below}", plan.wanted);
    }
    eprintln!("  look     cargo contend rank {run}");
    eprintln!("  pages    cargo contend report {run} --open");
    if measuring.is_open() || below > 0 {
        eprintln!("  go on    cargo contend run --resume {run}{}", words(arguments));
    }
}

/// Prints what was made.
pub(super) fn result(
    measuring: &Measuring<'_>,
    arguments: &Arguments,
    plan: &Plan,
    beside: Option<&Beside>,
) -> Result<(), CommandError> {
    let figures = match beside {
        Some(Beside::Found(found)) => {
            found.directory.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy())
        }
        _ => None,
    };
    let counts = measuring.counts;
    match (arguments.format.format, &measuring.run, figures) {
        (Format::Text, Some(run), _) => print(&format!("{run}\n")),
        (Format::Text, None, Some(figures)) => print(&format!("{figures}\n")),
        (Format::Text, None, None) => Ok(()),
        (Format::Json, run, figures) => print_json(&json!({
            "schema": SCHEMA,
            "run": run,
            "cells": plan.size(),
            "launches": plan.launches.len(),
            "planned": counts.planned,
            "measured": counts.measured,
            "not_measurable": counts.not_measurable,
            "below": plan.below(&measuring.tally),
            "faulty": plan.faulty(&measuring.tally),
            "figures": figures,
        })),
    }
}

/// The words that a resumed run has to have again.
fn words(arguments: &Arguments) -> String {
    let mut words = String::new();
    if let Some(filter) = &arguments.selection.filter {
        words += &format!(" {}", quoted(filter));
    }
    if !arguments.selection.features.is_empty() {
        words += &format!(" --features {}", arguments.selection.features.join(","));
    }
    if arguments.launches != LAUNCHES {
        words += &format!(" --launches {}", arguments.launches);
    }
    if arguments.passes != [Pass::Time] {
        let name = |pass: &Pass| pass.to_possible_value().map(|value| value.get_name().to_owned());
        let names: Vec<String> = arguments.passes.iter().filter_map(name).collect();
        words += &format!(" --passes {}", names.join(","));
    }
    let Variables { set, threads, seed } = &arguments.variables;
    let budget = arguments.budget.map(|budget| format!("{}s", budget.as_secs_f64()));
    let seed = seed.map(|seed| seed.to_string());
    let values = [("set", set.clone()), ("threads", threads.clone()), ("seed", seed), ("budget", budget)];
    for (name, value) in values {
        words += &value.map(|value| format!(" --{name} {}", quoted(&value))).unwrap_or_default();
    }
    if arguments.no_criterion {
        words += " --no-criterion";
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Call {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// What a shell would make of the words that are printed, is what was typed.
    #[track_caller]
    fn check(typed: &[&str], expected: &str) {
        let call = Call::try_parse_from([&["run"], typed].concat()).expect("they fit");
        assert_eq!(words(&call.arguments), expected);
    }

    #[test]
    fn the_words_to_go_on_with_are_those_that_were_typed() {
        check(&[], "");
        check(&["map", "--launches", "6"], " map");
        check(&["a'b|c"], r" 'a'\''b|c'");
        check(
            &["--passes", "time,alloc,memory", "--no-criterion"],
            " --passes time,operations,memory --no-criterion",
        );
        check(
            &["--set", "full", "--threads", "1,2", "--seed", "7", "--budget", "1.5m", "--launches", "3"],
            " --launches 3 --set full --threads 1,2 --seed 7 --budget 90s",
        );
    }

    #[test]
    fn thread_counts_are_read_before_anything_is_built() {
        for odd in ["0", "1,,2", "many", "", "1,4097", "-1"] {
            assert!(Call::try_parse_from(["run", "--threads", odd]).is_err(), "{odd}");
        }
        assert!(Call::try_parse_from(["run", "--threads", "1, 2,8"]).is_ok());
    }
}
