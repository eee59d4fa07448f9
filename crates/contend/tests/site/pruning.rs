//! `contend site prune`: which pages go, and which stay.

use super::saved::{SAMPLES, Tree, build, bytes, name, refused, save_run, site, store, tree, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string, remove_file};
use std::process::Command;
use tempfile::TempDir;

/// The samples of a contender that takes twice as long.
fn slower() -> String {
    let slower = |line: &str| {
        let mut record: Value = serde_json::from_str(line).expect("JSON");
        for window in record["slices"]["window_ns"].as_array_mut().expect("a list") {
            *window = (window.as_u64().expect("a time") * 2).into();
        }
        record.to_string() + "\n"
    };
    SAMPLES.lines().map(slower).collect()
}

/// Names of the runs that have pages, oldest first.
fn paged(folder: &TempDir) -> Vec<String> {
    let entries = read_dir(folder.path().join("public/runs")).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != "index.html").collect();
    names.sort();
    names
}

fn git(folder: &TempDir, words: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "a repository of the test's own")]
    let mut command = Command::new("git");
    command.current_dir(folder.path()).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.args(["-c", "user.name=x", "-c", "user.email=x"]).args(words).output();
    let output = output.expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Commits nothing, and says that it was measured on that day.
fn commit(folder: &TempDir, day: u64) {
    git(folder, &["commit", "--quiet", "--allow-empty", "--message=x"]);
    let manifest = folder.path().join("results").join(name(day)).join("run.json");
    let text = read_to_string(&manifest).expect("it is saved");
    let commit = git(folder, &["rev-parse", "HEAD"]);
    write(&manifest, &text.replace("4f2c9ae1b07d5c83e6a90f4412bd7e5c6183fa09", &commit));
}

#[test]
fn pruning_takes_pages_of_old_runs_and_nothing_else() {
    let folder = store(5);
    build(&folder, &["public"]);
    let (public, runs) = (folder.path().join("public"), folder.path().join("public/runs"));
    let before = tree(folder.path());
    refused(&folder, &["prune", "public"], 2, "--keep-last");
    let (stdout, stderr, code) = site(&folder, &["prune", "public", "--keep-last", "2", "--dry-run"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains(&name(0)) && stdout.contains("3 runs would be removed"), "{stdout}");
    assert_eq!(bytes(&tree(folder.path())), bytes(&before), "nothing was changed");

    write(&runs.join(name(1)).join("notes.txt"), "mine");
    let arguments = ["prune", "public", "--keep-last", "2", "--format", "json"];
    let (stdout, stderr, code) = site(&folder, &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    let said: Value = serde_json::from_str(&stdout).expect("JSON");
    let pruned: Vec<&str> =
        said["pruned"].as_array().expect("a list").iter().filter_map(|one| one["run"].as_str()).collect();
    assert_eq!(pruned, [name(0), name(2)]);
    assert_eq!(said["left"][0]["run"], name(1).as_str());
    assert!(said["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000));
    assert!(!runs.join(name(0)).exists() && runs.join(name(1)).join("notes.txt").exists());
    let after = tree(folder.path());
    for (path, facts) in &before {
        if path.starts_with("results/2") || path.ends_with(".jsonl") && !path.starts_with("public/runs/") {
            assert_eq!(after.get(path), Some(facts), "{path}");
        }
    }
    for page in ["index.html", "runs/index.html", "machines/7d10c5b2e94f6a83.html"] {
        let text = read_to_string(public.join(page)).expect("it is there");
        assert!(!text.contains(&format!("{}/index.html", name(0))), "{page} links to what is gone");
        assert!(text.contains(&name(4)), "{page}");
    }
    build(&folder, &["public"]);
    assert!(!runs.join(name(0)).exists(), "what was pruned stays away");
    build(&folder, &["public", "--restore"]);
    remove_file(runs.join(name(1)).join("notes.txt")).expect("it is there");
    let public_of = |tree: &Tree| -> BTreeMap<String, Vec<u8>> {
        let inside = tree.iter().filter(|(path, _)| path.starts_with("public/"));
        inside.map(|(path, (bytes, _))| (path.clone(), bytes.clone())).collect()
    };
    assert_eq!(public_of(&tree(folder.path())), public_of(&before), "all is as it was");
}

#[test]
fn the_runs_of_tagged_commits_are_kept() {
    let folder = store(5);
    git(&folder, &["init", "--quiet"]);
    let dry = ["prune", "public", "--keep-tags", "--dry-run"];
    commit(&folder, 0);
    git(&folder, &["tag", "--annotate", "--message=x", "one"]);
    commit(&folder, 1);
    commit(&folder, 2);
    build(&folder, &["public"]);
    git(&folder, &["tag", "two", "HEAD"]);
    let (stdout, stderr, code) = site(&folder, &dry);
    assert_eq!((code, stderr.contains("warning")), (Some(0), false), "{stderr}");
    assert!(stdout.contains("3 runs would be removed") && stdout.contains("2 kept"), "{stdout}");
    let (_, stderr, code) = site(&folder, &["prune", "public", "--keep-tags", "--keep-last", "1"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(paged(&folder), [name(0), name(2), name(4)]);
    git(&folder, &["tag", "--delete", "one", "two"]);
    let (stdout, stderr, code) = site(&folder, &dry);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("has no tag") && stdout.contains("; 0 kept"), "{stdout}{stderr}");
}

#[test]
fn without_a_repository_there_are_no_tags_to_keep() {
    let folder = store(2);
    build(&folder, &["public"]);
    let before = tree(folder.path());
    refused(&folder, &["prune", "public", "--keep-last", "1", "--keep-tags"], 2, "leave --keep-tags out");
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn the_runs_on_both_sides_of_a_step_are_kept() {
    let folder = store(8);
    (8..16).for_each(|day| save_run(&folder.path().join("results"), day, &slower()));
    build(&folder, &["public"]);
    let (_, stderr, code) = site(&folder, &["prune", "public", "--keep-change-points", "--keep-last", "1"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(paged(&folder), [name(7), name(8), name(15)]);
}
