//! JSON of trackers of benchmarks: one number for each cell.

use super::{OneFigure, REMARK, name, one_figure_each};
use contend_protocol::{Value, encode_pretty, json};
use contend_record::Run;

/// Source: <https://bencher.dev/docs/reference/bencher-metric-format/>: benchmark, measure, value and its bounds.
/// `latency` is in nanoseconds and `throughput` in operations per second, as Bencher's own measures are.
pub(super) fn bencher(run: &Run) -> String {
    let measures = |figure: &OneFigure<'_>| {
        let latency = match figure.ends_ns {
            Some((low, high)) => json!({ "value": figure.time_ns, "lower_value": low, "upper_value": high }),
            None => json!({ "value": figure.time_ns }),
        };
        match figure.throughput_per_s {
            Some(rate) => json!({ "latency": latency, "throughput": { "value": rate } }),
            None => json!({ "latency": latency }),
        }
    };
    let mut benchmarks = json!({});
    for figure in one_figure_each(run) {
        benchmarks[name(run, figure.cell)] = measures(&figure);
    }
    encode_pretty(&benchmarks)
}

/// Source: <https://github.com/benchmark-action/github-action-benchmark>, "customSmallerIsBetter".
pub(super) fn github_action_benchmark(run: &Run) -> String {
    let figures = one_figure_each(run);
    encode_pretty(&figures.iter().map(|figure| entry(run, figure)).collect::<Vec<_>>())
}

fn entry(run: &Run, figure: &OneFigure<'_>) -> Value {
    let OneFigure { cell, version, launches, time_ns, ends_ns, .. } = figure;
    let mut extra =
        format!("{version}\nlaunches: {launches}\nrun: {}\nmachine: {}", run.name, run.manifest.machine.id);
    if run.manifest.is_imported() {
        extra = format!("{REMARK}\n{extra}");
    }
    let mut entry = json!({ "name": name(run, cell), "unit": "ns/op", "value": time_ns, "extra": extra });
    if let Some((low, high)) = ends_ns {
        entry["range"] = json!(format!("{low:.3} to {high:.3}"));
    }
    entry
}
