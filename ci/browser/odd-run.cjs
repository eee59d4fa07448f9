// Makes a run that is hard to show: names as long as they may be, more contenders than there are colours, reasons that run from
// right to left or consist of signs of several letters each, cells that were not measured, and slices too few to tell anything.
//
// Usage: node odd-run.cjs STORE, a folder of runs that is there.

const fs = require("node:fs");
const path = require("node:path");

const FORMATS = path.join(__dirname, "..", "..", "crates", "protocol", "tests", "formats", "v1");
const NAME = "20260318T091502Z-4f2c9ae-7d10";
const LONGEST = 40;
const CONTENDERS = 17;
const WORKLOADS = 3;
const THREADS = [1, 2, 4];
const SLICES = 9;
const RIGHT_TO_LEFT = "הרצה נכשלה (42) بسبب الازدحام";
const EMOJI = "👩‍🚀👨‍👩‍👧‍👦🏳️‍🌈 1️⃣";

const read = (file) => fs.readFileSync(path.join(FORMATS, file), "utf8");
const line = (file) => JSON.parse(read(file).split("\n")[0]);

/** A name of all letters that it may have, ending with a number. */
const longest = (what, index) => `${what}-of-a-name-${"as-".repeat(LONGEST)}`.slice(0, LONGEST - 3) + `-${10 + index}`;

const cannot = (contender, workload) => contender === 3 && workload === 0;

/** What became of a cell, by what is odd about it. */
function outcomeOf(contender, workload) {
    const messages = { 5: `${RIGHT_TO_LEFT} ${EMOJI}`, 6: EMOJI.repeat(20), 7: `\u202e${RIGHT_TO_LEFT}`.repeat(9) };
    const message = workload === 0 ? messages[contender] : undefined;
    if (message === undefined) return { kind: "measured" };
    return contender === 6 ? { kind: "not-measurable", reason: message } : { kind: "faulty", fault: { kind: "panicked", message } };
}

function slicesOf(sample, contender, threads, measured) {
    const slices = { ...sample.slices };
    // One contender has too few slices for an interval.
    const count = measured ? (contender === 9 ? 3 : SLICES) : 0;
    const each = (value) => Array.from({ length: count }, (_, slice) => value(slice));
    const time = 20 * 1.37 ** contender * threads;
    slices.window_ns = each((slice) => Math.round(time * (1000 + slice)));
    slices.ops = each((slice) => Array.from({ length: threads }, (_, thread) => 1000 - 60 * contender * thread % 900 - slice));
    slices.cpu_ns = each(() => Math.round(time * 900 * threads));
    for (const column of Object.keys(slices)) {
        if (slices[column].length > count) slices[column] = slices[column].slice(0, count);
    }
    return slices;
}

function recordsOf(suite, sample) {
    const records = [];
    for (let workload = 0; workload < WORKLOADS; workload += 1) {
        for (let contender = 0; contender < CONTENDERS; contender += 1) {
            for (const threads of THREADS) {
                // In one workload a contender cannot do more than one thread; in the next another lacks a thread count in between.
                if (cannot(contender, workload) && threads > 1) continue;
                if (contender === 4 && workload === 1 && threads === 2) continue;
                const outcome = outcomeOf(contender, workload);
                records.push({
                    ...sample,
                    cell: [suite, longest("workload", workload), longest("contender", contender), threads].join("/"),
                    outcome,
                    version: `${RIGHT_TO_LEFT} ${EMOJI} 1.2.${contender}`,
                    oversubscribed: threads > 2,
                    slices: slicesOf(sample, contender, threads, outcome.kind === "measured"),
                });
            }
        }
    }
    return records;
}

/** What the executables said, of what was not measured too. */
function entriesOf(suite, entry, definition) {
    const cells = [];
    for (let workload = 0; workload < WORKLOADS; workload += 1) {
        for (let contender = 0; contender < CONTENDERS; contender += 1) {
            cells.push({
                ...entry,
                cell: [suite, longest("workload", workload), longest("contender", contender), 2].join("/"),
                definition,
                unavailable: cannot(contender, workload) ? `${RIGHT_TO_LEFT} "${EMOJI}"` : null,
                note: `${EMOJI} ${RIGHT_TO_LEFT}`,
                question: `${RIGHT_TO_LEFT} ${EMOJI}?`,
            });
        }
    }
    return cells;
}

function main([store]) {
    const folder = path.join(store, NAME);
    const suite = longest("suite", 0);
    const sample = line("samples.jsonl");
    const lines = (objects) => objects.map((object) => `${JSON.stringify(object)}\n`).join("");
    fs.mkdirSync(folder);
    const manifest = JSON.parse(read("run.json"));
    manifest.machine.cpu_model = `${RIGHT_TO_LEFT} ${EMOJI}`;
    fs.writeFileSync(path.join(folder, "run.json"), JSON.stringify(manifest));
    const doctor = JSON.parse(read("doctor.json"));
    doctor.examinations[1].lines[0].finding = `${RIGHT_TO_LEFT} ${EMOJI}`;
    fs.writeFileSync(path.join(folder, "doctor.json"), JSON.stringify(doctor));
    fs.writeFileSync(path.join(folder, "samples.jsonl"), lines(recordsOf(suite, sample)));
    fs.writeFileSync(path.join(folder, "catalogue.jsonl"), lines(entriesOf(suite, line("catalogue.jsonl"), sample.definition)));
}

main(process.argv.slice(2));
