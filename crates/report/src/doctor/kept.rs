//! What is kept of an examination with a run, and how the run says it.

use super::{Examination, Line, Mark, grade};
use crate::layout::HARD_SPACE;
use contend_record::{Run, utc_text};

/// What is kept of these lines with a run. `resumed`: the run was there already, and is gone on with.
pub fn examination(lines: Vec<Line>, at_unix_ms: u64, resumed: bool) -> Examination {
    Examination { at_unix_ms, resumed, grade: grade(&lines), lines }
}

/// `usable (! turbo, ! swap)`: the grade, and the codes of the lines that bear on numbers and are ✗ or !.
pub fn summary(examination: &Examination) -> String {
    let speaks = |line: &&Line| line.counts && matches!(line.mark, Mark::Bad | Mark::Wary);
    let code = |line: &Line| format!("{}{HARD_SPACE}{}", line.mark.sign(), line.code);
    let codes: Vec<String> = examination.lines.iter().filter(speaks).map(code).collect();
    let grade = examination.grade.word();
    if codes.is_empty() { grade.to_owned() } else { format!("{grade} ({})", codes.join(", ")) }
}

/// All examinations of a run, without a stop; nothing where nobody examined the machine.
pub(crate) fn history(run: &Run) -> String {
    let one = |examination: &Examination| match examination.resumed {
        false => summary(examination),
        true => format!("gone on with {}: {}", utc_text(examination.at_unix_ms), summary(examination)),
    };
    run.examinations.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    fn line(code: &str, mark: Mark, counts: bool) -> Line {
        let (code, finding, effect) = (code.to_owned(), String::new(), String::new());
        Line { code, mark, counts, finding, effect, advice: None, command: None, undo: None }
    }

    #[track_caller]
    fn check(lines: &[Line], grade: Grade, expected: &str) {
        let kept = examination(lines.to_vec(), 7, false);
        assert_eq!((kept.grade, kept.lines.as_slice()), (grade, lines));
        assert_eq!(summary(&kept).replace(HARD_SPACE, " "), expected);
    }

    #[test]
    fn a_grade_names_what_made_it() {
        check(&[line("power", Mark::Good, true)], Grade::Fit, "fit");
        check(&[], Grade::Fit, "fit");
        let calibration = line("calibration", Mark::Wary, false);
        check(&[calibration.clone(), line("power", Mark::Good, true)], Grade::Fit, "fit");
        let lines = [
            line("steal", Mark::Bad, true),
            line("turbo", Mark::Wary, true),
            calibration,
            line("heat", Mark::Unknown, true),
        ];
        check(&lines, Grade::Unfit, "unfit (✗ steal, ! turbo)");
        check(&lines[3..], Grade::Unknown, "unknown");
    }
}
