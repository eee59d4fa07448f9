#!/usr/bin/env bash
# Asks cargo-deny whether all dependencies have a permissive licence and come from where they should, which needs no network once
# they are downloaded, and then RUSTSEC's database whether one of the pinned contenders, or anything else, has an advisory.
# It is no step of the gate: a new advisory is no fault of a change, and the gate works without a network. Where cargo-deny is
# missing, or the database cannot be had, it says so and exits with 3.
set -euo pipefail
cd "$(dirname "$0")"/..

if ! cargo deny --version >/dev/null 2>&1; then
    echo "ci/advisories.sh: not checked: cargo-deny is missing; \`cargo install --locked cargo-deny\`" >&2
    exit 3
fi
cargo deny check licenses bans sources
if ! cargo deny fetch db >/dev/null 2>&1; then
    echo "ci/advisories.sh: advisories not checked: RUSTSEC's database cannot be fetched" >&2
    exit 3
fi
cargo deny check advisories
