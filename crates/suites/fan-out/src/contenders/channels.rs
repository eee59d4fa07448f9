//! Channels that live as long as those who use them.

use crate::{Carrier, Channel, FanOut, Gathers, Message, Traffic, WayBack};
use contend_harness::{Admits, Contender};
use crossbeam_channel as crossbeam;
use std::sync::{Mutex, mpsc};

pub(super) const GATHERS: &[Contender<Gathers>] = &[
    Contender::of::<FanOut<Shared<true>>>("channel-shared")
        .package("crossbeam-channel")
        .blocks()
        .note("one channel for all requests, with room for all results of one"),
    Contender::of::<FanOut<Shared<false>>>("channel-unbounded")
        .package("crossbeam-channel")
        .blocks()
        .note("one channel for all requests"),
];

pub(super) fn rows<C: Admits<Crossbeam> + Admits<Std>>() -> Vec<Contender<C>> {
    vec![
        Contender::of::<Crossbeam>("channel-crossbeam")
            .can(&["bounded or not", "many receivers", "select"])
            .package("crossbeam-channel")
            .blocks(),
        Contender::of::<Std>("mpsc-std")
            .can(&["bounded or not", "one receiver"])
            .from_std()
            .blocks()
            .note("since Rust 1.67 a copy of crossbeam-channel's code"),
    ]
}

/// Results through a channel of crossbeam, bounded or not.
struct Shared<const BOUNDED: bool> {
    sender: crossbeam::Sender<(usize, u64)>,
    receiver: crossbeam::Receiver<(usize, u64)>,
    items: usize,
}

/// One worker's ends, and the requester's results in order.
struct Ends<'a, const BOUNDED: bool> {
    shared: &'a Shared<BOUNDED>,
    ordered: Vec<u64>,
}

impl<const BOUNDED: bool> WayBack for Shared<BOUNDED> {
    type Handle<'a> = Ends<'a, BOUNDED>;

    fn new(items: usize, _threads: usize) -> Self {
        let (sender, receiver) = if BOUNDED { crossbeam::bounded(items) } else { crossbeam::unbounded() };
        Self { sender, receiver, items }
    }

    fn handle(&self, _worker: usize) -> Ends<'_, BOUNDED> {
        Ends { shared: self, ordered: vec![0; self.items] }
    }

    fn open(_handle: &mut Ends<'_, BOUNDED>) {}

    #[inline(always)]
    fn bring(handle: &mut Ends<'_, BOUNDED>, results: impl Iterator<Item = (usize, u64)>) {
        for result in results {
            handle.shared.sender.send(result).expect("the requester keeps the receiver");
        }
    }

    #[inline(always)]
    fn collect(handle: &mut Ends<'_, BOUNDED>, take: impl FnMut(u64)) {
        let Ends { shared, ordered } = handle;
        for (index, result) in shared.receiver.iter().take(shared.items) {
            ordered[index] = result;
        }
        ordered.iter().copied().for_each(take);
    }
}

/// Messages through a channel of crossbeam.
pub(super) struct Crossbeam<M = u64> {
    /// Senders that nobody has taken yet.
    senders: Mutex<Vec<crossbeam::Sender<M>>>,
    receiver: crossbeam::Receiver<M>,
}

impl Carrier for Crossbeam {
    type Of<M: Message> = Crossbeam<M>;
}

impl<M: Message> Channel<M> for Crossbeam<M> {
    type Sender<'a> = crossbeam::Sender<M>;
    type Receiver<'a> = crossbeam::Receiver<M>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = capacity.map_or_else(crossbeam::unbounded, crossbeam::bounded);
        Self { senders: Mutex::new(vec![sender; senders]), receiver }
    }

    fn sender(&self) -> crossbeam::Sender<M> {
        taken(&self.senders)
    }

    fn receiver(&self) -> crossbeam::Receiver<M> {
        self.receiver.clone()
    }

    #[inline(always)]
    fn send(sender: &mut crossbeam::Sender<M>, message: M) {
        sender.send(message).expect("receivers stay until the last sender is gone");
    }

    #[inline(always)]
    fn receive(receiver: &mut crossbeam::Receiver<M>) -> Option<M> {
        receiver.recv().ok()
    }
}

/// Messages through a channel of the standard library.
pub(super) struct Std<M = u64> {
    /// Ends that nobody has taken yet.
    senders: Mutex<Vec<StdSender<M>>>,
    receiver: Mutex<Vec<mpsc::Receiver<M>>>,
}

/// An end of a channel, where a channel with a limit and one without are two types. crossbeam decides inside.
#[derive(Clone)]
pub(super) enum Limited<B, U> {
    Bounded(B),
    Unbounded(U),
}

type StdSender<M> = Limited<mpsc::SyncSender<M>, mpsc::Sender<M>>;

impl Carrier for Std {
    type Of<M: Message> = Std<M>;
}

impl<M: Message> Channel<M> for Std<M> {
    type Sender<'a> = StdSender<M>;
    type Receiver<'a> = mpsc::Receiver<M>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = match capacity {
            Some(capacity) => {
                let (sender, receiver) = mpsc::sync_channel(capacity);
                (Limited::Bounded(sender), receiver)
            }
            None => {
                let (sender, receiver) = mpsc::channel();
                (Limited::Unbounded(sender), receiver)
            }
        };
        Self { senders: Mutex::new(vec![sender; senders]), receiver: Mutex::new(vec![receiver]) }
    }

    fn sender(&self) -> StdSender<M> {
        taken(&self.senders)
    }

    fn receiver(&self) -> mpsc::Receiver<M> {
        taken(&self.receiver)
    }

    #[inline(always)]
    fn send(sender: &mut StdSender<M>, message: M) {
        let sent = match sender {
            Limited::Bounded(sender) => sender.send(message),
            Limited::Unbounded(sender) => sender.send(message),
        };
        sent.expect("receivers stay until the last sender is gone");
    }

    #[inline(always)]
    fn receive(receiver: &mut mpsc::Receiver<M>) -> Option<M> {
        receiver.recv().ok()
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        traffic.shape().shares_receivers().then_some("std::sync::mpsc has one receiver")
    }
}

pub(super) fn taken<T>(ends: &Mutex<Vec<T>>) -> T {
    ends.lock().expect("taking an end cannot panic").pop().expect("each worker takes its end once")
}
