//! `contend check`.

use super::{list, select};
use crate::cli::{Format, FormatFlag, Selection};
use crate::error::CommandError;
use crate::executables::{self, AskError, Conclusion, Executable, Heard, Question};
use crate::output::{print, print_json};
use contend_protocol::catalogue::{CheckEntry, CheckLine, EngineCheck, Greeting};
use contend_protocol::sample::Fault;
use contend_protocol::{CellId, Value, json};
use contend_protocol::{decode, exit};
use contend_report::check;

/// Check that the contenders do what their suites ask for
///
/// First the engine measures things of known cost: if it does not see what is known, no number of this machine can be
/// believed now (exit 13). Then every contender works under its suite's model (exit 14 if one gave a wrong result,
/// panicked or hung). With --format json:
///
/// {"schema": "contend-check/1", "suites": [{"suite": NAME, "contract": TEXT, "complete": BOOL, "engine": [{"name",
/// "expected_permille", "found_permille", "tolerance_permille", "ok"}, ...], "cells": [{"cell": ID, "operations": N,
/// "guarantees": TEXT, "fault": FAULT or null}, ...]}, ...]}, where FAULT has "kind" (wrong-result, panicked or hung) and "message" or
/// "bound_s".
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    format: FormatFlag,
}

/// What one executable answered.
struct Suite {
    greeting: Greeting,
    complete: bool,
    engine: Vec<EngineCheck>,
    /// The cell that is being checked.
    begun: Option<CellId>,
    cells: Vec<CheckEntry>,
}

/// How a suite's answer is shown.
#[derive(Clone, Copy, Debug)]
struct Display {
    format: Format,
    /// No suite was shown before.
    first: bool,
}

/// What was found on the way to the exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Findings {
    faulty: bool,
    unfit: bool,
    incomplete: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let filter = arguments.selection.filter.as_deref();
    select::filter(filter)?;
    let executables = executables::find(&arguments.selection.executables, &arguments.selection.features)?;
    let mut findings = Findings { faulty: false, unfit: false, incomplete: false };
    let mut suites = Vec::new();
    for executable in &executables {
        let display = Display { format: arguments.format.format, first: suites.is_empty() };
        suites.extend(check(executable, filter, display, &mut findings)?);
    }
    if arguments.format.format == Format::Json {
        print_json(
            &json!({ "schema": "contend-check/1", "suites": suites.iter().map(object).collect::<Vec<_>>() }),
        )?;
    }
    if findings.code() == exit::OK && suites.iter().all(|suite| suite.cells.is_empty()) {
        return Err(select::nothing(filter, &list::catalogue(&executables)?.ids()));
    }
    Ok(findings.code())
}

impl Findings {
    /// A wrong contender is the worst news: it is wrong on every machine.
    fn code(self) -> u8 {
        match self {
            Self { faulty: true, .. } => exit::WRONG_RESULT,
            Self { unfit: true, .. } => exit::UNFIT,
            Self { incomplete: true, .. } => exit::INTERNAL,
            _ => exit::OK,
        }
    }

    fn add(&mut self, suite: Option<&Suite>, conclusion: Conclusion) {
        let ended_with = |code| conclusion == Conclusion::Whole(code);
        let cells = suite.map_or(&[][..], |suite| &suite.cells);
        let engine = suite.map_or(&[][..], |suite| &suite.engine);
        self.faulty |= ended_with(exit::WRONG_RESULT) || cells.iter().any(|cell| cell.fault.is_some());
        self.unfit |= ended_with(exit::UNFIT) || engine.iter().any(|check| !check.ok);
        self.incomplete |= conclusion == Conclusion::Broken;
    }
}

/// Asks one executable and prints what it says as it comes; `None` where it never said which suite it is.
fn check(
    executable: &Executable,
    filter: Option<&str>,
    display: Display,
    findings: &mut Findings,
) -> Result<Option<Suite>, CommandError> {
    let mut suite: Option<Suite> = None;
    let conclusion = loop {
        let after = suite.as_ref().and_then(|suite| suite.cells.last()).map(|entry| entry.cell.to_string());
        let outcome = ask(executable, filter, after.as_deref(), &mut suite, display);
        let culprit = suite.as_mut().and_then(|suite| suite.begun.take());
        let (
            Err(error @ (AskError::Died(_) | AskError::Failed(_) | AskError::Io(_))),
            Some(cell),
            Some(dead),
        ) = (&outcome, culprit, &mut suite)
        else {
            break executable.conclude(outcome)?;
        };
        // What it was about to check is to blame; a new process goes on behind it.
        let message = format!("its process {error}");
        let entry = CheckEntry {
            cell,
            operations: 0,
            guarantees: String::new(),
            fault: Some(Fault::Panicked { message }),
        };
        dead.add(CheckLine::Cell(entry), display)?;
    };
    findings.add(suite.as_ref(), conclusion);
    if let Some(suite) = &mut suite {
        suite.complete = conclusion != Conclusion::Broken;
        suite.end(display)?;
    }
    Ok(suite)
}

/// Asks one process for the cells behind `after`.
fn ask(
    executable: &Executable,
    filter: Option<&str>,
    after: Option<&str>,
    suite: &mut Option<Suite>,
    display: Display,
) -> Result<u8, AskError> {
    let mut arguments = vec!["check"];
    arguments.extend(after.iter().flat_map(|after| ["--after", after]));
    arguments.extend(filter.iter().flat_map(|filter| ["--filter", filter]));
    let accepted = &[exit::OK, exit::NOTHING_SELECTED, exit::UNFIT, exit::WRONG_RESULT];
    let question = Question { arguments: &arguments, accepted, full_set: false, ..Question::default() };
    executable.ask(&question, |heard| {
        match (heard, &mut *suite) {
            (Heard::Greeting(_), Some(_)) | (Heard::Line(_), None) => {}
            (Heard::Greeting(greeting), suite) => {
                eprintln!("contend: checking {}", greeting.suite);
                let (engine, cells) = (Vec::new(), Vec::new());
                *suite = Some(Suite { greeting, complete: false, engine, begun: None, cells });
            }
            (Heard::Line(line), Some(suite)) => suite.add(decode("a line of a check", line)?, display)?,
        }
        Ok(())
    })
}

impl Suite {
    /// The engine's figures come before the cells, so the first cell means that they are all there.
    fn add(&mut self, line: CheckLine, display: Display) -> Result<(), CommandError> {
        match line {
            CheckLine::Engine(check) => self.engine.push(check),
            CheckLine::Begin { cell } => self.begun = Some(cell),
            CheckLine::Cell(cell) => {
                self.begun = None;
                if self.cells.is_empty() {
                    display.print(&self.engine_text(display))?;
                }
                display.print(&check::fault_lines(&cell))?;
                self.cells.push(cell);
            }
        }
        Ok(())
    }

    fn end(&self, display: Display) -> Result<(), CommandError> {
        if self.cells.is_empty() {
            return display.print(&self.engine_text(display));
        }
        let torn = if self.complete {
            ""
        } else {
            "  (the rest is missing: its executable did not come to its end)\n"
        };
        display.print(&format!("{}{torn}", check::summary(&self.greeting.suite, &self.cells)))
    }

    /// The whole table once, and again only where something is wrong.
    fn engine_text(&self, display: Display) -> String {
        let wrong = self.engine.iter().any(|check| !check.ok);
        let shown = !self.engine.is_empty() && (display.first || wrong);
        if shown { check::engine_table(&self.engine) + "\n" } else { String::new() }
    }
}

impl Display {
    fn print(self, text: &str) -> Result<(), CommandError> {
        if self.format == Format::Text { print(text) } else { Ok(()) }
    }
}

fn object(suite: &Suite) -> Value {
    json!({
        "suite": suite.greeting.suite,
        "contract": suite.greeting.contract,
        "complete": suite.complete,
        "engine": suite.engine,
        "cells": suite.cells,
    })
}
