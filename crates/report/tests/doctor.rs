//! What `contend doctor` says of machines that are made up, letter for letter.

#[path = "doctor/machines.rs"]
mod machines;

use contend_protocol::calibration::Calibration;
use contend_protocol::version::{FormatVersion, MethodVersion};
use contend_record::environment::{
    Activity, BenchProfile, Busy, Conditions, CpuQuota, Space, Swap, Times, Turbo,
};
use contend_report::doctor::{Examined, Grade, Line, Mark, grade, lines, text};
use machines::{good, machine, poor, profile, silent, supply};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const NOW_UNIX_MS: u64 = 1_773_825_302_417;

fn calibration(days_ago: u64) -> Calibration {
    Calibration {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        created_unix_ms: NOW_UNIX_MS - days_ago * DAY_MS,
        took_ms: 7,
        machine: machine(),
        seed: 42,
        cells: Vec::new(),
    }
}

fn activity(others_permille: u32, stolen_permille: u32) -> Activity {
    let busy = |pid, name: &str, permille| Busy { pid, name: name.to_owned(), permille };
    let busiest = vec![busy(4711, "rustc", 980), busy(42, "cc1", 310)];
    Activity { others_permille, stolen_permille, busiest }
}

/// What is looked at beside the conditions.
struct Rest {
    activity: Option<Activity>,
    measuring: Option<Vec<String>>,
    space: Option<Space>,
    build_space: Option<Space>,
    profile: Option<BenchProfile>,
    calibrations: Option<Vec<Calibration>>,
}

impl Rest {
    /// All of it as it should be.
    fn good() -> Self {
        let space = Space { free_bytes: 40 << 30, writable: true };
        Self {
            activity: Some(Activity { others_permille: 3, stolen_permille: 0, busiest: Vec::new() }),
            measuring: Some(Vec::new()),
            space: Some(space),
            build_space: Some(space),
            profile: Some(profile("3", false)),
            calibrations: Some(vec![calibration(3)]),
        }
    }

    fn lines(&self, conditions: &Conditions) -> Vec<Line> {
        lines(&Examined {
            conditions,
            activity: self.activity.as_ref(),
            measuring: self.measuring.as_deref(),
            space: self.space,
            build_space: self.build_space,
            profile: self.profile.as_ref(),
            calibrations: self.calibrations.as_deref(),
            now_unix_ms: NOW_UNIX_MS,
        })
    }
}

/// What is found where all but the conditions is as it should be.
fn found(conditions: &Conditions) -> Vec<Line> {
    Rest::good().lines(conditions)
}

fn found_of_the_poor() -> Vec<Line> {
    let rest = Rest {
        activity: Some(activity(161, 70)),
        measuring: Some(vec!["812: cargo bench".to_owned(), "913: perf stat ls".to_owned()]),
        space: Some(Space { free_bytes: 40 << 20, writable: true }),
        build_space: Some(Space { free_bytes: 1 << 30, writable: true }),
        profile: Some(profile("3", true)),
        calibrations: Some(vec![calibration(400)]),
    };
    rest.lines(&poor())
}

fn found_of_the_silent() -> Vec<Line> {
    let rest = Rest {
        activity: None,
        measuring: None,
        space: None,
        build_space: None,
        profile: None,
        calibrations: Some(Vec::new()),
    };
    rest.lines(&silent())
}

/// `CONTEND_BLESS=1 cargo test -p contend-report --test doctor` writes the texts anew.
#[track_caller]
fn check(lines: &[Line], file: &str) {
    let got = text(lines, false);
    assert!(got.lines().all(|line| line.chars().count() <= 80), "a line is too long:\n{got}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shown").join(file);
    if std::env::var_os("CONTEND_BLESS").is_some() {
        #[expect(clippy::disallowed_methods, reason = "the maintainer asked for it")]
        std::fs::write(&path, &got).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("there is a text");
    assert!(got == expected, "{file} is not what is said:\n{got}");
}

#[test]
fn a_machine_that_is_fit() {
    let lines = found(&good());
    assert_eq!(grade(&lines), Grade::Fit);
    check(&lines, "doctor_good.txt");
}

#[test]
fn a_machine_that_is_not() {
    let lines = found_of_the_poor();
    assert_eq!(grade(&lines), Grade::Unfit);
    check(&lines, "doctor_poor.txt");
}

#[test]
fn what_cannot_be_seen_is_never_good() {
    let lines = found_of_the_silent();
    assert_eq!(grade(&lines), Grade::Unknown);
    let known: Vec<&str> =
        lines.iter().filter(|line| line.mark != Mark::Unknown).map(|line| line.code.as_str()).collect();
    assert_eq!(known, ["calibration"], "there is none, which can be seen");
    check(&lines, "doctor_silent.txt");
}

#[test]
fn every_machine_is_asked_the_same() {
    let codes = |lines: &[Line]| lines.iter().map(|line| line.code.clone()).collect::<BTreeSet<_>>();
    let good = found(&good());
    assert_eq!(codes(&good).len(), good.len(), "codes stand once");
    assert_eq!(codes(&good), codes(&found_of_the_poor()));
    assert_eq!(codes(&good), codes(&found_of_the_silent()));
}

#[test]
fn what_can_be_changed_says_how_and_how_back() {
    for line in found_of_the_poor() {
        let says_how = line.command.is_some() || line.advice.is_some();
        assert!(line.mark == Mark::Good || says_how, "{}", line.code);
        let changes = line.command.as_ref().is_some_and(|command| command.contains("sudo"));
        assert_eq!(line.undo.is_some() && line.command.is_some(), line.undo.is_some(), "{}", line.code);
        assert!(!changes || line.undo.is_some(), "{}", line.code);
    }
}

/// A space at which no line is broken counts as a common one.
#[track_caller]
fn says(line: &Line, part: &str) {
    let said = format!("{line:?}").replace(r"\u{a0}", " ");
    assert!(said.contains(part), "{said}");
}

/// The line of that code on a server that differs by what `change` does.
#[track_caller]
fn check_line(code: &str, change: impl FnOnce(&mut Conditions), mark: Mark, part: &str) {
    let mut conditions = good();
    change(&mut conditions);
    let lines = found(&conditions);
    let line = lines.iter().find(|line| line.code == code).expect("there is such a line");
    assert_eq!(line.mark, mark, "{}", line.finding);
    says(line, part);
}

#[test]
fn a_guest_sees_less() {
    let guest = |conditions: &mut Conditions| conditions.machine.virtualised = Some(true);
    check_line("virtual-machine", guest, Mark::Wary, "hypervisor");
    check_line("smt", guest, Mark::Unknown, "may be one core of the host");
    let with_threads = |conditions: &mut Conditions| {
        guest(conditions);
        conditions.machine.smt = Some(true);
    };
    check_line("smt", with_threads, Mark::Unknown, "as far as the hypervisor shows");
    check_line("smt", |conditions| conditions.machine.smt = Some(true), Mark::Good, "no two allowed");
    check_line("steal", guest, Mark::Unknown, "not every hypervisor tells");
    let told = |conditions: &mut Conditions| {
        guest(conditions);
        conditions.times = Some(Times { total: 1_000_000, busy: 1000, stolen: 1400 });
    };
    check_line("steal", told, Mark::Good, "0.14 %");
    let taken = |conditions: &mut Conditions| {
        conditions.times = Some(Times { total: 1000, busy: 10, stolen: 6 });
    };
    check_line("steal", taken, Mark::Wary, "0.60 %");
}

#[test]
fn processors_that_are_left_out() {
    let some = |conditions: &mut Conditions| conditions.allowed = Some(vec![0, 1]);
    check_line("processors", some, Mark::Wary, "taskset -cp 0-3 $$");
    check_line("processors", some, Mark::Wary, "taskset -cp 0-1 $$");
    let closed = |conditions: &mut Conditions| {
        conditions.allowed = Some(vec![0, 1]);
        conditions.cpuset = Some(vec![0, 1]);
    };
    check_line("processors", closed, Mark::Wary, "whoever made it can widen it");
    let taken_off = |conditions: &mut Conditions| {
        (conditions.allowed, conditions.isolated) = (Some(vec![0]), Some(vec![2, 3]));
    };
    check_line("processors", taken_off, Mark::Wary, "taskset -cp 0-1 $$");
    let all_but_isolated = |conditions: &mut Conditions| {
        (conditions.allowed, conditions.isolated) = (Some(vec![0, 1]), Some(vec![2, 3]));
    };
    check_line("processors", all_but_isolated, Mark::Good, "the others are isolated");
    let one = |conditions: &mut Conditions| {
        (conditions.allowed, conditions.online) = (Some(vec![0]), Some(vec![0]));
    };
    check_line("processors", one, Mark::Wary, "there is one");
    let reserved = |conditions: &mut Conditions| {
        (conditions.allowed, conditions.isolated) = (Some(vec![2, 3]), Some(vec![2, 3]));
    };
    check_line("processors", reserved, Mark::Good, "isolated");
    check_line("isolated-cores", reserved, Mark::Good, "oversubscribed");
    let mixed = |conditions: &mut Conditions| conditions.isolated = Some(vec![3]);
    check_line("isolated-cores", mixed, Mark::Wary, "taskset -c 3 cargo bench");
    let adrift = |conditions: &mut Conditions| {
        conditions.isolated = Some(vec![3]);
        conditions.machine.pinning = false;
    };
    check_line("isolated-cores", adrift, Mark::Bad, "cannot be pinned");
}

#[test]
fn who_came_and_went_has_no_name() {
    let said = |others_permille, sees_all_processes| {
        let rest = Rest { activity: Some(activity(others_permille, 0)), ..Rest::good() };
        let lines = rest.lines(&Conditions { sees_all_processes, ..good() });
        let line = lines.into_iter().find(|line| line.code == "neighbours").expect("there is such a line");
        line.finding
    };
    // Those with a name worked 1.29 of 4 processors.
    let with_names = "others work 33.0 % of the processors' time now: rustc (4711) 98 %, cc1 (42) 31 %";
    assert_eq!((said(330, true).as_str(), said(330, false).as_str()), (with_names, with_names));
    assert!(said(900, true).ends_with("cc1 (42) 31 %, and others, many of which came or went meanwhile"));
    assert!(said(900, false).ends_with("cc1 (42) 31 %, and others that cannot be seen from here"));
}

#[test]
fn quotas() {
    let quota_of = |complete, permille, throttled| {
        move |conditions: &mut Conditions| {
            let throttled_periods = Some(throttled);
            conditions.quota = Some(CpuQuota { version: 2, permille, complete, throttled_periods });
        }
    };
    let quota = |permille, throttled| quota_of(true, permille, throttled);
    check_line("cpu-quota", quota(Some(3999), 0), Mark::Bad, "4.00 processors' time for 4");
    check_line("cpu-quota", quota(Some(4000), 0), Mark::Good, "as much as all");
    check_line("cpu-quota", quota(None, 7), Mark::Wary, "7 periods");
    check_line("cpu-quota", quota(Some(500), 0), Mark::Bad, "--cpus 4`, or start it again without");
    check_line("cpu-quota", quota_of(false, Some(3999), 0), Mark::Bad, "4.00 processors' time for 4");
    check_line("cpu-quota", quota_of(false, Some(4000), 0), Mark::Unknown, "from inside a container");
    check_line(
        "cpu-quota",
        quota_of(false, None, 0),
        Mark::Unknown,
        "none as far as can be seen from inside",
    );
}

#[test]
fn clocks_and_preferences() {
    let clock = |name: &'static str| {
        move |conditions: &mut Conditions| conditions.machine.clock_source = Some(name.to_owned())
    };
    check_line("clock-source", clock("kvm-clock"), Mark::Good, "kvm-clock");
    check_line("clock-source", clock("hpet"), Mark::Wary, "echo tsc | sudo tee");
    check_line("clock-source", clock("sundial"), Mark::Unknown, "nothing is known here");
    let preference = |conditions: &mut Conditions| {
        conditions.energy_preferences = BTreeMap::from([("balance_power".to_owned(), vec![0, 1, 2, 3])]);
    };
    check_line("frequency", preference, Mark::Wary, "cpu{0..3}/cpufreq/energy_performance_preference");
    let fixed = |conditions: &mut Conditions| conditions.fixed_addresses = Some(true);
    check_line("addresses", fixed, Mark::Wary, "setarch -R");
}

#[test]
fn plugs_with_and_without_current() {
    let supplies = |supplies: &[(&str, &str, Option<bool>)]| {
        let supplies: Vec<_> =
            supplies.iter().map(|(name, kind, online)| supply(name, kind, *online, None)).collect();
        move |conditions: &mut Conditions| conditions.supplies = supplies
    };
    let battery = ("BAT0", "Battery", None);
    check_line("power", supplies(&[battery, ("ucsi", "USB", Some(true))]), Mark::Good, "plugged in (ucsi)");
    check_line("power", supplies(&[battery, ("AC", "Mains", Some(false))]), Mark::Wary, "AC has no current");
    check_line(
        "power",
        supplies(&[("AC", "Mains", Some(false)), ("ucsi", "USB", Some(true))]),
        Mark::Good,
        "ucsi",
    );
    check_line("power", supplies(&[("ucsi", "USB", Some(false))]), Mark::Unknown, "no supply says");
    check_line("power", supplies(&[battery]), Mark::Unknown, "no supply says");
}

#[test]
fn swap_is_switched_on_again_as_it_was() {
    let used = |areas: &[(&str, i32)]| {
        let areas = areas.iter().map(|(path, priority)| ((*path).to_owned(), *priority)).collect();
        move |conditions: &mut Conditions| {
            conditions.swap = Some(Swap { total_bytes: 2 << 30, used_bytes: 1 << 30 });
            conditions.swap_areas = areas;
        }
    };
    let two = [("/dev/zram0", 100), ("/dev/sda2", -2)];
    check_line("swap", used(&two), Mark::Wary, "\"sudo swapoff /dev/sda2; sudo swapoff /dev/zram0\"");
    check_line("swap", used(&two), Mark::Wary, "\"sudo swapon /dev/sda2; sudo swapon -p 100 /dev/zram0\"");
    check_line("swap", used(&two), Mark::Wary, "have 1.0 GiB of memory free first");
    check_line("swap", used(&[]), Mark::Wary, "what `swapon --show` lists");
    check_line("swap", used(&[(r"/swap\040file", 1)]), Mark::Wary, "command: None");
}

#[test]
fn turbo_comes_back_where_it_was() {
    let some = |conditions: &mut Conditions| {
        let path = "/sys/devices/system/cpu/cpufreq/policy{0,2}/boost".to_owned();
        conditions.turbo = Some(Turbo { allowed: true, path, off: "0" });
    };
    check_line(
        "turbo",
        some,
        Mark::Wary,
        "echo 1 | sudo tee /sys/devices/system/cpu/cpufreq/policy{0,2}/boost",
    );
}

/// The line of that code on a good server where the rest is this.
#[track_caller]
fn check_rest(code: &str, rest: &Rest, mark: Mark, part: &str) {
    let lines = rest.lines(&good());
    let line = lines.iter().find(|line| line.code == code).expect("there is such a line");
    assert_eq!(line.mark, mark, "{}", line.finding);
    says(line, part);
}

#[test]
fn nobody_in_sight_is_not_nobody() {
    let hidden = |conditions: &mut Conditions| conditions.sees_all_processes = false;
    check_line("measuring", hidden, Mark::Unknown, "which are not all");
    check_line("measuring", |_| {}, Mark::Good, "nobody else");
}

#[test]
fn room_for_results_is_not_room_for_builds() {
    let little = Some(Space { free_bytes: 1 << 30, writable: true });
    let closed = Some(Space { free_bytes: 40 << 30, writable: false });
    let results = |space| Rest { space, ..Rest::good() };
    let builds = |build_space| Rest { build_space, ..Rest::good() };
    check_rest("disk", &results(little), Mark::Good, "1.0 GiB free for results");
    check_rest("disk", &results(closed), Mark::Bad, "CONTEND_RESULTS");
    check_rest("build-disk", &results(little), Mark::Good, "40.0 GiB free for builds");
    check_rest("build-disk", &builds(little), Mark::Wary, ".contend/target");
    check_rest("build-disk", &builds(closed), Mark::Wary, "cannot be written to");
    check_rest("build-disk", &builds(None), Mark::Unknown, "no workspace here");
    assert_eq!(grade(&builds(little).lines(&good())), Grade::Fit, "it moves no number");
}

#[test]
fn builds_that_are_not_what_services_run() {
    let of = |profile| Rest { profile: Some(profile), ..Rest::good() };
    let doubts = vec!["/x/Cargo.toml is not understood".to_owned()];
    let doubtful = BenchProfile { doubts, ..profile("3", true) };
    check_rest("build", &of(doubtful), Mark::Unknown, "/x/Cargo.toml is not understood");
    let checked = BenchProfile { overflow_checks: true, ..profile("3", false) };
    check_rest("build", &of(checked), Mark::Wary, "overflow checks");
    let packages = vec!["dashmap with opt-level 1".to_owned()];
    let mixed = BenchProfile { packages, ..profile("3", false) };
    check_rest("build", &of(mixed), Mark::Wary, "otherwise: dashmap with opt-level 1");
    check_rest("build", &of(profile("1", false)), Mark::Bad, "opt-level 1");
    check_rest("build", &of(profile("s", false)), Mark::Wary, "opt-level s");
}

#[test]
fn calibrations_that_cannot_be_read_are_not_none() {
    let unreadable = Rest { calibrations: None, ..Rest::good() };
    check_rest("calibration", &unreadable, Mark::Unknown, "the folder of results cannot be read");
}
