//! What a comparison found: for a terminal, for a pull request, and in one line for a log.
//!
//! It judges nothing: the verdicts are those of the comparison. It only puts what matters first.

mod comment;
pub(crate) mod figures;
pub(crate) mod findings;
pub(crate) mod head;
pub(crate) mod headline;
pub(crate) mod next;
pub(crate) mod tables;
pub(crate) mod warnings;

use crate::layout::{MIN_WIDTH, wrap};
use crate::page::{Page, Tone};
use crate::warning;
use contend_protocol::comparison::Comparison;
use findings::{Finding, Findings};

pub use comment::markdown;
pub use figures::cell_line;
pub use headline::summary_line;

/// How a comparison is shown in a terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Also every cell that did not change, was added or was removed, and the controls.
    pub all: bool,
    /// Bold headings and coloured warnings, as terminals understand them.
    pub colour: bool,
}

/// The whole comparison in lines of at most 80 characters: the verdict in one sentence, what was compared, what to be
/// wary of, the cells with what matters first, and what to do next.
pub fn text(comparison: &Comparison, options: &Options) -> String {
    let findings = Findings::of(&comparison.cells);
    let mut page = Page::default();
    let headline = headline::sentence(comparison, str::to_owned);
    page.add(headline_tone(comparison, &findings), wrap(&headline, MIN_WIDTH, 2));
    page.gap();
    page.add(Tone::Plain, head::lines(comparison));
    warning::add(&warnings::warnings(comparison), MIN_WIDTH, &mut page);
    tables::add(comparison, &findings, options.all, &mut page);
    page.gap();
    for sentence in next::sentences(comparison, &findings) {
        page.add(Tone::Plain, wrap(&sentence, MIN_WIDTH, 2));
    }
    page.text(options.colour)
}

fn headline_tone(comparison: &Comparison, findings: &Findings<'_>) -> Tone {
    let broken =
        [Finding::Regressed, Finding::WrongResult].iter().any(|finding| findings.count(*finding) > 0);
    if comparison.conclusion.unfit {
        Tone::Warning
    } else if broken {
        Tone::Fault
    } else {
        Tone::Heading
    }
}
