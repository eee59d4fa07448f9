//! The numbers behind the charts of one workload.

use super::frame::{foreign, scrolling};
use super::model::{Basis, Cell, Workload};
use super::words::{count, ends, rank, rates, times};
use crate::units::Scale;
use maud::{Markup, html};

/// Units of the columns.
#[derive(Clone, Copy, Debug)]
struct Scales {
    time: Scale,
    rate: Scale,
}

/// A column: its head, and what it says of a cell.
struct Column {
    head: String,
    text: fn(&Cell<'_>, Scales) -> String,
}

/// The columns of a table behind the contender.
struct Columns {
    /// Of cells without a number, the reason stands in their place.
    figures: Vec<Column>,
    /// What is known of every cell.
    facts: Vec<Column>,
}

/// These cells of the workload, with every figure.
pub(super) fn table(workload: &Workload<'_>, cells: &[Cell<'_>]) -> Markup {
    let scales = Scales { time: times(&workload.cells), rate: rates(&workload.cells) };
    let bases: Vec<Basis> = workload.cells.iter().map(|cell| cell.basis).collect();
    let caption = format!("All figures of {}, {}", workload.name, count(cells.len(), "cell"));
    let columns = columns(workload, scales);
    let heads = columns.figures.iter().chain(&columns.facts).map(|column| &column.head);
    let content = html! {
        table.data {
            caption { (caption) ". " (note(&bases, workload.imported)) }
            thead {
                tr {
                    @if !workload.imported { th scope="col" { "threads" } }
                    th scope="col" { "contender" }
                    @for head in heads { th scope="col" { (head) } }
                    th scope="col" { @if workload.imported { "as criterion names it" } @else { "version" } }
                }
            }
            tbody { @for cell in cells { (row(cell, &columns, scales, workload.imported)) } }
        }
    };
    scrolling(&caption, &content)
}

/// Of what was imported, there is nothing but times.
fn columns(workload: &Workload<'_>, scales: Scales) -> Columns {
    let column = |head: &str, text: fn(&Cell<'_>, Scales) -> String| Column { head: head.to_owned(), text };
    let (time, rate) = (scales.time.unit, scales.rate.unit);
    let mut figures = vec![
        column(&format!("{time}/op"), |cell, scales| scales.time.number(cell.figures.time_ns)),
        column(&format!("{time} low, high"), |cell, scales| ends(scales.time, cell.time_ends)),
        column("vs best", |cell, _| rank(cell)),
        column(rate, |cell, scales| scales.rate.number(cell.figures.throughput_per_s)),
        column(&format!("{rate} low, high"), |cell, scales| ends(scales.rate, cell.throughput_ends)),
    ];
    let slices = column("slices", |cell, _| cell.figures.slices.to_string());
    if workload.imported {
        return Columns { figures, facts: vec![slices] };
    }
    if workload.threads.len() > 1 {
        figures.push(column("efficiency", |cell, _| share(cell.efficiency)));
    }
    figures.extend([
        column(&format!("cpu {time}/op"), |cell, scales| scales.time.number(cell.figures.cpu_ns)),
        column("min/max", |cell, _| share(cell.figures.fairness)),
        column("Jain", |cell, _| share(cell.figures.jain)),
    ]);
    let facts = vec![
        column("launches", |cell, _| launches(cell)),
        slices,
        column("again", |cell, _| cell.repeated.to_string()),
        column("others", |cell, _| cell.others_cpu_permille.map_or("-".to_owned(), percent)),
    ];
    Columns { figures, facts }
}

fn row(cell: &Cell<'_>, columns: &Columns, scales: Scales, imported: bool) -> Markup {
    html! {
        tr data-c=(cell.id.contender()) data-t=[(!imported).then(|| cell.id.threads())] {
            @if !imported { td { (cell.id.threads()) @if cell.oversubscribed { " over" } } }
            th scope="row" { (cell.id.contender()) }
            @if let Some(reason) = &cell.reason {
                td.reason colspan=(columns.figures.len()) { (foreign(reason)) }
            } @else {
                @for column in &columns.figures { td { ((column.text)(cell, scales)) } }
            }
            @for column in &columns.facts { td { ((column.text)(cell, scales)) } }
            td.words { (foreign(cell.version)) }
        }
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{share:.2}"))
}

fn percent(permille: u32) -> String {
    format!("{:.1}\u{a0}%", f64::from(permille) / 10.0)
}

fn launches(cell: &Cell<'_>) -> String {
    match cell.left_out {
        0 => cell.launches.to_string(),
        left_out => format!("{} ({left_out} of another definition or version left out)", cell.launches),
    }
}

/// What the ends are, which readers take for more than they are.
pub(super) fn note(bases: &[Basis], imported: bool) -> &'static str {
    if imported {
        "Low and high are the exact 95 % interval of the median over criterion’s samples, all of one process; another may lie outside."
    } else if bases.contains(&Basis::Range) {
        "Medians over launches; with fewer than six of them, low and high are the smallest and the largest, and no interval."
    } else if bases.contains(&Basis::Launches) {
        "Medians over launches; low and high are the exact 95 % interval of the median over launches."
    } else {
        "Low and high are the exact 95 % interval of the median over the slices of one launch; another launch may lie outside."
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;

    #[test]
    fn all_values_of_the_charts_are_there() {
        let table_of = |threads, cells| Table { workload: "w", threads, cells };
        let mut run = run(&[table_of(1, &[("a", 10)]), table_of(2, &[("a", 20)])]);
        run.records[0].version = "a 1.2.3".to_owned();
        let mut other = run.records[1].clone();
        other.definition = "0000000000000000".to_owned();
        run.records.insert(1, other);
        let suites = suites(&run, &[]);
        let workload = &suites[0].workloads[0];
        let text = table(workload, &workload.cells).into_string();
        let heads = ["ns/op", "ns low, high", "efficiency", "Mop/s low, high", "launches", "version"];
        for head in heads {
            assert!(text.contains(&format!(">{head}</th>")), "{head}: {text}");
        }
        for value in
            [">0.50<", "[100, 100]", ">a 1.2.3<", ">1 (1 of another definition or version left out)<"]
        {
            assert!(text.contains(value), "{value}: {text}");
        }
        assert_eq!(text.matches("<th scope=\"col\"").count(), 16);
        let row = text.split("<tbody>").nth(1).and_then(|rows| rows.split("</tr>").next()).expect("a row");
        assert_eq!(row.matches("</td>").count() + row.matches("</th>").count(), 16, "{row}");
    }

    #[test]
    fn of_an_import_there_are_times_and_no_threads() {
        let mut run = run(&[Table { workload: "w", threads: 1, cells: &[("a", 10), ("b", 20)] }]);
        run.manifest.invocation.set = contend_protocol::manifest::IMPORTED.to_owned();
        let suites = suites(&run, &[]);
        let workload = &suites[0].workloads[0];
        let text = table(workload, &workload.cells).into_string();
        for absent in ["threads", "efficiency", "min/max", "others", "data-t"] {
            assert!(!text.contains(absent), "{absent}: {text}");
        }
        assert!(text.contains("as criterion names it"), "{text}");
    }
}
