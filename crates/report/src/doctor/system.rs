//! How the system is set.

use super::line::{Check, Remedy, write};
use crate::units::memory;
use contend_protocol::doctor::Line;
use contend_record::environment::{Conditions, Swap};
use std::collections::BTreeMap;

/// Clocks that are read without entering the kernel.
///
/// Source: `arch/*/include/asm/vdso/clocksource.h` and the drivers that set `vdso_clock_mode`.
const FAST_CLOCKS: &[&str] = &[
    "arch_sys_counter",
    "hyperv_clocksource_tsc_page",
    "kvm-clock",
    "riscv_clocksource",
    "timebase",
    "tod",
    "tsc",
    "tsc-early",
];

/// Clocks of which each read enters the kernel, and often goes to a chip.
const SLOW_CLOCKS: &[&str] =
    &["acpi_pm", "hpet", "hyperv_clocksource_msr", "jiffies", "pit", "refined-jiffies", "xen"];

pub(super) fn lines(conditions: &Conditions) -> Vec<Line> {
    vec![
        clock_source(conditions),
        huge_pages(conditions),
        addresses(conditions),
        swap(conditions),
        run_queue(conditions),
        counters(conditions),
    ]
}

fn clock_source(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "clock-source",
        "each slice is stamped twice a thread: a clock that takes a microsecond blurs short slices",
    );
    const PATH: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    let Some(current) = conditions.machine.clock_source.as_deref() else {
        return CHECK.unknown("the system does not say which clock it reads");
    };
    if FAST_CLOCKS.contains(&current) {
        return CHECK.good(current);
    }
    if !SLOW_CLOCKS.contains(&current) {
        return CHECK.unknown(format!("{current}, of which nothing is known here"));
    }
    let line = CHECK.wary(format!("{current}, which is slow to read"));
    match conditions.clock_sources.iter().find(|other| FAST_CLOCKS.contains(&other.as_str())) {
        Some(fast) => line.command(write(fast, PATH), write(current, PATH)),
        None => line.advice(
            "the kernel offers no faster one; its log says why (`dmesg | grep -i -e tsc -e clocksource`)",
        ),
    }
}

fn huge_pages(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "huge-pages",
        "the kernel merges pages behind a program's back, so launches differ by how far it has come",
    );
    const PATH: &str = "/sys/kernel/mm/transparent_hugepage/enabled";
    match conditions.machine.huge_pages.as_deref() {
        None => CHECK.unknown("the system does not say when it uses huge pages"),
        Some("always") => CHECK.wary("always").command(write("madvise", PATH), write("always", PATH)),
        Some("madvise") => CHECK.good("madvise: only where a program asks for them"),
        Some(mode) => CHECK.good(mode),
    }
}

fn addresses(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "addresses",
        "every launch should lie elsewhere in memory: with one layout for all, a lucky one looks like a faster program",
    );
    const PATH: &str = "/proc/sys/kernel/randomize_va_space";
    if conditions.fixed_addresses == Some(true) {
        return CHECK
            .wary("not randomised for what is started from here")
            .advice("start a new shell without `setarch -R` or a debugger around it");
    }
    match conditions.address_randomisation {
        None => CHECK.unknown("the system does not say whether addresses are randomised"),
        Some(0) => CHECK.wary("not randomised").command(write("2", PATH), write("0", PATH)),
        Some(_) => CHECK.good("randomised"),
    }
}

fn swap(conditions: &Conditions) -> Line {
    const CHECK: Check =
        Check::of("swap", "memory that lies on a disk is a thousand times slower when it is needed");
    match conditions.swap {
        None => CHECK.unknown("the system does not say whether it swaps"),
        Some(swap) if swap.total_bytes == 0 => CHECK.good("none"),
        Some(swap) if swap.used_bytes == 0 => {
            CHECK.good(format!("{}, none of it used", memory(swap.total_bytes)))
        }
        Some(swap) => without(
            &conditions.swap_areas,
            swap,
            CHECK.wary(format!("{} of {} are used", memory(swap.used_bytes), memory(swap.total_bytes))),
        ),
    }
}

/// How to switch all areas off and on again. `swapon -a` would bring back those that `/etc/fstab` names, and no other.
fn without(areas: &BTreeMap<String, i32>, swap: Swap, line: Line) -> Line {
    let room = format!(
        "have {} of memory free first, because what lies there comes back into it",
        memory(swap.used_bytes)
    );
    let plain =
        |path: &String| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if areas.is_empty() || !areas.keys().all(plain) {
        return line.advice(format!("switch off what `swapon --show` lists; {room}"));
    }
    let off: Vec<String> = areas.keys().map(|path| format!("sudo swapoff {path}")).collect();
    let on = areas.iter().map(|(path, priority)| match priority {
        // Source: `man 8 swapon`: -1 is the least that can be given; those below are the kernel's own, by order.
        0.. => format!("sudo swapon -p {priority} {path}"),
        _ => format!("sudo swapon {path}"),
    });
    line.advice(room).command(off.join("; "), on.collect::<Vec<_>>().join("; "))
}

fn run_queue(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "run-queue",
        "without these figures nothing proves that the threads of a slice ran in parallel",
    );
    match (conditions.machine.run_queue_figures, conditions.times.is_some()) {
        (true, _) => CHECK.good("waiting for a core is counted, so lost parallelism shows"),
        (false, true) => CHECK
            .wary("this kernel does not count waiting for a core")
            .advice("boot one with CONFIG_SCHED_INFO=y"),
        // Nothing at all can be read here.
        (false, false) => CHECK.unknown("the system does not count waiting for a core"),
    }
}

fn counters(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::beside(
        "perf-counters",
        "no number here needs them, but a profiler that shall explain one does",
    );
    const PATH: &str = "/proc/sys/kernel/perf_event_paranoid";
    match (conditions.hardware_counters, conditions.perf_paranoid) {
        (None, _) | (_, None) => {
            CHECK.unknown("the system does not say who may use the processors' counters")
        }
        (Some(false), Some(_)) => CHECK
            .wary("the system shows no counters of the processors")
            .advice("a virtual machine has them only where its host passes them on"),
        (Some(true), Some(level)) if level > 2 => CHECK
            .wary(format!("only the administrator may use them (perf_event_paranoid {level})"))
            .command(write("2", PATH), write(&level.to_string(), PATH)),
        (Some(true), Some(level)) => CHECK.good(format!("may be used (perf_event_paranoid {level})")),
    }
}
