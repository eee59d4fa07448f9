//! A table for each finding.

use super::figures::{HEADS, columns, needs, reason, two_speeds};
use super::findings::{Finding, Findings, ORDER, Shape, grouped, listed};
use crate::layout::{MIN_WIDTH, Table, named, wrap};
use crate::page::{Page, Tone};
use crate::units::share;
use contend_protocol::comparison::{CellVerdict, Comparison, Plan};

/// Shown only when all is asked for: there is nothing to do about them.
const QUIET: [Finding; 3] = [Finding::Unchanged, Finding::Added, Finding::Removed];

/// Width of the terms in front.
const LEGEND_INDENT: usize = 12;

pub(super) fn add(comparison: &Comparison, findings: &Findings<'_>, all: bool, page: &mut Page) {
    let mut measured = false;
    let shown = ORDER.into_iter().filter(|finding| all || !QUIET.contains(finding));
    for finding in shown.filter(|finding| findings.count(*finding) > 0) {
        let cells = findings.cells(finding);
        let tone = if finding == Finding::WrongResult { Tone::Fault } else { Tone::Heading };
        section(page, tone, &format!("{} {}", cells.len(), finding.title()), finding.shape(), &cells);
        measured |= matches!(finding.shape(), Shape::Measured | Shape::Open);
    }
    if all && !comparison.controls.is_empty() {
        let title = format!("{} controls: base against itself", comparison.controls.len());
        section(page, Tone::Heading, &title, Shape::Open, &comparison.controls.iter().collect::<Vec<_>>());
        measured = true;
    }
    if !all {
        add_quiet(findings, page);
    }
    if measured {
        page.gap();
        for (term, meaning) in legend(&comparison.plan) {
            page.add(Tone::Plain, named(term, &meaning, LEGEND_INDENT, MIN_WIDTH));
        }
    }
}

fn add_quiet(findings: &Findings<'_>, page: &mut Page) {
    let quiet = QUIET.map(|finding| (finding.phrase(), findings.count(finding)));
    let counts = listed(quiet.iter().filter(|(_, count)| *count > 0));
    if !counts.is_empty() {
        page.gap();
        page.add(Tone::Plain, wrap(&format!("{counts}: `--all` lists them"), MIN_WIDTH, 2));
    }
}

fn section(page: &mut Page, tone: Tone, title: &str, shape: Shape, cells: &[&CellVerdict]) {
    page.gap();
    page.add(tone, wrap(title, MIN_WIDTH, 2));
    let lines = match shape {
        Shape::Measured | Shape::Open => table(shape, cells).lines(MIN_WIDTH),
        Shape::Reason => reasons(cells),
        Shape::Name => names(cells),
    };
    page.add(Tone::Plain, lines);
}

fn table(shape: Shape, cells: &[&CellVerdict]) -> Table {
    let mut heads = vec!["cell"];
    heads.extend(HEADS);
    heads.extend((shape == Shape::Open).then_some("needs"));
    let mut table = Table::new(heads.into_iter().map(str::to_owned));
    for (group, cells) in grouped(cells) {
        table.across(group, 0);
        for cell in cells {
            row(&mut table, shape, cell);
        }
    }
    table
}

fn row(table: &mut Table, shape: Shape, cell: &CellVerdict) {
    let name = format!("  {}", name(cell));
    let Some(evidence) = &cell.evidence else { return table.text(name, "no number is kept".to_owned()) };
    let mut numbers = columns(evidence);
    numbers.extend((shape == Shape::Open).then(|| needs(&cell.verdict)));
    table.numbers(name, numbers);
    if let Some(speeds) = two_speeds(evidence) {
        table.across(speeds, 4);
    }
}

fn reasons(cells: &[&CellVerdict]) -> Vec<String> {
    let cell_lines =
        |cell: &&CellVerdict| named("", &format!("{}: {}", name(cell), reason(cell)), 2, MIN_WIDTH);
    let group_lines = |(group, cells): (String, Vec<&CellVerdict>)| {
        let mut lines = wrap(&group, MIN_WIDTH, 2);
        lines.extend(cells.iter().flat_map(cell_lines));
        lines
    };
    grouped(cells).into_iter().flat_map(group_lines).collect()
}

fn names(cells: &[&CellVerdict]) -> Vec<String> {
    let group_lines = |(group, cells): (String, Vec<&CellVerdict>)| {
        let mut lines = wrap(&group, MIN_WIDTH, 2);
        let names: Vec<String> = cells.iter().map(|cell| name(cell)).collect();
        lines.extend(named("", &names.join(", "), 2, MIN_WIDTH));
        lines
    };
    grouped(cells).into_iter().flat_map(group_lines).collect()
}

/// What tells a cell from the others of its group.
fn name(cell: &CellVerdict) -> String {
    format!("{}/{}", cell.cell.contender(), cell.cell.threads())
}

/// What the columns mean, each with its name; printed once.
pub(crate) fn legend(plan: &Plan) -> [(&'static str, String); 7] {
    let misses = share(u64::from(plan.alpha_ppm));
    [
        ("cell", "contender/threads, below suite/workload".to_owned()),
        ("base, head", "median time per operation over the pairs".to_owned()),
        ("change", "median over the pairs of head's time over base's, less one".to_owned()),
        (
            "interval",
            format!(
                "of that median; a cell's intervals miss the true one with a probability of at most {misses}"
            ),
        ),
        ("margin", "the smallest change worth reporting".to_owned()),
        (
            "pairs",
            "of the decision + of its confirmation, whose interval is shown once it has one".to_owned(),
        ),
        ("needs", "pairs that would probably decide; - where none are likely to".to_owned()),
    ]
}
