//! Runs of the default branch: what keeps them, what publishes them, and who may do what for it.

use super::{GITHUB, GITLAB, shell_lines, written};
use yaml_rust2::Yaml;

/// All that a job would run.
fn lines(job: &Yaml) -> String {
    let mut lines = Vec::new();
    shell_lines(job, &mut lines);
    lines.join("\n")
}

/// What a job may do beyond the workflow.
fn permissions(job: &Yaml) -> Vec<(&str, &str)> {
    let all = job["permissions"].as_hash().into_iter().flatten();
    all.filter_map(|(scope, kind)| Some((scope.as_str()?, kind.as_str()?))).collect()
}

#[test]
fn what_may_write_runs_nothing_of_others() {
    let (_folder, files) = written("github");
    let jobs = &files[GITHUB[2]]["jobs"];
    let expected: [(&str, &[(&str, &str)]); 4] = [
        ("bench", &[]),
        ("keep", &[("contents", "write")]),
        ("site", &[("contents", "read"), ("pages", "read")]),
        ("deploy", &[("pages", "write"), ("id-token", "write")]),
    ];
    assert_eq!(jobs.as_hash().map(|jobs| jobs.len()), Some(expected.len()));
    for (name, may) in expected {
        let job = &jobs[name];
        assert_eq!(permissions(job), may, "{name}");
        let writes = may.iter().any(|(_, kind)| *kind == "write");
        assert_eq!(writes, !lines(job).contains("cargo install"), "{name}");
        for step in job["steps"].as_vec().expect("steps") {
            let checks_out = step["uses"].as_str().is_some_and(|uses| uses.contains("/checkout@"));
            let without_token = step["with"]["persist-credentials"].as_bool() == Some(false);
            assert!(!checks_out || writes || without_token, "{name}: {step:?}");
        }
    }
    let (_folder, files) = written("gitlab");
    let pipeline = &files[GITLAB];
    for job in ["contend main", "pages", ".contend"] {
        assert!(!lines(&pipeline[job]).contains("TOKEN"), "{job}");
    }
    let keep = &pipeline["contend keep"];
    assert_eq!(keep["variables"]["GIT_STRATEGY"].as_str(), Some("none"));
    assert_eq!(keep["environment"]["name"].as_str(), Some("contend-keep"));
    assert!(
        keep["extends"].is_badvalue() && !lines(keep).contains("cargo"),
        "it installs and builds nothing"
    );
}

#[test]
fn a_site_of_all_kept_runs_is_published() {
    let (_folder, files) = written("github");
    let jobs = &files[GITHUB[2]]["jobs"];
    for (job, before) in [("keep", "bench"), ("site", "keep"), ("deploy", "site")] {
        assert_eq!(jobs[job]["needs"].as_str(), Some(before));
        // A wrong contender fails the first job, and without a word of their own all behind it would be left out.
        assert!(jobs[job]["if"].as_str().is_some_and(|when| when.contains("!cancelled()")), "{job}");
    }
    let default_branch = jobs["keep"]["if"].as_str().expect("a condition");
    assert!(default_branch.contains("github.ref_name == github.event.repository.default_branch"));
    let steps = jobs["site"]["steps"].as_vec().expect("steps");
    assert_eq!(steps[0]["with"]["ref"].as_str(), Some("contend-runs"));
    let build = steps.iter().find(|step| step["env"]["CONTEND_RESULTS"].as_str().is_some()).expect("a step");
    assert_eq!(build["env"]["CONTEND_RESULTS"].as_str(), Some("${{ github.workspace }}/runs"));
    let upload = steps.iter().find(|step| {
        step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/upload-pages-artifact@"))
    });
    assert_eq!(upload.and_then(|step| step["with"]["path"].as_str()), Some("${{ runner.temp }}/public"));
    assert_eq!(jobs["deploy"]["environment"]["name"].as_str(), Some("github-pages"));

    let (_folder, files) = written("gitlab");
    let pages = &files[GITLAB]["pages"];
    assert_eq!(pages["artifacts"]["paths"][0].as_str(), Some("public"));
    assert_eq!(pages["variables"]["CONTEND_RESULTS"].as_str(), Some("$CI_PROJECT_DIR/runs"));
    assert!(lines(pages).contains("contend site build public --base-url \"$CI_PAGES_URL\""));
}

/// The scripts themselves, in repositories of the test's own.
#[cfg(unix)]
mod scripts {
    use super::*;
    use std::fs::{create_dir_all, remove_dir_all};
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output, Stdio};
    use tempfile::TempDir;

    const TOKEN: &str = "a-token-that-nobody-prints";

    /// What git must not take from whoever runs the tests.
    fn sealed(program: &str, folder: &Path) -> Command {
        #[expect(clippy::disallowed_methods, reason = "scripts and repositories of the test's own")]
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    /// Stdout and stderr, and whether it went well.
    fn said(command: &mut Command) -> (String, bool) {
        let Output { stdout, stderr, status } = command.output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&stdout) + &text(&stderr), status.success())
    }

    #[track_caller]
    fn git(folder: &Path, words: &[&str]) -> String {
        let (text, well) = said(sealed("git", folder).args(words));
        assert!(well, "{text}");
        text.trim().to_owned()
    }

    fn write(path: &Path, text: &str) {
        create_dir_all(path.parent().expect("a folder")).expect("a folder");
        #[expect(clippy::disallowed_methods, reason = "files of the test's own")]
        std::fs::write(path, text).expect("a file");
    }

    /// A forge with an empty repository, and the script by which it keeps a run.
    struct Forge {
        folder: TempDir,
        name: &'static str,
        script: String,
    }

    impl Forge {
        fn new(name: &'static str) -> Self {
            let (_written, files) = written(name);
            let script = match name {
                "github" => {
                    let steps = files[GITHUB[2]]["jobs"]["keep"]["steps"].as_vec().expect("steps");
                    steps.iter().find_map(|step| step["run"].as_str())
                }
                _ => files[GITLAB]["contend keep"]["script"][0].as_str(),
            };
            let script = script.expect("a script").to_owned();
            let folder = tempfile::tempdir().expect("a folder");
            git(folder.path(), &["init", "--quiet", "--bare", "origin.git"]);
            git(folder.path(), &["clone", "--quiet", "origin.git", "clone"]);
            Self { folder, name, script }
        }

        fn origin(&self) -> PathBuf {
            self.folder.path().join("origin.git")
        }

        /// What the job says that keeps a run of that name, and whether it ended well.
        fn keep(&self, run: &str, token: &str) -> (String, bool) {
            let folder = self.folder.path();
            let job = folder.join("job");
            drop(remove_dir_all(&job));
            let measured = job.join(if self.name == "github" { "run/measured" } else { "measured" });
            for file in ["run.json", "samples.jsonl", "report/index.html", "criterion/report/index.html"] {
                write(&measured.join(run).join(file), &format!("{file} of {run}\r\n"));
            }
            let mut shell = sealed(if self.name == "github" { "bash" } else { "sh" }, &job);
            shell.args(["-e", "-c", &self.script]).env("CONTEND_KEEP_TOKEN", token);
            shell.env("GITHUB_WORKSPACE", folder.join("clone")).env("RUNNER_TEMP", &job);
            said(shell.env("CI_PROJECT_URL", folder.join("origin")))
        }

        #[track_caller]
        fn check(&self, files: &str, commits: &[&str]) {
            let origin = self.origin();
            let found = git(&origin, &["ls-tree", "-r", "--name-only", "contend-runs"]);
            assert_eq!(found.split_whitespace().collect::<Vec<_>>(), files.split(' ').collect::<Vec<_>>());
            let log = git(&origin, &["log", "--format=%s", "contend-runs"]);
            let log: Vec<&str> = log.lines().map(|line| line.trim_end_matches(" [skip ci]")).collect();
            assert_eq!(log, commits);
        }
    }

    #[test]
    fn a_branch_of_runs_only_grows() {
        for name in ["github", "gitlab"] {
            let forge = Forge::new(name);
            let (said, well) = forge.keep("one", TOKEN);
            assert!(well && !said.contains(TOKEN), "{name}: {said}");
            forge.check("one/run.json one/samples.jsonl", &["Keep one"]);
            let (said, well) = forge.keep("two", TOKEN);
            assert!(well, "{name}: {said}");
            let both = "one/run.json one/samples.jsonl two/run.json two/samples.jsonl";
            forge.check(both, &["Keep two", "Keep one"]);
            let kept = git(&forge.origin(), &["cat-file", "blob", "contend-runs:one/run.json"]);
            assert_eq!(kept, "run.json of one", "byte for byte");
            let size = git(&forge.origin(), &["cat-file", "-s", "contend-runs:one/run.json"]);
            assert_eq!(size, "17", "with its line's end");
        }
    }

    #[test]
    fn a_push_that_is_refused_is_made_again_and_never_forced() {
        for name in ["github", "gitlab"] {
            let forge = Forge::new(name);
            let hook = forge.origin().join("hooks/pre-receive");
            write(&hook, "#!/bin/sh\nif [ -e refused ]; then exit 0; fi\ntouch refused\nexit 1\n");
            std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
            let (said, well) = forge.keep("one", TOKEN);
            assert!(well && forge.origin().join("refused").exists(), "{name}: {said}");
            forge.check("one/run.json one/samples.jsonl", &["Keep one"]);
            assert!(!forge.script.contains("--force") && !forge.script.contains("\"+$commit"), "{name}");
        }
    }

    #[test]
    fn without_a_token_nothing_is_pushed() {
        let forge = Forge::new("gitlab");
        let (said, well) = forge.keep("one", "");
        assert!(well && said.contains("there is no token"), "{said}");
        assert_eq!(git(&forge.origin(), &["for-each-ref"]), "");
    }
}
