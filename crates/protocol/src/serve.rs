//! What `contend` asks of a bench executable under `--contend serve`, and what it answers: a message a line, each way.
//!
//! After the [`Greeting`](crate::catalogue::Greeting) the executable is silent until it is asked, and answers each request
//! with one line. It ends at the end of its stdin.
//!
//! ```text
//! ──► {"ask":"prepare","cell":"lock-contention/counter-increment/mutex-std/2","seed":42,"handicap":0}
//! ◄── {"answer":"prepared","definition":"...","oversubscribed":false,"blocks":true,"placed":false,"pinned":true}
//! ──► {"ask":"slice","share":20000,"rebuild":false}
//! ◄── {"answer":"slice","window_ns":1503210,"ops":[19890,20000],...,"disturbed":null}
//! ──► {"ask":"conclude"}
//! ◄── {"answer":"concluded","not_measurable":null}
//! ```

use crate::CellId;
use crate::sample::Fault;
use serde::{Deserialize, Serialize};

/// One line to the executable.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "ask", deny_unknown_fields)]
pub enum Request {
    /// Make this cell's contender and its workers, instead of those of the cell before.
    Prepare {
        /// The cell.
        cell: CellId,
        /// Seed of tapes and key sets.
        seed: u64,
        /// Work added to each step of each worker, in 65,536ths of a work unit: a known slow-down, for calibration.
        handicap: u64,
    },
    /// Measure one slice.
    Slice {
        /// Operations of each worker.
        share: u64,
        /// Make the contender anew before, so that its memory lies elsewhere.
        rebuild: bool,
    },
    /// Say what no single slice shows, and give the cell up.
    Conclude,
}

/// One line from the executable.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "answer", deny_unknown_fields)]
pub enum Answer {
    /// The cell is ready.
    Prepared(Prepared),
    /// One slice was measured.
    Slice(ServedSlice),
    /// The contender did something wrong; the cell is given up.
    Faulty {
        /// What it did.
        fault: Fault,
    },
    /// The cell is given up.
    Concluded {
        /// Why its slices say nothing, if so.
        not_measurable: Option<String>,
    },
    /// The request cannot be done, and nothing has changed.
    Refused {
        /// Why, as a fragment that fits after "failed to ".
        reason: String,
    },
}

/// What is ready.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// Hash of the workload's definition, as 16 hexadecimal digits.
    pub definition: String,
    /// More threads than allowed cores.
    pub oversubscribed: bool,
    /// The contender waits by sleeping.
    pub blocks: bool,
    /// Where its memory lies moves its numbers, so slices should have it made anew.
    pub placed: bool,
    /// Each worker is held on a core of its own.
    pub pinned: bool,
}

/// One slice, valid or not. What the platform does not tell is `null`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServedSlice {
    /// The time in which all workers ran, in nanoseconds.
    pub window_ns: u64,
    /// Operations inside the window, for each worker that counts operations.
    pub ops: Vec<u64>,
    /// Processor time of all workers over their own spans, in nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Time the workers were ready to run but waited for a core, in nanoseconds.
    pub run_delay_ns: Option<u64>,
    /// Times a worker slept.
    pub voluntary_switches: Option<u64>,
    /// Times a worker was taken off its core.
    pub involuntary_switches: Option<u64>,
    /// Pages that were mapped without reading a disk.
    pub minor_faults: Option<u64>,
    /// Attempts that failed and were tried again.
    pub failed_attempts: u64,
    /// Why the slice says nothing about the contender, if so.
    pub disturbed: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    #[track_caller]
    fn check<T: DeserializeOwned + Serialize + Debug + PartialEq>(message: &T, text: &str) {
        assert_eq!(encode_line(message), text);
        assert_eq!(&decode::<T>("a message", text).expect("it decodes"), message);
    }

    #[test]
    fn messages_are_lines() {
        let cell: CellId = "map/read/dashmap/2".parse().expect("an id");
        check(
            &Request::Prepare { cell, seed: 7, handicap: 0 },
            r#"{"ask":"prepare","cell":"map/read/dashmap/2","seed":7,"handicap":0}"#,
        );
        check(&Request::Slice { share: 9, rebuild: true }, r#"{"ask":"slice","share":9,"rebuild":true}"#);
        check(&Request::Conclude, r#"{"ask":"conclude"}"#);
        let prepared = Prepared {
            definition: "00ff".to_owned(),
            oversubscribed: false,
            blocks: true,
            placed: false,
            pinned: true,
        };
        check(
            &Answer::Prepared(prepared),
            r#"{"answer":"prepared","definition":"00ff","oversubscribed":false,"blocks":true,"placed":false,"pinned":true}"#,
        );
        let slice = ServedSlice {
            window_ns: 1500,
            ops: vec![10, 11],
            cpu_ns: Some(2990),
            run_delay_ns: Some(0),
            voluntary_switches: Some(0),
            involuntary_switches: None,
            minor_faults: Some(1),
            failed_attempts: 0,
            disturbed: None,
        };
        check(
            &Answer::Slice(slice),
            r#"{"answer":"slice","window_ns":1500,"ops":[10,11],"cpu_ns":2990,"run_delay_ns":0,"voluntary_switches":0,"involuntary_switches":null,"minor_faults":1,"failed_attempts":0,"disturbed":null}"#,
        );
        check(
            &Answer::Faulty { fault: Fault::Hung { bound_s: 30 } },
            r#"{"answer":"faulty","fault":{"kind":"hung","bound_s":30}}"#,
        );
        check(&Answer::Concluded { not_measurable: None }, r#"{"answer":"concluded","not_measurable":null}"#);
        assert!(decode::<Request>("a request", r#"{"ask":"dance"}"#).is_err());
        assert!(decode::<Request>("a request", r#"{"ask":"slice","share":-1,"rebuild":true}"#).is_err());
    }
}
