// The list of hits.

import { element, make, plain } from "./dom.js";
import { textWithTable } from "./table.js";

/** List hits; `choose` is called with the number of the one that was chosen. */
export function list(hits, choose) {
  element("hits").replaceChildren(...hits.map((hit, number) => {
    const where = `${hit.rank}. ${hit.file_name}, ${pages(hit)}`;
    const kind = `${plain(hit.label)}, score ${hit.score.toFixed(2)}`;
    const button = make("button", { type: "button" }, where, make("small", {}, kind));
    const item = make("li", {}, button, ...textWithTable(hit));
    item.addEventListener("click", ({ target }) => {
      const selection = getSelection();
      const isSelecting = !selection.isCollapsed && item.contains(selection.anchorNode);
      if (button.contains(target) || !isSelecting) choose(number); // selecting text is no click
    });
    follow(item, hit.region);
    return item;
  }));
}

/** Return the pages of a hit, as printed: "page 4", "pages 4, 5". */
function pages(hit) {
  const labels = [hit, ...hit.parts].sort((one, other) => one.page - other.page)
    .map((part) => part.page_label);
  const different = [...new Set(labels)];
  return `page${different.length > 1 ? "s" : ""} ${different.join(", ")}`;
}

/** Mark the hit that is shown. */
export function mark(region) {
  for (const item of element("hits").children) {
    const button = item.querySelector("button");
    const chosen = item.dataset.hit === region;
    item.classList.toggle("current", chosen);
    if (chosen) {
      button.setAttribute("aria-current", "true");
      if (getComputedStyle(element("found")).overflowY === "auto") {
        item.scrollIntoView({ block: "nearest" });
      }
    } else {
      button.removeAttribute("aria-current");
    }
  }
}

/** Let the other places of a hit, in the list and on the page, show when the mouse is on one. */
export function follow(node, region) {
  const toggle = (on) => {
    for (const other of document.querySelectorAll("[data-hit]")) {
      if (other.dataset.hit === region) other.classList.toggle("near", on);
    }
  };
  node.dataset.hit = region;
  node.addEventListener("mouseenter", () => toggle(true));
  node.addEventListener("mouseleave", () => toggle(false));
}
