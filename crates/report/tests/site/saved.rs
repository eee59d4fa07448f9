//! What sites are made from in these tests, and what every site must be.

use super::scan::{Page, scan};
use contend_protocol::comparison::Comparison;
use contend_protocol::decode;
use contend_protocol::sample::CellRecord;
use contend_protocol::site::{HistoryCell, HistoryRun};
use contend_record::Run;
use contend_report::html::Around;
use contend_report::html::site::{Contents, History, Shown, folder, pages, unwanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub(crate) const MANIFEST: &str = include_str!("../../../protocol/tests/formats/v1/run.json");
pub(crate) const SAMPLES: &str = include_str!("../../../protocol/tests/formats/v1/samples.jsonl");
pub(crate) const VERDICT: &str = include_str!("../../../protocol/tests/formats/v1/verdict.json");
pub(crate) const NOTHING_AROUND: Around<'static> =
    Around { words: &[], asked: false, figures: &[], criterion: false };
pub(crate) const DAY_MS: u64 = 86_400_000;

/// A run of that day, whose cells take so many nanoseconds.
pub(crate) fn run(day: u64, cells: &[(&str, u64)]) -> Run {
    let mut run = Run {
        name: format!("2026{day:04}T000000Z-{day:07x}-7d10"),
        directory: PathBuf::new(),
        manifest: decode("a manifest", MANIFEST).expect("the fixture is one"),
        records: cells.iter().map(|(cell, time_ns)| measured(cell, *time_ns)).collect(),
        examinations: Vec::new(),
        notices: Vec::new(),
    };
    run.manifest.created_unix_ms += day * DAY_MS;
    run.manifest.source.commit = Some(format!("{day:07x}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    run
}

pub(crate) fn measured(cell: &str, time_ns: u64) -> CellRecord {
    let line = SAMPLES.lines().next().expect("a line");
    let mut record: CellRecord = decode("a sample", line).expect("the fixture is one");
    record.cell = cell.parse().expect("an id");
    let threads = record.cell.threads();
    record.slices.window_ns = (0..9).map(|slice| time_ns * (1000 + slice)).collect();
    record.slices.ops = vec![vec![1000; threads]; 9];
    record.slices.cpu_ns = None;
    record
}

pub(crate) fn comparison() -> Comparison {
    decode("a comparison", VERDICT).expect("the fixture is one")
}

/// What a site is made from, owned.
#[derive(Default)]
pub(crate) struct Saved {
    pub(crate) runs: Vec<Run>,
    pub(crate) comparisons: Vec<(String, Comparison)>,
    pub(crate) without_pages: BTreeSet<String>,
    pub(crate) base_url: Option<String>,
}

impl Saved {
    pub(crate) fn of(runs: Vec<Run>) -> Self {
        Self { runs, ..Self::default() }
    }

    pub(crate) fn history(&self) -> History {
        let (runs, cells): (Vec<HistoryRun>, Vec<Vec<HistoryCell>>) =
            self.runs.iter().map(|run| Shown::new(run, NOTHING_AROUND).lines([1, 2, 3])).unzip();
        History::new(runs, cells.concat())
    }

    pub(crate) fn run_folders(&self) -> BTreeSet<String> {
        let with = self.runs.iter().map(|run| folder(&run.name));
        with.filter(|folder| !self.without_pages.contains(folder)).collect()
    }

    /// All pages by their places, in the order of writing.
    pub(crate) fn pages(&self) -> Vec<(String, String)> {
        let (history, run_folders) = (self.history(), self.run_folders());
        let contents = Contents {
            history: &history,
            comparisons: &self.comparisons,
            run_folders: &run_folders,
            base_url: self.base_url.as_deref(),
        };
        let mut all = Vec::new();
        let _: Result<(), ()> = pages(&contents, |page| {
            all.push((page.path.clone(), page.text()));
            Ok(())
        });
        assert_eq!(unwanted(&contents).is_empty(), self.base_url.is_some());
        all
    }

    /// Everything that every site must be.
    #[track_caller]
    pub(crate) fn check(&self) -> BTreeMap<String, String> {
        let ordered = self.pages();
        assert_eq!(ordered, self.pages(), "the same lines give the same bytes");
        let all: BTreeMap<String, String> = ordered.iter().cloned().collect();
        assert_eq!(all.len(), ordered.len(), "no page is written twice");
        let place = |name: &str| ordered.iter().position(|(path, _)| path == name).expect("it is there");
        assert!(place("index.html") > place("bench/index.html"), "what is linked to comes first");
        assert!(place("latest.json") > place("index.html"));
        let scanned: BTreeMap<&str, Page> = all
            .iter()
            .filter(|(path, _)| path.ends_with(".html"))
            .map(|(path, text)| (path.as_str(), scan(text)))
            .collect();
        for (path, page) in &scanned {
            assert!(page.problems.is_empty(), "{path}: {:#?}", page.problems);
            assert!(!page.text.contains("NaN"), "{path} holds what is no number");
            assert_eq!(all[*path].matches("<script>").count(), 1, "{path}: only our own");
            assert!(!all[*path].contains(|letter: char| letter.is_control() && letter != '\n'), "{path}");
            for link in &page.links {
                self.check_link(path, link, &all, &scanned);
            }
        }
        all
    }

    #[track_caller]
    fn check_link(
        &self,
        from: &str,
        link: &str,
        all: &BTreeMap<String, String>,
        scanned: &BTreeMap<&str, Page>,
    ) {
        if let Some(base_url) = &self.base_url
            && from == "404.html"
            && link.starts_with(base_url)
        {
            return;
        }
        let (to, id) = link.split_once('#').unwrap_or((link, ""));
        let to = if to.is_empty() { from.to_owned() } else { resolved(from, to) };
        let beside = ["history.jsonl", "runs.jsonl"].contains(&to.as_str()) || to.ends_with("/verdict.json");
        if let Some(run) = to.strip_prefix("runs/").and_then(|rest| rest.split_once('/')) {
            assert!(self.run_folders().contains(run.0), "{from} links to {link}, which has no pages");
            return;
        }
        assert!(beside || all.contains_key(&to), "{from} links to {link}, which is not there");
        let target = scanned.get(to.as_str());
        assert!(
            id.is_empty() || target.is_some_and(|page| page.ids.contains(id)),
            "{from} links to {link}, which has no such part"
        );
    }
}

/// Where a relative link leads from a page.
pub(crate) fn resolved(from: &str, link: &str) -> String {
    assert!(!link.contains(':') && !link.starts_with('/'), "{link} is not relative");
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            assert!(parts.pop().is_some(), "{link} leads out of the site from {from}");
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

pub(crate) fn text(all: &BTreeMap<String, String>, path: &str) -> String {
    scan(all.get(path).unwrap_or_else(|| panic!("there is no {path} in {:?}", all.keys()))).text
}
