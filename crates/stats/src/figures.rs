//! What is said about one slice. `ops` holds the operations of each worker that counts operations, inside the window.
//!
//! A figure is `None` where it is undefined: without workers, without operations, or without time; and shares, where fewer than
//! two workers had any.

/// Time per operation as one worker sees it, in nanoseconds: the window over the *mean* operations per worker.
///
/// Two workers that each do an operation in 10 ns, at the same time, need 10 ns, not 5.
pub fn time_per_op_ns(window_ns: f64, ops: &[f64]) -> Option<f64> {
    defined(window_ns * ops.len() as f64 / positive(ops.iter().sum())?)
}

/// Operations of all workers together in one second: the sum of operations over the window.
pub fn throughput_per_s(window_ns: f64, ops: &[f64]) -> Option<f64> {
    let total = positive(ops.iter().sum())?;
    defined(total * 1e9 / positive(window_ns)?)
}

/// Processor time of all workers per operation of any of them, in nanoseconds.
///
/// Workers that spin use it while they wait; without it spinning looks free.
pub fn cpu_per_op_ns(cpu_ns: f64, ops: &[f64]) -> Option<f64> {
    defined(cpu_ns / positive(ops.iter().sum())?)
}

/// The smallest share of the operations over the largest, from 0 (some worker got nothing) to 1 (all got the same); only with
/// several workers.
pub fn fairness_min_max(ops: &[f64]) -> Option<f64> {
    let ops = of_several(ops)?;
    let smallest = ops.iter().copied().reduce(f64::min)?;
    let largest = ops.iter().copied().reduce(f64::max)?;
    defined(smallest / positive(largest)?)
}

/// Jain's index of the shares, from 1 / workers (one got everything) to 1 (all got the same); only with several workers.
///
/// Source: Jain, Chiu and Hawe, "A quantitative measure of fairness and discrimination", DEC-TR-301, 1984:
/// (Σx)² / (n Σx²).
pub fn jain_index(ops: &[f64]) -> Option<f64> {
    let ops = of_several(ops)?;
    let total: f64 = ops.iter().sum();
    let squares: f64 = ops.iter().map(|share| share * share).sum();
    defined(total * total / (ops.len() as f64 * positive(squares)?))
}

/// Parallel efficiency: the throughput of so many threads over as many times that of one thread. 1 is ideal scaling; 1 /
/// threads is no gain at all.
pub fn efficiency(throughput: f64, threads: usize, throughput_of_one: f64) -> Option<f64> {
    share(throughput, threads as f64 * throughput_of_one)
}

/// `part` of `whole`; `None` where there is no whole.
pub fn share(part: f64, whole: f64) -> Option<f64> {
    defined(part / positive(whole)?)
}

/// One worker shares with nobody, and an even share of 1 would be praise for nothing.
fn of_several(ops: &[f64]) -> Option<&[f64]> {
    (ops.len() > 1).then_some(ops)
}

fn positive(value: f64) -> Option<f64> {
    (value > 0.0).then_some(value)
}

fn defined(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(got: Option<f64>, expected: Option<f64>) {
        assert_eq!(got, expected);
    }

    #[test]
    fn time_is_the_window_over_the_mean_of_the_workers() {
        check(time_per_op_ns(1000.0, &[100.0]), Some(10.0));
        check(time_per_op_ns(1000.0, &[100.0, 100.0]), Some(10.0));
        check(time_per_op_ns(1000.0, &[150.0, 50.0]), Some(10.0));
        check(time_per_op_ns(1000.0, &[200.0, 0.0]), Some(10.0));
        check(time_per_op_ns(1000.0, &[0.0, 0.0]), None);
        check(time_per_op_ns(1000.0, &[]), None);
        check(time_per_op_ns(f64::NAN, &[1.0]), None);
    }

    #[test]
    fn throughput_is_of_all_workers() {
        check(throughput_per_s(1000.0, &[100.0]), Some(1e8));
        check(throughput_per_s(1000.0, &[100.0, 100.0]), Some(2e8));
        check(throughput_per_s(1e9, &[3.0, 4.0]), Some(7.0));
        check(throughput_per_s(0.0, &[1.0]), None);
        check(throughput_per_s(1.0, &[0.0]), None);
        check(throughput_per_s(1.0, &[]), None);
    }

    #[test]
    fn processor_time_is_that_of_all_workers() {
        check(cpu_per_op_ns(2000.0, &[100.0, 100.0]), Some(10.0));
        check(cpu_per_op_ns(2000.0, &[200.0, 0.0]), Some(10.0));
        check(cpu_per_op_ns(0.0, &[200.0]), Some(0.0));
        check(cpu_per_op_ns(2000.0, &[0.0]), None);
        check(cpu_per_op_ns(2000.0, &[]), None);
    }

    #[test]
    fn fairness_is_the_smallest_share_of_the_largest() {
        check(fairness_min_max(&[100.0, 100.0]), Some(1.0));
        check(fairness_min_max(&[100.0, 25.0, 50.0]), Some(0.25));
        check(fairness_min_max(&[100.0, 0.0]), Some(0.0));
        check(fairness_min_max(&[7.0]), None);
        check(fairness_min_max(&[0.0, 0.0]), None);
        check(fairness_min_max(&[]), None);
    }

    #[test]
    fn jains_index_by_hand() {
        check(jain_index(&[5.0, 5.0, 5.0]), Some(1.0));
        check(jain_index(&[5.0, 0.0]), Some(0.5));
        // (1 + 3)² / (2 · (1 + 9))
        check(jain_index(&[1.0, 3.0]), Some(0.8));
        check(jain_index(&[7.0]), None);
        check(jain_index(&[0.0, 0.0]), None);
        check(jain_index(&[]), None);
    }

    #[test]
    fn efficiency_by_hand() {
        check(efficiency(8e6, 4, 2e6), Some(1.0));
        check(efficiency(2e6, 4, 2e6), Some(0.25));
        check(efficiency(1.0, 4, 0.0), None);
        check(efficiency(1.0, 0, 1.0), None);
    }

    #[test]
    fn shares() {
        check(share(1.0, 4.0), Some(0.25));
        check(share(1.0, 0.0), None);
    }

    fn close(left: Option<f64>, right: Option<f64>) -> bool {
        left.zip(right)
            .is_some_and(|(left, right)| (left - right).abs() <= 1e-9 * left.abs().max(right.abs()))
    }

    proptest! {
        #[test]
        fn the_order_of_workers_is_nothing(mut ops in vec(1.0..1e6_f64, 2..8), window_ns in 1.0..1e9_f64) {
            let before = [
                time_per_op_ns(window_ns, &ops), throughput_per_s(window_ns, &ops), cpu_per_op_ns(window_ns, &ops),
                fairness_min_max(&ops), jain_index(&ops),
            ];
            ops.reverse();
            let after = [
                time_per_op_ns(window_ns, &ops), throughput_per_s(window_ns, &ops), cpu_per_op_ns(window_ns, &ops),
                fairness_min_max(&ops), jain_index(&ops),
            ];
            for (before, after) in before.into_iter().zip(after) {
                prop_assert!(close(before, after), "{before:?} {after:?}");
            }
        }

        #[test]
        fn twice_the_operations_are_half_the_time(ops in vec(1.0..1e6_f64, 2..8), window_ns in 1.0..1e9_f64) {
            let twice: Vec<f64> = ops.iter().map(|ops| ops * 2.0).collect();
            let half = |figure: Option<f64>| figure.map(|figure| figure / 2.0);
            let double = |figure: Option<f64>| figure.map(|figure| figure * 2.0);
            prop_assert!(close(time_per_op_ns(window_ns, &twice), half(time_per_op_ns(window_ns, &ops))));
            prop_assert!(close(throughput_per_s(window_ns, &twice), double(throughput_per_s(window_ns, &ops))));
            prop_assert!(close(cpu_per_op_ns(window_ns, &twice), half(cpu_per_op_ns(window_ns, &ops))));
            prop_assert!(close(fairness_min_max(&twice), fairness_min_max(&ops)));
            prop_assert!(close(jain_index(&twice), jain_index(&ops)));
        }

        #[test]
        fn fairness_stays_in_its_bounds(ops in vec(1.0..1e6_f64, 2..8)) {
            let min_max = fairness_min_max(&ops).expect("there are several workers");
            let jain = jain_index(&ops).expect("there are several workers");
            prop_assert!((0.0..=1.0).contains(&min_max));
            prop_assert!(jain >= 1.0 / ops.len() as f64 - 1e-12 && jain <= 1.0 + 1e-12);
        }

        #[test]
        fn time_and_throughput_agree(ops in vec(1.0..1e6_f64, 1..8), window_ns in 1.0..1e9_f64) {
            let time = time_per_op_ns(window_ns, &ops).expect("there are operations");
            let per_s = throughput_per_s(window_ns, &ops);
            prop_assert!(close(per_s, Some(ops.len() as f64 * 1e9 / time)));
        }
    }
}
