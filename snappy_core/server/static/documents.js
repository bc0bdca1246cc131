// The documents of the index: the list, adding by drop or by a button, and deleting.

import { api, query } from "./api.js";
import { count, element, make } from "./dom.js";
import * as jobs from "./jobs.js";

const PAUSE = 2000; // milliseconds, while too many files wait to be added
let limit = Infinity; // bytes of an upload
let open = () => {};
let changed = () => {};

/** `onOpen` shows the page of a place; `onChange` takes the documents and the index. */
export function start(onOpen, onChange) {
  open = onOpen;
  changed = onChange;
  jobs.start(refresh);
  element("manage").addEventListener("click", () => element("documents").showModal());
  element("close").addEventListener("click", () => element("documents").close());
  element("files").addEventListener("change", () => {
    upload([...element("files").files]); // a copy, as the next line empties it
    element("files").value = "";
  });
  takeDrops();
}

export async function refresh() {
  const [documents, index] = await Promise.all([api("documents"), api("index")]);
  limit = index.max_upload;
  element("number").textContent =
    `${count(documents.length, "document")}, ${count(index.pages, "page")}`;
  element("list").replaceChildren(...documents.map(row));
  changed(documents, index);
}

function row(each) {
  const name = make("button", { type: "button", className: "name" }, each.file_name);
  name.addEventListener("click", () => {
    element("documents").close();
    open({ document: each.document, page: 1 });
  });
  const remove = make("button", { type: "button", "aria-label": `Delete ${each.file_name}` }, "Delete");
  remove.addEventListener("click", () => ask(each));
  const metadata = Object.entries(each.metadata)
    .map(([key, value]) => `${key}: ${[value].flat().join(", ")}`);
  const said = [count(each.pages, "page"), ...metadata].join("; ");
  return make("li", {}, make("div", {}, name, make("small", {}, said)), remove);
}

/** Delete a document, if it is meant. */
function ask(each) {
  const dialog = element("confirm");
  element("sure").textContent = `Delete ${each.file_name} from the index? Its file stays.`;
  dialog.returnValue = "";
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "delete") return;
    try {
      await api(`documents?${query({ document: each.document })}`, undefined, { method: "DELETE" });
      await refresh();
    } catch (error) {
      jobs.tell(each.file_name, error.message);
    }
    element("files").focus(); // the button is gone
  }, { once: true });
  dialog.showModal();
}

async function upload(files) {
  if (!element("documents").open) element("documents").showModal();
  for (const file of files) {
    if (file.size > limit) {
      jobs.tell(file.name, `not sent: more than ${Math.floor(limit / 2 ** 20)} MiB`);
      continue;
    }
    const sending = jobs.tell(file.name, "is being sent …");
    try {
      const job = await send(file);
      sending.remove();
      jobs.follow(job);
    } catch (error) {
      sending.remove();
      jobs.tell(file.name, `was not added: ${error.message}`);
    }
  }
}

/** Send a file as soon as the server takes one more; returns its job. */
async function send(file) {
  for (;;) {
    try {
      return await api(`documents?${query({ name: file.name })}`, file);
    } catch (error) {
      if (error.status !== 503) throw error;
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
}

/** Take files that are dropped anywhere. */
function takeDrops() {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.remove("dropping");
    upload([...event.dataTransfer.files]);
  });
}
