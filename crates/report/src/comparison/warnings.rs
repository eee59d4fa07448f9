//! What to be wary of before a verdict is believed.

use super::findings::{Finding, Findings, alarms};
use super::head::{few, same_bytes};
use crate::warning::{Warning, about_machine, about_method};
use contend_protocol::comparison::{Comparison, Doubt, Side};
use contend_protocol::version::FormatVersion;

pub(crate) fn warnings(comparison: &Comparison) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = about_controls(comparison).into_iter().collect();
    warnings.extend(about_end(comparison));
    warnings.extend(about_side("base", &comparison.base));
    warnings.extend(about_side("head", &comparison.head));
    if same_bytes(comparison) {
        let text = "both sides are the same bytes: whatever differs is the machine";
        warnings.push(Warning::new("same-bytes", text));
    }
    if comparison.base.rustc != comparison.head.rustc {
        let text = "the sides were built by different compilers: a change may be their doing";
        warnings.push(Warning::new("other-compiler", text));
    }
    warnings.extend(about_method(comparison.method));
    if comparison.format > FormatVersion::CURRENT {
        let text = "a newer version of contend wrote this: something may be missing here";
        warnings.push(Warning::new("newer-format", text));
    }
    warnings.extend(about_machine(&comparison.machine));
    warnings
}

fn about_controls(comparison: &Comparison) -> Option<Warning> {
    let alarms = alarms(&comparison.controls);
    let believed = "base seemed to differ from itself, so no alarm here can be believed";
    match (comparison.conclusion.unfit, alarms.is_empty()) {
        (_, false) => Some(Warning::fault("unfit", format!("{believed}: {}", few(&alarms)))),
        (true, true) => Some(Warning::fault("unfit", believed)),
        (false, true) if comparison.controls.is_empty() => {
            let text = "no cell was compared with itself: nothing shows whether this machine can judge";
            Some(Warning::new("no-control", text))
        }
        (false, true) => None,
    }
}

fn about_end(comparison: &Comparison) -> Option<Warning> {
    let open = Findings::of(&comparison.cells).count(Finding::Undecided(Doubt::Budget));
    let before = match open {
        0 => "its end".to_owned(),
        1 => "one cell was decided".to_owned(),
        _ => format!("{open} cells were decided"),
    };
    if comparison.conclusion.interrupted {
        Some(Warning::new("interrupted", format!("it was interrupted before {before}")))
    } else if open > 0 {
        Some(Warning::new("budget", format!("the time was used up before {before}")))
    } else {
        None
    }
}

fn about_side(role: &str, side: &Side) -> Option<Warning> {
    let text = format!("{role} had changes: its numbers belong to no commit");
    side.dirty.then(|| Warning::new("changed-tree", text))
}
