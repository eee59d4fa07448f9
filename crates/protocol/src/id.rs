//! The id of a cell: `suite/workload/contender/threads`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest name of a suite, workload or contender, in bytes.
///
/// Chosen here because criterion cuts folder names at 64 bytes and a report's column must hold a name.
pub const MAX_PART_LEN: usize = 40;

/// Most threads a cell may ask for.
///
/// Chosen here because it is far above any machine this can be run on, and far below what exhausts one.
pub const MAX_THREADS: usize = 4096;

/// Why a text is not an id, and what one looks like.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidId {
    /// A name part is empty, too long, or has other characters than `a-z`, `0-9` and `-`.
    #[error("read `{0}` as a name: use 1 to 40 of the characters a-z, 0-9 and -")]
    Part(String),
    /// The thread count is not a number in range.
    #[error("read `{0}` as a thread count: use a whole number from 1 to 4096")]
    Threads(String),
    /// Not four parts.
    #[error("read `{0}` as a cell: write suite/workload/contender/threads, as `contend list` prints them")]
    Shape(String),
}

/// Checks one name part of an id.
///
/// # Errors
/// [`InvalidId::Part`] unless `part` is 1 to 40 of the characters `a-z`, `0-9` and `-`.
pub fn check_part(part: &str) -> Result<(), InvalidId> {
    let named = !part.is_empty() && part.len() <= MAX_PART_LEN;
    let plain = part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if named && plain { Ok(()) } else { Err(InvalidId::Part(part.to_owned())) }
}

/// A suite, a workload, a contender and a thread count: what one number belongs to.
///
/// Cells order by suite, workload and contender name, then by threads as a number.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct CellId {
    suite: String,
    workload: String,
    contender: String,
    threads: usize,
}

impl CellId {
    /// Builds an id from its parts.
    ///
    /// # Errors
    /// [`InvalidId`] where a name is not plain or `threads` is not in 1 to 4096.
    pub fn new(suite: &str, workload: &str, contender: &str, threads: usize) -> Result<Self, InvalidId> {
        for part in [suite, workload, contender] {
            check_part(part)?;
        }
        if !(1..=MAX_THREADS).contains(&threads) {
            return Err(InvalidId::Threads(threads.to_string()));
        }
        Ok(Self {
            suite: suite.to_owned(),
            workload: workload.to_owned(),
            contender: contender.to_owned(),
            threads,
        })
    }

    /// The suite's name.
    pub fn suite(&self) -> &str {
        &self.suite
    }

    /// The workload's name.
    pub fn workload(&self) -> &str {
        &self.workload
    }

    /// The contender's name.
    pub fn contender(&self) -> &str {
        &self.contender
    }

    /// Threads in the cell, from 1 to 4096.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// `suite/workload`: criterion's group.
    pub fn group(&self) -> String {
        format!("{}/{}", self.suite, self.workload)
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.suite, self.workload, self.contender, self.threads)
    }
}

impl FromStr for CellId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let parts: Vec<&str> = text.split('/').collect();
        let [suite, workload, contender, threads] = parts[..] else {
            return Err(InvalidId::Shape(text.to_owned()));
        };
        // `usize` reads "+2" and "02" too, which would be second names of one cell.
        let number = threads.parse().ok().filter(|number: &usize| number.to_string() == threads);
        let number = number.ok_or_else(|| InvalidId::Threads(threads.to_owned()))?;
        Self::new(suite, workload, contender, number)
    }
}

impl From<CellId> for String {
    fn from(id: CellId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CellId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, &str, &str, usize), InvalidId>) {
        let got = text.parse::<CellId>();
        let got = got.as_ref().map(|id| (id.suite(), id.workload(), id.contender(), id.threads()));
        assert_eq!(got, expected.as_ref().map(|parts| *parts));
    }

    #[test]
    fn ids_are_read() {
        check("map/read-99/dashmap/2", Ok(("map", "read-99", "dashmap", 2)));
        check("map/read-99/dashmap/4096", Ok(("map", "read-99", "dashmap", 4096)));
    }

    #[test]
    fn what_is_not_an_id_is_named() {
        check("map", Err(InvalidId::Shape("map".into())));
        check("a/b/c/1/2", Err(InvalidId::Shape("a/b/c/1/2".into())));
        check("a//c/1", Err(InvalidId::Part(String::new())));
        check("a/../c/1", Err(InvalidId::Part("..".into())));
        check("a/B/c/1", Err(InvalidId::Part("B".into())));
        check("a/b/c/0", Err(InvalidId::Threads("0".into())));
        check("a/b/c/02", Err(InvalidId::Threads("02".into())));
        check("a/b/c/+2", Err(InvalidId::Threads("+2".into())));
        check("a/b/c/4097", Err(InvalidId::Threads("4097".into())));
        check("a/b/c/two", Err(InvalidId::Threads("two".into())));
    }

    #[test]
    fn forty_bytes_is_the_longest_name() {
        assert!(check_part(&"x".repeat(40)).is_ok());
        assert!(check_part(&"x".repeat(41)).is_err());
    }

    proptest! {
        #[test]
        fn text_and_back(part in "[a-z0-9-]{1,40}", threads in 1_usize..=MAX_THREADS) {
            let id = CellId::new(&part, "w", &part, threads)?;
            prop_assert_eq!(id.to_string().parse::<CellId>()?, id);
        }
    }
}
