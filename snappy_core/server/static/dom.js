// Making elements. Texts of documents are set as text, never as markup.

export const element = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

/** A box of the page: fractions from its top left. */
export function box(className, [x0, y0, x1, y1]) {
  const node = make("div", { className });
  Object.assign(node.style, {
    left: `${x0 * 100}%`, top: `${y0 * 100}%`,
    width: `${(x1 - x0) * 100}%`, height: `${(y1 - y0) * 100}%`,
  });
  return node;
}

export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

export const plain = (label) => label.replaceAll("_", " ");
