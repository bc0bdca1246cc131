"""Hits as an HTML table, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from snappy_core.terminal import plain_lines
from snappy_core.types import Box

if TYPE_CHECKING:
    from snappy_core.search.hits import Hit

MAP_HEIGHT = 90
"""Height of a page map in CSS pixels."""


def hits_html(hits: Sequence[Hit]) -> str:
    """Return an HTML table of hits: a map of the page, the scores and the text.

    It reads no files. To see the page itself, use `display.render.draw_page`.
    """
    if not hits:
        return "<p>No hits.</p>"
    return "<table>" + "".join(map(_row, hits)) + "</table>"


def _row(hit: Hit) -> str:
    name = safe_html(hit.source.rsplit("/", 1)[-1])
    maps = "".join(map(_page_map, hit.parts))
    section = f" · {safe_html(hit.region.section)}" if hit.region.section else ""
    return (
        f'<tr><td style="vertical-align:top">{maps}</td>'
        '<td style="vertical-align:top;text-align:left">'
        f"<b>{hit.rank}. {name}, {safe_html(hit.page_range)}</b>{section}<br>"
        f"<small>{safe_html(hit.region.label)}, score {hit.score:.3f}</small>"
        f'<div style="white-space:pre-wrap">{_marked(hit)}</div></td></tr>'
    )


def _marked(hit: Hit) -> str:
    """Return the text of a hit with its highlights marked; rows and cells follow below it."""
    quotes = dict.fromkeys(highlight.text for part in hit.parts for highlight in part.highlights)
    marked = mark_quotes(hit.text, filter(None, quotes))
    below = [f"<mark>{safe_html(quote)}</mark>" for quote in quotes if quote not in hit.text]
    return "\n".join([marked, *below])


def mark_quotes(text: str, quotes: Iterable[str]) -> str:
    """Return a text as HTML with the first occurrence of each quote marked.

    If these overlap, only the first one is marked.

    >>> mark_quotes("a < mark", ["mark", "a"])
    '<mark>a</mark> &lt; <mark>mark</mark>'
    """
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        start = text.find(quote)
        end = start + len(quote)
        if start >= 0 and all(end <= first or start >= last for first, last in spans):
            spans.append((start, end))
    parts, position = [], 0
    for start, end in sorted(spans):
        parts += [safe_html(text[position:start]), f"<mark>{safe_html(text[start:end])}</mark>"]
        position = end
    return "".join([*parts, safe_html(text[position:])])


def safe_html(text: str) -> str:
    """Return document text escaped for HTML, without control characters."""
    return escape(plain_lines(text))


def _page_map(hit: Hit) -> str:
    """Return the page as a small SVG: the region faint, its highlights strong, its box outlined."""
    width = MAP_HEIGHT * hit.page_width / hit.page_height
    rects = [_rect(line, width, 'fill="#ff9a3f" fill-opacity="0.25"') for line in hit.rects]
    strong = [line for highlight in hit.highlights for line in highlight.rects]
    rects += [_rect(line, width, 'fill="#ff7a00" fill-opacity="0.8"') for line in strong]
    rects.append(_rect(hit.region.box, width, 'fill="none" stroke="#2440b3"'))
    return (
        f'<svg width="{width:.0f}" height="{MAP_HEIGHT}" viewBox="0 0 {width:.2f} {MAP_HEIGHT}" '
        'style="background:#fff;border:1px solid #999">' + "".join(rects) + "</svg>"
    )


def _rect(box: Box, width: float, style: str) -> str:
    x0, x1 = box[0] * width, box[2] * width
    y0, y1 = box[1] * MAP_HEIGHT, box[3] * MAP_HEIGHT
    return f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" {style}/>'
