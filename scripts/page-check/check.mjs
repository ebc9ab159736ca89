// Opens the report of a run in headless Chromium and checks what a person would see, and that the records are complete.
//
//   node check.mjs REPORT_FOLDER [--pictures FOLDER]
//
// A folder without records has a page of runs side by side. With --heavy only how long the page takes to open is checked.
//
// Exits with 1 and a line for each fault if there is one. CHROMIUM names the browser (default: /usr/bin/chromium).

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const WIDTHS = [400, 900, 1600];
const THEMES = ["light", "dark"];
/** Twice what a page may take on a quiet machine. */
const SLOWEST_MS = 2000;
/** The heaviest page is to open in a second: it is a fault only at several times that. */
const SLOWEST_HEAVY_MS = 5000;
/** The most that the page of a usual run may take, in bytes. */
const LARGEST = 1.5e6;
/** The first screen of a small laptop. */
const FIRST_SCREEN = { width: 1280, height: 800 };
/** Most presses of Tab before the first workload. */
const MOST_STOPS = 30;
/** Most pages of A4 on paper, and the smallest text of the matrix there, in CSS pixels: 7 are 5.2 points. */
const MOST_PAGES = 15, SMALLEST_TEXT = 7;
/** Width of what is printed on A4, in CSS pixels. */
const PAPER = 710;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const [folder, flag, pictures] = process.argv.slice(2);
if (!folder || (flag && !["--pictures", "--heavy"].includes(flag))) {
  console.error("usage: node check.mjs REPORT_FOLDER [--pictures FOLDER | --heavy]");
  process.exit(2);
}
const faults = [];
const expect = (right, fault) => { if (!right) faults.push(fault); };

/** Every cell of the plan has a verified sample in every round, or a reason. */
function complete() {
  const records = readFileSync(path.join(folder, "results.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const run = records[0];
  const key = (workload, params, cell) => JSON.stringify([workload, params, cell.runner, cell.workers, cell.options ?? "", cell.arm ?? ""]);
  const rounds = new Map(), reasons = new Set();
  let broken = 0;
  for (const record of records) {
    // Later processes are visits to the cells on which an undecided verdict rests.
    if (record.type === "sample" && record.process >= run.plan.processes) continue;
    const params = record.group_params ?? record.params;
    if (record.type === "sample") {
      const cell = key(record.workload, params, record);
      rounds.set(cell, (rounds.get(cell) ?? new Set()).add(record.round));
    } else if (record.type === "error") {
      reasons.add(key(record.workload, params, record));
      if (!["limit", "unavailable"].includes(record.kind)) broken += 1;
    }
  }
  for (const group of run.plan.groups) {
    const cells = group.cells.map((cell) => ({ name: `${group.workload}/${cell.runner}`, key: key(group.workload, group.params, cell) }));
    const most = Math.max(...cells.map((cell) => rounds.get(cell.key)?.size ?? 0));
    expect(most > 0, `${group.workload}: no samples at all`);
    for (const cell of cells) {
      const has = rounds.get(cell.key)?.size ?? 0;
      expect(has === most || reasons.has(cell.key), `${cell.name}: ${has} of ${most} rounds and no reason`);
    }
  }
  expect(records.at(-1).type === "end" && records.at(-1).complete, "the run did not come to its own end");
  // The reference burn is in every round and in no table.
  const shown = (cell) => cell.arm !== "reference";
  run.plan.groups.forEach((group) => { group.cells = group.cells.filter(shown); });
  const unswept = run.plan.groups.filter((group) => !group.sweep);
  const sweeps = new Set(run.plan.groups.map((group) => group.sweep?.title).filter(Boolean)).size;
  return { ...run, unswept, sweeps, sections: unswept.length + sweeps, broken, samples: records.filter((record) => record.type === "sample" && shown(record)).length };
}

/** Opens the page, and says of everything that goes wrong with it. */
async function open(browser, width, theme, fault) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
  page.on("console", (message) => fault(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => fault(`script error: ${error.message}`));
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) fault(`asks the network for ${request.url()}`); });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  return page;
}

/** Checks a page of runs side by side at one width in one theme. */
async function beside(browser, width, theme) {
  const fault = (text) => faults.push(`${width} px, ${theme}: ${text}`);
  const page = await open(browser, width, theme, fault);
  const seen = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    runs: document.querySelectorAll("#runs tbody tr").length,
    tables: [...document.querySelectorAll("section.group table")].map((table) => [...table.rows].map((row) => row.cells.length)),
  }));
  if (seen.overflow > 0) fault(`the page is ${seen.overflow} px wider than the window`);
  if (seen.runs < 2) fault(`${seen.runs} runs side by side`);
  if (seen.tables.length === 0) fault("no workload is shared");
  for (const cells of seen.tables) {
    if (cells.length < 2 || cells.some((count) => count !== cells[0]) || (cells[0] - 1) % seen.runs !== 0) fault(`a table has rows of ${cells} cells`);
  }
  const head = page.locator("section.group thead button").nth(1);
  await head.click();
  const order = await page.locator("section.group").first().locator("tbody tr td:nth-child(2)").evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.sort ?? Infinity)));
  if (order.some((value, at) => at > 0 && value < order[at - 1])) fault("a click on a column's head does not sort by it");
  await page.locator("section.group button.pick").first().click();
  if (await page.locator("tr.picked").count() === 0) fault("picking a runner marks no row");
  await page.locator("#theme").click();
  if (await page.evaluate(() => document.documentElement.dataset.theme) === theme) fault("the theme switch does nothing");
  await page.close();
}

/** Checks the page at one width in one theme. */
async function look(browser, run, width, theme) {
  const fault = (text) => faults.push(`${width} px, ${theme}: ${text}`);
  const page = await open(browser, width, theme, fault);
  const seen = await page.evaluate(() => {
    const box = (element) => element.getBoundingClientRect();
    // Of a section that is not rendered yet the first box that is asked for is none.
    document.querySelectorAll("figure svg").forEach(box);
    const inside = (figure) => [...figure.querySelectorAll("svg text")].every((text) => {
      const inner = box(text), outer = box(text.closest("svg"));
      return inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    });
    return {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      matrix: {
        lines: document.querySelectorAll(".matrix tbody tr").length,
        columns: document.querySelectorAll(".matrix thead th").length - 1,
      },
      groups: document.querySelectorAll("section.group").length,
      rows: [...document.querySelectorAll("section.group")].map((section) => section.querySelectorAll("tbody tr").length),
      figures: [...document.querySelectorAll("figure")].filter((figure) => getComputedStyle(figure).display !== "none").map((figure) => ({
        id: figure.id,
        width: figure.querySelector("svg") ? box(figure.querySelector("svg")).width : 0,
        height: figure.querySelector("svg") ? box(figure.querySelector("svg")).height : 0,
        inside: inside(figure),
        // A chart that is wider than its place can be scrolled to its end.
        whole: figure.scrollWidth <= figure.clientWidth || getComputedStyle(figure).overflowX === "auto",
        title: figure.querySelector("figcaption")?.textContent ?? "",
        caption: figure.querySelector("figcaption") ? box(figure.querySelector("figcaption")).width <= box(figure).width : false,
        alternative: figure.querySelector("svg")?.getAttribute("aria-label") ?? "",
      })),
    };
  });
  const cells = new Set(run.plan.groups.flatMap((group) => group.cells.map((cell) => cell.runner)));
  if (seen.matrix.lines < cells.size) fault(`the matrix has ${seen.matrix.lines} lines for ${cells.size} runners`);
  if (seen.matrix.columns !== run.sections) fault(`the matrix has ${seen.matrix.columns} columns for ${run.sections} groups and sweeps`);
  if (seen.overflow > 0) fault(`the page is ${seen.overflow} px wider than the window`);
  if (seen.groups !== run.sections) fault(`${seen.groups} sections for ${run.sections} groups and sweeps`);
  // The sections of sweeps come last, with a row a line.
  seen.rows.forEach((rows, at) => { if (rows < (run.unswept[at]?.cells.length ?? 1)) fault(`section ${at} has ${rows} rows`); });
  if (seen.figures.length < 3 * run.unswept.length + run.sweeps) fault(`only ${seen.figures.length} charts`);
  for (const figure of seen.figures) {
    if (figure.width < 100 || figure.height < 40) fault(`chart ${figure.id} is ${figure.width} x ${figure.height} px`);
    if (!figure.title || !figure.caption) fault(`chart ${figure.id} has no title, or one that is cut off`);
    if (figure.alternative.length < 20) fault(`chart ${figure.id} has no alternative text`);
    if (!figure.inside) fault(`chart ${figure.id} has text beyond its edge`);
    if (!figure.whole) fault(`chart ${figure.id} is cut off`);
  }
  // On a narrow screen and in both themes, too, the figures of a mark can be read.
  const chart = page.locator("figure:visible svg").first();
  const position = await chart.evaluate((svg) => {
    const [, top, bottom] = svg.querySelector("metadata").textContent.split("\n").find((line) => line.startsWith("=")).split(" ").map(Number);
    const { width } = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    return { x: width * 0.4, y: ((top + bottom) / 2 - view.y) * width / view.width };
  });
  await chart.hover({ position });
  const tip = await page.locator(".tip").boundingBox();
  if (!tip || tip.x < 0 || tip.x + tip.width > width) fault(`the figures of a chart are not shown in the window: ${JSON.stringify(tip)}`);
  if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) fault("the figures of a chart widen the page");
  await page.mouse.move(0, 0);
  if (pictures) await page.screenshot({ path: path.join(pictures, `page-${width}-${theme}.png`), fullPage: true });
  await page.close();
}

/** What a reader sees first: machine, picture and sentences; then the verdicts, the matrix and the workloads. */
async function firstScreen(browser, run, theme) {
  const fault = (text) => faults.push(`first screen, ${theme}: ${text}`);
  const page = await browser.newPage({ viewport: FIRST_SCREEN, colorScheme: theme });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  // A run of sweeps alone has no answer and no verdicts on single groups.
  const parts = ["#where", "#contents", ...run.unswept.length > 0 ? ["figure.wide svg", ".answer"] : []];
  const order = [...run.unswept.length > 0 ? ["#answer", "#claims"] : [], "#glance", "#workloads", "section.group"];
  const seen = await page.evaluate(([parts, order]) => {
    const box = (selector) => { const found = document.querySelector(selector)?.getBoundingClientRect(); return found && { top: found.top, bottom: found.bottom, height: found.height }; };
    const matrix = document.querySelector(".matrix");
    return {
      parts: Object.fromEntries(parts.map((selector) => [selector, box(selector)])),
      line: parseFloat(getComputedStyle(document.querySelector("#where")).lineHeight),
      doubts: [...document.querySelectorAll("#doubts .notice")].map((notice) => notice.getBoundingClientRect().height),
      order: order.map((selector) => box(selector)?.top),
      verdicts: document.querySelectorAll(".verdicts tbody tr").length,
      matrix: matrix.scrollWidth - matrix.parentElement.clientWidth,
      red: document.querySelectorAll(".matrix .failed, section.group .notice.error, .findings .bad").length,
    };
  }, [parts, order]);
  for (const [part, place] of Object.entries(seen.parts)) {
    if (!place || place.top < 0 || place.bottom > FIRST_SCREEN.height) fault(`${part} is not within the window: ${JSON.stringify(place)}`);
  }
  if (seen.parts["#where"]?.height > 1.5 * seen.line) fault("the machine takes more than one line");
  if (seen.doubts.some((height) => height > 2 * seen.line)) fault(`a doubt takes more than one line: ${seen.doubts} px`);
  if (seen.order.some((top, at) => top === undefined || top < seen.order[at - 1])) fault(`the parts are not in order: ${seen.order}`);
  if (seen.verdicts === 0 && run.unswept.length > 0) fault("no verdict is in the table");
  if (seen.matrix > 1) fault(`the matrix is ${seen.matrix} px wider than its place`);
  if (run.broken === 0 && seen.red > 0) fault(`${seen.red} places are marked as failed, and nothing failed`);
  if (pictures) await page.screenshot({ path: path.join(pictures, `first-${theme}.png`) });
  await page.close();
}

/** Unfolds the tables of sweeps, so that they can be used as those of groups. */
async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll("section.sweep details").forEach((fold) => { fold.open = true; }));
}

/** The head of the matrix stays in view, and so does what filter and picked runner change. */
async function inView(browser, width) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  await page.locator(".matrix tbody tr").last().evaluate((row) => { row.scrollIntoView({ block: "nearest" }); });
  const head = await page.locator(".matrix thead th").nth(1).evaluate((head) => {
    const { left, right, top, bottom } = head.getBoundingClientRect();
    return head.contains(document.elementFromPoint((left + right) / 2, bottom - 3)) && top >= 0;
  });
  expect(head, `${width} px: the head of the matrix is out of view beside its last row`);
  await unfold(page);
  await page.locator("section.group").first().scrollIntoViewIfNeeded();
  await page.locator("#filter").evaluate((input) => { input.value = "thread"; input.dispatchEvent(new Event("input")); });
  await page.locator("section.group button.pick:visible").first().evaluate((button) => button.click());
  for (const selector of [".bar output", ".bar button"]) {
    const place = await page.locator(selector).boundingBox();
    const text = await page.locator(selector).textContent();
    expect(place && place.y >= 0 && place.y + place.height <= 800 && place.x + place.width <= width && text !== "", `${width} px: ${selector} is out of view or empty: ${JSON.stringify(place)} ${text}`);
  }
  await page.close();
}

/** By keyboard: skip links, few stops before the first workload, arrow keys in tables. */
async function keyboard(browser) {
  const page = await browser.newPage({ viewport: FIRST_SCREEN });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  const focused = () => page.evaluate(() => {
    const { top } = document.activeElement.getBoundingClientRect();
    return { href: document.activeElement.getAttribute("href"), top, isInWorkload: document.activeElement.closest("section.group") !== null, text: document.activeElement.textContent };
  });
  await page.keyboard.press("Tab");
  const skip = await focused();
  expect(skip.href?.startsWith("#") && skip.top >= 0, `the first stop is no visible skip link: ${JSON.stringify(skip)}`);
  let stops = 1;
  while (stops <= 2 * MOST_STOPS && !(await focused()).isInWorkload) {
    await page.keyboard.press("Tab");
    stops += 1;
  }
  expect(stops - 1 <= MOST_STOPS, `${stops - 1} stops of the Tab key before the first workload`);
  await page.locator(".matrix thead a").first().focus();
  const told = [];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "Home"]) {
    await page.keyboard.press(key);
    told.push((await focused()).text);
  }
  expect(told[0] === told[2] && told[1] !== told[0] && told[3].startsWith("Runner"), `arrow keys in the matrix lead to ${JSON.stringify(told)}`);
  await page.close();
}

/** On paper: few pages, what is folded stays folded, and the matrix fits and can be read. */
async function paper(browser) {
  const page = await browser.newPage({ viewport: { width: PAPER, height: 1000 } });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  const folded = () => page.locator("details:not([open])").count();
  const before = await folded();
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  if (pictures) writeFileSync(path.join(pictures, "paper.pdf"), pdf);
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  console.log(`page check: ${path.basename(folder)} is ${pages} pages on paper`);
  expect(pages > 0 && pages <= MOST_PAGES, `${pages} pages on paper`);
  expect(before > 0 && await folded() === before, "printing unfolds what was folded");
  await page.emulateMedia({ media: "print" });
  const matrix = await page.locator(".matrix").evaluate((table) => ({
    over: table.scrollWidth - table.parentElement.clientWidth,
    text: Math.min(...[...table.querySelectorAll("th, td")].map((cell) => parseFloat(getComputedStyle(cell).fontSize))),
  }));
  expect(matrix.over <= 1 && matrix.text >= SMALLEST_TEXT, `the matrix on paper: ${JSON.stringify(matrix)}`);
  await page.close();
}

/** Picking a runner: by mouse in a chart, by keyboard in the matrix. */
async function pick(page) {
  const picked = () => page.evaluate(() => ({
    rows: document.querySelectorAll("tr.picked").length,
    labels: document.querySelectorAll("svg .named").length,
    faded: [...document.querySelectorAll(".chart path")].filter((path) => getComputedStyle(path).opacity < 0.14).length,
    pressed: document.querySelectorAll('button.pick[aria-pressed="true"]').length,
    status: document.getElementById("status").textContent,
  }));
  const button = page.locator(".matrix button.pick").last();
  const runner = (await button.textContent()).trim();
  await button.focus();
  await page.keyboard.press("Enter");
  const on = await picked();
  expect(on.rows > 1 && on.labels > 0 && on.faded > 0 && on.pressed === on.rows, `picking ${runner} by keyboard highlights ${JSON.stringify(on)}`);
  expect(on.status.includes(runner), "picking a runner is not told to screen readers");
  await page.keyboard.press("Escape");
  const off = await picked();
  expect(off.rows === 0 && off.labels === 0 && off.faded === 0, `Escape does not release the runner: ${JSON.stringify(off)}`);
  await page.locator("svg text.known").first().click();
  expect((await picked()).rows > 0, "a click on a chart's label does not pick the runner");
  await page.locator(".bar button").click();
  expect((await picked()).rows === 0, "the button that shows all runners does nothing");
}

/** Exact figures: under the pointer at a mark of every kind of chart, and by arrow keys in a chart with the focus. */
async function figures(page) {
  const tip = page.locator(".tip");
  const kinds = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll("figure")].filter((figure) => getComputedStyle(figure).display !== "none").reverse().map((figure) => [figure.id.match(/(curve-)?[^-]+$/)[0], figure.id])));
  for (const [kind, id] of Object.entries(kinds)) {
    const chart = page.locator(`[id="${id}"] svg`);
    await chart.scrollIntoViewIfNeeded();
    // The middle of its last mark, or of its last row where a row is one mark.
    const at = await chart.evaluate((svg) => {
      const lines = svg.querySelector("metadata").textContent.split("\n").map((line) => line.split(" ")).map(([kind, x, y, ...text]) => kind === "." ? [x, y, x, y, ...text] : [kind, x, y, ...text]);
      const mark = lines.findLast((words) => words[0] !== "=" && words.length > 4), row = lines.findLast((words) => words[0] === "=");
      const [left, top, right, bottom] = mark ? mark.map(Number) : [700, Number(row[1]), 700, Number(row[2])];
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return { text: (mark ?? row).slice(mark ? 4 : 3).join(" "), x: (left + right) / 2 * scale, y: ((top + bottom) / 2 - svg.viewBox.baseVal.y) * scale };
    });
    await chart.hover({ position: { x: at.x, y: at.y } });
    const said = await tip.isVisible() ? await tip.textContent() : "";
    // What could not be told has no digits, but words.
    expect(/\d/.test(at.text) ? /\d/.test(said) : at.text !== "" && said.includes(at.text), `the pointer at a mark of ${id} (${kind}) shows ${JSON.stringify(said)}, not ${JSON.stringify(at.text)}`);
    const box = await tip.boundingBox() ?? { x: 0, width: 0 };
    expect(box.x >= 0 && box.x + box.width <= page.viewportSize().width, `the figures of ${id} are beyond the window`);
  }
  await page.mouse.move(0, 0);
  expect(await tip.isHidden(), "the figures stay when the pointer is gone");
  const status = () => page.locator("#status").textContent();
  const figure = page.locator("section.group figure").first();
  await page.locator("section.group a, section.group button").first().focus();
  await figure.focus();
  const told = [];
  for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"]) {
    await page.keyboard.press(key);
    told.push(await status());
  }
  const [row, mark, next, back, up] = told;
  // Up from the first row leads to the last one, which in a chart of one row is the same.
  const rows = await figure.evaluate((chart) => chart.querySelector("metadata").textContent.split("\n").filter((line) => line.startsWith("=")).length);
  expect(new Set([row, mark, next, up]).size === (rows > 1 ? 4 : 3) && back === mark && told.every((text) => /\d/.test(text)), `arrow keys in a chart tell ${JSON.stringify(told)}`);
  expect(await tip.isVisible(), "arrow keys in a chart show no figures");
  await page.keyboard.press("Escape");
  expect(await tip.isHidden(), "Escape does not hide the figures");
  const stops = await page.evaluate(() => [document.querySelectorAll(".charts [tabindex]").length, document.querySelectorAll("figure").length]);
  expect(stops[0] === stops[1], `${stops[0]} tab stops for ${stops[1]} charts`);
}

/** Filtering: rows without the word go, and come back. */
async function filter(page) {
  const count = () => page.locator("tr[data-runner]:not([hidden])").count();
  const before = await count();
  const runner = (await page.locator(".matrix button.pick").last().textContent()).trim();
  await page.locator("#filter").fill(runner);
  const shown = await page.locator("tr[data-runner]:not([hidden])").evaluateAll((rows) => rows.map((row) => row.textContent));
  expect(shown.length > 0 && shown.length < before && shown.every((text) => text.includes(runner)), `the filter shows ${shown.length} of ${before} rows`);
  await page.locator("#filter").fill("");
  expect(await count() === before, "an empty filter does not show all rows again");
}

/** The downloads hold what the records hold. */
async function download(page, run) {
  const content = async (name) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a.tool", { hasText: name }).click()]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  };
  const json = await content("JSON");
  const samples = JSON.parse(json.text).groups.flatMap((group) => group.cells).reduce((sum, cell) => sum + cell.wall_ns.length, 0);
  expect(json.name.endsWith(".json") && samples === run.samples, `${json.name} has ${samples} of ${run.samples} samples`);
  const csv = await content("CSV");
  const cells = run.plan.groups.reduce((sum, group) => sum + group.cells.length, 0);
  expect(csv.name.endsWith(".csv") && csv.text.trim().split("\n").length > cells, `${csv.name} has fewer lines than cells`);
}

/** How long the page takes until all its scripts have run. */
async function quick(page, slowest = SLOWEST_MS) {
  const took = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  console.log(`page check: ${path.basename(folder)} opens in ${took.toFixed(0)} ms, ${(statSync(path.join(folder, "index.html")).size / 1e6).toFixed(2)} MB`);
  const size = statSync(path.join(folder, "index.html")).size;
  expect(slowest !== SLOWEST_MS || size < LARGEST, `the page is ${size} bytes`);
  expect(took < slowest, `the page takes ${took.toFixed(0)} ms to open`);
}

/** Sorting, by mouse and by keyboard, and the theme switch. */
async function use(browser, run) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  await quick(page);
  await unfold(page);
  await pick(page);
  await figures(page);
  await filter(page);
  await download(page, run);
  const table = page.locator("section.group table:has(thead button):has(td:nth-child(2)[data-sort])").first();
  const button = table.locator("thead button").nth(1);
  const column = () => table.locator("tbody tr td:nth-child(2)").evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.sort ?? NaN)).filter((value) => !Number.isNaN(value)));
  const ordered = (values, sign) => values.every((value, at) => at === 0 || sign * (value - values[at - 1]) >= 0);
  await button.click();
  const first = await column();
  const sign = ordered(first, 1) ? 1 : -1;
  expect(first.length > 1 && ordered(first, sign), "a click on a column's head does not sort by it");
  await button.focus();
  await page.keyboard.press("Enter");
  expect(ordered(await column(), -sign), "Enter on a column's head does not turn the order round");
  const best = page.locator('section.group table:has(th[data-first="descending"])').first();
  const heading = best.locator('th[data-first="descending"]').first();
  await heading.locator("button").click();
  const at = await heading.evaluate((head) => head.cellIndex + 1);
  const sorted = await best.locator(`tbody tr td:nth-child(${at})`).evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.sort ?? -Infinity)));
  expect(ordered(sorted, -1), `sorting by speed-up begins with ${sorted.slice(0, 3)}, not with the best`);
  await page.locator("#theme").click();
  expect(["dark", "light"].includes(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)), "the theme switch does nothing");
  await page.close();
}

/** An automated accessibility check. */
async function accessible(browser) {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of THEMES) {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme, bypassCSP: true });
    await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
    // Sections out of sight are not rendered until they are scrolled to: here all are, to be checked.
    await page.addStyleTag({ content: "section.group { content-visibility: visible !important; }" });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const violation of violations.filter(({ impact }) => ["serious", "critical"].includes(impact))) {
      faults.push(`accessibility, ${colorScheme}: ${violation.help} (${violation.nodes.length} places, first ${violation.nodes[0].target})`);
    }
    await page.close();
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const everywhere = async (check) => { for (const width of WIDTHS) for (const theme of THEMES) await check(width, theme); };
if (flag === "--heavy") {
  const page = await open(browser, 1200, "light", (text) => faults.push(text));
  await quick(page, SLOWEST_HEAVY_MS);
} else if (existsSync(path.join(folder, "results.jsonl"))) {
  const run = complete();
  await everywhere((width, theme) => look(browser, run, width, theme));
  for (const theme of THEMES) await firstScreen(browser, run, theme);
  for (const width of WIDTHS) await inView(browser, width);
  await keyboard(browser);
  await paper(browser);
  await use(browser, run);
  await accessible(browser);
} else {
  await everywhere((width, theme) => beside(browser, width, theme));
  await accessible(browser);
}
await browser.close();
for (const fault of faults) console.error(`FAULT ${fault}`);
console.log(faults.length === 0 ? `page check: all well (${folder})` : `page check: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
