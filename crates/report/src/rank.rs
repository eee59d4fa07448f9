//! What `contend rank` prints: which contenders a run of several launches can tell apart.

use crate::cells::{CONTENDED_MARGIN, FEWEST_LAUNCHES, MARGIN, Place, margin};
use crate::html::model::{Cell, Workload, suites};
use crate::layout::{Table, wrap};
use crate::page::{Page, Tone};
use crate::show::tables::heading_of;
use crate::units::Scale;
use contend_record::Run;
use contend_stats::rank::{self, Launches, places};

/// A workload at one thread count.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    /// `suite/workload: 2 threads`.
    pub heading: String,
    /// The suite.
    pub suite: &'a str,
    /// The workload.
    pub workload: &'a str,
    /// The thread count.
    pub threads: usize,
    /// Contenders from the best to the worst, then bounds and floors, then what has no number.
    pub rows: Vec<Ranked<'a>>,
}

/// One contender in all launches.
#[derive(Clone, Debug)]
pub struct Ranked<'a> {
    /// Its name.
    pub contender: &'a str,
    /// The crate and version.
    pub version: &'a str,
    /// What it is for readers.
    pub kind: Place,
    /// Its place among the contenders.
    pub place: Option<rank::Place>,
    /// Its time per operation in each launch that has one, in nanoseconds.
    pub times_ns: Launches,
    /// Median of those times.
    pub time_ns: Option<f64>,
    /// Why it has no number, if it has none.
    pub reason: Option<String>,
}

/// The rankings of a run, in the order of its tables.
pub fn rankings(run: &Run) -> Vec<Ranking<'_>> {
    let mut rankings = Vec::new();
    for suite in suites(run, &[]) {
        for workload in &suite.workloads {
            rankings.extend(workload.threads.iter().map(|threads| ranking(workload, *threads, run)));
        }
    }
    rankings
}

fn ranking<'a>(workload: &Workload<'a>, threads: usize, run: &Run) -> Ranking<'a> {
    let mut rows: Vec<Ranked<'a>> = workload.at(threads).map(row).collect();
    let contends = |row: &Ranked<'_>| row.kind == Place::Contender;
    let times = |row: &Ranked<'_>| if contends(row) { row.times_ns.clone() } else { Launches::new() };
    let entries: Vec<Launches> = rows.iter().map(times).collect();
    for (row, place) in rows.iter_mut().zip(places(&entries, margin(threads))) {
        row.place = place;
    }
    rows.sort_by(|left, right| {
        let rank = |row: &Ranked<'_>| row.place.map_or(usize::MAX, |place| place.rank);
        let key = |row: &Ranked<'_>| (row.time_ns.is_none(), row.kind, rank(row));
        let time = |row: &Ranked<'_>| row.time_ns.unwrap_or(f64::INFINITY);
        key(left).cmp(&key(right)).then(time(left).total_cmp(&time(right)))
    });
    let oversubscribed = workload.oversubscribed(threads);
    let (suite, workload) = (workload.suite, workload.name);
    let heading = heading_of(suite, workload, threads, oversubscribed, &run.manifest.machine);
    Ranking { heading, suite, workload, threads, rows }
}

fn row<'a>(cell: &Cell<'a>) -> Ranked<'a> {
    Ranked {
        contender: cell.id.contender(),
        version: cell.version,
        kind: cell.place,
        place: None,
        times_ns: cell.times_ns.clone(),
        time_ns: cell.figures.time_ns,
        reason: cell.reason.clone(),
    }
}

/// The rankings that `wanted` selects, as tables of at most `width` columns. `None` where it selects nothing.
pub fn text(run: &Run, width: usize, colour: bool, wanted: impl Fn(&Ranking<'_>) -> bool) -> Option<String> {
    let rankings: Vec<Ranking<'_>> = rankings(run).into_iter().filter(|ranking| wanted(ranking)).collect();
    if rankings.is_empty() {
        return None;
    }
    let mut page = Page::default();
    for ranking in &rankings {
        page.add(Tone::Heading, wrap(&ranking.heading, width, 2));
        page.add(Tone::Plain, table(ranking).lines(width));
        page.gap();
    }
    page.add(Tone::Plain, wrap(&legend(&rankings), width, 0));
    Some(page.text(colour))
}

fn legend(rankings: &[Ranking<'_>]) -> String {
    let percent = |margin: f64| format!("{:.0}\u{a0}%", margin * 100.0);
    let mut legend = format!(
        "Medians over launches; \"to the best\" is the median of the ratios within launches, with its exact interval at \
         95\u{a0}%. Contenders share a rank (=) unless the whole interval of the ratio to the first of that rank lies more than {} above 1 \
         ({} where threads contend).",
        percent(MARGIN),
        percent(CONTENDED_MARGIN)
    );
    let launches = rankings.iter().flat_map(|ranking| &ranking.rows).map(|row| row.times_ns.len());
    if launches.max().unwrap_or(0) < FEWEST_LAUNCHES {
        legend += &format!(
            " With fewer than {FEWEST_LAUNCHES} launches nothing can be told apart; `contend run` makes as many."
        );
    }
    legend
}

fn table(ranking: &Ranking<'_>) -> Table {
    let contenders = ranking.rows.iter().filter(|row| row.kind == Place::Contender);
    let scale = Scale::times(&contenders.filter_map(|row| row.time_ns).collect::<Vec<f64>>());
    let time = format!("{}/op", scale.unit);
    let head = [" rank  contender", time.as_str(), "to the best", "interval", "launches"];
    let mut table = Table::new(head.map(str::to_owned));
    for row in &ranking.rows {
        let name = format!("{:>5}  {}", rank_text(row), row.contender);
        if row.time_ns.is_none() {
            table.text(name, row.reason.clone().unwrap_or_else(|| "no number".to_owned()));
            continue;
        }
        let interval = row.place.and_then(|place| place.interval);
        table.numbers(
            name,
            vec![
                scale.number(row.time_ns),
                row.place.map_or_else(String::new, |place| format!("{:.2}", place.ratio)),
                interval.map_or_else(String::new, |found| format!("{:.2}..{:.2}", found.low, found.high)),
                row.times_ns.len().to_string(),
            ],
        );
    }
    table
}

fn rank_text(row: &Ranked<'_>) -> String {
    match (row.kind, row.place) {
        (Place::Contender, Some(place)) if place.shared => format!("{}=", place.rank),
        (Place::Contender, Some(place)) => place.rank.to_string(),
        (Place::Contender, None) => "-".to_owned(),
        (Place::Bound, _) => "bound".to_owned(),
        (Place::Floor, _) => "floor".to_owned(),
    }
}
