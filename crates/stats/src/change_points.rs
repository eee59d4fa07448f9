//! When a figure changed over many runs, and by how much: a series cut into stretches of one level.
//!
//! It is no verdict. Runs are measured hours apart, so a step says that something is different since; only a comparison, which
//! measures both sides in turns, says what.

use crate::order::{median, quantile};

/// Fewest values of a stretch.
///
/// Chosen here because two values that are off by chance are common, and with three the median of a stretch is still right
/// where one of them is.
pub const FEWEST: usize = 3;

/// The part of the differences between neighbours that tells how widely values scatter.
///
/// Chosen here because values that jump between two speeds differ from their neighbour in a fifth of the cases already where
/// one value in nine is of the rarer speed. A median would see the scatter within one speed only, and take each stretch of one
/// speed for a step. A tenth of the differences may be steps and stray values; where more are, they count as scatter.
const SHARE_OF_DIFFERENCES: f64 = 0.9;

/// That part of the differences of normal values over their standard deviation: √2 Φ⁻¹(0.95), since a difference has twice
/// the variance and 90 % of them are within Φ⁻¹(0.95).
const DIFFERENCE_OF_NORMAL: f64 = 2.326_174_307_353_347_5;

/// Values on each side of one that are looked at to see whether it stands alone.
///
/// Chosen here because the median of five outlives two stray values, and still follows a stretch of [`FEWEST`].
const NEIGHBOURS: usize = 2;

/// How many standard deviations a value may be away from its neighbours' median; what is farther counts as so far.
///
/// Source: Hampel's identifier, as in Pearson, "Outliers in process modeling and identification", 2002.
const FARTHEST: f64 = 3.0;

/// Standard deviations from the middle of a normal distribution that hold 95 % of it: Φ⁻¹(0.975).
const TWO_SIDED: f64 = 1.959_963_984_540_054;

/// Neighbouring values of one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Index of its first value.
    pub first: usize,
    /// Index of its last value.
    pub last: usize,
    /// Median of its values, in their unit.
    pub level: f64,
}

/// A change between two neighbouring segments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Index of the last value before it.
    pub before: usize,
    /// Index of the first value behind it.
    pub after: usize,
    /// The level behind it over that before it, less one.
    pub change: f64,
    /// Lower end of the interval of the change.
    pub low: f64,
    /// Upper end of the interval of the change.
    pub high: f64,
}

/// A series of figures, cut where it changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// All segments, in order. There is none where no value is usable.
    pub segments: Vec<Segment>,
    /// The changes between them: one less than segments.
    pub steps: Vec<Step>,
}

/// Cuts a series of figures above 0, such as times per operation in the order of the runs, where its level changed by `margin` or
/// more (a fraction, above 0, such as 0.02). What is not finite or not above 0 is left out; indices count it all the same.
///
/// The logarithms are cut so that their squared distances to the means of the stretches, in units of the variance, plus a
/// penalty for each cut are least over all cuts with at least [`FEWEST`] values between them. How widely values scatter is told from the
/// differences between neighbours, in which a step stands once, and not from the values, of which it may move half. A
/// value that stands alone counts only up to three standard deviations from its neighbours. Then cuts whose change is less
/// than the margin, or whose interval holds 0, are taken back, the smallest first.
///
/// The interval of a step has a level of 95 %, for normal values of the same scatter on both sides whose step was not
/// searched for. The search moves the ends of noisy segments apart, so a step of three values a side is rather smaller than it
/// says.
///
/// The penalty is 6 + 5 ln n. `tests/simulation/steps.rs` says what it is worth: of series of 20 to 200 values without a step at most
/// 1 in 100 seem to have one, also where they jump between two speeds, of shorter ones at most 4. Where one run in 25 is disturbed to
/// twice its time, up to 5 in 100 have three of them so near to each other that they seem to be a stretch. A step of six standard deviations is
/// found in nine of ten series where three values are behind it, and one of four where five are.
///
/// Source: Jackson et al., "An algorithm for optimal partitioning of data on an interval", 2005, for the search.
pub fn change_points(values: &[f64], margin: f64) -> Course {
    let usable = |(_, value): &(usize, &f64)| value.is_finite() && **value > 0.0;
    let (places, logs): (Vec<usize>, Vec<f64>) =
        values.iter().enumerate().filter(usable).map(|(index, value)| (index, value.ln())).unzip();
    if logs.is_empty() {
        return Course::default();
    }
    // Equal values, as of coarse clocks, would otherwise make a step of every last digit.
    let margin = if margin.is_finite() { margin.max(1e-6) } else { return Course::default() };
    let deviation = scatter(&logs).max(margin.ln_1p() / 4.0);
    let cuts = partition(&tamed(&logs, deviation), deviation);
    let cuts = meaningful(&logs, cuts, deviation, margin);
    Course { segments: segments(&logs, &places, &cuts), steps: steps(&logs, &places, &cuts, deviation) }
}

/// The standard deviation of the logarithms but for steps.
fn scatter(logs: &[f64]) -> f64 {
    let differences: Vec<f64> = logs.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    quantile(&differences, SHARE_OF_DIFFERENCES).unwrap_or(0.0) / DIFFERENCE_OF_NORMAL
}

/// The logarithms, with those that stand alone moved towards their neighbours.
fn tamed(logs: &[f64], deviation: f64) -> Vec<f64> {
    let window = (2 * NEIGHBOURS + 1).min(logs.len());
    let near = |index: usize| {
        let start = index.saturating_sub(NEIGHBOURS).min(logs.len() - window);
        median(&logs[start..start + window]).unwrap_or(logs[index])
    };
    let tame = |(index, log): (usize, &f64)| {
        let (middle, most) = (near(index), FARTHEST * deviation);
        log.clamp(middle - most, middle + most)
    };
    logs.iter().enumerate().map(tame).collect()
}

/// Where segments but the first begin, so that costs and penalties are least.
fn partition(logs: &[f64], deviation: f64) -> Vec<usize> {
    let count = logs.len();
    let sums = Sums::of(logs);
    let variance = deviation * deviation;
    let penalty = 6.0 + 5.0 * (count as f64).ln();
    // The least cost of the first so many values, and where their last segment begins.
    let mut least: Vec<(f64, usize)> = vec![(f64::INFINITY, 0); count + 1];
    least[0] = (-penalty, 0);
    for end in FEWEST..=count {
        let cost = |start: usize| least[start].0 + sums.squares(start, end) / variance + penalty;
        let best = (0..=end - FEWEST).map(|start| (cost(start), start));
        // Of equal costs the one with the earlier start, which is the longer segment.
        if let Some(best) = best.min_by(|left, right| left.0.total_cmp(&right.0)) {
            least[end] = best;
        }
    }
    let mut cuts = Vec::new();
    let mut end = if count < FEWEST { 0 } else { count };
    while end > 0 {
        end = least[end].1;
        cuts.push(end);
    }
    cuts.pop();
    cuts.reverse();
    cuts
}

/// Sums of values and of their squares up to each index.
struct Sums {
    values: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn of(logs: &[f64]) -> Self {
        // Around their median, so that squares of large numbers do not swallow small differences.
        let middle = median(logs).unwrap_or(0.0);
        let summed = |value: fn(f64) -> f64| {
            let mut sum = 0.0;
            let sums = logs.iter().map(|log| {
                sum += value(log - middle);
                sum
            });
            std::iter::once(0.0).chain(sums).collect()
        };
        Self { values: summed(|value| value), squares: summed(|value| value * value) }
    }

    /// Squared distances of the values from `start` to before `end` to their mean.
    fn squares(&self, start: usize, end: usize) -> f64 {
        let sum = self.values[end] - self.values[start];
        (self.squares[end] - self.squares[start] - sum * sum / (end - start) as f64).max(0.0)
    }
}

/// The cuts without those of which too little is known, or which change too little.
fn meaningful(logs: &[f64], mut cuts: Vec<usize>, deviation: f64, margin: f64) -> Vec<usize> {
    loop {
        let steps: Vec<Rise> = rises(logs, &cuts, deviation);
        let small =
            |rise: &&Rise| rise.middle.exp_m1().abs() < margin || (rise.low <= 0.0 && rise.high >= 0.0);
        let smallest = steps.iter().filter(small).min_by(|left, right| left.size().total_cmp(&right.size()));
        let Some(smallest) = smallest else { return cuts };
        cuts.retain(|cut| *cut != smallest.cut);
    }
}

/// A change of the logarithm at a cut.
struct Rise {
    cut: usize,
    middle: f64,
    low: f64,
    high: f64,
}

impl Rise {
    fn size(&self) -> f64 {
        self.middle.abs()
    }
}

fn rises(logs: &[f64], cuts: &[usize], deviation: f64) -> Vec<Rise> {
    let all = bounds(logs.len(), cuts);
    let pairs = all.windows(2).filter_map(|pair| {
        let (before, behind) = (&logs[pair[0].0..pair[0].1], &logs[pair[1].0..pair[1].1]);
        let middle = median(behind)? - median(before)?;
        // Variance of a median of normal values: π/2 times that of their mean.
        let parts = 1.0 / before.len() as f64 + 1.0 / behind.len() as f64;
        let half = TWO_SIDED * deviation * (std::f64::consts::FRAC_PI_2 * parts).sqrt();
        Some(Rise { cut: pair[1].0, middle, low: middle - half, high: middle + half })
    });
    pairs.collect()
}

/// Where each segment begins, and the index behind its end.
fn bounds(count: usize, cuts: &[usize]) -> Vec<(usize, usize)> {
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    starts.zip(cuts.iter().copied().chain(std::iter::once(count))).collect()
}

fn segments(logs: &[f64], places: &[usize], cuts: &[usize]) -> Vec<Segment> {
    let segment = |(start, end): (usize, usize)| {
        let level = median(&logs[start..end])?.exp();
        Some(Segment { first: places[start], last: places[end - 1], level })
    };
    bounds(logs.len(), cuts).into_iter().filter_map(segment).collect()
}

fn steps(logs: &[f64], places: &[usize], cuts: &[usize], deviation: f64) -> Vec<Step> {
    let step = |rise: Rise| Step {
        before: places[rise.cut - 1],
        after: places[rise.cut],
        change: rise.middle.exp_m1(),
        low: rise.low.exp_m1(),
        high: rise.high.exp_m1(),
    };
    rises(logs, cuts, deviation).into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const MARGIN: f64 = 0.02;

    /// A scatter of 1 %, the same in each test.
    fn around(level: f64, count: usize) -> Vec<f64> {
        let offsets = [0.004, -0.011, 0.009, -0.002, 0.012, -0.008, 0.001, -0.013, 0.007, 0.0];
        (0..count).map(|index| level * (1.0 + offsets[index % offsets.len()])).collect()
    }

    /// Where steps are, as the indices behind them.
    #[track_caller]
    fn check(values: &[f64], expected: &[usize]) -> Course {
        let course = change_points(values, MARGIN);
        let found: Vec<usize> = course.steps.iter().map(|step| step.after).collect();
        assert_eq!(found, expected, "{course:?}");
        assert_eq!(course.segments.len(), if course.segments.is_empty() { 0 } else { found.len() + 1 });
        course
    }

    #[test]
    fn steady_series_have_one_segment() {
        check(&[], &[]);
        let one = check(&[7.0], &[]);
        assert_eq!((one.segments[0].first, one.segments[0].last), (0, 0));
        assert!((one.segments[0].level - 7.0).abs() < 1e-12);
        check(&[7.0; 40], &[]);
        check(&around(50.0, 40), &[]);
        check(&[50.0, 80.0], &[]);
        check(&[50.0, 50.0, 50.0, 80.0, 80.0], &[]);
    }

    #[test]
    fn a_step_is_found_where_it_is_and_as_large_as_it_is() {
        let course = check(&[around(50.0, 12), around(55.0, 9)].concat(), &[12]);
        let step = course.steps[0];
        assert_eq!((step.before, step.after), (11, 12));
        assert!((step.change - 0.1).abs() < 0.01, "{step:?}");
        assert!(step.low < step.change && step.change < step.high, "{step:?}");
        assert!(step.low > 0.05 && step.high < 0.15, "{step:?}");
        let course = check(&[around(50.0, 10), around(60.0, 10), around(48.0, 10)].concat(), &[10, 20]);
        assert!(course.steps[1].change < -0.15, "{course:?}");
    }

    #[test]
    fn the_last_three_runs_are_enough() {
        check(&[around(50.0, 12), around(60.0, 3)].concat(), &[12]);
        check(&[around(50.0, 12), around(60.0, 2)].concat(), &[]);
        check(&[around(50.0, 3), around(60.0, 12)].concat(), &[3]);
    }

    #[test]
    fn what_is_less_than_the_margin_is_no_step() {
        let by = |change: f64| [around(50.0, 60), around(50.0 * (1.0 + change), 60)].concat();
        check(&by(0.015), &[]);
        check(&by(0.03), &[60]);
        assert!(change_points(&by(0.08), 0.1).steps.is_empty());
        assert_eq!(change_points(&by(0.12), 0.1).steps.len(), 1);
    }

    #[test]
    fn a_stray_run_is_no_step_and_hides_none() {
        let mut values = [around(50.0, 15), around(60.0, 15)].concat();
        values[7] = 500.0;
        check(&values, &[15]);
        values[22] = 75.0;
        check(&values, &[15]);
        let mut steady = around(50.0, 30);
        steady[29] = 500.0;
        check(&steady, &[]);
    }

    #[test]
    fn runs_without_a_number_keep_their_place() {
        let mut values = [around(50.0, 12), around(60.0, 9)].concat();
        values[11] = f64::NAN;
        values[12] = 0.0;
        values[3] = f64::INFINITY;
        let course = check(&values, &[13]);
        assert_eq!(course.steps[0].before, 10);
        check(&[f64::NAN, -1.0, 0.0], &[]);
    }

    #[test]
    fn a_margin_that_is_none_finds_nothing() {
        let values = [around(50.0, 12), around(60.0, 9)].concat();
        assert_eq!(change_points(&values, f64::NAN), Course::default());
        assert_eq!(change_points(&values, f64::INFINITY), Course::default());
        assert_eq!(change_points(&values, 0.0).steps.len(), 1);
        assert_eq!(change_points(&values, -1.0).steps.len(), 1);
    }

    proptest! {
        #[test]
        fn segments_cover_what_is_usable_and_steps_lie_between(values in vec(1.0..1e6_f64, 1..80), margin in 0.01..0.2_f64) {
            let course = change_points(&values, margin);
            prop_assert_eq!(course.segments[0].first, 0);
            prop_assert_eq!(course.segments.last().map(|last| last.last), Some(values.len() - 1));
            prop_assert_eq!(course.steps.len() + 1, course.segments.len());
            for (pair, step) in course.segments.windows(2).zip(&course.steps) {
                prop_assert_eq!((pair[0].last, pair[1].first), (step.before, step.after));
                prop_assert!(pair[0].last - pair[0].first + 1 >= FEWEST);
                prop_assert!((pair[1].level / pair[0].level - 1.0 - step.change).abs() < 1e-6 * step.change.abs().max(1.0));
                prop_assert!(step.change.abs() >= margin * 0.999 && step.low <= step.change && step.change <= step.high);
                prop_assert!(step.low * step.high > 0.0, "{:?}", step);
            }
        }

        #[test]
        fn the_unit_is_nothing(noise in vec(1.0..1.02_f64, 1..60), step in 0..60_usize) {
            let values: Vec<f64> =
                noise.iter().enumerate().map(|(index, one)| if index < step { *one } else { one * 1.5 }).collect();
            let places = |values: &[f64]| -> Vec<usize> {
                change_points(values, MARGIN).steps.iter().map(|step| step.after).collect()
            };
            let scaled: Vec<f64> = values.iter().map(|value| value * 1000.0).collect();
            prop_assert_eq!(places(&values), places(&scaled));
        }

        #[test]
        fn odd_data_is_survived(values in vec(proptest::num::f64::ANY, 0..60), margin in proptest::num::f64::ANY) {
            let course = change_points(&values, margin);
            prop_assert!(course.segments.iter().all(|one| one.first <= one.last && one.last < values.len()));
        }
    }
}
