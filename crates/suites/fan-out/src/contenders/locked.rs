//! A collection behind a mutex. Reference implementations of our own.

use crate::fan::Arrivals;
use crate::{Carrier, Channel, FanOut, Gathers, Message, Traffic, WayBack};
use contend_harness::{Admits, Contender};
use crossbeam_utils::CachePadded;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

pub(super) const GATHERS: &[Contender<Gathers>] = &[
    Contender::of::<FanOut<LockedResults<false>>>("mutex-vec")
        .blocks()
        .note("each result is pushed under a lock; the vector is reused"),
    Contender::of::<FanOut<LockedResults<true>>>("vec-per-thread")
        .full_set_only()
        .blocks()
        .note("each thread pushes into a vector of its own; the requester merges them"),
];

pub(super) fn rows<C: Admits<Deque>>() -> Vec<Contender<C>> {
    vec![
        Contender::of::<Deque>("condvar-deque")
            .can(&["bounded or not", "many receivers"])
            .blocks()
            .note("the textbook's bounded queue, which wakes somebody only where somebody sleeps"),
    ]
}

/// Pairs of index and result, in the order in which they came.
type Locked = Mutex<Vec<(usize, u64)>>;

/// Results in one vector, or in one for each thread.
struct LockedResults<const PER_THREAD: bool> {
    results: Box<[CachePadded<Locked>]>,
    arrivals: Arrivals,
    items: usize,
}

/// One worker's way to them, and the requester's results in order.
struct Results<'a, const PER_THREAD: bool> {
    shared: &'a LockedResults<PER_THREAD>,
    /// Where this worker pushes.
    own: &'a Locked,
    ordered: Vec<u64>,
}

#[inline(always)]
fn lock(results: &Locked) -> MutexGuard<'_, Vec<(usize, u64)>> {
    results.lock().expect("pushing within the capacity cannot panic")
}

impl<const PER_THREAD: bool> WayBack for LockedResults<PER_THREAD> {
    type Handle<'a> = Results<'a, PER_THREAD>;

    fn new(items: usize, threads: usize) -> Self {
        let vector = |_| CachePadded::new(Mutex::new(Vec::with_capacity(items)));
        let vectors = if PER_THREAD { threads } else { 1 };
        Self { results: (0..vectors).map(vector).collect(), arrivals: Arrivals::default(), items }
    }

    fn handle(&self, worker: usize) -> Results<'_, PER_THREAD> {
        Results {
            shared: self,
            own: &self.results[worker % self.results.len()],
            ordered: vec![0; self.items],
        }
    }

    #[inline(always)]
    fn open(handle: &mut Results<'_, PER_THREAD>) {
        handle.shared.arrivals.reset();
    }

    #[inline(always)]
    fn bring(handle: &mut Results<'_, PER_THREAD>, results: impl Iterator<Item = (usize, u64)>) {
        let mut brought = 0;
        for result in results {
            lock(handle.own).push(result);
            brought += 1;
        }
        if brought > 0 {
            handle.shared.arrivals.add(brought);
        }
    }

    #[inline(always)]
    fn collect(handle: &mut Results<'_, PER_THREAD>, take: impl FnMut(u64)) {
        let Results { shared, ordered, .. } = handle;
        shared.arrivals.wait_for(shared.items);
        for results in &shared.results {
            for (index, result) in lock(results).drain(..) {
                ordered[index] = result;
            }
        }
        ordered.iter().copied().for_each(take);
    }
}

/// A bounded queue: a deque under a mutex, and a condition each for those who wait for a message and for room.
pub(super) struct Deque<M = u64> {
    state: Mutex<State<M>>,
    not_empty: Condvar,
    not_full: Condvar,
    capacity: usize,
}

struct State<M> {
    messages: VecDeque<M>,
    /// Senders that are not gone.
    senders: usize,
    /// Receivers that sleep. The standard library's notification is a system call, even where nobody sleeps.
    waiting_for_message: usize,
    waiting_for_room: usize,
}

impl<M> Deque<M> {
    #[inline(always)]
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().expect("pushing and popping cannot panic")
    }
}

/// A sender that says when it is gone.
pub(super) struct DequeSender<'a, M>(&'a Deque<M>);

impl<M> Drop for DequeSender<'_, M> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.0.not_empty.notify_all();
        }
    }
}

impl Carrier for Deque {
    type Of<M: Message> = Deque<M>;
}

impl<M: Message> Channel<M> for Deque<M> {
    type Sender<'a> = DequeSender<'a, M>;
    type Receiver<'a> = &'a Self;

    fn new(capacity: Option<usize>, senders: usize, _receivers: usize) -> Self {
        let state = State {
            messages: VecDeque::with_capacity(capacity.unwrap_or(0)),
            senders,
            waiting_for_message: 0,
            waiting_for_room: 0,
        };
        Self {
            state: Mutex::new(state),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            capacity: capacity.unwrap_or(usize::MAX),
        }
    }

    fn sender(&self) -> DequeSender<'_, M> {
        DequeSender(self)
    }

    fn receiver(&self) -> &Self {
        self
    }

    #[inline(always)]
    fn send(sender: &mut DequeSender<'_, M>, message: M) {
        let queue = sender.0;
        let mut state = queue.lock();
        while state.messages.len() == queue.capacity {
            state.waiting_for_room += 1;
            state = queue.not_full.wait(state).expect("pushing and popping cannot panic");
            state.waiting_for_room -= 1;
        }
        state.messages.push_back(message);
        let wake = state.waiting_for_message > 0;
        drop(state);
        if wake {
            queue.not_empty.notify_one();
        }
    }

    #[inline(always)]
    fn receive(receiver: &mut &Self) -> Option<M> {
        let mut state = receiver.lock();
        let message = loop {
            if let Some(message) = state.messages.pop_front() {
                break message;
            }
            if state.senders == 0 {
                return None;
            }
            state.waiting_for_message += 1;
            state = receiver.not_empty.wait(state).expect("pushing and popping cannot panic");
            state.waiting_for_message -= 1;
        };
        let wake = state.waiting_for_room > 0;
        drop(state);
        if wake {
            receiver.not_full.notify_one();
        }
        Some(message)
    }

    fn refusal(traffic: &Traffic) -> Option<&'static str> {
        (traffic.capacity() == Some(0)).then_some("a deque of no capacity never takes a message")
    }
}
