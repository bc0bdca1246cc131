"""Diagrams as SVG: flow charts, organizations, timelines, circles, networks, maps."""

import math

from training.layout import svg
from training.layout.plots import PALETTES
from training.layout.style import Style
from training.layout.text import Writer

Drawing = tuple[float, float, str]  # width, height, content


def _box(
    writer: Writer, x: float, y: float, width: float, height: float, size: float, fill: str
) -> str:
    """A box with a few words in its middle."""
    dark = fill.startswith("#") and sum(int(fill[i : i + 2], 16) for i in (1, 3, 5)) < 380
    lines = svg.wrap(
        writer.label(1, 5), size, width - 8, most=max(1, int(height / (size * 1.3)) - 1)
    )
    first = y + height / 2 - (len(lines) - 1) * size * 0.6 + size / 3
    return svg.rectangle(
        x, y, width, height, fill, stroke="#444", rx=writer.pick("0", "4", "10")
    ) + "".join(
        svg.label(
            x + width / 2,
            first + i * size * 1.2,
            words,
            size,
            "middle",
            fill="#fff" if dark else "#111",
        )
        for i, words in enumerate(lines)
    )


def flow_chart(writer: Writer, style: Style) -> Drawing:
    """Boxes in rows or columns joined by arrows, a few arrows with a word."""
    columns, rows = writer.number_of(1, 4), writer.number_of(2, 4)
    width, height, size = writer.between(80, 130), writer.between(34, 58), writer.between(7, 11)
    gap_x, gap_y = writer.between(24, 44), writer.between(20, 36)
    fill, parts = writer.pick("#ffffff", style.tint, style.accent, "#ddeeff"), []
    for row in range(rows):
        for column in range(columns):
            x, y = 4 + column * (width + gap_x), 4 + row * (height + gap_y)
            parts.append(_box(writer, x, y, width, height, size, fill))
            if column + 1 < columns and writer.chance(0.75):
                middle = y + height / 2
                parts.append(svg.arrow((x + width, middle), (x + width + gap_x - 1, middle)))
                if writer.chance(0.15):
                    parts.append(
                        svg.label(
                            x + width + 3, middle - 3, writer.pick("Yes", "No", "1:n"), size - 1
                        )
                    )
            if row + 1 < rows and (column == 0 or writer.chance(0.5)):
                parts.append(
                    svg.arrow((x + width / 2, y + height), (x + width / 2, y + height + gap_y - 1))
                )
    return (
        columns * (width + gap_x) - gap_x + 8,
        rows * (height + gap_y) - gap_y + 8,
        "".join(parts),
    )


def organization(writer: Writer, style: Style) -> Drawing:
    """A tree of boxes from a head to two to five departments with their parts."""
    children, size = writer.number_of(2, 5), writer.between(7, 10)
    width, height, gap = writer.between(78, 104), writer.between(30, 42), 14.0
    total = children * (width + gap) - gap + 8
    middle, second = total / 2, 4 + height + 30
    fill, leaf = writer.pick(style.accent, style.tint), writer.pick("#ffffff", style.tint)
    parts = [_box(writer, middle - width / 2, 4, width, height, size, fill)]
    bar = 4 + height + 15
    parts.append(svg.line((middle, 4 + height), (middle, bar)))
    bottom = second + height
    for child in range(children):
        x = 4 + child * (width + gap)
        parts.append(svg.line((x + width / 2, bar), (x + width / 2, second)))
        parts.append(_box(writer, x, second, width, height, size, fill))
        for leaf_number in range(writer.number_of(0, 3)):
            y = second + (height + 10) * (leaf_number + 1)
            parts.append(svg.line((x + width / 2, y - 10), (x + width / 2, y)))
            parts.append(_box(writer, x, y, width, height, size - 1, leaf))
            bottom = max(bottom, y + height)
    parts.append(svg.line((4 + width / 2, bar), (total - 4 - width / 2, bar)))
    return total, bottom + 4, "".join(parts)


def timeline(writer: Writer, style: Style) -> Drawing:
    """Dates on a line with words above or below."""
    count, size, step = writer.number_of(3, 7), writer.between(7, 10), writer.between(84, 110)
    year, middle, parts = writer.number_of(1900, 2015), 70.0, []
    width = count * step + 10
    parts.append(svg.line((5, middle), (width - 5, middle), style.accent, stroke_width=3))
    for i in range(count):
        x, above = 5 + (i + 0.5) * step, i % 2 == 0
        year += writer.number_of(1, 9)
        parts.append(svg.circle((x, middle), 5, style.accent))
        parts.append(
            svg.label(
                x,
                middle + (20 if above else -12),
                str(year),
                size + 1,
                "middle",
                font_weight="bold",
            )
        )
        lines = svg.wrap(writer.label(2, 6), size, step - 6)
        first = middle - 14 - (len(lines) - 1) * size * 1.2 if above else middle + 22
        parts += [
            svg.label(x, first + n * size * 1.2, words, size, "middle")
            for n, words in enumerate(lines)
        ]
    return width, 130.0, "".join(parts)


def circles(writer: Writer, style: Style) -> Drawing:
    """Two or three overlapping circles with names in them."""
    count, radius, size = writer.number_of(2, 3), writer.between(60, 90), writer.between(8, 11)
    colors = writer.random.choice(PALETTES)
    spots = [
        (radius + 4, radius + 4),
        (radius * 2.25 + 4, radius + 4),
        (radius * 1.62 + 4, radius * 2.1 + 4),
    ][:count]
    parts = [svg.circle(spot, radius, colors[i], opacity="0.45") for i, spot in enumerate(spots)]
    shifts = [(-radius * 0.35, 0), (radius * 0.35, 0), (0, radius * 0.35)]
    for spot, shift in zip(spots, shifts, strict=False):
        for n, words in enumerate(svg.wrap(writer.label(1, 3), size, radius * 0.9, 2)):
            parts.append(
                svg.label(
                    spot[0] + shift[0], spot[1] + shift[1] + n * size * 1.2, words, size, "middle"
                )
            )
    return radius * 3.25 + 8, radius * (3.1 if count == 3 else 2) + 8, "".join(parts)


def network(writer: Writer, style: Style) -> Drawing:
    """Nodes on a ring and in its middle, joined by lines, with names or letters."""
    count, radius, size = writer.number_of(4, 9), writer.between(80, 130), writer.between(7, 10)
    center, named = (radius + 60, radius + 24), writer.chance(0.7)
    spots = [
        (
            center[0] + radius * math.cos(i / count * 2 * math.pi),
            center[1] + radius * math.sin(i / count * 2 * math.pi),
        )
        for i in range(count)
    ]
    parts = [svg.line(center, spot) for spot in spots]
    parts += [
        svg.line(writer.random.choice(spots), writer.random.choice(spots), "#aaa")
        for _ in range(count // 2)
    ]
    color = writer.random.choice(PALETTES)[0]
    for spot in [center, *spots]:
        parts.append(svg.circle(spot, 15, color))
        name = svg.fit(writer.label(1, 2), size, 90) if named else writer.pick("A", "B", "C", "x")
        below = spot[1] + 15 + size if named else spot[1] + size / 3
        parts.append(
            svg.label(spot[0], below, name, size, "middle", fill="#111" if named else "#fff")
        )
    return radius * 2 + 120, radius * 2 + 60, "".join(parts)


def region_map(writer: Writer, style: Style) -> Drawing:
    """Areas in several colors with names, and a legend of the colors."""
    width, height, size = writer.between(240, 420), writer.between(180, 280), writer.between(7, 10)
    columns, rows = writer.number_of(3, 5), writer.number_of(2, 4)
    colors, parts = writer.random.choice(PALETTES), []
    plot = width - 90
    corners = {
        (i, j): (
            5 + plot * i / columns + writer.between(-10, 10) * (0 < i < columns),
            5 + (height - 10) * j / rows + writer.between(-10, 10) * (0 < j < rows),
        )
        for i in range(columns + 1)
        for j in range(rows + 1)
    }
    for i in range(columns):
        for j in range(rows):
            if writer.chance(0.12):
                continue
            area = [corners[spot] for spot in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
            parts.append(svg.path(area, "#fff", writer.random.choice(colors), closed=True))
            if writer.chance(0.7):
                x, y = (sum(v) / 4 for v in zip(*area, strict=True))
                parts.append(
                    svg.label(
                        x,
                        y,
                        svg.fit(writer.place(), size, plot / columns - 6),
                        size,
                        "middle",
                        fill="#111",
                    )
                )
    for i in range(4):
        y = 20 + i * size * 1.8
        parts.append(svg.rectangle(plot + 16, y - 8, 9, 9, colors[i]))
        parts.append(svg.label(plot + 29, y, writer.number("range"), size))
    return width, height, "".join(parts)


def pictograms(writer: Writer, style: Style) -> Drawing:
    """Small simple pictures in a row or grid, each with a word below."""
    columns, rows, size = writer.number_of(3, 6), writer.number_of(1, 3), writer.between(7, 10)
    step, parts = writer.between(64, 86), []
    for row in range(rows):
        for column in range(columns):
            x, y = 4 + column * step, 4 + row * (step + 8)
            parts.append(icon(writer, style, x + step / 2 - 16, y, 32))
            name = svg.fit(writer.label(1, 2), size, step - 4)
            parts.append(svg.label(x + step / 2, y + 34 + size, name, size, "middle"))
    return columns * step + 8, rows * (step + 8) + 4, "".join(parts)


def icon(writer: Writer, style: Style, x: float, y: float, side: float) -> str:
    """A simple sign of a few shapes in a square."""
    color, half = writer.pick(style.accent, "#444444", "#4a90d9"), side / 2
    center = (x + half, y + half)
    kind = writer.number_of(0, 4)
    if kind == 0:
        return svg.circle(center, half, color) + svg.rectangle(
            x + side * 0.3, y + side * 0.45, side * 0.4, side * 0.1, "#fff"
        )
    if kind == 1:
        roof = [(x, y + half), (x + half, y), (x + side, y + half)]
        return svg.path(roof, color, color, True) + svg.rectangle(
            x + side * 0.2, y + half, side * 0.6, half, color
        )
    if kind == 2:
        return "".join(
            svg.rectangle(
                x + i * side / 3,
                y + side * (0.7 - i * 0.3),
                side / 4,
                side * (0.3 + i * 0.3),
                color,
            )
            for i in range(3)
        )
    if kind == 3:
        return svg.circle((x + half, y + side * 0.28), side * 0.24, color) + svg.sector(
            (x + half, y + side), side * 0.45, 0, 0.75, 1.25, color
        )
    return (
        svg.circle(center, half, "none", stroke=color, stroke_width=3)
        + svg.line(center, (x + half, y + side * 0.2), color)
        + svg.line(center, (x + side * 0.7, y + half), color)
    )
