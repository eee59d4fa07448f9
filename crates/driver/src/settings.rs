//! What the environment sets. The command line belongs to criterion.

use crate::error::DriverError;
use contend_harness::{Cores, Handicap};
use contend_protocol::MAX_THREADS;
use std::time::Duration;

/// Seed where nobody sets one.
///
/// Chosen here because any fixed number gives the same inputs in every run, which comparisons need.
const DEFAULT_SEED: u64 = 42;

/// Longest slice where nobody sets another bound.
///
/// Chosen here because the longest sensible slice takes under a second, and a loaded machine a few.
const DEFAULT_HANG_BOUND: Duration = Duration::from_secs(30);

/// Most threads per core that a cell may ask for.
///
/// Chosen here because schedulers are studied at some times the cores; thousands on two would only exhaust them.
const MAX_THREADS_PER_CORE: usize = 64;

/// Which workloads and contenders are measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Set {
    /// What answers a user's question within minutes.
    Curated,
    /// Everything.
    Full,
}

impl Set {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Curated => "curated",
            Self::Full => "full",
        }
    }
}

/// How to measure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Settings {
    pub(crate) cores: Cores,
    pub(crate) set: Set,
    /// Thread counts, ascending, each once.
    pub(crate) threads: Vec<usize>,
    /// They are not the default.
    pub(crate) threads_asked: bool,
    pub(crate) seed: u64,
    pub(crate) hang_bound: Duration,
    /// A known slow-down of every contender, to see what finds it.
    pub(crate) handicap: Handicap,
    /// Decides in which order a launch visits its cells.
    pub(crate) order: u64,
}

impl Settings {
    pub(crate) fn from_environment(cores: &Cores) -> Result<Self, DriverError> {
        Self::from_variables(cores, |name| std::env::var(name).ok())
    }

    fn from_variables(cores: &Cores, get: impl Fn(&str) -> Option<String>) -> Result<Self, DriverError> {
        let value = |name| get(name).filter(|value| !value.is_empty());
        Ok(Self {
            cores: cores.clone(),
            set: value("CONTEND_SET").map_or(Ok(Set::Curated), |text| parse_set(&text))?,
            threads: value("CONTEND_THREADS")
                .map_or_else(|| Ok(cores.default_threads()), |text| parse_threads(&text, cores))?,
            threads_asked: value("CONTEND_THREADS").is_some(),
            seed: value("CONTEND_SEED")
                .map_or(Ok(DEFAULT_SEED), |text| parse_number("CONTEND_SEED", &text))?,
            hang_bound: value("CONTEND_HANG_SECONDS")
                .map_or(Ok(DEFAULT_HANG_BOUND), |text| parse_hang_bound(&text))?,
            handicap: value("CONTEND_HANDICAP")
                .map_or(Ok(Handicap::default()), |text| parse_handicap(&text))?,
            order: value("CONTEND_ORDER").map_or(Ok(0), |text| parse_number("CONTEND_ORDER", &text))?,
        })
    }
}

fn parse_set(text: &str) -> Result<Set, DriverError> {
    match text {
        "curated" => Ok(Set::Curated),
        "full" => Ok(Set::Full),
        _ => Err(unfit("CONTEND_SET", text, "use `curated` or `full`")),
    }
}

fn parse_threads(text: &str, cores: &Cores) -> Result<Vec<usize>, DriverError> {
    let most = (cores.allowed.len() * MAX_THREADS_PER_CORE).min(MAX_THREADS);
    let parse = |part: &str| part.trim().parse().ok().filter(|threads| (1..=most).contains(threads));
    let threads: Option<Vec<usize>> = text.split(',').map(parse).collect();
    let remedy = format!("use a list of thread counts from 1 to {most}, such as 1,2,4");
    let mut threads = threads.ok_or_else(|| unfit("CONTEND_THREADS", text, &remedy))?;
    threads.sort_unstable();
    threads.dedup();
    Ok(threads)
}

fn parse_number(variable: &'static str, text: &str) -> Result<u64, DriverError> {
    text.parse().map_err(|_| unfit(variable, text, "use a whole number from 0 to 18446744073709551615"))
}

fn parse_hang_bound(text: &str) -> Result<Duration, DriverError> {
    let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
    let seconds = seconds.ok_or_else(|| {
        unfit("CONTEND_HANG_SECONDS", text, "use a whole number of seconds from 1 to 86400")
    })?;
    Ok(Duration::from_secs(seconds))
}

fn parse_handicap(text: &str) -> Result<Handicap, DriverError> {
    let parts = text.parse().map_err(|_| {
        unfit("CONTEND_HANDICAP", text, "use a whole number: 65536 is one work unit for each step")
    })?;
    Ok(Handicap::per_step(parts))
}

fn unfit(variable: &'static str, value: &str, remedy: &str) -> DriverError {
    DriverError::Setting { variable, value: value.to_owned(), remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &'static str, value: &str) -> Result<Settings, String> {
        let cores = Cores { allowed: vec![0, 1], physical: None };
        let get = |asked: &str| (asked == name).then(|| value.to_owned());
        Settings::from_variables(&cores, get).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check_threads(value: &str, expected: &[usize]) {
        assert_eq!(settings("CONTEND_THREADS", value).expect("it fits").threads, expected);
    }

    #[track_caller]
    fn refused(name: &'static str, value: &str) {
        let error = settings(name, value).expect_err("it does not fit");
        assert!(error.starts_with(&format!("read {name}={value}: use ")), "{error}");
    }

    #[test]
    fn thread_counts_are_read_sorted_and_distinct() {
        check_threads("", &[1, 2, 4]);
        check_threads("2", &[2]);
        check_threads("8, 1,2,1", &[1, 2, 8]);
        check_threads("128", &[128]);
    }

    #[test]
    fn what_does_not_fit_is_named_with_the_way_out() {
        refused("CONTEND_THREADS", "0");
        refused("CONTEND_THREADS", "129");
        refused("CONTEND_THREADS", "1,,2");
        refused("CONTEND_THREADS", "many");
        refused("CONTEND_SET", "everything");
        refused("CONTEND_SEED", "-1");
        refused("CONTEND_HANDICAP", "5%");
        refused("CONTEND_HANG_SECONDS", "0");
    }

    #[test]
    fn the_defaults_are_the_curated_set() {
        let settings = settings("CONTEND_OTHER", "").expect("nothing is set");
        assert_eq!((settings.set, settings.seed), (Set::Curated, DEFAULT_SEED));
    }
}
