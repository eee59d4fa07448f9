#!/usr/bin/env bash
# Checks that clippy has nothing to say, and that Cargo.lock fits the manifests.
# The lints are in Cargo.toml and clippy.toml; warnings are errors here only.
set -euo pipefail
cd "$(dirname "$0")"/..
cargo clippy --locked --workspace --all-targets -- -D warnings
