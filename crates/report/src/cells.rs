//! The figures of a cell, and what kind of row it is.

use contend_protocol::sample::{CellRecord, Fault, Outcome, Slices};
use contend_stats::figures;
use contend_stats::order::{Interval, median, median_interval};
use contend_stats::ratio::Evidence;

/// Confidence of every interval that is shown.
///
/// Chosen here because it is what readers take an interval without a number for.
pub const CONFIDENCE: f64 = 0.95;

/// What a cell's slices say: medians over them. A figure is `None` where no slice has it.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFigures {
    /// Valid slices.
    pub slices: usize,
    /// Time per operation, in nanoseconds.
    pub time_ns: Option<f64>,
    /// Exact interval of that median over the slices of this launch; `None` with too few of them.
    pub time_interval: Option<Interval>,
    /// Operations of all workers together in one second.
    pub throughput_per_s: Option<f64>,
    /// Exact interval of that median, as [`Self::time_interval`].
    pub throughput_interval: Option<Interval>,
    /// Processor time per operation, in nanoseconds.
    pub cpu_ns: Option<f64>,
    /// The smallest worker's share over the largest, from 0 to 1; `None` where only one worker counts operations, and where other
    /// software measured: its slices know of one at most.
    pub fairness: Option<f64>,
    /// Jain's index of the shares, from 1 / workers to 1; `None` as above.
    pub jain: Option<f64>,
}

/// What a row is for readers.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// A contender.
    Contender,
    /// What no correct contender reaches.
    Bound,
    /// The loop without any primitive.
    Floor,
}

/// The figures of one cell in one launch.
pub fn figures(record: &CellRecord) -> CellFigures {
    let slices = &record.slices;
    let time = per_slice(slices, &slices.window_ns, figures::time_per_op_ns);
    let throughput = per_slice(slices, &slices.window_ns, figures::throughput_per_s);
    let shares = |figure: fn(&[f64]) -> Option<f64>| {
        median(&per_slice(slices, &slices.window_ns, |_, ops| figure(ops)))
    };
    CellFigures {
        slices: slices.len(),
        time_ns: median(&time),
        time_interval: median_interval(&time, CONFIDENCE),
        throughput_per_s: median(&throughput),
        throughput_interval: median_interval(&throughput, CONFIDENCE),
        cpu_ns: slices
            .cpu_ns
            .as_ref()
            .and_then(|cpu| median(&per_slice(slices, cpu, figures::cpu_per_op_ns))),
        fairness: shares(figures::fairness_min_max),
        jain: shares(figures::jain_index),
    }
}

/// One figure of each slice that has it. A damaged record may have columns of different lengths; the shortest counts.
fn per_slice(slices: &Slices, column: &[u64], figure: impl Fn(f64, &[f64]) -> Option<f64>) -> Vec<f64> {
    let of_slice = |(amount, ops): (&u64, &Vec<u64>)| {
        let ops: Vec<f64> = ops.iter().map(|ops| *ops as f64).collect();
        figure(*amount as f64, &ops)
    };
    column.iter().zip(&slices.ops).filter_map(of_slice).collect()
}

/// What the contender of that name is.
pub fn place(contender: &str) -> Place {
    if contender == "floor" {
        Place::Floor
    } else if contender.starts_with("bound-") || contender.starts_with("per-thread") {
        Place::Bound
    } else {
        Place::Contender
    }
}

/// What is known of a contender beside the best one, as files say it.
pub fn standing_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Best => "best",
        Evidence::Tied => "tied",
        Evidence::Slower => "slower",
        Evidence::Unknown => "unknown",
    }
}

/// Why a cell has no number; `None` where it has one.
pub fn reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Measured => None,
        Outcome::NotMeasurable { reason } => Some(format!("not measurable: {reason}")),
        Outcome::Faulty { fault } => Some(fault_text(fault)),
    }
}

/// What a contender did wrong, in words.
pub fn fault_text(fault: &Fault) -> String {
    match fault {
        Fault::WrongResult { message } => format!("wrong result: {message}"),
        Fault::Panicked { message } => format!("panicked: {message}"),
        Fault::Hung { bound_s } => format!("hung: did not come back within {bound_s} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &str = include_str!("../../protocol/tests/formats/v1/samples.jsonl");

    fn record() -> CellRecord {
        let line = SAMPLES.lines().next().expect("there is a line");
        contend_protocol::decode("a sample", line).expect("the fixture is one")
    }

    /// Two slices of two workers: 1000 ns with 10 and 30 operations, 2000 ns with 20 and 20.
    fn small() -> CellRecord {
        let mut record = record();
        record.slices.window_ns = vec![1000, 2000];
        record.slices.ops = vec![vec![10, 30], vec![20, 20]];
        record.slices.cpu_ns = Some(vec![2000, 3600]);
        record
    }

    #[test]
    fn figures_by_hand() {
        let figures = figures(&small());
        assert_eq!(figures.slices, 2);
        assert_eq!(figures.time_ns, Some(75.0), "the median of 50 and 100");
        assert_eq!(figures.time_interval, None, "two slices are too few");
        assert_eq!(figures.throughput_per_s, Some(3e7), "the median of 40 and 20 million");
        assert_eq!(figures.cpu_ns, Some(70.0), "the median of 50 and 90");
        assert_eq!(figures.fairness, Some((1.0 / 3.0 + 1.0) / 2.0));
        assert_eq!(figures.jain, Some(0.9), "the median of 0.8 and 1");
    }

    #[test]
    fn what_the_platform_does_not_tell_is_none() {
        let mut silent = small();
        silent.slices.cpu_ns = None;
        assert_eq!(figures(&silent).cpu_ns, None);
    }

    #[test]
    fn one_worker_shares_with_nobody() {
        let mut alone = small();
        alone.slices.ops = vec![vec![10], vec![20]];
        let found = figures(&alone);
        assert_eq!((found.fairness, found.jain), (None, None));
        assert_eq!(found.time_ns, Some(100.0), "the median of 100 and 100");
        // Of the slices, only those with several workers say how evenly they shared.
        alone.slices.ops = vec![vec![10], vec![20, 20]];
        assert_eq!(figures(&alone).fairness, Some(1.0));
    }

    #[test]
    fn columns_of_different_lengths_are_survived() {
        let mut damaged = small();
        damaged.slices.ops.truncate(1);
        assert_eq!(figures(&damaged).time_ns, Some(50.0));
        damaged.slices.ops.clear();
        assert_eq!(figures(&damaged).time_ns, None);
    }

    #[track_caller]
    fn check_place(contender: &str, expected: Place) {
        assert_eq!(place(contender), expected);
    }

    #[test]
    fn names_say_what_is_no_contender() {
        check_place("floor", Place::Floor);
        check_place("floor-tile", Place::Contender);
        check_place("bound-one-writer", Place::Bound);
        check_place("per-thread", Place::Bound);
        check_place("per-thread-map", Place::Bound);
        check_place("unbound-map", Place::Contender);
    }

    #[test]
    fn reasons_in_words() {
        let wrong = Fault::WrongResult { message: "total".to_owned() };
        assert_eq!(reason(&Outcome::Measured), None);
        assert_eq!(fault_text(&wrong), "wrong result: total");
        assert_eq!(fault_text(&Fault::Panicked { message: "x".to_owned() }), "panicked: x");
        let hung = Outcome::Faulty { fault: Fault::Hung { bound_s: 10 } };
        assert_eq!(reason(&hung).as_deref(), Some("hung: did not come back within 10 s"));
        let disturbed = Outcome::NotMeasurable { reason: "y".to_owned() };
        assert_eq!(reason(&disturbed).as_deref(), Some("not measurable: y"));
    }
}
