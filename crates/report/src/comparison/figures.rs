//! The numbers and reasons of a cell as text.

use crate::cells::fault_text;
use crate::layout::HARD_SPACE;
use crate::units::{change, changes, share, time};
use contend_protocol::comparison::{CellVerdict, Evidence, Modes, Verdict};

/// Heads of [`columns`].
pub(crate) const HEADS: [&str; 6] = ["base", "head", "change", "interval", "margin", "pairs"];

const PS_PER_NS: f64 = 1000.0;

/// One text for each of [`HEADS`].
pub(crate) fn columns(evidence: &Evidence) -> Vec<String> {
    let interval = evidence.interval.as_ref().map(|interval| changes(interval.low_ppm, interval.high_ppm));
    vec![
        time_of(evidence.base_ps),
        time_of(evidence.head_ps),
        change(evidence.change_ppm),
        interval.unwrap_or_else(|| "-".to_owned()),
        share(evidence.margin_ppm),
        pairs(evidence),
    ]
}

/// One cell in one line: the change with its interval, or why there is none.
pub fn cell_line(cell: &CellVerdict) -> String {
    let Some(evidence) = &cell.evidence else { return reason(cell) };
    let interval = evidence.interval.as_ref().map(|interval| changes(interval.low_ppm, interval.high_ppm));
    format!(
        "{} ({}), margin {}, {} pairs",
        change(evidence.change_ppm),
        interval.unwrap_or_else(|| "too few pairs for an interval".to_owned()),
        share(evidence.margin_ppm),
        pairs(evidence)
    )
    .replace(HARD_SPACE, " ")
}

/// `12`, or `12+8` with a confirmation.
fn pairs(evidence: &Evidence) -> String {
    match evidence.confirmation_pairs {
        0 => evidence.pairs.to_string(),
        confirmation => format!("{}+{confirmation}", evidence.pairs),
    }
}

/// Pairs that would probably decide; `-` where none are likely to.
pub(crate) fn needs(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Undecided { pairs_needed: Some(pairs), .. } => pairs.to_string(),
        _ => "-".to_owned(),
    }
}

/// Both speeds of each side that has two, and how often each was seen.
pub(crate) fn two_speeds(evidence: &Evidence) -> Option<String> {
    let sides = [("base", &evidence.base_modes), ("head", &evidence.head_modes)];
    let sides = sides.iter().filter_map(|(side, modes)| Some(format!("{side} {}", speeds(modes.as_ref()?))));
    let sides: Vec<String> = sides.collect();
    (!sides.is_empty()).then(|| format!("two speeds: {}", sides.join("; ")))
}

fn speeds(modes: &Modes) -> String {
    let fast_ppm = u64::from(modes.fast_permille.min(1000)) * 1000;
    let seen = |ps: u64, ppm: u64| format!("{} ({})", time_of(ps), share(ppm));
    format!("{} and {}", seen(modes.fast_ps, fast_ppm), seen(modes.slow_ps, 1_000_000 - fast_ppm))
}

/// Why the cell has no verdict on its speed; empty where the verdict says all.
pub(crate) fn reason(cell: &CellVerdict) -> String {
    match &cell.verdict {
        Verdict::NotMeasurable { reason } | Verdict::NotComparable { reason } => reason.clone(),
        Verdict::WrongResult { side, fault } => format!("{side}: {}", fault_text(fault)),
        _ => String::new(),
    }
}

fn time_of(ps: u64) -> String {
    time(ps as f64 / PS_PER_NS)
}
