//! What a bench executable says under `--contend launch`, while it measures the cells that it is named: a message a line.

use crate::CellId;
use crate::sample::Outcome;
use serde::{Deserialize, Serialize};

/// One line, after the greeting.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "line", deny_unknown_fields)]
pub enum LaunchLine {
    /// The launch belongs to a run now.
    Joined {
        /// The run's name.
        run: String,
        /// Number of the launch in it.
        launch: u32,
    },
    /// These cells take turns next. If nothing follows, one of them is to blame.
    Begin {
        /// The cells.
        cells: Vec<CellId>,
    },
    /// Nothing new: those that take turns still do. Said now and then, so that whoever asked can tell a long group of cells from
    /// a contender that is stuck.
    Busy,
    /// A cell's record is on the disk.
    Measured(Measured),
}

/// How a cell ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The cell.
    pub cell: CellId,
    /// How it ended.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};

    #[track_caller]
    fn check(text: &str, expected: &LaunchLine) {
        assert_eq!(&decode::<LaunchLine>("a line of a launch", text).expect("it is one"), expected);
        assert_eq!(encode_line(expected), text);
    }

    #[test]
    fn lines_say_which_they_are() {
        let cell: CellId = "map/read/dashmap/2".parse().expect("an id");
        check(
            r#"{"line":"joined","run":"r","launch":3}"#,
            &LaunchLine::Joined { run: "r".to_owned(), launch: 3 },
        );
        check(
            r#"{"line":"begin","cells":["map/read/dashmap/2"]}"#,
            &LaunchLine::Begin { cells: vec![cell.clone()] },
        );
        check(r#"{"line":"busy"}"#, &LaunchLine::Busy);
        check(
            r#"{"line":"measured","cell":"map/read/dashmap/2","outcome":{"kind":"measured"}}"#,
            &LaunchLine::Measured(Measured { cell, outcome: Outcome::Measured }),
        );
        assert!(decode::<LaunchLine>("a line of a launch", r#"{"line":"rumour"}"#).is_err());
    }
}
