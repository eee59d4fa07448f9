//! Builds with a name, which stay until they are removed.

use super::error::KeepError;
use super::shelf::{KeptBuild, Trouble};
use super::{LockedFolder, WorkFolder};
use crate::environment::{host_id, now_unix_ms};
use crate::name::nearest;
use contend_protocol::baseline::SavedBuild;
use contend_protocol::version::MethodVersion;

/// Most characters of a baseline's name.
const MAX_NAME_LEN: usize = 64;

/// A baseline in the list of all.
#[derive(Clone, Debug)]
pub struct BaselineEntry {
    /// Its name.
    pub name: String,
    /// What can be said about it.
    pub state: BaselineState,
}

/// Whether a baseline can be used.
#[derive(Clone, Debug)]
pub enum BaselineState {
    /// It can.
    Usable(Box<SavedBuild>),
    /// It is whole, but cannot be compared with what is built here and now.
    NotComparable {
        /// What it is.
        build: Box<SavedBuild>,
        /// What differs, as a sentence without its stop.
        reason: String,
    },
    /// It cannot be read, or its bytes are not those that were saved.
    Unreadable {
        /// What is wrong, as a sentence without its stop.
        reason: String,
    },
}

/// Whether the old one goes if the name is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IfTaken {
    /// Nothing is saved.
    Refuse,
    /// The new one takes its place, in one step.
    Replace,
}

impl WorkFolder {
    /// Whether there is a baseline of this name, whatever its state.
    pub fn has_baseline(&self, name: &str) -> bool {
        check_name(name).is_ok() && self.baselines_shelf().place(name).is_some()
    }

    /// Names of all baselines, sorted.
    ///
    /// # Errors
    /// [`KeepError::Read`].
    pub fn baseline_names(&self) -> Result<Vec<String>, KeepError> {
        self.baselines_shelf().names()
    }

    /// All baselines, sorted by name. One that is damaged hides no other.
    ///
    /// # Errors
    /// [`KeepError::Read`] if the folder is there but cannot be listed.
    pub fn baselines(&self) -> Result<Vec<BaselineEntry>, KeepError> {
        let names = self.baseline_names()?;
        Ok(names.into_iter().map(|name| BaselineEntry { state: self.state(&name), name }).collect())
    }

    /// Opens a baseline for measuring: it is whole, of this machine and of this method, and stays while the result lives.
    ///
    /// # Errors
    /// [`KeepError::BadName`], [`KeepError::NoSuchBaseline`], [`KeepError::Damaged`] or [`KeepError::NotComparable`].
    pub fn open_baseline(&self, name: &str) -> Result<KeptBuild, KeepError> {
        self.require(name)?;
        let trouble = |trouble| match trouble {
            Trouble::OtherFormat(_) => {
                KeepError::NotComparable { name: name.to_owned(), reason: format!("{trouble}") }
            }
            _ => KeepError::Damaged { name: name.to_owned(), reason: format!("{trouble}") },
        };
        let kept = self.baselines_shelf().open(name).map_err(trouble)?;
        match difference(&kept.document) {
            None => Ok(kept),
            Some(reason) => Err(KeepError::NotComparable { name: name.to_owned(), reason }),
        }
    }

    /// Whether a baseline of this name could be saved. It is asked before a long build, and again under the lock.
    ///
    /// # Errors
    /// [`KeepError::BadName`], [`KeepError::Exists`] or [`KeepError::InUse`].
    pub fn may_save_baseline(&self, name: &str, if_taken: IfTaken) -> Result<(), KeepError> {
        check_name(name)?;
        match if_taken {
            _ if !self.has_baseline(name) => Ok(()),
            IfTaken::Refuse => Err(KeepError::Exists { name: name.to_owned() }),
            IfTaken::Replace => self.refuse_in_use(name),
        }
    }

    fn state(&self, name: &str) -> BaselineState {
        match self.baselines_shelf().look_at(name) {
            Err(trouble) => BaselineState::Unreadable { reason: trouble.to_string() },
            Ok(build) => match difference(&build) {
                None => BaselineState::Usable(Box::new(build)),
                Some(reason) => BaselineState::NotComparable { build: Box::new(build), reason },
            },
        }
    }

    fn require(&self, name: &str) -> Result<(), KeepError> {
        check_name(name)?;
        if self.has_baseline(name) {
            return Ok(());
        }
        let names = self.baseline_names()?;
        let near = nearest(name, names.iter().map(String::as_str), 3);
        Err(KeepError::NoSuchBaseline { name: name.to_owned(), near })
    }

    fn refuse_in_use(&self, name: &str) -> Result<(), KeepError> {
        let used = self.baselines_shelf().is_in_use(name);
        if used { Err(KeepError::InUse { name: name.to_owned() }) } else { Ok(()) }
    }
}

impl LockedFolder {
    /// Saves a kept build under a name. What had the name before stays until the new one is whole.
    ///
    /// # Errors
    /// As [`WorkFolder::may_save_baseline`], and [`KeepError::Write`]; nothing has changed then.
    pub fn save_baseline(
        &self,
        name: &str,
        build: &KeptBuild,
        if_taken: IfTaken,
    ) -> Result<SavedBuild, KeepError> {
        self.folder.may_save_baseline(name, if_taken)?;
        let document = SavedBuild {
            name: Some(name.to_owned()),
            created_unix_ms: now_unix_ms(),
            ..build.document.clone()
        };
        let sources: Vec<_> = build.executables().map(|(_, _, path)| path).collect();
        self.folder.baselines_shelf().keep(name, &document, &sources).map(|()| document)
    }

    /// Removes a baseline, damaged or not.
    ///
    /// # Errors
    /// [`KeepError::BadName`], [`KeepError::NoSuchBaseline`], [`KeepError::InUse`] or [`KeepError::Write`].
    pub fn remove_baseline(&self, name: &str) -> Result<(), KeepError> {
        self.folder.require(name)?;
        self.folder.refuse_in_use(name)?;
        let shelf = self.folder.baselines_shelf();
        shelf.remove(name).map_err(KeepError::write(&shelf.root().join(name)))
    }
}

/// What keeps a whole baseline from being compared.
fn difference(build: &SavedBuild) -> Option<String> {
    let (found, current) = (build.method.0, MethodVersion::CURRENT.0);
    if build.method != MethodVersion::CURRENT {
        return Some(format!(
            "it was saved for method {found}, and this build measures with method {current}"
        ));
    }
    (build.machine != host_id()).then(|| "it was built on another machine".to_owned())
}

/// Refuses what would leave the folder, look like an option, or not be typed by anybody.
pub(crate) fn check_name(name: &str) -> Result<(), KeepError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let reason = match name {
        "" => "it is empty",
        _ if name.starts_with(['-', '.']) => "it begins with `-` or `.`",
        _ if name.len() > MAX_NAME_LEN => "it has more than 64 characters",
        _ if !name.chars().all(plain) => "it may have letters, digits, `.`, `_` and `-` only",
        _ => return Ok(()),
    };
    Err(KeepError::BadName { name: name.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let refused = check_name(name).map_err(|error| error.to_string()).err();
        match (&refused, expected) {
            (None, None) => {}
            (Some(text), Some(part)) => assert!(text.contains(part), "{text}"),
            other => panic!("{name:?}: {other:?}"),
        }
    }

    #[test]
    fn names() {
        check("before", None);
        check("v1.0_rc-2", None);
        check(&"x".repeat(64), None);
        check(&"x".repeat(65), Some("more than 64"));
        check("", Some("empty"));
        check("-rf", Some("begins with"));
        check(".hidden", Some("begins with"));
        check("..", Some("begins with"));
        check("a/b", Some("letters, digits"));
        check("a\\b", Some("letters, digits"));
        check("rev:main", Some("letters, digits"));
        check("a b", Some("letters, digits"));
        check("größer", Some("letters, digits"));
    }
}
