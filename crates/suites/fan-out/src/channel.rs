//! The contract of channels: every message arrives once, and those of one sender arrive in order.

use crate::any_trial::AnyTrial;
use crate::rounds::{FloorOfRounds, RoundsTrial};
use crate::tally::{Tally, message};
use crate::traffic::{Roles, Shape, Traffic, worked};
use contend_harness::{Account, Admits, Contract, Probe, Setting, Trial, Worker, WrongResult};
use std::hint::black_box;

/// Messages that wait at once where a channel's memory is looked at.
///
/// Chosen here because they are 800 kB by themselves, so that what a channel adds to each stands out from its own size.
const FOOTPRINT_MESSAGES: u64 = 100_000;

/// A queue of messages of type `M` between threads, which ends when its senders are gone.
pub trait Channel<M = u64>: Send + Sync + 'static {
    /// What one thread sends through; made outside the clock. Dropping it says that the sender is gone.
    type Sender<'a>
    where
        Self: 'a;

    /// What one thread receives through; made outside the clock.
    type Receiver<'a>
    where
        Self: 'a;

    /// An empty channel in which `capacity` messages may wait, or any number of them.
    fn new(capacity: Option<usize>, senders: usize, receivers: usize) -> Self;

    /// A sender. Called exactly once for each of `senders`.
    fn sender(&self) -> Self::Sender<'_>;

    /// A receiver. Called exactly once for each of `receivers`.
    fn receiver(&self) -> Self::Receiver<'_>;

    /// Sends, and waits for room where there is none. Receivers stay until all senders are gone. This is what is
    /// measured.
    fn send(sender: &mut Self::Sender<'_>, message: M);

    /// Waits for the next message. `None` once the channel is empty and all senders are gone. This is what is measured.
    fn receive(receiver: &mut Self::Receiver<'_>) -> Option<M>;

    /// Why this cannot carry `traffic`, if so.
    fn refusal(_traffic: &Traffic) -> Option<&'static str> {
        None
    }
}

/// The contract of types with [`Channel`].
#[derive(Debug)]
pub enum Channels {}

impl Contract for Channels {
    type Workload = Traffic;
    const NAME: &'static str = "channels";
    const GUARANTEES: &'static str = "every message arrives once, unaltered and in its sender's order";

    fn refusal(workload: &Traffic, threads: usize) -> Option<&'static str> {
        workload.refusal(threads)
    }
}

impl<T: Channel> Admits<T> for Channels {
    fn trial(workload: &Traffic, setting: &Setting) -> impl Trial {
        if workload.shape().round().is_some() {
            return AnyTrial::of(RoundsTrial::<T>::new(workload, setting.threads));
        }
        let roles = workload.roles(setting.threads);
        let channel = || T::new(workload.capacity(), roles.senders, roles.receivers);
        let back = (workload.shape() == Shape::RoundTrip).then(channel);
        AnyTrial::of(ChannelTrial { channel: channel(), back, traffic: workload.clone(), roles })
    }

    fn refusal_of(workload: &Traffic, _threads: usize) -> Option<&'static str> {
        T::refusal(workload)
    }

    /// What waits in a channel, and what a channel keeps of it: those that take any number of messages say it.
    fn footprint(workload: &Traffic, _setting: &Setting, probe: &mut dyn Probe) -> bool {
        if !workload.is_about_memory() || T::refusal(workload).is_some() {
            return false;
        }
        let channel = T::new(workload.capacity(), 1, 1);
        let (mut sender, mut receiver) = (channel.sender(), channel.receiver());
        probe.stage("made", 0);
        (1..=FOOTPRINT_MESSAGES).for_each(|number| T::send(&mut sender, message(0, number)));
        probe.stage("burst", FOOTPRINT_MESSAGES);
        (0..FOOTPRINT_MESSAGES).for_each(|_| {
            black_box(T::receive(&mut receiver));
        });
        probe.stage("drained", 0);
        drop((sender, receiver));
        drop(channel);
        probe.stage("dropped", 0);
        true
    }
}

struct ChannelTrial<T> {
    channel: T,
    /// The way of the answers, where there are any.
    back: Option<T>,
    traffic: Traffic,
    roles: Roles,
}

/// What one worker did.
pub(crate) enum Part {
    Sent { sender: usize, messages: u64 },
    Received(Tally),
    Both { messages: u64, received: Tally },
}

impl<T: Channel> Trial for ChannelTrial<T> {
    type Report = Part;

    /// A channel ends with its senders, so each slice has a new one.
    fn prepare(&mut self, share: u64) -> u64 {
        let channel = || T::new(self.traffic.capacity(), self.roles.senders, self.roles.receivers);
        (self.channel, self.back) = (channel(), self.back.is_some().then(channel));
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Part {
        if let Some(back) = &self.back {
            return if worker.index() == 0 { self.request(worker, back) } else { self.answer(worker, back) };
        }
        match worker.index().checked_sub(self.roles.receivers) {
            Some(sender) => self.send(worker, sender),
            None if worker.threads() == 1 => self.send_and_receive(worker),
            None => self.receive(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
        if self.back.is_some() {
            return check_round_trips(accounts);
        }
        check_messages(self.roles.senders, accounts)
    }
}

/// What all receivers took is what all senders sent.
pub(crate) fn check_messages(senders: usize, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
    let mut sent = vec![0; senders];
    let mut all = Tally::new(senders);
    for account in accounts {
        match &account.report {
            Part::Sent { sender, messages } => sent[*sender] = *messages,
            Part::Received(received) => all.merge(received),
            Part::Both { messages, received } => {
                sent[0] = *messages;
                all.merge(received);
            }
        }
    }
    all.compare(&sent)
}

impl<T: Channel> ChannelTrial<T> {
    /// The flag is looked at for each message. A sender that waits for room meanwhile is let out by the receivers, who
    /// go on until it is gone.
    fn send(&self, worker: &mut Worker<'_>, sender: usize) -> Part {
        let mut end = self.channel.sender();
        let mut messages = 0;
        if self.traffic.capacity().is_none() {
            worker.runs_ahead();
        }
        worker.assist(|| {
            messages += 1;
            worked(self.traffic.work_before(), messages);
            T::send(&mut end, message(sender, messages));
            true
        });
        Part::Sent { sender, messages }
    }

    fn receive(&self, worker: &mut Worker<'_>) -> Part {
        let mut end = self.channel.receiver();
        let mut received = Tally::new(self.roles.senders);
        let stride = self.traffic.stride();
        worker.measure(stride, |_| {
            for completed in 0..stride {
                // The senders are gone when the slice ends.
                let Some(message) = T::receive(&mut end) else { return completed };
                received.add(message);
                worked(self.traffic.work_after(), message);
            }
            stride
        });
        drain::<T>(&mut end, &mut received);
        Part::Received(received)
    }

    /// Sends a message and waits for it to come back: one operation.
    fn request(&self, worker: &mut Worker<'_>, back: &T) -> Part {
        let (mut sender, mut receiver) = (self.channel.sender(), back.receiver());
        let mut received = Tally::new(1);
        let mut messages = 0;
        worker.measure(1, |_| {
            messages += 1;
            T::send(&mut sender, message(0, messages));
            let Some(answer) = T::receive(&mut receiver) else { return 0 };
            received.add(answer);
            1
        });
        drop(sender);
        drain::<T>(&mut receiver, &mut received);
        Part::Both { messages, received }
    }

    /// Sends back what comes, until the one who asks is gone.
    fn answer(&self, worker: &mut Worker<'_>, back: &T) -> Part {
        let (mut receiver, mut sender) = (self.channel.receiver(), back.sender());
        let mut received = Tally::new(1);
        let mut answer = || {
            let Some(message) = T::receive(&mut receiver) else { return false };
            received.add(message);
            T::send(&mut sender, message);
            true
        };
        worker.assist(&mut answer);
        // The flag may have been seen before the last message.
        while answer() {}
        Part::Received(received)
    }

    fn send_and_receive(&self, worker: &mut Worker<'_>) -> Part {
        let (mut sender, mut receiver) = (self.channel.sender(), self.channel.receiver());
        let mut received = Tally::new(1);
        let mut messages = 0;
        let stride = self.traffic.stride();
        worker.measure(stride, |_| {
            for completed in 0..stride {
                messages += 1;
                worked(self.traffic.work_before(), messages);
                T::send(&mut sender, message(0, messages));
                let Some(message) = T::receive(&mut receiver) else { return completed };
                received.add(message);
                worked(self.traffic.work_after(), message);
            }
            stride
        });
        drop(sender);
        drain::<T>(&mut receiver, &mut received);
        Part::Both { messages, received }
    }
}

/// All requests came to the one who answers, and all answers came back.
fn check_round_trips(accounts: &[Account<Part>]) -> Result<(), WrongResult> {
    let sent = accounts.iter().find_map(|account| match account.report {
        Part::Both { messages, .. } => Some(messages),
        Part::Sent { .. } | Part::Received(_) => None,
    });
    let sent = [sent.unwrap_or_default()];
    accounts.iter().try_for_each(|account| match &account.report {
        Part::Both { received, .. } | Part::Received(received) => received.compare(&sent),
        Part::Sent { .. } => Ok(()),
    })
}

/// Takes, off the clock, what is left, until the last sender is gone, so that none stays behind in a full channel.
pub(crate) fn drain<T: Channel>(receiver: &mut T::Receiver<'_>, received: &mut Tally) {
    while let Some(message) = T::receive(receiver) {
        received.add(message);
    }
}

/// Receivers that make their own messages, and senders that send them nowhere.
#[derive(Debug)]
pub(crate) enum FloorOfChannels {}

impl Admits<FloorOfChannels> for Channels {
    fn trial(workload: &Traffic, setting: &Setting) -> impl Trial {
        if let Some(messages) = workload.shape().round() {
            return AnyTrial::of(FloorOfRounds::new(messages));
        }
        AnyTrial::of(FloorTrial::new(workload, setting.threads))
    }
}

pub(crate) struct FloorTrial {
    traffic: Traffic,
    roles: Roles,
}

impl FloorTrial {
    pub(crate) fn new(traffic: &Traffic, threads: usize) -> Self {
        Self { traffic: traffic.clone(), roles: traffic.roles(threads) }
    }
}

impl Trial for FloorTrial {
    /// What a receiver counted; empty for senders.
    type Report = Tally;

    fn work(&self, worker: &mut Worker<'_>) -> Tally {
        let mut received = Tally::new(1);
        let mut messages = 0;
        if worker.index() >= self.roles.receivers {
            worker.assist(|| {
                messages += 1;
                worked(self.traffic.work_before(), messages);
                black_box(message(0, messages));
                true
            });
            return received;
        }
        let stride = self.traffic.stride();
        worker.measure(stride, |_| {
            for _ in 0..stride {
                messages += 1;
                received.add(black_box(message(0, messages)));
                worked(self.traffic.work_after(), messages);
            }
            stride
        });
        received
    }

    fn check(&mut self, accounts: &[Account<Tally>]) -> Result<(), WrongResult> {
        accounts.iter().try_for_each(|account| account.report.compare(&[account.ops]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::same_sender;
    use contend_harness::{Cell, Contender, Cores, Suite, Workload, check};
    use std::collections::VecDeque;
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    /// A queue with a fault in one message of so many, and its senders that are left.
    struct Faulty<const FAULT: u8, const EVERY: u64> {
        queue: Mutex<(VecDeque<u64>, usize)>,
        changed: Condvar,
    }

    struct FaultySender<'a, const FAULT: u8, const EVERY: u64>(&'a Faulty<FAULT, EVERY>);

    /// A receiver, and a message that the next one of its sender overtakes on the way out. Were it overtaken on the way
    /// in, the two could go to different receivers, where nobody can tell.
    struct FaultyReceiver<'a, const FAULT: u8, const EVERY: u64> {
        channel: &'a Faulty<FAULT, EVERY>,
        held: Option<u64>,
        due: Option<u64>,
    }

    const RARE: u64 = 1000;
    /// In each round of several messages.
    const OFTEN: u64 = 10;

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const DOUBLES: u8 = 2;
    const OVERTAKES: u8 = 3;
    const ALTERS: u8 = 4;

    impl<const FAULT: u8, const EVERY: u64> Drop for FaultySender<'_, FAULT, EVERY> {
        fn drop(&mut self) {
            self.0.queue.lock().unwrap().1 -= 1;
            self.0.changed.notify_all();
        }
    }

    impl<const FAULT: u8, const EVERY: u64> Channel for Faulty<FAULT, EVERY> {
        type Sender<'a> = FaultySender<'a, FAULT, EVERY>;
        type Receiver<'a> = FaultyReceiver<'a, FAULT, EVERY>;

        fn new(_capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
            Self { queue: Mutex::new((VecDeque::new(), senders)), changed: Condvar::new() }
        }

        fn sender(&self) -> FaultySender<'_, FAULT, EVERY> {
            FaultySender(self)
        }

        fn receiver(&self) -> FaultyReceiver<'_, FAULT, EVERY> {
            FaultyReceiver { channel: self, held: None, due: None }
        }

        fn send(sender: &mut FaultySender<'_, FAULT, EVERY>, message: u64) {
            let queue = &mut sender.0.queue.lock().unwrap().0;
            let fault = if message % EVERY == EVERY - 1 { FAULT } else { NONE };
            match fault {
                LOSES => {}
                DOUBLES => queue.extend([message, message]),
                ALTERS => queue.push_back(message + 7),
                _ => queue.push_back(message),
            }
            sender.0.changed.notify_one();
        }

        fn receive(receiver: &mut FaultyReceiver<'_, FAULT, EVERY>) -> Option<u64> {
            if let Some(late) = receiver.due.take() {
                return Some(late);
            }
            let mut locked = receiver.channel.queue.lock().unwrap();
            loop {
                let (queue, senders) = &mut *locked;
                match (queue.pop_front(), receiver.held) {
                    (Some(message), None) if FAULT == OVERTAKES && message % EVERY == EVERY - 1 => {
                        receiver.held = Some(message);
                    }
                    (Some(message), Some(held)) if same_sender(message, held) => {
                        receiver.due = receiver.held.take();
                        return Some(message);
                    }
                    (Some(message), _) => return Some(message),
                    (None, _) if *senders > 0 => locked = receiver.channel.changed.wait(locked).unwrap(),
                    (None, _) => return receiver.held.take(),
                }
            }
        }
    }

    fn cells<const FAULT: u8, const EVERY: u64>(workload: &str, threads: usize) -> Vec<Cell> {
        let rows = vec![Contender::<Channels>::of::<Faulty<FAULT, EVERY>>("faulty")];
        let traffic = Traffic::all().into_iter().filter(|traffic| traffic.id() == workload).collect();
        Suite::new("planted", "", "").family(traffic, rows).cells(&[threads])
    }

    fn fault<const FAULT: u8, const EVERY: u64>(workload: &str, threads: usize) -> bool {
        let cell = &cells::<FAULT, EVERY>(workload, threads)[0];
        check(cell, 42, &Cores::detect(), Duration::from_secs(60)).fault.is_some()
    }

    #[track_caller]
    fn check_faults(workload: &str, threads: usize) {
        assert!(!fault::<NONE, RARE>(workload, threads), "no fault");
        assert!(fault::<LOSES, RARE>(workload, threads), "loses one message in 1,000");
        assert!(fault::<DOUBLES, RARE>(workload, threads), "doubles one message in 1,000");
        assert!(fault::<OVERTAKES, RARE>(workload, threads), "one message in 1,000 is overtaken");
        assert!(fault::<ALTERS, RARE>(workload, threads), "alters one message in 1,000");
    }

    #[test]
    fn faults_are_found() {
        check_faults("spsc-unbounded", 2);
        check_faults("mpsc-unbounded", 3);
        check_faults("mpmc-unbounded", 4);
    }

    #[test]
    fn a_doubled_message_is_found_by_a_single_thread() {
        assert!(!fault::<NONE, RARE>("spsc-cap-128", 1));
        assert!(fault::<DOUBLES, RARE>("spsc-cap-128", 1));
    }

    /// A lost message would never come back, and the round would hang.
    #[track_caller]
    fn check_rounds(workload: &str, threads: usize) {
        assert!(!fault::<NONE, OFTEN>(workload, threads), "no fault");
        assert!(fault::<DOUBLES, OFTEN>(workload, threads), "doubles one message in 10");
        assert!(fault::<ALTERS, OFTEN>(workload, threads), "alters one message in 10");
    }

    #[test]
    fn faults_of_rounds_are_found() {
        check_rounds("burst-100-unbounded", 2);
        check_rounds("hydra-100-unbounded", 2);
        check_rounds("hydra-100-unbounded", 4);
        check_rounds("kitsune-100-unbounded", 4);
        check_rounds("robin-100-unbounded", 3);
        assert!(fault::<OVERTAKES, OFTEN>("robin-100-unbounded", 3), "one message in 10 is overtaken");
    }

    /// Names of the stages, with what was held at each.
    #[derive(Default)]
    struct Stages(Vec<(&'static str, u64)>);

    impl Probe for Stages {
        fn stage(&mut self, name: &'static str, held: u64) {
            self.0.push((name, held));
        }
    }

    #[track_caller]
    fn check_footprint(workload: &str, expected: &[(&'static str, u64)]) {
        let cell = &cells::<NONE, RARE>(workload, 2)[0];
        let mut stages = Stages::default();
        assert_eq!(cell.footprint(42, &mut stages), !expected.is_empty());
        assert_eq!(stages.0, expected);
    }

    #[test]
    fn a_channel_without_a_limit_is_looked_at_in_four_stages() {
        check_footprint(
            "spsc-unbounded",
            &[("made", 0), ("burst", FOOTPRINT_MESSAGES), ("drained", 0), ("dropped", 0)],
        );
        check_footprint("spsc-cap-128", &[]);
        check_footprint("mpsc-unbounded", &[]);
    }
}
