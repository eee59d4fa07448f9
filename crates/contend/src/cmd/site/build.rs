//! `contend site build`.

use super::{Place, Written, derive, import};
use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{Value, exit, json};
use contend_record::site::Site;
use contend_report::html::site::History;
use std::path::Path;

/// Build a site, or bring one up to date
///
/// The folder has to be empty, not there yet, or a site: any other is left alone (exit code 2). A run's pages are made once and
/// then stay as they are, unless lines were added to the run; what follows from several runs is made again as far as anything new is in
/// it. The same runs give the same bytes, and a kill leaves the site as it was before. Links are relative, so it can lie anywhere; the feed
/// has to know where, with --base-url. Damaged runs are named and left out. If somebody measures into the folder of runs, the build waits.
///
/// With --format json: {"schema": "contend-site-build/1", "index": PATH, "runs": {"added": N, "known": N, "skipped": [{"name",
/// "reason"}, ...]}, "comparisons": N, "pages": {"written": N, "unchanged": N}}, where pages are those that follow from several runs.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,

    /// Where the site is published, such as `https://example.org/bench`: adds a feed. Without it, there is none.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,

    /// Make the pages of pruned runs again, as far as the runs are there.
    #[arg(long)]
    restore: bool,

    #[command(flatten)]
    format: FormatFlag,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::super::store()?;
    // Making pages takes all cores. A folder in which nobody can measure needs no lock.
    let alone = store.root().is_dir().then(|| super::super::measure_alone(&store).ok());
    let mut site = Site::begin(&arguments.place.folder(&store))?;
    site.marker.base_url.clone_from(&arguments.base_url);
    if arguments.restore {
        site.marker.pruned.clear();
    }
    let mut imported = import::runs(&store, &site)?;
    let comparisons = import::comparisons(&store, &site)?;
    let lines = std::mem::take(&mut imported.lines);
    let history = History::new(lines.runs, lines.cells);
    let folders = site.run_folders()?;
    let written = derive(&mut site, &history, &folders)?;
    let index = site.finish()?.join("index.html");
    drop(alone);
    say(arguments.format.format, &index, &imported, comparisons, written)?;
    Ok(exit::OK)
}

fn say(
    format: Format,
    index: &Path,
    imported: &import::Imported,
    comparisons: usize,
    pages: Written,
) -> Result<(), CommandError> {
    let Written { written, unchanged } = pages;
    match format {
        Format::Text => {
            eprintln!(
                "contend: {} runs added and {} known before, {comparisons} comparisons; {written} pages over them written, {unchanged} unchanged",
                imported.added, imported.known
            );
            print(&format!("{}\n", index.display()))
        }
        Format::Json => {
            let skipped: Vec<Value> = imported
                .skipped
                .iter()
                .map(|(name, reason)| json!({ "name": name, "reason": reason }))
                .collect();
            print_json(&json!({
                "schema": "contend-site-build/1",
                "index": index.to_string_lossy(),
                "runs": { "added": imported.added, "known": imported.known, "skipped": skipped },
                "comparisons": comparisons,
                "pages": { "written": written, "unchanged": unchanged },
            }))
        }
    }
}

/// An address to which places can be added, without a slash at its end.
fn base_url(text: &str) -> Result<String, String> {
    let host = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let known = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/[]@!$&'()*+,;=%".contains(letter);
    match host {
        Some(host) if !host.starts_with('/') && !host.is_empty() && text.chars().all(known) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("write https:// or http://, a host and perhaps a path, without `?` and `#`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::base_url;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(base_url(text).ok().as_deref(), expected);
    }

    #[test]
    fn addresses_can_be_added_to() {
        check("https://a.example", Some("https://a.example"));
        check("https://a.example/b/", Some("https://a.example/b"));
        check("http://127.0.0.1:8000/%20", Some("http://127.0.0.1:8000/%20"));
        check("a.example", None);
        check("https://", None);
        check("https:///b", None);
        check("javascript:alert(1)", None);
        check("https://a.example/?q", None);
        check("https://a.example/#x", None);
        check("https://a.example/\"><script>", None);
        check("https://a.example/ b", None);
    }
}
