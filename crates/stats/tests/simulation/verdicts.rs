//! The whole rule of comparing, with its confirmation, on comparisons whose truth is known.

use crate::draws::{Pairs, count};
use contend_stats::looks::Looks;
use contend_stats::sequence::{State, confirmed, state};
use contend_stats::verdict::Judgement;
use fastrand::Rng;

const MARGIN: f64 = 0.02;

/// Measures up to the last look, or until it is decided, as a comparer does.
fn compare(rng: &mut Rng, pairs: Pairs, effect: f64, looks: &Looks) -> Judgement {
    let mut log_ratios = Vec::new();
    loop {
        match state(&log_ratios, MARGIN, looks) {
            State::NeedMore(next) => log_ratios.extend(pairs.draw(rng, next - log_ratios.len(), effect)),
            State::Decided(decision) => return decision.judgement,
            State::Exhausted => return Judgement::Open,
        }
    }
}

/// What a comparison finds first, and what is reported in the end: a change only if fresh pairs agree.
fn found_and_reported(rng: &mut Rng, pairs: Pairs, effect: f64, looks: &Looks) -> (Judgement, Judgement) {
    let found = compare(rng, pairs, effect, looks);
    if !is_change(found) {
        return (found, found);
    }
    let again = compare(rng, pairs, effect, looks);
    (found, if confirmed(found, again) { found } else { Judgement::Open })
}

fn is_change(judgement: Judgement) -> bool {
    matches!(judgement, Judgement::Slower | Judgement::Faster)
}

/// How many of so many comparisons report `judgement`.
fn reporting(judgement: Judgement, trials: usize, pairs: Pairs, effect: f64) -> usize {
    let mut rng = Rng::with_seed(7);
    count(trials, || found_and_reported(&mut rng, pairs, effect, &Looks::SCALAR).1 == judgement)
}

#[track_caller]
fn check_equals(trials: usize, pairs: Pairs, looks: &Looks) {
    let mut rng = Rng::with_seed(42);
    let (found, reported): (Vec<_>, Vec<_>) =
        (0..trials).map(|_| found_and_reported(&mut rng, pairs, 0.0, looks)).unzip();
    let alarms =
        |judgements: &[Judgement]| judgements.iter().filter(|judgement| is_change(**judgement)).count();
    let promised = (looks.alpha * trials as f64) as usize;
    assert!(alarms(&found) <= promised, "{pairs:?}: {} of {trials} before confirmation", alarms(&found));
    assert!(alarms(&reported) * 1000 <= trials, "{pairs:?}: {} of {trials} after it", alarms(&reported));
}

#[test]
fn equals_give_no_alarm() {
    check_equals(5000, Pairs::Normal(0.01), &Looks::SCALAR);
    check_equals(5000, Pairs::Normal(0.03), &Looks::SCALAR);
    check_equals(2000, Pairs::HeavyTailed(0.03), &Looks::SCALAR);
    check_equals(2000, Pairs::Drifting, &Looks::SCALAR);
    check_equals(1000, Pairs::Normal(0.3), &Looks::CONTENDED);
}

#[test]
fn steady_equals_are_the_same() {
    let same = reporting(Judgement::Same, 2000, Pairs::Normal(0.01), 0.0);
    assert!(same >= 1980, "{same} of 2000");
}

#[test]
fn a_change_of_five_percent_is_always_found() {
    for (pairs, trials) in
        [(Pairs::Normal(0.01), 5000), (Pairs::HeavyTailed(0.006), 2000), (Pairs::Drifting, 1000)]
    {
        assert_eq!(reporting(Judgement::Slower, trials, pairs, 0.05), trials, "{pairs:?}");
        assert_eq!(reporting(Judgement::Faster, trials, pairs, -0.05), trials, "{pairs:?}");
    }
}

#[test]
fn no_change_is_called_the_opposite() {
    let noisy = [(Pairs::Normal(0.03), 0.05), (Pairs::Normal(0.03), 0.02), (Pairs::HeavyTailed(0.05), 0.05)];
    for (pairs, effect) in noisy {
        assert_eq!(reporting(Judgement::Faster, 1000, pairs, effect), 0, "{pairs:?} {effect}");
        assert_eq!(reporting(Judgement::Slower, 1000, pairs, -effect), 0, "{pairs:?} {effect}");
    }
}
