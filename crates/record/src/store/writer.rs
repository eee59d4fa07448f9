//! Writing into a run: whole lines, or nothing.

use crate::error::RecordError;
use crate::files::{append_line, replace_file};
use crate::lock;
use crate::packed;
use crate::run::{CATALOGUE_FILE, MANIFEST_FILE, SAMPLES_FILE, load_manifest};
use contend_protocol::catalogue::CellEntry;
use contend_protocol::manifest::Manifest;
use contend_protocol::sample::CellRecord;
use contend_protocol::{encode_line, encode_pretty};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

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
        let line = encode_line(record) + "\n";
        let locked = lock::wait(&self.samples);
        let written = locked.and_then(|()| append_line(&mut self.samples, &line));
        let synced = written.and_then(|()| self.samples.sync_data());
        drop(self.samples.unlock());
        synced.map_err(RecordError::write(&path))
    }

    /// Adds what the executable says of the cells it sets out to measure, so that a reader later knows what was asked. What an
    /// earlier launch said in the same words is not said again.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the disk refuses; of these lines nothing stays then.
    pub fn describe(&self, cells: &[CellEntry]) -> Result<(), RecordError> {
        let path = self.directory.join(CATALOGUE_FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let written = options.open(&path).and_then(|mut file| {
            lock::wait(&file)?;
            let said = packed::read(&self.directory, CATALOGUE_FILE).map_err(io::Error::other)?;
            let said = said.unwrap_or_default().bytes;
            let said: BTreeSet<&[u8]> = said.split(|byte| *byte == b'\n').collect();
            let lines = cells.iter().map(encode_line).filter(|line| !said.contains(line.as_bytes()));
            append_line(&mut file, &lines.map(|line| line + "\n").collect::<String>())?;
            file.sync_data()
        });
        written.map_err(RecordError::write(&path))
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

/// Replaces the manifest in one step.
pub(super) fn write_manifest(directory: &Path, manifest: &Manifest) -> Result<(), RecordError> {
    replace_file(directory, MANIFEST_FILE, &encode_pretty(manifest))
}
