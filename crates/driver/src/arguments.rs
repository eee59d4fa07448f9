//! What of criterion's command line we must know: what it will do, with which cells, under which baseline.
//!
//! criterion parses the same words again and refuses what it does not know, so nothing is refused here but our own
//! questions.

use crate::error::DriverError;
use regex::Regex;

/// Options of criterion 0.8.2 that take a value.
///
/// Source: `Criterion::configure_from_args` in criterion 0.8.2, `src/lib.rs`.
const WITH_VALUE: &[&str] = &[
    "baseline",
    "baseline-lenient",
    "color",
    "confidence-level",
    "format",
    "load-baseline",
    "logfile",
    "measurement-time",
    "noise-threshold",
    "nresamples",
    "output-format",
    "plotting-backend",
    "profile-time",
    "sample-size",
    "save-baseline",
    "significance-level",
    "skip",
    "test-threads",
    "warm-up-time",
];

/// What the process was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) mode: Mode,
    pub(crate) filter: Filter,
    pub(crate) baseline: Baseline,
    /// The baseline whose report is rendered instead of measuring.
    pub(crate) load: Option<String>,
    pub(crate) quick: bool,
    pub(crate) sample_size: Option<usize>,
    pub(crate) measurement_s: Option<f64>,
}

/// What the process will do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// Measure, and save a run.
    Measure,
    /// Run every cell once.
    Test,
    /// Print names, profile, or render what was saved: criterion alone, nothing measured.
    Other,
    /// Answer `contend`.
    Answer(Question),
}

/// What `contend` asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Question {
    pub(crate) verb: Verb,
    pub(crate) filter: Option<String>,
    /// Begin behind this cell.
    pub(crate) after: Option<String>,
    /// Measure as the launch of this number does, and save nothing.
    pub(crate) unsaved: Option<u32>,
}

/// What `contend` asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verb {
    /// Which cells there are.
    List,
    /// Whether contenders keep their contracts.
    Check,
    /// The machine as the engine sees it.
    Machine,
    /// How this executable was built.
    Build,
    /// Slices, one request at a time.
    Serve,
    /// Times of single operations, and what they allocate.
    Figures,
    /// The contenders' memory.
    Footprint,
    /// One launch of a run.
    Launch,
}

/// Which cells are meant.
#[derive(Debug)]
pub(crate) enum Filter {
    All,
    None,
    Exact(String),
    Pattern(Regex),
}

impl Filter {
    pub(crate) fn matches(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Exact(exact) => exact == id,
            Self::Pattern(pattern) => pattern.is_match(id),
        }
    }

    /// The one id that it means, where it is written as such: `^id$`.
    #[cfg_attr(not(feature = "passes"), expect(dead_code, reason = "only footprints need a cell alone"))]
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(id) => Some(id),
            Self::Pattern(pattern) => pattern.as_str().strip_prefix('^')?.strip_suffix('$'),
            Self::All | Self::None => None,
        }
    }

    /// A filter of the regular expression `pattern`.
    pub(crate) fn pattern(pattern: &str) -> Result<Self, DriverError> {
        // criterion's own crate reads the expression again; here only what cells it means is asked.
        let compiled = Regex::new(pattern);
        compiled.map(Self::Pattern).map_err(|error| DriverError::Filter {
            filter: pattern.to_owned(),
            reason: error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned(),
        })
    }
}

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("everything"),
            Self::None => f.write_str("nothing"),
            Self::Exact(exact) => write!(f, "exactly `{exact}`"),
            Self::Pattern(pattern) => write!(f, "`{pattern}`"),
        }
    }
}

/// What criterion does with baselines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Baseline {
    /// Compare with it if it is there, then save under its name.
    Save(String),
    /// Compare with it; it has to be there.
    Strict(String),
    /// Compare with it where it is there.
    Lenient(String),
    /// Compare with `base` where it is there, and save nothing.
    Discard,
}

impl Baseline {
    /// The name that criterion reads.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Save(name) | Self::Strict(name) | Self::Lenient(name) => name,
            Self::Discard => "base",
        }
    }
}

impl Arguments {
    pub(crate) fn of_process(words: impl Iterator<Item = String>) -> Result<Self, DriverError> {
        let words: Vec<String> = words.collect();
        if words.first().is_some_and(|word| word == "--contend") {
            return Ok(Self::answering(parse_question(&words[1..])?));
        }
        let words = Words::split(&words);
        let filter = match words.positional.as_deref() {
            _ if words.has("ignored") => Filter::None,
            None => Filter::All,
            Some(exact) if words.has("exact") => Filter::Exact(exact.to_owned()),
            Some(pattern) => Filter::pattern(pattern)?,
        };
        let baseline = words.baseline();
        check_baseline_name(baseline.name())?;
        Ok(Self {
            mode: words.mode(),
            filter,
            baseline,
            load: words.value("load-baseline").map(str::to_owned),
            quick: words.has("quick"),
            sample_size: words.value("sample-size").and_then(|value| value.parse().ok()),
            measurement_s: words.value("measurement-time").and_then(|value| value.parse().ok()),
        })
    }

    fn answering(question: Question) -> Self {
        Self {
            mode: Mode::Answer(question),
            filter: Filter::All,
            baseline: Baseline::Discard,
            load: None,
            quick: false,
            sample_size: None,
            measurement_s: None,
        }
    }
}

fn parse_question(words: &[String]) -> Result<Question, DriverError> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let odd = || DriverError::Question { words: words.join(" ") };
    let number = |text: &str| text.parse::<u32>().map_err(|_| odd());
    let mut unsaved = None;
    let (verb, filter, after) = match words[..] {
        [verb] => (verb, None, None),
        [verb, "--filter", filter] => (verb, Some(filter), None),
        [verb, "--after", after] => (verb, None, Some(after)),
        [verb, "--after", after, "--filter", filter] => (verb, Some(filter), Some(after)),
        // How many launches are wanted is said for those who read the run.
        ["launch", "--of", launches] => number(launches).map(|_| ("launch", None, None))?,
        ["launch", "--unsaved", launch] => {
            unsaved = Some(number(launch)?);
            ("launch", None, None)
        }
        _ => ("", None, None),
    };
    let verb = match verb {
        "list" => Verb::List,
        "check" => Verb::Check,
        "machine" => Verb::Machine,
        "build" => Verb::Build,
        "serve" => Verb::Serve,
        "figures" => Verb::Figures,
        "footprint" => Verb::Footprint,
        "launch" => Verb::Launch,
        _ => return Err(odd()),
    };
    Ok(Question { verb, filter: filter.map(str::to_owned), after: after.map(str::to_owned), unsaved })
}

/// criterion joins the name to a path as it is, and walks these folders itself.
fn check_baseline_name(name: &str) -> Result<(), DriverError> {
    let refuse = |reason| Err(DriverError::BaselineName { name: name.to_owned(), reason });
    match name {
        "new" | "report" | "change" => refuse("criterion keeps its own files under that name"),
        "" | "." | ".." => refuse("it is a path, not a name"),
        _ if name.contains(['/', '\\']) => refuse("it has a path separator"),
        _ if name.starts_with('-') => refuse("it looks like an option"),
        _ => Ok(()),
    }
}

/// The words, taken apart as criterion's parser does.
struct Words {
    flags: Vec<String>,
    values: Vec<(String, String)>,
    positional: Option<String>,
}

impl Words {
    fn split(words: &[String]) -> Self {
        let mut split = Self { flags: Vec::new(), values: Vec::new(), positional: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(option) = long_name(word) else {
                split.positional = split.positional.or_else(|| Some(word.clone()));
                continue;
            };
            if let Some((name, value)) = option.split_once('=') {
                split.values.push((name.to_owned(), value.to_owned()));
            } else if WITH_VALUE.contains(&option.as_str()) {
                split.values.extend(words.next().map(|value| (option, value.clone())));
            } else {
                split.flags.push(option);
            }
        }
        split
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    fn value(&self, option: &str) -> Option<&str> {
        self.values.iter().rfind(|(name, _)| name == option).map(|(_, value)| value.as_str())
    }

    fn mode(&self) -> Mode {
        let other =
            self.has("list") || self.value("profile-time").is_some() || self.value("load-baseline").is_some();
        match (other, self.has("bench") && !self.has("test")) {
            (true, _) => Mode::Other,
            (false, true) => Mode::Measure,
            (false, false) => Mode::Test,
        }
    }

    /// The last of criterion's own look-ups wins, in this order.
    fn baseline(&self) -> Baseline {
        let named = |option| self.value(option).map(str::to_owned);
        let strict = named("baseline").map(Baseline::Strict);
        let lenient = named("baseline-lenient").map(Baseline::Lenient);
        let discard = self.has("discard-baseline").then_some(Baseline::Discard);
        let save = || Baseline::Save(named("save-baseline").unwrap_or_else(|| "base".to_owned()));
        lenient.or(strict).or(discard).unwrap_or_else(save)
    }
}

/// The option that `word` is, by its long name; `None` for a positional word.
fn long_name(word: &str) -> Option<String> {
    let short = |word: &str| match word {
        "-b" => Some("baseline"),
        "-c" => Some("color"),
        "-n" => Some("noplot"),
        "-s" => Some("save-baseline"),
        "-v" => Some("verbose"),
        _ => None,
    };
    word.strip_prefix("--").map(str::to_owned).or_else(|| short(word).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Arguments {
        Arguments::of_process(words.split_whitespace().map(str::to_owned)).expect("the words fit")
    }

    #[track_caller]
    fn check_mode(words: &str, expected: &Mode) {
        assert_eq!(&parse(words).mode, expected);
    }

    #[test]
    fn modes_are_criterions() {
        check_mode("--bench", &Mode::Measure);
        check_mode("--bench --quick dashmap", &Mode::Measure);
        check_mode("", &Mode::Test);
        check_mode("--test --bench", &Mode::Test);
        check_mode("--list --bench", &Mode::Other);
        check_mode("--profile-time 5 --bench", &Mode::Other);
        check_mode("--load-baseline a --baseline b --bench", &Mode::Other);
    }

    #[track_caller]
    fn check_filter(words: &str, id: &str, expected: bool) {
        assert_eq!(parse(words).filter.matches(id), expected);
    }

    #[test]
    fn filters_are_criterions() {
        check_filter("--bench", "a/b/c/1", true);
        check_filter("--bench b/c", "a/b/c/1", true);
        check_filter("--bench --sample-size 10 zzz", "a/b/c/1", false);
        check_filter("--bench -s 10", "a/b/c/1", true);
        check_filter("--bench ^a.*1$", "a/b/c/1", true);
        check_filter("--bench --exact a/b/c/1", "a/b/c/1", true);
        check_filter("--bench --exact a/b", "a/b/c/1", false);
        check_filter("--bench --ignored", "a/b/c/1", false);
    }

    #[test]
    fn a_filter_that_is_no_expression_is_named() {
        let error = Arguments::of_process(["(".to_owned()].into_iter()).expect_err("it does not compile");
        assert!(error.to_string().starts_with("read the filter `(` as a regular expression:"), "{error}");
    }

    #[track_caller]
    fn check_baseline(words: &str, expected: &Baseline) {
        assert_eq!(&parse(words).baseline, expected);
    }

    #[test]
    fn baselines_are_criterions() {
        check_baseline("--bench", &Baseline::Save("base".into()));
        check_baseline("--bench --save-baseline a", &Baseline::Save("a".into()));
        check_baseline("--bench --save-baseline=a", &Baseline::Save("a".into()));
        check_baseline("--bench -b a", &Baseline::Strict("a".into()));
        check_baseline("--bench --baseline-lenient a", &Baseline::Lenient("a".into()));
        check_baseline("--bench --discard-baseline", &Baseline::Discard);
    }

    #[track_caller]
    fn refused(words: &[&str]) {
        assert!(Arguments::of_process(words.iter().map(|word| (*word).to_owned())).is_err(), "{words:?}");
    }

    #[test]
    fn names_that_are_paths_are_refused() {
        for name in ["..", "a/b", "new", "report", "-x", ""] {
            refused(&["--bench", "--save-baseline", name]);
        }
    }

    #[test]
    fn questions_are_understood() {
        let ask = |words| parse(words).mode;
        let list = Question { verb: Verb::List, filter: None, after: None, unsaved: None };
        assert_eq!(ask("--contend list"), Mode::Answer(list.clone()));
        let launch = Question { verb: Verb::Launch, ..list.clone() };
        assert_eq!(ask("--contend launch"), Mode::Answer(launch.clone()));
        assert_eq!(ask("--contend launch --of 6"), Mode::Answer(launch.clone()));
        let unsaved = Question { unsaved: Some(3), ..launch };
        assert_eq!(ask("--contend launch --unsaved 3"), Mode::Answer(unsaved));
        let check = Question { verb: Verb::Check, filter: Some("dashmap".into()), ..list };
        assert_eq!(ask("--contend check --filter dashmap"), Mode::Answer(check.clone()));
        let rest = Question { after: Some("a/b/c/1".into()), ..check };
        assert_eq!(ask("--contend check --after a/b/c/1 --filter dashmap"), Mode::Answer(rest));
        refused(&["--contend"]);
        refused(&["--contend", "dance"]);
        refused(&["--contend", "list", "all"]);
        refused(&["--contend", "launch", "--of", "many"]);
        refused(&["--contend", "check", "--of", "6"]);
    }
}
