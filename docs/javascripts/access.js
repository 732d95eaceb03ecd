// What the theme makes in the browser and leaves without a name, or out of the keyboard's reach.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  const mend = () => {
    for (const bar of document.querySelectorAll(".md-code__nav:not([aria-label])"))
      bar.setAttribute("aria-label", `Copy ${bar.closest("[id]").id.replaceAll("_", " ").trim()}`);
    for (const wide of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) wide.tabIndex = 0;
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  mend();
});
