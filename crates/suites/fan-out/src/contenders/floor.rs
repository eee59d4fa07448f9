//! The same loops with no primitive at all: what the work and the harness themselves cost.

use crate::channel::FloorOfChannels;
use crate::payload::FloorOfPayloads;
use crate::{Channels, Gather, Gathers, Payloads, Requests, TaskChannels};
use contend_harness::Contender;

pub(super) const GATHERS: &[Contender<Gathers>] = &[Contender::of::<Divided>("floor")
    .floor()
    .note("every thread computes its part and knows the rest: the work, divided, and nothing handed over")];

pub(super) const CHANNELS: &[Contender<Channels>] = &[Contender::of::<FloorOfChannels>("floor")
    .floor()
    .note("nothing is handed over: what making and counting messages costs")];

pub(super) const PAYLOADS: &[Contender<Payloads>] = &[Contender::of::<FloorOfPayloads>("floor")
    .floor()
    .note("nothing is handed over: what making, reading and freeing messages costs")];

pub(super) const TASKS: &[Contender<TaskChannels>] = &[Contender::of::<FloorOfChannels>("floor")
    .floor()
    .note("nothing is handed over, and nothing awaited: what making and counting messages costs")];

/// A fan-out that divides its work by magic.
struct Divided {
    requests: Requests,
    /// Items that each thread computes.
    part: usize,
    /// The results of all distinct requests.
    known: Vec<Vec<u64>>,
}

impl Gather for Divided {
    type Requester<'a> = &'a Self;
    type Helper<'a> = &'a Self;

    fn new(requests: &Requests, threads: usize) -> Self {
        let results = |request| (0..requests.items()).map(|index| requests.compute(request, index)).collect();
        Self {
            requests: requests.clone(),
            part: requests.items().div_ceil(threads),
            known: (0..Requests::DISTINCT).map(results).collect(),
        }
    }

    fn requester(&self) -> &Self {
        self
    }

    fn helper(&self, _worker: usize) -> &Self {
        self
    }

    #[inline(always)]
    fn gather(requester: &mut &Self, request: u64, mut take: impl FnMut(u64)) {
        for index in 0..requester.part {
            take(requester.requests.compute(request, index));
        }
        let known = &requester.known[(request % Requests::DISTINCT) as usize];
        known[requester.part..].iter().copied().for_each(take);
    }

    #[inline(always)]
    fn help(helper: &mut &Self) {
        for index in 0..helper.part {
            helper.requests.compute(0, index);
        }
    }
}
