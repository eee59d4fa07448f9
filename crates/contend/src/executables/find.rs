//! Finding bench executables: cargo builds them and says where they are.

use super::Executable;
use anyhow::{Context, bail};
use cargo_metadata::{Artifact, Message, TargetKind};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The executables `given`, or those of the workspace where none is given, built with `features`.
pub(crate) fn find(given: &[PathBuf], features: &[String]) -> anyhow::Result<Vec<Executable>> {
    if given.is_empty() { build(features) } else { Ok(given.iter().cloned().map(Executable::at).collect()) }
}

/// As [`find`], of those that look at single operations, memory and allocations.
pub(crate) fn find_passes(given: &[PathBuf], features: &[String]) -> anyhow::Result<Vec<Executable>> {
    find(given, &[vec![PASSES.to_owned()], features.to_vec()].concat())
}

/// Builds what the driver's feature adds. The executables that measure throughput stay as they are, beside them.
const PASSES: &str = "contend-driver/passes";

/// Builds them as `cargo bench` does. What cargo has to say goes to stderr.
fn build(features: &[String]) -> anyhow::Result<Vec<Executable>> {
    let mut command = cargo();
    command.args(BUILD_BENCHES).stdin(Stdio::null()).stdout(Stdio::piped());
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    let mut cargo = command.spawn().context("start cargo; is it installed?")?;
    let messages = cargo.stdout.take().context("read what cargo says")?;
    let executables = benches(BufReader::new(messages))?;
    let status = cargo.wait().context("wait for cargo")?;
    if !status.success() {
        bail!("build the bench executables: cargo ended with {status}, and said why above");
    }
    Ok(executables)
}

/// What makes cargo build the bench executables, and say on stdout where they are.
pub(crate) const BUILD_BENCHES: [&str; 3] = ["bench", "--no-run", "--message-format=json-render-diagnostics"];

/// The cargo that started this process, or the first one in `PATH`.
pub(crate) fn cargo() -> Command {
    #[expect(clippy::disallowed_methods, reason = "the bench executables are found here")]
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The bench executables that cargo's messages name, sorted by name.
pub(crate) fn benches(messages: impl BufRead) -> anyhow::Result<Vec<Executable>> {
    let mut executables = Vec::new();
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("read what cargo says")? {
            executables.extend(bench(artifact));
        }
    }
    executables.sort_by(|left, right| (&left.name, &left.directory).cmp(&(&right.name, &right.directory)));
    Ok(executables)
}

fn bench(artifact: Artifact) -> Option<Executable> {
    let is_bench = artifact.target.kind.contains(&TargetKind::Bench);
    let path = artifact.executable.filter(|_| is_bench)?;
    let directory = artifact.manifest_path.parent().map(|package| package.to_owned().into_std_path_buf());
    Some(Executable { name: artifact.target.name, path: path.into_std_path_buf(), directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As cargo 1.95 writes it, on one line.
    fn message(kind: &str, executable: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"path+file:///w#p@0.1.0","manifest_path":"/w/Cargo.toml","target":{{"kind":["{kind}"],"crate_types":["bin"],"name":"locks","src_path":"/w/benches/locks.rs","edition":"2024","doc":false,"doctest":false,"test":false}},"profile":{{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,"test":true}},"features":[],"filenames":["/t/locks-1"],"executable":{executable},"fresh":true}}"#
        )
    }

    #[track_caller]
    fn check(kind: &str, executable: &str, expected: Option<&str>) {
        let text = message(kind, executable);
        let mut messages = Message::parse_stream(text.as_bytes());
        let Some(Ok(Message::CompilerArtifact(artifact))) = messages.next() else {
            panic!("an artifact: {text}")
        };
        let found = bench(artifact);
        assert_eq!(found.as_ref().and_then(|found| found.path.to_str()), expected);
        if let Some(found) = found {
            assert_eq!((found.name.as_str(), found.directory), ("locks", Some(PathBuf::from("/w"))));
        }
    }

    #[test]
    fn only_benches_are_taken() {
        check("bench", r#""/t/locks-1""#, Some("/t/locks-1"));
        check("bench", "null", None);
        check("bin", r#""/t/locks-1""#, None);
        check("test", r#""/t/locks-1""#, None);
    }

    #[test]
    fn given_ones_are_named_by_their_files() {
        let found = find(&[PathBuf::from("/t/fake.sh")], &[]).expect("nothing is built");
        assert_eq!((found.len(), found[0].name.as_str()), (1, "fake"));
    }
}
