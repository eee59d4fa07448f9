//! As much of HTTP as a browser needs to read files: GET and HEAD, one request a connection.

use std::fs::read;
use std::path::{Path, PathBuf};

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    kind: &'static str,
    /// Where to look instead.
    location: Option<String>,
    body: Vec<u8>,
    /// Only the head was asked for.
    without_body: bool,
}

/// Kinds of files by their names' ends.
const KINDS: [(&str, &str); 7] = [
    ("html", "text/html; charset=utf-8"),
    ("json", "application/json; charset=utf-8"),
    ("jsonl", "application/x-ndjson; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("xml", "application/atom+xml; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
];

/// Names under which a browser on this machine knows it. Another name means that a page of somebody else's has been made to
/// point here, to read what is none of its business.
const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

impl Answer {
    /// A few words with a status.
    pub(super) fn of(status: u16, words: &str) -> Self {
        let body = format!("{words}\n").into_bytes();
        Self { status, kind: "text/plain; charset=utf-8", location: None, body, without_body: false }
    }

    /// Head and body as they are sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let location = self.location.as_ref().map(|to| format!("Location: {to}\r\n")).unwrap_or_default();
        let allow = if self.status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
        let mut bytes = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n\
             Cache-Control: no-store\r\nConnection: close\r\n{location}{allow}\r\n",
            self.status,
            reason(self.status),
            self.kind,
            self.body.len()
        )
        .into_bytes();
        if !self.without_body {
            bytes.extend(&self.body);
        }
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        400 => "Bad Request",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        431 => "Request Header Fields Too Large",
        _ => "Not Found",
    }
}

/// The answer to a request with this head. `root` is a folder, without links in its path.
pub(super) fn answer(root: &Path, head: &str) -> Answer {
    let mut lines = head.split("\r\n");
    let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let [method, target, version] = words[..] else { return Answer::of(400, "this is no request") };
    if !version.starts_with("HTTP/1.") {
        return Answer::of(400, "this is no request");
    }
    if !lines.filter_map(host).all(|host| NAMES.contains(&host)) {
        return Answer::of(403, "ask for 127.0.0.1 or localhost");
    }
    let found = match method {
        "GET" | "HEAD" => file(root, target),
        _ => Answer::of(405, "only GET and HEAD are understood"),
    };
    Answer { without_body: method == "HEAD", ..found }
}

/// The name of the host that is asked for, without its port, where the line says it.
fn host(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    let is_host = name.eq_ignore_ascii_case("host");
    let value = value.trim();
    is_host.then(|| value.rsplit_once(':').map_or(value, |(host, _)| host))
}

fn file(root: &Path, target: &str) -> Answer {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(place) = place(root, path) else { return lost(root) };
    if place.is_dir() {
        if !path.ends_with('/') {
            let location = Some(format!("{path}/"));
            return Answer { location, ..Answer::of(301, "it is a folder") };
        }
        return content(root, &place.join("index.html"));
    }
    if path.ends_with('/') { lost(root) } else { content(root, &place) }
}

fn content(root: &Path, place: &Path) -> Answer {
    // Links may lead out of the site.
    let inside = place.canonicalize().ok().filter(|real| real.starts_with(root));
    let Some(body) = inside.and_then(|real| read(real).ok()) else { return lost(root) };
    let end = place.extension().and_then(|end| end.to_str()).unwrap_or_default();
    let kind = KINDS.iter().find(|(known, _)| *known == end);
    let kind = kind.map_or("application/octet-stream", |(_, kind)| kind);
    Answer { status: 200, kind, location: None, body, without_body: false }
}

/// The site's own page, or a few words.
fn lost(root: &Path) -> Answer {
    match read(root.join("404.html")) {
        Ok(body) => Answer { status: 404, kind: KINDS[0].1, location: None, body, without_body: false },
        Err(_) => Answer::of(404, "there is no such page"),
    }
}

/// The place that a path means; `None` for what is no plain name below the root. Hidden files are none.
fn place(root: &Path, path: &str) -> Option<PathBuf> {
    let path = decoded(path.strip_prefix('/')?)?;
    let mut place = root.to_owned();
    let path = path.strip_suffix('/').unwrap_or(&path);
    if path.is_empty() {
        return Some(place);
    }
    for name in path.split('/') {
        if name.is_empty() || name.starts_with('.') || name.contains(['\\', ':', '\0']) {
            return None;
        }
        place.push(name);
    }
    Some(place)
}

/// The path without its percent signs.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::create_dir_all;
    use tempfile::TempDir;

    fn site() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("site");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            create_dir_all(path.parent().expect("a folder")).expect("a folder");
            #[expect(clippy::disallowed_methods, reason = "a site of the test's own")]
            std::fs::write(path, text).expect("a file");
        };
        write("site/index.html", "first");
        write("site/404.html", "lost");
        write("site/runs/one/index.html", "one");
        write("site/runs/one/cells.jsonl", "{}");
        write("site/.contend-site.lock", "hidden");
        write("secret", "secret");
        let root = root.canonicalize().expect("it is there");
        (folder, root)
    }

    fn ask(root: &Path, request: &str) -> (u16, String) {
        let answer = answer(root, request);
        (answer.status, String::from_utf8(answer.body).expect("text"))
    }

    #[track_caller]
    fn check(root: &Path, target: &str, expected: (u16, &str)) {
        let (status, body) = ask(root, &format!("GET {target} HTTP/1.1\r\nHost: localhost:1\r\n\r\n"));
        assert_eq!((status, body.as_str()), expected, "{target}");
    }

    #[test]
    fn files_of_the_site_are_given_out() {
        let (_folder, root) = site();
        check(&root, "/", (200, "first"));
        check(&root, "/index.html?x=1#y", (200, "first"));
        check(&root, "/runs/one/", (200, "one"));
        check(&root, "/runs/%6fne/index.html", (200, "one"));
        check(&root, "/runs/one", (301, "it is a folder\n"));
        check(&root, "/runs/", (404, "lost"));
        check(&root, "/none", (404, "lost"));
        check(&root, "/index.html/", (404, "lost"));
    }

    #[test]
    fn nothing_else_is() {
        let (_folder, root) = site();
        for target in [
            "/../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/runs/../../secret",
            "/runs/..%5c..%5csecret",
            "//etc/passwd",
            "/.contend-site.lock",
            "/%00",
            "/%zz",
            "/%",
            "/%ff",
            "secret",
            "http://localhost/secret",
            "/C:/secret",
        ] {
            check(&root, target, (404, "lost"));
        }
    }

    #[test]
    #[cfg(unix)]
    fn links_out_of_the_site_lead_nowhere() {
        let (folder, root) = site();
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("way-out")).expect("a link");
        check(&root, "/way-out", (404, "lost"));
    }

    #[test]
    fn only_browsers_that_mean_this_machine_are_answered() {
        let (_folder, root) = site();
        let with = |host: &str| ask(&root, &format!("GET / HTTP/1.1\r\n{host}\r\n\r\n")).0;
        assert_eq!([with("Host: 127.0.0.1:8787"), with("host: localhost"), with("Accept: */*")], [200; 3]);
        assert_eq!([with("Host: evil.example"), with("Host: evil.example:8787")], [403; 2]);
    }

    #[test]
    fn requests_are_read_or_refused() {
        let (_folder, root) = site();
        assert_eq!(ask(&root, "POST / HTTP/1.1\r\n\r\n").0, 405);
        assert_eq!(ask(&root, "GET /\r\n\r\n").0, 400);
        assert_eq!(ask(&root, "\r\n\r\n").0, 400);
        let head = answer(&root, "HEAD / HTTP/1.1\r\n\r\n").bytes();
        let head = String::from_utf8(head).expect("text");
        assert!(head.contains("Content-Length: 5\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        assert!(head.contains("X-Content-Type-Options: nosniff"), "{head}");
    }
}
