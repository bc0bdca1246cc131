// The strip of a document's pages. Their pictures are loaded when they come into sight.

import { query } from "./api.js";
import { count, element, make } from "./dom.js";

let shown = ""; // the version of the document of the strip
let turn = () => {};
let sight = null; // watches which pages are in sight, or nearly

export function start(onPage) {
  turn = onPage;
}

/** Show the pages of a document, those with hits marked, and where one is. */
export function show(page, hits) {
  const strip = element("strip");
  strip.hidden = page.pages < 2;
  const key = `${page.document} ${page.version}`;
  if (key !== shown) {
    shown = key;
    strip.style.setProperty("--ratio", `${page.width} / ${page.height}`);
    sight?.disconnect();
    sight = new IntersectionObserver(load, { root: strip, rootMargin: "200px" });
    strip.replaceChildren(
      ...Array.from({ length: page.pages }, (_, index) => thumbnail(page, index + 1)),
    );
    for (const button of strip.children) sight.observe(button);
  }
  const found = new Map();
  for (const hit of hits) {
    if (hit.document === page.document) found.set(hit.page, (found.get(hit.page) ?? 0) + 1);
  }
  for (const [index, button] of [...strip.children].entries()) {
    const number = index + 1;
    const here = number === page.page;
    const hitsHere = found.get(number);
    button.classList.toggle("found", Boolean(hitsHere));
    button.setAttribute("aria-label", `Page ${number}${hitsHere ? `, ${count(hitsHere, "hit")}` : ""}`);
    button.lastChild.textContent = hitsHere ? `${number} · ${count(hitsHere, "hit")}` : number;
    if (here) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
    if (here) scrollTo(strip, button);
  }
}

function thumbnail({ document, version: v }, number) {
  const image = make("img", { alt: "" });
  image.dataset.src = `/api/page.webp?${query({ document, page: number, width: 160, v })}`;
  const button = make("button", { type: "button" }, image, make("span"));
  button.addEventListener("click", () => turn({ document, page: number }));
  return button;
}

function load(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    target.firstChild.src = target.firstChild.dataset.src;
    sight.unobserve(target);
  }
}

/** Scroll the strip alone, along either way it lies. */
function scrollTo(strip, button) {
  strip.scrollTo({
    left: button.offsetLeft - (strip.clientWidth - button.clientWidth) / 2,
    top: button.offsetTop - (strip.clientHeight - button.clientHeight) / 2,
  });
}
