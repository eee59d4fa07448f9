#!/usr/bin/env bash
# Runs every cell of every suite once, optimized as for measuring, and checks what the contenders did.
# Nothing is measured or saved. A contender that is wrong, panics or hangs makes it fail, and is named.
set -euo pipefail
cd "$(dirname "$0")"/..

output=$(mktemp)
trap 'rm -f "$output"' EXIT
CONTEND_SET=full cargo bench -- --test >"$output"

# A suite without a cell would be a success for criterion.
for suite in crates/suites/*/; do
    suite=$(basename "$suite")
    cells=$(grep -c "^Testing $suite/" "$output" || true)
    echo "$suite: $cells cells ran"
    [ "$cells" -gt 0 ] || { echo "ci/cells.sh: $suite ran no cell" >&2; exit 1; }
done
