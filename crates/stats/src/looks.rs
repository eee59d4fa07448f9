//! When a comparison may be judged, and how strictly, so that judging it more than once is no way to an alarm.
//!
//! Each judgement of growing data is another chance for noise to look like a change. Judging at 0.95 after every pair
//! up to the 40th finds a difference between equals in about 15 of 100 comparisons instead of 5. So there are few
//! looks, fixed before measuring, which share what may go wrong. Stopping at any of them, for any reason, is then
//! allowed; judging between them is not, and [`sequence`](crate::sequence) does not do it.

/// Probability that any interval of a comparison misses the true median, over all looks.
pub const ALPHA: f64 = 0.05;

/// The numbers of pairs at which a comparison is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Looks {
    /// Pairs at each look, rising.
    pub at: &'static [usize],
    /// Most that the probabilities of all intervals to miss add up to, in (0, 1).
    pub alpha: f64,
    /// Level of each interval, in (0, 1).
    ///
    /// Intervals of order statistics cover a bit more than they are asked to, because there is none between two of them. So a
    /// level that by itself would allow for fewer looks can keep `alpha`; whether it does is a sum of binomial probabilities.
    pub level: f64,
}

/// Level of the intervals: an interval from 8 pairs has 99.22 %, which is the most it can have.
const LEVEL: f64 = 1.0 - ALPHA / 6.0;

impl Looks {
    /// Cells of one thread, or of threads that do not contend.
    ///
    /// Chosen here because 8 is the fewest whose interval reaches the level, and because half as many pairs again
    /// narrow an interval by a fifth: looks at smaller steps would cost more than they find. The last serves cells whose
    /// pairs scatter as widely as the margin: what misses it by a hair at 60 pairs is decided at 90.
    pub const SCALAR: Self = Self { at: &[8, 12, 18, 28, 40, 60, 90], alpha: ALPHA, level: LEVEL };

    /// Cells whose threads contend: their pairs scatter up to 30 times as widely, so that the first look is later.
    pub const CONTENDED: Self = Self { at: &[12, 18, 28, 40, 60, 90, 130], alpha: ALPHA, level: LEVEL };

    /// Pairs at the first look after that many; `None` after the last.
    pub fn next_after(&self, pairs: usize) -> Option<usize> {
        self.at.iter().copied().find(|at| *at > pairs)
    }

    /// Whether a comparison is judged at that many pairs.
    pub fn is_look(&self, pairs: usize) -> bool {
        self.at.contains(&pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order;

    #[track_caller]
    fn check(looks: Looks, pairs: usize, is_look: bool, next: Option<usize>) {
        assert_eq!(looks.is_look(pairs), is_look);
        assert_eq!(looks.next_after(pairs), next);
    }

    #[test]
    fn looks_come_in_turn() {
        check(Looks::SCALAR, 0, false, Some(8));
        check(Looks::SCALAR, 7, false, Some(8));
        check(Looks::SCALAR, 8, true, Some(12));
        check(Looks::SCALAR, 9, false, Some(12));
        check(Looks::SCALAR, 40, true, Some(60));
        check(Looks::SCALAR, 60, true, Some(90));
        check(Looks::SCALAR, 90, true, None);
        check(Looks::CONTENDED, 40, true, Some(60));
        check(Looks::CONTENDED, 1000, false, None);
        check(Looks { at: &[], alpha: 0.05, level: 0.95 }, 0, false, None);
    }

    /// Source: Bonferroni's inequality, which holds however the looks depend on each other.
    #[test]
    fn all_looks_together_miss_no_more_often_than_they_may() {
        for looks in [Looks::SCALAR, Looks::CONTENDED] {
            let missed = |pairs: &usize| {
                let (_, coverage) =
                    order::interval_rank(*pairs, looks.level).expect("a look has an interval");
                1.0 - coverage
            };
            let all: f64 = looks.at.iter().map(missed).sum();
            assert!(all <= looks.alpha, "{looks:?}: {all}");
        }
    }

    #[test]
    fn looks_rise_and_begin_where_there_is_an_interval() {
        for (looks, first) in [(Looks::SCALAR, 8), (Looks::CONTENDED, 12)] {
            assert!(looks.at.is_sorted_by(|left, right| left < right));
            let has_interval = |at: &&usize| order::interval_rank(**at, looks.level).is_some();
            assert_eq!(looks.at.iter().find(has_interval), Some(&first));
        }
    }
}
