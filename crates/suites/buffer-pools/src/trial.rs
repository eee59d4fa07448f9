//! The contract of pools: every holder has a buffer of its own, as it was asked for, and none gets lost.

mod burst;
mod memory;

use self::memory::Poison;
use crate::hand_over::HandOver;
use crate::pool::{Pool, Stock};
use crate::usage::{Touch, Usage, Use, stamp, stamp_in};
use crate::workload::Buffers;
use contend_harness::{Account, Admits, Contract, Patience, Probe, Setting, Trial, Worker, WrongResult};
use std::hint::black_box;

/// The contract of types with [`Pool`].
#[derive(Debug)]
pub enum Pools {}

impl Contract for Pools {
    type Workload = Buffers;
    const NAME: &'static str = "buffer pools";
    const GUARANTEES: &'static str =
        "nobody else writes a holder's buffer, it is as empty or zeroed as asked, and none gets lost";
    const PLACED: bool = true;

    fn refusal(workload: &Buffers, threads: usize) -> Option<&'static str> {
        let halves = matches!(workload, Buffers::ReleaseElsewhere { .. });
        (halves && threads % 2 == 1).then_some("one half of the threads acquires, the other releases")
    }
}

impl<T: Pool> Admits<T> for Pools {
    fn trial(workload: &Buffers, setting: &Setting) -> impl Trial {
        PoolTrial::<T>::new(workload, setting.threads)
    }

    fn refusal_of(workload: &Buffers, _threads: usize) -> Option<&'static str> {
        match workload {
            Buffers::ReleaseElsewhere { .. } => T::stays_on_its_thread(),
            Buffers::Poisoned { .. } => T::forgets(),
            _ => None,
        }
    }

    fn footprint(workload: &Buffers, setting: &Setting, probe: &mut dyn Probe) -> bool {
        let at_most = workload.at_most();
        if let Some((held, written)) = at_most {
            memory::footprint::<T>(&workload.stock(setting.threads), held, written, probe);
        }
        at_most.is_some()
    }
}

/// A pool, and what is done with its buffers.
pub(crate) struct PoolTrial<T> {
    pool: T,
    stock: Stock,
    stride: u64,
    usage: Usage,
    hand_over: HandOver,
    poison: Option<Poison>,
}

/// What one worker found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Buffers that were too small, or not as empty or as long as asked for.
    pub(crate) misshapen: u64,
    /// Bits of bytes that should have been zero.
    not_zero: u64,
    /// Buffers that did not hold what their holder wrote.
    pub(crate) altered: u64,
    given: Passed,
    taken: Passed,
    /// Buffers that wait for this worker alone.
    kept: u64,
    audit: Audit,
}

/// Buffers that changed threads.
#[derive(Debug, Default)]
struct Passed {
    buffers: u64,
    stamps: u64,
}

impl Passed {
    #[inline(always)]
    fn add(&mut self, stamp: u64) {
        self.buffers += 1;
        self.stamps = self.stamps.wrapping_add(stamp);
    }
}

impl Findings {
    /// Looks at a buffer that should have `bytes` bytes, or room for them. Cheap: three bytes stand for all zeros.
    #[inline(always)]
    fn look(&mut self, buffer: &[u8], capacity: usize, usage: &impl Use) {
        let bytes = usage.bytes();
        if !usage.zeroed() {
            self.misshapen += u64::from(capacity < bytes || !buffer.is_empty());
        } else if buffer.len() == bytes {
            self.not_zero |= u64::from(buffer[0] | buffer[bytes / 2] | buffer[bytes - 1]);
        } else {
            self.misshapen += 1;
        }
    }
}

impl<T: Pool> Trial for PoolTrial<T> {
    type Report = Findings;

    fn prepare(&mut self, share: u64) -> u64 {
        self.hand_over.expect(self.stock.threads() / 2);
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Findings {
        let mut handle = self.pool.handle(worker.index());
        if let Some(poison) = &self.poison {
            poison.grow_one::<T>(&mut handle, self.stock.bytes());
        }
        let mut findings = match &self.usage {
            Usage::Touch(touch) => self.use_in_turn(worker, &mut handle, touch),
            Usage::Request(fill) => self.use_in_turn(worker, &mut handle, fill),
            Usage::JsonResponse(encode) => self.use_in_turn(worker, &mut handle, &**encode),
            Usage::ReleaseElsewhere(touch) if worker.index() < worker.threads() / 2 => {
                self.release_others(worker, &mut handle, touch)
            }
            Usage::ReleaseElsewhere(touch) => self.give_away(worker, &mut handle, touch),
            Usage::Burst(touch, held) => self.hold_many(worker, &mut handle, touch, *held),
        };
        worker.add_failed_attempts(T::misses(&handle));
        findings.audit = Audit::of::<T>(&mut handle, self.stock.bytes());
        findings.kept = T::kept(&handle) as u64;
        findings
    }

    fn check(&mut self, accounts: &[Account<Findings>]) -> Result<(), WrongResult> {
        let sum = |figure: fn(&Findings) -> u64| {
            accounts.iter().fold(0_u64, |sum, account| sum.wrapping_add(figure(&account.report)))
        };
        let none = |what: &str, figure| WrongResult::unless_equal(what, 0, sum(figure));
        none("buffers without the room or length asked for", |findings| findings.misshapen)?;
        none("bytes that were not zero", |findings| findings.not_zero)?;
        none("buffers that did not hold what was written", |findings| findings.altered)?;
        none("buffers that two held at once", |findings| findings.audit.doubled)?;
        none("bytes that were not zero in used buffers", |findings| findings.audit.not_zero)?;
        let given = sum(|findings| findings.given.buffers);
        WrongResult::unless_equal("buffers taken over", given, sum(|findings| findings.taken.buffers))?;
        let stamps = sum(|findings| findings.given.stamps);
        WrongResult::unless_equal("stamps taken over", stamps, sum(|findings| findings.taken.stamps))?;
        let found = self.pool.pooled() as u64 + sum(|findings| findings.kept);
        let (least, most) = self.wanted_in_pool();
        WrongResult::unless_equal("buffers in the pool", found.clamp(least, most), found)
    }
}

impl<T: Pool> PoolTrial<T> {
    pub(crate) fn new(workload: &Buffers, threads: usize) -> Self {
        let stock = workload.stock(threads);
        let waiting = match *workload {
            Buffers::ReleaseElsewhere { waiting, .. } => waiting,
            _ => 1,
        };
        Self {
            pool: T::new(&stock),
            stride: workload.stride(),
            usage: Usage::of(workload),
            hand_over: HandOver::new(waiting),
            poison: Poison::of(workload),
            stock,
        }
    }

    /// The fewest and the most buffers that may wait in the pool while none is out.
    fn wanted_in_pool(&self) -> (u64, u64) {
        let least = T::full(&self.stock) as u64;
        let more_were_out = self.stock.out() > self.stock.buffers() || T::MISSES_WHAT_IS_THERE;
        (least, if more_were_out { T::most(&self.stock) as u64 } else { least })
    }

    #[inline(always)]
    fn acquire(handle: &mut T::Handle<'_>, usage: &impl Use) -> Vec<u8> {
        match usage.zeroed() {
            true => T::acquire_zeroed(handle, usage.bytes()),
            false => T::acquire(handle, usage.bytes()),
        }
    }

    fn use_in_turn(&self, worker: &mut Worker<'_>, handle: &mut T::Handle<'_>, usage: &impl Use) -> Findings {
        let (index, stride) = (worker.index(), self.stride);
        let mut findings = Findings::default();
        worker.measure(stride, |done| {
            for number in done..done + stride {
                let mut buffer = Self::acquire(handle, usage);
                findings.look(&buffer, buffer.capacity(), usage);
                findings.altered += usage.run(&mut buffer, stamp(index, number));
                T::release(handle, buffer);
            }
            stride
        });
        findings
    }

    /// Acquires and writes buffers for others. Never waits in one step, so that the stop flag is seen.
    fn give_away(&self, worker: &mut Worker<'_>, handle: &mut T::Handle<'_>, touch: &Touch) -> Findings {
        let (index, giver) = (worker.index(), self.hand_over.giver());
        let mut findings = Findings::default();
        let (mut refused, mut patience) = (None, Patience::default());
        let mut number = 0;
        worker.assist(|| {
            let buffer = refused.take().unwrap_or_else(|| {
                number += 1;
                let mut buffer = Self::acquire(handle, touch);
                findings.look(&buffer, buffer.capacity(), touch);
                findings.altered += touch.run(&mut buffer, stamp(index, number));
                buffer
            });
            let mark = stamp_in(&buffer);
            match giver.give(buffer) {
                Ok(()) => {
                    findings.given.add(mark);
                    patience = Patience::default();
                }
                Err(buffer) => {
                    refused = Some(buffer);
                    patience.wait();
                }
            }
            true
        });
        refused.into_iter().for_each(|buffer| T::release(handle, buffer));
        findings
    }

    /// Releases what others acquired, and goes on off the clock until they are gone.
    fn release_others(&self, worker: &mut Worker<'_>, handle: &mut T::Handle<'_>, touch: &Touch) -> Findings {
        let stride = self.stride;
        let mut findings = Findings::default();
        let mut release_one = || {
            let Some(buffer) = self.hand_over.take() else { return false };
            findings.altered += touch.damage(&buffer);
            findings.taken.add(stamp_in(&buffer));
            T::release(handle, buffer);
            true
        };
        // The givers are gone when the slice ends.
        worker.measure(stride, |_| (0..stride).take_while(|_| release_one()).count() as u64);
        while release_one() {}
        findings
    }
}

/// What a look at two buffers at once shows, after each slice and off the clock: a pool that hands out a buffer twice
/// may get away with it while nobody meets, and three sampled bytes may be zero by chance.
#[derive(Debug, Default)]
struct Audit {
    /// Buffers that another holder changed.
    doubled: u64,
    /// Bytes that should have been zero.
    not_zero: u64,
}

impl Audit {
    fn of<T: Pool>(handle: &mut T::Handle<'_>, bytes: usize) -> Self {
        let mut held = [1, 2].map(|mark| (mark, T::acquire(handle, bytes)));
        for (mark, buffer) in &mut held {
            buffer.clear();
            buffer.resize(bytes, *mark);
            black_box(&mut buffer[..]);
        }
        let altered = |(mark, buffer): &(u8, Vec<u8>)| buffer.iter().any(|byte| byte != mark);
        let doubled = held.iter().filter(|held| altered(held)).count() as u64;
        held.into_iter().for_each(|(_, buffer)| T::release(handle, buffer));

        let zeroed = [(); 2].map(|()| T::acquire_zeroed(handle, bytes));
        let not_zero = zeroed.iter().flatten().filter(|byte| **byte != 0).count() as u64;
        zeroed.into_iter().for_each(|buffer| T::release(handle, buffer));
        Self { doubled, not_zero }
    }
}
