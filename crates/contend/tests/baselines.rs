//! `contend baseline`, `compare` and `bisect` in workspaces of the test's own: what is built from what, what is kept, and what is left alone.

#![cfg(unix)]

#[path = "baselines/comparing.rs"]
mod comparing;
#[path = "baselines/variants.rs"]
mod variants;
#[path = "baselines/workspace.rs"]
mod workspace;

use serde_json::Value;
use std::fs::{read, read_to_string, remove_file};
use std::process::{Command, Stdio};
use workspace::{MANIFEST, Outcome, Workspace, names, outcome, write};

#[test]
fn a_baseline_is_saved_listed_replaced_and_removed() {
    let workspace = Workspace::new();
    assert!(workspace.succeed(&["list"]).stdout.contains("No baseline is saved yet"));
    let saved = workspace.succeed(&["save", "before"]);
    assert!(saved.stdout.starts_with("saved baseline before  20"), "{}", saved.stdout);
    assert!(saved.stdout.ends_with(", 1 executable\n"), "{}", saved.stdout);
    workspace.refused(&["save", "before"], 2, "`--replace` puts the new one in its place");
    assert_eq!(workspace.word("before"), "one");

    workspace.bench("two");
    workspace.succeed(&["save", "before", "--replace"]);
    assert_eq!(workspace.word("before"), "two");
    assert_eq!(names(&workspace.kept("baselines")), ["before"], "nothing else is left");

    workspace.refused(&["rm", "befor"], 12, "there is none, but before");
    assert_eq!(workspace.succeed(&["rm", "before"]).stdout, "removed baseline before\n");
    workspace.refused(&["rm", "before"], 12, "find baseline `before`: there is none");
}

#[test]
fn a_baseline_as_json() {
    let workspace = Workspace::new();
    let head = workspace.git(&["rev-parse", "HEAD"]);
    let tree = workspace.git(&["rev-parse", "HEAD^{tree}"]);
    let words =
        ["save", "a.b_c-1", "HEAD", "--env", "A=b", "--rustflags", "-C opt-level=1", "--format", "json"];
    let saved: Value = serde_json::from_str(&workspace.succeed(&words).stdout).expect("JSON");
    assert_eq!(saved["schema"], "contend-baseline-save/1");
    let build = &saved["baseline"];
    assert_eq!((&build["name"], &build["environment"]["A"]), (&"a.b_c-1".into(), &"b".into()));
    assert_eq!(build["rustflags"], "-C opt-level=1");
    let side = &build["side"];
    assert_eq!((&side["commit"], &side["tree"]), (&head.into(), &tree.into()));
    assert_eq!((&side["label"], &side["dirty"]), (&"HEAD".into(), &false.into()));
    assert!(side["rustc"].as_str().is_some_and(|rustc| rustc.starts_with("rustc 1.")), "{side}");
    assert_eq!(side["variants"], serde_json::json!(["--rustflags '-C opt-level=1'", "--env A=b"]));
    let bytes = read(workspace.kept("baselines/a.b_c-1/locks")).expect("it is saved").len();
    assert_eq!(side["executables"][0]["bytes"], bytes);

    let list: Value =
        serde_json::from_str(&workspace.succeed(&["list", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(list["schema"], "contend-baselines/1");
    assert_eq!(
        (&list["baselines"][0]["state"], &list["baselines"][0]["baseline"]),
        (&"usable".into(), build)
    );
    let removed = workspace.succeed(&["rm", "a.b_c-1", "--format", "json"]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&removed).expect("JSON")["removed"], "a.b_c-1");
}

#[test]
fn the_working_tree_is_built_as_it_is_and_left_as_it_is() {
    let workspace = Workspace::new();
    workspace.bench("staged");
    workspace.git(&["add", "--all"]);
    workspace.write("benches/locks.rs", "mod word;\nfn main() { println!(\"{}\", word::WORD); }\n");
    workspace.write("benches/word/mod.rs", "pub const WORD: &str = \"untracked\";\n");
    workspace.write("ignored", "not a part of the source");
    let state = || {
        let index = read(workspace.folder.path().join(".git/index")).expect("an index");
        let words =
            [&["status", "--porcelain"][..], &["worktree", "list"], &["count-objects"], &["for-each-ref"]];
        (index, words.map(|words| workspace.git(words)))
    };
    // Once before, because it is `git status` that refreshes the index.
    state();
    let before = state();
    workspace.succeed(&["save", "now"]);
    assert_eq!(state(), before);
    assert_eq!(workspace.word("now"), "untracked");
    let side = &workspace.document("now")["side"];
    assert_eq!((&side["label"], &side["dirty"]), (&"the working tree".into(), &true.into()));
    assert_eq!(side["commit"], workspace.git(&["rev-parse", "HEAD"]));
    assert!(!workspace.kept("source/ignored").exists());

    // A revision leaves nothing of the working tree behind.
    workspace.succeed(&["save", "then", "HEAD"]);
    assert_eq!(workspace.word("then"), "one");
    assert!(!workspace.kept("source/benches/word").exists());
    assert_eq!(state(), before);
}

#[test]
fn a_change_right_after_a_commit_is_seen() {
    let workspace = Workspace::new();
    // Of the same length and, with luck, in the same second, after which git's index must not seem to be younger.
    workspace.bench("two");
    workspace.git(&["add", "--all"]);
    workspace.bench("now");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    workspace.succeed(&["save", "now"]);
    assert_eq!(workspace.word("now"), "now");
}

#[test]
fn the_same_source_is_built_once_and_to_the_same_bytes() {
    let workspace = Workspace::new();
    workspace.succeed(&["save", "first", "HEAD"]);
    workspace.bench("two");
    workspace.commit();
    workspace.succeed(&["save", "second"]);
    let reused = workspace.succeed(&["save", "third", "HEAD~1"]);
    assert!(reused.stderr.contains("HEAD~1 is built already: "), "{}", reused.stderr);
    assert_eq!(workspace.document("third")["side"]["label"], "HEAD~1");

    // A build that is not whole is none, and building again gives the same bytes.
    for build in names(&workspace.kept("builds")) {
        write(&workspace.kept("builds").join(build).join("locks"), "#!/bin/sh\n");
    }
    let rebuilt = workspace.succeed(&["save", "fourth", "HEAD~1"]);
    assert!(rebuilt.stderr.contains("building HEAD~1"), "{}", rebuilt.stderr);
    let bytes = |name: &str| read(workspace.kept(&format!("baselines/{name}/locks"))).expect("it is saved");
    assert!(bytes("first") == bytes("fourth") && bytes("first") == bytes("third"));
    assert!(bytes("first") != bytes("second"));
    assert_eq!(["first", "second", "fourth"].map(|name| workspace.word(name)), ["one", "two", "one"]);
}

#[test]
fn a_revision_that_does_not_build_keeps_what_cargo_said() {
    let workspace = Workspace::new();
    workspace.write("benches/locks.rs", "fn main() { missing() }\n");
    workspace.commit();
    workspace.bench("mended");
    let outcome = workspace.contend(&["save", "broken", "HEAD"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("contend: failed to build HEAD: cargo ended with exit status"),
        "{outcome:?}"
    );
    let log = outcome.stderr.rsplit_once(" is in ").expect("it names the log").1.trim();
    assert!(read_to_string(log).expect("it is kept").contains("cannot find function `missing`"));
    assert!(names(&workspace.kept("baselines")).is_empty());
    workspace.succeed(&["save", "mended"]);

    workspace.write("Cargo.toml", &MANIFEST.replace("[[bench]]\nname = \"locks\"\nharness = false\n", ""));
    remove_file(workspace.path().join("benches/locks.rs")).expect("it is there");
    workspace.refused(&["save", "none"], 4, "find a bench executable in the working tree");
}

#[test]
fn words_that_mean_nothing_are_refused() {
    let workspace = Workspace::new();
    workspace.git(&["branch", "feature"]);
    workspace.refused(&["save", "x/y"], 2, "letters, digits");
    workspace.refused(&["save", "..", "HEAD"], 2, "begins with");
    workspace.refused(&["save", "x", "--", "-x"], 2, "read `-x` as a side");
    workspace.refused(
        &["save", "x", "featrue"],
        12,
        "find baseline or revision `featrue`: there is none, but feature",
    );
    workspace.refused(&["save", "x", "rev:nothing"], 12, "find revision `nothing`");
    workspace.refused(&["save", "x", "baseline:nothing"], 12, "find baseline `nothing`");
    workspace.refused(&["save", "x", "--dep", "serde"], 2, "write NAME=VERSION");
    workspace.refused(&["save", "x", "--dep", "tyny=1.0.0"], 2, "nothing here depends on it, but on tiny");
    workspace.refused(&["save", "x", "--profile-set", "opt=3"], 2, "one of the keys");
    workspace.refused(&["save", "x", "--env", "novalue"], 2, "write NAME=VALUE");
    assert!(names(&workspace.kept("baselines")).is_empty());
}

#[test]
fn a_baseline_comes_before_a_revision_of_its_name() {
    let workspace = Workspace::new();
    workspace.succeed(&["save", "main"]);
    workspace.bench("two");
    workspace.commit();
    let copied = workspace.succeed(&["save", "copy", "main"]);
    assert!(
        copied.stderr.contains("the baseline is taken; `rev:main` names the revision"),
        "{}",
        copied.stderr
    );
    assert_eq!(workspace.word("copy"), "one");
    workspace.succeed(&["save", "branch", "rev:main"]);
    assert_eq!(workspace.word("branch"), "two");
    workspace.refused(
        &["save", "x", "main", "--env", "A=b"],
        2,
        "it is built already; give a revision instead",
    );
}

#[test]
fn what_is_damaged_or_foreign_is_named_and_not_used() {
    let workspace = Workspace::new();
    for name in ["bytes", "document", "foreign", "newer", "well"] {
        workspace.succeed(&["save", name]);
    }
    let path = |name: &str| workspace.kept(&format!("baselines/{name}/baseline.json"));
    let edit = |name: &str, key: &str, value: Value| {
        let mut document = workspace.document(name);
        document[key] = value;
        write(&path(name), &document.to_string());
    };
    write(&workspace.kept("baselines/bytes/locks"), "#!/bin/sh\n");
    write(&path("document"), "{");
    edit("foreign", "machine", "0123456789abcdef".into());
    edit("newer", "format", 7.into());
    let list = workspace.succeed(&["list"]).stdout;
    assert!(
        list.contains("bytes\n    unreadable: the executable locks is not the one that was saved\n"),
        "{list}"
    );
    assert!(list.contains("document\n    unreadable: baseline.json is damaged: failed to read"), "{list}");
    assert!(list.contains("\n    not comparable: it was built on another machine\n"), "{list}");
    assert!(
        list.contains("newer\n    unreadable: its format 7 is not 1, which this build reads\n"),
        "{list}"
    );
    assert!(list.lines().last().is_some_and(|line| line.starts_with("well  20")), "{list}");
    workspace.refused(&["save", "x", "bytes"], 12, "use baseline `bytes`: the executable locks is not");
    workspace.refused(&["save", "x", "document"], 12, "use baseline `document`: baseline.json is damaged");
    workspace.refused(&["save", "x", "foreign"], 12, "it was built on another machine; save it again");
    workspace.refused(&["save", "x", "newer"], 12, "its format 7 is not 1");
    edit("well", "method", 999.into());
    workspace.refused(&["save", "x", "well"], 12, "it was saved for method 999");
    workspace.succeed(&["rm", "document"]);
}

#[test]
fn two_at_once_take_turns() {
    let workspace = Workspace::new();
    let start = || {
        let mut command = workspace.command(&["save", "same"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let outcomes = [start(), start()].map(|child| outcome(child.wait_with_output().expect("it ends")));
    let mut codes = outcomes.each_ref().map(|outcome| outcome.code);
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(2)], "{outcomes:?}");
    assert_eq!(names(&workspace.kept("builds")).len(), 1);
    assert_eq!(workspace.word("same"), "one");
}

#[test]
fn what_a_killed_process_left_is_tidied_and_counts_as_nothing() {
    let workspace = Workspace::new();
    workspace.succeed(&["save", "before"]);
    let baselines = workspace.kept("baselines");
    write(&baselines.join(".unfinished/locks"), "half");
    std::fs::rename(baselines.join("before"), baselines.join(".replaced.before")).expect("it is moved");
    write(&workspace.kept("source.index.lock"), "");
    assert!(workspace.succeed(&["list"]).stdout.starts_with("before  20"));
    workspace.bench("two");
    workspace.succeed(&["save", "after"]);
    assert_eq!(names(&baselines), ["after", "before"]);
    assert_eq!(["after", "before"].map(|name| workspace.word(name)), ["two", "one"]);
}

#[test]
fn a_workspace_in_a_part_of_a_repository() {
    let workspace = Workspace::within("rust/tiny");
    workspace.succeed(&["save", "here"]);
    assert_eq!(workspace.word("here"), "one");
    assert!(workspace.kept("source/rust/tiny/Cargo.toml").is_file());
    assert_eq!(workspace.git(&["status", "--porcelain"]), "");
    workspace.git(&["mv", "rust/tiny", "rust/moved"]);
    workspace.commit();
    workspace.git(&["mv", "rust/moved", "rust/tiny"]);
    workspace.refused(&["save", "moved", "HEAD"], 1, "build HEAD: it has no rust/tiny/Cargo.toml");
}

#[test]
fn a_workspace_without_a_repository() {
    let workspace = Workspace::bare("");
    workspace.write("target/large", "not a part of the source");
    remove_file(workspace.path().join(".gitignore")).expect("it is there");
    workspace.succeed(&["save", "here"]);
    assert_eq!(workspace.word("here"), "one");
    assert!(!workspace.kept("source/target").exists());
    let side = &workspace.document("here")["side"];
    assert_eq!((&side["commit"], &side["tree"], &side["dirty"]), (&Value::Null, &Value::Null, &false.into()));
    workspace.refused(&["save", "x", "main"], 12, "there are only baselines and the working tree");
}

#[test]
fn without_room_nothing_is_saved_and_the_old_one_stays() {
    let workspace = Workspace::new();
    workspace.succeed(&["save", "before"]);
    // As a full disk, but for this process only: files may have a few kilobytes, and the executable has more.
    let script =
        format!("trap '' XFSZ; ulimit -f 16; exec {} baseline \"$@\"", env!("CARGO_BIN_EXE_contend"));
    for words in [["save", "after", "HEAD"], ["save", "before", "--replace"]] {
        #[expect(clippy::disallowed_methods, reason = "the program under test")]
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).args(words).current_dir(workspace.path());
        let Outcome { stdout, stderr, code } = outcome(command.output().expect("it starts"));
        assert_eq!((stdout.as_str(), code), ("", Some(13)), "{stderr}");
        assert!(
            stderr.contains("contend: failed to write ") && stderr.contains("free space there"),
            "{stderr}"
        );
    }
    assert_eq!(names(&workspace.kept("baselines")), ["before"]);
    assert_eq!(workspace.word("before"), "one");
}
