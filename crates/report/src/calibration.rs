//! What `contend calibrate` prints.

use crate::layout::{MIN_WIDTH, Table, wrap};
use contend_protocol::calibration::{CalibratedCell, Calibration, CriterionVerdict, SlowDown};
use contend_protocol::comparison::{CellVerdict, Verdict};

/// Changes that were found between equal sides.
pub fn false_alarms(calibration: &Calibration) -> usize {
    calibration.cells.iter().filter(|cell| is_change(&cell.equal)).count()
}

/// The cells, then what they come to.
pub fn text(calibration: &Calibration) -> String {
    let mut heads = vec!["cell".to_owned(), "floor".to_owned(), "equal".to_owned()];
    heads.extend(wanted(calibration).map(|ppm| format!("+{}", percent(ppm as f64))));
    heads.push("s".to_owned());
    let mut table = Table::new(heads);
    for cell in &calibration.cells {
        table.numbers(cell.cell.to_string(), row(cell));
    }
    let mut lines = table.lines(MIN_WIDTH);
    lines.push(String::new());
    for sentence in sentences(calibration) {
        lines.extend(wrap(&sentence, MIN_WIDTH, 2));
    }
    lines.into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn wanted(calibration: &Calibration) -> impl Iterator<Item = u64> {
    let first = calibration.cells.first().map(|cell| cell.slow_downs.as_slice()).unwrap_or_default();
    first.iter().map(|slow_down| slow_down.wanted_ppm)
}

fn row(cell: &CalibratedCell) -> Vec<String> {
    let floor = cell.floor_ppm.map_or_else(String::new, |ppm| format!("±{}", percent(ppm as f64)));
    let mut row = vec![floor, word(&cell.equal).to_owned()];
    row.extend(cell.slow_downs.iter().map(|slow_down| match &slow_down.verdict {
        None => "none".to_owned(),
        Some(verdict) => word(verdict).to_owned(),
    }));
    row.push(format!("{:.1}", cell.equal_ms as f64 / 1000.0));
    row
}

/// One word for a column.
fn word(verdict: &CellVerdict) -> &'static str {
    match verdict.verdict {
        Verdict::Regressed => "slower",
        Verdict::Improved => "FASTER",
        Verdict::Unchanged => "same",
        Verdict::Undecided { .. } => "open",
        Verdict::NotMeasurable { .. } => "disturbed",
        _ => "failed",
    }
}

fn sentences(calibration: &Calibration) -> Vec<String> {
    let judged: Vec<&CalibratedCell> =
        calibration.cells.iter().filter(|cell| cell.equal.evidence.is_some()).collect();
    let took: f64 = judged.iter().map(|cell| cell.equal_ms as f64 / 1000.0).sum();
    let each = if judged.is_empty() { 0.0 } else { took / judged.len() as f64 };
    let same = judged.iter().filter(|cell| cell.equal.verdict == Verdict::Unchanged).count();
    let mut sentences = vec![format!(
        "Equal sides: {} false alarms in {} comparisons, {same} unchanged, {each:.1} s each.",
        false_alarms(calibration),
        judged.len()
    )];
    let asked: Vec<CriterionVerdict> =
        calibration.cells.iter().filter_map(|cell| cell.equal_by_criterion).collect();
    sentences.extend(criterion_sentence("Equal sides", &asked));
    for (number, wanted) in wanted(calibration).enumerate() {
        sentences.push(slow_down_sentence(calibration, number, wanted));
        let all = calibration.cells.iter().filter_map(|cell| cell.slow_downs.get(number)?.by_criterion);
        let what = format!("Slowed down by {}", percent(wanted as f64));
        sentences.extend(criterion_sentence(&what, &all.collect::<Vec<_>>()));
    }
    sentences
}

/// What criterion said, where it was asked.
fn criterion_sentence(what: &str, asked: &[CriterionVerdict]) -> Option<String> {
    let count = |kind| asked.iter().filter(|verdict| **verdict == kind).count();
    let quiet = count(CriterionVerdict::NoChange) + count(CriterionVerdict::WithinNoise);
    (!asked.is_empty()).then(|| {
        format!(
            "{what}, by criterion: {} of {} regressed, {} improved, {quiet} without a change.",
            count(CriterionVerdict::Regressed),
            asked.len(),
            count(CriterionVerdict::Improved),
        )
    })
}

fn slow_down_sentence(calibration: &Calibration, number: usize, wanted_ppm: u64) -> String {
    let all = calibration.cells.iter().filter_map(|cell| cell.slow_downs.get(number));
    let judged: Vec<(&SlowDown, &CellVerdict)> =
        all.filter_map(|slow_down| Some((slow_down, slow_down.verdict.as_ref()?))).collect();
    let count = |kind: fn(&Verdict) -> bool| judged.iter().filter(|(_, cell)| kind(&cell.verdict)).count();
    let effects = judged.iter().filter_map(|(slow_down, _)| slow_down.effect_ppm);
    let range = match (effects.clone().min(), effects.max()) {
        (Some(low), Some(high)) => {
            format!(" (really {} to {})", percent(low as f64), percent(high as f64))
        }
        _ => String::new(),
    };
    format!(
        "Slowed down by {}{range}: {} of {} found, {} open, {} called the same, {} called faster.",
        percent(wanted_ppm as f64),
        count(|verdict| *verdict == Verdict::Regressed),
        judged.len(),
        count(|verdict| matches!(verdict, Verdict::Undecided { .. })),
        count(|verdict| *verdict == Verdict::Unchanged),
        count(|verdict| *verdict == Verdict::Improved),
    )
}

fn is_change(cell: &CellVerdict) -> bool {
    matches!(cell.verdict, Verdict::Regressed | Verdict::Improved)
}

fn percent(ppm: f64) -> String {
    format!("{:.1}\u{a0}%", ppm / 10_000.0)
}
