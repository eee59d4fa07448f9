//! Rounds of several messages: bursts, and the hydra, the kitsune and the robin of flume's benchmarks.
//!
//! ```text
//! burst     0 ──────► 1          1 answers once, when it has them all
//! hydra     0 ──────► 1, 2, 3    a channel to each, and one back, which 1, 2 and 3 share
//! kitsune   0 ══════► 1, 2, 3    one channel to all, and one back
//! robin     0 ► 1 ► 2 ► 3 ► 0    a channel from each to the next
//! ```
//!
//! One operation is a round: worker 0 sends all its messages, then waits for all answers. flume's hydra
//! and kitsune have so many messages for each thread; here a round has so many in all, at each number of threads.

use crate::channel::{Channel, Part, drain};
use crate::tally::{Tally, message};
use crate::traffic::{Shape, Traffic};
use contend_harness::{Account, Trial, Worker, WrongResult};
use std::hint::black_box;

/// Which channels there are, and who uses which. Worker 0 asks; all others are relays, from 0.
#[derive(Clone, Copy, Debug)]
struct Plan {
    shape: Shape,
    messages: usize,
    relays: usize,
}

impl Plan {
    /// Channels on the way out.
    fn channels(&self) -> usize {
        match self.shape {
            Shape::Hydra { .. } | Shape::Robin { .. } => self.relays,
            _ => 1,
        }
    }

    /// Channels that worker 0 sends into, the first ones.
    fn heads(&self) -> usize {
        if matches!(self.shape, Shape::Hydra { .. }) { self.relays } else { 1 }
    }

    /// The channel that `relay` receives from.
    fn source(&self, relay: usize) -> usize {
        if self.channels() == 1 { 0 } else { relay }
    }

    /// The channel that `relay` sends into, or `None` for the way back.
    fn sink(&self, relay: usize) -> Option<usize> {
        let passes_on = matches!(self.shape, Shape::Robin { .. }) && relay + 1 < self.relays;
        passes_on.then_some(relay + 1)
    }

    /// Which sender `relay` is in the channel that it sends into.
    fn number(&self, relay: usize) -> usize {
        if matches!(self.shape, Shape::Robin { .. }) { 0 } else { relay }
    }

    /// Those that receive from a channel on the way out.
    fn receivers(&self) -> usize {
        self.relays.div_ceil(self.channels())
    }

    /// Those that send on the way back.
    fn answerers(&self) -> usize {
        if matches!(self.shape, Shape::Robin { .. }) { 1 } else { self.relays }
    }

    /// Messages that a relay takes before it sends one.
    fn taken_at_once(&self) -> usize {
        if matches!(self.shape, Shape::Burst { .. }) { self.messages } else { 1 }
    }

    /// Which head each message of a round goes to.
    fn turns(&self) -> Vec<usize> {
        (0..self.messages).map(|message| message % self.heads()).collect()
    }
}

/// The trial of all rounds.
pub(crate) struct RoundsTrial<T> {
    out: Vec<T>,
    back: T,
    plan: Plan,
    capacity: Option<usize>,
}

impl<T: Channel> RoundsTrial<T> {
    /// # Panics
    /// If `traffic` is not about rounds.
    pub(crate) fn new(traffic: &Traffic, threads: usize) -> Self {
        let (shape, capacity) = (traffic.shape(), traffic.capacity());
        let plan = Plan { shape, messages: shape.round().expect("it is about rounds"), relays: threads - 1 };
        let (out, back) = Self::channels(&plan, capacity);
        Self { out, back, plan, capacity }
    }

    fn channels(plan: &Plan, capacity: Option<usize>) -> (Vec<T>, T) {
        let out = (0..plan.channels()).map(|_| T::new(capacity, 1, plan.receivers())).collect();
        (out, T::new(capacity, plan.answerers(), 1))
    }
}

impl<T: Channel> Trial for RoundsTrial<T> {
    type Report = Part;

    /// Channels end with their senders, so each slice has new ones.
    fn prepare(&mut self, share: u64) -> u64 {
        (self.out, self.back) = Self::channels(&self.plan, self.capacity);
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Part {
        match worker.index().checked_sub(1) {
            None => self.ask(worker),
            Some(relay) => self.pass_on(worker, relay),
        }
    }

    /// Into each channel went what came out of it. Answers can be missing only where messages are.
    fn check(&mut self, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
        let parts: Vec<(u64, &Tally)> =
            accounts.iter().map(|account| sent_and_received(&account.report)).collect();
        let ((rounds, answers), relays) = (parts[0], &parts[1..]);
        let turns = self.plan.turns();
        for channel in 0..self.plan.channels() {
            let in_a_round = turns.iter().filter(|head| **head == channel).count() as u64;
            let is_head = channel < self.plan.heads();
            let sent = if is_head { rounds * in_a_round } else { relays[channel - 1].0 };
            let mut received = Tally::new(1);
            let takers = relays.iter().enumerate().filter(|(relay, _)| self.plan.source(*relay) == channel);
            takers.for_each(|(_, (_, taken))| received.merge(taken));
            received.compare(&[sent])?;
        }
        let back = relays.iter().enumerate().filter(|(relay, _)| self.plan.sink(*relay).is_none());
        answers.compare(&back.map(|(_, (sent, _))| *sent).collect::<Vec<u64>>())
    }
}

impl<T: Channel> RoundsTrial<T> {
    /// Sends a round and waits for its answers: one operation.
    fn ask(&self, worker: &mut Worker<'_>) -> Part {
        let mut heads: Vec<T::Sender<'_>> = self.out[..self.plan.heads()].iter().map(T::sender).collect();
        let mut sent = vec![0; heads.len()];
        let mut receiver = self.back.receiver();
        let mut received = Tally::new(self.plan.answerers());
        let (turns, answers) = (self.plan.turns(), self.plan.messages / self.plan.taken_at_once());
        let mut rounds = 0;
        worker.measure(1, |_| {
            rounds += 1;
            for head in &turns {
                sent[*head] += 1;
                T::send(&mut heads[*head], message(0, sent[*head]));
            }
            for _ in 0..answers {
                let Some(answer) = T::receive(&mut receiver) else { return 0 };
                received.add(answer);
            }
            1
        });
        drop(heads);
        drain::<T>(&mut receiver, &mut received);
        Part::Both { messages: rounds, received }
    }

    /// Passes on what comes, with a number of its own, until those before it are gone.
    fn pass_on(&self, worker: &mut Worker<'_>, relay: usize) -> Part {
        let mut receiver = self.out[self.plan.source(relay)].receiver();
        let mut sender = self.plan.sink(relay).map_or(&self.back, |channel| &self.out[channel]).sender();
        let (number, taken_at_once) = (self.plan.number(relay), self.plan.taken_at_once());
        let mut received = Tally::new(1);
        let mut messages = 0;
        let mut pass = || {
            for _ in 0..taken_at_once {
                let Some(message) = T::receive(&mut receiver) else { return false };
                received.add(message);
            }
            messages += 1;
            T::send(&mut sender, message(number, messages));
            true
        };
        worker.assist(&mut pass);
        // The flag may have been seen before the last message.
        while pass() {}
        Part::Both { messages, received }
    }
}

fn sent_and_received(part: &Part) -> (u64, &Tally) {
    match part {
        Part::Both { messages, received } => (*messages, received),
        Part::Sent { .. } | Part::Received(_) => unreachable!("every worker of a round sends and receives"),
    }
}

/// Rounds whose messages go nowhere.
pub(crate) struct FloorOfRounds {
    messages: usize,
}

impl FloorOfRounds {
    pub(crate) fn new(messages: usize) -> Self {
        Self { messages }
    }
}

impl Trial for FloorOfRounds {
    /// What worker 0 counted; empty for the others.
    type Report = Tally;

    fn work(&self, worker: &mut Worker<'_>) -> Tally {
        let mut received = Tally::new(1);
        let mut messages = 0;
        if worker.index() > 0 {
            worker.assist(|| {
                messages += 1;
                black_box(message(0, messages));
                true
            });
            return received;
        }
        worker.measure(1, |_| {
            for _ in 0..self.messages {
                messages += 1;
                received.add(black_box(message(0, messages)));
            }
            1
        });
        received
    }

    fn check(&mut self, accounts: &[Account<Tally>]) -> Result<(), WrongResult> {
        accounts.iter().try_for_each(|account| account.report.compare(&[account.ops * self.messages as u64]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `channels` on the way out, and each relay's source, sink and number.
    #[track_caller]
    fn check(shape: Shape, relays: usize, channels: usize, expected: &[(usize, Option<usize>, usize)]) {
        let plan = Plan { shape, messages: 4, relays };
        assert_eq!(plan.channels(), channels, "{plan:?}");
        let found = (0..relays).map(|relay| (plan.source(relay), plan.sink(relay), plan.number(relay)));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{plan:?}");
    }

    #[test]
    fn every_relay_has_its_channels() {
        check(Shape::Burst { messages: 4 }, 1, 1, &[(0, None, 0)]);
        check(Shape::Hydra { messages: 4 }, 3, 3, &[(0, None, 0), (1, None, 1), (2, None, 2)]);
        check(Shape::Kitsune { messages: 4 }, 3, 1, &[(0, None, 0), (0, None, 1), (0, None, 2)]);
        check(Shape::Robin { messages: 4 }, 3, 3, &[(0, Some(1), 0), (1, Some(2), 0), (2, None, 0)]);
    }

    #[test]
    fn heads_take_turns() {
        let hydra = Plan { shape: Shape::Hydra { messages: 4 }, messages: 4, relays: 3 };
        assert_eq!(hydra.turns(), [0, 1, 2, 0]);
        let robin = Plan { shape: Shape::Robin { messages: 4 }, messages: 4, relays: 3 };
        assert_eq!(robin.turns(), [0, 0, 0, 0]);
    }
}
