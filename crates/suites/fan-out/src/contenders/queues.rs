//! Queues that are asked again and again: what a channel costs without anybody who sleeps. How to wait is a part of each
//! row, because the queues do not say.

use super::channels::taken;
use crate::{Carrier, Channel, Channels, Message, Traffic};
use concurrent_queue::ConcurrentQueue;
use contend_harness::{Admits, Contender};
use crossbeam_queue::{ArrayQueue, SegQueue};
use crossbeam_utils::CachePadded;
use ringbuf::traits::{Consumer as _, Producer as _, Split as _};
use ringbuf::{HeapCons, HeapProd, HeapRb};
use std::marker::PhantomData;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) const SPINS: &str = "polls in a loop: waiting burns a core";
const YIELDS: &str = "polls, and gives its core away between two attempts";

/// Those that all threads share.
pub(super) const CHANNELS: &[Contender<Channels>] = &[
    Contender::of::<Polled<ArrayQueue<u64>, Spin>>("array-queue-spin")
        .can(&["bounded", "many receivers", "polled"])
        .package("crossbeam-queue")
        .note(SPINS),
    Contender::of::<Polled<ArrayQueue<u64>, Yield>>("array-queue-yield")
        .can(&["bounded", "many receivers", "polled"])
        .package("crossbeam-queue")
        .note(YIELDS)
        .full_set_only(),
    Contender::of::<Polled<SegQueue<u64>, Spin>>("seg-queue-spin")
        .full_set_only()
        .can(&["unbounded", "many receivers", "polled"])
        .package("crossbeam-queue")
        .note(SPINS),
    Contender::of::<Polled<SegQueue<u64>, Yield>>("seg-queue-yield")
        .can(&["unbounded", "many receivers", "polled"])
        .package("crossbeam-queue")
        .note(YIELDS)
        .full_set_only(),
    Contender::of::<Polled<ConcurrentQueue<u64>, Spin>>("concurrent-queue-spin")
        .can(&["bounded or not", "many receivers", "polled"])
        .package("concurrent-queue")
        .note(SPINS)
        .full_set_only(),
];

/// Those with one sender and one receiver.
pub(super) fn rings<C>() -> Vec<Contender<C>>
where
    C: Admits<OneToOne<Rtrb, Spin>> + Admits<OneToOne<Rtrb, Yield>> + Admits<OneToOne<Ringbuf, Spin>>,
{
    vec![
        Contender::of::<OneToOne<Rtrb, Spin>>("rtrb-spin")
            .can(&["bounded", "one sender, one receiver", "polled"])
            .package("rtrb")
            .note(SPINS),
        Contender::of::<OneToOne<Rtrb, Yield>>("rtrb-yield")
            .can(&["bounded", "one sender, one receiver", "polled"])
            .package("rtrb")
            .note(YIELDS)
            .full_set_only(),
        Contender::of::<OneToOne<Ringbuf, Spin>>("ringbuf-spin")
            .full_set_only()
            .can(&["bounded", "one sender, one receiver", "polled"])
            .package("ringbuf")
            .note(SPINS),
    ]
}

/// What to do until the queue has a message, or room for one.
pub(super) trait Wait: Send + Sync + 'static {
    fn wait();
}

pub(super) enum Spin {}

impl Wait for Spin {
    #[inline(always)]
    fn wait() {
        std::hint::spin_loop();
    }
}

pub(super) enum Yield {}

impl Wait for Yield {
    #[inline(always)]
    fn wait() {
        std::thread::yield_now();
    }
}

/// A queue that all threads share.
trait Queue: Send + Sync + 'static {
    fn new(capacity: Option<usize>) -> Self;
    /// `false` where there is no room.
    fn push(&self, message: u64) -> bool;
    fn pop(&self) -> Option<u64>;
    fn refusal(capacity: Option<usize>) -> Option<&'static str>;
}

const NO_LIMIT: &str = "it has no limit that could be set";
const NEEDS_LIMIT: &str = "it has as many places as it was made with";
const NO_ROOM: &str = "a queue without places never takes a message";

impl Queue for ArrayQueue<u64> {
    fn new(capacity: Option<usize>) -> Self {
        Self::new(capacity.expect("without a limit it is refused"))
    }

    #[inline(always)]
    fn push(&self, message: u64) -> bool {
        Self::push(self, message).is_ok()
    }

    #[inline(always)]
    fn pop(&self) -> Option<u64> {
        Self::pop(self)
    }

    fn refusal(capacity: Option<usize>) -> Option<&'static str> {
        refusal_of_a_ring(capacity)
    }
}

impl Queue for SegQueue<u64> {
    fn new(_capacity: Option<usize>) -> Self {
        Self::new()
    }

    #[inline(always)]
    fn push(&self, message: u64) -> bool {
        Self::push(self, message);
        true
    }

    #[inline(always)]
    fn pop(&self) -> Option<u64> {
        Self::pop(self)
    }

    fn refusal(capacity: Option<usize>) -> Option<&'static str> {
        capacity.is_some().then_some(NO_LIMIT)
    }
}

impl Queue for ConcurrentQueue<u64> {
    fn new(capacity: Option<usize>) -> Self {
        capacity.map_or_else(Self::unbounded, Self::bounded)
    }

    #[inline(always)]
    fn push(&self, message: u64) -> bool {
        Self::push(self, message).is_ok()
    }

    #[inline(always)]
    fn pop(&self) -> Option<u64> {
        Self::pop(self).ok()
    }

    fn refusal(capacity: Option<usize>) -> Option<&'static str> {
        (capacity == Some(0)).then_some(NO_ROOM)
    }
}

fn refusal_of_a_ring(capacity: Option<usize>) -> Option<&'static str> {
    match capacity {
        None => Some(NEEDS_LIMIT),
        Some(0) => Some(NO_ROOM),
        Some(_) => None,
    }
}

/// Senders that are not gone, on a cache line of their own.
pub(super) struct Senders(CachePadded<AtomicUsize>);

impl Senders {
    pub(super) fn new(count: usize) -> Self {
        Self(CachePadded::new(AtomicUsize::new(count)))
    }

    pub(super) fn one_is_gone(&self) {
        // Release: whoever sees it gone sees all that it sent.
        self.0.fetch_sub(1, Ordering::Release);
    }

    #[inline(always)]
    fn are_gone(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

/// Asks `attempt` until it has a message, or until the senders are gone and have left none.
#[inline(always)]
pub(super) fn poll<M, W: Wait>(senders: &Senders, mut attempt: impl FnMut() -> Option<M>) -> Option<M> {
    loop {
        if let Some(message) = attempt() {
            return Some(message);
        }
        if senders.are_gone() {
            // What the last one sent may have come after the attempt.
            return attempt();
        }
        W::wait();
    }
}

/// A shared queue, polled.
struct Polled<Q, W> {
    queue: CachePadded<Q>,
    senders: Senders,
    wait: PhantomData<W>,
}

/// A sender that says when it is gone.
struct PolledSender<'a, Q, W>(&'a Polled<Q, W>);

impl<Q, W> Drop for PolledSender<'_, Q, W> {
    fn drop(&mut self) {
        self.0.senders.one_is_gone();
    }
}

impl<Q: Queue, W: Wait> Channel for Polled<Q, W> {
    type Sender<'a> = PolledSender<'a, Q, W>;
    type Receiver<'a> = &'a Self;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        Self { queue: CachePadded::new(Q::new(capacity)), senders: Senders::new(senders), wait: PhantomData }
    }

    fn sender(&self) -> PolledSender<'_, Q, W> {
        PolledSender(self)
    }

    fn receiver(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn send(sender: &mut PolledSender<'_, Q, W>, message: u64) {
        while !sender.0.queue.push(message) {
            W::wait();
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut &Self) -> Option<u64> {
        poll::<u64, W>(&receiver.senders, || receiver.queue.pop())
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        Q::refusal(traffic.capacity())
    }
}

/// A ring between two threads, for messages of any type.
pub(super) trait Ring: 'static {
    type Sender<M: Message>: Send + 'static;
    type Receiver<M: Message>: Send + 'static;

    fn make<M: Message>(capacity: usize) -> (Self::Sender<M>, Self::Receiver<M>);
    /// Gives the message back where there is no room.
    fn push<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M>;
    fn pop<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M>;
}

pub(super) enum Rtrb {}

impl Ring for Rtrb {
    type Sender<M: Message> = rtrb::Producer<M>;
    type Receiver<M: Message> = rtrb::Consumer<M>;

    fn make<M: Message>(capacity: usize) -> (Self::Sender<M>, Self::Receiver<M>) {
        rtrb::RingBuffer::new(capacity)
    }

    #[inline(always)]
    fn push<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.push(message).map_err(|rtrb::PushError::Full(message)| message)
    }

    #[inline(always)]
    fn pop<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.pop().ok()
    }
}

pub(super) enum Ringbuf {}

impl Ring for Ringbuf {
    type Sender<M: Message> = HeapProd<M>;
    type Receiver<M: Message> = HeapCons<M>;

    fn make<M: Message>(capacity: usize) -> (Self::Sender<M>, Self::Receiver<M>) {
        HeapRb::new(capacity).split()
    }

    #[inline(always)]
    fn push<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_push(message)
    }

    #[inline(always)]
    fn pop<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_pop()
    }
}

/// A ring, polled, with the ends that nobody has taken yet.
pub(super) struct OneToOne<R: Ring, W, M: Message = u64> {
    sender: Mutex<Vec<R::Sender<M>>>,
    receiver: Mutex<Vec<R::Receiver<M>>>,
    senders: Senders,
    wait: PhantomData<W>,
}

/// A sender that says when it is gone.
pub(super) struct OneSender<'a, R: Ring, M: Message> {
    end: R::Sender<M>,
    senders: &'a Senders,
}

impl<R: Ring, M: Message> Drop for OneSender<'_, R, M> {
    fn drop(&mut self) {
        self.senders.one_is_gone();
    }
}

pub(super) struct OneReceiver<'a, R: Ring, M: Message> {
    end: R::Receiver<M>,
    senders: &'a Senders,
}

impl<R: Ring, W: Wait> Carrier for OneToOne<R, W> {
    type Of<M: Message> = OneToOne<R, W, M>;
}

impl<R: Ring, W: Wait, M: Message> Channel<M> for OneToOne<R, W, M> {
    type Sender<'a> = OneSender<'a, R, M>;
    type Receiver<'a> = OneReceiver<'a, R, M>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = R::make(capacity.expect("without a limit it is refused"));
        Self {
            sender: Mutex::new(vec![sender]),
            receiver: Mutex::new(vec![receiver]),
            senders: Senders::new(senders),
            wait: PhantomData,
        }
    }

    fn sender(&self) -> OneSender<'_, R, M> {
        OneSender { end: taken(&self.sender), senders: &self.senders }
    }

    fn receiver(&self) -> OneReceiver<'_, R, M> {
        OneReceiver { end: taken(&self.receiver), senders: &self.senders }
    }

    #[inline(always)]
    fn send(sender: &mut OneSender<'_, R, M>, mut message: M) {
        while let Err(refused) = R::push(&mut sender.end, message) {
            message = refused;
            W::wait();
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut OneReceiver<'_, R, M>) -> Option<M> {
        let OneReceiver { end, senders } = receiver;
        poll::<M, W>(senders, || R::pop(end))
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        let shape = traffic.shape();
        if shape.shares_senders() || shape.shares_receivers() {
            return Some("it has one sender and one receiver");
        }
        refusal_of_a_ring(traffic.capacity())
    }
}
