//! A folder of pages about all runs, as it is published: known by its marker, whole at every moment, and never anybody else's.
//!
//! ```text
//! contend-site.json     by which it is known; what pages were made from, and which were pruned
//! runs.jsonl            a line for each run        ┐ only added to: whatever follows from several runs
//! history.jsonl         a line for each cell of it ┘ is made from these
//! runs/<run>/           pages of one run, written once, in one step
//! compare/<name>/       verdict.json, and the page made from it
//! ...                   pages that follow from several runs, each replaced in one step
//! ```
//!
//! A site comes into being under another name, so its folder is there whole or not at all. Later, what is linked to is written before what
//! links to it, and what is removed loses its links first.
//!
//! Pages are not synced one by one, because they can be made again; the lines are.

mod error;
mod folder;

use crate::files::{append_line, remove_file, remove_folder};
use crate::reading::{Notice, parse_lines};
use contend_protocol::comparison::Comparison;
use contend_protocol::site::{HistoryCell, HistoryRun, SiteMarker};
use contend_protocol::{decode, encode_line, encode_pretty};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, create_dir_all, read, read_dir, rename};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

pub use error::SiteError;

/// The site of a store, where no other folder is named. No run has this name.
pub const SITE_FOLDER: &str = "site";

const MARKER_FILE: &str = "contend-site.json";
const RUNS_FILE: &str = "runs.jsonl";
const HISTORY_FILE: &str = "history.jsonl";
const VERDICT_FILE: &str = "verdict.json";
const RUNS_FOLDER: &str = "runs";
const COMPARE_FOLDER: &str = "compare";

/// What is being written, gives way to something new, or is on its way out; a killed process leaves it.
const UNFINISHED: &str = ".unfinished";
const REPLACED: &str = ".replaced";
const PRUNED: &str = ".pruned";

/// A site, held against other builds while this lives.
#[derive(Debug)]
pub struct Site {
    /// Where its files are now.
    root: PathBuf,
    /// Where they are when it is finished.
    target: PathBuf,
    /// What it says of itself; [`Site::finish`] saves it.
    pub marker: SiteMarker,
    _lock: File,
}

/// All lines of a site.
#[derive(Clone, Debug, Default)]
pub struct SiteLines {
    /// A line for each run, in the order they were added.
    pub runs: Vec<HistoryRun>,
    /// A line for each cell of a run.
    pub cells: Vec<HistoryCell>,
    /// What was odd when reading them.
    pub notices: Vec<Notice>,
}

impl Site {
    /// The site in `folder`, which is begun where there is nothing yet. Another process that builds it is waited for.
    ///
    /// # Errors
    /// [`SiteError::NotOurs`] where the folder holds anything else; [`SiteError::Newer`] or [`SiteError::Damaged`] where its marker
    /// cannot be used; [`SiteError::Write`] if the disk refuses.
    pub fn begin(folder: &Path) -> Result<Self, SiteError> {
        if folder::is_free(folder)? { folder::create(folder) } else { folder::open(folder) }
    }

    /// The site that is in `folder`.
    ///
    /// # Errors
    /// [`SiteError::Missing`] where there is none; else as [`Self::begin`].
    pub fn open(folder: &Path) -> Result<Self, SiteError> {
        if folder::is_free(folder)? {
            return Err(SiteError::Missing { path: folder.to_owned() });
        }
        folder::open(folder)
    }

    /// Whether there is a site in `folder` that this build can read; nothing is locked or changed.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn check(folder: &Path) -> Result<(), SiteError> {
        if folder::is_free(folder)? {
            return Err(SiteError::Missing { path: folder.to_owned() });
        }
        folder::check(folder)
    }

    /// Its lines, as far as they are whole.
    ///
    /// # Errors
    /// [`SiteError::Read`] if a file is there but cannot be read.
    pub fn lines(&self) -> Result<SiteLines, SiteError> {
        let mut notices = Vec::new();
        let runs =
            parse_lines(&self.bytes(RUNS_FILE)?, RUNS_FILE, &mut notices, |text| decode("a run", text));
        let cells = parse_lines(&self.bytes(HISTORY_FILE)?, HISTORY_FILE, &mut notices, |text| {
            decode("a cell", text)
        });
        Ok(SiteLines { runs, cells, notices })
    }

    /// Adds lines, and waits until the disk has them. A line about a run is there only if those of its cells are.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses.
    pub fn append(&self, runs: &[HistoryRun], cells: &[HistoryCell]) -> Result<(), SiteError> {
        self.append_to(HISTORY_FILE, &cells.iter().map(|cell| encode_line(cell) + "\n").collect::<String>())?;
        self.append_to(RUNS_FILE, &runs.iter().map(|run| encode_line(run) + "\n").collect::<String>())
    }

    /// Names of the folders of runs that have pages.
    ///
    /// # Errors
    /// [`SiteError::Read`] if they cannot be listed.
    pub fn run_folders(&self) -> Result<BTreeSet<String>, SiteError> {
        folders(&self.root.join(RUNS_FOLDER))
    }

    /// Saves the pages of a run: names and texts. All of them appear at once; what was there before goes.
    ///
    /// # Errors
    /// [`SiteError::Added`] where somebody added something to the pages that were there, which stay; [`SiteError::Write`] if the disk
    /// refuses.
    pub fn save_run(&self, folder: &str, files: &[(&str, &str)]) -> Result<(), SiteError> {
        let runs = self.root.join(RUNS_FOLDER);
        let path = self.inside(&format!("{RUNS_FOLDER}/{folder}"))?;
        let [unfinished, replaced] =
            [UNFINISHED, REPLACED].map(|suffix| runs.join(format!(".{folder}{suffix}")));
        let there = path.symlink_metadata().is_ok();
        if there {
            folder::only_pages(&path)?;
        }
        let written = remove_folder(&unfinished)
            .and_then(|()| create_dir_all(&unfinished))
            .and_then(|()| files.iter().try_for_each(|(name, text)| create(&unfinished.join(name), text)))
            .and_then(|()| if there { rename(&path, &replaced) } else { Ok(()) })
            .and_then(|()| rename(&unfinished, &path))
            .and_then(|()| remove_folder(&replaced));
        written.inspect_err(|_| drop(remove_folder(&unfinished))).map_err(SiteError::write(&path))
    }

    /// How many bytes the pages of a run take.
    ///
    /// # Errors
    /// [`SiteError::Added`] where somebody added something to them; [`SiteError::Read`] if they cannot be listed.
    pub fn run_bytes(&self, folder: &str) -> Result<u64, SiteError> {
        folder::only_pages(&self.inside(&format!("{RUNS_FOLDER}/{folder}"))?)
    }

    /// Removes the pages of a run.
    ///
    /// # Errors
    /// As [`Self::run_bytes`], and [`SiteError::Write`] if the disk refuses.
    pub fn remove_run(&self, folder: &str) -> Result<(), SiteError> {
        let path = self.inside(&format!("{RUNS_FOLDER}/{folder}"))?;
        folder::only_pages(&path)?;
        let pruned = self.root.join(RUNS_FOLDER).join(format!(".{folder}{PRUNED}"));
        let removed = rename(&path, &pruned).and_then(|()| remove_folder(&pruned));
        removed.map_err(SiteError::write(&path))
    }

    /// Keeps what a comparison found, for its page and whoever wants the numbers.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses.
    pub fn save_comparison(&self, folder: &str, comparison: &Comparison) -> Result<(), SiteError> {
        let path = format!("{COMPARE_FOLDER}/{folder}/{VERDICT_FILE}");
        self.write_page(&path, &encode_pretty(comparison)).map(drop)
    }

    /// All comparisons that are kept and can be read, with the names of their folders.
    ///
    /// # Errors
    /// [`SiteError::Read`] if they cannot be listed.
    pub fn comparisons(&self) -> Result<Vec<(String, Comparison)>, SiteError> {
        let load = |folder: String| {
            let text = self.bytes(&format!("{COMPARE_FOLDER}/{folder}/{VERDICT_FILE}")).ok()?;
            let comparison = decode("a comparison", std::str::from_utf8(&text).ok()?).ok()?;
            Some((folder, comparison))
        };
        Ok(folders(&self.root.join(COMPARE_FOLDER))?.into_iter().filter_map(load).collect())
    }

    /// Whether there is such a page.
    pub fn has_page(&self, path: &str) -> bool {
        self.inside(path).is_ok_and(|path| path.is_file())
    }

    /// Writes a page in one step, and says whether it did: the same text is left alone.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses; what was there before stays.
    pub fn write_page(&self, path: &str, text: &str) -> Result<bool, SiteError> {
        let place = self.inside(path)?;
        if read(&place).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(false);
        }
        let mut unfinished = place.clone();
        unfinished
            .set_file_name(format!(".{}.part", place.file_name().unwrap_or_default().to_string_lossy()));
        let written = place
            .parent()
            .map_or(Ok(()), create_dir_all)
            .and_then(|()| remove_file(&unfinished))
            .and_then(|()| create(&unfinished, text))
            .and_then(|()| rename(&unfinished, &place));
        written.inspect_err(|_| drop(remove_file(&unfinished))).map_err(SiteError::write(&place))?;
        Ok(true)
    }

    /// Removes a page, if there is one.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses.
    pub fn remove_page(&self, path: &str) -> Result<(), SiteError> {
        let place = self.inside(path)?;
        remove_file(&place).map_err(SiteError::write(&place))
    }

    /// Saves the marker, and goes on.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses.
    pub fn save_marker(&self) -> Result<(), SiteError> {
        folder::save_marker(&self.root, &self.marker)
    }

    /// Saves the marker, lets a new site appear, and says where it is.
    ///
    /// # Errors
    /// [`SiteError::Write`] if the disk refuses.
    pub fn finish(self) -> Result<PathBuf, SiteError> {
        self.save_marker()?;
        if self.root != self.target {
            folder::publish(&self.root, &self.target).map_err(SiteError::write(&self.target))?;
        }
        Ok(self.target)
    }

    fn append_to(&self, file: &str, lines: &str) -> Result<(), SiteError> {
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.root.join(file);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let written = options.open(&path).and_then(|mut file| {
            append_line(&mut file, lines)?;
            file.sync_data()
        });
        written.map_err(SiteError::write(&path))
    }

    /// What a file holds; nothing where it is not there.
    fn bytes(&self, file: &str) -> Result<Vec<u8>, SiteError> {
        let path = self.root.join(file);
        read(&path)
            .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(Vec::new()) } else { Err(error) })
            .map_err(SiteError::read(&path))
    }

    /// A place below the site. Names come from slugs, and this is where a mistake in them would end.
    fn inside(&self, path: &str) -> Result<PathBuf, SiteError> {
        let normal = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if normal && !path.is_empty() {
            return Ok(self.root.join(path));
        }
        Err(SiteError::NotOurs { path: PathBuf::from(path), reason: "it is no place within a site" })
    }
}

/// Writes a file that is not there.
fn create(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

/// Names of the folders in `path` that are not hidden.
fn folders(path: &Path) -> Result<BTreeSet<String>, SiteError> {
    let entries = match read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(SiteError::read(path)(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let entry = entry.map_err(SiteError::read(path))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if let (true, Ok(name)) = (is_folder, entry.file_name().into_string())
            && !name.starts_with('.')
        {
            names.insert(name);
        }
    }
    Ok(names)
}
