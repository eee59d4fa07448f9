//! What lies between two revisions.

use super::Workspace;
use super::error::SideError;

/// A commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Commit {
    /// Its full id.
    pub(crate) id: String,
    /// The first line of its message.
    pub(crate) subject: String,
}

impl Commit {
    /// The beginning of its id, and its subject.
    pub(crate) fn short(&self) -> String {
        format!("{} {}", &self.id[..self.id.len().min(10)], self.subject)
    }
}

impl Workspace {
    /// The commits after `good` up to `bad`, oldest first, along first parents.
    pub(crate) fn history(&self, good: &str, bad: &str) -> Result<Vec<Commit>, SideError> {
        let (first, last) = (self.revision(good)?, self.revision(bad)?);
        let Some(commits) = self.repository.history(&first, &last)? else {
            return Err(SideError::Usage(format!(
                "bisect from {good} to {bad}: {good} is no ancestor of it"
            )));
        };
        if commits.is_empty() {
            return Err(SideError::Usage(format!("bisect from {good} to {bad}: both are the same commit")));
        }
        Ok(commits.into_iter().map(|(id, subject)| Commit { id, subject }).collect())
    }
}
