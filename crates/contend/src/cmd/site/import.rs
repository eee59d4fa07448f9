//! What is saved, taken into a site: lines and pages of each run that it does not know yet, and each comparison.

use crate::error::CommandError;
use contend_protocol::catalogue::CellEntry;
use contend_protocol::site::{HistoryCell, HistoryRun};
use contend_record::site::{Site, SiteError, SiteLines};
use contend_record::{ComparisonState, Run, SavedRun, Store};
use contend_report::html::Around;
use contend_report::html::site::{Shown, folder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What came of the runs.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// All lines of the site, with the new ones.
    pub(super) lines: SiteLines,
    /// Runs that were new, or had grown.
    pub(super) added: usize,
    /// Runs that were known before.
    pub(super) known: usize,
    /// Runs that cannot be read, and why.
    pub(super) skipped: Vec<(String, String)>,
}

/// What the site has of a run.
#[derive(Clone, Copy, Debug)]
struct Need {
    lines: bool,
    pages: bool,
}

/// What was made of a run.
enum Made {
    /// It was read. `None` where its lines are known.
    Read { lines: Option<Box<(HistoryRun, Vec<HistoryCell>)>>, remarks: Vec<String> },
    /// It cannot be read.
    Unreadable(String),
}

/// Takes the runs in that the site does not know, oldest first, and names those that cannot be read.
pub(super) fn runs(store: &Store, site: &Site) -> Result<Imported, CommandError> {
    let mut imported = Imported { lines: site.lines()?, ..Imported::default() };
    for notice in &imported.lines.notices {
        eprintln!("contend: warning: {notice}");
    }
    let mut saved = store.saved_runs()?;
    saved.reverse();
    let all = saved.len();
    let wanted = wanted(saved, &imported.lines, site)?;
    let made = in_parallel(&wanted, |(run, need)| make(site, run, *need));
    let (mut about, mut cells) = (Vec::new(), Vec::new());
    for ((run, _), made) in wanted.iter().zip(made) {
        match made? {
            Made::Unreadable(reason) => {
                eprintln!("contend: warning: failed to {reason}; it is left out");
                imported.skipped.push((run.name.clone(), reason));
            }
            Made::Read { lines, remarks } => {
                remarks.iter().for_each(|remark| eprintln!("contend: warning: {}: {remark}", run.name));
                imported.added += 1;
                if let Some(lines) = lines {
                    let (one, its_cells) = *lines;
                    about.push(one);
                    cells.extend(its_cells);
                }
            }
        }
    }
    imported.known = all - imported.added - imported.skipped.len();
    site.append(&about, &cells)?;
    imported.lines.runs.extend(about);
    imported.lines.cells.extend(cells);
    Ok(imported)
}

/// The runs of which the site lacks anything.
fn wanted(saved: Vec<SavedRun>, lines: &SiteLines, site: &Site) -> Result<Vec<(SavedRun, Need)>, SiteError> {
    let known: BTreeMap<&str, [u64; 3]> =
        lines.runs.iter().map(|run| (run.run.as_str(), run.lengths)).collect();
    let folders: BTreeSet<String> = site.run_folders()?;
    let need = |run: SavedRun| {
        let lines = known.get(run.name.as_str()) != Some(&run.lengths);
        // A run that has grown is another than the one its pages show.
        let grown = lines && known.contains_key(run.name.as_str());
        let there = folders.contains(&folder(&run.name));
        let pages = !site.marker.pruned.contains(&run.name) && (grown || !there);
        (lines || pages).then_some((run, Need { lines, pages }))
    };
    Ok(saved.into_iter().filter_map(need).collect())
}

fn make(site: &Site, saved: &SavedRun, need: Need) -> Result<Made, SiteError> {
    let run = match saved.load() {
        Ok(run) => run,
        Err(error) => return Ok(Made::Unreadable(error.to_string())),
    };
    let mut remarks = Vec::new();
    // Lines say nothing of words.
    let words = if need.pages { words(&run, &mut remarks) } else { Vec::new() };
    // Pages of a run are written once, and figures beside throughput may be found later, so they are not in them.
    let shown = Shown::new(&run, Around { words: &words, asked: false, figures: &[], criterion: false });
    if need.pages {
        let files = shown.pages();
        let texts: Vec<(&str, &str)> = files.iter().map(|file| (&*file.name, &*file.text)).collect();
        match site.save_run(&folder(&run.name), &texts) {
            // Its old pages stay, and the others do not wait for them.
            Err(error @ SiteError::Added { .. }) => remarks.push(format!("failed to {error}")),
            saved => saved?,
        }
    }
    Ok(Made::Read { lines: need.lines.then(|| Box::new(shown.lines(saved.lengths))), remarks })
}

/// What the executables said of the run's cells, as far as it can be read.
fn words(run: &Run, remarks: &mut Vec<String>) -> Vec<CellEntry> {
    match run.words() {
        Ok((words, notices)) => {
            remarks.extend(notices.iter().map(ToString::to_string));
            words
        }
        Err(error) => {
            remarks.push(format!("failed to {error}"));
            Vec::new()
        }
    }
}

/// Does `work` for all, on as many threads as there are cores. The results stand in the order of `items`.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let one_after_the_other = || {
        let mut done = Vec::new();
        loop {
            // Relaxed: it only hands out numbers; the results are handed over by joining.
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "pages are made while nothing is measured")]
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(one_after_the_other)).collect();
        let mut all = one_after_the_other();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

/// Takes in all comparisons that can be read, names the others, and says how many the store has.
pub(super) fn comparisons(store: &Store, site: &Site) -> Result<usize, CommandError> {
    let mut count = 0;
    for entry in store.comparisons()? {
        match entry.state {
            ComparisonState::Unreadable { reason } => {
                eprintln!("contend: warning: failed to {reason}; it is left out");
            }
            ComparisonState::Readable { comparison, .. } => {
                count += 1;
                site.save_comparison(&folder(&entry.name), &comparison)?;
            }
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn results_stand_in_the_order_of_what_they_are_of() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(
            in_parallel(&items, |item| item * 2),
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(in_parallel(&[], |item: &usize| *item).is_empty());
    }
}
