#!/usr/bin/env bash
# Builds the template, a workspace of its own, as whoever copies it would, and runs its contender once in every workload.
set -euo pipefail
cd "$(dirname "$0")"/..

# The versions that everything else is tested with.
cp Cargo.lock template/Cargo.lock
output=$(mktemp)
trap 'rm -f "$output" template/Cargo.lock' EXIT
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
# Not optimized, which takes a third of the time: that it builds and that its contender works is checked, not how fast it is.
(cd template && CONTEND_SET=full cargo bench --profile dev -- --test /mine/) >"$output"

# A filter that fits nothing is a success for criterion.
cells=$(grep -c '^Testing map-contention/.*/mine/' "$output" || true)
echo "template: $cells cells ran"
[ "$cells" -gt 0 ] || { echo "ci/template.sh: the template's contender did not run" >&2; exit 1; }
