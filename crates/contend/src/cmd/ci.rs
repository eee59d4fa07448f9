//! `contend ci`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use anyhow::Context;
use clap::ValueEnum;
use contend_protocol::{exit, json};
use contend_record::exchange::write_new_files;
use contend_record::workspace_dir;
use std::path::{Path, PathBuf};

/// Measure where changes are merged
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    Init(Init),
}

/// Write workflows: a gate for pull requests, and on main a run and a site
///
/// The gate measures base and head in turns in one job, because numbers of another machine or hour are false alarms. It
/// writes a summary and, on GitHub through a second workflow that forks cannot change, one comment that is kept up to
/// date. A run on the default branch has its report and its exports, is kept on the branch `contend-runs`, and all kept runs are
/// published as a site on the forge's pages. They install contend from --repository, whose address is written into them: variables of a
/// repository do not reach pull requests from forks. Files that are there stay as they are, and then none is written. With --format
/// json: {"schema": "contend-ci-init/1", "folder": PATH, "files": [PATH from there, ...]}.
#[derive(clap::Args, Debug)]
struct Init {
    /// Who runs them.
    forge: Forge,

    /// Where contend is cloned from, such as `https://forge.example/group/contend.git`.
    #[arg(long, value_name = "URL", value_parser = repository_url)]
    repository: Option<String>,

    /// The commit of contend to install. Without it each job installs the newest, and two jobs may be judged by two of them.
    #[arg(long, value_name = "REV", value_parser = revision)]
    rev: Option<String>,

    #[command(flatten)]
    format: FormatFlag,
}

/// Who runs workflows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Forge {
    /// GitHub Actions, in .github/workflows.
    Github,
    /// GitLab CI/CD, in .gitlab, to be included.
    Gitlab,
}

const GITHUB: &[(&str, &str)] = &[
    (".github/workflows/contend-gate.yml", include_str!("../../templates/github/contend-gate.yml")),
    (".github/workflows/contend-comment.yml", include_str!("../../templates/github/contend-comment.yml")),
    (".github/workflows/contend-main.yml", include_str!("../../templates/github/contend-main.yml")),
];

const GITLAB: &[(&str, &str)] =
    &[(".gitlab/contend.yml", include_str!("../../templates/gitlab/contend.yml"))];

/// What the templates say in the place of an address, and of a revision where there is one.
const SOURCE: &str = "CONTEND_SOURCE";

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    match &arguments.verb {
        Verb::Init(arguments) => init(arguments),
    }
}

fn init(arguments: &Init) -> Result<u8, CommandError> {
    let here = std::env::current_dir().context("find the folder this was started in")?;
    let root = repository(&here)?;
    let templates = arguments.forge.templates();
    let source = source(arguments)?;
    let files: Vec<(PathBuf, String)> =
        templates.iter().map(|(path, text)| (PathBuf::from(path), text.replace(SOURCE, &source))).collect();
    write_new_files(root, &files)?;
    let paths: Vec<&str> = templates.iter().map(|(path, _)| *path).collect();
    match arguments.format.format {
        Format::Text => print(&format!("{}\n", paths.join("\n")))?,
        Format::Json => print_json(&json!({
            "schema": "contend-ci-init/1",
            "folder": root.to_string_lossy(),
            "files": paths,
        }))?,
    }
    eprintln!("contend: {}", arguments.forge.next_step());
    if arguments.rev.is_none() {
        eprintln!("contend: the jobs install the newest contend each time: `--rev REV` would name one");
    }
    if workspace_dir(&here).is_some_and(|workspace| workspace != root) {
        eprintln!(
            "contend: the workspace is not the repository's root: set `working-directory`, or `cd` there first"
        );
    }
    Ok(exit::OK)
}

/// The folder in which a forge looks for workflows.
fn repository(here: &Path) -> Result<&Path, CommandError> {
    here.ancestors().find(|folder| folder.join(".git").exists()).ok_or_else(|| {
        let here = here.display();
        CommandError::Usage(format!(
            "find a repository at or above {here}: there is no .git; `git init` makes one"
        ))
    })
}

impl Forge {
    fn templates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Github => GITHUB,
            Self::Gitlab => GITLAB,
        }
    }

    fn next_step(self) -> &'static str {
        match self {
            Self::Github => {
                "read the files through: the comment works once it is on the default branch, and the site once the settings say \
                 that Pages are built by GitHub Actions"
            }
            Self::Gitlab => {
                "read the file through, and add `include: { local: .gitlab/contend.yml }` to .gitlab-ci.yml; a token as \
                 CONTEND_KEEP_TOKEN keeps runs for later sites"
            }
        }
    }
}

/// What stands behind `cargo install --git`.
fn source(arguments: &Init) -> Result<String, CommandError> {
    let repository = arguments.repository.as_deref().ok_or_else(|| {
        CommandError::Usage(
            "write workflows that install contend: give `--repository URL`, where contend is cloned from; no address is \
             known here"
                .to_owned(),
        )
    })?;
    let rev = arguments.rev.as_ref().map(|rev| format!(" --rev {rev}")).unwrap_or_default();
    Ok(format!("{repository}{rev}"))
}

/// An address that a shell and YAML take for one word, so that it needs no quotes in the files.
fn repository_url(text: &str) -> Result<String, String> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@+%".contains(&byte);
    let scheme = |scheme: &str| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase());
    match text.split_once("://") {
        Some((first, rest)) if scheme(first) && !rest.is_empty() && rest.bytes().all(word) => {
            Ok(text.to_owned())
        }
        _ => Err(
            "write it as cargo takes it, such as https://forge.example/group/contend.git, without spaces \
                  or quotes"
                .to_owned(),
        ),
    }
}

/// A revision that is one word, and no option.
fn revision(text: &str) -> Result<String, String> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/+".contains(&byte);
    if text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(word) {
        Ok(text.to_owned())
    } else {
        Err("write a commit, such as 1a2b3c4d".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, fits: bool) {
        assert_eq!(repository_url(url).is_ok(), fits, "{url}");
    }

    #[test]
    fn addresses_are_one_word_in_a_shell_and_in_yaml() {
        check("https://forge.example/group/contend.git", true);
        check("ssh://git@forge.example:22/~me/contend", true);
        check("file:///srv/git/contend", true);
        check("git@forge.example:me/contend.git", false);
        check("https://", false);
        check("", false);
        check("https://x/$(id)", false);
        check("https://x/a b", false);
        check("https://x/a;b", false);
        check("https://x/a'b", false);
        check("https://x/${{ a }}", false);
    }

    #[test]
    fn revisions_are_one_word_and_no_option() {
        for (rev, fits) in
            [("1a2b3c4", true), ("v1.0/x", true), ("--help", false), ("", false), ("a b", false)]
        {
            assert_eq!(revision(rev).is_ok(), fits, "{rev}");
        }
    }

    #[test]
    fn every_template_that_installs_contend_has_a_place_for_its_address() {
        for (path, text) in GITHUB.iter().chain(GITLAB) {
            assert_eq!(text.contains("cargo install"), text.contains(SOURCE), "{path}");
            assert!(!text.contains("CONTEND_REPOSITORY"), "{path}");
        }
    }
}
