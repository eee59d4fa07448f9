//! What criterion says of the same executables, for the table beside our own verdicts.

use super::cells::Matched;
use anyhow::{Context, bail};
use contend_protocol::calibration::CriterionVerdict;
use std::path::Path;
use std::process::{Command, Stdio};

/// Criterion on one cell, with a folder of its own for baselines and runs.
#[derive(Debug)]
pub(crate) struct Criterion<'a> {
    folder: &'a Path,
}

impl<'a> Criterion<'a> {
    /// Keeps everything in `folder`.
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self { folder }
    }

    /// As a user does it: measures the cell and saves it as a baseline, then measures it again, slowed down by `handicap`,
    /// beside it.
    pub(crate) fn judge(&self, cell: &Matched, handicap: u64) -> anyhow::Result<CriterionVerdict> {
        self.run(cell, 0, "--save-baseline")?;
        let said = self.run(cell, handicap, "--baseline")?;
        Ok(verdict_in(&said))
    }

    fn run(&self, cell: &Matched, handicap: u64, baseline: &str) -> anyhow::Result<String> {
        let (id, name) = (cell.entry.cell.to_string(), &cell.head.name);
        #[expect(clippy::disallowed_methods, reason = "criterion measures in the bench executable")]
        let mut command = Command::new(&cell.head.path);
        command.args(["--bench", "--noplot", baseline, "calibration", "--exact", &id]);
        command.env("CRITERION_HOME", self.folder.join("criterion"));
        command.env("CONTEND_RESULTS", self.folder.join("results"));
        command.env("CONTEND_HANDICAP", handicap.to_string()).env("CONTEND_SET", "full");
        command.env("CONTEND_THREADS", cell.entry.cell.threads().to_string());
        if let Some(directory) = &cell.head.directory {
            command.current_dir(directory);
        }
        let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
        let output = output.with_context(|| format!("start the bench executable {name}"))?;
        if !output.status.success() {
            bail!("let criterion measure {id}: {name} ended with {}", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Source: the sentences of criterion 0.8.2, `src/report.rs`.
fn verdict_in(said: &str) -> CriterionVerdict {
    let verdicts = [
        ("Performance has regressed", CriterionVerdict::Regressed),
        ("Performance has improved", CriterionVerdict::Improved),
        ("Change within noise threshold", CriterionVerdict::WithinNoise),
        ("No change in performance detected", CriterionVerdict::NoChange),
    ];
    let found = verdicts.iter().find(|(sentence, _)| said.contains(sentence));
    found.map_or(CriterionVerdict::Nothing, |(_, verdict)| *verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expected: CriterionVerdict) {
        assert_eq!(verdict_in(said), expected);
    }

    #[test]
    fn criterions_sentences_are_understood() {
        check(
            "change: [+4.9% +5.1% +5.3%] (p = 0.00 < 0.05)\n  Performance has regressed.",
            CriterionVerdict::Regressed,
        );
        check("Performance has improved.", CriterionVerdict::Improved);
        check("Change within noise threshold.", CriterionVerdict::WithinNoise);
        check("No change in performance detected.", CriterionVerdict::NoChange);
        check("", CriterionVerdict::Nothing);
    }
}
