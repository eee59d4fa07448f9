//! What may be asked for, and how far a workload is from it.

use super::{AdviseError, Need};
use crate::html::model::Workload;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters that are percentages: between 98 and 99 lies as much as between 0 and 1.
const PERCENTAGES: [&str; 2] = ["reads", "hits"];

/// The values that each parameter has in the run.
pub(super) struct Ranges<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Ranges<'a> {
    pub(super) fn of(all: impl Iterator<Item = &'a BTreeMap<String, String>>) -> Self {
        let mut ranges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in all.flatten() {
            ranges.entry(name).or_default().insert(value);
        }
        Self(ranges)
    }

    /// The need with its values as workloads have them; refused where a value says nothing of any workload.
    pub(super) fn understood(&self, need: &Need) -> Result<Need, AdviseError> {
        let refuse = |asked: String| {
            let known = |(name, values): (&&str, &BTreeSet<&str>)| {
                format!("{name} ({})", values.iter().copied().collect::<Vec<_>>().join(", "))
            };
            let known = self.0.iter().map(known).collect();
            Err(AdviseError::NoParameter { asked, suite: need.suite.clone(), known })
        };
        if need.parameters.is_empty() {
            return refuse("no parameter".to_owned());
        }
        let mut parameters = BTreeMap::new();
        for (name, value) in &need.parameters {
            let Some(values) = self.0.get(name.as_str()) else { return refuse(format!("`{name}`")) };
            let Some(value) = understood(name, value, values) else {
                return refuse(format!("`{name}={value}`"));
            };
            parameters.insert(name.clone(), value);
        }
        Ok(Need { parameters, ..need.clone() })
    }

    /// How far a workload is from the need: 0 where all is as asked, and at most 1 for each parameter.
    pub(super) fn distance(
        &self,
        asked: &BTreeMap<String, String>,
        measured: &BTreeMap<String, String>,
    ) -> f64 {
        let far = |(name, value): (&String, &String)| match measured.get(name) {
            None => 1.0,
            Some(found) if same(value, found) => 0.0,
            Some(found) => self.between(name, value, found),
        };
        asked.iter().map(far).sum()
    }

    fn between(&self, name: &str, asked: &str, measured: &str) -> f64 {
        let Some((asked, measured)) = number(asked).zip(number(measured)) else { return 1.0 };
        if PERCENTAGES.contains(&name) {
            return ((asked - measured).abs() / 100.0).min(1.0);
        }
        // Sizes and counts differ by factors.
        let log = |value: f64| (1.0 + value.max(0.0)).ln();
        let values = self.0.get(name).into_iter().flatten().filter_map(|value| number(value)).map(log);
        let ends = values
            .chain([log(asked)])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        (log(asked) - log(measured)).abs() / (ends.1 - ends.0).max(f64::MIN_POSITIVE)
    }

    /// Parameters that nobody asked for, and in which these workloads differ.
    pub(super) fn telling(&self, need: &Need, workloads: &[&BTreeMap<String, String>]) -> Vec<String> {
        let differ = |name: &&&str| {
            let values: BTreeSet<Option<&String>> = workloads.iter().map(|one| one.get(**name)).collect();
            values.len() > 1 && !need.parameters.contains_key(**name)
        };
        self.0.keys().filter(differ).map(|name| (*name).to_owned()).collect()
    }
}

/// The value as workloads have it: one of theirs, or a number where some of theirs are numbers.
fn understood(name: &str, value: &str, known: &BTreeSet<&str>) -> Option<String> {
    if known.contains(value) {
        return Some(value.to_owned());
    }
    let is_percentage = PERCENTAGES.contains(&name);
    let value = if is_percentage { value.strip_suffix('%').unwrap_or(value).trim_end() } else { value };
    let found = number(value)?;
    // What is no percentage is a size or a count.
    let fits = if is_percentage { (0.0..=100.0).contains(&found) } else { found >= 0.0 };
    (fits && known.iter().any(|known| number(known).is_some())).then(|| value.to_owned())
}

/// Whether the two say the same, in whatever digits.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || number(one).zip(number(other)).is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The thread count of the workload with a number that is nearest, by its factor, to the one asked for; else the most that are not
/// oversubscribed. `None` where no contender has a number.
pub(super) fn nearest_threads(workload: &Workload<'_>, asked: Option<usize>) -> Option<usize> {
    let usable = |threads: &&usize| workload.at(**threads).any(|cell| cell.standing.is_some());
    let all: Vec<usize> = workload.threads.iter().filter(usable).copied().collect();
    let far = |threads: usize, asked: usize| (threads as f64 / asked as f64).ln().abs();
    match asked {
        Some(asked) => all.into_iter().min_by(|left, right| far(*left, asked).total_cmp(&far(*right, asked))),
        None => {
            let fits = all.iter().copied().filter(|threads| !workload.oversubscribed(*threads)).max();
            fits.or(all.into_iter().min())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, expected: Option<&str>) {
        let known: BTreeSet<&str> = match name {
            "keys" => ["integer", "string"].into(),
            "capacity" => ["64", "unbounded"].into(),
            _ => ["50", "99"].into(),
        };
        assert_eq!(understood(name, value, &known).as_deref(), expected);
    }

    #[test]
    fn percentages_are_numbers_from_0_to_100() {
        check("reads", "99", Some("99"));
        check("reads", "97.5", Some("97.5"));
        check("reads", "99%", Some("99"));
        check("hits", "99 %", Some("99"));
        check("reads", "0", Some("0"));
        for odd in ["lots", "nan", "inf", "250", "-5", "%", "", "99%%"] {
            check("reads", odd, None);
        }
    }

    #[test]
    fn sizes_are_numbers_and_kinds_are_words() {
        check("size", "1000", Some("1000"));
        check("size", "1e3", Some("1e3"));
        for odd in ["99%", "-1", "many", "infinity"] {
            check("size", odd, None);
        }
        check("keys", "string", Some("string"));
        check("keys", "7", None);
        check("capacity", "unbounded", Some("unbounded"));
        check("capacity", "128", Some("128"));
        check("capacity", "endless", None);
    }

    #[test]
    fn the_same_number_in_other_digits_is_the_same() {
        assert!(same("99", "99.0") && same("1000", "1e3") && same("string", "string"));
        assert!(!same("99", "98") && !same("string", "99"));
    }
}
