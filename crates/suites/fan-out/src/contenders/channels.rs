//! Channels that live as long as those who use them.

use crate::{Channel, Channels, FanOut, Gathers, Shape, Traffic, WayBack};
use contend_harness::Contender;
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

pub(super) const CHANNELS: &[Contender<Channels>] = &[
    Contender::of::<Crossbeam>("channel-crossbeam").package("crossbeam-channel").blocks(),
    Contender::of::<Std>("mpsc-std")
        .from_std()
        .blocks()
        .note("since Rust 1.67 a copy of crossbeam-channel's code"),
];

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
struct Crossbeam {
    /// Senders that nobody has taken yet.
    senders: Mutex<Vec<crossbeam::Sender<u64>>>,
    receiver: crossbeam::Receiver<u64>,
}

impl Channel for Crossbeam {
    type Sender<'a> = crossbeam::Sender<u64>;
    type Receiver<'a> = crossbeam::Receiver<u64>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = capacity.map_or_else(crossbeam::unbounded, crossbeam::bounded);
        Self { senders: Mutex::new(vec![sender; senders]), receiver }
    }

    fn sender(&self) -> crossbeam::Sender<u64> {
        taken(&self.senders)
    }

    fn receiver(&self) -> crossbeam::Receiver<u64> {
        self.receiver.clone()
    }

    #[inline(always)]
    fn send(sender: &mut crossbeam::Sender<u64>, message: u64) {
        sender.send(message).expect("receivers stay until the last sender is gone");
    }

    #[inline(always)]
    fn receive(receiver: &mut crossbeam::Receiver<u64>) -> Option<u64> {
        receiver.recv().ok()
    }
}

/// Messages through a channel of the standard library.
struct Std {
    /// Ends that nobody has taken yet.
    senders: Mutex<Vec<StdSender>>,
    receiver: Mutex<Vec<mpsc::Receiver<u64>>>,
}

/// The standard library has two types, where crossbeam decides inside.
#[derive(Clone)]
enum StdSender {
    Bounded(mpsc::SyncSender<u64>),
    Unbounded(mpsc::Sender<u64>),
}

impl Channel for Std {
    type Sender<'a> = StdSender;
    type Receiver<'a> = mpsc::Receiver<u64>;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let (sender, receiver) = match capacity {
            Some(capacity) => {
                let (sender, receiver) = mpsc::sync_channel(capacity);
                (StdSender::Bounded(sender), receiver)
            }
            None => {
                let (sender, receiver) = mpsc::channel();
                (StdSender::Unbounded(sender), receiver)
            }
        };
        Self { senders: Mutex::new(vec![sender; senders]), receiver: Mutex::new(vec![receiver]) }
    }

    fn sender(&self) -> StdSender {
        taken(&self.senders)
    }

    fn receiver(&self) -> mpsc::Receiver<u64> {
        taken(&self.receiver)
    }

    #[inline(always)]
    fn send(sender: &mut StdSender, message: u64) {
        let sent = match sender {
            StdSender::Bounded(sender) => sender.send(message),
            StdSender::Unbounded(sender) => sender.send(message),
        };
        sent.expect("receivers stay until the last sender is gone");
    }

    #[inline(always)]
    fn receive(receiver: &mut mpsc::Receiver<u64>) -> Option<u64> {
        receiver.recv().ok()
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        (traffic.shape() == Shape::Mpmc).then_some("std::sync::mpsc has one receiver")
    }
}

pub(super) fn taken<T>(ends: &Mutex<Vec<T>>) -> T {
    ends.lock().expect("taking an end cannot panic").pop().expect("each worker takes its end once")
}
