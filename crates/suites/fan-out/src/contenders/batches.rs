//! Rings that take and give whole batches, beside channels that pass their messages one by one.

use super::channels::{Crossbeam, Std, taken};
use super::libraries::{Flume, Kanal, Library, Tokio};
use super::queues::{OneToOne, Rtrb, SPINS, Senders, Spin, Wait, poll};
use crate::batch::{FloorOfBatches, OneByOne};
use crate::{BatchChannel, Batches};
use contend_harness::Contender;
use ringbuf::traits::{Consumer as _, Observer as _, Producer as _, Split as _};
use ringbuf::{HeapCons, HeapProd, HeapRb};
use std::sync::Mutex;
use tokio::sync::mpsc as tokio_mpsc;

const ONE_BY_ONE: &str = "message by message: it is not asked for batches";

pub(super) const BATCHES: &[Contender<Batches>] = &[
    Contender::of::<FloorOfBatches>("floor")
        .floor()
        .note("nothing is handed over: what writing and counting batches costs"),
    Contender::of::<Polled<RtrbChunks>>("rtrb-chunks-spin")
        .package("rtrb")
        .note("write_chunk_uninit and read_chunk, filled and emptied by iterators; polls in a loop"),
    Contender::of::<Polled<RtrbSlices>>("rtrb-slices-spin")
        .package("rtrb")
        .note("push_entire_slice and pop_entire_slice; polls in a loop"),
    Contender::of::<Polled<RingbufSlices>>("ringbuf-slices-spin")
        .package("ringbuf")
        .note("push_slice and pop_slice, once there is room for all or all are there; polls in a loop"),
    Contender::of::<TokioMany>("tokio-recv-many")
        .package("tokio")
        .blocks()
        .note("sent message by message, and received by blocking_recv_many, outside a runtime"),
    Contender::of::<OneByOne<OneToOne<Rtrb, Spin>>>("rtrb-spin")
        .can(&["bounded", "one sender, one receiver", "polled"])
        .package("rtrb")
        .note(SPINS),
    Contender::of::<OneByOne<Crossbeam>>("channel-crossbeam")
        .can(&["bounded or not", "many receivers", "select"])
        .package("crossbeam-channel")
        .blocks()
        .note(ONE_BY_ONE),
    Contender::of::<OneByOne<Std>>("mpsc-std")
        .can(&["bounded or not", "one receiver"])
        .from_std()
        .blocks()
        .note(ONE_BY_ONE),
    Contender::of::<OneByOne<Library<Flume>>>("flume")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("flume")
        .blocks()
        .note(ONE_BY_ONE),
    Contender::of::<OneByOne<Library<Kanal>>>("kanal")
        .can(&["bounded or not", "many receivers", "async too"])
        .package("kanal")
        .blocks()
        .note(ONE_BY_ONE),
    Contender::of::<OneByOne<Library<Tokio>>>("tokio-mpsc")
        .full_set_only()
        .can(&["bounded or not", "one receiver", "made for async"])
        .package("tokio")
        .blocks()
        .note(ONE_BY_ONE),
];

/// A ring that takes and gives whole batches, or nothing.
trait WholeBatches: 'static {
    type Sender: Send + 'static;
    type Receiver: Send + 'static;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver);
    /// `false` where there is not room for all.
    fn push(sender: &mut Self::Sender, batch: &[u64]) -> bool;
    /// `false` where there are not messages for all.
    fn pop(receiver: &mut Self::Receiver, batch: &mut [u64]) -> bool;
}

enum RtrbChunks {}

impl WholeBatches for RtrbChunks {
    type Sender = rtrb::Producer<u64>;
    type Receiver = rtrb::Consumer<u64>;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        rtrb::RingBuffer::new(capacity)
    }

    #[inline(always)]
    fn push(sender: &mut Self::Sender, batch: &[u64]) -> bool {
        let chunk = sender.write_chunk_uninit(batch.len());
        chunk.is_ok_and(|chunk| chunk.fill_from_iter(batch.iter().copied()) == batch.len())
    }

    #[inline(always)]
    fn pop(receiver: &mut Self::Receiver, batch: &mut [u64]) -> bool {
        let Ok(chunk) = receiver.read_chunk(batch.len()) else { return false };
        batch.iter_mut().zip(chunk).for_each(|(place, message)| *place = message);
        true
    }
}

enum RtrbSlices {}

impl WholeBatches for RtrbSlices {
    type Sender = rtrb::Producer<u64>;
    type Receiver = rtrb::Consumer<u64>;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        rtrb::RingBuffer::new(capacity)
    }

    #[inline(always)]
    fn push(sender: &mut Self::Sender, batch: &[u64]) -> bool {
        sender.push_entire_slice(batch).is_ok()
    }

    #[inline(always)]
    fn pop(receiver: &mut Self::Receiver, batch: &mut [u64]) -> bool {
        receiver.pop_entire_slice(batch).is_ok()
    }
}

enum RingbufSlices {}

impl WholeBatches for RingbufSlices {
    type Sender = HeapProd<u64>;
    type Receiver = HeapCons<u64>;

    fn make(capacity: usize) -> (Self::Sender, Self::Receiver) {
        HeapRb::new(capacity).split()
    }

    #[inline(always)]
    fn push(sender: &mut Self::Sender, batch: &[u64]) -> bool {
        sender.vacant_len() >= batch.len() && sender.push_slice(batch) == batch.len()
    }

    #[inline(always)]
    fn pop(receiver: &mut Self::Receiver, batch: &mut [u64]) -> bool {
        receiver.occupied_len() >= batch.len() && receiver.pop_slice(batch) == batch.len()
    }
}

/// A ring, polled, with the ends that nobody has taken yet.
struct Polled<R: WholeBatches> {
    sender: Mutex<Vec<R::Sender>>,
    receiver: Mutex<Vec<R::Receiver>>,
    senders: Senders,
}

/// A sender that says when it is gone.
struct PolledSender<'a, R: WholeBatches> {
    end: R::Sender,
    senders: &'a Senders,
}

impl<R: WholeBatches> Drop for PolledSender<'_, R> {
    fn drop(&mut self) {
        self.senders.one_is_gone();
    }
}

struct PolledReceiver<'a, R: WholeBatches> {
    end: R::Receiver,
    senders: &'a Senders,
}

impl<R: WholeBatches> BatchChannel for Polled<R> {
    type Sender<'a> = PolledSender<'a, R>;
    type Receiver<'a> = PolledReceiver<'a, R>;

    fn new(capacity: usize) -> Self {
        let (sender, receiver) = R::make(capacity);
        Self {
            sender: Mutex::new(vec![sender]),
            receiver: Mutex::new(vec![receiver]),
            senders: Senders::new(1),
        }
    }

    fn sender(&self) -> PolledSender<'_, R> {
        PolledSender { end: taken(&self.sender), senders: &self.senders }
    }

    fn receiver(&self) -> PolledReceiver<'_, R> {
        PolledReceiver { end: taken(&self.receiver), senders: &self.senders }
    }

    #[inline(always)]
    fn send(sender: &mut PolledSender<'_, R>, batch: &[u64]) {
        while !R::push(&mut sender.end, batch) {
            Spin::wait();
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut PolledReceiver<'_, R>, batch: &mut [u64]) -> bool {
        let PolledReceiver { end, senders } = receiver;
        poll::<(), Spin>(senders, || R::pop(end, batch).then_some(())).is_some()
    }
}

/// tokio's channel, which gives several messages at a time but takes one.
struct TokioMany {
    sender: Mutex<Vec<tokio_mpsc::Sender<u64>>>,
    receiver: Mutex<Vec<tokio_mpsc::Receiver<u64>>>,
}

/// A receiver, and where it puts what there is.
struct TokioManyReceiver {
    end: tokio_mpsc::Receiver<u64>,
    received: Vec<u64>,
}

impl BatchChannel for TokioMany {
    type Sender<'a> = tokio_mpsc::Sender<u64>;
    type Receiver<'a> = TokioManyReceiver;

    fn new(capacity: usize) -> Self {
        let (sender, receiver) = tokio_mpsc::channel(capacity);
        Self { sender: Mutex::new(vec![sender]), receiver: Mutex::new(vec![receiver]) }
    }

    fn sender(&self) -> tokio_mpsc::Sender<u64> {
        taken(&self.sender)
    }

    fn receiver(&self) -> TokioManyReceiver {
        let end = taken(&self.receiver);
        let received = Vec::with_capacity(end.max_capacity());
        TokioManyReceiver { end, received }
    }

    #[inline(always)]
    fn send(sender: &mut tokio_mpsc::Sender<u64>, batch: &[u64]) {
        for message in batch {
            sender.blocking_send(*message).expect("the receiver stays until the sender is gone");
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut TokioManyReceiver, batch: &mut [u64]) -> bool {
        let TokioManyReceiver { end, received } = receiver;
        received.clear();
        while received.len() < batch.len() {
            if end.blocking_recv_many(received, batch.len() - received.len()) == 0 {
                return false;
            }
        }
        batch.copy_from_slice(received);
        true
    }
}
