//! What was measured, where, and who asked for it: read from the system, never measured.
//!
//! The texts that the system keeps are read here and understood by pure functions below, which are tested on texts of
//! real machines. What the platform does not tell is `None`.

mod activity;
mod cgroup;
mod conditions;
mod cpu;
mod files;
mod git;
mod process;
mod profile;
mod space;

use contend_protocol::fnv;
use contend_protocol::manifest::Machine;
use files::SystemFiles;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub use activity::{Activity, Busy, Snapshot, measuring_processes, snapshot};
pub use cgroup::CpuQuota;
pub use conditions::{Conditions, Heat, Supply, Swap, Times, Turbo, conditions};
pub use git::{git_command, source};
pub use process::{invocation_command, invocation_key, quoted};
pub use profile::{BenchProfile, bench_profile};
pub use space::{Space, space};

/// What the engine knows about the machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EngineFacts {
    /// Workers can be held on their cores.
    pub pinning: bool,
    /// Run-queue delay can be read.
    pub run_queue_figures: bool,
    /// Logical processors this process may use.
    pub allowed_cpus: u32,
    /// Physical cores among them.
    pub physical_cores: Option<u32>,
}

/// The machine this runs on.
pub fn machine(engine: &EngineFacts) -> Machine {
    machine_of(&SystemFiles::here(), engine)
}

fn machine_of(files: &SystemFiles, engine: &EngineFacts) -> Machine {
    let cpuinfo = files.text("proc/cpuinfo").unwrap_or_default();
    let mut machine = Machine {
        id: String::new(),
        arch: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        kernel: files.text("proc/sys/kernel/osrelease"),
        cpu_model: cpu::model(&cpuinfo),
        logical_cpus: cpu::count(&cpuinfo).unwrap_or(engine.allowed_cpus),
        physical_cores: engine.physical_cores,
        allowed_cpus: engine.allowed_cpus,
        smt: files.text("sys/devices/system/cpu/smt/active").and_then(|flag| cpu::flag(&flag)),
        governor: files.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        turbo: conditions::turbo(files).map(|turbo| turbo.allowed),
        cgroup_cpu_permille: cgroup::cpu_quota(files).and_then(|quota| quota.permille),
        cgroup_memory_bytes: cgroup::memory_bytes(files),
        memory_bytes: files.text("proc/meminfo").and_then(|meminfo| cpu::total_memory_bytes(&meminfo)),
        virtualised: cpu::virtualised(&cpuinfo),
        clock_source: files.text("sys/devices/system/clocksource/clocksource0/current_clocksource"),
        huge_pages: files
            .text("sys/kernel/mm/transparent_hugepage/enabled")
            .and_then(|modes| cpu::chosen(&modes)),
        pinning: engine.pinning,
        run_queue_figures: engine.run_queue_figures,
    };
    machine.id = machine_id(&machine);
    machine
}

/// The workspace's `[profile.bench]`; empty where there is none.
pub fn profile_bench(workspace_dir: &Path) -> String {
    text(workspace_dir.join("Cargo.toml")).map(|manifest| profile_bench_of(&manifest)).unwrap_or_default()
}

/// One-minute load, in thousandths.
pub fn load_permille() -> Option<u32> {
    text("/proc/loadavg").and_then(|loadavg| load_of(&loadavg))
}

/// Time the hypervisor took from this machine since it started, in clock ticks. Differences of two readings are what
/// it took in between.
pub fn steal_ticks() -> Option<u64> {
    text("/proc/stat").and_then(|stat| conditions::times_of(&stat)).map(|times| times.stolen)
}

/// Now, in milliseconds since 1970-01-01 UTC; 0 before that.
pub fn now_unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A small file of the system, without white space around.
fn text(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// Hash of what does not change while a machine is the same: never of a frequency, which is another at each boot.
fn machine_id(machine: &Machine) -> String {
    const GIB: u64 = 1 << 30;
    let facts = [
        machine.arch.clone(),
        machine.os.clone(),
        machine.cpu_model.clone().unwrap_or_default(),
        machine.logical_cpus.to_string(),
        machine.physical_cores.map(|cores| cores.to_string()).unwrap_or_default(),
        // The kernel keeps some megabytes more or less for itself.
        machine.memory_bytes.map(|bytes| ((bytes + GIB / 2) / GIB).to_string()).unwrap_or_default(),
    ];
    fnv::hex(facts.join("\n").as_bytes())
}

/// Hash of what all programs of this machine see alike, however few of its cores they may use, as 16 hexadecimal
/// digits: an executable that was built here can be expected to run here.
pub fn host_id() -> String {
    let engine =
        EngineFacts { pinning: false, run_queue_figures: false, allowed_cpus: 0, physical_cores: None };
    machine(&engine).id
}

fn profile_bench_of(manifest: &str) -> String {
    let manifest = manifest.parse::<toml::Table>().unwrap_or_default();
    let profile = manifest.get("profile").and_then(|profiles| profiles.get("bench")?.as_table());
    profile.map(ToString::to_string).unwrap_or_default()
}

fn load_of(loadavg: &str) -> Option<u32> {
    let (whole, thousandths) = loadavg.split_ascii_whitespace().next()?.split_once('.')?;
    let thousandths: String = format!("{thousandths:0<3}").chars().take(3).collect();
    Some(whole.parse::<u32>().ok()? * 1000 + thousandths.parse::<u32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_load(loadavg: &str, expected: Option<u32>) {
        assert_eq!(load_of(loadavg), expected);
    }

    #[test]
    fn load_is_read() {
        check_load("0.64 1.20 0.99 2/311 4711", Some(640));
        check_load("12.05 1.20 0.99 2/311 4711", Some(12_050));
        check_load("0.5", Some(500));
        check_load("", None);
        check_load("idle", None);
    }

    #[track_caller]
    fn check_profile(manifest: &str, expected: &str) {
        assert_eq!(profile_bench_of(manifest), expected);
    }

    #[test]
    fn the_bench_profile_is_read_without_the_rest() {
        check_profile("[package]\nname = \"x\"\n", "");
        check_profile("no toml", "");
        check_profile("[profile.release]\nlto = true\n", "");
        check_profile(
            "[profile.bench]\nlto = \"fat\" # why\nopt-level = 3\n",
            "lto = \"fat\"\nopt-level = 3\n",
        );
    }

    fn engine() -> EngineFacts {
        EngineFacts { pinning: true, run_queue_figures: false, allowed_cpus: 2, physical_cores: None }
    }

    #[test]
    fn a_machine_is_the_same_when_asked_again() {
        let (first, second) = (machine(&engine()), machine(&engine()));
        assert_eq!(first.id, second.id);
        assert_eq!(first.id.len(), 16);
        assert!(first.pinning && !first.run_queue_figures);
    }

    #[test]
    fn the_id_follows_stable_facts_only() {
        let mut other = machine(&engine());
        let id = machine_id(&other);
        other.memory_bytes = Some(other.memory_bytes.unwrap_or(0) / (1 << 30) * (1 << 30) + 1);
        other.governor = Some("powersave".to_owned());
        other.kernel = Some("next".to_owned());
        let rounded = machine_id(&other);
        other.memory_bytes = other.memory_bytes.map(|bytes| bytes + (100 << 20));
        assert_eq!(machine_id(&other), rounded, "some megabytes do not make another machine");
        other.logical_cpus += 1;
        assert_ne!(machine_id(&other), rounded);
        assert_ne!(machine_id(&other), id);
    }
}
