//! The contract of gathers: a requester divides a request among threads and takes the results back in order.

use contend_harness::{
    Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride, work,
};

/// Most items of a request, so that no two have one seed.
const MAX_ITEMS: usize = 64;

/// A way to compute the items of a request on several threads, and to have their results in order.
///
/// Most contenders differ only in how results come back; they are a [`crate::WayBack`] in a [`crate::FanOut`].
pub trait Gather: Send + Sync + 'static {
    /// What worker 0 asks through; made outside the clock.
    type Requester<'a>
    where
        Self: 'a;

    /// What the other workers help through; made outside the clock.
    type Helper<'a>
    where
        Self: 'a;

    /// Ready for `requests`, for `threads` threads, the requester included.
    fn new(requests: &Requests, threads: usize) -> Self;

    /// The requester. Made once per slice.
    fn requester(&self) -> Self::Requester<'_>;

    /// The helper that is worker `worker`, a number from 1 and below the threads.
    fn helper(&self, worker: usize) -> Self::Helper<'_>;

    /// Has all items of request `request` computed, and gives each result to `take`, in order. This is what is
    /// measured.
    fn gather(requester: &mut Self::Requester<'_>, request: u64, take: impl FnMut(u64));

    /// Looks for items once, and computes what there is. Called again and again, and must not wait for a request: there
    /// may be no other.
    fn help(helper: &mut Self::Helper<'_>);

    /// Why this cannot use `threads` threads, if so.
    fn refusal(_threads: usize) -> Option<&'static str> {
        None
    }
}

/// One request after the other, each of so many items of so much work.
#[derive(Clone, Debug)]
pub struct Requests {
    items: usize,
    /// Work units per item.
    units: u64,
}

impl Requests {
    /// Requests that differ; they take turns.
    ///
    /// Chosen here because a result of the request before must show as wrong, and the model must be cheap to make.
    pub(crate) const DISTINCT: u64 = 16;

    /// {4, 12, 64} items by {0, 50, 500, 5,000} work units.
    pub fn all() -> Vec<Self> {
        let items = [4, 12, MAX_ITEMS].into_iter();
        items.flat_map(|items| [0, 50, 500, 5000].map(|units| Self { items, units })).collect()
    }

    /// Items of a request, from 1 to 64.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Computes item `index` of request `request`.
    #[inline(always)]
    pub fn compute(&self, request: u64, index: usize) -> u64 {
        work(self.units, 1 + request % Self::DISTINCT * MAX_ITEMS as u64 + index as u64)
    }

    /// Requests per look at the stop flag: fewer where they are long.
    fn stride(&self) -> u64 {
        stride((64 / (self.items as u64 * (1 + self.units / 8))).max(1))
    }

    /// What the results of each distinct request fold to, in order.
    fn model(&self) -> Vec<u64> {
        let folded = |request| {
            let results = (0..self.items).map(|index| self.compute(request, index));
            results.fold(0, fold_result)
        };
        (0..Self::DISTINCT).map(folded).collect()
    }
}

/// Adds the next result of a request. Rotating by 7 gives each of 64 positions a rotation of its own, so two results in
/// each other's place show.
#[inline(always)]
fn fold_result(folded: u64, result: u64) -> u64 {
    folded.rotate_left(7) ^ result
}

/// Adds the next request.
#[inline(always)]
fn fold_request(checksum: u64, folded: u64) -> u64 {
    work(1, checksum) ^ folded
}

impl Workload for Requests {
    fn id(&self) -> String {
        format!("gather-{}-work-{}", self.items, self.units)
    }

    fn question(&self) -> String {
        let (items, units) = (self.items, self.units);
        match units {
            0 => format!("What does it cost to hand out {items} items and gather their results in order?"),
            _ => format!(
                "How should the results of {items} items of {units} work units come back, and do threads pay at all?"
            ),
        }
    }

    /// 12 items: nothing but overhead, about where it depends on the way back whether a second thread pays, and where
    /// it always does. With 5,000 units all ways back are alike, and other numbers of items move the same curve.
    fn analysis(&self) -> &'static str {
        match (self.items, self.units) {
            (12, 0) => {
                "A request fans out into twelve items, and the results come back through a channel, a locked vector, or by index into a \
                 slice that had its size beforehand. The items do nothing, so this is what the way back costs alone, and the most \
                 that choosing another one can save."
            }
            (12, 500) => {
                "The same with work in each item, which is what services have. What is left of the difference is what choosing another \
                 way back saves; `direct` does all items on one thread and has none."
            }
            _ => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("items", self.items.to_string()), ("work", self.units.to_string())]
    }

    fn curated(&self) -> bool {
        self.items == 12 && matches!(self.units, 0 | 500)
    }
}

/// The contract of types with [`Gather`].
#[derive(Debug)]
pub enum Gathers {}

impl Contract for Gathers {
    type Workload = Requests;
    const NAME: &'static str = "gathers";
    const GUARANTEES: &'static str = "every item's result is there once, in its place";
}

impl<T: Gather> Admits<T> for Gathers {
    fn trial(workload: &Requests, setting: &Setting) -> impl Trial {
        GatherTrial {
            gather: T::new(workload, setting.threads),
            requests: workload.clone(),
            model: workload.model(),
            asked: 0,
        }
    }

    fn refusal_of(_workload: &Requests, threads: usize) -> Option<&'static str> {
        T::refusal(threads)
    }
}

struct GatherTrial<T> {
    gather: T,
    requests: Requests,
    /// What each distinct request folds to.
    model: Vec<u64>,
    /// Requests of earlier slices.
    asked: u64,
}

impl<T: Gather> Trial for GatherTrial<T> {
    /// The requester's checksum over all results in order; 0 of helpers.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        if worker.index() > 0 {
            let mut helper = self.gather.helper(worker.index());
            worker.assist(|| {
                T::help(&mut helper);
                true
            });
            return 0;
        }
        let mut requester = self.gather.requester();
        let (first, stride) = (self.asked, self.requests.stride());
        let mut checksum = 0;
        worker.measure(stride, |done| {
            for request in first + done..first + done + stride {
                let mut folded = 0;
                T::gather(&mut requester, request, |result| folded = fold_result(folded, result));
                checksum = fold_request(checksum, folded);
            }
            stride
        });
        checksum
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        let Account { ops, report: found } = accounts[0];
        let requests = self.asked..self.asked + ops;
        self.asked += ops;
        let model = |request: u64| self.model[(request % Requests::DISTINCT) as usize];
        if requests.map(model).fold(0, fold_request) == found {
            return Ok(());
        }
        Err(WrongResult::new(format!(
            "the results of {ops} requests are not the model's, each once and in order"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FanOut, WayBack};
    use contend_harness::{Checked, Contender, Cores, Suite, check};
    use std::sync::Mutex;
    use std::time::Duration;

    /// Results in a vector, with a fault.
    struct Faulty<const FAULT: u8>(Mutex<Vec<(usize, u64)>>, usize);

    const NONE: u8 = 0;
    const SWAPS_TWO: u8 = 1;
    const LOSES_ONE: u8 = 2;
    const DOUBLES_ONE: u8 = 3;
    const ANSWERS_LATE: u8 = 4;

    impl<const FAULT: u8> WayBack for Faulty<FAULT> {
        type Handle<'a> = &'a Self;

        fn new(items: usize, _threads: usize) -> Self {
            Self(Mutex::default(), items)
        }

        fn handle(&self, _worker: usize) -> &Self {
            self
        }

        fn open(handle: &mut &Self) {
            let mut results = handle.0.lock().unwrap();
            let keep = if FAULT == ANSWERS_LATE { handle.1.min(results.len()) } else { 0 };
            let len = results.len();
            results.drain(..len - keep);
        }

        fn bring(handle: &mut &Self, results: impl Iterator<Item = (usize, u64)>) {
            for result in results {
                handle.0.lock().unwrap().push(result);
            }
        }

        fn collect(handle: &mut &Self, mut take: impl FnMut(u64)) {
            while handle.0.lock().unwrap().len() < handle.1 {
                std::thread::yield_now();
            }
            let mut results: Vec<_> = handle.0.lock().unwrap().iter().copied().take(handle.1).collect();
            results.sort_unstable();
            match FAULT {
                SWAPS_TWO => results.swap(1, 2),
                LOSES_ONE => drop(results.pop()),
                DOUBLES_ONE => results[3] = results[2],
                _ => {}
            }
            results.iter().for_each(|(_, result)| take(*result));
        }
    }

    fn checked<const FAULT: u8>(threads: usize) -> Checked {
        let rows = vec![Contender::<Gathers>::of::<FanOut<Faulty<FAULT>>>("faulty").blocks()];
        let requests = vec![Requests { items: 4, units: 50 }];
        let suite = Suite::new("planted", "", "").family(requests, rows);
        check(&suite.cells(&[threads])[0], 42, &Cores::detect(), Duration::from_secs(60))
    }

    #[test]
    fn faults_are_found() {
        for threads in [1, 2] {
            assert_eq!(checked::<NONE>(threads).fault, None);
            let faults = [
                checked::<SWAPS_TWO>(threads),
                checked::<LOSES_ONE>(threads),
                checked::<DOUBLES_ONE>(threads),
                checked::<ANSWERS_LATE>(threads),
            ];
            for (number, checked) in faults.iter().enumerate() {
                assert!(checked.fault.is_some(), "fault {} with {threads} threads", number + 1);
            }
        }
    }

    #[test]
    fn every_item_has_a_result_of_its_own() {
        for requests in Requests::all() {
            let of_request = |request| (0..requests.items).map(move |index| (request, index));
            let items = (0..Requests::DISTINCT).flat_map(of_request);
            let mut results: Vec<u64> =
                items.map(|(request, index)| requests.compute(request, index)).collect();
            results.sort_unstable();
            results.dedup();
            assert_eq!(results.len(), Requests::DISTINCT as usize * requests.items, "{}", requests.id());
        }
    }

    #[test]
    fn any_two_results_in_each_others_place_show() {
        for requests in Requests::all() {
            let results: Vec<u64> = (0..requests.items).map(|index| requests.compute(3, index)).collect();
            let correct = requests.model()[3];
            let pairs = (0..results.len()).flat_map(|first| (0..first).map(move |second| (first, second)));
            for (first, second) in pairs {
                let mut swapped = results.clone();
                swapped.swap(first, second);
                assert_ne!(swapped.into_iter().fold(0, fold_result), correct);
            }
        }
    }
}
