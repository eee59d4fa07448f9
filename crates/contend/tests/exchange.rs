//! What goes to other software and comes from it, read back by readers that are not ours where there is one.

#[path = "exchange/shares.rs"]
mod shares;

use contend_report::export::METRICS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{create_dir_all, read_dir, read_to_string};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const DASHBOARD: &str = include_str!("../../../docs/grafana/contend.json");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";
const CELL: &str = "map-contention/read-99-insert-1/dashmap/2";

/// A folder of runs with one that has a cell of each kind.
fn store() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(NAME).join("run.json"), MANIFEST);
    write(&folder.path().join(NAME).join("samples.jsonl"), SAMPLES);
    folder
}

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "files of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// Stdout, stderr, exit code.
fn contend(store: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(arguments).env("CONTEND_RESULTS", store.path()).stdin(Stdio::null());
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

#[track_caller]
fn export(store: &TempDir, format: &str) -> String {
    let (stdout, stderr, code) = contend(store, &["export", "--format", format]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    stdout
}

#[track_caller]
fn refused(store: &TempDir, arguments: &[&str], code: i32, expected: &str) {
    let (stdout, stderr, got) = contend(store, arguments);
    assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// What `contend show` says of the first cell.
fn figures(store: &TempDir) -> Value {
    json(&contend(store, &["show", "--format", "json"]).0)["cells"][0]["figures"].clone()
}

#[test]
fn a_table_has_a_row_for_each_cell() {
    let store = store();
    let text = export(&store, "csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().expect("a head").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), SAMPLES.lines().count());
    let field = |row: usize, name: &str| {
        let column = names.iter().position(|known| known == name).expect(name);
        rows[row][column].to_owned()
    };
    let figures = figures(&store);
    let number = |name: &str| field(0, name).parse::<f64>().expect(name);
    assert_eq!((field(0, "cell").as_str(), field(0, "threads").as_str()), (CELL, "2"));
    assert_eq!(Some(number("time_ns_per_op")), figures["time_ns"].as_f64());
    assert_eq!(Some(number("time_high_ns_per_op")), figures["time_ns_high"].as_f64());
    assert_eq!(Some(number("throughput_ops_per_s")), figures["throughput_per_s"].as_f64());
    assert_eq!((field(1, "outcome").as_str(), field(1, "time_ns_per_op").as_str()), ("not-measurable", ""));
    assert!(field(2, "reason").starts_with("wrong result: "), "{}", field(2, "reason"));
}

#[test]
fn lines_of_json_say_what_the_table_says() {
    let store = store();
    let (table, lines) = (export(&store, "csv"), export(&store, "jsonl"));
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let names = reader.headers().expect("a head").clone();
    for (row, line) in reader.records().zip(lines.lines()) {
        let (row, line) = (row.expect("a row"), json(line));
        assert_eq!(line["schema"], "contend-cells/1");
        assert_eq!(line.as_object().expect("an object").len(), names.len() + 1);
        for (name, field) in names.iter().zip(row.iter()) {
            let same = match &line[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            // The reader of JSON rounds the last digit as it likes.
            let number = |text: &str| text.parse::<f64>().ok();
            let close = number(field)
                .zip(number(&same))
                .is_some_and(|(one, other)| (one - other).abs() <= 1e-12 * other);
            assert!(field == same || close, "{name}: {field} {same}");
        }
    }
    assert_eq!(lines.lines().count(), SAMPLES.lines().count());
}

#[test]
fn metrics_are_read_by_prometheus_rules() {
    let store = store();
    let text = export(&store, "openmetrics");
    assert!(text.ends_with("\n# EOF\n"), "{text}");
    // The last line is a comment to the older format.
    let scrape =
        prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("metrics");
    let samples =
        |name: &str| scrape.samples.iter().filter(|sample| sample.metric == name).collect::<Vec<_>>();
    for name in METRICS {
        assert!(!samples(name).is_empty(), "{name} has no sample");
    }
    assert!(scrape.samples.iter().all(|sample| METRICS.contains(&sample.metric.as_str())));
    let [time] = samples("contend_operation_time_seconds")[..] else { panic!("one cell is measured") };
    let prometheus_parse::Value::Gauge(seconds) = time.value else { panic!("{:?}", time.value) };
    let expected = figures(&store)["time_ns"].as_f64().expect("a number");
    assert!((seconds * 1e9 - expected).abs() < 1e-6 * expected);
    assert_eq!((time.labels.get("contender"), time.labels.get("threads")), (Some("dashmap"), Some("2")));
    assert_eq!(samples("contend_cell_measured").len(), 3);
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let dashboard = json(DASHBOARD);
    let panels = dashboard["panels"].as_array().expect("panels");
    assert!(panels.len() >= 3);
    let mut asked = BTreeSet::new();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let queries = targets.map(|target| target["expr"].as_str().expect("an expression").to_owned());
    let variables = dashboard["templating"]["list"].as_array().expect("variables");
    let of_variables = variables.iter().filter_map(|variable| variable["query"].as_str().map(str::to_owned));
    for query in queries.chain(of_variables) {
        let names = query.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        asked.extend(names.filter(|name| name.starts_with("contend_")).map(str::to_owned));
    }
    assert!(asked.len() >= 3, "{asked:?}");
    assert!(asked.iter().all(|name| METRICS.contains(&name.as_str())), "{asked:?}");
}

#[test]
fn lines_for_benchstat_are_what_go_writes() {
    let store = store();
    let text = export(&store, "benchstat");
    let expected = "BenchmarkMapContention/workload=read-99-insert-1/contender=dashmap/threads=2 ";
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("Benchmark")).collect();
    let [line] = lines[..] else { panic!("one cell is measured: {text}") };
    let rest: Vec<&str> = line.strip_prefix(expected).expect("the name").split(' ').collect();
    assert!(rest[0].parse::<u64>().is_ok_and(|operations| operations > 0));
    let values: Vec<(&str, f64)> =
        rest[1..].chunks(2).map(|pair| (pair[1], pair[0].parse().expect("a number"))).collect();
    assert_eq!(values.iter().map(|(unit, _)| *unit).collect::<Vec<_>>(), ["ns/op", "cpu-ns/op", "op/s"]);
    assert_eq!(Some(values[0].1), figures(&store)["time_ns"].as_f64());
    let others = text.lines().filter(|line| !line.starts_with("Benchmark"));
    for line in others {
        let key = line.split_once(": ").map_or("", |(key, _)| key);
        let known = ["goos", "goarch", "cpu"].contains(&key);
        assert!(line.starts_with("Unit ") || line.starts_with("# ") || known, "{line}");
    }
    // benchstat compares what has the same configuration, so two runs of one machine have to have that.
    let other = text.replace(NAME, "other").replace("commit ", "commit f");
    let configuration = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("Benchmark"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_ne!(other, text, "runs differ");
    assert_eq!(configuration(&other), configuration(&text));
}

#[test]
fn trackers_get_one_number_for_a_cell() {
    let store = store();
    let figures = figures(&store);
    let bencher = json(&export(&store, "bencher"));
    assert_eq!(bencher.as_object().expect("an object").len(), 1);
    assert_eq!(bencher[CELL]["latency"]["value"], figures["time_ns"]);
    assert_eq!(bencher[CELL]["latency"]["lower_value"], figures["time_ns_low"]);
    assert_eq!(bencher[CELL]["throughput"]["value"], figures["throughput_per_s"]);
    let entries = json(&export(&store, "github-action-benchmark"));
    assert_eq!(entries.as_array().expect("a list").len(), 1);
    assert_eq!((&entries[0]["name"], &entries[0]["unit"]), (&Value::from(CELL), &Value::from("ns/op")));
    assert_eq!(entries[0]["value"], figures["time_ns"]);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let store = store();
    let path = store.path().join("cells.csv");
    let arguments = ["export", "--format", "csv", "--output", path.to_str().expect("text")];
    let (stdout, stderr, code) = contend(&store, &arguments);
    assert_eq!((stdout.as_str(), code), ("", Some(0)), "{stderr}");
    assert_eq!(read_to_string(&path).expect("a file"), export(&store, "csv"));
    refused(&store, &arguments, 2, "nothing is overwritten");
    refused(&store, &["export", "--format", "criterion"], 2, "give `--output FOLDER`");
    refused(&store, &["export", "--format", "csv", "--filter", "dashmop"], 4, "nearest are");
    refused(&store, &["export", "--format", "csv", "--filter", "("], 2, "as a regular expression");
    refused(&store, &["export", "--format", "xml"], 2, "xml");
    refused(&store, &["export", "nothing", "--format", "csv"], 12, "there is none");
    refused(&store, &["export", "--format", "csv", "--baseline", "old"], 2, "only `--format criterion` has");
    refused(&store, &["export", "--format", "csv", "--force"], 2, "--output");
    let missing = store.path().join("no/such/folder");
    for format in ["csv", "criterion"] {
        let words = ["export", "--format", format, "--output", missing.to_str().expect("text")];
        refused(&store, &words, 2, "give a path in a folder that is there");
    }
}

#[test]
fn a_file_for_a_monitor_can_be_written_anew() {
    let store = store();
    let path = store.path().join("contend.prom");
    write(&path, "old");
    let file = path.to_str().expect("text");
    let words = ["export", "--format", "openmetrics", "--output", file];
    refused(&store, &words, 2, "nothing is overwritten");
    let (_, stderr, code) = contend(&store, &[&words[..], &["--force"]].concat());
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(read_to_string(&path).expect("a file"), export(&store, "openmetrics"));
    let folder = ["export", "--format", "criterion", "--output", file, "--force"];
    refused(&store, &folder, 2, "`--force` is for single files");
}

#[test]
fn a_criterion_folder_without_numbers_is_not_made() {
    let store = store();
    let path = store.path().join("exported");
    let words =
        ["export", "--format", "criterion", "--filter", "lock", "--output", path.to_str().expect("text")];
    refused(&store, &words, 4, "no cell of it has enough numbers");
    assert!(!path.exists());
}

#[test]
fn a_criterion_folder_goes_there_and_back() {
    let store = store();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let folder = elsewhere.path().join("criterion");
    let arguments = ["export", NAME, "--format", "criterion", "--output", folder.to_str().expect("text")];
    assert_eq!(contend(&store, &arguments).2, Some(0));
    refused(&store, &arguments, 2, "nothing is overwritten");
    let before = read_dir(&folder).expect("a folder").count();
    let expected = figures(&store);
    let estimates = folder.join("map-contention_read-99-insert-1/dashmap/2/new/estimates.json");
    let estimates = json(&read_to_string(estimates).expect("a file"));
    let pair = estimates["median"]["point_estimate"].as_f64().zip(expected["time_ns"].as_f64());
    assert!(pair.is_some_and(|(median, time)| (median / time - 1.0).abs() < 1e-12), "{estimates}");

    let words = ["import", folder.to_str().expect("text"), "--format", "json"];
    let (stdout, stderr, code) = contend(&store, &words);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    let imported = json(&stdout);
    assert_eq!(
        (&imported["schema"], &imported["cells"]),
        (&Value::from("contend-import/1"), &Value::from(1))
    );
    let name = imported["run"].as_str().expect("a name");
    let (stdout, _, _) = contend(&store, &["show", name, "--format", "json"]);
    let run = json(&stdout);
    assert_eq!(run["manifest"]["invocation"]["set"], "imported");
    assert_eq!(run["manifest"]["method"], 0);
    let cell = "criterion/map-contention-read-99-insert-1/dashmap-2/1";
    assert_eq!(run["cells"][0]["record"]["cell"], cell);
    let (found, wanted) = (run["cells"][0]["figures"]["time_ns"].as_f64(), expected["time_ns"].as_f64());
    let (found, wanted) = found.zip(wanted).expect("both have one");
    assert!((found / wanted - 1.0).abs() < 1e-5, "{found} {wanted}");
    assert_eq!(read_dir(&folder).expect("a folder").count(), before, "the folder stays as it is");
    shown_as_imported(&store, name);
}

#[track_caller]
fn shown_as_imported(store: &TempDir, name: &str) {
    let (stdout, _, code) = contend(store, &["show", name]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("warning: imported from criterion"), "{stdout}");
    assert!(!stdout.contains("processor unknown") && !stdout.contains("1 thread"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
    let (stdout, _, _) = contend(store, &["runs"]);
    let row = stdout.lines().find(|line| line.starts_with(name)).expect("it is listed");
    assert!(row.trim_end().ends_with("  imported"), "{stdout}");
    let (stdout, _, _) = contend(store, &["indicative", name, name]);
    assert!(stdout.contains("do not say on what machine"), "{stdout}");
}

/// Two benchmarks of one group, of which one is named as a floor here.
#[test]
fn an_import_is_shown_and_exported_as_what_it_is() {
    let store = store();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, time) in [("floor", 10.0), ("sort", 30.0)] {
        let benchmark =
            format!(r#"{{"group_id":"g","function_id":"{name}","value_str":null,"full_id":"g/{name}"}}"#);
        let times: Vec<f64> = (0..9).map(|sample| time + f64::from(sample) / 100.0).collect();
        write(&folder.path().join(format!("g/{name}/new/benchmark.json")), &benchmark);
        write(
            &folder.path().join(format!("g/{name}/new/sample.json")),
            &format!("[{:?},{times:?}]", [1.0; 9]),
        );
    }
    let (stdout, stderr, code) =
        contend(&store, &["import", folder.path().to_str().expect("text"), "--format", "json"]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    let run = json(&stdout)["run"].as_str().expect("a name").to_owned();
    shares::check_that_nobody_shares(&store, &run);
    let (shown, _, _) = contend(&store, &["show", &run]);
    assert!(shown.contains("in which unit"), "{shown}");
    let row = shown.lines().find(|line| line.starts_with("criterion-floor ")).expect("it is no floor");
    // Neither against the best nor between threads, and no processor time.
    assert_eq!(row.split_ascii_whitespace().filter(|word| *word == "-").count(), 3, "{shown}");
    let of = |format: &str| contend(&store, &["export", &run, "--format", format]).0;
    for line in of("jsonl").lines().map(json) {
        for name in
            ["threads", "oversubscribed", "pinned", "repeated_slices", "fairness_min_over_max", "jain_index"]
        {
            assert_eq!(line[name], Value::Null, "{name}");
        }
        assert!(line["time_ns_per_op"].is_number());
    }
    let metrics = of("openmetrics");
    let cells = metrics.lines().filter(|line| line.starts_with("contend_operation_time_seconds{"));
    assert_eq!(cells.filter(|line| line.contains(r#"imported="yes""#)).count(), 2, "{metrics}");
    assert!(!metrics.contains("threads=") && !metrics.contains("contend_fairness_ratio{"), "{metrics}");
    let stat = of("benchstat");
    assert!(stat.contains("# imported from criterion") && !stat.contains("goos"), "{stat}");
    assert!(stat.contains("BenchmarkCriterion/workload=g/contender=sort 9 "), "{stat}");
    let tracked = json(&of("github-action-benchmark"));
    assert_eq!(tracked[1]["name"], "imported/criterion/g/sort");
    assert!(tracked[1]["extra"].as_str().is_some_and(|extra| extra.contains("indicative only")));
    assert!(json(&of("bencher"))["imported/criterion/g/sort"]["latency"]["value"].is_number());
    let back = store.path().join("back");
    let words = ["export", &run, "--format", "criterion", "--output", back.to_str().expect("text")];
    assert_eq!(contend(&store, &words).2, Some(0));
    assert!(back.join("criterion_g/sort/new/sample.json").is_file());
}

#[test]
fn what_is_no_criterion_folder_is_refused() {
    let store = store();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("text").to_owned();
    refused(&store, &["import", &path], 12, "nothing below it is a benchmark of criterion");
    refused(&store, &["import", &format!("{path}/none")], 12, "give criterion's folder");
    write(&folder.path().join("group/new/benchmark.json"), "{");
    refused(&store, &["import", &path], 12, "none of its benchmarks can be read");
    let benchmark = r#"{"group_id":"G x","function_id":null,"value_str":null,"throughput":null,"full_id":"G x","directory_name":"G x","title":"G x"}"#;
    write(&folder.path().join("other/new/benchmark.json"), benchmark);
    write(&folder.path().join("other/new/sample.json"), "[[1.0,2.0],[0.0,20.0]]");
    refused(&store, &["import", &path], 12, "none of its benchmarks can be read");
    write(&folder.path().join("third/new/benchmark.json"), benchmark);
    write(&folder.path().join("third/new/sample.json"), "[[1.0,2.0],[10.0,20.0]]");
    let (stdout, stderr, code) = contend(&store, &["import", &path]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.starts_with("imported 1 cells as "), "{stdout}");
    assert_eq!(stderr.matches("left out").count(), 2, "{stderr}");
    let sample = "other/new: failed to read sample.json: a sample has no positive time and count";
    assert!(
        stderr.contains(sample) && stderr.contains("group/new: failed to read benchmark.json: "),
        "{stderr}"
    );
    let one = format!("{path}/third/new");
    assert!(
        contend(&store, &["import", &one]).0.starts_with("imported 1 cells as "),
        "one benchmark's own folder"
    );
}
