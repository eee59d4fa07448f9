//! The way out, which all contenders share: one word that says which request is open and which items are left.

use crate::gather::{Gather, Requests};
use contend_harness::Patience;
use crossbeam_utils::CachePadded;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How results come back to the requester. What a contender of its own has to say.
pub trait WayBack: Send + Sync + 'static {
    /// What one worker brings its results back through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// A way back for requests of `items` items, for `threads` workers.
    fn new(items: usize, threads: usize) -> Self;

    /// The handle of worker `worker`; 0 is the requester.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// Items that a worker takes at a time.
    fn items_at_a_time(_items: usize, _threads: usize) -> usize {
        1
    }

    /// Prepares for the next request. Only the requester calls it, while no item is out.
    fn open(handle: &mut Self::Handle<'_>);

    /// Brings back one worker's part of a request: pairs of index and result, each computed when it is asked for. The
    /// requester has a part too. Called at most once per worker and request.
    fn bring(handle: &mut Self::Handle<'_>, results: impl Iterator<Item = (usize, u64)>);

    /// Waits until the results of all workers are there, and gives each to `take`, in order. Only the requester calls
    /// it, after its own part.
    fn collect(handle: &mut Self::Handle<'_>, take: impl FnMut(u64));
}

/// A request divided among threads, with the way back `W`.
///
/// The requester opens a request by storing a ticket: the request's number and the first item. Whoever has time takes
/// the next item, or the next few, by counting the ticket up, computes it, and brings the result back. The requester
/// takes items as well, so it needs nobody: where no helper has a core, or there is none, it does all by itself. A
/// worker that took an item brings it back before it looks at the stop flag again.
#[derive(Debug)]
pub struct FanOut<W> {
    requests: Requests,
    ticket: Ticket,
    back: W,
}

/// The requester of a [`FanOut`].
#[derive(Debug)]
pub struct Requester<'a, W: WayBack> {
    fan: &'a FanOut<W>,
    handle: W::Handle<'a>,
}

/// A helper of a [`FanOut`].
#[derive(Debug)]
pub struct Helper<'a, W: WayBack> {
    fan: &'a FanOut<W>,
    handle: W::Handle<'a>,
    patience: Patience,
}

impl<W: WayBack> FanOut<W> {
    fn part(&self, request: u64, taken: Range<usize>) -> Part<'_> {
        Part { requests: &self.requests, ticket: &self.ticket, request, taken }
    }
}

impl<W: WayBack> Gather for FanOut<W> {
    type Requester<'a> = Requester<'a, W>;
    type Helper<'a> = Helper<'a, W>;

    fn new(requests: &Requests, threads: usize) -> Self {
        let items = requests.items();
        let ticket = Ticket::new(items, W::items_at_a_time(items, threads));
        Self { requests: requests.clone(), ticket, back: W::new(items, threads) }
    }

    fn requester(&self) -> Requester<'_, W> {
        Requester { fan: self, handle: self.back.handle(0) }
    }

    fn helper(&self, worker: usize) -> Helper<'_, W> {
        Helper { fan: self, handle: self.back.handle(worker), patience: Patience::default() }
    }

    #[inline(always)]
    fn gather(requester: &mut Requester<'_, W>, request: u64, take: impl FnMut(u64)) {
        let Requester { fan, handle } = requester;
        W::open(handle);
        fan.ticket.open(request);
        W::bring(handle, fan.part(request, 0..0));
        W::collect(handle, take);
    }

    #[inline(always)]
    fn help(helper: &mut Helper<'_, W>) {
        let Helper { fan, handle, patience } = helper;
        match fan.ticket.take(None) {
            Some((request, taken)) => {
                *patience = Patience::default();
                W::bring(handle, fan.part(request, taken));
            }
            None => patience.wait(),
        }
    }
}

/// One worker's part of a request, computed item by item.
struct Part<'a> {
    requests: &'a Requests,
    ticket: &'a Ticket,
    request: u64,
    taken: Range<usize>,
}

impl Iterator for Part<'_> {
    type Item = (usize, u64);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, u64)> {
        let index = match self.taken.next() {
            Some(index) => index,
            None => {
                (_, self.taken) = self.ticket.take(Some(self.request))?;
                self.taken.next()?
            }
        };
        Some((index, self.requests.compute(self.request, index)))
    }
}

/// Bits of a ticket that hold the next item; the others hold the request's number.
const ITEM_BITS: u32 = 16;

/// Which request is open, and which of its items comes next, in one word: an item that was taken always belongs to
/// the request that the taker saw.
#[derive(Debug)]
struct Ticket {
    word: CachePadded<AtomicU64>,
    items: usize,
    at_a_time: usize,
}

impl Ticket {
    /// A ticket with no item left.
    fn new(items: usize, at_a_time: usize) -> Self {
        assert!(at_a_time > 0 && items + at_a_time < 1 << ITEM_BITS, "items fit into a ticket");
        Self { word: CachePadded::new(AtomicU64::new(items as u64)), items, at_a_time }
    }

    #[inline(always)]
    fn open(&self, request: u64) {
        // Release: what the requester prepared happens before any worker's part. A plain store, because no item of the
        // request before is left to be taken.
        self.word.store(request << ITEM_BITS, Ordering::Release);
    }

    /// Takes the next items, of the request `wanted` or of any.
    #[inline(always)]
    fn take(&self, wanted: Option<u64>) -> Option<(u64, Range<usize>)> {
        // Relaxed: only the exchange below takes anything.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let (request, first) = (word >> ITEM_BITS, (word % (1 << ITEM_BITS)) as usize);
            if first >= self.items || wanted.is_some_and(|wanted| wanted != request) {
                return None;
            }
            let next = word + self.at_a_time as u64;
            // Acquire: pairs with `open`, also through the exchanges of other workers, which continue its release
            // sequence. Relaxed on failure: the word is only looked at again.
            match self.word.compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some((request, first..(first + self.at_a_time).min(self.items))),
                Err(found) => word = found,
            }
        }
    }
}

/// How many results have come back, for ways back that do not say it themselves. Each worker adds its part once.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(CachePadded<AtomicUsize>);

impl Arrivals {
    #[inline(always)]
    pub(crate) fn reset(&self) {
        // Relaxed: all parts of the request before have been added, and `Ticket::open` publishes this one.
        self.0.store(0, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn add(&self, results: usize) {
        // Release: the part's results are written before they count.
        self.0.fetch_add(results, Ordering::Release);
    }

    #[inline(always)]
    pub(crate) fn wait_for(&self, results: usize) {
        let mut patience = Patience::default();
        // Acquire: pairs with every `add`, since each continues the release sequence of those before it.
        while self.0.load(Ordering::Acquire) < results {
            patience.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_gives_every_item_once() {
        let ticket = Ticket::new(12, 5);
        assert_eq!(ticket.take(None), None, "nothing is open");
        ticket.open(7);
        assert_eq!(ticket.take(Some(6)), None, "another request is open");
        let taken: Vec<_> = std::iter::from_fn(|| ticket.take(Some(7))).collect();
        assert_eq!(taken, [(7, 0..5), (7, 5..10), (7, 10..12)]);
        assert_eq!(ticket.take(None), None);
        ticket.open(8);
        assert_eq!(ticket.take(None), Some((8, 0..5)));
    }
}
