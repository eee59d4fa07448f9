//! Running cargo and rustc as a plan says, in the checkout.

use super::error::SideError;
use super::variants::Plan;
use crate::executables;
use anyhow::{Context, anyhow};
use contend_record::nearest;
use std::io::{Read, Write, stderr};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Separates the flags of `CARGO_ENCODED_RUSTFLAGS`.
///
/// Source: <https://doc.rust-lang.org/cargo/reference/environment-variables.html>.
const FLAG_SEPARATOR: &str = "\u{1f}";

const ENCODED_FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
const FLAGS: &str = "RUSTFLAGS";

impl Plan {
    /// `cargo` in `directory`, with all that the plan says of the environment.
    pub(super) fn cargo(&self, directory: &Path) -> Command {
        let mut command = match &self.toolchain {
            Some(toolchain) => with_toolchain(toolchain, "cargo"),
            None => executables::cargo(),
        };
        self.dress(&mut command, directory);
        command
    }

    /// What `rustc -vV` says in `directory`, where a toolchain file may choose the compiler.
    pub(super) fn rustc(&self, directory: &Path) -> anyhow::Result<String> {
        #[expect(clippy::disallowed_methods, reason = "the compiler is part of what is built")]
        let own = || Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let mut command =
            self.toolchain.as_ref().map_or_else(own, |toolchain| with_toolchain(toolchain, "rustc"));
        self.dress(&mut command, directory);
        let output = command.arg("-vV").output().context("start rustc; is it installed?")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(anyhow!("ask rustc for its version: {}", complaint.trim())),
        }
    }

    /// `RUSTFLAGS` of the build, readable.
    pub(super) fn flags(&self) -> String {
        self.flags_variable().1.replace(FLAG_SEPARATOR, " ")
    }

    /// Refuses a toolchain that is not there: rustup would install it, or fail in words of its own.
    pub(super) fn check_toolchain(&self) -> Result<(), SideError> {
        let Some(wanted) = &self.toolchain else { return Ok(()) };
        let output = rustup().args(["toolchain", "list"]).stdin(Stdio::null()).output();
        let output = output.context("start rustup, which `--toolchain` needs")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let installed: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let is_meant = |name: &&str| *name == wanted || name.starts_with(&format!("{wanted}-"));
        if installed.iter().any(is_meant) {
            return Ok(());
        }
        let near = nearest(wanted, installed.iter().copied(), 3);
        let names = if near.is_empty() { installed.join(", ") } else { near.join(", ") };
        Err(SideError::Usage(format!(
            "build with toolchain `{wanted}`: it is not installed, but {names}; \
             `rustup toolchain install {wanted}` installs it"
        )))
    }

    fn dress(&self, command: &mut Command, directory: &Path) {
        command.current_dir(directory).stdin(Stdio::null()).envs(&self.environment);
        command.envs(self.profile.iter().map(|(name, value)| (name, value)));
        if self.rustflags.is_some() {
            let (name, value) = self.flags_variable();
            command.env(name, value);
        }
    }

    /// The variable that cargo obeys, with the plan's flags behind those of the user.
    fn flags_variable(&self) -> (&'static str, String) {
        let wanted = self.rustflags.as_deref().unwrap_or_default().split_whitespace();
        let given = |name| std::env::var(name).ok().filter(|flags| !flags.is_empty());
        match given(ENCODED_FLAGS) {
            Some(flags) => (
                ENCODED_FLAGS,
                flags.split(FLAG_SEPARATOR).chain(wanted).collect::<Vec<_>>().join(FLAG_SEPARATOR),
            ),
            None => {
                let flags = given(FLAGS).unwrap_or_default();
                (FLAGS, flags.split_whitespace().chain(wanted).collect::<Vec<_>>().join(" "))
            }
        }
    }
}

/// Runs a command whose stdout goes to `stdout`, passing on to stderr what it says there, and adding it to `heard`.
pub(super) fn run(mut command: Command, stdout: Stdio, heard: &mut Vec<u8>) -> anyhow::Result<ExitStatus> {
    let mut child =
        command.stdout(stdout).stderr(Stdio::piped()).spawn().context("start cargo; is it installed?")?;
    let mut said = child.stderr.take().context("read what cargo says")?;
    let mut buffer = [0; 4096];
    loop {
        let length = said.read(&mut buffer).context("read what cargo says")?;
        if length == 0 {
            return child.wait().context("wait for cargo");
        }
        heard.extend_from_slice(&buffer[..length]);
        // That nobody reads along is no reason not to build.
        drop(stderr().write_all(&buffer[..length]));
    }
}

fn with_toolchain(toolchain: &str, program: &str) -> Command {
    let mut command = rustup();
    command.args(["run", toolchain, program]);
    // They name the programs of the toolchain that started this process.
    command.env_remove("CARGO").env_remove("RUSTC").env_remove("RUSTDOC");
    command
}

fn rustup() -> Command {
    #[expect(clippy::disallowed_methods, reason = "the compiler is part of what is built")]
    Command::new("rustup")
}
