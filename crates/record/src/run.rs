//! Reading a run: as much of it as is whole.

use crate::error::RecordError;
use contend_protocol::manifest::{Manifest, format_of};
use contend_protocol::sample::{CellRecord, Outcome};
use contend_protocol::version::FormatVersion;
use contend_protocol::{decode, encode_line};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Name of the manifest's file.
pub(crate) const MANIFEST_FILE: &str = "run.json";

/// Name of the samples' file.
pub(crate) const SAMPLES_FILE: &str = "samples.jsonl";

/// A saved run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub directory: PathBuf,
    /// What was measured, on what, and how.
    pub manifest: Manifest,
    /// The cells, in the order they were measured.
    pub records: Vec<CellRecord>,
    /// What was odd when reading it.
    pub notices: Vec<Notice>,
}

/// How many cells of a run ended how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counts {
    /// Cells with numbers.
    pub measured: usize,
    /// Cells that the machine was too disturbed for.
    pub not_measurable: usize,
    /// Cells whose contender failed.
    pub faulty: usize,
}

/// Something odd in a run that can be read all the same. Its text is a sentence without its stop.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The last line is not whole: the process was killed while writing it.
    TornLastLine {
        /// Bytes that were dropped.
        bytes: usize,
    },
    /// A line is not a sample.
    UnreadableLine {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no file of samples.
    NoSamples,
    /// A newer build wrote it; it was read as far as this one understands it.
    NewerFormat {
        /// The run's format.
        found: FormatVersion,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornLastLine { bytes } => {
                write!(f, "the last line of {SAMPLES_FILE} is torn ({bytes} bytes) and was dropped")
            }
            Self::UnreadableLine { line, reason } => {
                write!(f, "line {line} of {SAMPLES_FILE} was skipped: failed to {reason}")
            }
            Self::NoSamples => write!(f, "{SAMPLES_FILE} is missing"),
            Self::NewerFormat { found } => {
                let known = FormatVersion::CURRENT.0;
                write!(
                    f,
                    "format {} is newer than {known}, which this build knows: it may miss something",
                    found.0
                )
            }
        }
    }
}

impl Run {
    /// Reads the run in `directory`.
    pub(crate) fn load(name: &str, directory: &Path) -> Result<Self, RecordError> {
        let manifest = load_manifest(name, directory)?;
        let mut notices = Vec::new();
        if manifest.format > FormatVersion::CURRENT {
            notices.push(Notice::NewerFormat { found: manifest.format });
        }
        let path = directory.join(SAMPLES_FILE);
        let records = match std::fs::read(&path) {
            Ok(bytes) => parse_samples(&bytes, &mut notices),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                notices.push(Notice::NoSamples);
                Vec::new()
            }
            Err(error) => return Err(RecordError::read(&path)(error)),
        };
        Ok(Self { name: name.to_owned(), directory: directory.to_owned(), manifest, records, notices })
    }

    /// How many cells ended how.
    pub fn counts(&self) -> Counts {
        let count = |wanted: fn(&Outcome) -> bool| {
            self.records.iter().filter(|record| wanted(&record.outcome)).count()
        };
        Counts {
            measured: count(|outcome| matches!(outcome, Outcome::Measured)),
            not_measurable: count(|outcome| matches!(outcome, Outcome::NotMeasurable { .. })),
            faulty: count(|outcome| matches!(outcome, Outcome::Faulty { .. })),
        }
    }

    /// Whether some launch was killed, or still runs.
    pub fn unfinished(&self) -> bool {
        self.manifest.launches.iter().any(|launch| launch.finished_unix_ms.is_none())
    }
}

/// Reads the manifest of the run in `directory`.
pub(crate) fn load_manifest(name: &str, directory: &Path) -> Result<Manifest, RecordError> {
    let damaged = |reason: String| RecordError::Damaged { name: name.to_owned(), reason };
    let path = directory.join(MANIFEST_FILE);
    let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => damaged(format!("it has no {MANIFEST_FILE}")),
        _ => damaged(format!("{MANIFEST_FILE} cannot be read: {error}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| damaged(format!("{MANIFEST_FILE} is not text")))?;
    let found = format_of(&text);
    decode("a manifest", &text).map_err(|error| match found {
        Some(found) if found > FormatVersion::CURRENT => RecordError::Newer { name: name.to_owned(), found },
        _ => damaged(format!("{MANIFEST_FILE} is damaged: failed to {error}")),
    })
}

/// Reads every line that is a sample. A line is whole where it ends, or where it can be read without its end.
fn parse_samples(bytes: &[u8], notices: &mut Vec<Notice>) -> Vec<CellRecord> {
    let mut records = Vec::new();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let last = lines.peek().is_none();
        match parse_sample(line) {
            Ok(None) => {}
            Ok(Some(record)) => records.push(record),
            Err(_) if last && !line.ends_with(b"\n") => {
                notices.push(Notice::TornLastLine { bytes: line.len() });
            }
            Err(reason) => notices.push(Notice::UnreadableLine { line: index + 1, reason }),
        }
    }
    records
}

fn parse_sample(line: &[u8]) -> Result<Option<CellRecord>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "read it as text: it is not UTF-8".to_owned())?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    decode("a sample", text).map(Some).map_err(|error| error.to_string())
}

/// The line of a sample, with its end.
pub(crate) fn sample_line(record: &CellRecord) -> String {
    let mut line = encode_line(record);
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");

    #[track_caller]
    fn check(text: &[u8], expected_records: usize, expected_notices: &[&str]) {
        let mut notices = Vec::new();
        let records = parse_samples(text, &mut notices);
        let notices: Vec<String> = notices.iter().map(ToString::to_string).collect();
        assert_eq!(records.len(), expected_records, "{notices:?}");
        assert_eq!(notices.len(), expected_notices.len(), "{notices:?}");
        for (notice, expected) in notices.iter().zip(expected_notices) {
            assert!(notice.starts_with(expected), "{notice}");
        }
    }

    #[test]
    fn whole_lines_are_read_and_others_named() {
        let bytes = SAMPLES.as_bytes();
        check(bytes, 3, &[]);
        check(b"", 0, &[]);
        check(&bytes[..bytes.len() - 1], 3, &[]);
        check(&bytes[..bytes.len() - 2], 2, &["the last line of samples.jsonl is torn ("]);
        let mut line_torn_in_the_middle = bytes[..100].to_vec();
        line_torn_in_the_middle.push(b'\n');
        line_torn_in_the_middle.extend(bytes);
        check(
            &line_torn_in_the_middle,
            3,
            &["line 1 of samples.jsonl was skipped: failed to read it as a sample"],
        );
        check(b"{}\n", 0, &["line 1 of samples.jsonl was skipped: failed to read it as a sample"]);
        check(b"\xff\n", 0, &["line 1 of samples.jsonl was skipped: failed to read it as text"]);
        check(b"\xff", 0, &["the last line of samples.jsonl is torn (1 bytes)"]);
        check(b"\n\r\n", 0, &[]);
    }
    #[test]
    fn wherever_a_process_is_killed_only_the_last_line_is_lost() {
        for length in 0..=SAMPLES.len() {
            let mut notices = Vec::new();
            let (kept, lost) = SAMPLES.as_bytes().split_at(length);
            let records = parse_samples(kept, &mut notices);
            let whole =
                kept.iter().filter(|byte| **byte == b'\n').count() + usize::from(lost.starts_with(b"\n"));
            assert_eq!(records.len(), whole, "cut at {length}");
            let torn = !kept.is_empty() && !kept.ends_with(b"\n") && !lost.starts_with(b"\n");
            assert_eq!(notices.len(), usize::from(torn), "cut at {length}: {notices:?}");
        }
    }

    #[test]
    fn a_damaged_byte_costs_its_own_line_only() {
        for position in (0..SAMPLES.len()).filter(|position| SAMPLES.as_bytes()[*position] != b'\n') {
            let mut bytes = SAMPLES.as_bytes().to_vec();
            bytes[position] = 0xff;
            let mut notices = Vec::new();
            let line = SAMPLES[..position].matches('\n').count() + 1;
            assert_eq!(parse_samples(&bytes, &mut notices).len(), 2, "damaged at {position}");
            assert!(matches!(&notices[..], [Notice::UnreadableLine { line: named, .. }] if *named == line));
        }
    }
}
