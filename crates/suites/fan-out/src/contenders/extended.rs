//! Channels of the feature `extended`.

use super::channels::taken;
use super::libraries::{AllEnds, Ends, GONE, Library};
use super::tasks::{self, Awaited};
use crate::{Channel, Channels, Message, TaskChannels, TaskTraffic, Traffic};
use contend_harness::{Admits, Contender};
use std::sync::Mutex;
use thingbuf::mpsc as awaited;
use thingbuf::mpsc::blocking;

/// Those that carry messages of any type.
pub(super) fn rows<C: Admits<Library<Loole>>>() -> Vec<Contender<C>> {
    vec![
        Contender::of::<Library<Loole>>("loole")
            .can(&["bounded or not", "many receivers", "async too"])
            .package("loole")
            .blocks()
            .note(NOTE_LOOLE),
    ]
}

/// Those that ask more of a message than to be sent.
pub(super) const CHANNELS: &[Contender<Channels>] = &[Contender::of::<ThingBuf>("thingbuf")
    .can(&["bounded", "one receiver", "async too"])
    .package("thingbuf")
    .blocks()
    .note(NOTE_THINGBUF)];

/// Both, awaited.
pub(super) const TASKS: &[Contender<TaskChannels>] = &[
    Contender::of::<tasks::Ends<Loole>>("loole")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("loole")
        .blocks()
        .note(NOTE_LOOLE),
    Contender::of::<tasks::Ends<AwaitedThingBuf>>("thingbuf")
        .can(&["bounded", "one receiver", "async too"])
        .package("thingbuf")
        .blocks()
        .note(NOTE_THINGBUF),
];

const NOTE_LOOLE: &str = "a queue under a lock, no unsafe code";
const NOTE_THINGBUF: &str = "sent by value: what it is made for, writing into slots that keep their memory, is not in \
                             this number; closing it while a slot is borrowed can hang or crash (thingbuf#100), which \
                             nobody does here";

const NEEDS_LIMIT: &str = "it has as many slots as it was made with";
const NO_ROOM: &str = "a buffer without slots never takes a message";
const ONE_RECEIVER: &str = "it has one receiver";

/// loole, through its blocking calls or awaited.
pub(super) enum Loole {}

impl Ends for Loole {
    type Sender<M: Message> = loole::Sender<M>;
    type Receiver<M: Message> = loole::Receiver<M>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M> {
        let (sender, receiver) = capacity.map_or_else(loole::unbounded, loole::bounded);
        (vec![sender; senders], vec![receiver; receivers])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender.send(message).expect(GONE);
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().ok()
    }
}

impl Awaited for Loole {
    type Sender = loole::Sender<u64>;
    type Receiver = loole::Receiver<u64>;

    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = loole::bounded(capacity);
        (vec![sender; senders], vec![receiver; receivers])
    }

    #[inline(always)]
    async fn send(sender: &mut Self::Sender, message: u64) {
        sender.send_async(message).await.expect(GONE);
    }

    #[inline(always)]
    async fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv_async().await.ok()
    }
}

/// thingbuf's channel, through its blocking calls, with the ends that nobody has taken yet.
///
/// For numbers only: its slots need a value before the first message.
pub(super) struct ThingBuf {
    senders: Mutex<Vec<blocking::Sender<u64>>>,
    receiver: Mutex<Vec<blocking::Receiver<u64>>>,
}

impl Channel for ThingBuf {
    type Sender<'a> = blocking::Sender<u64>;
    type Receiver<'a> = blocking::Receiver<u64>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = blocking::channel(capacity.expect("without a limit it is refused"));
        Self { senders: Mutex::new(vec![sender; senders]), receiver: Mutex::new(vec![receiver]) }
    }

    fn sender(&self) -> blocking::Sender<u64> {
        taken(&self.senders)
    }

    fn receiver(&self) -> blocking::Receiver<u64> {
        taken(&self.receiver)
    }

    #[inline(always)]
    fn send(sender: &mut blocking::Sender<u64>, message: u64) {
        sender.send(message).expect(GONE);
    }

    #[inline(always)]
    fn receive(receiver: &mut blocking::Receiver<u64>) -> Option<u64> {
        receiver.recv()
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        match traffic.capacity() {
            _ if traffic.shape().shares_receivers() => Some(ONE_RECEIVER),
            None => Some(NEEDS_LIMIT),
            Some(0) => Some(NO_ROOM),
            Some(_) => None,
        }
    }
}

/// thingbuf's channel, awaited.
pub(super) enum AwaitedThingBuf {}

impl Awaited for AwaitedThingBuf {
    type Sender = awaited::Sender<u64>;
    type Receiver = awaited::Receiver<u64>;

    fn make(capacity: usize, senders: usize, _receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = awaited::channel(capacity);
        (vec![sender; senders], vec![receiver])
    }

    #[inline(always)]
    async fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).await.expect(GONE);
    }

    #[inline(always)]
    async fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().await
    }

    fn refusal(traffic: &TaskTraffic) -> Option<&'static str> {
        traffic.shape().shares_receivers().then_some(ONE_RECEIVER)
    }
}
