//! The same loops with no pool at all: each worker has one buffer, and what is done with it is all that is measured.

use crate::usage::{Touch, Usage, Use, stamp, stamp_in};
use crate::{Buffers, Pools};
use contend_harness::{Account, Admits, Contender, Setting, Trial, Worker, WrongResult};
use std::hint::black_box;

pub(super) const POOLS: &[Contender<Pools>] = &[Contender::of::<Floor>("floor")
    .floor()
    .note("one buffer per thread, neither acquired nor released, and never cleared")];

/// Not a [`crate::Pool`], so that nothing is left of acquiring and releasing.
enum Floor {}

impl Admits<Floor> for Pools {
    fn trial(workload: &Buffers, setting: &Setting) -> impl Trial {
        let usage = Usage::of(workload);
        FloorTrial { usage, stride: workload.stride(), buffer: workload.stock(setting.threads).buffer() }
    }
}

struct FloorTrial {
    usage: Usage,
    stride: u64,
    /// What every worker's buffer is a copy of.
    buffer: Vec<u8>,
}

impl Trial for FloorTrial {
    /// Uses that did not find what they wrote.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        match &self.usage {
            Usage::Touch(touch) => self.use_in_turn(worker, touch),
            Usage::Request(fill) => self.use_in_turn(worker, fill),
            Usage::JsonResponse(encode) => self.use_in_turn(worker, &**encode),
            Usage::ReleaseElsewhere(_) if worker.index() < worker.threads() / 2 => self.look_only(worker),
            Usage::ReleaseElsewhere(touch) => self.touch_only(worker, touch),
            Usage::Burst(touch, held) => self.hold_many(worker, touch, *held),
        }
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        let altered = accounts.iter().map(|account| account.report).sum();
        WrongResult::unless_equal("buffers that did not hold what was written", 0, altered)
    }
}

impl FloorTrial {
    fn own_buffer(&self, usage: &impl Use) -> Vec<u8> {
        let mut buffer = self.buffer.clone();
        buffer.reserve(self.buffer.capacity());
        buffer.resize(if usage.zeroed() { usage.bytes() } else { 0 }, 0);
        buffer
    }

    fn use_in_turn(&self, worker: &mut Worker<'_>, usage: &impl Use) -> u64 {
        let (index, stride) = (worker.index(), self.stride);
        let mut buffer = self.own_buffer(usage);
        let mut altered = 0;
        worker.measure(stride, |done| {
            for number in done..done + stride {
                if !usage.zeroed() {
                    buffer.clear();
                }
                altered += usage.run(&mut buffer, stamp(index, number));
            }
            stride
        });
        altered
    }

    fn hold_many(&self, worker: &mut Worker<'_>, touch: &Touch, held: usize) -> u64 {
        let (index, stride) = (worker.index(), self.stride);
        let mut buffers: Vec<Vec<u8>> = (0..held).map(|_| self.own_buffer(touch)).collect();
        let mut altered = 0;
        worker.measure(stride, |done| {
            for burst in done..done + stride {
                let first = burst * held as u64;
                for (buffer, number) in buffers.iter_mut().zip(first..) {
                    buffer.clear();
                    altered += touch.run(buffer, stamp(index, number));
                }
                for (buffer, number) in buffers.iter().zip(first..) {
                    altered += touch.damage_to(buffer, stamp(index, number));
                }
            }
            stride
        });
        altered
    }

    fn touch_only(&self, worker: &mut Worker<'_>, usage: &impl Use) -> u64 {
        let index = worker.index();
        let mut buffer = self.own_buffer(usage);
        let (mut altered, mut number) = (0, 0);
        worker.assist(|| {
            number += 1;
            buffer.clear();
            altered += usage.run(&mut buffer, stamp(index, number));
            true
        });
        altered
    }

    fn look_only(&self, worker: &mut Worker<'_>) -> u64 {
        let (stride, mark) = (self.stride, stamp(worker.index(), 1));
        let buffer = mark.to_le_bytes();
        let mut altered = 0;
        worker.measure(stride, |_| {
            for _ in 0..stride {
                altered += u64::from(stamp_in(black_box(&buffer)) != mark);
            }
            stride
        });
        altered
    }
}
