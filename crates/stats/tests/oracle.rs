//! Every figure against numpy and scipy. `oracle.py` beside this file wrote the table.

use contend_stats::{figures, order, p_values, spread};

const TABLE: &str = include_str!("oracle.tsv");

fn number(text: &str) -> Option<f64> {
    (text != "-").then(|| text.parse().expect("the table holds numbers"))
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|word| number(word).expect("values are never none")).collect()
}

fn found(function: &str, parameter: Option<f64>, values: &[f64]) -> Vec<Option<f64>> {
    let interval = |values: &[f64]| {
        let interval = order::median_interval(values, parameter.expect("a confidence"));
        vec![
            interval.map(|found| found.low),
            interval.map(|found| found.high),
            interval.map(|found| found.coverage),
        ]
    };
    match function {
        "median" => vec![order::median(values)],
        "mad" => vec![order::mad(values)],
        "quantile" => vec![order::quantile(values, parameter.expect("a share"))],
        "interval" => interval(values),
        "interval of a range" => {
            let range: Vec<f64> = (0..values[0] as u32).map(f64::from).collect();
            interval(&range)
        }
        "half-width" => {
            vec![spread::expected_half_width(1.0, values[0] as usize, parameter.expect("a level"))]
        }
        "sign test" => vec![p_values::sign_test(values)],
        "benjamini-hochberg" => p_values::benjamini_hochberg(values).into_iter().map(Some).collect(),
        "share test" => {
            let [a_low, a_count, b_low, b_count] = [0, 1, 2, 3].map(|index: usize| values[index] as u64);
            vec![p_values::share_test(a_low, a_count, b_low, b_count)]
        }
        "jain" => vec![figures::jain_index(values)],
        other => panic!("the table has a function {other} that this test does not know"),
    }
}

fn agree(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-11 * expected.abs().max(1e-3),
        (found, expected) => found.is_none() && expected.is_none(),
    }
}

#[test]
fn figures_are_those_of_numpy_and_scipy() {
    let mut rows = 0;
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [function, parameter, values, expected] = columns[..] else { panic!("four columns: {line}") };
        let found = found(function, number(parameter), &numbers(values));
        let expected: Vec<Option<f64>> = expected.split(' ').map(number).collect();
        assert_eq!(found.len(), expected.len(), "{line}");
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(agree(found, expected), "{found:?} is not {expected:?}: {line}");
        }
        rows += 1;
    }
    assert_eq!(rows, 398, "all rows of the table were checked");
}
