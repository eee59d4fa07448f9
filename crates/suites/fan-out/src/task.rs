//! The contract of asynchronous channels: that of the blocking ones, through their futures.
//!
//! It compares the asynchronous halves of channels, not runtimes: each worker polls its own task, and parks where the task
//! can go no further, so that the engine owns all threads. There is no timer, no I/O, no stealing of tasks and no budget
//! for each of them, as tokio has one.

use crate::channel::{FloorOfChannels, FloorTrial, Part, check_messages};
use crate::tally::{Tally, message};
use crate::traffic::{Roles, Shape, Traffic};
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// A queue between tasks, which ends when its senders are gone.
pub trait TaskChannel: Send + Sync + 'static {
    /// What one task sends through; made outside the clock. Dropping it says that the sender is gone.
    type Sender;

    /// What one task receives through; made outside the clock.
    type Receiver;

    /// An empty channel in which `capacity` messages may wait.
    fn new(capacity: usize, senders: usize, receivers: usize) -> Self;

    /// A sender. Called exactly once for each of `senders`.
    fn sender(&self) -> Self::Sender;

    /// A receiver. Called exactly once for each of `receivers`.
    fn receiver(&self) -> Self::Receiver;

    /// Sends, and waits for room where there is none. Receivers stay until all senders are gone. This is what is
    /// measured.
    fn send(sender: &mut Self::Sender, message: u64) -> impl Future<Output = ()>;

    /// Waits for the next message. `None` once the channel is empty and all senders are gone. This is what is measured.
    fn receive(receiver: &mut Self::Receiver) -> impl Future<Output = Option<u64>>;

    /// Why this cannot carry `traffic`, if so.
    fn refusal(_traffic: &TaskTraffic) -> Option<&'static str> {
        None
    }
}

/// Messages from tasks to tasks, as fast as they come through.
#[derive(Clone, Debug)]
pub struct TaskTraffic(Traffic);

/// Messages that may wait.
const CAPACITY: usize = 128;

impl TaskTraffic {
    /// {spsc, mpsc, mpmc} with room for 128 messages.
    pub fn all() -> Vec<Self> {
        [Shape::Spsc, Shape::Mpsc, Shape::Mpmc].map(|shape| Self(Traffic::plain(shape, CAPACITY))).to_vec()
    }

    /// How many send, and how many receive.
    pub fn shape(&self) -> Shape {
        self.0.shape()
    }
}

impl Workload for TaskTraffic {
    fn id(&self) -> String {
        format!("async-{}", self.0.id())
    }

    fn question(&self) -> String {
        let who = match self.shape() {
            Shape::Mpsc => "several tasks to one, each on a thread of its own",
            Shape::Mpmc => "several tasks to several, each on a thread of its own",
            _ => "one task to another, on two threads or on one",
        };
        format!("What does it cost to await the passing of a message from {who}, if {CAPACITY} may wait?")
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`TaskChannel`].
#[derive(Debug)]
pub enum TaskChannels {}

impl Contract for TaskChannels {
    type Workload = TaskTraffic;
    const NAME: &'static str = "asynchronous channels";
    const GUARANTEES: &'static str = "every message arrives once, unaltered and in its sender's order";

    fn refusal(workload: &TaskTraffic, threads: usize) -> Option<&'static str> {
        workload.0.refusal(threads)
    }
}

impl<T: TaskChannel> Admits<T> for TaskChannels {
    fn trial(workload: &TaskTraffic, setting: &Setting) -> impl Trial {
        let roles = workload.0.roles(setting.threads);
        TaskTrial {
            channel: T::new(CAPACITY, roles.senders, roles.receivers),
            roles,
            stride: workload.0.stride(),
        }
    }

    fn refusal_of(workload: &TaskTraffic, _threads: usize) -> Option<&'static str> {
        T::refusal(workload)
    }
}

impl Admits<FloorOfChannels> for TaskChannels {
    fn trial(workload: &TaskTraffic, setting: &Setting) -> impl Trial {
        FloorTrial::new(&workload.0, setting.threads)
    }
}

/// What polls the tasks of one worker, and sleeps where none of them can go on.
struct Executor(Waker);

/// Wakes the worker that it was made by.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

impl Executor {
    /// Of the calling thread. Made outside the clock, because it allocates.
    fn new() -> Self {
        Self(Waker::from(Arc::new(Unpark(std::thread::current()))))
    }

    /// Polls `task` until it is done.
    #[inline(always)]
    fn run<F: Future>(&self, task: F) -> F::Output {
        let mut task = pin!(task);
        let mut context = Context::from_waker(&self.0);
        loop {
            match task.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                // A wake-up since the poll has left its mark, and parking returns at once.
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

struct TaskTrial<T> {
    channel: T,
    roles: Roles,
    stride: u64,
}

impl<T: TaskChannel> Trial for TaskTrial<T> {
    type Report = Part;

    /// A channel ends with its senders, so each slice has a new one.
    fn prepare(&mut self, share: u64) -> u64 {
        self.channel = T::new(CAPACITY, self.roles.senders, self.roles.receivers);
        share
    }

    fn work(&self, worker: &mut Worker<'_>) -> Part {
        match worker.index().checked_sub(self.roles.receivers) {
            Some(sender) => self.send(worker, sender),
            None if worker.threads() == 1 => self.send_and_receive(worker),
            None => self.receive(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Part>]) -> Result<(), WrongResult> {
        check_messages(self.roles.senders, accounts)
    }
}

impl<T: TaskChannel> TaskTrial<T> {
    /// The flag is looked at for each message, as by the blocking senders.
    fn send(&self, worker: &mut Worker<'_>, sender: usize) -> Part {
        let executor = Executor::new();
        let mut end = self.channel.sender();
        let mut messages = 0;
        worker.assist(|| {
            messages += 1;
            executor.run(T::send(&mut end, message(sender, messages)));
            true
        });
        Part::Sent { sender, messages }
    }

    fn receive(&self, worker: &mut Worker<'_>) -> Part {
        let executor = Executor::new();
        let mut end = self.channel.receiver();
        let mut received = Tally::new(self.roles.senders);
        worker.measure(self.stride, |_| executor.run(take::<T>(&mut end, &mut received, self.stride)));
        executor.run(take::<T>(&mut end, &mut received, u64::MAX));
        Part::Received(received)
    }

    /// Two tasks on one thread: one sends until there is no room, the other receives until nothing is there, and so on.
    fn send_and_receive(&self, worker: &mut Worker<'_>) -> Part {
        let executor = Executor::new();
        let (messages, ends) = (Cell::new(0), Cell::new(false));
        let mut sender = self.channel.sender();
        let sending = async {
            while !ends.get() {
                messages.set(messages.get() + 1);
                T::send(&mut sender, message(0, messages.get())).await;
            }
            drop(sender);
        };
        let mut sending = pin!(sending);
        let mut receiver = self.channel.receiver();
        let mut received = Tally::new(1);
        worker.measure(self.stride, |_| {
            executor.run(beside(sending.as_mut(), take::<T>(&mut receiver, &mut received, self.stride)))
        });
        ends.set(true);
        executor.run(beside(sending.as_mut(), take::<T>(&mut receiver, &mut received, u64::MAX)));
        Part::Both { messages: messages.get(), received }
    }
}

/// Receives `most` messages, or what comes before the last sender is gone; returns how many.
#[inline(always)]
async fn take<T: TaskChannel>(end: &mut T::Receiver, received: &mut Tally, most: u64) -> u64 {
    for completed in 0..most {
        let Some(message) = T::receive(end).await else { return completed };
        received.add(message);
    }
    most
}

/// Polls `task` until it is done, and `other` whenever `task` can go no further: two tasks of one thread.
#[inline(always)]
async fn beside<F: Future>(mut other: Pin<&mut impl Future<Output = ()>>, task: F) -> F::Output {
    let mut task = pin!(task);
    let mut other_is_done = false;
    poll_fn(|context| {
        let polled = task.as_mut().poll(context);
        if polled.is_pending() && !other_is_done {
            other_is_done = other.as_mut().poll(context).is_ready();
        }
        polled
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Contender, Cores, Suite, check};
    use std::sync::Mutex;
    use std::time::Duration;

    /// A channel with a fault in every hundredth message, and its senders that nobody has taken yet.
    struct Faulty<const FAULT: u8> {
        senders: Mutex<Vec<async_channel::Sender<u64>>>,
        receiver: async_channel::Receiver<u64>,
    }

    struct FaultySender {
        end: async_channel::Sender<u64>,
        held: Option<u64>,
    }

    const NONE: u8 = 0;
    const LOSES: u8 = 1;
    const DOUBLES: u8 = 2;
    const OVERTAKES: u8 = 3;
    const ALTERS: u8 = 4;

    impl<const FAULT: u8> TaskChannel for Faulty<FAULT> {
        type Sender = FaultySender;
        type Receiver = async_channel::Receiver<u64>;

        fn new(capacity: usize, senders: usize, _receivers: usize) -> Self {
            let (sender, receiver) = async_channel::bounded(capacity);
            Self { senders: Mutex::new(vec![sender; senders]), receiver }
        }

        fn sender(&self) -> FaultySender {
            FaultySender { end: self.senders.lock().unwrap().pop().unwrap(), held: None }
        }

        fn receiver(&self) -> async_channel::Receiver<u64> {
            self.receiver.clone()
        }

        async fn send(sender: &mut FaultySender, message: u64) {
            let fault = if message % 100 == 50 { FAULT } else { NONE };
            let (first, second) = match fault {
                LOSES => (None, None),
                DOUBLES => (Some(message), Some(message)),
                ALTERS => (Some(message + 7), None),
                OVERTAKES => (sender.held.replace(message), None),
                _ => (Some(message), sender.held.take()),
            };
            for message in first.into_iter().chain(second) {
                sender.end.send(message).await.unwrap();
            }
        }

        async fn receive(receiver: &mut async_channel::Receiver<u64>) -> Option<u64> {
            receiver.recv().await.ok()
        }
    }

    fn fault<const FAULT: u8>(workload: &str, threads: usize) -> bool {
        let rows = vec![Contender::<TaskChannels>::of::<Faulty<FAULT>>("faulty")];
        let traffic = TaskTraffic::all().into_iter().filter(|traffic| traffic.id() == workload).collect();
        let suite = Suite::new("planted", "", "").family(traffic, rows);
        check(&suite.cells(&[threads])[0], 42, &Cores::detect(), Duration::from_secs(60)).fault.is_some()
    }

    #[track_caller]
    fn check_faults(workload: &str, threads: usize) {
        assert!(!fault::<NONE>(workload, threads), "no fault");
        assert!(fault::<LOSES>(workload, threads), "loses one message in 100");
        assert!(fault::<DOUBLES>(workload, threads), "doubles one message in 100");
        assert!(fault::<ALTERS>(workload, threads), "alters one message in 100");
    }

    #[test]
    fn faults_are_found() {
        check_faults("async-spsc-cap-128", 1);
        check_faults("async-spsc-cap-128", 2);
        check_faults("async-mpsc-cap-128", 3);
        check_faults("async-mpmc-cap-128", 4);
        for threads in [1, 2] {
            assert!(fault::<OVERTAKES>("async-spsc-cap-128", threads), "one message in 100 is overtaken");
        }
    }
}
