//! What all pages share: the head with its security policy, navigation, and the foot.

use super::palette;
use crate::layout::plain;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contend_record::{Run, utc_text};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// A page in the navigation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Link {
    pub(super) file: String,
    pub(super) text: String,
}

/// What all pages of a report, or of a site, share.
#[derive(Debug)]
pub(super) struct Frame {
    /// `report` or `site`.
    kind: &'static str,
    links: Vec<Link>,
    /// What the foot says first.
    said: Markup,
    /// Numbers as files.
    downloads: Vec<Link>,
    style: String,
    policy: String,
}

impl Frame {
    /// The frame of a run's report, whose navigation has these pages. `asked`: `contend report --ask` makes the same ones.
    pub(super) fn of_run(run: &Run, links: Vec<Link>, asked: bool) -> Self {
        let manifest = &run.manifest;
        let name = unsteered(&run.name);
        let (when, ask) = (utc_text(manifest.created_unix_ms), if asked { " --ask" } else { "" });
        let said = html! {
            "Run " code { (name) }
            @if manifest.is_imported() { ", imported from criterion " (when) } @else { ", measured from " (when) " on" }
            ". Shown by contend " (env!("CARGO_PKG_VERSION")) ": " code { "contend report " (name) (ask) } "."
            @if !manifest.is_imported() {
                " Every figure is about this machine and these versions. Another machine ranks otherwise."
            }
        };
        let download = |file: &str| Link { file: file.to_owned(), text: file.to_owned() };
        Self::new("report", links, said, vec![download("cells.csv"), download("cells.jsonl")])
    }

    /// A frame whose navigation has these pages.
    pub(super) fn new(kind: &'static str, links: Vec<Link>, said: Markup, downloads: Vec<Link>) -> Self {
        let style = palette::css() + STYLE;
        // Nothing is loaded from anywhere, and of scripts and styles only these two run. Hashes, and no files beside the page:
        // from the disk, Chromium refuses files with an integrity hash.
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            source(&style),
            source(SCRIPT)
        );
        Self { kind, links, said, downloads, style, policy }
    }

    /// What changes with the style or the script, and with nothing else.
    pub(super) fn looks(&self) -> &str {
        &self.policy
    }

    /// A whole page. `file` is its place, from the folder in which the links are.
    pub(super) fn page(&self, file: &str, title: &str, body: &Markup) -> String {
        let up = up(file);
        let markup = html! {
            (DOCTYPE)
            html lang="en" dir="ltr" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(self.policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (unsteered(title)) " · contend" }
                    style { (PreEscaped(&self.style)) }
                }
                body {
                    a.skip href="#_main" { "To the numbers" }
                    header { (self.navigation(file, &up)) }
                    main id="_main" { (body) }
                    footer { (self.foot(&up)) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        markup.into_string()
    }

    fn navigation(&self, here: &str, up: &str) -> Markup {
        html! {
            nav aria-label={ "Pages of this " (self.kind) } {
                strong.brand { "contend" }
                ul {
                    @for link in &self.links {
                        li { a href={ (up) (link.file) } aria-current=[(link.file == here).then_some("page")] { (link.text) } }
                    }
                }
                span id="_tools" {}
            }
        }
    }

    fn foot(&self, up: &str) -> Markup {
        html! {
            p {
                (self.said)
                @for (index, link) in self.downloads.iter().enumerate() {
                    @if index == 0 { " Numbers as files: " } @else { ", " }
                    a href={ (up) (link.file) } { (link.text) }
                }
                @if !self.downloads.is_empty() { "." }
            }
        }
    }
}

/// From the folder of a page to that of all pages.
pub(super) fn up(file: &str) -> String {
    "../".repeat(file.matches('/').count())
}

/// How a policy names an inline text.
fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Text from outside: control characters are spaces, and what runs from right to left stays within it.
pub(super) fn foreign(text: &str) -> Markup {
    html! { bdi { (plain(text)) } }
}

/// Text from outside that quotes commands and names as `so`, which on a page is another face.
pub(super) fn quoting(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // What one mark opens and none closes is text.
    let whole = parts.len() % 2 == 1;
    html! {
        @if whole {
            @for (index, part) in parts.iter().enumerate() {
                @if index % 2 == 1 { code { (foreign(part)) } } @else { (foreign(part)) }
            }
        } @else {
            (foreign(text))
        }
    }
}

/// Text from outside where no element can keep its direction: in titles, and in what is copied. Controls of direction are left
/// out, because they would turn what follows.
pub(super) fn unsteered(text: &str) -> String {
    let steers = |letter: &char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    plain(text).chars().filter(|letter| !steers(letter)).collect()
}

/// A heading with a link to itself. `name` is what the link is called for those who hear it.
pub(super) fn anchored(id: &str, name: &str, content: &Markup) -> Markup {
    html! {
        h2 { (content) " " a.anchor href={ "#" (id) } aria-label={ "Link to " (name) } { "#" } }
    }
}

/// What is wider than a phone scrolls by itself, with the keyboard too.
pub(super) fn scrolling(label: &str, content: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="group" aria-label=(label) { (content) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_as_browsers_do() {
        // `printf '' | openssl dgst -sha256 -binary | base64`
        assert_eq!(source(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn the_script_is_small_and_ends_nothing() {
        assert!(SCRIPT.len() <= 12 * 1024, "{} bytes", SCRIPT.len());
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
        // A checkout with other ends of lines would have other hashes than the report that is there.
        assert!(!SCRIPT.contains('\r') && !STYLE.contains('\r'));
        for outside in ["http:", "https:", "url(", "@import", "fetch(", "XMLHttpRequest"] {
            assert!(!SCRIPT.contains(outside) && !STYLE.contains(outside), "{outside}");
        }
    }

    #[test]
    fn links_lead_from_the_page_to_the_root() {
        assert_eq!(["index.html", "runs/index.html", "bench/s/w/c.html"].map(up), ["", "../", "../../../"]);
    }

    #[test]
    fn text_from_outside_is_no_markup() {
        let text = foreign("<b>&\"%\u{202e}\u{1b}[31m").into_string();
        assert_eq!(text, "<bdi>&lt;b&gt;&amp;&quot;%\u{202e} [31m</bdi>");
    }

    #[test]
    fn nothing_turns_a_title() {
        assert_eq!(unsteered("a\u{202e}b\u{2066}c\u{2069}\u{1b}d אב"), "abc d אב");
    }
}
