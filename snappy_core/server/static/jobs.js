// What is being added: pages, warnings and failures, as the server sends them.

import { api } from "./api.js";
import { count, element, make } from "./dom.js";

const followed = []; // added one after the other; a browser opens few connections to a server
let ended = () => {};

/** Follow what is being added already; `onEnd` is called after each. */
export async function start(onEnd) {
  ended = onEnd;
  for (const job of await api("jobs")) {
    if (!isOver(job)) follow(job);
  }
}

const isOver = (job) => ["done", "failed", "lost"].includes(job.state);

export function follow(job) {
  const item = make("li", {});
  element("jobs").prepend(item);
  draw(item, job);
  followed.push({ job, item });
  tellRunning();
  if (followed.length === 1) watch();
}

/** Watch the first job, and after it the others. */
function watch() {
  const [{ job, item }] = followed;
  let last = job;
  const events = new EventSource(`/api/jobs/${encodeURIComponent(job.job)}/events`);
  const end = () => {
    events.close();
    followed.shift();
    tellRunning();
    ended();
    if (followed.length) watch();
  };
  events.addEventListener("message", (event) => {
    last = JSON.parse(event.data);
    draw(item, last);
    if (isOver(last)) end();
  });
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return; // the browser tries again
    draw(item, { ...last, state: "lost" });
    end();
  });
}

/** Say something of a file; returns its line. */
export function tell(name, text) {
  const item = make("li", {}, make("b", {}, name), ` ${text}`);
  element("jobs").prepend(item);
  return item;
}

function draw(item, job) {
  const name = job.name.replace(/^uploads\//, "");
  const read = count(job.pages, "page");
  const pages = job.expected_pages ? `${job.pages} of about ${count(job.expected_pages, "page")}` : read;
  const rest = job.failures.length ? `, without ${count(job.failures.length, "file")}` : "";
  const texts = {
    queued: "waits", running: `is being read: ${pages}`, failed: "was not added",
    lost: "is not known to the server any more; see the list",
    done: (job.added.length ? `was added: ${read}` : "was there already") + rest,
  };
  item.className = job.state;
  item.replaceChildren(make("b", {}, name), ` ${texts[job.state] ?? job.state}`);
  if (!isOver(job)) {
    const bar = make("progress", { "aria-label": `Reading ${name}` });
    if (job.expected_pages) Object.assign(bar, { max: job.expected_pages, value: job.pages });
    item.append(bar);
  }
  const messages = [
    ...job.failures.map((text) => make("li", { className: "failure" }, text)),
    ...job.warnings.map((text) => make("li", { className: "warning" }, `Warning: ${text}`)),
  ];
  if (messages.length) item.append(make("ul", {}, ...messages));
}

function tellRunning() {
  const text = followed.length ? ` (${followed.length} being read)` : "";
  element("reading").textContent = text;
}
