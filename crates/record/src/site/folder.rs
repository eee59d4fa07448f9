//! Whose a folder is: how a site is begun, recognised and opened.

use super::{COMPARE_FOLDER, MARKER_FILE, PRUNED, REPLACED, RUNS_FOLDER, Site, SiteError, UNFINISHED};
use crate::files::{remove_folder, replace, sync_folder};
use crate::lock;
use contend_protocol::manifest::format_of;
use contend_protocol::site::{SiteMarker, SiteVersion};
use contend_protocol::{decode, encode_pretty};
use std::fs::{create_dir, create_dir_all, read_dir, read_to_string, remove_dir, rename};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Held by whoever writes into the site.
const LOCK_FILE: &str = ".contend-site.lock";

/// Folders of a site into which it writes and from which it removes. Where one is a link, it would do so elsewhere.
const OWN_FOLDERS: [&str; 5] = [RUNS_FOLDER, COMPARE_FOLDER, "bench", "machines", "badges"];

/// Whether a site may be begun here: there is nothing, or an empty folder.
pub(super) fn is_free(folder: &Path) -> Result<bool, SiteError> {
    match read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(folder.symlink_metadata().is_err()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(SiteError::NotOurs { path: folder.to_owned(), reason: "it is not a folder" })
        }
        Err(error) => Err(SiteError::read(folder)(error)),
    }
}

/// Whether it is a site of ours that this build knows.
pub(super) fn check(folder: &Path) -> Result<(), SiteError> {
    let refused = |reason| Err(SiteError::NotOurs { path: folder.to_owned(), reason });
    if !folder.join(MARKER_FILE).is_file() {
        return refused("it holds files, and no contend-site.json");
    }
    load_marker(folder)?;
    let is_link = |name: &str| folder.join(name).symlink_metadata().is_ok_and(|facts| facts.is_symlink());
    if OWN_FOLDERS.iter().any(|name| is_link(name)) {
        return refused("a folder in it is a link to another place");
    }
    Ok(())
}

/// Opens the site that is there.
pub(super) fn open(folder: &Path) -> Result<Site, SiteError> {
    // What is not ours, or what a newer build wrote, is not even locked.
    check(folder)?;
    let path = folder.join(LOCK_FILE);
    let lock = lock::exclusive(&path).map_err(SiteError::write(&path))?;
    // Whoever held the lock may have changed it.
    let marker = load_marker(folder)?;
    clear(&folder.join(RUNS_FOLDER))?;
    Ok(Site { root: folder.to_owned(), target: folder.to_owned(), marker, _lock: lock })
}

/// Begins a site beside the place where it will be.
pub(super) fn create(folder: &Path) -> Result<Site, SiteError> {
    let unfinished = beside(folder)?;
    let parent = unfinished.parent().unwrap_or(Path::new("."));
    create_dir_all(parent).map_err(SiteError::write(parent))?;
    if let Err(error) = create_dir(&unfinished) {
        if error.kind() != ErrorKind::AlreadyExists {
            return Err(SiteError::write(&unfinished)(error));
        }
        if !is_begun(&unfinished) {
            let reason = "it has the name under which sites are begun, and is none";
            return Err(SiteError::NotOurs { path: unfinished, reason });
        }
        // Whoever builds it holds its lock; what was left behind is held by nobody.
        let path = unfinished.join(LOCK_FILE);
        let waited = lock::exclusive(&path).map_err(SiteError::write(&path))?;
        if !is_free(folder)? {
            return open(folder);
        }
        remove_folder(&unfinished)
            .and_then(|()| create_dir(&unfinished))
            .map_err(SiteError::write(&unfinished))?;
        drop(waited);
    }
    let path = unfinished.join(LOCK_FILE);
    let lock = lock::exclusive(&path).map_err(SiteError::write(&path))?;
    let marker = SiteMarker::new();
    save_marker(&unfinished, &marker)?;
    Ok(Site { root: unfinished, target: folder.to_owned(), marker, _lock: lock })
}

/// `.NAME.unfinished` in the same folder.
fn beside(folder: &Path) -> Result<PathBuf, SiteError> {
    // An empty folder may have been named by `.` or by a link: its own name counts.
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = real.file_name().and_then(|name| name.to_str());
    let name =
        name.ok_or(SiteError::NotOurs { path: folder.to_owned(), reason: "it has no name of its own" })?;
    Ok(real.with_file_name(format!(".{name}{UNFINISHED}")))
}

/// Whether a killed process began a site here: before its marker comes only its lock.
fn is_begun(folder: &Path) -> bool {
    let own = |name: &str| name == LOCK_FILE || name == format!(".{MARKER_FILE}.part");
    folder.join(MARKER_FILE).is_file()
        || read_dir(folder).is_ok_and(|mut entries| {
            entries.all(|entry| entry.is_ok_and(|entry| own(&entry.file_name().to_string_lossy())))
        })
}

/// Puts what is finished into its place, where at most an empty folder is.
pub(super) fn publish(unfinished: &Path, folder: &Path) -> io::Result<()> {
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    match remove_dir(&place) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    rename(unfinished, &place)?;
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

fn load_marker(folder: &Path) -> Result<SiteMarker, SiteError> {
    let path = folder.join(MARKER_FILE);
    let text = read_to_string(&path).map_err(SiteError::read(&path))?;
    if let Some(found) = format_of(&text).map(|found| SiteVersion(found.0))
        && found > SiteVersion::CURRENT
    {
        return Err(SiteError::Newer { path: folder.to_owned(), found });
    }
    decode("the marker of a site", &text).map_err(|error| SiteError::Damaged {
        path: folder.to_owned(),
        reason: format!("failed to read {MARKER_FILE}: {error}"),
    })
}

/// Saves the marker; the same is left alone.
pub(super) fn save_marker(folder: &Path, marker: &SiteMarker) -> Result<(), SiteError> {
    let path = folder.join(MARKER_FILE);
    let text = encode_pretty(marker);
    if read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    replace(&path, &text).map_err(SiteError::write(&path))
}

/// Removes what killed processes left between the folders of runs.
fn clear(runs: &Path) -> Result<(), SiteError> {
    let Ok(entries) = read_dir(runs) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let left = [UNFINISHED, REPLACED, PRUNED].iter().any(|suffix| name.ends_with(suffix));
        if name.starts_with('.') && left {
            remove_folder(&entry.path()).map_err(SiteError::write(&entry.path()))?;
        }
    }
    Ok(())
}

/// Bytes of the pages in the folder of a run; refused where anything else is among them.
pub(super) fn only_pages(folder: &Path) -> Result<u64, SiteError> {
    let mut bytes = 0;
    for entry in read_dir(folder).map_err(SiteError::read(folder))? {
        let entry = entry.map_err(SiteError::read(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let facts = entry.metadata().map_err(SiteError::read(folder))?;
        if !facts.is_file() || !is_page(&name) {
            return Err(SiteError::Added { path: folder.to_owned(), name });
        }
        bytes += facts.len();
    }
    Ok(bytes)
}

/// Names of files that reports consist of.
fn is_page(name: &str) -> bool {
    ["index.html", "machine.html", "methodology.html", "cells.csv", "cells.jsonl"].contains(&name)
        || (name.starts_with("suite.") && name.ends_with(".html"))
}
