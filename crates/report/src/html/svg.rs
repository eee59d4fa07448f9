//! Drawing: coordinates, axes, marks, and labels that do not lie on each other.
//!
//! All charts are [`WIDTH`] wide, so that they can be read on a phone and stand side by side on a wide screen.

use maud::Render;

/// Width of every chart, in its own units: about pixels on a phone.
pub(super) const WIDTH: f64 = 360.0;

/// How heavy a text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Face {
    Regular,
    Bold,
}

impl Face {
    /// Mean width of a character of the charts' text, 11 units high.
    ///
    /// Source: the widest of the common faces of user interfaces, DejaVu Sans, whose lower-case letters and digits advance by
    /// 0.60 of their height on average, and by 0.70 in its bold face; others are narrower.
    fn character(self) -> f64 {
        match self {
            Self::Regular => 6.6,
            Self::Bold => 7.7,
        }
    }

    /// Width of a digit: numbers have no narrow letters that make up for the others.
    ///
    /// Source: as of [`Face::character`]; digits advance by 0.636 of their height, and by 0.696 in the bold face.
    fn digit(self) -> f64 {
        match self {
            Self::Regular => 7.0,
            Self::Bold => 7.7,
        }
    }
}

/// A coordinate: one decimal, and never what is no number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Px(pub(super) f64);

impl Render for Px {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&px(self.0));
    }
}

/// A coordinate as text.
pub(super) fn px(value: f64) -> String {
    // Adding nothing turns -0 into 0.
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    if rounded.is_finite() { format!("{rounded}") } else { "0".to_owned() }
}

/// How values lie on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Linear,
    Log,
}

/// From values to places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    kind: Kind,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Axis {
    /// A logarithmic axis that holds all positive `values`, with some air, from `start` to `end`.
    pub(super) fn log(values: impl IntoIterator<Item = f64>, start: f64, end: f64) -> Self {
        // No time and no rate lies outside, and beyond it ratios overflow.
        let usable = |value: &f64| (1e-15..=1e24).contains(value);
        let ends = values.into_iter().filter(usable).fold(None, |ends: Option<(f64, f64)>, value| {
            Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = ends.unwrap_or((1.0, 10.0));
        let air = (high / low).powf(0.04).max(1.04);
        Self { kind: Kind::Log, low: low / air, high: high * air, start, end }
    }

    /// A linear axis from `low` to `high`.
    pub(super) fn linear(low: f64, high: f64, start: f64, end: f64) -> Self {
        Self { kind: Kind::Linear, low, high, start, end }
    }

    /// Where a value lies; one outside lies at the nearer end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = match self.kind {
            Kind::Linear => (value - self.low) / (self.high - self.low),
            Kind::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self.start + share * (self.end - self.start)
    }

    /// Whether a value lies on the axis, and not beyond one of its ends.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// At most about `most` round values on the axis, with their texts.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        // Within a factor of four, powers of ten and their halves are too far apart.
        if self.kind == Kind::Linear || self.high / self.low < 4.0 {
            return self.even_ticks(most);
        }
        let sets: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let found = sets.iter().map(|set| self.decades(set)).find(|ticks| ticks.len() <= most);
        found.unwrap_or_else(|| {
            let decades = self.decades(&[1.0]);
            let step = decades.len().div_ceil(most.max(1));
            decades.into_iter().step_by(step.max(1)).collect()
        })
    }

    fn decades(&self, set: &[f64]) -> Vec<(f64, String)> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let values = (first..=last).flat_map(|power| set.iter().map(move |digit| (digit, power)));
        let values = values.map(|(digit, power)| (digit * 10_f64.powi(power), power));
        let inside = values.filter(|(value, _)| (self.low..=self.high).contains(value));
        inside.map(|(value, power)| (value, format!("{value:.*}", decimals(power)))).collect()
    }

    fn even_ticks(&self, most: usize) -> Vec<(f64, String)> {
        let raw = (self.high - self.low) / most.max(1) as f64;
        if !raw.is_finite() || raw <= 0.0 {
            return Vec::new();
        }
        let power = raw.log10().floor() as i32;
        let fits = |digit: &&f64| **digit * 10_f64.powi(power) >= raw * 0.8;
        let digit = *[1.0, 2.0, 5.0, 10.0].iter().find(fits).unwrap_or(&10.0);
        let step = digit * 10_f64.powi(power);
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step + 1e-9).floor() as i64);
        let decimals = if digit < 10.0 { decimals(power) } else { decimals(power + 1) };
        (first..=last).map(|count| count as f64 * step).map(|at| (at, format!("{at:.decimals$}"))).collect()
    }
}

fn decimals(power: i32) -> usize {
    usize::try_from(-power).unwrap_or(0)
}

/// The mark of a slot around a place, as path data. Every slot has a shape, because colours alone are lost in print.
pub(super) fn mark(slot: usize, x: f64, y: f64) -> String {
    let shape = match slot {
        0 => "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
        1 => "m-3.2-3.2h6.4v6.4h-6.4z",
        2 => "m0-4l4 7h-8z",
        3 => "m0-4.5l4.5 4.5l-4.5 4.5l-4.5-4.5z",
        4 => "m0 4l4-7h-8z",
        5 => "m-1.4-4h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6z",
        6 => "m-4 0l2-3.5h4l2 3.5l-2 3.5h-4z",
        7 => "m-4-4l4 2l4-2l-2 4l2 4l-4-2l-4 2l2-4z",
        _ => "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0z",
    };
    format!("M{} {}{shape}", px(x), px(y))
}

/// Points to what lies beyond the end of an axis.
pub(super) fn arrow(leftwards: bool, x: f64, y: f64) -> String {
    let back = if leftwards { "l6-4v8z" } else { "l-6-4v8z" };
    format!("M{} {}{back}", px(x), px(y))
}

/// The text, cut to what `width` units hold, with a sign where it was cut: in its middle, because names of one family often
/// begin alike.
pub(super) fn fit(text: &str, width: f64, face: Face) -> String {
    let room = (width / face.character()).max(1.0) as usize;
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let behind = (room - 1) / 2;
    let before: String = text.chars().take(room - 1 - behind).collect();
    let after: String = text.chars().skip(length - behind).collect();
    format!("{before}…{after}")
}

/// Units that a text takes.
pub(super) fn text_width(text: &str, face: Face) -> f64 {
    let digits = text.chars().filter(char::is_ascii_digit).count() as f64;
    let others = text.chars().count() as f64 - digits;
    digits * face.digit() + others * face.character()
}

/// Places near the `wanted` ones, in the same order, at least `gap` apart and between `low` and `high`; nearer together
/// where they are too many for that.
pub(super) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|left, right| wanted[*left].total_cmp(&wanted[*right]));
    let gap = gap.min((high - low) / (wanted.len().max(2) - 1) as f64);
    let mut places = vec![0.0; wanted.len()];
    let mut least = low;
    for index in &order {
        places[*index] = wanted[*index].max(least);
        least = places[*index] + gap;
    }
    let mut most = high;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(most);
        most = places[*index] - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let texts = [1.0, 1.26, -0.04, f64::NAN, f64::INFINITY].map(px);
        assert_eq!(texts, ["1", "1.3", "0", "0", "0"]);
    }

    #[track_caller]
    fn check_ticks(axis: &Axis, expected: &[&str]) {
        let texts: Vec<String> = axis.ticks(6).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn ticks_are_round() {
        check_ticks(&Axis::log([1.4, 190.0], 0.0, 1.0), &["3", "10", "30", "100"]);
        check_ticks(&Axis::log([3.0, 40.0], 0.0, 1.0), &["5", "10", "20"]);
        check_ticks(&Axis::log([7.9, 8.53], 0.0, 1.0), &["7.6", "7.8", "8.0", "8.2", "8.4", "8.6", "8.8"]);
        check_ticks(&Axis::log([1e-3, 1e9], 0.0, 1.0), &["0.001", "1", "1000", "1000000", "1000000000"]);
        check_ticks(&Axis::log([5.0], 0.0, 1.0), &["4.9", "5.0", "5.1", "5.2"]);
        check_ticks(&Axis::log([], 0.0, 1.0), &["1", "2", "5", "10"]);
        check_ticks(&Axis::linear(0.0, 1.2, 0.0, 1.0), &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]);
        check_ticks(&Axis::linear(0.0, 0.0, 0.0, 1.0), &[]);
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(fit("short", 66.0, Face::Regular), "short");
        assert_eq!(fit("longer than ten", 66.0, Face::Regular), "longe… ten");
        assert_eq!(fit("longer than ten", 66.0, Face::Bold), "long…ten");
        assert_eq!(fit("ab", 0.0, Face::Regular), "…");
    }

    #[test]
    fn labels_move_apart_and_stay_in_order() {
        assert_eq!(spread(&[5.0, 5.0, 50.0], 10.0, 0.0, 100.0), [5.0, 15.0, 50.0]);
        assert_eq!(spread(&[99.0, 98.0], 10.0, 0.0, 100.0), [100.0, 90.0]);
        assert_eq!(spread(&[0.0; 5], 50.0, 0.0, 100.0), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(spread(&[], 10.0, 0.0, 100.0), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn every_value_lies_on_its_axis(values in vec(any::<f64>(), 0..9), value in any::<f64>()) {
            let axis = Axis::log(values, 10.0, 200.0);
            prop_assert!((10.0..=200.0).contains(&axis.at(value)), "{} of {axis:?}", axis.at(value));
            prop_assert!(axis.ticks(6).len() <= 12, "{:?}", axis.ticks(6));
        }

        #[test]
        fn labels_stay_inside(wanted in vec(0.0..100.0_f64, 0..30)) {
            let places = spread(&wanted, 11.0, 0.0, 100.0);
            prop_assert!(places.iter().all(|place| (-1e-6..=100.000_001).contains(place)), "{places:?}");
        }
    }
}
