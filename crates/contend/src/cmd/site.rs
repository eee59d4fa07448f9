//! `contend site`.

mod build;
mod http;
mod import;
mod prune;
mod retention;
mod serve;

use crate::error::CommandError;
use contend_record::Store;
use contend_record::site::{SITE_FOLDER, Site, SiteError};
use contend_report::html::site::{Contents, History, pages, unwanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Publish all saved runs and comparisons as static pages
///
/// A site is a folder that any host can serve, and that opens from the disk: the newest run's heat maps, each run's report, each
/// comparison with its intervals, and each cell over the runs of one machine with the steps in it.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    Build(build::Arguments),
    Serve(serve::Arguments),
    Prune(prune::Arguments),
}

/// Which site is meant.
#[derive(clap::Args, Debug)]
struct Place {
    /// Folder of the site; by default `site` in the folder of runs.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Place {
    fn folder(&self, store: &Store) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| store.root().join(SITE_FOLDER))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    match &arguments.verb {
        Verb::Build(arguments) => build::run(arguments),
        Verb::Serve(arguments) => serve::run(arguments),
        Verb::Prune(arguments) => prune::run(arguments),
    }
}

/// How many pages were written, and how many were right already.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    written: usize,
    unchanged: usize,
}

/// Makes the pages that follow from several runs, as far as what they are made from has changed. `run_folders` are those that
/// may be linked to.
fn derive(site: &mut Site, history: &History, run_folders: &BTreeSet<String>) -> Result<Written, SiteError> {
    let comparisons = site.comparisons()?;
    let base_url = site.marker.base_url.clone();
    let contents =
        Contents { history, comparisons: &comparisons, run_folders, base_url: base_url.as_deref() };
    let mut inputs = BTreeMap::new();
    let mut count = Written::default();
    pages(&contents, |page| {
        let known = site.marker.pages.get(&page.path);
        if let Some(input) = &page.input {
            inputs.insert(page.path.clone(), input.clone());
        }
        let same = page.input.is_some() && known == page.input.as_ref() && site.has_page(&page.path);
        if same || !site.write_page(&page.path, &page.text())? {
            count.unchanged += 1;
        } else {
            count.written += 1;
        }
        Ok::<(), SiteError>(())
    })?;
    for path in unwanted(&contents) {
        site.remove_page(path)?;
    }
    site.marker.pages = inputs;
    Ok(count)
}
