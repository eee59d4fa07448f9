//! The clock that workers stamp their starts and stops with.

use std::time::Instant;

/// Tells a worker what time it is.
///
/// Asked twice by each worker in a slice, so a virtual call costs the measured code nothing; where single operations are timed, around
/// each of those.
pub trait Clock: Send + Sync {
    /// Nanoseconds since a moment that all workers share, as worker `worker` sees it.
    fn now_ns(&self, worker: usize) -> u64;
}

/// The monotonic clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct MonotonicClock {
    origin: Instant,
}

impl MonotonicClock {
    /// A clock that shows 0 now.
    #[expect(clippy::new_without_default, reason = "it reads the time, which a default should not")]
    #[expect(clippy::disallowed_methods, reason = "the engine owns the clock")]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Clock for MonotonicClock {
    fn now_ns(&self, _worker: usize) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
