//! `contend compare`.

use super::select;
use crate::cli::Document;
use crate::compare::cells::{Cells, SideCells, matched};
use crate::compare::{self, Live, Processes, Rules, Subject, findings};
use crate::error::CommandError;
use crate::executables;
use crate::output::{colour, print, print_json};
use crate::sides::{ReadySide, SideWords, Variants, Workspace};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::comparison::{Comparison, PairRecord, Plan};
use contend_protocol::manifest::Machine;
use contend_protocol::version::{FormatVersion, MethodVersion};
use contend_protocol::{exit, json};
use contend_record::environment::{invocation_command, now_unix_ms};
use contend_record::{ComparisonWriter, RecordError};
use contend_report::comparison as report;
use contend_stats::looks::{ALPHA, Looks};
use std::time::Duration;

/// Compare two sides by executables that take turns: has anything become slower?
///
/// A side is a baseline (`contend baseline save`), a revision of git, or `.` for the working tree with all that is not
/// committed. Both are built here if they have to be, and both are measured now, a pair of processes at a time. An alarm
/// counts only if fresh pairs repeat it. Cells with more threads than cores are left out: they cannot take turns.
///
/// The comparison is kept in results/comparisons, with every pair. With --format json:
///
/// {"schema": "contend-compare/1", "comparison": the comparison's verdict.json}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// What is compared with: a baseline, a revision, or `.`; `rev:` or `baseline:` before the name forces one.
    base: String,

    /// What is judged.
    #[arg(default_value = ".")]
    head: String,

    /// Part of a cell's id, or a regular expression on it.
    #[arg(long)]
    filter: Option<String>,

    /// Most time that measuring may take, such as `90s`, `5m` or `1h`.
    #[arg(long, value_parser = duration)]
    budget: Option<Duration>,

    /// The smallest change to report, such as `1%`. By default 2 %; up to 3 % where it matters where memory lies, by the
    /// cell's own scatter; 10 % for threads that contend. A cell whose calibrated noise floor is larger has that.
    #[arg(long, value_parser = margin)]
    margin: Option<f64>,

    /// Exit with 11 if a cell is undecided or not measurable.
    #[arg(long)]
    strict: bool,

    /// Do not measure where both sides have the same bytes.
    #[arg(long)]
    skip_identical: bool,

    /// Also list what did not change.
    #[arg(long)]
    all: bool,

    /// Seed of inputs, turns and controls.
    #[arg(long, default_value_t = 42)]
    seed: u64,

    #[command(flatten, next_help_heading = "Build head otherwise than its source says")]
    variants: Variants,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Document::Text)]
    format: Document,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    select::filter(arguments.filter.as_deref())?;
    let store = super::store()?;
    // Building takes all cores as well.
    let _alone = super::measure_alone(&store)?;
    let sides = Sides::prepare(arguments)?;
    let (base, head) = (&sides.base.facts, &sides.head.facts);
    let mut writer = store.begin_comparison(now_unix_ms(), base, head, &sides.machine)?;
    let floors = compare::floors(&store, &sides.machine, &sides.cells.matched)?;
    let rules = Rules { margin: arguments.margin, floors, seed: arguments.seed };
    let (comparison, kept) = sides.compare(arguments, &rules, &mut writer);
    // What was found is said even where it cannot be kept, and it is the exit code even where nobody reads on.
    let kept = kept.and_then(|()| writer.conclude(&comparison));
    match show(&comparison, arguments) {
        Err(error) if !error.is_broken_pipe() => return Err(error),
        _ => eprintln!("contend: {}", report::summary_line(&comparison)),
    }
    if kept.is_ok() {
        eprintln!("  saved    {}", writer.directory().display());
    }
    ending(comparison.conclusion.exit_code, kept)
}

/// The exit code. A regression that cannot be kept is one all the same, and whoever asks for the code must not take it for a
/// machine that cannot judge; only where nothing was found the disk is what went wrong.
fn ending(found: u8, kept: Result<(), RecordError>) -> Result<u8, CommandError> {
    match kept {
        Err(error) if found == exit::OK => Err(error.into()),
        Err(error) => {
            eprintln!("contend: failed to {error}");
            Ok(found)
        }
        Ok(()) => Ok(found),
    }
}

/// The exit code where pairs could not be kept, which ends the measurement: nobody interrupted it.
fn of_unkept(found: u8) -> u8 {
    if found == exit::INTERRUPTED { exit::UNFIT } else { found }
}

/// Both sides, ready to be measured.
struct Sides {
    base: ReadySide,
    head: ReadySide,
    cells: Cells,
    machine: Machine,
}

impl Sides {
    fn prepare(arguments: &Arguments) -> Result<Self, CommandError> {
        let base = SideWords::parse(Some(&arguments.base))?;
        let head = SideWords::parse(Some(&arguments.head))?;
        let workspace = Workspace::locate()?;
        let base = workspace.side(&base, &Variants::default())?;
        let head = workspace.side(&head, &arguments.variants)?;
        let mut cells = cells(arguments, &base, &head)?;
        if base.facts.executables == head.facts.executables && base.environment == head.environment {
            eprintln!("contend: both sides have the same bytes, so every change would be a false alarm");
            if arguments.skip_identical {
                cells.settle_as_unchanged();
            }
        }
        let machine = compare::machine(&head.executables)?;
        Ok(Self { base, head, cells, machine })
    }

    fn compare(
        &self,
        arguments: &Arguments,
        rules: &Rules,
        writer: &mut ComparisonWriter,
    ) -> (Comparison, Result<(), RecordError>) {
        let created_unix_ms = now_unix_ms();
        let live = Live {
            cells: &self.cells.matched,
            base_environment: &self.base.environment,
            head_environment: &self.head.environment,
            seed: arguments.seed,
            budget: arguments.budget,
        };
        let mut kept = Ok(());
        let measured = Processes::new(&live, |subject, pair| {
            if kept.is_ok() {
                kept = writer.append(&pair_record(subject, pair));
            }
            kept.is_ok()
        })
        .measure(compare::tasks(&self.cells.matched, rules));
        let (controls, subjects): (Vec<_>, Vec<_>) =
            measured.subjects.iter().partition(|subject| subject.task.control);
        let mut verdicts = findings::verdicts(&subjects);
        verdicts.extend(self.cells.settled.iter().cloned());
        let controls = findings::verdicts(&controls);
        let mut conclusion = findings::conclude(&verdicts, &controls, arguments.strict, measured.interrupted);
        conclusion.exit_code =
            if kept.is_ok() { conclusion.exit_code } else { of_unkept(conclusion.exit_code) };
        let comparison = Comparison {
            format: FormatVersion::CURRENT,
            method: MethodVersion::CURRENT,
            comparison: writer.name().to_owned(),
            created_unix_ms,
            took_ms: u64::try_from(measured.took.as_millis()).unwrap_or(u64::MAX),
            command: invocation_command(),
            base: self.base.facts.clone(),
            head: self.head.facts.clone(),
            machine: self.machine.clone(),
            plan: plan(arguments),
            cells: verdicts,
            controls,
            conclusion,
        };
        (comparison, kept)
    }
}

/// The cells of both sides that the call selects.
fn cells(arguments: &Arguments, base: &ReadySide, head: &ReadySide) -> Result<Cells, CommandError> {
    let wanted = arguments.filter.as_deref();
    let filter = select::filter(wanted)?;
    let threads_asked = std::env::var_os("CONTEND_THREADS").is_some();
    let selected = |entry: &CellEntry| {
        let meant = threads_asked || !entry.oversubscribed;
        select::fits(filter.as_ref(), entry) && meant && select::in_set(entry)
    };
    let of_base = SideCells::ask(&base.executables, selected)?;
    let of_head = SideCells::ask(&head.executables, selected)?;
    if of_base.is_empty() && of_head.is_empty() {
        return Err(select::nothing(wanted, &SideCells::ask(&head.executables, |_| true)?.ids()));
    }
    Ok(matched(of_base, of_head))
}

fn plan(arguments: &Arguments) -> Plan {
    let looks = |looks: &Looks| looks.at.iter().map(|at| u32::try_from(*at).unwrap_or(u32::MAX)).collect();
    Plan {
        seed: arguments.seed,
        filter: arguments.filter.clone(),
        set: if executables::full_set() { "full" } else { "curated" }.to_owned(),
        alpha_ppm: u32::try_from(findings::ppm(ALPHA)).unwrap_or(u32::MAX),
        margin_ppm: arguments.margin.map(|margin| findings::ppm(margin).unsigned_abs()),
        budget_s: arguments.budget.map(|budget| budget.as_secs()),
        looks: looks(&Looks::SCALAR),
        contended_looks: looks(&Looks::CONTENDED),
    }
}

fn pair_record(subject: &Subject, pair: &compare::Pair) -> PairRecord {
    let number = subject.current().len();
    PairRecord {
        cell: subject.task.cell.clone(),
        control: subject.task.control,
        confirmation: subject.alarm.is_some(),
        pair: u32::try_from(number).unwrap_or(u32::MAX),
        base_first: pair.base_first,
        base_ps: findings::ps(pair.base_ns),
        head_ps: findings::ps(pair.head_ns),
        change_ppm: findings::ppm(pair.log_ratio.exp_m1()),
        slices: u32::try_from(pair.slices).unwrap_or(u32::MAX),
        repeated_slices: u32::try_from(pair.repeated).unwrap_or(u32::MAX),
    }
}

fn show(comparison: &Comparison, arguments: &Arguments) -> Result<(), CommandError> {
    match arguments.format {
        Document::Text => {
            print(&report::text(comparison, &report::Options { all: arguments.all, colour: colour() }))?;
        }
        Document::Markdown => print(&report::markdown(comparison))?,
        Document::Json => {
            print_json(&json!({ "schema": "contend-compare/1", "comparison": comparison }))?;
        }
    }
    Ok(())
}

/// Reads `90s`, `5m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.chars().last().and_then(|unit| match unit {
        's' => Some(1.0),
        'm' => Some(60.0),
        'h' => Some(3600.0),
        _ => None,
    });
    let seconds = unit.and_then(|unit| Some(text[..text.len() - 1].parse::<f64>().ok()? * unit));
    seconds
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "write a number and a unit, such as 90s, 5m or 1h".to_owned())
}

/// Reads `1%` or `0.01` as a fraction.
pub(super) fn margin(text: &str) -> Result<f64, String> {
    let fraction = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    let fraction = fraction.ok().filter(|fraction| (0.001..1.0).contains(fraction));
    fraction.ok_or_else(|| "write a share from 0.1% to below 100%, such as 1% or 0.01".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_counts_more_than_that_it_is_kept() {
        let full = || {
            let source = std::io::ErrorKind::StorageFull.into();
            Err(RecordError::Write { path: "verdict.json".into(), source })
        };
        assert_eq!(ending(exit::OK, Ok(())).ok(), Some(exit::OK));
        assert!(matches!(ending(exit::OK, full()), Err(CommandError::Store(RecordError::Write { .. }))));
        assert_eq!(ending(exit::REGRESSION, Ok(())).ok(), Some(exit::REGRESSION));
        assert_eq!(ending(exit::REGRESSION, full()).ok(), Some(exit::REGRESSION));
        assert_eq!(ending(exit::WRONG_RESULT, full()).ok(), Some(exit::WRONG_RESULT));
    }

    #[test]
    fn a_full_disk_is_no_interruption() {
        let found = [exit::INTERRUPTED, exit::REGRESSION, exit::OK].map(of_unkept);
        assert_eq!(found, [exit::UNFIT, exit::REGRESSION, exit::OK]);
    }

    #[track_caller]
    fn check_duration(text: &str, expected_ms: Option<u128>) {
        assert_eq!(duration(text).ok().map(|found| found.as_millis()), expected_ms);
    }

    #[test]
    fn durations_have_a_unit() {
        check_duration("90s", Some(90_000));
        check_duration("1.5m", Some(90_000));
        check_duration("1h", Some(3_600_000));
        check_duration("90", None);
        check_duration("-1s", None);
        check_duration("0s", None);
        check_duration("s", None);
        check_duration("1e300h", None);
        check_duration("", None);
        check_duration("5µ", None);
    }

    #[track_caller]
    fn check_margin(text: &str, expected: Option<f64>) {
        assert_eq!(margin(text).ok(), expected);
    }

    #[test]
    fn margins_are_shares() {
        check_margin("1%", Some(0.01));
        check_margin("2.5 %", Some(0.025));
        check_margin("0.01", Some(0.01));
        check_margin("0%", None);
        check_margin("100%", None);
        check_margin("-1%", None);
        check_margin("NaN", None);
        check_margin("", None);
    }
}
