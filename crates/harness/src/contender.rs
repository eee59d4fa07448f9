//! The registry's rows: which type, under which id, and what a reader must know of it.

use crate::trial::{Prepared, Trial};
use std::fmt;

/// A family of workloads with one contract.
pub trait Contract: Sized + Send + Sync + fmt::Debug + 'static {
    /// What each thread does: a value, never a type.
    type Workload: Workload;

    /// The contract's name in messages, such as `maps of text keys`.
    const NAME: &'static str;

    /// Where a contender's memory lies moves its numbers, as it does with large maps and buffers: two processes differ by
    /// more than their slices tell. Comparisons have such contenders made anew within each pair.
    const PLACED: bool = false;

    /// What the checks of this contract's trials see to, as a clause such as `no increment is lost`.
    const GUARANTEES: &'static str = "";

    /// Why no contender can do `workload` with `threads` threads, if so.
    fn refusal(_workload: &Self::Workload, _threads: usize) -> Option<&'static str> {
        None
    }
}

/// A contract that contenders of type `T` fulfil. Suites implement it once, for every `T` with their trait.
pub trait Admits<T>: Contract {
    /// Makes the contender, filled and ready.
    fn trial(workload: &Self::Workload, setting: &Setting) -> impl Trial;

    /// Why `T` cannot do `workload` with `threads` threads, if so.
    fn refusal_of(_workload: &Self::Workload, _threads: usize) -> Option<&'static str> {
        None
    }

    /// Makes the contender, fills it, empties it and drops it, all in the calling thread, and tells `probe` of each stage
    /// once it is reached. Nothing else may be allocated meanwhile that is still there at the next stage.
    ///
    /// Returns whether `workload` is about memory; where it is not, nothing is done.
    fn footprint(_workload: &Self::Workload, _setting: &Setting, _probe: &mut dyn Probe) -> bool {
        false
    }
}

/// What a contender does in a cell.
pub trait Workload: Clone + Send + Sync + fmt::Debug + 'static {
    /// Its name: 1 to 40 of `a-z`, `0-9` and `-`.
    fn id(&self) -> String;

    /// The question it answers, in one sentence that a user would ask.
    fn question(&self) -> String;

    /// In the curated set.
    fn curated(&self) -> bool;

    /// Why it is measured and how to read its numbers, in a few sentences that stay true on any machine. Workloads of the curated
    /// set have it.
    fn analysis(&self) -> &'static str {
        ""
    }

    /// What a user may look for in it, as names and values that compare: percentages, counts and sizes as numbers, kinds as
    /// words. The same thing has the same name in all workloads of a suite.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Every parameter, as text: its hash tells two definitions of one name apart.
    fn definition(&self) -> String {
        format!("{self:?}")
    }
}

/// Where a trial is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Setting {
    /// Workers, at least 1.
    pub threads: usize,
    /// Seed of tapes and key sets.
    pub seed: u64,
    /// More workers than cores, so that slices are long.
    pub oversubscribed: bool,
}

/// Looks at the memory of this process, at one stage of a contender's life after the other.
pub trait Probe {
    /// `name` has been reached, such as `filled`, and the contender holds `held` things of its kind: entries, buffers,
    /// messages.
    fn stage(&mut self, name: &'static str, held: u64);
}

/// What a contender is, for readers of its numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Something one would use.
    Primitive,
    /// The same loop with no primitive at all: what the harness itself costs.
    Floor,
    /// No sharing: what cannot be beaten, and often cannot be used.
    Bound,
}

/// Stands for the standard library where a dependency is named.
pub(crate) const STD: &str = "std";

/// One row of a registry.
pub struct Contender<C: Contract> {
    pub(crate) id: &'static str,
    pub(crate) package: Option<&'static str>,
    pub(crate) note: &'static str,
    pub(crate) capabilities: &'static [&'static str],
    pub(crate) role: Role,
    pub(crate) blocks: bool,
    pub(crate) curated: bool,
    pub(crate) start: fn(&C::Workload, &Setting) -> Prepared,
    pub(crate) refusal: fn(&C::Workload, usize) -> Option<&'static str>,
    pub(crate) footprint: fn(&C::Workload, &Setting, &mut dyn Probe) -> bool,
}

impl<C: Contract> Contender<C> {
    /// A row for `T`, a type of the suite itself unless the row says more.
    ///
    /// `id` is 1 to 40 of `a-z`, `0-9` and `-`; an inventory test checks it.
    pub const fn of<T>(id: &'static str) -> Self
    where
        C: Admits<T>,
    {
        Self {
            id,
            package: None,
            note: "",
            capabilities: &[],
            role: Role::Primitive,
            blocks: false,
            curated: true,
            start: start::<C, T>,
            refusal: <C as Admits<T>>::refusal_of,
            footprint: <C as Admits<T>>::footprint,
        }
    }

    /// Says which dependency of the suite's manifest holds the contender; its pinned version is stored with each number.
    #[must_use]
    pub const fn package(mut self, dependency: &'static str) -> Self {
        self.package = Some(dependency);
        self
    }

    /// Says that the contender is the standard library's; the compiler's version is stored with each number.
    #[must_use]
    pub const fn from_std(self) -> Self {
        self.package(STD)
    }

    /// Says what a reader must know to read the number.
    #[must_use]
    pub const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Says what the contender can do and others of its contract cannot, or the other way round: words such as `bounded`,
    /// `asynchronous too`, `keys in order`, `reads may be stale`.
    #[must_use]
    pub const fn can(mut self, capabilities: &'static [&'static str]) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Says that waiting threads sleep, so that idle processor time is no sign of lost parallelism.
    #[must_use]
    pub const fn blocks(mut self) -> Self {
        self.blocks = true;
        self
    }

    /// Marks the row as the same loop with no primitive at all.
    #[must_use]
    pub const fn floor(mut self) -> Self {
        self.role = Role::Floor;
        self
    }

    /// Marks the row as what cannot be beaten: no sharing.
    #[must_use]
    pub const fn bound(mut self) -> Self {
        self.role = Role::Bound;
        self
    }

    /// Leaves the row to the full set.
    #[must_use]
    pub const fn full_set_only(mut self) -> Self {
        self.curated = false;
        self
    }

    /// The row's id.
    pub const fn id(&self) -> &'static str {
        self.id
    }
}

impl<C: Contract> Clone for Contender<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Contract> Copy for Contender<C> {}

impl<C: Contract> fmt::Debug for Contender<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("id", &self.id).finish_non_exhaustive()
    }
}

fn start<C: Admits<T>, T>(workload: &C::Workload, setting: &Setting) -> Prepared {
    Prepared::new(<C as Admits<T>>::trial(workload, setting), setting.threads)
}
