//! Contenders that were measured in the same launches, beside the best of them.
//!
//! Two launches differ by more than the slices of one tell: memory lies elsewhere, minutes are others. Within a launch the
//! contenders took turns, so what all of them met cancels in the ratio of two, and the launch is what is repeated. It says more
//! than two intervals beside each other, which [`crate::ratio`] compares where there is one launch only.

use crate::order::{self, Interval};
use crate::ratio::{Evidence, Standing};
use std::collections::BTreeMap;

/// A contender's figure in each launch that has one; less is better.
pub type Launches = BTreeMap<u32, f64>;

/// Confidence of the interval of a ratio.
///
/// Chosen here because it is what readers take an interval without a number for; six launches are the fewest that have one.
pub const CONFIDENCE: f64 = 0.95;

/// Where a contender stands among those of its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Rank, from 1; contenders that cannot be told apart from the first of their group share its rank.
    pub rank: usize,
    /// Others share the rank.
    pub shared: bool,
    /// It has the smallest median of all.
    pub is_best: bool,
    /// Median over the launches.
    pub median: f64,
    /// Median, over the launches that both have, of the ratio to the one with the smallest median.
    pub ratio: f64,
    /// Exact interval of that ratio; `None` with too few launches in common, and for the first one itself.
    pub interval: Option<Interval>,
}

impl Place {
    /// The same in the words of [`crate::ratio`].
    pub fn standing(&self) -> Standing {
        let evidence = match (self.rank, self.shared) {
            (1, false) => Evidence::Best,
            // It shares the place only because nothing can be said.
            (1, true) if self.interval.is_none() && !self.is_best => Evidence::Unknown,
            (1, true) => Evidence::Tied,
            _ => Evidence::Slower,
        };
        Standing { ratio: self.ratio, evidence }
    }
}

/// Ranks the entries. A difference counts where the whole interval of a ratio lies above 1 + `margin`. The results stand in the
/// order of the entries; one without a positive number has none.
///
/// The first group is led by the entry of the smallest median, and has all that cannot be told from it; the next one is led by
/// the smallest of the rest. Where launches are too few for an interval nothing is told apart.
pub fn places(entries: &[Launches], margin: f64) -> Vec<Option<Place>> {
    let medians: Vec<Option<f64>> = entries.iter().map(median).collect();
    let mut order: Vec<usize> = (0..entries.len()).filter(|index| medians[*index].is_some()).collect();
    order.sort_by(|left, right| medians[*left].unwrap_or(0.0).total_cmp(&medians[*right].unwrap_or(0.0)));
    let mut places: Vec<Option<Place>> = vec![None; entries.len()];
    let Some(&best) = order.first() else { return places };
    let mut rank = 1;
    while let Some(&leader) = order.first() {
        let (group, rest): (Vec<usize>, Vec<usize>) = order
            .into_iter()
            .partition(|index| *index == leader || !is_slower(&entries[leader], &entries[*index], margin));
        for &index in &group {
            let ratios = ratios(&entries[best], &entries[index]);
            let alone = index == best;
            places[index] = medians[index].map(|median| Place {
                rank,
                shared: group.len() > 1,
                is_best: alone,
                median,
                ratio: if alone { 1.0 } else { order::median(&ratios).unwrap_or(f64::NAN) },
                interval: if alone { None } else { order::median_interval(&ratios, CONFIDENCE) },
            });
        }
        rank += group.len();
        order = rest;
    }
    places
}

fn median(launches: &Launches) -> Option<f64> {
    let usable: Vec<f64> =
        launches.values().copied().filter(|value| value.is_finite() && *value > 0.0).collect();
    order::median(&usable)
}

/// `other` over `leader`, in each launch that both have.
fn ratios(leader: &Launches, other: &Launches) -> Vec<f64> {
    let ratio = |(launch, value): (&u32, &f64)| leader.get(launch).map(|leader| value / leader);
    other.iter().filter_map(ratio).filter(|ratio| ratio.is_finite() && *ratio > 0.0).collect()
}

fn is_slower(leader: &Launches, other: &Launches, margin: f64) -> bool {
    order::median_interval(&ratios(leader, other), CONFIDENCE)
        .is_some_and(|interval| interval.low > 1.0 + margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same figure in six launches, each of which is slower than the one before by a tenth.
    fn drifting(figure: f64) -> Launches {
        (0..6_u32).map(|launch| (launch, figure * 1.1_f64.powi(launch.cast_signed()))).collect()
    }

    fn scattered(figures: [f64; 6]) -> Launches {
        (0..6).zip(figures).collect()
    }

    #[track_caller]
    fn check(entries: &[Launches], expected: &[Option<(usize, bool)>]) {
        let places = places(entries, 0.02);
        let got: Vec<_> = places.iter().map(|place| place.map(|place| (place.rank, place.shared))).collect();
        assert_eq!(got, expected, "{places:?}");
    }

    #[test]
    fn what_all_meet_cancels() {
        // Launches differ by 60 %, the contenders by 5 %, and each launch says so.
        check(&[drifting(105.0), drifting(100.0)], &[Some((2, false)), Some((1, false))]);
    }

    #[test]
    fn what_cannot_be_told_apart_shares_a_rank() {
        check(&[drifting(100.0), drifting(101.0)], &[Some((1, true)), Some((1, true))]);
        let noisy = scattered([90.0, 120.0, 100.0, 130.0, 95.0, 110.0]);
        check(&[scattered([100.0; 6]), noisy], &[Some((1, true)), Some((1, true))]);
    }

    #[test]
    fn ranks_count_those_before() {
        let entries = [drifting(300.0), drifting(100.0), drifting(101.0), drifting(200.0), drifting(201.0)];
        let expected = [(5, false), (1, true), (1, true), (3, true), (3, true)];
        check(&entries, &expected.map(Some));
    }

    #[test]
    fn few_launches_tell_nothing_apart() {
        let few = |figure: f64| (0..5).map(|launch| (launch, figure)).collect::<Launches>();
        check(&[few(100.0), few(900.0)], &[Some((1, true)), Some((1, true))]);
        let apart: Launches = (10..16).map(|launch| (launch, 900.0)).collect();
        check(&[drifting(100.0), apart], &[Some((1, true)), Some((1, true))]);
    }

    #[test]
    fn what_is_no_number_has_no_place() {
        let odd = scattered([f64::NAN, 0.0, -1.0, f64::INFINITY, 0.0, 0.0]);
        check(&[], &[]);
        check(std::slice::from_ref(&odd), &[None]);
        check(&[odd, drifting(1.0)], &[None, Some((1, false))]);
    }

    #[test]
    fn standings_say_the_same() {
        let evidence = |entries: &[Launches]| -> Vec<Option<Evidence>> {
            places(entries, 0.02).iter().map(|place| place.map(|place| place.standing().evidence)).collect()
        };
        let slower = [drifting(100.0), drifting(200.0)];
        assert_eq!(evidence(&slower), [Some(Evidence::Best), Some(Evidence::Slower)]);
        let alike = [drifting(100.0), drifting(101.0), drifting(300.0), drifting(301.0)];
        use Evidence::{Slower, Tied, Unknown};
        assert_eq!(evidence(&alike), [Some(Tied), Some(Tied), Some(Slower), Some(Slower)]);
        let few: Launches = (0..5).map(|launch| (launch, 900.0)).collect();
        assert_eq!(evidence(&[drifting(100.0), few]), [Some(Tied), Some(Unknown)]);
    }

    #[test]
    fn ratios_are_to_the_best_of_all() {
        let found = places(&[drifting(100.0), drifting(200.0), drifting(400.0)], 0.02);
        let ratios: Vec<f64> = found.iter().flatten().map(|place| place.ratio).collect();
        assert!(ratios.iter().zip([1.0, 2.0, 4.0]).all(|(found, expected)| (found - expected).abs() < 1e-9));
        let interval = found[2].and_then(|place| place.interval).expect("six launches have one");
        assert!((interval.low - 4.0).abs() < 1e-9 && (interval.high - 4.0).abs() < 1e-9);
    }
}
