//! A site's folder: begun only where nothing is, whole at every moment, and never anybody else's.

use contend_protocol::decode;
use contend_protocol::manifest::Manifest;
use contend_protocol::site::{EndsOf, HistoryCell, HistoryRun};
use contend_record::site::{Site, SiteError};
use std::collections::BTreeMap;
use std::fs::{create_dir, create_dir_all, read_dir, read_to_string, remove_file};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const MARKER: &str = "contend-site.json";

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "files of the test's own")]
    std::fs::write(path, text).expect("a file");
}

/// A folder, and a place in it where a site may be.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    (folder, site)
}

/// Every file below, with its text and when it was written.
fn tree(folder: &Path) -> BTreeMap<String, (String, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                let modified = path.metadata().and_then(|facts| facts.modified()).expect("a time");
                found.insert(name, (read_to_string(&path).expect("text"), modified));
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_keys().filter(|name| !name.ends_with(".lock")).collect()
}

fn run(name: &str) -> HistoryRun {
    let manifest: Manifest = decode("a manifest", MANIFEST).expect("the fixture is one");
    HistoryRun::of(name, &manifest, [1, 2, 3])
}

fn cell(run: &str) -> HistoryCell {
    HistoryCell {
        run: run.to_owned(),
        cell: "s/w/c/2".parse().expect("an id"),
        fate: None,
        time_ps: Some(62_700),
        low_ps: None,
        high_ps: None,
        ends: EndsOf::Nothing,
        launches: 1,
        slices: 5,
        oversubscribed: false,
        version: "c 1".to_owned(),
        definition: "00000000000000aa".to_owned(),
        ratio_ppm: None,
        standing: None,
        way: None,
    }
}

const PAGES: [(&str, &str); 3] = [("index.html", "one"), ("suite.s.html", "suite"), ("cells.csv", "a,b\r\n")];

#[test]
fn a_site_appears_whole() {
    let (folder, place) = place();
    let site = Site::begin(&place).expect("nothing is there");
    site.write_page("index.html", "first").expect("it is written");
    site.write_page("bench/s/w/c.html", "deep").expect("it is written");
    site.save_run("one", &PAGES).expect("it is written");
    assert!(!place.exists(), "it is not there before it is finished");
    assert_eq!(site.finish().expect("it appears"), place);
    let expected = [
        "bench/s/w/c.html",
        MARKER,
        "index.html",
        "runs/one/cells.csv",
        "runs/one/index.html",
        "runs/one/suite.s.html",
    ];
    assert_eq!(names(&place), expected);
    assert_eq!(read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
}

#[test]
fn an_empty_folder_may_become_one() {
    let (_folder, place) = place();
    create_dir(&place).expect("a folder");
    Site::begin(&place).expect("it is empty").finish().expect("it appears");
    assert_eq!(names(&place), [MARKER]);
}

#[track_caller]
fn check_refused(place: &Path, expected: &str) {
    let before = if place.is_dir() { tree(place) } else { BTreeMap::new() };
    for refused in [Site::begin(place), Site::open(place)] {
        let refused = refused.expect_err("it is refused").to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    assert!(Site::check(place).is_err());
    assert_eq!(if place.is_dir() { tree(place) } else { BTreeMap::new() }, before, "nothing was touched");
}

#[test]
fn what_is_not_ours_stays_as_it_is() {
    let (folder, place) = place();
    write(&place.join("index.html"), "mine");
    check_refused(&place, "no contend-site.json");
    write(&folder.path().join("file"), "mine");
    check_refused(&folder.path().join("file"), "not a folder");
    assert_eq!(read_to_string(folder.path().join("file")).expect("it is there"), "mine");
}

#[test]
fn newer_and_damaged_sites_are_left_alone() {
    let (_folder, place) = place();
    write(&place.join(MARKER), "{\"format\": 2, \"from the future\": []}");
    check_refused(&place, "newer than 1");
    write(&place.join(MARKER), "{\"format\": 1}");
    check_refused(&place, "failed to read contend-site.json");
    write(&place.join(MARKER), "");
    check_refused(&place, "failed to read contend-site.json");
}

#[test]
#[cfg(unix)]
fn a_site_that_leads_elsewhere_is_left_alone() {
    let (folder, place) = place();
    Site::begin(&place).expect("nothing is there").finish().expect("it appears");
    write(&folder.path().join("mine/one/index.html"), "mine");
    std::os::unix::fs::symlink(folder.path().join("mine"), place.join("runs")).expect("a link");
    let refused = Site::begin(&place).expect_err("it is refused").to_string();
    assert!(refused.contains("a link to another place"), "{refused}");
    assert!(folder.path().join("mine/one/index.html").exists());
}

#[test]
fn there_is_none_to_open_where_nothing_is() {
    let (_folder, place) = place();
    for missing in [Site::open(&place).map(drop), Site::check(&place)] {
        let missing = missing.expect_err("it is missing");
        assert!(matches!(missing, SiteError::Missing { .. }), "{missing}");
        assert!(missing.to_string().contains("contend site build"), "{missing}");
    }
    assert!(!place.exists());
}

#[test]
fn what_a_killed_build_left_is_in_nobodys_way() {
    let (folder, place) = place();
    let unfinished = folder.path().join(".site.unfinished");
    // Killed before its marker, and behind it.
    for file in [".contend-site.lock", MARKER] {
        write(&unfinished.join(file), "");
        write(&unfinished.join(MARKER), "{}");
        write(&unfinished.join("half.html"), "ha");
        if file != MARKER {
            remove_file(unfinished.join(MARKER)).expect("it is there");
            remove_file(unfinished.join("half.html")).expect("it is there");
        }
        Site::begin(&place).expect("it is begun anew").finish().expect("it appears");
        assert_eq!(names(&place), [MARKER]);
        assert!(!unfinished.exists());
        std::fs::remove_dir_all(&place).expect("it is ours");
    }
    write(&unfinished.join("mine.txt"), "mine");
    let refused = Site::begin(&place).expect_err("that is no site").to_string();
    assert!(refused.contains(".site.unfinished"), "{refused}");
    assert_eq!(names(&unfinished), ["mine.txt"]);
}

#[test]
fn what_a_killed_build_left_between_the_runs_goes() {
    let (_folder, place) = place();
    Site::begin(&place).expect("nothing is there").finish().expect("it appears");
    for left in [".one.unfinished", ".two.pruned", ".three.replaced"] {
        write(&place.join("runs").join(left).join("index.html"), "ha");
    }
    write(&place.join("runs/.kept/index.html"), "mine");
    let site = Site::open(&place).expect("it is ours");
    assert!(site.run_folders().expect("they are listed").is_empty());
    drop(site);
    assert_eq!(names(&place), [MARKER, "runs/.kept/index.html"]);
}

#[test]
fn the_same_page_is_left_alone() {
    let (_folder, place) = place();
    let site = Site::begin(&place).expect("nothing is there");
    assert!(site.write_page("a/b.html", "one").expect("it is written"));
    site.finish().expect("it appears");
    let before = tree(&place);
    let site = Site::open(&place).expect("it is ours");
    assert!(!site.write_page("a/b.html", "one").expect("it is there"));
    assert!(site.has_page("a/b.html") && !site.has_page("a/c.html") && !site.has_page("a"));
    site.finish().expect("it is saved");
    assert_eq!(tree(&place), before);
    let site = Site::open(&place).expect("it is ours");
    assert!(site.write_page("a/b.html", "two").expect("it is written"));
    site.remove_page("a/b.html").expect("it is removed");
    site.remove_page("a/b.html").expect("that it is gone is no error");
    drop(site);
    assert_eq!(names(&place), [MARKER]);
}

#[test]
fn no_page_lies_outside() {
    let (folder, place) = place();
    let site = Site::begin(&place).expect("nothing is there");
    for path in ["../x", "/x", "", "a/../../x", "."] {
        assert!(site.write_page(path, "x").is_err(), "{path}");
        assert!(site.remove_page(path).is_err(), "{path}");
    }
    assert!(site.save_run("../../x", &PAGES).is_err());
    drop(site);
    assert_eq!(names(folder.path()), [format!(".site.unfinished/{MARKER}")]);
}

#[test]
fn lines_are_added_and_read_as_far_as_they_are_whole() {
    let (_folder, place) = place();
    let site = Site::begin(&place).expect("nothing is there");
    assert!(site.lines().expect("there are none").runs.is_empty());
    site.append(&[run("one")], &[cell("one")]).expect("they are written");
    site.append(&[], &[]).expect("nothing is written");
    let place = site.finish().expect("it appears");
    let history = place.join("history.jsonl");
    let text = read_to_string(&history).expect("it is there");
    write(&history, &format!("{text}{}", &text[..40]));
    let site = Site::open(&place).expect("it is ours");
    let lines = site.lines().expect("they are read");
    assert_eq!((lines.runs.len(), lines.cells.len(), lines.notices.len()), (1, 1, 1));
    site.append(&[run("two")], &[cell("two")]).expect("they are written");
    let lines = site.lines().expect("they are read");
    assert_eq!(lines.cells, [cell("one"), cell("two")], "the torn line is ended first");
    assert_eq!(lines.runs, [run("one"), run("two")]);
}

#[test]
fn pages_of_a_run_are_replaced_or_removed_unless_somebody_added_something() {
    let (_folder, place) = place();
    let site = Site::begin(&place).expect("nothing is there");
    site.save_run("one", &PAGES).expect("it is written");
    assert_eq!(site.run_bytes("one").expect("they are ours"), 3 + 5 + 5);
    site.save_run("one", &[("index.html", "other")]).expect("it is replaced");
    let place = site.finish().expect("it appears");
    assert_eq!(names(&place.join("runs")), ["one/index.html"]);
    write(&place.join("runs/one/notes.txt"), "mine");
    let site = Site::open(&place).expect("it is ours");
    for refused in [site.save_run("one", &PAGES), site.remove_run("one"), site.run_bytes("one").map(drop)] {
        let refused = refused.expect_err("something was added").to_string();
        assert!(refused.contains("notes.txt"), "{refused}");
    }
    assert_eq!(names(&place.join("runs")), ["one/index.html", "one/notes.txt"]);
    remove_file(place.join("runs/one/notes.txt")).expect("it is there");
    site.remove_run("one").expect("they are ours");
    assert!(!place.join("runs/one").exists());
}

#[test]
fn only_one_builds_at_a_time() {
    let (_folder, place) = place();
    Site::begin(&place).expect("nothing is there").finish().expect("it appears");
    std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "nothing is measured here")]
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let place = &place;
                scope.spawn(move || {
                    let mut site = Site::begin(place).expect("it is ours");
                    site.marker.pruned.insert(number.to_string());
                    site.finish().expect("it is saved");
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("none panics"));
    });
    assert_eq!(Site::open(&place).expect("it is ours").marker.pruned.len(), 8, "nobody's word is lost");
}
