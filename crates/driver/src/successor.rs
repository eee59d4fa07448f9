//! After a contender has hung, its threads can neither be stopped nor measured beside. The process replaces itself,
//! which ends them, and goes on behind the cell. So does the guardian's next ward, where a cell took its process down.

use contend_protocol::CellId;
use contend_protocol::exit;
use contend_protocol::sample::Outcome;

const AFTER: &str = "CONTEND_RESUME_AFTER";
const TALLY: &str = "CONTEND_RESUME_TALLY";
const DEATH: &str = "CONTEND_RESUME_DEATH";

/// How the cells ended, those of processes before this one included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) measured: usize,
    pub(crate) not_measurable: usize,
    pub(crate) faulty: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Measured => self.measured += 1,
            Outcome::NotMeasurable { .. } => self.not_measurable += 1,
            Outcome::Faulty { .. } => self.faulty += 1,
        }
    }

    pub(crate) fn total(self) -> usize {
        self.measured + self.not_measurable + self.faulty
    }

    pub(crate) fn text(self) -> String {
        format!("{} {} {}", self.measured, self.not_measurable, self.faulty)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<usize> = text.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [measured, not_measurable, faulty] = numbers[..] else { return None };
        Some(Self { measured, not_measurable, faulty })
    }
}

/// Where this process goes on, if it is a successor.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Inherited {
    /// The cell that hung, or died.
    pub(crate) after: Option<CellId>,
    pub(crate) tally: Tally,
    /// How that cell died, which nobody has saved yet.
    pub(crate) death: Option<String>,
}

impl Inherited {
    pub(crate) fn from_environment() -> Self {
        let value = |name| std::env::var(name).ok();
        let after = value(AFTER).and_then(|text| text.parse().ok());
        let tally = value(TALLY).and_then(|text| Tally::parse(&text)).unwrap_or_default();
        Self { after, tally, death: value(DEATH) }
    }
}

/// Has `command`, which starts this executable again, go on as `inherited` says.
#[cfg(unix)]
pub(crate) fn start_behind(command: &mut std::process::Command, inherited: &Inherited) {
    let Inherited { after, tally, death } = inherited;
    command.envs(after.as_ref().map(|cell| (AFTER, cell.to_string()))).env(TALLY, tally.text());
    match death {
        Some(death) => command.env(DEATH, death),
        None => command.env_remove(DEATH),
    };
}

/// Replaces this process by one that goes on behind `cell`. Returns only if that cannot be done, with the exit code.
#[cfg(unix)]
pub(crate) fn go_on_behind(cell: &CellId, tally: Tally) -> u8 {
    use std::os::unix::process::CommandExt;
    let Ok(executable) = std::env::current_exe() else { return exit::WRONG_RESULT };
    eprintln!("contend: starting anew behind {cell}, because its threads cannot be stopped");
    #[expect(clippy::disallowed_methods, reason = "the process replaces itself")]
    let mut successor = std::process::Command::new(executable);
    successor.args(std::env::args_os().skip(1));
    start_behind(&mut successor, &Inherited { after: Some(cell.clone()), tally, death: None });
    let error = successor.exec();
    eprintln!("contend: failed to start anew, the rest of this suite is not measured: {error}");
    exit::WRONG_RESULT
}

/// Elsewhere a process cannot replace itself: the rest of the suite is given up.
#[cfg(not(unix))]
pub(crate) fn go_on_behind(cell: &CellId, _tally: Tally) -> u8 {
    eprintln!("contend: giving up behind {cell}, because its threads cannot be stopped on this platform");
    exit::WRONG_RESULT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_survives_the_way_to_the_successor() {
        let tally = Tally { measured: 12, not_measurable: 3, faulty: 1 };
        assert_eq!(Tally::parse(&tally.text()), Some(tally));
        assert_eq!(Tally::parse("12 3"), None);
    }
}
