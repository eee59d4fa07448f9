#!/usr/bin/env bash
# Checks the executables that look at single operations, which are built with the driver's feature `passes`: clippy, the tests of
# the engine and the driver, and each figure of one cell that has it.
set -euo pipefail
cd "$(dirname "$0")"/..
cargo clippy --locked -p contend-harness -p contend-driver --all-targets --features contend-driver/passes -- -D warnings
cargo test --locked -p contend-allocations
cargo test --locked -p contend-harness --features contend-harness/passes
# The driver's executables measure throughput in their tests, which these refuse.
cargo test --locked -p contend-driver --lib --features contend-driver/passes
cargo test --locked -p contend-map-contention -p contend-lock-contention -p contend-fan-out -p contend-buffer-pools \
    --lib --features contend-harness/passes

# Not optimized, which takes a tenth of the time to build: that there are figures is checked, not what they are.
executables=()
while read -r executable; do
    executables+=(--executable "$executable")
done < <(cargo build --quiet --locked -p contend-benches --benches --features contend-driver/passes \
    --message-format=json-render-diagnostics |
    sed -En 's/.*"executable":"([^"]*\/(map|lock)_contention-[^"]*)".*/\1/p')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cells='^map-contention/grow-from-empty/(dashmap|mutex-std)/1$|^lock-contention/section-in-0-out-0/mutex-std/1$'
CONTEND_THREADS=1 CONTEND_RESULTS="$work" \
    cargo run --quiet --locked -p contend -- figures "${executables[@]}" "$cells" | tee "$work/figures.txt"
# A busy machine leaves cells without times, and says so.
for figure in 'service time|not measurable' 'time to acquire|not measurable' 'it was due|each operation was due|not measurable' \
    'allocations|not measurable' 'memory of'; do
    grep -Eq "$figure" "$work/figures.txt" || { echo "ci/passes.sh: no $figure" >&2; exit 1; }
done
