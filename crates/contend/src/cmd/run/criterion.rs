//! criterion's own report of a run, from our numbers: its users know it. criterion measures nothing for it, and judges nothing.

use crate::error::CommandError;
use crate::executables::Executable;
use contend_record::Run;
use contend_record::exchange::write_new_folder;
use contend_report::export;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Where the report is, in the folder of the run.
const FOLDER: &str = "criterion";

/// The baseline that criterion loads, and compares with itself.
const BASELINE: &str = "run";

/// Has the bench executables render the report. What cannot be rendered is named, and no reason to fail: the numbers are saved.
pub(super) fn render(run: &Run, executables: &[Executable]) -> Result<(), CommandError> {
    let folder = run.directory.join(FOLDER);
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
    eprintln!("contend: rendering criterion's report of {} cells", files.len() / 8);
    write_new_folder(&folder, &files)?;
    let threads: BTreeSet<usize> = run.records.iter().map(|record| record.cell.threads()).collect();
    let threads: Vec<String> = threads.into_iter().map(|threads| threads.to_string()).collect();
    for executable in executables {
        #[expect(clippy::disallowed_methods, reason = "criterion renders in the bench executable")]
        let mut command = Command::new(&executable.path);
        command.args(["--bench", "--load-baseline", BASELINE, "--baseline", BASELINE]);
        command
            .env("CRITERION_HOME", &folder)
            .env("CONTEND_SET", "full")
            .env("CONTEND_THREADS", threads.join(","));
        if let Some(directory) = &executable.directory {
            command.current_dir(directory);
        }
        let name = &executable.name;
        match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Ok(status) if status.success() => {}
            Ok(status) => {
                eprintln!("contend: warning: criterion did not render what {name} measured: {status}");
            }
            Err(error) => eprintln!("contend: warning: {name} did not render criterion's report: {error}"),
        }
    }
    Ok(())
}
