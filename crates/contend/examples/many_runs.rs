//! Writes saved runs with numbers that look like some, to time what reads them: `many_runs FOLDER RUNS CELLS`.
//!
//! `CONTEND_RESULTS=FOLDER contend site build`, `runs`, `rank`, `show` and `report` then have as much to read as somebody who kept as many.
//! The same words write the same bytes. A run is an hour younger than the one before it, and in the younger half of them some cells are slower.

use anyhow::{Context, bail};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::manifest::Manifest;
use contend_protocol::sample::{CellRecord, Slices};
use contend_protocol::{CellId, decode, encode_line, encode_pretty};
use contend_record::utc_stamp;
use fastrand::Rng;
use std::fs::{create_dir, create_dir_all};
use std::path::Path;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const CATALOGUE: &str = include_str!("../../protocol/tests/formats/v1/catalogue.jsonl");

const HOUR_MS: u64 = 3_600_000;
const SUITES: [&str; 4] = ["map-contention", "lock-contention", "fan-out", "buffer-pools"];

/// Of a workload, as in the curated set. The last is more than the two processors of the machine in the fixture.
const THREADS: [usize; 3] = [1, 2, 4];
const CONTENDERS: usize = 10;

/// Slices of a cell.
///
/// Source: runs of `cargo bench`, of whose cells most have as many.
const SLICES: u64 = 30;
const WINDOW_NS: u64 = 7_500_000;

/// One cell in so many is slower in the younger half of the runs, by a fifth.
const SLOWER: usize = 17;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, runs, cells] = &words[..] else { bail!("write many_runs FOLDER RUNS CELLS") };
    let runs: u64 = runs.parse().context("read how many runs")?;
    let cells: usize = cells.parse().context("read how many cells")?;
    create_dir_all(folder).with_context(|| format!("make {folder}"))?;
    (0..runs).try_for_each(|run| save(Path::new(folder), run, run >= runs / 2, cells))
}

/// Writes a run into a folder of its own, which must not be there.
fn save(store: &Path, run: u64, young: bool, cells: usize) -> anyhow::Result<()> {
    let mut manifest: Manifest = decode("a manifest", MANIFEST)?;
    manifest.created_unix_ms += run * HOUR_MS;
    let commit = format!("{run:07x}");
    manifest.run = format!("{}-{commit}-7d10", utc_stamp(manifest.created_unix_ms));
    manifest.source.commit = Some(format!("{commit:0<40}"));
    manifest.launches.truncate(1);
    let record: CellRecord = decode("a sample", SAMPLES.lines().next().unwrap_or_default())?;
    let entry: CellEntry = decode("a cell", CATALOGUE.lines().next().unwrap_or_default())?;
    let (mut samples, mut catalogue) = (String::new(), String::new());
    for index in 0..cells {
        let id = id(index, cells)?;
        let slower = young && index % SLOWER == 3;
        let slices = slices(run, index, id.threads(), slower);
        let oversubscribed = id.threads() > 2;
        let entry = CellEntry { cell: id.clone(), oversubscribed, ..entry.clone() };
        catalogue += &(encode_line(&entry) + "\n");
        let record = CellRecord { cell: id, oversubscribed, slices, ..record.clone() };
        samples += &(encode_line(&record) + "\n");
    }
    let folder = store.join(&manifest.run);
    create_dir(&folder).with_context(|| format!("make {}", folder.display()))?;
    let manifest = encode_pretty(&manifest);
    for (file, text) in [("run.json", manifest), ("samples.jsonl", samples), ("catalogue.jsonl", catalogue)] {
        #[expect(clippy::disallowed_methods, reason = "a new folder of its own, not one that was measured")]
        std::fs::write(folder.join(file), text).with_context(|| format!("write {file}"))?;
    }
    Ok(())
}

/// The cells of a workload stand together, and so do the workloads of a suite.
fn id(index: usize, cells: usize) -> anyhow::Result<CellId> {
    let (row, threads) = (index / THREADS.len(), THREADS[index % THREADS.len()]);
    let (workload, contender) = (row / CONTENDERS, row % CONTENDERS);
    let workloads = cells.div_ceil(THREADS.len() * CONTENDERS);
    let contender = if contender == 0 { "floor".to_owned() } else { format!("contender-{contender}") };
    let suite = SUITES[workload * SUITES.len() / workloads];
    Ok(CellId::new(suite, &format!("workload-{workload}"), &contender, threads)?)
}

/// A cell has its own time in all runs, but for the scatter of a run and that of its slices.
fn slices(run: u64, index: usize, threads: usize, slower: bool) -> Slices {
    let floor = (index / THREADS.len()).is_multiple_of(CONTENDERS);
    let index = index as u64;
    let own = if floor { 1_500 } else { Rng::with_seed(index).u64(20_000..5_000_000) };
    let mut rng = Rng::with_seed(run.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ index);
    let fifths = if slower { 6 } else { 5 };
    let time_ps = own * fifths * rng.u64(995..1005) / 5000;
    let mut column = |from: u64, to: u64| (0..SLICES).map(|_| rng.u64(from..to)).collect::<Vec<u64>>();
    let window_ns = column(WINDOW_NS, WINDOW_NS + 100_000);
    let per_mille: Vec<Vec<u64>> = (0..threads).map(|_| column(980, 1020)).collect();
    let ops = |(slice, window): (usize, &u64)| {
        let of_worker = |worker: &Vec<u64>| window * worker[slice] / time_ps;
        per_mille.iter().map(of_worker).collect()
    };
    Slices {
        ops: window_ns.iter().enumerate().map(ops).collect(),
        cpu_ns: Some(window_ns.iter().map(|window| window * threads as u64).collect()),
        window_ns,
        run_delay_ns: Some(column(0, 30_000)),
        voluntary_switches: Some(column(0, 1)),
        involuntary_switches: Some(column(0, 3)),
        minor_faults: Some(column(0, 1)),
        failed_attempts: column(0, 1),
        skew_ns: column(5, 200),
        overhang_ns: column(150, 900),
    }
}
