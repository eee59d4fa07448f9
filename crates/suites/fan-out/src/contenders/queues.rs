//! Queues that are asked again and again: what a channel costs without anybody who sleeps. How to wait is a part of each
//! row, because the queues do not say.

use super::channels::taken;
use crate::{Channel, Channels, Shape, Traffic};
use concurrent_queue::ConcurrentQueue;
use contend_harness::Contender;
use crossbeam_queue::{ArrayQueue, SegQueue};
use crossbeam_utils::CachePadded;
use ringbuf::traits::{Consumer as _, Producer as _, Split as _};
use ringbuf::{HeapCons, HeapProd, HeapRb};
use std::marker::PhantomData;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const SPINS: &str = "polls in a loop: waiting burns a core";
const YIELDS: &str = "polls, and gives its core away between two attempts";

pub(super) const CHANNELS: &[Contender<Channels>] = &[
    Contender::of::<Polled<ArrayQueue<u64>, Spin>>("array-queue-spin").package("crossbeam-queue").note(SPINS),
    Contender::of::<Polled<ArrayQueue<u64>, Yield>>("array-queue-yield")
        .package("crossbeam-queue")
        .note(YIELDS)
        .full_set_only(),
    Contender::of::<Polled<SegQueue<u64>, Spin>>("seg-queue-spin").package("crossbeam-queue").note(SPINS),
    Contender::of::<Polled<SegQueue<u64>, Yield>>("seg-queue-yield")
        .package("crossbeam-queue")
        .note(YIELDS)
        .full_set_only(),
    Contender::of::<Polled<ConcurrentQueue<u64>, Spin>>("concurrent-queue-spin")
        .package("concurrent-queue")
        .note(SPINS)
        .full_set_only(),
    Contender::of::<OneToOne<Rtrb, Spin>>("rtrb-spin").package("rtrb").note(SPINS),
    Contender::of::<OneToOne<Rtrb, Yield>>("rtrb-yield").package("rtrb").note(YIELDS).full_set_only(),
    Contender::of::<OneToOne<Ringbuf, Spin>>("ringbuf-spin").package("ringbuf").note(SPINS),
];

/// What to do until the queue has a message, or room for one.
trait Wait: Send + Sync + 'static {
    fn wait();
}

enum Spin {}

impl Wait for Spin {
    #[inline(always)]
    fn wait() {
        std::hint::spin_loop();
    }
}

enum Yield {}

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
struct Senders(CachePadded<AtomicUsize>);

impl Senders {
    fn new(count: usize) -> Self {
        Self(CachePadded::new(AtomicUsize::new(count)))
    }

    fn one_is_gone(&self) {
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
fn poll<W: Wait>(senders: &Senders, mut attempt: impl FnMut() -> Option<u64>) -> Option<u64> {
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
        poll::<W>(&receiver.senders, || receiver.queue.pop())
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        Q::refusal(traffic.capacity())
    }
}

/// A ring between two threads.
trait Ring: 'static {
    type Sender: Send + 'static;
    type Receiver: Send + 'static;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver);
    /// `false` where there is no room.
    fn push(sender: &mut Self::Sender, message: u64) -> bool;
    fn pop(receiver: &mut Self::Receiver) -> Option<u64>;
}

enum Rtrb {}

impl Ring for Rtrb {
    type Sender = rtrb::Producer<u64>;
    type Receiver = rtrb::Consumer<u64>;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        rtrb::RingBuffer::new(capacity)
    }

    #[inline(always)]
    fn push(sender: &mut Self::Sender, message: u64) -> bool {
        sender.push(message).is_ok()
    }

    #[inline(always)]
    fn pop(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.pop().ok()
    }
}

enum Ringbuf {}

impl Ring for Ringbuf {
    type Sender = HeapProd<u64>;
    type Receiver = HeapCons<u64>;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        HeapRb::new(capacity).split()
    }

    #[inline(always)]
    fn push(sender: &mut Self::Sender, message: u64) -> bool {
        sender.try_push(message).is_ok()
    }

    #[inline(always)]
    fn pop(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.try_pop()
    }
}

/// A ring, polled, with the ends that nobody has taken yet.
struct OneToOne<R: Ring, W> {
    sender: Mutex<Vec<R::Sender>>,
    receiver: Mutex<Vec<R::Receiver>>,
    senders: Senders,
    wait: PhantomData<W>,
}

/// A sender that says when it is gone.
struct OneSender<'a, R: Ring> {
    end: R::Sender,
    senders: &'a Senders,
}

impl<R: Ring> Drop for OneSender<'_, R> {
    fn drop(&mut self) {
        self.senders.one_is_gone();
    }
}

struct OneReceiver<'a, R: Ring> {
    end: R::Receiver,
    senders: &'a Senders,
}

impl<R: Ring, W: Wait> Channel for OneToOne<R, W> {
    type Sender<'a> = OneSender<'a, R>;
    type Receiver<'a> = OneReceiver<'a, R>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = R::make(capacity.expect("without a limit it is refused"));
        Self {
            sender: Mutex::new(vec![sender]),
            receiver: Mutex::new(vec![receiver]),
            senders: Senders::new(senders),
            wait: PhantomData,
        }
    }

    fn sender(&self) -> OneSender<'_, R> {
        OneSender { end: taken(&self.sender), senders: &self.senders }
    }

    fn receiver(&self) -> OneReceiver<'_, R> {
        OneReceiver { end: taken(&self.receiver), senders: &self.senders }
    }

    #[inline(always)]
    fn send(sender: &mut OneSender<'_, R>, message: u64) {
        while !R::push(&mut sender.end, message) {
            W::wait();
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut OneReceiver<'_, R>) -> Option<u64> {
        let OneReceiver { end, senders } = receiver;
        poll::<W>(senders, || R::pop(end))
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        match traffic.shape() {
            Shape::Spsc | Shape::RoundTrip => refusal_of_a_ring(traffic.capacity()),
            Shape::Mpsc | Shape::Mpmc => Some("it has one sender and one receiver"),
        }
    }
}
