//! `contend site` over a folder of runs.

#[path = "site/pruning.rs"]
mod pruning;
#[path = "site/saved.rs"]
mod saved;

use saved::{
    COMPARISON, SAMPLES, Tree, VERDICT, build, bytes, command, name, refused, save_run, site, store, tree,
    write,
};
use std::fs::{create_dir_all, read_to_string, remove_dir_all, remove_file};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use tempfile::TempDir;

#[test]
fn a_site_is_built_once_and_the_same_again() {
    let folder = store(3);
    write(&folder.path().join("results/comparisons").join(COMPARISON).join("verdict.json"), VERDICT);
    let (said, _) = build(&folder, &["public"]);
    assert_eq!((&said["schema"], &said["runs"]["added"]), (&"contend-site-build/1".into(), &3.into()));
    let public = folder.path().join("public");
    let first = tree(&public);
    for file in [
        "index.html",
        "latest.json",
        "404.html",
        "robots.txt",
        ".nojekyll",
        "methodology.html",
        "history.jsonl",
        "runs.jsonl",
        "badges/run.svg",
        "badges/compare.json",
        "machines/7d10c5b2e94f6a83.html",
        &format!("compare/{COMPARISON}/index.html"),
        &format!("compare/{COMPARISON}/verdict.json"),
        &format!("runs/{}/index.html", name(0)),
        &format!("runs/{}/suite.map-contention.html", name(2)),
    ] {
        assert!(first.contains_key(file), "{file} is not there: {:?}", first.keys());
    }
    assert!(!first.contains_key("feed.xml"));
    let (said, _) = build(&folder, &["public"]);
    assert_eq!((&said["runs"]["known"], &said["pages"]["written"]), (&3.into(), &0.into()));
    assert_eq!(tree(&public), first, "nothing was touched");
    build(&folder, &["other"]);
    assert_eq!(bytes(&tree(&folder.path().join("other"))), bytes(&first), "built at once or not is the same");
}

#[test]
fn by_default_it_lies_with_the_runs_and_is_none() {
    let folder = store(1);
    let (stdout, stderr, code) = site(&folder, &["build"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout.trim_end(), folder.path().join("results/site/index.html").to_string_lossy());
    let (said, stderr) = build(&folder, &[]);
    assert_eq!((&said["runs"]["known"], stderr.contains("warning")), (&1.into(), false), "{stderr}");
}

#[test]
fn a_new_run_leaves_the_pages_of_others_alone() {
    let folder = store(2);
    build(&folder, &["public"]);
    let public = folder.path().join("public");
    let before = tree(&public);
    save_run(&folder.path().join("results"), 2, SAMPLES);
    let (said, _) = build(&folder, &["public"]);
    assert_eq!((&said["runs"]["added"], &said["runs"]["known"]), (&1.into(), &2.into()));
    let after = tree(&public);
    let of_runs = |tree: &Tree| -> Tree {
        let old =
            tree.iter().filter(|(name, _)| name.starts_with("runs/2026") && !name.contains(&*crate::name(2)));
        old.map(|(name, facts)| (name.clone(), facts.clone())).collect()
    };
    assert_eq!(of_runs(&after), of_runs(&before));
    let history = |tree: &Tree| tree["history.jsonl"].0.clone();
    assert!(history(&after).starts_with(&history(&before)), "lines are only added");
    assert!(String::from_utf8_lossy(&after["index.html"].0).contains(&name(2)));
    build(&folder, &["fresh"]);
    assert_eq!(
        bytes(&tree(&folder.path().join("fresh"))),
        bytes(&after),
        "one by one or at once is the same"
    );
}

#[test]
fn a_run_that_has_grown_is_shown_as_it_is() {
    let folder = store(1);
    let line = SAMPLES.split_inclusive('\n').next().expect("a line");
    save_run(&folder.path().join("results"), 0, line);
    build(&folder, &["public"]);
    let cells = folder.path().join("public/runs").join(name(0)).join("cells.jsonl");
    assert_eq!(read_to_string(&cells).expect("it is there").lines().count(), 1);
    save_run(&folder.path().join("results"), 0, SAMPLES);
    build(&folder, &["public"]);
    assert_eq!(read_to_string(&cells).expect("it is there").lines().count(), 3);
    let (said, _) = build(&folder, &["public"]);
    assert_eq!(said["pages"]["written"], 0);
}

#[test]
fn damaged_runs_are_named_and_hide_no_other() {
    let folder = store(2);
    write(&folder.path().join("results/20260501T000000Z-bbbbbbb-7d10/run.json"), "{");
    let (said, stderr) = build(&folder, &["public"]);
    assert!(stderr.contains("20260501T000000Z-bbbbbbb-7d10") && stderr.contains("is left out"), "{stderr}");
    assert_eq!(said["runs"]["skipped"][0]["name"], "20260501T000000Z-bbbbbbb-7d10");
    assert_eq!(said["runs"]["added"], 2);
}

#[test]
fn pages_that_are_lost_come_back_and_lines_outlive_their_runs() {
    let folder = store(3);
    build(&folder, &["public"]);
    let public = folder.path().join("public");
    let whole = tree(&public);
    for lost in ["bench", "machines", "badges"] {
        remove_dir_all(public.join(lost)).expect("it is there");
    }
    remove_dir_all(public.join("runs").join(name(1))).expect("it is there");
    for lost in ["index.html", "latest.json", "methodology.html"] {
        remove_file(public.join(lost)).expect("it is there");
    }
    build(&folder, &["public"]);
    assert_eq!(bytes(&tree(&public)), bytes(&whole));
    remove_dir_all(folder.path().join("results").join(name(0))).expect("it is there");
    build(&folder, &["public"]);
    assert_eq!(bytes(&tree(&public)), bytes(&whole), "a site needs no run that it knows");
}

#[test]
fn what_a_killed_build_left_is_in_nobodys_way() {
    let folder = store(1);
    write(&folder.path().join(".public.unfinished/contend-site.json"), "{\"format\": 1}");
    write(&folder.path().join(".public.unfinished/index.html"), "ha");
    build(&folder, &["public"]);
    assert!(!folder.path().join(".public.unfinished").exists());
    let before = tree(&folder.path().join("public"));
    write(&folder.path().join("public/runs/.x.unfinished/index.html"), "ha");
    write(&folder.path().join("public/.index.html.part"), "ha");
    build(&folder, &["public"]);
    let mut after = tree(&folder.path().join("public"));
    after.remove(".index.html.part");
    assert_eq!(after, before);
}

#[test]
fn what_is_not_ours_is_left_alone_by_every_verb() {
    let folder = store(1);
    write(&folder.path().join("mine/index.html"), "mine");
    let before = tree(&folder.path().join("mine"));
    refused(&folder, &["build", "mine"], 2, "no contend-site.json");
    refused(&folder, &["prune", "mine", "--keep-last", "0"], 2, "what is not ours stays");
    refused(&folder, &["serve", "mine"], 2, "no contend-site.json");
    write(&folder.path().join("newer/contend-site.json"), "{\"format\": 9}");
    refused(&folder, &["build", "newer"], 12, "format 9 is newer");
    refused(&folder, &["prune", "none", "--keep-last", "1"], 12, "there is none");
    refused(&folder, &["serve", "none"], 12, "contend site build");
    refused(&folder, &["build", "public", "--base-url", "example.org"], 2, "https://");
    assert_eq!(tree(&folder.path().join("mine")), before);
    assert!(!folder.path().join("public").exists() && !folder.path().join("none").exists());
}

#[test]
fn with_an_address_there_is_a_feed_and_without_it_there_is_none() {
    let folder = store(1);
    build(&folder, &["public", "--base-url", "https://example.org/bench/"]);
    let feed = folder.path().join("public/feed.xml");
    assert!(
        read_to_string(&feed).expect("it is there").contains("<id>https://example.org/bench/feed.xml</id>")
    );
    build(&folder, &["public"]);
    assert!(!feed.exists());
}

/// A process that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Serves the site, and says where.
fn serve(folder: &TempDir) -> (Served, u16) {
    let mut child = command(folder, &["serve", "public", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let port = line.trim().trim_start_matches("http://127.0.0.1:").trim_end_matches('/').parse();
    (Served(child), port.expect("an address"))
}

/// The answer; what is left of it where the server has heard enough before all is said.
fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut answer = Vec::new();
    drop(stream.write_all(request.as_bytes()));
    drop(stream.read_to_end(&mut answer));
    String::from_utf8(answer).expect("text")
}

#[test]
fn a_site_is_served_to_this_machine() {
    let folder = store(1);
    build(&folder, &["public"]);
    let (_served, port) = serve(&folder);
    // A browser that connects and says nothing keeps nobody waiting.
    let _silent = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let index = ask(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(index.starts_with("HTTP/1.1 200 OK\r\n") && index.contains("<!DOCTYPE html>"), "{index}");
    let run = ask(port, &format!("GET /runs/{}/ HTTP/1.1\r\n\r\n", name(0)));
    assert!(run.starts_with("HTTP/1.1 200"), "{run}");
    for lost in ["/../results/README.md", "/%2e%2e/results", "/.contend-site.lock", "/none.html"] {
        let answer = ask(port, &format!("GET {lost} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        assert!(
            answer.starts_with("HTTP/1.1 404") && answer.contains("There is no such page"),
            "{lost}: {answer}"
        );
    }
    let foreign = ask(port, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let long = ask(port, &format!("GET / HTTP/1.1\r\nX: {}\r\n", "x".repeat(20_000)));
    assert!(long.is_empty() || long.starts_with("HTTP/1.1 431"), "{long}");
}

#[test]
fn a_port_in_use_is_one_clear_error() {
    let folder = store(1);
    build(&folder, &["public"]);
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    refused(
        &folder,
        &["serve", "public", "--port", &port],
        2,
        "another program does already; give `--port N`",
    );
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = store(1);
    let closed = folder.path().join("closed");
    create_dir_all(&closed).expect("a folder");
    let mode =
        |mode| std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    mode(0o555);
    let (_, stderr, code) = site(&folder, &["build", "closed/public"]);
    mode(0o755);
    // To the superuser nothing is forbidden.
    if code != Some(0) {
        assert_eq!(code, Some(13), "{stderr}");
        assert!(stderr.contains("failed to write"), "{stderr}");
    }
}
