//! Where a run comes from.

use crate::doctor;
use crate::layout::{HARD_SPACE, named};
use crate::units::{memory, time};
use contend_protocol::manifest::{Constants, Launch, Machine, Manifest, Source};
use contend_record::{Run, utc_text};

/// Width of the names in front.
pub(crate) const INDENT: usize = 11;

pub(super) fn lines(run: &Run, width: usize) -> Vec<String> {
    facts(run).iter().flat_map(|(name, value)| named(name, value, INDENT, width)).collect()
}

/// What a run is, each with its name; what is not known is left out.
pub(crate) fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let manifest = &run.manifest;
    if manifest.is_imported() {
        return of_imported(run);
    }
    let rows = [
        ("run", run.name.clone()),
        ("created", utc_text(manifest.created_unix_ms)),
        ("command", command(manifest)),
        ("source", source(&manifest.source)),
        ("machine", machine(&manifest.machine)),
        ("doctor", doctor::history(run)),
        ("build", build(manifest)),
        ("profile", profile(&manifest.build.profile_bench)),
        ("costs", constants(&manifest.constants)),
        ("launches", manifest.launches.iter().map(launch).collect::<Vec<_>>().join("; ")),
        ("cells", cells(run)),
    ];
    rows.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What is known of numbers that other software measured.
fn of_imported(run: &Run) -> Vec<(&'static str, String)> {
    vec![
        ("run", run.name.clone()),
        ("imported", utc_text(run.manifest.created_unix_ms)),
        ("command", run.manifest.invocation.command.clone()),
        ("cells", cells(run)),
    ]
}

fn command(manifest: &Manifest) -> String {
    let invocation = &manifest.invocation;
    format!("{} ({} set, seed {})", invocation.command, invocation.set, invocation.seed)
}

fn source(source: &Source) -> String {
    let commit = source.commit.as_ref().map_or("outside git".to_owned(), |commit| format!("commit {commit}"));
    let tree = match source.dirty {
        Some(true) => ", with changes",
        Some(false) => ", unchanged",
        None => "",
    };
    let lock_file = source.lock_file.as_ref().map(|hash| format!(", Cargo.lock {hash}")).unwrap_or_default();
    format!("{commit}{tree}{lock_file}")
}

pub(crate) fn machine(machine: &Machine) -> String {
    let model = machine.cpu_model.clone().unwrap_or_else(|| "processor unknown".to_owned());
    let switch = |on: bool| if on { "on" } else { "off" };
    let facts = [
        Some(format!("{} of {} logical processors", machine.allowed_cpus, machine.logical_cpus)),
        machine.physical_cores.map(|cores| format!("{cores} physical cores")),
        machine.smt.map(|smt| format!("SMT {}", switch(smt))),
        machine.turbo.map(|turbo| format!("turbo {}", switch(turbo))),
        machine.governor.as_ref().map(|governor| format!("governor {governor}")),
        machine.memory_bytes.map(memory),
        machine
            .cgroup_cpu_permille
            .map(|limit| format!("limited to {:.2} processors", f64::from(limit) / 1000.0)),
        machine.cgroup_memory_bytes.map(|limit| format!("limited to {}", memory(limit))),
        Some(format!("{} {}", machine.os, machine.arch)),
        machine.kernel.as_ref().map(|kernel| format!("kernel {kernel}")),
        machine.clock_source.as_ref().map(|clock| format!("clock {clock}")),
        machine.huge_pages.as_ref().map(|mode| format!("huge pages {mode}")),
        Some(format!("id {}", machine.id)),
    ];
    format!("{model}: {}", facts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn build(manifest: &Manifest) -> String {
    let build = &manifest.build;
    let flags =
        if build.rustflags.is_empty() { "no flags".to_owned() } else { format!("flags {}", build.rustflags) };
    format!("{}, {}, opt-level {}, {flags}", build.rustc, build.target, build.opt_level)
}

fn profile(profile: &str) -> String {
    let lines = profile.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.replace(' ', &HARD_SPACE.to_string())).collect::<Vec<_>>().join(", ")
}

fn constants(constants: &Constants) -> String {
    let known = [
        ("clock read", constants.clock_read_ps),
        ("cache line there and back", constants.ping_pong_ps),
        ("wake-up", constants.wake_up_ps),
        ("spawn and join", constants.spawn_ps),
        ("gate skew", constants.gate_skew_ps),
        ("work unit", constants.work_unit_ps),
    ];
    let known =
        known.iter().filter_map(|(name, ps)| Some(format!("{name} {}", time((*ps)? as f64 / 1000.0))));
    known.collect::<Vec<_>>().join(", ")
}

fn launch(launch: &Launch) -> String {
    let took = launch.finished_unix_ms.map(|finished| finished.saturating_sub(launch.started_unix_ms));
    let took = took
        .map_or("unfinished".to_owned(), |took_ms| format!("{:.1}{HARD_SPACE}s", took_ms as f64 / 1000.0));
    format!("{} {} ({} cells planned, {took})", launch.launch, launch.suite, launch.planned_cells)
}

fn cells(run: &Run) -> String {
    let counts = run.counts();
    format!(
        "{} measured, {} not measurable, {} faulty",
        counts.measured, counts.not_measurable, counts.faulty
    )
}
