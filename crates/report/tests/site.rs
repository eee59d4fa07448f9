//! Sites as pages: every link leads somewhere, nothing is on a line that it cannot be compared with, and whatever runs hold is
//! shown safely.

#[path = "site/saved.rs"]
mod saved;
#[path = "html/scan.rs"]
mod scan;

use contend_protocol::comparison::{CellVerdict, Verdict};
use contend_protocol::sample::{CellRecord, Fault, Outcome};
use contend_protocol::version::MethodVersion;
use contend_protocol::{Value, decode};
use contend_record::Run;
use contend_report::html::site::{Shown, folder};
use proptest::prelude::*;
use saved::{NOTHING_AROUND, Saved, comparison, measured, run, text};
use scan::scan;
use std::collections::BTreeMap;

/// The page of `s/w/a`.
fn track(all: &BTreeMap<String, String>) -> &str {
    all.keys().find(|path| path.starts_with("bench/s/w/a-")).expect("it has a page")
}

/// Ten runs, then ten that are slower.
fn stepped() -> Vec<Run> {
    let time = |day: u64| if day < 10 { 1000 + day * 7 % 5 } else { 1200 + day * 7 % 5 };
    (0..20).map(|day| run(day, &[("s/w/a/1", time(day)), ("s/w/b/1", 900), ("s/w/floor/1", 10)])).collect()
}

#[test]
fn a_site_without_runs_says_so() {
    let all = Saved::default().check();
    assert!(text(&all, "index.html").contains("No run is saved yet"));
    assert!(text(&all, "index.html").contains("No comparison is saved"));
    assert_eq!(all[".nojekyll"], "");
    assert!(all["latest.json"].contains("\"run\": null"));
    assert!(!all.contains_key("feed.xml"));
}

#[test]
fn the_newest_runs_maps_are_first_and_lead_to_its_pages() {
    let saved = Saved::of(stepped());
    let all = saved.check();
    let newest = saved.runs.last().expect("a run");
    let index = &all["index.html"];
    let of_run = Shown::new(newest, NOTHING_AROUND).pages();
    let suite = of_run.iter().find(|file| file.name == "suite.s.html").expect("a suite");
    assert!(index.contains(&format!("href=\"runs/{}/suite.s.html#w\"", newest.name)));
    assert!(scan(&suite.text).ids.contains("w") && suite.text.contains("href=\"../../index.html\""));
    let shown = text(&all, "index.html");
    let (map, steps) = (shown.find("1.34×").expect("the map"), shown.find("Since when?").expect("the part"));
    assert!(map < steps, "numbers come first");
    let latest: Value = decode("JSON", &all["latest.json"]).expect("JSON");
    assert_eq!(latest["url"], format!("runs/{}/index.html", newest.name));
}

#[test]
fn a_step_says_when_and_how_much_and_what_judges_it() {
    let all = Saved::of(stepped()).check();
    let page = text(&all, track(&all));
    for part in ["1 step in 20 runs", "+20.0\u{a0}%", "contend compare 0000009aaa 000000aaaa", "000000a"] {
        let part = part.replace('\u{a0}', " ");
        assert!(page.contains(&part), "{part} is not there:\n{page}");
    }
    let index = text(&all, "index.html");
    assert!(index.contains("s/w/a/1") && index.contains("+20.0 %"), "{index}");
    assert!(!index.contains("s/w/b/1"), "what is steady is no news: {index}");
    assert!(text(&all, "bench/index.html").contains("none"));
}

#[test]
fn few_runs_tell_no_step() {
    let all = Saved::of(stepped().split_off(17)).check();
    assert!(text(&all, track(&all)).contains("3 runs tell no step, which takes 6"));
}

#[test]
fn the_runs_on_both_sides_of_a_step_are_named() {
    let saved = Saved::of(stepped());
    let history = saved.history();
    let named: Vec<&str> = history.runs_at_steps().into_iter().collect();
    assert_eq!(named, [saved.runs[9].name.as_str(), saved.runs[10].name.as_str()]);
    assert!(Saved::of(stepped().split_off(17)).history().runs_at_steps().is_empty());
}

/// How many points a page has in each of its charts.
fn points(page: &str) -> Vec<usize> {
    let drawn = page.match_indices("<path class=\"points\" d=\"");
    drawn
        .map(|(at, _)| page[at..].split("\"></path>").next().unwrap_or_default().matches("h0").count())
        .collect()
}

#[test]
fn what_cannot_be_compared_is_on_another_line() {
    let mut runs = stepped();
    runs[3].manifest.machine.id = "ffffffffffffffff".to_owned();
    runs[4].manifest.method = MethodVersion(7);
    runs[5].records[0].definition = "00000000000000dd".to_owned();
    runs[6].manifest.invocation.set = "imported".to_owned();
    runs[7].manifest.launches[0].arguments = ["--contend", "launch"].map(str::to_owned).to_vec();
    let all = Saved::of(runs).check();
    let page = &all[track(&all)];
    let mut found = points(page);
    found.sort_unstable();
    assert_eq!(found, [1, 1, 1, 1, 15], "machine, method, definition, turns, and the others");
    assert!(scan(page).text.contains("method 7") && scan(page).text.contains("1 thread, in turns"));
    assert!(all.contains_key("machines/ffffffffffffffff.html"));
    assert!(text(&all, "runs/index.html").contains("imported"));
}

#[test]
fn cells_without_a_number_keep_their_run_and_have_no_point() {
    let mut runs = stepped();
    runs[2].records[0].outcome = Outcome::Faulty { fault: Fault::Hung { bound_s: 9 } };
    runs[3].records[0].slices.window_ns = vec![0; 9];
    let all = Saved::of(runs).check();
    let page = &all[track(&all)];
    assert_eq!(points(page), [18]);
    assert!(scan(page).text.contains("hung"));
}

#[test]
fn lines_that_come_later_count() {
    let before = run(1, &[("s/w/a/1", 100)]);
    let grown = run(1, &[("s/w/a/1", 500), ("s/w/b/1", 300)]);
    let saved = Saved::of(vec![before, grown]);
    let history = saved.history();
    assert_eq!(history.runs().len(), 1);
    let all = saved.check();
    assert!(text(&all, track(&all)).contains("502 ns"), "{}", text(&all, track(&all)));
}

#[test]
fn pruned_runs_keep_their_place_without_a_link() {
    let mut saved = Saved::of(stepped());
    saved.without_pages = saved.runs.iter().map(|run| folder(&run.name)).collect();
    let all = saved.check();
    assert!(all.values().all(|page| !page.contains("href=\"runs/2026") && !page.contains("/runs/2026")));
    assert!(text(&all, "index.html").contains("no pages here"));
    assert_eq!(points(&all[track(&all)]), [20]);
    assert!(all["latest.json"].contains("\"url\": null"));
}

#[test]
fn a_comparison_has_regressions_first_and_everything_in_its_table() {
    let mut saved = Saved::of(stepped());
    saved.comparisons = vec![("20260319T101500Z-4f2c9ae-91be03d-7d10".to_owned(), comparison())];
    let all = saved.check();
    let path = "compare/20260319T101500Z-4f2c9ae-91be03d-7d10/index.html";
    let page = &all[path];
    let shown = scan(page).text;
    let (slower, faster) = (shown.find("▲ slower").expect("one"), shown.find("▼ faster").expect("one"));
    assert!(slower < faster, "what is worse comes first");
    for cell in &comparison().cells {
        assert!(shown.contains(&cell.cell.to_string()), "{} is not there", cell.cell);
    }
    for fact in
        ["cargo contend compare main", "AMD EPYC 7B13", "91be03d27c5d1a0f3b6e84927f5c1d0e9a8b7c6d", "margin"]
    {
        assert!(shown.contains(fact), "{fact} is not there:\n{shown}");
    }
    assert!(text(&all, "index.html").contains("regressed"));
}

#[test]
fn of_many_cells_a_dozen_is_drawn_and_the_others_are_counted() {
    let mut many = comparison();
    let with_numbers: Vec<CellVerdict> =
        many.cells.iter().filter(|cell| cell.evidence.is_some()).cloned().collect();
    many.cells = (0..50)
        .map(|index| {
            let mut cell = with_numbers[index % with_numbers.len()].clone();
            cell.cell = format!("s/w/contender-{index}/2").parse().expect("an id");
            cell.verdict = Verdict::Unchanged;
            cell
        })
        .collect();
    let mut saved = Saved { comparisons: vec![("many".to_owned(), many)], ..Saved::default() };
    let page = &saved.check()["compare/many/index.html"];
    assert_eq!(page.matches("class=\"shade\"").count(), 12);
    assert!(scan(page).text.contains("38 other cells with numbers"));
    for cell in &mut saved.comparisons[0].1.cells {
        cell.evidence = None;
    }
    assert!(text(&saved.check(), "compare/many/index.html").contains("No cell has numbers on both sides"));
}

#[test]
fn odd_changes_are_drawn_within_the_chart() {
    let mut odd = comparison();
    let extremes = [i64::MAX, i64::MIN, 0, -1_000_000, 900_000_000];
    for (cell, extreme) in odd.cells.iter_mut().zip(extremes.into_iter().cycle()) {
        if let Some(evidence) = &mut cell.evidence {
            evidence.change_ppm = extreme;
            evidence.margin_ppm = extreme.unsigned_abs();
            if let Some(interval) = &mut evidence.interval {
                (interval.low_ppm, interval.high_ppm) = (extreme, i64::MAX);
            }
        }
    }
    Saved { comparisons: vec![("odd".to_owned(), odd)], ..Saved::default() }.check();
}

#[test]
fn with_an_address_there_is_a_feed() {
    let mut saved = Saved::of(stepped());
    saved.comparisons = vec![("one".to_owned(), comparison())];
    saved.base_url = Some("https://example.org/bench?&".to_owned());
    let all = saved.check();
    let feed = &all["feed.xml"];
    let (declaration, rest) = feed.split_once('\n').expect("lines");
    assert_eq!(declaration, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let page = scan(rest);
    assert!(page.problems.is_empty(), "{:?}", page.problems);
    assert!(
        page.links.iter().all(|link| link.starts_with("https://example.org/bench?&amp;/")),
        "{:?}",
        page.links
    );
    assert_eq!(feed.matches("<entry>").count(), 2, "a step and a comparison: {feed}");
    assert!(feed.contains("▲ +20.0") && feed.contains("<updated>2026-"), "{feed}");
}

#[test]
fn badges_are_what_their_readers_expect() {
    let mut saved = Saved::of(stepped());
    saved.comparisons = vec![("one".to_owned(), comparison())];
    let all = saved.check();
    for (name, part) in [("run", "3 cells · "), ("compare", "2 wrong · ")] {
        let badge: Value = decode("JSON", &all[&format!("badges/{name}.json")]).expect("JSON");
        assert_eq!(badge["schemaVersion"], 1);
        let message = badge["message"].as_str().expect("a message");
        assert!(message.contains(part), "{message}");
        let drawn = &all[&format!("badges/{name}.svg")];
        assert!(drawn.contains(message) && scan(drawn).problems.is_empty(), "{drawn}");
    }
}

/// Two hundred characters of all that HTML, file systems and readers stumble over.
fn odd_text() -> String {
    "<script>alert(1)</script>&amp;\"'%s%00 ../אבג \u{202e}gnp.exe 👩‍🚀 \u{1b}[31m"
        .chars()
        .cycle()
        .take(200)
        .collect()
}

fn odd_run(day: u64, odd: &str) -> Run {
    let mut run = run(day, &[("s/w/a/1", 100 + day), ("s/w/b/2", 70)]);
    let text = odd.to_owned();
    run.name = format!("{odd}{day}");
    run.manifest.machine.id = text.clone();
    run.manifest.machine.cpu_model = Some(text.clone());
    run.manifest.machine.kernel = Some(format!("{text}{day}"));
    run.manifest.invocation.command = format!("{text}{day}");
    run.manifest.build.rustc = format!("{text}{day}");
    run.manifest.source.commit = Some(format!("{text}{day}"));
    run.manifest.source.dirty = Some(false);
    for record in &mut run.records {
        record.version = format!("{text}{day}");
        record.definition = text.clone();
    }
    run
}

#[test]
fn no_text_becomes_markup_or_a_place() {
    let odd = odd_text();
    let runs = (0..20).map(|day| {
        let mut run = odd_run(day, &odd);
        run.records[0] = CellRecord {
            definition: odd.clone(),
            version: format!("{odd}{day}"),
            ..measured("s/w/a/1", if day < 10 { 100 } else { 150 })
        };
        run
    });
    let mut other = comparison();
    other.command = odd.clone();
    (other.base.label, other.head.label) = (odd.clone(), odd.clone());
    other.machine.cpu_model = Some(odd.clone());
    let saved = Saved {
        comparisons: vec![(folder(&odd), other)],
        base_url: Some("https://example.org".to_owned()),
        ..Saved::of(runs.collect())
    };
    let all = saved.check();
    for path in all.keys() {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        assert!(path.bytes().all(plain) && !path.contains("..") && path.len() < 200, "{path}");
    }
    assert!(text(&all, track(&all)).contains("1 step"), "{}", text(&all, track(&all)));
    assert!(scan(all["feed.xml"].split_once('\n').expect("lines").1).problems.is_empty());
}

#[test]
fn pages_stay_within_their_budget() {
    let cells: Vec<String> =
        (0..20).map(|index| format!("s/w/contender-{index}/{}", 1 + index % 4)).collect();
    let runs = (0..450).map(|day| {
        let cells: Vec<(&str, u64)> =
            cells.iter().map(|cell| (cell.as_str(), 900 + day * 37 % 100)).collect();
        run(day, &cells)
    });
    let all = Saved::of(runs.collect()).check();
    for (path, text) in &all {
        assert!(text.len() <= 2_500_000, "{path} has {} bytes", text.len());
    }
    assert!(all["index.html"].len() <= 200_000, "{}", all["index.html"].len());
    let page = &all[all.keys().find(|path| path.contains("contender-1-")).expect("a page")];
    assert_eq!(points(page), [400]);
    assert!(scan(page).text.contains("50 older are in history.jsonl"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_text_and_any_number_gives_whole_pages(
        odd in any::<String>(),
        windows in prop::collection::vec(any::<u64>(), 0..12),
        ops in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..4), 0..12),
    ) {
        let mut runs: Vec<Run> = (0..8).map(|day| odd_run(day, &odd)).collect();
        runs[2].records[0].slices.window_ns = windows;
        runs[2].records[0].slices.ops = ops;
        Saved::of(runs).check();
    }
}
