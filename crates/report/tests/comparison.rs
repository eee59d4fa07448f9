//! Comparisons as they are shown, letter for letter.

use contend_protocol::comparison::{CellVerdict, Comparison, Doubt, Modes, Verdict};
use contend_protocol::decode;
use contend_protocol::sample::Fault;
use contend_report::comparison::{Options, markdown, summary_line, text};
use contend_report::explain::explain;
use proptest::prelude::*;
use std::collections::BTreeSet;

const VERDICT: &str = include_str!("../../protocol/tests/formats/v1/verdict.json");
const SHORT: Options = Options { all: false, colour: false };
const ALL: Options = Options { all: true, colour: false };
const MOST_CHARACTERS: usize = 60_000;

/// One of every verdict.
fn mixed() -> Comparison {
    decode("a comparison", VERDICT).expect("the fixture is one")
}

/// The cells of the fixture with numbers, and none changed.
fn unchanged() -> Comparison {
    let mut comparison = mixed();
    comparison.cells.retain(|cell| cell.evidence.is_some());
    for cell in comparison.cells.iter_mut().chain(&mut comparison.controls) {
        cell.verdict = Verdict::Unchanged;
        let evidence = cell.evidence.as_mut().expect("it has numbers");
        evidence.change_ppm /= 100;
        evidence.head_ps = evidence.base_ps;
        evidence.confirmation_pairs = 0;
        (evidence.base_modes, evidence.head_modes) = (None, None);
        if let Some(interval) = &mut evidence.interval {
            (interval.low_ppm, interval.high_ppm) = (-1900, 1900);
        }
    }
    comparison.head.dirty = false;
    comparison.conclusion.exit_code = 0;
    comparison
}

/// The cell of that number in the fixture, under another name.
fn renamed(index: usize, contender: &str, threads: usize) -> CellVerdict {
    let cell = mixed().cells.swap_remove(index);
    let id = format!("{}/{contender}/{threads}", cell.cell.group());
    CellVerdict { cell: id.parse().expect("an id"), ..cell }
}

/// 5,000 cells of all kinds.
fn huge() -> Comparison {
    let mut comparison = mixed();
    let kinds = comparison.cells.len();
    comparison.cells =
        (0..5000).map(|index| renamed(index % kinds, &format!("contender-{index}"), 2)).collect();
    comparison
}

#[track_caller]
fn check(got: &str, expected: &str) {
    assert_narrow(got);
    assert_eq!(got, expected, "\n{got}");
}

#[track_caller]
fn assert_narrow(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "a line is too long: {line}");
        assert!(!line.ends_with(' ') && !line.contains(char::is_control), "a line has stray space: {line:?}");
    }
}

#[track_caller]
fn assert_short(comment: &str) {
    assert!(comment.chars().count() <= MOST_CHARACTERS, "{} characters", comment.chars().count());
    assert_eq!(comment.matches("<details").count(), comment.matches("</details>").count());
    assert!(comment.ends_with("\n<!-- contend-verdict -->\n"));
}

#[test]
fn regressions_stand_first_and_everything_is_counted() {
    check(&text(&mixed(), &SHORT), include_str!("shown/comparison.txt"));
}

#[test]
fn all_means_all() {
    check(&text(&mixed(), &ALL), include_str!("shown/comparison_all.txt"));
}

#[test]
fn without_a_change_the_first_sentence_says_so() {
    check(&text(&unchanged(), &SHORT), include_str!("shown/comparison_unchanged.txt"));
}

#[test]
fn a_comment_begins_with_the_verdict() {
    let comment = markdown(&mixed());
    assert_short(&comment);
    assert_eq!(comment, include_str!("shown/comparison.md"), "\n{comment}");
}

#[test]
fn a_comment_without_a_change() {
    let comment = markdown(&unchanged());
    assert_short(&comment);
    assert_eq!(comment, include_str!("shown/comparison_unchanged.md"), "\n{comment}");
}

#[track_caller]
fn check_headline(change: impl FnOnce(&mut Comparison), expected: &str) {
    let mut comparison = mixed();
    change(&mut comparison);
    let shown = text(&comparison, &SHORT);
    let headline: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    assert_eq!(headline.join(" "), expected);
}

fn keep(comparison: &mut Comparison, wanted: fn(&Verdict) -> bool) {
    comparison.cells.retain(|cell| wanted(&cell.verdict));
}

#[test]
fn headlines() {
    check_headline(
        |comparison| keep(comparison, |verdict| matches!(verdict, Verdict::Regressed | Verdict::Unchanged)),
        "2 of 3 cells regressed: the working tree is slower than main",
    );
    check_headline(
        |comparison| keep(comparison, |verdict| matches!(verdict, Verdict::Regressed | Verdict::Improved)),
        "2 of 3 cells regressed: the working tree is slower than main; 1 improved",
    );
    check_headline(
        |comparison| keep(comparison, |verdict| !matches!(verdict, Verdict::Regressed)),
        "2 of 9 cells gave a wrong result; no regression found: 1 improved, 1 not comparable, 1 not measurable, 3 \
         undecided, 1 unchanged of 9 cells",
    );
    check_headline(
        |comparison| keep(comparison, |verdict| matches!(verdict, Verdict::WrongResult { .. })),
        "2 of 2 cells gave a wrong result; no other cell was compared",
    );
    check_headline(
        |comparison| keep(comparison, |verdict| matches!(verdict, Verdict::Unchanged)),
        "No change: the one cell is unchanged within its margin",
    );
    check_headline(
        |comparison| keep(comparison, |verdict| matches!(verdict, Verdict::Added)),
        "Nothing was compared: no cell is on both sides",
    );
    check_headline(
        |comparison| {
            keep(comparison, |verdict| matches!(verdict, Verdict::Undecided { .. }));
            comparison.conclusion.interrupted = true;
        },
        "No regression found: 3 undecided of 3 cells; interrupted before its end",
    );
    check_headline(
        |comparison| {
            comparison.controls[1].verdict = Verdict::Improved;
            comparison.conclusion.unfit = true;
        },
        "No verdict: 1 of 2 controls gave an alarm, so this machine cannot judge now",
    );
}

#[track_caller]
fn check_summary(comparison: &Comparison, expected: &str) {
    assert_eq!(summary_line(comparison), expected);
}

#[test]
fn one_line_for_a_log() {
    check_summary(
        &mixed(),
        "2 regressed, 1 improved, 2 with a wrong result, 1 not comparable, 1 not measurable, 3 undecided, 1 \
         unchanged, 1 added, 1 removed; exit code 14",
    );
    check_summary(&unchanged(), "0 regressed, 8 unchanged; exit code 0");
    let mut ended = unchanged();
    ended.cells.clear();
    (ended.conclusion.unfit, ended.conclusion.interrupted, ended.conclusion.exit_code) = (true, true, 13);
    check_summary(&ended, "0 regressed; machine unfit; interrupted; exit code 13");
}

/// The paragraph with the warnings.
fn warnings(comparison: &Comparison) -> String {
    let shown = text(comparison, &SHORT);
    assert_narrow(&shown);
    shown
        .split("\n\n")
        .find(|paragraph| paragraph.starts_with("warning: "))
        .expect("there are some")
        .to_owned()
}

#[test]
fn everything_that_can_be_wary_of_is_said() {
    let mut comparison = mixed();
    comparison.format.0 = 9;
    comparison.method.0 = 7;
    comparison.base.dirty = true;
    comparison.base.executables = comparison.head.executables.clone();
    comparison.base.executables.reverse();
    comparison.base.rustc = "rustc 1.94.0".to_owned();
    comparison.conclusion.unfit = true;
    comparison.conclusion.interrupted = true;
    comparison.controls[0].verdict = Verdict::Regressed;
    check(&warnings(&comparison), include_str!("shown/comparison_warnings.txt").trim_end());
    comparison.controls.clear();
    comparison.conclusion.unfit = false;
    assert!(warnings(&comparison).starts_with("warning: no cell was compared with itself"));
    let shown = text(&comparison, &SHORT);
    assert!(
        shown.contains("\nbytes      same bytes: all 2 executables are the same on both sides\n"),
        "{shown}"
    );
    assert!(shown.contains("1.94.0\n"), "each side names its compiler: {shown}");
}

#[test]
fn warnings_can_be_explained() {
    let warnings = warnings(&mixed()).replace("\n  ", " ");
    let (_, words) =
        warnings.split_once("`contend explain WORD` says more: ").expect("the words stand below");
    assert!(words.split(", ").count() > 2, "{words}");
    for word in words.split(", ") {
        assert!(explain(word).is_some(), "{word}");
    }
}

#[test]
fn thousands_of_cells_fit_a_comment() {
    let huge = huge();
    let comment = markdown(&huge);
    assert_short(&comment);
    assert!(comment.chars().count() > MOST_CHARACTERS * 9 / 10, "there was room for more");
    let rows = comment.matches("| `").count() + comment.matches("| undecided").count();
    let line = comment.lines().find(|line| line.contains("left out here")).expect("it says what is missing");
    let missing: usize = line.split(' ').next().and_then(|number| number.parse().ok()).expect("a number");
    assert_eq!(rows + missing, huge.cells.len() + huge.controls.len(), "{line}");
    let shown = text(&huge, &ALL);
    assert_narrow(&shown);
    let names: BTreeSet<&str> =
        shown.split_whitespace().map(|word| word.trim_end_matches([':', ','])).collect();
    for index in 0..5000 {
        assert!(names.contains(format!("contender-{index}/2").as_str()), "cell {index} is missing");
    }
}

#[test]
fn a_comment_is_no_way_to_say_something_else() {
    let odd = "@all `x` | <script> </details> #7 [a](b) **c**\n# d\n--> ".repeat(99);
    let mut comparison = huge();
    for cell in &mut comparison.cells {
        let foreign = odd.clone();
        match &mut cell.verdict {
            Verdict::NotComparable { reason } | Verdict::NotMeasurable { reason } => *reason = foreign,
            Verdict::WrongResult { fault, .. } => *fault = Fault::Panicked { message: foreign },
            _ => {}
        }
    }
    comparison.command = odd.clone();
    comparison.head.label = odd.clone();
    comparison.head.variants = vec![odd.clone(), odd.clone()];
    comparison.base.commit = Some(odd.clone());
    comparison.base.rustc = odd.clone();
    comparison.machine.cpu_model = Some(odd);
    let comment = markdown(&comparison);
    assert!(comment.chars().count() <= MOST_CHARACTERS);
    assert!(comment.lines().next().is_some_and(|line| line.starts_with("**") && line.ends_with("**")));
    assert!(comment.lines().filter(|line| line.starts_with('|')).all(|line| line.ends_with('|')));
    let in_prose: String = comment.replace(r"\`", "").split('`').step_by(2).collect();
    for markup in ["<script>", "@all", "[a]", "**c**", "\n# d"] {
        let found = in_prose.find(markup).map(|at| in_prose[at..].chars().take(40).collect::<String>());
        assert_eq!(found, None, "{markup} is not escaped");
    }
}

#[test]
fn what_has_no_numbers_is_named_all_the_same() {
    let mut comparison = mixed();
    for cell in comparison.cells.iter_mut().chain(&mut comparison.controls) {
        cell.evidence = None;
    }
    let shown = text(&comparison, &ALL);
    assert_narrow(&shown);
    assert!(shown.contains("\n  dashmap/2  no number is kept\n"), "{shown}");
    assert!(markdown(&comparison).contains("| regressed | `map-contention/mixed/dashmap/2` | - | - |"));
}

#[test]
fn colour_is_around_lines_and_only_when_asked_for() {
    let coloured = text(&mixed(), &Options { colour: true, ..SHORT });
    assert!(coloured.starts_with("\u{1b}[31m2 of 11 cells gave a wrong result"), "{coloured}");
    assert!(coloured.contains("\u{1b}[1m2 regressed\u{1b}[0m\n"), "{coloured}");
    let mut bare = coloured;
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[33m"] {
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, text(&mixed(), &SHORT));
}

fn id() -> impl Strategy<Value = String> {
    ("[a-z0-9-]{1,40}", "[a-z0-9-]{1,40}", "[a-z0-9-]{1,40}", 1_usize..=4096)
        .prop_map(|(suite, workload, contender, threads)| format!("{suite}/{workload}/{contender}/{threads}"))
}

proptest! {
    #[test]
    fn no_text_makes_a_line_too_long(
        ids in prop::collection::vec(id(), 13),
        odd in any::<String>(),
        ps in 0_u64..1_000_000_000_000_000,
        ppm in any::<i64>(),
        pairs in 0_u32..1000,
    ) {
        let mut comparison = mixed();
        for (cell, id) in comparison.cells.iter_mut().zip(&ids) {
            cell.cell = id.parse().expect("an id");
            if let Some(evidence) = &mut cell.evidence {
                (evidence.base_ps, evidence.change_ppm, evidence.pairs) = (ps, ppm, pairs);
                evidence.head_modes = Some(Modes { fast_ps: ps, slow_ps: ps, fast_permille: pairs });
                if let Some(interval) = &mut evidence.interval {
                    (interval.low_ppm, interval.high_ppm) = (ppm, ppm);
                }
            }
            if let Verdict::NotMeasurable { reason } = &mut cell.verdict {
                *reason = odd.clone();
            }
        }
        comparison.cells[0].verdict = Verdict::Undecided { reason: Doubt::Budget, pairs_needed: Some(pairs) };
        comparison.head.label = odd.clone();
        comparison.command = odd.clone();
        comparison.base.variants = vec![odd.clone()];
        comparison.machine.cpu_model = Some(odd);
        for line in text(&comparison, &ALL).lines() {
            prop_assert!(line.chars().count() <= 80, "{}", line);
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
        prop_assert!(markdown(&comparison).chars().count() <= MOST_CHARACTERS);
    }
}
