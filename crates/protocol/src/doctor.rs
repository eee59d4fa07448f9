//! `doctor.json`: what `contend doctor` found on the machine whenever a run was begun or gone on with.

use crate::version::FormatVersion;
use serde::{Deserialize, Serialize};

/// What was found on the machine of a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Examinations {
    /// Version of this document.
    pub format: FormatVersion,
    /// In the order they were made; later ones are added and the earlier ones stay.
    pub examinations: Vec<Examination>,
}

/// What was found before launches were made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Examination {
    /// When the machine was looked at, in milliseconds since 1970-01-01 UTC.
    pub at_unix_ms: u64,
    /// The run was there already, and was gone on with; else it was begun.
    pub resumed: bool,
    /// What the lines come to.
    pub grade: Grade,
    /// What was found, worst first.
    pub lines: Vec<Line>,
}

/// What lines come to. Those that do not bear on numbers are left out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Nothing that bears on numbers is wary or bad.
    Fit,
    /// Something is wary, and nothing bad.
    Usable,
    /// Something is bad.
    Unfit,
    /// Nothing is bad, but more is unknown than good.
    Unknown,
}

/// What is thought of a line. They order from bad to good.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// What is measured now is not worth keeping.
    Bad,
    /// It moves numbers, or limits what they say.
    Wary,
    /// It cannot be seen.
    Unknown,
    /// It is as it should be.
    Good,
}

/// What was found of one thing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// A word that stays what it is when the text changes.
    pub code: String,
    /// What is thought of it.
    pub mark: Mark,
    /// It bears on numbers, and so on the grade.
    pub counts: bool,
    /// What was found, without a stop.
    pub finding: String,
    /// What it does to numbers, without a stop.
    pub effect: String,
    /// What to do where no command does it.
    pub advice: Option<String>,
    /// The exact command that changes it, as bash and zsh understand it; several are divided by `; `.
    pub command: Option<String>,
    /// The exact command that takes it back.
    pub undo: Option<String>,
}

impl Grade {
    /// Its word, as in the document.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Usable => "usable",
            Self::Unfit => "unfit",
            Self::Unknown => "unknown",
        }
    }
}

impl Mark {
    /// Its sign.
    pub fn sign(self) -> char {
        match self {
            Self::Bad => '✗',
            Self::Wary => '!',
            Self::Unknown => '?',
            Self::Good => '✓',
        }
    }

    /// Its word, as in the document.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Wary => "wary",
            Self::Unknown => "unknown",
            Self::Good => "good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode_line;

    #[test]
    fn words_are_those_of_the_document() {
        for mark in [Mark::Bad, Mark::Wary, Mark::Unknown, Mark::Good] {
            assert_eq!(encode_line(&mark), format!("\"{}\"", mark.word()));
        }
        for grade in [Grade::Fit, Grade::Usable, Grade::Unfit, Grade::Unknown] {
            assert_eq!(encode_line(&grade), format!("\"{}\"", grade.word()));
        }
    }

    #[test]
    fn what_is_bad_comes_first() {
        let mut marks = [Mark::Good, Mark::Unknown, Mark::Bad, Mark::Wary];
        marks.sort();
        assert_eq!(marks, [Mark::Bad, Mark::Wary, Mark::Unknown, Mark::Good]);
    }
}
