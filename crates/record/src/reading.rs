//! Reading what is saved: as much of it as is whole.

use crate::error::{RecordError, Saved};
use crate::packed::{self, Content};
use contend_protocol::DecodeError;
use contend_protocol::manifest::format_of;
use contend_protocol::version::FormatVersion;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

/// Something odd in a saved run or comparison that can be read all the same. Its text is a sentence without its stop.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The last line is not whole: the process was killed while writing it.
    TornLastLine {
        /// The file's name.
        file: &'static str,
        /// Bytes that were dropped.
        bytes: usize,
    },
    /// A line is not what the file's lines are.
    UnreadableLine {
        /// The file's name.
        file: &'static str,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A file beside the samples cannot be read: it is damaged, or of a newer format.
    UnreadableFile {
        /// The file's name.
        file: &'static str,
        /// Why, as a sentence without its stop.
        reason: String,
    },
    /// The compressed form of a file is damaged; what is before the damage was read.
    DamagedPack {
        /// The name of the file that was compressed.
        file: &'static str,
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
    /// There is no such file.
    Missing {
        /// The file's name.
        file: &'static str,
    },
    /// A newer build wrote it; it was read as far as this one understands it.
    NewerFormat {
        /// Its format.
        found: FormatVersion,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornLastLine { file, bytes } => {
                write!(f, "the last line of {file} is torn ({bytes} bytes) and was dropped")
            }
            Self::UnreadableLine { file, line, reason } => {
                write!(f, "line {line} of {file} was skipped: failed to {reason}")
            }
            Self::UnreadableFile { file, reason } => write!(f, "{file} was left out: {reason}"),
            Self::DamagedPack { file, reason } => {
                write!(f, "{file}.gz is damaged, and was read up to the damage: {reason}")
            }
            Self::Missing { file } => write!(f, "{file} is missing"),
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

/// The file that says what something saved is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    pub(crate) saved: Saved,
    pub(crate) name: &'a str,
    pub(crate) file: &'static str,
}

impl Document<'_> {
    /// Reads it from `directory`.
    pub(crate) fn load<T>(
        self,
        directory: &Path,
        decode: impl FnOnce(&str) -> Result<T, DecodeError>,
    ) -> Result<T, RecordError> {
        let Self { saved, name, file } = self;
        let damaged = |reason: String| RecordError::Damaged { saved, name: name.to_owned(), reason };
        let bytes = std::fs::read(directory.join(file)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => damaged(format!("it has no {file}")),
            _ => damaged(format!("{file} cannot be read: {error}")),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| damaged(format!("{file} is not text")))?;
        let found = format_of(&text);
        decode(&text).map_err(|error| match found {
            Some(found) if found > FormatVersion::CURRENT => {
                RecordError::Newer { saved, name: name.to_owned(), found }
            }
            _ => damaged(format!("{file} is damaged: failed to {error}")),
        })
    }
}

/// What is odd about this format.
pub(crate) fn newer(format: FormatVersion) -> Vec<Notice> {
    (format > FormatVersion::CURRENT).then_some(Notice::NewerFormat { found: format }).into_iter().collect()
}

/// Reads every whole line of a file, compressed or not.
pub(crate) fn load_lines<T>(
    directory: &Path,
    file: &'static str,
    notices: &mut Vec<Notice>,
    decode: impl Fn(&str) -> Result<T, DecodeError>,
) -> Result<Vec<T>, RecordError> {
    let Some(Content { bytes, damage }) = packed::read(directory, file)? else {
        notices.push(Notice::Missing { file });
        return Ok(Vec::new());
    };
    notices.extend(damage.map(|damage| Notice::DamagedPack { file, reason: damage.to_string() }));
    Ok(parse_lines(&bytes, file, notices, decode))
}

/// Reads every line that can be. A line is whole where it ends, or where it can be read without its end.
pub(crate) fn parse_lines<T>(
    bytes: &[u8],
    file: &'static str,
    notices: &mut Vec<Notice>,
    decode: impl Fn(&str) -> Result<T, DecodeError>,
) -> Vec<T> {
    let mut records = Vec::new();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let last = lines.peek().is_none();
        match parse_line(line, &decode) {
            Ok(None) => {}
            Ok(Some(record)) => records.push(record),
            Err(_) if last && !line.ends_with(b"\n") => {
                notices.push(Notice::TornLastLine { file, bytes: line.len() });
            }
            Err(reason) => notices.push(Notice::UnreadableLine { file, line: index + 1, reason }),
        }
    }
    records
}

fn parse_line<T>(line: &[u8], decode: impl Fn(&str) -> Result<T, DecodeError>) -> Result<Option<T>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "read it as text: it is not UTF-8".to_owned())?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    decode(text).map(Some).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::decode;
    use contend_protocol::sample::CellRecord;

    const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");

    fn parse_samples(bytes: &[u8], notices: &mut Vec<Notice>) -> Vec<CellRecord> {
        parse_lines(bytes, "samples.jsonl", notices, |text| decode("a sample", text))
    }

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
