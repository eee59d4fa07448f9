//! Runs for the tests of the pages, made up in a few words.

use contend_protocol::sample::CellRecord;
use contend_record::Run;
use std::path::PathBuf;

const MANIFEST: &str = include_str!("../../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../../protocol/tests/formats/v1/samples.jsonl");

/// Cells of one workload at one thread count: contenders and their times in nanoseconds.
pub(crate) struct Table<'a> {
    pub(crate) workload: &'a str,
    pub(crate) threads: usize,
    pub(crate) cells: &'a [(&'a str, u64)],
}

/// A run of the suite `s` on two processors. Slices differ by a hundredth, so that there are intervals.
pub(crate) fn run(tables: &[Table<'_>]) -> Run {
    let record = |table: &Table<'_>, (contender, time_ns): (&str, u64)| {
        let cell = format!("s/{}/{contender}/{}", table.workload, table.threads);
        record(&cell, time_ns * 1000, table.threads > 2)
    };
    let records = tables.iter().flat_map(|table| table.cells.iter().map(move |cell| record(table, *cell)));
    Run {
        name: "20260318T091502Z-4f2c9ae-7d10".to_owned(),
        directory: PathBuf::new(),
        manifest: contend_protocol::decode("a manifest", MANIFEST).expect("the fixture is one"),
        records: records.collect(),
        examinations: Vec::new(),
        notices: Vec::new(),
    }
}

/// A run of these contenders of one workload at one thread: how many launches, and the time in each, in nanoseconds.
pub(crate) fn of_launches(contenders: &[(&str, u32, u64)]) -> Run {
    let mut run = run(&[]);
    for (contender, launches, time_ns) in contenders {
        for launch in 0..*launches {
            let mut record = record(&format!("s/w/{contender}/1"), time_ns * 1000, false);
            record.launch = launch;
            run.records.push(record);
        }
    }
    run
}

/// A cell whose slices hold a thousand operations of each thread.
pub(crate) fn record(cell: &str, window_ns: u64, oversubscribed: bool) -> CellRecord {
    let line = SAMPLES.lines().next().expect("there is a line");
    let mut record: CellRecord = contend_protocol::decode("a sample", line).expect("the fixture is one");
    record.cell = cell.parse().expect("an id");
    let threads = record.cell.threads();
    record.slices.window_ns =
        (0..9).map(|slice| window_ns + window_ns * slice / 900 - window_ns * 4 / 900).collect();
    record.slices.ops = vec![vec![1000; threads]; 9];
    record.slices.cpu_ns = Some(vec![window_ns * threads as u64; 9]);
    record.oversubscribed = oversubscribed;
    record.repeated = 0;
    record
}
