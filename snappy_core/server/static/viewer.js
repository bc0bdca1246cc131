// The page: its picture, the heat, its regions, and the hits on it.

import { api, query } from "./api.js";
import { box, element, make, plain } from "./dom.js";
import { frames } from "./frames.js";
import * as heat from "./heat.js";
import { follow } from "./hits.js";
import * as strip from "./strip.js";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4];
const WIDTHS = [960, 1440, 2160, 3200]; // in pixels, as the API draws pages
let page = null; // as the API describes it
let changes = 0; // of the documents
let seen = 0; // those before the page was asked for
let wanted = null; // the place asked for last
let shown = { region: "", rects: [], hits: [] };
let zoom = 1;
let choose = () => {};

export function start(onHit) {
  choose = onHit;
  element("smaller").addEventListener("click", () => zoomBy(-1));
  element("larger").addEventListener("click", () => zoomBy(1));
  element("fit").addEventListener("click", () => zoomTo(1));
  element("picture").addEventListener("error", () => {
    element("missing").hidden = false;
  });
  element("picture").addEventListener("load", () => {
    element("missing").hidden = true;
  });
  for (const image of [element("picture"), element("warm")]) {
    for (const event of ["load", "error"]) {
      image.addEventListener(event, () => image.classList.remove("old"));
    }
  }
}

/** Return the page that is shown. */
export const current = () => page;

/** Ask for the page anew before it is shown again, since its document may have been replaced. */
export const renew = () => { changes += 1; };

/** Is a place on the page that is shown? */
export const isHere = (place) => place.document === page?.document && place.page === page.page;

/** Show a page: a region of it in a strong frame, other rects highlighted, and the hits on it. */
export async function show(place, { region = "", rects = [], hits = [] } = {}) {
  wanted = place;
  const isRenewed = seen !== changes && isHere(place) && region === shown.region;
  if (seen !== changes || !isHere(place)) {
    const before = changes;
    const next = await api(`page?${query({ document: place.document, page: place.page })}`);
    if (wanted !== place) return false; // another was asked for meanwhile
    page = next;
    seen = before;
    drawPage();
  }
  const places = hits.flatMap((hit) => [hit, ...hit.parts.map((part) => ({
    ...hit, ...part, region: hit.region, part: part.region, // parts follow the mouse with their hit
  }))]);
  shown = { region, rects, hits: places.filter(isHere) };
  const mark = drawMarks();
  if (mark && !isRenewed) reveal(mark);
  else if (!isRenewed) element("viewer").scrollTo({ top: 0 });
  drawHeat();
  strip.show(page, places);
  return true;
}

/** Remove the page, such as that of a document that was deleted. */
export function clear() {
  page = null;
  element("viewer").hidden = element("strip").hidden = true;
  element("place").textContent = "";
}

function drawPage() {
  element("viewer").hidden = false;
  element("page").style.aspectRatio = `${page.width} / ${page.height}`;
  element("place").textContent = `${page.file_name}, page ${page.page_label}`;
  element("of").textContent = `${page.page} of ${page.pages}`;
  element("previous").disabled = page.page <= 1;
  element("next").disabled = page.page >= page.pages;
  element("picture").alt = `Page ${page.page_label} of ${page.file_name}`;
  element("missing").hidden = true;
  drawPicture({ isOther: true });
}

/** Draw the page as sharp as it is large. */
function drawPicture({ isOther = false } = {}) {
  const pixels = element("page").clientWidth * devicePixelRatio;
  const width = WIDTHS.find((each) => each >= pixels) ?? WIDTHS.at(-1);
  const { document, page: number, version: v } = page;
  const source = `/api/page.webp?${query({ document, page: number, width, v })}`;
  load(element("picture"), source, isOther);
}

export function drawHeat() {
  if (!page) return;
  const { document, page: number, version: v } = page; // which makes the address another
  const source = heat.picture({ document, page: number, v });
  element("warm").hidden = !source;
  if (source) load(element("warm"), source, true);
  element("page").classList.toggle("hot", Boolean(source));
}

/** Load a picture; until it is there, one of another page is hidden. */
function load(image, source, isOther) {
  if (image.getAttribute("src") === source) return; // no event would follow
  if (isOther) image.classList.add("old");
  image.src = source;
}

/** Draw what is on the page; returns the frame of the region that is shown. */
function drawMarks() {
  const names = new Set(shown.hits.map((hit) => hit.part ?? hit.region));
  const marks = page.regions.filter(({ region }) => !names.has(region)).map((region) => {
    const frame = box("box region", region.box);
    frame.title = plain(region.label);
    return frame;
  });
  const labels = [];
  for (const hit of shown.hits) {
    for (const part of hit.highlights) marks.push(...part.rects.map((rect) => box("mark", rect)));
  }
  marks.push(...shown.rects.map((rect) => box("mark words", rect)));
  for (const hit of shown.hits) {
    const boxes = frames(hit);
    for (const each of boxes) {
      const frame = box("box hit", each);
      frame.addEventListener("click", () => choose(hit));
      follow(frame, hit.region);
      marks.push(frame);
    }
    labels.push(label(hit, boxes[0]));
  }
  const other = page.regions.find((region) => region.region === shown.region);
  if (other && !shown.hits.some((hit) => hit.region === other.region)) {
    const frame = box("box hit", other.box);
    follow(frame, other.region);
    marks.push(frame);
  }
  const here = [...marks, ...labels].filter((node) => node.dataset.hit === shown.region);
  for (const node of here) node.classList.add("current");
  element("marks").replaceChildren(...marks, ...labels);
  spread(labels);
  return here[0];
}

/** Return the number of a hit. It stands beside the page, so that it covers nothing. */
function label(hit, [x0, y0, x1]) {
  const node = make("span", { className: "label" }, String(hit.rank));
  node.classList.add(x0 + x1 > 1.1 ? "right" : "left"); // whole lines are in the middle
  node.style.top = `${y0 * 100}%`;
  node.addEventListener("click", () => choose(hit));
  follow(node, hit.region);
  return node;
}

/** Move labels that would lie on each other down. */
function spread(labels) {
  for (const side of ["left", "right"]) {
    let free = 0;
    const column = labels.filter((label) => label.classList.contains(side));
    column.sort((one, other) => one.offsetTop - other.offsetTop);
    for (const label of column) {
      const shift = Math.max(free - label.offsetTop, 0);
      label.style.marginTop = `${shift}px`;
      free = label.offsetTop + label.offsetHeight + 2;
    }
  }
}

/** Scroll the viewer so that a box stands in its middle, or at its top if it is high. */
function reveal(node) {
  const viewer = element("viewer");
  const { offsetTop, offsetLeft } = element("page");
  const above = Math.max((viewer.clientHeight - node.offsetHeight) / 2, 24);
  const before = Math.max((viewer.clientWidth - node.offsetWidth) / 2, 24);
  viewer.scrollTo({
    top: offsetTop + node.offsetTop - above, left: offsetLeft + node.offsetLeft - before,
  });
}

/** Zoom by a step in or out. */
export function zoomBy(step) {
  zoomTo(ZOOMS[ZOOMS.indexOf(zoom) + step] ?? zoom);
}

/** Zoom so that 1 fits the width; what is in the middle stays there. */
export function zoomTo(next) {
  if (!page) return;
  const viewer = element("viewer");
  const growth = next / zoom;
  const middle = (start, size) => (start + size / 2) * growth - size / 2;
  const top = middle(viewer.scrollTop, viewer.clientHeight);
  const left = middle(viewer.scrollLeft, viewer.clientWidth);
  zoom = next;
  element("sheet").style.setProperty("--zoom", zoom);
  element("fit").textContent = `${zoom * 100}%`;
  element("smaller").disabled = zoom === ZOOMS[0];
  element("larger").disabled = zoom === ZOOMS.at(-1);
  viewer.scrollTo({ top, left });
  drawPicture();
  spread([...element("marks").querySelectorAll(".label")]);
}
