//! What `contend show` prints of one run.

mod head;
pub(crate) mod tables;
mod warnings;

use crate::layout::{MIN_WIDTH, wrap};
use contend_record::Run;

/// How a run is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Most characters in a line; fewer than 80 count as 80, because the tables do not fit in less.
    pub width: usize,
    /// Bold headings and coloured warnings, as terminals understand them.
    pub colour: bool,
}

/// What a line is, for its colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tone {
    Plain,
    Heading,
    Warning,
    Fault,
}

/// Lines and their tones.
#[derive(Debug, Default)]
pub(crate) struct Page {
    lines: Vec<(Tone, String)>,
}

impl Page {
    pub(crate) fn add(&mut self, tone: Tone, lines: impl IntoIterator<Item = String>) {
        self.lines.extend(lines.into_iter().map(|line| (tone, line)));
    }

    pub(crate) fn gap(&mut self) {
        self.lines.push((Tone::Plain, String::new()));
    }

    fn text(&self, colour: bool) -> String {
        let paint = |(tone, line): &(Tone, String)| match tone.code().filter(|_| colour && !line.is_empty()) {
            Some(code) => format!("\u{1b}[{code}m{line}\u{1b}[0m\n"),
            None => format!("{line}\n"),
        };
        self.lines.iter().map(paint).collect()
    }
}

impl Tone {
    /// Source: ECMA-48, 5th edition, 1991, §8.3.117: select graphic rendition.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Heading => Some("1"),
            Self::Warning => Some("33"),
            Self::Fault => Some("31"),
        }
    }
}

/// The whole run: where it comes from, what to be wary of, and a table for each workload and thread count.
pub fn text(run: &Run, options: &Options) -> String {
    let width = options.width.max(MIN_WIDTH);
    let mut page = Page::default();
    page.add(Tone::Plain, head::lines(run, width));
    let warnings = warnings::warnings(run);
    if !warnings.is_empty() {
        page.gap();
    }
    for warning in warnings {
        page.add(warning.tone, wrap(&format!("warning: {}", warning.text), width, 2));
    }
    tables::add(run, width, &mut page);
    page.text(options.colour)
}
