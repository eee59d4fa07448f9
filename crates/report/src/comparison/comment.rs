//! A comment for a pull request, within what GitHub takes.

use super::figures::{HEADS, columns, needs, reason, two_speeds};
use super::findings::{Finding, Findings, ORDER, Shape};
use super::head::same_bytes;
use super::headline::{sentence, summary_line};
use super::{next, tables, warnings};
use crate::layout::{HARD_SPACE, length};
use crate::markdown::{code, commit, escaped};
use contend_protocol::comparison::{CellVerdict, Comparison, Side};

/// Most characters of a comment.
///
/// Chosen here because GitHub refuses more than 65,536, and whoever posts it may add a few lines.
const MOST_CHARACTERS: usize = 60_000;

/// Rows before the folded lists.
///
/// Chosen here because readers of longer tables miss what they are about.
const FIRST_ROWS: usize = 12;

/// Most characters of what others wrote: labels, reasons, messages.
const MOST_FOREIGN: usize = 300;

/// By which a later comment finds the one it replaces. At the end, so that the first line is the verdict everywhere.
const MARKER: &str = "<!-- contend-verdict -->";

/// The comparison as GitHub reads it, at most 60,000 characters: the verdict in the first line, what changed in the
/// first table, all else folded. Where not all fits, a line says how many rows were left out.
pub fn markdown(comparison: &Comparison) -> String {
    let findings = Findings::of(&comparison.cells);
    let (first, mut sections) = first_rows(&findings);
    sections.extend(controls(comparison));
    let head = format!("{}{}", beginning(comparison), first_table(&first));
    let tail = ending(comparison, &findings);
    let reserved = length(&head) + length(&tail) + length(&left_out(usize::MAX));
    let (folded, missing) = folded(&sections, MOST_CHARACTERS.saturating_sub(reserved));
    let left_out = if missing > 0 { left_out(missing) } else { String::new() };
    format!("{head}{folded}{left_out}{tail}")
}

fn beginning(comparison: &Comparison) -> String {
    let verdict = sentence(comparison, |label| code(&shortened(label)));
    let machine = &comparison.machine;
    let model = machine.cpu_model.as_deref().unwrap_or("an unnamed processor");
    let mut text = format!("**{verdict}**\n\n{}.\n\n", summary_line(comparison));
    text.push_str(&format!("Head: {}. Base: {}.", side(&comparison.head), side(&comparison.base)));
    if same_bytes(comparison) {
        text.push_str(" Both sides are the same bytes.");
    }
    text.push_str(&format!(
        " Measured on {} of {} logical processors of {} by {}.\n\n",
        machine.allowed_cpus,
        machine.logical_cpus,
        code(&shortened(model)),
        code(&shortened(&comparison.command)),
    ));
    for warning in warnings::warnings(comparison) {
        text.push_str(&format!("- {} ({})\n", escaped(&warning.text), code(warning.code)));
    }
    text
}

/// `main` at `4f2c9ae1b0` with changes, `--dep a=1`.
fn side(side: &Side) -> String {
    let at = commit(side.commit.as_deref(), side.dirty);
    let variants = if side.variants.is_empty() {
        String::new()
    } else {
        format!(", {}", code(&shortened(&side.variants.join(" "))))
    };
    format!("{} at {}{variants}", code(&shortened(&side.label)), escaped(&at))
}

/// Rows under one head, folded.
struct Section {
    title: String,
    open: bool,
    shape: Shape,
    rows: Vec<String>,
}

/// Rows for the first table, and lists of the others.
fn first_rows(findings: &Findings<'_>) -> (Vec<String>, Vec<Section>) {
    let (mut first, mut sections) = (Vec::new(), Vec::new());
    for finding in ORDER {
        let cells = findings.cells(finding);
        let leads = matches!(finding, Finding::Regressed | Finding::Improved | Finding::Undecided(_));
        let room = if leads { FIRST_ROWS - first.len() } else { 0 };
        let (shown, folded) = cells.split_at(room.min(cells.len()));
        first.extend(shown.iter().map(|cell| first_row(finding, cell)));
        if !folded.is_empty() {
            let more = if shown.is_empty() { "" } else { " more" };
            sections.push(Section {
                title: format!("{}{more} {}", folded.len(), finding.title()),
                open: finding == Finding::WrongResult,
                shape: finding.shape(),
                rows: folded.iter().map(|cell| row(finding.shape(), cell)).collect(),
            });
        }
    }
    (first, sections)
}

fn controls(comparison: &Comparison) -> Option<Section> {
    let controls = &comparison.controls;
    (!controls.is_empty()).then(|| Section {
        title: format!("{} controls: base against itself", controls.len()),
        open: false,
        shape: Shape::Open,
        rows: controls.iter().map(|cell| row(Shape::Open, cell)).collect(),
    })
}

fn first_table(rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n| verdict | cell | {} |\n|---|---|{}\n{}",
        HEADS.join(" | "),
        "--:|".repeat(HEADS.len()),
        rows.concat()
    )
}

fn first_row(finding: Finding, cell: &CellVerdict) -> String {
    let needed = needs(&cell.verdict);
    let open = finding.shape() == Shape::Open && needed != "-";
    let needs = if open { format!(", needs {needed} pairs") } else { String::new() };
    format!("| {}{needs} {}", finding.title(), row(Shape::Measured, cell))
}

fn row(shape: Shape, cell: &CellVerdict) -> String {
    let evidence = cell.evidence.as_ref();
    let mut columns: Vec<String> = match shape {
        Shape::Name => Vec::new(),
        Shape::Reason => vec![escaped(&shortened(&reason(cell)))],
        Shape::Measured | Shape::Open => evidence.map_or_else(|| vec!["-".to_owned(); HEADS.len()], columns),
    };
    columns.extend((shape == Shape::Open).then(|| needs(&cell.verdict)));
    let measured = matches!(shape, Shape::Measured | Shape::Open);
    let speeds = evidence.filter(|_| measured).and_then(two_speeds);
    let speeds = speeds.map(|speeds| format!("<br>{speeds}")).unwrap_or_default();
    columns.insert(0, format!("`{}`{speeds}", cell.cell));
    format!("| {} |\n", columns.join(" | "))
}

/// The sections, as many rows of them as fit into `room` characters, and how many do not.
fn folded(sections: &[Section], mut room: usize) -> (String, usize) {
    let (mut text, mut missing) = (String::new(), 0);
    for section in sections {
        let (before, after) = section.frame();
        let mut used = length(&before) + length(&after);
        let fits = |row: &&String| {
            used += length(row);
            used <= room
        };
        let rows: Vec<&str> = section.rows.iter().take_while(fits).map(String::as_str).collect();
        missing += section.rows.len() - rows.len();
        if !rows.is_empty() {
            let shown = format!("{before}{}{after}", rows.concat());
            room -= length(&shown);
            text.push_str(&shown);
        }
    }
    (text, missing)
}

impl Section {
    /// What stands before its rows, and behind them.
    fn frame(&self) -> (String, String) {
        let open = if self.open { " open" } else { "" };
        let heads: Vec<&str> = match self.shape {
            Shape::Measured => HEADS.to_vec(),
            Shape::Open => HEADS.into_iter().chain(["needs"]).collect(),
            Shape::Reason => vec!["what was seen"],
            Shape::Name => Vec::new(),
        };
        let columns: String = heads.iter().map(|head| format!(" {head} |")).collect();
        let align = if self.shape == Shape::Reason { "---|" } else { "--:|" };
        let before = format!(
            "\n<details{open}><summary>{}</summary>\n\n| cell |{columns}\n|---|{}\n",
            self.title,
            align.repeat(heads.len())
        );
        (before, "\n</details>\n".to_owned())
    }
}

fn left_out(rows: usize) -> String {
    let (rows, verb) = if rows == 1 { ("1 row".to_owned(), "is") } else { (format!("{rows} rows"), "are") };
    format!(
        "\n{rows} {verb} left out here, because a comment has no room for more: `verdict.json` has all.\n"
    )
}

fn ending(comparison: &Comparison, findings: &Findings<'_>) -> String {
    let legend = tables::legend(&comparison.plan);
    // Here ids are whole.
    let meanings = legend.iter().filter(|(term, _)| *term != "cell");
    let meanings = meanings.map(|(term, meaning)| format!("{term}: {meaning}"));
    let lines = meanings.chain(next::sentences(comparison, findings));
    let list: String = lines.map(|line| format!("- {}\n", line.replace(HARD_SPACE, " "))).collect();
    format!(
        "\n<details><summary>What it means, and what to do next</summary>\n\n{list}\n</details>\n\nSaved as {}.\n\n{MARKER}\n",
        code(&shortened(&comparison.comparison)),
    )
}

fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let kept: String = letters.by_ref().take(MOST_FOREIGN).collect();
    if letters.next().is_some() { format!("{kept}…") } else { kept }
}
