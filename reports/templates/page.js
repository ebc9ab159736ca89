// What the page does beyond showing: sorting and filtering of tables, picking a runner, arrow keys in tables, exact figures of
// marks, links to sections, downloads, and the switch between light and dark. The page is whole without it.
(() => {
  "use strict";

  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (text) => { const status = document.getElementById("status"); if (status) status.textContent = text; };
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // Sorting.

  /** The value that a cell sorts by: a number, or text; undefined if it has none. */
  const keyOf = (cell) => {
    if (cell.tagName === "TH" || cell.closest(".words")) return cell.textContent.trim();
    return cell.dataset.sort === undefined ? undefined : Number(cell.dataset.sort);
  };

  const compare = (a, b, sign) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
  };

  for (const table of all("table")) {
    const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
    headings.forEach((heading, column) => {
      const button = make("button", { type: "button" });
      // A head that is a link keeps its text; the button beside it has a name of its own.
      if (heading.querySelector("a")) button.setAttribute("aria-label", `Sort by ${heading.textContent}`);
      else button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        // The best comes first, then the worst.
        const order = heading.getAttribute("aria-sort") ?? (heading.dataset.first === "descending" ? "ascending" : "descending");
        const ascending = order === "descending";
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
    release.textContent = `Only ${picked} is highlighted: show all alike`;
    say(picked === undefined ? "All runners are shown alike." : `${picked} is highlighted in every chart and table.`);
  };

  const release = make("button", { type: "button", className: "tool", hidden: true });
  release.addEventListener("click", () => pick(picked));
  for (const row of rows) {
    const head = row.cells[0];
    const name = [...(head?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (name === undefined) continue;
    const button = make("button", { type: "button", className: "pick", textContent: name.textContent.trim(), title: "Highlight this runner everywhere" });
    button.dataset.runner = row.dataset.runner;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => pick(row.dataset.runner));
    name.replaceWith(button);
  }
  for (const [label, runner] of labels) {
    label.classList.add("known");
    label.addEventListener("click", () => pick(runner));
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked !== undefined) pick(picked); });

  // Exact figures: of the mark under the pointer; by arrow keys, of any row and mark of the chart that has the focus.

  const tip = make("div", { className: "tip", hidden: true });
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const here = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  here.classList.add("here");

  /** The rows of a chart and the marks in them, in units of its view box; the chart carries them as lines of text. */
  const parse = (text) => {
    const rows = [], marks = [];
    for (const line of text.split("\n")) {
      const words = line.split(" ");
      if (words[0] === "=") rows.push({ left: 0, top: +words[1], right: Infinity, bottom: +words[2], text: words.slice(3).join(" "), marks: [] });
      else if (words[0] === ".") marks.push({ left: words[1] - 5, top: words[2] - 5, right: +words[1] + 5, bottom: +words[2] + 5, text: words.slice(3).join(" ") });
      else if (words.length > 4) marks.push({ left: +words[0], top: +words[1], right: +words[2], bottom: +words[3], text: words.slice(4).join(" ") });
    }
    for (const mark of marks) rows.find((row) => (mark.top + mark.bottom) / 2 <= row.bottom)?.marks.push(mark);
    return rows;
  };
  const parsed = new WeakMap();
  const rowsOf = (chart) => {
    if (!parsed.has(chart)) parsed.set(chart, parse(chart.querySelector("metadata")?.textContent ?? ""));
    return parsed.get(chart);
  };

  const hide = () => { tip.hidden = true; here.remove(); };

  /** Shows what a row says, and a mark of it if there is one, beside a place of the window. */
  const tell = (row, mark, x, y, hint = "") => {
    tip.replaceChildren(...[["b", mark?.text], ["span", row.text], ["i", hint]].filter(([, text]) => text).map(([name, textContent]) => make(name, { textContent })));
    tip.hidden = false;
    tip.style.left = `${Math.max(8, Math.min(x + 14, document.documentElement.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > window.innerHeight ? Math.max(8, y - tip.offsetHeight - 14) : y + 18}px`;
  };

  /** Frames a row or a mark. */
  const frame = (chart, { left, top, right, bottom }) => {
    const width = Math.min(right, chart.viewBox.baseVal.width) - left;
    for (const [name, value] of Object.entries({ x: left - 3, y: top - 3, width: width + 6, height: bottom - top + 6 })) here.setAttribute(name, value);
    chart.append(here);
  };

  /** Farther than this from every mark, in units of the view box, the pointer is at none. */
  const NEAR = 16;
  const distance = (mark, x, y) => Math.hypot(Math.max(mark.left - x, 0, x - mark.right), Math.max(mark.top - y, 0, y - mark.bottom));

  const point = (event) => {
    const chart = event.currentTarget, box = chart.getBoundingClientRect(), view = chart.viewBox.baseVal;
    const x = (event.clientX - box.left) * view.width / box.width;
    const y = (event.clientY - box.top) * view.height / box.height + view.y;
    const row = rowsOf(chart).find(({ top, bottom }) => top <= y && y < bottom);
    if (row === undefined) return hide();
    let mark, least = NEAR;
    for (const candidate of row.marks) {
      const far = distance(candidate, x, y);
      if (far < least) [mark, least] = [candidate, far];
    }
    if (mark === undefined) here.remove();
    else frame(chart, mark);
    tell(row, mark, event.clientX, event.clientY);
  };

  /** Shows the row and the mark of these numbers; mark -1 is the row as a whole. */
  const walk = (figure, row, mark) => {
    const chart = figure.querySelector(".chart"), all = rowsOf(chart);
    if (all.length === 0) return;
    row = Math.max(0, Math.min(row, all.length - 1));
    mark = Math.max(-1, Math.min(mark, all[row].marks.length - 1));
    Object.assign(figure.dataset, { row, mark });
    const at = all[row].marks[mark] ?? all[row];
    frame(chart, at);
    here.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = here.getBoundingClientRect();
    tell(all[row], all[row].marks[mark], mark < 0 ? figure.getBoundingClientRect().left : box.right, box.bottom, "Arrow keys: rows, and marks of a row.");
    say(at.text);
  };

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  for (const chart of all(".chart")) {
    const figure = chart.closest("figure");
    for (const name of ["pointermove", "pointerdown"]) chart.addEventListener(name, point);
    chart.addEventListener("pointerleave", hide);
    figure.addEventListener("blur", hide);
    figure.addEventListener("focus", () => { if (figure.matches(":focus-visible")) walk(figure, Number(figure.dataset.row ?? 0), -1); });
    figure.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const { row = 0, mark = -1 } = figure.dataset;
      walk(figure, Number(row) + step[0], step[0] === 0 ? Number(mark) + step[1] : -1);
    });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  // Filtering: all tables show the rows that contain one of the words.

  const filter = make("input", { type: "search", id: "filter", placeholder: "thread gil-thread" });
  const count = make("output", { htmlFor: "filter" });
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = words.length > 0 && !words.some((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length === 0 ? "" : `${shown} of ${rows.length} rows of all tables`;
    say(`${shown} of ${rows.length} rows are shown.`);
    for (const area of areas) settle(area);
  });
  const bar = make("div", { className: "bar" }, make("label", { htmlFor: "filter", textContent: "Show rows with" }), filter, count, release);
  if (rows.length > 0) document.getElementById("glance")?.before(bar);

  // Arrow keys: a table or a list of links is one stop of the Tab key, and arrow keys go on from there.

  const areas = all("[data-rove]");
  const stopsOf = (area) => all("a, button", area).filter((stop) => !stop.closest("[hidden]"));

  /** Makes one of the stops of an area that of the Tab key: this one, or the one that is, or the first. */
  const settle = (area, chosen) => {
    const stops = stopsOf(area);
    const one = stops.find((stop) => stop === chosen) ?? stops.find((stop) => stop.dataset.stop) ?? stops[0];
    for (const stop of all("a, button", area)) {
      stop.tabIndex = stop === one ? 0 : -1;
      if (stop === one) stop.dataset.stop = "here";
      else delete stop.dataset.stop;
    }
  };

  /** The stop above or below: in the same column if there is one, else the first of the next row that has any. */
  const beside = (stops, stop, step) => {
    const rowOf = (other) => other.closest("tr, li"), columnOf = (other) => other.closest("th, td")?.cellIndex;
    const beyond = stops.filter((other) => rowOf(other) !== rowOf(stop) && Math.sign(stops.indexOf(other) - stops.indexOf(stop)) === step);
    const row = rowOf((step > 0 ? beyond[0] : beyond.at(-1)) ?? stop);
    const inRow = beyond.filter((other) => rowOf(other) === row);
    return inRow.find((other) => columnOf(other) === columnOf(stop)) ?? inRow[0];
  };

  for (const area of areas) {
    settle(area);
    area.setAttribute("aria-description", "Arrow keys move between the links and buttons in it.");
    area.addEventListener("focusin", (event) => settle(area, event.target));
    area.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const stops = stopsOf(area), at = stops.indexOf(event.target);
      const next = {
        ArrowLeft: stops[at - 1], ArrowRight: stops[at + 1], Home: stops[0], End: stops.at(-1),
        ArrowUp: beside(stops, event.target, -1), ArrowDown: beside(stops, event.target, 1),
      };
      if (at < 0 || !(event.key in next)) return;
      event.preventDefault();
      next[event.key]?.focus();
    });
  }

  // Links to sections.

  for (const heading of all("section[id] > h2:not(.unseen)")) {
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
  const downloads = document.getElementById("downloads");
  if (downloads?.matches(":not(.without)")) downloads.append(download("Samples (JSON)", "application/json", "json", (data) => JSON.stringify(data.samples)), " ");
  downloads?.append(download("Summary (CSV)", "text/csv", "csv", (data) => data.csv));

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

  // What a link leads to is open, whatever the browser does by itself.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target?.closest("details")) target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
