//! Builds that differ from their source: versions, flags, toolchains, and what comes from around the source.

use crate::workspace::{MANIFEST, Workspace, outcome};
use std::fs::read_to_string;

/// A workspace that depends on `outer`, which depends on `inner`; there are two versions of each to choose from.
fn with_dependencies() -> Workspace {
    let workspace = Workspace::new();
    let vendor = |name: &str, version: &str, rest: &str, code: &str| {
        let folder = format!("vendor/{name}-{version}");
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n{rest}");
        workspace.write(&format!("{folder}/Cargo.toml"), &manifest);
        workspace.write(&format!("{folder}/src/lib.rs"), &format!("pub fn name() -> String {{ {code} }}\n"));
        workspace.write(&format!("{folder}/.cargo-checksum.json"), "{\"files\":{}}");
    };
    for minor in [0, 1] {
        let code = format!("format!(\"outer 1.{minor}, {{}}\", inner::name())");
        vendor("outer", &format!("1.{minor}.0"), "[dependencies]\ninner = \"2\"\n", &code);
        vendor("inner", &format!("2.{minor}.0"), "", &format!("\"inner 2.{minor}\".to_owned()"));
    }
    let vendored =
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n";
    workspace.write(".cargo/config.toml", vendored);
    let renamed = "[dependencies]\nouter_one = { package = \"outer\", version = \"1\" }\n";
    workspace.write("Cargo.toml", &format!("{MANIFEST}{renamed}"));
    workspace.write("benches/locks.rs", "fn main() { println!(\"{}\", outer_one::name()); }\n");
    let package = |name: &str, version: &str, uses: &str| {
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{uses}")
    };
    let source = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    let packages = [
        package("inner", "2.1.0", source),
        package("outer", "1.1.0", &format!("{source}dependencies = [\n \"inner\",\n]\n")),
        package("tiny", "0.1.0", "dependencies = [\n \"outer\",\n]\n"),
    ];
    workspace.write("Cargo.lock", &format!("version = 4\n{}", packages.concat()));
    workspace.commit();
    workspace
}

#[test]
fn another_version_of_a_dependency() {
    let workspace = with_dependencies();
    workspace.succeed(&["save", "plain"]);
    workspace.succeed(&["save", "package", "HEAD", "--dep", "outer=1.0.0"]);
    workspace.succeed(&["save", "key", "--dep", "outer_one=1.0.0"]);
    workspace.succeed(&["save", "again", "HEAD"]);
    let words = ["plain", "package", "key", "again"].map(|name| workspace.word(name));
    let (newest, older) = ("outer 1.1, inner 2.1", "outer 1.0, inner 2.1");
    assert_eq!(words, [newest, older, older, newest]);
    assert_eq!(workspace.document("key")["side"]["variants"][0], "--dep outer_one=1.0.0");
    assert_ne!(
        workspace.document("key")["side"]["lock_file"],
        workspace.document("plain")["side"]["lock_file"]
    );
    assert_eq!(workspace.git(&["status", "--porcelain"]), "");
    workspace.refused(&["save", "x", "--dep", "outre=1.0.0"], 2, "nothing here depends on it, but on outer");
    workspace.refused(&["save", "x", "--dep", "outer=7.0.0"], 1, "cargo ended with exit status");
    // What no manifest names is for `cargo update --precise`, which a vendored source does not obey, and does not say so.
    workspace.refused(
        &["save", "x", "--dep", "inner=2.0.0"],
        2,
        "use version 2.0.0 of `inner`: cargo keeps another",
    );
}

#[test]
fn flags_and_profile_reach_the_build_and_are_told_apart() {
    let workspace = Workspace::new();
    let code = "fn main() { println!(\"{} {}\", cfg!(debug_assertions), cfg!(wanted)); }\n";
    workspace.write("benches/locks.rs", code);
    workspace.succeed(&["save", "plain"]);
    workspace.succeed(&["save", "checked", "--profile-set", "debug-assertions=true"]);
    let mut command = workspace.command(&["save", "flagged", "--rustflags", "--cfg wanted"]);
    assert_eq!(outcome(command.env("RUSTFLAGS", "--cfg given").output().expect("it starts")).code, Some(0));
    let words = ["plain", "checked", "flagged"].map(|name| workspace.word(name));
    assert_eq!(words, ["false false", "true false", "false true"]);
    assert_eq!(workspace.document("flagged")["rustflags"], "--cfg given --cfg wanted");
}

#[test]
fn a_lock_file_that_git_ignores_is_that_of_the_working_tree() {
    let workspace = Workspace::new();
    workspace.write(".gitignore", "/target\nCargo.lock\n");
    workspace.git(&["rm", "--quiet", "--cached", "Cargo.lock"]);
    workspace.commit();
    workspace.succeed(&["save", "here", "HEAD"]);
    assert_eq!(workspace.word("here"), "one");
    let provided = read_to_string(workspace.kept("source/Cargo.lock")).expect("it is provided");
    assert!(provided.contains("name = \"tiny\""), "{provided}");
}

#[test]
fn what_has_a_say_in_a_build_of_another_source_is_named() {
    let workspace = Workspace::new();
    workspace.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"mine\"]\n");
    let saved = workspace.succeed(&["save", "here", "HEAD"]);
    let expected = ".cargo/config.toml of the working tree has a say in the build of HEAD, which has another";
    assert!(saved.stderr.contains(expected), "{}", saved.stderr);
    let saved = workspace.succeed(&["save", "now"]);
    assert!(!saved.stderr.contains("has a say"), "{}", saved.stderr);
}

#[test]
fn a_toolchain_that_is_not_installed_is_refused() {
    let workspace = Workspace::new();
    let outcome = workspace.contend(&["save", "x", "--toolchain", "no-such-toolchain"]);
    // Without rustup there is no other toolchain at all.
    let without_rustup = outcome.stderr.contains("start rustup, which `--toolchain` needs");
    let refused =
        outcome.stderr.contains("build with toolchain `no-such-toolchain`: it is not installed, but ");
    assert!(without_rustup || refused && outcome.code == Some(2), "{outcome:?}");
}
