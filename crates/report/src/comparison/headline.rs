//! The verdict in one sentence.

use super::findings::{Finding, Findings, alarms, listed};
use contend_protocol::comparison::Comparison;

/// One sentence without its stop; `quoted` dresses what the user named the sides.
pub(crate) fn sentence(comparison: &Comparison, quoted: impl Fn(&str) -> String) -> String {
    let findings = Findings::of(&comparison.cells);
    let compared = findings.compared();
    if comparison.conclusion.unfit {
        return unfit(comparison);
    }
    if compared == 0 {
        return "Nothing was compared: no cell is on both sides".to_owned();
    }
    let count = |finding| findings.count(finding);
    let mut parts = Vec::new();
    if count(Finding::WrongResult) > 0 {
        parts.push(format!("{} of {} gave a wrong result", count(Finding::WrongResult), cells(compared)));
    }
    let regressed = count(Finding::Regressed);
    if regressed > 0 {
        let of_all = if parts.is_empty() { format!(" of {}", cells(compared)) } else { String::new() };
        let (head, base) = (quoted(&comparison.head.label), quoted(&comparison.base.label));
        parts.push(format!("{regressed}{of_all} regressed: {head} is slower than {base}"));
        if count(Finding::Improved) > 0 {
            parts.push(format!("{} improved", count(Finding::Improved)));
        }
    } else {
        parts.push(no_regression(&findings));
    }
    if comparison.conclusion.interrupted {
        parts.push("interrupted before its end".to_owned());
    }
    capitalised(&parts.join("; "))
}

fn unfit(comparison: &Comparison) -> String {
    let controls = match (alarms(&comparison.controls).len(), comparison.controls.len()) {
        (0, _) => "a control".to_owned(),
        (alarms, 1) => format!("{alarms} of 1 control"),
        (alarms, all) => format!("{alarms} of {all} controls"),
    };
    format!("No verdict: {controls} gave an alarm, so this machine cannot judge now")
}

fn no_regression(findings: &Findings<'_>) -> String {
    let compared = findings.compared();
    if findings.count(Finding::Unchanged) == compared {
        return match compared {
            1 => "no change: the one cell is unchanged within its margin".to_owned(),
            all => format!("no change: all {all} cells are unchanged within their margins"),
        };
    }
    let others = [Finding::WrongResult, Finding::Added, Finding::Removed].map(Finding::phrase);
    let counts = findings.counts();
    let counts: Vec<_> = counts.iter().filter(|(phrase, _)| !others.contains(phrase)).collect();
    if counts.is_empty() {
        return "no other cell was compared".to_owned();
    }
    format!("no regression found: {} of {}", listed(counts), cells(compared))
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// One line for a log, without its end: how many cells came to what, and the exit code.
pub fn summary_line(comparison: &Comparison) -> String {
    let findings = Findings::of(&comparison.cells);
    let mut counts = findings.counts();
    if findings.count(Finding::Regressed) == 0 {
        counts.insert(0, (Finding::Regressed.phrase(), 0));
    }
    let conclusion = comparison.conclusion;
    let marks = [(conclusion.unfit, "machine unfit"), (conclusion.interrupted, "interrupted")];
    let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| format!("; {mark}")).collect();
    format!("{}{marks}; exit code {}", listed(&counts), conclusion.exit_code)
}
