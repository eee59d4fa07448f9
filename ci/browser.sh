#!/usr/bin/env bash
# Checks in a real browser that criterion's report of a saved run opens from the disk, whole and without the network.
# Installs Debian's Chromium if there is none. Without a browser it fails; it never skips.
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

CONTEND_RESULTS="$work/run" CRITERION_HOME="$work/kept" CONTEND_SET=curated CONTEND_THREADS=1,2 \
    cargo bench --bench lock_contention -- \
    --sample-size 10 --measurement-time 0.05 --warm-up-time 0.02 counter-increment
NODE_PATH="$(realpath "$driver")/node_modules" node ci/browser/report.cjs "$work"/run/*/ "$work/screenshots"
rm -rf "$work/run" "$work/kept"
