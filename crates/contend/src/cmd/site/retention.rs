//! Which runs keep their pages.

use std::collections::BTreeSet;

const DAY_MS: u64 = 86_400_000;

/// Days from a Monday to 1970-01-01, which was a Thursday.
const DAYS_FROM_MONDAY: u64 = 3;

/// How much is kept. A run that any rule keeps is kept.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Keep {
    /// Keep the newest N runs.
    #[arg(long, value_name = "N")]
    pub(super) keep_last: Option<usize>,

    /// Keep the newest run of each of the newest N days that have any, in UTC.
    #[arg(long, value_name = "N")]
    pub(super) keep_daily: Option<usize>,

    /// The same of weeks, which begin on Mondays.
    #[arg(long, value_name = "N")]
    pub(super) keep_weekly: Option<usize>,

    /// Keep the runs of commits that a tag of this repository names.
    #[arg(long)]
    pub(super) keep_tags: bool,

    /// Keep the runs on both sides of each step of a cell over the runs.
    #[arg(long)]
    pub(super) keep_change_points: bool,
}

/// A run that has pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paged<'a> {
    pub(super) name: &'a str,
    /// When it was created, in milliseconds since 1970-01-01 UTC.
    pub(super) created_unix_ms: u64,
    /// Full id of the commit that was measured.
    pub(super) commit: Option<&'a str>,
}

/// What keeps a run whatever its age. What nobody asked for is empty.
#[derive(Debug, Default)]
pub(super) struct Marks<'a> {
    /// Full ids of the commits that a tag names.
    pub(super) tagged: BTreeSet<String>,
    /// Names of the runs on both sides of a step.
    pub(super) at_steps: BTreeSet<&'a str>,
}

impl Marks<'_> {
    fn hold(&self, run: &Paged<'_>) -> bool {
        run.commit.is_some_and(|commit| self.tagged.contains(commit)) || self.at_steps.contains(run.name)
    }
}

/// The runs that are kept, of runs that stand oldest first.
pub(super) fn kept<'a>(runs: &[Paged<'a>], keep: Keep, marks: &Marks<'_>) -> BTreeSet<&'a str> {
    let day = |unix_ms: u64| unix_ms / DAY_MS;
    let week = |unix_ms: u64| (unix_ms / DAY_MS + DAYS_FROM_MONDAY) / 7;
    let newest = runs.iter().rev().take(keep.keep_last.unwrap_or(0)).map(|run| run.name);
    let mut kept: BTreeSet<&str> = newest.collect();
    kept.extend(newest_of_each(runs, keep.keep_daily.unwrap_or(0), day));
    kept.extend(newest_of_each(runs, keep.keep_weekly.unwrap_or(0), week));
    kept.extend(runs.iter().filter(|run| marks.hold(run)).map(|run| run.name));
    kept
}

fn newest_of_each<'a>(runs: &[Paged<'a>], most: usize, period: fn(u64) -> u64) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let first = runs.iter().rev().filter(|run| seen.insert(period(run.created_unix_ms)));
    first.take(most).map(|run| run.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two runs on each of ten days from a Thursday on, which is in the first week with the three days behind it. Each has a commit of
    /// its own, but for the last, of which none is known.
    fn runs() -> Vec<(String, u64, Option<String>)> {
        let run = |number: u64| {
            let name = format!("{}{}", number / 2, ["a", "b"][number as usize % 2]);
            (name, number * DAY_MS / 2, (number < 19).then(|| format!("{number:040x}")))
        };
        (0..20).map(run).collect()
    }

    #[track_caller]
    fn check_marked(keep: Keep, marks: &Marks<'_>, expected: &[&str]) {
        let runs = runs();
        let runs: Vec<Paged<'_>> = runs
            .iter()
            .map(|(name, at, commit)| Paged { name, created_unix_ms: *at, commit: commit.as_deref() })
            .collect();
        assert_eq!(kept(&runs, keep, marks).into_iter().collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check(keep: Keep, expected: &[&str]) {
        check_marked(keep, &Marks::default(), expected);
    }

    #[test]
    fn what_any_rule_keeps_is_kept() {
        let none = Keep::default();
        check(none, &[]);
        check(Keep { keep_last: Some(0), ..none }, &[]);
        check(Keep { keep_last: Some(3), ..none }, &["8b", "9a", "9b"]);
        check(Keep { keep_daily: Some(3), ..none }, &["7b", "8b", "9b"]);
        check(Keep { keep_weekly: Some(9), ..none }, &["3b", "9b"]);
        check(
            Keep { keep_last: Some(1), keep_daily: Some(2), keep_weekly: Some(2), ..none },
            &["3b", "8b", "9b"],
        );
        assert_eq!(kept(&[], Keep { keep_last: Some(1), ..none }, &Marks::default()), BTreeSet::new());
    }

    #[test]
    fn what_is_marked_is_kept_whatever_its_age() {
        let commit = |number: u64| format!("{number:040x}");
        // Of a commit that nobody measured there is no run to keep, and a part of an id is no id.
        let tagged = BTreeSet::from([commit(2), commit(77), commit(4)[..7].to_owned()]);
        let none = Keep::default();
        check_marked(none, &Marks { tagged: tagged.clone(), ..Marks::default() }, &["1a"]);
        let at_steps = BTreeSet::from(["0b", "1a", "9b", "gone"]);
        check_marked(none, &Marks { at_steps, ..Marks::default() }, &["0b", "1a", "9b"]);
        let last = Keep { keep_last: Some(1), ..none };
        check_marked(last, &Marks { tagged, at_steps: BTreeSet::from(["5a"]) }, &["1a", "5a", "9b"]);
    }
}
