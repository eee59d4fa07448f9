//! Whether two runs agree on who is first: the test of a ranking is that another run does not contradict it.

use crate::cells::Place;
use crate::layout::wrap;
use crate::page::{Page, Tone};
use crate::rank::{Ranked, Ranking};
use contend_stats::ratio::Evidence;
use std::fmt;

/// What two runs say of the tables that both have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreements {
    /// The tables in which both have numbers.
    pub tables: Vec<Agreement>,
    /// Cells of both runs that are left out of them, because they have another version or another definition there.
    pub left_out: usize,
}

/// What two runs say of one workload at one thread count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreement {
    /// `suite/workload/threads`.
    pub name: String,
    /// Those who are known to have the first place in the one run, and in the other.
    pub first: [Vec<String>; 2],
    /// How far they agree.
    pub degree: Degree,
}

/// How far two runs agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Degree {
    /// The same contenders have the first place.
    Same,
    /// Others share it, but nobody who has it alone in one run is slower in the other than one that it beat.
    Compatible,
    /// A contender has it alone in one run, and is slower in the other than one that it beat.
    Contradiction,
    /// One of the runs knows nobody who has it, so the two cannot contradict each other.
    Unknown,
}

impl fmt::Display for Degree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Compatible => "compatible",
            Self::Contradiction => "contradiction",
            Self::Unknown => "unknown",
        })
    }
}

/// What the rankings of two runs say of the tables that both have. A table in which one of them has no number is left out, and so are
/// contenders that are not the same thing in both: the others are ranked among themselves.
pub fn agreements(one: &[Ranking<'_>], other: &[Ranking<'_>]) -> Agreements {
    let key =
        |ranking: &Ranking<'_>| (ranking.suite.to_owned(), ranking.workload.to_owned(), ranking.threads);
    let both =
        one.iter().filter_map(|here| Some((here, other.iter().find(|there| key(there) == key(here))?)));
    let mut found = Agreements { tables: Vec::new(), left_out: 0 };
    for (here, there) in both {
        let changed: Vec<&str> =
            here.rows.iter().filter(|row| has_changed(row, there)).map(|row| row.contender).collect();
        found.left_out += changed.len();
        let [here, there] =
            [here, there].map(|ranking| ranking.without(|row| changed.contains(&row.contender)));
        found.tables.extend(agreement(&here, &there));
    }
    found
}

/// Whether the contender is another thing in `there`.
fn has_changed(here: &Ranked<'_>, there: &Ranking<'_>) -> bool {
    let same_name = |row: &&Ranked<'_>| row.contender == here.contender && row.kind == Place::Contender;
    let changed = |row: &Ranked<'_>| (row.version, row.definition) != (here.version, here.definition);
    there.rows.iter().find(same_name).is_some_and(changed)
}

fn agreement(here: &Ranking<'_>, there: &Ranking<'_>) -> Option<Agreement> {
    let has_numbers = |ranking: &Ranking<'_>| ranking.rows.iter().any(|row| row.place.is_some());
    if !has_numbers(here) || !has_numbers(there) {
        return None;
    }
    let first = [first(here), first(there)];
    let degree = if first.iter().any(Vec::is_empty) {
        Degree::Unknown
    } else if first[0] == first[1] {
        Degree::Same
    } else if contradicts(&first[0], here, &first[1], there) || contradicts(&first[1], there, &first[0], here)
    {
        Degree::Contradiction
    } else {
        Degree::Compatible
    };
    let name = format!("{}/{}/{}", here.suite, here.workload, here.threads);
    Some(Agreement { name, first, degree })
}

/// Contenders that are known to be on the first rank, by name.
fn first(ranking: &Ranking<'_>) -> Vec<String> {
    let is_first = |row: &&Ranked<'_>| matches!(row.evidence(), Some(Evidence::Best | Evidence::Tied));
    let mut names: Vec<String> =
        ranking.rows.iter().filter(is_first).map(|row| row.contender.to_owned()).collect();
    names.sort_unstable();
    names
}

/// Whether who has the first place alone in the one run is slower in the other than one that it beat. Nobody is beaten whom the one run did
/// not measure, or not often enough.
fn contradicts(alone: &[String], one: &Ranking<'_>, first: &[String], other: &Ranking<'_>) -> bool {
    match alone {
        [only] => is_slower(only, other) && first.iter().any(|first| is_slower(first, one)),
        _ => false,
    }
}

fn is_slower(contender: &str, ranking: &Ranking<'_>) -> bool {
    let mut rows = ranking.rows.iter();
    rows.any(|row| row.contender == contender && row.evidence() == Some(Evidence::Slower))
}

/// The agreements as text of at most `width` columns, the contradictions first.
pub fn text(agreements: &Agreements, width: usize, colour: bool) -> String {
    let of = |degree: Degree| agreements.tables.iter().filter(move |one| one.degree == degree);
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
    let mut summary = format!(
        "{} tables of both runs: the same first places in {}, compatible in {}, contradictions in {}. A contradiction is a \
         contender that has the first place alone in one run and is slower in the other than one that it beat.",
        agreements.tables.len(),
        count(Degree::Same),
        count(Degree::Compatible),
        count(Degree::Contradiction)
    );
    if count(Degree::Unknown) > 0 {
        summary += &format!(
            " {} tell nothing: in one of the runs too few launches say who is first.",
            count(Degree::Unknown)
        );
    }
    if agreements.left_out > 0 {
        summary += &format!(
            " {} cells are left out, because the two runs measured another version or another definition of them.",
            agreements.left_out
        );
    }
    page.add(Tone::Plain, wrap(&summary, width, 0));
    page.text(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::of_launches;
    use crate::rank::rankings;
    use contend_record::Run;

    /// A run of six launches of three contenders, whose times are these in each.
    fn with(times: [(&str, u64); 3]) -> Run {
        of_launches(&times.map(|(contender, time_ns)| (contender, 6, time_ns)))
    }

    #[track_caller]
    fn check_runs(one: &Run, other: &Run, expected: Degree, left_out: usize) -> String {
        let found = agreements(&rankings(one), &rankings(other));
        let degrees: Vec<Degree> = found.tables.iter().map(|one| one.degree).collect();
        assert_eq!((degrees.as_slice(), found.left_out), (&[expected][..], left_out), "{found:?}");
        let text = text(&found, 80, false);
        assert!(text.contains("1 tables of both runs"), "{text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(one: [(&str, u64); 3], other: [(&str, u64); 3], expected: Degree) {
        check_runs(&with(one), &with(other), expected, 0);
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
        check([a, b, c], [("d", 50), a, c], Degree::Compatible);
    }

    #[test]
    fn a_run_that_says_nothing_contradicts_nothing_and_agrees_with_nothing() {
        let whole = with([("a", 100), ("b", 200), ("c", 300)]);
        let few = of_launches(&[("a", 5, 300), ("b", 5, 200), ("c", 5, 100)]);
        for (one, other) in [(&whole, &few), (&few, &whole)] {
            let text = check_runs(one, other, Degree::Unknown, 0);
            assert!(text.contains("contradictions in 0.") && text.contains("1 tell nothing"), "{text}");
        }
        // One that missed a launch is not known to be slower, but those who did not miss any are.
        let missed = of_launches(&[("a", 5, 300), ("b", 6, 200), ("c", 6, 400)]);
        check_runs(&whole, &missed, Degree::Compatible, 0);
        let missed = of_launches(&[("a", 6, 300), ("b", 6, 200), ("c", 5, 900)]);
        check_runs(&whole, &missed, Degree::Contradiction, 0);
    }

    #[test]
    fn what_has_changed_is_left_out_and_the_others_are_ranked_anew() {
        let before = with([("a", 100), ("b", 200), ("c", 300)]);
        let change = |contender: &str, change: &dyn Fn(&mut contend_protocol::sample::CellRecord)| {
            let mut after = with([("a", 900), ("b", 200), ("c", 300)]);
            after.records.iter_mut().filter(|record| record.cell.contender() == contender).for_each(change);
            after
        };
        check_runs(&before, &change("a", &|_| {}), Degree::Contradiction, 0);
        let version = change("a", &|record| record.version = "a 2".to_owned());
        let text = check_runs(&before, &version, Degree::Same, 1);
        assert!(text.contains("1 cells are left out"), "{text}");
        let definition = change("a", &|record| record.definition = "00000000000000dd".to_owned());
        check_runs(&before, &definition, Degree::Same, 1);
    }
}
