#!/usr/bin/env bash
# Checks the contenders of the feature `extended`: clippy, and the tests of the suites that have some, in which each works under
# its suite's model. `cargo test` does not build them.
set -euo pipefail
cd "$(dirname "$0")"/..
suites=(-p contend-map-contention -p contend-lock-contention -p contend-fan-out)
cargo clippy --locked "${suites[@]}" --all-targets --features extended -- -D warnings
cargo test --locked "${suites[@]}" --features extended
