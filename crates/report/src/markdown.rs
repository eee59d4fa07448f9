//! A table for a README, with the command that made it.

use crate::html::model::Cell;
use crate::layout::plain;
use crate::show::tables::{Group, Scales, groups_of, heading, launches, tie_rule, versus_best};
use contend_record::{Run, utc_text};
use contend_stats::rank::FEWEST_LAUNCHES;

/// Keeps a name or a number from being one that GitHub links to, and whose owner it tells.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The tables of one workload as GitHub reads them, at these thread counts; at all of them where `threads` is empty.
/// `None` where the run has no such cell.
pub fn table(run: &Run, suite: &str, workload: &str, threads: &[usize]) -> Option<String> {
    let wanted = |group: &Group<'_>| threads.is_empty() || threads.contains(&group.threads);
    let groups: Vec<Group<'_>> = groups_of(run, suite, workload).into_iter().filter(wanted).collect();
    let tables: Vec<String> = groups.iter().map(|group| one(run, group)).collect();
    let launches = launches(&groups);
    let caption = |tables: String| format!("{tables}\n{}", caption(run, suite, workload, threads, launches));
    (!tables.is_empty()).then(|| caption(tables.join("\n")))
}

fn one(run: &Run, group: &Group<'_>) -> String {
    let scales = Scales::of(group);
    let head = format!(
        "| contender | version | {}/op | {} | vs best | cpu {}/op | min/max |",
        scales.time.unit, scales.rate.unit, scales.cpu.unit
    );
    let mut lines = vec![format!("**{}**", heading(group, &run.manifest.machine)), String::new(), head];
    lines.push("|---|---|--:|--:|--:|--:|--:|".to_owned());
    lines.extend(group.cells.iter().map(|cell| line(cell, &scales)));
    lines.join("\n") + "\n"
}

fn line(cell: &Cell<'_>, scales: &Scales) -> String {
    let name = format!("`{}`", cell.id.contender());
    let version = escaped(cell.version);
    if let Some(reason) = &cell.reason {
        return format!("| {name} | {version} | {} | | | | |", escaped(reason));
    }
    let figures = &cell.figures;
    let fairness = figures.fairness.map_or("-".to_owned(), |share| format!("{share:.2}"));
    format!(
        "| {name} | {version} | {} | {} | {} | {} | {fairness} |",
        scales.time.number(figures.time_ns),
        scales.rate.number(figures.throughput_per_s),
        versus_best(cell).replace('~', r"\~"),
        scales.cpu.number(figures.cpu_ns),
    )
}

fn caption(run: &Run, suite: &str, workload: &str, threads: &[usize], launches: usize) -> String {
    let manifest = &run.manifest;
    let model = manifest.machine.cpu_model.as_deref().unwrap_or("an unnamed processor");
    let threads = if threads.is_empty() {
        String::new()
    } else {
        let list = threads.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        format!(" --threads {list}")
    };
    let medians = match launches {
        0 | 1 => "Medians over the slices of one launch".to_owned(),
        2..FEWEST_LAUNCHES => format!("Medians over {launches} launches, too few for an interval"),
        _ => format!("Medians over {launches} launches"),
    };
    format!(
        "{medians}; {}. \
         Measured by `{}` at {} on {} of {} logical processors of {}, {}, {}; shown by \
         `contend show {} --markdown {suite}/{workload}{threads}`.\n",
        tie_rule("`=`", launches),
        manifest.invocation.command.replace('`', "'"),
        commit(manifest.source.commit.as_deref(), manifest.source.dirty == Some(true)),
        manifest.machine.allowed_cpus,
        manifest.machine.logical_cpus,
        escaped(model),
        escaped(&manifest.build.rustc),
        utc_text(manifest.created_unix_ms),
        run.name,
    )
}

/// The commit in short, and whether it is all that was measured.
pub(crate) fn commit(commit: Option<&str>, dirty: bool) -> String {
    let Some(commit) = commit else { return "no commit".to_owned() };
    let short: String = commit.chars().take(10).collect();
    let changes = if dirty { " with changes" } else { "" };
    format!("{short}{changes}")
}

/// Text that neither ends a column nor begins markup, nor calls anybody.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in plain(text).chars() {
        if r"\|`*_<>[]~&$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
        if "@#".contains(letter) {
            escaped.push(ZERO_WIDTH_SPACE);
        }
    }
    escaped
}

/// Text in which nothing is markup; outside tables only, where a `|` would end the column.
pub(crate) fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'");
    if text.trim().is_empty() { "(empty)".to_owned() } else { format!("`{}`", text.trim()) }
}

#[cfg(test)]
mod tests {
    use super::{code, escaped};

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("a|b `c` <d>\n"), r"a\|b \`c\` \<d\> ");
    }

    #[test]
    fn nobody_is_called() {
        assert_eq!(escaped("@all #7 &lt; $x$"), "@\u{200b}all #\u{200b}7 \\&lt; \\$x\\$");
    }

    #[test]
    fn nothing_ends_code() {
        assert_eq!(code("a `b`\n"), "`a 'b'`");
        assert_eq!(code(" \n"), "(empty)");
    }
}
