// The text of a hit, its table as a table.

import { make } from "./dom.js";

/** Return the nodes of a text in which the lines of Markdown are replaced by a table of cells. */
export function textWithTable({ text, cells }) {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  if (!cells?.length || first < 0) return [make("div", { className: "text" }, text)];
  let end = first;
  while (lines[end]?.startsWith("|")) end += 1;
  const before = lines.slice(0, first).join("\n").trim();
  const after = lines.slice(end).join("\n").trim();
  const nodes = [make("div", { className: "scrolled", tabIndex: 0, role: "group", "aria-label": "Table" }, table(cells))];
  if (before) nodes.unshift(make("div", { className: "text" }, before));
  if (after) nodes.push(make("div", { className: "text" }, after));
  return nodes;
}

/** Return a table; places that no cell covers get an empty one. */
export function table(cells) {
  const starts = new Map(cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const covered = new Set(cells.flatMap(places));
  const columns = Math.max(...cells.map((cell) => cell.column + cell.column_span));
  const numbers = [...new Set(cells.map((cell) => cell.row))].sort((a, b) => a - b);
  const rows = numbers.map((row) => {
    const line = make("tr");
    for (let column = 0; column < columns; column += 1) {
      const cell = starts.get(`${row} ${column}`);
      if (cell) line.append(cellNode(cell));
      else if (!covered.has(`${row} ${column}`)) line.append(make("td"));
    }
    return line;
  });
  return make("table", {}, make("tbody", {}, ...rows));
}

function cellNode({ text, is_header: isHeader, row_span: rowSpan, column_span: colSpan }) {
  if (!isHeader) return make("td", { rowSpan, colSpan }, text);
  return make("th", { rowSpan, colSpan, scope: colSpan > 1 ? "colgroup" : "col" }, text);
}

function places({ row, column, row_span: height, column_span: width }) {
  return Array.from({ length: height * width }, (_, index) =>
    `${row + Math.floor(index / width)} ${column + (index % width)}`);
}
