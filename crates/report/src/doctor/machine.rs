//! The machine itself: processors, their frequencies, power.

use super::line::{Check, Remedy, expanded, listed, plural, write};
use contend_protocol::doctor::Line;
use contend_record::environment::{Conditions, Supply};
use std::collections::BTreeMap;

const CPU: &str = "/sys/devices/system/cpu";

pub(super) fn lines(conditions: &Conditions) -> Vec<Line> {
    vec![
        virtual_machine(conditions),
        frequency(conditions),
        turbo(conditions),
        threads_of_a_core(conditions),
        processors(conditions),
        quota(conditions),
        isolated(conditions),
        kinds(conditions),
        nodes(conditions),
        power(conditions),
        heat(conditions),
    ]
}

/// Whether the host hides things from us.
fn is_guest(conditions: &Conditions) -> bool {
    conditions.machine.virtualised == Some(true)
}

fn virtual_machine(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "virtual-machine",
        "neighbours on the host cannot be seen, and waking a thread costs more than on bare metal",
    );
    match conditions.machine.virtualised {
        Some(true) => CHECK.wary("the processor says that it runs under a hypervisor").advice(
            "measure on bare metal where numbers of several hosts are put side by side; comparisons in turns hold here too",
        ),
        Some(false) => CHECK.good("the processor names no hypervisor"),
        None => CHECK.unknown("this processor does not say whether it runs under a hypervisor"),
    }
}

fn frequency(conditions: &Conditions) -> Line {
    const CHECK: Check =
        Check::of("frequency", "a clock that follows the load is slow in one slice and fast in the next");
    if conditions.governors.is_empty() {
        let who = if is_guest(conditions) {
            "no governor is shown: the host decides"
        } else {
            "no governor is shown"
        };
        return CHECK.unknown(who);
    }
    let driver =
        conditions.frequency_driver.as_ref().map(|driver| format!(" ({driver})")).unwrap_or_default();
    let wanted = |values: &BTreeMap<String, Vec<u32>>| values.keys().all(|value| value == "performance");
    if !wanted(&conditions.governors) {
        let finding = format!("governor {}{driver}", counted(&conditions.governors));
        return forced(CHECK.wary(finding), &conditions.governors, "scaling_governor");
    }
    if !wanted(&conditions.energy_preferences) {
        let finding = format!(
            "governor performance{driver}, but energy preference {}",
            counted(&conditions.energy_preferences)
        );
        return forced(CHECK.wary(finding), &conditions.energy_preferences, "energy_performance_preference");
    }
    CHECK.good(format!("governor performance{driver}"))
}

/// The values, and on which processors where there are several.
fn counted(values: &BTreeMap<String, Vec<u32>>) -> String {
    let one = |(value, processors): (&String, &Vec<u32>)| match values.len() {
        1 => value.clone(),
        _ => format!("{value} on {}", listed(processors)),
    };
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The command that makes them all `performance`, and the one that gives each its own back.
fn forced(line: Line, values: &BTreeMap<String, Vec<u32>>, file: &str) -> Line {
    let path = |processors: &[u32]| format!("{CPU}/{}/cpufreq/{file}", expanded(processors));
    let mut all: Vec<u32> = values.values().flatten().copied().collect();
    all.sort_unstable();
    let undo = values.iter().map(|(value, processors)| write(value, &path(processors)));
    line.command(write("performance", &path(&all)), undo.collect::<Vec<_>>().join("; "))
}

fn turbo(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "turbo",
        "the clock drops as more cores wake, so one thread looks too fast and scaling too poor",
    );
    match &conditions.turbo {
        None if is_guest(conditions) => CHECK.unknown("no switch is shown: the host decides"),
        None => CHECK.unknown("no switch is shown"),
        Some(turbo) if turbo.allowed => {
            let on = if turbo.off == "1" { "0" } else { "1" };
            CHECK
                .wary("turbo frequencies are on")
                .command(write(turbo.off, &turbo.path), write(on, &turbo.path))
        }
        Some(_) => CHECK.good("turbo frequencies are off"),
    }
}

fn threads_of_a_core(conditions: &Conditions) -> Line {
    const CHECK: Check =
        Check::of("smt", "two threads on one core share it, so two threads look slower than two cores are");
    let machine = &conditions.machine;
    match machine.smt {
        None => CHECK.unknown("the system does not say whether cores have several threads"),
        Some(false) if is_guest(conditions) => {
            CHECK.unknown("off as far as the hypervisor shows: two processors may be one core of the host")
        }
        Some(false) => CHECK.good("off: each logical processor is a core"),
        Some(true) if machine.physical_cores == Some(machine.allowed_cpus) => {
            if is_guest(conditions) {
                CHECK.unknown("on, and no two allowed processors share a core as far as the hypervisor shows")
            } else {
                CHECK.good("on, but no two allowed processors share a core")
            }
        }
        Some(true) => {
            let control = format!("{CPU}/smt/control");
            let cores = machine.physical_cores.map_or("fewer".to_owned(), |cores| cores.to_string());
            CHECK
                .wary(format!("on: {} allowed processors are {cores} cores", machine.allowed_cpus))
                .command(write("off", &control), write("on", &control))
        }
    }
}

fn processors(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "processors",
        "threads meet only on processors of their own: thread counts go up to the allowed ones, and no further",
    );
    let (Some(allowed), Some(online)) = (&conditions.allowed, &conditions.online) else {
        return CHECK.unknown("the system does not say which processors may be used");
    };
    let isolated = conditions.isolated.as_deref().unwrap_or_default();
    let on_purpose = allowed.iter().all(|processor| isolated.contains(processor));
    let open: Vec<u32> = online.iter().copied().filter(|processor| !isolated.contains(processor)).collect();
    match (allowed.len(), online.len()) {
        (1, 1) => CHECK.wary("there is one: threads never run at the same time"),
        (count, all) if count == all => CHECK.good(format!("{count} of {all} may be used")),
        (2.., _) if on_purpose => CHECK.good(format!("{} may be used, which are isolated", listed(allowed))),
        (count @ 2.., all) if open.iter().all(|processor| allowed.contains(processor)) => {
            CHECK.good(format!("{count} of {all} may be used; the others are isolated"))
        }
        (count, all) => {
            let line = CHECK.wary(format!("{count} of {all} may be used: {}", listed(allowed)));
            let closed = conditions.cpuset.as_ref().filter(|cpuset| cpuset.len() < all);
            match closed {
                Some(cpuset) => line.advice(format!(
                    "the cpuset of the control group leaves only {}: whoever made it can widen it",
                    listed(cpuset)
                )),
                // The scheduler would never move a thread away from an isolated one.
                None => line.command(
                    format!("taskset -cp {} $$", listed(&open)),
                    format!("taskset -cp {} $$", listed(allowed)),
                ),
            }
        }
    }
}

fn quota(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "cpu-quota",
        "where the quota is used up, all threads stop for the rest of its period, often in the middle of a slice",
    );
    const FROM_INSIDE: &str = "as far as can be seen from inside a container";
    let Some(quota) = conditions.quota else {
        return CHECK.unknown("the control groups of processor time cannot be seen");
    };
    let groups = format!("control groups, version {}", quota.version);
    let throttled = quota.throttled_periods.unwrap_or(0);
    let processors = conditions.machine.logical_cpus;
    let enough = u64::from(conditions.machine.allowed_cpus) * 1000;
    match quota.permille {
        Some(permille) if u64::from(permille) < enough => CHECK
            .bad(format!(
                "{:.2} processors' time for {} processors ({groups})",
                f64::from(permille) / 1000.0,
                conditions.machine.allowed_cpus
            ))
            // Docker takes a 0 for no change, so that the limit has to be another number.
            .advice(format!(
                "whoever made the container can lift it, with all processors of the host as in \
                 `docker\u{a0}update\u{a0}--cpus\u{a0}{processors}`, or start it again without `--cpus`; or allow as many processors \
                 as the quota pays for, with `taskset`",
            )),
        _ if throttled > 0 => CHECK
            .wary(format!("it stopped this group in {} so far ({groups})", plural(throttled as usize, "period")))
            .advice("a sibling group may have used it up; look at it again while nothing else runs"),
        Some(_) if quota.complete => CHECK.good(format!("as much as all allowed processors have ({groups})")),
        None if quota.complete => CHECK.good(format!("none ({groups})")),
        Some(_) => CHECK.unknown(format!("as much as all allowed processors have, {FROM_INSIDE} ({groups})")),
        None => CHECK.unknown(format!("none {FROM_INSIDE} ({groups})")),
    }
}

fn isolated(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of(
        "isolated-cores",
        "the scheduler never moves a thread between isolated processors, so threads that are not pinned pile up on one",
    );
    let (Some(isolated), Some(allowed)) = (&conditions.isolated, &conditions.allowed) else {
        return CHECK.unknown("the system does not say which processors are isolated");
    };
    let ours = allowed.iter().filter(|processor| isolated.contains(processor)).count();
    match (isolated.len(), ours) {
        (0, _) => CHECK.good("none: the system's own work runs on all of them"),
        (_, 0) => CHECK
            .wary(format!("{} are isolated, and not used", listed(isolated)))
            .passing_command(format!("taskset -c {} cargo bench", listed(isolated))),
        (_, ours) if ours == allowed.len() && conditions.machine.pinning => CHECK.good(format!(
            "all allowed ones ({}); oversubscribed cells are not pinned and mean nothing",
            listed(allowed)
        )),
        (_, _) if conditions.machine.pinning => CHECK
            .wary(format!("{ours} of the {} allowed processors are isolated", allowed.len()))
            .passing_command(format!("taskset -c {} cargo bench", listed(isolated))),
        _ => CHECK.bad("some allowed processors are isolated, and threads cannot be pinned here"),
    }
}

fn kinds(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of("core-kinds", "how fast a thread is depends on the kind of core it got");
    match conditions.unequal_cores {
        Some(false) => CHECK.good("all allowed processors are of one kind, as far as the system shows"),
        Some(true) => CHECK.wary("the allowed processors are of several kinds").advice(
            "start `taskset\u{a0}-c\u{a0}LIST\u{a0}cargo\u{a0}bench` with those of one kind; `lscpu\u{a0}--extended` lists them",
        ),
        None => CHECK.unknown("the system does not say whether the processors are alike"),
    }
}

fn nodes(conditions: &Conditions) -> Line {
    const CHECK: Check =
        Check::of("memory-nodes", "memory of another node is slower, and on which one it lies is chance");
    match conditions.memory_nodes {
        None => CHECK.unknown("the system does not say how many memory nodes there are"),
        Some(0 | 1) => CHECK.good("one, as far as the system shows"),
        Some(nodes) => CHECK
            .wary(plural(nodes as usize, "memory node"))
            .passing_command("numactl --cpunodebind=0 --membind=0 cargo bench"),
    }
}

fn power(conditions: &Conditions) -> Line {
    const CHECK: Check = Check::of("power", "on a battery the clock is held back, more so the emptier it is");
    let supplies = &conditions.supplies;
    // Source: `Documentation/ABI/testing/sysfs-class-power`: `Mains`, `USB` and `Wireless` say whether they have current. A plug
    // for USB without current may be one that gives it to others.
    let plugged = |supply: &&Supply| supply.kind != "Battery" && supply.online == Some(true);
    let unplugged = |supply: &&Supply| supply.kind == "Mains" && supply.online == Some(false);
    let discharging = |supply: &&Supply| supply.status.as_deref() == Some("Discharging");
    if let Some(battery) = supplies.iter().find(discharging) {
        return CHECK.wary(format!("{} is discharging", battery.name)).advice("plug it in");
    }
    if let Some(supply) = supplies.iter().find(plugged) {
        return CHECK.good(format!("plugged in ({})", supply.name));
    }
    match supplies.iter().find(unplugged) {
        Some(mains) => CHECK.wary(format!("{} has no current", mains.name)).advice("plug it in"),
        None if supplies.is_empty() => CHECK.unknown("no supply is shown"),
        None => CHECK.unknown("no supply says whether it has current"),
    }
}

fn heat(conditions: &Conditions) -> Line {
    const CHECK: Check =
        Check::of("heat", "a core that is too hot is slowed down, whatever the governor says");
    let hottest = conditions.heat.hottest_millicelsius;
    let hottest = hottest
        .map(|hottest| format!(", {:.0} °C at the hottest place", hottest as f64 / 1000.0))
        .unwrap_or_default();
    match conditions.heat.throttled {
        None => CHECK.unknown(format!("the processors do not count when heat slows them down{hottest}")),
        Some(0) => CHECK.good(format!("never slowed down since the machine started{hottest}")),
        Some(times) => CHECK
            .wary(format!("slowed down {} since the machine started{hottest}", plural(times as usize, "time")))
            .advice("look again after measuring: where the number grows, cool the machine or hold its clock lower"),
    }
}
