//! One unit and one number of decimals for a whole column.

use crate::layout::HARD_SPACE;

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Name of the unit, for the column's head.
    pub(crate) unit: &'static str,
    divisor: f64,
    decimals: usize,
}

const TIMES: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
const RATES: [(&str, f64); 3] = [("op/s", 1.0), ("Kop/s", 1e3), ("Mop/s", 1e6)];

impl Scale {
    /// For times in nanoseconds: the unit in which the smallest is at least 1, and three digits of that one.
    pub(crate) fn times(values_ns: &[f64]) -> Self {
        let smallest = smallest(values_ns);
        Self::new(&TIMES, smallest, smallest)
    }

    /// For rates per second: the unit in which the largest is at least 1, and three digits of the smallest that is no hundredth of
    /// it: one slow contender gives the others no digits that were not measured.
    pub(crate) fn rates(values_per_s: &[f64]) -> Self {
        let largest = values_per_s.iter().copied().fold(0.0, f64::max);
        let near: Vec<f64> = values_per_s.iter().copied().filter(|value| *value * 100.0 >= largest).collect();
        Self::new(&RATES, largest, smallest(&near))
    }

    /// `measure` chooses among `units`, smallest unit first; `precise` gets three digits.
    fn new(units: &[(&'static str, f64)], measure: f64, precise: f64) -> Self {
        // Without values there is nothing to measure, and any unit will do.
        let fits = units.iter().rev().find(|(_, divisor)| measure.is_finite() && measure >= *divisor);
        let (unit, divisor) = fits.or(units.first()).copied().unwrap_or(("", 1.0));
        let precise = precise / divisor;
        let decimals = [(100.0, 0), (10.0, 1), (1.0, 2)];
        let decimals =
            decimals.iter().find(|(at_least, _)| precise >= *at_least).map_or(3, |(_, count)| *count);
        Self { unit, divisor, decimals }
    }

    /// The value in this unit, for what is drawn and not written.
    pub(crate) fn in_unit(self, value: f64) -> f64 {
        value / self.divisor
    }

    /// The number without its unit; `-` for none. What is far below the column's other numbers keeps two digits.
    pub(crate) fn number(self, value: Option<f64>) -> String {
        let Some(value) = value.map(|value| value / self.divisor) else { return "-".to_owned() };
        let least = if value < 10.0 { small_decimals(value) } else { 0 };
        let decimals = self.decimals.max(least);
        format!("{value:.decimals$}")
    }
}

/// Most decimals of any number.
///
/// Chosen here because what is smaller than a billionth of its column's unit is no measurement.
const MOST_DECIMALS: usize = 9;

/// Decimals that a value below 10 needs for two digits.
fn small_decimals(value: f64) -> usize {
    if value >= 1.0 {
        return 1;
    }
    if value <= 0.0 {
        return 2;
    }
    // A power that is no number of decimals is far beyond the most.
    usize::try_from(1 - value.log10().floor() as i64).unwrap_or(MOST_DECIMALS).clamp(2, MOST_DECIMALS)
}

/// One time of its own, with its unit, from which it is not torn.
pub(crate) fn time(value_ns: f64) -> String {
    let scale = Scale::times(&[value_ns]);
    format!("{}{HARD_SPACE}{}", scale.number(Some(value_ns)), scale.unit)
}

/// A share in percent, with its sign, of parts per million.
pub(crate) fn change(ppm: i64) -> String {
    format!("{}{HARD_SPACE}%", change_number(ppm))
}

/// The two ends of an interval of changes.
pub(crate) fn changes(low_ppm: i64, high_ppm: i64) -> String {
    format!("{}..{}", change_number(low_ppm), change(high_ppm))
}

/// A change as a fraction, in percent with its sign.
pub(crate) fn change_of(fraction: f64) -> String {
    change(ppm(fraction))
}

/// The two ends of an interval of changes as fractions.
pub(crate) fn changes_of(low: f64, high: f64) -> String {
    changes(ppm(low), ppm(high))
}

/// What is no number is no change, and what is too large stays as large as it can be.
fn ppm(fraction: f64) -> i64 {
    (fraction * 1e6).round() as i64
}

/// A share in percent, of parts per million.
pub(crate) fn share(ppm: u64) -> String {
    let signed = change(i64::try_from(ppm).unwrap_or(i64::MAX));
    signed.trim_start_matches('+').replace(">+", ">")
}

/// Four digits at most before the point: what is more is no measurement, and would not fit its column.
fn change_number(ppm: i64) -> String {
    const MOST_PPM: i64 = 99_990_000;
    match ppm {
        ppm if ppm > MOST_PPM => ">+9999".to_owned(),
        ppm if ppm < -MOST_PPM => "<-9999".to_owned(),
        // No minus before nothing.
        -500..=500 => "0.0".to_owned(),
        ppm => format!("{:+.1}", ppm as f64 / 10_000.0),
    }
}

/// One amount of memory, with its unit.
pub(crate) fn memory(bytes: u64) -> String {
    const GIB: f64 = (1_u64 << 30) as f64;
    format!("{:.1}{HARD_SPACE}GiB", bytes as f64 / GIB)
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_times(values: &[f64], unit: &str, expected: &[&str]) {
        let scale = Scale::times(values);
        let numbers: Vec<String> = values.iter().map(|value| scale.number(Some(*value))).collect();
        assert_eq!(scale.unit, unit);
        assert_eq!(numbers, expected);
    }

    #[test]
    fn times_share_the_unit_of_the_smallest() {
        check_times(&[0.2437], "ns", &["0.244"]);
        check_times(&[0.2437, 80_000.0], "ns", &["0.244", "80000.000"]);
        check_times(&[61.24, 612.4], "ns", &["61.2", "612.4"]);
        check_times(&[999.4], "ns", &["999"]);
        check_times(&[1000.0, 27_140.0], "µs", &["1.00", "27.14"]);
        check_times(&[2.5e6], "ms", &["2.50"]);
        check_times(&[12.3e9], "s", &["12.3"]);
        check_times(&[0.0, 50.0], "ns", &["0.00", "50.0"]);
        check_times(&[], "ns", &[]);
    }

    #[track_caller]
    fn check_rates(values: &[f64], unit: &str, expected: &[&str]) {
        let scale = Scale::rates(values);
        let numbers: Vec<String> = values.iter().map(|value| scale.number(Some(*value))).collect();
        assert_eq!(scale.unit, unit);
        assert_eq!(numbers, expected);
    }

    #[test]
    fn rates_share_the_unit_of_the_largest() {
        check_rates(&[32.7e6, 400e6], "Mop/s", &["32.7", "400.0"]);
        check_rates(&[2100.0, 400e6], "Mop/s", &["0.0021", "400"]);
        check_rates(&[1.5e6, 160e6], "Mop/s", &["1.5", "160"]);
        check_rates(&[0.2e6, 14e6, 60e6], "Mop/s", &["0.20", "14.0", "60.0"]);
        check_rates(&[36_800.0], "Kop/s", &["36.8"]);
        check_rates(&[12.0], "op/s", &["12.0"]);
    }

    #[test]
    fn what_the_scale_was_not_made_for_is_written_too() {
        let scale = Scale::times(&[627.0, 940.0]);
        assert_eq!(scale.number(Some(0.627)), "0.63");
        assert_eq!(scale.number(Some(0.0627)), "0.063");
        assert_eq!(scale.number(Some(0.000_627)), "0.00063");
        assert_eq!(scale.number(Some(0.0)), "0.00");
        assert_eq!(scale.number(Some(1e-300)), "0.000000000");
        assert_eq!(scale.number(Some(25.07)), "25");
        assert_eq!(Scale::times(&[1.0]).number(None), "-");
    }

    #[track_caller]
    fn check_change(ppm: i64, expected: &str) {
        assert_eq!(change(ppm).replace(HARD_SPACE, " "), expected);
    }

    #[test]
    fn changes_have_signs_and_few_digits() {
        check_change(51_300, "+5.1 %");
        check_change(-213_000, "-21.3 %");
        check_change(0, "0.0 %");
        check_change(-499, "0.0 %");
        check_change(499, "0.0 %");
        check_change(-501, "-0.1 %");
        check_change(1_234_000, "+123.4 %");
        check_change(i64::MAX, ">+9999 %");
        check_change(i64::MIN, "<-9999 %");
        assert_eq!(changes(-3100, 7800), "-0.3..+0.8\u{a0}%");
        assert_eq!(share(20_000), "2.0\u{a0}%");
        assert_eq!(share(u64::MAX), ">9999\u{a0}%");
    }

    #[test]
    fn amounts_of_their_own() {
        assert_eq!(time(21.4), "21.4\u{a0}ns");
        assert_eq!(time(27_140.0), "27.1\u{a0}µs");
        assert_eq!(memory(16_776_798_208), "15.6\u{a0}GiB");
    }
}
