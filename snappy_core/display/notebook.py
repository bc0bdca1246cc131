"""How hits display themselves in a notebook: a small map of the page, and the text beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snappy_core.types import Hit

_HEIGHT = 90  # pixels of the map of a page


def hits_html(hits: Sequence[Hit]) -> str:
    """Return a table of hits as HTML: where each stands on its page, its scores and its text.

    Nothing is read or drawn; for the page itself display `render.draw_page`.
    """
    if not hits:
        return "<p>No hits.</p>"
    return "<table>" + "".join(map(_row, hits)) + "</table>"


def _row(hit: Hit) -> str:
    name = escape(hit.source.rsplit("/", 1)[-1])
    section = f" · {escape(hit.region.section)}" if hit.region.section else ""
    return (
        f'<tr><td style="vertical-align:top">{_map(hit)}</td>'
        '<td style="vertical-align:top;text-align:left">'
        f"<b>{hit.rank}. {name}, page {escape(hit.page_label)}</b>{section}<br>"
        f"<small>{hit.region.label}, score {hit.score:.3f}</small>"
        f'<div style="white-space:pre-wrap">{escape(hit.region.text)}</div></td></tr>'
    )


def _map(hit: Hit) -> str:
    """Return the page as a small SVG with the region's lines lit inside its box."""
    width = _HEIGHT * hit.page_width / hit.page_height
    rects = [_rect(line, width, 'fill="#ff9a3f" fill-opacity="0.7"') for line in hit.rects]
    rects.append(_rect(hit.region.box, width, 'fill="none" stroke="#2440b3"'))
    return (
        f'<svg width="{width:.0f}" height="{_HEIGHT}" viewBox="0 0 {width:.2f} {_HEIGHT}" '
        'style="background:#fff;border:1px solid #999">' + "".join(rects) + "</svg>"
    )


def _rect(box: tuple[float, float, float, float], width: float, style: str) -> str:
    x0, y0, x1, y1 = box[0] * width, box[1] * _HEIGHT, box[2] * width, box[3] * _HEIGHT
    return f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" {style}/>'
