// Opens the report of a run in headless Chromium and checks what a person would see, and that the records are complete.
//
//   node check.mjs REPORT_FOLDER [--pictures FOLDER]
//
// Exits with 1 and a line for each fault if there is one. CHROMIUM names the browser (default: /usr/bin/chromium).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const WIDTHS = [400, 900, 1600];
const THEMES = ["light", "dark"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const [folder, flag, pictures] = process.argv.slice(2);
if (!folder || (flag && flag !== "--pictures")) {
  console.error("usage: node check.mjs REPORT_FOLDER [--pictures FOLDER]");
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
  for (const record of records) {
    if (record.type === "sample") {
      const cell = key(record.workload, record.params, record);
      rounds.set(cell, (rounds.get(cell) ?? new Set()).add(record.round));
    } else if (record.type === "error") reasons.add(key(record.workload, record.params, record));
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
  return run;
}

/** Checks the page at one width in one theme. */
async function look(browser, run, width, theme) {
  const where = `${width} px, ${theme}`;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
  const fault = (text) => faults.push(`${where}: ${text}`);
  page.on("console", (message) => fault(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => fault(`script error: ${error.message}`));
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) fault(`asks the network for ${request.url()}`); });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  const seen = await page.evaluate(() => {
    const box = (element) => element.getBoundingClientRect();
    const inside = (figure) => [...figure.querySelectorAll("svg text")].every((text) => {
      const inner = box(text), outer = box(text.closest("svg"));
      return inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    });
    return {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      groups: document.querySelectorAll("section.group").length,
      rows: [...document.querySelectorAll("section.group")].map((section) => section.querySelectorAll("tbody tr").length),
      figures: [...document.querySelectorAll("figure")].map((figure) => ({
        id: figure.id,
        width: figure.querySelector("svg") ? box(figure.querySelector("svg")).width : 0,
        height: figure.querySelector("svg") ? box(figure.querySelector("svg")).height : 0,
        inside: inside(figure),
      })),
    };
  });
  if (seen.overflow > 0) fault(`the page is ${seen.overflow} px wider than the window`);
  if (seen.groups !== run.plan.groups.length) fault(`${seen.groups} sections for ${run.plan.groups.length} groups`);
  seen.rows.forEach((rows, at) => { if (rows < run.plan.groups[at].cells.length) fault(`section ${at} has ${rows} rows`); });
  if (seen.figures.length < 3 * run.plan.groups.length) fault(`only ${seen.figures.length} charts`);
  for (const figure of seen.figures) {
    if (figure.width < 100 || figure.height < 40) fault(`chart ${figure.id} is ${figure.width} x ${figure.height} px`);
    if (!figure.inside) fault(`chart ${figure.id} has text beyond its edge`);
  }
  if (pictures) await page.screenshot({ path: path.join(pictures, `page-${width}-${theme}.png`), fullPage: true });
  await page.close();
}

/** Sorting, by mouse and by keyboard, and the theme switch. */
async function use(browser) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.goto(pathToFileURL(path.resolve(folder, "index.html")).href);
  const button = page.locator("section.group thead button").nth(1);
  const column = () => page.locator("section.group").first().locator("tbody tr td:nth-child(2)").evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.sort ?? NaN)).filter((value) => !Number.isNaN(value)));
  const ordered = (values, sign) => values.every((value, at) => at === 0 || sign * (value - values[at - 1]) >= 0);
  await button.click();
  const first = await column();
  const sign = ordered(first, 1) ? 1 : -1;
  expect(first.length > 1 && ordered(first, sign), "a click on a column's head does not sort by it");
  await button.focus();
  await page.keyboard.press("Enter");
  expect(ordered(await column(), -sign), "Enter on a column's head does not turn the order round");
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
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const violation of violations.filter(({ impact }) => ["serious", "critical"].includes(impact))) {
      faults.push(`accessibility, ${colorScheme}: ${violation.help} (${violation.nodes.length} places, first ${violation.nodes[0].target})`);
    }
    await page.close();
  }
}

const run = complete();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
for (const width of WIDTHS) for (const theme of THEMES) await look(browser, run, width, theme);
await use(browser);
await accessible(browser);
await browser.close();
for (const fault of faults) console.error(`FAULT ${fault}`);
console.log(faults.length === 0 ? `page check: all well (${run.plan.groups.length} groups, ${WIDTHS.length} widths, ${THEMES.length} themes)` : `page check: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
