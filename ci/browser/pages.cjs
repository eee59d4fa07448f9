// Opens the pages of `contend report`, or of `contend site build`, as their reader does, from the disk, and checks what the
// reader sees: in light and dark, on a phone and a desk, with the keyboard, on paper, and without scripts.
//
// Usage: node pages.cjs REPORT SCREENSHOTS, or node pages.cjs SITE SCREENSHOTS: two folders that are there.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { report, watch, withBrowser } = require("./browser.cjs");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 768, 1280];
const SCHEMES = ["light", "dark"];

const url = (folder, file) => pathToFileURL(path.join(folder, file)).href;

/** The first page, those of suites, and the others. */
function pagesOf(folder) {
    const files = fs.readdirSync(folder).filter((file) => file.endsWith(".html")).sort();
    assert(files.includes("index.html") && files.some((file) => file.startsWith("suite.")), `${folder} is no report`);
    return files;
}

/** The lines of `cells.jsonl`. */
function cellsOf(folder) {
    const lines = fs.readFileSync(path.join(folder, "cells.jsonl"), "utf8").split("\n").filter(Boolean);
    assert(lines.length > 0, "the report holds no cell");
    return lines.map((line) => JSON.parse(line));
}

/** Whether the folder is a site, and not the report of one run. */
const isSite = (folder) => fs.existsSync(path.join(folder, "contend-site.json"));

/** All files below the folder, by their places in it. */
function filesOf(folder) {
    return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
        .sort();
}

/** A few cells over time and all else of a site that is not the report of a run, which is checked by itself. */
function pagesOfSite(folder) {
    const pages = filesOf(folder).filter((file) => file.endsWith(".html") && !/^runs\/.+\//.test(file));
    const cells = pages.filter((file) => /^bench\/.+\//.test(file));
    const stepped = cells.filter((file) => fs.readFileSync(path.join(folder, file), "utf8").includes('class="step"'));
    assert(cells.length > 0 && stepped.length > 0, `${folder} has no cell over time, or none with a step`);
    const few = [...stepped.slice(0, 3), ...cells.filter((file) => !stepped.includes(file)).slice(0, 2)];
    return [...pages.filter((file) => !cells.includes(file)), ...few];
}

/** Every link of every page leads to a file, and to a part of it where it names one. */
function checkLinks(folder, problems) {
    const parts = new Map();
    const textOf = (file) => {
        if (!parts.has(file)) parts.set(file, fs.existsSync(path.join(folder, file)) ? fs.readFileSync(path.join(folder, file), "utf8") : null);
        return parts.get(file);
    };
    let count = 0;
    for (const file of filesOf(folder).filter((name) => name.endsWith(".html"))) {
        for (const [, link] of textOf(file).matchAll(/ href="([^"]*)"/g)) {
            const [to, part] = link.split("#");
            const target = to === "" ? file : path.normalize(path.join(path.dirname(file), decodeURIComponent(to)));
            count += 1;
            if (target.startsWith("..") || textOf(target) === null) {
                problems.push(`${file}: ${link} leads nowhere`);
            } else if (part && !textOf(target).includes(` id="${part}"`)) {
                problems.push(`${file}: ${link} leads to no part of ${target}`);
            }
        }
    }
    return count;
}

/** Runs in the page: texts of drawings that are cut, or lie on each other. */
function faultsOfDrawings() {
    const faults = [];
    const box = (element) => element.getBoundingClientRect();
    const within = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
        && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    // Boxes of texts hold the room above and below their letters.
    const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.35 * one.height;
    for (const drawing of document.querySelectorAll("figure svg")) {
        const texts = [...drawing.querySelectorAll("text")].filter((text) => text.textContent);
        const frame = box(drawing);
        if (frame.width === 0) faults.push(`${drawing.textContent.slice(0, 60)} is not drawn`);
        const boxes = texts.map(box);
        texts.forEach((text, index) => {
            if (!within(boxes[index], frame)) faults.push(`"${text.textContent}" is cut`);
            for (let other = 0; other < index; other += 1) {
                if (meet(boxes[index], boxes[other])) {
                    faults.push(`"${text.textContent}" lies on "${texts[other].textContent}"`);
                }
            }
        });
    }
    return faults;
}

/** Everything that is folded is opened, so that all of it is checked. */
const unfold = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));

async function checkPage(context, folder, file, scheme, problems) {
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(url(folder, file), { waitUntil: "load" });
    await unfold(page);
    for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) problems.push(`${file}: ${wide} pixels too wide at ${width} (${scheme})`);
        const faults = await page.evaluate(faultsOfDrawings);
        problems.push(...faults.map((fault) => `${file}: ${fault} at ${width}`));
    }
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of found.violations) {
        const nodes = violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ");
        problems.push(`${file}: axe ${violation.id} (${scheme}): ${violation.help}: ${nodes}`);
    }
    await page.close();
    return found.passes.length;
}

/** The page without scripts has all that the page with scripts has, but for what steers it. */
async function checkWithoutScripts(context, folder, file, problems) {
    const text = (page) => page.evaluate(() => {
        document.getElementById("_tools").replaceChildren();
        return document.body.textContent.replace(/\s+/g, " ");
    });
    const page = await context.newPage();
    await page.goto(url(folder, file), { waitUntil: "load" });
    const scripted = await text(page);
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setScriptExecutionDisabled", { value: true });
    await page.reload({ waitUntil: "load" });
    const controls = await page.evaluate(() => document.querySelectorAll("button, input").length);
    if (controls > 0) problems.push(`${file}: ${controls} controls do nothing without scripts`);
    if (await text(page) !== scripted) problems.push(`${file}: without scripts it says something else`);
    await page.close();
}

/** Whatever the run holds is on its page. */
async function checkContent(context, folder, problems) {
    const cells = cellsOf(folder);
    for (const suite of new Set(cells.map((cell) => cell.suite))) {
        const files = pagesOf(folder).filter((file) => file === `suite.${suite}.html` || file.startsWith(`suite.${suite}.`));
        let rows = 0;
        for (const file of files) {
            const page = await context.newPage();
            await page.goto(url(folder, file), { waitUntil: "load" });
            rows += await page.locator("section.workload table.data tbody tr").count();
            await page.close();
        }
        const wanted = cells.filter((cell) => cell.suite === suite).length;
        if (rows !== wanted) problems.push(`${suite} has ${wanted} cells, and its pages ${rows} rows`);
    }
    return cells.length;
}

/** What the script does: filter, sort, light up, remember, and all of it with the keyboard. */
async function checkSteering(context, folder, problems) {
    const expect = (holds, what) => { if (!holds) problems.push(`steering: ${what}`); };
    const file = pagesOf(folder).find((name) => name.startsWith("suite."));
    const page = await context.newPage();
    await page.goto(url(folder, file), { waitUntil: "load" });
    const visible = () => page.locator("section.workload tr[data-c]:not([hidden])").count();
    const all = await visible();
    const name = await page.locator("[data-key]").first().getAttribute("data-key");
    await page.locator("#_tools input").fill(`contender:${name} threads:2`);
    const filtered = await visible();
    expect(filtered > 0 && filtered < all, `a filter leaves ${filtered} of ${all} rows`);
    expect(page.url().includes("#f="), "a filter is not in the address");
    await page.reload({ waitUntil: "load" });
    expect(await visible() === filtered, "the address does not bring the filter back");
    const told = () => page.locator("#_tools [role=status]").textContent();
    expect(await told() === "", `a filter that leaves rows says ${await told()}`);
    await page.locator("#_tools input").fill("contender:there-is-none-of-this-name");
    expect(await told() !== "", "a filter that hides everything says nothing");
    await page.locator("#_tools input").fill("");
    expect(await visible() === all, "an empty filter hides rows");
    expect(await told() === "", "an empty filter still says something");

    await page.locator("[data-key] button").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-key] button[aria-pressed=true]").count() > 0, "Enter lights no contender");
    expect(await page.locator("svg g.dim").count() > 0, "nothing fades beside a contender that is lit");

    await page.locator("section.workload details > summary").first().focus();
    await page.keyboard.press("Enter");
    const head = page.locator("section.workload table.data thead button").nth(2);
    await head.focus();
    await page.keyboard.press("Enter");
    // Smallest first, then largest first; what is no number stays last.
    const sorted = () => page.locator("section.workload table.data").first().evaluate((table) => {
        const times = [...table.tBodies[0].rows].map((row) => parseFloat(row.cells[2].textContent));
        const numbers = times.filter((time) => !Number.isNaN(time));
        const up = table.querySelector("[aria-sort]")?.getAttribute("aria-sort") === "ascending" ? 1 : -1;
        return table.querySelector("[aria-sort]") !== null && times.slice(numbers.length).every(Number.isNaN)
            && numbers.every((time, at) => at === 0 || up * numbers[at - 1] <= up * time);
    });
    expect(await sorted(), "Enter on a head sorts nothing");
    await page.keyboard.press("Enter");
    expect(await sorted(), "Enter on the same head does not sort the other way");

    // What a filter opened is folded again when it goes.
    await page.goto(url(folder, "index.html"), { waitUntil: "load" });
    const open = () => page.evaluate(() => [...document.querySelectorAll("details[data-t]")].map((one) => one.open).join());
    const opened = await open();
    await page.locator("#_tools input").fill("threads:1");
    await page.locator("#_tools input").fill("");
    expect(await open() === opened, "a filter leaves open what was folded");
    await page.goto(url(folder, file), { waitUntil: "load" });

    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await ground();
    await page.locator("#_tools button").last().click();
    expect(await ground() !== before, "the theme does not change");
    await page.emulateMedia({ media: "print" });
    expect(await ground() === "rgb(255, 255, 255)", "paper is not white");
    const shown = await page.evaluate(() => [...document.querySelectorAll("section.workload details table")]
        .every((table) => table.checkVisibility({ contentVisibilityAuto: true })));
    expect(shown, "on paper a table stays folded");
    // The theme that was chosen is remembered, and what comes next is about the one that the system asks for.
    await page.evaluate(() => localStorage.clear());
    await page.close();
}

/** What the script does on the pages of a site: the list of cells can be filtered and sorted with the keyboard. */
async function checkSteeringOfSite(context, folder, problems) {
    const expect = (holds, what) => { if (!holds) problems.push(`steering of the site: ${what}`); };
    const page = await context.newPage();
    await page.goto(url(folder, "bench/index.html"), { waitUntil: "load" });
    const rows = page.locator("tbody tr[data-c]:not([hidden])");
    const all = await rows.count();
    const name = await rows.first().getAttribute("data-c");
    await page.locator("#_tools input").fill(`contender:${name}`);
    const filtered = await rows.count();
    expect(filtered > 0 && filtered < all, `a filter leaves ${filtered} of ${all} rows`);
    await page.locator("#_tools input").fill("");
    const head = page.locator("table.data thead button").nth(1);
    await head.focus();
    await page.keyboard.press("Enter");
    const sorted = await page.locator("table.data").first().evaluate((table) => {
        const names = [...table.tBodies[0].rows].map((row) => row.cells[1].textContent.trim());
        return table.querySelector("[aria-sort]") !== null && names.every((one, at) => at === 0 || names[at - 1].localeCompare(one) <= 0);
    });
    expect(sorted, "Enter on a head sorts nothing");
    await page.close();
}

async function takeScreenshots(context, pages, folder, screenshots) {
    const page = await context.newPage();
    for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const width of [360, 1280]) {
            await page.setViewportSize({ width, height: 800 });
            for (const [name, file] of pages) {
                await page.goto(url(folder, file), { waitUntil: "load" });
                const to = path.join(screenshots, `contend-${name}-${scheme}-${width}.png`);
                await page.screenshot({ path: to, fullPage: true });
                console.log(`screenshot: ${to}`);
            }
        }
    }
    await page.close();
}

async function checkPages(context, folder, files, problems) {
    let passes = 0;
    for (const file of files) {
        for (const scheme of SCHEMES) passes += await checkPage(context, folder, file, scheme, problems);
        await checkWithoutScripts(context, folder, file, problems);
    }
    return passes;
}

async function checkReport(context, folder, screenshots, problems) {
    const files = pagesOf(folder);
    const passes = await checkPages(context, folder, files, problems);
    const cells = await checkContent(context, folder, problems);
    await checkSteering(context, folder, problems);
    const suite = files.find((file) => file.startsWith("suite."));
    await takeScreenshots(context, [["index", "index.html"], ["suite", suite]], folder, screenshots);
    console.log(`${files.length} pages of contend opened, ${cells} cells; ${passes} rules of axe passed`);
}

async function checkSite(context, folder, screenshots, problems) {
    const files = pagesOfSite(folder);
    const passes = await checkPages(context, folder, files, problems);
    const links = checkLinks(folder, problems);
    await checkSteeringOfSite(context, folder, problems);
    const cell = files.find((file) => /^bench\/.+\//.test(file));
    const comparison = files.find((file) => /^compare\/.+\//.test(file));
    const pages = [["site", "index.html"], ["cell", cell], ["compare", comparison], ["cells", "bench/index.html"]];
    await takeScreenshots(context, pages.filter(([, file]) => file), folder, screenshots);
    console.log(`${files.length} pages of a site opened, ${links} links followed; ${passes} rules of axe passed`);
}

async function main([given, screenshots]) {
    const folder = fs.realpathSync(given);
    return withBrowser({ colorScheme: "light" }, async (context) => {
        const problems = watch(context, folder);
        await (isSite(folder) ? checkSite : checkReport)(context, folder, screenshots, problems);
        return problems;
    });
}

report(main(process.argv.slice(2)));
