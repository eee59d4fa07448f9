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
}

/// The runs that are kept, of runs with their times in milliseconds since 1970-01-01 UTC, oldest first.
pub(super) fn kept<'a>(runs: &[(&'a str, u64)], keep: Keep) -> BTreeSet<&'a str> {
    let day = |unix_ms: u64| unix_ms / DAY_MS;
    let week = |unix_ms: u64| (unix_ms / DAY_MS + DAYS_FROM_MONDAY) / 7;
    let newest = runs.iter().rev().take(keep.keep_last.unwrap_or(0)).map(|(name, _)| *name);
    let mut kept: BTreeSet<&str> = newest.collect();
    kept.extend(newest_of_each(runs, keep.keep_daily.unwrap_or(0), day));
    kept.extend(newest_of_each(runs, keep.keep_weekly.unwrap_or(0), week));
    kept
}

fn newest_of_each<'a>(runs: &[(&'a str, u64)], most: usize, period: fn(u64) -> u64) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let first = runs.iter().rev().filter(|(_, unix_ms)| seen.insert(period(*unix_ms)));
    first.take(most).map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two runs on each of ten days from a Thursday on, which is in the first week with the three days behind it.
    fn runs() -> Vec<(String, u64)> {
        let run =
            |number: u64| (format!("{}{}", number / 2, ["a", "b"][number as usize % 2]), number * DAY_MS / 2);
        (0..20).map(run).collect()
    }

    #[track_caller]
    fn check(keep: Keep, expected: &[&str]) {
        let runs = runs();
        let runs: Vec<(&str, u64)> = runs.iter().map(|(name, at)| (name.as_str(), *at)).collect();
        assert_eq!(kept(&runs, keep).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_any_rule_keeps_is_kept() {
        let none = Keep::default();
        check(none, &[]);
        check(Keep { keep_last: Some(0), ..none }, &[]);
        check(Keep { keep_last: Some(3), ..none }, &["8b", "9a", "9b"]);
        check(Keep { keep_daily: Some(3), ..none }, &["7b", "8b", "9b"]);
        check(Keep { keep_weekly: Some(9), ..none }, &["3b", "9b"]);
        check(Keep { keep_last: Some(1), keep_daily: Some(2), keep_weekly: Some(2) }, &["3b", "8b", "9b"]);
        assert_eq!(kept(&[], Keep { keep_last: Some(1), ..none }), BTreeSet::new());
    }
}
