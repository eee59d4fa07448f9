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

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let (figures, ended) = look(arguments)?;
    match arguments.format.format {
        Format::Text => print(&figures::text(&figures))?,
        Format::Json => print_json(&json!({ "schema": "contend-figures/1", "figures": figures }))?,
    }
    ended?;
    Ok(code(&figures))
}

/// Measures, keeps what was found, and says where. The inner result is how it ended: what was found before a failure is there.
pub(super) fn look(arguments: &Arguments) -> Result<(Figures, Result<(), CommandError>), CommandError> {
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
        seed: arguments.variables.seed(),
        cells: Vec::new(),
    };
    let kept = store.begin_figures(figures.created_unix_ms, &figures.machine)?;
    let ended = measure_all(arguments, &cells, &mut figures, &kept);
    eprintln!(
        "contend: {} of {} cells in {}",
        figures.cells.len(),
        cells.iter().len(),
        kept.directory().display()
    );
    Ok((figures, ended))
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

pub(super) fn code(figures: &Figures) -> u8 {
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

/// The cells that the filter fits, whatever their set; without a filter the curated ones.
fn chosen(arguments: &Arguments) -> Result<SideCells, CommandError> {
    let wanted = arguments.selection.filter.as_deref();
    let filter = select::filter(wanted)?;
    let executables = executables::find_passes(&arguments.selection.executables)?;
    let selected = |entry: &CellEntry| {
        let in_set = || filter.is_some() || entry.curated || arguments.variables.full_set();
        select::fits(filter.as_ref(), entry) && in_set()
    };
    let cells = SideCells::ask_in(&executables, &environment(arguments), selected)?;
    if cells.is_empty() {
        return Err(select::nothing(wanted, &SideCells::ask(&executables, |_| true)?.ids()));
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
            Err(AskError::Ours(error)) => return Err(error),
            Err(error @ AskError::Died(_)) => {
                let message = format!("its process {error}");
                return Ok(Err(Outcome::Faulty { fault: Fault::Panicked { message } }));
            }
            Err(error) => format!("its process {error}"),
        };
        Ok(Err(Outcome::NotMeasurable { reason: missing }))
    }
}
