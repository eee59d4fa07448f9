//! Saved comparisons: a folder each, in a folder of their own beside the runs.

use crate::error::{RecordError, Saved};
use crate::files::{append_line, create_new_dir, replace_file};
use crate::name::{choose, comparison_name, names_in};
use crate::reading::{Document, Notice, load_lines, newer};
use crate::store::Store;
use contend_protocol::comparison::{Comparison, PairRecord, Side};
use contend_protocol::manifest::Machine;
use contend_protocol::{decode, encode_line, encode_pretty};
use std::fs::{File, create_dir_all, remove_dir};
use std::path::{Path, PathBuf};

/// Holds all comparisons of a store. No run has this name.
pub(crate) const COMPARISONS_FOLDER: &str = "comparisons";

const VERDICT_FILE: &str = "verdict.json";

const PAIRS_FILE: &str = "pairs.jsonl";

/// A saved comparison.
#[derive(Clone, Debug)]
pub struct SavedComparison {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub directory: PathBuf,
    /// What was found.
    pub comparison: Comparison,
    /// What it was found from, in the order it was measured.
    pub pairs: Vec<PairRecord>,
    /// What was odd when reading it.
    pub notices: Vec<Notice>,
}

/// A comparison in the list of all.
#[derive(Clone, Debug)]
pub struct ComparisonEntry {
    /// The folder's name.
    pub name: String,
    /// What can be said about it.
    pub state: ComparisonState,
}

/// Whether a comparison can be read.
#[derive(Clone, Debug)]
pub enum ComparisonState {
    /// It can.
    Readable {
        /// What was found.
        comparison: Box<Comparison>,
        /// What was odd when reading it.
        notices: Vec<Notice>,
    },
    /// It cannot.
    Unreadable {
        /// Why, as a fragment that fits after "failed to ".
        reason: String,
    },
}

/// One comparison while it is made. Nobody else writes into its folder.
#[derive(Debug)]
pub struct ComparisonWriter {
    name: String,
    directory: PathBuf,
    pairs: File,
}

impl Store {
    /// Makes the folder of a new comparison.
    ///
    /// A folder that exists is never written to: on a clash of names `-2`, `-3`, ... is appended.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the folder or its file of pairs cannot be made.
    pub fn begin_comparison(
        &self,
        created_unix_ms: u64,
        base: &Side,
        head: &Side,
        machine: &Machine,
    ) -> Result<ComparisonWriter, RecordError> {
        let root = self.comparisons_root();
        create_dir_all(&root).map_err(RecordError::write(&root))?;
        let wanted = comparison_name(created_unix_ms, base, head, machine);
        let (name, directory) = create_new_dir(&root, &wanted)?;
        let path = directory.join(PAIRS_FILE);
        let created = File::options().read(true).write(true).create_new(true).open(&path);
        // The folder is ours since a moment ago and empty. If it stays, it is listed as damaged.
        let pairs = created.inspect_err(|_| drop(remove_dir(&directory)));
        Ok(ComparisonWriter { name, directory, pairs: pairs.map_err(RecordError::write(&path))? })
    }

    /// All comparisons, newest first, without their pairs. One that cannot be read hides no other.
    ///
    /// # Errors
    /// [`RecordError::Read`] if the folder is there but cannot be listed.
    pub fn comparisons(&self) -> Result<Vec<ComparisonEntry>, RecordError> {
        let root = self.comparisons_root();
        let names = names_in(Saved::Comparison, &root)?;
        Ok(names.into_iter().map(|name| entry(&root, name)).collect())
    }

    /// Reads the comparison that `name` means: its whole name, what only its name begins with, or `latest`.
    ///
    /// # Errors
    /// As [`Store::open_run`].
    pub fn open_comparison(&self, name: &str) -> Result<SavedComparison, RecordError> {
        let root = self.comparisons_root();
        let names = names_in(Saved::Comparison, &root)?;
        let name = choose(Saved::Comparison, &root, name, &names)?;
        let directory = root.join(name);
        let (comparison, mut notices) = load_verdict(name, &directory)?;
        let pairs = load_lines(&directory, PAIRS_FILE, &mut notices, |text| decode("a pair", text))?;
        Ok(SavedComparison { name: name.to_owned(), directory, comparison, pairs, notices })
    }

    fn comparisons_root(&self) -> PathBuf {
        self.root().join(COMPARISONS_FOLDER)
    }
}

impl ComparisonWriter {
    /// The comparison's name, which is that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The comparison's folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Adds the line of one pair, and waits until the disk has it.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses. The lines before are intact, and of this one nothing stays.
    pub fn append(&mut self, pair: &PairRecord) -> Result<(), RecordError> {
        let written = append_line(&mut self.pairs, &(encode_line(pair) + "\n"));
        let synced = written.and_then(|()| self.pairs.sync_data());
        synced.map_err(RecordError::write(&self.directory.join(PAIRS_FILE)))
    }

    /// Says what was found, in one step, in the place of what this writer said before.
    ///
    /// What is written has this comparison's name, whatever `comparison` says.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses; what was said before is intact then.
    pub fn conclude(&mut self, comparison: &Comparison) -> Result<(), RecordError> {
        let named = Comparison { comparison: self.name.clone(), ..comparison.clone() };
        replace_file(&self.directory, VERDICT_FILE, &encode_pretty(&named))
    }
}

fn entry(root: &Path, name: String) -> ComparisonEntry {
    let state = match load_verdict(&name, &root.join(&name)) {
        Ok((comparison, notices)) => ComparisonState::Readable { comparison: Box::new(comparison), notices },
        Err(error) => ComparisonState::Unreadable { reason: error.to_string() },
    };
    ComparisonEntry { name, state }
}

fn load_verdict(name: &str, directory: &Path) -> Result<(Comparison, Vec<Notice>), RecordError> {
    let document = Document { saved: Saved::Comparison, name, file: VERDICT_FILE };
    let comparison: Comparison = document.load(directory, |text| decode("a comparison", text))?;
    let notices = newer(comparison.format);
    Ok((comparison, notices))
}
