//! The workloads of channels: who sends, who receives, and how many messages may wait.

use contend_harness::Workload;

/// How many send, and how many receive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    /// One sender, one receiver. With one thread: it sends and receives in turn.
    Spsc,
    /// One receiver, and every other thread sends.
    Mpsc,
    /// One half of the threads sends, the other receives.
    Mpmc,
}

/// Messages as fast as they come through.
#[derive(Clone, Debug)]
pub struct Traffic {
    shape: Shape,
    /// Messages that may wait; `None` for any number.
    capacity: Option<usize>,
}

/// Who does what at one thread count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Roles {
    pub(crate) senders: usize,
    pub(crate) receivers: usize,
}

impl Traffic {
    /// {spsc, mpsc, mpmc} by a capacity of {0, 1, 16, 128, 1,024, unbounded}.
    pub fn all() -> Vec<Self> {
        let shapes = [Shape::Spsc, Shape::Mpsc, Shape::Mpmc].into_iter();
        let capacities = [Some(0), Some(1), Some(16), Some(128), Some(1024), None];
        shapes.flat_map(|shape| capacities.map(|capacity| Self { shape, capacity })).collect()
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
        match self.capacity {
            Some(0 | 1) => 1,
            _ => 16,
        }
    }

    /// Senders and receivers among `threads` threads. Both are the same thread where there is only one.
    pub(crate) fn roles(&self, threads: usize) -> Roles {
        match self.shape {
            Shape::Spsc => Roles { senders: 1, receivers: 1 },
            Shape::Mpsc => Roles { senders: threads - 1, receivers: 1 },
            Shape::Mpmc => Roles { senders: threads / 2, receivers: threads / 2 },
        }
    }

    /// Why `threads` threads cannot take these roles, if so.
    pub(crate) fn refusal(&self, threads: usize) -> Option<&'static str> {
        match (self.shape, threads) {
            (Shape::Spsc, 1) if self.capacity == Some(0) => Some("a rendezvous needs two threads"),
            (Shape::Spsc, 1 | 2) => None,
            (Shape::Spsc, _) => Some("one sender and one receiver are two threads"),
            (Shape::Mpsc, 0..=2) => Some("several senders and a receiver are three threads or more"),
            (Shape::Mpmc, 0..=3) => Some("several senders and receivers are four threads or more"),
            (Shape::Mpmc, odd) if odd % 2 == 1 => Some("as many senders as receivers are an even number"),
            _ => None,
        }
    }
}

impl Workload for Traffic {
    fn id(&self) -> String {
        let shape = match self.shape {
            Shape::Spsc => "spsc",
            Shape::Mpsc => "mpsc",
            Shape::Mpmc => "mpmc",
        };
        match self.capacity {
            Some(capacity) => format!("{shape}-cap-{capacity}"),
            None => format!("{shape}-unbounded"),
        }
    }

    fn question(&self) -> String {
        let who = match self.shape {
            Shape::Spsc => "one thread to another",
            Shape::Mpsc => "several threads to one",
            Shape::Mpmc => "several threads to several",
        };
        let room = match self.capacity {
            Some(0) => "if each is handed over in person".to_owned(),
            Some(1) => "if one may wait".to_owned(),
            Some(capacity) => format!("if {capacity} may wait"),
            None => "if any number may wait".to_owned(),
        };
        format!("What does it cost to pass a message from {who}, {room}?")
    }

    /// One message at a time, a queue as services size it, and no limit; and many senders to one receiver, as in a log
    /// or a metrics collector.
    fn curated(&self) -> bool {
        match self.shape {
            Shape::Spsc => matches!(self.capacity, Some(1 | 128) | None),
            Shape::Mpsc => self.capacity == Some(128),
            Shape::Mpmc => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shape: Shape, threads: usize, expected: Option<Roles>) {
        let traffic = Traffic { shape, capacity: Some(16) };
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
        let rendezvous = Traffic { shape: Shape::Spsc, capacity: Some(0) };
        assert!(rendezvous.refusal(1).is_some() && rendezvous.refusal(2).is_none());
    }

    #[test]
    fn ids_say_shape_and_capacity() {
        let ids: Vec<String> = Traffic::all().iter().map(Workload::id).collect();
        assert_eq!(ids.len(), 18);
        assert_eq!((ids[0].as_str(), ids[17].as_str()), ("spsc-cap-0", "mpmc-unbounded"));
    }
}
