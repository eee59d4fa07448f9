//! How far a comparison has come: the whole rule of when to judge, what to conclude, and what to believe.

use crate::looks::Looks;
use crate::verdict::{Change, Judgement, interval_of_change, judge};

/// How far a comparison has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It is open, and is judged again at that many pairs.
    NeedMore(usize),
    /// It was decided, and more pairs do not change that.
    Decided(Decision),
    /// It is open after its last look.
    Exhausted,
}

/// What decided a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The judgement; never [`Judgement::Open`].
    pub judgement: Judgement,
    /// The change over the pairs that were judged.
    pub change: Change,
    /// How many these were: the first ones.
    pub pairs: usize,
}

/// How far a comparison has come, from the log ratios of its pairs in the order of measuring.
///
/// It judges the first 8, the first 12 and so on, each time as if the rest were not there, and the first judgement
/// that is not open holds. So asking after every pair is no peeking, and whoever repeats a comparison from its record
/// finds the same. Values that are not finite are no pairs. `margin` is a fraction, such as 0.02.
pub fn state(log_ratios: &[f64], margin: f64, looks: &Looks) -> State {
    let pairs: Vec<f64> = log_ratios.iter().copied().filter(|value| value.is_finite()).collect();
    let decision = |at: &usize| {
        let change = interval_of_change(pairs.get(..*at)?, looks.level)?;
        let judgement = judge(change, margin);
        (judgement != Judgement::Open).then_some(Decision { judgement, change, pairs: *at })
    };
    match (looks.at.iter().find_map(decision), looks.next_after(pairs.len())) {
        (Some(decision), _) => State::Decided(decision),
        (None, Some(next)) => State::NeedMore(next),
        (None, None) => State::Exhausted,
    }
}

/// Whether a change that was found is to be reported: fresh pairs, judged by the same rule and on their own, agree.
///
/// Two independent alarms are as rare as the square of one. [`Judgement::Same`] and [`Judgement::Open`] are no
/// changes, so there is nothing to confirm.
pub fn confirmed(first: Judgement, second: Judgement) -> bool {
    matches!((first, second), (Judgement::Slower, Judgement::Slower) | (Judgement::Faster, Judgement::Faster))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Judgement::{Faster, Open, Same, Slower};
    use proptest::collection::vec;
    use proptest::prelude::*;

    const TWO: Looks = Looks { at: &[8, 12], alpha: 0.02, level: 0.99 };

    #[track_caller]
    fn check(log_ratios: &[f64], expected: Result<(Judgement, usize), Option<usize>>) {
        let found = match state(log_ratios, 0.02, &TWO) {
            State::Decided(decision) => Ok((decision.judgement, decision.pairs)),
            State::NeedMore(next) => Err(Some(next)),
            State::Exhausted => Err(None),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn states_by_hand() {
        check(&[], Err(Some(8)));
        check(&[0.1; 7], Err(Some(8)));
        check(&[0.1; 8], Ok((Slower, 8)));
        check(&[-0.1; 8], Ok((Faster, 8)));
        check(&[0.001; 8], Ok((Same, 8)));
        let open: Vec<f64> = [0.1, -0.1].repeat(10);
        check(&open[..8], Err(Some(12)));
        check(&open[..11], Err(Some(12)));
        check(&open[..12], Err(None));
        check(&open, Err(None));
    }

    #[test]
    fn pairs_between_the_looks_wait_for_the_next() {
        let late = [[-0.1].as_slice(), &[0.1; 10]].concat();
        check(&late[..9], Err(Some(12)));
        check(&late, Err(Some(12)));
        check(&[late.as_slice(), &[0.1]].concat(), Ok((Slower, 12)));
    }

    #[test]
    fn what_was_decided_stays() {
        check(&[[0.1; 8].as_slice(), &[-0.1; 30]].concat(), Ok((Slower, 8)));
    }

    #[test]
    fn what_is_no_number_is_no_pair() {
        check(&[[f64::NAN; 4].as_slice(), &[0.1; 7]].concat(), Err(Some(8)));
        check(&[[f64::NAN; 4].as_slice(), &[0.1; 8]].concat(), Ok((Slower, 8)));
    }

    #[test]
    fn only_a_change_that_repeats_is_confirmed() {
        for first in [Slower, Faster, Same, Open] {
            for second in [Slower, Faster, Same, Open] {
                assert_eq!(confirmed(first, second), first == second && matches!(first, Slower | Faster));
            }
        }
    }

    proptest! {
        #[test]
        fn asking_often_is_no_peeking(log_ratios in vec(-0.1..0.12_f64, 0..60)) {
            let last = state(&log_ratios, 0.02, &Looks::SCALAR);
            for pairs in 0..log_ratios.len() {
                let before = state(&log_ratios[..pairs], 0.02, &Looks::SCALAR);
                prop_assert!(matches!(before, State::NeedMore(_)) || before == last);
            }
        }
    }
}
