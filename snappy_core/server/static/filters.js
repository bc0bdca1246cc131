// What a search is narrowed to: documents, labels, and values of metadata.

import { element, make, plain } from "./dom.js";

let chosen = {}; // names of facets to lists of values
let offered = null; // likewise, once it is known
let changed = () => {};

export function start(onChange) {
  changed = onChange;
  element("clear").addEventListener("click", () => {
    chosen = {};
    for (const input of element("facets").querySelectorAll("input")) input.checked = false;
    tell();
    changed();
  });
}

/** Return what is chosen, for the address of the page. */
export const values = () => chosen;

/** Choose what the address of the page says. */
export function set(filters) {
  chosen = {};
  for (const [name, values] of Object.entries(filters)) { // anybody may have written them
    if (Array.isArray(values)) choose(name, values);
  }
  for (const input of element("facets").querySelectorAll("input")) {
    input.checked = (chosen[input.name] ?? []).includes(JSON.parse(input.value));
  }
  tell();
}

/** Return the options of a search. */
export function options() {
  const { documents = [], labels = [], ...metadata } = chosen;
  const conditions = {};
  if (labels.length) conditions.region_label = labels;
  for (const [name, values] of Object.entries(metadata)) conditions[name.slice(1)] = values;
  return { documents, ...(Object.keys(conditions).length ? { filter: conditions } : {}) };
}

/** Offer what the documents of the index have. */
export function offer(documents, labels) {
  const facets = [
    ["documents", "Documents", documents.map((each) => [each.document, each.file_name])],
    ["labels", "Kinds of region", labels.map((label) => [label, plain(label)])],
    ...metadataOf(documents).map(([key, values]) => [`.${key}`, key, values]),
  ];
  element("facets").replaceChildren(...facets.map(([name, title, values]) =>
    make("fieldset", {}, make("legend", {}, title),
      make("div", { className: "values" }, ...values.map((value) => choice(name, ...value))))));
  offered = new Map(facets.map(([name, , values]) => [name, values.map(([value]) => value)]));
  for (const [name, values] of Object.entries(chosen)) choose(name, values);
  tell();
}

function choice(name, value, text) {
  const input = make("input", { type: "checkbox", name, value: JSON.stringify(value) });
  input.checked = (chosen[name] ?? []).includes(value);
  input.addEventListener("change", () => {
    const others = (chosen[name] ?? []).filter((other) => other !== value);
    choose(name, input.checked ? [...others, value] : others);
    tell();
    changed();
  });
  return make("label", {}, input, ` ${text}`);
}

/** Choose those values of a facet that there are: the document of a link may be gone. */
function choose(name, values) {
  const known = values.filter((value) => !offered || offered.get(name)?.includes(value));
  if (known.length) chosen[name] = known;
  else delete chosen[name];
}

/** Say what is chosen where the filters are folded away. */
function tell() {
  const checked = element("facets").querySelectorAll("input:checked");
  const texts = [...checked].map((input) => input.parentElement.textContent.trim());
  element("chosen").textContent = texts.length ? `: ${texts.join(", ")}` : "";
  element("clear").hidden = !texts.length;
}

/** Return each key of metadata with its values and their texts. */
function metadataOf(documents) {
  const keys = new Map();
  for (const { metadata } of documents) {
    for (const [key, value] of Object.entries(metadata)) {
      for (const each of [value].flat()) {
        if (each === null) continue;
        if (!keys.has(key)) keys.set(key, new Map());
        keys.get(key).set(each, String(each));
      }
    }
  }
  for (const [key, values] of keys) {
    const sorted = [...values].sort(([, one], [, other]) =>
      one.localeCompare(other, undefined, { numeric: true }));
    keys.set(key, sorted);
  }
  return [...keys].sort(([one], [other]) => one.localeCompare(other));
}
