//! The contract of guarded tables: readers and writers spend a known time inside, longer than a copy of a word takes.

use crate::shared::{PAUSE_OF_WRITER, Writes};
use contend_harness::tape::{Entry, KeyDistribution, LEN, Plan, Tape};
use contend_harness::{
    Account, Admits, Contract, Observation, Setting, Share, Trial, Worker, Workload, WrongResult, stride,
    work,
};
use crossbeam_utils::CachePadded;
use std::collections::HashMap;
use std::hint::black_box;

/// Sections per look at the stop flag.
const STRIDE: usize = stride(8) as usize;

/// Keys of the table.
///
/// Chosen here because a service's routing table or session index has as many, and it stays in a second-level cache.
const KEYS: usize = 1000;

/// What is done inside for about 1 µs: work units of 1 to 2 ns.
const LONG: Inside = Inside::Work(700);

const _: () = assert!(LEN.is_multiple_of(STRIDE));

/// A count, and its complement: a reader sees whether it came between two writes.
type Counted = [u64; 2];

const ZERO: Counted = [0, !0];

fn is_whole([count, complement]: Counted) -> bool {
    count == !complement
}

fn add_one(counted: &mut Counted) {
    counted[0] += 1;
    counted[1] = !counted[0];
}

/// What readers and writers share.
#[derive(Clone, Debug)]
pub struct Table {
    /// Writes of each key. With the standard library's hasher, as most tables have it.
    by_key: HashMap<u64, Counted>,
    /// Writes of no key.
    others: Counted,
}

impl Table {
    fn new(keys: usize) -> Self {
        Self { by_key: (0..keys as u64).map(|key| (key, ZERO)).collect(), others: ZERO }
    }

    /// Writes that are in the table.
    pub fn written(&self) -> u64 {
        self.others[0] + self.by_key.values().map(|counted| counted[0]).sum::<u64>()
    }

    /// Looks `key` up, and returns whether it is there, and whole.
    #[inline(always)]
    fn find(&self, key: u64) -> bool {
        self.by_key.get(&key).is_some_and(|counted| is_whole(*black_box(counted)))
    }

    /// Looks `key` up and changes what is there.
    #[inline(always)]
    fn replace(&mut self, key: u64) {
        if let Some(counted) = self.by_key.get_mut(&key) {
            add_one(counted);
        }
    }

    /// Computes something from what is there, and returns whether that is whole.
    #[inline(always)]
    fn compute(&self, units: u64, key: u64) -> bool {
        work(units, self.others[0] ^ key);
        is_whole(self.others)
    }

    /// Computes something, and changes what is there.
    #[inline(always)]
    fn recompute(&mut self, units: u64, key: u64) {
        work(units, self.others[0] ^ key);
        add_one(&mut self.others);
    }
}

/// A table that threads read and write.
pub trait SharedTable: Send + Sync + 'static {
    /// What one thread reads and writes through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// A shared `table`, for `threads` threads.
    fn new(table: Table, threads: usize) -> Self;

    /// The handle of worker `worker`, a number below the threads.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Runs `section` while nobody writes. This is what is measured.
    fn read<R>(handle: &mut Self::Handle<'_>, section: impl FnOnce(&Table) -> R) -> R;

    /// Runs `section` while nobody reads or writes. This is what is measured.
    fn write(handle: &mut Self::Handle<'_>, section: impl FnOnce(&mut Table));

    /// Writes that are in the table. Called when no handle is alive.
    fn written(&self) -> u64;
}

/// What is done inside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Inside {
    /// One lookup in a hash map.
    Lookup,
    /// So many work units.
    Work(u64),
}

/// Threads read a table, and write it one time in so many, or leave that to one of them.
#[derive(Clone, Debug)]
pub struct TableUse {
    keys: usize,
    inside: Inside,
    writes: Writes,
}

impl TableUse {
    /// {a lookup, a microsecond} by {never, 1 in 1,000, 100 and 10, one thread all the time}.
    pub fn all() -> Vec<Self> {
        let with = |inside, name| {
            Writes::all_of(name).into_iter().map(move |writes| Self { keys: KEYS, inside, writes })
        };
        with(Inside::Lookup, "table-lookup").chain(with(LONG, "table-work-700")).collect()
    }
}

impl Workload for TableUse {
    fn id(&self) -> String {
        self.writes.id()
    }

    fn question(&self) -> String {
        let inside = match self.inside {
            Inside::Lookup => "looks one key up".to_owned(),
            Inside::Work(units) => format!("does {units} work units"),
        };
        let who_writes = match 1000_u32.checked_div(self.writes.write_permille()) {
            None if self.writes.has_one_writer() => "one thread tries to write all the time".to_owned(),
            None => "nobody writes any more".to_owned(),
            Some(one_in) => format!("one of {one_in} writes"),
        };
        format!("Which lock for a table in which everybody {inside}, if {who_writes}?")
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`SharedTable`].
#[derive(Debug)]
pub enum SharedTables {}

impl Contract for SharedTables {
    type Workload = TableUse;
    const NAME: &'static str = "shared tables";
    const GUARANTEES: &'static str = "no write is lost, no key forgotten, and no entry torn";

    fn refusal(workload: &TableUse, threads: usize) -> Option<&'static str> {
        workload.writes.refusal(threads)
    }
}

impl<T: SharedTable> Admits<T> for SharedTables {
    fn trial(workload: &TableUse, setting: &Setting) -> impl Trial {
        let write_permille = workload.writes.write_permille();
        let plan = Plan { keys: workload.keys, distribution: KeyDistribution::Uniform, write_permille };
        TableTrial {
            table: CachePadded::new(T::new(Table::new(workload.keys), setting.threads)),
            tapes: Tape::draw_all(&plan, setting.seed, setting.threads),
            table_use: workload.clone(),
            expected: 0,
            writes: Share { target_permille: write_permille, count: 0, of: 0 },
        }
    }
}

struct TableTrial<T> {
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    table: CachePadded<T>,
    tapes: Vec<Tape>,
    table_use: TableUse,
    /// Writes of all slices.
    expected: u64,
    /// Of the last slice.
    writes: Share,
}

/// What one worker did.
#[derive(Default)]
struct Used {
    writes: u64,
    /// Reads that did not find what has to be there.
    wrong: u64,
}

/// The entries that begin at operation `first`, a multiple of [`STRIDE`].
#[inline(always)]
fn entries_from(tape: &Tape, first: u64) -> &[Entry] {
    let start = (first % LEN as u64) as usize;
    &tape.entries()[start..start + STRIDE]
}

impl<T: SharedTable> TableTrial<T> {
    /// Reads and writes as the tape says, with what is done inside as types, so that it is no branch in the loop.
    #[inline(always)]
    fn read_and_write(
        &self,
        worker: &mut Worker<'_>,
        read: impl Fn(&Table, u64) -> bool,
        write: impl Fn(&mut Table, u64),
    ) -> Used {
        let tape = &self.tapes[worker.index()];
        let mut handle = self.table.handle(worker.index());
        let mut used = Used::default();
        worker.measure(STRIDE as u64, |first| {
            for entry in entries_from(tape, first) {
                let key = entry.key() as u64;
                if entry.writes() {
                    T::write(&mut handle, |table| write(table, key));
                    used.writes += 1;
                } else {
                    let is_right = T::read(&mut handle, |table| read(table, key));
                    used.wrong += u64::from(!is_right);
                }
            }
            STRIDE as u64
        });
        used
    }

    /// Does nothing but write, with a pause, until the readers have done their share.
    fn write_all_the_time(&self, worker: &mut Worker<'_>, write: impl Fn(&mut Table, u64)) -> Used {
        let tape = &self.tapes[worker.index()];
        let mut handle = self.table.handle(worker.index());
        let mut used = Used::default();
        worker.assist(|| {
            let key = entries_from(tape, used.writes * STRIDE as u64)[0].key() as u64;
            T::write(&mut handle, |table| write(table, key));
            used.writes += 1;
            work(PAUSE_OF_WRITER, used.writes);
            true
        });
        used
    }
}

impl<T: SharedTable> Trial for TableTrial<T> {
    type Report = Used;

    fn work(&self, worker: &mut Worker<'_>) -> Used {
        let only_writes = self.table_use.writes.has_one_writer() && worker.index() == worker.threads() - 1;
        match self.table_use.inside {
            Inside::Lookup if only_writes => self.write_all_the_time(worker, Table::replace),
            Inside::Lookup => self.read_and_write(worker, Table::find, Table::replace),
            Inside::Work(units) => {
                let write = |table: &mut Table, key| table.recompute(units, key);
                if only_writes {
                    return self.write_all_the_time(worker, write);
                }
                self.read_and_write(worker, |table: &Table, key| table.compute(units, key), write)
            }
        }
    }

    fn check(&mut self, accounts: &[Account<Used>]) -> Result<(), WrongResult> {
        let wrong = accounts.iter().map(|account| account.report.wrong).sum();
        WrongResult::unless_equal("reads of a key that is gone, or of half a write", 0, wrong)?;
        self.writes.count = accounts.iter().map(|account| account.report.writes).sum();
        self.writes.of = accounts.iter().map(|account| account.ops).sum();
        self.expected += self.writes.count;
        WrongResult::unless_equal("writes that are in the table", self.expected, self.table.written())
    }

    fn observe(&self) -> Observation {
        let writes = (self.writes.target_permille > 0).then_some(self.writes);
        Observation { writes, hits: None, overlap_permille: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::Mutex;
    use std::time::Duration;

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const FORGETS: u8 = 2;
    const TEARS: u8 = 3;

    /// A table with a fault in its writes.
    struct Faulty<const FAULT: u8>(Mutex<Table>);

    impl<const FAULT: u8> SharedTable for Faulty<FAULT> {
        type Handle<'a> = &'a Self;

        fn new(table: Table, _threads: usize) -> Self {
            Self(Mutex::new(table))
        }

        fn handle(&self, _worker: usize) -> &Self {
            self
        }

        fn read<R>(handle: &mut &Self, section: impl FnOnce(&Table) -> R) -> R {
            section(&handle.0.lock().unwrap())
        }

        fn write(handle: &mut &Self, section: impl FnOnce(&mut Table)) {
            let mut table = handle.0.lock().unwrap();
            match FAULT {
                LOSES => return,
                FORGETS => {
                    // The writes add up all the same, so that only readers can tell.
                    table.others[0] = table.written() + 1;
                    table.by_key.clear();
                    return;
                }
                _ => {}
            }
            section(&mut table);
            if FAULT == TEARS {
                table.others[1] = 7;
            }
        }

        fn written(&self) -> u64 {
            self.0.lock().unwrap().written()
        }
    }

    fn fault<const FAULT: u8>(workload: &str) -> Option<String> {
        let rows = vec![Contender::<SharedTables>::of::<Faulty<FAULT>>("faulty")];
        let uses = TableUse::all().into_iter().filter(|table_use| table_use.id() == workload).collect();
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
    fn a_table_without_a_fault_passes() {
        for table_use in TableUse::all() {
            assert_eq!(fault::<NONE>(&table_use.id()), None, "{}", table_use.id());
        }
    }

    #[test]
    fn faults_are_found() {
        check_fault::<LOSES>("table-lookup-write-1-in-10", "writes that are in the table");
        check_fault::<FORGETS>("table-lookup-write-1-in-10", "a key that is gone");
        check_fault::<LOSES>("table-work-700-write-1-in-10", "writes that are in the table");
        check_fault::<TEARS>("table-work-700-one-writer", "half a write");
    }

    #[test]
    fn ids_say_what_is_done_inside() {
        let ids: Vec<String> = TableUse::all().iter().map(Workload::id).collect();
        assert_eq!((ids.len(), ids[1].as_str()), (10, "table-lookup-write-1-in-1000"));
        assert_eq!(
            (ids[5].as_str(), ids[9].as_str()),
            ("table-work-700-read-only", "table-work-700-one-writer")
        );
    }
}
