//! Maps whose keys come and go: lookups, inserts, removals and updates in a fixed mix.

use crate::key::Key;
use crate::map::{Kind, Map};
use crate::model::foreign;
use crate::shuffle::shuffle;
use contend_harness::tape::{KeyDistribution, LEN, Plan, STRIDE, Tape, mix};
use contend_harness::{Account, Observation, Setting, Share, Trial, Worker, Workload, WrongResult};
use crossbeam_utils::CachePadded;
use std::hint::black_box;

/// What one operation does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
enum Op {
    Read,
    Insert,
    Remove,
    Update,
}

/// Operations of each kind in a hundred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Shares {
    read: u32,
    insert: u32,
    remove: u32,
    update: u32,
}

impl Shares {
    /// The kind of draw `percent`, from 0 to 99.
    fn op(self, percent: u32) -> Op {
        let Self { read, insert, remove, .. } = self;
        match percent {
            below if below < read => Op::Read,
            below if below < read + insert => Op::Insert,
            below if below < read + insert + remove => Op::Remove,
            _ => Op::Update,
        }
    }

    fn writes_permille(self) -> u32 {
        1000 - 10 * self.read
    }

    /// Operations in which the mix is exact: 20 where they can be, and no fewer, so that no order repeats itself soon.
    fn block(self) -> usize {
        let in_twenty = |share: u32| (20 * share).is_multiple_of(100);
        if [self.read, self.insert, self.remove, self.update].into_iter().all(in_twenty) { 20 } else { 100 }
    }
}

/// Which keys are looked up, and so how many of the lookups find one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lookups {
    /// Keys that are never removed.
    Hit,
    /// Keys that come and go: half of them are there.
    Half,
    /// Keys that are never inserted.
    Miss,
}

/// Threads look keys up, and insert, remove and update those of a zone that they share.
#[derive(Clone, Debug)]
pub struct Churn {
    id: String,
    shares: Shares,
    lookups: Lookups,
    /// Keys that come and go; as many are there all the time, and as many never.
    keys: usize,
    /// Operations in which the mix is exact. Kept, because it is part of the definition.
    block: usize,
}

/// Keys of each zone, as many as the other workloads have: fewer where code is not optimized, which is never measured.
const KEYS: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };

impl Churn {
    /// The mixes of conc-map-bench, with keys that threads share and a hit rate that is known.
    pub fn all() -> Vec<Self> {
        let read_heavy = Shares { read: 98, insert: 1, remove: 1, update: 0 };
        let exchange = Shares { read: 10, insert: 40, remove: 40, update: 10 };
        let half_and_half = Shares { read: 50, insert: 25, remove: 25, update: 0 };
        let of = |id: &str, shares: Shares, lookups| Self {
            id: id.to_owned(),
            shares,
            lookups,
            keys: KEYS,
            block: shares.block(),
        };
        vec![
            of("churn-read-98-hit", read_heavy, Lookups::Hit),
            of("churn-read-98-half", read_heavy, Lookups::Half),
            of("churn-read-98-miss", read_heavy, Lookups::Miss),
            of("churn-read-50-hit", half_and_half, Lookups::Hit),
            of("churn-exchange", exchange, Lookups::Half),
        ]
    }

    fn hits_permille(&self) -> u32 {
        match self.lookups {
            Lookups::Hit => 1000,
            Lookups::Half => 500,
            Lookups::Miss => 0,
        }
    }

    pub(crate) fn writes_permille(&self) -> u32 {
        self.shares.writes_permille()
    }

    /// So few lookups, of which half are to find their key, that a slice of slow writes has hardly any.
    pub(crate) fn looks_up_rarely(&self) -> bool {
        self.lookups == Lookups::Half && self.shares.read < 50
    }

    pub(crate) fn entries(&self) -> usize {
        2 * self.keys
    }
}

impl Workload for Churn {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn question(&self) -> String {
        let Shares { read, insert, remove, update } = self.shares;
        let found = match self.lookups {
            Lookups::Hit => "all of them find their key",
            Lookups::Half => "half of them find their key",
            Lookups::Miss => "none of them finds its key",
        };
        let updates = if update > 0 { format!(", {update} % update") } else { String::new() };
        format!(
            "Which map, if {read} % of the operations look up and {found}, {insert} % insert, {remove} % remove{updates}?"
        )
    }

    fn curated(&self) -> bool {
        false
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let of_integers = self.id.starts_with(<u64 as Key>::PREFIX);
        vec![
            ("reads", self.shares.read.to_string()),
            ("keys", if of_integers { "integer" } else { "string" }.to_owned()),
            ("popularity", "uniform".to_owned()),
            ("writes", if self.shares.remove > 0 { "insert and remove" } else { "insert" }.to_owned()),
            ("hits", (self.hits_permille() / 10).to_string()),
        ]
    }
}

/// Tapes behind each other in one worker's steps.
///
/// Chosen here because 8 hold 25,600 lookups of the mix that has fewest: the standard deviation of their hit rate is then 0.3
/// points, and a cell may be off by one.
const TAPES: usize = if cfg!(debug_assertions) { 1 } else { 8 };

/// One worker's operations: the kind in the upper two bits, the key below.
struct Steps(Box<[u32]>);

const KEY_BITS: u32 = 30;

impl Steps {
    /// Kinds and keys come from independent streams. The mix is exact in every block, so that the slices of a map whose writes
    /// are slow have it too.
    fn draw(churn: &Churn, seed: u64, worker: usize) -> Self {
        // Several tapes, one after the other: of one alone the keys that come and go would be found too often or too rarely by
        // up to two points, for as long as it lasts.
        let plan = Plan { keys: churn.keys, distribution: KeyDistribution::Uniform, write_permille: 0 };
        let tape = |number: u64| Tape::draw(&plan, mix(seed, 2 + 2 * number), worker);
        let keys_of = |tape: Tape| tape.entries().iter().map(|entry| entry.key()).collect::<Vec<_>>();
        let keys = (0..TAPES as u64).map(tape).flat_map(keys_of);
        let kinds_seed = mix(mix(seed, 1), worker as u64);
        let blocks = (0..(LEN * TAPES / churn.block) as u64).map(|number| {
            let mut block: Vec<Op> =
                (0..churn.block).map(|index| churn.shares.op((index * 100 / churn.block) as u32)).collect();
            shuffle(&mut block, mix(kinds_seed, number));
            block
        });
        let step = |(op, key): (Op, usize)| {
            let zone = match (op, churn.lookups) {
                (Op::Read, Lookups::Hit) => 0,
                (Op::Read, Lookups::Miss) => 2,
                _ => 1,
            };
            (op as u32) << KEY_BITS | (zone * churn.keys + key) as u32
        };
        Self(blocks.flatten().zip(keys).map(step).collect())
    }

    #[inline(always)]
    fn stride(&self, first: u64) -> &[u32; STRIDE] {
        let start = (first % self.0.len() as u64) as usize;
        self.0[start..start + STRIDE].first_chunk().expect("a stride lies within the steps")
    }
}

/// A map with two zones filled: all of the first, and every other key of the second.
pub(crate) struct ChurnTrial<K, T> {
    churn: Churn,
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    map: CachePadded<T>,
    keys: Vec<K>,
    steps: Vec<Steps>,
    /// Where each worker's next slice begins in its steps: where the last one ended. If all slices began at the first step, all
    /// would have the same few thousand lookups, and be off by the same chance.
    begins: Vec<u64>,
    /// Keys that the map has, or each thread's has.
    present: Vec<u64>,
    observation: Observation,
}

/// What one worker did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    reads: u64,
    hits: u64,
    inserted: u64,
    removed: u64,
    /// 0 unless a lookup gave another key's value.
    foreign: u64,
}

fn value_of(key: usize) -> u64 {
    crate::model::initial(key)
}

impl<K: Key, T: Map<K>> ChurnTrial<K, T> {
    pub(crate) fn new(churn: &Churn, setting: &Setting) -> Self {
        let (count, threads) = (churn.keys, setting.threads);
        let map = CachePadded::new(T::with_capacity(churn.entries(), threads));
        let keys: Vec<K> = (0..3 * count).map(K::user).collect();
        let owners = if T::KIND == Kind::PerThread { threads } else { 1 };
        let filled = || (0..count).chain((count..2 * count).step_by(2));
        for owner in 0..owners {
            let mut handle = map.handle(owner);
            T::fill(&mut handle, filled().map(|index| (keys[index].clone(), value_of(index))));
        }
        Self {
            churn: churn.clone(),
            steps: (0..threads).map(|worker| Steps::draw(churn, setting.seed, worker)).collect(),
            begins: vec![0; threads],
            present: vec![filled().count() as u64; owners],
            observation: Observation::default(),
            map,
            keys,
        }
    }

    #[inline(always)]
    fn step(&self, handle: &mut T::Handle<'_>, step: u32, done: &mut Done) {
        let index = (step & ((1 << KEY_BITS) - 1)) as usize;
        let key = &self.keys[index];
        match step >> KEY_BITS {
            kind if kind == Op::Read as u32 => {
                done.reads += 1;
                if let Some(value) = black_box(T::get(handle, key)) {
                    done.hits += 1;
                    done.foreign |= foreign(value, index);
                }
            }
            kind if kind == Op::Insert as u32 => {
                done.inserted += u64::from(T::insert(handle, key.clone(), value_of(index)));
            }
            kind if kind == Op::Remove as u32 => done.removed += u64::from(T::remove(handle, key)),
            _ => {
                black_box(T::set(handle, key, value_of(index)));
            }
        }
    }

    fn observe_slice(&mut self, accounts: &[Account<Done>]) {
        let sum = |figure: fn(&Account<Done>) -> u64| accounts.iter().map(figure).sum::<u64>();
        let (ops, reads) = (sum(|account| account.ops), sum(|account| account.report.reads));
        let target_permille = self.churn.writes_permille();
        self.observation.writes = Some(Share { target_permille, count: ops - reads, of: ops });
        // Of keys that come and go, a thread that has a map for itself sees what its own steps leave.
        self.observation.hits = (T::KIND == Kind::Shared || self.churn.lookups != Lookups::Half).then(|| {
            let target_permille = self.churn.hits_permille();
            Share { target_permille, count: sum(|account| account.report.hits), of: reads }
        });
    }
}

impl<K: Key, T: Map<K>> Trial for ChurnTrial<K, T> {
    type Report = Done;

    fn work(&self, worker: &mut Worker<'_>) -> Done {
        let (steps, begin) = (&self.steps[worker.index()], self.begins[worker.index()]);
        let mut handle = self.map.handle(worker.index());
        let mut done = Done::default();
        worker.measure(STRIDE as u64, |first| {
            for step in steps.stride(begin + first) {
                self.step(&mut handle, *step, &mut done);
            }
            STRIDE as u64
        });
        done
    }

    /// Each key that is there was inserted once more often than it was removed.
    fn check(&mut self, accounts: &[Account<Done>]) -> Result<(), WrongResult> {
        for (begin, account) in self.begins.iter_mut().zip(accounts) {
            *begin += account.ops;
        }
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        self.observe_slice(accounts);
        if accounts.iter().any(|account| account.report.foreign != 0) {
            return Err(WrongResult::new("a lookup gave another key's value"));
        }
        for (owner, present) in self.present.iter_mut().enumerate() {
            let own = if T::KIND == Kind::PerThread { &accounts[owner..=owner] } else { accounts };
            for Account { report, .. } in own {
                *present = present.wrapping_add(report.inserted).wrapping_sub(report.removed);
            }
            let mut handle = self.map.handle(owner);
            let found = self.keys.iter().filter(|key| T::get(&mut handle, key).is_some()).count() as u64;
            WrongResult::unless_equal("keys in the map", *present, found)?;
        }
        Ok(())
    }

    fn observe(&self) -> Observation {
        self.observation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashmap::DashMap;

    #[test]
    fn steps_have_the_mix_and_stay_in_their_zones() {
        for churn in Churn::all() {
            let steps = Steps::draw(&churn, 3, 1);
            let count = |op: Op| steps.0.iter().filter(|step| *step >> KEY_BITS == op as u32).count();
            let Shares { read, insert, remove, update } = churn.shares;
            for (op, percent) in
                [(Op::Read, read), (Op::Insert, insert), (Op::Remove, remove), (Op::Update, update)]
            {
                assert_eq!(count(op), LEN * TAPES * percent as usize / 100, "{op:?} in {}", churn.id);
                let in_block =
                    |block: &[u32]| block.iter().filter(|step| *step >> KEY_BITS == op as u32).count();
                let expected = churn.block * percent as usize / 100;
                assert!(steps.0.chunks(churn.block).all(|block| in_block(block) == expected));
            }
            let zone = |step: u32| (step & ((1 << KEY_BITS) - 1)) as usize / KEYS;
            let zone_of_reads = 1 + churn.hits_permille().abs_diff(500) as usize / 500;
            let expected = [1, if churn.lookups == Lookups::Hit { 0 } else { zone_of_reads }];
            for step in &steps.0 {
                let reads = step >> KEY_BITS == Op::Read as u32;
                assert_eq!(zone(*step), expected[usize::from(reads)], "{}", churn.id);
            }
        }
    }

    #[test]
    fn slices_go_on_where_the_last_one_ended() {
        let setting = Setting { threads: 2, seed: 3, oversubscribed: false };
        let mut trial = ChurnTrial::<u64, DashMap<u64, u64>>::new(&Churn::all()[4], &setting);
        let stride = STRIDE as u64;
        for slice in 1..=3 {
            let account = |strides| Account { ops: strides * stride, report: Done::default() };
            trial.check(&[account(3), account(5)]).expect("nothing came, and nothing went");
            assert_eq!(trial.begins, [slice * 3 * stride, slice * 5 * stride]);
        }
    }

    #[test]
    fn questions_say_the_mix() {
        let questions: Vec<String> = Churn::all().iter().map(Workload::question).collect();
        assert_eq!(
            questions[4],
            "Which map, if 10 % of the operations look up and half of them find their key, 40 % insert, 40 % remove, \
             10 % update?"
        );
    }
}
