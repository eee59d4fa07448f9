// Makes a series of runs out of one, for pages over time: a run a day, with scatter, a step in every fourth cell, and a few
// runs of another machine. The same run gives the same series.
//
// Usage: node series.cjs RUN FOLDER [RUNS [CELLS]]: a run that is there, a folder to make, and how many runs of at most how many cells.

const fs = require("node:fs");
const path = require("node:path");
const { gunzipSync } = require("node:zlib");

const DAY_MS = 86_400_000;

/** Numbers from 0 to 1 that are the same each time. Source: Park and Miller, "Random number generators", 1988. */
function numbers() {
    let state = 20_260_318;
    return () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
    };
}

function main([run, folder, runs = "24", cells = "100000"]) {
    const manifest = JSON.parse(fs.readFileSync(path.join(run, "run.json"), "utf8"));
    const packed = path.join(run, "samples.jsonl.gz");
    const samples = fs.existsSync(packed) ? gunzipSync(fs.readFileSync(packed)) : fs.readFileSync(path.join(run, "samples.jsonl"));
    const kept = new Set();
    const lines = samples.toString("utf8").split("\n").filter(Boolean).filter((line) => {
        const { cell } = JSON.parse(line);
        if (kept.size < Number(cells)) kept.add(cell);
        return kept.has(cell);
    });
    const next = numbers();
    for (let day = 0; day < Number(runs); day += 1) {
        const created = manifest.created_unix_ms + day * DAY_MS;
        const commit = `${day.toString(16).padStart(7, "0")}${"a".repeat(33)}`;
        const other = day % 8 === 7;
        const id = other ? "ffff000011112222" : manifest.machine.id;
        const stamp = new Date(created).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
        const name = `${stamp}-${commit.slice(0, 7)}-${id.slice(0, 4)}`;
        fs.mkdirSync(path.join(folder, name), { recursive: true });
        const about = {
            ...manifest, run: name, created_unix_ms: created, machine: { ...manifest.machine, id },
            source: { ...manifest.source, commit, dirty: false },
        };
        fs.writeFileSync(path.join(folder, name, "run.json"), `${JSON.stringify(about, null, 2)}\n`);
        const seen = new Map();
        const changed = lines.map((line) => {
            const record = JSON.parse(line);
            if (!seen.has(record.cell)) seen.set(record.cell, seen.size);
            const step = seen.get(record.cell) % 4 === 0 && day >= Number(runs) / 2 ? 1.3 : 1;
            const scale = (other ? 2 : 1) * step * (0.97 + 0.06 * next());
            record.slices.window_ns = record.slices.window_ns.map((window) => Math.round(window * scale));
            return `${JSON.stringify(record)}\n`;
        });
        fs.writeFileSync(path.join(folder, name, "samples.jsonl"), changed.join(""));
    }
}

main(process.argv.slice(2));
