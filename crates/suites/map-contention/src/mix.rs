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

    fn analysis(&self) -> &'static str {
        match self.id.as_str() {
            "read-only" => {
                "Many services fill a map when they start and only look things up from then on. What differs is what a lookup \
                 writes: the word of a lock, a count of readers or an epoch is a cache line that all threads take from each other, \
                 and a map whose readers write nothing shared scales with them. `per-thread` shares nothing at all: what is \
                 missing to it is the price of sharing."
            }
            "read-99-insert-1" => {
                "A registry or a cache that still grows: one operation in a hundred inserts a key that was not there. Under one \
                 readers-writer lock each insert stops all readers; shards make that rarer, and maps without locks pay with \
                 memory that they free later."
            }
            "read-80-set-20" => {
                "Sessions, or counts by key: a fifth of the operations replace a value. Locks are taken for writing all the time, so \
                 what counts is how many there are and how long each is held. Maps that allocate a node for each new value show \
                 it in the processor time, and in `contend figures`."
            }
            "hot-key-read-80-set-20" => {
                "Real keys are not equally popular, and at worst all operations name the same one. Shards are of no use then, and what \
                 is left is how a map treats one entry. Who wins with many keys and loses here owes its place there to its \
                 shards."
            }
            "hasher-read-only" => {
                "The same map and the same keys with other hash functions, so rows differ in hashing alone. It says how much of a \
                 difference between two maps their default hashers can make. What a hasher does against keys that an attacker \
                 chose is no number: the notes say it."
            }
            _ => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let popularity = match self.plan.distribution {
            KeyDistribution::Uniform => "uniform",
            KeyDistribution::Zipf { .. } => "zipf",
            KeyDistribution::OneHot => "one",
        };
        // A name is all that tells, because the definition says what it said when keys were texts only.
        let of_integers = self.id.starts_with(u64::PREFIX) || self.id.starts_with("ycsb");
        let writes = if self.write == Write::Set { "set" } else { "insert" };
        vec![
            ("reads", (100.0 - f64::from(self.plan.write_permille) / 10.0).to_string()),
            ("keys", if of_integers { "integer" } else { "string" }.to_owned()),
            ("popularity", popularity.to_owned()),
            ("writes", if self.plan.write_permille == 0 { "none" } else { writes }.to_owned()),
            ("hits", "100".to_owned()),
        ]
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
