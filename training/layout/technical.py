"""Technical drawings as SVG: parts with numbers, plans, trees, grids of small plots."""

import math

from training.layout import svg
from training.layout.plots import PALETTES, Frame, draw_axes
from training.layout.style import Style
from training.layout.text import Writer

Drawing = tuple[float, float, str]  # width, height, content


def numbered_parts(writer: Writer, style: Style) -> Drawing:
    """A device of simple shapes, with its parts marked by lines that end in numbers or names."""
    width, height, size = writer.between(240, 380), writer.between(170, 270), writer.between(8, 11)
    named = writer.chance(0.4)
    left, right = (90.0, width - 90) if named else (36.0, width - 36)
    parts = [svg.rectangle(left, 20, right - left, height - 40, "none", stroke="#222", rx="8")]
    marks = writer.number_of(3, 8)
    for number in range(1, marks + 1):
        x = writer.between(left + 15, right - 30)
        y = 26 + (number - 0.5) * (height - 52) / marks
        shape = writer.number_of(0, 2)
        if shape == 0:
            parts.append(svg.circle((x, y), writer.between(6, 13), "#fff", stroke="#222"))
        else:
            side = writer.between(12, 34)
            parts.append(svg.rectangle(x - side / 2, y - 7, side, 14, "#eee", stroke="#222"))
        at_end = x > (left + right) / 2
        end = (right + 14 if at_end else left - 14), y + writer.between(-6, 6)
        parts.append(svg.line((x, y), end, "#222"))
        words = svg.fit(writer.label(1, 2), size, 74) if named else str(number)
        x = end[0] + (3 if at_end else -3)
        parts.append(svg.label(x, end[1] + size / 3, words, size, "start" if at_end else "end"))
    return width, height, "".join(parts)


def floor_plan(writer: Writer, style: Style) -> Drawing:
    """Rooms with names, walls, doors, and dimensions on two sides."""
    width, height, size = writer.between(230, 380), writer.between(160, 260), writer.between(7, 10)
    parts, columns = [], writer.number_of(2, 4)
    step = (width - 50) / columns
    for column in range(columns):
        cut = writer.between(0.3, 0.7) * (height - 40)
        for top, bottom in ((0.0, cut), (cut, height - 40)):
            x, y = 40 + column * step, 10 + top
            wall = svg.rectangle(x, y, step, bottom - top, "none", stroke="#111", stroke_width=2)
            parts.append(wall + svg.line((x + 6, y), (x + 20, y), "#fff", stroke_width=3))
            name = svg.fit(writer.label(1, 1), size, step - 8)
            middle = y + (bottom - top) / 2
            parts.append(svg.label(x + step / 2, middle, name, size, "middle"))
            area = f"{writer.between(4, 60):.1f} m²"
            parts.append(svg.label(x + step / 2, middle + size * 1.2, area, size - 1, "middle"))
        measure = f"{writer.between(2, 9):.2f}"
        parts.append(
            svg.line((42 + column * step, height - 20), (38 + (column + 1) * step, height - 20))
        )
        parts.append(svg.label(40 + (column + 0.5) * step, height - 8, measure, size - 1, "middle"))
    return width, height, "".join(parts)


def tree(writer: Writer, style: Style) -> Drawing:
    """A tree that branches to the right, with names at its leaves."""
    leaves, size = writer.number_of(4, 12), writer.between(7, 10)
    step, width = size * 1.9, writer.between(220, 340)
    ends = [(0.0, 8 + i * step) for i in range(leaves)]  # x is counted from the leaves leftward
    edge, parts = width - 95, []
    for i in range(leaves):
        name = svg.fit(writer.label(1, 2), size, 90)
        parts.append(svg.label(edge + 4, ends[i][1] + size / 3, name, size))
    while len(ends) > 1:
        i = writer.number_of(0, len(ends) - 2)
        (xa, ya), (xb, yb) = ends[i], ends[i + 1]
        x = min(max(xa, xb) + writer.between(8, edge / leaves), edge - 5)
        for end, y in ((xa, ya), (xb, yb)):
            parts.append(svg.line((edge - end, y), (edge - x, y)))
        parts.append(svg.line((edge - x, ya), (edge - x, yb)))
        ends[i : i + 2] = [(x, (ya + yb) / 2)]
    return width, leaves * step + 8, "".join(parts)


def small_plots(writer: Writer, style: Style) -> Drawing:
    """A grid of small plots, each with axes and a letter or title, as in papers."""
    columns, rows = writer.number_of(2, 4), writer.number_of(1, 3)
    cell, size = writer.between(110, 150), writer.between(6, 8)
    colors, parts, lettered = writer.random.choice(PALETTES), [], writer.chance(0.5)
    dotted = writer.chance(0.5)
    for number in range(columns * rows):
        x, y = number % columns * cell, number // columns * cell
        frame = Frame(
            x + size * 4.5, y + size * 2.4, x + cell - 6, y + cell - size * 2.5, size, colors
        )
        title = (
            f"({'abcdefghijkl'[number]})"
            if lettered
            else svg.fit(writer.label(1, 2), size + 1, cell - 45)
        )
        parts.append(svg.label(frame.left, y + size * 1.5, title, size + 1, font_weight="bold"))
        start, growth = writer.between(0.1, 0.5), writer.between(0.1, 0.5)
        points = [
            (
                frame.left + i / 12 * frame.width,
                frame.bottom
                - (start + growth * math.sin(i / writer.between(3, 5)) ** 2) * frame.height,
            )
            for i in range(13)
        ]
        if dotted:
            parts += [svg.circle(point, 1.8, colors[0]) for point in points]
        else:
            parts.append(svg.path(points, colors[number % 2]))
        parts.append(draw_axes(writer, frame, [str(i) for i in range(0, 40, 10)]))
    return columns * cell, rows * cell, "".join(parts)
