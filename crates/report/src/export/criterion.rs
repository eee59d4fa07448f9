//! A folder as criterion leaves it, for critcmp and for criterion's own comparison with a baseline.

use super::own;
use crate::cells::CONFIDENCE;
use contend_protocol::criterion::{Benchmark, ConfidenceInterval, Estimate, Estimates, Sample};
use contend_protocol::encode_line;
use contend_protocol::sample::CellRecord;
use contend_record::Run;
use contend_stats::{criterion, figures};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files below criterion's home, each with its text, as the baseline of that name. Cells without a number have none. The slices
/// of all launches are samples of one benchmark, which is all that criterion knows.
pub fn criterion(run: &Run, baseline: &str) -> Vec<(PathBuf, String)> {
    let mut cells: BTreeMap<_, Vec<&CellRecord>> = BTreeMap::new();
    for record in run.records.iter().filter(|record| !record.slices.is_empty()) {
        cells.entry(&record.cell).or_default().push(record);
    }
    cells.values().filter_map(|records| files(run, records, baseline)).flatten().collect()
}

fn files(run: &Run, records: &[&CellRecord], baseline: &str) -> Option<[(PathBuf, String); 4]> {
    let sample = sample(records)?;
    let times: Vec<f64> =
        sample.iters.iter().zip(&sample.times).map(|(iterations, time)| time / iterations).collect();
    let estimates = criterion::estimates(&times, CONFIDENCE)?;
    let fences = criterion::outlier_fences(&times)?;
    let benchmark = benchmark(run, records.first()?);
    let folder = Path::new(&benchmark.directory_name).join(baseline);
    let file = |name: &str, text: String| (folder.join(name), text);
    Some([
        file("benchmark.json", encode_line(&benchmark)),
        file("estimates.json", encode_line(&named(&estimates))),
        file("sample.json", encode_line(&sample)),
        file("tukey.json", encode_line(&fences)),
    ])
}

/// Names as the bench executables give them to criterion.
fn benchmark(run: &Run, record: &CellRecord) -> Benchmark {
    let cell = &record.cell;
    let (group, contender) = (cell.group(), cell.contender());
    let threads = own(run, cell.threads().to_string());
    let parts: Vec<&str> = std::iter::once(contender).chain(threads.as_deref()).collect();
    let name = parts.join("/");
    Benchmark {
        full_id: format!("{group}/{name}"),
        // Names of ids need no other escape, and the suites keep groups below the length at which criterion cuts.
        directory_name: format!("{}/{name}", group.replace('/', "_")),
        title: format!("{group}/{name}"),
        function_id: Some(contender.to_owned()),
        value_str: threads,
        group_id: group,
    }
}

/// A slice is a sample: its window, and the iterations that make its time per operation the one of one thread.
fn sample(records: &[&CellRecord]) -> Option<Sample> {
    let mut sample = Sample { sampling_mode: "Flat".to_owned(), iters: Vec::new(), times: Vec::new() };
    let slices = records.iter().flat_map(|record| record.slices.window_ns.iter().zip(&record.slices.ops));
    for (window, ops) in slices {
        let window = *window as f64;
        let ops: Vec<f64> = ops.iter().map(|ops| *ops as f64).collect();
        sample.iters.push(window / figures::time_per_op_ns(window, &ops).filter(|time| *time > 0.0)?);
        sample.times.push(window);
    }
    Some(sample)
}

fn named(estimates: &criterion::Estimates) -> Estimates {
    let named = |estimate: criterion::Estimate| Estimate {
        confidence_interval: ConfidenceInterval {
            confidence_level: CONFIDENCE,
            lower_bound: estimate.low,
            upper_bound: estimate.high,
        },
        point_estimate: estimate.point,
        standard_error: estimate.standard_error,
    };
    Estimates {
        mean: named(estimates.mean),
        median: named(estimates.median),
        median_abs_dev: named(estimates.median_abs_dev),
        // Flat samples have none.
        slope: None,
        std_dev: named(estimates.std_dev),
    }
}
