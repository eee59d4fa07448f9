//! The workloads of what a message is: nothing, some bytes, or something that was allocated for it.
//!
//! The channels are those of [`crate::Channels`], with messages of another type: see [`Carrier`].

use crate::any_trial::AnyTrial;
use crate::channel::{Channel, Part, check_messages};
use crate::parcel::{Parcel, TEXT_BYTES};
use crate::tally::{Tally, message};
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::fmt::Debug;
use std::hint::black_box;
use std::marker::PhantomData;

/// What a channel may be asked to carry: any type that can go to another thread.
pub trait Message: Sized + Debug + Send + Unpin + 'static {}

impl<M: Debug + Send + Unpin + 'static> Message for M {}

/// A channel that there is for each type of message.
pub trait Carrier: 'static {
    /// The channel for messages of type `M`.
    type Of<M: Message>: Channel<M>;
}

/// One thread to another, with messages of another kind than a number.
#[derive(Clone, Debug)]
pub struct Payload {
    content: Content,
    /// Messages that may wait.
    capacity: usize,
}

/// What a message is.
#[derive(Clone, Copy, Debug)]
enum Content {
    /// Nothing: that it comes is all it says.
    Nothing,
    Bytes32,
    Bytes64,
    /// Several cache lines, and a part of one.
    Bytes264,
    /// 64 bytes that the sender allocates and the receiver frees.
    Box64,
    /// A text that the sender allocates and the receiver frees.
    Text,
    /// A text that the receiver sends back through a second channel, for the sender to write anew.
    TextReused,
}

/// Messages between two looks at the stop flag, as for numbers.
const STRIDE: u64 = stride(16);

impl Payload {
    /// Nothing, 32, 64 and 264 bytes, a box, a text, and a text that comes back.
    pub fn all() -> Vec<Self> {
        let contents = [
            Content::Nothing,
            Content::Bytes32,
            Content::Bytes64,
            Content::Bytes264,
            Content::Box64,
            Content::Text,
            Content::TextReused,
        ];
        contents.map(|content| Self { content, capacity: 128 }).to_vec()
    }

    /// The trial of the channel that `T` has for this content.
    fn carried_by<T: Carrier>(&self) -> AnyTrial<Part> {
        match self.content {
            Content::Nothing => self.sent_through::<(), T>(),
            Content::Bytes32 => self.sent_through::<[u64; 4], T>(),
            Content::Bytes64 => self.sent_through::<[u64; 8], T>(),
            Content::Bytes264 => self.sent_through::<[u64; 33], T>(),
            Content::Box64 => self.sent_through::<Box<[u8; 64]>, T>(),
            Content::Text | Content::TextReused => self.sent_through::<String, T>(),
        }
    }

    fn sent_through<P: Parcel, T: Carrier>(&self) -> AnyTrial<Part> {
        let reuses = matches!(self.content, Content::TextReused);
        AnyTrial::of(PayloadTrial::<P, T::Of<P>>::new(self.capacity, reuses))
    }

    /// The trial in which nothing is sent.
    fn kept(&self) -> AnyTrial<Tally> {
        match self.content {
            Content::Nothing => AnyTrial::of(FloorTrial::<()>::new(false)),
            Content::Bytes32 => AnyTrial::of(FloorTrial::<[u64; 4]>::new(false)),
            Content::Bytes64 => AnyTrial::of(FloorTrial::<[u64; 8]>::new(false)),
            Content::Bytes264 => AnyTrial::of(FloorTrial::<[u64; 33]>::new(false)),
            Content::Box64 => AnyTrial::of(FloorTrial::<Box<[u8; 64]>>::new(false)),
            Content::Text => AnyTrial::of(FloorTrial::<String>::new(false)),
            Content::TextReused => AnyTrial::of(FloorTrial::<String>::new(true)),
        }
    }
}

impl Workload for Payload {
    fn id(&self) -> String {
        let content = match self.content {
            Content::Nothing => "zst",
            Content::Bytes32 => "32",
            Content::Bytes64 => "64",
            Content::Bytes264 => "264",
            Content::Box64 => "box-64",
            Content::Text => "string",
            Content::TextReused => "string-reused",
        };
        format!("spsc-{}-payload-{content}", self.capacity)
    }

    fn question(&self) -> String {
        let what = match self.content {
            Content::Nothing => "a message that says nothing but that it came".to_owned(),
            Content::Bytes32 => "32 bytes".to_owned(),
            Content::Bytes64 => "64 bytes".to_owned(),
            Content::Bytes264 => "264 bytes".to_owned(),
            Content::Box64 => "64 bytes in a box that is allocated for each message".to_owned(),
            Content::Text => format!("a text of {TEXT_BYTES} bytes that is allocated for each message"),
            Content::TextReused => {
                format!("a text of {TEXT_BYTES} bytes whose memory comes back to be used again")
            }
        };
        format!("What does it cost to pass {what} from one thread to another, if {} may wait?", self.capacity)
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Carrier`].
#[derive(Debug)]
pub enum Payloads {}

impl Contract for Payloads {
    type Workload = Payload;
    const NAME: &'static str = "channels by what they carry";
    const GUARANTEES: &'static str = "every message arrives once, unaltered and in its sender's order";

    fn refusal(_workload: &Payload, threads: usize) -> Option<&'static str> {
        (threads > 2).then_some("one sender and one receiver are two threads")
    }
}

impl<T: Carrier> Admits<T> for Payloads {
    fn trial(workload: &Payload, _setting: &Setting) -> impl Trial {
        workload.carried_by::<T>()
    }
}

struct PayloadTrial<P, C> {
    channel: C,
    /// The way of what is used again, where it is.
    back: Option<C>,
    capacity: usize,
    parcel: PhantomData<fn() -> P>,
}

impl<P: Parcel, C: Channel<P>> PayloadTrial<P, C> {
    fn new(capacity: usize, reuses: bool) -> Self {
        let channel = || C::new(Some(capacity), 1, 1);
        Self { channel: channel(), back: reuses.then(channel), capacity, parcel: PhantomData }
    }
}

impl<P: Parcel, C: Channel<P>> Trial for PayloadTrial<P, C> {
    type Report = Part;

    /// A channel ends with its senders, so each slice has a new one.
    fn prepare(&mut self, share: u64) -> u64 {
        *self = Self::new(self.capacity, self.back.is_some());
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Part {
        let alone = worker.threads() == 1;
        let Some(back) = &self.back else {
            let fresh = |number| Some(P::pack(number));
            return match worker.index() {
                0 if alone => self.in_turn(worker, fresh, drop),
                0 => self.receive(worker, drop),
                _ => self.send(worker, fresh),
            };
        };
        if worker.index() == 0 {
            let mut used = back.sender();
            // As many as may wait, so that neither channel is ever full.
            (0..self.capacity).for_each(|_| C::send(&mut used, P::pack(0)));
            let give_back = move |parcel| C::send(&mut used, parcel);
            if !alone {
                return self.receive(worker, give_back);
            }
            let mut stock = back.receiver();
            return self.in_turn(worker, |number| packed_again::<P, C>(&mut stock, number), give_back);
        }
        let mut stock = back.receiver();
        let part = self.send(worker, |number| packed_again::<P, C>(&mut stock, number));
        while C::receive(&mut stock).is_some() {}
        part
    }

    fn check(&mut self, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
        check_messages(1, accounts)
    }
}

/// The next parcel that came back, with another number in it. `None` once nothing comes back any more.
#[inline(always)]
fn packed_again<P: Parcel, C: Channel<P>>(stock: &mut C::Receiver<'_>, number: u64) -> Option<P> {
    let mut parcel = C::receive(stock)?;
    parcel.pack_again(number);
    Some(parcel)
}

impl<P: Parcel, C: Channel<P>> PayloadTrial<P, C> {
    fn send(&self, worker: &mut Worker<'_>, mut packed: impl FnMut(u64) -> Option<P>) -> Part {
        let mut end = self.channel.sender();
        let mut messages = 0;
        worker.assist(|| {
            let Some(parcel) = packed(messages + 1) else { return false };
            messages += 1;
            C::send(&mut end, parcel);
            true
        });
        Part::Sent { sender: 0, messages }
    }

    fn receive(&self, worker: &mut Worker<'_>, mut done_with: impl FnMut(P)) -> Part {
        let mut end = self.channel.receiver();
        let mut received = Tally::new(1);
        let mut came = 0;
        worker.measure(STRIDE, |_| {
            for completed in 0..STRIDE {
                let Some(parcel) = C::receive(&mut end) else { return completed };
                came += 1;
                received.add(message(0, black_box(&parcel).number(came)));
                done_with(parcel);
            }
            STRIDE
        });
        // The sender may wait for something to come back, and is let out by its end.
        drop(done_with);
        Self::drain(&mut end, came, &mut received);
        Part::Received(received)
    }

    fn in_turn(
        &self,
        worker: &mut Worker<'_>,
        mut packed: impl FnMut(u64) -> Option<P>,
        mut done_with: impl FnMut(P),
    ) -> Part {
        let (mut sender, mut receiver) = (self.channel.sender(), self.channel.receiver());
        let mut received = Tally::new(1);
        let mut messages = 0;
        worker.measure(STRIDE, |_| {
            for completed in 0..STRIDE {
                let Some(parcel) = packed(messages + 1) else { return completed };
                messages += 1;
                C::send(&mut sender, parcel);
                let Some(parcel) = C::receive(&mut receiver) else { return completed };
                received.add(message(0, black_box(&parcel).number(messages)));
                done_with(parcel);
            }
            STRIDE
        });
        drop(sender);
        Self::drain(&mut receiver, messages, &mut received);
        Part::Both { messages, received }
    }

    /// Takes, off the clock, what is left after `came` parcels, until the sender is gone.
    fn drain(end: &mut C::Receiver<'_>, mut came: u64, received: &mut Tally) {
        while let Some(parcel) = C::receive(end) {
            came += 1;
            received.add(message(0, parcel.number(came)));
        }
    }
}

/// Receivers that pack their own parcels, and senders that send them nowhere.
#[derive(Debug)]
pub(crate) enum FloorOfPayloads {}

impl Admits<FloorOfPayloads> for Payloads {
    fn trial(workload: &Payload, _setting: &Setting) -> impl Trial {
        workload.kept()
    }
}

struct FloorTrial<P> {
    reuses: bool,
    parcel: PhantomData<fn() -> P>,
}

impl<P: Parcel> FloorTrial<P> {
    fn new(reuses: bool) -> Self {
        Self { reuses, parcel: PhantomData }
    }

    fn count(worker: &mut Worker<'_>, mut number_of_next: impl FnMut(u64) -> u64) -> Tally {
        let mut received = Tally::new(1);
        let mut messages = 0;
        if worker.index() > 0 {
            worker.assist(|| {
                messages += 1;
                black_box(number_of_next(messages));
                true
            });
            return received;
        }
        worker.measure(STRIDE, |_| {
            for _ in 0..STRIDE {
                messages += 1;
                received.add(message(0, number_of_next(messages)));
            }
            STRIDE
        });
        received
    }
}

impl<P: Parcel> Trial for FloorTrial<P> {
    /// What a receiver counted; empty for senders.
    type Report = Tally;

    fn work(&self, worker: &mut Worker<'_>) -> Tally {
        if !self.reuses {
            return Self::count(worker, |number| black_box(P::pack(number)).number(number));
        }
        let mut parcel = P::pack(0);
        Self::count(worker, |number| {
            parcel.pack_again(number);
            black_box(&mut parcel).number(number)
        })
    }

    fn check(&mut self, accounts: &[Account<Tally>]) -> Result<(), WrongResult> {
        accounts.iter().try_for_each(|account| account.report.compare(&[account.ops]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Traffic;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    /// A carrier with a fault in every hundredth message.
    enum Faulty<const FAULT: u8> {}

    struct FaultyChannel<M, const FAULT: u8>(
        Mutex<Option<mpsc::SyncSender<M>>>,
        Mutex<Option<mpsc::Receiver<M>>>,
    );

    struct FaultySender<M, const FAULT: u8> {
        end: mpsc::SyncSender<M>,
        sent: u64,
        held: Option<M>,
    }

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const OVERTAKES: u8 = 2;

    impl<const FAULT: u8> Carrier for Faulty<FAULT> {
        type Of<M: Message> = FaultyChannel<M, FAULT>;
    }

    impl<M: Message, const FAULT: u8> Channel<M> for FaultyChannel<M, FAULT> {
        type Sender<'a> = FaultySender<M, FAULT>;
        type Receiver<'a> = mpsc::Receiver<M>;

        fn new(capacity: Option<usize>, _senders: usize, _receivers: usize) -> Self {
            let (sender, receiver) = mpsc::sync_channel(capacity.unwrap());
            Self(Mutex::new(Some(sender)), Mutex::new(Some(receiver)))
        }

        fn sender(&self) -> FaultySender<M, FAULT> {
            FaultySender { end: self.0.lock().unwrap().take().unwrap(), sent: 0, held: None }
        }

        fn receiver(&self) -> mpsc::Receiver<M> {
            self.1.lock().unwrap().take().unwrap()
        }

        fn send(sender: &mut FaultySender<M, FAULT>, message: M) {
            sender.sent += 1;
            match FAULT {
                LOSES if sender.sent % 100 == 50 => return,
                OVERTAKES if sender.sent % 100 == 50 => sender.held = Some(message),
                _ => sender.end.send(message).unwrap(),
            }
            if sender.sent % 100 == 51 {
                sender.held.take().into_iter().for_each(|late| sender.end.send(late).unwrap());
            }
        }

        fn receive(receiver: &mut mpsc::Receiver<M>) -> Option<M> {
            receiver.recv().ok()
        }

        fn refusal(_traffic: &Traffic) -> Option<&'static str> {
            None
        }
    }

    fn fault<const FAULT: u8>(payload: &Payload) -> bool {
        let rows = vec![Contender::<Payloads>::of::<Faulty<FAULT>>("faulty")];
        let suite = Suite::new("planted", "", "").family(vec![payload.clone()], rows);
        check(&suite.cells(&[2])[0], 42, &Cores::detect(), Duration::from_secs(60)).fault.is_some()
    }

    #[test]
    fn faults_are_found() {
        for payload in Payload::all() {
            assert!(!fault::<NONE>(&payload), "{} without a fault", payload.id());
            // What is lost on its way back is no message, and what says nothing has no place in a row.
            if !matches!(payload.content, Content::TextReused) {
                assert!(fault::<LOSES>(&payload), "{} with one message in 100 lost", payload.id());
            }
            if !matches!(payload.content, Content::Nothing) {
                assert!(fault::<OVERTAKES>(&payload), "{} with one message in 100 overtaken", payload.id());
            }
        }
    }

    #[test]
    fn ids_say_what_a_message_is() {
        let ids: Vec<String> = Payload::all().iter().map(Workload::id).collect();
        let contents = ["zst", "32", "64", "264", "box-64", "string", "string-reused"];
        assert_eq!(ids, contents.map(|content| format!("spsc-128-payload-{content}")));
    }
}
