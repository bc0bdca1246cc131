// The page: questions, their hits, and the page that a hit stands on. Texts of documents are set
// as text, never as markup.

const element = (id) => document.getElementById(id);
let hits = [];
let current = -1;

async function api(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`/api/${path}`, options);
  if (answer.status === 401 && path !== "session") {
    await login();
    return api(path, body);
  }
  if (answer.status === 204) return null;
  const value = await answer.json();
  if (!answer.ok) {
    throw new Error(typeof value.detail === "string" ? value.detail : "the request was refused");
  }
  return value;
}

function login() {
  const dialog = element("login");
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", async () => {
      await api("session", { key: element("key").value }).catch(() => null);
      resolve();
    }, { once: true });
  });
}

function make(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function box(className, [x0, y0, x1, y1]) {
  const node = make("div", className);
  Object.assign(node.style, {
    left: `${x0 * 100}%`, top: `${y0 * 100}%`,
    width: `${(x1 - x0) * 100}%`, height: `${(y1 - y0) * 100}%`,
  });
  return node;
}

function follow(node, region) {
  const mark = (on) => document.querySelectorAll("[data-hit]").forEach((other) => {
    if (other.dataset.hit === region) other.classList.toggle("near", on);
  });
  node.dataset.hit = region;
  node.addEventListener("mouseenter", () => mark(true));
  node.addEventListener("mouseleave", () => mark(false));
}

async function ask(question) {
  element("status").textContent = "Searching …";
  element("hits").replaceChildren();
  try {
    ({ hits } = await api("search", { question, k: 10 }));
  } catch (error) {
    hits = [];
    element("status").textContent = error.message;
    return;
  }
  element("status").textContent = hits.length ? `${hits.length} hits` : "Nothing was found.";
  element("hits").replaceChildren(...hits.map((hit, number) => {
    const item = document.createElement("li");
    const button = make("button", "");
    const where = `${hit.rank}. ${hit.file_name}, page ${hit.page_label}, ` +
      `${hit.label.replaceAll("_", " ")}, score ${hit.score.toFixed(2)}`;
    button.append(make("small", "", where), make("span", "text", hit.text));
    button.type = "button";
    button.addEventListener("click", () => choose(number));
    follow(button, hit.region);
    item.append(button);
    return item;
  }));
  const linked = new URLSearchParams(location.hash.slice(1)).get("region");
  await choose(Math.max(hits.findIndex((hit) => hit.region === linked), 0));
}

async function choose(number) {
  if (!hits[number]) return;
  current = number;
  const hit = hits[number];
  document.querySelectorAll("#hits button").forEach((button, index) => {
    button.setAttribute("aria-current", index === number);
    if (index === number) button.scrollIntoView({ block: "nearest" });
  });
  const link = new URLSearchParams({ q: element("question").value, region: hit.region });
  history.replaceState(null, "", `#${link}`);
  await show(hit);
}

async function show(hit) {
  const place = new URLSearchParams({ document: hit.document, page: hit.page });
  const page = await api(`page?${place}`);
  if (hits[current] !== hit) return; // another was chosen meanwhile
  const picture = make("img", "");
  picture.alt = `Page ${page.page_label} of ${page.file_name}`;
  picture.src = `/api/page.webp?${place}&width=1440`;
  const layers = [picture];
  if (element("heat").checked) {
    const heat = make("img", "heat");
    heat.alt = "";
    heat.src = `/api/heat.webp?${place}&${new URLSearchParams({ question: element("question").value })}`;
    layers.push(heat);
  }
  layers.push(...page.regions.map((region) => box("box region", region.box)));
  for (const other of hits) {
    if (other.document !== hit.document || other.page !== hit.page) continue;
    for (const part of other.highlights) {
      layers.push(...part.rects.map((rect) => box("mark", rect)));
    }
    const frame = box(`box hit${other === hit ? " current" : ""}`, other.box);
    follow(frame, other.region);
    layers.push(frame);
  }
  element("place").textContent = `${page.file_name}, page ${page.page_label} of ${page.pages}`;
  element("page").replaceChildren(...layers);
}

element("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(element("question").value);
});
element("heat").addEventListener("change", () => choose(current));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox])") || event.ctrlKey || event.metaKey) return;
  if (event.key === "j") choose(current + 1);
  if (event.key === "k") choose(current - 1);
  if (event.key === "/") {
    event.preventDefault();
    element("question").focus();
  }
});

const linked = new URLSearchParams(location.hash.slice(1)).get("q");
if (linked) {
  element("question").value = linked;
  ask(linked);
}
