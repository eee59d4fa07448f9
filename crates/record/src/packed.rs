//! Lines of a run that are kept compressed, for a repository or an archive: `samples.jsonl.gz`.
//!
//! Lines that are added later go into the plain file beside it. Whoever reads takes the compressed ones first, and `gunzip` makes the
//! file what it was.

use crate::error::{RecordError, Saved};
use crate::files::{remove_file, replace};
use crate::lock::{self, HeldLock};
use crate::run::{CATALOGUE_FILE, SAMPLES_FILE};
use crate::store::Store;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes at the end of a gzip file that say how long its content is: RFC 1952, section 2.3.1.
const LENGTH_BYTES: u64 = 4;

/// What is in a file of lines, compressed or not.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    /// Why the compressed part could be read only up to some place.
    pub(crate) damage: Option<io::Error>,
}

/// What packing a run came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Packed {
    /// The run's folder name.
    pub name: String,
    /// Bytes that its lines took.
    pub before_bytes: u64,
    /// Bytes that they take now.
    pub after_bytes: u64,
}

impl Store {
    /// Compresses the lines of the run that `name` means, as [`Store::open_run`] understands it. What has been packed before stays as
    /// it is. Whoever measures into a run writes into the plain files, so `_alone` is asked for.
    ///
    /// # Errors
    /// Those of [`Store::join_run`], and [`RecordError::Damaged`] where a compressed file is damaged: it stays as it is. A plain file
    /// is removed only when its lines were read back from the compressed one.
    pub fn pack(&self, name: &str, _alone: &HeldLock) -> Result<Packed, RecordError> {
        let (_guard, directory, _manifest) = self.hold_run(name)?;
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut packed = Packed { name, before_bytes: 0, after_bytes: 0 };
        for file in [SAMPLES_FILE, CATALOGUE_FILE] {
            packed.before_bytes += bytes_on_disk(&directory, file);
            pack_file(&directory, file, &packed.name)?;
            packed.after_bytes += bytes_on_disk(&directory, file);
        }
        Ok(packed)
    }
}

/// Reads a file of lines; `None` where there is neither a plain nor a compressed one.
pub(crate) fn read(directory: &Path, file: &str) -> Result<Option<Content>, RecordError> {
    // The plain one first: whoever packs removes it after the compressed one is there.
    let (plain_path, packed_path) = (directory.join(file), packed(directory, file));
    let plain = present(std::fs::read(&plain_path)).map_err(RecordError::read(&plain_path))?;
    let packed = present(std::fs::read(&packed_path)).map_err(RecordError::read(&packed_path))?;
    Ok(match (packed, plain) {
        (None, None) => None,
        (None, Some(bytes)) => Some(Content { bytes, damage: None }),
        (Some(packed), plain) => Some(joined(expand(&packed), &plain.unwrap_or_default())),
    })
}

/// Length of the lines in bytes, as if they were not compressed, and when they were written last.
pub(crate) fn facts(directory: &Path, file: &str) -> Option<(u64, SystemTime)> {
    let plain = directory.join(file).metadata().ok();
    let plain = plain.and_then(|facts| Some((facts.len(), facts.modified().ok()?)));
    let packed = packed_facts(&packed(directory, file)).ok();
    match (packed, plain) {
        (Some(packed), Some(plain)) => Some((packed.0 + plain.0, packed.1.max(plain.1))),
        (packed, plain) => packed.or(plain),
    }
}

fn packed(directory: &Path, file: &str) -> PathBuf {
    directory.join(format!("{file}.gz"))
}

fn packed_facts(path: &Path) -> io::Result<(u64, SystemTime)> {
    let mut file = File::open(path)?;
    let facts = file.metadata()?;
    let mut length = [0; LENGTH_BYTES as usize];
    file.seek(SeekFrom::Start(facts.len().saturating_sub(LENGTH_BYTES)))?;
    file.read_exact(&mut length)?;
    Ok((u32::from_le_bytes(length).into(), facts.modified()?))
}

fn present<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn bytes_on_disk(directory: &Path, file: &str) -> u64 {
    [directory.join(file), packed(directory, file)]
        .iter()
        .map(|path| path.metadata().map_or(0, |facts| facts.len()))
        .sum()
}

/// Puts what was added later behind what was compressed.
fn joined(mut content: Content, added: &[u8]) -> Content {
    let twice = overlap(&content.bytes, added);
    if twice == 0 && !added.is_empty() && content.bytes.last().is_some_and(|byte| *byte != b'\n') {
        content.bytes.push(b'\n');
    }
    content.bytes.extend_from_slice(&added[twice..]);
    content
}

/// How many bytes at the beginning of `added` are the last lines of `packed`: where packing was killed before it removed the plain
/// file, they are in both.
fn overlap(packed: &[u8], added: &[u8]) -> usize {
    let ends = packed.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let tails = std::iter::once(0).chain(ends).map(|at| &packed[at..]);
    tails.filter(|tail| added.starts_with(tail)).map(<[u8]>::len).next().unwrap_or(0)
}

/// As much as can be expanded.
fn expand(packed: &[u8]) -> Content {
    let mut bytes = Vec::new();
    let damage = MultiGzDecoder::new(packed).read_to_end(&mut bytes).err();
    Content { bytes, damage }
}

fn pack_file(directory: &Path, file: &str, name: &str) -> Result<(), RecordError> {
    let plain = directory.join(file);
    let damaged = |reason: String| RecordError::Damaged { saved: Saved::Run, name: name.to_owned(), reason };
    // Whoever appends a line waits for the same lock.
    let appending = match File::open(&plain) {
        Ok(lines) => {
            lock::wait(&lines).map_err(RecordError::read(&plain))?;
            Some(lines)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(RecordError::read(&plain)(error)),
    };
    let Content { bytes, damage } = read(directory, file)?.unwrap_or_default();
    if let Some(damage) = damage {
        return Err(damaged(format!("{file}.gz is damaged: {damage}")));
    }
    if appending.is_none() {
        return Ok(());
    }
    let path = packed(directory, file);
    let packed = compress(&bytes).map_err(RecordError::write(&path))?;
    let holds = |packed: &[u8]| {
        let Content { bytes: held, damage } = expand(packed);
        damage.is_none() && held == bytes
    };
    // Before anything is replaced, and again as the disk gives it back: the plain lines are gone after this.
    if !holds(&packed) {
        return Err(damaged(format!("{file} cannot be compressed; it was kept")));
    }
    replace(&path, &packed).map_err(RecordError::write(&path))?;
    let kept = std::fs::read(&path).map_err(RecordError::read(&path))?;
    if !holds(&kept) {
        return Err(damaged(format!("{file}.gz does not hold what was written; {file} was kept")));
    }
    remove_file(&plain).map_err(RecordError::write(&plain))
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read as bytes_of, remove_file};
    use tempfile::TempDir;

    const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
    const RUN: &str = "20260101T000000Z-aaaaaaa-0000";

    fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<()> {
        #[expect(clippy::disallowed_methods, reason = "files of the test's own")]
        std::fs::write(path, content)
    }

    /// A store with one run, and the run's folder.
    fn run() -> (TempDir, Store, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let directory = folder.path().join(RUN);
        std::fs::create_dir(&directory).expect("a folder can be made");
        let manifest = include_str!("../../protocol/tests/formats/v1/run.json");
        write(directory.join("run.json"), manifest).expect("it can be written");
        write(directory.join(SAMPLES_FILE), SAMPLES).expect("it can be written");
        let store = Store::at(folder.path());
        (folder, store, directory)
    }

    fn pack(store: &Store) -> Result<Packed, RecordError> {
        let alone = store.measuring_lock(|_| ()).expect("nobody measures");
        store.pack("latest", &alone)
    }

    fn lines(directory: &Path) -> Vec<u8> {
        read(directory, SAMPLES_FILE).expect("it can be read").expect("there is one").bytes
    }

    #[test]
    fn a_packed_run_reads_as_before_and_is_smaller() {
        let (_folder, store, directory) = run();
        let before = store.open_run("latest").expect("it can be read");
        let lengths = store.saved_runs().expect("they can be listed")[0].lengths;
        let packed = pack(&store).expect("it can be packed");
        assert_eq!(packed.name, RUN);
        assert_eq!(packed.before_bytes, SAMPLES.len() as u64);
        assert_eq!(
            packed.after_bytes,
            directory.join("samples.jsonl.gz").metadata().expect("it is there").len()
        );
        assert!(packed.after_bytes < packed.before_bytes, "{packed:?}");
        assert!(!directory.join(SAMPLES_FILE).exists());
        let after = store.open_run("latest").expect("it can be read");
        assert_eq!((before.records, before.notices), (after.records, after.notices));
        assert_eq!(store.saved_runs().expect("they can be listed")[0].lengths, lengths);
        assert_eq!(store.runs().expect("they can be listed").len(), 1);
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        let (_folder, store, directory) = run();
        pack(&store).expect("it can be packed");
        let once = bytes_of(directory.join("samples.jsonl.gz")).expect("it is there");
        let again = pack(&store).expect("there is nothing to do");
        assert_eq!(again.before_bytes, again.after_bytes);
        std::fs::remove_file(directory.join("samples.jsonl.gz")).expect("it is there");
        write(directory.join(SAMPLES_FILE), SAMPLES).expect("it can be written");
        pack(&store).expect("it can be packed");
        assert_eq!(bytes_of(directory.join("samples.jsonl.gz")).expect("it is there"), once);
    }

    #[test]
    fn lines_that_are_added_later_are_behind_the_packed_ones() {
        let (_folder, store, directory) = run();
        pack(&store).expect("it can be packed");
        let added = SAMPLES.lines().next().expect("there is a line").to_owned() + "\n";
        write(directory.join(SAMPLES_FILE), &added).expect("it can be written");
        assert_eq!(lines(&directory), [SAMPLES.as_bytes(), added.as_bytes()].concat());
        let (length, _) = facts(&directory, SAMPLES_FILE).expect("there are files");
        assert_eq!(length, (SAMPLES.len() + added.len()) as u64);
        pack(&store).expect("it can be packed");
        assert!(!directory.join(SAMPLES_FILE).exists());
        assert_eq!(lines(&directory), [SAMPLES.as_bytes(), added.as_bytes()].concat());
    }

    #[test]
    fn lines_are_not_read_twice_where_packing_was_killed() {
        let (_folder, store, directory) = run();
        pack(&store).expect("it can be packed");
        write(directory.join(SAMPLES_FILE), SAMPLES).expect("it can be written");
        assert_eq!(lines(&directory), SAMPLES.as_bytes());
        // Somebody went on with the run before it was packed again.
        let added = SAMPLES.lines().next().expect("there is a line").to_owned() + "\n";
        let both = [SAMPLES, &added].concat();
        write(directory.join(SAMPLES_FILE), &both).expect("it can be written");
        assert_eq!(lines(&directory), both.as_bytes());
        pack(&store).expect("it can be packed");
        assert_eq!(lines(&directory), both.as_bytes());
        // The same where there were compressed lines already.
        write(directory.join(SAMPLES_FILE), [&added, &added].map(String::as_str).concat())
            .expect("it can be written");
        assert_eq!(lines(&directory), [&both, &added].map(String::as_str).concat().as_bytes());
    }

    #[test]
    fn a_damaged_pack_is_read_up_to_the_damage_and_never_overwritten() {
        let (_folder, store, directory) = run();
        pack(&store).expect("it can be packed");
        let path = directory.join("samples.jsonl.gz");
        let whole = bytes_of(&path).expect("it is there");
        for length in 0..whole.len() {
            write(&path, &whole[..length]).expect("it can be written");
            let run = store.open_run("latest").expect("it can be read");
            assert!(!run.notices.is_empty(), "{length} bytes of {} are no whole file", whole.len());
            assert!(run.records.len() <= SAMPLES.lines().count());
        }
        let torn = &whole[..whole.len() - 9];
        write(&path, torn).expect("it can be written");
        write(directory.join(SAMPLES_FILE), SAMPLES.lines().next().expect("there is a line"))
            .expect("it can be written");
        let error = pack(&store).expect_err("it is damaged").to_string();
        assert!(error.contains("samples.jsonl.gz is damaged"), "{error}");
        assert_eq!(bytes_of(&path).expect("it is there"), torn);
        assert!(directory.join(SAMPLES_FILE).exists());
        remove_file(directory.join(SAMPLES_FILE)).expect("it is there");
        pack(&store).expect_err("it is damaged, and not packed already");
    }

    #[test]
    fn a_run_without_lines_stays_without() {
        let (_folder, store, directory) = run();
        remove_file(directory.join(SAMPLES_FILE)).expect("it was there");
        let packed = pack(&store).expect("there is nothing to do");
        assert_eq!((packed.before_bytes, packed.after_bytes), (0, 0));
        assert!(!directory.join("samples.jsonl.gz").exists());
    }
}
