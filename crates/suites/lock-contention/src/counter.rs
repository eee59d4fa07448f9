//! The contract of counters: every thread adds one, none gets lost, and now and then somebody reads the sum.

use contend_harness::tape::{self, KeyDistribution, Plan, Tape};
use contend_harness::{
    Account, Admits, Contract, Observation, Setting, Share, Trial, Worker, Workload, WrongResult, stride,
};
use crossbeam_utils::CachePadded;

/// Increments or reads per look at the stop flag.
const STRIDE: u64 = stride(64);

/// A number that threads add to.
pub trait Counter: Send + Sync + 'static {
    /// What one thread adds through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// A counter at 0 for `threads` threads.
    fn new(threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Adds one. This is what is measured.
    fn add_one(handle: &mut Self::Handle<'_>);

    /// The sum of all that was added. Called when no handle is alive, and by [`Counter::read`].
    fn total(&self) -> u64;

    /// The sum while other threads add: no less than this thread has seen or added before. This is what is measured.
    #[inline(always)]
    fn read(&self, _handle: &mut Self::Handle<'_>) -> u64 {
        self.total()
    }

    /// Why this cannot do `workload`, if so.
    fn refusal(_workload: &Counting) -> Option<&'static str> {
        None
    }
}

/// Who increments, and who reads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Counting {
    /// Every thread increments, all the time.
    Increments,
    /// Every thread increments, and reads the sum in one operation of 1,000.
    IncrementsAndReads,
    /// The last thread reads the sum all the time, and the others increment.
    OneReader,
}

impl Counting {
    /// Without a reader, with a rare one, with one all the time.
    pub fn all() -> Vec<Self> {
        vec![Self::Increments, Self::IncrementsAndReads, Self::OneReader]
    }

    /// Increments in thousandths, where a tape says which operation is one.
    fn increments_permille(&self) -> Option<u32> {
        (*self == Self::IncrementsAndReads).then_some(999)
    }
}

impl Workload for Counting {
    fn id(&self) -> String {
        let reads = match self {
            Self::Increments => "",
            Self::IncrementsAndReads => "-read-one-in-1000",
            Self::OneReader => "-one-reader",
        };
        format!("counter-increment{reads}")
    }

    fn question(&self) -> String {
        match self {
            Self::Increments => "What does it cost to count an event that every thread counts?",
            Self::IncrementsAndReads => {
                "What does it cost to count an event, if one operation in 1,000 reads the sum?"
            }
            Self::OneReader => {
                "What does it cost to count an event, while one thread reads the sum all the time?"
            }
        }
        .to_owned()
    }

    fn analysis(&self) -> &'static str {
        match self {
            Self::Increments => {
                "The least that threads can share. A lock, an addition and a compare-and-swap loop all move one cache line from core to \
                 core, so each further thread makes them slower. Striped counters and those of each thread share nothing while \
                 they count, and pay when the sum is read. `striped-unpadded` is the same without padding: what it is slower is false \
                 sharing."
            }
            Self::IncrementsAndReads | Self::OneReader => "",
        }
    }

    fn curated(&self) -> bool {
        *self == Self::Increments
    }
}

/// The contract of types with [`Counter`].
#[derive(Debug)]
pub enum Counters {}

impl Contract for Counters {
    type Workload = Counting;
    const NAME: &'static str = "counters";
    const GUARANTEES: &'static str = "no increment is lost, and no sum that is read goes down or runs ahead";

    fn refusal(workload: &Counting, threads: usize) -> Option<&'static str> {
        (*workload == Counting::OneReader && threads == 1)
            .then_some("one that reads and one that counts are two threads")
    }
}

impl<T: Counter> Admits<T> for Counters {
    fn trial(workload: &Counting, setting: &Setting) -> impl Trial {
        let tapes = workload.increments_permille().map(|write_permille| {
            let plan = Plan { keys: 1, distribution: KeyDistribution::OneHot, write_permille };
            Tape::draw_all(&plan, setting.seed, setting.threads)
        });
        CounterTrial {
            counter: CachePadded::new(T::new(setting.threads)),
            counting: workload.clone(),
            tapes: tapes.unwrap_or_default(),
            expected: 0,
            last_slice: None,
        }
    }

    fn refusal_of(workload: &Counting, _threads: usize) -> Option<&'static str> {
        T::refusal(workload)
    }
}

struct CounterTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    counter: CachePadded<T>,
    counting: Counting,
    /// Which operation of which worker reads; none where workers do only one of both.
    tapes: Vec<Tape>,
    expected: u64,
    last_slice: Option<Share>,
}

/// What one worker read.
#[derive(Default)]
struct Seen {
    /// Reads among the operations that are counted.
    counted_reads: u64,
    last: u64,
    /// A sum was less than one before it, or less than what had been added for certain.
    went_down: bool,
}

impl Seen {
    /// Looks at a sum that cannot be less than `least`.
    #[inline(always)]
    fn look(&mut self, sum: u64, least: u64) {
        self.went_down |= sum < self.last || sum < least;
        self.last = sum;
    }
}

impl<T: Counter> CounterTrial<T> {
    fn increment_and_read(&self, worker: &mut Worker<'_>) -> Seen {
        let tape = &self.tapes[worker.index()];
        let mut handle = self.counter.handle(worker.index());
        let mut seen = Seen::default();
        worker.measure(tape::STRIDE as u64, |first| {
            for entry in tape.stride(first) {
                if entry.writes() {
                    T::add_one(&mut handle);
                } else {
                    // What this thread itself has added in the strides before.
                    let least = first - seen.counted_reads.min(first);
                    seen.look(self.counter.read(&mut handle), least);
                    seen.counted_reads += 1;
                }
            }
            tape::STRIDE as u64
        });
        seen
    }

    fn read_all_the_time(&self, worker: &mut Worker<'_>) -> Seen {
        let mut handle = self.counter.handle(worker.index());
        let mut seen = Seen::default();
        worker.assist(|| {
            for _ in 0..STRIDE {
                seen.look(self.counter.read(&mut handle), self.expected);
            }
            true
        });
        seen
    }

    fn increment(&self, worker: &mut Worker<'_>) -> Seen {
        let mut handle = self.counter.handle(worker.index());
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                T::add_one(&mut handle);
            }
            STRIDE
        });
        Seen::default()
    }
}

impl<T: Counter> Trial for CounterTrial<T> {
    type Report = Seen;

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        match self.counting {
            Counting::IncrementsAndReads => self.increment_and_read(worker),
            Counting::OneReader if worker.index() == worker.threads() - 1 => self.read_all_the_time(worker),
            Counting::Increments | Counting::OneReader => self.increment(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        let ops: u64 = accounts.iter().map(|account| account.ops).sum();
        let reads: u64 = accounts.iter().map(|account| account.report.counted_reads).sum();
        let target = self.counting.increments_permille();
        self.last_slice =
            target.map(|target_permille| Share { target_permille, count: ops - reads, of: ops });
        self.expected += ops - reads;
        if accounts.iter().any(|account| account.report.went_down) {
            return Err(WrongResult::new("a sum that was read was less than what had been added before"));
        }
        WrongResult::unless_equal("sum of all increments", self.expected, self.counter.total())?;
        if let Some(last) =
            accounts.iter().map(|account| account.report.last).find(|last| *last > self.expected)
        {
            return Err(WrongResult::new(format!(
                "the sum {last} was read, of {} increments",
                self.expected
            )));
        }
        if self.counting != Counting::OneReader {
            return Ok(());
        }
        let now = self.counter.read(&mut self.counter.handle(accounts.len() - 1));
        WrongResult::unless_equal("sum that is read when nobody adds", self.expected, now)
    }

    fn observe(&self) -> Observation {
        Observation { writes: self.last_slice, hits: None, overlap_permille: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::time::Duration;

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const GOES_DOWN: u8 = 2;
    const STANDS_STILL: u8 = 3;
    const RUNS_AHEAD: u8 = 4;
    const GOES_DOWN_FOR_A_READER: u8 = 5;

    /// A sum with a fault in every tenth increment, or in its reads.
    struct Faulty<const FAULT: u8> {
        total: AtomicU64,
        /// Increments of [`LOSES`] that are lost. Reads have them all the same: a thread that has added while the other had no core
        /// would miss its own.
        lost: AtomicU64,
        reads: AtomicU64,
        /// Reads show the fault of [`GOES_DOWN_FOR_A_READER`].
        dips: AtomicBool,
    }

    impl<const FAULT: u8> Counter for Faulty<FAULT> {
        type Handle<'a> = (&'a Self, u64);

        fn new(_threads: usize) -> Self {
            Self {
                total: AtomicU64::new(0),
                lost: AtomicU64::new(0),
                reads: AtomicU64::new(0),
                dips: AtomicBool::new(false),
            }
        }

        fn handle(&self, _worker: usize) -> (&Self, u64) {
            (self, 0)
        }

        fn add_one((counter, added): &mut (&Self, u64)) {
            *added += 1;
            let is_lost = FAULT == LOSES && added.is_multiple_of(10);
            let sum = if is_lost { &counter.lost } else { &counter.total };
            sum.fetch_add(1, Ordering::SeqCst);
            if FAULT == GOES_DOWN_FOR_A_READER && *added == 1 {
                // The first increment of each slice: a check under load may see no slice of many.
                // Three reads are over when a fourth has begun, and among three is a whole sum before a half.
                counter.dips.store(true, Ordering::SeqCst);
                let reads = counter.reads.load(Ordering::SeqCst);
                while counter.reads.load(Ordering::SeqCst) < reads + 4 {
                    std::thread::yield_now();
                }
                counter.dips.store(false, Ordering::SeqCst);
            }
        }

        fn total(&self) -> u64 {
            self.total.load(Ordering::SeqCst)
        }

        fn read(&self, _handle: &mut (&Self, u64)) -> u64 {
            let is_odd = self.reads.fetch_add(1, Ordering::SeqCst) % 2 == 1;
            match FAULT {
                GOES_DOWN if is_odd => self.total() / 2,
                GOES_DOWN_FOR_A_READER if is_odd && self.dips.load(Ordering::SeqCst) => self.total() / 2,
                STANDS_STILL => 0,
                RUNS_AHEAD => self.total() + 1_000_000,
                _ => self.total() + self.lost.load(Ordering::SeqCst),
            }
        }
    }

    fn fault<const FAULT: u8>(counting: &Counting, threads: usize) -> Option<String> {
        let rows = vec![Contender::<Counters>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![counting.clone()], rows);
        let checked = check(&suite.cells(&[threads])[0], 42, &Cores::detect(), Duration::from_secs(60));
        checked.fault.map(|fault| format!("{fault:?}"))
    }

    #[track_caller]
    fn check_fault<const FAULT: u8>(counting: &Counting, threads: usize, expected: &str) {
        let found = fault::<FAULT>(counting, threads).expect("the fault is found");
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn a_counter_without_a_fault_passes() {
        for counting in Counting::all() {
            assert_eq!(fault::<NONE>(&counting, 2), None, "{counting:?}");
        }
    }

    #[test]
    fn a_lost_increment_is_found() {
        for counting in Counting::all() {
            check_fault::<LOSES>(&counting, 2, "sum of all increments");
        }
    }

    #[test]
    fn a_wrong_read_is_found() {
        check_fault::<GOES_DOWN>(&Counting::IncrementsAndReads, 1, "less than what had been added");
        check_fault::<STANDS_STILL>(&Counting::IncrementsAndReads, 1, "less than what had been added");
        check_fault::<RUNS_AHEAD>(&Counting::IncrementsAndReads, 1, "was read, of");
        check_fault::<GOES_DOWN_FOR_A_READER>(&Counting::OneReader, 2, "less than what had been added");
        check_fault::<STANDS_STILL>(&Counting::OneReader, 2, "sum");
        check_fault::<RUNS_AHEAD>(&Counting::OneReader, 2, "sum");
    }

    /// Numbers of `counter-increment` are compared with those of the time when it was the only one.
    #[test]
    fn the_first_workload_is_defined_as_ever() {
        assert_eq!(Counting::Increments.definition(), "Increments");
        let ids: Vec<String> = Counting::all().iter().map(Workload::id).collect();
        assert_eq!(
            ids,
            ["counter-increment", "counter-increment-read-one-in-1000", "counter-increment-one-reader"]
        );
    }
}
