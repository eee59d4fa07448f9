//! What `contend show` prints of one run.

pub(crate) mod head;
pub(crate) mod tables;
pub(crate) mod warnings;

use crate::layout::MIN_WIDTH;
use crate::page::{Page, Tone};
use crate::warning;
use contend_record::Run;

/// How a run is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Most characters in a line; fewer than 80 count as 80, because the tables do not fit in less.
    pub width: usize,
    /// Bold headings and coloured warnings, as terminals understand them.
    pub colour: bool,
}

/// The whole run: where it comes from, what to be wary of, and a table for each workload and thread count.
pub fn text(run: &Run, options: &Options) -> String {
    let width = options.width.max(MIN_WIDTH);
    let mut page = Page::default();
    page.add(Tone::Plain, head::lines(run, width));
    warning::add(&warnings::warnings(run), width, &mut page);
    tables::add(run, width, &mut page);
    page.text(options.colour)
}
