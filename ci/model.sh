#!/usr/bin/env bash
# Checks with loom what threads share: the start gate, which lets nobody pass early and nobody wait for ever, and our own
# structures, which lose, tear and double nothing. A model goes through the orders of its threads.
# It builds with another cfg, so it has a target folder of its own.
set -euo pipefail
cd "$(dirname "$0")"/..

output=$(mktemp)
trap 'rm -f "$output"' EXIT
for package in harness structures; do
    models=$(awk '/^mod model \{/ { inside = 1 } /^\}/ { inside = 0 } inside && /#\[test\]/ { count++ } END { print count + 0 }' \
        crates/"$package"/src/*.rs)
    RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom" \
        cargo test -p "contend-$package" --lib --release model:: | tee "$output"

    # A filter that fits nothing is a success for cargo.
    passed=$(grep -c '^test .*\bmodel::.* ok$' "$output" || true)
    if [ "$models" -eq 0 ] || [ "$passed" -ne "$models" ]; then
        echo "ci/model.sh: $passed models passed, but contend-$package has $models" >&2
        exit 1
    fi
done
