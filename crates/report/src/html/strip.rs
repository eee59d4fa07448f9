//! What happened during measurements, in their order: processor time that others took, slices that had to be repeated, and
//! measurements without a number. A cell of several launches has as many measurements.

use super::svg::px;
use super::words::count;
use contend_protocol::sample::{CellRecord, Outcome};
use contend_stats::figures::share;
use maud::{Markup, html};

/// Bars at most; more measurements share one, of which the worst counts.
///
/// Chosen here because more than one a pixel are not seen.
const MOST_BARS: usize = 340;

const WIDTH: f64 = 360.0;
const BASE: f64 = 44.0;

/// Height of a bar that stands for [`FULL_PERMILLE`].
const HIGHEST: f64 = 30.0;

/// Share of the processors that others took, in thousandths, at which a bar has its full height: beyond it, an oversubscribed
/// cell is not measurable.
const FULL_PERMILLE: f64 = 50.0;

/// What a strip shows.
pub(super) const HOW_TO_READ: &str = "Bars: processor time that others took, one measurement after the other; the upper line is 5\u{a0}%. \
    Dots: slices that were repeated. Upright lines: measurements without a number.";

/// What became of some neighbouring measurements.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bar {
    others_permille: u32,
    /// Slices that were repeated over those that were measured, from 0 to 1.
    repeated: f64,
    without_number: bool,
}

/// The strip, with what it says in words.
pub(super) fn strip(id: &str, records: &[&CellRecord], how_to_read: &str) -> Markup {
    let per_bar = records.len().div_ceil(MOST_BARS).max(1);
    let bars: Vec<Bar> = records.chunks(per_bar).map(bar).collect();
    let width = (WIDTH / bars.len().max(1) as f64).min(14.0);
    let finding = finding(records);
    html! {
        figure.validity {
            figcaption {
                strong { "Validity" } " " (finding)
                " " (how_to_read)
            }
            svg viewBox="0 0 360 48" role="img" aria-labelledby={ (id) ".n " (id) ".d" } {
                title id={ (id) ".n" } { "What happened during these measurements, in their order" }
                desc id={ (id) ".d" } { (finding) }
                path.grid d="M0 44.5H360M0 14H360" {}
                (drawn(&bars, width))
            }
        }
    }
}

fn bar(records: &[&CellRecord]) -> Bar {
    records.iter().fold(Bar::default(), |bar, record| {
        let slices = record.slices.len() as f64 + f64::from(record.repeated);
        let repeated = share(f64::from(record.repeated), slices).unwrap_or(0.0);
        Bar {
            others_permille: bar.others_permille.max(record.others_cpu_permille.unwrap_or(0)),
            repeated: bar.repeated.max(repeated),
            without_number: bar.without_number || record.outcome != Outcome::Measured,
        }
    })
}

fn drawn(bars: &[Bar], width: f64) -> Markup {
    let (mut others, mut repeated, mut without) = (String::new(), String::new(), String::new());
    for (bar, index) in bars.iter().zip(0_u32..) {
        let left = f64::from(index) * width;
        let height = (f64::from(bar.others_permille) / FULL_PERMILLE).min(1.2) * HIGHEST;
        if height > 0.0 {
            others += &format!("M{} 44h{}v-{}h-{}z", px(left), px(width * 0.8), px(height), px(width * 0.8));
        }
        if bar.repeated > 0.0 {
            // Half of the slices is as bad as it gets: as many may be repeated as a cell has.
            let radius = (1.0 + 5.0 * bar.repeated).min(width / 2.0).max(0.8);
            repeated += &dot(left + width * 0.4, radius);
        }
        if bar.without_number {
            without += &format!("M{} {}V12", px(left + width * 0.4), px(BASE));
        }
    }
    html! {
        @if !others.is_empty() { path.others d=(others) {} }
        @if !repeated.is_empty() { path.again d=(repeated) {} }
        @if !without.is_empty() { path.lost d=(without) {} }
    }
}

fn dot(at: f64, radius: f64) -> String {
    let (radius, twice) = (px(radius), px(2.0 * radius));
    format!("M{} 6m-{radius} 0a{radius} {radius} 0 1 0 {twice} 0a{radius} {radius} 0 1 0-{twice} 0z", px(at))
}

/// What the strip shows, in words.
fn finding(records: &[&CellRecord]) -> String {
    let slices: usize = records.iter().map(|record| record.slices.len()).sum();
    let repeated: u64 = records.iter().map(|record| u64::from(record.repeated)).sum();
    let disturbed = records.iter().filter(|record| record.repeated > 0).count();
    let without = records.iter().filter(|record| record.outcome != Outcome::Measured).count();
    let others = records.iter().filter_map(|record| record.others_cpu_permille).max();
    let mut text = format!("{}, {}", count(records.len(), "measurement"), count(slices, "valid slice"));
    text += &match repeated {
        0 => "; no slice had to be repeated".to_owned(),
        _ => format!("; {repeated} had to be repeated, in {}", count(disturbed, "measurement")),
    };
    if let Some(others) = others {
        text += &format!("; others took at most {:.1}\u{a0}% of the processors", f64::from(others) / 10.0);
    }
    if without > 0 {
        text += &format!("; {} without a number", count(without, "measurement"));
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::*;

    #[test]
    fn the_worst_of_a_bar_counts_and_is_said() {
        let mut run = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20), ("c", 30)] }]);
        run.records[0].repeated = 3;
        run.records[1].others_cpu_permille = Some(19);
        run.records[2].outcome = Outcome::NotMeasurable { reason: "busy".to_owned() };
        run.records.iter_mut().for_each(|record| record.slices.window_ns.truncate(9));
        let records: Vec<&CellRecord> = run.records.iter().collect();
        let expected = Bar { others_permille: 19, repeated: 0.25, without_number: true };
        assert_eq!(bar(&records), expected);
        let said = "3 measurements, 27 valid slices; 3 had to be repeated, in 1 measurement; others took at most 1.9 % of the \
                    processors; 1 measurement without a number.";
        assert_eq!(finding(&records).replace('\u{a0}', " "), said);
        assert_eq!(finding(&[]), "0 measurements, 0 valid slices; no slice had to be repeated.");
    }

    #[test]
    fn a_strip_of_many_measurements_has_few_bars() {
        let mut one = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10)] }]).records.remove(0);
        one.others_cpu_permille = Some(10);
        let many = vec![&one; 10_000];
        let drawn = strip("x", &many, "").into_string();
        let per_bar = 10_000_usize.div_ceil(MOST_BARS);
        assert_eq!(drawn.matches("44h").count(), 10_000_usize.div_ceil(per_bar));
    }
}
