//! `contend ci init`, `completions` and `man`: what is written is what forges and shells read, and says nothing that contend
//! does not understand.

#[path = "workflows/keeping.rs"]
mod keeping;

use std::collections::BTreeMap;
use std::fs::{create_dir, read_to_string};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

const GITHUB: [&str; 3] = [
    ".github/workflows/contend-gate.yml",
    ".github/workflows/contend-comment.yml",
    ".github/workflows/contend-main.yml",
];
const GITLAB: &str = ".gitlab/contend.yml";
const REPOSITORY: &str = "https://forge.example/group/contend.git";

/// What `contend compare --format markdown` prints.
const COMPARISON: &str = include_str!("../../report/tests/shown/comparison.md");

/// Stdout, stderr, exit code.
fn contend(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    #[expect(clippy::disallowed_methods, reason = "the program under test")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let Output { stdout, stderr, status } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code())
}

fn init(folder: &Path, forge: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    contend(folder, &[&["ci", "init", forge, "--repository", REPOSITORY][..], arguments].concat())
}

fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    create_dir(folder.path().join(".git")).expect("a folder");
    create_dir(folder.path().join("below")).expect("a folder");
    folder
}

/// The files that are written for a forge, read as YAML.
fn written(forge: &str) -> (TempDir, BTreeMap<String, Yaml>) {
    let folder = repository();
    let (stdout, stderr, code) = init(&folder.path().join("below"), forge, &["--rev", "1a2b3c4d"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains("--rev"), "{stderr}");
    let read = |path: &str| {
        let text = read_to_string(folder.path().join(path)).expect("it was written");
        let mut documents =
            YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(documents.len(), 1, "{path}");
        (path.to_owned(), documents.remove(0))
    };
    let files = stdout.lines().map(read).collect();
    (folder, files)
}

#[test]
fn workflows_for_github_have_what_github_wants() {
    let (_folder, files) = written("github");
    assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>().len(), GITHUB.len());
    for path in GITHUB {
        let workflow = &files[path];
        assert!(workflow["name"].as_str().is_some_and(|name| name.starts_with("contend ")), "{path}");
        // `on` is no boolean here.
        assert!(!workflow["on"].is_badvalue(), "{path}");
        let jobs = workflow["jobs"].as_hash().expect("jobs");
        for job in jobs.values() {
            assert!(job["runs-on"].as_str().is_some() && job["timeout-minutes"].as_i64().is_some(), "{path}");
            for step in job["steps"].as_vec().expect("steps") {
                let kinds = [&step["uses"], &step["run"]].map(|kind| kind.as_str().is_some());
                assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "{path}: {step:?}");
                let pinned = |uses: &str| uses.starts_with("actions/") && uses.contains("@v");
                assert!(step["uses"].as_str().is_none_or(pinned), "{path}: {step:?}");
            }
        }
    }
}

#[test]
fn workflows_only_read_but_for_the_comment_which_runs_no_code_of_others() {
    let (_folder, files) = written("github");
    for path in [GITHUB[0], GITHUB[2]] {
        let permissions = files[path]["permissions"].as_hash().expect("permissions");
        assert_eq!(permissions.values().map(Yaml::as_str).collect::<Vec<_>>(), [Some("read")], "{path}");
    }
    let comment = &files[GITHUB[1]];
    assert_eq!(comment["permissions"]["pull-requests"].as_str(), Some("write"));
    assert_eq!(comment["on"]["workflow_run"]["workflows"][0], files[GITHUB[0]]["name"]);
    let steps = comment["jobs"]["comment"]["steps"].as_vec().expect("steps");
    assert!(steps.iter().all(|step| step["run"].is_badvalue()));
    let actions: Vec<&str> = steps.iter().filter_map(|step| step["uses"].as_str()).collect();
    assert!(actions.iter().all(|action| !action.contains("checkout")), "{actions:?}");
    // Both sides call the artefact the same.
    let uploads = files[GITHUB[0]]["jobs"]["compare"]["steps"].as_vec().expect("steps");
    let uploaded = uploads.iter().find_map(|step| step["with"]["name"].as_str()).expect("an artefact");
    assert_eq!(steps[0]["with"]["name"].as_str(), Some(uploaded));
}

#[test]
fn jobs_for_gitlab_have_what_gitlab_wants() {
    let (_folder, files) = written("gitlab");
    let pipeline = &files[GITLAB];
    for job in ["contend gate", "contend main", "pages"] {
        assert_eq!(pipeline[job]["extends"].as_str(), Some(".contend"));
        assert!(pipeline[job]["script"].as_vec().is_some_and(|script| !script.is_empty()));
        assert!(pipeline[job]["rules"][0]["if"].as_str().is_some());
    }
    assert!(pipeline[".contend"]["before_script"].as_vec().is_some());
}

/// Lines that a shell would run, those that are continued as one.
fn shell_lines(yaml: &Yaml, lines: &mut Vec<String>) {
    match yaml {
        Yaml::String(text) => lines.extend(text.replace("\\\n", " ").lines().map(str::to_owned)),
        Yaml::Array(all) => all.iter().for_each(|one| shell_lines(one, lines)),
        Yaml::Hash(all) => all.values().for_each(|one| shell_lines(one, lines)),
        _ => {}
    }
}

/// Verbs that templates use. Other lines that begin with our name are names of jobs.
const VERBS: [&str; 7] = ["compare", "doctor", "export", "report", "run", "show", "site"];

#[test]
fn templates_use_words_that_contend_understands() {
    let mut commands = 0;
    for forge in ["github", "gitlab"] {
        let (folder, files) = written(forge);
        let mut lines = Vec::new();
        files.values().for_each(|file| shell_lines(file, &mut lines));
        for line in lines.iter().filter_map(|line| line.trim().strip_prefix("contend ")) {
            let words: Vec<&str> = line.split([' ', '>', '<']).filter(|word| !word.is_empty()).collect();
            if !VERBS.contains(&words[0]) {
                continue;
            }
            let verb = &words[..if words[0] == "site" { 2 } else { 1 }];
            let (help, _, code) = contend(folder.path(), &[verb, &["--help"][..]].concat());
            assert_eq!(code, Some(0), "{line}");
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(
                    help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")),
                    "{line}"
                );
            }
            let format = words.iter().position(|word| *word == "--format").map(|at| words[at + 1]);
            assert!(format.is_none_or(|format| help.contains(&format!("- {format}:"))), "{line}");
            commands += 1;
        }
    }
    assert!(commands >= 20, "{commands}");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let (folder, _) = written("github");
    let (stdout, stderr, code) = init(folder.path(), "github", &[]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.contains("contend-gate.yml: it is there already, and nothing is overwritten"), "{stderr}");
    std::fs::remove_file(folder.path().join(GITHUB[0])).expect("it was there");
    assert_eq!(init(folder.path(), "github", &[]).2, Some(2));
    assert!(!folder.path().join(GITHUB[0]).exists(), "none is written where one is there");
    let (stdout, stderr, code) = init(folder.path(), "gitlab", &["--format", "json"]);
    assert_eq!(code, Some(0));
    assert!(stderr.contains("`--rev REV` would name one"), "{stderr}");
    let found: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&found["schema"], &found["files"][0]), (&"contend-ci-init/1".into(), &GITLAB.into()));
}

#[test]
fn outside_a_repository_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, stderr, code) = init(folder.path(), "github", &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there is no .git; `git init` makes one"), "{stderr}");
    let (_, stderr, code) = init(folder.path(), "gitea", &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("github"), "{stderr}");
}

#[test]
fn where_contend_comes_from_has_to_be_said() {
    let folder = repository();
    let (stdout, stderr, code) = contend(folder.path(), &["ci", "init", "github"]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.contains("give `--repository URL`"), "{stderr}");
    assert!(!folder.path().join(".github").exists(), "nothing is written");
    let odd = ["ci", "init", "github", "--repository", "https://x/$(id)"];
    assert_eq!(contend(folder.path(), &odd).2, Some(2));
    for forge in ["github", "gitlab"] {
        let (_folder, files) = written(forge);
        let mut lines = Vec::new();
        files.values().for_each(|file| shell_lines(file, &mut lines));
        let installed = format!("cargo install --locked --git {REPOSITORY} --rev 1a2b3c4d contend");
        assert!(lines.contains(&installed), "{lines:?}");
        // A pull request from a fork has no variables of the repository.
        assert!(
            !lines.iter().any(|line| line.contains("vars.") || line.contains("CONTEND_SOURCE")),
            "{lines:?}"
        );
    }
}

/// What the comment's script makes of the verdict: the calls of `.replaceAll` in the order in which they stand there, and then
/// the cut.
fn commented(script: &str, verdict: &str) -> String {
    let (before, cut) = script.split_once("Array.from(harmless).slice(0, LONGEST)").expect("the cut");
    assert!(!cut.contains(".replaceAll("), "what is replaced may be longer, so the cut comes last");
    let (_, steps) = before.split_once("const harmless = verdict").expect("the steps");
    let longest = script.split_once("const LONGEST = ").expect("a number").1.split(';').next();
    let longest: usize = longest.and_then(|number| number.parse().ok()).expect("a number");
    let replaced = steps.split(".replaceAll(").skip(1).fold(verdict.to_owned(), |text, step| {
        let words: Vec<&str> = step.split('"').collect();
        text.replace(words[1], &words[3].replace(r"\u200b", "\u{200b}"))
    });
    replaced.chars().take(longest).collect()
}

#[test]
fn a_comment_shows_the_verdict_and_no_marker_in_it() {
    let (_folder, files) = written("github");
    let steps = files[GITHUB[1]]["jobs"]["comment"]["steps"].as_vec().expect("steps");
    let script = steps[1]["with"]["script"].as_str().expect("a script");
    let shown = commented(script, COMPARISON);
    let expected = COMPARISON.strip_suffix("<!-- contend-verdict -->\n").expect("it ends with its marker");
    assert_eq!(shown.trim_end(), expected.trim_end());
    assert_eq!(
        commented(script, "@all <!-- contend: comparison -->"),
        "@\u{200b}all <!- - contend: comparison -->"
    );
    let long = commented(script, &"@".repeat(60_000));
    assert_eq!(long.chars().count(), 64_000, "cut after what was replaced");
    for part in [
        "head_repository?.",
        "There is no verdict for",
        "written by code of this pull request",
        "run.conclusion",
    ] {
        assert!(script.contains(part), "{part}");
    }
    assert_eq!(steps[0]["continue-on-error"].as_bool(), Some(true));
    assert!(steps[1]["if"].is_badvalue(), "it also runs where there is no verdict");
}

#[test]
fn on_gitlab_the_token_is_not_where_code_of_others_runs() {
    let (_folder, files) = written("gitlab");
    let pipeline = &files[GITLAB];
    let lines = |job: &str| {
        let mut lines = Vec::new();
        shell_lines(&pipeline[job], &mut lines);
        lines.join("\n")
    };
    assert!(!lines("contend gate").contains("TOKEN") && !lines(".contend").contains("TOKEN"));
    let note = &pipeline["contend note"];
    assert_eq!(note["variables"]["GIT_STRATEGY"].as_str(), Some("none"));
    assert_eq!(note["environment"]["name"].as_str(), Some("contend-note"));
    assert_eq!(note["environment"]["action"].as_str(), Some("access"));
    assert_eq!(note["needs"][0]["job"].as_str(), Some("contend gate"));
    assert_eq!(note["rules"][0]["when"].as_str(), Some("always"));
    assert!(note["extends"].is_badvalue(), "it installs and builds nothing");
    assert!(!lines("contend note").contains("cargo"));
    assert!(
        lines("contend gate")
            .contains("${CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-$CI_MERGE_REQUEST_DIFF_BASE_SHA}")
    );
}

#[test]
fn runs_of_the_default_branch_are_kept_in_a_folder_of_their_own() {
    let (_folder, files) = written("github");
    let job = &files[GITHUB[2]]["jobs"]["bench"];
    assert!(job["if"].as_str().is_some_and(|when| when.contains("github.event.repository.default_branch")));
    let steps = job["steps"].as_vec().expect("steps");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    let at = |part: &str| runs.iter().position(|run| run.contains(part)).expect(part);
    assert!(at("CONTEND_RESULTS=") < at("contend run"));
    assert!(
        at("contend run") < at("contend report latest") && at("contend report latest") < at("contend export")
    );
    let exports = steps.iter().find(|step| step["name"].as_str() == Some("Export the run")).expect("a step");
    assert!(exports["if"].is_badvalue(), "only of a run that was measured");
    let upload = steps.iter().find_map(|step| step["with"]["path"].as_str()).expect("an artefact");
    assert!(upload.contains("/measured") && !upload.contains("results"), "{upload}");
    let (_folder, files) = written("gitlab");
    let job = &files[GITLAB]["contend main"];
    assert_eq!(job["variables"]["CONTEND_RESULTS"].as_str(), Some("$CI_PROJECT_DIR/measured"));
    assert_eq!(job["artifacts"]["paths"][0].as_str(), Some("measured"));
}

#[test]
fn shells_complete_every_verb() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (script, stderr, code) = contend(folder.path(), &["completions", shell]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)), "{shell}");
        for verb in ["compare", "doctor", "export"] {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
    }
    assert_eq!(contend(folder.path(), &["completions", "sh"]).2, Some(2));
}

#[test]
fn every_verb_has_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, _, code) = contend(folder.path(), &["man"]);
    assert_eq!(code, Some(0));
    assert!(page.contains(".TH contend 1") && page.contains("Exit codes:"), "{page}");
    let (page, _, _) = contend(folder.path(), &["man", "baseline", "save"]);
    assert!(page.contains(".TH contend-baseline-save 1"), "{page}");
    let (_, stderr, code) = contend(folder.path(), &["man", "compar"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there is compare"), "{stderr}");
    assert_eq!(contend(folder.path(), &["man", "--output", "man1"]).2, Some(0));
    assert!(folder.path().join("man1/contend-doctor.1").is_file());
    assert_eq!(contend(folder.path(), &["man", "--output", "man1"]).2, Some(2), "nothing is overwritten");
}

#[test]
fn mistyped_words_are_answered_with_near_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, stderr, code) = contend(folder.path(), &["compere"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("'compare'"), "{stderr}");
    let (_, stderr, code) = contend(folder.path(), &["explain", "regresed"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("nearest are regressed"), "{stderr}");
    let (stdout, _, code) = contend(folder.path(), &["explain", "imported", "--format", "json"]);
    assert_eq!(code, Some(0));
    let found: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        (&found["schema"], &found["words"][0]["word"]),
        (&"contend-explain/1".into(), &"imported".into())
    );
}
