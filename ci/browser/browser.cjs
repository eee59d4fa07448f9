// A browser for the checks, and what no page may do.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
];

/** Starts a browser with a profile of its own, hands its first context on, and clears everything away. */
async function withBrowser(options, use) {
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), "contend-browser-"));
    const fixed = { executablePath: "/usr/bin/chromium", args: FLAGS, headless: true };
    let context;
    try {
        context = await chromium.launchPersistentContext(profile, { ...fixed, ...options });
        return await use(context);
    } finally {
        await context?.close();
        fs.rmSync(profile, { recursive: true, force: true });
    }
}

/** Collects what no page may do: complain, or ask for anything outside the folder. */
function watch(context, folder) {
    const inside = `${pathToFileURL(folder).href}/`;
    const problems = [];
    const complain = (what) => problems.push(what);
    context.on("request", (request) => {
        if (!request.url().startsWith(inside)) complain(`${request.url()} is asked for, outside ${folder}`);
    });
    context.on("requestfailed", (request) => complain(`${request.url()} cannot be loaded`));
    context.on("console", (message) => {
        if (message.type() === "error") complain(`console: ${message.text()}`);
    });
    context.on("weberror", (error) => complain(`script: ${error.error()}`));
    return problems;
}

/** Runs a check that returns its problems, and fails with them. */
function report(check) {
    check.then((found) => {
        const problems = new Set(found);
        problems.forEach((problem) => console.error(problem));
        process.exitCode = problems.size === 0 ? 0 : 1;
    }).catch((error) => {
        console.error(error.message);
        process.exitCode = 1;
    });
}

module.exports = { report, watch, withBrowser };
