#!/usr/bin/env bash
# Checks that the documentation builds, with that of private items, and that its links lead somewhere.
# `cargo doc --no-deps --workspace --document-private-items --open` shows it.
set -euo pipefail
cd "$(dirname "$0")"/..
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --document-private-items
