//! Whatever is linked or built here asks for no more than to be named.

use cargo_metadata::{CargoOpt, MetadataCommand};

/// Licences that permit everything but to hide where the code is from.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether one of the alternatives of an SPDX expression is permissive in all its parts.
///
/// Enough for what crates write: alternatives in parentheses are parts of a conjunction.
fn is_permissive(expression: &str) -> bool {
    let known = |licence: &str| PERMISSIVE.contains(&licence.trim_matches(['(', ')', ' ']));
    let any = |alternatives: &str| alternatives.replace('/', " OR ").split(" OR ").any(known);
    let nested = expression.contains('(');
    if nested {
        expression.split(" AND ").all(any)
    } else {
        expression.replace('/', " OR ").split(" OR ").any(|conjunction| conjunction.split(" AND ").all(known))
    }
}

#[test]
fn every_dependency_is_permissively_licensed() {
    // As deny.toml has it: also what only a feature brings.
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.features(CargoOpt::AllFeatures).other_options(["--locked".to_owned()]).exec();
    let metadata = metadata.expect("cargo answers");
    let problems: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(is_permissive))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[track_caller]
fn check(expression: &str, expected: bool) {
    assert_eq!(is_permissive(expression), expected, "{expression}");
}

#[test]
fn expressions_are_read() {
    check("MIT OR Apache-2.0", true);
    check("MIT/Apache-2.0", true);
    check("GPL-3.0", false);
    check("GPL-3.0 OR MIT", true);
    check("MIT AND GPL-3.0", false);
    check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
    check("(MIT OR Apache-2.0) AND GPL-2.0", false);
    check("Apache-2.0 WITH LLVM-exception OR Apache-2.0", true);
}
