//! What `contend explain` prints: the words of a report, each in a few plain lines.

mod comparing;
mod exits;
mod warnings;

/// Words and their texts: lines of at most 80 characters, the last one ended.
type Entries = &'static [(&'static str, &'static str)];

const ALL: [Entries; 3] = [comparing::ENTRIES, warnings::ENTRIES, exits::ENTRIES];

/// What `word` means; `None` for a word that no report has.
///
/// A number alone is an exit code: `10` is `exit-10`.
///
/// ```
/// use contend_report::explain::explain;
///
/// assert!(explain("regressed").is_some_and(|text| text.starts_with("Head is slower than base")));
/// assert_eq!(explain("10"), explain("exit-10"));
/// assert_eq!(explain("regrets"), None);
/// ```
pub fn explain(word: &str) -> Option<&'static str> {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let word = if is_number { format!("exit-{word}") } else { word.to_owned() };
    entries().find(|(known, _)| *known == word).map(|(_, text)| text)
}

/// All words that can be explained: verdicts and what is around them, warnings, exit codes.
pub fn words() -> impl Iterator<Item = &'static str> {
    entries().map(|(word, _)| word)
}

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::comparison::{Comparison, Doubt, Verdict};
    use contend_protocol::{Value, decode, exit, json};
    use std::collections::BTreeSet;

    const VERDICT: &str = include_str!("../../protocol/tests/formats/v1/verdict.json");
    const SCHEMA: &str = include_str!("../../protocol/schema/verdict.v1.schema.json");

    /// What an enumeration of the format allows, as the schema says.
    fn names_in_schema(name: &str) -> Vec<String> {
        let schema: Value = decode("a schema", SCHEMA).expect("it is JSON");
        let alternatives = schema["$defs"][name]["oneOf"].as_array().expect("it is an enumeration").clone();
        let name = |one: &Value| {
            one["const"].as_str().or(one["properties"]["kind"]["const"].as_str()).map(str::to_owned)
        };
        let names: Option<Vec<String>> = alternatives.iter().map(name).collect();
        names.filter(|names| !names.is_empty()).expect("alternatives have names")
    }

    #[test]
    fn every_verdict_doubt_and_margin_has_a_text() {
        for enumeration in ["Verdict", "Doubt", "MarginSource"] {
            for name in names_in_schema(enumeration) {
                assert!(explain(&name).is_some(), "{enumeration} {name} has no text");
            }
        }
    }

    #[test]
    fn the_schema_has_all_that_the_fixture_has() {
        let comparison: Comparison = decode("a comparison", VERDICT).expect("the fixture is one");
        let known = names_in_schema("Verdict");
        for cell in &comparison.cells {
            let verdict = json!(cell.verdict);
            assert!(
                known.contains(&verdict["kind"].as_str().expect("it has a kind").to_owned()),
                "{verdict}"
            );
        }
        let verdict = Verdict::Undecided { reason: Doubt::Unconfirmed, pairs_needed: None };
        assert_eq!(json!(verdict)["reason"], "unconfirmed");
    }

    #[test]
    fn every_exit_code_has_a_text() {
        let codes = [
            exit::OK,
            exit::INTERNAL,
            exit::USAGE,
            exit::NOTHING_SELECTED,
            exit::REGRESSION,
            exit::UNDECIDED,
            exit::NO_BASELINE,
            exit::UNFIT,
            exit::WRONG_RESULT,
            exit::INTERRUPTED,
        ];
        for code in codes {
            assert!(explain(&format!("exit-{code}")).is_some(), "exit code {code} has no text");
        }
        assert_eq!(explain("3"), None);
        assert_eq!(explain(""), None);
    }

    #[test]
    fn words_are_plain_and_stand_once() {
        let all: Vec<&str> = words().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        for word in all {
            assert!(contend_protocol::check_part(word).is_ok(), "{word}");
        }
    }

    #[test]
    fn texts_are_short_and_fit_a_terminal() {
        for (word, text) in entries() {
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{word} is too wide");
            assert!(text.lines().count() <= 12, "{word} is too long");
            assert!(text.ends_with(".\n") && !text.ends_with("\n\n"), "{word} does not end as it should");
            assert!(text.lines().all(|line| !line.ends_with(char::is_whitespace)), "{word} has stray space");
        }
    }
}
