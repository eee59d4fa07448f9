"use strict";
(() => {
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const tools = document.getElementById("_tools");

    // The theme: the system's, until somebody chooses another. The disk may keep nothing, which is no error.
    const root = document.documentElement;
    const kept = (value) => {
        try {
            if (value) localStorage.setItem("contend-theme", value);
            return localStorage.getItem("contend-theme");
        } catch { return null; }
    };
    const dark = () => (root.dataset.theme
        ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
    if (["dark", "light"].includes(kept())) root.dataset.theme = kept();
    const theme = make("button", { type: "button", textContent: "Light or dark" });
    theme.onclick = () => {
        root.dataset.theme = dark() ? "light" : "dark";
        kept(root.dataset.theme);
    };

    // State in the address, so that it can be sent on: #f=words of the filter&c=contender+contender. Anything else is an anchor.
    const state = () => {
        const read = Object.fromEntries(location.hash.slice(1).split("&").map((part) => part.split(/=(.*)/s)));
        const value = (key) => {
            // What somebody typed may be no encoding; then it is no state either.
            try { return decodeURIComponent(read[key] || ""); } catch { return ""; }
        };
        return { filter: value("f"), lit: value("c").split("+").filter(Boolean) };
    };
    const save = (filter, lit) => {
        const parts = [filter && `f=${encodeURIComponent(filter)}`, lit.length > 0 && `c=${lit.join("+")}`];
        const hash = parts.filter(Boolean).join("&");
        history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    };

    // Filter: words, or suite:x workload:x contender:x threads:n. A word that no workload has means a contender.
    const KEYS = { suite: "s", workload: "w", contender: "c", threads: "t" };
    const marked = all("[data-s],[data-w],[data-c],[data-t]").filter((element) => !element.closest("svg"));
    const workloads = new Set(all("[data-w]").map((element) => element.dataset.w));
    const wishes = (text) => text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
        const [key, value] = word.split(/:(.*)/s);
        if (value !== undefined && KEYS[key]) return [KEYS[key], value];
        return [[...workloads].some((name) => name.includes(word)) ? "w" : "c", word];
    });
    const fits = (element, [key, value]) => {
        const own = element.dataset[key];
        return own === undefined || (key === "t" ? own === value : own.includes(value));
    };
    const told = make("span", {});
    told.setAttribute("role", "status");
    // What was open before somebody asked for a thread count, and is again once nobody does.
    let opened = null;
    const unfold = (asked) => {
        const folded = marked.filter((element) => element.tagName === "DETAILS");
        if (asked) {
            opened = opened || folded.map((element) => element.open);
            for (const element of folded) element.open = !element.hidden;
        } else if (opened) {
            folded.forEach((element, index) => { element.open = opened[index]; });
            opened = null;
        }
    };
    const filterBy = (text) => {
        const wanted = wishes(text);
        for (const element of marked) element.hidden = !wanted.every((wish) => fits(element, wish));
        unfold(wanted.some(([key]) => key === "t"));
        // Rows of a drawing cannot leave without the others moving up; they fade.
        for (const group of all("svg [data-c]")) {
            group.classList.toggle("out", !wanted.every((wish) => wish[0] !== "c" || fits(group, wish)));
        }
        const left = all(".heat td[data-w],.workload tr[data-c]").some((one) => !one.closest("[hidden]"));
        told.textContent = wanted.length > 0 && !left ? "Nothing on this page fits the filter." : "";
    };
    const filter = make("input", { type: "search", placeholder: "filter: dashmap threads:2" });
    filter.setAttribute("aria-label", "Filter by suite, workload, contender or threads");

    // Contenders that are lit; the others fade, in every chart of the page.
    let lit = [];
    const light = () => {
        for (const group of all("svg [data-c]")) {
            const off = lit.length > 0 && !lit.includes(group.dataset.c);
            group.classList.toggle("dim", off || group.classList.contains("out"));
        }
        for (const button of all(".keys button")) {
            button.setAttribute("aria-pressed", String(lit.includes(button.textContent.trim())));
        }
    };
    for (const item of all("[data-key]")) {
        const button = make("button", { type: "button" });
        button.append(...item.childNodes);
        item.append(button);
        button.onclick = () => {
            const name = item.dataset.key;
            lit = lit.includes(name) ? lit.filter((other) => other !== name) : [...lit, name];
            light();
            save(filter.value, lit);
        };
    }

    // Tables sort by a column: by data-v where units differ; what is no number goes last either way.
    const keyOf = (row, column) => {
        let at = 0;
        for (const cell of row.cells) {
            if (at === column && cell.colSpan === 1) {
                const text = cell.textContent.trim();
                // Names and versions may begin with digits.
                const isText = cell.tagName === "TH" || cell.classList.contains("words");
                return { text, number: isText ? NaN : parseFloat(cell.dataset.v || text.replace(/^[=~[]/, "")) };
            }
            at += cell.colSpan;
        }
        return { text: "", number: NaN };
    };
    const compare = (left, right, sign) => {
        const [one, other] = [isNaN(left.number), isNaN(right.number)];
        if (one || other) return one - other || sign * left.text.localeCompare(right.text);
        return sign * (left.number - right.number);
    };
    const sortBy = (table, head, column) => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
        rows.sort(([left], [right]) => compare(left, right, down ? -1 : 1));
        body.append(...rows.map(([, row]) => row));
    };
    for (const table of all("table.data")) {
        all("thead th", table).forEach((head, column) => {
            const button = make("button", { type: "button" });
            button.append(...head.childNodes);
            head.append(button);
            button.onclick = () => sortBy(table, head, column);
        });
    }

    const copy = make("button", { type: "button", textContent: "Copy link" });
    copy.onclick = async () => {
        try {
            await navigator.clipboard.writeText(location.href);
            copy.textContent = "Copied";
        } catch { copy.textContent = "It is in the address bar"; }
    };

    const apply = () => {
        const { filter: text, lit: names } = state();
        filter.value = text;
        lit = names;
        filterBy(text);
        light();
    };
    filter.oninput = () => {
        filterBy(filter.value);
        light();
        save(filter.value, lit);
    };
    if (marked.length > 0) tools.append(told, filter, copy);
    tools.append(theme);
    addEventListener("hashchange", () => { if (location.hash.includes("=")) apply(); });
    if (location.hash.includes("=")) apply();
})();
