//! What `contend list` prints: one id a line, so that `grep` and filters can be tried on it.

use crate::layout::{MIN_WIDTH, plain, wrap};
use contend_protocol::catalogue::CellEntry;
use std::collections::BTreeSet;

/// The cells in their order; before each workload its question, on lines that begin with `#`.
pub fn text(entries: &[CellEntry]) -> String {
    let mut lines = Vec::new();
    let mut group = None;
    for entry in entries {
        if group.replace(entry.cell.group()) != Some(entry.cell.group()) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let question = plain(&entry.question);
            lines.extend(wrap(&question, MIN_WIDTH - 2, 0).into_iter().map(|line| format!("# {line}")));
        }
        lines.extend(cell_lines(entry));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The contenders of each suite, each once: what it is, what it can do, what a reader must know of it.
pub fn contenders(entries: &[CellEntry]) -> String {
    let mut lines = Vec::new();
    for suite in entries.chunk_by(|left, right| left.cell.suite() == right.cell.suite()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(suite[0].cell.suite().to_owned());
        let mut seen = BTreeSet::new();
        let first_of_each = suite.iter().filter(|entry| seen.insert(entry.cell.contender()));
        lines.extend(first_of_each.flat_map(contender_lines));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn contender_lines(entry: &CellEntry) -> Vec<String> {
    let mut head = format!("{} ({})", entry.cell.contender(), plain(&entry.version));
    if !entry.capabilities.is_empty() {
        head = format!("{head}: {}", plain(&entry.capabilities.join(", ")));
    }
    let mut lines = indented(&head, 2);
    if !entry.note.is_empty() {
        lines.extend(indented(&plain(&entry.note), 6));
    }
    lines
}

fn indented(text: &str, indent: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    wrap(text, MIN_WIDTH - indent, 2).into_iter().map(|line| format!("{margin}{line}")).collect()
}

/// The id is never broken; what follows it moves to a line of its own where there is no room.
fn cell_lines(entry: &CellEntry) -> Vec<String> {
    let id = entry.cell.to_string();
    let marks = marks(entry);
    let beside = format!("{id}  {marks}");
    if crate::layout::length(&beside) <= MIN_WIDTH {
        return vec![beside.trim_end().to_owned()];
    }
    let mut lines = vec![id];
    lines.extend(wrap(&marks, MIN_WIDTH - 6, 0).into_iter().map(|line| format!("#     {line}")));
    lines
}

fn marks(entry: &CellEntry) -> String {
    let mut marks = vec![plain(&entry.version)];
    if entry.oversubscribed {
        marks.push("oversubscribed".to_owned());
    }
    if !entry.curated {
        marks.push("outside the curated set".to_owned());
    }
    marks.extend(entry.unavailable.as_ref().map(|reason| format!("unavailable: {reason}")));
    marks.retain(|mark| !mark.is_empty());
    marks.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(cell: &str) -> CellEntry {
        CellEntry {
            cell: cell.parse().expect("an id"),
            curated: true,
            blocks: false,
            placed: false,
            definition: "00".to_owned(),
            oversubscribed: false,
            unavailable: None,
            version: "dashmap 6.2.1".to_owned(),
            capabilities: Vec::new(),
            note: String::new(),
            question: "What does a lookup cost?".to_owned(),
            analysis: String::new(),
            parameters: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn ids_stand_at_the_beginning_and_are_never_broken() {
        let long = format!("s/{}/{}/4", "w".repeat(40), "c".repeat(40));
        let entries = [
            entry("map/read/dashmap/2"),
            CellEntry { oversubscribed: true, curated: false, ..entry("map/read/dashmap/4") },
            CellEntry { unavailable: Some("it has no remove".to_owned()), ..entry(&long) },
        ];
        let expected = format!(
            "# What does a lookup cost?\n\
             map/read/dashmap/2  dashmap 6.2.1\n\
             map/read/dashmap/4  dashmap 6.2.1, oversubscribed, outside the curated set\n\
             \n\
             # What does a lookup cost?\n\
             {long}\n\
             #     dashmap 6.2.1, unavailable: it has no remove\n"
        );
        assert_eq!(text(&entries), expected);
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn contenders_stand_once_with_what_there_is_to_know() {
        let able = CellEntry {
            capabilities: vec!["sharded".to_owned(), "no iteration order".to_owned()],
            note: "8 shards on this machine".to_owned(),
            ..entry("map/read/dashmap/1")
        };
        let entries = [able, entry("map/read/dashmap/2"), entry("lock/short/mutex/1")];
        let expected = "\
map
  dashmap (dashmap 6.2.1): sharded, no iteration order
      8 shards on this machine

lock
  mutex (dashmap 6.2.1)
";
        assert_eq!(contenders(&entries), expected);
    }
}
