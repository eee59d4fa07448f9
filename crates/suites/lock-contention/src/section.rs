//! The contract of locks: critical sections of a known length, with work of a known length between them.

use contend_harness::tape::{KeyDistribution, Plan, STRIDE, Tape};
use contend_harness::{
    Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride, work,
};
use crossbeam_utils::CachePadded;

/// What a lock protects: a count that loses nothing, and a state that the section works on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Protected {
    entries: u64,
    state: u64,
}

/// Mutual exclusion.
pub trait Lock: Send + Sync + 'static {
    /// What one thread locks through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// An unlocked lock around `protected`, for `threads` threads.
    fn new(protected: Protected, threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Locks, runs `section`, unlocks. This is what is measured.
    fn locked(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Protected));

    /// The number of sections that were run. Called when no handle is alive.
    fn protected(&self) -> Protected;
}

impl Protected {
    /// What a lock protects at first.
    pub const INITIAL: Self = Self { entries: 0, state: 1 };

    /// Sections that were run, where each copy counted some of them.
    #[must_use]
    pub fn with_entries_of(self, other: Self) -> Self {
        Self { entries: self.entries + other.entries, state: self.state }
    }

    /// Counts one section that was run.
    #[inline(always)]
    pub(crate) fn enter(&mut self) {
        self.entries += 1;
    }

    /// Sections that were run.
    pub(crate) fn entries(self) -> u64 {
        self.entries
    }
}

/// Work units inside the critical section, and outside it.
#[derive(Clone, Debug)]
pub struct Section {
    inside: u64,
    outside: u64,
    /// Locks, of which each section takes one at random.
    locks: usize,
}

impl Section {
    /// {0, 10, 200} units inside by {0, 100, 1,000} outside, of one lock; and empty sections of 2, 64 and 1,000 locks.
    pub fn all() -> Vec<Self> {
        let of_one = |inside| [0, 100, 1000].map(|outside| Self { inside, outside, locks: 1 });
        let of_many = [2, 64, 1000].map(|locks| Self { inside: 0, outside: 0, locks });
        [0, 10, 200].into_iter().flat_map(of_one).chain(of_many).collect()
    }

    /// Sections per look at the stop flag: fewer where they are long.
    fn stride(&self) -> u64 {
        stride((64 / (1 + (self.inside + self.outside) / 16)).max(1))
    }
}

impl Workload for Section {
    fn id(&self) -> String {
        match self.locks {
            1 => format!("section-in-{}-out-{}", self.inside, self.outside),
            locks => format!("section-of-{locks}-locks"),
        }
    }

    fn question(&self) -> String {
        if self.locks > 1 {
            return format!(
                "Which lock, if there are {} of them and each short section takes one?",
                self.locks
            );
        }
        format!(
            "Which lock for a critical section of {} work units, with {} units between two of them?",
            self.inside, self.outside
        )
    }

    /// Sections of one lock are what they were before there were others.
    fn definition(&self) -> String {
        let Self { inside, outside, locks } = self;
        match locks {
            1 => format!("Section {{ inside: {inside}, outside: {outside} }}"),
            _ => format!("{self:?}"),
        }
    }

    fn analysis(&self) -> &'static str {
        match (self.inside, self.outside) {
            (0, 0) if self.locks == 1 => {
                "Lock, change two words, unlock, and again at once: the hardest contention there is, and nothing that a service does. Locks \
                 that let the same thread in again look best, and min/max says at whose expense. Read it together with \
                 `section-in-200-out-1000`."
            }
            (200, 1000) => {
                "A critical section with work inside, and five times as much between two of them, which is nearer to a service. Whether \
                 threads that wait spin or sleep, and how quickly a sleeping one wakes, decides more than the lock's own \
                 instructions; the processor time shows what spinning costs."
            }
            _ => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let Self { inside, outside, locks } = self;
        vec![("inside", inside.to_string()), ("outside", outside.to_string()), ("locks", locks.to_string())]
    }

    fn curated(&self) -> bool {
        self.locks == 1 && matches!((self.inside, self.outside), (0, 0) | (200, 1000))
    }
}

/// The contract of types with [`Lock`].
#[derive(Debug)]
pub enum Locks {}

impl Contract for Locks {
    type Workload = Section;
    const NAME: &'static str = "locks";
    const GUARANTEES: &'static str =
        "every critical section runs once, and no two at a time change the same count";
}

impl<T: Lock> Admits<T> for Locks {
    fn trial(workload: &Section, setting: &Setting) -> impl Trial {
        let lock = |_| CachePadded::new(T::new(Protected::INITIAL, setting.threads));
        let plan = Plan { keys: workload.locks, distribution: KeyDistribution::Uniform, write_permille: 0 };
        SectionTrial {
            locks: (0..workload.locks).map(lock).collect(),
            picks: Tape::draw_all(&plan, setting.seed, setting.threads),
            section: workload.clone(),
            expected: 0,
        }
    }
}

struct SectionTrial<T> {
    /// Each alone on its cache lines: what the trial itself reads, or another lock, must not slow the contender down.
    locks: Box<[CachePadded<T>]>,
    /// Which lock each worker takes next.
    picks: Vec<Tape>,
    section: Section,
    expected: u64,
}

impl<T: Lock> SectionTrial<T> {
    /// Empty sections, each of the next lock on the tape.
    fn take_in_turn(&self, worker: &mut Worker<'_>) {
        let picks = &self.picks[worker.index()];
        let mut handles: Vec<T::Handle<'_>> =
            self.locks.iter().map(|lock| lock.handle(worker.index())).collect();
        let marker = worker.marker();
        worker.measure(STRIDE as u64, |first| {
            for pick in picks.stride(first) {
                T::locked(&mut handles[pick.key()], |protected| {
                    marker.here();
                    protected.entries += 1;
                });
            }
            STRIDE as u64
        });
    }
}

impl<T: Lock> Trial for SectionTrial<T> {
    type Report = ();

    fn work(&self, worker: &mut Worker<'_>) {
        let Section { inside, outside, locks } = self.section;
        if locks > 1 {
            return self.take_in_turn(worker);
        }
        let stride = self.section.stride();
        // The work outside needs what came of the work inside, and the other way round: a core would do both at once.
        let mut own_state = worker.index() as u64;
        let mut handle = self.locks[0].handle(worker.index());
        let marker = worker.marker();
        worker.measure(stride, |_| {
            for _ in 0..stride {
                T::locked(&mut handle, |protected| {
                    marker.here();
                    protected.entries += 1;
                    if inside > 0 {
                        protected.state = work(inside, protected.state ^ own_state);
                        own_state = protected.state;
                    }
                });
                if outside > 0 {
                    own_state = work(outside, own_state);
                }
            }
            stride
        });
    }

    fn check(&mut self, accounts: &[Account<()>]) -> Result<(), WrongResult> {
        self.expected += accounts.iter().map(|account| account.ops).sum::<u64>();
        let entries = self.locks.iter().map(|lock| lock.protected().entries).sum();
        WrongResult::unless_equal("critical sections that were run", self.expected, entries)
    }
}
