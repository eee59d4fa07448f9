//! What passes beside throughput found: times of single operations, allocations, memory. `figures.json`, and the lines that
//! an executable of the feature `passes` answers.

use crate::CellId;
use crate::manifest::{Machine, Source};
use crate::sample::Outcome;
use crate::version::{FormatVersion, MethodVersion};
use serde::{Deserialize, Serialize};

/// All that one invocation found.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Version of this document.
    pub format: FormatVersion,
    /// Version of how the numbers came about.
    pub method: MethodVersion,
    /// When measuring began, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// How long measuring took, in milliseconds.
    pub took_ms: u64,
    /// Where it was measured.
    pub machine: Machine,
    /// What was measured of which source; missing in figures of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Seed of tapes and key sets.
    pub seed: u64,
    /// The cells, in the order of the suites.
    pub cells: Vec<CellFigures>,
}

/// What was found of one cell. What was not asked for is `null`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellFigures {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// The crate and version under test.
    pub version: String,
    /// Hash of the workload's definition, as 16 hexadecimal digits.
    pub definition: String,
    /// More threads than allowed cores.
    pub oversubscribed: bool,
    /// How the passes that run operations ended.
    pub outcome: Outcome,
    /// What the operations allocate.
    pub allocations: Option<Allocations>,
    /// Times of single operations in a closed loop.
    pub service: Option<Times>,
    /// Times of single operations at a fixed rate.
    pub open_loop: Option<OpenLoop>,
    /// What the contender's memory is at the stages of its life, where the workload is about memory.
    pub memory: Option<Footprint>,
}

/// What operations allocate, over all workers, those included that only assist.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Allocations {
    /// Completed operations.
    pub operations: u64,
    /// Calls that gave memory; a reallocation is one.
    pub allocations: u64,
    /// Bytes that were asked for.
    pub requested_bytes: u64,
}

/// Where the time of an operation ends.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// Where the operation has ended.
    Done,
    /// Where what it waits for has come, such as a lock.
    Acquired,
}

/// Times of single operations, in nanoseconds, each within 0.1 %. One read of the clock is in each.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Where each ends.
    pub until: Until,
    /// One operation in so many was timed, on average.
    pub every: u32,
    /// Timed operations.
    pub samples: u64,
    /// Median.
    pub p50_ns: Option<u64>,
    /// 90th percentile. `null` where fewer than [`Times::BEYOND`] samples lie beyond it, as in those below.
    pub p90_ns: Option<u64>,
    /// 99th percentile.
    pub p99_ns: Option<u64>,
    /// 99.9th percentile.
    pub p999_ns: Option<u64>,
    /// The longest that was timed: no percentile, and the less of one the fewer were timed.
    pub max_ns: u64,
}

impl Times {
    /// Least samples beyond a percentile for it to be one.
    ///
    /// Chosen here because with fewer a single stall of the machine decides it.
    pub const BEYOND: u64 = 10;
}

/// Times of single operations at a fixed rate, each from the moment it was due.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum OpenLoop {
    /// The rate was kept on offer.
    Offered {
        /// Operations that were due per second and worker: the greatest power of ten that is at most half of what the closed
        /// loop did, and at most 100,000.
        per_second: u64,
        /// The times.
        times: Times,
    },
    /// It says nothing here.
    Refused {
        /// Why.
        reason: String,
    },
}

/// A contender's memory at the stages of its life, in a process of its own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Footprint {
    /// Resident before the contender was made; `null` where the platform does not tell.
    pub resident_before_bytes: Option<u64>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// The most that was resident at any time; `null` as above.
    pub peak_resident_bytes: Option<u64>,
}

/// One stage.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Such as `filled`.
    pub name: String,
    /// Entries, buffers or messages that the contender holds then.
    pub held: u64,
    /// Bytes asked of the allocator since before the contender was made, and not given back.
    pub requested_bytes: u64,
    /// Resident then, the whole process; `null` where the platform does not tell.
    pub resident_bytes: Option<u64>,
}

/// A line of the answer to `--contend footprint`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CellFootprint {
    /// `suite/workload/contender/threads`.
    pub cell: CellId,
    /// `null` where the workload is not about memory.
    pub footprint: Option<Footprint>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};

    #[track_caller]
    fn check(open_loop: &OpenLoop, text: &str) {
        assert_eq!(encode_line(open_loop), text);
        assert_eq!(&decode::<OpenLoop>("an open loop", text).expect("it decodes"), open_loop);
    }

    #[test]
    fn an_open_loop_is_offered_or_refused() {
        let times = Times {
            until: Until::Done,
            every: 1,
            samples: 500,
            p50_ns: Some(60),
            p90_ns: Some(70),
            p99_ns: None,
            p999_ns: None,
            max_ns: 9000,
        };
        check(
            &OpenLoop::Offered { per_second: 1000, times },
            r#"{"kind":"offered","per_second":1000,"times":{"until":"done","every":1,"samples":500,"p50_ns":60,"p90_ns":70,"p99_ns":null,"p999_ns":null,"max_ns":9000}}"#,
        );
        check(&OpenLoop::Refused { reason: "x".to_owned() }, r#"{"kind":"refused","reason":"x"}"#);
    }
}
