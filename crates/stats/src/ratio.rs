//! Contenders beside the best of them. Where their intervals overlap, or nearly so, none is called better.

use crate::margins;
use crate::order::Interval;

/// A contender's time, or another figure of which less is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Median over its slices, above 0.
    pub median: f64,
    /// Interval of that median; `None` with too few slices.
    pub interval: Option<Interval>,
}

/// Where a contender stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Its time over the best one's.
    pub ratio: f64,
    /// What can be said about the difference.
    pub evidence: Evidence,
}

/// What can be said about the difference to the best.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// It has the smallest median, and no other shares the place.
    Best,
    /// It comes as near as a margin to the smallest median; or it has the smallest median, and another comes as near.
    Tied,
    /// It is further away.
    Slower,
    /// It or the best has too few slices or launches for an interval.
    Unknown,
}

/// Compares each entry with the one of the smallest median. The results stand in the order of the entries; an entry
/// whose median is not a positive number has none.
///
/// An interval has to lie [`margins::ALONE`] above the end of the best one before it is called slower, whatever the threads: where code
/// and memory happen to lie moves a whole launch by as much, which no interval over its slices can see. Overlap, with a margin, is a
/// cautious rule: intervals that just overlap may belong to medians that differ. It never calls noise a difference more often than the
/// intervals themselves miss.
pub fn against_best(entries: &[Entry]) -> Vec<Option<Standing>> {
    let usable = |entry: &&Entry| entry.median.is_finite() && entry.median > 0.0;
    let best = entries.iter().enumerate().filter(|(_, entry)| usable(entry));
    let Some((best_index, best)) = best.min_by(|left, right| left.1.median.total_cmp(&right.1.median)) else {
        return vec![None; entries.len()];
    };
    let others = entries.iter().enumerate().filter(|(index, entry)| *index != best_index && usable(entry));
    let shared = others.map(|(_, other)| compare(best, other)).any(|evidence| evidence == Evidence::Tied);
    let standing = |(index, entry): (usize, &Entry)| {
        let evidence = match (index == best_index, shared) {
            (true, true) => Evidence::Tied,
            (true, false) => Evidence::Best,
            (false, _) => compare(best, entry),
        };
        usable(&entry).then(|| Standing { ratio: entry.median / best.median, evidence })
    };
    entries.iter().enumerate().map(standing).collect()
}

/// The geometric mean of ratios, for which 2 and 1/2 are equally far from 1; `None` without ratios, or where one is not a
/// positive number.
///
/// A mean over workloads says nothing of any of them. It orders rows; say of how many workloads it is.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let usable = ratios.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0);
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (usable && !ratios.is_empty()).then(|| (sum / ratios.len() as f64).exp())
}

fn compare(best: &Entry, other: &Entry) -> Evidence {
    match best.interval.zip(other.interval) {
        None => Evidence::Unknown,
        Some((best, other)) if other.low <= best.high * (1.0 + margins::ALONE) => Evidence::Tied,
        Some(_) => Evidence::Slower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Evidence::{Best, Slower, Tied, Unknown};

    fn entry(low: f64, median: f64, high: f64) -> Entry {
        Entry { median, interval: Some(Interval { low, high, coverage: 0.95 }) }
    }

    fn without_interval(median: f64) -> Entry {
        Entry { median, interval: None }
    }

    #[track_caller]
    fn check(entries: &[Entry], expected: &[Option<(f64, Evidence)>]) {
        let got = against_best(entries);
        let got: Vec<_> =
            got.iter().map(|standing| standing.map(|found| (found.ratio, found.evidence))).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn the_best_stands_alone_where_nothing_overlaps() {
        check(&[], &[]);
        check(&[entry(9.0, 10.0, 11.0)], &[Some((1.0, Best))]);
        check(&[entry(19.0, 20.0, 21.0), entry(9.0, 10.0, 11.0)], &[Some((2.0, Slower)), Some((1.0, Best))]);
    }

    #[test]
    fn overlapping_intervals_share_the_place() {
        let three = [entry(9.0, 10.0, 11.0), entry(11.0, 12.0, 13.0), entry(12.0, 15.0, 18.0)];
        check(&three, &[Some((1.0, Tied)), Some((1.2, Tied)), Some((1.5, Slower))]);
    }

    #[test]
    fn less_than_the_margin_is_no_difference() {
        let near = [entry(99.9, 100.0, 100.0), entry(101.9, 102.0, 102.1)];
        check(&near, &[Some((1.0, Tied)), Some((1.02, Tied))]);
        let far = [entry(99.9, 100.0, 100.0), entry(102.1, 105.0, 107.0)];
        check(&far, &[Some((1.0, Best)), Some((1.05, Slower))]);
    }

    #[test]
    fn without_an_interval_nothing_is_known() {
        check(&[entry(9.0, 10.0, 11.0), without_interval(20.0)], &[Some((1.0, Best)), Some((2.0, Unknown))]);
        check(&[entry(19.0, 20.0, 21.0), without_interval(10.0)], &[Some((2.0, Unknown)), Some((1.0, Best))]);
    }

    #[test]
    fn means_of_ratios_by_hand() {
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        assert_eq!(geometric_mean(&[1.0, f64::NAN]), None);
        let near =
            |found: Option<f64>, expected: f64| found.is_some_and(|found| (found - expected).abs() < 1e-12);
        assert!(near(geometric_mean(&[3.0]), 3.0));
        assert!(near(geometric_mean(&[2.0, 0.5]), 1.0));
        assert!(near(geometric_mean(&[1.0, 2.0, 4.0]), 2.0));
    }

    #[test]
    fn what_is_no_time_is_not_compared() {
        let odd = [without_interval(f64::NAN), without_interval(0.0), without_interval(-1.0)];
        check(&odd, &[None, None, None]);
        check(&[odd[0], entry(9.0, 10.0, 11.0)], &[None, Some((1.0, Best))]);
    }
}
