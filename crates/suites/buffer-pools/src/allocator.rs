//! Allocators: blocks of many sizes, of which many live at once, freed in another order than they were made in.

use crate::pool::{Pool, Stock};
use crate::trial::{Findings, PoolTrial};
use crate::workload::{Buffers, LINE};
use contend_harness::tape::{KeyDistribution, LEN, Plan, STRIDE, Tape, mix};
use contend_harness::{Account, Admits, Contract, Probe, Setting, Trial, Worker, Workload, WrongResult};
use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::{replace, take};

/// Blocks of each thread that live at once.
///
/// Chosen here because they are more than an allocator's list of recently freed blocks has, which is 7 of a size in glibc.
const LIVE: usize = 1000;

/// Different sizes that a Pareto distribution is cut into, each as likely as the others.
const QUANTILES: usize = 10_000;

/// Four fifths of all bytes are in one fifth of the blocks, and somewhat less where the largest are cut.
///
/// Source: log 5 / log 4, the exponent of Pareto's own rule, as in the alloc-test of mimalloc-bench.
const PARETO_EXPONENT: f64 = 1.160_964;

/// An allocator, as the standard library's containers use it.
pub trait Allocator: Send + Sync + 'static {
    /// An empty block with room for `bytes` bytes or more. This is what is measured.
    fn allocate(bytes: usize) -> Vec<u8>;

    /// Gives a block back. This is what is measured.
    #[inline(always)]
    fn free(block: Vec<u8>) {
        drop(block);
    }
}

/// How large a block is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sizes {
    /// All alike, in bytes.
    Fixed(usize),
    /// Mostly small, some very large, in bytes.
    Pareto {
        /// The smallest.
        least: usize,
        /// The largest.
        most: usize,
    },
}

impl Sizes {
    /// The size at `quantile` of [`QUANTILES`].
    fn at(self, quantile: usize) -> usize {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Pareto { least, most } => {
                let larger = 1.0 - (quantile as f64 + 0.5) / QUANTILES as f64;
                let bytes = least as f64 * larger.powf(-1.0 / PARETO_EXPONENT);
                (bytes as usize).min(most)
            }
        }
    }
}

/// What is allocated, and who frees it.
#[derive(Clone, Debug)]
pub enum Allocations {
    /// Allocate and write a block, and free one of so many others, picked at random.
    Replace {
        /// How large blocks are.
        sizes: Sizes,
        /// Blocks of each thread.
        live: usize,
    },
    /// One half of the threads allocates, writes and passes on; the other half frees.
    FreeElsewhere {
        /// Size of each block.
        bytes: usize,
        /// Blocks that may wait between the threads.
        waiting: usize,
    },
}

impl Allocations {
    /// Blocks of one size and of many, and blocks that change threads.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Replace { sizes: Sizes::Fixed(64), live: LIVE },
            Self::Replace { sizes: Sizes::Pareto { least: 16, most: 64 * 1024 }, live: LIVE },
            Self::FreeElsewhere { bytes: LINE, waiting: 64 },
        ]
    }

    /// The same as a workload of pools: there, too, buffers change threads.
    fn of_pools(&self) -> Buffers {
        match *self {
            Self::FreeElsewhere { bytes, waiting } => {
                Buffers::ReleaseElsewhere { bytes, touched: bytes, waiting }
            }
            Self::Replace { .. } => Buffers::Touch { bytes: LINE, touched: LINE, zeroed: false },
        }
    }
}

impl Workload for Allocations {
    fn id(&self) -> String {
        match *self {
            Self::Replace { sizes: Sizes::Fixed(bytes), .. } => format!("allocate-fixed-{bytes}"),
            Self::Replace { sizes: Sizes::Pareto { .. }, .. } => "allocate-pareto".to_owned(),
            Self::FreeElsewhere { .. } => "allocate-free-elsewhere".to_owned(),
        }
    }

    fn question(&self) -> String {
        match *self {
            Self::Replace { sizes: Sizes::Fixed(bytes), live } => {
                format!("Which allocator for blocks of {bytes} bytes, of which each thread has {live}?")
            }
            Self::Replace { sizes: Sizes::Pareto { .. }, live } => {
                format!(
                    "Which allocator for many small and few large blocks, of which each thread has {live}?"
                )
            }
            Self::FreeElsewhere { bytes, .. } => {
                format!("Which allocator if another thread frees the blocks of {bytes} bytes?")
            }
        }
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Allocator`].
#[derive(Debug)]
pub enum Allocators {}

impl Contract for Allocators {
    type Workload = Allocations;
    const NAME: &'static str = "allocators";
    const GUARANTEES: &'static str = "a block is as large as asked, and nobody else writes it";
    const PLACED: bool = true;

    fn refusal(workload: &Allocations, threads: usize) -> Option<&'static str> {
        let halves = matches!(workload, Allocations::FreeElsewhere { .. });
        (halves && threads % 2 == 1).then_some("one half of the threads allocates, the other frees")
    }
}

impl<T: Allocator> Admits<T> for Allocators {
    fn trial(workload: &Allocations, setting: &Setting) -> impl Trial {
        let replaced = match *workload {
            Allocations::Replace { sizes, live } => {
                let steps = |worker| draw(sizes, live, setting.seed, worker);
                Some(Replaced { live, steps: (0..setting.threads).map(steps).collect() })
            }
            Allocations::FreeElsewhere { .. } => None,
        };
        let passed_on = PoolTrial::<Unpooled<T>>::new(&workload.of_pools(), setting.threads);
        AllocatorTrial { replaced, passed_on }
    }

    /// Blocks that lived together and were all freed: what the allocator keeps of them.
    fn footprint(workload: &Allocations, setting: &Setting, probe: &mut dyn Probe) -> bool {
        let Allocations::Replace { sizes, live } = *workload else { return false };
        let quantile = |number: usize| mix(setting.seed, number as u64) as usize % QUANTILES;
        // In an array, so that nothing but the contender allocates.
        let mut blocks = [const { Vec::new() }; LIVE];
        let blocks = &mut blocks[..live];
        probe.stage("made", 0);
        for (number, block) in blocks.iter_mut().enumerate() {
            *block = Marked::new::<T>(sizes.at(quantile(number)), 1, &mut Findings::default()).block;
        }
        probe.stage("held", live as u64);
        blocks.iter_mut().for_each(|block| T::free(take(block)));
        probe.stage("returned", 0);
        true
    }
}

/// An allocator as a pool that keeps nothing.
struct Unpooled<T>(PhantomData<fn() -> T>);

impl<T: Allocator> Pool for Unpooled<T> {
    type Handle<'a> = ();

    fn new(_stock: &Stock) -> Self {
        Self(PhantomData)
    }

    fn handle(&self, _worker: usize) {}

    #[inline(always)]
    fn acquire(_handle: &mut (), bytes: usize) -> Vec<u8> {
        T::allocate(bytes)
    }

    #[inline(always)]
    fn release(_handle: &mut (), block: Vec<u8>) {
        T::free(block);
    }

    fn full(_stock: &Stock) -> usize {
        0
    }
}

/// One operation of [`Allocations::Replace`].
#[derive(Clone, Copy)]
struct Step {
    /// Which block is freed, by its place.
    place: u32,
    /// Size of the one that is allocated.
    bytes: u32,
}

/// The operations of worker `worker`. Places and sizes come from independent streams.
fn draw(sizes: Sizes, live: usize, seed: u64, worker: usize) -> Box<[Step]> {
    let draw = |keys, stream| {
        let plan = Plan { keys, distribution: KeyDistribution::Uniform, write_permille: 0 };
        Tape::draw(&plan, mix(seed, stream), worker)
    };
    let (places, quantiles) = (draw(live, 1), draw(QUANTILES, 2));
    let steps = places.entries().iter().zip(quantiles.entries());
    let step =
        |(place, quantile): (usize, usize)| Step { place: place as u32, bytes: sizes.at(quantile) as u32 };
    steps.map(|(place, quantile)| step((place.key(), quantile.key()))).collect()
}

struct Replaced {
    live: usize,
    steps: Vec<Box<[Step]>>,
}

/// A block, and what its first and its last byte are.
struct Marked {
    block: Vec<u8>,
    mark: u8,
}

impl Marked {
    #[inline(always)]
    fn new<T: Allocator>(bytes: usize, mark: u8, findings: &mut Findings) -> Self {
        let mut block = T::allocate(bytes);
        findings.misshapen += u64::from(block.capacity() < bytes || !block.is_empty());
        block.resize(bytes, mark);
        // Somebody may read all of it, so all of it has to be written.
        black_box(&mut block[..]);
        Self { block, mark }
    }

    /// Whether both bytes are what they were: 0 if so.
    #[inline(always)]
    fn damage(&self) -> u64 {
        let mark = Some(&self.mark);
        u64::from(self.block.first() != mark) | u64::from(self.block.last() != mark)
    }
}

impl Replaced {
    /// Frees a block behind the next one's allocation, so that it is not simply given again.
    fn work<T: Allocator>(&self, worker: &mut Worker<'_>) -> Findings {
        let steps = &self.steps[worker.index()];
        // Neighbours on the heap, of whichever thread, differ in their marks.
        let first_mark = (worker.index() as u8).wrapping_mul(37);
        let mut findings = Findings::default();
        let fill = |step: &Step| Marked::new::<T>(step.bytes as usize, first_mark, &mut findings);
        let mut blocks: Vec<Marked> = steps.iter().take(self.live).map(fill).collect();
        worker.measure(STRIDE as u64, |done| {
            let start = (done % LEN as u64) as usize;
            for (step, number) in steps[start..start + STRIDE].iter().zip(done..) {
                let bytes = step.bytes as usize;
                let mark = first_mark.wrapping_add(number as u8);
                let marked = Marked::new::<T>(bytes, mark, &mut findings);
                let freed = replace(&mut blocks[step.place as usize], marked);
                findings.altered += freed.damage();
                T::free(freed.block);
            }
            STRIDE as u64
        });
        for marked in blocks {
            findings.altered += marked.damage();
            T::free(marked.block);
        }
        findings
    }
}

struct AllocatorTrial<T> {
    replaced: Option<Replaced>,
    passed_on: PoolTrial<Unpooled<T>>,
}

impl<T: Allocator> Trial for AllocatorTrial<T> {
    type Report = Findings;

    fn prepare(&mut self, share: u64) -> u64 {
        self.passed_on.prepare(share)
    }

    fn work(&self, worker: &mut Worker<'_>) -> Findings {
        match &self.replaced {
            Some(replaced) => replaced.work::<T>(worker),
            None => self.passed_on.work(worker),
        }
    }

    fn check(&mut self, accounts: &[Account<Findings>]) -> Result<(), WrongResult> {
        self.passed_on.check(accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARETO: Sizes = Sizes::Pareto { least: 16, most: 64 * 1024 };

    #[test]
    fn a_fifth_of_the_blocks_has_most_of_the_bytes() {
        let sizes: Vec<usize> = (0..QUANTILES).map(|quantile| PARETO.at(quantile)).collect();
        assert!(sizes.is_sorted());
        assert_eq!((sizes[0], sizes[QUANTILES - 1]), (16, 64 * 1024));
        let large: usize = sizes[QUANTILES / 5 * 4..].iter().sum();
        let permille = large * 1000 / sizes.iter().sum::<usize>();
        assert!((650..800).contains(&permille), "{permille}");
        assert!(sizes[QUANTILES / 2] < 64, "most are small");
    }

    #[test]
    fn places_and_sizes_are_independent() {
        let steps = draw(PARETO, LIVE, 42, 0);
        assert_eq!(steps.len(), LEN);
        assert!(steps.iter().all(|step| (step.place as usize) < LIVE && step.bytes >= 16));
        let mean = |half: fn(u32) -> bool| {
            let bytes: Vec<f64> = steps
                .iter()
                .filter(|step| half(step.place))
                .map(|step| f64::from(step.bytes.min(256)))
                .collect();
            bytes.iter().sum::<f64>() / bytes.len() as f64
        };
        let ratio = mean(|place| place < 500) / mean(|place| place >= 500);
        assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
    }

    #[test]
    fn a_changed_byte_shows() {
        struct System;
        impl Allocator for System {
            fn allocate(bytes: usize) -> Vec<u8> {
                Vec::with_capacity(bytes)
            }
        }
        let mut findings = Findings::default();
        let mut marked = Marked::new::<System>(16, 7, &mut findings);
        assert_eq!((marked.damage(), findings.misshapen), (0, 0));
        marked.block[15] ^= 1;
        assert_eq!(marked.damage(), 1);
    }
}
