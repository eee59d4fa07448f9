//! Files of criterion, as far as they are exchanged with others. They are undocumented: what is here was read from versions
//! 0.2 to 0.8, and fields that are not known are skipped.

use serde::{Deserialize, Serialize};

/// `benchmark.json`: what was measured.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Benchmark {
    /// The group.
    pub group_id: String,
    /// The function in the group, where there are several.
    pub function_id: Option<String>,
    /// The parameter, where there is one.
    pub value_str: Option<String>,
    /// All of them, with slashes in between.
    pub full_id: String,
    /// Folder below criterion's home; empty where the file does not say it, since nothing here is found by it.
    #[serde(default)]
    pub directory_name: String,
    /// What stands over its report; empty where the file does not say it.
    #[serde(default)]
    pub title: String,
}

/// `sample.json`: what was measured, one entry for each sample.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(from = "AnySample")]
pub struct Sample {
    /// `Flat` or `Linear`: whether all samples have the same number of iterations.
    pub sampling_mode: String,
    /// Iterations of each sample.
    pub iters: Vec<f64>,
    /// What they took together, in nanoseconds.
    pub times: Vec<f64>,
}

/// Before 0.3 it was two lists, and all modes were linear.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnySample {
    Named {
        #[serde(default)]
        sampling_mode: Option<String>,
        iters: Vec<f64>,
        times: Vec<f64>,
    },
    Lists([Vec<f64>; 2]),
}

impl From<AnySample> for Sample {
    fn from(sample: AnySample) -> Self {
        let linear = || "Linear".to_owned();
        match sample {
            AnySample::Named { sampling_mode, iters, times } => {
                Self { sampling_mode: sampling_mode.unwrap_or_else(linear), iters, times }
            }
            AnySample::Lists([iters, times]) => Self { sampling_mode: linear(), iters, times },
        }
    }
}

/// `estimates.json`: what criterion says of the samples, in nanoseconds per iteration.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Estimates {
    /// Mean of the samples.
    pub mean: Estimate,
    /// Their median.
    pub median: Estimate,
    /// Median absolute deviation from that.
    pub median_abs_dev: Estimate,
    /// Slope of times over iterations, for linear samples.
    pub slope: Option<Estimate>,
    /// Their standard deviation.
    pub std_dev: Estimate,
}

/// One statistic.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Estimate {
    /// Where it probably lies.
    pub confidence_interval: ConfidenceInterval,
    /// Its value.
    pub point_estimate: f64,
    /// Its standard deviation over resamples.
    pub standard_error: f64,
}

/// An interval from a bootstrap.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ConfidenceInterval {
    /// How probable it is that such an interval holds the value.
    pub confidence_level: f64,
    /// Lower end.
    pub lower_bound: f64,
    /// Upper end.
    pub upper_bound: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};

    #[test]
    fn a_benchmark_of_any_version_is_read() {
        let text = r#"{"group_id":"detach","function_id":null,"value_str":"4096","throughput":{"Bytes":7},
            "full_id":"detach/4096","directory_name":"detach/4096","title":"detach/4096"}"#;
        let benchmark: Benchmark = decode("a benchmark", text).expect("it is one");
        assert_eq!((benchmark.group_id.as_str(), benchmark.value_str.as_deref()), ("detach", Some("4096")));
        assert!(decode::<Benchmark>("a benchmark", "{}").is_err());
        let bare = r#"{"group_id":"g","function_id":"f","value_str":null,"full_id":"g/f"}"#;
        let bare: Benchmark = decode("a benchmark", bare).expect("what is imported is there");
        assert_eq!(
            (bare.full_id.as_str(), bare.directory_name.as_str(), bare.title.as_str()),
            ("g/f", "", "")
        );
    }

    #[track_caller]
    fn check(text: &str, mode: &str) {
        let sample: Sample = decode("a sample", text).expect("it is one");
        let expected =
            Sample { sampling_mode: mode.to_owned(), iters: vec![10.0, 20.0], times: vec![101.5, 203.0] };
        assert_eq!(sample, expected);
    }

    #[test]
    fn samples_of_any_version_are_read() {
        check(r#"{"sampling_mode":"Flat","iters":[10.0,20.0],"times":[101.5,203.0]}"#, "Flat");
        check(r#"{"iters":[10.0,20.0],"times":[101.5,203.0]}"#, "Linear");
        check("[[10.0,20.0],[101.5,203.0]]", "Linear");
        assert!(decode::<Sample>("a sample", "[[10.0],[1.0],[2.0]]").is_err());
        assert!(decode::<Sample>("a sample", r#"{"iters":[1.0]}"#).is_err());
    }

    #[test]
    fn what_is_written_is_what_the_current_version_reads() {
        let sample = Sample { sampling_mode: "Flat".to_owned(), iters: vec![2.0], times: vec![5.0] };
        assert_eq!(encode_line(&sample), r#"{"sampling_mode":"Flat","iters":[2.0],"times":[5.0]}"#);
    }
}
