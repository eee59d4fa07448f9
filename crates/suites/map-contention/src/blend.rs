//! Other benchmarks' blends of operations, on keys that threads share and with a hit rate that is known.
//!
//! ```text
//! zone       keys of it           operations
//! Staying    are always there     lookups that hit, replacements, updates
//! Changing   come and go          inserts and removals, and lookups of which a known share hits
//! Absent     are never there      lookups that miss
//! ```
//!
//! A map begins with as many changing keys as its inserts and removals leave in the long run, so that neither its size
//! nor its hit rate drifts.

mod lists;
mod steps;
mod trial;

pub(crate) use trial::{BlendTrial, Done};

use crate::key::Key;
use crate::map::{Map, refusal};
use contend_harness::Workload;
use contend_harness::tape::{BLOCK, KeyDistribution};

/// Keys of one zone from which on no map is asked that copies all of them for each write.
///
/// Chosen here because such a write takes a millisecond, and a slice has tens of thousands of them.
const MOST_COPIED: usize = 50_000;

/// What one operation does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
enum Op {
    /// Looks a key up.
    Get,
    /// Replaces the value of a key, if it is there.
    Set,
    /// Gives a key a value, there or not.
    Insert,
    /// Gives a key a value if it has none, or takes the one that it has.
    InsertAbsent,
    /// Removes a key.
    Remove,
    /// Adds one to the value of a key.
    Update,
}

/// Which keys an operation is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Zone {
    /// Those that are always there.
    Staying,
    /// Those that come and go.
    Changing,
    /// Those that are never there.
    Absent,
}

/// So many operations in a thousand.
#[derive(Clone, Copy, Debug)]
struct Part {
    op: Op,
    zone: Zone,
    permille: u32,
}

/// What decides the operations, and the entries before the first.
#[derive(Clone, Debug)]
struct Recipe {
    parts: Vec<Part>,
    staying: usize,
    changing: usize,
    distribution: KeyDistribution,
}

/// Threads do operations of several kinds, at random but in fixed shares.
#[derive(Clone, Debug)]
pub struct Blend {
    id: String,
    question: String,
    recipe: Recipe,
}

impl Recipe {
    /// The same with few keys where code is not optimized, which is never measured.
    fn scaled(&self) -> Self {
        let most = if cfg!(debug_assertions) { 500 } else { usize::MAX };
        Self { staying: self.staying.min(most), changing: self.changing.min(most), ..self.clone() }
    }

    /// Operations in a thousand for which `is` holds.
    fn permille(&self, is: impl Fn(Op, Zone) -> bool) -> u32 {
        self.parts.iter().filter(|part| is(part.op, part.zone)).map(|part| part.permille).sum()
    }

    fn has(&self, op: Op) -> bool {
        self.permille(|of, _| of == op) > 0
    }

    /// Keys of `zone`.
    fn keys(&self, zone: Zone) -> usize {
        match zone {
            Zone::Staying => self.staying,
            Zone::Changing => self.changing,
            Zone::Absent if self.permille(|_, of| of == Zone::Absent) > 0 => self.staying.max(self.changing),
            Zone::Absent => 0,
        }
    }

    /// Index of the first key of `zone`.
    fn first(&self, zone: Zone) -> usize {
        match zone {
            Zone::Staying => 0,
            Zone::Changing => self.staying,
            Zone::Absent => self.staying + self.changing,
        }
    }

    /// Keys of all zones.
    fn all_keys(&self) -> usize {
        self.first(Zone::Absent) + self.keys(Zone::Absent)
    }

    /// Changing keys, in thousandths, that are there in the long run: each is as its last insert or removal left it.
    fn there_permille(&self) -> u32 {
        let inserts =
            self.permille(|op, zone| zone == Zone::Changing && matches!(op, Op::Insert | Op::InsertAbsent));
        let removals = self.permille(|op, _| op == Op::Remove);
        (inserts * 1000).checked_div(inserts + removals).unwrap_or(500)
    }

    /// The entries before the first operation: the changing ones are spread evenly.
    fn entries(&self) -> impl Iterator<Item = usize> {
        let there = self.there_permille() as usize;
        let is_there = move |key: &usize| (key + 1) * there / 1000 > key * there / 1000;
        (0..self.staying).chain((0..self.changing).filter(is_there).map(|key| key + self.staying))
    }

    fn writes_permille(&self) -> u32 {
        self.permille(|op, _| op != Op::Get)
    }

    /// Lookups that find their key, in thousandths; `None` where there are no lookups.
    fn hits_permille(&self) -> Option<u32> {
        let of = |zone| self.permille(|op, found| op == Op::Get && found == zone);
        let hits = of(Zone::Staying) * 1000 + of(Zone::Changing) * self.there_permille();
        hits.checked_div(self.permille(|op, _| op == Op::Get))
    }

    /// Whether lookups are of changing keys, so that their hits are known in the long run only.
    fn looks_at_changing(&self) -> bool {
        self.permille(|op, zone| op == Op::Get && zone == Zone::Changing) > 0
    }
}

impl Blend {
    /// Why maps of type `T` cannot do it, if so.
    pub(crate) fn refusal_of<K: Key, T: Map<K>>(&self, threads: usize) -> Option<&'static str> {
        let recipe = &self.recipe;
        let needs_exact = recipe.has(Op::Insert) || recipe.has(Op::Remove);
        let is_large = recipe.writes_permille() > 0 && recipe.staying.max(recipe.changing) >= MOST_COPIED;
        let replaces = [Op::Set, Op::Insert, Op::Update].into_iter().any(|op| recipe.has(op));
        let may_miss = replaces && recipe.has(Op::Get) && threads > 1;
        let reasons = [
            needs_exact.then(refusal::unless_exact::<K, T>),
            recipe.has(Op::Update).then(refusal::unless_updates::<K, T>),
            recipe.has(Op::InsertAbsent).then(refusal::unless_inserts_absent::<K, T>),
            may_miss.then(refusal::if_misses::<K, T>),
            is_large.then(refusal::if_copies::<K, T>),
        ];
        reasons.into_iter().flatten().flatten().next()
    }
}

impl Workload for Blend {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn question(&self) -> String {
        self.question.clone()
    }

    fn curated(&self) -> bool {
        false
    }

    /// Without the question, which may be said better one day.
    fn definition(&self) -> String {
        format!("{:?}", self.recipe)
    }
}

/// A recipe's shares are those of one [`BLOCK`] of operations.
const _: () = assert!(BLOCK == 1000);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all() -> Vec<Blend> {
        [Blend::integer(), Blend::text()].concat()
    }

    #[test]
    fn shares_are_of_a_thousand_and_of_keys_that_there_are() {
        for Blend { id, recipe, .. } in all() {
            assert_eq!(recipe.permille(|_, _| true), 1000, "{id}");
            assert!(recipe.parts.iter().all(|part| recipe.keys(part.zone) > 0), "{id}");
            assert!(recipe.permille(|op, zone| zone == Zone::Absent && op != Op::Get) == 0, "{id}");
            assert!(recipe.permille(|op, zone| zone == Zone::Changing && op == Op::Update) == 0, "{id}");
        }
    }

    #[test]
    fn maps_begin_as_they_stay() {
        #[track_caller]
        fn check(id: &str, there_permille: u32, entries: usize, hits_permille: Option<u32>) {
            let blend = all().into_iter().find(|blend| blend.id == id).expect("there is one");
            assert_eq!(blend.recipe.there_permille(), there_permille);
            assert_eq!(blend.recipe.entries().count(), entries);
            assert_eq!(blend.recipe.hits_permille(), hits_permille);
            let distinct: BTreeSet<usize> = blend.recipe.entries().collect();
            assert_eq!(distinct.len(), entries);
        }
        check("integer-read-99-of-100k", 500, 112_500, Some(1000));
        check("bustle-uniform", 666, 26_640, Some(666));
        check("boost-load-zipf-099", 500, 100_000, Some(500));
        check("sync-map-mostly-misses", 500, 1_024, Some(1));
        check("update-hot-8", 500, 8, None);
        check("jctools-get-50", 500, 50_000, Some(500));
    }
}
