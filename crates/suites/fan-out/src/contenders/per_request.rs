//! A channel made for each request. Its senders have to reach the helpers: each finds its own in a box of its own,
//! where a service would put it beside the job. That belongs to the price of such a channel.

use crate::{FanOut, Gathers, WayBack};
use contend_harness::Contender;
use crossbeam_utils::CachePadded;
use std::marker::PhantomData;
use std::sync::{Mutex, mpsc};

pub(super) const GATHERS: &[Contender<Gathers>] = &[
    Contender::of::<FanOut<PerRequest<Crossbeam>>>("channel-per-request")
        .package("crossbeam-channel")
        .blocks()
        .note("a bounded channel for each request, with room for all its results"),
    Contender::of::<FanOut<PerRequest<Std>>>("mpsc-std")
        .can(&["bounded or not", "one receiver"])
        .from_std()
        .blocks()
        .note("a sync_channel for each request"),
];

/// What is sent: an index and its result.
type Indexed = (usize, u64);

/// A bounded channel as every crate has it.
trait Bounded: Send + Sync + 'static {
    type Sender: Clone + Send;
    type Receiver;
    fn make(capacity: usize) -> (Self::Sender, Self::Receiver);
    fn send(sender: &Self::Sender, result: Indexed);
    fn receive(receiver: &Self::Receiver) -> Indexed;
}

enum Crossbeam {}

impl Bounded for Crossbeam {
    type Sender = crossbeam_channel::Sender<Indexed>;
    type Receiver = crossbeam_channel::Receiver<Indexed>;

    #[inline(always)]
    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        crossbeam_channel::bounded(capacity)
    }

    #[inline(always)]
    fn send(sender: &Self::Sender, result: Indexed) {
        sender.send(result).expect("the requester keeps the receiver");
    }

    #[inline(always)]
    fn receive(receiver: &Self::Receiver) -> Indexed {
        receiver.recv().expect("the requester keeps a sender")
    }
}

enum Std {}

impl Bounded for Std {
    type Sender = mpsc::SyncSender<Indexed>;
    type Receiver = mpsc::Receiver<Indexed>;

    #[inline(always)]
    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::sync_channel(capacity)
    }

    #[inline(always)]
    fn send(sender: &Self::Sender, result: Indexed) {
        sender.send(result).expect("the requester keeps the receiver");
    }

    #[inline(always)]
    fn receive(receiver: &Self::Receiver) -> Indexed {
        receiver.recv().expect("the requester keeps a sender")
    }
}

struct PerRequest<B: Bounded> {
    /// One for each worker; the requester's own is not used.
    boxes: Box<[SenderBox<B>]>,
    items: usize,
    channel: PhantomData<B>,
}

/// A mutex that is never contended: the requester fills it before the helper can know of the request.
type SenderBox<B> = CachePadded<Mutex<Option<<B as Bounded>::Sender>>>;

struct Ends<'a, B: Bounded> {
    shared: &'a PerRequest<B>,
    worker: usize,
    /// The channel of the open request; `None` in helpers.
    channel: Option<(B::Sender, B::Receiver)>,
    ordered: Vec<u64>,
}

impl<B: Bounded> PerRequest<B> {
    #[inline(always)]
    fn put(&self, worker: usize, sender: Option<B::Sender>) -> Option<B::Sender> {
        let mut own = self.boxes[worker].lock().expect("putting a sender cannot panic");
        std::mem::replace(&mut *own, sender)
    }
}

impl<B: Bounded> WayBack for PerRequest<B> {
    type Handle<'a> = Ends<'a, B>;

    fn new(items: usize, threads: usize) -> Self {
        let boxes = (0..threads).map(|_| CachePadded::new(Mutex::new(None))).collect();
        Self { boxes, items, channel: PhantomData }
    }

    fn handle(&self, worker: usize) -> Ends<'_, B> {
        Ends { shared: self, worker, channel: None, ordered: vec![0; self.items] }
    }

    #[inline(always)]
    fn open(handle: &mut Ends<'_, B>) {
        let (sender, receiver) = B::make(handle.shared.items);
        for helper in 1..handle.shared.boxes.len() {
            // Where the helper had no part in the request before, that one's sender is still here, and goes now.
            drop(handle.shared.put(helper, Some(sender.clone())));
        }
        handle.channel = Some((sender, receiver));
    }

    #[inline(always)]
    fn bring(handle: &mut Ends<'_, B>, results: impl Iterator<Item = Indexed>) {
        if let Some((sender, _)) = &handle.channel {
            results.for_each(|result| B::send(sender, result));
            return;
        }
        let sender = handle.shared.put(handle.worker, None).expect("a helper has one part of a request");
        results.for_each(|result| B::send(&sender, result));
    }

    #[inline(always)]
    fn collect(handle: &mut Ends<'_, B>, take: impl FnMut(u64)) {
        let (_sender, receiver) = handle.channel.take().expect("a request is open");
        for _ in 0..handle.ordered.len() {
            let (index, result) = B::receive(&receiver);
            handle.ordered[index] = result;
        }
        handle.ordered.iter().copied().for_each(take);
    }
}
