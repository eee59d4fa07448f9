//! criterion at the front, as its users know it; our engine below it, our record beside it.

use crate::arguments::{Arguments, Filter, Mode};
use crate::baselines::CriterionHome;
use crate::cell_run::{CellRun, Rigour};
use crate::error::DriverError;
use crate::guardian::Ward;
use crate::plan::{CellPlan, MEASUREMENT, Progress, SLICES, WARM_UP, selected};
use crate::recorder::Recorder;
use crate::settings::{Set, Settings};
use crate::successor::{Inherited, Tally, go_on_behind};
use contend_harness::{Cell, Suite};
use contend_protocol::sample::{Fault, Outcome};
use contend_protocol::{CellId, exit};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, PlottingBackend, SamplingMode};
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// Resamples of criterion's bootstrap.
///
/// Chosen here because criterion does not judge: 50 of them lie beyond each end of its 95 % intervals, and its plots smooth
/// all of them, which with 10,000 took longer (0.3 s a cell) than measuring.
const RESAMPLES: usize = 2_000;

/// Runs the cells that are meant, under criterion. Returns the exit code.
pub(crate) fn run(suite: &Suite, settings: &Settings, arguments: &Arguments) -> Result<u8, DriverError> {
    // Before all else, so that words which criterion does not know end the process as criterion does.
    let criterion = configured();
    let mut inherited = Inherited::from_environment();
    let mut cells = selected(suite, settings, arguments);
    if let Some(baseline) = &arguments.load {
        // Where one of them has none, criterion panics, and the others would have no report either.
        cells.retain(|cell| CriterionHome::has(cell.id(), baseline));
    }
    let behind =
        |after: &CellId| cells.iter().position(|cell| cell.id() == after).map_or(0, |position| position + 1);
    let done = inherited.after.as_ref().map_or(0, behind);
    let dead = cells.drain(..done).next_back().zip(inherited.death.take());
    if cells.is_empty() && inherited.after.is_none() {
        say_nothing_selected(suite, settings, &arguments.filter);
    }
    if cells.is_empty() && dead.is_none() {
        return Ok(exit::OK);
    }
    #[cfg(feature = "passes")]
    if arguments.mode == Mode::Measure {
        return Err(DriverError::OnlyPasses);
    }
    match arguments.mode {
        Mode::Measure => {
            measure(suite, settings, arguments, &Planned { cells, dead, tally: inherited.tally }, criterion)
        }
        _ => run_unsaved(settings, arguments, &cells, criterion, inherited.tally),
    }
}

fn configured() -> Criterion {
    Criterion::default()
        .plotting_backend(PlottingBackend::Plotters)
        .warm_up_time(WARM_UP)
        .measurement_time(MEASUREMENT)
        .sample_size(SLICES)
        .nresamples(RESAMPLES)
        .configure_from_args()
}

fn say_nothing_selected(suite: &Suite, settings: &Settings, filter: &Filter) {
    // criterion's `--ignored` means nothing on purpose.
    if matches!(filter, Filter::None) {
        return;
    }
    let hint = match settings.set {
        Set::Curated => "; CONTEND_SET=full adds the rest",
        Set::Full => "",
    };
    let (suite, set) = (suite.id(), settings.set.name());
    eprintln!(
        "contend: nothing in the {set} set of {suite} matches {filter}: `cargo contend list` prints the ids{hint}"
    );
}

/// What a launch sets out to measure.
struct Planned {
    cells: Vec<Cell>,
    /// The cell that took down the process before this one, and how.
    dead: Option<(Cell, String)>,
    /// How the cells before ended.
    tally: Tally,
}

/// One launch while it measures.
struct Launch<'a> {
    settings: &'a Settings,
    arguments: &'a Arguments,
    recorder: Recorder,
    home: CriterionHome,
    progress: Progress,
    tally: Tally,
    ward: Ward,
}

fn measure(
    suite: &Suite,
    settings: &Settings,
    arguments: &Arguments,
    planned: &Planned,
    criterion: Criterion,
) -> Result<u8, DriverError> {
    let Planned { cells, dead, tally } = planned;
    if cfg!(debug_assertions) {
        eprintln!(
            "contend: warning: built with debug assertions, so the numbers mean nothing; use `cargo bench`"
        );
    }
    CriterionHome::require(&arguments.baseline, cells.iter().map(Cell::id))?;
    let recorder = Recorder::begin(suite, settings, cells, false)?;
    let home = CriterionHome::new(recorder.directory());
    let plans: Vec<CellPlan> = cells.iter().map(|cell| CellPlan::of(cell, settings, arguments)).collect();
    say_when_interrupted(recorder.directory().to_owned());
    let mut criterion = criterion.output_directory(home.run());
    let progress = Progress::new(&plans);
    let ward = Ward::of_process();
    let mut launch = Launch { settings, arguments, recorder, home, progress, tally: *tally, ward };
    if let Some((cell, death)) = dead {
        launch.bury(cell, death)?;
    }
    eprintln!("contend: {}, cells to measure: {}, {} set", suite.id(), cells.len(), settings.set.name());
    for workload in by_workload(cells) {
        let mut group = criterion.benchmark_group(workload[0].id().group());
        group.sampling_mode(SamplingMode::Flat);
        for cell in workload {
            let hung = launch.cell(&mut group, cell)?;
            if hung && cells.last().is_some_and(|last| last.id() != cell.id()) {
                launch.recorder.finish()?;
                return Ok(go_on_behind(cell.id(), launch.tally));
            }
        }
        group.finish();
    }
    criterion.final_summary();
    launch.finish()
}

impl Launch<'_> {
    /// Notes what the process before this one could not.
    fn bury(&mut self, cell: &Cell, death: &str) -> Result<(), DriverError> {
        let plan = CellPlan::of(cell, self.settings, self.arguments);
        let mut run = CellRun::new(cell, self.settings, plan, Rigour::Measure);
        run.bury(death.to_owned());
        self.keep(&run)
    }

    fn keep(&mut self, run: &CellRun<'_>) -> Result<(), DriverError> {
        let record = run.record(self.recorder.launch());
        self.recorder.append(&record)?;
        self.tally.add(&record.outcome);
        say_outcome(&record.cell.to_string(), &record.outcome);
        Ok(())
    }

    /// Measures one cell. Returns whether it hung, so that nothing can be measured beside its threads.
    fn cell(&mut self, group: &mut BenchmarkGroup<'_, WallTime>, cell: &Cell) -> Result<bool, DriverError> {
        let plan = CellPlan::of(cell, self.settings, self.arguments);
        self.say_progress();
        self.ward.begins(cell.id(), self.tally);
        self.home.bring(cell.id(), &self.arguments.baseline)?;
        let rigour = if self.arguments.quick { Rigour::Quick } else { Rigour::Measure };
        let mut run = CellRun::new(cell, self.settings, plan, rigour);
        run.prepare();
        if !bench(group, cell, plan, &mut run) {
            eprintln!(
                "contend: warning: criterion failed on {}, as it says above; the run keeps the number",
                cell.id()
            );
        }
        if let (Some(error), 0) = (run.pin_error(), self.tally.total()) {
            eprintln!(
                "contend: warning: workers cannot be held on their cores, so numbers spread more: {error}"
            );
        }
        self.keep(&run)?;
        self.home.keep(cell.id(), &self.arguments.baseline)?;
        Ok(matches!(run.fault(), Some(Fault::Hung { .. })))
    }

    fn say_progress(&mut self) {
        let position = self.progress.next();
        if std::io::stderr().is_terminal() {
            eprintln!("contend: {position}");
        }
    }

    fn finish(self) -> Result<u8, DriverError> {
        let Tally { measured, not_measurable, faulty } = self.tally;
        let (directory, index) = (self.recorder.directory().to_owned(), self.home.index());
        self.recorder.finish()?;
        let run = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        eprintln!("contend: cells: {measured} measured, {not_measurable} not measurable, {faulty} faulty");
        eprintln!("  saved    {}", directory.display());
        eprintln!("  look     cargo contend show {run}");
        eprintln!("           cargo contend report {run} --open");
        if index.is_file() {
            eprintln!("           {} (criterion's report)", index.display());
        }
        eprintln!(
            "  compare  cargo bench -- --save-baseline NAME, change something, cargo bench -- --baseline NAME"
        );
        if faulty > 0 {
            // Exit code 0, so that cargo goes on to the other suites; `cargo contend show` exits with 14.
            eprintln!(
                "contend: warning: faulty contenders have no number: `cargo contend check` tells why, and exits with 14"
            );
        }
        Ok(exit::OK)
    }
}

/// `--test`, `--list`, `--profile-time`, `--load-baseline`: nothing is saved, a fault makes the exit code.
fn run_unsaved(
    settings: &Settings,
    arguments: &Arguments,
    cells: &[Cell],
    mut criterion: Criterion,
    mut tally: Tally,
) -> Result<u8, DriverError> {
    for workload in by_workload(cells) {
        let mut group = criterion.benchmark_group(workload[0].id().group());
        group.sampling_mode(SamplingMode::Flat);
        for cell in workload {
            let plan = CellPlan::of(cell, settings, arguments);
            let mut run = CellRun::new(cell, settings, plan, Rigour::Run);
            if !bench(&mut group, cell, plan, &mut run) {
                return Ok(exit::INTERNAL);
            }
            let Some(fault) = run.fault() else { continue };
            let outcome = Outcome::Faulty { fault: fault.clone() };
            tally.add(&outcome);
            say_outcome(&cell.id().to_string(), &outcome);
            let more = cells.last().is_some_and(|last| last.id() != cell.id());
            if more && matches!(fault, Fault::Hung { .. }) {
                return Ok(go_on_behind(cell.id(), tally));
            }
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(if tally.faulty > 0 { exit::WRONG_RESULT } else { exit::OK })
}

/// Hands one cell to criterion. Returns whether criterion came through: its analysis panics where all samples are equal,
/// among others, and the other cells must not be lost for that.
fn bench(
    group: &mut BenchmarkGroup<'_, WallTime>,
    cell: &Cell,
    plan: CellPlan,
    run: &mut CellRun<'_>,
) -> bool {
    group.sample_size(plan.slices.max(10)).measurement_time(plan.measurement);
    let id = BenchmarkId::new(cell.id().contender(), cell.id().threads());
    let called = AssertUnwindSafe(|| {
        group.bench_function(id, |bencher| bencher.iter_custom(|iterations| run.call(iterations)));
    });
    catch_unwind(called).is_ok()
}

/// Neighbouring cells of one workload: criterion's groups.
fn by_workload(cells: &[Cell]) -> impl Iterator<Item = &[Cell]> {
    cells.chunk_by(|first, second| first.id().workload() == second.id().workload())
}

fn say_outcome(cell: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Measured => {}
        Outcome::NotMeasurable { reason } => {
            eprintln!("contend: {cell} is not measurable, so it has no number: {reason}");
            eprintln!(
                "  close what else runs on this machine, then measure it again: cargo bench -- --exact {cell}"
            );
        }
        Outcome::Faulty { fault } => {
            let what = match fault {
                Fault::WrongResult { message } => format!("gave a wrong result: {message}"),
                Fault::Panicked { message } => format!("panicked: {message}"),
                Fault::Hung { bound_s } => {
                    format!("did not come back within {bound_s} s (CONTEND_HANG_SECONDS sets the bound)")
                }
            };
            eprintln!("contend: {cell} has no number, because it {what}");
        }
    }
}

/// Ctrl-C and kind requests to end: the finished cells are on the disk, and the user is told where.
fn say_when_interrupted(directory: PathBuf) {
    let handler = move || {
        eprintln!("\ncontend: interrupted; the finished cells are kept in {}", directory.display());
        std::process::exit(i32::from(exit::INTERRUPTED));
    };
    // A second handler in one process, or none at all, loses the sentence and nothing else.
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("contend: warning: an interruption will say nothing: {error}");
    }
}
