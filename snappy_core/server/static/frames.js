// The frames of a region: one, or one in each column if it goes on in the next.

const isApart = ([from, to], [start, end]) => to <= start || end <= from;
const across = ([x0, , x1]) => [x0, x1];
const down = ([, y0, , y1]) => [y0, y1];

/** Return the boxes around the lines of a hit; its own box if they are not all of it. */
export function frames({ box, rects }) {
  const groups = [];
  let last = null;
  for (const rect of rects) {
    const group = groups.at(-1);
    const isNext = group && isApart(across(rect), across(group)) && isApart(down(rect), down(last));
    if (!group || isNext) groups.push([...rect]);
    else grow(group, rect);
    last = rect;
  }
  const whole = [1, 1, 0, 0];
  for (const group of groups) grow(whole, group);
  const fits = whole.every((edge, index) => Math.abs(edge - box[index]) < 0.005);
  const areColumns = groups.every((one, index) => groups.every((other, place) =>
    index === place || isApart(across(one), across(other))));
  return fits && areColumns ? groups : [box];
}

function grow(box, [x0, y0, x1, y1]) {
  box[0] = Math.min(box[0], x0);
  box[1] = Math.min(box[1], y0);
  box[2] = Math.max(box[2], x1);
  box[3] = Math.max(box[3], y1);
}
