//! The trial of blends.

use super::steps::{Step, Steps};
use super::{Blend, Op, Recipe, Zone};
use crate::key::Key;
use crate::map::{Kind, Map};
use contend_harness::tape::STRIDE;
use contend_harness::{Account, Observation, Setting, Share, Trial, Worker, WrongResult};
use crossbeam_utils::CachePadded;
use std::borrow::Borrow;
use std::hint::black_box;

/// Bits of a value that name its key; those below count its updates.
const KEY_SHIFT: u32 = 40;

/// Lookups of keys that come and go, in one slice, from which on their hits are compared with what is to be.
///
/// Chosen here because the share of so many random draws is within a point of its target but once in a thousand times.
const ENOUGH_READS: u64 = 20_000;

const GET: u32 = Op::Get as u32;
const SET: u32 = Op::Set as u32;
const INSERT: u32 = Op::Insert as u32;
const INSERT_ABSENT: u32 = Op::InsertAbsent as u32;
const REMOVE: u32 = Op::Remove as u32;

/// The value of key `key` before any update.
#[inline(always)]
fn value_of(key: usize) -> u64 {
    (key as u64) << KEY_SHIFT
}

/// 0 if `value` belongs to key `key`.
#[inline(always)]
fn foreign(value: u64, key: usize) -> u64 {
    (value >> KEY_SHIFT) ^ key as u64
}

/// A filled map, what each worker will do with it, and what it must hold.
pub(crate) struct BlendTrial<K, T> {
    recipe: Recipe,
    /// Alone on its cache lines: what the trial itself reads must not slow the contender down.
    map: CachePadded<T>,
    table: Vec<K>,
    steps: Vec<Steps>,
    /// Where each worker goes on, so that slices of a large map are not about its first few keys.
    begins: Vec<usize>,
    /// What the map holds, or what each thread's holds.
    held: Vec<Held>,
    observation: Observation,
}

/// What one map holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Changing keys that are there.
    changing: u64,
    /// Updates of all keys.
    updates: u64,
}

/// What one worker did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    /// Where it goes on.
    next: usize,
    reads: u64,
    hits: u64,
    inserted: u64,
    removed: u64,
    updated: u64,
    /// Replacements and updates that did not find their key.
    missed: u64,
    /// 0 unless a key had another key's value.
    foreign: u64,
}

impl<K: Key, T: Map<K>> BlendTrial<K, T> {
    pub(crate) fn new(blend: &Blend, setting: &Setting) -> Self {
        let (recipe, threads) = (blend.recipe.scaled(), setting.threads);
        let map = CachePadded::new(T::with_capacity(recipe.staying + recipe.changing, threads));
        let table = K::table(recipe.all_keys());
        let owners = if T::KIND == Kind::PerThread { threads } else { 1 };
        for owner in 0..owners {
            let entry = |key| (K::user(key), value_of(key));
            T::fill(&mut map.handle(owner), recipe.entries().map(entry));
        }
        let changing = (recipe.entries().count() - recipe.staying) as u64;
        Self {
            steps: (0..threads).map(|worker| Steps::draw(&recipe, setting.seed, worker)).collect(),
            begins: vec![0; threads],
            held: vec![Held { changing, updates: 0 }; owners],
            observation: Observation::default(),
            recipe,
            map,
            table,
        }
    }

    #[inline(always)]
    fn step(&self, handle: &mut T::Handle<'_>, step: Step, done: &mut Done) {
        let index = step.key();
        let key = K::at(&self.table, index);
        let key: &K = key.borrow();
        match step.op() {
            GET => {
                done.reads += 1;
                if let Some(value) = black_box(T::get(handle, key)) {
                    done.hits += 1;
                    done.foreign |= foreign(value, index);
                }
            }
            SET => done.missed += u64::from(!T::set(handle, key, value_of(index))),
            INSERT => done.inserted += u64::from(T::insert(handle, key.clone(), value_of(index))),
            INSERT_ABSENT => match black_box(T::insert_absent(handle, key.clone(), value_of(index))) {
                Some(value) => done.foreign |= foreign(value, index),
                None => done.inserted += 1,
            },
            REMOVE => done.removed += u64::from(T::remove(handle, key)),
            _ => {
                let found = T::update(handle, key, |value| *value += 1);
                done.updated += u64::from(found);
                done.missed += u64::from(!found);
            }
        }
    }

    fn observe_slice(&mut self, accounts: &[Account<Done>]) {
        let sum = |figure: fn(&Account<Done>) -> u64| accounts.iter().map(figure).sum::<u64>();
        let (ops, reads) = (sum(|account| account.ops), sum(|account| account.report.reads));
        let target_permille = self.recipe.writes_permille();
        self.observation.writes =
            (target_permille > 0).then_some(Share { target_permille, count: ops - reads, of: ops });
        // Of keys that come and go, a thread that has a map for itself sees what its own steps leave.
        let is_known = !self.recipe.looks_at_changing() || (T::KIND == Kind::Shared && reads >= ENOUGH_READS);
        let hits = self.recipe.hits_permille().filter(|_| is_known);
        self.observation.hits = hits.map(|target_permille| Share {
            target_permille,
            count: sum(|account| account.report.hits),
            of: reads,
        });
    }

    /// What one worker's counts show without the map: operations on keys that stay find them.
    fn check_counts(&self, done: &Done) -> Result<(), WrongResult> {
        if done.foreign != 0 {
            return Err(WrongResult::new("a key had another key's value"));
        }
        let elsewhere = |op| self.recipe.permille(|of, zone| of == op && zone != Zone::Staying);
        if elsewhere(Op::Get) == 0 {
            WrongResult::unless_equal("lookups that found their key", done.reads, done.hits)?;
        }
        if elsewhere(Op::Set) == 0 {
            WrongResult::unless_equal("keys that were gone although they stay", 0, done.missed)?;
        }
        if self.recipe.changing == 0 {
            WrongResult::unless_equal("keys that were new although they stay", 0, done.inserted)?;
        }
        Ok(())
    }

    /// Compares the map of `owner` with what the accounts of its workers leave.
    fn check_held(&mut self, owner: usize, accounts: &[Account<Done>]) -> Result<(), WrongResult> {
        let held = &mut self.held[owner];
        for Account { report, .. } in accounts {
            held.changing = held.changing.wrapping_add(report.inserted).wrapping_sub(report.removed);
            held.updates += report.updated;
        }
        let mut handle = self.map.handle(owner);
        let mut look = |zone, visit: &mut dyn FnMut(u64)| {
            let first = self.recipe.first(zone);
            for key in first..first + self.recipe.keys(zone) {
                let found = T::get(&mut handle, K::at(&self.table, key).borrow());
                match found.map(|value| (value, foreign(value, key))) {
                    Some((_, 1..)) => {
                        return Err(WrongResult::new(format!("key {key} has another key's value")));
                    }
                    Some((value, 0)) => visit(value - value_of(key)),
                    None if zone == Zone::Staying => {
                        return Err(WrongResult::new(format!("key {key} is gone")));
                    }
                    None => {}
                }
            }
            Ok(())
        };
        if self.recipe.permille(|op, zone| zone == Zone::Changing && op != Op::Get) > 0 {
            let mut found = 0;
            look(Zone::Changing, &mut |_| found += 1)?;
            WrongResult::unless_equal("keys that come and go, and are there", held.changing, found)?;
        }
        if self.recipe.permille(|op, zone| zone == Zone::Staying && op != Op::Get) > 0 {
            let mut updates = 0;
            look(Zone::Staying, &mut |count| updates += count)?;
            WrongResult::unless_equal("updates that the values show", held.updates, updates)?;
        }
        Ok(())
    }
}

impl<K: Key, T: Map<K>> Trial for BlendTrial<K, T> {
    type Report = Done;

    fn work(&self, worker: &mut Worker<'_>) -> Done {
        let index = worker.index();
        let steps = &self.steps[index];
        let mut handle = self.map.handle(index);
        let mut done = Done { next: self.begins[index], ..Done::default() };
        worker.measure(STRIDE as u64, |_| {
            for step in steps.stride(done.next) {
                self.step(&mut handle, *step, &mut done);
            }
            done.next = steps.behind(done.next);
            STRIDE as u64
        });
        done
    }

    fn check(&mut self, accounts: &[Account<Done>]) -> Result<(), WrongResult> {
        self.begins = accounts.iter().map(|account| account.report.next).collect();
        if T::KIND == Kind::Floor {
            return Ok(());
        }
        self.observe_slice(accounts);
        accounts.iter().try_for_each(|account| self.check_counts(&account.report))?;
        for owner in 0..self.held.len() {
            let own = if T::KIND == Kind::PerThread { &accounts[owner..=owner] } else { accounts };
            self.check_held(owner, own)?;
        }
        Ok(())
    }

    fn observe(&self) -> Observation {
        self.observation
    }
}
