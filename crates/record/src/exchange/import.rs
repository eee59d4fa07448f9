//! Numbers of criterion as a run, marked as what they are: neither where nor how they were measured is known.

use super::criterion::FoundBenchmark;
use crate::environment::{invocation_command, now_unix_ms};
use crate::error::RecordError;
use crate::store::{LaunchStart, RunFacts, Store};
use contend_protocol::CellId;
use contend_protocol::fnv;
use contend_protocol::manifest::{Build, Constants, IMPORTED, IMPORTED_SUITE, Invocation, Machine, Source};
use contend_protocol::sample::{CellRecord, Outcome, Slices};
use contend_protocol::{MAX_PART_LEN, criterion::Benchmark};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What stands where nothing is known.
const UNKNOWN: &str = "unknown";

impl Store {
    /// Saves benchmarks of criterion as a run of its own, and returns its folder.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the run cannot be made; nothing is left behind then, or a run without some of its cells
    /// that says so.
    pub fn import(&self, benchmarks: &[FoundBenchmark]) -> Result<PathBuf, RecordError> {
        let now = now_unix_ms();
        let invocation = Invocation {
            key: format!("import-{}-{now}", std::process::id()),
            command: invocation_command(),
            set: IMPORTED.to_owned(),
            seed: 0,
        };
        let start = LaunchStart {
            suite: IMPORTED_SUITE.to_owned(),
            arguments: Vec::new(),
            planned_cells: u32::try_from(benchmarks.len()).unwrap_or(u32::MAX),
            now_unix_ms: now,
            load_permille: None,
        };
        let mut writer = self.join(&invocation, start, unknown)?;
        for record in records(benchmarks) {
            writer.append(&record)?;
        }
        let directory = writer.directory().to_owned();
        writer.finish(now_unix_ms(), None)?;
        Ok(directory)
    }
}

/// Nothing is known, and nothing is made up: texts say so, and counts are zero, which no machine has.
fn unknown() -> RunFacts {
    RunFacts {
        source: Source { commit: None, dirty: None, shallow: None, lock_file: None },
        build: Build {
            rustc: UNKNOWN.to_owned(),
            target: UNKNOWN.to_owned(),
            opt_level: UNKNOWN.to_owned(),
            debug_assertions: false,
            rustflags: String::new(),
            profile_bench: String::new(),
        },
        machine: Machine {
            id: UNKNOWN.to_owned(),
            arch: UNKNOWN.to_owned(),
            os: UNKNOWN.to_owned(),
            kernel: None,
            cpu_model: None,
            logical_cpus: 0,
            physical_cores: None,
            allowed_cpus: 0,
            smt: None,
            governor: None,
            turbo: None,
            cgroup_cpu_permille: None,
            cgroup_memory_bytes: None,
            memory_bytes: None,
            virtualised: None,
            clock_source: None,
            huge_pages: None,
            pinning: false,
            run_queue_figures: false,
        },
        constants: Constants {
            clock_read_ps: None,
            ping_pong_ps: None,
            wake_up_ps: None,
            spawn_ps: None,
            gate_skew_ps: None,
            work_unit_ps: None,
        },
    }
}

fn records(benchmarks: &[FoundBenchmark]) -> Vec<CellRecord> {
    let mut taken = BTreeSet::new();
    benchmarks.iter().map(|found| record(found, cell(&found.benchmark, &mut taken))).collect()
}

/// A sample is a slice, and its iterations are one worker's operations: how many there were is not known, so nobody may say how
/// they shared, and of one worker nobody does.
fn record(found: &FoundBenchmark, cell: CellId) -> CellRecord {
    let sample = &found.sample;
    CellRecord {
        cell,
        launch: 0,
        started_unix_ms: found.written_unix_ms,
        outcome: Outcome::Measured,
        // As criterion has it: an id is plainer.
        version: found.benchmark.full_id.clone(),
        definition: fnv::hex(found.benchmark.full_id.as_bytes()),
        seed: 0,
        oversubscribed: false,
        // It is not known, and where it is true, idle processors prove nothing.
        blocks: true,
        pinned: false,
        repeated: 0,
        others_cpu_permille: None,
        observed: None,
        slices: Slices {
            window_ns: sample.times.iter().map(|time| whole(*time)).collect(),
            ops: sample.iters.iter().map(|iterations| vec![whole(*iterations)]).collect(),
            cpu_ns: None,
            run_delay_ns: None,
            voluntary_switches: None,
            involuntary_switches: None,
            minor_faults: None,
            failed_attempts: Vec::new(),
            skew_ns: Vec::new(),
            overhang_ns: Vec::new(),
        },
    }
}

/// At least 1, so that nothing is divided by what was rounded away.
fn whole(value: f64) -> u64 {
    (value.round() as u64).max(1)
}

/// `criterion/<group>/<function and value>/1`: how many threads a benchmark used is not known, and an id has some number.
fn cell(benchmark: &Benchmark, taken: &mut BTreeSet<CellId>) -> CellId {
    let parts = [&benchmark.function_id, &benchmark.value_str];
    let name: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let name = if name.is_empty() { benchmark.group_id.clone() } else { name.join("-") };
    let name = if is_ours(&plain(&name)) { format!("{IMPORTED_SUITE}-{name}") } else { name };
    let (group, name) = (plain(&benchmark.group_id), plain(&name));
    let id =
        |name: &str| CellId::new(IMPORTED_SUITE, &group, name, 1).expect("plain names are parts of an id");
    let mut cell = id(&name);
    let mut copy = 0_u32;
    while !taken.insert(cell.clone()) {
        // Of copies of one folder even the whole ids are the same.
        let hash = fnv::hex(format!("{} {copy}", benchmark.full_id).as_bytes());
        cell = id(&marked(&name, &hash));
        copy += 1;
    }
    cell
}

/// Whether a contender of that name is a floor or a bound here, which no benchmark of others is.
///
/// Source: `place` in `crates/report/src/cells.rs`.
fn is_ours(name: &str) -> bool {
    name == "floor" || name.starts_with("bound-") || name.starts_with("per-thread")
}

/// A name of any letters as a part of an id: small letters, digits, single dashes. What is cut off stays apart by a hash.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain = plain.trim_matches('-');
    match plain.len() {
        0 => marked("", &fnv::hex(name.as_bytes())),
        1..=MAX_PART_LEN => plain.to_owned(),
        _ => marked(plain, &fnv::hex(name.as_bytes())),
    }
}

/// `name-12345678`, not too long.
fn marked(name: &str, hash: &str) -> String {
    let hash = &hash[..8];
    // All letters are of one byte.
    let kept = name[..name.len().min(MAX_PART_LEN - 9)].trim_end_matches('-');
    if kept.is_empty() { hash.to_owned() } else { format!("{kept}-{hash}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(plain(name), expected);
    }

    #[test]
    fn names_become_parts_of_an_id() {
        check("read 99 %/Insert", "read-99-insert");
        check("dashmap::DashMap<u64>", "dashmap-dashmap-u64");
        check(&"x".repeat(40), &"x".repeat(40));
        check(&"x".repeat(41), &format!("{}-{}", "x".repeat(31), &fnv::hex("x".repeat(41).as_bytes())[..8]));
        check("größe", "gr-e");
        assert_eq!(plain("€").len(), 8);
    }

    #[test]
    fn benchmarks_that_would_share_an_id_stay_apart() {
        let benchmark = |function: &str| Benchmark {
            group_id: "g".to_owned(),
            function_id: Some(function.to_owned()),
            value_str: None,
            full_id: format!("g/{function}"),
            directory_name: String::new(),
            title: String::new(),
        };
        let mut taken = BTreeSet::new();
        let cells: Vec<String> =
            ["a b", "a-b", "c"].iter().map(|name| cell(&benchmark(name), &mut taken).to_string()).collect();
        assert_eq!((cells[0].as_str(), cells[2].as_str()), ("criterion/g/a-b/1", "criterion/g/c/1"));
        assert!(cells[1].starts_with("criterion/g/a-b-"), "{}", cells[1]);
        let mut taken = BTreeSet::new();
        for _ in 0..3 {
            cell(&benchmark("a"), &mut taken);
        }
        assert_eq!(taken.len(), 3, "copies of one benchmark: {taken:?}");
    }

    #[test]
    fn no_name_of_others_means_what_it_means_here() {
        let named = |function: &str| {
            let text =
                format!(r#"{{"group_id":"g","function_id":"{function}","value_str":null,"full_id":"g/x"}}"#);
            let benchmark = contend_protocol::decode("a benchmark", &text).expect("it is one");
            cell(&benchmark, &mut BTreeSet::new()).contender().to_owned()
        };
        assert_eq!(named("Floor"), "criterion-floor");
        assert_eq!(named("bound::check"), "criterion-bound-check");
        assert_eq!(named("per thread"), "criterion-per-thread");
        assert_eq!((named("unbound").as_str(), named("floor tile").as_str()), ("unbound", "floor-tile"));
    }
}
