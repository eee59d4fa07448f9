//! Reports as pages: whole, within their budgets, and safe with whatever a run holds.

#[path = "html/budget.rs"]
mod budget;
#[path = "html/imported.rs"]
mod imported;
#[path = "html/odd.rs"]
mod odd;
#[path = "html/scan.rs"]
mod scan;

use contend_protocol::catalogue::CellEntry;
use contend_protocol::doctor::Examinations;
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_record::Run;
use contend_report::html::{Around, File, report};
use contend_report::markdown;
use scan::{Page, rows, scan, texts};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const DOCTOR: &str = include_str!("../../protocol/tests/formats/v1/doctor.json");
const CATALOGUE: &str = include_str!("../../protocol/tests/formats/v1/catalogue.jsonl");

fn run_of(records: Vec<CellRecord>) -> Run {
    Run {
        name: "20260318T091502Z-4f2c9ae-7d10".to_owned(),
        directory: PathBuf::new(),
        manifest: contend_protocol::decode("a manifest", MANIFEST).expect("the fixture is one"),
        records,
        examinations: Vec::new(),
        notices: Vec::new(),
    }
}

fn fixture() -> Run {
    let sample = |line| contend_protocol::decode("a sample", line).expect("the fixture is one");
    let kept: Examinations =
        contend_protocol::decode("what the doctor found", DOCTOR).expect("the fixture is one");
    Run { examinations: kept.examinations, ..run_of(SAMPLES.lines().map(sample).collect()) }
}

fn words() -> Vec<CellEntry> {
    CATALOGUE
        .lines()
        .map(|line| contend_protocol::decode("a cell", line).expect("the fixture is one"))
        .collect()
}

/// The report with these words, as it is where nobody was asked.
fn report_with(run: &Run, words: &[CellEntry]) -> Vec<File> {
    report(run, &Around { words, asked: false, figures: &[], criterion: false })
}

/// A measured cell whose slices take about `time_ns`, and are not all alike.
fn measured(cell: &str, time_ns: u64) -> CellRecord {
    let mut record = fixture().records.remove(0);
    record.cell = cell.parse().expect("an id");
    let threads = record.cell.threads();
    record.oversubscribed = threads > 2;
    record.slices.window_ns = (0..9).map(|slice| time_ns * (1000 + slice)).collect();
    record.slices.ops = (0..9)
        .map(|slice| (0..threads).map(|thread| 1000 - (slice * thread as u64) % 90).collect())
        .collect();
    record.slices.cpu_ns = Some(vec![time_ns * 900 * threads as u64; 9]);
    record
}

fn page<'f>(files: &'f [File], name: &str) -> &'f str {
    &files.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("there is no {name}")).text
}

/// Everything that every report must be.
#[track_caller]
fn check(run: &Run) -> Vec<File> {
    let files = report_with(run, &words());
    assert_eq!(files, report_with(run, &words()), "the same run gives the same bytes");
    assert_eq!(files[0].name, "index.html");
    let pages: BTreeMap<&str, Page> = files
        .iter()
        .filter(|file| file.name.ends_with(".html"))
        .map(|file| (file.name.as_str(), scan(&file.text)))
        .collect();
    for (name, page) in &pages {
        assert!(page.problems.is_empty(), "{name}: {:#?}", page.problems);
        assert!(!page.text.contains("NaN"), "{name} holds what is no number");
        for link in &page.links {
            let (file, id) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(
                files.iter().any(|known| known.name == file),
                "{name} links to {link}, which is not there"
            );
            let target = pages.get(file);
            assert!(
                id.is_empty() || target.is_some_and(|page| page.ids.contains(id)),
                "{name} links to {link}, which has no such part"
            );
        }
    }
    files
}

/// What stands between the head and the foot, a tag a line. `CONTEND_BLESS=1 cargo test -p contend-report --test html` writes
/// the kept ones anew.
#[track_caller]
fn check_kept(files: &[File], name: &str, kept: &str) {
    let text = page(files, name);
    let main =
        text.split_once("<main").and_then(|(_, behind)| behind.split_once("</main>")).expect("a main part").0;
    let lines = format!("<main{}\n", main.replace('<', "\n<").trim_start());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shown").join(kept);
    if std::env::var_os("CONTEND_BLESS").is_some() {
        #[expect(clippy::disallowed_methods, reason = "the maintainer asked for it")]
        std::fs::write(&path, &lines).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("it is kept");
    for (index, (found, expected)) in lines.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {kept}", index + 1);
    }
    assert_eq!(lines.len(), expected.len(), "{kept} has another end");
}

#[test]
fn the_fixture_letter_for_letter() {
    let files = check(&fixture());
    check_kept(&files, "index.html", "report_index.html");
    check_kept(&files, "suite.map-contention.html", "report_suite.html");
    check_kept(&files, "machine.html", "report_machine.html");
}

#[test]
fn the_first_page_has_numbers_first_and_says_whether_to_trust_them() {
    let files = check(&fixture());
    let text = scan(page(&files, "index.html")).text;
    let (map, trust) =
        (text.find("dashmap").expect("the map"), text.find("Can I trust it?").expect("the part"));
    assert!(map < trust, "numbers come first");
    for fact in [
        "wrong result",
        "not measurable",
        "AMD EPYC 7B13",
        "git checkout",
        "cargo bench",
        "says nothing about",
    ] {
        assert!(text.contains(fact), "{fact} is not there:\n{text}");
    }
}

#[test]
fn the_numbers_are_those_of_the_terminal() {
    let run = run_of(vec![measured("s/w/a/2", 23), measured("s/w/b/2", 57), measured("s/w/floor/2", 2)]);
    let table = markdown::table(&run, "s", "w", &[]).expect("there are cells");
    let files = check(&run);
    let shown = rows(page(&files, "suite.s.html"));
    let head = shown.iter().find(|row| row[0] == "threads").expect("a table of figures");
    let column = |row: &[String], name: &str| -> String {
        row[head.iter().position(|head| head == name).expect("a column of that name")].clone()
    };
    let printed: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(printed.len(), 3, "{table}");
    for columns in printed {
        let contender = columns[1].trim_matches('`');
        let row = shown.iter().find(|row| row.len() == head.len() && row[1] == contender).expect("a row");
        let found = ["version", "ns/op", "Mop/s", "vs best", "min/max"].map(|name| column(row, name));
        let found = found.map(|text| text.replace('×', ""));
        assert_eq!(found, [2, 3, 4, 5, 7].map(|index| columns[index].to_owned()), "{contender}");
    }
}

#[test]
fn equals_share_the_first_place() {
    let cells = ["a", "b", "c"].map(|name| measured(&format!("s/w/{name}/2"), 100));
    let files = check(&run_of(cells.to_vec()));
    let text = scan(page(&files, "suite.s.html")).text;
    assert!(text.contains("a, b and c share the first place"), "{text}");
    assert!(!text.contains("is first with"), "{text}");
}

#[test]
fn questions_are_those_of_the_same_definition() {
    let mut run = fixture();
    let asked =
        |run: &Run| page(&check(run), "suite.map-contention.html").contains("Which map, where all threads");
    assert!(asked(&run));
    let other = run.records[0].cell.to_string().replace("/2", "/64");
    run.records[0].cell = other.parse().expect("an id");
    assert!(asked(&run), "threads are no part of a question");
    run.records.iter_mut().for_each(|record| record.definition = "0000000000000000".to_owned());
    assert!(!asked(&run), "the question of another workload of that name");
    assert!(page(&check(&run), "suite.map-contention.html").contains("contend report --ask"));
}

#[test]
fn a_run_without_cells_is_a_report() {
    let files = check(&run_of(Vec::new()));
    assert!(scan(page(&files, "index.html")).text.contains("This run holds no cell"));
    assert_eq!(page(&files, "cells.csv").lines().count(), 1);
    assert_eq!(page(&files, "cells.jsonl"), "");
}

#[test]
fn one_contender_is_called_nothing_but_what_it_is() {
    let files = check(&run_of(vec![measured("s/w/only/1", 30)]));
    assert!(
        scan(page(&files, "suite.s.html")).text.contains("only takes 30.1 ns; it is the only contender.")
    );
}

#[test]
fn without_any_number_there_are_reasons() {
    let outcomes = [
        Outcome::NotMeasurable { reason: "something else is running".to_owned() },
        Outcome::Faulty { fault: Fault::WrongResult { message: "total".to_owned() } },
        Outcome::Faulty { fault: Fault::Panicked { message: "index 7".to_owned() } },
        Outcome::Faulty { fault: Fault::Hung { bound_s: 30 } },
    ];
    let cells = outcomes.into_iter().zip(["a", "b", "c", "d"]);
    let cells = cells.map(|(outcome, name)| CellRecord { outcome, ..measured(&format!("s/w/{name}/2"), 10) });
    let files = check(&run_of(cells.collect()));
    let text = scan(page(&files, "suite.s.html")).text;
    for reason in [
        "something else is running",
        "wrong result: total",
        "panicked: index 7",
        "within 30 s",
        "No contender has a number.",
    ] {
        assert!(text.contains(reason), "{reason} is not there:\n{text}");
    }
    let heat = scan(page(&files, "index.html")).text;
    for fate in ["not measurable", "wrong result", "panicked", "hung"] {
        assert!(heat.contains(fate), "{fate} is not there:\n{heat}");
    }
}

#[test]
fn odd_slices_give_no_odd_figures() {
    let with = |name: &str, change: fn(&mut CellRecord)| {
        let mut record = measured(&format!("s/w/{name}/2"), 10);
        change(&mut record);
        record
    };
    let files = check(&run_of(vec![
        with("zero-window", |record| record.slices.window_ns = vec![0; 9]),
        with("no-operation", |record| record.slices.ops = vec![vec![0, 0]; 9]),
        with("no-worker", |record| record.slices.ops = vec![Vec::new(); 9]),
        with("no-slice", |record| record.slices.window_ns.clear()),
        with("huge", |record| record.slices.window_ns = vec![u64::MAX; 9]),
        with("no-clock", |record| record.slices.cpu_ns = None),
        with("one-sided", |record| record.slices.ops = vec![vec![1000, 0]; 9]),
    ]));
    assert!(scan(page(&files, "suite.s.html")).text.contains("no figure: no slice has an operation"));
}

#[test]
fn launches_are_units_where_there_are_several() {
    let launch = |launch: u32| CellRecord { launch, ..measured("s/w/a/2", 100 + u64::from(launch)) };
    let say =
        |launches: u32| scan(page(&check(&run_of((0..launches).map(launch).collect())), "suite.s.html")).text;
    assert!(say(1).contains("over the slices of one launch; another launch may lie outside"));
    assert!(say(3).contains("with fewer than six of them"));
    assert!(say(6).contains("exact 95 % interval of the median over launches"));
}

#[test]
fn only_oversubscribed_cells_are_a_report() {
    let files = check(&run_of(vec![measured("s/w/a/4", 100), measured("s/w/a/8", 200)]));
    assert!(scan(page(&files, "suite.s.html")).text.contains("All thread counts are above the processors."));
}

#[test]
fn longest_names_are_whole_in_tables_and_known_in_charts() {
    let name = "a-contender-of-a-name-as-long-as-allowed";
    let run = run_of(vec![
        measured(&format!("{name}/{name}/{name}/2"), 10),
        measured(&format!("{name}/{name}/{name}/4"), 10),
    ]);
    let files = check(&run);
    let suite = page(&files, &format!("suite.{name}.html"));
    let figures: Vec<Vec<String>> = rows(suite).into_iter().filter(|row| row.len() > 5).collect();
    assert_eq!(figures.len(), 3, "a head and two cells");
    assert!(figures[1..].iter().all(|row| row[1] == name), "{figures:?}");
    assert!(rows(page(&files, "index.html")).iter().any(|row| row[0] == name));
    let drawn: Vec<String> = texts(suite).into_iter().filter(|text| text.starts_with("a-con")).collect();
    let known = |text: &String| {
        let ends = text.split_once('…');
        text == name || ends.is_some_and(|(head, tail)| name.starts_with(head) && name.ends_with(tail))
    };
    // Times at two thread counts, one line of throughput, and fairness.
    assert!(drawn.len() >= 4 && drawn.iter().all(known), "{drawn:?}");
}

#[test]
fn a_report_says_how_it_is_made_again() {
    let run = fixture();
    let foot = |asked| {
        let files = report(&run, &Around { words: &words(), asked, figures: &[], criterion: asked });
        let index = page(&files, "index.html").to_owned();
        (index.contains(" --ask</code>"), index.contains("../criterion/report/index.html"))
    };
    assert_eq!((foot(false), foot(true)), ((false, false), (true, true)));
}
