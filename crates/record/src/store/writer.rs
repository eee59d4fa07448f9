//! Writing into a run: whole lines, or nothing.

use super::lock;
use crate::error::RecordError;
use crate::run::{MANIFEST_FILE, SAMPLES_FILE, load_manifest, sample_line};
use contend_protocol::encode_pretty;
use contend_protocol::manifest::Manifest;
use contend_protocol::sample::CellRecord;
use std::fs::{File, OpenOptions, rename};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What `run.json` is called until it is whole.
const UNFINISHED_MANIFEST_FILE: &str = ".run.json.part";

/// One launch, writing into its run.
#[derive(Debug)]
pub struct RunWriter {
    directory: PathBuf,
    launch: u32,
    samples: File,
    join_lock: PathBuf,
}

impl RunWriter {
    pub(super) fn open(directory: PathBuf, launch: u32, join_lock: PathBuf) -> Result<Self, RecordError> {
        let path = directory.join(SAMPLES_FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let samples = options.open(&path).map_err(RecordError::write(&path))?;
        Ok(Self { directory, launch, samples, join_lock })
    }

    /// The run's folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Number of this launch in its run, from 0.
    pub fn launch(&self) -> u32 {
        self.launch
    }

    /// Adds the line of one cell, and waits until the disk has it.
    ///
    /// What an earlier process left of a torn line is ended first, so that it stays a line of its own.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses. The lines before are intact, and of this one nothing stays.
    pub fn append(&mut self, record: &CellRecord) -> Result<(), RecordError> {
        let path = self.directory.join(SAMPLES_FILE);
        let line = sample_line(record);
        let locked = lock::wait(&self.samples);
        let written = locked.and_then(|()| append_line(&mut self.samples, &line));
        let synced = written.and_then(|()| self.samples.sync_data());
        drop(self.samples.unlock());
        synced.map_err(RecordError::write(&path))
    }

    /// Notes in the manifest that this launch measured all it set out to.
    ///
    /// `steal_ticks` is what the hypervisor took from this machine meanwhile, in clock ticks.
    ///
    /// # Errors
    /// [`RecordError`] if the manifest cannot be read back or replaced; the old one is intact then.
    pub fn finish(self, now_unix_ms: u64, steal_ticks: Option<u64>) -> Result<(), RecordError> {
        let _guard = lock::join(&self.join_lock)?;
        let name = self.directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut manifest = load_manifest(&name, &self.directory)?;
        for launch in manifest.launches.iter_mut().filter(|launch| launch.launch == self.launch) {
            launch.finished_unix_ms = Some(now_unix_ms);
            launch.steal_ticks = steal_ticks;
        }
        write_manifest(&self.directory, &manifest)
    }
}

/// Replaces the manifest in one step: a reader, or a crash, sees the old one or the new one.
pub(super) fn write_manifest(directory: &Path, manifest: &Manifest) -> Result<(), RecordError> {
    let path = directory.join(MANIFEST_FILE);
    let unfinished = directory.join(UNFINISHED_MANIFEST_FILE);
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(encode_pretty(manifest).as_bytes())?;
        file.sync_all()?;
        rename(&unfinished, &path)?;
        sync_folder(directory)
    };
    write().map_err(RecordError::write(&path))
}

/// Makes the rename itself last through a power cut.
#[cfg(unix)]
fn sync_folder(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that can be cut.
trait Cut: Read + Write + Seek {
    fn cut_to(&mut self, length: u64) -> io::Result<()>;
}

impl Cut for File {
    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Writes `line` at the end, in one call, and takes it back if only a part of it was written.
fn append_line(file: &mut impl Cut, line: &str) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    let torn = length > 0 && last_byte(file)? != b'\n';
    let text = if torn { format!("\n{line}") } else { line.to_owned() };
    file.seek(SeekFrom::Start(length))?;
    file.write_all(text.as_bytes()).inspect_err(|_| drop(file.cut_to(length)))
}

fn last_byte(file: &mut impl Cut) -> io::Result<u8> {
    let mut byte = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A disk with room for so many bytes.
    struct SmallDisk {
        content: Cursor<Vec<u8>>,
        room: usize,
    }

    impl Read for SmallDisk {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.content.read(buffer)
        }
    }

    impl Seek for SmallDisk {
        fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
            self.content.seek(position)
        }
    }

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.room - self.content.get_ref().len();
            if room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.content.write(&bytes[..bytes.len().min(room)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Cut for SmallDisk {
        fn cut_to(&mut self, length: u64) -> io::Result<()> {
            self.content.get_mut().truncate(usize::try_from(length).expect("a short test"));
            Ok(())
        }
    }

    #[track_caller]
    fn check(before: &str, room: usize, expected: Result<&str, &str>) {
        let mut disk = SmallDisk { content: Cursor::new(before.into()), room };
        let outcome = append_line(&mut disk, "line\n");
        let after = String::from_utf8(disk.content.into_inner()).expect("text");
        let got = outcome.map(|()| after.as_str()).map_err(|_| after.as_str());
        assert_eq!(got, expected);
    }

    #[test]
    fn a_line_is_appended_whole_or_not_at_all() {
        check("", 99, Ok("line\n"));
        check("one\n", 99, Ok("one\nline\n"));
        check("one\n", 9, Ok("one\nline\n"));
        check("one\n", 8, Err("one\n"));
        check("one\n", 4, Err("one\n"));
        check("", 0, Err(""));
    }

    #[test]
    fn a_torn_line_is_ended_first() {
        check("one\nto", 99, Ok("one\nto\nline\n"));
        check("one\nto", 8, Err("one\nto"));
    }
}
