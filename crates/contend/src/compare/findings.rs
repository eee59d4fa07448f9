//! From what was measured to what is said: verdicts with their evidence, and what they come to.

use super::pair::Pair;
use super::rounds::{End, Subject};
use contend_protocol::comparison::{
    CellVerdict, ChangeInterval, Conclusion, Doubt, Evidence, Modes, Verdict,
};
use contend_protocol::exit;
use contend_stats::p_values::{benjamini_hochberg, sign_test};
use contend_stats::verdict::{Change, Judgement, interval_of_change};
use contend_stats::{modes, order};

const PPM: f64 = 1e6;

/// Verdicts of the subjects, in their order.
pub(crate) fn verdicts(subjects: &[&Subject]) -> Vec<CellVerdict> {
    let p_values: Vec<f64> = subjects.iter().map(|subject| p_value(subject)).collect();
    let adjusted = benjamini_hochberg(&p_values);
    subjects.iter().zip(adjusted).map(|(subject, p)| verdict(subject, p)).collect()
}

/// What the verdicts come to. `controls` are those of base against itself.
pub(crate) fn conclude(
    cells: &[CellVerdict],
    controls: &[CellVerdict],
    strict: bool,
    interrupted: bool,
) -> Conclusion {
    let any = |found: fn(&Verdict) -> bool| cells.iter().any(|cell| found(&cell.verdict));
    let alarm = |verdict: &Verdict| matches!(verdict, Verdict::Regressed | Verdict::Improved);
    let unfit = controls.iter().any(|control| alarm(&control.verdict));
    let measured = cells.iter().filter(|cell| cell.evidence.is_some()).count();
    let disturbed = any(|verdict| matches!(verdict, Verdict::NotMeasurable { .. }));
    let apart = |cell: &CellVerdict| {
        matches!(cell.verdict, Verdict::Added | Verdict::Removed | Verdict::NotComparable { .. })
    };
    let exit_code = if !cells.is_empty() && cells.iter().all(apart) {
        exit::NO_BASELINE
    } else if any(|verdict| matches!(verdict, Verdict::WrongResult { .. })) {
        exit::WRONG_RESULT
    } else if unfit || (disturbed && measured == 0) {
        exit::UNFIT
    } else if any(|verdict| *verdict == Verdict::Regressed) {
        exit::REGRESSION
    } else if interrupted {
        exit::INTERRUPTED
    } else if strict
        && any(|verdict| matches!(verdict, Verdict::Undecided { .. } | Verdict::NotMeasurable { .. }))
    {
        exit::UNDECIDED
    } else {
        exit::OK
    };
    Conclusion { exit_code, interrupted, unfit }
}

fn p_value(subject: &Subject) -> f64 {
    let all: Vec<f64> =
        subject.pairs.iter().chain(&subject.confirmation).map(|pair| pair.log_ratio).collect();
    // A cell without a pair is no test; it does not count.
    sign_test(&all).unwrap_or(f64::NAN)
}

fn verdict(subject: &Subject, adjusted_p: f64) -> CellVerdict {
    let undecided = |reason| {
        let more = subject.pairs_left().filter(|_| reason != Doubt::Unconfirmed);
        let needed = more.map(|more| count(subject.current().len() + more));
        Verdict::Undecided { reason, pairs_needed: needed }
    };
    let verdict = match &subject.end {
        None => undecided(Doubt::Budget),
        Some(End::Exhausted) => undecided(Doubt::Looks),
        Some(End::Unconfirmed) => undecided(Doubt::Unconfirmed),
        Some(End::Judged(Judgement::Slower)) => Verdict::Regressed,
        Some(End::Judged(Judgement::Faster)) => Verdict::Improved,
        Some(End::Judged(Judgement::Same)) => Verdict::Unchanged,
        Some(End::Judged(Judgement::Open)) => undecided(Doubt::Looks),
        Some(End::NotMeasurable(reason)) => Verdict::NotMeasurable { reason: reason.clone() },
        Some(End::Wrong(which, fault)) => {
            Verdict::WrongResult { side: which.name().to_owned(), fault: fault.clone() }
        }
    };
    let evidence = match verdict {
        Verdict::NotMeasurable { .. } | Verdict::WrongResult { .. } => None,
        _ => evidence(subject, adjusted_p),
    };
    CellVerdict { cell: subject.task.cell.clone(), verdict, evidence }
}

fn evidence(subject: &Subject, adjusted_p: f64) -> Option<Evidence> {
    let task = &subject.task;
    let log_ratios = |pairs: &[Pair]| pairs.iter().map(|pair| pair.log_ratio).collect::<Vec<f64>>();
    let interval_of = |pairs: &[Pair]| interval_of_change(&log_ratios(pairs), task.looks.level);
    // The fresh pairs are those that nobody chose for being odd; without enough of them, the others.
    let confirmed = interval_of(&subject.confirmation);
    let decisive = if confirmed.is_some() { &subject.confirmation } else { &subject.pairs };
    let log_ratios = log_ratios(decisive);
    let change = confirmed.or_else(|| interval_of(&subject.pairs));
    let median =
        change.map_or_else(|| order::median(&log_ratios).map(f64::exp_m1), |change| Some(change.median));
    let level = |time: fn(&Pair) -> f64| decisive.iter().map(time).collect::<Vec<f64>>();
    let (base, head) = (level(|pair| pair.base_ns), level(|pair| pair.head_ns));
    Some(Evidence {
        base_ps: ps(order::median(&base)?),
        head_ps: ps(order::median(&head)?),
        change_ppm: ppm(median?),
        interval: change.map(interval),
        margin_ppm: ppm(task.margin).unsigned_abs(),
        margin_from: task.margin_from,
        pairs: count(subject.pairs.len()),
        confirmation_pairs: count(subject.confirmation.len()),
        repeated_slices: subject.repeated_slices,
        repeated_pairs: subject.repeated_pairs,
        adjusted_p_ppm: if adjusted_p.is_nan() { 1_000_000 } else { (adjusted_p * PPM).round() as u32 },
        base_modes: two_speeds(&base),
        head_modes: two_speeds(&head),
    })
}

fn interval(change: Change) -> ChangeInterval {
    ChangeInterval {
        low_ppm: ppm(change.low),
        high_ppm: ppm(change.high),
        coverage_ppm: (change.coverage * PPM).round() as u32,
    }
}

fn two_speeds(times_ns: &[f64]) -> Option<Modes> {
    let logs: Vec<f64> = times_ns.iter().map(|time| time.ln()).collect();
    let found = modes::two_modes(&logs)?;
    Some(Modes {
        fast_ps: ps(found.low.exp()),
        slow_ps: ps(found.high.exp()),
        fast_permille: (found.share_low * 1000.0).round() as u32,
    })
}

/// Nanoseconds in picoseconds.
pub(crate) fn ps(ns: f64) -> u64 {
    (ns * 1000.0).round() as u64
}

/// A fraction in parts per million.
pub(crate) fn ppm(fraction: f64) -> i64 {
    (fraction * PPM).round() as i64
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::sample::Fault;

    fn cells(verdicts: &[Verdict]) -> Vec<CellVerdict> {
        let cell = |verdict: &Verdict| CellVerdict {
            cell: "s/w/c/1".parse().expect("an id"),
            verdict: verdict.clone(),
            evidence: None,
        };
        verdicts.iter().map(cell).collect()
    }

    #[track_caller]
    fn check(verdicts: &[Verdict], controls: &[Verdict], strict: bool, expected: u8) {
        let conclusion = conclude(&cells(verdicts), &cells(controls), strict, false);
        assert_eq!(conclusion.exit_code, expected, "{verdicts:?}");
    }

    #[test]
    fn the_worst_finding_decides() {
        let undecided = || Verdict::Undecided { reason: Doubt::Looks, pairs_needed: None };
        let not_comparable = || Verdict::NotComparable { reason: "another definition".to_owned() };
        let wrong = || Verdict::WrongResult { side: "head".to_owned(), fault: Fault::Hung { bound_s: 30 } };
        let same = Verdict::Unchanged;
        check(&[same.clone(), Verdict::Added, Verdict::Removed], &[], false, exit::OK);
        check(&[same.clone(), undecided()], &[], false, exit::OK);
        check(&[same.clone(), undecided()], &[], true, exit::UNDECIDED);
        check(&[undecided(), Verdict::Regressed], std::slice::from_ref(&same), true, exit::REGRESSION);
        check(&[Verdict::Regressed], &[Verdict::Improved], false, exit::UNFIT);
        check(&[Verdict::Regressed, wrong()], &[Verdict::Improved], false, exit::WRONG_RESULT);
        check(&[Verdict::NotMeasurable { reason: "a hog".to_owned() }], &[], false, exit::UNFIT);
        check(&[Verdict::Added, Verdict::Removed, not_comparable()], &[], false, exit::NO_BASELINE);
        check(&[], &[], false, exit::OK);
    }
}
