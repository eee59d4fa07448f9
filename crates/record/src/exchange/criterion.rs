//! Finding criterion's benchmarks below a folder.

use super::ExchangeError;
use crate::error::at;
use contend_protocol::criterion::{Benchmark, Sample};
use contend_protocol::{DecodeError, decode};
use std::error::Error;
use std::fs::{metadata, read_dir, read_to_string};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The folder that holds the newest numbers.
const NEWEST: &str = "new";

/// Folders that are looked into below the one that is given.
///
/// Chosen here because below criterion's home there are at most four (group, function, value, and that of the newest numbers), and
/// a few more allow for one that lies above, such as `target`.
const DEPTH: usize = 8;

const BENCHMARK_FILE: &str = "benchmark.json";
const SAMPLE_FILE: &str = "sample.json";

/// What is in criterion's folder.
#[derive(Clone, Debug)]
pub struct CriterionFolder {
    /// The benchmarks that can be read, by folder.
    pub benchmarks: Vec<FoundBenchmark>,
    /// The others: the folder, and why not, which fits after "failed to ".
    pub unreadable: Vec<(PathBuf, String)>,
}

/// A benchmark with its newest numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundBenchmark {
    /// What it is.
    pub benchmark: Benchmark,
    /// What was measured: at least one sample, all of them positive numbers.
    pub sample: Sample,
    /// When its file was written, in milliseconds since 1970-01-01 UTC; 0 where the system does not tell.
    pub written_unix_ms: u64,
}

/// Reads criterion's home. One benchmark that is damaged hides no other.
///
/// # Errors
/// [`ExchangeError::Read`] where `path` is no folder; [`ExchangeError::NotCriterion`] or [`ExchangeError::NothingReadable`]
/// where it has no benchmark.
pub fn criterion_folder(path: &Path) -> Result<CriterionFolder, ExchangeError> {
    read_dir(path).map_err(at(path, |path, source| ExchangeError::Read { path, source }))?;
    let mut folders = Vec::new();
    if path.join(BENCHMARK_FILE).is_file() {
        folders.push(path.to_owned());
    }
    let mut found = CriterionFolder { benchmarks: Vec::new(), unreadable: Vec::new() };
    find(path, DEPTH, &mut folders, &mut found.unreadable);
    folders.sort();
    for folder in folders {
        match load(&folder) {
            Ok(benchmark) => found.benchmarks.push(benchmark),
            Err(reason) => found.unreadable.push((folder, reason)),
        }
    }
    match (found.benchmarks.is_empty(), found.unreadable.first()) {
        (false, _) => Ok(found),
        (true, None) => Err(ExchangeError::NotCriterion { path: path.to_owned() }),
        (true, Some((_, reason))) => {
            Err(ExchangeError::NothingReadable { path: path.to_owned(), reason: reason.clone() })
        }
    }
}

/// Folders of newest numbers below `folder`, and those that cannot be looked into. Links are not followed, so this ends.
fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>, unreadable: &mut Vec<(PathBuf, String)>) {
    let entries = read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => return unreadable.push((folder.to_owned(), format!("look into it: {error}"))),
    };
    for entry in entries.iter().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let path = entry.path();
        if entry.file_name() == NEWEST && path.join(BENCHMARK_FILE).is_file() {
            found.push(path);
        } else if depth > 1 {
            find(&path, depth - 1, found, unreadable);
        }
    }
}

/// Why not fits after "failed to ".
fn load(folder: &Path) -> Result<FoundBenchmark, String> {
    let read =
        |name: &str| read_to_string(folder.join(name)).map_err(|error| format!("read {name}: {error}"));
    let benchmark: Benchmark = decode("a benchmark of criterion", &read(BENCHMARK_FILE)?)
        .map_err(|error| not_decoded(BENCHMARK_FILE, &error))?;
    let sample: Sample = decode("samples of criterion", &read(SAMPLE_FILE)?)
        .map_err(|error| not_decoded(SAMPLE_FILE, &error))?;
    let positive = |values: &[f64]| values.iter().all(|value| value.is_finite() && *value > 0.0);
    let whole = sample.iters.len() == sample.times.len() && !sample.iters.is_empty();
    if !whole || !positive(&sample.iters) || !positive(&sample.times) {
        return Err(format!("read {SAMPLE_FILE}: a sample has no positive time and count"));
    }
    Ok(FoundBenchmark { benchmark, sample, written_unix_ms: written_unix_ms(&folder.join(SAMPLE_FILE)) })
}

fn not_decoded(name: &str, error: &DecodeError) -> String {
    let cause = error.source().map_or_else(|| error.to_string(), |cause| cause.to_string());
    format!("read {name}: {cause}")
}

fn written_unix_ms(path: &Path) -> u64 {
    let written = metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_from_above_and_what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = ["criterion/g/f/new", "criterion/g/f/100/new", "criterion/report", "debug/new"];
        for path in below {
            std::fs::create_dir_all(folder.path().join(path)).expect("folders");
        }
        for path in &below[..2] {
            std::fs::File::create_new(folder.path().join(path).join(BENCHMARK_FILE)).expect("a file");
        }
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        find(folder.path(), DEPTH, &mut found, &mut unreadable);
        found.sort();
        assert_eq!(found, [folder.path().join(below[1]), folder.path().join(below[0])]);
        assert_eq!(unreadable, []);
        find(&folder.path().join("none"), DEPTH, &mut found, &mut unreadable);
        assert_eq!((found.len(), unreadable.len()), (2, 1));
        assert!(unreadable[0].1.starts_with("look into it: "), "{unreadable:?}");
        let reason = load(&folder.path().join(below[0])).expect_err("the file is empty");
        assert!(reason.starts_with("read benchmark.json: EOF"), "{reason}");
        let reason = load(&folder.path().join(below[2])).expect_err("there is no file");
        assert!(reason.starts_with("read benchmark.json: "), "{reason}");
    }
}
