//! crossfire's three channels: each has code of its own for as many ends as it may have.

use super::channels::Limited;
use super::libraries::{AllEnds, Ends, GONE, Library, NO_RENDEZVOUS};
use super::tasks::{self, Awaited};
use crate::{Channels, Message, Shape, TaskChannels, TaskTraffic, Traffic};
use contend_harness::{Admits, Contender};
use crossfire::{AsyncRx, AsyncTx, BlockingRxTrait, BlockingTxTrait, MAsyncRx, MAsyncTx, MRx, MTx, Rx, Tx};
use crossfire::{mpmc, mpsc, spsc};

/// For one sender and one receiver, and for many of both.
pub(super) fn rows<C: Admits<Library<OneToOne>> + Admits<Library<ManyToMany>>>() -> Vec<Contender<C>> {
    vec![
        Contender::of::<Library<OneToOne>>("crossfire-spsc")
            .can(&["bounded or not", "one sender, one receiver", "async too"])
            .package("crossfire")
            .blocks()
            .note(NOTE_SPSC),
        Contender::of::<Library<ManyToMany>>("crossfire-mpmc")
            .full_set_only()
            .can(&["bounded or not", "many receivers", "async too"])
            .package("crossfire")
            .blocks()
            .note(NOTE_MPMC),
    ]
}

/// For many senders and one receiver, which no payload has.
pub(super) const CHANNELS: &[Contender<Channels>] = &[Contender::of::<Library<ManyToOne>>("crossfire-mpsc")
    .can(&["bounded or not", "one receiver", "async too"])
    .package("crossfire")
    .blocks()
    .note(NOTE_MPSC)];

/// The same three, awaited.
pub(super) const TASKS: &[Contender<TaskChannels>] = &[
    Contender::of::<tasks::Ends<OneToOne>>("crossfire-spsc")
        .can(&["bounded or not", "one sender, one receiver", "async too"])
        .package("crossfire")
        .blocks()
        .note(NOTE_SPSC),
    Contender::of::<tasks::Ends<ManyToOne>>("crossfire-mpsc")
        .can(&["bounded or not", "one receiver", "async too"])
        .package("crossfire")
        .blocks()
        .note(NOTE_MPSC),
    Contender::of::<tasks::Ends<ManyToMany>>("crossfire-mpmc")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("crossfire")
        .blocks()
        .note(NOTE_MPMC),
];

const NOTE_SPSC: &str = "its channel for one sender and one receiver; without its tuning call, which would hold for every \
                         row of the process";
const NOTE_MPSC: &str = "its channel for many senders and one receiver; without its tuning call, which would hold for \
                         every row of the process";
const NOTE_MPMC: &str = "its channel for many senders and receivers, whatever the shape; without its tuning call, which \
                         would hold for every row of the process";

const ONE_OF_EACH: &str = "it has one sender and one receiver";
const ONE_RECEIVER: &str = "it has one receiver";
const ONE_SENDER: &str = "for one sender, crossfire has a channel of its own: `crossfire-spsc`";

/// `spsc`.
pub(super) enum OneToOne {}

/// `mpsc`.
pub(super) enum ManyToOne {}

/// `mpmc`.
pub(super) enum ManyToMany {}

impl OneToOne {
    fn refusal_of(shape: Shape) -> Option<&'static str> {
        (shape.shares_senders() || shape.shares_receivers()).then_some(ONE_OF_EACH)
    }
}

impl ManyToOne {
    fn refusal_of(shape: Shape) -> Option<&'static str> {
        match (shape.shares_senders(), shape.shares_receivers()) {
            (_, true) => Some(ONE_RECEIVER),
            (false, false) => Some(ONE_SENDER),
            (true, false) => None,
        }
    }
}

fn without_room(traffic: &Traffic) -> Option<&'static str> {
    (traffic.capacity() == Some(0)).then_some(NO_RENDEZVOUS)
}

/// Whatever the ends, a message is sent in the same way.
#[inline(always)]
fn send<M: Message>(sender: &Limited<impl BlockingTxTrait<M>, impl BlockingTxTrait<M>>, message: M) {
    match sender {
        Limited::Bounded(sender) => sender.send(message).expect(GONE),
        Limited::Unbounded(sender) => sender.send(message).expect(GONE),
    }
}

/// Whatever the ends, a message is received in the same way.
#[inline(always)]
fn receive<M: Message>(receiver: &Limited<impl BlockingRxTrait<M>, impl BlockingRxTrait<M>>) -> Option<M> {
    match receiver {
        Limited::Bounded(receiver) => receiver.recv().ok(),
        Limited::Unbounded(receiver) => receiver.recv().ok(),
    }
}

impl Ends for OneToOne {
    type Sender<M: Message> = Limited<Tx<spsc::Array<M>>, Tx<spsc::List<M>>>;
    type Receiver<M: Message> = Limited<Rx<spsc::Array<M>>, Rx<spsc::List<M>>>;

    fn make<M: Message>(capacity: Option<usize>, _senders: usize, _receivers: usize) -> AllEnds<Self, M> {
        let Some(capacity) = capacity else {
            let (sender, receiver) = spsc::unbounded_blocking();
            return (vec![Limited::Unbounded(sender)], vec![Limited::Unbounded(receiver)]);
        };
        let (sender, receiver) = spsc::bounded_blocking(capacity);
        (vec![Limited::Bounded(sender)], vec![Limited::Bounded(receiver)])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        send(sender, message);
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receive(receiver)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        Self::refusal_of(traffic.shape()).or_else(|| without_room(traffic))
    }
}

impl Ends for ManyToOne {
    type Sender<M: Message> = Limited<MTx<mpsc::Array<M>>, MTx<mpsc::List<M>>>;
    type Receiver<M: Message> = Limited<Rx<mpsc::Array<M>>, Rx<mpsc::List<M>>>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, _receivers: usize) -> AllEnds<Self, M> {
        let Some(capacity) = capacity else {
            let (sender, receiver) = mpsc::unbounded_blocking();
            return (vec![Limited::Unbounded(sender); senders], vec![Limited::Unbounded(receiver)]);
        };
        let (sender, receiver) = mpsc::bounded_blocking(capacity);
        (vec![Limited::Bounded(sender); senders], vec![Limited::Bounded(receiver)])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        send(sender, message);
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receive(receiver)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        Self::refusal_of(traffic.shape()).or_else(|| without_room(traffic))
    }
}

impl Ends for ManyToMany {
    type Sender<M: Message> = Limited<MTx<mpmc::Array<M>>, MTx<mpmc::List<M>>>;
    type Receiver<M: Message> = Limited<MRx<mpmc::Array<M>>, MRx<mpmc::List<M>>>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M> {
        let Some(capacity) = capacity else {
            let (sender, receiver) = mpmc::unbounded_blocking();
            return (
                vec![Limited::Unbounded(sender); senders],
                vec![Limited::Unbounded(receiver); receivers],
            );
        };
        let (sender, receiver) = mpmc::bounded_blocking(capacity);
        (vec![Limited::Bounded(sender); senders], vec![Limited::Bounded(receiver); receivers])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        send(sender, message);
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receive(receiver)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        without_room(traffic)
    }
}

impl Awaited for OneToOne {
    type Sender = AsyncTx<spsc::Array<u64>>;
    type Receiver = AsyncRx<spsc::Array<u64>>;

    fn make(capacity: usize, _senders: usize, _receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = spsc::bounded_async(capacity);
        (vec![sender], vec![receiver])
    }

    #[inline(always)]
    async fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).await.expect(GONE);
    }

    #[inline(always)]
    async fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().await.ok()
    }

    fn refusal(traffic: &TaskTraffic) -> Option<&'static str> {
        Self::refusal_of(traffic.shape())
    }
}

impl Awaited for ManyToOne {
    type Sender = MAsyncTx<mpsc::Array<u64>>;
    type Receiver = AsyncRx<mpsc::Array<u64>>;

    fn make(capacity: usize, senders: usize, _receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = mpsc::bounded_async(capacity);
        (vec![sender; senders], vec![receiver])
    }

    #[inline(always)]
    async fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).await.expect(GONE);
    }

    #[inline(always)]
    async fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().await.ok()
    }

    fn refusal(traffic: &TaskTraffic) -> Option<&'static str> {
        Self::refusal_of(traffic.shape())
    }
}

impl Awaited for ManyToMany {
    type Sender = MAsyncTx<mpmc::Array<u64>>;
    type Receiver = MAsyncRx<mpmc::Array<u64>>;

    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = mpmc::bounded_async(capacity);
        (vec![sender; senders], vec![receiver; receivers])
    }

    #[inline(always)]
    async fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).await.expect(GONE);
    }

    #[inline(always)]
    async fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().await.ok()
    }
}
