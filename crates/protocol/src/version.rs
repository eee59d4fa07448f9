//! Versions of what is stored and spoken, and what each side may do with another's.

use serde::{Deserialize, Serialize};

/// Version of the files in a run's folder. Newer ones may be read as far as they are understood, never written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FormatVersion(pub u32);

impl FormatVersion {
    /// What this build writes.
    pub const CURRENT: Self = Self(1);

    /// Whether this build may write into a run of this version.
    pub fn may_be_written(self) -> bool {
        self == Self::CURRENT
    }
}

/// Version of how the numbers come about. Raised by every change under *Measurement* in `CHANGELOG.md`; numbers of
/// two method versions are not compared without saying so.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct MethodVersion(pub u32);

impl MethodVersion {
    /// How this build measures.
    pub const CURRENT: Self = Self(1);

    /// What other software measured, in its own way.
    pub const FOREIGN: Self = Self(0);
}

/// Version of what a bench executable answers to `--contend`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ProtocolVersion(pub u32);

impl ProtocolVersion {
    /// What this build speaks. 2 has `--contend serve`, and says more of each cell; 3 says what contenders can do and what was
    /// checked, and which cell a check begins with; 4 has `--contend build`, and launches that measure under the lock of whoever
    /// asks for them.
    pub const CURRENT: Self = Self(4);

    /// The oldest that this build understands as well: without it, no commit before a change of the version could be compared
    /// with one behind it.
    pub const OLDEST: Self = Self(2);

    /// Whether launches of an executable of that version know who holds the measuring lock. Others would wait for it until
    /// whoever asked, who holds it, loses patience.
    pub fn launches_under_a_lock(self) -> bool {
        self >= Self(4)
    }

    /// Whether this build understands an executable of that version.
    pub fn is_understood(self) -> bool {
        (Self::OLDEST..=Self::CURRENT).contains(&self)
    }
}
