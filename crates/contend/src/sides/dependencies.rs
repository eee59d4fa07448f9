//! Pinning dependencies in manifests. Nothing here knows of files.

use cargo_metadata::semver::Version;
use toml_edit::{DocumentMut, Item, TableLike, value};

/// Tables of a manifest that name dependencies.
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// A dependency as a manifest names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// What it is called in the manifest.
    pub(super) key: String,
    /// The package, where the manifest gives it another name.
    pub(super) package: String,
}

/// What pinning did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pinned {
    /// So many requirements are the wanted version now.
    Set(usize),
    /// A manifest names it, but by a path or a repository.
    NoVersion,
    /// No manifest names it.
    Unnamed,
}

/// Sets the requirement on `name` in all of `manifests` to exactly `version`.
///
/// A name that is some manifest's key means the entries of that key; else it means those of the package, whatever their
/// keys are. So one of two versions of a package can be chosen.
pub(super) fn pin(manifests: &mut [DocumentMut], name: &str, version: &Version) -> Pinned {
    let entries = entries(manifests);
    let by_key = entries.iter().any(|entry| entry.key == name);
    if !by_key && !entries.iter().any(|entry| entry.package == name) {
        return Pinned::Unnamed;
    }
    let requirement = format!("={version}");
    let mut set = 0;
    each_entry(manifests, &mut |entry, item| {
        let meant = if by_key { entry.key == name } else { entry.package == name };
        set += usize::from(meant && require(item, &requirement));
    });
    if set == 0 { Pinned::NoVersion } else { Pinned::Set(set) }
}

/// All dependencies that the manifests name.
pub(super) fn entries(manifests: &mut [DocumentMut]) -> Vec<Entry> {
    let mut entries = Vec::new();
    each_entry(manifests, &mut |entry, _| entries.push(entry.clone()));
    entries
}

fn each_entry(manifests: &mut [DocumentMut], visit: &mut dyn FnMut(&Entry, &mut Item)) {
    for manifest in manifests {
        each_in_kinds(manifest.as_table_mut(), visit);
        if let Some(workspace) = manifest.get_mut("workspace").and_then(Item::as_table_like_mut) {
            each_in_kinds(workspace, visit);
        }
        let Some(targets) = manifest.get_mut("target").and_then(Item::as_table_like_mut) else { continue };
        for (_, target) in targets.iter_mut() {
            if let Some(target) = target.as_table_like_mut() {
                each_in_kinds(target, visit);
            }
        }
    }
}

fn each_in_kinds(table: &mut dyn TableLike, visit: &mut dyn FnMut(&Entry, &mut Item)) {
    for kind in KINDS {
        let Some(dependencies) = table.get_mut(kind).and_then(Item::as_table_like_mut) else { continue };
        for (key, item) in dependencies.iter_mut() {
            let key = key.get().to_owned();
            let package = item.get("package").and_then(Item::as_str).unwrap_or(&key).to_owned();
            visit(&Entry { key, package }, item);
        }
    }
}

/// Sets the requirement of one entry, if it has one. What is inherited from the workspace is set there.
fn require(item: &mut Item, requirement: &str) -> bool {
    if item.is_str() {
        *item = value(requirement);
        return true;
    }
    // Not through `Item::get_mut`, which makes what is not there.
    let version = item.as_table_like_mut().and_then(|entry| entry.get_mut("version"));
    let Some(version) = version else { return false };
    *version = value(requirement);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
[workspace.dependencies]
dashmap = "6" # the usual one
local = { path = "local" }

[dependencies]
parking_lot = { version = "0.13", features = ["x"] }

[target.'cfg(unix)'.build-dependencies.nix]
version = "0.31"
"#;

    const MEMBER: &str = r#"
[dependencies]
dashmap.workspace = true
[dev-dependencies]
parking_lot_012 = { package = "parking_lot", version = "=0.12.5" }
flurry_old = { package = "flurry", version = "0.4" }
"#;

    #[track_caller]
    fn check(name: &str, expected: Pinned, texts: &[&str]) {
        let mut manifests = [ROOT, MEMBER].map(|text| text.parse::<DocumentMut>().expect("a manifest"));
        let pinned = pin(&mut manifests, name, &Version::new(1, 2, 3));
        let after: String = manifests.iter().map(ToString::to_string).collect();
        assert_eq!(pinned, expected, "{after}");
        assert_eq!(after.matches("=1.2.3").count(), texts.len(), "{after}");
        for text in texts {
            assert!(after.contains(text), "{after}");
        }
    }

    #[test]
    fn every_way_to_name_a_dependency() {
        check("dashmap", Pinned::Set(1), &["dashmap = \"=1.2.3\""]);
        check("nix", Pinned::Set(1), &["version = \"=1.2.3\"\n"]);
        check("flurry", Pinned::Set(1), &["{ package = \"flurry\", version = \"=1.2.3\" }"]);
        check("flurry_old", Pinned::Set(1), &["{ package = \"flurry\", version = \"=1.2.3\" }"]);
    }

    #[test]
    fn one_of_two_versions_is_chosen_by_its_key() {
        check("parking_lot", Pinned::Set(1), &["{ version = \"=1.2.3\", features = [\"x\"] }"]);
        check("parking_lot_012", Pinned::Set(1), &["{ package = \"parking_lot\", version = \"=1.2.3\" }"]);
    }

    #[test]
    fn what_cannot_be_pinned() {
        check("local", Pinned::NoVersion, &[]);
        check("serde", Pinned::Unnamed, &[]);
    }
}
