//! What to do next, and why the exit code is what it is.

use super::findings::{Finding, Findings, ORDER};
use crate::layout::HARD_SPACE;
use contend_protocol::comparison::{CellVerdict, Comparison, Conclusion, Doubt, Verdict};
use contend_protocol::exit;

/// Verdicts whose explanation is offered.
///
/// Chosen here because these fit two lines, and who has read one knows how to read the others.
const MOST_WORDS: usize = 3;

/// Sentences, the exit code last.
pub(crate) fn sentences(comparison: &Comparison, findings: &Findings<'_>) -> Vec<String> {
    let mut sentences = about_undecided(comparison, findings);
    sentences.extend(explaining(findings));
    sentences.push(format!(
        "exit code {}: {}",
        comparison.conclusion.exit_code,
        meaning(&comparison.conclusion)
    ));
    sentences
}

fn about_undecided(comparison: &Comparison, findings: &Findings<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    let out_of_time = findings.cells(Finding::Undecided(Doubt::Budget));
    if !out_of_time.is_empty() {
        let how = match (comparison.conclusion.interrupted, comparison.plan.budget_s) {
            (false, Some(budget_s)) => {
                format!("with a --budget larger than {budget_s}{HARD_SPACE}s, or with a narrower filter")
            }
            _ => "to its end".to_owned(),
        };
        let more = more_pairs(&out_of_time);
        sentences.push(format!("to decide what ran out of time: repeat the command {how}{more}"));
    }
    if findings.count(Finding::Undecided(Doubt::Unconfirmed)) > 0 {
        sentences.push(
            "to decide what was not confirmed: repeat the command with a filter on those cells".to_owned(),
        );
    }
    if findings.count(Finding::Undecided(Doubt::Looks)) > 0 {
        sentences.push(
            "to decide what used up its looks: take a larger --margin or a quieter machine; more time does not help"
                .to_owned(),
        );
    }
    sentences
}

/// How much is missing, where each of the cells says so.
fn more_pairs(cells: &[&CellVerdict]) -> String {
    let missing = |cell: &&CellVerdict| {
        let Verdict::Undecided { pairs_needed, .. } = cell.verdict else { return None };
        let pairs = cell.evidence.as_ref().map_or(0, |evidence| match evidence.confirmation_pairs {
            0 => evidence.pairs,
            fresh => fresh,
        });
        Some(u64::from(pairs_needed?.saturating_sub(pairs)))
    };
    let missing: Option<Vec<u64>> = cells.iter().map(missing).collect();
    match missing.map(|missing| missing.iter().sum()) {
        None | Some(0) => String::new(),
        Some(pairs) => format!("; about {pairs} more pairs are needed"),
    }
}

fn explaining(findings: &Findings<'_>) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for finding in ORDER.into_iter().filter(|finding| findings.count(*finding) > 0) {
        if !words.contains(&finding.word()) {
            words.push(finding.word());
        }
    }
    let command = |word: &&str| format!("`contend{HARD_SPACE}explain{HARD_SPACE}{word}`");
    let commands: Vec<String> = words.iter().take(MOST_WORDS).map(command).collect();
    (!commands.is_empty()).then(|| format!("what the verdicts mean: {}", commands.join(", ")))
}

/// Why a comparison ends with this code.
pub(super) fn meaning(conclusion: &Conclusion) -> &'static str {
    match conclusion.exit_code {
        exit::OK => "nothing to report",
        exit::REGRESSION => "a regression was confirmed",
        exit::UNDECIDED => "cells are undecided, and you asked to fail on that",
        exit::UNFIT if !conclusion.unfit => "no cell could be measured: the machine is disturbed",
        exit::UNFIT => "a control gave an alarm: the machine cannot judge now",
        exit::WRONG_RESULT => "a contender gave a wrong result",
        exit::INTERRUPTED => "it was interrupted",
        exit::NOTHING_SELECTED => "nothing was selected",
        exit::NO_BASELINE => "the sides cannot be compared",
        _ => "something failed that is no measurement",
    }
}
