//! One process of a launch: what it is told, and how it ended.

use crate::error::CommandError;
use crate::executables::{AskError, Conclusion, Executable, Heard, Input, Question};
use contend_protocol::launch::{LaunchLine, Measured};
use contend_protocol::sample::Outcome;
use contend_protocol::{CellId, decode, exit};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// Signals with which a user, or a machine that is shut down, ends a process: no contender is to blame.
///
/// Source: POSIX.1-2017, `<signal.h>`: SIGHUP, SIGINT, SIGQUIT and SIGTERM, whose numbers `kill` fixes but for QUIT, which is 3 on
/// every Unix that Rust knows.
const OF_USERS: [i32; 4] = [1, 2, 3, 15];

/// What a process is to measure.
pub(super) struct Task<'a> {
    pub(super) executable: &'a Executable,
    pub(super) cells: Vec<&'a CellId>,
    pub(super) purpose: Purpose,
    pub(super) environment: &'a [(&'static str, String)],
    /// Whether it is to go on, asked now and then.
    pub(super) goes_on: &'a dyn Fn() -> bool,
}

/// What a process is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// A launch of so many that are wanted.
    Measure { wanted: u32 },
    /// To see what happens to these cells in the launch of that number, saving nothing.
    Search { launch: u32 },
}

/// What is heard of a process while it runs.
pub(super) enum News<'a> {
    /// It writes into the run of that name.
    Joined(&'a str),
    /// The record of a cell is saved, where anything is.
    Measured(&'a Measured),
}

/// How one process ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Number of its launch, once it had one.
    pub(super) launch: u32,
    /// Cells that it measured to their end, and which that was.
    pub(super) measured: BTreeMap<CellId, Outcome>,
    /// Cells that took turns last.
    pub(super) turns: Vec<CellId>,
    /// What became of it, if it did not come to its end.
    pub(super) death: Option<String>,
}

impl Task<'_> {
    /// Starts the process and listens to it until it ends.
    ///
    /// # Errors
    /// Where no contender is to blame: the executable failed itself outside of turns, or could not save, and said why; or a user
    /// ended it.
    pub(super) fn run(&self, mut listen: impl FnMut(News<'_>)) -> Result<Ended, CommandError> {
        let ids: String = self.cells.iter().map(|cell| format!("{cell}\n")).collect();
        let text = ids + "\n";
        let (option, number) = match self.purpose {
            Purpose::Measure { wanted } => ("--of", wanted.to_string()),
            Purpose::Search { launch } => ("--unsaved", launch.to_string()),
        };
        let question = Question {
            arguments: &["launch", option, number.as_str()],
            accepted: &[exit::OK, exit::WRONG_RESULT, exit::INTERRUPTED],
            own_group: true,
            environment: self.environment,
            input: Some(Input { text: &text, goes_on: self.goes_on }),
            ..Question::default()
        };
        let mut ended = Ended::default();
        let outcome = self.executable.ask(&question, |heard| {
            match heard {
                // It would wait for the lock that is held for it.
                Heard::Greeting(greeting) if !greeting.protocol.launches_under_a_lock() => {
                    return Err(AskError::Version(greeting.protocol));
                }
                Heard::Greeting(_) => {}
                Heard::Line(line) => ended.hear(decode("a line of a launch", line)?, &mut listen),
            }
            Ok(())
        });
        ended.death = self.death(outcome, &ended)?;
        Ok(ended)
    }

    /// What became of the process, if a contender may be to blame for it.
    fn death(&self, outcome: Result<u8, AskError>, ended: &Ended) -> Result<Option<String>, CommandError> {
        match outcome {
            Ok(code) => Ok(ended.abandoned(code, (self.goes_on)())),
            // It says so itself where it cannot save; else whoever took turns may have left.
            Err(AskError::Failed(code)) if code != exit::UNFIT && ended.is_in_turns() => {
                Ok(Some(ended_with(code)))
            }
            Err(AskError::Failed(code)) => {
                Err(CommandError::Executable { name: self.executable.name.clone(), code })
            }
            Err(AskError::Died(status)) if is_of_user(status) => {
                eprintln!("contend: the process that measured was ended: {status}");
                Err(CommandError::Interrupted)
            }
            Err(error @ (AskError::Died(_) | AskError::Io(_))) if !ended.turns.is_empty() => {
                Ok(Some(error.to_string()))
            }
            outcome => match self.executable.conclude(outcome)? {
                Conclusion::Whole(_) => Ok(None),
                Conclusion::Foreign | Conclusion::Broken => {
                    let path = self.executable.path.display();
                    Err(CommandError::Incomparable(format!("measure with {path}; see above")))
                }
            },
        }
    }
}

impl Ended {
    fn hear(&mut self, line: LaunchLine, listen: &mut impl FnMut(News<'_>)) {
        match line {
            LaunchLine::Joined { run, launch } => {
                self.launch = launch;
                listen(News::Joined(&run));
            }
            LaunchLine::Begin { cells } => self.turns = cells,
            LaunchLine::Busy => {}
            LaunchLine::Measured(measured) => {
                listen(News::Measured(&measured));
                self.measured.insert(measured.cell, measured.outcome);
            }
        }
    }

    /// What became of a process that ended with `code`, if that was not how launches end: a contender may leave, too.
    fn abandoned(&self, code: u8, was_to_go_on: bool) -> Option<String> {
        let as_it_should = match code {
            exit::OK => !self.is_in_turns(),
            // One hung, and the others are left to another process.
            exit::WRONG_RESULT => self.turns.iter().any(|cell| self.measured.contains_key(cell)),
            _ => !was_to_go_on,
        };
        (!as_it_should).then(|| ended_with(code))
    }

    /// Whether cells take turns that have no number yet.
    fn is_in_turns(&self) -> bool {
        !self.turns.iter().all(|cell| self.measured.contains_key(cell))
    }
}

fn ended_with(code: u8) -> String {
    format!("ended in the middle: exit status: {code}")
}

fn is_of_user(status: ExitStatus) -> bool {
    status.signal().is_some_and(|signal| OF_USERS.contains(&signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str) -> CellId {
        format!("s/w/{name}/1").parse().expect("an id")
    }

    #[track_caller]
    fn check(measured: &[&str], code: u8, was_to_go_on: bool, died: bool) {
        let ended = Ended {
            launch: 0,
            measured: measured.iter().map(|name| (cell(name), Outcome::Measured)).collect(),
            turns: vec![cell("a"), cell("b")],
            death: None,
        };
        assert_eq!(ended.abandoned(code, was_to_go_on).is_some(), died, "{measured:?} {code}");
    }

    #[test]
    fn a_process_that_leaves_before_its_cells_are_measured_has_died() {
        check(&["a", "b"], exit::OK, true, false);
        check(&["a"], exit::OK, true, true);
        check(&[], exit::OK, false, true);
        check(&["a"], exit::WRONG_RESULT, true, false);
        check(&[], exit::WRONG_RESULT, true, true);
        check(&[], exit::INTERRUPTED, false, false);
        check(&["a", "b"], exit::INTERRUPTED, true, true);
    }
}
