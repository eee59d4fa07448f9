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
/// Chosen here because it is what readers take an interval without a number for.
pub const CONFIDENCE: f64 = 0.95;

/// Fewest launches whose ratios have an exact interval at [`CONFIDENCE`].
///
/// Source: 1 - 2 / 2^6 is 0.969, and 1 - 2 / 2^5 is 0.9375.
pub const FEWEST_LAUNCHES: usize = 6;

/// Where a contender stands among those of its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Rank, from 1; contenders that cannot be told apart from the first of their group share its rank. `None` with fewer than
    /// [`FEWEST_LAUNCHES`] in common with the best one.
    pub rank: Option<usize>,
    /// Others share the rank.
    pub shared: bool,
    /// What can be said about the difference to the best one.
    pub evidence: Evidence,
    /// Median over the launches.
    pub median: f64,
    /// Median, over the launches that both have, of the ratio to the best one; without any, the ratio of the two medians. The best one
    /// has the smallest median of those with a rank, or of all where none has.
    pub ratio: f64,
    /// Exact interval of that ratio; `None` with too few launches in common, and for the best one itself.
    pub interval: Option<Interval>,
}

impl Place {
    /// The same in the words of [`crate::ratio`].
    pub fn standing(&self) -> Standing {
        Standing { ratio: self.ratio, evidence: self.evidence }
    }
}

/// Ranks the entries. A difference counts where the whole interval of a ratio lies above 1 + `margin`. The results stand in the
/// order of the entries; one without a positive number has none.
///
/// The first group is led by the entry of the smallest median, and has all that cannot be told from it; the next one is led by
/// the smallest of the rest. Only an entry may lead that has enough launches in common with another, and only those are ranked that
/// have enough in common with the first: a contender that missed a launch has no rank, and changes nobody's. Where it comes as near to a
/// lone first one as the margin, nothing is known of that one either.
pub fn places(entries: &[Launches], margin: f64) -> Vec<Option<Place>> {
    let medians: Vec<Option<f64>> = entries.iter().map(median).collect();
    let mut order: Vec<usize> = (0..entries.len()).filter(|index| medians[*index].is_some()).collect();
    order.sort_by(|left, right| medians[*left].unwrap_or(0.0).total_cmp(&medians[*right].unwrap_or(0.0)));
    let best = order.iter().copied().find(|index| may_lead(*index, &order, entries));
    let Some(beside) = best.or(order.first().copied()) else { return vec![None; entries.len()] };
    let enough = |index: &usize| common(&entries[beside], &entries[*index]) >= FEWEST_LAUNCHES;
    let ranked = order.iter().copied().filter(|index| best.is_some() && enough(index)).collect();
    let ranks = ranks(entries, ranked, margin);
    let place = |index: usize| {
        let (median, of_best) = (medians[index]?, medians[beside]?);
        let ratios = ratios(&entries[beside], &entries[index]);
        let (rank, shared) = ranks.get(&index).map_or((None, false), |(rank, shared)| (Some(*rank), *shared));
        Some(Place {
            rank,
            shared,
            evidence: evidence(rank, shared),
            median,
            ratio: order::median(&ratios).unwrap_or(median / of_best),
            interval: if index == beside { None } else { order::median_interval(&ratios, CONFIDENCE) },
        })
    };
    let mut places: Vec<Option<Place>> = (0..entries.len()).map(place).collect();
    doubt(&mut places, margin);
    places
}

/// Whether enough launches are in common with another of `all`, or there is no other.
fn may_lead(index: usize, all: &[usize], entries: &[Launches]) -> bool {
    let mut others = all.iter().filter(|other| **other != index || all.len() == 1);
    others.any(|other| common(&entries[index], &entries[*other]) >= FEWEST_LAUNCHES)
}

/// The rank of each of `order`, which stand by their medians, and whether others share it.
fn ranks(entries: &[Launches], mut order: Vec<usize>, margin: f64) -> BTreeMap<usize, (usize, bool)> {
    let mut ranks = BTreeMap::new();
    while let Some(&leader) = order.first() {
        let rank = ranks.len() + 1;
        let (group, rest): (Vec<usize>, Vec<usize>) = order
            .into_iter()
            .partition(|index| *index == leader || !is_slower(&entries[leader], &entries[*index], margin));
        ranks.extend(group.iter().map(|index| (*index, (rank, group.len() > 1))));
        order = rest;
    }
    ranks
}

fn evidence(rank: Option<usize>, shared: bool) -> Evidence {
    match (rank, shared) {
        (None, _) => Evidence::Unknown,
        (Some(1), false) => Evidence::Best,
        (Some(1), true) => Evidence::Tied,
        (Some(_), _) => Evidence::Slower,
    }
}

/// Nobody is first alone where one of which too little is known comes as near.
fn doubt(places: &mut [Option<Place>], margin: f64) {
    let is_near = |place: &Place| place.rank.is_none() && place.ratio <= 1.0 + margin;
    if !places.iter().flatten().any(is_near) {
        return;
    }
    for place in places.iter_mut().flatten().filter(|place| place.evidence == Evidence::Best) {
        place.evidence = Evidence::Unknown;
    }
}

/// Whether it can be compared and divided by.
fn usable(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn median(launches: &Launches) -> Option<f64> {
    let usable: Vec<f64> = launches.values().copied().filter(|value| usable(*value)).collect();
    order::median(&usable)
}

/// `other` over `leader`, in each launch that both have.
fn ratios(leader: &Launches, other: &Launches) -> Vec<f64> {
    let pair = |(launch, value): (&u32, &f64)| Some((*leader.get(launch)?, *value));
    let pairs = other.iter().filter_map(pair).filter(|(leader, other)| usable(*leader) && usable(*other));
    pairs.map(|(leader, other)| other / leader).filter(|ratio| usable(*ratio)).collect()
}

/// How many launches both have.
fn common(one: &Launches, other: &Launches) -> usize {
    ratios(one, other).len()
}

fn is_slower(leader: &Launches, other: &Launches, margin: f64) -> bool {
    order::median_interval(&ratios(leader, other), CONFIDENCE)
        .is_some_and(|interval| interval.low > 1.0 + margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Evidence::{Best, Slower, Tied, Unknown};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    /// The same figure in so many launches, each of which is slower than the one before by a tenth.
    fn so_often(launches: std::ops::Range<u32>, figure: f64) -> Launches {
        launches.map(|launch| (launch, figure * 1.1_f64.powi(launch.cast_signed()))).collect()
    }

    fn drifting(figure: f64) -> Launches {
        so_often(0..6, figure)
    }

    /// One that missed the third launch.
    fn disturbed(figure: f64) -> Launches {
        drifting(figure).into_iter().filter(|(launch, _)| *launch != 2).collect()
    }

    fn scattered(figures: [f64; 6]) -> Launches {
        (0..6).zip(figures).collect()
    }

    /// The rank as it is printed.
    fn said(place: Option<Place>) -> String {
        match place.map(|place| (place.rank, place.shared)) {
            None => "-".to_owned(),
            Some((None, _)) => "?".to_owned(),
            Some((Some(rank), shared)) => format!("{rank}{}", if shared { "=" } else { "" }),
        }
    }

    #[track_caller]
    fn check(entries: &[Launches], expected: &[&str]) {
        let places = places(entries, 0.02);
        let got: Vec<String> = places.iter().map(|place| said(*place)).collect();
        assert_eq!(got, expected, "{places:?}");
        for place in places.iter().flatten() {
            assert!(place.ratio.is_finite() && place.ratio > 0.0, "{places:?}");
            assert!(place.rank.is_some() || place.evidence == Unknown, "{places:?}");
        }
    }

    #[track_caller]
    fn check_evidence(entries: &[Launches], expected: &[Evidence]) {
        let places = places(entries, 0.02);
        let got: Vec<Evidence> = places.iter().flatten().map(|place| place.standing().evidence).collect();
        assert_eq!(got, expected, "{places:?}");
    }

    #[test]
    fn what_all_meet_cancels() {
        // Launches differ by 60 %, the contenders by 5 %, and each launch says so.
        check(&[drifting(105.0), drifting(100.0)], &["2", "1"]);
    }

    #[test]
    fn what_cannot_be_told_apart_shares_a_rank() {
        check(&[drifting(100.0), drifting(101.0)], &["1=", "1="]);
        let noisy = scattered([90.0, 120.0, 100.0, 130.0, 95.0, 110.0]);
        check(&[scattered([100.0; 6]), noisy], &["1=", "1="]);
    }

    #[test]
    fn ranks_count_those_before() {
        let entries = [drifting(300.0), drifting(100.0), drifting(101.0), drifting(200.0), drifting(201.0)];
        check(&entries, &["5", "1=", "1=", "3=", "3="]);
    }

    #[test]
    fn so_many_launches_have_an_interval_and_one_less_has_none() {
        let has = |count: usize| order::median_interval(&vec![1.0; count], CONFIDENCE).is_some();
        assert_eq!([FEWEST_LAUNCHES - 1, FEWEST_LAUNCHES].map(has), [false, true]);
    }

    #[test]
    fn few_launches_tell_nothing_apart() {
        let few = |figure: f64| so_often(0..5, figure);
        check(&[few(100.0), few(900.0)], &["?", "?"]);
        check(&[few(100.0)], &["?"]);
        check(&[drifting(100.0)], &["1"]);
        check(&[drifting(100.0), few(900.0)], &["?", "?"]);
        let apart = so_often(10..16, 900.0);
        check(&[drifting(100.0), apart], &["?", "?"]);
        check_evidence(&[few(100.0), few(900.0)], &[Unknown, Unknown]);
    }

    #[test]
    fn one_disturbed_launch_takes_the_rank_of_that_contender_only() {
        let [first, second, third] = [100.0, 101.0, 300.0].map(drifting);
        check(&[first.clone(), second, third.clone(), disturbed(1000.0)], &["1=", "1=", "3", "?"]);
        let entries = [first.clone(), third.clone(), disturbed(1000.0)];
        check(&entries, &["1", "2", "?"]);
        check_evidence(&entries, &[Best, Slower, Unknown]);
        // The smallest median of all does not lead either.
        let entries = [disturbed(50.0), first, third];
        check(&entries, &["?", "1", "2"]);
        check_evidence(&entries, &[Unknown, Unknown, Slower]);
    }

    #[test]
    fn who_is_ranked_has_enough_in_common_with_the_first() {
        let [all, early, late] = [so_often(0..12, 100.0), so_often(0..6, 200.0), so_often(6..12, 300.0)];
        // Both are told from the first, and neither from the other.
        check(&[all.clone(), early.clone(), late.clone()], &["1", "2=", "2="]);
        check(&[all, early.clone(), so_often(9..15, 300.0)], &["1", "2", "?"]);
        check(&[early, so_often(0..6, 400.0), late, so_often(6..12, 500.0)], &["1", "2", "?", "?"]);
    }

    #[test]
    fn what_is_no_number_has_no_place() {
        let odd = scattered([f64::NAN, 0.0, -1.0, f64::INFINITY, 0.0, 0.0]);
        check(&[], &[]);
        check(std::slice::from_ref(&odd), &["-"]);
        check(&[odd, drifting(1.0)], &["-", "1"]);
        // What is no number is no launch in common.
        let minus = scattered([-1.0, -1.0, 1.0, 1.0, 1.0, 1.0]);
        check(&[minus.clone(), minus, drifting(9.0), drifting(10.0)], &["?", "?", "1", "2"]);
    }

    #[test]
    fn standings_say_the_same() {
        check_evidence(&[drifting(100.0), drifting(200.0)], &[Best, Slower]);
        let alike = [drifting(100.0), drifting(101.0), drifting(300.0), drifting(301.0)];
        check_evidence(&alike, &[Tied, Tied, Slower, Slower]);
        // Those who share the first place share it, whatever is not known of a third.
        let [first, second, ..] = alike;
        check_evidence(&[first, second, disturbed(50.0)], &[Tied, Tied, Unknown]);
    }

    #[test]
    fn ratios_are_to_the_best_of_all() {
        let found = places(&[drifting(100.0), drifting(200.0), drifting(400.0)], 0.02);
        let ratios: Vec<f64> = found.iter().flatten().map(|place| place.ratio).collect();
        assert!(ratios.iter().zip([1.0, 2.0, 4.0]).all(|(found, expected)| (found - expected).abs() < 1e-9));
        let interval = found[2].and_then(|place| place.interval).expect("six launches have one");
        assert!((interval.low - 4.0).abs() < 1e-9 && (interval.high - 4.0).abs() < 1e-9);
    }

    #[test]
    fn without_a_common_launch_the_ratio_is_that_of_the_medians() {
        let flat = |launches: std::ops::Range<u32>, figure: f64| -> Launches {
            launches.map(|launch| (launch, figure)).collect()
        };
        let entries = [flat(0..6, 100.0), flat(6..9, 250.0)];
        let ratios: Vec<Option<f64>> =
            places(&entries, 0.02).iter().map(|place| place.map(|place| place.ratio)).collect();
        assert_eq!(ratios, [Some(1.0), Some(2.5)]);
    }

    proptest! {
        #[test]
        fn who_missed_launches_changes_no_rank(
            whole in vec(vec(1.0..1e6_f64, 8), 2..6),
            few in btree_map(0..8_u32, 1.0..1e6_f64, 0..6),
        ) {
            let mut entries: Vec<Launches> =
                whole.into_iter().map(|times| (0..).zip(times).collect()).collect();
            let ranks = |entries: &[Launches]| -> Vec<Option<(Option<usize>, bool)>> {
                places(entries, 0.02).iter().map(|place| place.map(|place| (place.rank, place.shared))).collect()
            };
            let before = ranks(&entries);
            entries.push(few);
            let mut after = ranks(&entries);
            let last = after.pop().flatten();
            prop_assert_eq!(before, after);
            prop_assert!(last.is_none_or(|(rank, _)| rank.is_none()));
        }

        #[test]
        fn ratios_are_numbers(
            entries in vec(btree_map(0..9_u32, any::<f64>(), 0..9), 0..6),
        ) {
            for place in places(&entries, 0.02).iter().flatten() {
                prop_assert!(!place.ratio.is_nan() && place.ratio >= 0.0, "{:?}", place);
            }
        }
    }
}
