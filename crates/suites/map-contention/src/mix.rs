//! The workloads of maps: how much is written, how, and which keys are popular.

use crate::key::Key;
use contend_harness::Workload;
use contend_harness::tape::{KeyDistribution, Plan};

/// Keys in the map, as in the articles: fewer where code is not optimized, which is never measured.
const KEYS: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };

/// What a writing operation does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Write {
    /// Replaces the value of a key that is there.
    Set,
    /// Inserts a key that is not there; after the slice it is removed again.
    InsertFresh,
}

/// Threads look keys up, and now and then write.
#[derive(Clone, Debug)]
pub struct Mix {
    id: String,
    pub(crate) plan: Plan,
    pub(crate) write: Write,
    /// The key is formatted for each operation, instead of beforehand.
    pub(crate) formats_keys: bool,
    curated: bool,
}

impl Mix {
    /// Text keys.
    pub fn text() -> Vec<Self> {
        let zipf = KeyDistribution::Zipf { exponent: 0.99 };
        vec![
            Self::of::<String>("read-only", 0).curated(),
            Self::of::<String>("read-99-insert-1", 10).inserting().curated(),
            Self::of::<String>("read-80-set-20", 200).curated(),
            Self::of::<String>("read-50-set-50", 500),
            Self::of::<String>("hot-key-read-only", 0).distributed(KeyDistribution::OneHot),
            Self::of::<String>("hot-key-read-80-set-20", 200).distributed(KeyDistribution::OneHot).curated(),
            Self::of::<String>("zipf-read-only", 0).distributed(zipf),
            Self::of::<String>("zipf-read-99-insert-1", 10).distributed(zipf).inserting(),
            Self::of::<String>("zipf-read-80-set-20", 200).distributed(zipf),
            Self::of::<String>("formatted-key-read-only", 0).formatting(),
        ]
    }

    /// Integer keys.
    pub fn integer() -> Vec<Self> {
        vec![
            Self::of::<u64>("read-only", 0),
            Self::of::<u64>("read-99-insert-1", 10).inserting(),
            Self::of::<u64>("read-80-set-20", 200),
            Self::of::<u64>("read-50-set-50", 500),
        ]
    }

    /// The core workloads A, B and C of YCSB: integer keys, a few of them far more popular.
    ///
    /// Source: <https://github.com/brianfrankcooper/YCSB>, `workloads/`. Not D: it reads what was inserted last, and which
    /// that is would have to be counted by all threads, beside the map that is measured.
    pub fn ycsb() -> Vec<Self> {
        let zipf = KeyDistribution::Zipf { exponent: 0.99 };
        [("ycsb-a", 500), ("ycsb-b", 50), ("ycsb-c", 0)]
            .map(|(id, write_permille)| {
                let mut mix = Self::of::<u64>("", write_permille).distributed(zipf);
                mix.id = id.to_owned();
                mix
            })
            .to_vec()
    }

    /// Lookups that differ in the hash function only.
    pub fn hashers<K: Key>() -> Vec<Self> {
        let mut mix = Self::of::<K>("hasher-read-only", 0);
        mix.curated = K::PREFIX.is_empty();
        vec![mix]
    }

    /// Whether values are replaced.
    pub(crate) fn replaces(&self) -> bool {
        self.write == Write::Set && self.plan.write_permille > 0
    }

    fn of<K: Key>(name: &str, write_permille: u32) -> Self {
        Self {
            id: format!("{}{name}", K::PREFIX),
            plan: Plan { keys: KEYS, distribution: KeyDistribution::Uniform, write_permille },
            write: Write::Set,
            formats_keys: false,
            curated: false,
        }
    }

    fn curated(mut self) -> Self {
        self.curated = true;
        self
    }

    fn inserting(mut self) -> Self {
        self.write = Write::InsertFresh;
        self
    }

    fn distributed(mut self, distribution: KeyDistribution) -> Self {
        self.plan.distribution = distribution;
        self
    }

    fn formatting(mut self) -> Self {
        self.formats_keys = true;
        self
    }
}

impl Workload for Mix {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn question(&self) -> String {
        let keys = match self.plan.distribution {
            KeyDistribution::Uniform => "10,000 keys".to_owned(),
            KeyDistribution::Zipf { exponent } => {
                format!("10,000 keys, some far more popular (Zipf {exponent})")
            }
            KeyDistribution::OneHot => "one key out of 10,000".to_owned(),
        };
        let formatted = if self.formats_keys { ", formatting the key each time" } else { "" };
        let percent = f64::from(self.plan.write_permille) / 10.0;
        match (self.plan.write_permille, self.write) {
            (0, _) => format!("Which map, if all threads only look up {keys}{formatted}?"),
            (_, Write::Set) => {
                format!("Which map, if {percent} % of the operations on {keys} replace a value?")
            }
            (_, Write::InsertFresh) => {
                format!(
                    "Which map, if all threads look up {keys} and {percent} % of the operations insert a new one?"
                )
            }
        }
    }

    fn curated(&self) -> bool {
        self.curated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_say_what_is_asked() {
        let questions: Vec<String> = Mix::text().iter().map(Workload::question).collect();
        assert_eq!(questions[0], "Which map, if all threads only look up 10,000 keys?");
        assert_eq!(
            questions[1],
            "Which map, if all threads look up 10,000 keys and 1 % of the operations insert a new one?"
        );
        assert_eq!(questions[2], "Which map, if 20 % of the operations on 10,000 keys replace a value?");
    }
}
