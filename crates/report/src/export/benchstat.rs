//! Go's benchmark format, with a line for each launch of a cell: what benchstat takes for one sample.
//!
//! Slices of one launch are not samples to compare launches with, so they are not lines of their own; benchstat says itself
//! how many lines it wants.
//!
//! Source: <https://golang.org/design/14313-benchmark-format> and `golang.org/x/perf/benchfmt`.

use super::{REMARK, own};
use crate::cells::figures;
use crate::layout::plain;
use contend_protocol::sample::CellRecord;
use contend_record::Run;

/// Configuration, units, and the lines.
///
/// benchstat compares only what has the same configuration, so that names the machine and nothing else: what is another in each
/// run stands in lines that it skips.
pub(super) fn text(run: &Run) -> String {
    let manifest = &run.manifest;
    let machine = &manifest.machine;
    let of_machine = [
        ("goos: ", machine.os.as_str()),
        ("goarch: ", machine.arch.as_str()),
        ("cpu: ", machine.cpu_model.as_deref().unwrap_or_default()),
    ];
    let of_run = [
        ("# run ", run.name.as_str()),
        ("# commit ", manifest.source.commit.as_deref().unwrap_or_default()),
        ("# built by ", &manifest.build.rustc),
        ("# set ", &manifest.invocation.set),
    ];
    let of_import = [("# ", REMARK), ("# run ", &run.name)];
    let facts: Vec<_> = own(run, [&of_machine[..], &of_run].concat()).unwrap_or(of_import.to_vec());
    let mut text: String = facts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}{}\n", plain(value)))
        .collect();
    text.push_str("Unit ns/op better=lower\nUnit cpu-ns/op better=lower\nUnit op/s better=higher\n");
    text.extend(run.records.iter().filter_map(|record| line(run, record)));
    text
}

/// Parts of the name are `key=value`, so that `-col /contender` and `-filter` work. The threads come last and without a
/// dash, which would be taken for Go's own.
fn line(run: &Run, record: &CellRecord) -> Option<String> {
    let figures = figures(record);
    let time = figures.time_ns?;
    let cell = &record.cell;
    // Of what was imported one number may be all that fits.
    let operations = record.slices.ops.iter().flatten().copied().fold(0, u64::saturating_add);
    let threads = own(run, format!("/threads={}", cell.threads())).unwrap_or_default();
    let mut line = format!(
        "Benchmark{}/workload={}/contender={}{threads} {operations} {time} ns/op",
        capitalised(cell.suite()),
        cell.workload(),
        cell.contender(),
    );
    line.extend(figures.cpu_ns.map(|cpu| format!(" {cpu} cpu-ns/op")));
    line.extend(figures.throughput_per_s.map(|rate| format!(" {rate} op/s")));
    Some(line + "\n")
}

/// `map-contention` as `MapContention`: behind `Benchmark` no small letter may stand.
fn capitalised(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split('-').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_as_go_wants() {
        assert_eq!(capitalised("map-contention"), "MapContention");
        assert_eq!(capitalised("fan-out-2"), "FanOut2");
        assert_eq!(capitalised("x"), "X");
    }
}
