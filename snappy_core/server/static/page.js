// Asking, choosing hits, turning pages, and the keys; the other modules draw.

import * as answer from "./answer.js";
import { api } from "./api.js";
import * as documents from "./documents.js";
import { count, element } from "./dom.js";
import * as filters from "./filters.js";
import * as heat from "./heat.js";
import * as hitList from "./hits.js";
import * as link from "./link.js";
import * as strip from "./strip.js";
import * as viewer from "./viewer.js";

let question = "";
let hits = [];
let region = ""; // that is shown, or will be
let here = null; // its place
let searches = 0;
let running = null; // options of the search that has not ended

/** List what answers a question, and show a region of the hits, or the page that was shown. */
async function ask(text, { wanted = "", stays = false } = {}) {
  question = text.trim();
  if (!question) return;
  if (stays && running) ({ wanted, stays } = running); // nothing of it was shown yet
  running = { wanted, stays };
  searches += 1;
  const search = searches;
  say("Searching …");
  let found;
  try {
    found = await api("search", { question, k: 10, ...filters.options() });
  } catch (error) {
    if (search !== searches) return;
    running = null;
    say(error.message);
    return;
  }
  if (search !== searches) return; // another was asked meanwhile
  running = null;
  ({ hits } = found);
  const doubt = found.answerable !== null && found.answerable < 0.5
    ? " The documents may not speak of it." : "";
  say(hits.length ? `${count(hits.length, "hit")}.${doubt}` : "Nothing was found.");
  hitList.list(hits, (number) => choose(hits[number], true));
  heat.ask(question).catch(fail);
  if (!stays) answer.ask(question, filters.options());
  const linked = hits.find((hit) => hit.region === wanted);
  if (stays && here) await open(here, { region });
  else if (wanted && !linked) await open(link.placeOf(wanted), { region: wanted });
  else if (hits.length) await choose(linked ?? hits[0]);
  else if (here) await open(here); // without the marks of another question
  else remember({ region: "" });
}

/** Show a hit on its page. */
async function choose(hit, isClicked = false) {
  if (!hit) return;
  await open(hit, { region: hit.region });
  if (isClicked) goToPage();
}

/** Go to the page where it stands below the hits. */
function goToPage() {
  if (matchMedia("(max-width: 50rem)").matches) {
    element("view").scrollIntoView({ block: "start" });
  }
}

/** Show a page, and a region or rects of it. */
async function open(place, { region: name = "", rects = [] } = {}) {
  if (!place) return;
  region = name;
  here = { document: place.document, page: place.page };
  hitList.mark(name);
  try {
    const isShown = await viewer.show(place, { region, rects, hits });
    if (isShown) remember({ region, ...here });
  } catch (error) {
    if (error.status === 404 && viewer.isHere(place)) clear(); // a new version lacks this page
    fail(error);
  }
}

function clear() {
  viewer.clear();
  here = null;
}

function remember({ region: name, document, page }) {
  const place = name || !document ? { region: name } : { document, page: String(page) };
  link.write({ question, filters: filters.values(), ...place });
}

async function turn(step) {
  const pages = viewer.current()?.pages ?? 0;
  const page = here ? here.page + step : 0; // of the page that is being loaded, if one is
  if (page >= 1 && page <= pages) await open({ document: here.document, page });
}

/** Go to the next hit or the one before; from a page without one, to the first. */
function move(step) {
  const index = hits.findIndex((hit) => hit.region === region);
  choose(index < 0 ? hits[0] : hits[index + step]);
}

const say = (text) => { element("status").textContent = text; };
const fail = (error) => say(error.message);

async function follow() {
  const linked = link.read();
  filters.set(linked.filters);
  if (linked.question) {
    element("question").value = linked.question;
    await ask(linked.question, { wanted: linked.region });
  } else if (linked.region) await open(link.placeOf(linked.region), { region: linked.region });
  if (linked.document) await open({ document: linked.document, page: linked.page });
}

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  ArrowRight: () => turn(1), ArrowLeft: () => turn(-1),
  "+": () => viewer.zoomBy(1), "=": () => viewer.zoomBy(1), "-": () => viewer.zoomBy(-1),
  0: () => viewer.zoomTo(1),
  "/": () => element("question").select(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]") || !Object.hasOwn(KEYS, event.key)) return;
  if (event.target.matches("input:not([type=checkbox])")) return;
  if (event.key.startsWith("Arrow") && event.target.matches(".scrolled")) return;
  const isWide = event.target.id === "viewer" && event.target.scrollWidth > event.target.clientWidth;
  if (isWide && /^Arrow(Left|Right)$/.test(event.key)) return; // scrolls the zoomed page
  event.preventDefault();
  KEYS[event.key]();
});

element("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(element("question").value);
});
element("previous").addEventListener("click", () => turn(-1));
element("next").addEventListener("click", () => turn(1));
addEventListener("hashchange", () => follow().catch(fail));

answer.start(async (place) => {
  await open(place, place);
  goToPage();
});
heat.start(() => viewer.drawHeat());
strip.start((place) => open(place));
viewer.start((hit) => choose(hit));
filters.start(() => ask(question));
documents.start((place) => open(place), (all, index) => {
  filters.offer(all, index.labels);
  const page = viewer.current();
  if (page && !all.some((each) => each.document === page.document)) clear();
  viewer.renew();
  if (question) ask(question, { stays: true });
  else if (here) open(here, { region });
});
documents.refresh().then(() => question || follow()).catch(fail); // somebody may have asked already
