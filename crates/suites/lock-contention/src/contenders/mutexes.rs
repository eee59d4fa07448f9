//! One lock, one owner at a time. Waiting threads spin for a moment, then sleep; those of spin poll.

use super::exclusive::{Exclusive, TicketMutex};
use crate::{
    Counters, FreeLocks, Locks, Protected, SharedTables, SharedValues, Stacks, StatisticsFields, Table,
    Totals, Value,
};
use contend_harness::{Admits, Contender};
use spin::mutex::SpinMutex;

const NOTE_0_12: &str = "0.12 hands the lock to a waiter every 0.5 ms on average; 0.13 does not";
const NOTE_FAIR: &str = "hands the lock to the thread that waits longest, each time";
const NOTE_SPIN: &str = "waiting burns a core, and a holder that lost its core stops everybody";
const NOTE_TICKET: &str = "polls in the order of arrival, and gives its core away between two attempts";

pub(super) const COUNTERS: &[Contender<Counters>] = &each::<Counters, u64>();

pub(super) fn shared<V: Value>() -> Vec<Contender<SharedValues<V>>> {
    let [std, parking_lot, rest @ ..] = each::<SharedValues<V>, V>();
    [std, parking_lot].into_iter().chain(rest.map(Contender::full_set_only)).collect()
}

pub(super) const LOCKS: &[Contender<Locks>] = &each::<Locks, Protected>();

pub(super) fn free_locks() -> Vec<Contender<FreeLocks>> {
    each::<FreeLocks, Protected>().into_iter().zip(SIZES).map(|(row, size)| row.note(size)).collect()
}

pub(super) const STACKS: &[Contender<Stacks>] = {
    let [std, parking_lot, ..] = each::<Stacks, Vec<u64>>();
    &[std, parking_lot]
};

pub(super) const TABLES: &[Contender<SharedTables>] = &each::<SharedTables, Table>();

pub(super) const STATISTICS: &[Contender<StatisticsFields>] = &[
    Contender::of::<Exclusive<std::sync::Mutex<Totals>>>("mutex-std").can(&["poisons"]).from_std().blocks(),
    Contender::of::<Exclusive<parking_lot::Mutex<Totals>>>("mutex-parking-lot")
        .package("parking_lot")
        .blocks(),
];

/// What the mutexes take besides what they protect, in the order of [`each`].
const SIZES: [&str; 6] = [
    "8 bytes, one of which says whether a holder panicked",
    "1 byte",
    "1 byte",
    "1 byte",
    "1 byte",
    "16 bytes: the next ticket, and the one that is served",
];

/// A row for each mutex around a `T`.
const fn each<C, T>() -> [Contender<C>; 6]
where
    C: Admits<Exclusive<std::sync::Mutex<T>>>
        + Admits<Exclusive<parking_lot::Mutex<T>>>
        + Admits<Exclusive<parking_lot_012::Mutex<T>>>
        + Admits<Exclusive<parking_lot::FairMutex<T>>>
        + Admits<Exclusive<SpinMutex<T>>>
        + Admits<Exclusive<TicketMutex<T>>>,
{
    [
        Contender::of::<Exclusive<std::sync::Mutex<T>>>("mutex-std").can(&["poisons"]).from_std().blocks(),
        Contender::of::<Exclusive<parking_lot::Mutex<T>>>("mutex-parking-lot")
            .package("parking_lot")
            .blocks(),
        Contender::of::<Exclusive<parking_lot_012::Mutex<T>>>("mutex-parking-lot-0-12")
            .full_set_only()
            .package("parking_lot_012")
            .blocks()
            .note(NOTE_0_12),
        Contender::of::<Exclusive<parking_lot::FairMutex<T>>>("mutex-parking-lot-fair")
            .can(&["fair"])
            .package("parking_lot")
            .blocks()
            .note(NOTE_FAIR),
        Contender::of::<Exclusive<SpinMutex<T>>>("mutex-spin")
            .can(&["no operating system"])
            .package("spin")
            .note(NOTE_SPIN),
        Contender::of::<Exclusive<TicketMutex<T>>>("mutex-spin-ticket-yield")
            .full_set_only()
            .can(&["fair", "no operating system"])
            .package("spin")
            .note(NOTE_TICKET),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: usize, bytes: usize) {
        let expected = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
        assert!(
            SIZES[row].starts_with(&expected),
            "{} is not of {expected}",
            each::<Locks, Protected>()[row].id()
        );
    }

    /// Elsewhere the standard library's mutex has another size.
    #[cfg(target_os = "linux")]
    #[test]
    fn sizes_are_as_noted() {
        check(0, size_of::<std::sync::Mutex<()>>());
        check(1, size_of::<parking_lot::Mutex<()>>());
        check(2, size_of::<parking_lot_012::Mutex<()>>());
        check(3, size_of::<parking_lot::FairMutex<()>>());
        check(4, size_of::<SpinMutex<()>>());
        check(5, size_of::<TicketMutex<()>>());
    }
}
