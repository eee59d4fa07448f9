//! What `contend doctor` prints: what on this machine moves numbers, and what can be done about it.
//!
//! ```text
//! record::environment ─► Examined ─► lines ─► grade ─► Examination ─► doctor.json of a run
//!                                      └────► text         └────────► summary, history
//! ```
//!
//! What cannot be seen is [`Mark::Unknown`] and never good. Nothing is changed: commands are printed, each with the one
//! that takes it back.

mod kept;
mod line;
mod machine;
mod others;
mod ours;
mod system;

use crate::layout::{MIN_WIDTH, named, wrap};
use crate::page::{Page, Tone};
use contend_protocol::calibration::Calibration;
use contend_record::environment::{Activity, BenchProfile, Conditions, Space};

pub use contend_protocol::doctor::{Examination, Grade, Line, Mark};
pub(crate) use kept::history;
pub use kept::{examination, summary};

/// Column of what was found: behind the mark and the longest code.
const FINDING: usize = 19;

/// Column of what is said below it.
const BELOW: usize = 10;

/// All that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Examined<'a> {
    /// What the system says of itself.
    pub conditions: &'a Conditions,
    /// What others did while it was looked; `None` where the system does not tell.
    pub activity: Option<&'a Activity>,
    /// Who else measures, a line each; `None` where processes cannot be seen.
    pub measuring: Option<&'a [String]>,
    /// Room where results are saved.
    pub space: Option<Space>,
    /// Room where both sides of a comparison are built; `None` outside a workspace.
    pub build_space: Option<Space>,
    /// How the next `cargo bench` builds; `None` outside a workspace.
    pub profile: Option<&'a BenchProfile>,
    /// All calibrations that are kept, newest first; `None` where the folder of results cannot be read.
    pub calibrations: Option<&'a [Calibration]>,
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now_unix_ms: u64,
}

/// What was found, worst first.
pub fn lines(examined: &Examined<'_>) -> Vec<Line> {
    let conditions = examined.conditions;
    let mut lines = machine::lines(conditions);
    lines.extend(system::lines(conditions));
    lines.extend(others::lines(examined));
    lines.extend(ours::lines(examined));
    lines.sort_by_key(|line| line.mark);
    lines
}

/// What lines come to. Those that do not bear on numbers are left out.
pub fn grade(lines: &[Line]) -> Grade {
    let count = |mark| lines.iter().filter(|line| line.counts && line.mark == mark).count();
    if count(Mark::Bad) > 0 {
        Grade::Unfit
    } else if count(Mark::Unknown) > count(Mark::Good) {
        Grade::Unknown
    } else if count(Mark::Wary) > 0 {
        Grade::Usable
    } else {
        Grade::Fit
    }
}

/// How a grade follows from the lines, without a stop.
pub(crate) fn reason(grade: Grade) -> &'static str {
    match grade {
        Grade::Fit => "no line that bears on numbers is ✗ or !",
        Grade::Usable => "no line is ✗, but some that bear on numbers are !: read them beside every number",
        Grade::Unfit => "a line is ✗: what is measured now is not worth keeping",
        Grade::Unknown => "no line is ✗, but more are ? than ✓",
    }
}

/// The lines and the grade, in 80 columns.
pub fn text(lines: &[Line], colour: bool) -> String {
    let mut page = Page::default();
    for line in lines {
        let tone = match line.mark {
            Mark::Bad => Tone::Fault,
            Mark::Wary => Tone::Warning,
            Mark::Unknown | Mark::Good => Tone::Plain,
        };
        let name = format!("{} {}", line.mark.sign(), line.code);
        page.add(tone, named(&name, &line.finding, FINDING, MIN_WIDTH));
        page.add(Tone::Plain, below(line));
    }
    page.gap();
    let grade = grade(lines);
    page.add(Tone::Heading, wrap(&format!("{}: {}.", grade.word(), reason(grade)), MIN_WIDTH, 2));
    page.add(Tone::Plain, wrap(&closing(lines), MIN_WIDTH, 0));
    page.text(colour)
}

/// Why it matters and what to do, where it does.
fn below(line: &Line) -> Vec<String> {
    if line.mark == Mark::Good {
        return Vec::new();
    }
    let mut lines = named("    why", &line.effect, BELOW, MIN_WIDTH);
    lines.extend(line.advice.iter().flat_map(|advice| named("    do", advice, BELOW, MIN_WIDTH)));
    for (name, command) in [("    do", &line.command), ("    undo", &line.undo)] {
        let Some(command) = command else { continue };
        let names = std::iter::once(name).chain(std::iter::repeat(""));
        let commands = command.split("; ").flat_map(|command| shell_lines(command, MIN_WIDTH - BELOW));
        lines.extend(names.zip(commands).map(|(name, command)| format!("{name:<BELOW$}{command}")));
    }
    lines
}

/// A command in lines that a shell reads as one: broken between words, where the shell is told of it.
fn shell_lines(command: &str, width: usize) -> Vec<String> {
    const CONTINUED: &str = " \\";
    let mut lines: Vec<String> = Vec::new();
    for word in command.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() + CONTINUED.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) => {
                line.push_str(CONTINUED);
                lines.push(word.to_owned());
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn closing(lines: &[Line]) -> String {
    let unknown = lines.iter().filter(|line| line.mark == Mark::Unknown).count();
    let unseen = match unknown {
        0 => String::new(),
        1 => "What is ? cannot be seen from here and may be anything. ".to_owned(),
        _ => format!("What is ? cannot be seen from here: {unknown} lines may be anything. "),
    };
    format!("{unseen}Nothing was changed: the commands are for you to run, or not.")
}

#[cfg(test)]
mod tests {
    use super::shell_lines;

    #[track_caller]
    fn check(command: &str, expected: &[&str]) {
        assert_eq!(shell_lines(command, 20), expected);
    }

    #[test]
    fn a_shell_reads_a_long_command_as_one() {
        check("echo 0", &["echo 0"]);
        check("echo 0 | sudo tee /a/long/path", &["echo 0 | sudo tee \\", "/a/long/path"]);
        check("/a/path/that/has/no/space/at/all", &["/a/path/that/has/no/space/at/all"]);
        check("", &[""]);
    }
}
