//! Many buffers in one hand.

use super::{Findings, PoolTrial};
use crate::pool::Pool;
use crate::usage::{Touch, Use, stamp};
use contend_harness::Worker;

impl<T: Pool> PoolTrial<T> {
    /// Acquires and writes `held` buffers, looks at all of them again, and releases them. That is one operation.
    pub(super) fn hold_many(
        &self,
        worker: &mut Worker<'_>,
        handle: &mut T::Handle<'_>,
        touch: &Touch,
        held: usize,
    ) -> Findings {
        let (index, stride) = (worker.index(), self.stride);
        let mut findings = Findings::default();
        let mut buffers: Vec<Vec<u8>> = Vec::with_capacity(held);
        worker.measure(stride, |done| {
            for burst in done..done + stride {
                let first = burst * held as u64;
                for number in first..first + held as u64 {
                    let mut buffer = Self::acquire(handle, touch);
                    findings.look(&buffer, buffer.capacity(), touch);
                    findings.altered += touch.run(&mut buffer, stamp(index, number));
                    buffers.push(buffer);
                }
                for (buffer, number) in buffers.drain(..).zip(first..) {
                    findings.altered += touch.damage_to(&buffer, stamp(index, number));
                    T::release(handle, buffer);
                }
            }
            stride
        });
        findings
    }
}
