//! Names of runs and comparisons: how they are made, checked, ordered and found.

use crate::error::{RecordError, Saved};
use crate::files::create_new_dir;
use crate::utc::utc_stamp;
use contend_protocol::comparison::Side;
use contend_protocol::manifest::{Machine, Source};
use std::fs::{create_dir_all, read_dir};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// `<utc>-<sha7>-<machine4>`.
pub(crate) fn run_name(created_unix_ms: u64, source: &Source, machine: &Machine) -> String {
    format!("{}-{}-{}", utc_stamp(created_unix_ms), commit7(&source.commit), machine4(machine))
}

/// `<utc>-<base7>-<head7>-<machine4>`.
pub(crate) fn comparison_name(created_unix_ms: u64, base: &Side, head: &Side, machine: &Machine) -> String {
    let (base, head) = (commit7(&base.commit), commit7(&head.commit));
    format!("{}-{base}-{head}-{}", utc_stamp(created_unix_ms), machine4(machine))
}

/// Makes the folder `<utc>-<machine4>` in `root`, which comes into being with it.
pub(crate) fn new_dir_of_machine(
    root: &Path,
    created_unix_ms: u64,
    machine: &Machine,
) -> Result<PathBuf, RecordError> {
    create_dir_all(root).map_err(RecordError::write(root))?;
    let wanted = format!("{}-{}", utc_stamp(created_unix_ms), machine4(machine));
    create_new_dir(root, &wanted).map(|(_, directory)| directory)
}

fn commit7(commit: &Option<String>) -> &str {
    commit.as_deref().and_then(|commit| commit.get(..7)).unwrap_or("nogit")
}

fn machine4(machine: &Machine) -> &str {
    machine.id.get(..4).unwrap_or("none")
}

/// What names of this kind are sorted by: the time in them, then the number that a clash of names appended.
pub(crate) fn age_key(saved: Saved, name: &str) -> (String, u32, String) {
    let mut parts = name.split('-');
    let stamp = parts.next().unwrap_or("").to_owned();
    let parts_before_it = match saved {
        Saved::Run => 2,
        Saved::Comparison => 3,
        Saved::Calibration | Saved::Figures => 1,
    };
    let clash = parts.nth(parts_before_it).and_then(|number| number.parse().ok()).unwrap_or(1);
    (stamp, clash, name.to_owned())
}

/// Refuses what would leave the store or look like an option.
fn check_name(saved: Saved, name: &str) -> Result<(), RecordError> {
    let leaves = name.contains(['/', '\\', '\0']) || name.contains("..");
    let odd = name.is_empty() || name.starts_with(['-', '.']);
    if leaves || odd { Err(RecordError::BadName { saved, name: name.to_owned() }) } else { Ok(()) }
}

/// Names of all folders of this kind in `root`, newest first. Files and hidden folders have none.
pub(crate) fn names_in(saved: Saved, root: &Path) -> Result<Vec<String>, RecordError> {
    let entries = match read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RecordError::read(root)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(RecordError::read(root))?;
        // A name that is no text was not given by us.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.starts_with('.') && entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort_by_cached_key(|name| std::cmp::Reverse(age_key(saved, name)));
    Ok(names)
}

/// The one of `names`, which are those of all in `root` and sorted newest first, that `wanted` means.
pub(crate) fn choose<'a>(
    saved: Saved,
    root: &Path,
    wanted: &str,
    names: &'a [String],
) -> Result<&'a str, RecordError> {
    check_name(saved, wanted)?;
    if names.is_empty() {
        return Err(RecordError::NoneSaved { saved, root: root.to_owned() });
    }
    match find(wanted, names) {
        Found::One(name) => Ok(name),
        Found::Several(matches) => Err(RecordError::Ambiguous { saved, prefix: wanted.to_owned(), matches }),
        Found::None => Err(RecordError::NotFound {
            saved,
            name: wanted.to_owned(),
            root: root.to_owned(),
            near: nearest(wanted, names.iter().map(String::as_str), 3),
        }),
    }
}

/// What a name means among `names`, which are sorted newest first.
enum Found<'a> {
    One(&'a str),
    None,
    Several(Vec<String>),
}

fn find<'a>(wanted: &str, names: &'a [String]) -> Found<'a> {
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
        assert_eq!(check_name(Saved::Run, name).is_err(), refused, "{name:?}");
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
        names.sort_by_key(|name| age_key(Saved::Run, name));
        assert_eq!(names, ["1-z-z", "2-a-b", "2-a-b-2", "2-a-b-10"]);
        let mut names = ["2-a-b-c-10", "2-a-b-9", "2-a-b-c-2"].map(str::to_owned);
        names.sort_by_key(|name| age_key(Saved::Comparison, name));
        assert_eq!(names, ["2-a-b-9", "2-a-b-c-2", "2-a-b-c-10"]);
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
