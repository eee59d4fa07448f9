//! The source of a side, checked out where everything is built.

use super::error::SideError;
use super::resolve::Source;
use super::variants::{Pin, Plan};
use super::{Workspace, dependencies, say, surroundings};
use anyhow::{Context, anyhow};
use cargo_metadata::MetadataCommand;
use contend_record::nearest;
use contend_record::work::LockedFolder;
use dependencies::Pinned;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Table};

/// A source on the disk.
#[derive(Debug)]
pub(super) struct Checkout {
    /// Id of its tree.
    pub(super) tree: String,
    /// The tree is not that of the commit.
    pub(super) dirty: bool,
    /// The workspace in it.
    pub(super) directory: PathBuf,
    /// It came with its `Cargo.lock`; else it has that of the working tree.
    pub(super) has_lock_file: bool,
}

impl Workspace {
    /// Checks a source out.
    pub(super) fn check_out(&self, source: &Source, locked: &LockedFolder) -> Result<Checkout, SideError> {
        locked.prepare_for_git()?;
        let committed = source.commit().map(|commit| self.repository.tree_of(commit)).transpose()?;
        let tree = match (source, &committed) {
            (Source::Revision { .. }, Some(tree)) => tree.clone(),
            _ => self.repository.snapshot(locked)?,
        };
        self.repository.check_out(&tree, locked)?;
        let root = locked.folder().source();
        let directory = self.repository.workspace_in(&root);
        if !directory.join("Cargo.toml").is_file() {
            let (label, path) = (source.label(), self.repository.workspace_in(Path::new("")));
            let path = path.join("Cargo.toml");
            return Err(SideError::NoWorkspace { label: label.to_owned(), path });
        }
        self.warn(source, &tree, &root)?;
        let has_lock_file = self.provide_lock_file(&directory, locked)?;
        close_workspace(&directory, locked)?;
        Ok(Checkout {
            dirty: committed.is_some_and(|committed| committed != tree),
            tree,
            directory,
            has_lock_file,
        })
    }

    /// A source without a lock file is built with the versions that the working tree uses, and not with today's newest.
    fn provide_lock_file(&self, directory: &Path, locked: &LockedFolder) -> Result<bool, SideError> {
        let lock_file = directory.join("Cargo.lock");
        if lock_file.is_file() {
            return Ok(true);
        }
        let ours = std::fs::read_to_string(self.directory.join("Cargo.lock")).context("read Cargo.lock")?;
        locked.write_source(&lock_file, &ours)?;
        Ok(false)
    }

    fn warn(&self, source: &Source, tree: &str, root: &Path) -> Result<(), SideError> {
        let label = source.label();
        let submodules = self.repository.submodules(tree)?;
        if !submodules.is_empty() {
            let names = submodules.join(", ");
            say(&format!("{label} has submodules, which are not supported and stay empty: {names}"));
        }
        for file in surroundings::intruders(&self.directory, self.repository.top(), root) {
            let file = file.display();
            say(&format!("{file} of the working tree has a say in the build of {label}, which has another"));
        }
        Ok(())
    }
}

impl Checkout {
    /// Sets what manifests say to the pinned versions. What no manifest names is for `cargo update`: the result.
    pub(super) fn pin<'a>(&self, plan: &'a Plan, locked: &LockedFolder) -> Result<Vec<&'a Pin>, SideError> {
        let paths = self.manifest_paths(plan)?;
        let mut manifests = read_all(&paths)?;
        let mut unnamed = Vec::new();
        for pin in &plan.pins {
            match dependencies::pin(&mut manifests, &pin.name, &pin.version) {
                Pinned::Set(_) => {}
                Pinned::NoVersion => {
                    let name = &pin.name;
                    let reason = "the manifests name it by a path or a repository, and not by a version";
                    return Err(SideError::Usage(format!("choose a version of `{name}`: {reason}")));
                }
                Pinned::Unnamed => {
                    self.require_locked(pin, &mut manifests)?;
                    unnamed.push(pin);
                }
            }
        }
        for (path, manifest) in paths.iter().zip(&manifests) {
            locked.write_source(path, &manifest.to_string())?;
        }
        Ok(unnamed)
    }

    /// Makes sure that cargo took what was wanted: else two equal builds would be compared.
    pub(super) fn verify_pins(&self, plan: &Plan) -> Result<(), SideError> {
        let entries = dependencies::entries(&mut read_all(&self.manifest_paths(plan)?)?);
        let locked = self.locked_packages()?;
        for pin in &plan.pins {
            let entry = entries.iter().find(|entry| entry.key == pin.name);
            let package = entry.map_or(pin.package(), |entry| &entry.package);
            let wanted = (package.to_owned(), pin.version.to_string());
            if !locked.contains(&wanted) {
                let (name, version) = wanted;
                let reason = "cargo keeps another, because a requirement or a vendored source decides it";
                return Err(SideError::Usage(format!("use version {version} of `{name}`: {reason}")));
            }
        }
        Ok(())
    }

    /// All manifests of the workspace.
    fn manifest_paths(&self, plan: &Plan) -> anyhow::Result<Vec<PathBuf>> {
        let mut command = plan.cargo(&self.directory);
        let output = command.args(["metadata", "--no-deps", "--format-version=1"]).output();
        let output = output.context("start cargo; is it installed?")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        let metadata = MetadataCommand::parse(String::from_utf8_lossy(&output.stdout))
            .map_err(|_| anyhow!("ask cargo for the manifests: {}", complaint.trim()))?;
        let mut paths: Vec<PathBuf> = metadata
            .packages
            .iter()
            .map(|package| package.manifest_path.clone().into_std_path_buf())
            .collect();
        paths.push(metadata.workspace_root.join("Cargo.toml").into_std_path_buf());
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }

    /// Refuses a package that nothing here depends on.
    fn require_locked(&self, pin: &Pin, manifests: &mut [DocumentMut]) -> Result<(), SideError> {
        let name = pin.package();
        let mut known: Vec<String> = self.locked_packages()?.into_iter().map(|(name, _)| name).collect();
        if known.iter().any(|known| known == name) {
            return Ok(());
        }
        known.extend(dependencies::entries(manifests).into_iter().map(|entry| entry.key));
        let near = nearest(name, known.iter().map(String::as_str), 3);
        let hint = if near.is_empty() { String::new() } else { format!(", but on {}", near.join(", ")) };
        Err(SideError::Usage(format!("choose a version of `{name}`: nothing here depends on it{hint}")))
    }

    /// Name and version of every package in the lock file.
    fn locked_packages(&self) -> anyhow::Result<Vec<(String, String)>> {
        let lock_file = read(&self.directory.join("Cargo.lock"))?;
        let packages = lock_file.get("package").and_then(|packages| packages.as_array_of_tables());
        let text = |package: &Table, key| package.get(key)?.as_str().map(str::to_owned);
        let named = |package| Some((text(package, "name")?, text(package, "version")?));
        Ok(packages.into_iter().flatten().filter_map(named).collect())
    }
}

/// Makes a package that is no workspace one of its own: the checkout lies inside the user's workspace, to which cargo would
/// count it.
fn close_workspace(directory: &Path, locked: &LockedFolder) -> Result<(), SideError> {
    let path = directory.join("Cargo.toml");
    let mut manifest = read(&path)?;
    let named = manifest.get("package").and_then(|package| package.get("workspace")).is_some();
    if !named && manifest.get("workspace").is_none() {
        manifest.insert("workspace", toml_edit::table());
        locked.write_source(&path, &manifest.to_string())?;
    }
    Ok(())
}

fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<DocumentMut>> {
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> anyhow::Result<DocumentMut> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    text.parse().with_context(|| format!("read {} as TOML", path.display()))
}
