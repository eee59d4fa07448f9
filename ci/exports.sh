#!/usr/bin/env bash
# Checks that what `contend export` writes is read by the software it is for: Python's csv and json, promtool, critcmp.
# Fetches promtool from Debian's package and builds critcmp where they are not there. Without them it fails; it never skips.
set -euo pipefail
cd "$(dirname "$0")"/..

tools="$(realpath -m "${CARGO_TARGET_DIR:-target}")/exports"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools"

fetch_promtool() {
    # Taken out of its package: installing it would start a server.
    apt-get update
    (cd "$work" && apt-get download prometheus && dpkg -x prometheus_*.deb unpacked)
    cp "$work/unpacked/usr/bin/promtool" "$tools"
}
if ! [ -x "$tools/promtool" ]; then
    fetch_promtool >"$work/apt.txt" 2>&1 || { tail -n 20 "$work/apt.txt" >&2; exit 1; }
fi
[ -x "$tools/bin/critcmp" ] || cargo install --quiet --locked --root "$tools" critcmp@0.1.8

# A run that is kept in the repository, so that it is always the same.
run=$(basename "$(dirname "$(git ls-files 'results/*/run.json' | tail -n 1)")")
cargo build --quiet --package contend
contend() {
    CONTEND_RESULTS="$PWD/results" cargo run --quiet --package contend -- "$@"
}

for format in csv jsonl openmetrics benchstat bencher github-action-benchmark; do
    contend export "$run" --format "$format" --output "$work/$format"
done
contend export "$run" --format criterion --filter '/2$' --output "$work/criterion"

python3 - "$work" <<'PYTHON'
import csv, json, math, pathlib, statistics, sys

work = pathlib.Path(sys.argv[1])
with open(work / "csv", newline="") as file:
    rows = list(csv.DictReader(file, strict=True))
lines = [json.loads(line) for line in (work / "jsonl").read_text().splitlines()]
assert rows and len(rows) == len(lines)
for row, line in zip(rows, lines):
    assert set(line) == set(row) | {"schema"}
    for name, field in row.items():
        value = line[name]
        if isinstance(value, float):
            assert float(field) == value, (name, field, value)
        elif value is None:
            assert field == "", (name, field)
        elif not isinstance(value, bool):
            assert field == str(value), (name, field, value)
times = {}
for line in lines:
    if line["outcome"] == "measured":
        times.setdefault(line["cell"], []).append(line["time_ns_per_op"])
measured = {cell: statistics.median(launches) for cell, launches in times.items()}

def is_what_was_measured(found):
    # Over several launches it is their median, which two ways of adding may round apart.
    return found.keys() == measured.keys() and all(math.isclose(found[cell], measured[cell]) for cell in measured)

bencher = json.loads((work / "bencher").read_text())
assert is_what_was_measured({cell: figures["latency"]["value"] for cell, figures in bencher.items()})
tracked = json.loads((work / "github-action-benchmark").read_text())
assert is_what_was_measured({entry["name"]: entry["value"] for entry in tracked})
# benchstat compares what has the same configuration, so nothing of one run only may be in it.
others = [line for line in (work / "benchstat").read_text().splitlines() if not line.startswith(("#", "Unit ", "Benchmark"))]
assert {line.split(": ")[0] for line in others} <= {"goos", "goarch", "cpu"}, others
print(f"csv, jsonl, bencher, github-action-benchmark: {len(rows)} rows, {len(measured)} numbers")
PYTHON

"$tools/promtool" check metrics <"$work/openmetrics"
echo "promtool: $(grep -c '^contend_' "$work/openmetrics") samples"

compared=$("$tools/bin/critcmp" --target-dir "$work" new)
cells=$(grep -c '/2 ' <<<"$compared")
folders=$(find "$work/criterion" -name sample.json | wc -l)
echo "critcmp: $cells of $folders cells"
[ "$cells" -gt 0 ] && [ "$cells" -eq "$folders" ]
