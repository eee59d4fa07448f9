//! `run.json`: what one invocation measured, on what, and how.

use crate::version::{FormatVersion, MethodVersion};
use serde::{Deserialize, Serialize};

/// The set of a run that was imported: neither where nor how it was measured is known, so it is indicative at best.
pub const IMPORTED: &str = "imported";

/// The suite of what was imported from criterion.
pub const IMPORTED_SUITE: &str = "criterion";

/// The manifest of a run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the files in this folder.
    pub format: FormatVersion,
    /// Version of how the numbers came about.
    pub method: MethodVersion,
    /// The folder's name: `<utc>-<sha7>-<machine4>`.
    pub run: String,
    /// When the run was created, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// What was measured of which source.
    pub source: Source,
    /// How it was started.
    pub invocation: Invocation,
    /// How the executables were built.
    pub build: Build,
    /// Where it ran.
    pub machine: Machine,
    /// What the machine's own operations cost, measured when the run was created.
    pub constants: Constants,
    /// The launches of bench executables, in order.
    pub launches: Vec<Launch>,
}

impl Manifest {
    /// Whether other software measured it.
    pub fn is_imported(&self) -> bool {
        self.invocation.set == IMPORTED
    }
}

/// The source that was measured.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Full commit id; `null` outside a git repository.
    pub commit: Option<String>,
    /// The working tree differs from the commit; `null` outside a git repository.
    pub dirty: Option<bool>,
    /// The clone has no full history; `null` outside a git repository.
    pub shallow: Option<bool>,
    /// FNV-1a hash of `Cargo.lock`, as 16 hexadecimal digits; `null` where there is none.
    pub lock_file: Option<String>,
}

/// How a run was started.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Invocation {
    /// What the executables of one `cargo bench` have in common: their parent process and its start.
    pub key: String,
    /// The command that was typed, as far as it can be told.
    pub command: String,
    /// `curated` or `full`; `imported` where other software measured.
    pub set: String,
    /// Seed of the tapes and key sets; launches in which cells take turns draw theirs from it and their number.
    pub seed: u64,
}

/// How the bench executables were built.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// First line of `rustc -vV`.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// Optimisation level: `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// Debug assertions are compiled in, which makes every number worthless.
    pub debug_assertions: bool,
    /// Flags given to rustc, separated by spaces.
    pub rustflags: String,
    /// The workspace's `[profile.bench]`, as written; empty where there is none.
    pub profile_bench: String,
}

/// The machine a run was measured on. What the platform does not tell is `null`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Hash of the stable facts (model, architecture, counts), as 16 hexadecimal digits.
    pub id: String,
    /// `x86_64`, `aarch64`, ...
    pub arch: String,
    /// `linux`, `macos`, ...
    pub os: String,
    /// Kernel release.
    pub kernel: Option<String>,
    /// Processor model as the system names it.
    pub cpu_model: Option<String>,
    /// Logical processors of the machine.
    pub logical_cpus: u32,
    /// Physical cores among the allowed processors.
    pub physical_cores: Option<u32>,
    /// Logical processors this process may use.
    pub allowed_cpus: u32,
    /// Simultaneous multithreading is on.
    pub smt: Option<bool>,
    /// Frequency governor of the first processor.
    pub governor: Option<String>,
    /// Turbo frequencies are allowed.
    pub turbo: Option<bool>,
    /// Limit of the control group, in thousandths of a processor.
    pub cgroup_cpu_permille: Option<u32>,
    /// Limit of the control group's memory, in bytes.
    pub cgroup_memory_bytes: Option<u64>,
    /// Total memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The processor says that it runs under a hypervisor.
    pub virtualised: Option<bool>,
    /// Clock source of the kernel.
    pub clock_source: Option<String>,
    /// Transparent huge pages: `always`, `madvise` or `never`.
    pub huge_pages: Option<String>,
    /// Workers could be held on their cores.
    pub pinning: bool,
    /// Run-queue delay can be read, so lost parallelism shows.
    pub run_queue_figures: bool,
}

/// What the machine's own operations cost: medians, in picoseconds so that a clock read keeps its digits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Constants {
    /// One read of the monotonic clock.
    pub clock_read_ps: Option<u64>,
    /// One round trip of a cache line between two cores, both spinning.
    pub ping_pong_ps: Option<u64>,
    /// From waking a sleeping thread on another core until it runs.
    pub wake_up_ps: Option<u64>,
    /// Spawning and joining a thread.
    pub spawn_ps: Option<u64>,
    /// Difference between two workers' starts after the gate.
    pub gate_skew_ps: Option<u64>,
    /// One work unit, as the critical sections are made of.
    pub work_unit_ps: Option<u64>,
}

/// One process of a bench executable.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Number of the launch, from 0.
    pub launch: u32,
    /// The suite it measured.
    pub suite: String,
    /// Arguments of the process.
    pub arguments: Vec<String>,
    /// Cells it set out to measure.
    pub planned_cells: u32,
    /// When it joined the run, in milliseconds since 1970-01-01 UTC.
    pub started_unix_ms: u64,
    /// When it had measured all of them, or left the rest to its successor because a contender hung; `null` while it
    /// runs, and for ever if it was killed.
    pub finished_unix_ms: Option<u64>,
    /// One-minute load when it joined, in thousandths.
    pub load_permille: Option<u32>,
    /// Time the hypervisor took from this machine while it ran, in clock ticks.
    pub steal_ticks: Option<u64>,
}

impl Launch {
    /// Whether its cells took turns, as those of `contend run` do.
    pub fn takes_turns(&self) -> bool {
        let words: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        matches!(words[..], ["--contend", "launch", ..] | ["launch"])
    }

    /// How many such launches each cell was to have; `None` where it does not say.
    pub fn wanted(&self) -> Option<u32> {
        let wanted = self.arguments.iter().skip_while(|word| *word != "--of").nth(1);
        wanted.filter(|_| self.takes_turns())?.parse().ok()
    }
}

/// The version that a stored document says it has, whatever else is in it; `None` where it says none.
///
/// A reader asks before it decodes: what a newer format adds is no damage.
pub fn format_of(text: &str) -> Option<FormatVersion> {
    /// The one field that every version has.
    #[derive(Deserialize)]
    struct Versioned {
        format: FormatVersion,
    }
    serde_json::from_str(text).ok().map(|versioned: Versioned| versioned.format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_launch(words: &str, takes_turns: bool, wanted: Option<u32>) {
        let launch = Launch {
            launch: 0,
            suite: "s".to_owned(),
            arguments: words.split_whitespace().map(str::to_owned).collect(),
            planned_cells: 1,
            started_unix_ms: 0,
            finished_unix_ms: None,
            load_permille: None,
            steal_ticks: None,
        };
        assert_eq!((launch.takes_turns(), launch.wanted()), (takes_turns, wanted), "{words}");
    }

    #[test]
    fn launches_say_how_they_measured() {
        check_launch("--contend launch --of 6", true, Some(6));
        check_launch("--contend launch", true, None);
        check_launch("launch", true, None);
        check_launch("--contend launch --of", true, None);
        check_launch("--bench --of 6", false, None);
        check_launch("", false, None);
    }

    #[track_caller]
    fn check(text: &str, expected: Option<u32>) {
        assert_eq!(format_of(text), expected.map(FormatVersion));
    }

    #[test]
    fn the_format_is_read_whatever_else_is_there() {
        check(r#"{"format": 1}"#, Some(1));
        check(r#"{"format": 7, "from the future": [1, 2]}"#, Some(7));
        check(r#"{"format": "7"}"#, None);
        check("{}", None);
        check(r#"{"format": 1"#, None);
        check("", None);
    }
}
