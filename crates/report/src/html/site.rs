//! All runs as pages that can be published: static, with relative links only, and the same bytes from the same lines.
//!
//! ```text
//! Run ─► Shown ─► lines ► history.jsonl, runs.jsonl ─► History ─┬─► overview: newest heat maps, steps, comparisons, runs
//!           └───► pages ► runs/<run>/                           ├─► cell: a contender over the runs ─► course
//! Comparison ───────────► compare/<name>/verdict.json ──────────┼─► compare ─► forest
//!                                                               ├─► machines
//!                                                               └─► publish: latest.json, badges, feed.xml
//! ```
//!
//! Nothing here reads or writes a file. Pages that follow from several runs are made from lines alone, so they can be made again when the
//! runs are gone.

mod cell;
mod compare;
mod course;
mod forest;
mod history;
mod machines;
mod overview;
mod paths;
mod publish;
mod slug;
mod summary;

use super::frame::{Frame, Link};
use super::model::{Suite, suites};
use super::{Around, File, files, method};
use contend_protocol::comparison::Comparison;
use contend_protocol::encode_line;
use contend_protocol::fnv::Fnv;
use contend_protocol::site::{HistoryCell, HistoryRun};
use contend_protocol::version::MethodVersion;
use contend_record::Run;
use contend_stats::margins;
use history::Track;
use maud::{Markup, html};
use paths::{comparison_page, machine_page, track_page};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use history::History;
pub use paths::folder;
use paths::short as short_machine;

/// All that a site is made from.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The runs.
    pub history: &'a History,
    /// The comparisons, with the names of their folders.
    pub comparisons: &'a [(String, Comparison)],
    /// Folders of runs that have pages of their own.
    pub run_folders: &'a BTreeSet<String>,
    /// Where the site is published, without a slash at its end.
    pub base_url: Option<&'a str>,
}

/// A page that follows from several runs, before it is written.
pub struct Page<'a> {
    /// Its place, from the folder of the site.
    pub path: String,
    /// A hash of all it is made from; `None` where making it costs no more than that would.
    pub input: Option<String>,
    make: Box<dyn Fn() -> String + 'a>,
}

impl Page<'_> {
    /// The page.
    pub fn text(&self) -> String {
        (self.make)()
    }
}

impl fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("path", &self.path).field("input", &self.input).finish_non_exhaustive()
    }
}

/// Pages that are not to be there: those of what the contents do not have.
pub fn unwanted(contents: &Contents<'_>) -> Vec<&'static str> {
    if contents.base_url.is_none() { vec![FEED] } else { Vec::new() }
}

const FEED: &str = "feed.xml";

impl Contents<'_> {
    /// Whether a run has pages of its own.
    fn has_pages(&self, run: &str) -> bool {
        self.run_folders.contains(&folder(run))
    }
}

/// A run as a site shows it, put together once for its pages and its lines.
#[derive(Debug)]
pub struct Shown<'a> {
    run: &'a Run,
    around: Around<'a>,
    suites: Vec<Suite<'a>>,
}

impl<'a> Shown<'a> {
    /// The run, with what is around it. Its lines are the same whatever that is.
    pub fn new(run: &'a Run, around: Around<'a>) -> Self {
        Self { run, around, suites: suites(run, around.words) }
    }

    /// Its pages, as [`report`](super::report) makes them, with a link to the site above them.
    pub fn pages(&self) -> Vec<File> {
        let above = Link { file: "../../index.html".to_owned(), text: "All runs".to_owned() };
        files(self.run, &self.suites, &self.around, Some(above))
    }

    /// The lines that the site keeps of it. `lengths` are those of its files, by which it is known again.
    pub fn lines(&self, lengths: [u64; 3]) -> (HistoryRun, Vec<HistoryCell>) {
        summary::lines(self.run, &self.suites, lengths)
    }
}

/// All other pages: those that are linked to come before those that link to them. `each` gets one after the other, and the first
/// error ends it.
///
/// # Errors
/// Those of `each`.
pub fn pages<E>(contents: &Contents<'_>, mut each: impl FnMut(&Page<'_>) -> Result<(), E>) -> Result<(), E> {
    let frame = frame();
    let tracks = contents.history.tracks();
    let seed = || {
        let mut hash = Fnv::new();
        hash.add(env!("CARGO_PKG_VERSION").as_bytes());
        hash.add(frame.looks().as_bytes());
        hash
    };
    let runs = run_inputs(contents);
    for (folder, comparison) in contents.comparisons {
        let path = comparison_page(folder);
        let mut hash = seed();
        hash.add(encode_line(comparison).as_bytes());
        let make = || frame.page(&path, "Comparison", &compare::body(comparison));
        each(&Page { path: path.clone(), input: Some(hash.hex()), make: Box::new(make) })?;
    }
    for track in &tracks {
        let path = track_page(track.suite, track.workload, track.contender);
        let mut hash = seed();
        cell::input(track, &runs, &mut hash);
        let title = format!("{} in {}", track.contender, track.workload);
        let make = || frame.page(&path, &title, &cell::body(track, contents));
        each(&Page { path: path.clone(), input: Some(hash.hex()), make: Box::new(make) })?;
    }
    for id in contents.history.machines() {
        let path = machine_page(id);
        let make = || frame.page(&path, "Machine", &machines::body(id, contents));
        each(&Page { path: path.clone(), input: None, make: Box::new(make) })?;
    }
    for (path, text) in lists(contents, &tracks, &frame).into_iter().chain(published(contents, &tracks)) {
        each(&Page { path, input: None, make: Box::new(move || text.clone()) })?;
    }
    Ok(())
}

/// For each run a hash of what pages may show of it.
fn run_inputs<'a>(contents: &Contents<'a>) -> BTreeMap<&'a str, String> {
    let input = |run: &'a HistoryRun| {
        let mut hash = Fnv::new();
        hash.add(encode_line(run).as_bytes());
        hash.add(&[u8::from(contents.has_pages(&run.run))]);
        (run.run.as_str(), hash.hex())
    };
    contents.history.runs().iter().map(input).collect()
}

/// The pages that list others; the first page of all comes last.
fn lists(contents: &Contents<'_>, tracks: &[Track<'_>], frame: &Frame) -> Vec<(String, String)> {
    let lost = Frame::new("site", Vec::new(), html! { "contend" }, Vec::new());
    let page = |path: &str, title: &str, body: Markup| (path.to_owned(), frame.page(path, title, &body));
    vec![
        (".nojekyll".to_owned(), String::new()),
        ("robots.txt".to_owned(), "User-agent: *\nAllow: /\n".to_owned()),
        ("404.html".to_owned(), lost.page("404.html", "Not here", &not_here(contents.base_url))),
        page(METHOD, "What the numbers mean", html! { (method::body(MethodVersion::CURRENT)) (over_time()) }),
        page("machines/index.html", "Machines", machines::list(contents)),
        page("compare/index.html", "Comparisons", overview::all_comparisons(contents)),
        page("bench/index.html", "Cells over time", cell::list(tracks, contents.history)),
        page("runs/index.html", "Runs", overview::all_runs(contents)),
        page("index.html", "Which contender for which workload?", overview::body(contents, tracks)),
    ]
}

const METHOD: &str = "methodology.html";

/// What others read, which is right only once the pages are there.
fn published(contents: &Contents<'_>, tracks: &[Track<'_>]) -> Vec<(String, String)> {
    let badges = publish::badges(contents).into_iter();
    let mut files: Vec<(String, String)> = badges.map(|(path, text)| (path.to_owned(), text)).collect();
    files.extend(contents.base_url.map(|url| (FEED.to_owned(), publish::feed(contents, tracks, url))));
    files.push(("latest.json".to_owned(), publish::latest(contents)));
    files
}

fn frame() -> Frame {
    let link = |file: &str, text: &str| Link { file: file.to_owned(), text: text.to_owned() };
    let links = vec![
        link("index.html", "Overview"),
        link("bench/index.html", "Cells over time"),
        link("compare/index.html", "Comparisons"),
        link("runs/index.html", "Runs"),
        link("machines/index.html", "Machines"),
        link(METHOD, "What the numbers mean"),
    ];
    let said = html! { "Made from saved runs by contend " (env!("CARGO_PKG_VERSION")) ": " code { "contend site build" } "." };
    let downloads = ["history.jsonl", "runs.jsonl"].map(|file| link(file, file));
    Frame::new("site", links, said, downloads.to_vec())
}

/// A host shows this page wherever somebody looked, so no relative link would be right in it.
fn not_here(base_url: Option<&str>) -> Markup {
    html! {
        h1 { "There is no such page" }
        p { "Pages of old runs may have been pruned; their numbers are kept with the cells over time." }
        @match base_url {
            Some(url) => p { a href={ (url) "/index.html" } { "The first page" } },
            None => p { "The first page is index.html, at the top of this site." },
        }
    }
}

/// What a step is, for the page of methods.
fn over_time() -> Markup {
    html! {
        section id="_over-time" {
            h2 { "Runs over time" }
            p {
                "A line holds the runs of one machine, one method version, one way of measuring and one definition of a workload, in their order. Nothing \
                 else is ever on it: another machine, or another definition, is another line. Cells that were measured alone, as " code { "cargo bench" }
                " does, and in turns with others, as " code { "contend run" } " does, are two lines, because their slices find other things in the caches. \
                 Imported runs are on none."
            }
            p {
                "A stretch of runs is cut where its level changed: so that the distances of the logarithms to the level of their stretch, plus a \
                 penalty for each cut, are least, with at least three runs a stretch. The scatter is told from the differences between neighbours. A run that \
                 stands alone counts only up to three standard deviations. A cut counts if its change is at least "
                (margins::ALONE * 100.0) "\u{a0}% with one thread and " (margins::CONTENDED * 100.0) "\u{a0}% with several, and its 95\u{a0}% interval leaves out no change at all. Where there is no step, about one series in a hundred seems to have one, and more where runs are often disturbed."
            }
            p {
                "A step says that something is different since: the code, a dependency, the compiler, the kernel, or the neighbours of a virtual \
                 machine. Which of them it was is found by " code { "contend compare" } ", which measures two commits in turns on one machine, and by "
                code { "contend bisect" } "."
            }
        }
    }
}
