// The address of the page: the question, what it is narrowed to, and the region or page shown.

const KEYS = { question: "q", region: "region", document: "document", page: "page" };

export function read() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const place = Object.fromEntries(
    Object.entries(KEYS).map(([name, key]) => [name, parameters.get(key) ?? ""]),
  );
  let filters = {};
  try {
    filters = JSON.parse(parameters.get("only") ?? "{}") ?? {};
  } catch {
    // a link that was cut
  }
  return { ...place, page: Number.parseInt(place.page, 10) || 1, filters };
}

/** Set the address, without a step of the history. */
export function write({ filters = {}, ...place }) {
  const parameters = new URLSearchParams();
  for (const [name, key] of Object.entries(KEYS)) {
    if (place[name]) parameters.set(key, place[name]);
  }
  if (Object.keys(filters).length) parameters.set("only", JSON.stringify(filters));
  history.replaceState(null, "", `#${parameters}`);
}

/** Return the document and the page of a region or area, such as `report.pdf#p3r7`, or of a page. */
export function placeOf(region) {
  const parts = /^(.*)#p(\d+)(?:r\d+|h\d+-\d+)?$/s.exec(region);
  return parts && { document: parts[1], page: Number(parts[2]) };
}
