//! What a bench executable answers to `--contend list` and `--contend check`: one message a line.

use crate::CellId;
use crate::version::ProtocolVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// First line of every answer: who speaks.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// Version of the lines that follow.
    pub protocol: ProtocolVersion,
    /// The suite of this executable.
    pub suite: String,
    /// What the suite's contenders have to do, in one sentence.
    pub contract: String,
}

/// One cell of the suite. A run saves those it set out to measure, so a field that comes later needs a default.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellEntry {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// In the curated set, which is what `cargo bench` measures by default.
    pub curated: bool,
    /// More threads than allowed cores.
    pub oversubscribed: bool,
    /// The contender waits by sleeping.
    pub blocks: bool,
    /// Where its memory lies moves its numbers.
    pub placed: bool,
    /// Hash of the workload's definition, as 16 hexadecimal digits. Cells with other definitions are not comparable.
    pub definition: String,
    /// Why the contender cannot do this cell, where it cannot.
    pub unavailable: Option<String>,
    /// The crate and version under test, such as `dashmap 6.2.1`.
    pub version: String,
    /// What the contender can do and others cannot, or the other way round, such as `bounded`; empty from executables of
    /// version 2.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// What a reader must know to read the contender's number.
    pub note: String,
    /// The question the workload answers.
    pub question: String,
    /// Why the workload is measured and how to read its numbers. Said with the first of neighbouring cells of a workload
    /// only; empty from executables of version 2.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub analysis: String,
    /// What a user may look for in the workload, such as `reads` and `99`; empty from executables of version 2.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// How the check of one cell ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckEntry {
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// Operations done under the check, over all workers and slices.
    pub operations: u64,
    /// What the model saw to, in words; empty from executables of version 2.
    #[serde(default)]
    pub guarantees: String,
    /// What went wrong, where anything did.
    pub fault: Option<crate::sample::Fault>,
}

/// One line of an answer to `--contend check`, after the greeting: first the engine's own figures, then the cells.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "line")]
pub enum CheckLine {
    /// The engine measured something whose cost is known.
    Engine(EngineCheck),
    /// A contender is about to be checked: it is to blame if nothing follows.
    Begin {
        /// `suite/workload/contender/threads`.
        #[cfg_attr(test, schemars(with = "String"))]
        cell: CellId,
    },
    /// A contender was checked against its model.
    Cell(CheckEntry),
}

/// What the engine measured of something whose cost is known. All figures are in thousandths of the check's own unit,
/// which its name says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EngineCheck {
    /// What was measured, in words, with its unit.
    pub name: String,
    /// What it has to be.
    pub expected_permille: u64,
    /// What it was; `null` where the machine was too disturbed to tell.
    pub found_permille: Option<u64>,
    /// Most that the two may differ by.
    pub tolerance_permille: u64,
    /// They differ by no more than that.
    pub ok: bool,
}

/// The version that a greeting says it has, whatever else is in it; `None` where `line` is no greeting.
///
/// A reader asks before it decodes: what a newer version adds is no other program.
pub fn protocol_of(line: &str) -> Option<ProtocolVersion> {
    /// The one field that every version has.
    #[derive(Deserialize)]
    struct Versioned {
        protocol: ProtocolVersion,
    }
    serde_json::from_str(line).ok().map(|versioned: Versioned| versioned.protocol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};

    #[track_caller]
    fn check_version(line: &str, expected: Option<u32>) {
        assert_eq!(protocol_of(line), expected.map(ProtocolVersion));
    }

    #[test]
    fn the_version_of_a_greeting_is_read_whatever_else_is_there() {
        check_version(r#"{"protocol":1,"suite":"map","contract":"x"}"#, Some(1));
        check_version(r#"{"protocol":9,"tongues":["new"]}"#, Some(9));
        check_version(r#"{"suite":"map"}"#, None);
        check_version("running 0 tests", None);
    }

    #[track_caller]
    fn check_line(text: &str, expected: &CheckLine) {
        let line: CheckLine = decode("a line", text).expect("it is one");
        assert_eq!(&line, expected);
        assert_eq!(encode_line(&line), text);
    }

    #[test]
    fn lines_of_a_check_say_which_they_are() {
        let name = "twice the work, in times".to_owned();
        let engine = EngineCheck {
            name,
            expected_permille: 2000,
            found_permille: Some(2011),
            tolerance_permille: 50,
            ok: true,
        };
        check_line(
            r#"{"line":"engine","name":"twice the work, in times","expected_permille":2000,"found_permille":2011,"tolerance_permille":50,"ok":true}"#,
            &CheckLine::Engine(engine),
        );
        let cell: CellId = "map/read/dashmap/2".parse().expect("an id");
        check_line(
            r#"{"line":"begin","cell":"map/read/dashmap/2"}"#,
            &CheckLine::Begin { cell: cell.clone() },
        );
        let guarantees = "none".to_owned();
        check_line(
            r#"{"line":"cell","cell":"map/read/dashmap/2","operations":7,"guarantees":"none","fault":null}"#,
            &CheckLine::Cell(CheckEntry { cell, operations: 7, guarantees, fault: None }),
        );
        assert!(decode::<CheckLine>("a line", r#"{"line":"rumour"}"#).is_err());
    }
}
