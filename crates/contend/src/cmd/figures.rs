//! `contend figures`.

use super::select;
use crate::cli::{Format, FormatFlag, Selection};
use crate::compare::cells::SideCells;
use crate::compare::machine;
use crate::error::CommandError;
use crate::executables::{self, AskError, Executable, Heard, Question};
use crate::output::{print, print_json};
use crate::progress::{self, Progress};
use clap::ValueEnum;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::figures::{CellFigures, CellFootprint, Figures, Footprint};
use contend_protocol::sample::{Fault, Outcome};
use contend_protocol::version::{FormatVersion, MethodVersion};
use contend_protocol::{DecodeError, decode, exit, json};
use contend_record::FiguresWriter;
use contend_record::environment::now_unix_ms;
use contend_report::figures;

/// Measure what throughput hides: times of single operations, allocations, memory
///
/// Builds the bench executables a second time, with the driver's feature `passes`, and starts a process for each cell and
/// pass. Nothing of it is in the executables that `cargo bench` measures. Takes about 1 s a cell. Exits with 14 if a
/// contender gave a wrong result. Cells are kept as they come, so that Ctrl-C loses none. What is measured is defined in METHODOLOGY.md. With --format json:
///
/// {"schema": "contend-figures/1", "figures": the figures.json that is kept in results/figures}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// What to measure; all of it by default.
    #[arg(long, value_enum, value_delimiter = ',')]
    passes: Vec<Pass>,

    #[command(flatten)]
    format: FormatFlag,
}

/// What can be measured beside throughput.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Pass {
    /// Times of single operations in a closed loop and at a fixed rate, and what operations allocate.
    Operations,
    /// Memory at the stages of a contender's life, for the workloads that are about it.
    Memory,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let _alone = super::measure_alone(&store)?;
    let cells = chosen(arguments)?;
    let (_, first) = cells.iter().next().expect("some cells are chosen");
    let mut figures = Figures {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        created_unix_ms: now_unix_ms(),
        took_ms: 0,
        machine: machine(std::slice::from_ref(first))?,
        seed: seed(),
        cells: Vec::new(),
    };
    let kept = store.begin_figures(figures.created_unix_ms, &figures.machine)?;
    let ended = measure_all(arguments, &cells, &mut figures, &kept);
    match arguments.format.format {
        Format::Text => print(&figures::text(&figures))?,
        Format::Json => print_json(&json!({ "schema": "contend-figures/1", "figures": figures }))?,
    }
    eprintln!(
        "contend: {} of {} cells in {}",
        figures.cells.len(),
        cells.iter().len(),
        kept.directory().display()
    );
    ended?;
    Ok(code(&figures))
}

/// Each cell is kept as it comes: what follows may be interrupted, or fail.
fn measure_all(
    arguments: &Arguments,
    cells: &SideCells,
    figures: &mut Figures,
    kept: &FiguresWriter,
) -> Result<(), CommandError> {
    let mut progress = Progress::begin();
    for (number, (entry, executable)) in cells.iter().enumerate() {
        if progress::interrupted() {
            break;
        }
        progress.say(&format!("looking at cell {} of {}", number + 1, cells.iter().len()));
        figures.cells.push(measure(entry, executable, |pass| arguments.wants(pass))?);
        figures.took_ms = u64::try_from(progress.took().as_millis()).unwrap_or(u64::MAX);
        kept.keep(figures)?;
    }
    progress.clear();
    Ok(())
}

impl Arguments {
    fn wants(&self, pass: Pass) -> bool {
        self.passes.is_empty() || self.passes.contains(&pass)
    }
}

fn code(figures: &Figures) -> u8 {
    if figures.cells.iter().any(|cell| matches!(cell.outcome, Outcome::Faulty { .. })) {
        return exit::WRONG_RESULT;
    }
    if progress::interrupted() {
        return exit::INTERRUPTED;
    }
    let unfit = |cell: &CellFigures| matches!(cell.outcome, Outcome::NotMeasurable { .. });
    let all_unfit = !figures.cells.is_empty() && figures.cells.iter().all(unfit);
    if all_unfit { exit::UNFIT } else { exit::OK }
}

/// The seed that the executables take from the environment, or their own.
fn seed() -> u64 {
    std::env::var("CONTEND_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(42)
}

/// The cells that the filter fits, whatever their set; without a filter the curated ones.
fn chosen(arguments: &Arguments) -> Result<SideCells, CommandError> {
    let wanted = arguments.selection.filter.as_deref();
    let filter = select::filter(wanted)?;
    let executables = executables::find_passes(&arguments.selection.executables)?;
    let selected = |entry: &CellEntry| {
        select::fits(filter.as_ref(), entry) && (filter.is_some() || select::in_set(entry))
    };
    let cells = SideCells::ask(&executables, selected)?;
    if cells.is_empty() {
        return Err(select::nothing(wanted, &SideCells::ask(&executables, |_| true)?.ids()));
    }
    Ok(cells)
}

/// One cell, in a process for each pass: what one leaves behind, or dies of, is none of the other's.
fn measure(
    entry: &CellEntry,
    executable: &Executable,
    wants: impl Fn(Pass) -> bool,
) -> Result<CellFigures, CommandError> {
    let mut figures = nothing_of(entry);
    if wants(Pass::Operations) {
        match answer(entry, executable, "figures", |line| decode::<CellFigures>("figures", line))? {
            Ok(found) => figures = found,
            Err(died) => figures.outcome = died,
        }
    }
    // Memory needs no quiet machine, but a contender that does what it should.
    if wants(Pass::Memory) && !matches!(figures.outcome, Outcome::Faulty { .. }) {
        match answer(entry, executable, "footprint", |line| decode::<CellFootprint>("a footprint", line))? {
            Ok(found) => figures.memory = found.footprint,
            Err(died) => figures = CellFigures { outcome: died, ..nothing_of(entry) },
        }
    }
    Ok(figures)
}

fn nothing_of(entry: &CellEntry) -> CellFigures {
    CellFigures {
        cell: entry.cell.clone(),
        version: entry.version.clone(),
        definition: entry.definition.clone(),
        oversubscribed: entry.oversubscribed,
        outcome: Outcome::Measured,
        allocations: None,
        service: None,
        open_loop: None,
        memory: None::<Footprint>,
    }
}

/// What a process says of the one cell. The inner error is that it said nothing whole: its contender is to blame only where the
/// process died.
fn answer<T>(
    entry: &CellEntry,
    executable: &Executable,
    verb: &str,
    read: impl Fn(&str) -> Result<T, DecodeError>,
) -> Result<Result<T, Outcome>, CommandError> {
    let filter = format!("^{}$", entry.cell);
    let arguments = [verb, "--filter", filter.as_str()];
    let accepted = &[exit::OK, exit::WRONG_RESULT];
    let question = Question { arguments: &arguments, accepted, full_set: true, own_group: true };
    let mut found = None;
    let outcome = executable.ask(&question, |heard| {
        if let Heard::Line(line) = heard {
            found = Some(read(line)?);
        }
        Ok(())
    });
    let missing = match outcome {
        Ok(_) => match found {
            Some(found) => return Ok(Ok(found)),
            None => "its process said nothing of it".to_owned(),
        },
        Err(AskError::Foreign) => {
            return Err(CommandError::Usage(format!(
                "look at single operations with {}: it was built without the feature `passes`",
                executable.path.display()
            )));
        }
        Err(AskError::Ours(error)) => return Err(error),
        Err(error @ AskError::Died(_)) => {
            let message = format!("its process {error}");
            return Ok(Err(Outcome::Faulty { fault: Fault::Panicked { message } }));
        }
        Err(error) => format!("its process {error}"),
    };
    Ok(Err(Outcome::NotMeasurable { reason: missing }))
}
