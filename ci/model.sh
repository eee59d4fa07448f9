#!/usr/bin/env bash
# Checks the start gate with loom: in every order of its threads, nobody passes early and nobody waits for ever.
# It builds with another cfg, so it has a target folder of its own.
set -euo pipefail
cd "$(dirname "$0")"/..

models=$(grep -c 'loom::model(' crates/harness/src/gate.rs)
output=$(mktemp)
trap 'rm -f "$output"' EXIT
RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom" \
    cargo test -p contend-harness --lib --release gate::model | tee "$output"

# A filter that fits nothing is a success for cargo.
passed=$(grep -c '^test gate::model::.* ok$' "$output" || true)
if [ "$models" -eq 0 ] || [ "$passed" -ne "$models" ]; then
    echo "ci/model.sh: $passed models passed, but gate.rs has $models" >&2
    exit 1
fi
