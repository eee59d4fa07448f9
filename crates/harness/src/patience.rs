//! Waiting for another worker: spin first, then offer the core.

/// Turns of a spin loop before a waiting worker offers its core.
///
/// Chosen here because it is some tens of microseconds, longer than another worker's part in nearly all workloads; with
/// more threads than cores the awaited one may have no core.
const TURNS_BEFORE_YIELD: u32 = 2_000;

/// A worker that waits for another one in a workload. Make one anew for each wait.
#[derive(Debug, Default)]
pub struct Patience {
    turns: u32,
}

impl Patience {
    /// Waits a moment.
    #[inline(always)]
    pub fn wait(&mut self) {
        if self.turns < TURNS_BEFORE_YIELD {
            self.turns += 1;
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}
