//! All runs of a site, and each cell over them: what lies on one line, and where that line changed.

use crate::cells::{Place, place};
use crate::layout::plain;
use contend_protocol::CellId;
use contend_protocol::site::{HistoryCell, HistoryRun, Way};
use contend_stats::change_points::{Course, change_points};
use contend_stats::margins;
use std::collections::{BTreeMap, BTreeSet};

/// Runs of a line at most, the newest ones.
///
/// Chosen here because a point a pixel is all that a phone shows, and older runs are in the files.
pub(super) const MOST_RUNS: usize = 400;

const PS_PER_NS: f64 = 1000.0;

/// The lines of a site, sorted out.
#[derive(Debug)]
pub struct History {
    /// Oldest first, each once.
    pub(super) runs: Vec<HistoryRun>,
    /// For each run its cells in the order they were added, each once.
    cells: Vec<Vec<HistoryCell>>,
}

/// A cell in a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point<'a> {
    pub(super) run: &'a HistoryRun,
    pub(super) cell: &'a HistoryCell,
}

/// A contender in a workload: what one page is about.
#[derive(Debug)]
pub(super) struct Track<'a> {
    pub(super) suite: &'a str,
    pub(super) workload: &'a str,
    pub(super) contender: &'a str,
    /// What may be compared, the newest first; of equally new ones the one with fewer threads.
    pub(super) lines: Vec<Line<'a>>,
}

/// A cell over runs of one machine, one method, one way of measuring and one definition of its workload: nothing else is ever on a
/// line with it.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) threads: usize,
    pub(super) machine: &'a str,
    pub(super) method: u32,
    pub(super) way: Way,
    pub(super) definition: &'a str,
    /// A line of the same machine, thread count and way of measuring is newer.
    pub(super) superseded: bool,
    /// Oldest first; at most [`MOST_RUNS`].
    pub(super) points: Vec<Point<'a>>,
    /// Runs that are older than the first of them.
    pub(super) left_out: usize,
    pub(super) course: Course,
}

impl History {
    /// From the lines as they lie in the files: of two about the same the later one counts.
    pub fn new(runs: Vec<HistoryRun>, cells: Vec<HistoryCell>) -> Self {
        let mut by_name: BTreeMap<String, HistoryRun> = BTreeMap::new();
        for run in runs {
            by_name.insert(run.run.clone(), run);
        }
        let mut runs: Vec<HistoryRun> = by_name.into_values().collect();
        runs.sort_by(|left, right| {
            (left.created_unix_ms, &left.run).cmp(&(right.created_unix_ms, &right.run))
        });
        let places: BTreeMap<&str, usize> =
            runs.iter().enumerate().map(|(place, run)| (run.run.as_str(), place)).collect();
        let mut of_runs: Vec<Vec<HistoryCell>> = vec![Vec::new(); runs.len()];
        for cell in cells {
            // Lines of a run that is not known are those of a build that was killed.
            if let Some(place) = places.get(cell.run.as_str()) {
                of_runs[*place].push(cell);
            }
        }
        let cells = of_runs.into_iter().map(latest_of_each).collect();
        Self { runs, cells }
    }

    /// All runs, oldest first.
    pub fn runs(&self) -> &[HistoryRun] {
        &self.runs
    }

    /// The cells of a run.
    pub(super) fn cells_of(&self, run: usize) -> &[HistoryCell] {
        self.cells.get(run).map(Vec::as_slice).unwrap_or_default()
    }

    /// The newest run with a number that was measured here; else the newest with any.
    pub(super) fn latest(&self) -> Option<usize> {
        let has_number = |run: &usize| self.cells[*run].iter().any(|cell| cell.time_ps.is_some());
        let with_numbers = || (0..self.runs.len()).rev().filter(has_number);
        with_numbers().find(|run| !self.runs[*run].imported).or_else(|| with_numbers().next())
    }

    /// A track for each contender of each workload, in the order of their names. Imported runs are on none, because nothing is
    /// known of how they were measured.
    pub(super) fn tracks(&self) -> Vec<Track<'_>> {
        let mut by_cell: BTreeMap<&CellId, Vec<Point<'_>>> = BTreeMap::new();
        for (run, cells) in self.runs.iter().zip(&self.cells).filter(|(run, _)| !run.imported) {
            for cell in cells {
                by_cell.entry(&cell.cell).or_default().push(Point { run, cell });
            }
        }
        let mut tracks: Vec<Track<'_>> = Vec::new();
        for (id, points) in by_cell {
            let lines = lines(id.threads(), points);
            match tracks.last_mut() {
                Some(track) if track.is_of(id) => track.lines.extend(lines),
                _ => tracks.push(Track {
                    suite: id.suite(),
                    workload: id.workload(),
                    contender: id.contender(),
                    lines,
                }),
            }
        }
        tracks.iter_mut().for_each(Track::sort);
        tracks
    }

    /// Names of the runs on both sides of each step that a page of a cell names: of contenders, bounds and floors, and of lines that a newer
    /// definition has ended too.
    pub fn runs_at_steps(&self) -> BTreeSet<&str> {
        let tracks = self.tracks();
        let mut names = BTreeSet::new();
        for line in tracks.iter().flat_map(|track| &track.lines) {
            let sides = line.course.steps.iter().flat_map(|step| [step.before, step.after]);
            names.extend(sides.map(|side| line.points[side].run.run.as_str()));
        }
        names
    }

    /// Ids of the machines of all runs that were measured here, the one of the newest run first.
    pub(super) fn machines(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for run in self.runs.iter().rev().filter(|run| !run.imported) {
            if !ids.contains(&run.machine.id.as_str()) {
                ids.push(&run.machine.id);
            }
        }
        ids
    }
}

/// Each cell once, as it was added last, and in that order.
fn latest_of_each(cells: Vec<HistoryCell>) -> Vec<HistoryCell> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<HistoryCell> =
        cells.into_iter().rev().filter(|cell| seen.insert(cell.cell.clone())).collect();
    kept.reverse();
    kept
}

impl Track<'_> {
    fn is_of(&self, id: &CellId) -> bool {
        (self.suite, self.workload, self.contender) == (id.suite(), id.workload(), id.contender())
    }

    /// The machines of its lines, that of the newest first: whatever runs of other cells there are.
    pub(super) fn machines(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for line in &self.lines {
            if !ids.contains(&line.machine) {
                ids.push(line.machine);
            }
        }
        ids
    }

    /// Whether it is a contender, and no bound or floor.
    pub(super) fn contends(&self) -> bool {
        place(self.contender) == Place::Contender
    }

    fn sort(&mut self) {
        let newest = |line: &Line<'_>| line.points.last().map(|point| point.run.created_unix_ms);
        self.lines
            .sort_by(|left, right| newest(right).cmp(&newest(left)).then(left.threads.cmp(&right.threads)));
        let mut seen: BTreeSet<(&str, usize, Way)> = BTreeSet::new();
        for line in &mut self.lines {
            line.superseded = !seen.insert((line.machine, line.threads, line.way));
        }
    }
}

/// The points of one cell, apart where they cannot be compared.
fn lines<'a>(threads: usize, points: Vec<Point<'a>>) -> Vec<Line<'a>> {
    let mut groups: BTreeMap<Key<'a>, Vec<Point<'a>>> = BTreeMap::new();
    for point in points {
        let Point { run, cell } = point;
        let key = (run.machine.id.as_str(), run.method.0, cell.measured(), cell.definition.as_str());
        groups.entry(key).or_default().push(point);
    }
    groups.into_iter().map(|(key, points)| line(threads, key, points)).collect()
}

/// What all points of a line have in common: machine, method, way of measuring, definition.
type Key<'a> = (&'a str, u32, Way, &'a str);

fn line<'a>(
    threads: usize,
    (machine, method, way, definition): Key<'a>,
    mut points: Vec<Point<'a>>,
) -> Line<'a> {
    let left_out = points.len().saturating_sub(MOST_RUNS);
    points.drain(..left_out);
    let values: Vec<f64> = points.iter().map(|point| point.time_ns().unwrap_or(f64::NAN)).collect();
    let course = change_points(&values, margins::of_threads(threads));
    Line { threads, machine, method, way, definition, superseded: false, points, left_out, course }
}

impl Point<'_> {
    /// Time per operation, in nanoseconds.
    pub(super) fn time_ns(&self) -> Option<f64> {
        self.cell.time_ps.filter(|ps| *ps > 0).map(|ps| ps as f64 / PS_PER_NS)
    }

    /// The ends beside it.
    pub(super) fn ends_ns(&self) -> Option<(f64, f64)> {
        let (low, high) = self.cell.low_ps.zip(self.cell.high_ps)?;
        Some((low as f64 / PS_PER_NS, high as f64 / PS_PER_NS))
    }

    /// The commit in short.
    pub(super) fn commit(&self) -> String {
        commit(self.run)
    }
}

/// The commit of a run in short.
pub(super) fn commit(run: &HistoryRun) -> String {
    let short = |commit: &String| commit.chars().take(7).collect::<String>();
    run.source.commit.as_ref().map_or("no commit".to_owned(), |commit| plain(&short(commit)))
}
