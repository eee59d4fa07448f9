//! Every other platform: no pinning and no run-queue figures. Numbers from here carry no proof of parallelism, and
//! every run says so.

use super::{Cores, Reading};

pub(super) fn cores() -> Option<Cores> {
    None
}

/// Refuses.
pub(crate) fn pin_to(_cpus: &[usize]) -> Result<(), String> {
    Err("this platform has no affinity masks".to_owned())
}

pub(super) fn process_cpu_ns() -> Option<u64> {
    None
}

pub(super) fn busy_ns(_cores: &[usize]) -> Option<u64> {
    None
}

/// Knows nothing.
#[derive(Debug)]
pub(crate) struct Meter;

impl Meter {
    pub(crate) fn new() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the meters of all platforms look alike")]
    pub(crate) fn read(&self) -> Reading {
        Reading {
            run_delay_ns: None,
            voluntary_switches: None,
            involuntary_switches: None,
            minor_faults: None,
        }
    }

    #[expect(clippy::unused_self, reason = "the meters of all platforms look alike")]
    pub(crate) fn cpu_ns(&self) -> Option<u64> {
        None
    }
}

pub(super) fn resident_bytes() -> Option<u64> {
    None
}

pub(super) fn peak_resident_bytes() -> Option<u64> {
    None
}
