//! The map as a whole: visited while it is written to, and counted.

use crate::key::Key;
use crate::map::{Kind, Map, refusal};
use crate::model::{Contents, foreign, initial, stamp};
use contend_harness::tape::{KeyDistribution, Plan, Tape};
use contend_harness::{Account, Setting, Trial, Worker, Workload, WrongResult, stride};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// Keys in the map.
///
/// Source: `BenchmarkMapRange` of Go's `sync`, which others copied.
const KEYS: usize = 1_024;

/// Iterations per look at the stop flag: one takes microseconds.
const ITERATIONS: u64 = stride(1);

/// Counts per look at the stop flag.
const COUNTS: u64 = stride(64);

/// What an operation is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Whole {
    /// Each entry is visited; meanwhile, the first thread replaces values.
    Entries,
    /// The number of entries is asked for.
    Number,
}

/// Threads look at the whole map at once.
#[derive(Clone, Debug)]
pub struct Scan {
    id: &'static str,
    whole: Whole,
}

impl Scan {
    /// Integer keys.
    pub fn all() -> Vec<Self> {
        vec![
            Self { id: "iterate-while-one-writes", whole: Whole::Entries },
            Self { id: "len", whole: Whole::Number },
        ]
    }

    /// Why no map can do it with `threads` threads, if so.
    pub(crate) fn refusal(&self, threads: usize) -> Option<&'static str> {
        (self.whole == Whole::Entries && threads < 2).then_some("one thread writes while the others iterate")
    }

    /// Why maps of type `T` cannot do it, if so.
    pub(crate) fn refusal_of<K: Key, T: Map<K>>(&self) -> Option<&'static str> {
        match self.whole {
            Whole::Entries => refusal::unless_iterates::<K, T>(),
            Whole::Number => refusal::unless_counts::<K, T>(),
        }
    }
}

impl Workload for Scan {
    fn id(&self) -> String {
        self.id.to_owned()
    }

    fn question(&self) -> String {
        match self.whole {
            Whole::Entries => {
                "Which map, if threads visit all of 1,024 entries, and another one tries to replace their values?"
                    .to_owned()
            }
            Whole::Number => "Which map, if all threads ask how many entries there are?".to_owned(),
        }
    }

    fn curated(&self) -> bool {
        false
    }
}

/// A filled map, and what its writer writes.
pub(crate) struct ScanTrial<K, T> {
    whole: Whole,
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    map: CachePadded<T>,
    keys: Vec<K>,
    tape: Tape,
    contents: Contents,
}

/// What one worker saw, or wrote.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Entries that were visited, or counted.
    entries: u64,
    /// 0 unless a value was that of no key of ours.
    foreign: u64,
    written: u64,
    /// Writes that found their key.
    replaced: u64,
}

impl<K: Key, T: Map<K>> ScanTrial<K, T> {
    pub(crate) fn new(scan: &Scan, setting: &Setting) -> Self {
        let map = CachePadded::new(T::with_capacity(KEYS, setting.threads));
        let keys: Vec<K> = (0..KEYS).map(K::user).collect();
        let owners = if T::KIND == Kind::PerThread { setting.threads } else { 1 };
        for owner in 0..owners {
            let entries = keys.iter().enumerate().map(|(index, key)| (key.clone(), initial(index)));
            T::fill(&mut map.handle(owner), entries);
        }
        let plan = Plan { keys: KEYS, distribution: KeyDistribution::Uniform, write_permille: 1000 };
        let tape = Tape::draw(&plan, setting.seed, 0);
        Self { whole: scan.whole, map, keys, tape, contents: Contents::new(KEYS) }
    }

    fn iterate(&self, worker: &mut Worker<'_>) -> Seen {
        let mut handle = self.map.handle(worker.index());
        let mut seen = Seen::default();
        worker.measure(ITERATIONS, |_| {
            T::for_each(&mut handle, |_, value| {
                seen.entries += 1;
                seen.foreign |= u64::from(foreign(value, 0) >= KEYS as u64);
            });
            ITERATIONS
        });
        seen
    }

    fn write(&self, worker: &mut Worker<'_>) -> Seen {
        let mut handle = self.map.handle(worker.index());
        let mut seen = Seen::default();
        worker.assist(|| {
            for entry in self.tape.stride(seen.written) {
                let value = stamp(entry.key(), 0, seen.written);
                seen.replaced += u64::from(T::set(&mut handle, &self.keys[entry.key()], value));
                seen.written += 1;
            }
            true
        });
        seen
    }

    fn count(&self, worker: &mut Worker<'_>) -> Seen {
        let mut handle = self.map.handle(worker.index());
        let mut seen = Seen::default();
        worker.measure(COUNTS, |_| {
            for _ in 0..COUNTS {
                seen.entries += black_box(T::len(&mut handle)) as u64;
            }
            COUNTS
        });
        seen
    }

    fn check_writes(&mut self, seen: Seen) -> Result<(), WrongResult> {
        WrongResult::unless_equal("replacements that found their key", seen.written, seen.replaced)?;
        let mut handle = self.map.handle(0);
        let keys = &self.keys;
        self.contents.check(&[(0, &self.tape, seen.written)], |key| T::get(&mut handle, &keys[key]))
    }
}

impl<K: Key, T: Map<K>> Trial for ScanTrial<K, T> {
    type Report = Seen;

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        match (self.whole, worker.index()) {
            (Whole::Entries, 0) => self.write(worker),
            (Whole::Entries, _) => self.iterate(worker),
            (Whole::Number, _) => self.count(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        let writers = usize::from(self.whole == Whole::Entries);
        for Account { ops, report } in &accounts[writers..] {
            if report.foreign != 0 {
                return Err(WrongResult::new("an entry had no key's value"));
            }
            WrongResult::unless_equal("entries in all looks", ops * KEYS as u64, report.entries)?;
        }
        self.check_writes(accounts[0].report)
    }
}
