//! What a saved run says for a need: the workloads nearest to it, who is first there, and what it costs to be wrong.
//!
//! Nothing is computed between workloads. What was measured is shown as it is, and how far it is from the need is said.

mod nearness;

use crate::html::model::{Cell, Suite, Workload, suites};
use crate::layout::wrap;
use crate::page::{Page, Tone};
use crate::show::tables::heading_of;
use crate::units::Scale;
use contend_protocol::catalogue::CellEntry;
use contend_record::Run;
use contend_stats::rank::FEWEST_LAUNCHES;
use contend_stats::ratio::Evidence;
use nearness::{Ranges, nearest_threads, same};
use std::collections::BTreeMap;

/// Workloads that are as near as the nearest, at most.
const MOST: usize = 3;

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
    /// No workload that is described has a number.
    #[error("advise on {suite} by run {run}: no contender has a number in it; measure anew")]
    NoNumbers {
        /// The suite.
        suite: String,
        /// The run.
        run: String,
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

/// What a run says for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The nearest workloads, at most three.
    pub nearest: Vec<Near>,
    /// Other workloads that are as near.
    pub as_near: Vec<String>,
    /// Parameters that nobody asked for and that tell these workloads apart.
    pub telling: Vec<String>,
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
    /// Who has the first place, alone or with others; or, where that is not known, who has the smallest median.
    pub first: Vec<Row>,
    /// Whether it is known who is first: enough launches say so of several contenders.
    pub known: bool,
    /// The others, from fast to slow.
    pub others: Vec<Row>,
    /// Contenders of which too little is known to say whether they are slower, from fast to slow.
    pub unknown: Vec<Row>,
    /// Launches behind it.
    pub launches: usize,
}

/// What `run` says for `need`; `words` is what its executables said of their cells.
///
/// # Errors
/// [`AdviseError`] where the need cannot be looked up.
pub fn advise(run: &Run, words: &[CellEntry], need: &Need) -> Result<Advice, AdviseError> {
    let all = suites(run, words);
    let known = || all.iter().map(|suite| suite.name.to_owned()).collect();
    let Some(suite) = all.iter().find(|suite| suite.name == need.suite) else {
        return Err(AdviseError::NoSuite {
            suite: need.suite.clone(),
            run: run.name.clone(),
            known: known(),
        });
    };
    let measured = measured(suite, words);
    if measured.is_empty() {
        return Err(AdviseError::NoParameters { run: run.name.clone() });
    }
    let ranges = Ranges::of(measured.iter().map(|(_, parameters)| *parameters));
    let need = ranges.understood(need)?;
    let candidates = measured.into_iter().filter_map(|(workload, parameters)| {
        let threads = nearest_threads(workload, need.threads)?;
        let distance = ranges.distance(&need.parameters, parameters);
        Some(Candidate { workload, threads, parameters, distance })
    });
    let mut candidates: Vec<Candidate<'_, '_>> = candidates.collect();
    let Some(nearest) = candidates.iter().map(|one| one.distance).reduce(f64::min) else {
        return Err(AdviseError::NoNumbers { suite: need.suite, run: run.name.clone() });
    };
    // Distances are sums of a few terms, and as far as the nearest is as far.
    candidates.retain(|one| one.distance <= nearest + 1e-9);
    let (shown, more) = candidates.split_at(candidates.len().min(MOST));
    let parameters: Vec<&BTreeMap<String, String>> = candidates.iter().map(|one| one.parameters).collect();
    Ok(Advice {
        nearest: shown.iter().map(|one| near(run, one, &need)).collect(),
        as_near: more.iter().map(|one| one.workload.name.to_owned()).collect(),
        telling: if more.is_empty() { Vec::new() } else { ranges.telling(&need, &parameters) },
    })
}

/// A workload that is described, and has numbers.
struct Candidate<'s, 'a> {
    workload: &'s Workload<'a>,
    threads: usize,
    parameters: &'s BTreeMap<String, String>,
    distance: f64,
}

/// The workloads that are described, with their parameters.
fn measured<'s, 'a>(
    suite: &'s Suite<'a>,
    words: &'s [CellEntry],
) -> Vec<(&'s Workload<'a>, &'s BTreeMap<String, String>)> {
    let described: BTreeMap<&str, &BTreeMap<String, String>> = words
        .iter()
        .filter(|entry| entry.cell.suite() == suite.name && !entry.parameters.is_empty())
        .map(|entry| (entry.cell.workload(), &entry.parameters))
        .collect();
    let workloads = suite.workloads.iter();
    workloads.filter_map(|workload| Some((workload, *described.get(workload.name)?))).collect()
}

fn near(run: &Run, candidate: &Candidate<'_, '_>, need: &Need) -> Near {
    let Candidate { workload, threads, parameters, .. } = *candidate;
    // They stand from fast to slow.
    let ranked: Vec<&Cell<'_>> = workload.at(threads).filter(|cell| cell.standing.is_some()).collect();
    let launches = ranked.iter().map(|cell| cell.launches).max().unwrap_or(0);
    let known = launches >= FEWEST_LAUNCHES && ranked.iter().any(|cell| cell.leads());
    let mut near = Near {
        heading: heading_of(
            workload.suite,
            workload.name,
            threads,
            workload.oversubscribed(threads),
            &run.manifest.machine,
        ),
        workload: workload.name.to_owned(),
        threads,
        question: workload.question.map(str::to_owned),
        differences: differences(threads, parameters, need),
        first: Vec::new(),
        known,
        others: Vec::new(),
        unknown: Vec::new(),
        launches,
    };
    for (index, cell) in ranked.into_iter().enumerate() {
        let is_first = if known { cell.leads() } else { index == 0 };
        let is_unknown = cell.standing.is_some_and(|standing| standing.evidence == Evidence::Unknown);
        let rows = match (is_first, known && is_unknown) {
            (true, _) => &mut near.first,
            (false, true) => &mut near.unknown,
            (false, false) => &mut near.others,
        };
        rows.extend(row(cell));
    }
    near
}

fn differences(threads: usize, parameters: &BTreeMap<String, String>, need: &Need) -> Vec<Difference> {
    let is_met = |name: &String, asked: &str| parameters.get(name).is_some_and(|found| same(asked, found));
    let missed = need.parameters.iter().filter(|(name, asked)| !is_met(name, asked));
    let mut differences: Vec<Difference> = missed
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
    differences
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
pub fn text(run: &Run, advice: &Advice, width: usize, colour: bool) -> String {
    let mut page = Page::default();
    for near in &advice.nearest {
        page.add(Tone::Heading, wrap(&near.heading, width, 2));
        if let Some(question) = &near.question {
            page.add(Tone::Plain, wrap(question, width, 2));
        }
        page.add(Tone::Plain, wrap(&distance(near), width, 2));
        for line in said(near) {
            page.add(
                Tone::Plain,
                wrap(&line, width.saturating_sub(2), 4).into_iter().map(|line| format!("  {line}")),
            );
        }
        page.gap();
    }
    if !advice.as_near.is_empty() {
        page.add(Tone::Plain, wrap(&more(advice), width, 0));
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

/// Of how many workloads nothing is said although they are as near, and how to ask for one of them.
fn more(advice: &Advice) -> String {
    let (count, names) = (advice.as_near.len(), advice.as_near.join(", "));
    let are =
        if count == 1 { "1 more workload is".to_owned() } else { format!("{count} more workloads are") };
    let how = match &advice.telling[..] {
        [] => "no parameter tells them apart".to_owned(),
        telling => format!("add `--need {}=VALUE`", telling.join("=VALUE` or `--need ")),
    };
    format!("{are} as near ({names}), and others may be first there: {how}.")
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
    let rows = || near.first.iter().chain(&near.others).chain(&near.unknown);
    let scale = Scale::times(&rows().map(|row| row.time_ns).collect::<Vec<f64>>());
    let Some(best) = near.first.first() else { return vec!["No contender has a number.".to_owned()] };
    let of = |row: &Row| {
        let (time, unit) = (scale.number(Some(row.time_ns)), scale.unit);
        format!("{} with {time}\u{a0}{unit} ({})", row.contender, row.version)
    };
    let firsts: Vec<String> = near.first.iter().map(of).collect();
    let mut lines = vec![match (near.known, &firsts[..]) {
        (false, _) if rows().count() == 1 => {
            format!("{} is the only contender with a number: what others would take is not known.", of(best))
        }
        (false, _) if near.launches < FEWEST_LAUNCHES => format!(
            "{} has the smallest median; with {} that tells little. `cargo contend run` measures enough.",
            of(best),
            if near.launches == 1 { "one launch".to_owned() } else { format!("{} launches", near.launches) }
        ),
        (false, _) => format!(
            "{} has the smallest median; it, or one that comes as near, has too few launches to be called first.",
            of(best)
        ),
        (true, [only]) => format!("Take {only}."),
        (true, all) => format!("Take any of these, which cannot be told apart: {}.", all.join("; ")),
    }];
    if let (Some(next), Some(worst)) = (near.others.first(), near.others.last()) {
        let cost = if near.known { "To be wrong costs" } else { "By their medians" };
        let (next, ratio) = (&next.contender, next.ratio);
        let worst = if near.others.len() == 1 {
            String::new()
        } else {
            format!(", and {} {:.2} times", worst.contender, worst.ratio)
        };
        lines.push(format!("{cost}: {next} takes {ratio:.2} times as long{worst}."));
    }
    if !near.unknown.is_empty() {
        let names: Vec<&str> = near.unknown.iter().map(|row| row.contender.as_str()).collect();
        lines.push(format!("Too little is known of {}.", names.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::{Table, run};
    use contend_protocol::sample::{CellRecord, Outcome};

    /// Words that describe the workloads of `run`.
    fn words(run: &Run, of: &[(&str, &[(&str, &str)])]) -> Vec<CellEntry> {
        let entry = |record: &CellRecord| {
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

    /// The same in six launches, so that something is known.
    fn sample() -> (Run, Vec<CellEntry>) {
        let (mut run, words) = sample_of_one_launch();
        let later = |launch| run.records.iter().map(move |record| CellRecord { launch, ..record.clone() });
        run.records = (0..6).flat_map(later).collect();
        (run, words)
    }

    fn sample_of_one_launch() -> (Run, Vec<CellEntry>) {
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
        let [near] = &advice.nearest[..] else { panic!("{advice:?}") };
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
        check(&need(None, &[("reads", "99.0%")]), "read", 2, "a", &[]);
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
        assert!(refused(&need(None, &[("reads", "lots")])).starts_with("look for `reads=lots` in s"));
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

    /// What is said, in one line.
    fn lines(run: &Run, words: &[CellEntry], need: &Need) -> String {
        let advice = advise(run, words, need).expect("there is advice");
        let text = text(run, &advice, 80, false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nobody_is_to_be_taken_by_one_launch_or_without_a_rival() {
        let reads = need(Some(2), &[("reads", "99")]);
        let (one, words) = sample_of_one_launch();
        let said = lines(&one, &words, &reads);
        assert!(!said.contains("Take") && said.contains("with one launch that tells little"), "{said}");
        assert!(said.contains("By their medians: b takes 3.00 times as long."), "{said}");
        let (mut alone, words) = sample();
        alone.records.retain(|record| record.cell.contender() == "a");
        let said = lines(&alone, &words, &reads);
        assert!(!said.contains("Take") && said.contains("is the only contender with a number"), "{said}");
    }

    #[test]
    fn one_that_missed_a_launch_takes_nobody_s_place() {
        let (mut run, words) = sample();
        let third = |record: &CellRecord| {
            let mut record = record.clone();
            record.cell = record.cell.to_string().replace("/b/", "/c/").parse().expect("an id");
            record
        };
        let thirds: Vec<CellRecord> = run
            .records
            .iter()
            .filter(|record| record.cell.contender() == "b" && record.launch > 0)
            .map(third)
            .collect();
        run.records.extend(thirds);
        let said = lines(&run, &words, &need(Some(2), &[("reads", "99")]));
        assert!(said.contains("Take a with") && said.contains("Too little is known of c."), "{said}");
        // Where it is as fast as the first, nobody knows who is.
        for record in run.records.iter_mut().filter(|record| record.cell.contender() == "c") {
            record.slices.window_ns.iter_mut().for_each(|window| *window /= 3);
        }
        let said = lines(&run, &words, &need(Some(2), &[("reads", "99")]));
        assert!(!said.contains("Take") && said.contains("too few launches to be called first"), "{said}");
    }

    #[test]
    fn what_is_as_near_is_counted_and_can_be_asked_for() {
        let cells: &[(&str, u64)] = &[("a", 10), ("b", 30)];
        let names = ["one", "two", "three", "four"];
        let tables = names.map(|workload| Table { workload, threads: 1, cells });
        let run = run(&tables);
        let sizes = ["1", "10", "100", "1000"].map(|size| [("keys", "string"), ("size", size)]);
        let of: Vec<(&str, &[(&str, &str)])> =
            names.into_iter().zip(&sizes).map(|(name, parameters)| (name, &parameters[..])).collect();
        let words = words(&run, &of);
        let strings = need(None, &[("keys", "string")]);
        let advice = advise(&run, &words, &strings).expect("there is advice");
        assert_eq!((advice.nearest.len(), &advice.as_near[..]), (3, &["four".to_owned()][..]));
        assert_eq!(advice.telling, ["size"]);
        let said = lines(&run, &words, &strings);
        assert!(said.contains("1 more workload is as near (four)"), "{said}");
        assert!(said.contains("add `--need size=VALUE`"), "{said}");
        let all = advise(&run, &words, &need(None, &[("keys", "string"), ("size", "9")])).expect("advice");
        assert_eq!((all.nearest[0].workload.as_str(), all.as_near.len()), ("two", 0));
    }

    #[test]
    fn workloads_without_numbers_say_nothing() {
        let (mut run, words) = sample();
        let fail = |run: &mut Run, workload: &str| {
            for record in run.records.iter_mut().filter(|record| record.cell.workload() == workload) {
                record.outcome = Outcome::NotMeasurable { reason: "busy".to_owned() };
            }
        };
        fail(&mut run, "read");
        let asked = need(None, &[("reads", "99")]);
        let advice = advise(&run, &words, &asked).expect("there is advice");
        assert_eq!(advice.nearest[0].workload, "write", "the nearest that was measured");
        fail(&mut run, "write");
        let refused = advise(&run, &words, &asked).expect_err("nothing is left").to_string();
        assert!(refused.contains("no contender has a number"), "{refused}");
    }
}
