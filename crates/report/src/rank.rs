//! What `contend rank` prints: which contenders a run of several launches can tell apart.

use crate::cells::Place;
use crate::html::model::{Cell, Workload, suites};
use crate::layout::{Table, wrap};
use crate::page::{Page, Tone};
use crate::show::tables::heading_of;
use crate::units::Scale;
use contend_protocol::CellId;
use contend_record::Run;
use contend_stats::margins;
use contend_stats::rank::{self, FEWEST_LAUNCHES, Launches, places};
use contend_stats::ratio::Evidence;

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
    /// Hash of the workload's definition.
    pub definition: &'a str,
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

impl Ranked<'_> {
    /// What is known of it beside the best one.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        self.place.map(|place| place.evidence)
    }
}

impl Ranking<'_> {
    /// Whether the cell stands in this table.
    pub fn has(&self, cell: &CellId) -> bool {
        (self.suite, self.workload, self.threads) == (cell.suite(), cell.workload(), cell.threads())
    }

    /// The same without some of the contenders: the others are ranked among themselves.
    pub(crate) fn without(&self, unwanted: impl Fn(&Ranked<'_>) -> bool) -> Self {
        let mut ranking = self.clone();
        ranking.rows.retain(|row| !unwanted(row));
        rank_rows(&mut ranking.rows, self.threads);
        ranking
    }
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
    rank_rows(&mut rows, threads);
    let oversubscribed = workload.oversubscribed(threads);
    let (suite, workload) = (workload.suite, workload.name);
    let heading = heading_of(suite, workload, threads, oversubscribed, &run.manifest.machine);
    Ranking { heading, suite, workload, threads, rows }
}

/// Ranks the contenders among the rows, and sorts these.
fn rank_rows(rows: &mut [Ranked<'_>], threads: usize) {
    let contends = |row: &Ranked<'_>| row.kind == Place::Contender;
    let times = |row: &Ranked<'_>| if contends(row) { row.times_ns.clone() } else { Launches::new() };
    let entries: Vec<Launches> = rows.iter().map(times).collect();
    for (row, place) in rows.iter_mut().zip(places(&entries, margins::of_threads(threads))) {
        row.place = place;
    }
    rows.sort_by(|left, right| {
        let rank = |row: &Ranked<'_>| row.place.and_then(|place| place.rank).unwrap_or(usize::MAX);
        let key = |row: &Ranked<'_>| (row.time_ns.is_none(), row.kind, rank(row));
        let time = |row: &Ranked<'_>| row.time_ns.unwrap_or(f64::INFINITY);
        key(left).cmp(&key(right)).then(time(left).total_cmp(&time(right)))
    });
}

fn row<'a>(cell: &Cell<'a>) -> Ranked<'a> {
    Ranked {
        contender: cell.id.contender(),
        version: cell.version,
        definition: cell.definition,
        kind: cell.place,
        place: None,
        times_ns: cell.times_ns.clone(),
        time_ns: cell.figures.time_ns,
        reason: cell.reason.clone(),
    }
}

/// Rankings as tables of at most `width` columns.
pub fn text(rankings: &[Ranking<'_>], width: usize, colour: bool) -> String {
    let mut page = Page::default();
    for ranking in rankings {
        page.add(Tone::Heading, wrap(&ranking.heading, width, 2));
        page.add(Tone::Plain, table(ranking).lines(width));
        page.gap();
    }
    page.add(Tone::Plain, wrap(&legend(rankings), width, 0));
    page.text(colour)
}

fn legend(rankings: &[Ranking<'_>]) -> String {
    let percent = |margin: f64| format!("{:.0}\u{a0}%", margin * 100.0);
    let mut legend = format!(
        "Medians over launches; \"to the best\" is the median of the ratios within launches, with its exact interval at \
         95\u{a0}%. Contenders share a rank (=) unless the whole interval of the ratio to the first of that rank lies more than {} above 1 \
         ({} where threads contend).",
        percent(margins::ALONE),
        percent(margins::CONTENDED)
    );
    let rows = || rankings.iter().flat_map(|ranking| &ranking.rows);
    let launches = rows().map(|row| row.times_ns.len()).max().unwrap_or(0);
    let said = |sign: &str| rows().any(|row| rank_text(row) == sign);
    if launches < FEWEST_LAUNCHES {
        legend += &format!(
            " With fewer than {FEWEST_LAUNCHES} launches nothing can be told apart (?); `contend run` makes as many."
        );
    } else if said(UNRANKED) {
        legend += &format!(
            " ? has fewer than {FEWEST_LAUNCHES} launches in common with the first, and no rank: the others are ranked among themselves."
        );
    }
    if said(DOUBTED) {
        legend += " 1? is the first of these, but one without a rank comes as near.";
    }
    legend
}

/// Instead of the rank of one of which too little is known.
const UNRANKED: &str = "?";

/// Instead of the first rank of one that others without a rank come as near to.
const DOUBTED: &str = "1?";

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
        (Place::Contender, Some(place)) => match place.rank {
            None => UNRANKED.to_owned(),
            Some(rank) if place.shared => format!("{rank}="),
            Some(_) if place.evidence == Evidence::Unknown => DOUBTED.to_owned(),
            Some(rank) => rank.to_string(),
        },
        (Place::Contender, None) => "-".to_owned(),
        (Place::Bound, _) => "bound".to_owned(),
        (Place::Floor, _) => "floor".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::{of_launches, record, run};

    /// What is printed of a run in which the contenders have so many launches of these times, in nanoseconds.
    fn printed(contenders: &[(&str, u32, u64)]) -> String {
        text(&rankings(&of_launches(contenders)), 80, false)
    }

    /// The printed table, with single spaces.
    #[track_caller]
    fn check(contenders: &[(&str, u32, u64)], rows: &[&str], legend: &[(&str, bool)]) {
        let printed = printed(contenders);
        let lines: Vec<String> =
            printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..2 + rows.len()], *rows, "{printed}");
        let all = lines.join(" ");
        for (words, is_said) in legend {
            assert_eq!(all.contains(words), *is_said, "{words}: {printed}");
        }
        assert!(
            !printed.contains("NaN") && printed.lines().all(|line| line.chars().count() <= 80),
            "{printed}"
        );
    }

    #[test]
    fn who_missed_a_launch_has_no_rank_and_takes_nobodys() {
        check(
            &[("a", 6, 10), ("b", 6, 20), ("c", 5, 100), ("floor", 6, 1)],
            &["1 a 10.0 1.00 6", "2 b 20.0 2.00 2.00..2.00 6", "? c 100.0 10.00 5", "floor floor 1.0 6"],
            &[("? has fewer than 6 launches", true), ("1? is the first", false)],
        );
        check(
            &[("a", 6, 10), ("b", 6, 20), ("c", 5, 5)],
            &["1? a 10.00 1.00 6", "2 b 20.00 2.00 2.00..2.00 6", "? c 5.00 0.50 5"],
            &[("1? is the first", true)],
        );
    }

    #[test]
    fn few_launches_rank_nobody() {
        let rows = ["? a 10.0 1.00 1", "? b 20.0 2.00 1"];
        check(
            &[("a", 1, 10), ("b", 1, 20)],
            &rows,
            &[("With fewer than 6 launches", true), ("? has fewer", false)],
        );
    }

    #[test]
    fn without_one_the_others_are_ranked_anew() {
        let mut run = run(&[]);
        for launch in 0..6 {
            for (contender, time_ns) in [("a", 10), ("b", 20), ("c", 40)] {
                let record = record(&format!("s/w/{contender}/1"), time_ns * 1000, false);
                run.records.push(contend_protocol::sample::CellRecord { launch, ..record });
            }
        }
        let rankings = rankings(&run);
        let ranks = |ranking: &Ranking<'_>| -> Vec<(String, String)> {
            ranking.rows.iter().map(|row| (row.contender.to_owned(), rank_text(row))).collect()
        };
        let pair = |name: &str, rank: &str| (name.to_owned(), rank.to_owned());
        let left = rankings[0].without(|row| row.contender == "a");
        assert_eq!(ranks(&left), [pair("b", "1"), pair("c", "2")]);
        assert_eq!(ranks(&rankings[0]).len(), 3);
    }
}
