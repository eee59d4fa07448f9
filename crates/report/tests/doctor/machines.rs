//! Machines that are made up.

use contend_protocol::manifest::{Machine, Manifest};
use contend_record::environment::{BenchProfile, Conditions, CpuQuota, Heat, Supply, Swap, Times, Turbo};
use std::collections::BTreeMap;

const MANIFEST: &str = include_str!("../../../protocol/tests/formats/v1/run.json");

pub(crate) fn machine() -> Machine {
    let manifest: Manifest = contend_protocol::decode("a manifest", MANIFEST).expect("the fixture is one");
    manifest.machine
}

/// A server on which everything is as it should be.
pub(crate) fn good() -> Conditions {
    Conditions {
        machine: Machine {
            virtualised: Some(false),
            clock_source: Some("tsc".to_owned()),
            allowed_cpus: 4,
            logical_cpus: 4,
            physical_cores: Some(4),
            ..machine()
        },
        governors: BTreeMap::from([("performance".to_owned(), vec![0, 1, 2, 3])]),
        frequency_driver: Some("acpi-cpufreq".to_owned()),
        energy_preferences: BTreeMap::new(),
        turbo: Some(Turbo {
            allowed: false,
            path: "/sys/devices/system/cpu/cpufreq/boost".to_owned(),
            off: "0",
        }),
        allowed: Some(vec![0, 1, 2, 3]),
        online: Some(vec![0, 1, 2, 3]),
        isolated: Some(Vec::new()),
        unequal_cores: Some(false),
        memory_nodes: Some(1),
        quota: Some(CpuQuota { version: 2, permille: None, complete: true, throttled_periods: Some(0) }),
        cpuset: Some(vec![0, 1, 2, 3]),
        times: Some(Times { total: 1_000_000, busy: 1000, stolen: 0 }),
        load_permille: Some(30),
        clock_sources: vec!["tsc".to_owned(), "hpet".to_owned()],
        address_randomisation: Some(2),
        fixed_addresses: Some(false),
        swap: Some(Swap { total_bytes: 0, used_bytes: 0 }),
        swap_areas: BTreeMap::new(),
        sees_all_processes: true,
        perf_paranoid: Some(2),
        hardware_counters: Some(true),
        supplies: vec![supply("AC", "Mains", Some(true), None)],
        heat: Heat { throttled: Some(0), hottest_millicelsius: Some(41_300) },
    }
}

/// A notebook on which nothing is.
pub(crate) fn poor() -> Conditions {
    let processors = |first, last| (first..=last).collect::<Vec<u32>>();
    Conditions {
        machine: Machine {
            smt: Some(true),
            allowed_cpus: 8,
            logical_cpus: 12,
            physical_cores: Some(4),
            clock_source: Some("hpet".to_owned()),
            huge_pages: Some("always".to_owned()),
            run_queue_figures: false,
            ..good().machine
        },
        governors: BTreeMap::from([
            ("performance".to_owned(), processors(4, 7)),
            ("powersave".to_owned(), processors(0, 3)),
        ]),
        frequency_driver: Some("intel_pstate".to_owned()),
        turbo: Some(Turbo {
            allowed: true,
            path: "/sys/devices/system/cpu/intel_pstate/no_turbo".to_owned(),
            off: "1",
        }),
        allowed: Some(processors(0, 7)),
        online: Some(processors(0, 11)),
        isolated: Some(vec![8, 9]),
        unequal_cores: Some(true),
        memory_nodes: Some(2),
        quota: Some(CpuQuota {
            version: 1,
            permille: Some(1500),
            complete: true,
            throttled_periods: Some(9),
        }),
        cpuset: Some(processors(0, 7)),
        times: Some(Times { total: 1_000_000, busy: 1000, stolen: 30_000 }),
        load_permille: Some(2710),
        address_randomisation: Some(0),
        swap: Some(Swap { total_bytes: 4 << 30, used_bytes: 3 << 30 }),
        swap_areas: BTreeMap::from([("/dev/nvme0n1p3".to_owned(), -2), ("/swap.img".to_owned(), 5)]),
        perf_paranoid: Some(4),
        supplies: vec![supply("BAT0", "Battery", None, Some("Discharging"))],
        heat: Heat { throttled: Some(12), hottest_millicelsius: Some(97_000) },
        ..good()
    }
}

/// A system that tells nothing.
pub(crate) fn silent() -> Conditions {
    Conditions {
        machine: Machine {
            virtualised: None,
            smt: None,
            clock_source: None,
            huge_pages: None,
            run_queue_figures: false,
            ..machine()
        },
        governors: BTreeMap::new(),
        frequency_driver: None,
        turbo: None,
        allowed: None,
        online: None,
        isolated: None,
        unequal_cores: None,
        memory_nodes: None,
        quota: None,
        cpuset: None,
        times: None,
        load_permille: None,
        clock_sources: Vec::new(),
        address_randomisation: None,
        fixed_addresses: None,
        swap: None,
        sees_all_processes: false,
        perf_paranoid: None,
        hardware_counters: None,
        supplies: Vec::new(),
        heat: Heat { throttled: None, hottest_millicelsius: None },
        ..good()
    }
}

pub(crate) fn supply(name: &str, kind: &str, online: Option<bool>, status: Option<&str>) -> Supply {
    Supply { name: name.to_owned(), kind: kind.to_owned(), online, status: status.map(str::to_owned) }
}

pub(crate) fn profile(opt_level: &str, debug_assertions: bool) -> BenchProfile {
    BenchProfile {
        opt_level: opt_level.to_owned(),
        debug_assertions,
        overflow_checks: false,
        packages: Vec::new(),
        doubts: Vec::new(),
    }
}
