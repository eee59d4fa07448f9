#!/usr/bin/env bash
# Checks in a real browser that the reports of a saved run open from the disk, whole and without the network: criterion's, and
# the pages of `contend report` and `contend site build`, also for those who read in the dark, on a phone, with the keyboard, on paper or without scripts.
# Installs Debian's Chromium if there is none. Without a browser it fails; it never skips.
#
# Leaves screenshots, and the report of the run that README links to. `CONTEND_PICTURES=docs bash ci/browser.sh` also writes the
# pictures that README shows.
set -euo pipefail
cd "$(dirname "$0")"/..

# Folders of one's own for the run and for criterion's baselines: those of the user stay as they are.
work=$(mktemp -d)
mkdir "$work/screenshots"

install_chromium() {
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core
}
if ! [ -x /usr/bin/chromium ]; then
    echo "installing Chromium"
    install_chromium >"$work/apt.txt" 2>&1 || { tail -n 20 "$work/apt.txt" >&2; exit 1; }
fi

driver="${CARGO_TARGET_DIR:-target}/browser"
mkdir -p "$driver"
cp ci/browser/package.json ci/browser/package-lock.json "$driver"
npm ci --prefix "$driver" --no-audit --no-fund --loglevel=error
NODE_PATH="$(realpath "$driver")/node_modules"
export NODE_PATH

# A small run of this machine, with what criterion makes of it. Four threads are more than the cores of most gates.
CONTEND_RESULTS="$work/run" CRITERION_HOME="$work/kept" CONTEND_SET=curated CONTEND_THREADS=1,2,4 \
    cargo bench --bench lock_contention -- \
    --sample-size 10 --measurement-time 0.05 --warm-up-time 0.02 counter-increment
CONTEND_RESULTS="$work/run" cargo contend report

# A run with the longest names, more contenders than colours, and reasons in any script.
mkdir "$work/odd"
node ci/browser/odd-run.cjs "$work/odd"
CONTEND_RESULTS="$work/odd" cargo contend report

# The run of several launches that README names, with all suites, and what was seen of its single operations. Its folder stays as it is.
run=$(sed -n 's/.*(results\/\([0-9TZa-z-]*\)).*/\1/p' README.md | head -n 1)
mkdir "$work/kept-runs"
cp -r "results/$run" results/figures "$work/kept-runs"
CONTEND_RESULTS="$work/kept-runs" CONTEND_THREADS=1,2,4 cargo contend report --ask

# A site over a series of runs that is made up of that one: with a step, another machine, and a comparison that has every verdict.
node ci/browser/series.cjs "$work"/kept-runs/"$run" "$work/series"
mkdir -p "$work/series/comparisons/20260319T101500Z-4f2c9ae-91be03d-7d10"
cp crates/protocol/tests/formats/v1/verdict.json "$work/series/comparisons/20260319T101500Z-4f2c9ae-91be03d-7d10"
CONTEND_RESULTS="$work/series" cargo contend site build "$work/site"

# Two at a time: a browser is busy with one core for most of it.
failed=""
check() { # NAME SCRIPT FOLDER
    mkdir "$work/screenshots/$1"
    node "ci/browser/$2" "$3" "$work/screenshots/$1" >"$work/$1.txt" 2>&1
}
conclude() { # PROCESS NAME
    wait "$1" || failed="$failed $2"
    cat "$work/$2.txt"
}
check kept pages.cjs "$work/kept-runs/$run/report" & kept=$!
check criterion report.cjs "$(dirname "$work"/run/*/run.json)" & criterion=$!
conclude "$criterion" criterion
check small pages.cjs "$(dirname "$work"/run/*/report/index.html)" & small=$!
conclude "$small" small
check odd pages.cjs "$(dirname "$work"/odd/*/report/index.html)" & odd=$!
conclude "$kept" kept
check site pages.cjs "$work/site" & site=$!
conclude "$odd" odd
conclude "$site" site
if [ -n "$failed" ]; then
    echo "ci/browser.sh: the pages have faults:$failed" >&2
    exit 1
fi

if [ -n "${CONTEND_PICTURES:-}" ]; then
    node ci/browser/pictures.cjs "$work/kept-runs/$run/report" "$CONTEND_PICTURES"
fi
# What a publisher can look at, or put on any host.
sample="${CARGO_TARGET_DIR:-target}/sample-report"
rm -rf "$sample"
cp -r "$work/kept-runs/$run/report" "$sample"
echo "a sample report: $sample/index.html"
rm -rf "$work/run" "$work/kept" "$work/odd" "$work/kept-runs" "$work/series" "$work/site"
