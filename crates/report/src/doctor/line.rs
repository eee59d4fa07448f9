//! One line of the answer.

/// What is thought of a line. They order from bad to good.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// A word that stays what it is when the text changes.
    pub code: &'static str,
    /// What is thought of it.
    pub mark: Mark,
    /// It bears on numbers, and so on the grade.
    pub counts: bool,
    /// What was found, without a stop.
    pub finding: String,
    /// What it does to numbers, without a stop.
    pub effect: &'static str,
    /// What to do where no command does it.
    pub advice: Option<String>,
    /// The exact command that changes it, as bash and zsh understand it; several are divided by `; `.
    pub command: Option<String>,
    /// The exact command that takes it back.
    pub undo: Option<String>,
}

/// One thing that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) code: &'static str,
    pub(super) counts: bool,
    pub(super) effect: &'static str,
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

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Wary => "wary",
            Self::Unknown => "unknown",
            Self::Good => "good",
        }
    }
}

impl Check {
    /// Something that bears on numbers.
    pub(super) const fn of(code: &'static str, effect: &'static str) -> Self {
        Self { code, counts: true, effect }
    }

    /// Something that is good to know, and moves no number.
    pub(super) const fn beside(code: &'static str, effect: &'static str) -> Self {
        Self { code, counts: false, effect }
    }

    pub(super) fn good(self, finding: impl Into<String>) -> Line {
        self.line(Mark::Good, finding.into())
    }

    pub(super) fn wary(self, finding: impl Into<String>) -> Line {
        self.line(Mark::Wary, finding.into())
    }

    pub(super) fn bad(self, finding: impl Into<String>) -> Line {
        self.line(Mark::Bad, finding.into())
    }

    pub(super) fn unknown(self, finding: impl Into<String>) -> Line {
        self.line(Mark::Unknown, finding.into())
    }

    pub(super) fn line(self, mark: Mark, finding: String) -> Line {
        let Self { code, counts, effect } = self;
        Line { code, mark, counts, finding, effect, advice: None, command: None, undo: None }
    }
}

impl Line {
    pub(super) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub(super) fn command(mut self, command: impl Into<String>, undo: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self.undo = Some(undo.into());
        self
    }

    /// A command that leaves nothing behind to be undone.
    pub(super) fn passing_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }
}

/// Writes a value to a file of the system, as its administrator.
pub(super) fn write(value: &str, path: &str) -> String {
    format!("echo {value} | sudo tee {path}")
}

/// Processors in a path, as bash and zsh expand it: `cpu3`, `cpu{0..3}`, `cpu{0,2}`.
pub(super) fn expanded(processors: &[u32]) -> String {
    match processors {
        [only] => format!("cpu{only}"),
        [first, .., last] if contiguous(processors) => format!("cpu{{{first}..{last}}}"),
        _ => format!("cpu{{{}}}", joined(processors)),
    }
}

/// Processors as `taskset` reads them: `0-3`, `0,2`.
pub(super) fn listed(processors: &[u32]) -> String {
    match processors {
        [first, .., last] if contiguous(processors) => format!("{first}-{last}"),
        _ => joined(processors),
    }
}

fn contiguous(processors: &[u32]) -> bool {
    processors.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

fn joined(processors: &[u32]) -> String {
    processors.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// `one thing` or `7 things`.
pub(super) fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("one {one}") } else { format!("{count} {one}s") }
}

/// Thousandths as percent.
pub(super) fn percent(permille: u32) -> String {
    format!("{:.1} %", f64::from(permille) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(processors: &[u32], in_a_path: &str, in_a_list: &str) {
        assert_eq!((expanded(processors).as_str(), listed(processors).as_str()), (in_a_path, in_a_list));
    }

    #[test]
    fn processors_as_shells_and_tools_read_them() {
        check(&[3], "cpu3", "3");
        check(&[0, 1, 2, 3], "cpu{0..3}", "0-3");
        check(&[0, 2], "cpu{0,2}", "0,2");
        check(&[], "cpu{}", "");
    }
}
