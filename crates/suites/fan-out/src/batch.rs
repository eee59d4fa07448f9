//! The contract of batches: a channel between two threads takes and gives several messages at a time.

use crate::channel::{Channel, Part, check_messages};
use crate::tally::{Tally, message};
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::hint::black_box;

/// A queue from one thread to another, for batches of one length.
pub trait BatchChannel: Send + Sync + 'static {
    /// What one thread sends through; made outside the clock. Dropping it says that the sender is gone.
    type Sender<'a>
    where
        Self: 'a;

    /// What one thread receives through; made outside the clock.
    type Receiver<'a>
    where
        Self: 'a;

    /// An empty channel in which `capacity` messages may wait, a multiple of the batches' length.
    fn new(capacity: usize) -> Self;

    /// The sender. Called exactly once.
    fn sender(&self) -> Self::Sender<'_>;

    /// The receiver. Called exactly once.
    fn receiver(&self) -> Self::Receiver<'_>;

    /// Sends all of `batch`, and waits for room where there is not enough. This is what is measured.
    fn send(sender: &mut Self::Sender<'_>, batch: &[u64]);

    /// Waits until all of `batch` can be filled, and fills it. `false` once the channel is empty and the sender gone. This
    /// is what is measured.
    fn receive(receiver: &mut Self::Receiver<'_>, batch: &mut [u64]) -> bool;
}

/// A channel that knows no batches, and takes their messages one by one.
pub(crate) struct OneByOne<C>(C);

impl<C: Channel> BatchChannel for OneByOne<C> {
    type Sender<'a> = C::Sender<'a>;
    type Receiver<'a> = C::Receiver<'a>;

    fn new(capacity: usize) -> Self {
        Self(C::new(Some(capacity), 1, 1))
    }

    fn sender(&self) -> C::Sender<'_> {
        self.0.sender()
    }

    fn receiver(&self) -> C::Receiver<'_> {
        self.0.receiver()
    }

    #[inline(always)]
    fn send(sender: &mut C::Sender<'_>, batch: &[u64]) {
        batch.iter().for_each(|message| C::send(sender, *message));
    }

    #[inline(always)]
    fn receive(receiver: &mut C::Receiver<'_>, batch: &mut [u64]) -> bool {
        for place in batch {
            let Some(message) = C::receive(receiver) else { return false };
            *place = message;
        }
        true
    }
}

/// One thread to another, several messages at a time. One operation is a batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Messages that may wait.
    capacity: usize,
    /// Messages of a batch.
    messages: usize,
}

/// Batches between two looks at the stop flag.
const STRIDE: u64 = stride(4);

impl Batch {
    /// 16 messages with room for 128, and 128 with room for 1,024.
    pub fn all() -> Vec<Self> {
        [(128, 16), (1024, 128)].map(|(capacity, messages)| Self { capacity, messages }).to_vec()
    }
}

impl Workload for Batch {
    fn id(&self) -> String {
        format!("spsc-cap-{}-batch-{}", self.capacity, self.messages)
    }

    fn question(&self) -> String {
        let Self { capacity, messages } = self;
        format!(
            "What does it cost to pass {messages} messages at a time from one thread to another, if {capacity} may wait?"
        )
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`BatchChannel`].
#[derive(Debug)]
pub enum Batches {}

impl Contract for Batches {
    type Workload = Batch;
    const NAME: &'static str = "channels for batches";
    const GUARANTEES: &'static str = "every message arrives once, unaltered and in its sender's order";

    fn refusal(_workload: &Batch, threads: usize) -> Option<&'static str> {
        (threads > 2).then_some("one sender and one receiver are two threads")
    }
}

impl<T: BatchChannel> Admits<T> for Batches {
    fn trial(workload: &Batch, _setting: &Setting) -> impl Trial {
        BatchTrial { channel: T::new(workload.capacity), batch: workload.clone() }
    }
}

struct BatchTrial<T> {
    channel: T,
    batch: Batch,
}

impl<T: BatchChannel> Trial for BatchTrial<T> {
    type Report = Part;

    /// A channel ends with its sender, so each slice has a new one.
    fn prepare(&mut self, share: u64) -> u64 {
        self.channel = T::new(self.batch.capacity);
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Part {
        match worker.index() {
            0 if worker.threads() == 1 => self.send_and_receive(worker),
            0 => self.receive(worker),
            _ => self.send(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
        check_messages(1, accounts)
    }
}

impl<T: BatchChannel> BatchTrial<T> {
    fn send(&self, worker: &mut Worker<'_>) -> Part {
        let mut end = self.channel.sender();
        let mut batch = vec![0; self.batch.messages];
        let mut messages = 0;
        worker.assist(|| {
            write(&mut batch, &mut messages);
            T::send(&mut end, &batch);
            true
        });
        Part::Sent { sender: 0, messages }
    }

    fn receive(&self, worker: &mut Worker<'_>) -> Part {
        let mut end = self.channel.receiver();
        let mut batch = vec![0; self.batch.messages];
        let mut received = Tally::new(1);
        worker.measure(STRIDE, |_| {
            for completed in 0..STRIDE {
                if !T::receive(&mut end, &mut batch) {
                    return completed;
                }
                batch.iter().for_each(|message| received.add(*message));
            }
            STRIDE
        });
        Self::drain(&mut end, &mut batch, &mut received);
        Part::Received(received)
    }

    fn send_and_receive(&self, worker: &mut Worker<'_>) -> Part {
        let (mut sender, mut receiver) = (self.channel.sender(), self.channel.receiver());
        let mut batch = vec![0; self.batch.messages];
        let mut received = Tally::new(1);
        let mut messages = 0;
        worker.measure(STRIDE, |_| {
            for completed in 0..STRIDE {
                write(&mut batch, &mut messages);
                T::send(&mut sender, &batch);
                if !T::receive(&mut receiver, &mut batch) {
                    return completed;
                }
                batch.iter().for_each(|message| received.add(*message));
            }
            STRIDE
        });
        drop(sender);
        Self::drain(&mut receiver, &mut batch, &mut received);
        Part::Both { messages, received }
    }

    /// Takes, off the clock, what is left, until the sender is gone.
    fn drain(end: &mut T::Receiver<'_>, batch: &mut [u64], received: &mut Tally) {
        while T::receive(end, batch) {
            batch.iter().for_each(|message| received.add(*message));
        }
    }
}

/// Writes the next messages of the only sender, after `messages` of them.
#[inline(always)]
fn write(batch: &mut [u64], messages: &mut u64) {
    for place in batch {
        *messages += 1;
        *place = message(0, *messages);
    }
}

/// A receiver that writes its own batches, and a sender that sends them nowhere.
#[derive(Debug)]
pub(crate) enum FloorOfBatches {}

impl Admits<FloorOfBatches> for Batches {
    fn trial(workload: &Batch, _setting: &Setting) -> impl Trial {
        FloorTrial(workload.clone())
    }
}

struct FloorTrial(Batch);

impl Trial for FloorTrial {
    /// What the receiver counted; empty for the sender.
    type Report = Tally;

    fn work(&self, worker: &mut Worker<'_>) -> Tally {
        let mut batch = vec![0; self.0.messages];
        let mut received = Tally::new(1);
        let mut messages = 0;
        if worker.index() > 0 {
            worker.assist(|| {
                write(black_box(&mut batch), &mut messages);
                true
            });
            return received;
        }
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                write(&mut batch, &mut messages);
                black_box(&mut batch).iter().for_each(|message| received.add(*message));
            }
            STRIDE
        });
        received
    }

    fn check(&mut self, accounts: &[Account<Tally>]) -> Result<(), WrongResult> {
        accounts
            .iter()
            .try_for_each(|account| account.report.compare(&[account.ops * self.0.messages as u64]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    /// A channel with a fault in every tenth batch.
    struct Faulty<const FAULT: u8>(Mutex<Option<Sender>>, Mutex<Option<mpsc::Receiver<Vec<u64>>>>);

    struct Sender {
        end: mpsc::SyncSender<Vec<u64>>,
        sent: u64,
    }

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const DOUBLES: u8 = 2;
    const SWAPS: u8 = 3;

    impl<const FAULT: u8> BatchChannel for Faulty<FAULT> {
        type Sender<'a> = Sender;
        type Receiver<'a> = mpsc::Receiver<Vec<u64>>;

        fn new(_capacity: usize) -> Self {
            let (end, receiver) = mpsc::sync_channel(8);
            Self(Mutex::new(Some(Sender { end, sent: 0 })), Mutex::new(Some(receiver)))
        }

        fn sender(&self) -> Sender {
            self.0.lock().unwrap().take().unwrap()
        }

        fn receiver(&self) -> mpsc::Receiver<Vec<u64>> {
            self.1.lock().unwrap().take().unwrap()
        }

        fn send(sender: &mut Sender, batch: &[u64]) {
            let mut batch = batch.to_vec();
            sender.sent += 1;
            match if sender.sent % 10 == 5 { FAULT } else { NONE } {
                LOSES => return,
                DOUBLES => sender.end.send(batch.clone()).unwrap(),
                SWAPS => batch.swap(1, 2),
                _ => {}
            }
            sender.end.send(batch).unwrap();
        }

        fn receive(receiver: &mut mpsc::Receiver<Vec<u64>>, batch: &mut [u64]) -> bool {
            receiver.recv().is_ok_and(|received| {
                batch.copy_from_slice(&received);
                true
            })
        }
    }

    fn fault<const FAULT: u8>(batch: &Batch) -> bool {
        let rows = vec![Contender::<Batches>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![batch.clone()], rows);
        check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60)).fault.is_some()
    }

    #[test]
    fn faults_are_found() {
        for batch in Batch::all() {
            assert_eq!(batch.capacity % batch.messages, 0, "whole batches wait");
            assert!(!fault::<NONE>(&batch), "no fault");
            assert!(fault::<LOSES>(&batch), "loses one batch in 10");
            assert!(fault::<DOUBLES>(&batch), "doubles one batch in 10");
            assert!(fault::<SWAPS>(&batch), "swaps two messages of one batch in 10");
        }
    }
}
