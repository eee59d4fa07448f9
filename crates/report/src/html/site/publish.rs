//! What others read of a site: where the newest run is, badges and a feed.

use super::Contents;
use super::cell::{by, newest_steps};
use super::history::{Line, Track, commit};
use super::overview::newest_first;
use super::paths::{comparison_page, run_page, short, track_page};
use crate::comparison::findings::{Finding, Findings};
use crate::comparison::headline::sentence;
use crate::layout::plain;
use contend_protocol::comparison::Comparison;
use contend_protocol::encode_pretty;
use contend_protocol::site::{EndpointBadge, LatestRun, LatestSchema};
use contend_record::utc_text;
use contend_stats::change_points::Step;

/// Entries of each kind in the feed.
///
/// Chosen here because readers keep what they have seen, and ask again before there are as many new ones.
const MOST_ENTRIES: usize = 50;

/// Where the newest run with numbers is, for scripts: `latest.json`.
pub(super) fn latest(contents: &Contents<'_>) -> String {
    let run = contents.history.latest().map(|place| &contents.history.runs()[place]);
    let url = run.filter(|run| contents.has_pages(&run.run)).map(|run| run_page(&run.run));
    encode_pretty(&LatestRun {
        schema: LatestSchema::V1,
        run: run.map(|run| run.run.clone()),
        commit: run.and_then(|run| run.source.commit.clone()),
        url,
    })
}

/// What a badge says.
struct Badge {
    message: String,
    colour: &'static str,
}

/// Source: Okabe and Ito, "Color universal design", 2008; the orange darker, so that white can be read on it.
const BLUE: &str = "0072b2";
const ORANGE: &str = "a33a00";
const GREY: &str = "5a5f66";

/// Badges: name, and the text of each file.
pub(super) fn badges(contents: &Contents<'_>) -> Vec<(&'static str, String)> {
    let (run, comparison) = (run_badge(contents), comparison_badge(contents));
    vec![
        ("badges/run.json", endpoint("bench", &run)),
        ("badges/run.svg", svg("bench", &run)),
        ("badges/compare.json", endpoint("compare", &comparison)),
        ("badges/compare.svg", svg("compare", &comparison)),
    ]
}

fn run_badge(contents: &Contents<'_>) -> Badge {
    let Some(run) = contents.history.latest().map(|place| &contents.history.runs()[place]) else {
        return Badge { message: "no run".to_owned(), colour: GREY };
    };
    let day: String = utc_text(run.created_unix_ms).chars().take(10).collect();
    let wrong = if run.faulty > 0 { format!("{} wrong · ", run.faulty) } else { String::new() };
    let message = format!("{wrong}{} cells · {day}", run.measured);
    Badge { message, colour: if run.faulty > 0 { ORANGE } else { BLUE } }
}

fn comparison_badge(contents: &Contents<'_>) -> Badge {
    let Some((_, comparison)) = newest_first(contents.comparisons).first().copied() else {
        return Badge { message: "none".to_owned(), colour: GREY };
    };
    let findings = Findings::of(&comparison.cells);
    let (regressed, wrong) = (findings.count(Finding::Regressed), findings.count(Finding::WrongResult));
    let compared = findings.compared();
    let (message, colour) = match (comparison.conclusion.unfit, regressed, wrong) {
        (true, ..) => ("machine unfit".to_owned(), GREY),
        (_, _, 1..) => (format!("{wrong} wrong · {compared} compared"), ORANGE),
        (_, 1.., _) => (format!("{regressed} slower · {compared} compared"), ORANGE),
        _ => (format!("no regression · {compared} compared"), BLUE),
    };
    Badge { message, colour }
}

fn endpoint(label: &str, badge: &Badge) -> String {
    encode_pretty(&EndpointBadge {
        schema_version: 1,
        label: label.to_owned(),
        message: badge.message.clone(),
        colour: badge.colour.to_owned(),
    })
}

/// The same as a picture, so that nobody else is needed to draw it.
fn svg(label: &str, badge: &Badge) -> String {
    // Source: the mean advance of DejaVu Sans at 11 units, as in `svg.rs`.
    let width = |text: &str| (text.chars().count() as f64 * 6.6 + 12.0).round();
    let (left, right) = (width(label), width(&badge.message));
    let all = left + right;
    let (middle, behind) = (left / 2.0, left + right / 2.0);
    let (label, message, colour) = (xml(label), xml(&badge.message), badge.colour);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{label}: {message}\">\n\
         <title>{label}: {message}</title>\n\
         <rect width=\"{left}\" height=\"20\" fill=\"#444444\"></rect>\n\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"#{colour}\"></rect>\n\
         <g fill=\"#ffffff\" text-anchor=\"middle\" font-family=\"DejaVu Sans,Verdana,sans-serif\" font-size=\"11\">\n\
         <text x=\"{middle}\" y=\"14\">{label}</text>\n\
         <text x=\"{behind}\" y=\"14\">{message}</text>\n\
         </g>\n\
         </svg>\n"
    )
}

/// Steps and comparisons, for readers of news. Without the address of the site there is none: a feed whose links lead nowhere
/// is wrong.
///
/// Source: RFC 4287.
pub(super) fn feed(contents: &Contents<'_>, tracks: &[Track<'_>], base_url: &str) -> String {
    let mut entries: Vec<Entry> = steps(tracks, base_url);
    entries.extend(comparisons(contents, base_url));
    entries.sort_by(|left, right| (right.unix_ms, &right.url).cmp(&(left.unix_ms, &left.url)));
    let newest_run = contents.history.runs().last().map_or(0, |run| run.created_unix_ms);
    let updated = entries.first().map_or(newest_run, |entry| entry.unix_ms);
    let base = xml(base_url);
    let entries: String = entries.iter().map(Entry::text).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>{base}/feed.xml</id>\n\
         <title>contend: steps and comparisons</title>\n\
         <updated>{}</updated>\n\
         <author><name>contend</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/feed.xml\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}/index.html\"/>\n\
         {entries}</feed>\n",
        rfc3339(updated)
    )
}

struct Entry {
    unix_ms: u64,
    url: String,
    title: String,
    summary: String,
}

impl Entry {
    fn text(&self) -> String {
        let (url, when) = (xml(&self.url), rfc3339(self.unix_ms));
        format!(
            "<entry>\n<id>{url}</id>\n<title>{}</title>\n<updated>{when}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/>\n<summary>{}</summary>\n</entry>\n",
            xml(&self.title),
            xml(&self.summary)
        )
    }
}

fn steps(tracks: &[Track<'_>], base_url: &str) -> Vec<Entry> {
    let newest = newest_steps(tracks);
    let entry = |(track, line, step): &(&Track<'_>, &Line<'_>, &Step)| {
        let (before, after) = (&line.points[step.before], &line.points[step.after]);
        let sign = if step.change > 0.0 { "▲" } else { "▼" };
        let cell = format!("{}/{}/{}/{}", track.suite, track.workload, track.contender, line.threads);
        let page = track_page(track.suite, track.workload, track.contender);
        Entry {
            unix_ms: after.run.created_unix_ms,
            // Each step has an id of its own, which the page needs not to know.
            url: format!(
                "{base_url}/{page}#{}-{}-{}",
                line.threads,
                short(line.machine),
                after.run.created_unix_ms
            ),
            title: format!("{sign} {} {cell} at {}", by(step), commit(after.run)),
            summary: format!(
                "Between run {} and run {}, on machine {}. A step is no verdict.",
                before.run.run,
                after.run.run,
                short(line.machine)
            ),
        }
    };
    newest.iter().take(MOST_ENTRIES).map(entry).collect()
}

fn comparisons(contents: &Contents<'_>, base_url: &str) -> Vec<Entry> {
    let entry = |(folder, comparison): &(String, Comparison)| Entry {
        unix_ms: comparison.created_unix_ms,
        url: format!("{base_url}/{}", comparison_page(folder)),
        title: sentence(comparison, str::to_owned),
        summary: format!("{} compared with {}.", comparison.head.label, comparison.base.label),
    };
    newest_first(contents.comparisons).into_iter().take(MOST_ENTRIES).map(entry).collect()
}

/// `2026-03-18T09:15:02Z`.
fn rfc3339(unix_ms: u64) -> String {
    utc_text(unix_ms).replacen(' ', "T", 1).replace(" UTC", "Z")
}

/// Text as XML has it, without what XML cannot have at all.
///
/// Source: XML 1.0, fifth edition, §2.2 and §2.4.
fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for letter in plain(text).chars().filter(|letter| !['\u{fffe}', '\u{ffff}'].contains(letter)) {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_xml() {
        assert_eq!(xml("<a>&\"%\u{1b}\u{ffff}"), "&lt;a&gt;&amp;&quot;% ");
    }

    #[test]
    fn dates_are_those_of_the_format() {
        assert_eq!(rfc3339(1_773_825_302_417), "2026-03-18T09:15:02Z");
    }

    #[test]
    fn badges_say_the_same_in_both_forms() {
        let badge = Badge { message: "1 slower · <2>".to_owned(), colour: ORANGE };
        let text = endpoint("compare", &badge);
        assert!(text.contains("\"schemaVersion\": 1") && text.contains("1 slower · <2>"), "{text}");
        assert!(svg("compare", &badge).contains("compare: 1 slower · &lt;2&gt;"));
    }
}
