//! What the processors do now: who works, and who measures.

use super::conditions::{Times, times_of};
use super::files::SystemFiles;
use super::process::{Process, command_line, parse_stat, split_arguments};
use std::collections::BTreeMap;
use std::path::Path;

/// Programs that load or measure a machine.
const TOOLS: &[&str] = &["fio", "hyperfine", "iperf3", "perf", "stress", "stress-ng", "sysbench", "wrk"];

/// Verbs of `contend` that measure.
const MEASURING_VERBS: &[&str] = &["bisect", "calibrate", "check", "compare", "figures", "run"];

/// Programs whose `--bench` means something else: what to build.
const BUILDERS: &[&str] = &["cargo", "clippy-driver", "rustc", "rustdoc"];

/// Most characters of a command that are told.
const COMMAND_LENGTH: usize = 60;

/// What `/proc/self/ns/pid` says where all processes of the machine have a number.
///
/// Source: `PROC_PID_INIT_INO` in the kernel's `include/linux/proc_ns.h`.
const ALL_PROCESSES: &str = "pid:[4026531836]";

/// What had been done by some moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    times: Option<Times>,
    processes: BTreeMap<u32, Used>,
}

/// What one process had used by then.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Used {
    name: String,
    /// Clock ticks after the machine started, so that a number that comes round again is another process.
    started: u64,
    ticks: u64,
}

/// What was done between two moments, by others than this process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Activity {
    /// Share of all processors' time that others worked, in thousandths.
    pub others_permille: u32,
    /// Share of all processors' time that the hypervisor took, in thousandths.
    pub stolen_permille: u32,
    /// Those that worked most, the busiest first; at most three, and nobody who did nothing.
    pub busiest: Vec<Busy>,
}

/// A process that works.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Busy {
    /// Its number.
    pub pid: u32,
    /// Its name, which the kernel cuts at 15 characters.
    pub name: String,
    /// Share of one processor's time, in thousandths.
    pub permille: u32,
}

/// What has been done by now.
pub fn snapshot() -> Snapshot {
    snapshot_of(&SystemFiles::here())
}

fn snapshot_of(files: &SystemFiles) -> Snapshot {
    let used = |pid| {
        let process = process(files, pid)?;
        Some((pid, Used { name: process.name, started: process.started, ticks: process.used }))
    };
    Snapshot {
        times: files.text("proc/stat").and_then(|stat| times_of(&stat)),
        processes: pids(files).filter_map(used).collect(),
    }
}

impl Snapshot {
    /// What was done from this moment to `later`, on `processors` processors, without what the process `own` did;
    /// `None` where the system does not tell, or no time has passed.
    pub fn until(&self, later: &Self, own: u32, processors: u32) -> Option<Activity> {
        let (before, after) = (self.times?, later.times?);
        let total = after.total.checked_sub(before.total).filter(|total| *total > 0)?;
        let used = |pid: &u32| {
            later.processes.get(pid).map_or(0, |process| process.ticks - self.ticks(pid, process))
        };
        let busy = after.busy.saturating_sub(before.busy).saturating_sub(used(&own));
        // One processor's share of the time that has passed.
        let one = (total / u64::from(processors.max(1))).max(1);
        let mut busiest: Vec<Busy> = later
            .processes
            .iter()
            .filter(|(pid, _)| **pid != own)
            .map(|(pid, process)| Busy {
                pid: *pid,
                name: process.name.clone(),
                permille: permille(used(pid), one),
            })
            .filter(|busy| busy.permille > 0)
            .collect();
        busiest.sort_by_key(|busy| (std::cmp::Reverse(busy.permille), busy.pid));
        busiest.truncate(3);
        let stolen = after.stolen.saturating_sub(before.stolen);
        let (others_permille, stolen_permille) = (permille(busy, total), permille(stolen, total));
        Some(Activity { others_permille, stolen_permille, busiest })
    }

    /// What the same process had used by this moment; at most what it has used since.
    fn ticks(&self, pid: &u32, process: &Used) -> u64 {
        let same = self.processes.get(pid).filter(|before| before.started == process.started);
        same.map_or(0, |before| before.ticks.min(process.ticks))
    }
}

fn permille(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(1000) / whole).unwrap_or(u32::MAX)
}

/// Processes that seem to measure or to load the machine, each as `number: command`: benches, known tools, and verbs of
/// `contend` that measure. Those of `own` and of whoever started it are left out.
pub fn measuring_processes(own: u32) -> Vec<String> {
    measuring_processes_of(&SystemFiles::here(), own)
}

fn measuring_processes_of(files: &SystemFiles, own: u32) -> Vec<String> {
    let family = ancestors(files, own);
    let command = |pid: u32| {
        let arguments = split_arguments(&files.bytes(format!("proc/{pid}/cmdline"))?);
        measures(&arguments).then(|| format!("{pid}: {}", clipped(&command_line(&arguments))))
    };
    pids(files).filter(|pid| !family.contains(pid)).filter_map(command).collect()
}

/// `own`, and who started it, and so on.
fn ancestors(files: &SystemFiles, own: u32) -> Vec<u32> {
    let mut family = vec![own];
    while let Some(process) = family.last().and_then(|pid| process(files, *pid))
        && process.parent != 0
        && !family.contains(&process.parent)
    {
        family.push(process.parent);
    }
    family
}

/// A name is cut at a byte, which may lie inside a character.
fn process(files: &SystemFiles, pid: u32) -> Option<Process> {
    parse_stat(String::from_utf8_lossy(&files.bytes(format!("proc/{pid}/stat"))?).trim())
}

/// Whether each process of the machine is seen: not from inside a container, and not where users see their own ones only.
///
/// Source: `man 7 pid_namespaces` and `man 5 proc`: `hidepid=` stands among the mount's options where it hides anything.
pub(super) fn all_processes_are_seen(files: &SystemFiles) -> bool {
    let hides = |line: &str| {
        let (place, system) = line.split_once(" - ").unwrap_or((line, ""));
        place.split(' ').nth(4) == Some("/proc") && system.contains("hidepid=")
    };
    let mounts = files.text("proc/self/mountinfo");
    files.link("proc/self/ns/pid").as_deref() == Some(ALL_PROCESSES)
        && mounts.is_some_and(|mounts| !mounts.lines().any(hides))
}

fn measures(arguments: &[String]) -> bool {
    let Some((program, rest)) = arguments.split_first() else { return false };
    let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    let first = rest.iter().find(|word| !word.starts_with(['-', '+'])).map(String::as_str);
    let has = |wanted: &str| rest.iter().any(|word| word == wanted);
    TOOLS.contains(&&*program)
        || program == "cargo" && first == Some("bench")
        || program == "contend" && first.is_some_and(|verb| MEASURING_VERBS.contains(&verb))
        || !BUILDERS.contains(&&*program) && (has("--bench") || has("--contend"))
}

fn clipped(command: &str) -> String {
    let letters: Vec<char> = command.chars().collect();
    if letters.len() <= COMMAND_LENGTH {
        return command.to_owned();
    }
    letters[..COMMAND_LENGTH - 3].iter().collect::<String>() + "..."
}

fn pids(files: &SystemFiles) -> impl Iterator<Item = u32> {
    let names = files.names("proc").unwrap_or_default();
    let mut pids: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
    pids.sort_unstable();
    pids.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use crate::environment::files::add_link;
    use crate::environment::files::fake;

    #[test]
    #[cfg(unix)]
    fn inside_a_container_not_all_processes_are_seen() {
        const OPEN: &str =
            "22 27 0:21 / /proc rw,relatime - proc proc rw\n29 23 0:26 / /sys rw - sysfs sysfs rw\n";
        let check = |mounts: &str, space: &str, expected: bool| {
            let (folder, files) = fake(&[("proc/self/mountinfo", mounts)]);
            add_link(&folder, "proc/self/ns/pid", space);
            assert_eq!(all_processes_are_seen(&files), expected, "{mounts} {space}");
        };
        check(OPEN, ALL_PROCESSES, true);
        check(OPEN, "pid:[4026532201]", false);
        check(&OPEN.replace("proc rw\n", "proc rw,hidepid=invisible\n"), ALL_PROCESSES, false);
        let (_folder, files) = fake(&[("proc/self/mountinfo", OPEN)]);
        assert!(!all_processes_are_seen(&files), "it is not known");
    }

    #[test]
    fn a_name_that_is_cut_inside_a_character_hides_no_process() {
        let (folder, files) = fake(&[("proc/8/stat", "")]);
        let line = [&b"8 (\xe2\x82"[..], &stat(8, "x", 1, 5, 5).as_bytes()["8 (x".len()..]].concat();
        #[expect(clippy::disallowed_methods, reason = "a system to read, in a folder of the test")]
        std::fs::write(folder.path().join("proc/8/stat"), line).expect("a file");
        assert_eq!(snapshot_of(&files).processes[&8].ticks, 6);
    }

    fn stat(pid: u32, name: &str, parent: u32, ticks: u64, started: u64) -> String {
        format!("{pid} ({name}) S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 1 0 0 20 0 1 0 {started} 1 1")
    }

    fn moment(total: &str, processes: &[(u32, &str, u64, u64)]) -> Snapshot {
        let texts: Vec<(String, String)> = processes
            .iter()
            .map(|(pid, name, ticks, started)| {
                (format!("proc/{pid}/stat"), stat(*pid, name, 1, *ticks, *started))
            })
            .chain([("proc/stat".to_owned(), total.to_owned())])
            .collect();
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, files) = fake(&texts);
        snapshot_of(&files)
    }

    #[test]
    fn others_are_what_is_not_ours() {
        let processes = [(7, "own", 10, 5), (8, "hog", 100, 5), (9, "idle", 3, 5)];
        let before = moment("cpu  100 0 0 900 0 0 0 0", &processes);
        let processes = [(7, "own", 20, 5), (8, "hog", 160, 5), (9, "idle", 3, 5), (10, "new", 4, 6)];
        let after = moment("cpu  180 0 0 1018 0 0 0 2", &processes);
        let activity = before.until(&after, 7, 2).expect("time has passed");
        assert_eq!((activity.others_permille, activity.stolen_permille), (350, 10));
        let busiest: Vec<(u32, &str, u32)> =
            activity.busiest.iter().map(|busy| (busy.pid, busy.name.as_str(), busy.permille)).collect();
        assert_eq!(busiest, [(8, "hog", 600), (10, "new", 50)]);
        assert_eq!(before.until(&before, 7, 2), None, "no time has passed");
    }

    #[test]
    fn a_number_that_comes_round_is_another_process() {
        let before = moment("cpu  0 0 0 0 0 0 0 0", &[(8, "old", 500, 5)]);
        let after = moment("cpu  40 0 0 60 0 0 0 0", &[(8, "new", 19, 77)]);
        let activity = before.until(&after, 1, 1).expect("time has passed");
        assert_eq!(activity.busiest, [Busy { pid: 8, name: "new".to_owned(), permille: 200 }]);
    }

    #[track_caller]
    fn check(command: &str, expected: bool) {
        let arguments: Vec<String> = command.split(' ').map(str::to_owned).collect();
        assert_eq!(measures(&arguments), expected, "{command}");
    }

    #[test]
    fn who_measures() {
        check("/home/x/bin/cargo bench", true);
        check("cargo +nightly bench -- map", true);
        check("cargo build --bench locks", false);
        check("rustc --crate-name bench --bench", false);
        check("target/release/deps/locks-1234 --bench", true);
        check(".contend/builds/1/locks --contend serve", true);
        check("./target/release/contend calibrate --cells 44", true);
        check("contend doctor", false);
        check("contend run --launches 6", true);
        check("contend runs", false);
        check("contend figures", true);
        check("contend compare main", true);
        check("/usr/bin/perf stat ls", true);
        check("vim bench", false);
        check("", false);
    }

    #[test]
    fn the_own_family_is_left_out() {
        let (shell, cargo, own, other) = (
            stat(2, "sh", 1, 0, 0),
            stat(3, "cargo", 2, 0, 0),
            stat(4, "contend", 3, 0, 0),
            stat(5, "perf", 1, 0, 0),
        );
        let long = format!("perf\0stat\0{}\0", "x".repeat(99));
        let (_folder, files) = fake(&[
            ("proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 1 1"),
            ("proc/2/stat", &shell),
            ("proc/3/stat", &cargo),
            ("proc/3/cmdline", "cargo\0bench\0"),
            ("proc/4/stat", &own),
            ("proc/5/stat", &other),
            ("proc/5/cmdline", &long),
        ]);
        assert_eq!(ancestors(&files, 4), [4, 3, 2, 1]);
        let expected = format!("5: perf stat {}...", "x".repeat(47));
        assert_eq!(measuring_processes_of(&files, 4), [expected]);
        assert_eq!(measuring_processes_of(&files, 5), ["3: cargo bench"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_seen() {
        assert!(snapshot().processes.contains_key(&std::process::id()));
    }
}
