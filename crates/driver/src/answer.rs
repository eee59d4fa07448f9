//! Answers to `contend`: the cells of this executable, and whether they keep their contracts. One message a line.

use crate::arguments::{Filter, Question, Verb};
use crate::engine_check;
use crate::error::DriverError;
use crate::plan::chosen;
use crate::recorder::{base_folder, build, machine};
use crate::settings::Settings;
#[cfg(feature = "passes")]
use crate::{figures, footprint};
#[cfg(not(feature = "passes"))]
use crate::{launch::launch, serve::serve};
use contend_harness::{Cell, Cores, Suite, check};
use contend_protocol::catalogue::{CellEntry, CheckEntry, CheckLine, Greeting};
use contend_protocol::sample::Fault;
use contend_protocol::version::ProtocolVersion;
use contend_protocol::{encode_line, exit};
use std::io::{self, Write};

/// Answers `question` on stdout. Returns the exit code.
pub(crate) fn answer(suite: &Suite, question: &Question) -> Result<u8, DriverError> {
    // Before anything that can be wrong: whoever asks knows by it that one of contend's suites refuses, and no stranger.
    if greet(suite).is_err() {
        // Whoever asked has stopped listening, which is their decision.
        return Ok(exit::OK);
    }
    let settings = &Settings::from_environment(&Cores::detect())?;
    let filter = question.filter.as_deref().map_or(Ok(Filter::All), Filter::pattern)?;
    let written = match question.verb {
        #[cfg(feature = "passes")]
        Verb::Launch => return Err(DriverError::OnlyPasses),
        #[cfg(not(feature = "passes"))]
        Verb::Launch => return launch(suite, settings, question.unsaved, say),
        Verb::List => list(suite, settings, &filter),
        Verb::Check => check_cells(suite, settings, &filter, question.after.as_ref()),
        Verb::Machine => tell(&encode_line(&machine(&settings.cores))),
        Verb::Build => tell(&encode_line(&build(&base_folder()))),
        #[cfg(feature = "passes")]
        Verb::Figures => figures::answer(suite, settings, &filter, say),
        #[cfg(feature = "passes")]
        Verb::Footprint => footprint::answer(suite, settings, &filter, say),
        #[cfg(not(feature = "passes"))]
        Verb::Figures | Verb::Footprint => return Err(DriverError::NoPasses),
        #[cfg(feature = "passes")]
        Verb::Serve => return Err(DriverError::OnlyPasses),
        #[cfg(not(feature = "passes"))]
        Verb::Serve => serve(suite, settings, io::stdin().lock(), say),
    };
    // As where the greeting cannot be said.
    Ok(written.unwrap_or(exit::OK))
}

fn list(suite: &Suite, settings: &Settings, filter: &Filter) -> io::Result<u8> {
    let mut cells = suite.cells(&settings.threads);
    cells.retain(|cell| filter.matches(&cell.id().to_string()));
    entries(&cells, settings).iter().try_for_each(|entry| say(&encode_line(entry)))?;
    Ok(exit::OK)
}

/// What is said of cells, the analysis of each workload once.
pub(crate) fn entries(cells: &[Cell], settings: &Settings) -> Vec<CellEntry> {
    let mut entries: Vec<CellEntry> = cells.iter().map(|cell| entry_of(cell, settings)).collect();
    for index in (1..entries.len()).rev() {
        if entries[index].cell.group() == entries[index - 1].cell.group() {
            entries[index].analysis.clear();
        }
    }
    entries
}

/// Checks the cells behind `after`, where a process before this one died.
fn check_cells(
    suite: &Suite,
    settings: &Settings,
    filter: &Filter,
    after: Option<&String>,
) -> io::Result<u8> {
    if after.is_none() {
        for figure in engine_check::run(settings) {
            say(&encode_line(&CheckLine::Engine(figure)))?;
        }
    }
    let mut faults = false;
    let cells = chosen(suite, settings, filter);
    let behind = |after: &String| cells.iter().position(|cell| cell.id().to_string() == *after);
    let first = after.and_then(behind).map_or(0, |position| position + 1);
    for cell in &cells[first..] {
        say(&encode_line(&CheckLine::Begin { cell: cell.id().clone() }))?;
        let checked = check(cell, settings.seed, &settings.cores, settings.hang_bound);
        faults |= checked.fault.is_some();
        let entry = CheckEntry {
            cell: cell.id().clone(),
            operations: checked.operations,
            guarantees: cell.guarantees().to_owned(),
            fault: checked.fault.clone(),
        };
        say(&encode_line(&CheckLine::Cell(entry)))?;
        if let Some(Fault::Hung { .. }) = checked.fault {
            // Its threads still run, so what else is checked here is checked beside them: correct all the same.
            eprintln!("contend: {} hangs; its threads stay until this process ends", cell.id());
        }
    }
    Ok(if faults { exit::WRONG_RESULT } else { exit::OK })
}

fn tell(line: &str) -> io::Result<u8> {
    say(line)?;
    Ok(exit::OK)
}

fn greet(suite: &Suite) -> io::Result<()> {
    let (suite, contract) = (suite.id().to_owned(), suite.contract().to_owned());
    say(&encode_line(&Greeting { protocol: ProtocolVersion::CURRENT, suite, contract }))
}

/// What is said of a cell, to whoever asks and in the run that measures it.
fn entry_of(cell: &Cell, settings: &Settings) -> CellEntry {
    CellEntry {
        cell: cell.id().clone(),
        curated: cell.curated(),
        oversubscribed: settings.cores.oversubscribed_by(cell.id().threads()),
        blocks: cell.blocks(),
        placed: cell.placed(),
        definition: cell.definition_hash(),
        unavailable: cell.unavailable().map(str::to_owned),
        version: cell.version().to_owned(),
        capabilities: cell.capabilities().iter().map(|word| (*word).to_owned()).collect(),
        note: cell.note().to_owned(),
        question: cell.question().to_owned(),
        analysis: cell.analysis().to_owned(),
        parameters: cell
            .parameters()
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
