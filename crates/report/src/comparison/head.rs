//! What was compared, where and how.

use super::findings::alarms;
use crate::layout::{HARD_SPACE, MIN_WIDTH, named};
use crate::show::head::{INDENT, machine};
use contend_protocol::comparison::{BuiltExecutable, CellVerdict, Comparison, Side, Verdict};
use contend_record::utc_text;

pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let facts = facts(comparison);
    facts.iter().flat_map(|(name, value)| named(name, value, INDENT, MIN_WIDTH)).collect()
}

/// What was compared, each with its name; what is not known is left out.
pub(crate) fn facts(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let one_compiler = comparison.base.rustc == comparison.head.rustc;
    let rows = [
        ("comparison", comparison.comparison.clone()),
        ("command", comparison.command.clone()),
        ("base", side(&comparison.base, one_compiler)),
        ("head", side(&comparison.head, one_compiler)),
        ("build", if one_compiler { comparison.base.rustc.clone() } else { String::new() }),
        ("bytes", if same_bytes(comparison) { same_bytes_text(comparison) } else { String::new() }),
        ("machine", machine(&comparison.machine)),
        ("measured", measured(comparison)),
        ("controls", controls(comparison)),
    ];
    rows.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn side(side: &Side, one_compiler: bool) -> String {
    let commit = side.commit.as_ref().map_or("outside git".to_owned(), |commit| format!("commit {commit}"));
    let mut facts = vec![commit];
    if side.dirty {
        facts.push("with changes".to_owned());
    }
    facts.extend(side.variants.iter().cloned());
    if !one_compiler {
        facts.push(side.rustc.clone());
    }
    format!("{}: {}", side.label, facts.join(", "))
}

/// Whether there is nothing that could make a difference.
pub(super) fn same_bytes(comparison: &Comparison) -> bool {
    let sorted = |side: &Side| {
        let mut all: Vec<(String, String)> = side.executables.iter().map(name_and_hash).collect();
        all.sort();
        all
    };
    let base = sorted(&comparison.base);
    let started_alike = environment(&comparison.base) == environment(&comparison.head);
    started_alike && !base.is_empty() && base == sorted(&comparison.head)
}

/// The variables that a side is started with.
fn environment(side: &Side) -> Vec<&String> {
    side.variants.iter().filter(|variant| variant.starts_with("--env ")).collect()
}

fn name_and_hash(executable: &BuiltExecutable) -> (String, String) {
    (executable.name.clone(), executable.hash.clone())
}

fn same_bytes_text(comparison: &Comparison) -> String {
    match comparison.base.executables.len() {
        1 => "same bytes: the executable is the same on both sides".to_owned(),
        all => format!("same bytes: all {all} executables are the same on both sides"),
    }
}

fn measured(comparison: &Comparison) -> String {
    let plan = &comparison.plan;
    let took_s = comparison.took_ms as f64 / 1000.0;
    let mut facts = vec![
        utc_text(comparison.created_unix_ms),
        format!("took {took_s:.1}{HARD_SPACE}s"),
        format!("{} set", plan.set),
    ];
    facts.extend(plan.filter.as_ref().map(|filter| format!("filter `{filter}`")));
    facts.extend(plan.budget_s.map(|budget| format!("budget {budget}{HARD_SPACE}s")));
    facts.push(format!("seed {}", plan.seed));
    let evidence = || comparison.cells.iter().filter_map(|cell| cell.evidence.as_ref());
    let slices: u64 = evidence().map(|evidence| evidence.repeated_slices).fold(0, u64::saturating_add);
    let pairs: u64 = evidence().map(|evidence| u64::from(evidence.repeated_pairs)).sum();
    facts.push(format!("{slices} slices and {pairs} pairs measured again"));
    facts.join(", ")
}

fn controls(comparison: &Comparison) -> String {
    let controls = comparison.controls.as_slice();
    let alarms = alarms(controls);
    match (controls.len(), alarms.len()) {
        (0, _) => "none".to_owned(),
        (all, 0) => {
            let decided = controls.iter().filter(|control| control.verdict == Verdict::Unchanged).count();
            let open = if decided == all { String::new() } else { format!(", but only {decided} decided") };
            format!("{} against itself: no alarm{open}", cells_of_base(all))
        }
        (all, count) => format!("{} against itself: alarm in {count}: {}", cells_of_base(all), few(&alarms)),
    }
}

fn cells_of_base(count: usize) -> String {
    if count == 1 { "1 cell of base".to_owned() } else { format!("{count} cells of base") }
}

/// The first few ids, and how many more there are.
pub(super) fn few(cells: &[&CellVerdict]) -> String {
    const FEW: usize = 3;
    let mut names: Vec<String> = cells.iter().take(FEW).map(|cell| cell.cell.to_string()).collect();
    if cells.len() > FEW {
        names.push(format!("{} more", cells.len() - FEW));
    }
    names.join(", ")
}
