//! Whether two runs agree on who is first: the test of a ranking is that another run does not contradict it.

use crate::layout::wrap;
use crate::page::{Page, Tone};
use crate::rank::Ranking;
use std::fmt;

/// What two runs say of one workload at one thread count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreement {
    /// `suite/workload/threads`.
    pub name: String,
    /// Those who have the first place in the one run, and in the other.
    pub first: [Vec<String>; 2],
    /// How far they agree.
    pub degree: Degree,
}

/// How far two runs agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Degree {
    /// The same contenders have the first place.
    Same,
    /// Others share it, but nobody who has it alone in one run lacks it in the other.
    Compatible,
    /// A contender has it alone in one run, and lacks it in the other.
    Contradiction,
}

impl fmt::Display for Degree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Compatible => "compatible",
            Self::Contradiction => "contradiction",
        })
    }
}

/// What the rankings of two runs say of the tables that both have. A table in which one of them has no number is left out.
pub fn agreements(one: &[Ranking<'_>], other: &[Ranking<'_>]) -> Vec<Agreement> {
    let key =
        |ranking: &Ranking<'_>| (ranking.suite.to_owned(), ranking.workload.to_owned(), ranking.threads);
    let both =
        one.iter().filter_map(|here| Some((here, other.iter().find(|there| key(there) == key(here))?)));
    both.filter_map(|(here, there)| agreement(here, there)).collect()
}

fn agreement(here: &Ranking<'_>, there: &Ranking<'_>) -> Option<Agreement> {
    let first = [first(here), first(there)];
    if first.iter().any(Vec::is_empty) {
        return None;
    }
    let contradicts = |alone: &[String], others: &[String], ranking: &Ranking<'_>| match alone {
        // One that the other run did not measure is not contradicted by it.
        [only] => !others.contains(only) && has(ranking, only),
        _ => false,
    };
    let degree = if first[0] == first[1] {
        Degree::Same
    } else if contradicts(&first[0], &first[1], there) || contradicts(&first[1], &first[0], here) {
        Degree::Contradiction
    } else {
        Degree::Compatible
    };
    let name = format!("{}/{}/{}", here.suite, here.workload, here.threads);
    Some(Agreement { name, first, degree })
}

/// Contenders on the first rank, by name.
fn first(ranking: &Ranking<'_>) -> Vec<String> {
    let is_first = |row: &&crate::rank::Ranked<'_>| row.place.is_some_and(|place| place.rank == 1);
    let mut names: Vec<String> =
        ranking.rows.iter().filter(is_first).map(|row| row.contender.to_owned()).collect();
    names.sort_unstable();
    names
}

fn has(ranking: &Ranking<'_>, contender: &str) -> bool {
    ranking.rows.iter().any(|row| row.contender == contender && row.place.is_some())
}

/// The agreements as text of at most `width` columns, the contradictions first.
pub fn text(agreements: &[Agreement], width: usize, colour: bool) -> String {
    let of = |degree: Degree| agreements.iter().filter(move |one| one.degree == degree);
    let mut page = Page::default();
    for degree in [Degree::Contradiction, Degree::Compatible] {
        let tone = if degree == Degree::Contradiction { Tone::Fault } else { Tone::Plain };
        for one in of(degree) {
            let [here, there] = &one.first;
            let text = format!("{}: {degree}: {}; there {}", one.name, here.join(", "), there.join(", "));
            page.add(tone, wrap(&text, width, 2));
        }
    }
    let count = |degree: Degree| of(degree).count();
    let summary = format!(
        "{} tables of both runs: the same first places in {}, compatible in {}, contradictions in {}. A contradiction is a \
         contender that has the first place alone in one run and lacks it in the other.",
        agreements.len(),
        count(Degree::Same),
        count(Degree::Compatible),
        count(Degree::Contradiction)
    );
    page.add(Tone::Plain, wrap(&summary, width, 0));
    page.text(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::{record, run};
    use crate::rank::rankings;
    use contend_record::Run;

    /// A run of six launches of three contenders, whose times are these in each.
    fn with(times: [(&str, u64); 3]) -> Run {
        let mut run = run(&[]);
        for launch in 0..6 {
            for (contender, time_ns) in times {
                let mut record = record(&format!("s/w/{contender}/1"), time_ns * 1000, false);
                record.launch = launch;
                run.records.push(record);
            }
        }
        run
    }

    #[track_caller]
    fn check(one: [(&str, u64); 3], other: [(&str, u64); 3], expected: Degree) {
        let (one, other) = (with(one), with(other));
        let found = agreements(&rankings(&one), &rankings(&other));
        assert_eq!(found.iter().map(|one| one.degree).collect::<Vec<_>>(), [expected], "{found:?}");
        let text = text(&found, 80, false);
        assert!(text.contains("1 tables of both runs"), "{text}");
    }

    #[test]
    fn only_a_lone_first_place_that_is_lost_is_a_contradiction() {
        let [a, b, c] = [("a", 100), ("b", 200), ("c", 300)];
        check([a, b, c], [a, b, c], Degree::Same);
        check([a, b, c], [("a", 200), ("b", 100), c], Degree::Contradiction);
        check([a, ("b", 101), c], [("a", 101), ("b", 100), c], Degree::Same);
        check([a, b, c], [a, ("b", 101), c], Degree::Compatible);
        check([a, ("b", 101), c], [("a", 400), ("b", 100), c], Degree::Compatible);
        check([a, b, c], [("a", 500), ("b", 100), ("c", 101)], Degree::Contradiction);
        check([a, b, c], [("d", 100), b, c], Degree::Compatible);
    }
}
