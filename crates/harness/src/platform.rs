//! What only the operating system can tell or do: cores, pinning, processor time, run-queue delay.
//!
//! Everything here is an `Option` or a `Result`: the engine works where a platform lacks it, and says so.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(not(target_os = "linux"))]
use portable as system;

pub(crate) use system::{Meter, pin_to};

/// The cores this process may use, and what is known of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cores {
    /// Allowed logical processors, the first of each physical core before the second of any.
    pub allowed: Vec<usize>,
    /// Physical cores among them, where the platform tells.
    pub physical: Option<usize>,
}

impl Cores {
    /// Asks the operating system. Where it does not tell, the cores are `0..n` of the standard library's count.
    pub fn detect() -> Self {
        system::cores().unwrap_or_else(|| {
            let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            Self { allowed: (0..count).collect(), physical: None }
        })
    }

    /// Whether `threads` are more than can run at once.
    pub fn oversubscribed_by(&self, threads: usize) -> bool {
        threads > self.allowed.len()
    }

    /// Thread counts to measure at by default: 1, 2, 4, ... up to the cores, the cores themselves, and twice as many.
    pub fn default_threads(&self) -> Vec<usize> {
        let cores = self.allowed.len();
        let mut threads: Vec<usize> = std::iter::successors(Some(1), |count| Some(count * 2))
            .take_while(|count| *count < cores)
            .collect();
        threads.extend([cores, cores * 2]);
        threads
    }
}

/// Whether run-queue delay can be read here.
pub fn run_queue_figures() -> bool {
    Meter::new().read().run_delay_ns.is_some()
}

/// Whether a thread can be held on a core here. The calling thread is where it was afterwards.
pub fn can_pin() -> bool {
    let cores = Cores::detect();
    let Some(first) = cores.allowed.first() else { return false };
    let trial = std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "the trial must not pin the caller")]
        let trial = scope.spawn(|| pin_to(&[*first]).is_ok());
        trial.join()
    });
    trial.unwrap_or(false)
}

/// Busy time of the allowed cores since the machine started, by everyone, in nanoseconds.
pub(crate) fn busy_ns(cores: &[usize]) -> Option<u64> {
    system::busy_ns(cores)
}

/// Bytes of this process's own data that are in memory now, where the platform tells.
pub fn resident_bytes() -> Option<u64> {
    system::resident_bytes()
}

/// The most of them that ever were at once, where the platform tells.
pub fn peak_resident_bytes() -> Option<u64> {
    system::peak_resident_bytes()
}

/// Processor time of this process so far, in nanoseconds.
pub(crate) fn process_cpu_ns() -> Option<u64> {
    system::process_cpu_ns()
}

/// What a thread has used so far. Differences of two readings are what a slice used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reading {
    pub(crate) run_delay_ns: Option<u64>,
    pub(crate) voluntary_switches: Option<u64>,
    pub(crate) involuntary_switches: Option<u64>,
    pub(crate) minor_faults: Option<u64>,
}

impl Reading {
    pub(crate) fn since(self, before: Self) -> Self {
        let less = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        Self {
            run_delay_ns: less(self.run_delay_ns, before.run_delay_ns),
            voluntary_switches: less(self.voluntary_switches, before.voluntary_switches),
            involuntary_switches: less(self.involuntary_switches, before.involuntary_switches),
            minor_faults: less(self.minor_faults, before.minor_faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cores: usize, expected: &[usize]) {
        let cores = Cores { allowed: (0..cores).collect(), physical: None };
        assert_eq!(cores.default_threads(), expected);
    }

    #[test]
    fn default_threads_reach_the_cores_and_twice_them() {
        check(1, &[1, 2]);
        check(2, &[1, 2, 4]);
        check(6, &[1, 2, 4, 6, 12]);
        check(8, &[1, 2, 4, 8, 16]);
    }

    #[test]
    fn detected_cores_are_distinct() {
        let mut allowed = Cores::detect().allowed;
        let count = allowed.len();
        allowed.sort_unstable();
        allowed.dedup();
        assert_eq!(allowed.len(), count);
        assert!(count > 0);
    }
}
