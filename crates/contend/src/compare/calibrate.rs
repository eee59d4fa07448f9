//! Does a comparison find what is there, and nothing else? Equal sides, and head slowed down by known amounts, through the
//! whole path: the same rounds, pairs and judgements.

use super::pair::{PairPlan, Which};
use super::rounds::{Bench, Subject, Task};
use contend_stats::order;

/// Slow-downs that are tried, as fractions.
///
/// Each is looked for under the cell's own margin, or under half of the slow-down where that is less: a change that is as
/// large as the margin is found as often as not, and one below it never.
pub(crate) const SLOW_DOWNS: &[f64] = &[0.02, 0.05, 0.10];

/// How near to the wanted slow-down the real one has to be, as a share of it.
const NEAR_ENOUGH: f64 = 0.15;

/// Tries to come near enough.
const MAX_TRIES: usize = 14;

/// Pairs behind each estimate of a slow-down. Its slices are interleaved, so few pairs do.
const PAIRS_PER_TRY: usize = 3;

/// Pairs behind the effect of the handicap that is taken.
const PAIRS_TO_BE_SURE: usize = 8;

/// Pairs of equal sides behind a noise floor.
///
/// Chosen here because from 12 normal pairs the floor may be half as large again, and twice as many take twice as long.
const FLOOR_PAIRS: usize = 24;

/// First guess: one work unit per step, in 65,536ths.
const FIRST_GUESS: f64 = 65_536.0;

/// A handicap and what it really does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Handicapped {
    /// In 65,536ths of a work unit per step.
    pub(crate) handicap: u64,
    /// The slow-down it makes, as a fraction.
    pub(crate) effect: f64,
}

/// Looks for the handicap that slows `task`'s cell down by `wanted`.
///
/// It is measured, not computed: a core hides part of the added work behind what it waits for anyway, and added work
/// outside a lock may even make contending threads faster. `None` where no handicap comes near.
pub(crate) fn find_handicap(
    task: &Task,
    wanted: f64,
    seed: u64,
    bench: &mut impl Bench,
) -> Option<Handicapped> {
    // Handicaps with too small and too large an effect, as far as they are known.
    let (mut low, mut high): (Option<Tried>, Option<Tried>) = (None, None);
    let mut guess = FIRST_GUESS;
    for _ in 0..MAX_TRIES {
        if bench.interrupted() {
            return None;
        }
        let handicap = guess as u64;
        let near = |effect: f64| (effect - wanted).abs() <= NEAR_ENOUGH * wanted;
        let task = Task { handicap, ..task.clone() };
        let mut effect = effect_of(&task, PAIRS_PER_TRY, seed, bench)?;
        if near(effect) {
            // Of several tries the one that looks right may be the one that was mismeasured: it is measured again.
            effect = effect_of(&task, PAIRS_TO_BE_SURE, seed, bench)?;
        }
        if near(effect) {
            return Some(Handicapped { handicap, effect });
        }
        let tried = Some(Tried { guess, miss: effect - wanted });
        if effect < wanted {
            low = tried;
        } else {
            high = tried;
        }
        guess = next_guess(low, high, wanted);
    }
    None
}

/// A handicap that was tried, and by how much its effect missed.
#[derive(Clone, Copy)]
struct Tried {
    guess: f64,
    miss: f64,
}

/// Between two handicaps on a straight line, but away from both ends; beyond the only one otherwise.
fn next_guess(low: Option<Tried>, high: Option<Tried>, wanted: f64) -> f64 {
    let guess = match (low, high) {
        (Some(low), Some(high)) => {
            let part = low.miss / (low.miss - high.miss);
            low.guess + (high.guess - low.guess) * part.clamp(0.1, 0.9)
        }
        // What does not show yet tells only that it has to be larger.
        (Some(low), None) => low.guess * (wanted / (low.miss + wanted).max(wanted / 16.0)).clamp(1.3, 16.0),
        (None, Some(high)) => high.guess * (wanted / (high.miss + wanted)).clamp(1.0 / 64.0, 0.8),
        (None, None) => FIRST_GUESS,
    };
    guess.clamp(1.0, 1e15)
}

fn effect_of(task: &Task, count: usize, seed: u64, bench: &mut impl Bench) -> Option<f64> {
    let task = Task { slices: 2 * task.slices, ..task.clone() };
    order::median(&pairs(&task, count, seed, bench)).map(f64::exp_m1)
}

/// Log ratios of so many pairs that no decision waits for. Disturbed ones are left out.
fn pairs(task: &Task, count: usize, seed: u64, bench: &mut impl Bench) -> Vec<f64> {
    let subject = Subject::new(task.clone());
    let pair = |number: usize| {
        let first = if number.is_multiple_of(2) { Which::Base } else { Which::Head };
        let (cell, handicap, slices) = (&task.cell, task.handicap, task.slices);
        let pair = bench.pair(&subject, &PairPlan { cell, seed, handicap, slices, share: None, first });
        Some(pair.ok()?.log_ratio)
    };
    (0..count).filter_map(pair).collect()
}

/// The cell's own noise floor, from the pairs of equal sides and as many more as it takes for a steady figure.
pub(crate) fn floor(equal: &Subject, seed: u64, bench: &mut impl Bench) -> Option<f64> {
    let mut log_ratios = equal.log_ratios();
    log_ratios.extend(pairs(&equal.task, FLOOR_PAIRS.saturating_sub(log_ratios.len()), seed, bench));
    equal.task.floor_of(&log_ratios)
}

/// The tasks of one cell: equal sides, then each slow-down that was found.
pub(crate) fn tasks(task: &Task, found: &[Option<Handicapped>]) -> Vec<Task> {
    let equal = Task { control: true, ..task.clone() };
    let slowed = SLOW_DOWNS.iter().zip(found).filter_map(|(slow_down, found)| {
        let handicap = found.as_ref()?.handicap;
        let half = slow_down / 2.0;
        let up_to = task.margin_up_to.filter(|_| task.margin <= half);
        Some(Task { handicap, margin: task.margin.min(half), margin_up_to: up_to, ..equal.clone() })
    });
    std::iter::once(equal.clone()).chain(slowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::pair::{Pair, PairFailure};
    use std::time::Duration;

    /// A cell in which a part of the added work does not show.
    struct Hiding {
        hidden: f64,
        pairs: usize,
    }

    impl Bench for Hiding {
        fn pair(&mut self, _: &Subject, plan: &PairPlan<'_>) -> Result<Pair, PairFailure> {
            self.pairs += 1;
            // A step of a hundred work units.
            let shown = (plan.handicap as f64 / 65_536.0 / 100.0 - self.hidden).max(0.0);
            let (log_ratio, base_ns) = (shown.ln_1p(), 10.0);
            Ok(Pair {
                log_ratio,
                base_ns,
                head_ns: base_ns * (1.0 + shown),
                base_first: true,
                share: 1,
                slices: 16,
                repeated: 0,
            })
        }

        fn elapsed(&mut self) -> Duration {
            Duration::ZERO
        }

        fn interrupted(&self) -> bool {
            false
        }

        fn progress(&mut self, _: &[Subject]) {}
    }

    #[track_caller]
    fn check(hidden: f64, wanted: f64) {
        let mut bench = Hiding { hidden, pairs: 0 };
        let task = Task { control: true, ..Task::made_up("x") };
        let found = find_handicap(&task, wanted, 1, &mut bench).expect("it can be found");
        assert!((found.effect - wanted).abs() <= NEAR_ENOUGH * wanted, "{found:?}");
        assert!((found.handicap as f64 / 6_553_600.0 - hidden - found.effect).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_effect_is_measured_not_computed() {
        check(0.0, 0.02);
        check(0.0, 0.10);
        check(0.03, 0.05);
        check(0.2, 0.02);
    }

    #[test]
    fn a_cell_that_never_slows_down_has_no_handicap() {
        let mut bench = Hiding { hidden: f64::INFINITY, pairs: 0 };
        assert_eq!(find_handicap(&Task::made_up("x"), 0.05, 1, &mut bench), None);
        assert_eq!(bench.pairs, MAX_TRIES * PAIRS_PER_TRY);
    }

    #[test]
    fn each_slow_down_that_was_found_is_a_task_and_so_are_equal_sides() {
        let task = Task { margin: 0.05, ..Task::made_up("x") };
        let five = Some(Handicapped { handicap: 7, effect: 0.05 });
        let tasks = tasks(&task, &[Some(Handicapped { handicap: 3, effect: 0.02 }), five, None]);
        let kinds: Vec<(u64, f64, bool)> =
            tasks.iter().map(|task| (task.handicap, task.margin, task.control)).collect();
        assert_eq!(kinds, [(0, 0.05, true), (3, 0.01, true), (7, 0.025, true)]);
    }
}
