//! What decides how far this machine's numbers can be believed, as the system tells it now.

mod frequency;
mod power;
mod processors;
mod times;

use super::activity;
use super::cgroup::{self, CpuQuota};
use super::files::SystemFiles;
use super::{EngineFacts, cpu, machine_of};
use contend_protocol::manifest::Machine;
use std::collections::BTreeMap;

pub use power::{Heat, Supply};
pub use times::{Swap, Times};

pub(super) use frequency::turbo;
pub(super) use times::times_of;

/// Bit of a process whose addresses are not randomised.
///
/// Source: `ADDR_NO_RANDOMIZE` in the kernel's `include/uapi/linux/personality.h`.
const NOT_RANDOMISED: u32 = 0x004_0000;

/// What the system says. `None` and empty lists stand for what it does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions {
    /// The machine, as runs store it. `pinning` says only that this platform can.
    pub machine: Machine,
    /// Governors, and the processors that have them.
    pub governors: BTreeMap<String, Vec<u32>>,
    /// Driver of the first processor's frequency.
    pub frequency_driver: Option<String>,
    /// Energy preferences, and the processors that have them.
    pub energy_preferences: BTreeMap<String, Vec<u32>>,
    /// Turbo frequencies, and where they are switched.
    pub turbo: Option<Turbo>,
    /// Processors this process may use.
    pub allowed: Option<Vec<u32>>,
    /// Processors that are on.
    pub online: Option<Vec<u32>>,
    /// Processors on which the system schedules nothing of its own.
    pub isolated: Option<Vec<u32>>,
    /// The allowed processors are not all of one kind.
    pub unequal_cores: Option<bool>,
    /// Memory nodes.
    pub memory_nodes: Option<u32>,
    /// Limits of processor time.
    pub quota: Option<CpuQuota>,
    /// Processors that the control group leaves.
    pub cpuset: Option<Vec<u32>>,
    /// Where processor time went since the machine started.
    pub times: Option<Times>,
    /// One-minute load, in thousandths.
    pub load_permille: Option<u32>,
    /// Clock sources that can be chosen.
    pub clock_sources: Vec<String>,
    /// Addresses are randomised: 0 is not at all, 2 is all of them.
    pub address_randomisation: Option<u32>,
    /// This process was started without randomised addresses, and what it starts will be too.
    pub fixed_addresses: Option<bool>,
    /// Memory on a disk.
    pub swap: Option<Swap>,
    /// The files and devices that it lies on, as the kernel writes their paths, each with its priority.
    pub swap_areas: BTreeMap<String, i32>,
    /// The processes of the whole machine are seen: not those of a container only, nor those of one user.
    pub sees_all_processes: bool,
    /// Who may count what the processors do: above 2 nobody but the administrator.
    pub perf_paranoid: Option<i64>,
    /// The processors' own counters are there.
    pub hardware_counters: Option<bool>,
    /// Power supplies.
    pub supplies: Vec<Supply>,
    /// How hot it is.
    pub heat: Heat,
}

/// Whether processors may run faster than they can for long, and where that is switched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Turbo {
    /// They may.
    pub allowed: bool,
    /// The files to write to, as a shell understands them: where there are several, those that allow it now, if any does.
    pub path: String,
    /// What to write to forbid it; the other of `0` and `1` allows it.
    pub off: &'static str,
}

/// Reads them. Nothing is changed, and nothing is measured.
pub fn conditions() -> Conditions {
    conditions_of(&SystemFiles::here())
}

fn conditions_of(files: &SystemFiles) -> Conditions {
    let status = files.text("proc/self/status").unwrap_or_default();
    let listed = |path: &str| files.text(path).and_then(|list| processors::list(&list));
    let online = listed("sys/devices/system/cpu/online");
    // The mask also names processors that are off, or that could be plugged in.
    let is_on = |processor: &u32| online.as_ref().is_none_or(|online| online.contains(processor));
    let allowed = cpu::field(&status, "Cpus_allowed_list").and_then(processors::list);
    let allowed = allowed.map(|allowed| allowed.into_iter().filter(is_on).collect::<Vec<u32>>());
    let engine = engine(files, allowed.as_deref());
    let per_processor = |name| frequency::by_value(files, allowed.as_deref(), name);
    Conditions {
        machine: machine_of(files, &engine),
        governors: per_processor("scaling_governor"),
        frequency_driver: files.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_driver"),
        energy_preferences: per_processor("energy_performance_preference"),
        turbo: frequency::turbo(files).map(|switch| Turbo {
            allowed: switch.allowed,
            path: format!("/{}", switch.path),
            off: switch.off,
        }),
        isolated: listed("sys/devices/system/cpu/isolated"),
        unequal_cores: processors::unequal(files, allowed.as_deref()),
        memory_nodes: listed("sys/devices/system/node/online").map(|nodes| count(&nodes)),
        quota: cgroup::cpu_quota(files),
        cpuset: cgroup::cpuset(files).and_then(|list| processors::list(&list)),
        times: files.text("proc/stat").and_then(|stat| times_of(&stat)),
        load_permille: files.text("proc/loadavg").and_then(|loadavg| super::load_of(&loadavg)),
        clock_sources: words(files, "sys/devices/system/clocksource/clocksource0/available_clocksource"),
        address_randomisation: number(files, "proc/sys/kernel/randomize_va_space"),
        fixed_addresses: files.text("proc/self/personality").and_then(|bits| fixed_addresses(&bits)),
        swap: files.text("proc/meminfo").and_then(|meminfo| times::swap(&meminfo)),
        swap_areas: times::swap_areas(&files.text("proc/swaps").unwrap_or_default()),
        sees_all_processes: activity::all_processes_are_seen(files),
        perf_paranoid: number(files, "proc/sys/kernel/perf_event_paranoid"),
        hardware_counters: files.names("sys/bus/event_source/devices").map(|names| has_counters(&names)),
        supplies: power::supplies(files),
        heat: power::heat(files, online.as_deref()),
        allowed,
        online,
    }
}

/// What the engine would say, as far as files tell.
fn engine(files: &SystemFiles, allowed: Option<&[u32]>) -> EngineFacts {
    let physical_cores = allowed.and_then(|allowed| processors::physical_cores(files, allowed));
    EngineFacts {
        pinning: cfg!(target_os = "linux"),
        run_queue_figures: files.text("proc/self/schedstat").is_some_and(|stat| counts_delays(&stat)),
        allowed_cpus: allowed.map_or(0, count),
        physical_cores,
    }
}

/// Source: `Documentation/scheduler/sched-stats.rst`: time on a processor, time of waiting for one, and turns. A kernel
/// without the figures has zeros.
fn counts_delays(schedstat: &str) -> bool {
    let figures: Vec<u64> =
        schedstat.split_ascii_whitespace().map_while(|figure| figure.parse().ok()).collect();
    figures.len() == 3 && figures.iter().any(|figure| *figure > 0)
}

/// Hexadecimal, without a sign in front.
fn fixed_addresses(personality: &str) -> Option<bool> {
    u32::from_str_radix(personality, 16).ok().map(|bits| bits & NOT_RANDOMISED != 0)
}

/// Source: `Documentation/ABI/testing/sysfs-bus-event_source-devices`: counters of processors are `cpu` on x86, one name
/// for each kind of core where there are two, and a model's name elsewhere.
fn has_counters(devices: &[String]) -> bool {
    let of_processors = |name: &String| {
        name == "cpu" || name.starts_with("cpu_") || name.starts_with("armv") || name.starts_with("apple_")
    };
    devices.iter().any(of_processors)
}

fn words(files: &SystemFiles, path: &str) -> Vec<String> {
    files.text(path).unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect()
}

fn number<T: std::str::FromStr>(files: &SystemFiles, path: &str) -> Option<T> {
    files.text(path)?.parse().ok()
}

fn count(list: &[u32]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::fake;

    /// A desktop of two cores with two threads each, as it tells.
    const BARE_METAL: &[(&str, &str)] = &[
        ("proc/self/status", "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n"),
        ("proc/self/schedstat", "812345 1200 3\n"),
        ("proc/self/personality", "00000000\n"),
        (
            "proc/cpuinfo",
            "processor : 0\nmodel name : A\nflags : fpu tsc\nprocessor : 1\nprocessor : 2\nprocessor : 3\n",
        ),
        ("proc/stat", "cpu  100 0 50 800 40 5 5 0 0 0\ncpu0 1 2 3\n"),
        ("proc/loadavg", "0.25 0.1 0.1 1/2 3\n"),
        ("proc/meminfo", "MemTotal: 2097152 kB\nSwapTotal: 4096 kB\nSwapFree: 1024 kB\n"),
        ("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 4096 3072 -2\n"),
        ("proc/sys/kernel/randomize_va_space", "2\n"),
        ("proc/sys/kernel/perf_event_paranoid", "-1\n"),
        ("sys/bus/event_source/devices/cpu/type", "4\n"),
        ("sys/devices/system/cpu/online", "0-3\n"),
        ("sys/devices/system/cpu/isolated", "2-3\n"),
        ("sys/devices/system/cpu/smt/active", "1\n"),
        ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", "intel_pstate\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/energy_performance_preference", "balance_power\n"),
        ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
        ("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n"),
        ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2\n"),
        ("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3\n"),
        ("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2\n"),
        ("sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "1,3\n"),
        ("sys/devices/system/node/online", "0\n"),
        ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"),
        ("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm \n"),
    ];

    #[test]
    fn a_machine_that_tells_is_understood() {
        let (_folder, files) = fake(BARE_METAL);
        let found = conditions_of(&files);
        assert_eq!(found.machine.virtualised, Some(false));
        assert_eq!((found.machine.physical_cores, found.machine.smt), (Some(2), Some(true)));
        assert!(found.machine.run_queue_figures);
        assert_eq!(found.governors["powersave"], [0, 2]);
        assert_eq!(found.governors["performance"], [1]);
        assert_eq!(found.energy_preferences["balance_power"], [0]);
        let turbo = found.turbo.expect("it has a switch");
        let path = "/sys/devices/system/cpu/intel_pstate/no_turbo".to_owned();
        assert_eq!(turbo, Turbo { allowed: true, path, off: "1" });
        assert_eq!(found.allowed, Some(vec![0, 1, 2, 3]));
        assert_eq!((found.isolated, found.memory_nodes), (Some(vec![2, 3]), Some(1)));
        assert_eq!(found.times, Some(Times { total: 1000, busy: 160, stolen: 0 }));
        assert_eq!(found.load_permille, Some(250));
        assert_eq!(found.clock_sources, ["tsc", "hpet", "acpi_pm"]);
        assert_eq!((found.address_randomisation, found.fixed_addresses), (Some(2), Some(false)));
        assert_eq!(found.swap, Some(Swap { total_bytes: 4 << 20, used_bytes: 3 << 20 }));
        assert_eq!(found.swap_areas["/dev/sda2"], -2);
        assert_eq!((found.perf_paranoid, found.hardware_counters), (Some(-1), Some(true)));
        assert_eq!(found.quota, None);
    }

    #[test]
    fn processors_that_are_off_are_not_allowed() {
        let status = "Cpus_allowed_list:\t0-127\n";
        let (_folder, files) =
            fake(&[("proc/self/status", status), ("sys/devices/system/cpu/online", "0,2-3\n")]);
        let found = conditions_of(&files);
        assert_eq!((found.machine.allowed_cpus, found.allowed), (3, Some(vec![0, 2, 3])));
    }

    #[test]
    fn a_system_that_says_nothing_has_nothing() {
        let (_folder, files) = fake(&[]);
        let found = conditions_of(&files);
        assert_eq!((found.allowed, found.online, found.isolated), (None, None, None));
        assert_eq!((found.times, found.swap, found.turbo, found.quota), (None, None, None, None));
        assert_eq!((found.hardware_counters, found.perf_paranoid, found.fixed_addresses), (None, None, None));
        assert_eq!((found.machine.virtualised, found.machine.smt), (None, None));
        assert!(found.governors.is_empty() && found.supplies.is_empty() && found.clock_sources.is_empty());
        assert!(!found.machine.run_queue_figures && !found.sees_all_processes && found.swap_areas.is_empty());
    }

    #[test]
    fn figures_of_the_run_queue_are_not_zeros() {
        assert!(counts_delays("0 49033 1"));
        assert!(!counts_delays("0 0 0"));
        assert!(!counts_delays("1 2"));
        assert!(!counts_delays(""));
    }

    #[test]
    fn a_process_without_randomised_addresses_says_so() {
        assert_eq!(fixed_addresses("00040000"), Some(true));
        assert_eq!(fixed_addresses("00000000"), Some(false));
        assert_eq!(fixed_addresses("x"), None);
    }

    #[test]
    fn counters_of_other_things_are_none_of_processors() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(!has_counters(&names(&["breakpoint", "msr", "software", "tracepoint", "uprobe"])));
        assert!(has_counters(&names(&["cpu_atom", "cpu_core"])));
        assert!(has_counters(&names(&["armv8_pmuv3_0"])));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_tells_what_every_linux_tells() {
        let found = conditions();
        assert!(found.allowed.is_some_and(|allowed| !allowed.is_empty()));
        assert!(found.times.is_some_and(|times| times.total > 0));
        assert!(found.load_permille.is_some());
    }
}
