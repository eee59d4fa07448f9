//! Numbers and findings in words, the same on every page.

use super::model::{Basis, Cell, Workload};
use crate::cells::Place;
use crate::units::Scale;
use contend_stats::ratio::{Evidence, Standing};

/// One unit for the times of cells that stand together, chosen by the contenders among them: a floor far below them would give
/// all of them digits that mean nothing.
pub(super) fn times<'c, 'a: 'c>(cells: impl IntoIterator<Item = &'c Cell<'a>>) -> Scale {
    let cells: Vec<&Cell<'_>> = cells.into_iter().collect();
    let of = |wanted: fn(&Cell<'_>) -> bool| -> Vec<f64> {
        cells.iter().filter(|cell| wanted(cell)).filter_map(|cell| cell.figures.time_ns).collect()
    };
    let contenders = of(|cell| cell.contends());
    Scale::times(&if contenders.is_empty() { of(|_| true) } else { contenders })
}

/// One unit for throughputs, chosen in the same way.
pub(super) fn rates<'c, 'a: 'c>(cells: impl IntoIterator<Item = &'c Cell<'a>>) -> Scale {
    let contenders = cells.into_iter().filter(|cell| cell.contends());
    Scale::rates(&contenders.filter_map(|cell| cell.figures.throughput_per_s).collect::<Vec<f64>>())
}

/// A number with its unit, from which it is not torn.
pub(super) fn with_unit(scale: Scale, value: Option<f64>) -> String {
    format!("{}\u{a0}{}", scale.number(value), scale.unit)
}

/// `[low, high]`; nothing where there are no ends.
pub(super) fn ends(scale: Scale, ends: Option<(f64, f64)>) -> String {
    let text = |(low, high)| format!("[{}, {}]", scale.number(Some(low)), scale.number(Some(high)));
    ends.map(text).unwrap_or_default()
}

/// `1.37×`, with the digits that it needs.
pub(super) fn times_as_long(ratio: f64) -> String {
    factor(ratio) + "×"
}

/// A factor that may be far below 1, with the digits that it needs.
pub(super) fn factor(value: f64) -> String {
    let decimals = [(100.0, 0), (10.0, 1), (0.1, 2), (0.01, 3), (0.001, 4)];
    let decimals = decimals.iter().find(|(at_least, _)| value >= *at_least).map_or(6, |(_, count)| *count);
    format!("{value:.decimals$}")
}

/// The ratio to the best with the sign of what is known about it, or what the row is instead of a contender.
pub(super) fn rank(cell: &Cell<'_>) -> String {
    match (cell.place, cell.standing) {
        (Place::Floor, _) => "floor".to_owned(),
        (Place::Bound, _) => "bound".to_owned(),
        (Place::Contender, None) => "-".to_owned(),
        (Place::Contender, Some(standing)) => sign(standing).to_owned() + &times_as_long(standing.ratio),
    }
}

/// `=` for a shared first place, `~` where too little is known.
pub(super) fn sign(standing: Standing) -> &'static str {
    match standing.evidence {
        Evidence::Best | Evidence::Slower => "",
        Evidence::Tied => "=",
        Evidence::Unknown => "~",
    }
}

/// What `=` and `~` mean.
pub(super) fn legend_of_signs(imported: bool) -> String {
    if imported {
        return "~ stands at all of them: nothing is judged by imported numbers.".to_owned();
    }
    "= shares the first place: too near to the best to be told apart, as the method’s page says. \
     ~ has too few slices or launches to tell."
        .to_owned()
}

/// What the two ends beside a time are.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Nothing => "none",
        Basis::Slices => "95 % over the slices of one launch",
        Basis::Launches => "95 % over launches",
        Basis::Range => "smallest and largest of too few launches for an interval",
    }
}

/// `1 thread`, `2 threads`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Names in a sentence; of many only the first.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] if names.len() <= 4 => format!("{} and {last}", first.join(", ")),
        [first, second, third, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len()),
        [first, second] => format!("{first} and {second}"),
    }
}

/// `with 2 threads`, behind a space; nothing where it is not known how many there were.
pub(super) fn with_threads(workload: &Workload<'_>, threads: usize) -> String {
    if workload.imported { String::new() } else { format!(" with {}", count(threads, "thread")) }
}

/// `2.00 to 30.0`, or only one of them where they read alike.
pub(super) fn range(low: f64, high: f64) -> String {
    let (low, high) = (factor(low), factor(high));
    if low == high { low } else { format!("{low} to {high}") }
}

/// What the cells of one thread count say, in one sentence.
pub(super) fn finding(workload: &Workload<'_>, threads: usize) -> String {
    let contenders: Vec<&Cell<'_>> =
        workload.at(threads).filter(|cell| cell.place == Place::Contender).collect();
    let ranked: Vec<&Cell<'_>> = contenders.iter().filter(|cell| cell.standing.is_some()).copied().collect();
    // They stand from fast to slow.
    let Some(best) = ranked.first() else { return "No contender has a number.".to_owned() };
    let (firsts, rest): (Vec<&Cell<'_>>, Vec<&Cell<'_>>) =
        ranked.iter().copied().partition(|cell| cell.first());
    let scale = times(workload.at(threads));
    // One of which too little is known may be faster than the first.
    let fastest = firsts.first().copied().unwrap_or(best);
    let time = with_unit(scale, fastest.figures.time_ns);
    let name = best.id.contender();
    if ranked.len() == 1 {
        let alone = if contenders.len() == 1 {
            "it is the only contender"
        } else {
            "no other contender has a number"
        };
        return format!("{name} takes {time}; {alone}.");
    }
    if workload.imported {
        return format!("{name} has the smallest median, {time}; nothing is judged by imported numbers.");
    }
    let without = match contenders.len() - ranked.len() {
        0 => String::new(),
        1 => "; 1 contender has no number".to_owned(),
        more => format!("; {more} contenders have no number"),
    };
    let first = match &firsts[..] {
        [] => format!("{name} has the smallest median, {time}; too little is known to call it first"),
        [only] => format!("{} is first with {time}", only.id.contender()),
        [_, .., last] => {
            let names: Vec<&str> = firsts.iter().map(|cell| cell.id.contender()).collect();
            let last = with_unit(scale, last.figures.time_ns);
            let span = if last == time {
                time
            } else {
                format!("{} to {last}", scale.number(fastest.figures.time_ns))
            };
            format!("{} share the first place with {span}", listed(&names))
        }
    };
    format!("{first}{}{without}.", behind(&rest, firsts.is_empty()))
}

/// What is known of the contenders that are not first. With `doubtful`, it was said already that too little is known.
fn behind(rest: &[&Cell<'_>], doubtful: bool) -> String {
    let of = |wanted: Evidence| -> Vec<(&str, f64)> {
        let standings = rest.iter().filter_map(|cell| Some((cell.id.contender(), cell.standing?)));
        let wanted = standings.filter(|(_, standing)| standing.evidence == wanted);
        wanted.map(|(name, standing)| (name, standing.ratio)).collect()
    };
    let (slower, unknown) = (of(Evidence::Slower), of(Evidence::Unknown));
    let all = unknown.is_empty();
    let slower = match &slower[..] {
        [] => String::new(),
        [(only, ratio)] => format!("; {only} takes {} times as long", factor(*ratio)),
        many => {
            let ratios = || many.iter().map(|(_, ratio)| *ratio);
            // Ratios within launches need not follow the medians, by which contenders are ordered.
            let range = range(ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
            let others = if all { "the others".to_owned() } else { format!("{} others", many.len()) };
            format!("; {others} take {range} times as long")
        }
    };
    let unknown = match &unknown[..] {
        [] => String::new(),
        _ if doubtful => String::new(),
        [(only, _)] => format!("; too little is known of {only}"),
        many if slower.is_empty() => format!("; too little is known of the {} others", many.len()),
        many => format!("; too little is known of {} more", many.len()),
    };
    slower + &unknown
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, run};
    use super::super::model::suites;
    use super::*;
    use contend_protocol::sample::Outcome;

    #[track_caller]
    fn check(cells: &[(&str, u64)], expected: &str) {
        let run = run(&[Table { workload: "w", threads: 2, cells }]);
        let suites = suites(&run, &[]);
        assert_eq!(finding(&suites[0].workloads[0], 2).replace('\u{a0}', " "), expected);
    }

    #[test]
    fn findings_are_sentences() {
        check(&[("a", 10)], "a takes 10.0 ns; it is the only contender.");
        check(&[("a", 10), ("b", 0)], "a takes 10.0 ns; no other contender has a number.");
        check(&[("a", 10), ("b", 20)], "a is first with 10.0 ns; b takes 2.00 times as long.");
        check(
            &[("a", 10), ("b", 20), ("c", 300), ("floor", 1)],
            "a is first with 10.0 ns; the others take 2.00 to 30.0 times as long.",
        );
        check(
            &[("a", 10), ("b", 20), ("c", 20)],
            "a is first with 10.0 ns; the others take 2.00 times as long.",
        );
        check(&[("a", 10), ("b", 10)], "a and b share the first place with 10.0 ns.");
        check(
            &[("a", 10), ("b", 20), ("c", 0)],
            "a is first with 10.0 ns; b takes 2.00 times as long; 1 contender has no number.",
        );
        check(&[("floor", 1)], "No contender has a number.");
        check(&[("a", 0)], "No contender has a number.");
    }

    #[test]
    fn without_numbers_there_is_no_finding() {
        let mut run = run(&[Table { workload: "w", threads: 2, cells: &[("a", 10), ("b", 20)] }]);
        for record in &mut run.records {
            record.outcome = Outcome::NotMeasurable { reason: "busy".to_owned() };
        }
        let all = suites(&run, &[]);
        assert_eq!(finding(&all[0].workloads[0], 2), "No contender has a number.");
    }

    /// The finding where the slices of these contenders are too few.
    #[track_caller]
    fn check_unknown(cells: &[(&str, u64)], unknown: &[&str], expected: &str) {
        let mut run = run(&[Table { workload: "w", threads: 2, cells }]);
        for record in run.records.iter_mut().filter(|record| unknown.contains(&record.cell.contender())) {
            // The three in the middle, so that the median stays.
            record.slices.window_ns = record.slices.window_ns[3..6].to_vec();
        }
        let suites = suites(&run, &[]);
        assert_eq!(finding(&suites[0].workloads[0], 2).replace('\u{a0}', " "), expected);
    }

    #[test]
    fn with_few_slices_nobody_is_called_first_or_slower() {
        let two: &[(&str, u64)] = &[("a", 10), ("b", 20)];
        let doubt = "a has the smallest median, 10.0 ns; too little is known to call it first";
        check_unknown(two, &["a", "b"], &format!("{doubt}."));
        check_unknown(two, &["a"], &format!("{doubt}."));
        check_unknown(two, &["b"], &format!("{doubt}."));
        let mut run = run(&[Table { workload: "w", threads: 2, cells: two }]);
        run.records[1].slices.window_ns = run.records[1].slices.window_ns[3..6].to_vec();
        let all = suites(&run, &[]);
        assert_eq!(all[0].workloads[0].at(2).map(rank).collect::<Vec<_>>(), ["~1.00×", "~2.00×"]);
    }

    #[test]
    fn what_is_known_is_said_whatever_is_not() {
        let doubt = "a has the smallest median, 10.0 ns; too little is known to call it first";
        let five: &[(&str, u64)] = &[("a", 10), ("b", 20), ("c", 30), ("d", 40), ("e", 50)];
        check_unknown(five, &["e"], &format!("{doubt}; 3 others take 2.00 to 4.00 times as long."));
        let tied: &[(&str, u64)] = &[("a", 10), ("b", 10), ("c", 30), ("d", 40)];
        let first = "a and b share the first place with 10.0 ns";
        check_unknown(
            tied,
            &["d"],
            &format!("{first}; c takes 3.00 times as long; too little is known of d."),
        );
        check_unknown(tied, &["c", "d"], &format!("{first}; too little is known of the 2 others."));
    }

    #[test]
    fn factors_keep_their_digits() {
        let texts = [152.4, 14.32, 1.536, 0.384, 0.0586, 0.0012, 0.000_31].map(factor);
        assert_eq!(texts, ["152", "14.3", "1.54", "0.38", "0.059", "0.0012", "0.000310"]);
        assert_eq!((times_as_long(0.0012), times_as_long(1.536)), ("0.0012×".to_owned(), "1.54×".to_owned()));
        assert_eq!((range(2.0, 2.001), range(0.384, 1.536)), ("2.00".to_owned(), "0.38 to 1.54".to_owned()));
    }

    #[test]
    fn lists_end() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c", "d"]), "a, b, c and d");
        assert_eq!(listed(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
