#!/usr/bin/env bash
# Checks the executables that look at single operations, which are built with the driver's feature `passes`: clippy, the tests of
# the engine and the driver, and each figure of one cell that has it.
set -euo pipefail
cd "$(dirname "$0")"/..
cargo clippy --locked -p contend-harness -p contend-driver --all-targets --features contend-driver/passes -- -D warnings
cargo test --locked -p contend-allocations
cargo test --locked -p contend-harness -p contend-driver --features contend-driver/passes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cells='^map-contention/grow-from-empty/(dashmap|floor)/1$|^lock-contention/section-in-0-out-0/mutex-std/2$'
CONTEND_SET=full CONTEND_THREADS=1,2 CONTEND_RESULTS="$work" \
    cargo run --quiet --locked -p contend -- figures "$cells" | tee "$work/figures.txt"
for figure in 'service time' 'time to acquire' 'since each operation was due' 'allocations' 'memory of'; do
    grep -q "$figure" "$work/figures.txt" || { echo "ci/passes.sh: no $figure" >&2; exit 1; }
done
