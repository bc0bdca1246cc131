"""Rarer plots: waterfalls, heat maps, radars, tree maps, box plots, curves with error bands."""

import math

from training.layout import svg
from training.layout.plots import Frame, draw_axes
from training.layout.text import Writer

Plot = tuple[str, list[str]]  # drawing, names of series for the legend


def waterfall(writer: Writer, frame: Frame) -> Plot:
    """Steps up and down from a first to a last total, each with its value."""
    count = writer.number_of(4, 8)
    step, level, parts = frame.width / count, writer.between(0.4, 0.6), []
    for i in range(count):
        x = frame.left + i * step + step * 0.15
        is_total = i in (0, count - 1)
        change = level if is_total else writer.between(-0.2, 0.2)
        top = level if is_total else max(level, level + change)
        height = (level if is_total else abs(change)) * frame.height
        color = frame.colors[0] if is_total else frame.colors[1 if change > 0 else 2]
        y = frame.bottom - top * frame.height
        parts.append(svg.rectangle(x, y, step * 0.7, height, color))
        value = f"{change * 100:+.0f}" if not is_total else f"{level * 100:.0f}"
        parts.append(svg.label(x + step * 0.35, y - 3, value, frame.size, "middle"))
        level = level if is_total else min(0.9, max(0.1, level + change))
    names = [svg.fit(writer.label(1, 1), frame.size, step) for _ in range(count)]
    return draw_axes(writer, frame, names) + "".join(parts), []


def heat_map(writer: Writer, frame: Frame) -> Plot:
    """Colored squares in rows and columns with names, with or without values in them."""
    columns, rows = writer.number_of(3, 8), writer.number_of(3, 7)
    left = frame.left + min(frame.width * 0.2, 70)
    width, height = (frame.right - left) / columns, (frame.height - frame.size - 4) / rows
    numbers, parts = writer.chance(0.6) and width > frame.size * 2, []
    for row in range(rows):
        y = frame.top + row * height
        name = svg.fit(writer.label(1, 2), frame.size, left - frame.left + 20)
        parts.append(svg.label(left - 4, y + height / 2 + 3, name, frame.size, "end"))
        for column in range(columns):
            x, share = left + column * width, writer.between(0, 1)
            cell = svg.rectangle(x, y, width - 1, height - 1, frame.colors[0], opacity=share + 0.05)
            parts.append(cell)
            if numbers:
                middle = y + height / 2 + frame.size / 3
                value, color = f"{share:.2f}", "#fff" if share > 0.6 else "#222"
                parts.append(
                    svg.label(x + width / 2, middle, value, frame.size, "middle", fill=color)
                )
    for column in range(columns):
        x = left + (column + 0.5) * width
        name = svg.fit(writer.label(1, 1), frame.size, width)
        parts.append(svg.label(x, frame.bottom - 1, name, frame.size, "middle"))
    return "".join(parts), []


def radar(writer: Writer, frame: Frame) -> Plot:
    """Values on spokes, joined by a line per series, with names at the ends of the spokes."""
    spokes, series = writer.number_of(4, 8), writer.number_of(1, 3)
    center = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
    radius = min(frame.width * 0.3, frame.height * 0.4)

    def at(spoke: int, share: float) -> svg.Point:
        angle = spoke / spokes * 2 * math.pi - math.pi / 2
        return center[0] + radius * share * math.cos(angle), center[1] + radius * share * math.sin(
            angle
        )

    parts = [
        svg.path([at(spoke, ring / 3) for spoke in range(spokes)], "#ccc", closed=True)
        for ring in (1, 2, 3)
    ]
    for spoke in range(spokes):
        x, y = at(spoke, 1.12)
        anchor = "middle" if abs(x - center[0]) < 5 else "start" if x > center[0] else "end"
        room = frame.right - x if anchor == "start" else x - frame.left + 25
        name = svg.fit(writer.label(1, 2), frame.size, max(room, 24))
        parts.append(svg.line(center, at(spoke, 1), "#ccc"))
        parts.append(svg.label(x, y + frame.size / 3, name, frame.size, anchor))
    for s in range(series):
        points = [at(spoke, writer.between(0.25, 1)) for spoke in range(spokes)]
        parts.append(svg.path(points, frame.colors[s], closed=True))
    return "".join(parts), [writer.label(1, 2) for _ in range(series)] if series > 1 else []


def tree_map(writer: Writer, frame: Frame) -> Plot:
    """A rectangle cut into colored parts with names and shares."""
    parts = []

    def cut(x: float, y: float, width: float, height: float, depth: int) -> None:
        if depth == 0 or width < 50 or height < 34:
            color = writer.random.choice(frame.colors)
            parts.append(svg.rectangle(x, y, width, height, color, stroke="#fff"))
            name = svg.fit(writer.label(1, 2), frame.size, width - 8)
            parts.append(svg.label(x + 4, y + frame.size + 3, name, frame.size, fill="#fff"))
            if height > frame.size * 3.2:
                share = svg.fit(writer.percentage(), frame.size, width - 8)
                parts.append(
                    svg.label(x + 4, y + frame.size * 2.3 + 3, share, frame.size, fill="#fff")
                )
            return
        part = writer.between(0.35, 0.65)
        if width > height:
            cut(x, y, width * part, height, depth - 1)
            cut(x + width * part, y, width * (1 - part), height, depth - 1)
        else:
            cut(x, y, width, height * part, depth - 1)
            cut(x, y + height * part, width, height * (1 - part), depth - 1)

    cut(frame.left - 25, frame.top, frame.width + 25, frame.height, writer.number_of(2, 4))
    return "".join(parts), []


def box_plot(writer: Writer, frame: Frame) -> Plot:
    """Boxes with whiskers and a few points outside."""
    count = writer.number_of(3, 8)
    step, parts = frame.width / count, []
    for i in range(count):
        x, width = frame.left + (i + 0.5) * step, step * 0.5
        low, q1, middle, q3, high = sorted(writer.between(0.08, 0.92) for _ in range(5))
        ys = [frame.bottom - share * frame.height for share in (low, q1, middle, q3, high)]
        parts += [svg.line((x, ys[0]), (x, ys[1])), svg.line((x, ys[3]), (x, ys[4]))]
        box = svg.rectangle(
            x - width / 2, ys[3], width, ys[1] - ys[3], frame.colors[0], stroke="#222"
        )
        parts.append(box + svg.line((x - width / 2, ys[2]), (x + width / 2, ys[2]), "#000"))
        if writer.chance(0.4):
            parts.append(svg.circle((x, frame.top + 3), 2, "#222"))
    names = [svg.fit(writer.label(1, 1), frame.size, step) for _ in range(count)]
    return draw_axes(writer, frame, names) + "".join(parts), []


def curves(writer: Writer, frame: Frame) -> Plot:
    """Smooth curves in a box with ticks, sometimes with a band around them, as in papers."""
    series, parts, points = writer.number_of(1, 4), [], 40
    edge = svg.rectangle(frame.left, frame.top, frame.width, frame.height, "none", stroke="#222")
    for s in range(series):
        start, growth, waves = (
            writer.between(0.1, 0.5),
            writer.between(0.1, 0.8),
            writer.between(0, 9),
        )
        shares = [
            start
            + growth * (1 - math.exp(-4 * i / points)) * 0.6
            + 0.05 * math.sin(waves * i / points)
            for i in range(points + 1)
        ]
        line = [
            (frame.left + i / points * frame.width, frame.bottom - min(share, 0.97) * frame.height)
            for i, share in enumerate(shares)
        ]
        if writer.chance(0.3):
            band = [(x, y - 8) for x, y in line] + [(x, y + 8) for x, y in reversed(line)]
            parts.append(
                f'<g opacity="0.25">{svg.path(band, "none", frame.colors[s], closed=True)}</g>'
            )
        parts.append(svg.path(line, frame.colors[s]))
    unit = writer.random.choice([1, 5, 10, 100])
    names = [str(unit * i) for i in range(1, 6)]
    axes = draw_axes(writer, frame, names)
    return edge + axes + "".join(parts), [
        writer.label(1, 2) for _ in range(series)
    ] if series > 1 else []
