//! One lock, one owner at a time. Waiting threads spin for a moment, then sleep; those of spin poll.

use crate::{
    Counter, Counters, Lock, Locks, Protected, Shared, SharedValues, Statistics, StatisticsFields, Totals,
    Value,
};
use contend_harness::Contender;
use spin::mutex::SpinMutex;

const NOTE_0_12: &str = "0.12 hands the lock to a waiter every 0.5 ms on average; 0.13 does not";
const NOTE_FAIR: &str = "hands the lock to the thread that waits longest, each time";
const NOTE_SPIN: &str = "waiting burns a core, and a holder that lost its core stops everybody";
const NOTE_TICKET: &str = "polls in the order of arrival, and gives its core away between two attempts";

/// With its default, which keeps the core, four threads on two cores take milliseconds for each hand-over.
type TicketMutex<T> = spin::mutex::TicketMutex<T, spin::Yield>;

pub(super) const COUNTERS: &[Contender<Counters>] = &[
    Contender::of::<Exclusive<std::sync::Mutex<u64>>>("mutex-std").from_std().blocks(),
    Contender::of::<Exclusive<parking_lot::Mutex<u64>>>("mutex-parking-lot").package("parking_lot").blocks(),
    Contender::of::<Exclusive<parking_lot_012::Mutex<u64>>>("mutex-parking-lot-0-12")
        .package("parking_lot_012")
        .blocks()
        .note(NOTE_0_12),
    Contender::of::<Exclusive<parking_lot::FairMutex<u64>>>("mutex-parking-lot-fair")
        .package("parking_lot")
        .blocks()
        .note(NOTE_FAIR),
    Contender::of::<Exclusive<SpinMutex<u64>>>("mutex-spin").package("spin").note(NOTE_SPIN),
    Contender::of::<Exclusive<TicketMutex<u64>>>("mutex-spin-ticket").package("spin").note(NOTE_TICKET),
];

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    vec![
        Contender::of::<Exclusive<std::sync::Mutex<V>>>("mutex-std").from_std().blocks(),
        Contender::of::<Exclusive<parking_lot::Mutex<V>>>("mutex-parking-lot")
            .package("parking_lot")
            .blocks(),
        Contender::of::<Exclusive<parking_lot_012::Mutex<V>>>("mutex-parking-lot-0-12")
            .package("parking_lot_012")
            .blocks()
            .note(NOTE_0_12)
            .full_set_only(),
        Contender::of::<Exclusive<parking_lot::FairMutex<V>>>("mutex-parking-lot-fair")
            .package("parking_lot")
            .blocks()
            .note(NOTE_FAIR)
            .full_set_only(),
        Contender::of::<Exclusive<SpinMutex<V>>>("mutex-spin")
            .package("spin")
            .note(NOTE_SPIN)
            .full_set_only(),
        Contender::of::<Exclusive<TicketMutex<V>>>("mutex-spin-ticket")
            .package("spin")
            .note(NOTE_TICKET)
            .full_set_only(),
    ]
}

pub(super) const LOCKS: &[Contender<Locks>] = &[
    Contender::of::<Exclusive<std::sync::Mutex<Protected>>>("mutex-std").from_std().blocks(),
    Contender::of::<Exclusive<parking_lot::Mutex<Protected>>>("mutex-parking-lot")
        .package("parking_lot")
        .blocks(),
    Contender::of::<Exclusive<parking_lot_012::Mutex<Protected>>>("mutex-parking-lot-0-12")
        .package("parking_lot_012")
        .blocks()
        .note(NOTE_0_12),
    Contender::of::<Exclusive<parking_lot::FairMutex<Protected>>>("mutex-parking-lot-fair")
        .package("parking_lot")
        .blocks()
        .note(NOTE_FAIR),
    Contender::of::<Exclusive<SpinMutex<Protected>>>("mutex-spin").package("spin").note(NOTE_SPIN),
    Contender::of::<Exclusive<TicketMutex<Protected>>>("mutex-spin-ticket").package("spin").note(NOTE_TICKET),
];

pub(super) const STATISTICS: &[Contender<StatisticsFields>] = &[
    Contender::of::<Exclusive<std::sync::Mutex<Totals>>>("mutex-std").from_std().blocks(),
    Contender::of::<Exclusive<parking_lot::Mutex<Totals>>>("mutex-parking-lot")
        .package("parking_lot")
        .blocks(),
];

/// A mutex as every crate has it. One implementation of the contracts serves all of them, so that no rival is written
/// with more care than another.
trait Mutex<T>: Send + Sync + 'static {
    fn around(value: T) -> Self;
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R;
}

impl<T: Send + 'static> Mutex<T> for std::sync::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        // As services write it: a poisoned mutex is another bug's echo.
        body(&mut self.lock().expect("no holder panicked"))
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot_012::Mutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

impl<T: Send + 'static> Mutex<T> for parking_lot::FairMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

impl<T: Send + 'static> Mutex<T> for SpinMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

impl<T: Send + 'static> Mutex<T> for TicketMutex<T> {
    fn around(value: T) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}

/// A mutex as a contender.
struct Exclusive<M>(M);

impl<M: Mutex<u64>> Counter for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(_threads: usize) -> Self {
        Self(M::around(0))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn add_one(handle: &mut &M) {
        handle.with(|count| *count += 1);
    }

    fn total(&self) -> u64 {
        self.0.with(|count| *count)
    }
}

impl<V: Value, M: Mutex<V>> Shared<V> for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(initial: V, _threads: usize) -> Self {
        Self(M::around(initial))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &M) -> V {
        handle.with(|value| *value)
    }

    #[inline(always)]
    fn write(handle: &mut &M, value: V) {
        handle.with(|old| *old = value);
    }
}

impl<M: Mutex<Protected>> Lock for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(protected: Protected, _threads: usize) -> Self {
        Self(M::around(protected))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn locked(handle: &mut &M, section: impl FnOnce(&mut Protected)) {
        handle.with(section);
    }

    fn protected(&self) -> Protected {
        self.0.with(|protected| *protected)
    }
}

impl<M: Mutex<Totals>> Statistics for Exclusive<M> {
    type Handle<'a> = &'a M;

    fn new(_threads: usize) -> Self {
        Self(M::around(Totals::default()))
    }

    fn handle(&self, _worker: usize) -> &M {
        &self.0
    }

    #[inline(always)]
    fn record(handle: &mut &M, bytes: u64, hit: bool) {
        handle.with(|totals| totals.add(bytes, hit));
    }

    fn totals(&self) -> Totals {
        self.0.with(|totals| *totals)
    }
}
