//! A source becomes executables, once.

use super::cargo::run;
use super::checkout::Checkout;
use super::error::SideError;
use super::resolve::Source;
use super::variants::Plan;
use super::{Workspace, say, surroundings};
use crate::executables::{BUILD_BENCHES, Executable, benches};
use anyhow::Context;
use contend_protocol::comparison::Side;
use contend_record::content_hash;
use contend_record::environment::host_id;
use contend_record::work::{KeptBuild, LockedFolder, NewBuild, NewExecutable};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

/// What the system says of a full disk.
const DISK_FULL: &str = "No space left on device";

/// One build.
struct Job<'a> {
    plan: &'a Plan,
    locked: &'a LockedFolder,
    checkout: Checkout,
    facts: Side,
    key: String,
}

impl Workspace {
    /// The executables of a source: those of an earlier build if they are kept, else built now.
    pub(super) fn build(&self, source: &Source, plan: &Plan) -> Result<KeptBuild, SideError> {
        plan.check_toolchain()?;
        let locked = self.lock()?;
        let checkout = self.check_out(source, &locked)?;
        let rustc = plan.rustc(&checkout.directory)?;
        let job = Job {
            key: self.key(&checkout, plan, &rustc),
            facts: self.facts(source, &checkout, plan, &rustc),
            plan,
            locked: &locked,
            checkout,
        };
        let label = source.label();
        if let Some(mut kept) = locked.find_build(&job.key) {
            say(&format!("{label} is built already: {}", kept.directory.display()));
            // Another source with the same tree may have been the first to be built.
            let Side { label, commit, dirty, .. } = job.facts;
            let side = &mut kept.document.side;
            (side.label, side.commit, side.dirty) = (label, commit, dirty);
            return Ok(kept);
        }
        say(&format!("building {label}"));
        job.build()
    }

    fn facts(&self, source: &Source, checkout: &Checkout, plan: &Plan, rustc: &str) -> Side {
        Side {
            label: source.label().to_owned(),
            commit: source.commit().map(str::to_owned),
            tree: self.repository.is_theirs().then(|| checkout.tree.clone()),
            dirty: checkout.dirty,
            rustc: rustc.lines().next().unwrap_or_default().to_owned(),
            lock_file: None,
            variants: plan.words.clone(),
            executables: Vec::new(),
        }
    }

    /// Hash of all that the bytes follow from.
    fn key(&self, checkout: &Checkout, plan: &Plan, rustc: &str) -> String {
        let mut facts = vec![host_id(), checkout.tree.clone(), rustc.to_owned()];
        facts.extend(plan.words.iter().cloned());
        facts.extend(surroundings::facts(&self.directory));
        if !checkout.has_lock_file {
            facts.extend(lock_file(&checkout.directory));
        }
        content_hash(facts.join("\0").as_bytes())
    }
}

impl Job<'_> {
    fn build(self) -> Result<KeptBuild, SideError> {
        let mut heard = Vec::new();
        self.pin(&mut heard)?;
        let executables = self.bench(&mut heard)?;
        if executables.is_empty() {
            return Err(SideError::NoBenches { label: self.facts.label });
        }
        let source = &self.checkout.directory;
        let new = executables.into_iter().map(|executable| NewExecutable {
            package: package(&executable, source),
            name: executable.name,
            path: executable.path,
        });
        let build = NewBuild {
            executables: new.collect(),
            side: Side { lock_file: lock_file(source), ..self.facts },
            rustflags: self.plan.flags(),
            environment: self.plan.environment.clone(),
            key: self.key,
        };
        Ok(self.locked.keep_build(build)?)
    }

    /// Chooses the dependencies that the plan names: in the manifests, or else in the lock file.
    fn pin(&self, heard: &mut Vec<u8>) -> Result<(), SideError> {
        if self.plan.pins.is_empty() {
            return Ok(());
        }
        let unnamed = self.checkout.pin(self.plan, self.locked)?;
        // First the lock file follows the manifests: cargo chooses precisely only among what is locked.
        let mut updates = vec![vec!["--workspace".to_owned()]];
        updates.extend(unnamed.iter().map(|pin| {
            ["--package", &pin.name, "--precise", &pin.version.to_string()].map(str::to_owned).to_vec()
        }));
        for words in updates {
            let mut update = self.plan.cargo(&self.checkout.directory);
            update.arg("update").args(words);
            let status = run(update, Stdio::null(), heard)?;
            self.succeed(status, heard)?;
        }
        self.checkout.verify_pins(self.plan)
    }

    fn bench(&self, heard: &mut Vec<u8>) -> Result<Vec<Executable>, SideError> {
        let (messages, path) = self.locked.scratch_file("cargo.jsonl")?;
        let mut command = self.plan.cargo(&self.checkout.directory);
        command.args(BUILD_BENCHES).arg("--target-dir").arg(self.locked.folder().target());
        if self.checkout.has_lock_file && self.plan.pins.is_empty() {
            command.arg("--locked");
        }
        let status = run(command, messages.into(), heard)?;
        self.succeed(status, heard)?;
        let messages = File::open(path).context("read what cargo says")?;
        Ok(benches(BufReader::new(messages))?)
    }

    /// Tells whose fault it is that cargo failed.
    fn succeed(&self, status: ExitStatus, heard: &[u8]) -> Result<(), SideError> {
        if status.success() {
            return Ok(());
        }
        if status.code().is_none() {
            return Err(SideError::Interrupted);
        }
        let label = self.facts.label.clone();
        let text = String::from_utf8_lossy(heard);
        let log = self.locked.keep_build_log(&self.key, &text);
        if text.contains(DISK_FULL) {
            let log = log.unwrap_or_else(|_| self.locked.folder().build_log(&self.key));
            return Err(SideError::DiskFull { label, log });
        }
        Err(SideError::DoesNotBuild { label, status: status.to_string(), log: log? })
    }
}

/// FNV-1a hash of the lock file in `directory`.
fn lock_file(directory: &Path) -> Option<String> {
    std::fs::read(directory.join("Cargo.lock")).ok().map(|bytes| content_hash(&bytes))
}

/// Folder of the executable's package below the workspace in `source`, with `/` between the parts.
fn package(executable: &Executable, source: &Path) -> String {
    let directory = executable.directory.as_deref().and_then(|directory| directory.strip_prefix(source).ok());
    let parts = directory.into_iter().flatten().map(|part| part.to_string_lossy().into_owned());
    parts.collect::<Vec<_>>().join("/")
}
