//! Channels of other crates, through the calls that block.

use super::channels::taken;
use crate::{Channel, Channels, Shape, Traffic};
use contend_harness::Contender;
use crossfire::mpmc;
use std::sync::Mutex;
use tokio::sync::mpsc as tokio_mpsc;

pub(super) const CHANNELS: &[Contender<Channels>] = &[
    Contender::of::<Library<Flume>>("flume")
        .package("flume")
        .blocks()
        .note("a queue under a lock, no unsafe code"),
    Contender::of::<Library<Kanal>>("kanal").package("kanal").blocks().note("spins long before it sleeps"),
    Contender::of::<Library<AsyncChannel>>("async-channel")
        .package("async-channel")
        .blocks()
        .note("its blocking calls; it is made for async ones"),
    Contender::of::<Library<Tokio>>("tokio-mpsc")
        .package("tokio")
        .blocks()
        .note("its blocking calls, outside a runtime; it is made for async ones"),
    Contender::of::<Library<Crossfire>>("crossfire")
        .package("crossfire")
        .blocks()
        .note("without its tuning call, which would hold for every row of the process"),
];

/// A crate's way to make a channel of any capacity, to send and to receive.
trait Ends: 'static {
    type Sender: Clone + Send + 'static;
    type Receiver: Send + 'static;

    /// As many receivers as asked for, or one where there can be only one.
    fn make(capacity: Option<usize>, receivers: usize) -> (Self::Sender, Vec<Self::Receiver>);
    fn send(sender: &mut Self::Sender, message: u64);
    fn receive(receiver: &mut Self::Receiver) -> Option<u64>;

    fn refusal(_traffic: &Traffic) -> Option<&'static str> {
        None
    }
}

const GONE: &str = "receivers stay until the last sender is gone";
const NO_RENDEZVOUS: &str = "it has no channel without room for a message";

/// The ends that nobody has taken yet.
struct Library<E: Ends> {
    senders: Mutex<Vec<E::Sender>>,
    receivers: Mutex<Vec<E::Receiver>>,
}

impl<E: Ends> Channel for Library<E> {
    type Sender<'a> = E::Sender;
    type Receiver<'a> = E::Receiver;

    fn new(capacity: Option<usize>, senders: usize, receivers: usize) -> Self {
        let (sender, receivers) = E::make(capacity, receivers);
        Self { senders: Mutex::new(vec![sender; senders]), receivers: Mutex::new(receivers) }
    }

    fn sender(&self) -> E::Sender {
        taken(&self.senders)
    }

    fn receiver(&self) -> E::Receiver {
        taken(&self.receivers)
    }

    #[inline(always)]
    fn send(sender: &mut E::Sender, message: u64) {
        E::send(sender, message);
    }

    #[inline(always)]
    fn receive(receiver: &mut E::Receiver) -> Option<u64> {
        E::receive(receiver)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        E::refusal(traffic)
    }
}

enum Flume {}

impl Ends for Flume {
    type Sender = flume::Sender<u64>;
    type Receiver = flume::Receiver<u64>;

    fn make(capacity: Option<usize>, receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = capacity.map_or_else(flume::unbounded, flume::bounded);
        (sender, vec![receiver; receivers])
    }

    #[inline(always)]
    fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).expect(GONE);
    }

    #[inline(always)]
    fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().ok()
    }
}

enum Kanal {}

impl Ends for Kanal {
    type Sender = kanal::Sender<u64>;
    type Receiver = kanal::Receiver<u64>;

    fn make(capacity: Option<usize>, receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = capacity.map_or_else(kanal::unbounded, kanal::bounded);
        (sender, vec![receiver; receivers])
    }

    #[inline(always)]
    fn send(sender: &mut Self::Sender, message: u64) {
        sender.send(message).expect(GONE);
    }

    #[inline(always)]
    fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv().ok()
    }
}

enum AsyncChannel {}

impl Ends for AsyncChannel {
    type Sender = async_channel::Sender<u64>;
    type Receiver = async_channel::Receiver<u64>;

    fn make(capacity: Option<usize>, receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = capacity.map_or_else(async_channel::unbounded, async_channel::bounded);
        (sender, vec![receiver; receivers])
    }

    #[inline(always)]
    fn send(sender: &mut Self::Sender, message: u64) {
        sender.send_blocking(message).expect(GONE);
    }

    #[inline(always)]
    fn receive(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.recv_blocking().ok()
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        (traffic.capacity() == Some(0)).then_some(NO_RENDEZVOUS)
    }
}

enum Tokio {}

#[derive(Clone)]
enum TokioSender {
    Bounded(tokio_mpsc::Sender<u64>),
    Unbounded(tokio_mpsc::UnboundedSender<u64>),
}

enum TokioReceiver {
    Bounded(tokio_mpsc::Receiver<u64>),
    Unbounded(tokio_mpsc::UnboundedReceiver<u64>),
}

impl Ends for Tokio {
    type Sender = TokioSender;
    type Receiver = TokioReceiver;

    fn make(capacity: Option<usize>, _receivers: usize) -> (TokioSender, Vec<TokioReceiver>) {
        let Some(capacity) = capacity else {
            let (sender, receiver) = tokio_mpsc::unbounded_channel();
            return (TokioSender::Unbounded(sender), vec![TokioReceiver::Unbounded(receiver)]);
        };
        let (sender, receiver) = tokio_mpsc::channel(capacity);
        (TokioSender::Bounded(sender), vec![TokioReceiver::Bounded(receiver)])
    }

    #[inline(always)]
    fn send(sender: &mut TokioSender, message: u64) {
        match sender {
            TokioSender::Bounded(sender) => sender.blocking_send(message).expect(GONE),
            TokioSender::Unbounded(sender) => sender.send(message).expect(GONE),
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut TokioReceiver) -> Option<u64> {
        match receiver {
            TokioReceiver::Bounded(receiver) => receiver.blocking_recv(),
            TokioReceiver::Unbounded(receiver) => receiver.blocking_recv(),
        }
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        match (traffic.shape(), traffic.capacity()) {
            (Shape::Mpmc, _) => Some("tokio::sync::mpsc has one receiver"),
            (_, Some(0)) => Some(NO_RENDEZVOUS),
            _ => None,
        }
    }
}

enum Crossfire {}

#[derive(Clone)]
enum CrossfireSender {
    Bounded(crossfire::MTx<mpmc::Array<u64>>),
    Unbounded(crossfire::MTx<mpmc::List<u64>>),
}

#[derive(Clone)]
enum CrossfireReceiver {
    Bounded(crossfire::MRx<mpmc::Array<u64>>),
    Unbounded(crossfire::MRx<mpmc::List<u64>>),
}

impl Ends for Crossfire {
    type Sender = CrossfireSender;
    type Receiver = CrossfireReceiver;

    fn make(capacity: Option<usize>, receivers: usize) -> (CrossfireSender, Vec<CrossfireReceiver>) {
        let Some(capacity) = capacity else {
            let (sender, receiver) = mpmc::unbounded_blocking();
            return (
                CrossfireSender::Unbounded(sender),
                vec![CrossfireReceiver::Unbounded(receiver); receivers],
            );
        };
        let (sender, receiver) = mpmc::bounded_blocking(capacity);
        (CrossfireSender::Bounded(sender), vec![CrossfireReceiver::Bounded(receiver); receivers])
    }

    #[inline(always)]
    fn send(sender: &mut CrossfireSender, message: u64) {
        match sender {
            CrossfireSender::Bounded(sender) => sender.send(message).expect(GONE),
            CrossfireSender::Unbounded(sender) => sender.send(message).expect(GONE),
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut CrossfireReceiver) -> Option<u64> {
        match receiver {
            CrossfireReceiver::Bounded(receiver) => receiver.recv().ok(),
            CrossfireReceiver::Unbounded(receiver) => receiver.recv().ok(),
        }
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        (traffic.capacity() == Some(0)).then_some(NO_RENDEZVOUS)
    }
}
