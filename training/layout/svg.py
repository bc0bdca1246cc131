"""Shapes of SVG drawings as strings. Lengths are in px."""

import html
import math
from collections.abc import Sequence

Point = tuple[float, float]


def _attributes(values: dict[str, str | float]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="'
        f'{value if isinstance(value, str) else format(value, ".1f")}"'
        for name, value in values.items()
    )  # fmt: skip


def shape(name: str, **attributes: str | float) -> str:
    return f"<{name}{_attributes(attributes)}/>"


def rectangle(
    x: float, y: float, width: float, height: float, fill: str, **more: str | float
) -> str:
    return shape("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=fill, **more)


def line(a: Point, b: Point, stroke: str = "#555", **more: str | float) -> str:
    return shape("line", x1=a[0], y1=a[1], x2=b[0], y2=b[1], stroke=stroke, **more)


def circle(center: Point, radius: float, fill: str, **more: str | float) -> str:
    return shape("circle", cx=center[0], cy=center[1], r=radius, fill=fill, **more)


def path(points: Sequence[Point], stroke: str, fill: str = "none", closed: bool = False) -> str:
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return shape(
        "path", d=f"M{steps}{'Z' if closed else ''}", stroke=stroke, fill=fill, stroke_width="1.5"
    )


def sector(center: Point, outer: float, inner: float, start: float, stop: float, fill: str) -> str:
    """A slice of a pie, or of a ring if inner is above 0; angles in turns."""
    stop = min(stop, start + 0.9999)
    large = int(stop - start > 0.5)

    def at(turn: float, radius: float) -> str:
        angle = (turn - 0.25) * 2 * math.pi
        return (
            f"{center[0] + radius * math.cos(angle):.1f} {center[1] + radius * math.sin(angle):.1f}"
        )

    steps = (
        f"M{at(start, outer)} A{outer:.1f} {outer:.1f} 0 {large} 1 {at(stop, outer)} "
        f"L{at(stop, inner)} "
        f"A{inner:.1f} {inner:.1f} 0 {large} 0 {at(start, inner)}Z"
    )
    return shape("path", d=steps, fill=fill, stroke="#fff")


def label(
    x: float, y: float, words: str, size: float, anchor: str = "start", **more: str | float
) -> str:
    """Text on one line; anchor is start, middle or end."""
    attributes = _attributes({"x": x, "y": y, "font_size": size, "text_anchor": anchor, **more})
    return f"<text{attributes}>{html.escape(words, quote=False)}</text>"


def arrow(a: Point, b: Point, stroke: str = "#444") -> str:
    """A line from a to b with a head at b."""
    angle = math.atan2(b[1] - a[1], b[0] - a[0])
    barbs = [
        (b[0] - 7 * math.cos(angle + turn), b[1] - 7 * math.sin(angle + turn))
        for turn in (0.4, -0.4)
    ]
    return line(a, b, stroke) + path([b, *barbs], stroke, stroke, closed=True)


def text_width(words: str, size: float) -> float:
    """An upper estimate of the width of words."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.62 for letter in words)


def fit(words: str, size: float, width: float) -> str:
    """Return the leading words that fit a width, at least a few letters."""
    while words and text_width(words, size) > width:
        shorter = words.rsplit(" ", 1)[0] if " " in words else words[: max(len(words) * 2 // 3, 3)]
        if shorter == words:
            break
        words = shorter
    return words


def wrap(words: str, size: float, width: float, most: int = 3) -> list[str]:
    """Return words wrapped to a width, in at most `most` lines."""
    lines: list[str] = []
    for word in words.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += " " + word
        else:
            lines.append(fit(word, size, width))
    return lines[:most]


def drawing(
    width: float, height: float, content: str, font: str, description: str, scale: float = 1.0
) -> str:
    """Return an SVG image enlarged by a scale; it shrinks to the width of its column."""
    return (
        f'<svg role="img" aria-label="{html.escape(description)}" width="{width * scale:.0f}" '
        f'height="{height * scale:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:100%;height:auto;direction:ltr;'
        f'font-family:{font.replace(chr(34), "")}">{content}</svg>'
    )
