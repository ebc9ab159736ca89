// What the page does beyond showing: sorting and filtering of tables, picking a runner, links to sections, downloads, and
// the switch between light and dark. The page is whole without it.
(() => {
  "use strict";

  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (text) => { document.getElementById("status").textContent = text; };
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // Sorting.

  /** The value that a cell sorts by: a number, or text; undefined if it has none. */
  const keyOf = (cell) => {
    if (cell.tagName === "TH") return cell.textContent.trim();
    return cell.dataset.sort === undefined ? undefined : Number(cell.dataset.sort);
  };

  const compare = (a, b, sign) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
  };

  for (const table of all("table")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = make("button", { type: "button" });
      // A head that is a link keeps its text; the button beside it has a name of its own.
      if (heading.querySelector("a")) button.setAttribute("aria-label", `Sort by ${heading.textContent}`);
      else button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const ascending = heading.getAttribute("aria-sort") !== "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows];
        rows.sort((a, b) => compare(keyOf(a.cells[column]), keyOf(b.cells[column]), ascending ? 1 : -1));
        body.append(...rows);
      });
    });
  }

  // Picking a runner: in charts its marks stay and the others fade, in tables its rows are marked.

  const rows = all("tr[data-runner]");
  const classes = new Map(rows.map((row) => [row.dataset.runner, row.dataset.class]));
  /** The runner of a chart's label: labels may have options or a number of workers behind the name. */
  const runnerOf = (text) => classes.has(text) ? text : classes.has(text.split(" ")[0]) ? text.split(" ")[0] : undefined;
  const labels = all(".chart text").map((label) => [label, runnerOf(label.textContent)]).filter(([, runner]) => runner !== undefined);
  let picked;

  const pick = (runner) => {
    picked = runner === picked ? undefined : runner;
    if (picked === undefined) delete root.dataset.pick;
    else root.dataset.pick = classes.get(picked);
    for (const row of rows) row.classList.toggle("picked", row.dataset.runner === picked);
    for (const [label, runner] of labels) label.classList.toggle("named", runner === picked);
    for (const button of all("button.pick")) button.setAttribute("aria-pressed", String(button.dataset.runner === picked));
    release.hidden = picked === undefined;
    release.textContent = `Show all runners, not ${picked} alone`;
    say(picked === undefined ? "All runners are shown alike." : `${picked} is highlighted in every chart and table.`);
  };

  /** Gives a chart's label the figures of its row in the section's table, to be shown while the pointer is over it. */
  const exact = (label, runner) => {
    const table = label.closest("section")?.querySelector("table");
    const matching = table ? [...table.tBodies[0].rows].filter((row) => row.dataset.runner === runner) : [];
    // Labels of cells with options or of a sweep are longer than the name.
    const row = matching.find((candidate) => candidate.cells[0].textContent.trim() === label.textContent) ?? matching[0];
    if (row === undefined) return;
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
    const figures = [...row.cells].slice(1).map((cell, at) => `${heads[at + 1]}: ${[...cell.childNodes].map((node) => node.textContent.trim()).filter(Boolean).join(", ")}`);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = [label.textContent, ...figures].join("\n");
    label.append(title);
  };

  const release = make("button", { type: "button", className: "tool", hidden: true });
  release.addEventListener("click", () => pick(picked));
  for (const row of rows) {
    const head = row.cells[0];
    const name = [...head.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const button = make("button", { type: "button", className: "pick", textContent: name.textContent.trim(), title: "Highlight this runner everywhere" });
    button.dataset.runner = row.dataset.runner;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => pick(row.dataset.runner));
    name.replaceWith(button);
  }
  for (const [label, runner] of labels) {
    label.classList.add("known");
    label.addEventListener("click", () => pick(runner));
    label.addEventListener("pointerenter", () => exact(label, runner), { once: true });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked !== undefined) pick(picked); });

  // Filtering: all tables show the rows that contain one of the words.

  const filter = make("input", { type: "search", id: "filter", placeholder: "thread gil-thread" });
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = words.length > 0 && !words.some((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    say(`${shown} of ${rows.length} rows are shown.`);
  });
  const bar = make("div", { className: "bar" }, make("label", { htmlFor: "filter", textContent: "Rows with any of these words" }), filter, release);
  if (rows.length > 0) document.getElementById("glance").before(bar);

  // Links to sections.

  for (const heading of all("section[id] > h2")) {
    const id = heading.parentElement.id;
    const link = make("a", { className: "anchor", href: `#${id}`, textContent: "#", title: "Copy the link to this section" });
    link.setAttribute("aria-label", `Copy the link to ${heading.textContent.trim()}`);
    link.addEventListener("click", async () => {
      // Where the clipboard is forbidden, the address bar has the link.
      try {
        await navigator.clipboard.writeText(new URL(`#${id}`, location.href).href);
        say("The link is copied.");
      } catch {
        say("The link is in the address bar.");
      }
    });
    heading.append(link);
  }

  // Downloads, from the data that the page carries.

  const download = (text, type, extension, content) => {
    const link = make("a", { className: "tool", href: "#", textContent: text });
    link.addEventListener("click", () => {
      if (link.href.startsWith("blob:")) return;
      const data = JSON.parse(document.getElementById("data").textContent);
      link.href = URL.createObjectURL(new Blob([content(data)], { type }));
      link.download = `${data.name}.${extension}`;
    });
    return link;
  };
  document.getElementById("downloads").append(
    download("Samples (JSON)", "application/json", "json", (data) => JSON.stringify(data.samples)),
    " ",
    download("Summary (CSV)", "text/csv", "csv", (data) => data.csv),
  );

  // Light and dark.

  const button = document.getElementById("theme");
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (prefersDark.matches ? "dark" : "light");
  const show = () => { button.textContent = theme() === "dark" ? "Light theme" : "Dark theme"; };
  // Where storage is forbidden the choice lasts as long as the page.
  const stored = (action) => { try { return action(window.localStorage); } catch { return null; } };
  const chosen = stored((storage) => storage.getItem("regatta-theme"));
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  button.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    stored((storage) => storage.setItem("regatta-theme", root.dataset.theme));
    show();
  });
  prefersDark.addEventListener("change", show);
  button.hidden = false;
  show();

  // On paper everything is open.
  window.addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));
})();
