//! What a saved run says for a need: the workloads nearest to it, who is first there, and what it costs to be wrong.
//!
//! Nothing is computed between workloads. What was measured is shown as it is, and how far it is from the need is said.

use crate::html::model::{Cell, Workload, suites};
use crate::layout::wrap;
use crate::page::{Page, Tone};
use crate::show::tables::heading_of;
use crate::units::Scale;
use contend_protocol::catalogue::CellEntry;
use contend_record::Run;
use contend_stats::ratio::Evidence;
use std::collections::{BTreeMap, BTreeSet};

/// Workloads that are as near as the nearest, at most.
const MOST: usize = 3;

/// Parameters that are percentages: between 98 and 99 lies as much as between 0 and 1.
const PERCENTAGES: [&str; 2] = ["reads", "hits"];

/// What a user needs.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// The suite.
    pub suite: String,
    /// The thread count; `None` for the most that the run has without oversubscription.
    pub threads: Option<usize>,
    /// Names and values of parameters.
    pub parameters: BTreeMap<String, String>,
}

/// Why there is no advice. Each text fits after "failed to ".
#[derive(Debug, thiserror::Error)]
pub enum AdviseError {
    /// The run has no cell of the suite.
    #[error("find suite `{suite}` in run {run}: it has {}", .known.join(", "))]
    NoSuite {
        /// What was asked for.
        suite: String,
        /// The run.
        run: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The suite's workloads are not described by such a parameter, or nothing was asked for.
    #[error("look for {asked} in {suite}: its parameters are {}", .known.join("; "))]
    NoParameter {
        /// What was asked for.
        asked: String,
        /// The suite.
        suite: String,
        /// Names, each with its values.
        known: Vec<String>,
    },
    /// The run was saved by executables that do not tell parameters.
    #[error("tell the workloads of run {run} apart: it was saved without their parameters; measure anew")]
    NoParameters {
        /// The run.
        run: String,
    },
}

/// What a need is not met in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The parameter, or `threads`.
    pub name: String,
    /// What was asked for.
    pub asked: String,
    /// What was measured; `None` where the workload has no such parameter.
    pub measured: Option<String>,
}

/// One contender at a workload.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub contender: String,
    /// The crate and version.
    pub version: String,
    /// Time per operation in nanoseconds.
    pub time_ns: f64,
    /// Time over that of the best.
    pub ratio: f64,
}

/// What was measured near the need.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// `suite/workload: 2 threads`.
    pub heading: String,
    /// The workload.
    pub workload: String,
    /// The thread count.
    pub threads: usize,
    /// The question that it answers.
    pub question: Option<String>,
    /// How it differs from the need.
    pub differences: Vec<Difference>,
    /// Who has the first place, alone or with others; or, with too few slices or launches to tell, who has the smallest median.
    pub first: Vec<Row>,
    /// Whether that is known.
    pub known: bool,
    /// The others, from fast to slow.
    pub others: Vec<Row>,
    /// Launches behind it.
    pub launches: usize,
}

/// What `run` says for `need`; `words` is what its executables said of their cells.
///
/// # Errors
/// [`AdviseError`] where the need cannot be looked up.
pub fn advise(run: &Run, words: &[CellEntry], need: &Need) -> Result<Vec<Near>, AdviseError> {
    let all = suites(run, words);
    let known = || all.iter().map(|suite| suite.name.to_owned()).collect();
    let Some(suite) = all.iter().find(|suite| suite.name == need.suite) else {
        return Err(AdviseError::NoSuite {
            suite: need.suite.clone(),
            run: run.name.clone(),
            known: known(),
        });
    };
    let described: BTreeMap<&str, &BTreeMap<String, String>> = words
        .iter()
        .filter(|entry| entry.cell.suite() == need.suite && !entry.parameters.is_empty())
        .map(|entry| (entry.cell.workload(), &entry.parameters))
        .collect();
    let measured: Vec<(&Workload<'_>, &BTreeMap<String, String>)> = suite
        .workloads
        .iter()
        .filter_map(|workload| Some((workload, *described.get(workload.name)?)))
        .collect();
    if measured.is_empty() {
        return Err(AdviseError::NoParameters { run: run.name.clone() });
    }
    let ranges = Ranges::of(measured.iter().map(|(_, parameters)| *parameters));
    ranges.check(need)?;
    let far = |parameters: &BTreeMap<String, String>| ranges.distance(&need.parameters, parameters);
    let nearest = measured.iter().map(|(_, parameters)| far(parameters)).fold(f64::INFINITY, f64::min);
    // Distances are sums of a few terms, and as far as the nearest is as far.
    let chosen = measured.iter().filter(|(_, parameters)| far(parameters) <= nearest + 1e-9).take(MOST);
    Ok(chosen.filter_map(|(workload, parameters)| near(run, workload, parameters, need)).collect())
}

/// The values that each parameter has in the run.
struct Ranges<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Ranges<'a> {
    fn of(all: impl Iterator<Item = &'a BTreeMap<String, String>>) -> Self {
        let mut ranges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in all.flatten() {
            ranges.entry(name).or_default().insert(value);
        }
        Self(ranges)
    }

    fn check(&self, need: &Need) -> Result<(), AdviseError> {
        let refuse = |asked: String| {
            let known = |(name, values): (&&str, &BTreeSet<&str>)| {
                format!("{name} ({})", values.iter().copied().collect::<Vec<_>>().join(", "))
            };
            let known = self.0.iter().map(known).collect();
            Err(AdviseError::NoParameter { asked, suite: need.suite.clone(), known })
        };
        if need.parameters.is_empty() {
            return refuse("no parameter".to_owned());
        }
        for (name, value) in &need.parameters {
            let Some(values) = self.0.get(name.as_str()) else { return refuse(format!("`{name}`")) };
            let is_kind = values.iter().all(|known| number(known).is_none());
            if is_kind && !values.contains(value.as_str()) {
                return refuse(format!("`{name}={value}`"));
            }
        }
        Ok(())
    }

    /// How far a workload is from the need: 0 where all is as asked, and at most 1 for each parameter.
    fn distance(&self, asked: &BTreeMap<String, String>, measured: &BTreeMap<String, String>) -> f64 {
        let far = |(name, value): (&String, &String)| match measured.get(name) {
            None => 1.0,
            Some(found) if found == value => 0.0,
            Some(found) => self.between(name, value, found),
        };
        asked.iter().map(far).sum()
    }

    fn between(&self, name: &str, asked: &str, measured: &str) -> f64 {
        let Some((asked, measured)) = number(asked).zip(number(measured)) else { return 1.0 };
        if PERCENTAGES.contains(&name) {
            return ((asked - measured).abs() / 100.0).min(1.0);
        }
        // Sizes and counts differ by factors.
        let log = |value: f64| (1.0 + value.max(0.0)).ln();
        let values = self.0.get(name).into_iter().flatten().filter_map(|value| number(value)).map(log);
        let ends = values
            .chain([log(asked)])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        (log(asked) - log(measured)).abs() / (ends.1 - ends.0).max(f64::MIN_POSITIVE)
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn near(
    run: &Run,
    workload: &Workload<'_>,
    parameters: &BTreeMap<String, String>,
    need: &Need,
) -> Option<Near> {
    let threads = nearest_threads(workload, need.threads)?;
    let mut differences: Vec<Difference> = need
        .parameters
        .iter()
        .filter(|(name, asked)| parameters.get(*name) != Some(asked))
        .map(|(name, asked)| Difference {
            name: name.clone(),
            asked: asked.clone(),
            measured: parameters.get(name).cloned(),
        })
        .collect();
    differences.extend(need.threads.filter(|asked| *asked != threads).map(|asked| Difference {
        name: "threads".to_owned(),
        asked: asked.to_string(),
        measured: Some(threads.to_string()),
    }));
    let ranked: Vec<&Cell<'_>> = workload.at(threads).filter(|cell| cell.standing.is_some()).collect();
    let known = ranked.iter().any(|cell| cell.first());
    let is_first = |cell: &Cell<'_>| if known { cell.first() } else { ratio(cell) <= 1.0 };
    let rows = |first: bool| {
        ranked.iter().filter(|cell| is_first(cell) == first).filter_map(|cell| row(cell)).collect()
    };
    let unsure = ranked.iter().any(|cell| cell.standing.is_some_and(|one| one.evidence == Evidence::Unknown));
    let oversubscribed = workload.oversubscribed(threads);
    Some(Near {
        heading: heading_of(workload.suite, workload.name, threads, oversubscribed, &run.manifest.machine),
        workload: workload.name.to_owned(),
        threads,
        question: workload.question.map(str::to_owned),
        differences,
        first: rows(true),
        known: known && !unsure,
        others: rows(false),
        launches: ranked.iter().map(|cell| cell.launches).max().unwrap_or(0),
    })
}

/// The thread count of the workload with a number that is nearest, by its factor, to the one asked for; else the most that are not
/// oversubscribed.
fn nearest_threads(workload: &Workload<'_>, asked: Option<usize>) -> Option<usize> {
    let usable = |threads: &&usize| workload.at(**threads).any(|cell| cell.standing.is_some());
    let all: Vec<usize> = workload.threads.iter().filter(usable).copied().collect();
    let far = |threads: usize, asked: usize| (threads as f64 / asked as f64).ln().abs();
    match asked {
        Some(asked) => all.into_iter().min_by(|left, right| far(*left, asked).total_cmp(&far(*right, asked))),
        None => {
            let fits = all.iter().copied().filter(|threads| !workload.oversubscribed(*threads)).max();
            fits.or(all.into_iter().min())
        }
    }
}

fn ratio(cell: &Cell<'_>) -> f64 {
    cell.standing.map_or(f64::INFINITY, |standing| standing.ratio)
}

fn row(cell: &Cell<'_>) -> Option<Row> {
    Some(Row {
        contender: cell.id.contender().to_owned(),
        version: cell.version.to_owned(),
        time_ns: cell.figures.time_ns?,
        ratio: ratio(cell),
    })
}

/// The advice as text of at most `width` columns.
pub fn text(run: &Run, advice: &[Near], width: usize, colour: bool) -> String {
    let mut page = Page::default();
    for near in advice {
        page.add(Tone::Heading, wrap(&near.heading, width, 2));
        if let Some(question) = &near.question {
            page.add(Tone::Plain, wrap(question, width, 2));
        }
        page.add(Tone::Plain, wrap(&distance(near), width, 2));
        for line in said(near) {
            page.add(Tone::Plain, wrap(&line, width, 4).into_iter().map(|line| format!("  {line}")));
        }
        page.gap();
    }
    let processors = run.manifest.machine.allowed_cpus;
    let caution = format!(
        "From run {}, measured on this one machine with {processors} processors. Nothing is computed between workloads: what is \
         above was measured, and your own service is a workload of its own.",
        run.name
    );
    page.add(Tone::Plain, wrap(&caution, width, 0));
    page.text(colour)
}

fn distance(near: &Near) -> String {
    if near.differences.is_empty() {
        return "This is what you asked for.".to_owned();
    }
    let one = |difference: &Difference| match &difference.measured {
        Some(measured) => format!("{} {measured} where you asked for {}", difference.name, difference.asked),
        None => format!("says nothing of {}, where you asked for {}", difference.name, difference.asked),
    };
    let all: Vec<String> = near.differences.iter().map(one).collect();
    format!("The nearest that was measured: {}.", all.join("; "))
}

fn said(near: &Near) -> Vec<String> {
    let times: Vec<f64> = near.first.iter().chain(&near.others).map(|row| row.time_ns).collect();
    let scale = Scale::times(&times);
    let Some(best) = near.first.first() else { return vec!["No contender has a number.".to_owned()] };
    let of = |row: &Row| {
        let (time, unit) = (scale.number(Some(row.time_ns)), scale.unit);
        format!("{} with {time}\u{a0}{unit} ({})", row.contender, row.version)
    };
    let firsts: Vec<String> = near.first.iter().map(of).collect();
    let mut lines = vec![match (near.known, &firsts[..]) {
        (false, _) => format!(
            "{} has the smallest median; with {} that tells little. `cargo contend run` measures enough.",
            of(best),
            if near.launches == 1 { "one launch".to_owned() } else { format!("{} launches", near.launches) }
        ),
        (true, [only]) => format!("Take {only}."),
        (true, all) => format!("Take any of these, which cannot be told apart: {}.", all.join("; ")),
    }];
    if let (Some(next), Some(worst)) = (near.others.first(), near.others.last()) {
        lines.push(format!(
            "To be wrong costs: {} takes {:.2} times as long, and {} {:.2} times.",
            next.contender, next.ratio, worst.contender, worst.ratio
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::{Table, run};

    /// Words that describe the workloads of `run`.
    fn words(run: &Run, of: &[(&str, &[(&str, &str)])]) -> Vec<CellEntry> {
        let entry = |record: &contend_protocol::sample::CellRecord| {
            let parameters = of.iter().find(|(name, _)| *name == record.cell.workload())?.1;
            Some(CellEntry {
                cell: record.cell.clone(),
                curated: true,
                oversubscribed: false,
                blocks: false,
                placed: false,
                definition: record.definition.clone(),
                unavailable: None,
                version: String::new(),
                capabilities: Vec::new(),
                note: String::new(),
                question: "Which?".to_owned(),
                analysis: String::new(),
                parameters: parameters
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            })
        };
        run.records.iter().filter_map(entry).collect()
    }

    fn need(threads: Option<usize>, parameters: &[(&str, &str)]) -> Need {
        let parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Need { suite: "s".to_owned(), threads, parameters }
    }

    fn sample() -> (Run, Vec<CellEntry>) {
        let fast: &[(&str, u64)] = &[("a", 10), ("b", 30), ("floor", 1)];
        let slow: &[(&str, u64)] = &[("a", 90), ("b", 30)];
        let run = run(&[
            Table { workload: "read", threads: 1, cells: fast },
            Table { workload: "read", threads: 2, cells: fast },
            Table { workload: "write", threads: 2, cells: slow },
            Table { workload: "other", threads: 2, cells: slow },
        ]);
        let words = words(
            &run,
            &[
                ("read", &[("reads", "99"), ("keys", "string"), ("size", "10")]),
                ("write", &[("reads", "50"), ("keys", "integer"), ("size", "1000")]),
            ],
        );
        (run, words)
    }

    #[track_caller]
    fn check(need: &Need, workload: &str, threads: usize, first: &str, differences: &[(&str, Option<&str>)]) {
        let (run, words) = sample();
        let advice = advise(&run, &words, need).expect("there is advice");
        let [near] = &advice[..] else { panic!("{advice:?}") };
        assert_eq!((near.workload.as_str(), near.threads), (workload, threads));
        assert_eq!(near.first.iter().map(|row| row.contender.as_str()).collect::<Vec<_>>(), [first]);
        let found: Vec<_> =
            near.differences.iter().map(|one| (one.name.as_str(), one.measured.as_deref())).collect();
        assert_eq!(found, differences);
    }

    #[test]
    fn the_nearest_workload_answers() {
        check(&need(None, &[("reads", "99")]), "read", 2, "a", &[]);
        check(&need(Some(1), &[("reads", "80")]), "read", 1, "a", &[("reads", Some("99"))]);
        check(
            &need(Some(8), &[("reads", "60")]),
            "write",
            2,
            "b",
            &[("reads", Some("50")), ("threads", Some("2"))],
        );
        check(
            &need(None, &[("reads", "99"), ("keys", "integer")]),
            "write",
            2,
            "b",
            &[("reads", Some("50"))],
        );
        check(&need(None, &[("size", "90")]), "read", 2, "a", &[("size", Some("10"))]);
        check(&need(None, &[("size", "200")]), "write", 2, "b", &[("size", Some("1000"))]);
    }

    #[test]
    fn what_cannot_be_looked_up_says_what_can() {
        let (run, words) = sample();
        let refused = |need: &Need| advise(&run, &words, need).expect_err("it is refused").to_string();
        let expected = "look for `colour` in s: its parameters are keys (integer, string); reads (50, 99); size (10, 1000)";
        assert_eq!(refused(&need(None, &[("colour", "red")])), expected);
        assert!(refused(&need(None, &[("keys", "float")])).starts_with("look for `keys=float` in s"));
        assert!(refused(&need(None, &[])).starts_with("look for no parameter in s"));
        let other = Need { suite: "t".to_owned(), ..need(None, &[]) };
        assert!(refused(&other).starts_with("find suite `t` in run"));
        assert!(matches!(advise(&run, &[], &need(None, &[])), Err(AdviseError::NoParameters { .. })));
    }

    #[test]
    fn advice_says_what_it_costs_to_be_wrong() {
        let (run, words) = sample();
        let advice = advise(&run, &words, &need(Some(4), &[("reads", "90")])).expect("there is advice");
        let lines = text(&run, &advice, 80, false);
        assert!(lines.lines().all(|line| line.chars().count() <= 80), "{lines}");
        let said = lines.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("Take a with 10.0 ns"), "{said}");
        assert!(said.contains("b takes 3.00 times as long"), "{said}");
        assert!(said.contains("reads 99 where you asked for 90; threads 2 where you asked for 4"), "{said}");
    }
}
