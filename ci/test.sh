#!/usr/bin/env bash
# Runs all tests: beside the code, of the command line, of the examples in the documentation, of layers and style.
# It is the command of the README.
set -euo pipefail
cd "$(dirname "$0")"/..
cargo test
