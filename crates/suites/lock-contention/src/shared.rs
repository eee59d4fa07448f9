//! The contract of shared values: threads read a word or a small struct, and now and then replace it.

use contend_harness::tape::{KeyDistribution, Plan, STRIDE, Tape};
use contend_harness::{
    Account, Admits, Contract, Setting, Share, Trial, Worker, Workload, WrongResult, work,
};
use crossbeam_utils::CachePadded;
use std::fmt;
use std::hint::black_box;
use std::marker::PhantomData;

/// A value that shows whether it was torn.
pub trait Value: Copy + fmt::Debug + Send + Sync + 'static {
    /// What the workloads of this value are called.
    const NAME: &'static str;

    /// The value that stands for `stamp`.
    fn of(stamp: u64) -> Self;

    /// The stamp, and bits that are 0 unless parts of two values were read.
    fn stamp(self) -> (u64, u64);
}

impl Value for u64 {
    const NAME: &'static str = "word";

    #[inline(always)]
    fn of(stamp: u64) -> Self {
        stamp
    }

    #[inline(always)]
    fn stamp(self) -> (u64, u64) {
        (self, 0)
    }
}

/// Four words that belong together, such as a configuration or a price with its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Record(pub(crate) [u64; 4]);

impl Value for Record {
    const NAME: &'static str = "record";

    #[inline(always)]
    fn of(stamp: u64) -> Self {
        Self([stamp; 4])
    }

    #[inline(always)]
    fn stamp(self) -> (u64, u64) {
        let [first, second, third, fourth] = self.0;
        (first, (first ^ second) | (first ^ third) | (first ^ fourth))
    }
}

/// One value that threads read and replace.
pub trait Shared<V: Value>: Send + Sync + 'static {
    /// What one thread reads and writes through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// A shared `initial`, for `threads` threads.
    fn new(initial: V, threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// A value that was written as a whole. This is what is measured.
    fn read(handle: &mut Self::Handle<'_>) -> V;

    /// Replaces the value. This is what is measured.
    fn write(handle: &mut Self::Handle<'_>, value: V);

    /// Why this cannot do `workload`, if so.
    fn refusal(_workload: &Writes) -> Option<&'static str> {
        None
    }
}

/// Threads read, and write one time in so many, or leave that to one of them.
#[derive(Clone, Debug)]
pub struct Writes {
    value: &'static str,
    /// Writes in thousandths of all operations.
    write_permille: u32,
    /// One thread does nothing but write, and the others read.
    one_writer: bool,
}

/// Work units between two writes of a thread that does nothing else.
pub(crate) const PAUSE_OF_WRITER: u64 = 100;

impl Writes {
    /// Never, 1 in 1,000, 100 and 10, and one thread all the time.
    pub fn all<V: Value>() -> Vec<Self> {
        Self::all_of(V::NAME)
    }

    /// The same of what `value` names.
    pub(crate) fn all_of(value: &'static str) -> Vec<Self> {
        let of = |write_permille, one_writer| Self { value, write_permille, one_writer };
        let by_all = [0, 1, 10, 100].into_iter().map(|write_permille| of(write_permille, false));
        by_all.chain([of(0, true)]).collect()
    }

    /// Whether nothing is ever written.
    pub fn is_read_only(&self) -> bool {
        self.write_permille == 0 && !self.one_writer
    }

    /// Writes in thousandths of the operations of a thread that also reads.
    pub(crate) fn write_permille(&self) -> u32 {
        self.write_permille
    }

    /// Whether the last thread does nothing but write, and the others read.
    pub(crate) fn has_one_writer(&self) -> bool {
        self.one_writer
    }

    /// Why `threads` threads cannot do it, if so.
    pub(crate) fn refusal(&self, threads: usize) -> Option<&'static str> {
        (self.one_writer && threads == 1).then_some("a reader and a writer are two threads")
    }
}

impl Workload for Writes {
    fn id(&self) -> String {
        match 1000_u32.checked_div(self.write_permille) {
            None if self.one_writer => format!("{}-one-writer", self.value),
            None => format!("{}-read-only", self.value),
            Some(one_in) => format!("{}-write-1-in-{one_in}", self.value),
        }
    }

    fn question(&self) -> String {
        let what = if self.value == "word" { "one word" } else { "a small struct" };
        match 1000_u32.checked_div(self.write_permille) {
            None if self.one_writer => {
                format!(
                    "What does it cost to read {what} that one thread tries to replace every {PAUSE_OF_WRITER} work units?"
                )
            }
            None => format!("What does it cost to read {what} that nobody changes any more?"),
            Some(one_in) => {
                format!("What does it cost to read {what} that one operation in {one_in} replaces?")
            }
        }
    }

    fn analysis(&self) -> &'static str {
        match (self.value, self.write_permille, self.one_writer) {
            ("word", 0, false) => {
                "One word that nobody changes any more: what reading costs at all, from an atomic load to a mutex. A relaxed and a \
                 sequentially consistent load are the same instruction on x86-64; other processors tell them apart."
            }
            ("record", 0, false) => {
                "A small struct that is written once and read for ever: configuration, routes, feature flags. With a lock each reader \
                 writes too, so readers slow each other down; snapshots and sequence locks only read."
            }
            ("record", 10, false) => {
                "The same struct, replaced by one operation in a hundred. Readers of a sequence lock begin again, readers of a \
                 snapshot go on with the old one while the writer allocates a new one, and a readers-writer lock stops everybody. \
                 Who wins without any write need not win here."
            }
            _ => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let writers = match (self.write_permille, self.one_writer) {
            (_, true) => "one",
            (0, false) => "none",
            (_, false) => "all",
        };
        let mut parameters = vec![("value", self.value.to_owned()), ("writers", writers.to_owned())];
        if !self.one_writer {
            parameters.push(("reads", (100.0 - f64::from(self.write_permille) / 10.0).to_string()));
        }
        parameters
    }

    /// Writes by all threads are what they were before one thread could do them.
    fn definition(&self) -> String {
        let Self { value, write_permille, one_writer } = self;
        match one_writer {
            false => format!("Writes {{ value: {value:?}, write_permille: {write_permille} }}"),
            true => format!("{self:?}"),
        }
    }

    fn curated(&self) -> bool {
        match self.value {
            "word" => self.is_read_only(),
            _ => self.is_read_only() || self.write_permille == 10,
        }
    }
}

/// The contract of types with [`Shared`].
#[derive(Debug)]
pub struct SharedValues<V>(PhantomData<V>);

impl<V: Value> Contract for SharedValues<V> {
    type Workload = Writes;
    const NAME: &'static str = "shared values";
    const GUARANTEES: &'static str = "no value is torn, and the last one written is the last one read";

    fn refusal(workload: &Writes, threads: usize) -> Option<&'static str> {
        workload.refusal(threads)
    }
}

impl<V: Value, T: Shared<V>> Admits<T> for SharedValues<V> {
    fn refusal_of(workload: &Writes, _threads: usize) -> Option<&'static str> {
        T::refusal(workload)
    }

    fn trial(workload: &Writes, setting: &Setting) -> impl Trial {
        let plan =
            Plan { keys: 1, distribution: KeyDistribution::OneHot, write_permille: workload.write_permille };
        SharedTrial {
            shared: CachePadded::new(T::new(V::of(0), setting.threads)),
            tapes: Tape::draw_all(&plan, setting.seed, setting.threads),
            value: PhantomData,
            one_writer: workload.one_writer,
            plan,
            possible: vec![0],
            writes: Share { target_permille: workload.write_permille, count: 0, of: 0 },
        }
    }
}

struct SharedTrial<V, T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    shared: CachePadded<T>,
    tapes: Vec<Tape>,
    value: PhantomData<V>,
    one_writer: bool,
    plan: Plan,
    /// Stamps that the value may have now.
    possible: Vec<u64>,
    writes: Share,
}

/// What a reader saw.
struct Seen {
    /// 0 unless a read mixed two values.
    torn: u64,
    last_written: Option<u64>,
    writes: u64,
}

impl<V: Value, T: Shared<V>> Trial for SharedTrial<V, T> {
    type Report = Seen;

    fn work(&self, worker: &mut Worker<'_>) -> Seen {
        let index = worker.index();
        let tape = &self.tapes[index];
        let mut handle = self.shared.handle(index);
        let (mut torn, mut writes) = (0, 0);
        let stamp = |number: u64| (index as u64 + 1) << 48 | number;
        if self.one_writer && index == worker.threads() - 1 {
            worker.assist(|| {
                writes += 1;
                T::write(&mut handle, V::of(stamp(writes)));
                work(PAUSE_OF_WRITER, writes);
                true
            });
            return Seen { torn, last_written: (writes > 0).then(|| stamp(writes)), writes };
        }
        worker.measure(STRIDE as u64, |first| {
            for entry in tape.stride(first) {
                if entry.writes() {
                    writes += 1;
                    T::write(&mut handle, V::of(stamp(writes)));
                } else {
                    let (read, of_another) = T::read(&mut handle).stamp();
                    // A word cannot be torn: without this nobody would use what was read.
                    black_box(read);
                    torn |= of_another;
                }
            }
            STRIDE as u64
        });
        Seen { torn, last_written: (writes > 0).then(|| stamp(writes)), writes }
    }

    fn check(&mut self, accounts: &[Account<Seen>]) -> Result<(), WrongResult> {
        if accounts.iter().any(|account| account.report.torn != 0) {
            return Err(WrongResult::new("a read gave parts of two written values"));
        }
        // Somebody's last write is the last of all; without writes the value is what it was.
        let last: Vec<u64> = accounts.iter().filter_map(|account| account.report.last_written).collect();
        if !last.is_empty() {
            self.possible = last;
        }
        self.writes.count = accounts.iter().map(|account| account.report.writes).sum();
        self.writes.of = accounts.iter().map(|account| account.ops).sum();
        let found = T::read(&mut self.shared.handle(0)).stamp().0;
        if self.possible.contains(&found) {
            return Ok(());
        }
        Err(WrongResult::new(format!("the value {found:#x} is nobody's last write ({:#x?})", self.possible)))
    }

    fn observe(&self) -> contend_harness::Observation {
        contend_harness::Observation {
            writes: (self.plan.write_permille > 0).then_some(self.writes),
            hits: None,
            overlap_permille: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_record_shows() {
        let (old, new) = (Record::of(3), Record::of(4));
        assert_eq!(new.stamp(), (4, 0));
        for torn in 1..4 {
            let mut mixed = old;
            mixed.0[torn..].copy_from_slice(&new.0[torn..]);
            assert_ne!(mixed.stamp().1, 0, "{torn} words of the old record");
        }
    }

    #[test]
    fn ids_say_how_often_is_written() {
        let ids: Vec<String> = Writes::all::<Record>().iter().map(Workload::id).collect();
        assert_eq!(
            ids,
            [
                "record-read-only",
                "record-write-1-in-1000",
                "record-write-1-in-100",
                "record-write-1-in-10",
                "record-one-writer"
            ]
        );
    }
}
