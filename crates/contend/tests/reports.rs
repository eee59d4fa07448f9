//! `contend report` over a folder of runs.

use serde_json::Value;
use std::fs::{create_dir_all, read_dir, read_to_string};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");
const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");
const CATALOGUE: &str = include_str!("../../protocol/tests/formats/v1/catalogue.jsonl");
const NAME: &str = "20260318T091502Z-4f2c9ae-7d10";
const QUESTION: &str = "Which map, where all threads look keys up";

fn write(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "a store of the test's own")]
    std::fs::write(path, text).expect("a file");
}

fn store() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(NAME).join("run.json"), MANIFEST);
    write(&folder.path().join(NAME).join("samples.jsonl"), SAMPLES);
    folder
}

fn command(store: &TempDir, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.arg("report").args(arguments).env("CONTEND_RESULTS", store.path()).stdin(Stdio::null());
    command
}

/// Stdout, stderr, exit code.
fn output(command: &mut Command) -> (String, String, Option<i32>) {
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

fn report(store: &TempDir, arguments: &[&str]) -> (String, String, Option<i32>) {
    output(&mut command(store, arguments))
}

fn page(store: &TempDir, name: &str) -> String {
    read_to_string(store.path().join(NAME).join("report").join(name)).expect("it is written")
}

#[test]
fn a_report_is_written_once_and_named() {
    let store = store();
    let (stdout, stderr, code) = report(&store, &[]);
    let index = store.path().join(NAME).join("report/index.html");
    assert_eq!((stdout.trim_end(), code), (&*index.to_string_lossy(), Some(0)), "{stderr}");
    assert!(
        stderr.contains("contend: wrote the report (") && stderr.contains("has not finished"),
        "{stderr}"
    );
    assert!(page(&store, "index.html").starts_with("<!DOCTYPE html>"));
    let (again, stderr, code) = report(&store, &[NAME]);
    assert_eq!((again, code), (stdout, Some(0)));
    assert!(stderr.contains("the same report is there already"), "{stderr}");
}

#[test]
fn another_report_is_refused_or_kept() {
    let store = store();
    report(&store, &[]);
    write(&store.path().join(NAME).join("report/index.html"), "mine");
    let (stdout, stderr, code) = report(&store, &[]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.contains("its index.html is another") && stderr.contains("--force"), "{stderr}");
    assert_eq!(page(&store, "index.html"), "mine");
    let (stdout, stderr, code) = report(&store, &["--open"]);
    let there = store.path().join(NAME).join("report/index.html");
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.contains(&format!("was not opened; it is {}", there.display())), "{stderr}");
    let (_, stderr, code) = report(&store, &["--force"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("report-1"), "{stderr}");
    assert_eq!(
        read_to_string(store.path().join(NAME).join("report-1/index.html")).expect("it is kept"),
        "mine"
    );
}

#[test]
fn a_report_as_json() {
    let store = store();
    let (stdout, _, code) = report(&store, &["--format", "json"]);
    let object: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &object["schema"]), (Some(0), &Value::from("contend-report/1")));
    assert_eq!((&object["run"], &object["outcome"]), (&Value::from(NAME), &Value::from("written")));
    let named: Vec<&str> =
        object["files"].as_array().expect("files").iter().filter_map(|file| file["name"].as_str()).collect();
    let there = read_dir(store.path().join(NAME).join("report")).expect("a folder").count();
    assert_eq!((named[0], named.len()), ("index.html", there));
}

#[test]
fn questions_come_from_the_run_or_from_executables_that_are_asked() {
    let store = store();
    report(&store, &[]);
    assert!(!page(&store, "suite.map-contention.html").contains(QUESTION));
    let script = store.path().join("suite.sh");
    let greeting = r#"{"protocol":2,"suite":"map-contention","contract":"x"}"#;
    write(&script, &format!("#!/bin/sh\ncat <<'EOF'\n{greeting}\n{CATALOGUE}EOF\n"));
    executable(&script);
    let (_, stderr, code) = report(&store, &["--force", "--ask", "--executable", &script.to_string_lossy()]);
    assert_eq!(code, Some(0), "{stderr}");
    let asked = page(&store, "suite.map-contention.html");
    assert!(asked.contains(QUESTION));
    let command = |options: &str| format!("<code>contend report {NAME}{options}</code>");
    assert!(asked.contains(&command(" --ask")), "the page says how it is made again");
    write(&store.path().join(NAME).join("catalogue.jsonl"), CATALOGUE);
    let (_, stderr, code) = report(&store, &["--force"]);
    assert_eq!(code, Some(0), "{stderr}");
    let told = page(&store, "suite.map-contention.html");
    assert!(told.contains(QUESTION) && told.contains(&command("")), "the run says the same by itself");
}

#[test]
fn criterions_report_is_linked_where_it_is() {
    const LINK: &str = "href=\"../criterion/report/index.html\"";
    let store = store();
    report(&store, &[]);
    assert!(!page(&store, "index.html").contains(LINK));
    write(&store.path().join(NAME).join("criterion/report/index.html"), "");
    report(&store, &["--force"]);
    assert!(page(&store, "index.html").contains(LINK));
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("it is ours");
}

#[cfg(not(unix))]
fn executable(_path: &Path) {}

#[test]
fn a_run_that_is_missing_or_damaged_has_no_report() {
    let store = store();
    write(&store.path().join("20260401T000000Z-bbbbbbb-7d10/run.json"), "{");
    for (run, code, expected) in
        [("latest", 12, "run.json is damaged"), ("2027", 12, "there is none"), ("..", 2, "as a run")]
    {
        let (stdout, stderr, got) = report(&store, &[run]);
        assert_eq!((stdout.as_str(), got), ("", Some(code)), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert!(!store.path().join("20260401T000000Z-bbbbbbb-7d10/report").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn the_page_is_opened_and_what_cannot_open_it_is_named() {
    let store = store();
    let tools = store.path().join(".tools");
    write(&tools.join("xdg-open"), "#!/bin/sh\nprintf '%s' \"$1\" >\"$0.asked\"\n");
    executable(&tools.join("xdg-open"));
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let (stdout, stderr, code) = output(command(&store, &["--open"]).env("PATH", path));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(read_to_string(tools.join("xdg-open.asked")).expect("it was asked"), stdout.trim_end());
    let (stdout, stderr, code) = output(command(&store, &["--open"]).env("PATH", "/nowhere"));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.ends_with("index.html\n") && stderr.contains("open the page with xdg-open"), "{stderr}");
}

#[test]
fn what_cannot_be_written_is_named() {
    let store = store();
    // Permissions do not keep the superuser out; a file in the place of a folder does.
    let obstacle = store.path().join(NAME).join(".report.unfinished");
    write(&obstacle, "mine");
    let (stdout, stderr, code) = report(&store, &[]);
    assert_eq!((stdout.as_str(), code), ("", Some(13)), "{stderr}");
    assert!(stderr.contains("failed to write") && stderr.contains(NAME), "{stderr}");
    assert_eq!(read_to_string(&obstacle).expect("it is there"), "mine");
    assert!(!store.path().join(NAME).join("report").exists());
}
