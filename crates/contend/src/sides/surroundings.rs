//! What cargo takes from around the checkout: variables, and files of the folders above it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Variables that change what is built, by their beginnings.
///
/// Source: <https://doc.rust-lang.org/cargo/reference/environment-variables.html>, and the `cc` crate's.
const BUILD_VARIABLES: &[&str] = &[
    "AR",
    "AR_",
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CC",
    "CC_",
    "CFLAGS",
    "CFLAGS_",
    "CXX",
    "CXX_",
    "CXXFLAGS",
    "CXXFLAGS_",
    "HOST_",
    "RUSTC",
    "RUSTFLAGS",
    "TARGET_",
];

/// Variables among them that only say where things are put.
const PLACES: &[&str] = &["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

const CARGO_FILES: [&str; 2] = [".cargo/config.toml", ".cargo/config"];
const TOOLCHAIN_FILES: [&str; 2] = ["rust-toolchain.toml", "rust-toolchain"];

/// All that a build follows from beside its source: lines that are the same if the build is.
pub(super) fn facts(workspace: &Path) -> Vec<String> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        let value = value.to_string_lossy().into_owned();
        is_build_variable(&name).then(|| format!("{name}={value}"))
    });
    // Sorted: the order of an environment is of no meaning.
    let variables: BTreeSet<String> = variables.collect();
    variables.into_iter().chain(configurations(workspace)).collect()
}

fn is_build_variable(name: &str) -> bool {
    let begins = |known: &&str| if known.ends_with('_') { name.starts_with(*known) } else { name == *known };
    let wrapper = name.starts_with("RUSTC_");
    (BUILD_VARIABLES.iter().any(begins) || wrapper) && !PLACES.contains(&name)
}

/// Texts of cargo's configuration above the checkout.
fn configurations(workspace: &Path) -> impl Iterator<Item = String> {
    let above = workspace.ancestors().flat_map(|folder| CARGO_FILES.map(|file| folder.join(file)));
    above.chain(home_configurations()).filter_map(|path| std::fs::read_to_string(path).ok())
}

fn home_configurations() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    // Cargo's own default.
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    home.iter().flat_map(|home| ["config.toml", "config"].map(|file| home.join(file))).collect()
}

/// Files of the working tree, below `top`, that have a say in a build in `checkout` although its source has others.
pub(super) fn intruders(workspace: &Path, top: &Path, checkout: &Path) -> Vec<PathBuf> {
    let folders = workspace.ancestors().take_while(|folder| folder.starts_with(top));
    let files = folders.flat_map(|folder| {
        let inside = folder.strip_prefix(top).unwrap_or(folder);
        CARGO_FILES.iter().chain(&TOOLCHAIN_FILES).map(move |file| inside.join(file))
    });
    let differs = |file: &PathBuf| {
        let text = std::fs::read(top.join(file)).ok();
        text.is_some() && text != std::fs::read(checkout.join(file)).ok()
    };
    files.filter(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: bool) {
        assert_eq!(is_build_variable(name), expected, "{name}");
    }

    #[test]
    fn variables_that_change_a_build() {
        check("RUSTFLAGS", true);
        check("RUSTC_WRAPPER", true);
        check("CARGO_PROFILE_BENCH_LTO", true);
        check("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", true);
        check("CARGO_INCREMENTAL", true);
        check("CFLAGS_x86_64_unknown_linux_gnu", true);
        check("CARGO_TARGET_DIR", false);
        check("CARGO_PKG_NAME", false);
        check("CCACHE_DIR", false);
        check("PATH", false);
    }
}
