#!/usr/bin/env bash
# Builds an executable for each allocator, and runs each of their cells once. It needs a C++ compiler, and takes minutes, so it is no step
# of the gate: run it after a change of the allocation workloads or of an allocator's version.
set -euo pipefail
cd "$(dirname "$0")"/..

# The versions that everything else is tested with.
cp Cargo.lock allocators/Cargo.lock
output=$(mktemp)
trap 'rm -f "$output" allocators/Cargo.lock' EXIT
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
(cd allocators && CONTEND_SET=full cargo bench -- --test) >"$output"

# A filter that fits nothing is a success for criterion.
for allocator in jemalloc mimalloc snmalloc system; do
    cells=$(grep -c "^Testing buffer-pools/.*/$allocator/" "$output" || true)
    echo "$allocator: $cells cells ran"
    [ "$cells" -gt 0 ] || { echo "ci/allocators.sh: $allocator ran no cell" >&2; exit 1; }
done
