//! House style that neither rustfmt nor clippy sees, read from the files as they lie there.

#[path = "tidy/inventory.rs"]
mod inventory;

use regex::Regex;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// Most lines of a file without its unit tests.
const MAX_LINES: usize = 400;

/// Folders of the machines on which this was written, at the beginning of a path.
const PRIVATE: &str = r"(^|[^\w.~)}*-])/(work|root|tmp/bash_\w+)/";

const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

const ALLOW: &str = concat!("[al", "low(");
const ALLOW_IN_A_CONDITION: &str = concat!(", al", "low(");
const EXPECT: &str = concat!("[exp", "ect(");

/// What is wrong, each with its line, counted from 1.
type Problems = Vec<(usize, String)>;

/// A file that people write.
struct Source {
    /// From the root, with slashes.
    path: String,
    text: String,
}

impl Source {
    fn is(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }
}

#[test]
fn files_say_what_they_are() {
    everywhere(&["rs"], undocumented);
}

#[test]
fn no_stray_space() {
    everywhere(&["rs", "toml", "sh", "cjs", "py"], stray_space);
}

#[test]
fn no_giants() {
    everywhere(&["rs"], too_long);
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    everywhere(&["rs"], suppressions);
}

#[test]
fn nothing_is_left_to_do() {
    everywhere(&["rs", "toml", "sh", "cjs", "py"], unfinished);
}

#[test]
fn no_path_of_somebodys_machine() {
    everywhere(&["rs", "toml", "sh", "cjs", "py", "md", "json", "jsonl", "txt"], private_paths);
}

#[test]
fn examples_are_compiled() {
    everywhere(&["rs"], uncompiled_examples);
}

#[test]
fn manifests_leave_the_bench_harness_to_the_suites() {
    let sources = sources();
    let exists = |path: &str| sources.iter().any(|source| source.path == path);
    let problems = sources.iter().filter(|source| source.path.ends_with("Cargo.toml")).flat_map(|source| {
        let folder = source.path.trim_end_matches("Cargo.toml");
        let targets = ["src/lib.rs", "src/main.rs"].map(|file| exists(&format!("{folder}{file}")));
        manifest(&source.text, targets).into_iter().map(|problem| format!("{}: {problem}", source.path))
    });
    none(problems.collect());
}

#[test]
fn every_contender_has_its_row() {
    none(inventory::problems(&sources()));
}

fn undocumented(text: &str) -> Problems {
    let documented = text.starts_with("//!");
    if documented { Problems::new() } else { vec![(1, "begins without a `//!` sentence".to_owned())] }
}

fn stray_space(text: &str) -> Problems {
    let stray = |line: &str| line.contains('\t') || line.ends_with(char::is_whitespace);
    numbered(text, |line| stray(line).then(|| "has a tab or ends with space".to_owned()))
}

fn too_long(text: &str) -> Problems {
    let lines = without_tests(text).lines().count();
    let problem = || {
        (lines, format!("has {lines} lines without its tests: split it by idea, each at most {MAX_LINES}"))
    };
    (lines > MAX_LINES).then(problem).into_iter().collect()
}

fn suppressions(text: &str) -> Problems {
    let mut problems = numbered(text, |line| {
        let conditionally = line.contains("cfg_attr(") && line.contains(ALLOW_IN_A_CONDITION);
        (line.contains(ALLOW) || conditionally).then(|| "allows a lint: expect it, with a reason".to_owned())
    });
    for (start, _) in text.match_indices(EXPECT) {
        let attribute = text[start..].split(")]").next().unwrap_or_default();
        if !attribute.contains("reason = ") {
            problems.push((line_at(text, start), "expects a lint without a reason".to_owned()));
        }
    }
    problems
}

fn unfinished(text: &str) -> Problems {
    let found = |line: &str| UNFINISHED.iter().find(|word| line.contains(*word));
    numbered(text, |line| found(line).map(|word| format!("has a {word}: do it, or file it")))
}

fn private_paths(text: &str) -> Problems {
    let private = Regex::new(PRIVATE).expect("a pattern");
    numbered(text, |line| private.find(line).map(|path| format!("names `{}`", path.as_str())))
}

fn uncompiled_examples(text: &str) -> Problems {
    let fence = Regex::new(r"^\s*//[/!]\s*(```|~~~).*\bignore").expect("a pattern");
    let problem = "ignores its example: `no_run` compiles it, `text` says that it is no code";
    numbered(text, |line| fence.is_match(line).then(|| problem.to_owned()))
}

/// `targets`: whether there are a library and a program.
fn manifest(text: &str, targets: [bool; 2]) -> Vec<String> {
    let manifest: toml::Table = text.parse().expect("cargo has read it");
    let says = |table: Option<&toml::Value>, key: &str, expected: bool| {
        table.and_then(|table| table.get(key)).and_then(toml::Value::as_bool) == Some(expected)
    };
    let programs = manifest.get("bin").and_then(toml::Value::as_array);
    let quiet = |program: &toml::Value| says(Some(program), "bench", false);
    let [library, program] = targets;
    // A workspace of its own, such as the template, has nobody to inherit from.
    let alone = manifest.get("workspace").is_some_and(|workspace| workspace.get("lints").is_none());
    let inherits = says(manifest.get("lints"), "workspace", true);
    let without_lints = manifest.contains_key("package") && !alone && !inherits;
    let loud_library = library && !says(manifest.get("lib"), "bench", false);
    let loud_program = program && !programs.is_some_and(|programs| programs.iter().all(quiet));
    [
        (without_lints, "inherits no lints: add `[lints]` with `workspace = true`"),
        (loud_library, "lets `cargo bench -- OPTION` die in the library: add `[lib]` with `bench = false`"),
        (loud_program, "lets `cargo bench -- OPTION` die in the program: add `[[bin]]` with `bench = false`"),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, problem)| problem.to_owned())
    .collect()
}

/// The file up to its unit tests.
fn without_tests(text: &str) -> &str {
    let tests = Regex::new(r"(?m)^#\[cfg\((test|all\(test.*)\)\]\n(#.*\n)*mod \w+ \{").expect("a pattern");
    tests.find(text).map_or(text, |tests| &text[..tests.start()])
}

fn numbered(text: &str, problem: impl Fn(&str) -> Option<String>) -> Problems {
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
    lines.filter_map(|(index, line)| Some((index + 1, problem(line)?))).collect()
}

fn line_at(text: &str, position: usize) -> usize {
    text[..position].matches('\n').count() + 1
}

#[track_caller]
fn everywhere(extensions: &[&str], rule: fn(&str) -> Problems) {
    let sources: Vec<Source> = sources().into_iter().filter(|source| source.is(extensions)).collect();
    assert!(!sources.is_empty(), "there is no file to check");
    let problems = sources.iter().flat_map(|source| {
        rule(&source.text).into_iter().map(|(line, problem)| format!("{}:{line}: {problem}", source.path))
    });
    none(problems.collect());
}

#[track_caller]
fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// All that people write here, as text. What is built, measured or installed is left out.
fn sources() -> Vec<Source> {
    // Asked while running: the executable may have been built in another checkout with the same target folder.
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let mut sources = Vec::new();
    collect(&Path::new(&package).join("../.."), "", &mut sources);
    sources
}

fn collect(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in read_dir(folder).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let built =
            path.join("CACHEDIR.TAG").exists() || ["node_modules", "results", "target"].contains(&&*name);
        if path.is_dir() && !built && !name.starts_with('.') {
            collect(&path, &format!("{prefix}{name}/"), sources);
        } else if let Ok(text) = read_to_string(&path) {
            sources.push(Source { path: format!("{prefix}{name}"), text });
        }
    }
}

/// The checks can fail.
mod checks {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&str) -> Problems, text: &str, expected: &[usize]) {
        let lines: Vec<usize> = rule(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn of_lines() {
        check(undocumented, "//! What it is.\n", &[]);
        check(undocumented, "use std::fmt;\n", &[1]);
        check(stray_space, "a\n  b\r\n", &[]);
        check(stray_space, "a\n\tb\nc \n", &[2, 3]);
        check(unfinished, concat!("a\n// TO", "DO: b\n// FIX", "ME\n"), &[2, 3]);
        check(private_paths, concat!("https://a.b/wo", "rk/\n./wo", "rk/a\n~/wo", "rk/\n/workshop/\n"), &[]);
        check(private_paths, concat!("\"/ro", "ot/b\"\nfile:///wo", "rk/c\n/tmp/ba", "sh_1/d\n"), &[1, 2, 3]);
        check(uncompiled_examples, "/// ```\n/// ```no_run\n//! an ```ignore\n", &[]);
        check(
            uncompiled_examples,
            "/// ```ignore\n//! ```rust,ignore\n  /// ~~~ ignore-windows\n",
            &[1, 2, 3],
        );
    }

    #[test]
    fn of_lengths() {
        let lines = |count: usize| "x\n".repeat(count);
        check(too_long, &lines(MAX_LINES), &[]);
        check(too_long, &lines(MAX_LINES + 1), &[MAX_LINES + 1]);
        check(too_long, &format!("{}#[cfg(test)]\nmod tests {{\n{}", lines(9), lines(MAX_LINES)), &[]);
        check(too_long, &format!("#[cfg(test)]\nmod tests;\n{}", lines(MAX_LINES)), &[MAX_LINES + 2]);
        check(too_long, &format!("{}#[cfg(all(test, loom))]\nmod model {{\n}}\n", lines(MAX_LINES)), &[]);
    }

    #[test]
    fn of_suppressions() {
        check(suppressions, concat!("#[exp", "ect(dead_code, reason = \"later\")]\n"), &[]);
        check(suppressions, concat!("#[exp", "ect(\n    dead_code,\n    reason = \"later\"\n)]\n"), &[]);
        check(suppressions, concat!("a\n#[exp", "ect(dead_code)]\nfn a() {} // reason = \n"), &[2]);
        check(suppressions, concat!("#![al", "low(dead_code)]\n#[al", "low(unused)]\n"), &[1, 2]);
        check(suppressions, concat!("#[cfg_attr(unix, al", "low(dead_code))]\n"), &[1]);
    }

    #[test]
    fn of_manifests() {
        #[track_caller]
        fn check(text: &str, targets: [bool; 2], expected: usize) {
            assert_eq!(manifest(text, targets).len(), expected, "{text}");
        }
        let lints = "[lints]\nworkspace = true\n";
        check("[workspace]\n", [false, false], 0);
        check("[package]\nname = \"a\"\n", [false, false], 1);
        check(&format!("[package]\n{lints}"), [true, true], 2);
        check(&format!("[package]\n[lib]\nbench = false\n[[bin]]\nbench = false\n{lints}"), [true, true], 0);
        check(&format!("[package]\n[lib]\nbench = true\n[[bin]]\nname = \"a\"\n{lints}"), [true, true], 2);
        check("[package]\n[lib]\nbench = false\n[lints]\nworkspace = false\n", [true, false], 1);
    }
}
