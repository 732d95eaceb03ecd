// A field above the first table of a page with many rows: only rows with all of its words stay.
document.addEventListener("DOMContentLoaded", () => {
  const rows = [...document.querySelectorAll(".md-content tbody tr")];
  if (rows.length < 40) return;
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: "any words" });
  const label = document.createElement("label");
  label.className = "filter";
  label.append("Show rows with ", field);
  const state = Object.assign(document.createElement("span"), { role: "status" });
  document.querySelector(".md-content h1").after(label, state);
  const texts = rows.map((row) => row.textContent.toLowerCase().replaceAll("_", " "));
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, k) => {
      row.hidden = !words.every((word) => texts[k].includes(word));
      left += !row.hidden;
    });
    state.textContent = words.length ? `${left} of ${rows.length} rows` : "";
  });
});
