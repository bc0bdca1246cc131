"""Contents of the plot area of charts: bars, lines, areas, pies, points, gauges, with axes."""

import math
from dataclasses import dataclass

from training.layout import svg
from training.layout.text import Writer

PALETTES = [
    ["#4a90d9", "#e07b39", "#77aa44", "#bb55dd", "#888888", "#d9b44a"],
    ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02"],
    ["#222222", "#666666", "#999999", "#bbbbbb", "#444444", "#dddddd"],
    ["#0b3c5d", "#328cc1", "#d9b310", "#1d2731", "#6cb2d1", "#a3c4d9"],
]


@dataclass(frozen=True)
class Frame:
    """The plot area of a chart, in px, and what is used inside it."""

    left: float
    top: float
    right: float
    bottom: float
    size: float  # of type
    colors: list[str]

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def _names(writer: Writer, count: int, size: float, room: float) -> list[str]:
    """Names of the positions on an axis: years, quarters, months, or words."""
    kind = writer.pick("years", "quarters", "months", "words")
    first = writer.number_of(1990, 2020)
    if kind == "years":
        names = [str(first + i) for i in range(count)]
    elif kind == "quarters":
        names = [f"Q{i % 4 + 1}" for i in range(count)]
    elif kind == "months":
        names = [
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
                i % 12
            ]
            for i in range(count)
        ]
    else:
        names = [writer.label(1, 2) for _ in range(count)]
    return [svg.fit(name, size, max(room, 18)) for name in names]


def draw_axes(writer: Writer, frame: Frame, names: list[str]) -> str:
    """Ticks with numbers at the left, names below, with or without grid lines."""
    parts, ticks, top = [], writer.number_of(3, 6), writer.random.choice([1, 10, 50, 100, 1000])
    grid, unit = writer.chance(0.5), writer.pick("", "", "%", "k", "M")
    for i in range(ticks + 1):
        y = frame.bottom - i * frame.height / ticks
        value = f"{top * i / ticks:,.{1 if top < ticks else 0}f}{unit}"
        parts.append(svg.label(frame.left - 4, y + frame.size / 3, value, frame.size, "end"))
        if grid and i:
            parts.append(svg.line((frame.left, y), (frame.right, y), "#ddd"))
    parts.append(svg.line((frame.left, frame.bottom), (frame.right, frame.bottom)))
    if writer.chance(0.5):
        parts.append(svg.line((frame.left, frame.top), (frame.left, frame.bottom)))
    step = frame.width / max(len(names), 1)
    widest = max((svg.text_width(name, frame.size) for name in names), default=0)
    every = max(1, math.ceil((widest + 2) / step))  # leaves out names that would touch
    for i, name in list(enumerate(names))[::every]:
        x, y = frame.left + (i + 0.5) * step, frame.bottom + frame.size + 3
        parts.append(svg.label(x, y, name, frame.size, "middle"))
    return "".join(parts)


def _legend_names(writer: Writer, count: int) -> list[str]:
    return [writer.label(1, 3) for _ in range(count)]


def bars(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """Upright bars: single, grouped or stacked. Returns the drawing and the names of its series."""
    count, kind = writer.number_of(3, 12), writer.pick("single", "grouped", "stacked")
    series = 1 if kind == "single" else writer.number_of(2, 4)
    step, parts = frame.width / count, []
    values = writer.chance(0.5)
    for i in range(count):
        base, room = frame.bottom, frame.height / (series if kind == "stacked" else 1)
        for s in range(series):
            share = writer.between(0.1, 0.92)
            height, width = share * room, step * 0.7 / (series if kind == "grouped" else 1)
            x = frame.left + i * step + step * 0.15 + (s * width if kind == "grouped" else 0)
            parts.append(svg.rectangle(x, base - height, width, height, frame.colors[s]))
            if (
                values
                and (kind == "single" or (kind == "stacked" and height > frame.size * 1.3))
                and width > frame.size * 1.6
            ):
                inside = kind == "stacked"
                y = base - height / 2 + frame.size / 3 if inside else base - height - 3
                parts.append(
                    svg.label(
                        x + width / 2,
                        y,
                        f"{share * 100:.0f}",
                        frame.size,
                        "middle",
                        fill="#fff" if inside else "#222",
                    )
                )
            if kind == "stacked":
                base -= height
    axes = draw_axes(writer, frame, _names(writer, count, frame.size, step))
    return axes + "".join(parts), _legend_names(writer, series) if series > 1 else []


def horizontal_bars(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """Horizontal bars with names at the left and values at their ends."""
    count, parts = writer.number_of(3, max(3, min(10, int(frame.height / frame.size / 1.4)))), []
    step, names = frame.height / count, min(frame.width * 0.4, 150)
    left = frame.left - 30 + names
    for i in range(count):
        y, share = frame.top + i * step, writer.between(0.05, 1)
        width = share * (frame.right - left - frame.size * 3.5)
        parts.append(svg.rectangle(left, y + step * 0.15, width, step * 0.65, frame.colors[0]))
        parts.append(
            svg.label(
                left - 5,
                y + step * 0.6,
                svg.fit(writer.label(1, 4), frame.size, names),
                frame.size,
                "end",
            )
        )
        parts.append(svg.label(left + width + 4, y + step * 0.6, f"{share * 100:.1f}%", frame.size))
    return "".join(parts), []


def lines(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """One to four lines over time, sometimes filled below."""
    count, series = writer.number_of(4, 14), writer.number_of(1, 4)
    step, parts, filled, dots = frame.width / count, [], writer.chance(0.3), writer.chance(0.5)
    for s in range(series):
        level, points = writer.between(0.2, 0.8), []
        for i in range(count):
            level = min(0.97, max(0.03, level + writer.between(-0.15, 0.15)))
            points.append((frame.left + (i + 0.5) * step, frame.bottom - level * frame.height))
        if filled:
            ends = [(points[-1][0], frame.bottom), (points[0][0], frame.bottom)]
            parts.append(svg.path([*points, *ends], "none", frame.colors[s], closed=True))
        parts.append(svg.path(points, frame.colors[s]))
        parts += [svg.circle(point, 2.5, frame.colors[s]) for point in points if dots]
    axes = draw_axes(writer, frame, _names(writer, count, frame.size, step))
    return axes + "".join(parts), _legend_names(writer, series) if series > 1 else []


def scatter(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """Points in a plane, a few of them named."""
    parts, series = [], writer.number_of(1, 3)
    for s in range(series):
        x, y = writer.between(0.2, 0.8), writer.between(0.2, 0.8)
        for _ in range(writer.number_of(6, 30)):
            dx, dy = (min(0.98, max(0.02, v + writer.random.gauss(0, 0.12))) for v in (x, y))
            point = frame.left + dx * frame.width, frame.bottom - dy * frame.height
            parts.append(svg.circle(point, writer.between(1.5, 4), frame.colors[s], opacity="0.8"))
    return draw_axes(writer, frame, [str(10 * i) for i in range(5)]) + "".join(
        parts
    ), _legend_names(writer, series) if series > 1 else []


def pie(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """A pie or ring with shares on its slices, or with names outside and no legend."""
    count = writer.number_of(2, 6)
    shares = [writer.between(0.3, 1) for _ in range(count)]
    total, start, parts = sum(shares), 0.0, []
    radius = min(frame.width, frame.height) / 2 * 0.95
    center = (frame.left + frame.right) / 2 - 10, (frame.top + frame.bottom) / 2
    inner = radius * 0.55 if writer.chance(0.4) else 0
    numbers = writer.chance(0.7)
    for i, share in enumerate(shares):
        stop = start + share / total
        parts.append(svg.sector(center, radius, inner, start, stop, frame.colors[i]))
        if numbers and radius > 30:
            angle = ((start + stop) / 2 - 0.25) * 2 * math.pi
            away = radius * (0.78 if inner else 0.65)
            x, y = center[0] + away * math.cos(angle), center[1] + away * math.sin(angle)
            parts.append(
                svg.label(
                    x, y + 3, f"{share / total * 100:.0f}%", frame.size, "middle", fill="#fff"
                )
            )
        start = stop
    if inner and writer.chance(0.5) and radius > 40:
        parts.append(
            svg.label(
                center[0],
                center[1] + 6,
                writer.number("percent"),
                frame.size * 1.5,
                "middle",
                font_weight="bold",
            )
        )
    return "".join(parts), _legend_names(writer, count)


def gauge(writer: Writer, frame: Frame) -> tuple[str, list[str]]:
    """A half ring filled up to a value, with the value below its top."""
    radius = min(frame.width / 2, frame.height) * 0.9
    center, share = ((frame.left + frame.right) / 2, frame.bottom - 10), writer.between(0.1, 0.9)
    parts = svg.sector(center, radius, radius * 0.65, 0.75, 1.25, "#ddd")
    parts += svg.sector(center, radius, radius * 0.65, 0.75, 0.75 + share / 2, frame.colors[0])
    parts += svg.label(
        center[0],
        center[1] - 4,
        f"{share * 100:.0f}%",
        frame.size * 2,
        "middle",
        font_weight="bold",
    )
    return parts, []
