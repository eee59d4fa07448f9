//! Runs as they are shown, letter for letter.

use contend_protocol::doctor::Examinations;
use contend_protocol::manifest::Launch;
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_record::{Notice, Run, RunEntry, RunState, RunSummary};
use contend_report::show::{Options, text};
use contend_report::{markdown, runs};
use proptest::prelude::*;
use std::path::PathBuf;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const DOCTOR: &str = include_str!("../../protocol/tests/formats/v1/doctor.json");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";
const PLAIN: Options = Options { width: 80, colour: false };

fn run() -> Run {
    let sample = |line| contend_protocol::decode("a sample", line).expect("the fixture is one");
    Run {
        name: NAME.to_owned(),
        directory: PathBuf::new(),
        manifest: contend_protocol::decode("a manifest", MANIFEST).expect("the fixture is one"),
        records: SAMPLES.lines().map(sample).collect(),
        examinations: Vec::new(),
        notices: Vec::new(),
    }
}

/// The first cell of the fixture under another name and with windows of another length.
fn measured(contender: &str, launch: u32, factor_permille: u64) -> CellRecord {
    let mut record = run().records[0].clone();
    record.cell = format!("map-contention/read-99-insert-1/{contender}/2").parse().expect("an id");
    record.launch = launch;
    for window in &mut record.slices.window_ns {
        *window = *window * factor_permille / 1000;
    }
    record
}

/// Too few slices for an interval, on a platform that tells no processor time.
fn few_slices(mut record: CellRecord) -> CellRecord {
    record.slices.window_ns.truncate(3);
    record.slices.cpu_ns = None;
    record
}

fn panicked(record: CellRecord) -> CellRecord {
    let message = "index 7 of 7\nin \u{1b}[31mред".to_owned();
    CellRecord { outcome: Outcome::Faulty { fault: Fault::Panicked { message } }, ..record }
}

/// The paragraphs of what is shown: 0 is the head, 1 the warnings, then versions and tables, at last the legend.
fn paragraph(run: &Run, index: usize) -> String {
    let shown = text(run, &PLAIN);
    assert!(shown.ends_with('\n'));
    shown.trim_end().split("\n\n").nth(index).expect("so many paragraphs").to_owned()
}

#[track_caller]
fn check(got: &str, expected: &str) {
    assert!(got.lines().all(|line| line.chars().count() <= 80), "a line is too long:\n{got}");
    assert_eq!(got, expected, "\n{got}");
}

#[test]
fn the_head_says_what_was_measured_where_and_how() {
    check(&paragraph(&run(), 0), include_str!("shown/head.txt").trim_end());
}

#[test]
fn cells_of_several_launches_are_told_from_their_measurements() {
    let twice = Run {
        records: run().records.into_iter().flat_map(|record| [record.clone(), record]).collect(),
        ..run()
    };
    let head = paragraph(&twice, 0);
    assert!(
        head.contains("cells      3 in 6 measurements: 2 measured, 2 not measurable, 2 faulty"),
        "{head}"
    );
}

/// A run that was begun on a usable machine and gone on with on an unfit one.
fn examined() -> Run {
    let kept: Examinations =
        contend_protocol::decode("what the doctor found", DOCTOR).expect("the fixture is one");
    Run { examinations: kept.examinations, ..run() }
}

#[test]
fn what_the_doctor_found_is_in_the_head() {
    check(&paragraph(&examined(), 0), include_str!("shown/head_examined.txt").trim_end());
    let mut once = examined();
    once.examinations.truncate(1);
    let shown = text(&once, &PLAIN);
    assert!(shown.contains("\ndoctor     usable (! virtual-machine, ! turbo)\nbuild "), "{shown}");
}

#[test]
fn the_warnings_of_the_fixture() {
    check(&paragraph(&run(), 1), include_str!("shown/warnings.txt").trim_end());
}

#[test]
fn everything_that_can_be_wary_of_is_said() {
    let mut run = run();
    run.notices = vec![
        Notice::TornLastLine { file: "samples.jsonl", bytes: 77 },
        Notice::Missing { file: "samples.jsonl" },
        Notice::UnreadableFile { file: "doctor.json", reason: "it is not text".to_owned() },
        Notice::DamagedPack { file: "catalogue.jsonl", reason: "unexpected end of file".to_owned() },
    ];
    run.records[0].pinned = false;
    run.manifest.method.0 = 7;
    run.manifest.source.dirty = Some(true);
    run.manifest.build.debug_assertions = true;
    run.manifest.machine.run_queue_figures = false;
    run.manifest.machine.allowed_cpus = 1;
    run.manifest.launches.truncate(1);
    run.manifest.launches[0].steal_ticks = Some(400);
    check(&paragraph(&run, 1), include_str!("shown/warnings_all.txt").trim_end());
    run.manifest.machine.pinning = false;
    assert!(
        text(&run, &PLAIN).contains("warning: threads were not held on their cores: they may have moved")
    );
}

#[test]
fn many_launches_have_one_warning_together() {
    let mut run = run();
    let first = run.manifest.launches[0].clone();
    run.manifest.launches = (0..12)
        .map(|number| Launch {
            launch: number,
            finished_unix_ms: first.finished_unix_ms.filter(|_| number < 6),
            steal_ticks: Some(400 + u64::from(number)),
            ..first.clone()
        })
        .collect();
    let shown = paragraph(&run, 1).replace("\n  ", " ");
    assert!(shown.contains("warning: 6 of 12 launches have not finished\n"), "{shown}");
    let steal = "while launch 5 (map-contention) ran, and more than 0.1 % while 5 others did\n";
    assert!(shown.contains(steal) && shown.matches("hypervisor").count() == 1, "{shown}");
    // A cell of several launches is one cell, whatever its launches came to.
    let arguments = ["--contend", "launch", "--of", "12"];
    run.manifest.launches[0].arguments = arguments.map(str::to_owned).to_vec();
    run.records.extend(run.records.clone());
    let shown = paragraph(&run, 1).replace("\n  ", " ");
    assert!(
        shown.contains("warning: one cell could not be measured in some launch: see its row\n"),
        "{shown}"
    );
}

#[test]
fn the_fixture_has_a_table_for_each_workload_and_thread_count() {
    let tables: Vec<String> = (2..7).map(|index| paragraph(&run(), index)).collect();
    check(&tables.join("\n\n"), include_str!("shown/tables.txt").trim_end());
}

#[test]
fn ties_bounds_floors_and_failures_stand_in_one_table() {
    let mut run = run();
    run.records = vec![
        measured("floor", 0, 10),
        CellRecord { repeated: 12, ..measured("slow", 0, 3000) },
        measured("twin", 0, 1001),
        measured("dashmap", 0, 1000),
        measured("a-contender-of-a-name-as-long-as-allowed", 0, 1500),
        measured("per-thread-maps", 0, 400),
        few_slices(measured("few-slices", 0, 1010)),
        panicked(measured("broken", 0, 1000)),
    ];
    check(&paragraph(&run, 3), include_str!("shown/table_of_all_kinds.txt").trim_end());
}

#[test]
fn several_launches_are_the_unit_of_what_is_said_of_a_cell() {
    let mut run = run();
    // A launch each is some thousandths faster or slower; `few` was measured in too few of them.
    let launches = [1000, 1004, 997, 1002, 999, 1003];
    let launch = |contender, times: u64| {
        (0..).zip(launches).map(move |(launch, factor)| measured(contender, launch, factor * times / 10))
    };
    run.records = ["dashmap", "twin"].into_iter().flat_map(|contender| launch(contender, 10)).collect();
    run.records.extend(launch("slow", 30));
    run.records.extend(launch("few", 20).take(2));
    check(&paragraph(&run, 3), include_str!("shown/table_of_launches.txt").trim_end());
}

#[test]
fn thread_counts_ascend_as_numbers() {
    let mut run = run();
    let at = |threads: &str| {
        let mut record = measured("dashmap", 0, 1000);
        record.cell = record.cell.to_string().replace("/2", threads).parse().expect("an id");
        record
    };
    run.records = vec![at("/16"), at("/1"), at("/2")];
    let shown = text(&run, &PLAIN);
    let headings = shown.lines().filter(|line| line.starts_with("map-contention/"));
    let expected = ["1 thread", "2 threads", "16 threads"];
    assert!(
        headings.eq(expected.map(|threads| format!("map-contention/read-99-insert-1: {threads}"))),
        "{shown}"
    );
}

#[test]
fn a_run_without_cells_has_a_head_and_warnings() {
    let mut run = run();
    run.records.clear();
    let shown = text(&run, &PLAIN);
    assert!(shown.contains("cells      0 measured, 0 not measurable, 0 faulty\n"), "{shown}");
    assert_eq!(shown.trim_end().split("\n\n").count(), 2);
}

#[test]
fn colour_is_around_lines_and_only_when_asked_for() {
    let plain = text(&run(), &PLAIN);
    let coloured = text(&run(), &Options { colour: true, ..PLAIN });
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}[1mmap-contention/read-99-insert-1: 2 threads\u{1b}[0m\n"));
    assert!(coloured.contains("\u{1b}[31mwarning: one cell gave a wrong result"));
    let mut bare = coloured;
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[33m"] {
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, plain);
}

#[test]
fn markdown_names_the_commands_that_made_it() {
    let mut run = run();
    run.records.extend([measured("slow", 0, 3000), panicked(measured("broken", 0, 1000))]);
    let table = markdown::table(&run, "map-contention", "read-99-insert-1", &[2]).expect("there are cells");
    assert_eq!(table, include_str!("shown/readme.md"), "\n{table}");
    assert_eq!(markdown::table(&run, "map-contention", "read-99-insert-1", &[4]), None);
    assert_eq!(markdown::table(&run, "map-contention", "other", &[]), None);
    run.manifest.source.dirty = Some(true);
    let changed = markdown::table(&run, "map-contention", "read-99-insert-1", &[2]).expect("there are cells");
    assert!(changed.contains("at 4f2c9ae1b0 with changes on"), "{changed}");
    let all = markdown::table(&run, "lock-contention", "short-section", &[]).expect("there is a cell");
    assert!(
        all.starts_with("**lock-contention/short-section: 4 threads on 2 cores: oversubscribed**\n"),
        "{all}"
    );
    assert!(all.ends_with("--markdown lock-contention/short-section`.\n"), "{all}");
}

fn summary(run: &Run) -> RunState {
    RunState::Readable(Box::new(RunSummary {
        manifest: run.manifest.clone(),
        counts: run.counts(),
        unfinished: run.unfinished(),
        notices: run.notices.clone(),
    }))
}

#[test]
fn runs_are_rows_and_damaged_ones_say_why() {
    let mut dirty = run();
    dirty.manifest.source.dirty = Some(true);
    dirty.manifest.launches.truncate(1);
    dirty.notices = vec![Notice::Missing { file: "samples.jsonl" }];
    let reason =
        "read run 20260101T000000Z-aaaaaaa-0000: it has no run.json; the other runs are not affected";
    let entry = |name: &str, state| RunEntry { name: name.to_owned(), state };
    let entries = [
        entry("20260319T000000Z-bbbbbbb-7d10", summary(&dirty)),
        entry(NAME, summary(&run())),
        entry("20260101T000000Z-aaaaaaa-0000", RunState::Unreadable { reason: reason.to_owned() }),
    ];
    check(&runs::text(&entries), include_str!("shown/runs.txt"));
}

proptest! {
    #[test]
    fn no_text_of_a_run_makes_a_line_too_long(odd in any::<String>(), name in "[a-z0-9-]{1,40}", factor in 1_u64..1_000_000_000) {
        let mut run = run();
        run.manifest.machine.cpu_model = Some(odd.clone());
        run.manifest.invocation.command = odd.clone();
        run.manifest.build.rustflags = odd.clone();
        run.examinations = examined().examinations;
        run.examinations[0].lines[0].code = odd.clone();
        run.notices = vec![Notice::UnreadableLine { file: "samples.jsonl", line: 1, reason: odd.clone() }];
        run.records.push(CellRecord { version: odd.clone(), ..measured(&name, 0, factor) });
        run.records.push(measured(&name, 1, 1));
        let fault = Fault::WrongResult { message: odd };
        run.records.push(CellRecord { outcome: Outcome::Faulty { fault }, ..measured(&name, 2, 1) });
        for line in text(&run, &PLAIN).lines() {
            prop_assert!(line.chars().count() <= 80, "{line}");
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }
    }
}
