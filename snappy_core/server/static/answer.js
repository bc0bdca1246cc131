// The answer of a chat model, sentence by sentence as `ground` judges it; and what the model gets.

import { events } from "./api.js";
import { count, element, make } from "./dom.js";

const SIGNS = { verified: "✓", partial: "≈", absent: "✕" };
const MARK = /\[[\d.,;\s]+\]/g; // [1.2], [1.1; 2.3]
const NUMBER = /\d+(?:\.\d+)?/g;
const PASSAGE = /^\[\d+\.\d+\]/gm; // lines of documents that begin so have a backslash
let open = () => {};
let running = new AbortController();

/** `onPlace` shows a place on its page: document, page, region and rects. */
export function start(onPlace) {
  open = onPlace;
}

/** Ask for the answer to a question, with the options of its search. */
export async function ask(question, options) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const told = { text: "", claims: [], citations: [] };
  element("answer").hidden = true;
  try {
    for await (const [name, data] of events("answer", { question, ...options }, signal)) {
      if (signal.aborted) return;
      take(told, name, data);
    }
  } catch (error) {
    if (!signal.aborted) say(error.message);
  }
}

function take(told, name, data) {
  if (name === "context") {
    told.passages = data.citations;
    drawContext(data);
  } else if (name === "text") {
    told.text += data.text;
    element("said").textContent = told.text;
    say("Answering …");
  } else if (name === "citations") {
    told.citations = data.citations;
    drawAnswer(told);
    say("Checking …");
  } else if (name === "claim") {
    told.claims.push(data);
    drawAnswer(told);
  } else if (name === "done" && data.is_verified !== null) {
    const verified = told.claims.filter((claim) => claim.verdict === "verified").length;
    say(`${verified} of ${count(told.claims.length, "claim")} verified.`);
  } else if (name === "error") {
    say(data.detail);
  }
}

function say(text) {
  element("answer").hidden = element("spoken").hidden = false;
  element("verdict").textContent = text;
}

function drawContext({ text, tokens, citations }) {
  element("answer").hidden = !text;
  element("spoken").hidden = true;
  element("said").replaceChildren();
  element("tokens").textContent = count(tokens, "token");
  element("context").replaceChildren(...withMarks(text, citations, PASSAGE));
}

/** Draw the answer in pieces, each of the shortest claim that it is in. */
function drawAnswer({ text, claims, citations }) {
  const letters = Array.from(text); // claims count code points
  const edges = new Set([0, letters.length]);
  for (const { start, end } of claims) edges.add(start).add(end);
  const sorted = [...edges].sort((one, other) => one - other);
  const nodes = sorted.slice(1).flatMap((end, index) => {
    const start = sorted[index];
    const [claim] = claims.filter((each) => each.start <= start && each.end >= end)
      .sort((one, other) => (one.end - one.start) - (other.end - other.start));
    const piece = withMarks(letters.slice(start, end).join(""), citations, MARK);
    if (!claim) return piece;
    const span = make("span", { className: `claim ${claim.verdict}` }, ...piece);
    return claim.end === end ? [span, " ", chip(claim), " "] : [span];
  });
  element("said").replaceChildren(...nodes);
}

/** Return what is said of a claim; where its words stand, a click shows them. */
function chip({ verdict, text, place, missing_numbers: missing }) {
  const without = missing.length ? `, without ${missing.join(", ")}` : "";
  const said = `${SIGNS[verdict] ?? ""} ${verdict}${without}`;
  if (!place) return make("span", { className: `chip ${verdict}` }, said);
  const button = make("button", { type: "button", className: `chip ${verdict}`, title: place.text }, said);
  button.setAttribute("aria-label", `${said}: ${text}`);
  button.addEventListener("click", () => open(place));
  return button;
}

/** Return a text with its marks as buttons that show their places. */
function withMarks(text, citations, marks) {
  const nodes = [];
  let end = 0;
  for (const mark of text.matchAll(marks)) {
    nodes.push(text.slice(end, mark.index));
    end = mark.index + mark[0].length;
    const places = mark[0].match(NUMBER)
      ?.map((number) => citations.find(({ marker }) => `${marker}.`.startsWith(`${number}.`)))
      .filter(Boolean) ?? [];
    if (!places.length) nodes.push(mark[0]);
    nodes.push(...places.map(link));
  }
  return [...nodes, text.slice(end)];
}

function link(citation) {
  const button = make("button", { type: "button", className: "cite" }, `[${citation.marker}]`);
  button.title = `${citation.file_name}, page ${citation.page_label}`;
  button.addEventListener("click", () => open(citation));
  return button;
}
