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
// A link to a folded part opens it.
const unfold = () => {
  const part = document.getElementById(location.hash.slice(1))?.querySelector("details.appendix");
  if (part) part.open = true;
};
addEventListener("hashchange", unfold);
unfold();
// What is wider than the page can be pushed aside, and says so.
const measure = () => {
  for (const one of document.querySelectorAll(".scroll")) one.classList.toggle("wide", one.scrollWidth > one.clientWidth + 1);
};
addEventListener("resize", measure);
addEventListener("load", measure);
addEventListener("toggle", measure, true);
