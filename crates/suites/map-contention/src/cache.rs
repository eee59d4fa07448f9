//! Bounded caches in front of something that is dear to load. No maps: what was put in may be gone, and which of the
//! entries goes is half of what is compared. How often a lookup finds its key is in the number, because each miss loads.

use crate::map::Kind;
use contend_harness::tape::{KeyDistribution, Plan, STRIDE, Tape};
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, work};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// Keys that are asked for again and again: fewer where code is not optimized, which is never measured.
const KEYS: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };

/// Entries of a cache that has not room for all keys.
const SMALL: usize = KEYS / 10;

/// Entries of a cache that has room for all, however unevenly it divides them.
const LARGE: usize = 2 * KEYS;

/// Part of its capacity that a cache may hold beyond it, as a divisor: shards round theirs up.
const SLACK_DIVISOR: usize = 8;

/// Bits of a key below its worker's number, where each key is new.
const NUMBER_BITS: u32 = 40;

/// A bounded cache of numbers.
pub trait Cache: Send + Sync + 'static {
    /// What one thread works through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// Whether there is a cache at all.
    const KIND: Kind = Kind::Shared;

    /// An empty cache for about `capacity` entries.
    fn new(capacity: usize) -> Self;

    /// The handle of the calling worker.
    fn handle(&self) -> Self::Handle<'_>;

    /// The value of `key`: the one that is there, or the one that `load` gives, which is kept if the cache thinks that it
    /// should be. This is what is measured.
    fn get_or_load(handle: &mut Self::Handle<'_>, key: u64, load: impl FnOnce() -> u64) -> u64;

    /// Entries that are there once all that was put off is done. Called when no handle is alive.
    fn held(&self) -> usize;
}

/// Which keys are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    /// All of [`KEYS`] equally often, and all of them fit.
    Fitting,
    /// Some of [`KEYS`] far more often than others.
    Zipf,
    /// One that nobody asked for before, each time.
    New,
}

/// Threads ask for keys through a cache.
#[derive(Clone, Debug)]
pub struct CacheUse {
    asked: Asked,
    /// Work units of loading a key.
    load: u64,
}

/// How much more popular some keys are: as YCSB has it.
const EXPONENT: f64 = 0.99;

impl CacheUse {
    /// Everything fits, nothing is asked for twice, and what lies between, with keys that cost nothing to load or something.
    pub fn all() -> Vec<Self> {
        let of = |asked, load| Self { asked, load };
        vec![of(Asked::Fitting, 0), of(Asked::New, 0), of(Asked::Zipf, 0), of(Asked::Zipf, 1000)]
    }

    fn capacity(&self) -> usize {
        if self.asked == Asked::Fitting { LARGE } else { SMALL }
    }

    fn plan(&self) -> Plan {
        let distribution = match self.asked {
            Asked::Zipf => KeyDistribution::Zipf { exponent: EXPONENT },
            Asked::Fitting | Asked::New => KeyDistribution::Uniform,
        };
        Plan { keys: KEYS, distribution, write_permille: 0 }
    }
}

impl Workload for CacheUse {
    fn id(&self) -> String {
        match self.asked {
            Asked::Fitting => "cache-hits".to_owned(),
            Asked::New => "cache-misses".to_owned(),
            Asked::Zipf => format!("cache-zipf-load-{}", self.load),
        }
    }

    fn question(&self) -> String {
        match self.asked {
            Asked::Fitting => "Which bounded cache, if everything fits into it?".to_owned(),
            Asked::New => "Which bounded cache of 1,000 entries, if no key is asked for twice?".to_owned(),
            Asked::Zipf => format!(
                "Which bounded cache of 1,000 entries for 10,000 keys, some far more popular (Zipf {EXPONENT}), if \
                 loading one takes {} work units?",
                self.load
            ),
        }
    }

    fn analysis(&self) -> &'static str {
        match (self.asked, self.load) {
            (Asked::Fitting, _) => {
                "A cache in which all is found: what a lookup costs beside that of a map, because a cache takes down \
                 which keys were asked for. Set it beside `integer-read-only`."
            }
            (Asked::Zipf, 1..) => {
                "A tenth of the keys fit, and a miss costs about a microsecond. Most of the time is loading, so a cache \
                 that keeps the right keys wins even where its own calls cost more; `cache-zipf-load-0` has the same \
                 without the loading."
            }
            _ => "",
        }
    }

    fn curated(&self) -> bool {
        self.asked == Asked::Fitting || self.load > 0
    }

    fn definition(&self) -> String {
        format!("{self:?} {:?} {}", self.plan(), self.capacity())
    }
}

/// The contract of types with [`Cache`].
#[derive(Debug)]
pub enum Caches {}

impl Contract for Caches {
    type Workload = CacheUse;
    const NAME: &'static str = "bounded caches";
    const GUARANTEES: &'static str =
        "no lookup gives another key's value, what fits stays, and no more is kept than may be";
    const PLACED: bool = true;
}

impl<T: Cache> Admits<T> for Caches {
    fn trial(workload: &CacheUse, setting: &Setting) -> impl Trial {
        let cache = CachePadded::new(T::new(workload.capacity()));
        {
            let mut handle = cache.handle();
            for key in 0..workload.capacity().min(KEYS) as u64 {
                T::get_or_load(&mut handle, key, || value_of(key));
            }
        }
        CacheTrial {
            cache,
            tapes: Tape::draw_all(&workload.plan(), setting.seed, setting.threads),
            begins: vec![0; setting.threads],
            cache_use: workload.clone(),
        }
    }
}

struct CacheTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    cache: CachePadded<T>,
    tapes: Vec<Tape>,
    /// Where each worker goes on: a cache remembers the slices before, and would know a beginning that comes again.
    begins: Vec<u64>,
    cache_use: CacheUse,
}

/// What one worker saw.
#[derive(Default)]
struct Seen {
    loads: u64,
    /// 0 unless a lookup gave another key's value.
    foreign: u64,
}

fn value_of(key: u64) -> u64 {
    // Odd, so that no two keys have one value.
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl<T: Cache> CacheTrial<T> {
    #[inline(always)]
    fn ask(&self, handle: &mut T::Handle<'_>, key: u64, seen: &mut Seen) {
        let units = self.cache_use.load;
        let value = T::get_or_load(handle, key, || {
            seen.loads += 1;
            if units > 0 {
                work(units, key);
            }
            value_of(key)
        });
        seen.foreign |= black_box(value) ^ value_of(key);
    }
}

impl<T: Cache> Trial for CacheTrial<T> {
    type Report = Seen;

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        let index = worker.index();
        let (tape, begin) = (&self.tapes[index], self.begins[index]);
        let mut handle = self.cache.handle();
        let mut seen = Seen::default();
        let own = (index as u64 + 1) << NUMBER_BITS;
        let is_new = self.cache_use.asked == Asked::New;
        worker.measure(STRIDE as u64, |first| {
            let first = begin + first;
            if is_new {
                for number in first..first + STRIDE as u64 {
                    self.ask(&mut handle, own | number, &mut seen);
                }
            } else {
                for entry in tape.stride(first) {
                    self.ask(&mut handle, entry.key() as u64, &mut seen);
                }
            }
            STRIDE as u64
        });
        seen
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        for (begin, account) in self.begins.iter_mut().zip(accounts) {
            *begin += account.ops;
        }
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        if accounts.iter().any(|account| account.report.foreign != 0) {
            return Err(WrongResult::new("a lookup gave another key's value"));
        }
        let loads = accounts.iter().map(|account| account.report.loads).sum();
        let ops = accounts.iter().map(|account| account.ops).sum();
        match self.cache_use.asked {
            Asked::Fitting => WrongResult::unless_equal("keys that were loaded although they fit", 0, loads)?,
            Asked::New => WrongResult::unless_equal("keys that were loaded, of new ones", ops, loads)?,
            Asked::Zipf => {}
        }
        let (capacity, held) = (self.cache_use.capacity(), self.cache.held());
        if held > capacity + capacity / SLACK_DIVISOR {
            return Err(WrongResult::new(format!("{held} entries are in a cache for {capacity}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::time::Duration;

    const NONE: u8 = 0;
    const FORGETS: u8 = 1;
    const FINDS_OTHERS: u8 = 2;
    const HOARDS: u8 = 3;
    const FINDS_ALL: u8 = 4;

    /// A cache that drops its smallest key for a new one, with a fault.
    struct Faulty<const FAULT: u8>(Mutex<BTreeMap<u64, u64>>, usize);

    impl<const FAULT: u8> Cache for Faulty<FAULT> {
        type Handle<'a> = &'a Self;

        fn new(capacity: usize) -> Self {
            Self(Mutex::default(), capacity)
        }

        fn handle(&self) -> &Self {
            self
        }

        fn get_or_load(handle: &mut &Self, key: u64, load: impl FnOnce() -> u64) -> u64 {
            let mut entries = handle.0.lock().unwrap();
            let asked = if FAULT == FINDS_OTHERS { key & !1 } else { key };
            if let Some(value) = entries.get(&asked) {
                return *value;
            }
            if FAULT == FINDS_ALL {
                return value_of(key);
            }
            let value = load();
            if FAULT != FORGETS {
                entries.insert(key, value);
            }
            if FAULT != HOARDS && entries.len() > handle.1 {
                entries.pop_first();
            }
            value
        }

        fn held(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }

    fn fault<const FAULT: u8>(workload: &str) -> Option<String> {
        let rows = vec![Contender::<Caches>::of::<Faulty<FAULT>>("faulty").blocks()];
        let uses = CacheUse::all().into_iter().filter(|cache_use| cache_use.id() == workload).collect();
        let suite = Suite::new("planted", "", "").family(uses, rows);
        let checked = check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60));
        checked.fault.map(|fault| format!("{fault:?}"))
    }

    #[track_caller]
    fn check_fault<const FAULT: u8>(workload: &str, expected: &str) {
        let found = fault::<FAULT>(workload).expect("the fault is found");
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn a_cache_without_a_fault_passes() {
        for cache_use in CacheUse::all() {
            assert_eq!(fault::<NONE>(&cache_use.id()), None, "{}", cache_use.id());
        }
    }

    #[test]
    fn faults_are_found() {
        check_fault::<FORGETS>("cache-hits", "loaded although they fit");
        check_fault::<FINDS_OTHERS>("cache-hits", "another key's value");
        check_fault::<FINDS_ALL>("cache-misses", "of new ones");
        check_fault::<HOARDS>("cache-misses", "entries are in a cache for");
        check_fault::<HOARDS>("cache-zipf-load-0", "entries are in a cache for");
    }

    #[test]
    fn ids_say_which_keys_are_asked_for() {
        let ids: Vec<String> = CacheUse::all().iter().map(Workload::id).collect();
        assert_eq!(ids, ["cache-hits", "cache-misses", "cache-zipf-load-0", "cache-zipf-load-1000"]);
    }
}
