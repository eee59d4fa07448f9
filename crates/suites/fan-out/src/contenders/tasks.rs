//! Channels through their futures, polled by each worker for itself.

use super::channels::taken;
use super::libraries::GONE;
use crate::{Shape, TaskChannel, TaskChannels, TaskTraffic};
use contend_harness::Contender;
use std::sync::Mutex;
use tokio::sync::mpsc as tokio_mpsc;

pub(super) const TASKS: &[Contender<TaskChannels>] = &[
    Contender::of::<Ends<Tokio>>("tokio-mpsc")
        .full_set_only()
        .can(&["bounded or not", "one receiver", "made for async"])
        .package("tokio")
        .blocks()
        .note("outside a runtime, so without tokio's budget for each task"),
    Contender::of::<Ends<AsyncChannel>>("async-channel")
        .full_set_only()
        .can(&["bounded or not", "many receivers", "made for async"])
        .package("async-channel")
        .blocks(),
    Contender::of::<Ends<Flume>>("flume")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("flume")
        .blocks()
        .note("a queue under a lock, no unsafe code"),
    Contender::of::<Ends<Kanal>>("kanal")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("kanal")
        .blocks(),
];

/// A crate's way to make a channel with a limit, to send and to receive.
pub(super) trait Awaited: 'static {
    type Sender: Send + 'static;
    type Receiver: Send + 'static;

    /// As many senders and receivers as asked for, or one where there can be only one.
    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>);
    fn send(sender: &mut Self::Sender, message: u64) -> impl Future<Output = ()>;
    fn receive(receiver: &mut Self::Receiver) -> impl Future<Output = Option<u64>>;

    fn refusal(_traffic: &TaskTraffic) -> Option<&'static str> {
        None
    }
}

/// The ends that nobody has taken yet.
pub(super) struct Ends<A: Awaited> {
    senders: Mutex<Vec<A::Sender>>,
    receivers: Mutex<Vec<A::Receiver>>,
}

impl<A: Awaited> TaskChannel for Ends<A> {
    type Sender = A::Sender;
    type Receiver = A::Receiver;

    fn new(capacity: usize, senders: usize, receivers: usize) -> Self {
        let (senders, receivers) = A::make(capacity, senders, receivers);
        Self { senders: Mutex::new(senders), receivers: Mutex::new(receivers) }
    }

    fn sender(&self) -> A::Sender {
        taken(&self.senders)
    }

    fn receiver(&self) -> A::Receiver {
        taken(&self.receivers)
    }

    #[inline(always)]
    fn send(sender: &mut A::Sender, message: u64) -> impl Future<Output = ()> {
        A::send(sender, message)
    }

    #[inline(always)]
    fn receive(receiver: &mut A::Receiver) -> impl Future<Output = Option<u64>> {
        A::receive(receiver)
    }

    fn refusal(traffic: &TaskTraffic) -> Option<&'static str> {
        A::refusal(traffic)
    }
}

enum Tokio {}

impl Awaited for Tokio {
    type Sender = tokio_mpsc::Sender<u64>;
    type Receiver = tokio_mpsc::Receiver<u64>;

    fn make(capacity: usize, senders: usize, _receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = tokio_mpsc::channel(capacity);
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
        (traffic.shape() == Shape::Mpmc).then_some("tokio::sync::mpsc has one receiver")
    }
}

enum AsyncChannel {}

impl Awaited for AsyncChannel {
    type Sender = async_channel::Sender<u64>;
    type Receiver = async_channel::Receiver<u64>;

    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = async_channel::bounded(capacity);
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

enum Flume {}

impl Awaited for Flume {
    type Sender = flume::Sender<u64>;
    type Receiver = flume::Receiver<u64>;

    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = flume::bounded(capacity);
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

enum Kanal {}

impl Awaited for Kanal {
    type Sender = kanal::AsyncSender<u64>;
    type Receiver = kanal::AsyncReceiver<u64>;

    fn make(capacity: usize, senders: usize, receivers: usize) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
        let (sender, receiver) = kanal::bounded_async(capacity);
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
