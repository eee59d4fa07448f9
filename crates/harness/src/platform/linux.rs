//! Linux: affinity masks, `/proc/thread-self/schedstat`, thread clocks.

use super::{Cores, Reading};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;
use std::fs::{File, read_to_string};
use std::os::unix::fs::FileExt;

/// Nanoseconds in a tick of `/proc/stat`.
///
/// Source: `USER_HZ` is 100 on every architecture that Rust's standard library supports; see `man 5 proc`.
const TICK_NS: u64 = 10_000_000;

pub(super) fn cores() -> Option<Cores> {
    let mask = sched_getaffinity(Pid::from_raw(0)).ok()?;
    let mut allowed: Vec<usize> =
        (0..CpuSet::count()).filter(|cpu| mask.is_set(*cpu).unwrap_or(false)).collect();
    let leaders: Option<Vec<usize>> = allowed.iter().map(|cpu| first_sibling(*cpu, &allowed)).collect();
    let physical = leaders.as_ref().map(|leaders| {
        let mut distinct = leaders.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len()
    });
    allowed.sort_by_key(|cpu| first_sibling(*cpu, &mask_of(&mask)).is_some_and(|leader| leader != *cpu));
    Some(Cores { allowed, physical })
}

fn mask_of(mask: &CpuSet) -> Vec<usize> {
    (0..CpuSet::count()).filter(|cpu| mask.is_set(*cpu).unwrap_or(false)).collect()
}

/// The first allowed processor on the same physical core as `cpu`.
fn first_sibling(cpu: usize, allowed: &[usize]) -> Option<usize> {
    let list =
        read_to_string(format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")).ok()?;
    parse_cpu_list(list.trim())?.into_iter().find(|sibling| allowed.contains(sibling))
}

/// Reads the kernel's `0-3,8` notation.
fn parse_cpu_list(list: &str) -> Option<Vec<usize>> {
    let mut cpus = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        cpus.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(cpus)
}

/// Holds the calling thread on `cpus`.
pub(crate) fn pin_to(cpus: &[usize]) -> Result<(), String> {
    let mut mask = CpuSet::new();
    for cpu in cpus {
        mask.set(*cpu).map_err(|error| error.to_string())?;
    }
    sched_setaffinity(Pid::from_raw(0), &mask).map_err(|error| error.to_string())
}

pub(super) fn process_cpu_ns() -> Option<u64> {
    clock_ns(ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

fn clock_ns(clock: ClockId) -> Option<u64> {
    let time = clock_gettime(clock).ok()?;
    let seconds = u64::try_from(time.tv_sec()).ok()?;
    Some(seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).ok()?)
}

pub(super) fn busy_ns(cores: &[usize]) -> Option<u64> {
    let stat = read_to_string("/proc/stat").ok()?;
    let busy = stat.lines().filter_map(|line| busy_ticks(line, cores)).sum::<u64>();
    Some(busy * TICK_NS)
}

/// Ticks that the `cpuN` line counts as work, where `N` is one of `cores`. Steal is the hypervisor's doing, not a
/// neighbour's, and is recorded elsewhere.
fn busy_ticks(line: &str, cores: &[usize]) -> Option<u64> {
    let mut fields = line.strip_prefix("cpu")?.split_ascii_whitespace();
    let cpu: usize = fields.next()?.parse().ok()?;
    if !cores.contains(&cpu) {
        return None;
    }
    let ticks: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, _idle, _iowait, irq, soft_irq, ..] = ticks[..] else { return None };
    Some(user + nice + system + irq + soft_irq)
}

/// What is resident, all mappings together.
const ROLLUP: &str = "/proc/self/smaps_rollup";

/// The rollup's line of pages that are of no file.
const OWN_DATA: &str = "Anonymous:";

/// The rollup counts pages; what `statm` says is kept per processor and may be some hundred KiB off. Pages of files, such as code
/// that runs for the first time, are left out.
pub(super) fn resident_bytes() -> Option<u64> {
    kibibytes(&read_to_string(ROLLUP).ok()?, OWN_DATA)
}

/// The kernel keeps one peak for all pages; those of files are taken off as they are now.
pub(super) fn peak_resident_bytes() -> Option<u64> {
    let rollup = read_to_string(ROLLUP).ok()?;
    let now = kibibytes(&rollup, OWN_DATA)?;
    let of_files = kibibytes(&rollup, "Rss:")?.saturating_sub(now);
    let peak = kibibytes(&read_to_string("/proc/self/status").ok()?, "VmHWM:")?;
    Some(peak.saturating_sub(of_files).max(now))
}

/// The bytes on the line of `text` that begins with `name`, which are written as `name   123 kB`.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Reads what the thread that made it has used.
#[derive(Debug)]
pub(crate) struct Meter {
    schedstat: Option<File>,
}

impl Meter {
    /// A meter of the calling thread.
    pub(crate) fn new() -> Self {
        Self { schedstat: File::open("/proc/thread-self/schedstat").ok() }
    }

    /// All that takes microseconds to read; read it outside the window.
    pub(crate) fn read(&self) -> Reading {
        let usage = getrusage(UsageWho::RUSAGE_THREAD).ok();
        let count = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
        Reading {
            run_delay_ns: self.run_delay_ns(),
            voluntary_switches: count(usage.map(|usage| usage.voluntary_context_switches())),
            involuntary_switches: count(usage.map(|usage| usage.involuntary_context_switches())),
            minor_faults: count(usage.map(|usage| usage.minor_page_faults())),
        }
    }

    /// Processor time of the calling thread, in nanoseconds; a fraction of a microsecond to read.
    pub(crate) fn cpu_ns(&self) -> Option<u64> {
        clock_ns(ClockId::CLOCK_THREAD_CPUTIME_ID)
    }

    /// Second figure of schedstat.
    ///
    /// Source: Documentation/scheduler/sched-stats.rst of the Linux kernel, "time spent waiting on a runqueue".
    fn run_delay_ns(&self) -> Option<u64> {
        let mut text = [0; 96];
        let length = self.schedstat.as_ref()?.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..length]).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_lists_are_read() {
        assert_eq!(parse_cpu_list("0"), Some(vec![0]));
        assert_eq!(parse_cpu_list("0-2,8"), Some(vec![0, 1, 2, 8]));
        assert_eq!(parse_cpu_list("x"), None);
    }

    #[test]
    fn only_work_on_the_named_cores_counts_as_busy() {
        let line = "cpu1 10 20 30 4000 500 6 7 80 0 0";
        assert_eq!(busy_ticks(line, &[1]), Some(73));
        assert_eq!(busy_ticks(line, &[0]), None);
        assert_eq!(busy_ticks("cpu  10 20 30 4000 500 6 7 80 0 0", &[0, 1]), None);
        assert_eq!(busy_ticks("intr 1", &[1]), None);
    }

    #[test]
    fn amounts_of_memory_are_read() {
        assert_eq!(kibibytes("x:  1 kB\nRss:     2048 kB\n", "Rss:"), Some(2_097_152));
        assert_eq!(kibibytes("Rss: many kB", "Rss:"), None);
        assert_eq!(kibibytes("", "Rss:"), None);
    }

    #[test]
    fn pages_that_are_written_become_resident() {
        let before = resident_bytes().expect("Linux tells");
        let written = std::hint::black_box(vec![1_u8; 32 << 20]);
        // Other tests give memory back meanwhile.
        assert!(resident_bytes().expect("Linux tells") >= before + (24 << 20));
        assert!(peak_resident_bytes().expect("Linux tells") >= written.len() as u64);
    }

    #[test]
    fn a_thread_that_works_uses_processor_time() {
        let meter = Meter::new();
        let before = meter.cpu_ns();
        std::hint::black_box(crate::work::work(std::hint::black_box(1_000_000), 1));
        assert!(meter.cpu_ns() > before);
    }
}
