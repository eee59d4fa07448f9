//! What a pool keeps: of a burst, and of one buffer that grew.

use crate::pool::{Pool, Stock};
use crate::workload::{Buffers, MOST_HELD};
use contend_harness::Probe;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a holder appends at a time; a buffer grows as it fills.
const CHUNK: [u8; 16 * 1024] = [0xA5; 16 * 1024];

/// A holder who grows a buffer, once in the life of a pool.
pub(super) struct Poison {
    grown: usize,
    spent: AtomicBool,
}

impl Poison {
    pub(super) fn of(workload: &Buffers) -> Option<Self> {
        match *workload {
            Buffers::Poisoned { grown, .. } => Some(Self { grown, spent: AtomicBool::new(false) }),
            _ => None,
        }
    }

    /// Off the clock, and by the worker who comes first: the buffers of some pools belong to a thread.
    pub(super) fn grow_one<T: Pool>(&self, handle: &mut T::Handle<'_>, bytes: usize) {
        // Relaxed: the gate lies between this and the operations, and only one worker may see `false`.
        if self.spent.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut buffer = T::acquire(handle, bytes);
        write(&mut buffer, self.grown);
        T::release(handle, buffer);
    }
}

/// Makes a pool for `stock`, holds `held` of its buffers at once with `written` bytes in each, gives them back, and drops the
/// pool. The buffers wait in an array, so that nothing but the contender allocates.
pub(super) fn footprint<T: Pool>(stock: &Stock, held: usize, written: usize, probe: &mut dyn Probe) {
    let pool = T::new(stock);
    let mut handle = pool.handle(0);
    probe.stage("made", T::stocked(stock) as u64);
    let mut buffers = [const { Vec::new() }; MOST_HELD];
    let buffers = &mut buffers[..held];
    for buffer in &mut *buffers {
        *buffer = T::acquire(&mut handle, stock.bytes());
        write(buffer, written);
    }
    probe.stage("held", held as u64);
    for buffer in buffers {
        T::release(&mut handle, std::mem::take(buffer));
    }
    probe.stage("returned", 0);
    drop(handle);
    drop(pool);
    probe.stage("dropped", 0);
}

/// Appends to `buffer`, which is empty, until it has `bytes` bytes.
fn write(buffer: &mut Vec<u8>, bytes: usize) {
    while buffer.len() < bytes {
        let missing = bytes - buffer.len();
        buffer.extend_from_slice(&CHUNK[..missing.min(CHUNK.len())]);
    }
    black_box(&mut buffer[..]);
}
