//! Where a run comes from.

use crate::doctor;
use crate::layout::{HARD_SPACE, named};
use crate::units::{memory, time};
use contend_protocol::manifest::{Constants, Launch, Machine, Manifest, Source};
use contend_record::{Counts, Run, utc_text};
use std::collections::BTreeSet;

/// Width of the names in front.
pub(crate) const INDENT: usize = 11;

/// Launches that are named one by one.
///
/// Chosen here because two invocations of the four suites are eight, and 24 of `contend run` say nothing that their sum does not.
const MOST_LAUNCHES: usize = 8;

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
        ("launches", launches(&manifest.launches)),
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

/// The profile, in which packages with the same settings stand together.
fn profile(profile: &str) -> String {
    let mut lines = profile.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let mut section = || {
        let mut settings = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('[')) {
            settings.push(line.replace(' ', &HARD_SPACE.to_string()));
        }
        (settings.join(", "), lines.next())
    };
    let (own, mut title) = section();
    let mut others: Vec<(String, Vec<&str>)> = Vec::new();
    while let Some(name) = title {
        let name = name.trim_matches(['[', ']']);
        let name = name.strip_prefix("package.").unwrap_or(name).trim_matches('"');
        let (settings, next) = section();
        title = next;
        match others.iter_mut().find(|(known, _)| *known == settings) {
            Some((_, names)) => names.push(name),
            None => others.push((settings, vec![name])),
        }
    }
    let others = others.into_iter().map(|(settings, names)| format!("{settings} in {}", names.join(", ")));
    [own].into_iter().chain(others).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
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

/// Each launch, or where they are many, those of a suite together.
fn launches(launches: &[Launch]) -> String {
    if launches.len() <= MOST_LAUNCHES {
        return launches.iter().map(launch).collect::<Vec<_>>().join("; ");
    }
    let mut suites: Vec<&str> = launches.iter().map(|launch| launch.suite.as_str()).collect();
    suites.sort_unstable();
    suites.dedup();
    let of_suite = |suite: &str| {
        let of_it: Vec<&Launch> = launches.iter().filter(|launch| launch.suite == suite).collect();
        let planned = of_it.iter().map(|launch| launch.planned_cells).max().unwrap_or_default();
        let took: u64 = of_it.iter().filter_map(|launch| took_ms(launch)).sum();
        let unfinished = of_it.iter().filter(|launch| launch.finished_unix_ms.is_none()).count();
        let unfinished = if unfinished == 0 { String::new() } else { format!(", {unfinished} unfinished") };
        format!("{} of {suite} (up to {planned} cells planned, {}{unfinished})", of_it.len(), seconds(took))
    };
    suites.into_iter().map(of_suite).collect::<Vec<_>>().join("; ")
}

fn launch(launch: &Launch) -> String {
    let took = took_ms(launch).map_or("unfinished".to_owned(), seconds);
    format!("{} {} ({} cells planned, {took})", launch.launch, launch.suite, launch.planned_cells)
}

fn took_ms(launch: &Launch) -> Option<u64> {
    launch.finished_unix_ms.map(|finished| finished.saturating_sub(launch.started_unix_ms))
}

fn seconds(took_ms: u64) -> String {
    format!("{:.1}{HARD_SPACE}s", took_ms as f64 / 1000.0)
}

/// How the measurements ended, one for each cell and launch, and of how many cells they are, where that is not the same.
fn cells(run: &Run) -> String {
    let Counts { measured, not_measurable, faulty } = run.counts();
    let ended = format!("{measured} measured, {not_measurable} not measurable, {faulty} faulty");
    let cells = run.records.iter().map(|record| &record.cell).collect::<BTreeSet<_>>().len();
    let measurements = measured + not_measurable + faulty;
    if cells == measurements { ended } else { format!("{cells} in {measurements} measurements: {ended}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_profile(text: &str, expected: &str) {
        assert_eq!(profile(text).replace(HARD_SPACE, " "), expected);
    }

    #[test]
    fn packages_with_the_same_settings_stand_together() {
        check_profile("", "");
        check_profile("lto = true\n\ndebug = false\n", "lto = true, debug = false");
        check_profile(
            "lto = true\n\n[package.one]\nopt-level = \"s\"\n\n[package.\"two\"]\nopt-level = \"s\"\n[package.six]\ndebug = 1\n",
            "lto = true; opt-level = \"s\" in one, two; debug = 1 in six",
        );
        check_profile("[package.one]\ndebug = 1\n", "debug = 1 in one");
    }

    #[test]
    fn many_launches_are_summed_by_suite() {
        let one = |number: u32| Launch {
            launch: number,
            suite: if number.is_multiple_of(2) { "b" } else { "a" }.to_owned(),
            arguments: Vec::new(),
            planned_cells: 10 - number,
            started_unix_ms: 1_000,
            finished_unix_ms: (number != 3).then_some(2_500),
            load_permille: None,
            steal_ticks: None,
        };
        let text = |count| launches(&(0..count).map(one).collect::<Vec<_>>()).replace(HARD_SPACE, " ");
        assert_eq!(text(2), "0 b (10 cells planned, 1.5 s); 1 a (9 cells planned, 1.5 s)");
        assert_eq!(
            text(9),
            "4 of a (up to 9 cells planned, 4.5 s, 1 unfinished); 5 of b (up to 10 cells planned, 7.5 s)"
        );
    }
}
