//! Names of runs: how they are made, checked, ordered and found.

use crate::error::RecordError;
use crate::utc::utc_stamp;
use contend_protocol::manifest::{Machine, Source};

/// `<utc>-<sha7>-<machine4>`.
pub(crate) fn run_name(created_unix_ms: u64, source: &Source, machine: &Machine) -> String {
    let commit = source.commit.as_deref().and_then(|commit| commit.get(..7)).unwrap_or("nogit");
    let machine = machine.id.get(..4).unwrap_or("none");
    format!("{}-{commit}-{machine}", utc_stamp(created_unix_ms))
}

/// What runs are sorted by: the time in the name, then the number that a clash of names appended.
pub(crate) fn age_key(name: &str) -> (String, u32, String) {
    let mut parts = name.split('-');
    let stamp = parts.next().unwrap_or("").to_owned();
    let clash = parts.nth(2).and_then(|number| number.parse().ok()).unwrap_or(1);
    (stamp, clash, name.to_owned())
}

/// Refuses what would leave the store or look like an option.
pub(crate) fn check_name(name: &str) -> Result<(), RecordError> {
    let leaves = name.contains(['/', '\\', '\0']) || name.contains("..");
    let odd = name.is_empty() || name.starts_with(['-', '.']);
    if leaves || odd { Err(RecordError::BadName { name: name.to_owned() }) } else { Ok(()) }
}

/// Finds what `wanted` means among `names`, which are sorted newest first.
pub(crate) enum Found<'a> {
    One(&'a str),
    None,
    Several(Vec<String>),
}

pub(crate) fn find<'a>(wanted: &str, names: &'a [String]) -> Found<'a> {
    if let Some(exact) = names.iter().find(|name| *name == wanted) {
        return Found::One(exact);
    }
    if wanted == "latest" {
        return names.first().map_or(Found::None, |newest| Found::One(newest));
    }
    let matches: Vec<&String> = names.iter().filter(|name| name.starts_with(wanted)).collect();
    match matches[..] {
        [] => Found::None,
        [only] => Found::One(only),
        _ => Found::Several(matches.into_iter().cloned().collect()),
    }
}

/// At most `most` of `candidates` that look like `wanted`, the nearest first: for "there is none, but ...".
///
/// A candidate that holds `wanted`, but for a slip in every third character, looks like it.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<String> {
    let bound = wanted.chars().count() / 3;
    let mut near: Vec<(usize, usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance_within(wanted, candidate), candidate.len(), candidate))
        .filter(|(distance, ..)| *distance <= bound)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(most).map(|(_, _, candidate)| candidate.to_owned()).collect()
}

/// Least number of characters to change, add or leave out to turn `wanted` into some part of `text`.
///
/// Source: Sellers, "The theory and computation of evolutionary distances", 1980: Levenshtein's table, with starting
/// and stopping anywhere in `text` free.
fn distance_within(wanted: &str, text: &str) -> usize {
    let text: Vec<char> = text.chars().collect();
    let mut row = vec![0; text.len() + 1];
    for (index, letter) in wanted.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for column in 1..row.len() {
            let kept = diagonal + usize::from(text[column - 1] != letter);
            diagonal = row[column];
            row[column] = kept.min(row[column] + 1).min(row[column - 1] + 1);
        }
    }
    row.into_iter().min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_distance(wanted: &str, text: &str, expected: usize) {
        assert_eq!(distance_within(wanted, text), expected, "{wanted} in {text}");
    }

    #[test]
    fn distances() {
        check_distance("", "abc", 0);
        check_distance("abc", "", 3);
        check_distance("dash", "map/dashmap/2", 0);
        check_distance("dahsmap", "map/dashmap/2", 2);
        check_distance("dashmp", "map/dashmap/2", 1);
        check_distance("kitten", "sitting", 2);
    }

    #[track_caller]
    fn check_near(wanted: &str, expected: &[&str]) {
        let candidates =
            ["map/read/dashmap/1", "map/read/dashmap/2", "map/read/papaya/1", "lock/short/mutex/1"];
        assert_eq!(nearest(wanted, candidates, 2), expected);
    }

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        check_near("dahsmap", &["map/read/dashmap/1", "map/read/dashmap/2"]);
        check_near("papya", &["map/read/papaya/1"]);
        check_near("mutx", &["lock/short/mutex/1"]);
        check_near("zzzzzz", &[]);
        check_near("q", &[]);
    }

    #[track_caller]
    fn check_refused(name: &str, refused: bool) {
        assert_eq!(check_name(name).is_err(), refused, "{name:?}");
    }

    #[test]
    fn names_that_leave_the_store_are_refused() {
        check_refused("20260318T091502Z-4f2c9ae-7d10", false);
        check_refused("latest", false);
        check_refused("", true);
        check_refused("..", true);
        check_refused("a..b", true);
        check_refused("a/b", true);
        check_refused("/tmp", true);
        check_refused(r"a\b", true);
        check_refused("-rf", true);
        check_refused(".measuring.lock", true);
    }

    #[test]
    fn clashes_sort_as_numbers() {
        let mut names = ["2-a-b-10", "2-a-b", "1-z-z", "2-a-b-2"].map(str::to_owned);
        names.sort_by_key(|name| age_key(name));
        assert_eq!(names, ["1-z-z", "2-a-b", "2-a-b-2", "2-a-b-10"]);
    }

    #[test]
    fn a_name_is_found_whole_before_as_a_beginning() {
        let names = ["2-a-b-2", "2-a-b", "1-a-b"].map(str::to_owned);
        assert!(matches!(find("2-a-b", &names), Found::One("2-a-b")));
        assert!(matches!(find("latest", &names), Found::One("2-a-b-2")));
        assert!(matches!(find("1", &names), Found::One("1-a-b")));
        assert!(matches!(find("2", &names), Found::Several(both) if both.len() == 2));
        assert!(matches!(find("3", &names), Found::None));
        assert!(matches!(find("latest", &[]), Found::None));
    }
}
