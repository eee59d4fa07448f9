//! Commands that measure again what a run measured, and nothing that a damaged file would make of them.

use super::frame::unsteered;
use super::model::Workload;
use contend_protocol::manifest::Manifest;
use contend_record::Run;
use std::collections::BTreeSet;

/// Options of the bench executables that change numbers, and whether they take a value. All but the second are criterion's.
const OPTIONS: [(&str, bool); 5] = [
    ("--sample-size", true),
    ("--quick", false),
    ("--measurement-time", true),
    ("--warm-up-time", true),
    ("--nresamples", true),
];

/// Longest filter that names its cells.
///
/// Chosen here because more than a few lines are neither read nor copied.
const LONGEST_FILTER: usize = 300;

/// The command that measures the cells of one workload, and whether it measures no others.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Again {
    pub(super) command: String,
    pub(super) exact: bool,
}

/// The command that measures all of the run. `None` where its manifest has none that can be shown: what somebody copies into a
/// shell has to be what it looks like.
pub(super) fn whole(run: &Run) -> Option<String> {
    let manifest = &run.manifest;
    let command = manifest.invocation.command.as_str();
    let shown =
        unsteered(command) == command && ["cargo ", "contend "].iter().any(|one| command.starts_with(one));
    if !shown {
        return None;
    }
    // It says by its own options which cells there are.
    let variables = if has_launches(manifest) {
        String::new()
    } else {
        variables(manifest, run.records.iter().map(|record| record.cell.threads()))
    };
    Some(format!("{}{variables}{command}", checkout(manifest)))
}

/// The command that measures the cells of this workload, as they were.
pub(super) fn of_workload(workload: &Workload<'_>, manifest: &Manifest) -> Again {
    let precise = filter(workload);
    let exact = precise.len() <= LONGEST_FILTER;
    let filter = if exact { precise } else { format!("^{}/{}/", workload.suite, workload.name) };
    let checkout = checkout(manifest);
    let command = if has_launches(manifest) {
        let launches = workload.cells.iter().map(|cell| cell.launches).max().unwrap_or(1).max(1);
        let (set, seed) = (set(manifest), manifest.invocation.seed);
        let threads = listed(workload.threads.iter().copied());
        format!(
            "{checkout}cargo contend run '{filter}' --launches {launches} --set {set} --threads {threads} --seed {seed}"
        )
    } else {
        let first = workload.records.first().map(|record| record.launch);
        let launch = manifest.launches.iter().find(|launch| Some(launch.launch) == first);
        let options = launch.map(|launch| options(&launch.arguments)).unwrap_or_default();
        let variables = variables(manifest, workload.threads.iter().copied());
        format!("{checkout}{variables}cargo bench -- {options}'{filter}'")
    };
    Again { command, exact }
}

/// The run was made of several launches, by `contend run`.
fn has_launches(manifest: &Manifest) -> bool {
    let mut words = manifest.invocation.command.split_whitespace().filter(|word| *word != "cargo");
    words.next() == Some("contend") && words.next() == Some("run")
}

/// Checks the commit out, where there is one that says what was measured.
fn checkout(manifest: &Manifest) -> String {
    let is_commit = |commit: &&String| {
        (7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let commit = manifest.source.commit.as_ref().filter(|_| manifest.source.dirty == Some(false));
    commit.filter(is_commit).map(|commit| format!("git checkout {commit} && ")).unwrap_or_default()
}

/// What a bench executable reads from its environment.
fn variables(manifest: &Manifest, threads: impl Iterator<Item = usize>) -> String {
    let (set, seed) = (set(manifest), manifest.invocation.seed);
    format!("CONTEND_SET={set} CONTEND_THREADS={} CONTEND_SEED={seed} ", listed(threads))
}

/// Nobody's shell is asked to take this text from a file, but a damaged one must not become another command.
fn set(manifest: &Manifest) -> &'static str {
    if manifest.invocation.set == "full" { "full" } else { "curated" }
}

/// Each number once, ascending.
fn listed(numbers: impl Iterator<Item = usize>) -> String {
    let numbers: BTreeSet<usize> = numbers.collect();
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// `^suite/workload/(a|b)/(1|2)$`. The letters of an id mean themselves.
fn filter(workload: &Workload<'_>) -> String {
    let choice = |parts: Vec<String>| match &parts[..] {
        [only] => only.clone(),
        parts => format!("({})", parts.join("|")),
    };
    let names = choice(workload.names().into_iter().map(str::to_owned).collect());
    let threads = choice(workload.threads.iter().map(ToString::to_string).collect());
    format!("^{}/{}/{names}/{threads}$", workload.suite, workload.name)
}

/// The options that change numbers, each with a space behind it. One without a number it needs is left out.
fn options(arguments: &[String]) -> String {
    let mut text = String::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (name, given) =
            argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value)));
        match OPTIONS.iter().find(|(known, _)| *known == name) {
            Some((name, true)) => {
                let value = given.or_else(|| rest.next().map(String::as_str));
                if let Some(value) = value.filter(|value| value.parse::<f64>().is_ok()) {
                    text += &format!("{name} {value} ");
                }
            }
            Some((name, false)) if given.is_none() => text += &format!("{name} "),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    fn measured(threads: &[usize], cells: &[(&str, u64)]) -> Run {
        let tables: Vec<Table<'_>> =
            threads.iter().map(|threads| Table { workload: "w", threads: *threads, cells }).collect();
        let mut run = run(&tables);
        run.manifest.source.dirty = None;
        run.manifest.invocation.seed = 7;
        let launch = run.manifest.launches[0].launch;
        run.records.iter_mut().for_each(|record| record.launch = launch);
        run
    }

    fn of(run: &Run) -> Again {
        of_workload(&suites(run, &[])[0].workloads[0], &run.manifest)
    }

    #[test]
    fn the_command_measures_the_same_cells() {
        let mut run = measured(&[4, 1], &[("a", 10), ("b", 20)]);
        let arguments = ["--bench", "--sample-size=10", "w", "--quick", "--warm-up-time", "0.1"];
        run.manifest.launches[0].arguments = arguments.map(str::to_owned).to_vec();
        let expected = "CONTEND_SET=curated CONTEND_THREADS=1,4 CONTEND_SEED=7 cargo bench -- --sample-size 10 --quick \
                        --warm-up-time 0.1 '^s/w/(a|b)/(1|4)$'";
        assert_eq!(of(&run), Again { command: expected.to_owned(), exact: true });
    }

    #[test]
    fn of_many_cells_the_whole_workload_is_measured() {
        let names: Vec<String> = (0..40).map(|index| format!("contender-{index}")).collect();
        let cells: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 10)).collect();
        let found = of(&measured(&[2], &cells));
        assert!(found.command.ends_with(" '^s/w/'") && !found.exact, "{}", found.command);
        assert!(of(&measured(&[2], &cells[..1])).command.ends_with(" '^s/w/contender-0/2$'"));
    }

    #[test]
    fn a_run_of_several_launches_is_made_again_as_one() {
        let mut run = measured(&[1, 2], &[("a", 10)]);
        run.manifest.invocation.command = "cargo contend run --launches 2".to_owned();
        let again: Vec<_> = run
            .records
            .iter()
            .map(|record| contend_protocol::sample::CellRecord { launch: 1, ..record.clone() })
            .collect();
        run.records.extend(again);
        let expected = "cargo contend run '^s/w/a/(1|2)$' --launches 2 --set curated --threads 1,2 --seed 7";
        assert_eq!(of(&run).command, expected);
        assert_eq!(whole(&run).as_deref(), Some("cargo contend run --launches 2"));
    }

    #[test]
    fn no_argument_becomes_a_command() {
        let odd = ["--sample-size", "1; rm -rf ~", "--quick=$(x)", "--nresamples"].map(str::to_owned);
        assert_eq!(options(&odd), "");
    }

    #[track_caller]
    fn check(command: &str, commit: Option<&str>, expected: Option<&str>) {
        let mut run = measured(&[2, 1], &[("a", 10)]);
        run.manifest.invocation.command = command.to_owned();
        run.manifest.source.commit = commit.map(str::to_owned);
        run.manifest.source.dirty = Some(false);
        assert_eq!(whole(&run).as_deref(), expected);
    }

    #[test]
    fn all_of_a_run_is_measured_as_it_was() {
        let bench = "CONTEND_SET=curated CONTEND_THREADS=1,2 CONTEND_SEED=7 cargo bench";
        let checked_out = format!("git checkout 4f2c9ae && {bench}");
        check("cargo bench", None, Some(bench));
        check("cargo bench", Some("4f2c9ae"), Some(&checked_out));
        check("cargo bench", Some("4f2c9a"), Some(bench));
        check("cargo bench", Some("4f2c9ae; rm -rf ~"), Some(bench));
        check("cargo bench", Some(&"4".repeat(65)), Some(bench));
    }

    #[test]
    fn what_is_no_command_of_ours_is_not_shown_as_one() {
        check("rm -rf ~", None, None);
        check("cargo\u{a0}bench", None, None);
        check("cargo bench \u{202e}hcneb ograc", None, None);
        check("cargo bench\nrm -rf ~", None, None);
    }
}
