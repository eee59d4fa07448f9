//! The cells of a comparison by what was found, in the order in which they matter.

use contend_protocol::comparison::{CellVerdict, Doubt, Verdict};

/// What was found of a cell, without its particulars.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Finding {
    Regressed,
    Improved,
    WrongResult,
    NotComparable,
    NotMeasurable,
    Undecided(Doubt),
    Unchanged,
    Added,
    Removed,
}

/// What is to be read first stands first.
pub(crate) const ORDER: [Finding; 11] = [
    Finding::Regressed,
    Finding::Improved,
    Finding::WrongResult,
    Finding::NotComparable,
    Finding::NotMeasurable,
    Finding::Undecided(Doubt::Unconfirmed),
    Finding::Undecided(Doubt::Budget),
    Finding::Undecided(Doubt::Looks),
    Finding::Unchanged,
    Finding::Added,
    Finding::Removed,
];

/// What each row of a finding holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Numbers.
    Measured,
    /// Numbers, and how many pairs would decide.
    Open,
    /// A reason.
    Reason,
    /// Only the cell.
    Name,
}

impl Finding {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Regressed => Self::Regressed,
            Verdict::Improved => Self::Improved,
            Verdict::Unchanged => Self::Unchanged,
            Verdict::Undecided { reason, .. } => Self::Undecided(*reason),
            Verdict::NotMeasurable { .. } => Self::NotMeasurable,
            Verdict::WrongResult { .. } => Self::WrongResult,
            Verdict::Added => Self::Added,
            Verdict::Removed => Self::Removed,
            Verdict::NotComparable { .. } => Self::NotComparable,
        }
    }

    /// In words, to stand behind a number of cells.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Improved => "improved",
            Self::WrongResult => "with a wrong result",
            Self::NotComparable => "not comparable",
            Self::NotMeasurable => "not measurable",
            Self::Undecided(_) => "undecided",
            Self::Unchanged => "unchanged",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// The phrase, and what is the same for all cells of this finding.
    pub(crate) fn title(self) -> String {
        let why = match self {
            Self::Undecided(Doubt::Looks) => ": all looks were used up",
            Self::Undecided(Doubt::Budget) => ": the time was used up",
            Self::Undecided(Doubt::Unconfirmed) => ": fresh pairs did not show the change again",
            _ => "",
        };
        format!("{}{why}", self.phrase())
    }

    /// The word that `contend explain` knows.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::WrongResult => "wrong-result",
            Self::NotComparable => "not-comparable",
            Self::NotMeasurable => "not-measurable",
            other => other.phrase(),
        }
    }

    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Regressed | Self::Improved | Self::Unchanged => Shape::Measured,
            Self::Undecided(_) => Shape::Open,
            Self::WrongResult | Self::NotComparable | Self::NotMeasurable => Shape::Reason,
            Self::Added | Self::Removed => Shape::Name,
        }
    }

    /// What cells are sorted by within the finding, the smallest first: the largest change where one is meant, else
    /// nothing, which leaves them in their order.
    fn rank(self, cell: &CellVerdict) -> i128 {
        let change = cell.evidence.as_ref().map(|evidence| i128::from(evidence.change_ppm));
        match self {
            Self::Regressed => change.map_or(i128::MAX, |change| -change),
            Self::Improved => change.unwrap_or(i128::MAX),
            Self::Undecided(_) => change.map_or(i128::MAX, |change| -change.abs()),
            _ => 0,
        }
    }
}

/// The cells of a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Findings<'a> {
    cells: &'a [CellVerdict],
}

impl<'a> Findings<'a> {
    pub(crate) fn of(cells: &'a [CellVerdict]) -> Self {
        Self { cells }
    }

    /// The cells of which this was found, what matters most first.
    pub(crate) fn cells(&self, finding: Finding) -> Vec<&'a CellVerdict> {
        let mut cells: Vec<&CellVerdict> =
            self.cells.iter().filter(|cell| Finding::of(&cell.verdict) == finding).collect();
        cells.sort_by_key(|cell| finding.rank(cell));
        cells
    }

    pub(crate) fn count(&self, finding: Finding) -> usize {
        self.cells.iter().filter(|cell| Finding::of(&cell.verdict) == finding).count()
    }

    /// Cells that both sides have.
    pub(crate) fn compared(&self) -> usize {
        self.cells.len() - self.count(Finding::Added) - self.count(Finding::Removed)
    }

    /// How many cells have each phrase, in order; without those that none has.
    pub(crate) fn counts(&self) -> Vec<(&'static str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for finding in ORDER {
            let count = self.count(finding);
            match counts.iter_mut().find(|(phrase, _)| *phrase == finding.phrase()) {
                Some((_, sum)) => *sum += count,
                None => counts.push((finding.phrase(), count)),
            }
        }
        counts.retain(|(_, count)| *count > 0);
        counts
    }
}

/// `2 regressed, 1 improved`.
pub(crate) fn listed<'a>(counts: impl IntoIterator<Item = &'a (&'static str, usize)>) -> String {
    counts.into_iter().map(|(phrase, count)| format!("{count} {phrase}")).collect::<Vec<_>>().join(", ")
}

/// Cells by suite and workload, each where its first cell stands.
pub(crate) fn grouped<'a>(cells: &[&'a CellVerdict]) -> Vec<(String, Vec<&'a CellVerdict>)> {
    let mut groups: Vec<(String, Vec<&CellVerdict>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for cell in cells {
        let place = *places.entry(cell.cell.group()).or_insert_with_key(|name| {
            groups.push((name.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(cell);
    }
    groups
}

/// The control cells in which nothing changed, and yet a change was seen.
pub(crate) fn alarms(controls: &[CellVerdict]) -> Vec<&CellVerdict> {
    let is_alarm = |cell: &&CellVerdict| matches!(cell.verdict, Verdict::Regressed | Verdict::Improved);
    controls.iter().filter(is_alarm).collect()
}
