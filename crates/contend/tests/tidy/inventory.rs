//! Whether every contender has its row: a type with an `impl` that no row names is measured by nobody.
//!
//! It reads the text and knows no Rust: `impl`s that a macro makes are not seen.

use super::{Problems, Source, line_at, without_tests};
use regex::Regex;
use std::collections::BTreeSet;

/// The contenders without a row, in all suites.
pub(crate) fn problems(sources: &[Source]) -> Vec<String> {
    let suites: BTreeSet<&str> = sources.iter().filter_map(suite_of_contenders).collect();
    assert!(!suites.is_empty(), "the suites are not where they were");
    suites.into_iter().flat_map(|suite| problems_of(suite, sources)).collect()
}

fn problems_of(suite: &str, sources: &[Source]) -> Vec<String> {
    let contracts = contracts_of(suite, sources);
    let files: Vec<&Source> =
        sources.iter().filter(|source| suite_of_contenders(source) == Some(suite)).collect();
    let everywhere = files.iter().flat_map(|file| rows(&file.text)).collect();
    if files.iter().all(|file| implementations(&file.text, &contracts).is_empty()) {
        return vec![format!("{suite}: no contender of {contracts:?} was found, so nothing was checked")];
    }
    let problems = files.iter().flat_map(|file| {
        let without = without_row(&file.text, &contracts, &everywhere);
        without.into_iter().map(|(line, name)| {
            format!("{}:{line}: {name} has no row: add `Contender::of::<{name}>`, or remove it", file.path)
        })
    });
    problems.collect()
}

/// The folder of the suite whose contenders this file holds, if it does.
fn suite_of_contenders(source: &Source) -> Option<&str> {
    let (suite, file) = source.path.split_once("/src/")?;
    (file.starts_with("contenders/") && source.is(&["rs"])).then_some(suite)
}

/// The types that fulfil one of the contracts and are in no row: of their file, or of any file of their suite's
/// contenders, `everywhere`, if they are not private.
fn without_row(text: &str, contracts: &BTreeSet<String>, everywhere: &BTreeSet<String>) -> Problems {
    let (here, shared) = (rows(text), shared_types(text));
    let has_row = |name: &String| here.contains(name) || (shared.contains(name) && everywhere.contains(name));
    implementations(text, contracts).into_iter().filter(|(_, name)| !has_row(name)).collect()
}

/// All names within the brackets of `::of::<...>`.
fn rows(text: &str) -> BTreeSet<String> {
    let of = "::of::<";
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: String = without_tests(text).split_inclusive('\n').filter(is_code).collect();
    code.match_indices(of).flat_map(|(start, _)| words(bracketed(&code[start + of.len() - 1..]))).collect()
}

fn shared_types(text: &str) -> BTreeSet<String> {
    let types = Regex::new(r"(?m)^pub(?:\([\w ]+\))? (?:struct|enum|type) (\w+)").expect("a pattern");
    types.captures_iter(text).map(|name| name[1].to_owned()).collect()
}

/// The traits that a suite offers to contenders: those among the names that its `lib.rs` exports.
fn contracts_of(suite: &str, sources: &[Source]) -> BTreeSet<String> {
    let inside = |source: &&Source| source.path.starts_with(&format!("{suite}/src/"));
    let texts: Vec<&str> = sources.iter().filter(inside).map(|source| source.text.as_str()).collect();
    let library = sources.iter().find(|source| source.path == format!("{suite}/src/lib.rs"));
    let exported = exports(&library.expect("a suite has a library").text);
    texts.iter().flat_map(|text| traits(text)).filter(|name| exported.contains(name)).collect()
}

fn exports(library: &str) -> BTreeSet<String> {
    let exports = Regex::new(r"(?m)^pub use ([^;]*);").expect("a pattern");
    exports.captures_iter(library).flat_map(|export| words(&export[1])).collect()
}

fn traits(text: &str) -> Vec<String> {
    let traits = Regex::new(r"(?m)^pub trait (\w+)").expect("a pattern");
    traits.captures_iter(text).map(|name| name[1].to_owned()).collect()
}

/// The named types for which one of the contracts is implemented: not those that are parameters, and not in tests.
fn implementations(text: &str, contracts: &BTreeSet<String>) -> Problems {
    let blocks = Regex::new(r"(?m)^[ \t]*(?:unsafe )?impl\b").expect("a pattern");
    let text = without_tests(text);
    let found = blocks.find_iter(text).filter_map(|block| {
        let (contract, name) = implemented(&text[block.end()..])?;
        contracts.contains(&contract).then(|| (line_at(text, block.end()), name))
    });
    found.collect()
}

/// Trait and type of `<generics> Trait<...> for Type<...> {`, by the last parts of their paths.
fn implemented(block: &str) -> Option<(String, String)> {
    let generics = if block.starts_with('<') { bracketed(block) } else { "" };
    let header = block[generics.len()..].split('{').next().unwrap_or_default();
    let header = header.split_whitespace().collect::<Vec<_>>().join(" ");
    // `for<'a>` has no space behind it.
    let (contract, target) = header.split_once(" for ")?;
    let name = last_name(target)?;
    (!parameters(generics).contains(&name)).then_some((last_name(contract)?, name))
}

/// `A` and `N` of `<A: Bound<B>, const N: usize>`.
fn parameters(generics: &str) -> Vec<String> {
    let inside = generics.trim_start_matches('<').split_inclusive(',');
    let mut depth = 0;
    let first_words = inside.filter_map(|part| {
        let is_parameter = depth == 0;
        depth += part.matches('<').count();
        depth -= part.replace("->", "").matches('>').count().min(depth);
        is_parameter.then(|| words(part).into_iter().find(|word| word != "const")).flatten()
    });
    first_words.collect()
}

/// `Type` of `&'a mut some::path::Type<...>`; nothing of a tuple, an array or a function.
fn last_name(path: &str) -> Option<String> {
    let path_of_names = Regex::new(r"^\s*(?:&(?:'\w+ )?(?:mut )?)?(?:\w+::)*(\w+)").expect("a pattern");
    path_of_names.captures(path).map(|path| path[1].to_owned())
}

/// `<...>` at the beginning of the text, with the brackets inside.
fn bracketed(text: &str) -> &str {
    let (mut depth, mut before) = (0, ' ');
    for (position, character) in text.char_indices() {
        match character {
            '<' => depth += 1,
            // Not that of an arrow: `Fn() -> u64`.
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..=position];
        }
        before = character;
    }
    text
}

fn words(text: &str) -> Vec<String> {
    let is_separator = |character: char| !(character.is_alphanumeric() || character == '_');
    text.split(is_separator).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The checks can fail.
mod checks {
    use super::*;

    #[test]
    fn of_rows() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            let contracts = ["Counter", "Shared"].map(str::to_owned).into();
            let found = without_row(text, &contracts, &["Far".to_owned()].into());
            let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
            assert_eq!(names, expected, "{text}");
        }
        check("impl Counter for Mine {", &["Mine"]);
        check("const ROW: Row = Contender::of::<Mine>(\"mine\");\nimpl Counter for Mine {", &[]);
        check("Contender::of::<Other<Mine>>(\"a\")\nimpl Counter for Other<u64> {", &[]);
        check("Contender::of::<MineToo>(\"a\")\nimpl Counter for Mine {", &["Mine"]);
        check("// Contender::of::<Mine>(\"mine\"),\nimpl Counter for Mine {", &["Mine"]);
        check("impl<V: Value, L: Lock<V>> Shared<V> for Held<L>\nwhere\n    V: Copy,\n{", &["Held"]);
        check("    impl<F: Fn() -> u64> crate::Shared<F>\n for &'a super::Held<F> {", &["Held"]);
        check("impl<M: Mutex<Totals, Totals>, const N: usize> Counter for Totals {", &["Totals"]);
        check("impl<'a, A: Fn() -> B, T: Other> Counter for T {", &[]);
        check("impl Other for Mine {\nimpl Mine {\nimpl Counter for (A, B) {", &[]);
        check("struct Far;\nimpl Counter for Far {", &["Far"]);
        check("pub(super) struct Far<T>(T);\nimpl<T> Counter for Far<T> {", &[]);
        check("pub(super) struct Near;\nimpl Counter for Near {", &["Near"]);
        check("// impl Counter for Mine {\n#[cfg(test)]\nmod tests {\n    impl Counter for Faulty {", &[]);
    }

    #[test]
    fn of_contracts() {
        let library = "pub use a::{A, B};\npub use c::C;\nuse d::D;\n";
        let file = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let traits = file("s/src/a.rs", "pub trait A {\npub struct B;\ntrait C {\npub trait D: Send {\n");
        let sources = [file("s/src/lib.rs", library), traits, file("t/src/b.rs", "pub trait B {\n")];
        assert_eq!(contracts_of("s", &sources), ["A".to_owned()].into());
    }
}
