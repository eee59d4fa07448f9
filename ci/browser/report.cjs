// Opens criterion's report of a saved run as its reader does, from the disk, and checks what the reader sees.
//
// Usage: node report.cjs RUN SCREENSHOTS, two folders that are there.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { report, watch, withBrowser } = require("./browser.cjs");

const WIDTHS = [1280, 360];

/** The ids of the run's cells that have a number. */
function measuredCells(run) {
    const lines = fs.readFileSync(path.join(run, "samples.jsonl"), "utf8").split("\n").filter(Boolean);
    const measured = lines.map((line) => JSON.parse(line)).filter((line) => line.outcome.kind === "measured");
    return [...new Set(measured.map((line) => line.cell))];
}

function indexOf(run) {
    return pathToFileURL(path.join(run, "criterion", "report", "index.html")).href;
}

/** Where criterion keeps the page of a cell. */
function pageOf(run, cell) {
    const [suite, workload, contender, threads] = cell.split("/");
    const folder = path.join(run, "criterion", `${suite}_${workload}`, contender, threads);
    return pathToFileURL(path.join(folder, "report", "index.html")).href;
}

/** Opens a page and returns what it shows. Throws if it is not there. */
async function open(context, url) {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "load" });
    const seen = await page.evaluate(() => {
        const size = (element) => element.getBoundingClientRect();
        const isSeen = (element) => size(element).width > 0 && size(element).height > 0;
        const isDrawn = (image) => image.complete && image.naturalWidth > 0 && isSeen(image);
        const [images, drawings] = ["img", "svg"].map((tag) => [...document.querySelectorAll(tag)]);
        return {
            title: document.title,
            links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
            charts: images.length + drawings.length,
            broken: images.filter((image) => !isDrawn(image)).map((image) => image.src)
                .concat(drawings.filter((drawing) => !isSeen(drawing)).map(() => "a drawing without a size")),
        };
    });
    await page.close();
    return seen;
}

/** What is wrong with the report. Prints what was looked at. */
async function check(context, run) {
    const problems = watch(context, run);
    const cells = new Map(measuredCells(run).map((cell) => [pageOf(run, cell), cell]));
    assert(cells.size > 0, "no cell of the run could be measured, so its report has nothing to show");
    const index = await open(context, indexOf(run));
    const linked = [...new Set(index.links)].filter((link) => link.startsWith("file:"));
    for (const [url, cell] of cells) {
        if (!linked.includes(url)) problems.push(`the index does not link to ${cell}`);
    }
    for (const url of linked) {
        try {
            const { title, charts, broken } = await open(context, url);
            problems.push(...broken.map((chart) => `${url}: ${chart} is not drawn`));
            if (charts === 0) problems.push(`${url}: it has no chart`);
            if (!title.includes(cells.get(url) ?? "Criterion.rs")) problems.push(`${url}: its title is ${title}`);
        } catch (error) {
            problems.push(`${url}: ${error.message.split("\n")[0]}`);
        }
    }
    console.log(`${linked.length} pages opened, ${cells.size} of them of measured cells`);
    return problems;
}

async function takeScreenshots(context, run, folder) {
    const page = await context.newPage();
    const [cell] = measuredCells(run);
    const pages = { index: indexOf(run), cell: pageOf(run, cell) };
    for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        for (const [name, url] of Object.entries(pages)) {
            await page.goto(url, { waitUntil: "load" });
            const file = path.join(folder, `${name}-${width}.png`);
            await page.screenshot({ path: file, fullPage: true });
            console.log(`screenshot: ${file}`);
        }
    }
}

async function main([folder, screenshots]) {
    const run = fs.realpathSync(folder);
    return withBrowser({ colorScheme: "light" }, async (context) => {
        const problems = await check(context, run);
        await takeScreenshots(context, run, screenshots);
        return problems;
    });
}

report(main(process.argv.slice(2)));
