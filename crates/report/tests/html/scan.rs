//! Reads a page as far as it takes to say what is wrong with it. It knows the HTML that we write, and no other.

use std::collections::BTreeSet;

/// Elements without an end.
const VOID: [&str; 4] = ["meta", "br", "input", "link"];

/// What a page consists of.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) ids: BTreeSet<String>,
    pub(crate) links: Vec<String>,
    pub(crate) problems: Vec<String>,
    /// All text outside of tags, scripts and styles.
    pub(crate) text: String,
}

/// Reads `html`.
pub(crate) fn scan(html: &str) -> Page {
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        page.text.push_str(before);
        let Some((tag, behind)) = split_tag(behind) else {
            page.problems.push(format!("a tag does not end: {}", head(behind)));
            return page;
        };
        rest = behind;
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                page.problems.push(format!("</{name}> ends another element"));
            }
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default().to_owned();
        attributes(&name, &tag[name.len()..], &mut page);
        if ["script", "style"].contains(&name.as_str()) {
            let end = format!("</{name}>");
            rest = rest.split_once(&end).map_or("", |(_, behind)| behind);
        } else if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    page.text.push_str(rest);
    page.text = page.text.replace('\u{a0}', " ");
    page.problems.extend(unstyled(html).iter().map(|tag| format!("<{tag}> has no style")));
    page.problems.extend(open.into_iter().map(|name| format!("<{name}> does not end")));
    page
}

/// The rows of all tables, as the texts of their cells.
pub(crate) fn rows(html: &str) -> Vec<Vec<String>> {
    let rows = html.split("<tr").skip(1).filter_map(|row| row.split_once("</tr>"));
    rows.map(|(row, _)| elements(row, &["td", "th"])).collect()
}

/// The texts of all drawings.
pub(crate) fn texts(html: &str) -> Vec<String> {
    elements(html, &["text"])
}

/// The texts of these elements, none of which holds another.
fn elements(html: &str, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in html.match_indices('<') {
        let Some((tag, behind)) = split_tag(&html[at + 1..]) else { continue };
        let name = tag.split_whitespace().next().unwrap_or_default();
        if names.contains(&name) {
            let content = behind.split_once(&format!("</{name}>")).map_or(behind, |(content, _)| content);
            found.push(scan(content).text);
        }
    }
    found
}

/// What is in a tag, and what comes behind it. A `>` in quotes ends nothing.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == '>' && !quoted
    })?;
    Some((&text[..end.0], &text[end.0 + 1..]))
}

fn attributes(element: &str, text: &str, page: &mut Page) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let (value, behind) = match behind.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => ("", behind),
        };
        check(element, name, value, page);
        rest = behind.trim_start();
    }
}

fn check(element: &str, name: &str, value: &str, page: &mut Page) {
    let mut complain =
        |what: &str| page.problems.push(format!("<{element} {name}=\"{}\">: {what}", head(value)));
    if name == "style" || name.starts_with("on") || name == "src" {
        complain("the policy forbids it");
    }
    let drawn = ["d", "x", "y", "width", "height", "viewBox", "transform"].contains(&name);
    if drawn && (value.contains("NaN") || value.contains("inf") || value.contains("--")) {
        complain("it is no number");
    }
    match name {
        "id" if value.is_empty() || value.contains(' ') => complain("it is no id"),
        "id" if !page.ids.insert(value.to_owned()) => complain("it stands twice"),
        "href" => page.links.push(value.to_owned()),
        _ => {}
    }
}

/// The tags of shapes that have classes, none of which the page's style names: a browser paints those black.
fn unstyled(page: &str) -> Vec<String> {
    let style = page.split_once("<style").and_then(|(_, behind)| behind.split_once("</style>"));
    let Some((style, page)) = style else { return Vec::new() };
    let styled = |class: &str| {
        style.match_indices(&format!(".{class}")).any(|(at, found)| {
            let next = style[at + found.len()..].chars().next();
            !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
        })
    };
    let tags = page.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag);
    let shapes = tags.filter(|tag| {
        ["rect", "path", "circle", "line", "polygon"]
            .iter()
            .any(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))
    });
    let unstyled = shapes.filter(|tag| {
        let classes = tag.split_once(" class=\"").and_then(|(_, behind)| behind.split_once('"'));
        classes.is_some_and(|(classes, _)| !classes.split_whitespace().any(styled))
    });
    unstyled.map(str::to_owned).collect()
}

fn head(text: &str) -> String {
    text.chars().take(60).collect()
}

#[test]
fn the_scanner_sees_what_is_wrong() {
    let problems = |html: &str| scan(html).problems;
    assert!(problems("<!DOCTYPE html><p id=\"a\">x <b title=\"a > b\">y</b></p>").is_empty());
    assert_eq!(problems("<p><b></p>").len(), 2);
    assert_eq!(problems("<p").len(), 1);
    assert_eq!(problems("<p style=\"x\"></p>").len(), 1);
    assert_eq!(problems("<p id=\"a\"></p><p id=\"a\"></p>").len(), 1);
    assert_eq!(problems("<path d=\"MNaN 1\"></path>").len(), 1);
    assert_eq!(scan("<p>a</p><script>b</script>c").text, "ac");
    let table = "<tr data-c=\"x\"><th>a</th><td class=\"b\"><bdi>1</bdi>×</td></tr><tr><td>2</td></tr>";
    assert_eq!(rows(table), [vec!["a".to_owned(), "1×".to_owned()], vec!["2".to_owned()]]);
    assert_eq!(texts("<svg><text x=\"1\">a</text><title>b</title></svg>"), ["a"]);
}

#[test]
fn a_shape_without_a_style_is_seen() {
    let page = |class: &str| {
        format!(
            "<style>.band{{fill:red}} .mark,.a-b{{fill:red}}</style><svg><rect class=\"{class}\" x=\"1\"></rect></svg>"
        )
    };
    for styled in ["band", "x mark", "a-b"] {
        assert_eq!(scan(&page(styled)).problems, Vec::<String>::new(), "{styled}");
    }
    for unknown in ["ban", "a", "shade"] {
        assert_eq!(scan(&page(unknown)).problems.len(), 1, "{unknown}");
    }
}
