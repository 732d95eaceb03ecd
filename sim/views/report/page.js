"use strict";
// Tables sort by the column whose heading is pressed; numbers by value, what has none last.
for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const body = head.closest("table").tBodies[0];
    const column = head.cellIndex;
    const falling = head.getAttribute("aria-sort") === "ascending";
    const sign = falling ? -1 : 1;
    for (const other of head.parentElement.children) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.number;
    const rows = [...body.rows].sort((a, b) => {
      const x = key(a), y = key(b);
      if (x !== undefined && y !== undefined) return sign * (Number(x) - Number(y));
      if (x !== undefined || y !== undefined) return x !== undefined ? -1 : 1;
      return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
    });
    body.append(...rows);
  });
}
// Paper cannot be pressed: what is folded is open there.
const shut = () => [...document.querySelectorAll("details:not([open])")];
let opened = [];
addEventListener("beforeprint", () => { opened = shut(); for (const one of opened) one.open = true; });
addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
