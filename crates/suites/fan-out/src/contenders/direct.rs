//! No threads at all: what a fan-out has to beat.

use crate::{Gather, Gathers, Requests};
use contend_harness::Contender;

pub(super) const GATHERS: &[Contender<Gathers>] =
    &[Contender::of::<Direct>("direct").note("plain calls into a vector: what a fan-out has to beat")];

struct Direct(Requests);

/// A requester that computes everything, and its vector of results.
struct Caller<'a> {
    requests: &'a Requests,
    results: Vec<u64>,
}

impl Gather for Direct {
    type Requester<'a> = Caller<'a>;
    type Helper<'a> = ();

    fn new(requests: &Requests, _threads: usize) -> Self {
        Self(requests.clone())
    }

    fn requester(&self) -> Caller<'_> {
        Caller { requests: &self.0, results: Vec::with_capacity(self.0.items()) }
    }

    fn helper(&self, _worker: usize) {}

    #[inline(always)]
    fn gather(caller: &mut Caller<'_>, request: u64, take: impl FnMut(u64)) {
        let Caller { requests, results } = caller;
        results.clear();
        results.extend((0..requests.items()).map(|index| requests.compute(request, index)));
        results.iter().copied().for_each(take);
    }

    fn help(_helper: &mut ()) {}

    fn refusal(threads: usize) -> Option<&'static str> {
        (threads != 1).then_some("plain calls use one thread")
    }
}
