//! What to be wary of, each with what it means for the numbers.

use crate::warning::{Warning, about_machine, about_method};
use contend_protocol::manifest::{Launch, Machine};
use contend_record::{Notice, Run};
use contend_stats::figures::share;

/// Load above which a run was not alone when it began, in thousandths.
///
/// Chosen here because half a processor is far above an idle machine; a build just before counts too, and is named.
/// Later launches find the load of the earlier ones, which says nothing.
const BUSY_LOAD_PERMILLE: u32 = 500;

/// Share of the processors' time that a hypervisor may take unmentioned.
///
/// Chosen here because the run-queue limit of a valid slice is 1 %, and this is a tenth of it.
const STEAL_SHARE: f64 = 0.001;

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
    for launch in &run.manifest.launches {
        warnings.extend(about_launch(launch, &run.manifest.machine));
    }
    warnings.extend(about_cells(run));
    let faulty = run.counts().faulty;
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

fn about_launch(launch: &Launch, machine: &Machine) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let name = format!("launch {} ({})", launch.launch, launch.suite);
    if launch.finished_unix_ms.is_none() {
        let text = format!("{name} has not finished: it was interrupted, or still runs");
        warnings.push(Warning::new("unfinished", text));
    }
    if let Some((taken_s, percent)) = steal(launch, machine) {
        let text = format!("the hypervisor took {taken_s:.1} s ({percent:.1} %) while {name} ran");
        warnings.push(Warning::new("steal", text));
    }
    warnings
}

/// Seconds that were stolen and their share in percent, where that is worth a word.
fn steal(launch: &Launch, machine: &Machine) -> Option<(f64, f64)> {
    let taken_ms = launch.steal_ticks? as f64 * TICK_MS;
    let lasted_ms = launch.finished_unix_ms?.saturating_sub(launch.started_unix_ms) as f64;
    let share = share(taken_ms, lasted_ms * f64::from(machine.logical_cpus))?;
    (share > STEAL_SHARE).then_some((taken_ms / 1000.0, share * 100.0))
}

fn about_cells(run: &Run) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let unmeasured = run.counts().not_measurable;
    if unmeasured > 0 {
        let text = format!("{} could not be measured: {}", cells(unmeasured), see(unmeasured));
        warnings.push(Warning::new("not-measurable", text));
    }
    let oversubscribed = run.records.iter().filter(|record| record.oversubscribed).count();
    if oversubscribed > 0 {
        let about = "had more threads than processors: those numbers are about the scheduler too";
        warnings.push(Warning::new("oversubscribed", format!("{} {about}", cells(oversubscribed))));
    }
    let unpinned = run.records.iter().filter(|record| !record.pinned && !record.oversubscribed).count();
    if unpinned > 0 && run.manifest.machine.pinning {
        let text = format!("in {} the threads were not held on their cores", cells(unpinned));
        warnings.push(Warning::new("not-pinned", text));
    }
    warnings
}

fn cells(count: usize) -> String {
    if count == 1 { "one cell".to_owned() } else { format!("{count} cells") }
}

fn see(count: usize) -> &'static str {
    if count == 1 { "see its row" } else { "see their rows" }
}
