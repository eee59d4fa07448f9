//! What a user's words mean: a baseline before a revision, and the working tree where nothing is said.

use super::error::SideError;
use super::{Workspace, say};
use contend_record::nearest;

/// The working tree, where a side has to be named.
const HERE: &str = ".";

const REVISION_PREFIX: &str = "rev:";
const BASELINE_PREFIX: &str = "baseline:";

/// How the user named a side.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SideWords {
    /// The files as they are, committed or not.
    WorkingTree,
    /// A baseline if there is one of that name, else a revision.
    Named(String),
    /// A baseline.
    Baseline(String),
    /// A revision of git.
    Revision(String),
}

/// What a side is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Resolved {
    /// A baseline, by its name.
    Baseline(String),
    /// A source that has to be built.
    Source(Source),
}

/// A source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// The working tree, on top of this commit.
    WorkingTree { head: Option<String> },
    /// A revision, as the user named it.
    Revision { name: String, commit: String },
}

impl SideWords {
    /// Reads what stands on the command line. Whether it exists is seen later.
    pub(crate) fn parse(words: Option<&str>) -> Result<Self, SideError> {
        let words = words.unwrap_or(HERE);
        if words == HERE {
            return Ok(Self::WorkingTree);
        }
        let parsed = match (words.strip_prefix(REVISION_PREFIX), words.strip_prefix(BASELINE_PREFIX)) {
            (Some(revision), _) => Self::Revision(revision.to_owned()),
            (_, Some(baseline)) => Self::Baseline(baseline.to_owned()),
            _ => Self::Named(words.to_owned()),
        };
        match parsed.name() {
            Some(name) if name.is_empty() || name.starts_with('-') => Err(SideError::Usage(format!(
                "read `{words}` as a side: give a baseline, a revision, or `{HERE}` for the working tree"
            ))),
            _ => Ok(parsed),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::WorkingTree => None,
            Self::Named(name) | Self::Baseline(name) | Self::Revision(name) => Some(name),
        }
    }
}

impl Source {
    /// What the user calls it.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::WorkingTree { .. } => "the working tree",
            Self::Revision { name, .. } => name,
        }
    }

    /// The commit that it is, or is based on.
    pub(super) fn commit(&self) -> Option<&str> {
        match self {
            Self::WorkingTree { head } => head.as_deref(),
            Self::Revision { commit, .. } => Some(commit),
        }
    }
}

impl Workspace {
    /// Finds out what `words` mean, and says on stderr if they could mean two things.
    pub(super) fn resolve(&self, words: &SideWords) -> Result<Resolved, SideError> {
        match words {
            SideWords::WorkingTree => Ok(Resolved::Source(Source::WorkingTree { head: self.commit("HEAD") })),
            SideWords::Baseline(name) => Ok(Resolved::Baseline(name.clone())),
            SideWords::Named(name) if self.folder.has_baseline(name) => {
                if self.commit(name).is_some() {
                    say(&format!(
                        "`{name}` is a baseline and a revision: the baseline is taken; \
                         `{REVISION_PREFIX}{name}` names the revision"
                    ));
                }
                Ok(Resolved::Baseline(name.clone()))
            }
            SideWords::Named(name) | SideWords::Revision(name) => match self.commit(name) {
                Some(commit) => Ok(Resolved::Source(Source::Revision { name: name.clone(), commit })),
                None => Err(self.unknown(words, name)),
            },
        }
    }

    /// Full id of the commit that `revision` means.
    pub(super) fn revision(&self, revision: &str) -> Result<String, SideError> {
        let words = SideWords::parse(Some(&format!("{REVISION_PREFIX}{revision}")))?;
        self.commit(revision).ok_or_else(|| self.unknown(&words, revision))
    }

    fn commit(&self, revision: &str) -> Option<String> {
        if self.repository.is_theirs() { self.repository.commit(revision) } else { None }
    }

    fn unknown(&self, words: &SideWords, name: &str) -> SideError {
        let wanted =
            if matches!(words, SideWords::Revision(_)) { "revision" } else { "baseline or revision" };
        if !self.repository.is_theirs() {
            let hint =
                "the workspace is in no git repository, so there are only baselines and the working tree";
            return SideError::Unknown(format!("find {wanted} `{name}`: {hint}"));
        }
        let mut candidates = self.repository.names();
        if matches!(words, SideWords::Named(_)) {
            candidates.extend(self.folder.baseline_names().unwrap_or_default());
        }
        let near = nearest(name, candidates.iter().map(String::as_str), 3);
        let hint = match (near.is_empty(), self.repository.is_shallow()) {
            (false, _) => format!("there is none, but {}", near.join(", ")),
            (true, true) => "there is none, but this clone is shallow: `git fetch --unshallow`".to_owned(),
            (true, false) => "there is none; `contend baseline list` lists the baselines".to_owned(),
        };
        SideError::Unknown(format!("find {wanted} `{name}`: {hint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: Option<&str>, expected: Option<SideWords>) {
        assert_eq!(SideWords::parse(words).ok(), expected, "{words:?}");
    }

    #[test]
    fn words_are_read() {
        let name = str::to_owned;
        check(None, Some(SideWords::WorkingTree));
        check(Some("."), Some(SideWords::WorkingTree));
        check(Some("main"), Some(SideWords::Named(name("main"))));
        check(Some("HEAD~2"), Some(SideWords::Named(name("HEAD~2"))));
        check(Some("rev:main"), Some(SideWords::Revision(name("main"))));
        check(Some("baseline:main"), Some(SideWords::Baseline(name("main"))));
        check(Some("-x"), None);
        check(Some("rev:-x"), None);
        check(Some("rev:"), None);
        check(Some(""), None);
    }
}
