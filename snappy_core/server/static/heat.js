// The heat of a question on a page: of all of it, or of one of its words.

import { api, query } from "./api.js";
import { element, make } from "./dom.js";

let question = "";
let token = null; // one word of the question; null for all
let changed = () => {};

export function start(onChange) {
  changed = onChange;
  element("heat").addEventListener("change", async () => {
    changed();
    await list();
  });
}

/** Set the question whose heat is shown. */
export async function ask(text) {
  if (text === question) return;
  question = text;
  token = null;
  await list();
}

/** Return the address of the picture of the heat of a page; null if it is off. */
export function picture(place) {
  if (!element("heat").checked || !question) return null;
  const word = token === null ? {} : { token };
  return `/api/heat.webp?${query({ ...place, question, ...word })}`;
}

/** List the words of the question, those with a meaning as buttons. */
async function list() {
  const words = element("words");
  words.hidden = !element("heat").checked || !question;
  if (words.hidden || words.dataset.question === question) return;
  const asked = question;
  const tokens = await api(`tokens?${query({ question })}`);
  if (asked !== question) return; // another was asked meanwhile
  words.dataset.question = question;
  words.replaceChildren(
    make("span", {}, "Heat of "),
    button("all words", null),
    ...tokens.map(({ token: text, is_content: isContent }, index) =>
      isContent ? button(text, index) : make("span", { className: "plain" }, text)),
  );
}

function button(text, index) {
  const node = make("button", { type: "button" }, text);
  node.setAttribute("aria-pressed", token === index);
  node.addEventListener("click", () => {
    token = token === index ? null : index; // once more: all words again
    for (const [other, each] of element("words").querySelectorAll("button").entries()) {
      each.setAttribute("aria-pressed", token === null ? other === 0 : each === node);
    }
    changed();
  });
  return node;
}
