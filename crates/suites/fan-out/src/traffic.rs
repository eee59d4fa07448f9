//! The workloads of channels: who sends, who receives, and how many messages may wait.

use contend_harness::{Workload, stride, work};

/// How many send, and how many receive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    /// One sender, one receiver. With one thread: it sends and receives in turn.
    Spsc,
    /// One receiver, and every other thread sends.
    Mpsc,
    /// One half of the threads sends, the other receives.
    Mpmc,
    /// Two threads, with a channel each way: one asks and waits for the answer.
    RoundTrip,
    /// Two threads, with a channel each way: one sends `messages` at once, the other takes them all and then says so.
    Burst {
        /// Messages of a round.
        messages: usize,
    },
    /// One sends `messages` in turn to all other threads, each through a channel of its own; they send each back through
    /// one channel.
    Hydra {
        /// Messages of a round.
        messages: usize,
    },
    /// As the hydra, but the other threads take from one channel.
    Kitsune {
        /// Messages of a round.
        messages: usize,
    },
    /// One sends `messages` around a ring of all threads, with a channel from each to the next.
    Robin {
        /// Messages of a round.
        messages: usize,
    },
}

impl Shape {
    /// Several threads send through one of its channels, where there are threads enough.
    pub fn shares_senders(self) -> bool {
        matches!(self, Self::Mpsc | Self::Mpmc | Self::Hydra { .. } | Self::Kitsune { .. })
    }

    /// Several threads receive from one of its channels, where there are threads enough.
    pub fn shares_receivers(self) -> bool {
        matches!(self, Self::Mpmc | Self::Kitsune { .. })
    }

    /// Messages that go out before the first comes back, where one operation is a round of several.
    pub(crate) fn round(self) -> Option<usize> {
        match self {
            Self::Spsc | Self::Mpsc | Self::Mpmc | Self::RoundTrip => None,
            Self::Burst { messages }
            | Self::Hydra { messages }
            | Self::Kitsune { messages }
            | Self::Robin { messages } => Some(messages),
        }
    }
}

/// Messages of most rounds.
///
/// Source: the burst of JCTools' `QueueBurstCost`; flume's rounds have 1 to 10,000.
const ROUND: usize = 100;

/// Messages as fast as they come through, or with work between them.
#[derive(Clone, Debug)]
pub struct Traffic {
    shape: Shape,
    /// Messages that may wait; `None` for any number.
    capacity: Option<usize>,
    /// Work units of the sender before each message.
    work_before: u64,
    /// Work units of the receiver after each message.
    work_after: u64,
}

/// Who does what at one thread count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Roles {
    pub(crate) senders: usize,
    pub(crate) receivers: usize,
}

impl Traffic {
    /// {spsc, mpsc, mpmc} by a capacity of {0, 1, 16, 128, 1,024, unbounded}; round trips; senders or receivers that have
    /// something else to do; and rounds of several messages.
    ///
    /// A round trip with room for one message is also the time from idle to wake: both sides sleep until the other sends,
    /// where the channel lets them sleep.
    pub fn all() -> Vec<Self> {
        let of = |shape, capacity| Self { shape, capacity, work_before: 0, work_after: 0 };
        let capacities = [Some(0), Some(1), Some(16), Some(128), Some(1024), None];
        let plain = [Shape::Spsc, Shape::Mpsc, Shape::Mpmc]
            .into_iter()
            .flat_map(|shape| capacities.map(|capacity| of(shape, capacity)));
        let round_trips = [of(Shape::RoundTrip, Some(0)), of(Shape::RoundTrip, Some(1))];
        let working = [Shape::Spsc, Shape::Mpsc].into_iter().flat_map(|shape| {
            let channel = of(shape, Some(128));
            let [slow_sender, slow_receiver] = [(1000, 0), (0, 1000)];
            [slow_sender, slow_receiver].map(|(work_before, work_after)| Self {
                work_before,
                work_after,
                ..channel.clone()
            })
        });
        // As much room as a round has messages, or more: whoever sends the round takes nothing meanwhile.
        let rounds = [
            Shape::Burst { messages: ROUND },
            Shape::Hydra { messages: ROUND },
            Shape::Kitsune { messages: ROUND },
            Shape::Robin { messages: ROUND },
        ];
        let rounds = rounds.into_iter().flat_map(|shape| [of(shape, Some(128)), of(shape, None)]);
        let token = of(Shape::Robin { messages: 1 }, Some(1));
        plain.chain(round_trips).chain(working).chain(rounds).chain([token]).collect()
    }

    /// Whether it also says what messages that wait take: where any number may, and nothing else plays a part.
    pub(crate) fn is_about_memory(&self) -> bool {
        self.shape == Shape::Spsc && self.capacity.is_none() && self.work_before + self.work_after == 0
    }

    /// A plain channel of `shape`, for the contracts that have their own way to send.
    pub(crate) fn plain(shape: Shape, capacity: usize) -> Self {
        Self { shape, capacity: Some(capacity), work_before: 0, work_after: 0 }
    }

    /// Work units of the sender before each message.
    pub(crate) fn work_before(&self) -> u64 {
        self.work_before
    }

    /// Work units of the receiver after each message.
    pub(crate) fn work_after(&self) -> u64 {
        self.work_after
    }

    /// How many send, and how many receive.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Messages that may wait; `None` for any number.
    pub fn capacity(&self) -> Option<usize> {
        self.capacity
    }

    /// Messages per look at the stop flag: fewer where each may have to wait for the other side to wake up.
    pub(crate) fn stride(&self) -> u64 {
        stride(match self.capacity {
            Some(0 | 1) => 1,
            _ if self.work_before + self.work_after > 0 => 1,
            _ => 16,
        })
    }

    /// Senders and receivers among `threads` threads. Both are the same thread where there is only one.
    pub(crate) fn roles(&self, threads: usize) -> Roles {
        match self.shape {
            Shape::Mpsc => Roles { senders: threads - 1, receivers: 1 },
            Shape::Mpmc => Roles { senders: threads / 2, receivers: threads / 2 },
            // In a round, the roles of each channel are its own.
            _ => Roles { senders: 1, receivers: 1 },
        }
    }

    /// Why `threads` threads cannot take these roles, if so.
    pub(crate) fn refusal(&self, threads: usize) -> Option<&'static str> {
        match (self.shape, threads) {
            (Shape::Spsc, 1) if self.capacity == Some(0) => Some("a rendezvous needs two threads"),
            (Shape::RoundTrip, 1) => Some("one that asks and one that answers are two threads"),
            (Shape::Spsc, 1 | 2) | (Shape::RoundTrip, 2) => None,
            (Shape::RoundTrip, _) => Some("one that asks and one that answers are two threads"),
            (Shape::Spsc, _) => Some("one sender and one receiver are two threads"),
            (Shape::Mpsc, 0..=2) => Some("several senders and a receiver are three threads or more"),
            (Shape::Mpmc, 0..=3) => Some("several senders and receivers are four threads or more"),
            (Shape::Mpmc, odd) if odd % 2 == 1 => Some("as many senders as receivers are an even number"),
            (Shape::Burst { .. }, threads) if threads != 2 => {
                Some("one that sends and one that takes are two threads")
            }
            (Shape::Hydra { .. }, 0 | 1) => Some("one that sends and one that sends back are two threads"),
            (Shape::Kitsune { .. } | Shape::Robin { .. }, 0..=2) => {
                Some("one thread has nobody to send to, and two are a hydra with one head")
            }
            _ => None,
        }
    }
}

/// Does the work beside a message, if there is any.
#[inline(always)]
pub(crate) fn worked(units: u64, seed: u64) {
    if units > 0 {
        work(units, seed);
    }
}

impl Workload for Traffic {
    fn id(&self) -> String {
        let name = match self.shape {
            Shape::Spsc => "spsc",
            Shape::Mpsc => "mpsc",
            Shape::Mpmc => "mpmc",
            Shape::RoundTrip => "round-trip",
            Shape::Burst { .. } => "burst",
            Shape::Hydra { .. } => "hydra",
            Shape::Kitsune { .. } => "kitsune",
            Shape::Robin { .. } => "robin",
        };
        let shape = self.shape.round().map_or_else(|| name.to_owned(), |round| format!("{name}-{round}"));
        let channel = match self.capacity {
            Some(capacity) => format!("{shape}-cap-{capacity}"),
            None => format!("{shape}-unbounded"),
        };
        match (self.work_before, self.work_after) {
            (0, 0) => channel,
            (before, 0) => format!("{channel}-send-{before}"),
            (_, after) => format!("{channel}-receive-{after}"),
        }
    }

    fn analysis(&self) -> &'static str {
        match (&self.shape, self.capacity, self.work_before + self.work_after) {
            (Shape::Spsc, Some(1), 0) => {
                "A channel with room for one message: each is handed over, and both sides wait for each other all the time. What is \
                 measured is waking, not queueing."
            }
            (Shape::Spsc, Some(128), 0) => {
                "One sender, one receiver, and room for a burst. Both sides rarely meet, so what counts is what a message costs on the queue. \
                 Ring buffers made for exactly this shape show how far it can go; they poll and do not sleep, which the processor \
                 time shows."
            }
            (Shape::Spsc, None, 0) => {
                "Sending never waits, and memory grows with what nobody has taken yet. Beside `spsc-cap-128` it says what a bound costs; \
                 `contend figures` says what waiting messages take."
            }
            (Shape::Mpsc, Some(128), 0) => {
                "Logs, metrics, actors: many produce, one consumes, and a full channel makes producers wait. It takes three threads, so \
                 with fewer cores it is about the scheduler too."
            }
            (Shape::RoundTrip, Some(1), 0) => {
                "Ask another thread and wait for its answer: two messages and two threads to wake. Channels that spin before they sleep win \
                 where both threads have a core, and pay for it with processor time."
            }
            _ => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let [senders, receivers] = match self.shape {
            Shape::Mpsc => ["several", "one"],
            Shape::Mpmc => ["several", "several"],
            // In a round, each channel has its own.
            _ => ["one", "one"],
        };
        let capacity = self.capacity.map_or_else(|| "unbounded".to_owned(), |capacity| capacity.to_string());
        let answered = if self.shape == Shape::RoundTrip { "yes" } else { "no" };
        vec![
            ("senders", senders.to_owned()),
            ("receivers", receivers.to_owned()),
            ("capacity", capacity),
            ("answered", answered.to_owned()),
            ("messages", self.shape.round().unwrap_or(1).to_string()),
            ("work", (self.work_before + self.work_after).to_string()),
        ]
    }

    fn question(&self) -> String {
        let what = match self.shape {
            Shape::RoundTrip => "pass a message from one thread to another and to get the answer".to_owned(),
            Shape::Spsc => "pass a message from one thread to another".to_owned(),
            Shape::Mpsc => "pass a message from several threads to one".to_owned(),
            Shape::Mpmc => "pass a message from several threads to several".to_owned(),
            Shape::Burst { messages } => {
                format!("send a thread {messages} messages at once, until it says that it has them all")
            }
            Shape::Hydra { messages } => {
                format!("send {messages} messages out to threads with a channel each, and to have all back")
            }
            Shape::Kitsune { messages } => {
                format!("send {messages} messages out to threads that share a channel, and to have all back")
            }
            Shape::Robin { messages: 1 } => "send one message around a ring of threads".to_owned(),
            Shape::Robin { messages } => format!("send {messages} messages around a ring of threads"),
        };
        let room = match self.capacity {
            Some(0) => "if each is handed over in person".to_owned(),
            Some(1) => "if one may wait".to_owned(),
            Some(capacity) => format!("if {capacity} may wait"),
            None => "if any number may wait".to_owned(),
        };
        let work = match (self.work_before, self.work_after) {
            (0, 0) => String::new(),
            (before, 0) => format!(" and each takes its sender {before} work units"),
            (_, after) => format!(" and each takes its receiver {after} work units"),
        };
        format!("What does it cost to {what}, {room}{work}?")
    }

    /// Traffic without work is what it was before there was any with it.
    fn definition(&self) -> String {
        let Self { shape, capacity, work_before, work_after } = self;
        match (work_before, work_after) {
            (0, 0) => format!("Traffic {{ shape: {shape:?}, capacity: {capacity:?} }}"),
            _ => format!("{self:?}"),
        }
    }

    /// One message at a time, a queue as services size it, and no limit; and many senders to one receiver, as in a log
    /// or a metrics collector.
    fn curated(&self) -> bool {
        if self.work_before + self.work_after > 0 {
            return false;
        }
        match self.shape {
            Shape::RoundTrip => self.capacity == Some(1),
            Shape::Spsc => matches!(self.capacity, Some(1 | 128) | None),
            Shape::Mpsc => self.capacity == Some(128),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shape: Shape, threads: usize, expected: Option<Roles>) {
        let traffic = Traffic { shape, capacity: Some(16), work_before: 0, work_after: 0 };
        assert_eq!(
            traffic.refusal(threads).is_none(),
            expected.is_some(),
            "{shape:?} with {threads} threads"
        );
        if let Some(roles) = expected {
            assert_eq!(traffic.roles(threads), roles);
        }
    }

    #[test]
    fn roles_fit_the_threads() {
        check(Shape::Spsc, 1, Some(Roles { senders: 1, receivers: 1 }));
        check(Shape::Spsc, 2, Some(Roles { senders: 1, receivers: 1 }));
        check(Shape::Spsc, 3, None);
        check(Shape::Mpsc, 2, None);
        check(Shape::Mpsc, 3, Some(Roles { senders: 2, receivers: 1 }));
        check(Shape::Mpmc, 2, None);
        check(Shape::Mpmc, 4, Some(Roles { senders: 2, receivers: 2 }));
        check(Shape::Mpmc, 5, None);
        check(Shape::RoundTrip, 1, None);
        check(Shape::RoundTrip, 2, Some(Roles { senders: 1, receivers: 1 }));
        check(Shape::RoundTrip, 3, None);
        let one = Roles { senders: 1, receivers: 1 };
        check(Shape::Burst { messages: 9 }, 1, None);
        check(Shape::Burst { messages: 9 }, 2, Some(one));
        check(Shape::Burst { messages: 9 }, 4, None);
        check(Shape::Hydra { messages: 9 }, 1, None);
        check(Shape::Hydra { messages: 9 }, 2, Some(one));
        check(Shape::Kitsune { messages: 9 }, 2, None);
        check(Shape::Kitsune { messages: 9 }, 4, Some(one));
        check(Shape::Robin { messages: 9 }, 2, None);
        check(Shape::Robin { messages: 9 }, 3, Some(one));
        let rendezvous = Traffic { shape: Shape::Spsc, capacity: Some(0), work_before: 0, work_after: 0 };
        assert!(rendezvous.refusal(1).is_some() && rendezvous.refusal(2).is_none());
    }

    #[test]
    fn ids_say_shape_and_capacity() {
        let ids: Vec<String> = Traffic::all().iter().map(Workload::id).collect();
        assert_eq!((ids[0].as_str(), ids[17].as_str()), ("spsc-cap-0", "mpmc-unbounded"));
        assert_eq!(
            ids[18..],
            [
                "round-trip-cap-0",
                "round-trip-cap-1",
                "spsc-cap-128-send-1000",
                "spsc-cap-128-receive-1000",
                "mpsc-cap-128-send-1000",
                "mpsc-cap-128-receive-1000",
                "burst-100-cap-128",
                "burst-100-unbounded",
                "hydra-100-cap-128",
                "hydra-100-unbounded",
                "kitsune-100-cap-128",
                "kitsune-100-unbounded",
                "robin-100-cap-128",
                "robin-100-unbounded",
                "robin-1-cap-1"
            ]
        );
    }

    #[test]
    fn a_round_has_room() {
        for traffic in Traffic::all() {
            let room = traffic.capacity.unwrap_or(usize::MAX);
            assert!(traffic.shape.round().is_none_or(|round| round <= room), "{}", traffic.id());
        }
    }
}
