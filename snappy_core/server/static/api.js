// Requests to the API; the key of the server is asked for when one is refused.

import { element } from "./dom.js";

/** Return what the API answers; with a body the request is a POST. */
export async function api(path, body, options = {}) {
  const answer = await request(path, body, options);
  return answer.status === 204 ? null : answer.json();
}

/** Return the response of the API, or throw what it says of the failure. */
export async function request(path, body, options = {}) {
  if (body instanceof Blob) {
    options = { method: "POST", body, ...options };
  } else if (body !== undefined) {
    const headers = { "Content-Type": "application/json" };
    options = { method: "POST", headers, body: JSON.stringify(body), ...options };
  }
  const answer = await fetch(`/api/${path}`, options);
  if (answer.status === 401 && path !== "session") {
    await login();
    return request(path, undefined, options);
  }
  if (answer.ok) return answer;
  const { detail } = await answer.json().catch(() => ({}));
  const error = new Error(typeof detail === "string" ? detail : "the request was refused");
  throw Object.assign(error, { status: answer.status });
}

export const query = (parameters) => new URLSearchParams(parameters).toString();

let asked = null; // one dialog for all requests that were refused

function login() {
  const dialog = element("login");
  asked ??= new Promise((resolve) => {
    dialog.showModal();
    dialog.addEventListener("close", async () => {
      await api("session", { key: element("key").value }).catch(() => null);
      asked = null;
      resolve();
    }, { once: true });
  });
  return asked;
}

/** Yield the server-sent events that answer a request, each [name, data]. */
export async function* events(path, body, signal) {
  const answer = await request(path, body, { signal });
  let rest = "";
  for await (const text of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const fields = new Map(part.split("\n").map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }));
      if (fields.has("data")) yield [fields.get("event"), JSON.parse(fields.get("data"))];
    }
  }
}

async function* chunks(stream) { // Safari has no iterator of streams
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.cancel().catch(() => null);
  }
}
