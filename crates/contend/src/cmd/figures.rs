//! `contend figures`.

use super::select;
use crate::cli::{Format, FormatFlag, Selection, Variables};
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
use contend_protocol::{CellId, DecodeError, decode, exit, json};
use contend_record::environment::{now_unix_ms, source};
use contend_record::{FiguresWriter, Store};
use contend_report::figures;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    pub(super) selection: Selection,

    #[command(flatten)]
    pub(super) variables: Variables,

    /// What to measure; all of it by default.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(super) passes: Vec<Pass>,

    #[command(flatten)]
    pub(super) format: FormatFlag,
}

/// What can be measured beside throughput.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Pass {
    /// Times of single operations in a closed loop and at a fixed rate, and what operations allocate.
    #[value(alias = "latency", alias = "alloc")]
    Operations,
    /// Memory at the stages of a contender's life, for the workloads that are about it.
    Memory,
}

/// What bounds a look, beside the words of its user.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    /// A filter adds no cells outside the set.
    pub(super) in_set: bool,
    /// How long it may take.
    pub(super) budget: Option<Duration>,
}

/// What was found.
pub(super) struct Found {
    pub(super) figures: Figures,
    /// Where it is kept, once there is something.
    pub(super) directory: Option<PathBuf>,
    /// How many cells were to be looked at.
    pub(super) planned: usize,
    /// How it ended: what was found before a failure is there.
    pub(super) ended: Result<(), CommandError>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let _alone = super::measure_alone(&store)?;
    let found = look(arguments, &store, Bounds::default())?;
    match arguments.format.format {
        Format::Text => print(&figures::text(&found.figures))?,
        Format::Json => print_json(&json!({ "schema": "contend-figures/1", "figures": found.figures }))?,
    }
    let code = code(&found);
    found.ended?;
    Ok(code)
}

/// Measures, keeps what was found, and says where. Whoever calls holds the measuring lock.
pub(super) fn look(arguments: &Arguments, store: &Store, bounds: Bounds) -> Result<Found, CommandError> {
    let cells = chosen(arguments, bounds)?;
    let (_, first) = cells.iter().next().expect("some cells are chosen");
    let here = std::env::current_dir().map_err(anyhow::Error::from)?;
    let mut figures = Figures {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        created_unix_ms: now_unix_ms(),
        took_ms: 0,
        machine: machine(std::slice::from_ref(first))?,
        source: Some(source(&here)),
        seed: arguments.variables.seed(),
        cells: Vec::new(),
    };
    let mut kept = store.begin_figures();
    let ended = measure_all((arguments, bounds), &cells, &mut figures, &mut kept);
    let place = kept.directory().map(|folder| format!(" in {}", folder.display())).unwrap_or_default();
    eprintln!("contend: {} of {} cells{place}", figures.cells.len(), cells.iter().len());
    let directory = kept.directory().map(Path::to_owned);
    Ok(Found { figures, directory, planned: cells.iter().len(), ended })
}

/// Each cell is kept as it comes: what follows may be interrupted, or fail.
fn measure_all(
    (arguments, bounds): (&Arguments, Bounds),
    cells: &SideCells,
    figures: &mut Figures,
    kept: &mut FiguresWriter,
) -> Result<(), CommandError> {
    let mut progress = Progress::begin();
    for (number, (entry, executable)) in cells.iter().enumerate() {
        if progress::interrupted() || bounds.budget.is_some_and(|budget| progress.took() >= budget) {
            break;
        }
        progress.say(&format!("looking at cell {} of {}", number + 1, cells.iter().len()));
        figures.cells.push(measure(arguments, entry, executable)?);
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

pub(super) fn code(found: &Found) -> u8 {
    let cells = &found.figures.cells;
    if cells.iter().any(|cell| matches!(cell.outcome, Outcome::Faulty { .. })) {
        return exit::WRONG_RESULT;
    }
    // A Ctrl-C that leaves nothing open interrupts nothing.
    if cells.len() < found.planned {
        return exit::INTERRUPTED;
    }
    let unfit = |cell: &CellFigures| matches!(cell.outcome, Outcome::NotMeasurable { .. });
    let all_unfit = !cells.is_empty() && cells.iter().all(unfit);
    if all_unfit { exit::UNFIT } else { exit::OK }
}

/// The cells that the filter fits, whatever their set unless that is bound; without a filter those of the set.
fn chosen(arguments: &Arguments, bounds: Bounds) -> Result<SideCells, CommandError> {
    let Selection { filter: wanted, executables, features } = &arguments.selection;
    let wanted = wanted.as_deref();
    let filter = select::filter(wanted)?;
    let executables = executables::find_passes(executables, features)?;
    let selected = |entry: &CellEntry| {
        let by_name = filter.is_some() && !bounds.in_set;
        select::fits(filter.as_ref(), entry) && (by_name || entry.curated || arguments.variables.full_set())
    };
    let environment = environment(arguments);
    let cells = SideCells::ask_in(&executables, &environment, selected)?;
    if cells.is_empty() {
        return Err(select::nothing_here(wanted, &executables, &environment)?);
    }
    Ok(cells)
}

/// Which set is meant is decided here: a single cell is asked for by its name.
fn environment(arguments: &Arguments) -> Vec<(&'static str, String)> {
    let mut environment = arguments.variables.environment();
    environment.retain(|(name, _)| *name != "CONTEND_SET");
    environment
}

/// One cell, in a process for each pass: what one leaves behind, or dies of, is none of the other's.
fn measure(
    arguments: &Arguments,
    entry: &CellEntry,
    executable: &Executable,
) -> Result<CellFigures, CommandError> {
    let asked = Asked { entry, executable, environment: environment(arguments) };
    let mut figures = nothing_of(entry);
    if arguments.wants(Pass::Operations) {
        let read = |line: &str| decode::<CellFigures>("figures", line);
        match asked.answer("figures", read, |found| &found.cell)? {
            Ok(found) => figures = found,
            Err(died) => figures.outcome = died,
        }
    }
    // Memory needs no quiet machine, but a contender that does what it should.
    if arguments.wants(Pass::Memory) && !matches!(figures.outcome, Outcome::Faulty { .. }) {
        let read = |line: &str| decode::<CellFootprint>("a footprint", line);
        match asked.answer("footprint", read, |found| &found.cell)? {
            Ok(found) => figures.memory = found.footprint,
            Err(died) if figures.outcome == Outcome::Measured || matches!(died, Outcome::Faulty { .. }) => {
                figures = CellFigures { outcome: died, ..nothing_of(entry) };
            }
            // Why nothing is known was said before.
            Err(_) => {}
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

/// A cell, and whom to ask about it.
struct Asked<'a> {
    entry: &'a CellEntry,
    executable: &'a Executable,
    environment: Vec<(&'static str, String)>,
}

impl Asked<'_> {
    /// What a process says of the one cell. The inner error is that it said nothing whole: its contender is to blame only where
    /// the process died.
    fn answer<T>(
        &self,
        verb: &str,
        read: impl Fn(&str) -> Result<T, DecodeError>,
        cell: impl Fn(&T) -> &CellId,
    ) -> Result<Result<T, Outcome>, CommandError> {
        let filter = format!("^{}$", self.entry.cell);
        let question = Question {
            arguments: &[verb, "--filter", filter.as_str()],
            accepted: &[exit::OK, exit::WRONG_RESULT],
            full_set: true,
            own_group: true,
            environment: &self.environment,
            ..Question::default()
        };
        let mut found = None;
        let outcome = self.executable.ask(&question, |heard| {
            if let Heard::Line(line) = heard {
                found = Some(read(line)?).filter(|found| *cell(found) == self.entry.cell);
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
                    self.executable.path.display()
                )));
            }
            Err(AskError::Failed(code @ exit::USAGE)) => {
                let name = self.executable.name.clone();
                return Err(CommandError::Executable { name, code });
            }
            Err(AskError::Ours(error)) => return Err(error),
            Err(error @ (AskError::Died(_) | AskError::Failed(_))) => {
                let message = format!("its process {error}");
                return Ok(Err(Outcome::Faulty { fault: Fault::Panicked { message } }));
            }
            Err(error) => format!("its process {error}"),
        };
        Ok(Err(Outcome::NotMeasurable { reason: missing }))
    }
}
