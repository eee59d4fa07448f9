//! Files that are whole at any time or not there, whatever happens while they are written; and folders that are always new.

use crate::error::RecordError;
use contend_protocol::fnv::Fnv;
use std::ffi::OsString;
use std::fs::{File, create_dir, rename};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Makes a folder in `root`: `wanted`, or `wanted-2`, ... where that is taken.
pub(crate) fn create_new_dir(root: &Path, wanted: &str) -> Result<(String, PathBuf), RecordError> {
    let mut clash = 1;
    loop {
        let name = if clash == 1 { wanted.to_owned() } else { format!("{wanted}-{clash}") };
        let directory = root.join(&name);
        match create_dir(&directory) {
            Ok(()) => return Ok((name, directory)),
            Err(error) if is_taken(&error, &directory) => clash += 1,
            Err(error) => return Err(RecordError::write(&directory)(error)),
        }
    }
}

fn is_taken(error: &io::Error, path: &Path) -> bool {
    error.kind() == ErrorKind::AlreadyExists && path.symlink_metadata().is_ok()
}

/// Length and hash of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Facts {
    pub(crate) hash: String,
    pub(crate) bytes: u64,
}

/// Replaces the content of a file in one step: a reader, or a crash, sees the old one or the new one.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    let mut unfinished = OsString::from(".");
    unfinished.push(name);
    unfinished.push(".part");
    let unfinished = path.with_file_name(unfinished);
    let mut file = File::create(&unfinished)?;
    let written = file.write_all(content.as_ref()).and_then(|()| file.sync_all());
    // On a full disk what is there of it is needed for something else.
    written.and_then(|()| rename(&unfinished, path)).inspect_err(|_| drop(remove_file(&unfinished)))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Copies a file with its permissions, and waits until the disk has it.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

/// Length and hash of the file at `path`.
pub(crate) fn facts(path: &Path) -> io::Result<Facts> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes) = (Fnv::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(Facts { hash: hash.hex(), bytes });
        }
        hash.add(&buffer[..length]);
        bytes += length as u64;
    }
}

/// Removes a folder with all that is in it; that it is not there is no error.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    ignore_missing(std::fs::remove_dir_all(path))
}

/// Removes a file; that it is not there is no error.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    ignore_missing(std::fs::remove_file(path))
}

fn ignore_missing(outcome: io::Result<()>) -> io::Result<()> {
    outcome.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Makes a rename in the folder last through a power cut.
#[cfg(unix)]
pub(crate) fn sync_folder(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// [`replace`] with the error of a saved run or comparison.
pub(crate) fn replace_file(directory: &Path, file_name: &str, text: &str) -> Result<(), RecordError> {
    let path = directory.join(file_name);
    replace(&path, text).map_err(RecordError::write(&path))
}

/// A file that can be cut.
pub(crate) trait Cut: Read + Write + Seek {
    fn cut_to(&mut self, length: u64) -> io::Result<()>;
}

impl Cut for File {
    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Writes `line` at the end, in one call, and takes it back if only a part of it was written.
pub(crate) fn append_line(file: &mut impl Cut, line: &str) -> io::Result<()> {
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

    #[test]
    fn a_text_is_replaced_and_a_copy_has_the_same_facts() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        replace(&one, "foo").expect("it is written");
        replace(&one, "foobar").expect("it is replaced");
        copy(&one, &other).expect("it is copied");
        let expected = Facts { hash: "85944171f73967e8".to_owned(), bytes: 6 };
        assert_eq!(
            [&one, &other].map(|path| facts(path).expect("it is there")),
            [expected.clone(), expected]
        );
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "no part is left");
    }

    #[test]
    fn what_is_not_there_is_removed_already() {
        let folder = tempfile::tempdir().expect("a folder");
        remove_file(&folder.path().join("none")).expect("no error");
        remove_folder(&folder.path().join("none")).expect("no error");
    }
}
