//! Who else uses the machine.

use super::Examined;
use super::line::{Check, Remedy, percent};
use contend_protocol::doctor::Line;
use contend_record::environment::Busy;
use contend_stats::figures::share;

/// Share that others may take unmentioned, in thousandths.
///
/// Chosen here because a slice is invalid where its threads waited for 1 % of the window.
const OTHERS_WARY: u32 = 10;

/// Share that others may not take, in thousandths.
///
/// Chosen here because cells with more threads than cores are not measurable above 5 %, and those at the gate are
/// repeated until they are given up.
const OTHERS_BAD: u32 = 50;

/// Share that the hypervisor may take unmentioned, in thousandths, and the one that it may not take.
///
/// Chosen here because stolen time is not seen by the rules for slices, so a tenth of what others may take has to be
/// visible.
const STEAL_WARY: u32 = 5;
const STEAL_BAD: u32 = 50;

/// Load that goes unmentioned, in thousandths; as in the warnings of a run.
const LOAD_WARY: u32 = 500;

pub(super) fn lines(examined: &Examined<'_>) -> Vec<Line> {
    vec![steal(examined), load(examined), neighbours(examined), measuring(examined)]
}

fn steal(examined: &Examined<'_>) -> Line {
    const CHECK: Check =
        Check::of("steal", "time that the host gives to other machines looks like a slower contender");
    let conditions = examined.conditions;
    let Some(times) = conditions.times else {
        return CHECK.unknown("the system does not say what the host takes");
    };
    if times.stolen == 0 && conditions.machine.virtualised != Some(false) {
        return CHECK.unknown("none since the start, but not every hypervisor tells");
    }
    let so_far = share(times.stolen as f64, times.total as f64).unwrap_or(0.0);
    let now = examined.activity.map_or(0, |activity| activity.stolen_permille);
    let finding = format!(
        "{:.2} % of all processor time since the start{}",
        so_far * 100.0,
        examined.activity.map(|_| format!(", {} now", percent(now))).unwrap_or_default()
    );
    let advice =
        "measure at another hour or on another host; comparisons in turns give both sides their part";
    match now {
        STEAL_BAD.. => CHECK.bad(finding).advice(advice),
        STEAL_WARY.. => CHECK.wary(finding).advice(advice),
        _ if so_far * 1000.0 >= f64::from(STEAL_WARY) => CHECK.wary(finding).advice(advice),
        _ => CHECK.good(finding),
    }
}

fn load(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::of("load", "what ran in the last minute may still run, or come back");
    let Some(permille) = examined.conditions.load_permille else {
        return CHECK.unknown("the system has no load average");
    };
    let finding = format!("{:.2} on average over the last minute", f64::from(permille) / 1000.0);
    match permille > LOAD_WARY {
        true => CHECK.wary(finding).advice("wait a minute, and look again; building just before counts too"),
        false => CHECK.good(finding),
    }
}

fn neighbours(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::of(
        "neighbours",
        "a busy neighbour makes contended code look several times faster, because its threads no longer meet",
    );
    let Some(activity) = examined.activity else {
        return CHECK.unknown("the system does not say who works");
    };
    let mut who: Vec<String> = activity.busiest.iter().map(busy).collect();
    // Shares of one processor against a share of all.
    let named: u32 = activity.busiest.iter().map(|busy| busy.permille).sum();
    let processors = examined.conditions.machine.logical_cpus.max(1);
    if activity.others_permille >= OTHERS_WARY && named / processors < activity.others_permille / 2 {
        let others = if examined.conditions.sees_all_processes {
            "and others, many of which came or went meanwhile"
        } else {
            "and others that cannot be seen from here"
        };
        who.push(others.to_owned());
    }
    let who = if who.is_empty() { String::new() } else { format!(": {}", who.join(", ")) };
    let finding =
        format!("others work {} of the processors' time now{who}", percent(activity.others_permille));
    let advice = "stop them, or wait until they are done";
    match activity.others_permille {
        OTHERS_BAD.. => CHECK.bad(finding).advice(advice),
        OTHERS_WARY.. => CHECK.wary(finding).advice(advice),
        _ => CHECK.good(finding),
    }
}

/// Of one processor, as `top` shows it.
fn busy(busy: &Busy) -> String {
    format!("{} ({}) {:.0} %", busy.name, busy.pid, f64::from(busy.permille) / 10.0)
}

fn measuring(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::of("measuring", "two that measure at once disturb each other");
    match examined.measuring {
        None => CHECK.unknown("other processes cannot be seen"),
        Some([]) if !examined.conditions.sees_all_processes => {
            CHECK.unknown("nobody among the processes that are seen from here, which are not all")
        }
        Some([]) => CHECK.good("nobody else, as far as names tell"),
        Some(others) => CHECK
            .bad(format!("others measure, or load the machine: {}", others.join("; ")))
            .advice("wait until it is done; measurements of one results folder wait for each other"),
    }
}
