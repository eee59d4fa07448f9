//! The key-value store of the articles: a lookup, and a count of the requests that were served.

use crate::map::Kind;
use contend_harness::keys::user_key;
use contend_harness::tape::{KeyDistribution, Plan, STRIDE, Tape, overlap_permille};
use contend_harness::{
    Account, Admits, Contract, Observation, Setting, Share, Trial, Worker, Workload, WrongResult,
};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// Keys in the store, as in the articles.
const KEYS: usize = 1_000;

/// A store that counts its requests.
pub trait Store: Send + Sync + 'static {
    /// What one thread sends requests through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// Whether there is a store at all.
    const KIND: Kind = Kind::Shared;

    /// A store for `threads` threads in which `keys[i]` has the value `i`.
    fn new(keys: &[String], threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Looks `key` up and counts the request. This is what is measured.
    fn request(handle: &mut Self::Handle<'_>, key: &str) -> Option<u64>;

    /// Requests that were counted. Called when no handle is alive.
    fn requests(&self) -> u64;
}

/// Every thread looks keys up, all the time.
#[derive(Clone, Debug)]
pub struct Lookup;

impl Lookup {
    const PLAN: Plan = Plan { keys: KEYS, distribution: KeyDistribution::Uniform, write_permille: 0 };
}

impl Workload for Lookup {
    fn id(&self) -> String {
        "kv-store".to_owned()
    }

    fn question(&self) -> String {
        "How much faster is a key-value store of 1,000 keys if its statistics need no mutex?".to_owned()
    }

    fn analysis(&self) -> &'static str {
        "The key-value store of the articles in three stages: two mutexes, a readers-writer lock and an atomic count, and shards with \
         striped counts. The articles state a factor for each step. Which step pays, and from how many threads on, is what this \
         table says of the machine at hand."
    }

    fn curated(&self) -> bool {
        true
    }

    fn definition(&self) -> String {
        format!("{self:?} {:?}", Self::PLAN)
    }
}

/// The contract of types with [`Store`].
#[derive(Debug)]
pub enum Stores {}

impl Contract for Stores {
    type Workload = Lookup;
    const NAME: &'static str = "stores";
    const GUARANTEES: &'static str = "no request is lost, and none gets another key's value";
    const PLACED: bool = true;
}

impl<T: Store> Admits<T> for Stores {
    fn trial(_workload: &Lookup, setting: &Setting) -> impl Trial {
        let keys: Vec<String> = (0..KEYS).map(user_key).collect();
        let tapes = Tape::draw_all(&Lookup::PLAN, setting.seed, setting.threads);
        StoreTrial {
            store: CachePadded::new(T::new(&keys, setting.threads)),
            observation: Observation {
                writes: None,
                hits: None,
                overlap_permille: overlap_permille(&tapes, KEYS),
            },
            keys,
            tapes,
            expected: 0,
        }
    }
}

struct StoreTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    store: CachePadded<T>,
    keys: Vec<String>,
    tapes: Vec<Tape>,
    expected: u64,
    observation: Observation,
}

/// What one worker saw.
struct Seen {
    hits: u64,
    /// 0 unless a request gave another key's value.
    foreign: u64,
}

impl<T: Store> Trial for StoreTrial<T> {
    type Report = Seen;

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        let (tape, keys) = (&self.tapes[worker.index()], &self.keys[..]);
        let mut handle = self.store.handle(worker.index());
        let mut seen = Seen { hits: 0, foreign: 0 };
        worker.measure(STRIDE as u64, |first| {
            for entry in tape.stride(first) {
                if let Some(value) = black_box(T::request(&mut handle, &keys[entry.key()])) {
                    seen.hits += 1;
                    seen.foreign |= value ^ entry.key() as u64;
                }
            }
            STRIDE as u64
        });
        seen
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        let ops: u64 = accounts.iter().map(|account| account.ops).sum();
        let hits = accounts.iter().map(|account| account.report.hits).sum();
        self.observation.hits = Some(Share { target_permille: 1000, count: hits, of: ops });
        self.expected += ops;
        if T::KIND != Kind::Floor && accounts.iter().any(|account| account.report.foreign != 0) {
            return Err(WrongResult::new("a request gave another key's value"));
        }
        WrongResult::unless_equal("requests that were counted", self.expected, self.store.requests())
    }

    fn observe(&self) -> Observation {
        self.observation
    }
}
