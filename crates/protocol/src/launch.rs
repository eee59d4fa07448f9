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
