//! What to be wary of, each with what it means for the numbers.

use super::Tone;
use contend_protocol::manifest::{Launch, Machine};
use contend_protocol::version::MethodVersion;
use contend_record::Run;
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

pub(super) struct Warning {
    pub(super) tone: Tone,
    pub(super) text: String,
}

pub(super) fn warnings(run: &Run) -> Vec<Warning> {
    let mut texts: Vec<String> = run.notices.iter().map(ToString::to_string).collect();
    texts.extend(about_source(run));
    texts.extend(about_machine(&run.manifest.machine));
    let load = run.manifest.launches.first().and_then(|launch| launch.load_permille);
    texts.extend(load.filter(|load| *load > BUSY_LOAD_PERMILLE).map(|load| {
        let load = f64::from(load) / 1000.0;
        format!("the load was {load:.2} when the run began; building just before counts too")
    }));
    for launch in &run.manifest.launches {
        texts.extend(about_launch(launch, &run.manifest.machine));
    }
    texts.extend(about_cells(run));
    let mut warnings: Vec<Warning> =
        texts.into_iter().map(|text| Warning { tone: Tone::Warning, text }).collect();
    let faulty = run.counts().faulty;
    if faulty > 0 {
        let text = format!("{} gave a wrong result, panicked or hung: {}", cells(faulty), see(faulty));
        warnings.push(Warning { tone: Tone::Fault, text });
    }
    warnings
}

fn about_source(run: &Run) -> Vec<String> {
    let manifest = &run.manifest;
    let mut texts = Vec::new();
    if manifest.source.dirty == Some(true) {
        texts.push("the tree had changes: these numbers belong to no commit".to_owned());
    }
    if manifest.build.debug_assertions {
        texts.push("built with debug assertions: no number here means anything".to_owned());
    }
    let (method, current) = (manifest.method, MethodVersion::CURRENT);
    if method != current {
        texts.push(format!(
            "measured with method {}, and this build measures with method {}: their numbers are not comparable",
            method.0, current.0
        ));
    }
    texts
}

fn about_machine(machine: &Machine) -> Vec<String> {
    let mut texts = Vec::new();
    if !machine.pinning {
        texts.push("threads were not held on their cores: they may have moved, or shared one".to_owned());
    }
    if !machine.run_queue_figures {
        texts.push(
            "run-queue delay cannot be read here: nothing proves that the threads ran in parallel".to_owned(),
        );
    }
    if machine.virtualised == Some(true) {
        texts.push("measured in a virtual machine: waking a thread costs more than on bare metal".to_owned());
    }
    let cores = machine.allowed_cpus;
    let amount = if cores == 1 { "one processor says".to_owned() } else { format!("{cores} processors say") };
    texts.push(format!("{amount} nothing about scaling past {cores}"));
    texts
}

fn about_launch(launch: &Launch, machine: &Machine) -> Vec<String> {
    let mut texts = Vec::new();
    let name = format!("launch {} ({})", launch.launch, launch.suite);
    if launch.finished_unix_ms.is_none() {
        texts.push(format!("{name} has not finished: it was interrupted, or still runs"));
    }
    if let Some((taken_s, percent)) = steal(launch, machine) {
        texts.push(format!("the hypervisor took {taken_s:.1} s ({percent:.1} %) while {name} ran"));
    }
    texts
}

/// Seconds that were stolen and their share in percent, where that is worth a word.
fn steal(launch: &Launch, machine: &Machine) -> Option<(f64, f64)> {
    let taken_ms = launch.steal_ticks? as f64 * TICK_MS;
    let lasted_ms = launch.finished_unix_ms?.saturating_sub(launch.started_unix_ms) as f64;
    let share = share(taken_ms, lasted_ms * f64::from(machine.logical_cpus))?;
    (share > STEAL_SHARE).then_some((taken_ms / 1000.0, share * 100.0))
}

fn about_cells(run: &Run) -> Vec<String> {
    let mut texts = Vec::new();
    let unmeasured = run.counts().not_measurable;
    if unmeasured > 0 {
        texts.push(format!("{} could not be measured: {}", cells(unmeasured), see(unmeasured)));
    }
    let oversubscribed = run.records.iter().filter(|record| record.oversubscribed).count();
    if oversubscribed > 0 {
        texts.push(format!(
            "{} had more threads than processors: those numbers are about the scheduler too",
            cells(oversubscribed)
        ));
    }
    let unpinned = run.records.iter().filter(|record| !record.pinned && !record.oversubscribed).count();
    if unpinned > 0 && run.manifest.machine.pinning {
        texts.push(format!("in {} the threads were not held on their cores", cells(unpinned)));
    }
    texts
}

fn cells(count: usize) -> String {
    if count == 1 { "one cell".to_owned() } else { format!("{count} cells") }
}

fn see(count: usize) -> &'static str {
    if count == 1 { "see its row" } else { "see their rows" }
}
