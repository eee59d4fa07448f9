//! What a side has otherwise than its source says: a dependency, flags, the profile, the compiler, the environment.

use super::error::SideError;
use cargo_metadata::semver::Version;
use std::collections::BTreeMap;

/// Keys of a profile that a bench build obeys.
///
/// Source: <https://doc.rust-lang.org/cargo/reference/profiles.html>; `panic` is ignored for benches. Cargo says nothing
/// of a variable whose key it does not know, so a slip would compare two equal builds.
const PROFILE_KEYS: &[&str] = &[
    "codegen-units",
    "debug",
    "debug-assertions",
    "incremental",
    "lto",
    "opt-level",
    "overflow-checks",
    "rpath",
    "split-debuginfo",
    "strip",
    "trim-paths",
];

/// What is built otherwise than the source says.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Variants {
    /// Use this version of a dependency, named by its package or by its key in Cargo.toml.
    #[arg(long = "dep", value_name = "NAME=VERSION")]
    dependencies: Vec<String>,

    /// Flags for rustc, behind those of RUSTFLAGS; like these they displace the flags of cargo's configuration.
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    rustflags: Option<String>,

    /// Set a key of the bench profile, such as `lto=off` or `codegen-units=16`.
    #[arg(long = "profile-set", value_name = "KEY=VALUE")]
    profile: Vec<String>,

    /// Build with this toolchain of rustup.
    #[arg(long, value_name = "NAME")]
    toolchain: Option<String>,

    /// Set a variable for the build and for the measured processes.
    #[arg(long = "env", value_name = "NAME=VALUE")]
    environment: Vec<String>,
}

/// The same, understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Plan {
    /// As they would be typed, a kind after the other.
    pub(super) words: Vec<String>,
    pub(super) pins: Vec<Pin>,
    pub(super) rustflags: Option<String>,
    /// Variables that set the profile.
    pub(super) profile: Vec<(String, String)>,
    pub(super) toolchain: Option<String>,
    pub(super) environment: BTreeMap<String, String>,
}

/// A dependency and its wanted version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pin {
    pub(super) name: String,
    pub(super) version: Version,
}

impl Pin {
    /// The package, where its name chooses one of several as in `hashbrown@0.14.5`.
    pub(super) fn package(&self) -> &str {
        self.name.split('@').next().unwrap_or_default()
    }
}

impl Variants {
    pub(super) fn plan(&self) -> Result<Plan, SideError> {
        Ok(Plan {
            words: self.words(),
            pins: self.dependencies.iter().map(|words| pin(words)).collect::<Result<_, _>>()?,
            rustflags: self.rustflags.clone(),
            profile: self.profile.iter().map(|words| profile(words)).collect::<Result<_, _>>()?,
            toolchain: self.toolchain.clone(),
            environment: self.environment.iter().map(|words| variable(words)).collect::<Result<_, _>>()?,
        })
    }

    fn words(&self) -> Vec<String> {
        let all = |flag: &str, values: &[String]| -> Vec<String> {
            values.iter().map(|value| format!("--{flag} {}", quoted(value))).collect()
        };
        let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        [
            all("dep", &self.dependencies),
            all("rustflags", &one(&self.rustflags)),
            all("profile-set", &self.profile),
            all("toolchain", &one(&self.toolchain)),
            all("env", &self.environment),
        ]
        .concat()
    }
}

fn pin(words: &str) -> Result<Pin, SideError> {
    let unreadable = |why: &str| SideError::Usage(format!("read `--dep {words}`: {why}"));
    let (name, version) = words.rsplit_once('=').ok_or_else(|| unreadable("write NAME=VERSION"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_@.+".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(plain) {
        return Err(unreadable("its name is not one of a package"));
    }
    let version = Version::parse(version).map_err(|error| {
        unreadable(&format!("`{version}` is no whole version ({error}); write such as `1.2.3`"))
    })?;
    Ok(Pin { name: name.to_owned(), version })
}

fn profile(words: &str) -> Result<(String, String), SideError> {
    let known = |key: &&str| PROFILE_KEYS.contains(key);
    match words.split_once('=') {
        Some((key, value)) if known(&key) && !value.is_empty() => {
            let variable = format!("CARGO_PROFILE_BENCH_{}", key.to_ascii_uppercase().replace('-', "_"));
            Ok((variable, value.to_owned()))
        }
        _ => Err(SideError::Usage(format!(
            "read `--profile-set {words}`: write KEY=VALUE with one of the keys {}",
            PROFILE_KEYS.join(", ")
        ))),
    }
}

fn variable(words: &str) -> Result<(String, String), SideError> {
    match words.split_once('=') {
        Some((name, value)) if !name.is_empty() && !words.contains('\0') => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err(SideError::Usage(format!("read `--env {words}`: write NAME=VALUE"))),
    }
}

fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("'{value}'") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(change: impl FnOnce(&mut Variants)) -> Variants {
        let mut variants = Variants::default();
        change(&mut variants);
        variants
    }

    #[track_caller]
    fn check(variants: &Variants, expected: Result<&[&str], &str>) {
        match (variants.plan(), expected) {
            (Ok(plan), Ok(words)) => assert_eq!(plan.words, words),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn words_are_read_or_refused() {
        let dep = |words: &str| variants(|all| all.dependencies.push(words.to_owned()));
        check(&dep("dashmap=6.1.0"), Ok(&["--dep dashmap=6.1.0"]));
        check(&dep("hashbrown@0.14.5=0.14.3"), Ok(&["--dep hashbrown@0.14.5=0.14.3"]));
        check(&dep("dashmap"), Err("write NAME=VERSION"));
        check(&dep("dashmap=6.1"), Err("no whole version"));
        check(&dep("-p=1.2.3"), Err("not one of a package"));
        let profile = |words: &str| variants(|all| all.profile.push(words.to_owned()));
        check(&profile("lto=off"), Ok(&["--profile-set lto=off"]));
        check(&profile("otp-level=3"), Err("one of the keys codegen-units"));
        check(&profile("lto"), Err("write KEY=VALUE"));
        let env = |words: &str| variants(|all| all.environment.push(words.to_owned()));
        check(&env("A=b=c"), Ok(&["--env A=b=c"]));
        check(&env("A="), Ok(&["--env A="]));
        check(&env("=b"), Err("write NAME=VALUE"));
        check(&env("A"), Err("write NAME=VALUE"));
    }

    #[test]
    fn the_words_come_a_kind_after_the_other() {
        let all = variants(|all| {
            all.environment.push("A=1".to_owned());
            all.toolchain = Some("nightly".to_owned());
            all.rustflags = Some("-C target-cpu=native".to_owned());
        });
        check(&all, Ok(&["--rustflags '-C target-cpu=native'", "--toolchain nightly", "--env A=1"]));
    }

    #[test]
    fn keys_of_the_profile_are_variables_of_cargo() {
        assert_eq!(
            profile("codegen-units=16").ok(),
            Some(("CARGO_PROFILE_BENCH_CODEGEN_UNITS".to_owned(), "16".to_owned()))
        );
    }
}
