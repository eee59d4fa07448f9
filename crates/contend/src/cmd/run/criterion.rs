//! criterion's own report of a run, from our numbers: its users know it. criterion measures nothing for it, and judges nothing.

use super::rough;
use crate::error::CommandError;
use crate::executables::Executable;
use crate::progress;
use contend_record::Run;
use contend_report::export;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The baseline that criterion loads, and compares with itself.
const BASELINE: &str = "run";

/// Files that criterion reads of a cell, under both of its names.
const FILES: usize = 8;

/// What rendering a cell takes.
///
/// Source: measured on a shared two-core machine, where it was 0.15 s.
const EACH: Duration = Duration::from_millis(150);

/// Lines that are shown of what an executable said before it failed.
const LAST_LINES: usize = 10;

/// Has the bench executables render the report, in `time_left` if that is bound. What cannot be rendered is named, and no reason to
/// fail: the numbers are saved. Whoever calls holds the measuring lock.
pub(super) fn render(
    run: &Run,
    executables: &[Executable],
    time_left: Option<Duration>,
) -> Result<(), CommandError> {
    let folder = run.criterion_folder();
    if folder.exists() {
        eprintln!(
            "contend: criterion's report is there already, and was left as it is: {}",
            folder.display()
        );
        return Ok(());
    }
    // Its pages about a group of benchmarks read what was measured last, which it calls `new`.
    let files = [BASELINE, "new"].map(|baseline| export::criterion(run, baseline)).concat();
    if files.is_empty() {
        return Ok(());
    }
    let cells = files.len() / FILES;
    let needed = EACH * u32::try_from(cells).unwrap_or(u32::MAX);
    if progress::interrupted() || time_left.is_some_and(|left| left < needed) {
        eprintln!(
            "contend: no time is left for criterion's report, which takes {}: --resume without a budget renders it",
            rough(needed)
        );
        return Ok(());
    }
    eprintln!("contend: rendering criterion's report of {cells} cells");
    let rendering = run.begin_rendering(&files)?;
    for executable in executables {
        let said = render_with(executable, run, rendering.path());
        if progress::interrupted() {
            eprintln!("contend: criterion's report is not whole, and was dropped: --resume renders it");
            return Ok(());
        }
        if let Err(why) = said {
            eprintln!("contend: warning: criterion did not render what {} measured: {why}", executable.name);
        }
    }
    Ok(rendering.publish()?)
}

/// Has one executable render its part into `home`. The error is why it did not.
fn render_with(executable: &Executable, run: &Run, home: &Path) -> Result<(), String> {
    let threads: BTreeSet<usize> = run.records.iter().map(|record| record.cell.threads()).collect();
    let threads: Vec<String> = threads.into_iter().map(|threads| threads.to_string()).collect();
    #[expect(clippy::disallowed_methods, reason = "criterion renders in the bench executable")]
    let mut command = Command::new(&executable.path);
    command.args(["--bench", "--load-baseline", BASELINE, "--baseline", BASELINE]);
    command.env("CRITERION_HOME", home).env("CONTEND_SET", "full").env("CONTEND_THREADS", threads.join(","));
    if let Some(directory) = &executable.directory {
        command.current_dir(directory);
    }
    // In our group, so that the user's Ctrl-C ends it: what it renders is lost with it, and nothing else.
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", output.status, last_lines(&String::from_utf8_lossy(&output.stderr))))
}

/// The end of what an executable said, each line on one of its own.
fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(LAST_LINES);
    lines[first..].iter().map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expected: &str) {
        assert_eq!(last_lines(said), expected);
    }

    #[test]
    fn the_end_of_what_was_said_is_shown() {
        check("", "");
        check(
            "Benchmarking a\n\nthread 'main' panicked\n",
            "\n    Benchmarking a\n    thread 'main' panicked",
        );
        let long: String = (0..20).map(|line| format!("{line}\n")).collect();
        assert!(last_lines(&long).starts_with("\n    10\n    11\n"));
    }
}
