//! What to be wary of, each with what it means for the numbers.

use crate::warning::{Warning, about_machine, about_method};
use contend_protocol::manifest::{Launch, Machine};
use contend_protocol::sample::{CellRecord, Outcome};
use contend_record::{Notice, Run};
use contend_stats::figures::share;
use std::collections::HashSet;

/// Load above which a run was not alone when it began, in thousandths.
///
/// Chosen here because half a processor is far above an idle machine; a build just before counts too, and is named.
/// Later launches find the load of the earlier ones, which says nothing.
const BUSY_LOAD_PERMILLE: u32 = 500;

/// Share of the processors' time that a hypervisor may take unmentioned.
///
/// Chosen here because the run-queue limit of a valid slice is 1 %, and this is a tenth of it.
const STEAL_SHARE: f64 = 0.001;

/// What a hypervisor may take unmentioned, however short the launch was.
///
/// Chosen here because less would be written as 0.0 s.
const LEAST_STEAL_MS: f64 = 50.0;

/// Launches that have a warning each.
///
/// Chosen here because one invocation of the four suites is four, and a screen full of the same sentence is not read.
const FEW: usize = 4;

/// Source: `USER_HZ` is 100 wherever `steal_ticks` is read; `man 5 proc`.
const TICK_MS: f64 = 10.0;

pub(crate) fn warnings(run: &Run) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = run.notices.iter().map(about_reading).collect();
    if run.manifest.is_imported() {
        let text = "imported from criterion, whose files do not say where, how, with how many threads and in which unit it \
                    measured: indicative only, and in ns only unless a bench had a measurement of its own";
        warnings.push(Warning::new("imported", text));
        return warnings;
    }
    warnings.extend(about_source(run));
    warnings.extend(about_machine(&run.manifest.machine));
    let load = run.manifest.launches.first().and_then(|launch| launch.load_permille);
    warnings.extend(load.filter(|load| *load > BUSY_LOAD_PERMILLE).map(|load| {
        let load = f64::from(load) / 1000.0;
        let text = format!("the load was {load:.2} when the run began; building just before counts too");
        Warning::new("busy-start", text)
    }));
    warnings.extend(about_unfinished(&run.manifest.launches));
    warnings.extend(about_steal(&run.manifest.launches, &run.manifest.machine));
    warnings.extend(about_cells(run));
    let faulty = distinct(run, |record| matches!(record.outcome, Outcome::Faulty { .. }));
    if faulty > 0 {
        let text = format!("{} gave a wrong result, panicked or hung: {}", cells(faulty), see(faulty));
        warnings.push(Warning::fault("faulty", text));
    }
    warnings
}

fn about_reading(notice: &Notice) -> Warning {
    let code = match notice {
        Notice::TornLastLine { .. } => "torn-line",
        Notice::UnreadableLine { .. } => "unreadable-line",
        Notice::UnreadableFile { .. } => "unreadable-file",
        Notice::DamagedPack { .. } => "damaged-pack",
        Notice::Missing { .. } => "missing-file",
        Notice::NewerFormat { .. } => "newer-format",
        _ => "notice",
    };
    Warning::new(code, notice.to_string())
}

fn about_source(run: &Run) -> Vec<Warning> {
    let manifest = &run.manifest;
    let mut warnings = Vec::new();
    if manifest.source.dirty == Some(true) {
        let text = "the tree had changes: these numbers belong to no commit";
        warnings.push(Warning::new("changed-tree", text));
    }
    if manifest.build.debug_assertions {
        let text = "built with debug assertions: no number here means anything";
        warnings.push(Warning::new("debug-assertions", text));
    }
    warnings.extend(about_method(manifest.method));
    warnings
}

/// One warning for each launch, or one for all where they are many.
fn about_unfinished(launches: &[Launch]) -> Vec<Warning> {
    let open: Vec<&Launch> = launches.iter().filter(|launch| launch.finished_unix_ms.is_none()).collect();
    let texts = match open.len() {
        0..=FEW => open
            .iter()
            .map(|launch| format!("{} has not finished: it was interrupted, or still runs", name(launch)))
            .collect(),
        many => vec![format!("{many} of {} launches have not finished", launches.len())],
    };
    texts.into_iter().map(|text| Warning::new("unfinished", text)).collect()
}

/// One warning for each launch, or one for all where they are many.
fn about_steal(launches: &[Launch], machine: &Machine) -> Vec<Warning> {
    let taken = |launch| steal(launch, machine).map(|(taken_s, percent)| (launch, taken_s, percent));
    let stolen: Vec<(&Launch, f64, f64)> = launches.iter().filter_map(taken).collect();
    let said = |(launch, taken_s, percent): &(&Launch, f64, f64)| {
        format!("the hypervisor took {taken_s:.1} s ({percent:.1} %) while {} ran", name(launch))
    };
    let most = stolen.iter().max_by(|(.., one), (.., other)| one.total_cmp(other));
    let texts = match most {
        Some(most) if stolen.len() > FEW => {
            vec![format!("{}, and more than 0.1 % while {} others did", said(most), stolen.len() - 1)]
        }
        _ => stolen.iter().map(said).collect(),
    };
    texts.into_iter().map(|text| Warning::new("steal", text)).collect()
}

fn name(launch: &Launch) -> String {
    format!("launch {} ({})", launch.launch, launch.suite)
}

/// Seconds that were stolen and their share in percent, where that is worth a word.
fn steal(launch: &Launch, machine: &Machine) -> Option<(f64, f64)> {
    let taken_ms = launch.steal_ticks? as f64 * TICK_MS;
    let lasted_ms = launch.finished_unix_ms?.saturating_sub(launch.started_unix_ms) as f64;
    let share = share(taken_ms, lasted_ms * f64::from(machine.logical_cpus))?;
    (share > STEAL_SHARE && taken_ms >= LEAST_STEAL_MS).then_some((taken_ms / 1000.0, share * 100.0))
}

fn about_cells(run: &Run) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let unmeasured = distinct(run, |record| matches!(record.outcome, Outcome::NotMeasurable { .. }));
    if unmeasured > 0 {
        let text =
            format!("{} could not be measured{}: {}", cells(unmeasured), sometimes(run), see(unmeasured));
        warnings.push(Warning::new("not-measurable", text));
    }
    let oversubscribed = distinct(run, |record| record.oversubscribed);
    if oversubscribed > 0 {
        let about = "had more threads than processors: those numbers are about the scheduler too";
        warnings.push(Warning::new("oversubscribed", format!("{} {about}", cells(oversubscribed))));
    }
    let unpinned = distinct(run, |record| !record.pinned && !record.oversubscribed);
    if unpinned > 0 && run.manifest.machine.pinning {
        let text = format!("in {} the threads were not held on their cores", cells(unpinned));
        warnings.push(Warning::new("not-pinned", text));
    }
    warnings
}

/// Cells of which some record is such; each launch has one of each.
fn distinct(run: &Run, wanted: impl Fn(&CellRecord) -> bool) -> usize {
    let cells = run.records.iter().filter(|record| wanted(record)).map(|record| &record.cell);
    cells.collect::<HashSet<_>>().len()
}

/// What is to be added where cells have several launches, and may have been measured in others.
fn sometimes(run: &Run) -> &'static str {
    let several = run.manifest.launches.iter().filter_map(Launch::wanted).any(|wanted| wanted > 1);
    if several { " in some launch" } else { "" }
}

fn cells(count: usize) -> String {
    if count == 1 { "one cell".to_owned() } else { format!("{count} cells") }
}

fn see(count: usize) -> &'static str {
    if count == 1 { "see its row" } else { "see their rows" }
}
