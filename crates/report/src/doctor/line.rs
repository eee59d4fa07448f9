//! One line of the answer.

use contend_protocol::doctor::{Line, Mark};

/// One thing that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) code: &'static str,
    pub(super) counts: bool,
    pub(super) effect: &'static str,
}

/// What can be done about a line.
pub(super) trait Remedy {
    /// What to do where no command does it.
    fn advice(self, advice: impl Into<String>) -> Self;

    /// A command, and the one that takes it back.
    fn command(self, command: impl Into<String>, undo: impl Into<String>) -> Self;

    /// A command that leaves nothing behind to be undone.
    fn passing_command(self, command: impl Into<String>) -> Self;
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
        let (code, effect) = (self.code.to_owned(), self.effect.to_owned());
        Line { code, mark, counts: self.counts, finding, effect, advice: None, command: None, undo: None }
    }
}

impl Remedy for Line {
    fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn command(mut self, command: impl Into<String>, undo: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self.undo = Some(undo.into());
        self
    }

    fn passing_command(mut self, command: impl Into<String>) -> Self {
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
