//! What `contend check` prints.

use crate::cells::fault_text;
use crate::layout::{MIN_WIDTH, Table, wrap};
use contend_protocol::catalogue::{CheckEntry, EngineCheck};

/// The engine's own figures beside what they have to be. In thousandths, as they were sent, turned into whole units.
pub fn engine_table(checks: &[EngineCheck]) -> String {
    let head = ["known cost", "expected", "found", "may differ by", ""];
    let mut table = Table::new(head.map(str::to_owned));
    let unit = |permille: u64| format!("{}.{:03}", permille / 1000, permille % 1000);
    for check in checks {
        let verdict = match (check.ok, check.found_permille) {
            (true, _) => "ok",
            (false, Some(_)) => "WRONG",
            (false, None) => "disturbed",
        };
        let found = check.found_permille.map_or_else(String::new, unit);
        let (expected, tolerance) = (unit(check.expected_permille), unit(check.tolerance_permille));
        table.numbers(check.name.clone(), vec![expected, found, tolerance, verdict.to_owned()]);
    }
    lines(table.lines(MIN_WIDTH))
}

/// One cell that failed; empty for one that did not.
pub fn fault_lines(entry: &CheckEntry) -> String {
    let Some(fault) = &entry.fault else { return String::new() };
    lines(wrap(&format!("{}: {}", entry.cell, fault_text(fault)), MIN_WIDTH, 4))
}

/// How the cells of one suite ended.
pub fn summary(suite: &str, entries: &[CheckEntry]) -> String {
    let faulty = entries.iter().filter(|entry| entry.fault.is_some()).count();
    let operations: u64 = entries.iter().map(|entry| entry.operations).sum();
    let cells = entries.len();
    let kept = cells - faulty;
    let text = format!("{suite}: {kept} of {cells} cells keep their contract, over {operations} operations");
    let mut shown = wrap(&text, MIN_WIDTH, 4);
    for (guarantees, cells) in by_guarantees(entries) {
        let text = wrap(&format!("{cells} cells: {guarantees}"), MIN_WIDTH - 2, 4);
        shown.extend(text.iter().map(|line| format!("  {line}")));
    }
    lines(shown)
}

/// What was seen to, in the order of the suite, and in how many cells.
fn by_guarantees(entries: &[CheckEntry]) -> Vec<(&str, usize)> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.guarantees.is_empty()) {
        match counted.iter_mut().find(|(guarantees, _)| *guarantees == entry.guarantees) {
            Some((_, cells)) => *cells += 1,
            None => counted.push((&entry.guarantees, 1)),
        }
    }
    counted
}

fn lines(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::sample::Fault;

    fn engine(name: &str, found_permille: Option<u64>, ok: bool) -> EngineCheck {
        let (expected_permille, tolerance_permille) = (2000, 50);
        EngineCheck { name: name.to_owned(), expected_permille, found_permille, tolerance_permille, ok }
    }

    #[test]
    fn the_engine_stands_beside_what_is_known() {
        let checks = [
            engine("twice the work, in times", Some(2011), true),
            engine("twice the sleep, in times", Some(3100), false),
            engine("two threads, in times", None, false),
        ];
        let expected = "\
known cost                 expected  found  may differ by
twice the work, in times      2.000  2.011          0.050         ok
twice the sleep, in times     2.000  3.100          0.050      WRONG
two threads, in times         2.000                 0.050  disturbed
";
        assert_eq!(engine_table(&checks), expected);
    }

    fn entry(fault: Option<Fault>) -> CheckEntry {
        let cell = "map/read/dashmap/2".parse().expect("an id");
        CheckEntry { cell, operations: 500, guarantees: String::new(), fault }
    }

    #[test]
    fn faults_are_named_and_counted() {
        let hung = entry(Some(Fault::Hung { bound_s: 10 }));
        assert_eq!(fault_lines(&hung), "map/read/dashmap/2: hung: did not come back within 10 s\n");
        assert_eq!(fault_lines(&entry(None)), "");
        let all_kept = "map: 2 of 2 cells keep their contract, over 1000 operations\n";
        assert_eq!(summary("map", &[entry(None), entry(None)]), all_kept);
        let seen = CheckEntry { guarantees: "no key is lost".to_owned(), ..entry(None) };
        assert!(summary("map", &[seen.clone(), seen]).ends_with("\n  2 cells: no key is lost\n"));
        let one_broken = "map: 1 of 2 cells keep their contract, over 1000 operations\n";
        assert_eq!(summary("map", &[entry(None), hung]), one_broken);
    }
}
