// Sorting of tables by their headings, and the switch between light and dark. The page is whole without it.
(() => {
  "use strict";

  /** The value that a cell sorts by: a number, or text; undefined if it has none. */
  const keyOf = (cell) => {
    if (cell.tagName === "TH") return cell.textContent.trim();
    return cell.dataset.sort === undefined ? undefined : Number(cell.dataset.sort);
  };

  const compare = (a, b, sign) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
  };

  for (const table of document.querySelectorAll("table")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
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

  const root = document.documentElement;
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
})();
