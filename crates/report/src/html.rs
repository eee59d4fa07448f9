//! A run as pages: static HTML with drawings in it, which open from the disk and load nothing.
//!
//! ```text
//! Run, words ─► model::suites ─► family::families ─► plan::Plan ─┬─► index: heat maps, trust
//!                     │                                          └─► suite_page ─► section: dots, curve, fairness,
//!                     └─► download: cells.csv, cells.jsonl                                  strip, table, again
//! ```
//!
//! What follows from several runs is in [`site`].
//!
//! Everything is a function from values to text: no clock, no disk, and the same run gives the same bytes. The pages are
//! whole without their script, which only filters, sorts and switches.

mod again;
mod beside;
mod curve;
mod dots;
mod download;
mod examined;
mod fairness;
mod family;
#[cfg(test)]
pub(crate) mod fixture;
mod frame;
mod heat;
mod index;
mod machine;
mod method;
pub(crate) mod model;
mod palette;
mod plan;
mod section;
pub mod site;
mod strip;
mod suite_page;
mod svg;
mod table;
mod trust;
mod words;

use beside::Beside;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::figures::Figures;
use contend_record::Run;
use frame::{Frame, Link};
use model::Suite;
use plan::Plan;

/// The page about figures beside throughput. No suite's page begins so.
const BESIDE: &str = "beside.html";

/// One file of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its name; all files lie in one folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What a report shows beside the run itself.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// What bench executables said of their cells: questions and notes. Those of cells whose definition is another than the
    /// run's are not used. With none, the pages say that they are missing.
    pub words: &'a [CellEntry],
    /// Executables were asked for words now, as `contend report --ask` does.
    pub asked: bool,
    /// What passes beside throughput found. Those of other machines, versions or definitions than the run's are not used.
    pub figures: &'a [Figures],
    /// Criterion's report of the same run is there, as `criterion/report/index.html` beside the folder of this one.
    pub criterion: bool,
}

/// The report of a run. The first file is the page to open.
pub fn report(run: &Run, around: &Around<'_>) -> Vec<File> {
    files(run, &model::suites(run, around.words), around, None)
}

/// The report of a run with these suites, whose navigation begins with a link to what is above it, where anything is.
fn files(run: &Run, suites: &[Suite<'_>], around: &Around<'_>, above: Option<Link>) -> Vec<File> {
    let plan = Plan::new(suites);
    let beside = Beside::of(run, suites, around.figures);
    let mut links: Vec<Link> = above.into_iter().chain(plan.links()).collect();
    if !beside.is_empty() {
        links.insert(
            links.len() - 2,
            Link { file: BESIDE.to_owned(), text: "What throughput hides".to_owned() },
        );
    }
    let frame = Frame::of_run(run, links, around.asked);
    let file = |name: &str, text: String| File { name: name.to_owned(), text };
    let index = index::body(run, suites, &plan, around.criterion);
    let mut files = vec![file("index.html", frame.page("index.html", &format!("Run {}", run.name), &index))];
    for part in &plan.parts {
        let body = suite_page::body(part, &plan, &run.manifest);
        files.push(file(&part.file, frame.page(&part.file, &part.title, &body)));
    }
    if !beside.is_empty() {
        let body = beside::body(&beside, suites, &plan);
        files.push(file(BESIDE, frame.page(BESIDE, "What throughput hides", &body)));
    }
    let (csv, json_lines) = download::files(&run.name, suites);
    files.extend([
        file("machine.html", frame.page("machine.html", "Machine", &machine::body(run, suites))),
        file(
            "methodology.html",
            frame.page("methodology.html", "What the numbers mean", &method::body(run.manifest.method)),
        ),
        file("cells.csv", csv),
        file("cells.jsonl", json_lines),
    ]);
    files
}
