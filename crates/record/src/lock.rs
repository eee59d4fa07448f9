//! Advisory locks between processes. The system releases them when their holder ends, however it ends.

use crate::error::RecordError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

/// Keeps other processes out while it lives, and says to them who holds it.
#[derive(Debug)]
#[must_use = "other processes are kept out only while this lives"]
pub struct HeldLock {
    file: File,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        // The words about the holder are only a courtesy; closing the file is what releases the lock.
        drop(self.file.set_len(0));
    }
}

/// Waits for the lock at `path`. `on_wait` is called once, before waiting, with what is known about its holder.
pub(crate) fn hold(path: &Path, on_wait: impl FnOnce(&str)) -> io::Result<HeldLock> {
    let mut file = open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            on_wait(&holder(&mut file));
            wait(&file)?;
        }
        Err(TryLockError::Error(error)) => tolerate(error)?,
    }
    // A courtesy: on a full disk there is no room for it, and whoever makes room needs the lock.
    drop(introduce(&mut file));
    Ok(HeldLock { file })
}

/// Says that this process uses what the lock at `path` stands for, while the result lives; others may too.
pub(crate) fn share(path: &Path) -> io::Result<File> {
    // A folder that cannot be written can be used all the same.
    let file = open(path).or_else(|_| File::open(path))?;
    file.lock_shared().or_else(tolerate)?;
    Ok(file)
}

/// What is known about who holds the lock at `path`; `None` where nobody does. Nothing is made or changed.
pub(crate) fn held_by(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    // Shared, so that two who ask at once do not take each other for a holder.
    let held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    held.then(|| holder(&mut file))
}

/// Whether somebody uses what the lock at `path` stands for.
pub(crate) fn is_shared(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Keeps other launches from making or changing a manifest while the result lives.
pub(crate) fn join(path: &Path) -> Result<File, RecordError> {
    exclusive(path).map_err(RecordError::write(path))
}

/// Keeps others from whatever the lock at `path` stands for while the result lives.
pub(crate) fn exclusive(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    wait(&file)?;
    Ok(file)
}

/// Waits for the lock on `file`.
pub(crate) fn wait(file: &File) -> io::Result<()> {
    file.lock().or_else(tolerate)
}

/// A file system without locks is no reason not to measure.
fn tolerate(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::Unsupported { Ok(()) } else { Err(error) }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Not truncated: it may hold words about another process.
    options.read(true).write(true).create(true).truncate(false);
    options.open(path)
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
