//! What happens to builds: found, dropped, in use, waited for.

use contend_protocol::comparison::Side;
use contend_record::work::{
    IfTaken, KeepError, KeptBuild, LockedFolder, NewBuild, NewExecutable, WorkFolder,
};
use std::collections::BTreeMap;
use std::fs::{File, read_dir};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

fn folder() -> (TempDir, WorkFolder) {
    let workspace = tempfile::tempdir().expect("a folder");
    let folder = WorkFolder::of(workspace.path());
    (workspace, folder)
}

fn lock(folder: &WorkFolder) -> LockedFolder {
    folder.lock(|holder| panic!("nobody holds it, least of all {holder}")).expect("it is free")
}

fn side() -> Side {
    Side {
        label: "main".to_owned(),
        commit: None,
        tree: None,
        dirty: false,
        rustc: "rustc 1.95.0".to_owned(),
        lock_file: None,
        variants: Vec::new(),
        executables: Vec::new(),
    }
}

fn keep(locked: &LockedFolder, workspace: &Path, key: &str) -> KeptBuild {
    let path = workspace.join("built");
    File::create(&path).and_then(|mut file| file.write_all(key.as_bytes())).expect("a file");
    let executable = NewExecutable { name: "locks".to_owned(), path, package: String::new() };
    let build = NewBuild {
        key: key.to_owned(),
        side: side(),
        rustflags: String::new(),
        environment: BTreeMap::new(),
        executables: vec![executable],
    };
    locked.keep_build(build).expect("it is kept")
}

#[test]
fn the_least_recently_used_builds_go_but_none_in_use() {
    let (workspace, folder) = folder();
    let locked = lock(&folder);
    let keys: Vec<String> = (0..16).map(|number| format!("key-{number:02}")).collect();
    let _used = keep(&locked, workspace.path(), &keys[0]);
    for key in &keys[1..12] {
        drop(keep(&locked, workspace.path(), key));
    }
    assert!(locked.find_build(&keys[1]).is_some(), "which makes it the last to be used");
    for key in &keys[12..] {
        drop(keep(&locked, workspace.path(), key));
    }
    let kept: Vec<bool> = keys.iter().map(|key| locked.find_build(key).is_some()).collect();
    let gone: Vec<usize> = (0..16).filter(|index| !kept[*index]).collect();
    assert_eq!(gone, [2, 3, 4], "the oldest but the one in use and the one that was asked for");
}

#[test]
fn a_log_stays_until_the_build_succeeds() {
    let (workspace, folder) = folder();
    let locked = lock(&folder);
    let log = locked.keep_build_log("key", "error: x\n").expect("it is kept");
    assert!(log.is_file() && locked.find_build("key").is_none());
    drop(keep(&locked, workspace.path(), "key"));
    assert!(!log.exists() && locked.find_build("key").is_some());
}

#[test]
fn a_baseline_in_use_is_not_changed() {
    let (workspace, folder) = folder();
    let locked = lock(&folder);
    let build = keep(&locked, workspace.path(), "key");
    locked.save_baseline("before", &build, IfTaken::Refuse).expect("it is saved");
    let used = folder.open_baseline("before").expect("it is whole");
    let in_use = |outcome| matches!(outcome, Err(KeepError::InUse { .. }));
    assert!(in_use(locked.remove_baseline("before")));
    assert!(in_use(locked.save_baseline("before", &build, IfTaken::Replace).map(drop)));
    drop(used);
    locked.save_baseline("before", &build, IfTaken::Replace).expect("it is free");
    locked.remove_baseline("before").expect("it is free");
    assert_eq!(read_dir(folder.root().join("baselines")).expect("a folder").count(), 0);
}

#[test]
fn a_manifest_outside_the_checkout_is_not_written() {
    let (workspace, folder) = folder();
    let locked = lock(&folder);
    let outside = workspace.path().join("Cargo.toml");
    assert!(locked.write_source(&outside, "").is_err());
    assert!(locked.write_source(&folder.source().join("../../Cargo.toml"), "").is_err());
    assert!(!outside.exists());
}
