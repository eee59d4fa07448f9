//! How the next `cargo bench` builds, as far as files and the environment say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What decides whether numbers of a build mean anything.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BenchProfile {
    /// Optimisation level: `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// Debug assertions are compiled in.
    pub debug_assertions: bool,
    /// Sums that overflow are looked for, and panic.
    pub overflow_checks: bool,
    /// Packages that are built otherwise, such as `dashmap with opt-level 1`.
    pub packages: Vec<String>,
    /// Why all of this may be otherwise, each as a sentence without its stop: what was there and could not be understood.
    pub doubts: Vec<String>,
}

/// Settings that are looked at, as cargo and rustc both name them.
const LEVEL: &str = "opt-level";
const ASSERTIONS: &str = "debug-assertions";
const OVERFLOW: &str = "overflow-checks";

/// Profiles that `cargo bench` uses, the one that wins first.
///
/// Source: the Cargo book, "Profiles": bench inherits the settings from release.
const PROFILES: [&str; 2] = ["bench", "release"];

/// Packages of which nothing runs while anything is measured. How they are built decides nothing.
///
/// Source: `[profile.bench.package]` of contend's own workspace.
const NEVER_MEASURED: &[&str] = &[
    "aho-corasick",
    "ciborium",
    "clap",
    "clap_builder",
    "contend-record",
    "criterion",
    "criterion-plot",
    "plotters",
    "plotters-svg",
    "regex",
    "regex-automata",
    "regex-syntax",
    "statrs",
    "tinytemplate",
    "toml",
    "toml_parser",
    "winnow",
];

/// The environment, by name.
type Variables = BTreeMap<String, String>;

/// The profile that `cargo bench` uses where it is started in `start_dir`, for the workspace whose manifest is in
/// `workspace_dir`; `None` where there is no manifest.
///
/// What wins over what: flags of rustc, variables, cargo's configuration from `start_dir` upwards and at last in its home, the
/// manifest.
pub fn bench_profile(workspace_dir: &Path, start_dir: &Path) -> Option<BenchProfile> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let variables: Variables = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
    profile_in(workspace_dir, start_dir, &variables)
}

fn profile_in(workspace_dir: &Path, start_dir: &Path, variables: &Variables) -> Option<BenchProfile> {
    let manifest = workspace_dir.join("Cargo.toml");
    if matches!(manifest.try_exists(), Ok(false)) {
        return None;
    }
    let (mut tables, mut doubts) = (Vec::new(), Vec::new());
    for path in configurations(start_dir, variables).into_iter().chain([manifest]) {
        match table(&path) {
            Ok(table) => tables.push(table),
            Err(reason) => doubts.push(format!("{} {reason}", path.display())),
        }
    }
    Some(profile_of(&tables, variables, doubts))
}

/// The files of cargo's configuration that there are, the one that wins first.
///
/// Source: the Cargo book, "Configuration": of two in one folder the one without an ending is taken.
fn configurations(start_dir: &Path, variables: &Variables) -> Vec<PathBuf> {
    let home = variables.get("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(variables.get("HOME")?).join(".cargo")));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in start_dir.ancestors().map(|folder| folder.join(".cargo")).chain(home) {
        let names = ["config", "config.toml"].map(|name| folder.join(name));
        // What cannot be asked about may be there.
        let there = names.into_iter().find(|path| path.try_exists().unwrap_or(true));
        files.extend(there.filter(|path| !files.contains(path)));
    }
    files
}

/// Why not is said behind its name.
fn table(path: &Path) -> Result<toml::Table, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => text.parse().map_err(|_| "is not understood".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(toml::Table::new()),
        Err(error) => Err(format!("cannot be read ({error})")),
    }
}

/// The tables of the configuration, the one that wins first, and the manifest's at the end.
fn profile_of(tables: &[toml::Table], variables: &Variables, mut doubts: Vec<String>) -> BenchProfile {
    let flags = flags(tables, variables).unwrap_or_else(|doubt| {
        doubts.push(doubt);
        String::new()
    });
    let option = |name: &str| {
        let upper = name.to_uppercase().replace('-', "_");
        code_generation(&flags, name).or_else(|| {
            PROFILES.iter().find_map(|profile| {
                let variable = format!("CARGO_PROFILE_{}_{upper}", profile.to_uppercase());
                let of_table = || tables.iter().find_map(|table| value(table, &["profile", *profile, name]));
                variables.get(&variable).cloned().or_else(of_table)
            })
        })
    };
    let mut profile = BenchProfile {
        opt_level: option(LEVEL).unwrap_or_else(|| "3".to_owned()),
        debug_assertions: option(ASSERTIONS).is_some_and(|value| is_on(&value)),
        overflow_checks: option(OVERFLOW).is_some_and(|value| is_on(&value)),
        packages: Vec::new(),
        doubts,
    };
    profile.packages = packages(tables, &profile);
    profile
}

/// Flags for rustc; where it is not known which are taken and it matters, why not.
///
/// Source: the Cargo book, "build.rustflags": the first of these that is there is taken alone.
fn flags(tables: &[toml::Table], variables: &Variables) -> Result<String, String> {
    let named = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"].into_iter().find_map(|name| variables.get(name));
    if let Some(named) = named {
        return Ok(named.clone());
    }
    let of_build = joined_flags(tables, variables);
    let of_targets = flags_of_targets(tables, variables);
    let matters = |flags: &String| {
        [LEVEL, ASSERTIONS, OVERFLOW].iter().any(|name| code_generation(flags, name).is_some())
    };
    // Whether a target is this one is for rustc to say, and flags of targets replace those of the build.
    if of_targets.values().chain([&of_build]).any(matters)
        && let Some(name) = of_targets.keys().next()
    {
        return Err(format!("{name} may hold here or not"));
    }
    Ok(of_build)
}

/// Lists of all files, those that win behind the others; a text in one file hides the files below.
fn joined_flags(tables: &[toml::Table], variables: &Variables) -> String {
    let mut flags: Vec<String> = variables.get("CARGO_BUILD_RUSTFLAGS").cloned().into_iter().collect();
    for value in tables.iter().filter_map(|table| table.get("build")?.get("rustflags")) {
        flags.push(text_of_flags(value));
        if value.is_str() {
            break;
        }
    }
    flags.reverse();
    flags.join(" ")
}

/// Flags that are for some targets only, by where they stand.
fn flags_of_targets(tables: &[toml::Table], variables: &Variables) -> BTreeMap<String, String> {
    let targets = tables.iter().filter_map(|table| table.get("target")?.as_table()).flatten();
    let of_files = targets.filter_map(|(target, settings)| {
        Some((format!("[target.{target}] rustflags"), text_of_flags(settings.get("rustflags")?)))
    });
    let of_target = |name: &str| name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS");
    let of_variables = variables.iter().filter(|(name, _)| of_target(name));
    let mut all: BTreeMap<String, String> =
        of_variables.map(|(name, flags)| (name.clone(), flags.clone())).collect();
    for (name, flags) in of_files {
        // Of several files with one target all count.
        let known = all.entry(name).or_default();
        known.push(' ');
        known.push_str(&flags);
    }
    all
}

/// A text, or a list of flags.
fn text_of_flags(value: &toml::Value) -> String {
    match value {
        toml::Value::String(flags) => flags.clone(),
        toml::Value::Array(flags) => {
            flags.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// Packages with settings of their own that differ from the profile's.
fn packages(tables: &[toml::Table], profile: &BenchProfile) -> Vec<String> {
    let of_profile = |name: &&str, table: &toml::Table| {
        let packages = table.get("profile")?.get(name)?.get("package")?.as_table()?;
        Some(packages.keys().cloned().collect::<Vec<_>>())
    };
    let names: BTreeSet<String> = PROFILES
        .iter()
        .flat_map(|name| tables.iter().filter_map(move |table| of_profile(name, table)).flatten())
        .collect();
    let differs = |package: &String| {
        let option = |name: &str| {
            let of = |of: &&str| {
                tables
                    .iter()
                    .find_map(|table| value(table, &["profile", *of, "package", package.as_str(), name]))
            };
            PROFILES.iter().find_map(of)
        };
        let is_new = |name, already: bool| !already && option(name).is_some_and(|value| is_on(&value));
        let level = option(LEVEL).filter(|level| *level != profile.opt_level);
        let assertions = is_new(ASSERTIONS, profile.debug_assertions).then(|| "debug assertions".to_owned());
        let overflow = is_new(OVERFLOW, profile.overflow_checks).then(|| "overflow checks".to_owned());
        let settings = [level.map(|level| format!("opt-level {level}")), assertions, overflow];
        let settings: Vec<String> = settings.into_iter().flatten().collect();
        (!settings.is_empty()).then(|| format!("{package} with {}", settings.join(" and ")))
    };
    let may_be_measured = |name: &&String| !NEVER_MEASURED.contains(&name.as_str());
    names.iter().filter(may_be_measured).filter_map(differs).collect()
}

fn value(table: &toml::Table, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = rest.iter().try_fold(table.get(*first)?, |value, name| value.get(name))?;
    match value {
        toml::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The last `-C name=value` of the flags, with or without a space; a name alone means yes.
fn code_generation(flags: &str, wanted: &str) -> Option<String> {
    // Encoded flags are divided by this character, which no flag contains.
    let mut words = flags.split([' ', '\u{1f}']).filter(|word| !word.is_empty()).peekable();
    let mut found = None;
    while let Some(word) = words.next() {
        let option = match word.strip_prefix("-C").or_else(|| word.strip_prefix("--codegen=")) {
            Some("") => words.next().unwrap_or_default(),
            Some(option) => option,
            None if word == "--codegen" => words.next().unwrap_or_default(),
            None => continue,
        };
        let (name, value) = option.split_once('=').unwrap_or((option, "yes"));
        if name == wanted {
            found = Some(value.to_owned());
        }
    }
    found
}

fn is_on(value: &str) -> bool {
    matches!(value, "true" | "yes" | "on" | "y" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::fake;

    fn of(manifest: &str, variables: &[(&str, &str)]) -> BenchProfile {
        let manifest = manifest.parse().expect("a manifest");
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        profile_of(&[toml::Table::new(), manifest], &variables.iter().map(owned).collect(), Vec::new())
    }

    #[track_caller]
    fn check(manifest: &str, variables: &[(&str, &str)], opt_level: &str, debug_assertions: bool) {
        let found = of(manifest, variables);
        assert_eq!((found.opt_level.as_str(), found.debug_assertions), (opt_level, debug_assertions));
        assert_eq!((found.packages, found.doubts), (Vec::<String>::new(), Vec::<String>::new()));
    }

    #[test]
    fn nothing_said_is_a_release_build() {
        check("", &[], "3", false);
        check("[profile.dev]\nopt-level = 0\ndebug-assertions = true\n", &[], "3", false);
    }

    #[test]
    fn bench_inherits_from_release() {
        check("[profile.release]\nopt-level = 's'\ndebug-assertions = true\n", &[], "s", true);
        let both =
            "[profile.release]\nopt-level = 1\n[profile.bench]\nopt-level = 3\ndebug-assertions = false\n";
        check(both, &[], "3", false);
        check(both, &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")], "3", false);
        check(both, &[("CARGO_PROFILE_BENCH_DEBUG_ASSERTIONS", "true")], "3", true);
    }

    #[test]
    fn flags_win() {
        check("", &[("RUSTFLAGS", "-C target-cpu=native -C debug-assertions")], "3", true);
        check("", &[("RUSTFLAGS", "-Cdebug-assertions=n")], "3", false);
        check("", &[("RUSTFLAGS", "-Copt-level=3 -C opt-level=0")], "0", false);
        check("", &[("RUSTFLAGS", "--codegen debug-assertions=on")], "3", true);
        check("", &[("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}opt-level=1")], "1", false);
        check("", &[("RUSTFLAGS", "-C")], "3", false);
        check("[build]\nrustflags = [\"-C\", \"opt-level=2\"]\n", &[], "2", false);
        check("[build]\nrustflags = \"-Cdebug-assertions\"\n", &[], "3", true);
        check("[build]\nrustflags = \"-Cdebug-assertions\"\n", &[("RUSTFLAGS", "-g")], "3", false);
        check("", &[("CARGO_BUILD_RUSTFLAGS", "-Copt-level=1")], "1", false);
        check(
            "[build]\nrustflags = [\"-Copt-level=2\"]\n",
            &[("CARGO_BUILD_RUSTFLAGS", "-Copt-level=1")],
            "1",
            false,
        );
    }

    #[test]
    fn overflow_checks_are_read_as_the_others() {
        assert!(!of("", &[]).overflow_checks);
        assert!(of("[profile.release]\noverflow-checks = true\n", &[]).overflow_checks);
        let back = "[profile.release]\noverflow-checks = true\n[profile.bench]\noverflow-checks = false\n";
        assert!(!of(back, &[]).overflow_checks);
        assert!(of("", &[("RUSTFLAGS", "-C overflow-checks=on")]).overflow_checks);
    }

    #[test]
    fn packages_that_differ_are_named() {
        let manifest = "[profile.bench.package.dashmap]\nopt-level = 1\n[profile.bench.package.\"*\"]\nopt-level = 3\n\
                        [profile.release.package.dashmap]\nopt-level = 2\n\
                        [profile.release.package.flurry]\ndebug-assertions = true\noverflow-checks = true\n";
        let expected = ["dashmap with opt-level 1", "flurry with debug assertions and overflow checks"];
        assert_eq!(of(manifest, &[]).packages, expected);
    }

    #[test]
    fn what_is_never_measured_may_be_built_as_one_likes() {
        let manifest = "[profile.bench.package.criterion]\nopt-level = 's'\n\
                        [profile.bench.package.moka]\nopt-level = 's'\n";
        assert_eq!(of(manifest, &[]).packages, ["moka with opt-level s"]);
        let ours = include_str!("../../../../Cargo.toml");
        assert_eq!(of(ours, &[]).packages, Vec::<String>::new());
    }

    #[test]
    fn flags_of_a_target_are_doubted_where_they_matter() {
        let harmless = "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Ctarget-cpu=native\"]\n";
        check(harmless, &[], "3", false);
        let doubt = "[target.cfg(unix)] rustflags may hold here or not";
        let harmful = "[target.'cfg(unix)']\nrustflags = [\"-C\", \"opt-level=0\"]\n";
        assert_eq!(of(harmful, &[]).doubts, [doubt]);
        check(harmful, &[("RUSTFLAGS", "")], "3", false);
        let replaced = "[target.'cfg(unix)']\nrustflags = \"-g\"\n[build]\nrustflags = \"-Copt-level=0\"\n";
        assert_eq!(of(replaced, &[]).doubts, [doubt]);
        let variable = [("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Cdebug-assertions")];
        assert_eq!(of("", &variable).doubts.len(), 1);
    }

    #[test]
    fn configuration_is_looked_for_upwards_and_at_home() {
        let (folder, _) = fake(&[
            ("home/config.toml", "[build]\nrustflags = [\"-Coverflow-checks\", \"-Copt-level=0\"]\n"),
            ("above/.cargo/config", "[build]\nrustflags = [\"-Copt-level=1\"]\n"),
            ("above/.cargo/config.toml", "[build]\nrustflags = [\"-Cdebug-assertions\"]\n"),
            ("above/inner/.cargo/config.toml", "[profile.bench]\nopt-level = 2\n"),
            ("above/inner/Cargo.toml", "[profile.bench]\nopt-level = 3\n"),
            ("broken/Cargo.toml", "[profile.bench\n"),
            ("odd/.cargo/config.toml", "= 1\n"),
            ("odd/Cargo.toml", ""),
        ]);
        let home = folder.path().join("home").to_string_lossy().into_owned();
        let variables = |flags: Option<&str>| {
            let flags = flags.map(|flags| ("RUSTFLAGS".to_owned(), flags.to_owned()));
            [("CARGO_HOME".to_owned(), home.clone())].into_iter().chain(flags).collect::<Variables>()
        };
        let of = |name: &str, flags| {
            let workspace = folder.path().join(name);
            profile_in(&workspace, &workspace, &variables(flags))
        };
        let found = of("above/inner", None).expect("there is a manifest");
        assert_eq!((found.opt_level.as_str(), found.overflow_checks), ("1", true), "nearer flags win");
        assert!(!found.debug_assertions, "a file without an ending hides the one with it");
        let found = of("above/inner", Some("")).expect("there is a manifest");
        assert_eq!(found.opt_level, "2", "configuration wins over the manifest");
        assert_eq!(of("above", None), None);
        let doubts = |name| of(name, None).expect("there is a manifest").doubts;
        assert!(doubts("broken")[0].ends_with("Cargo.toml is not understood"), "{:?}", doubts("broken"));
        assert!(doubts("odd")[0].ends_with("config.toml is not understood"), "{:?}", doubts("odd"));
    }
}
