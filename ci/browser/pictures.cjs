// Takes the pictures of a report that README shows, in light and dark.
//
// Usage: node pictures.cjs REPORT FOLDER, two folders that are there.

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { report, watch, withBrowser } = require("./browser.cjs");

/** Names of pictures, the page, and the part of it from its top. */
const PICTURES = [
    ["report-map", "index.html#map-contention", "#map-contention", 550],
    ["report-workload", "suite.map-contention.html#read-99-insert-1", "#read-99-insert-1", 1130],
];

async function main([reportFolder, pictures]) {
    const folder = fs.realpathSync(reportFolder);
    return withBrowser({ viewport: { width: 1280, height: 900 } }, async (context) => {
        const problems = watch(context, folder);
        const page = await context.newPage();
        for (const scheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme: scheme });
            for (const [name, place, part, height] of PICTURES) {
                const [file] = place.split("#");
                await page.goto(pathToFileURL(path.join(folder, file)).href, { waitUntil: "load" });
                const box = await page.locator(part).boundingBox();
                const clip = { x: Math.max(box.x - 16, 0), y: box.y - 8, width: box.width + 32, height };
                const to = path.join(pictures, `${name}-${scheme}.png`);
                await page.screenshot({ path: to, clip, fullPage: true });
                console.log(`picture: ${to}`);
            }
        }
        return problems;
    });
}

report(main(process.argv.slice(2)));
