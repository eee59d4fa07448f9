//! Channels of other crates, through the calls that block.

use super::channels::{Limited, taken};
use crate::{Carrier, Channel, Message, Traffic};
use contend_harness::{Admits, Contender};
use std::sync::Mutex;
use tokio::sync::mpsc as tokio_mpsc;

pub(super) fn rows<C>() -> Vec<Contender<C>>
where
    C: Admits<Library<Flume>> + Admits<Library<Kanal>>,
    C: Admits<Library<AsyncChannel>> + Admits<Library<Tokio>>,
{
    vec![
        Contender::of::<Library<Flume>>("flume")
            .can(&["bounded or not", "many receivers", "async too"])
            .package("flume")
            .blocks()
            .note("a queue under a lock, no unsafe code"),
        Contender::of::<Library<Kanal>>("kanal")
            .can(&["bounded or not", "many receivers", "async too"])
            .package("kanal")
            .blocks()
            .note("spins long before it sleeps"),
        Contender::of::<Library<AsyncChannel>>("async-channel")
            .full_set_only()
            .can(&["bounded or not", "many receivers", "made for async"])
            .package("async-channel")
            .blocks()
            .note("its blocking calls; it is made for async ones"),
        Contender::of::<Library<Tokio>>("tokio-mpsc")
            .full_set_only()
            .can(&["bounded or not", "one receiver", "made for async"])
            .package("tokio")
            .blocks()
            .note("its blocking calls, outside a runtime; it is made for async ones"),
    ]
}

/// A crate's way to make a channel of any capacity, to send and to receive.
pub(super) trait Ends: 'static {
    type Sender<M: Message>: Send + 'static;
    type Receiver<M: Message>: Send + 'static;

    /// As many senders and receivers as asked for, or one where there can be only one.
    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M>;
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M);
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M>;

    fn refusal(_traffic: &Traffic) -> Option<&'static str> {
        None
    }
}

/// The senders and the receivers of one channel.
pub(super) type AllEnds<E, M> = (Vec<<E as Ends>::Sender<M>>, Vec<<E as Ends>::Receiver<M>>);

pub(super) const GONE: &str = "receivers stay until the last sender is gone";
pub(super) const NO_RENDEZVOUS: &str = "it has no channel without room for a message";

/// The ends that nobody has taken yet.
pub(super) struct Library<E: Ends, M: Message = u64> {
    senders: Mutex<Vec<E::Sender<M>>>,
    receivers: Mutex<Vec<E::Receiver<M>>>,
}

impl<E: Ends> Carrier for Library<E> {
    type Of<M: Message> = Library<E, M>;
}

impl<E: Ends, M: Message> Channel<M> for Library<E, M> {
    type Sender<'a> = E::Sender<M>;
    type Receiver<'a> = E::Receiver<M>;

    fn new(capacity: Option<usize>, senders: usize, receivers: usize) -> Self {
        let (senders, receivers) = E::make(capacity, senders, receivers);
        Self { senders: Mutex::new(senders), receivers: Mutex::new(receivers) }
    }

    fn sender(&self) -> E::Sender<M> {
        taken(&self.senders)
    }

    fn receiver(&self) -> E::Receiver<M> {
        taken(&self.receivers)
    }

    #[inline(always)]
    fn send(sender: &mut E::Sender<M>, message: M) {
        E::send(sender, message);
    }

    #[inline(always)]
    fn receive(receiver: &mut E::Receiver<M>) -> Option<M> {
        E::receive(receiver)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        E::refusal(traffic)
    }
}

pub(super) enum Flume {}

impl Ends for Flume {
    type Sender<M: Message> = flume::Sender<M>;
    type Receiver<M: Message> = flume::Receiver<M>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M> {
        let (sender, receiver) = capacity.map_or_else(flume::unbounded, flume::bounded);
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

pub(super) enum Kanal {}

impl Ends for Kanal {
    type Sender<M: Message> = kanal::Sender<M>;
    type Receiver<M: Message> = kanal::Receiver<M>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M> {
        let (sender, receiver) = capacity.map_or_else(kanal::unbounded, kanal::bounded);
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

pub(super) enum AsyncChannel {}

impl Ends for AsyncChannel {
    type Sender<M: Message> = async_channel::Sender<M>;
    type Receiver<M: Message> = async_channel::Receiver<M>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, receivers: usize) -> AllEnds<Self, M> {
        let (sender, receiver) = capacity.map_or_else(async_channel::unbounded, async_channel::bounded);
        (vec![sender; senders], vec![receiver; receivers])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender.send_blocking(message).expect(GONE);
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv_blocking().ok()
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        (traffic.capacity() == Some(0)).then_some(NO_RENDEZVOUS)
    }
}

pub(super) enum Tokio {}

type TokioSender<M> = Limited<tokio_mpsc::Sender<M>, tokio_mpsc::UnboundedSender<M>>;
type TokioReceiver<M> = Limited<tokio_mpsc::Receiver<M>, tokio_mpsc::UnboundedReceiver<M>>;

impl Ends for Tokio {
    type Sender<M: Message> = TokioSender<M>;
    type Receiver<M: Message> = TokioReceiver<M>;

    fn make<M: Message>(capacity: Option<usize>, senders: usize, _receivers: usize) -> AllEnds<Self, M> {
        let Some(capacity) = capacity else {
            let (sender, receiver) = tokio_mpsc::unbounded_channel();
            return (vec![Limited::Unbounded(sender); senders], vec![Limited::Unbounded(receiver)]);
        };
        let (sender, receiver) = tokio_mpsc::channel(capacity);
        (vec![Limited::Bounded(sender); senders], vec![Limited::Bounded(receiver)])
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut TokioSender<M>, message: M) {
        match sender {
            Limited::Bounded(sender) => sender.blocking_send(message).expect(GONE),
            Limited::Unbounded(sender) => sender.send(message).expect(GONE),
        }
    }

    #[inline(always)]
    fn receive<M: Message>(receiver: &mut TokioReceiver<M>) -> Option<M> {
        match receiver {
            Limited::Bounded(receiver) => receiver.blocking_recv(),
            Limited::Unbounded(receiver) => receiver.blocking_recv(),
        }
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        match traffic.capacity() {
            _ if traffic.shape().shares_receivers() => Some("tokio::sync::mpsc has one receiver"),
            Some(0) => Some(NO_RENDEZVOUS),
            _ => None,
        }
    }
}
