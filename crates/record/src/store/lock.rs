//! Advisory locks between processes. The system releases them when their holder ends, however it ends.

use crate::error::RecordError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

/// Who holds it measures, alone.
const MEASURING_LOCK_FILE: &str = ".measuring.lock";

/// Says that this process measures, while it lives.
#[derive(Debug)]
#[must_use = "other processes are kept out only while this lives"]
pub struct MeasuringLock {
    file: File,
}

impl Drop for MeasuringLock {
    fn drop(&mut self) {
        // The words about the holder are only a courtesy; closing the file is what releases the lock.
        drop(self.file.set_len(0));
    }
}

pub(super) fn measuring(root: &Path, on_wait: impl FnOnce(&str)) -> Result<MeasuringLock, RecordError> {
    let path = root.join(MEASURING_LOCK_FILE);
    let mut file = open(&path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            on_wait(&holder(&mut file));
            wait(&file).map_err(RecordError::write(&path))?;
        }
        Err(TryLockError::Error(error)) => tolerate(error).map_err(RecordError::write(&path))?,
    }
    introduce(&mut file).map_err(RecordError::write(&path))?;
    Ok(MeasuringLock { file })
}

/// Keeps other launches from making or changing a manifest while the result lives.
pub(super) fn join(path: &Path) -> Result<File, RecordError> {
    let file = open(path)?;
    wait(&file).map_err(RecordError::write(path))?;
    Ok(file)
}

/// Waits for the lock on `file`.
pub(super) fn wait(file: &File) -> io::Result<()> {
    file.lock().or_else(tolerate)
}

/// A file system without locks is no reason not to measure.
fn tolerate(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::Unsupported { Ok(()) } else { Err(error) }
}

fn open(path: &Path) -> Result<File, RecordError> {
    let mut options = OpenOptions::new();
    // Not truncated: it may hold words about another process.
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(RecordError::write(path))
}

/// What the file says about who holds it.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match read {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}

fn introduce(file: &mut File) -> io::Result<()> {
    let mut arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let program = arguments.next().unwrap_or_default();
    let program = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let command = std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ");
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("process {}: {command}\n", std::process::id()).as_bytes())
}
