//! Rankings turned round: ratios to the best, with the dimensions that a reader asks for as tables, rows and columns.

use crate::layout::{Table, wrap};
use crate::page::{Page, Tone};
use crate::rank::{Ranked, Ranking};
use contend_stats::ratio::geometric_mean;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What tells one number from another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Dimension {
    /// The suite.
    Suite,
    /// The workload.
    Workload,
    /// The contender.
    Contender,
    /// The thread count.
    Threads,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Suite, Self::Workload, Self::Contender, Self::Threads];
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suite => "suite",
            Self::Workload => "workload",
            Self::Contender => "contender",
            Self::Threads => "threads",
        })
    }
}

/// Where the dimensions go. One that is nowhere is hidden: numbers that differ in it are put together.
#[derive(Clone, Debug)]
pub struct Pivot {
    /// A table for each of their values together.
    pub tables: Vec<Dimension>,
    /// A row for each value.
    pub row: Dimension,
    /// A column for each value.
    pub column: Dimension,
}

/// A hidden dimension that varies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hidden {
    /// The dimension.
    pub dimension: Dimension,
    /// Its values.
    pub values: Vec<String>,
}

/// A contender's ratio in one ranking.
struct Entry<'a> {
    ranking: &'a Ranking<'a>,
    contender: &'a str,
    ratio: f64,
}

/// A value of a dimension, in an order that readers expect: numbers by size, names in the order of the rankings.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Value {
    order: usize,
    text: String,
}

impl Pivot {
    /// The rankings as tables of at most `width` columns, as far as names allow, and what they hide.
    pub fn text(&self, rankings: &[Ranking<'_>], width: usize, colour: bool) -> (String, Vec<Hidden>) {
        let entries: Vec<Entry<'_>> = rankings.iter().flat_map(entries).collect();
        let names = Names::of(rankings);
        let mut tables: BTreeMap<Vec<Value>, Vec<&Entry<'_>>> = BTreeMap::new();
        for entry in &entries {
            let key = self.tables.iter().map(|dimension| names.value(*dimension, entry)).collect();
            tables.entry(key).or_default().push(entry);
        }
        let mut page = Page::default();
        for (key, entries) in &tables {
            let heading: Vec<&str> = key.iter().map(|value| value.text.as_str()).collect();
            if !heading.is_empty() {
                page.add(Tone::Heading, wrap(&heading.join(", "), width, 2));
            }
            self.one(entries, &names, width, &mut page);
            page.gap();
        }
        let hidden = self.hidden(&entries, &names);
        let more = if hidden.is_empty() { "" } else { LEGEND_OF_HIDDEN };
        page.add(Tone::Plain, wrap(&format!("{LEGEND}{more}"), width, 0));
        (page.text(colour), hidden)
    }

    fn one(&self, entries: &[&Entry<'_>], names: &Names<'_>, width: usize, page: &mut Page) {
        let Means { columns, rows: cells, several } = self.means(entries, names);
        let common: Vec<&Value> = columns
            .keys()
            .filter(|column| cells.values().all(|row| row.get(*column).is_some_and(Option::is_some)))
            .collect();
        let head = |(column, over): (&Value, &usize)| {
            if several { format!("{} ({over})", column.text) } else { column.text.clone() }
        };
        let (heads, key) = heads(columns.iter().map(head).collect(), width);
        page.add(Tone::Plain, key.iter().flat_map(|line| wrap(line, width, 4)));
        let with_mean = common.len() > 1;
        let head = [self.row.to_string()].into_iter().chain(heads);
        let mut table = Table::new(head.chain(with_mean.then(|| format!("mean of {}", common.len()))));
        let mean = |row: &Row| {
            let ratios: Option<Vec<f64>> =
                common.iter().map(|column| row.get(*column).copied().flatten()).collect();
            ratios.and_then(|ratios| geometric_mean(&ratios))
        };
        let mut rows: Vec<(&Value, &Row)> = cells.iter().collect();
        if with_mean {
            let order = |row: &Row| mean(row).unwrap_or(f64::INFINITY);
            rows.sort_by(|left, right| order(left.1).total_cmp(&order(right.1)));
        }
        for (name, row) in rows {
            let ratio = |column: &Value| number(row.get(column).copied().flatten());
            let mut numbers: Vec<String> = columns.keys().map(ratio).collect();
            numbers.extend(with_mean.then(|| number(mean(row))));
            table.numbers(name.text.clone(), numbers);
        }
        page.add(Tone::Plain, table.lines(width));
    }

    /// The number of each row and column: the geometric mean over those values of what is hidden that all rows of the column have.
    fn means(&self, entries: &[&Entry<'_>], names: &Names<'_>) -> Means {
        let hidden = self.nowhere();
        let mut ratios: BTreeMap<Value, BTreeMap<Value, BTreeMap<Vec<Value>, f64>>> = BTreeMap::new();
        for entry in entries {
            let (row, column) = (names.value(self.row, entry), names.value(self.column, entry));
            let behind = hidden.iter().map(|dimension| names.value(*dimension, entry)).collect();
            ratios.entry(column).or_default().entry(row).or_default().insert(behind, entry.ratio);
        }
        let mut means = Means { columns: BTreeMap::new(), rows: BTreeMap::new(), several: false };
        for (column, rows) in ratios {
            let in_all = |behind: &&Vec<Value>| rows.values().all(|row| row.contains_key(*behind));
            let all: BTreeSet<&Vec<Value>> = rows.values().flat_map(BTreeMap::keys).collect();
            means.several |= all.len() > 1;
            let common: Vec<&Vec<Value>> = all.into_iter().filter(in_all).collect();
            for (row, ratios) in &rows {
                let ratios: Vec<f64> =
                    common.iter().filter_map(|behind| ratios.get(*behind)).copied().collect();
                means.rows.entry(row.clone()).or_default().insert(column.clone(), geometric_mean(&ratios));
            }
            means.columns.insert(column, common.len());
        }
        means
    }

    /// Dimensions that are neither tables, rows nor columns.
    fn nowhere(&self) -> Vec<Dimension> {
        let shown = |dimension: &Dimension| {
            self.tables.contains(dimension) || [self.row, self.column].contains(dimension)
        };
        Dimension::ALL.into_iter().filter(|dimension| !shown(dimension)).collect()
    }

    /// Dimensions that are nowhere, and vary among the numbers of a column.
    fn hidden(&self, entries: &[Entry<'_>], names: &Names<'_>) -> Vec<Hidden> {
        let nowhere = self.nowhere();
        let varies = |dimension: &Dimension| {
            let dimension = *dimension;
            let mut groups: BTreeMap<Vec<Value>, BTreeSet<Value>> = BTreeMap::new();
            for entry in entries {
                let apart = |one: &&Dimension| !nowhere.contains(one) && **one != self.row;
                let shown = Dimension::ALL.iter().filter(apart);
                let key = shown.map(|one| names.value(*one, entry));
                groups.entry(key.collect()).or_default().insert(names.value(dimension, entry));
            }
            let several = groups.into_values().filter(|values| values.len() > 1).flatten();
            let values: BTreeSet<Value> = several.collect();
            let values: Vec<String> = values.into_iter().map(|value| value.text).collect();
            (!values.is_empty()).then_some(Hidden { dimension, values })
        };
        nowhere.iter().filter_map(varies).collect()
    }
}

const LEGEND: &str = "Ratios to the best contender of the same workload and threads: 1.00 is the best. \"mean\" is the geometric mean \
    over the columns that all rows have; it orders rows, and says nothing of any one workload. `contend rank` without these \
    options says which ratios can be told from 1.";

const LEGEND_OF_HIDDEN: &str = " In brackets is over how many values of what no option names the numbers of a column are means: those that \
    all its rows have.";

/// The numbers of a row by their columns.
type Row = BTreeMap<Value, Option<f64>>;

/// The numbers of a table.
struct Means {
    /// The columns, each with how many values of what is hidden all its rows have.
    columns: BTreeMap<Value, usize>,
    rows: BTreeMap<Value, Row>,
    /// What is hidden varies in some column.
    several: bool,
}

/// Contenders with a ratio.
fn entries<'a>(ranking: &'a Ranking<'a>) -> Vec<Entry<'a>> {
    let entry = |row: &'a Ranked<'a>| {
        Some(Entry { ranking, contender: row.contender, ratio: row.place.map(|place| place.ratio)? })
    };
    ranking.rows.iter().filter_map(entry).collect()
}

fn number(ratio: Option<f64>) -> String {
    ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
}

/// The columns' heads: their names where all of them fit, else letters, and what these stand for.
fn heads(names: Vec<String>, width: usize) -> (Vec<String>, Option<String>) {
    let taken: usize = names.iter().map(|name| name.chars().count().max(6) + 2).sum();
    if taken + 30 <= width {
        return (names, None);
    }
    let letter = |index: usize| match (index / 26, char::from(b'A' + (index % 26) as u8)) {
        (0, letter) => letter.to_string(),
        (round, letter) => format!("{letter}{round}"),
    };
    let key: Vec<String> =
        names.iter().enumerate().map(|(index, name)| format!("{}: {name}", letter(index))).collect();
    ((0..names.len()).map(letter).collect(), Some(key.join("; ")))
}

/// The order in which names first appear.
struct Names<'a>(BTreeMap<(Dimension, &'a str), usize>);

impl<'a> Names<'a> {
    fn of(rankings: &'a [Ranking<'a>]) -> Self {
        let mut names = BTreeMap::new();
        let mut add = |dimension, name: &'a str| {
            let next = names.len();
            names.entry((dimension, name)).or_insert(next);
        };
        for ranking in rankings {
            add(Dimension::Suite, ranking.suite);
            add(Dimension::Workload, ranking.workload);
            ranking.rows.iter().for_each(|row| add(Dimension::Contender, row.contender));
        }
        Self(names)
    }

    fn value(&self, dimension: Dimension, entry: &Entry<'_>) -> Value {
        let named = |name: &str| Value {
            order: self.0.get(&(dimension, name)).copied().unwrap_or(usize::MAX),
            text: name.to_owned(),
        };
        match dimension {
            Dimension::Suite => named(entry.ranking.suite),
            Dimension::Workload => named(entry.ranking.workload),
            Dimension::Contender => named(entry.contender),
            Dimension::Threads => {
                let plural = if entry.ranking.threads == 1 { "thread" } else { "threads" };
                Value { order: entry.ranking.threads, text: format!("{} {plural}", entry.ranking.threads) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::fixture::{Table, run};
    use crate::rank::rankings;

    fn text(pivot: &Pivot, width: usize) -> (String, Vec<Hidden>) {
        let run = run(&[
            Table { workload: "one", threads: 1, cells: &[("a", 10), ("b", 20), ("floor", 1)] },
            Table { workload: "one", threads: 2, cells: &[("a", 10), ("b", 40)] },
            Table { workload: "two", threads: 1, cells: &[("a", 80), ("b", 10), ("c", 10)] },
        ]);
        pivot.text(&rankings(&run), width, false)
    }

    #[test]
    fn columns_are_what_is_asked_for() {
        let pivot = Pivot {
            tables: vec![Dimension::Threads],
            row: Dimension::Contender,
            column: Dimension::Workload,
        };
        let (text, hidden) = text(&pivot, 80);
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[..4], ["1 thread", "contender one two", "a 1.00 8.00", "b 2.00 1.00"], "{text}");
        assert_eq!(lines[4], "c - 1.00", "{text}");
        assert_eq!(lines[6..9], ["2 threads", "contender one", "a 1.00"], "{text}");
        assert_eq!(hidden, []);
    }

    #[test]
    fn what_is_hidden_is_said() {
        let pivot = Pivot { tables: Vec::new(), row: Dimension::Contender, column: Dimension::Workload };
        let (text, hidden) = text(&pivot, 80);
        let values = vec!["1 thread".to_owned(), "2 threads".to_owned()];
        assert_eq!(hidden, [Hidden { dimension: Dimension::Threads, values }]);
        // √(2 · 4), and of the second workload there is one thread count only.
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines[..4],
            ["contender one (2) two (1)", "a 1.00 8.00", "b 2.83 1.00", "c - 1.00"],
            "{text}"
        );
        assert!(text.contains("In brackets"), "{text}");
    }

    #[test]
    fn hidden_values_that_not_all_rows_have_are_in_no_mean() {
        let run = run(&[
            Table { workload: "one", threads: 1, cells: &[("a", 10), ("b", 20)] },
            Table { workload: "one", threads: 2, cells: &[("a", 90), ("c", 10)] },
            Table { workload: "one", threads: 4, cells: &[("a", 90), ("d", 10)] },
            Table { workload: "two", threads: 1, cells: &[("a", 10), ("b", 20)] },
            Table { workload: "two", threads: 2, cells: &[("a", 80), ("b", 10)] },
            Table { workload: "two", threads: 4, cells: &[("a", 90)] },
        ]);
        let pivot = Pivot { tables: Vec::new(), row: Dimension::Contender, column: Dimension::Workload };
        let rankings = rankings(&run);
        let printed = |wanted: &dyn Fn(&Ranking<'_>) -> bool| -> Vec<String> {
            let chosen: Vec<Ranking<'_>> = rankings.iter().filter(|one| wanted(one)).cloned().collect();
            let (text, _) = pivot.text(&chosen, 80, false);
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        // No thread count has all of them.
        let one = printed(&|ranking| ranking.workload == "one");
        assert_eq!(one[..5], ["contender one (0)", "a -", "b -", "c -", "d -"]);
        // √(1 · 8), without the third count, of which b knows nothing.
        let two = printed(&|ranking| ranking.workload == "two");
        assert_eq!(two[..3], ["contender two (2)", "a 2.83", "b 1.41"]);
    }

    #[test]
    fn means_are_over_what_all_rows_have() {
        let run = run(&[
            Table { workload: "one", threads: 1, cells: &[("a", 10), ("b", 20)] },
            Table { workload: "two", threads: 1, cells: &[("a", 80), ("b", 10)] },
            Table { workload: "three", threads: 1, cells: &[("b", 10), ("c", 90)] },
        ]);
        let pivot = Pivot { tables: Vec::new(), row: Dimension::Contender, column: Dimension::Workload };
        let (text, _) = pivot.text(&rankings(&run), 80, false);
        assert!(!text.contains("mean of"), "c has neither of the first two: {text}");
        let two: Vec<Ranking<'_>> =
            rankings(&run).into_iter().filter(|ranking| ranking.workload != "three").collect();
        let (text, _) = pivot.text(&two, 80, false);
        assert!(text.contains("mean of 2") && text.contains("1.41") && text.contains("2.83"), "{text}");
    }

    #[test]
    fn long_names_become_letters() {
        let pivot = Pivot {
            tables: vec![Dimension::Threads],
            row: Dimension::Contender,
            column: Dimension::Workload,
        };
        let (text, _) = text(&pivot, 40);
        assert!(text.contains("A: one; B: two"), "{text}");
    }
}
