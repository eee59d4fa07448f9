//! The contract of pipelines: a request passes four handlers that are known when compiling, or not.

use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::hint::black_box;

/// Requests per look at the stop flag.
const STRIDE: u64 = stride(64);

/// What the four handlers are set up with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Setup {
    /// A number for each handler, so that nothing can be computed beforehand.
    pub keys: [u64; 4],
    /// Work units of each handler.
    pub units: u64,
}

/// What the four handlers do: cheap steps, each of which needs the one before.
pub mod handlers {
    use contend_harness::work;

    /// What the first handler does with a request.
    #[inline(always)]
    pub fn add(request: u64, key: u64, units: u64) -> u64 {
        worked(request.wrapping_add(key), units)
    }

    /// What the second handler does with what the first gave.
    #[inline(always)]
    pub fn mask(request: u64, key: u64, units: u64) -> u64 {
        worked(request ^ key, units)
    }

    /// What the third handler does with what the second gave.
    #[inline(always)]
    pub fn rotate(request: u64, key: u64, units: u64) -> u64 {
        worked(request.rotate_left((key % 64) as u32), units)
    }

    /// What the fourth handler does with what the third gave.
    #[inline(always)]
    pub fn scale(request: u64, key: u64, units: u64) -> u64 {
        worked(request.wrapping_mul(key | 1), units)
    }

    #[inline(always)]
    fn worked(request: u64, units: u64) -> u64 {
        if units == 0 { request } else { work(units, request) }
    }
}

/// Four handlers in a row.
pub trait Pipeline: Send + Sync + 'static {
    /// The four [`handlers`], in their order there.
    fn new(setup: &Setup) -> Self;

    /// Passes one request through all handlers. This is what is measured.
    fn run(&self, request: u64) -> u64;
}

/// Every thread passes requests through its handlers.
#[derive(Clone, Debug)]
pub struct Requests {
    units: u64,
}

impl Requests {
    /// Handlers that do next to nothing, and handlers that do something.
    pub fn all() -> Vec<Self> {
        [0, 10, 100].map(|units| Self { units }).to_vec()
    }
}

impl Workload for Requests {
    fn id(&self) -> String {
        format!("dispatch-4-work-{}", self.units)
    }

    fn question(&self) -> String {
        format!(
            "What does it cost to call four handlers of {} work units through pointers instead of directly?",
            self.units
        )
    }

    fn analysis(&self) -> &'static str {
        "Handlers behind `dyn`, in an enum, behind function pointers or as generics, four for each request, which do next to nothing: \
         the worst case for a call that the compiler cannot see through. Threads share nothing. The full set has the same with work in \
         the handlers, beside which the difference has to be seen."
    }

    fn curated(&self) -> bool {
        self.units == 0
    }
}

/// The contract of types with [`Pipeline`].
#[derive(Debug)]
pub enum Pipelines {}

impl Contract for Pipelines {
    type Workload = Requests;
    const NAME: &'static str = "pipelines";
    const GUARANTEES: &'static str = "every answer is the one that the handlers compute";
}

impl<T: Pipeline> Admits<T> for Pipelines {
    fn trial(workload: &Requests, setting: &Setting) -> impl Trial {
        let keys = [0, 1, 2, 3].map(|number| contend_harness::tape::mix(setting.seed, number));
        let setup = Setup { keys, units: workload.units };
        PipelineTrial { pipeline: T::new(&setup), setup }
    }
}

struct PipelineTrial<T> {
    pipeline: T,
    setup: Setup,
}

/// Request `number`.
#[inline(always)]
fn request(number: u64) -> u64 {
    black_box(number)
}

impl<T: Pipeline> Trial for PipelineTrial<T> {
    /// The sum of all answers.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        let mut sum = 0_u64;
        worker.measure(STRIDE, |first| {
            for number in first..first + STRIDE {
                sum = sum.wrapping_add(self.pipeline.run(request(number)));
            }
            STRIDE
        });
        sum
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        let Setup { keys: [first, second, third, fourth], units } = self.setup;
        let answer = |number| {
            let request = handlers::mask(handlers::add(number, first, units), second, units);
            handlers::scale(handlers::rotate(request, third, units), fourth, units)
        };
        for account in accounts {
            let expected = (0..account.ops).map(answer).fold(0, u64::wrapping_add);
            WrongResult::unless_equal("sum of all answers", expected, account.report)?;
        }
        Ok(())
    }
}
