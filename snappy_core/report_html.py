"""Hits, or an answer with its sources, as one HTML file with the pages, to mail or attach."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files

from snappy_core.errors import PageUnavailableError
from snappy_core.index import RegionIndex
from snappy_core.names import file_name
from snappy_core.search.grounding.report import Claim, Grounding
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.hits_html import mark_quotes, safe_html
from snappy_core.types import Box
from snappy_core.webp import to_webp

DPI = 110  # legible when a page fills half of a screen
_WIDTH = 1000  # width of a page in the units of its SVG
_BADGE, _GAP = 13, 4.5  # radius of a badge; space between a region and its box

_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
    "style-src 'sha256-{}'; script-src 'sha256-{}'"
)


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry in the list, and its marks on pages.

    Attributes:
        title, about, text: HTML.
        marks: regions and their lines that answer; a text that continues elsewhere has several.
    """

    title: str
    about: str
    text: str
    marks: tuple[tuple[Hit, tuple[Box, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A region on its page, with the number of its item."""

    name: str
    number: int
    hit: Hit
    rects: tuple[Box, ...]


def report_html(
    result: Hits | Sequence[Hit] | Grounding,
    index: RegionIndex,
    *,
    title: str | None = None,
    password: str | None = None,
) -> str:
    """Return one HTML file that shows hits, or the claims of an answer, on their pages.

    The file is self-contained: pages are embedded as WebP and marks as SVG, and nothing is loaded.
    The keys j and k go through the list. Document text is escaped, and files are named without
    folders.

    Args:
        result: the hits of a search, or what `RegionIndex.ground` returns.
        index: the index that the result comes from. Pages that cannot be drawn are left white.
        title: by default the question, or the answer.
        password: opens encrypted documents.
    """
    if isinstance(result, Grounding):
        items = [_claim_item(claim, index) for claim in result]
        heading, summary = result.answer, _summary(result)
    else:
        items = [_hit_item(hit) for hit in result]
        heading = result.query if isinstance(result, Hits) else next((h.query for h in result), "")
        summary = f"{len(items)} passages"
    heading = title or heading or "Passages"
    style, script = _asset("report.css"), _asset("report.js")
    policy = _POLICY.format(_sha256(style), _sha256(script))
    rows = "".join(_row(number, item) for number, item in enumerate(items, start=1))
    pages = "".join(_pages(items, index, password))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{safe_html(heading)}</title>'
        f"<style>{style}</style></head><body><header><h1>{safe_html(heading)}</h1>"
        f"<p>{summary}. <kbd>j</kbd> and <kbd>k</kbd> go through them.</p></header>"
        f'<main><ol>{rows}</ol><div class="pages">{pages}</div></main>'
        f"<script>{script}</script></body></html>\n"
    )


def _hit_item(hit: Hit) -> _Item:
    # The region that was found comes first: the list links to it.
    parts = (hit, *hit.previous_parts, *hit.next_parts)
    highlights = [highlight for part in hit.parts for highlight in part.highlights]
    quotes = dict.fromkeys(highlight.text for highlight in highlights if highlight.text)
    return _Item(
        safe_html(f"{file_name(hit.source)}, {hit.page_range}"),
        safe_html(
            " · ".join(
                filter(None, (hit.region.label, f"score {hit.score:.2f}", hit.region.section))
            )
        ),
        mark_quotes(hit.text, quotes),
        tuple((part, tuple(rect for h in part.highlights for rect in h.rects)) for part in parts),
    )


def _claim_item(claim: Claim, index: RegionIndex) -> _Item:
    verdict = f'<span class="verdict {claim.verdict}">{claim.verdict}</span>'
    missing = ", ".join(claim.missing_numbers)
    about = [verdict, f"not there: {safe_html(missing)}" if missing else ""]
    if claim.place is None:
        return _Item(safe_html(claim.text), " · ".join(filter(None, about)), "")
    evidence = claim.place
    about.append(safe_html(f"{file_name(evidence.source)}, page {evidence.page_label}"))
    marks: tuple[tuple[Hit, tuple[Box, ...]], ...] = ()
    if evidence.region_id:
        # The index may have changed since, and no longer have it.
        with suppress(PageUnavailableError):
            marks = ((index.region(evidence.region_id), evidence.rects),)
    text = safe_html(evidence.text)
    return _Item(safe_html(claim.text), " · ".join(filter(None, about)), text, marks)


def _summary(grounding: Grounding) -> str:
    counts = {"verified": 0, "partial": 0, "absent": 0}
    for claim in grounding:
        counts[claim.verdict] += 1
    return "Of the claims of this answer " + ", ".join(
        f"{count} {'is' if count == 1 else 'are'} {verdict}" for verdict, count in counts.items()
    )


def _row(number: int, item: _Item) -> str:
    text = f'<div class="text">{item.text}</div>' if item.text else ""
    link = f"#box-{number}" if item.marks else "#"
    return (
        f'<li data-box="box-{number}"><a href="{link}">'
        f'<div class="name">{number}. {item.title}</div>'
        f'<div class="about">{item.about}</div>{text}</a></li>'
    )


def _pages(items: Sequence[_Item], index: RegionIndex, password: str | None) -> Iterable[str]:
    """Yield each page once, in the order of the list, with the marks of all its items."""
    on_pages: dict[tuple[str, int], list[_Mark]] = {}
    for number, item in enumerate(items, start=1):
        for part, (hit, rects) in enumerate(item.marks, start=1):
            name = f"box-{number}" if part == 1 else f"box-{number}-{part}"
            page = (hit.document_id, hit.page_number)
            on_pages.setdefault(page, []).append(_Mark(name, number, hit, rects))
    for marks in on_pages.values():
        hit = marks[0].hit
        height = _WIDTH * hit.page_height / hit.page_width
        centers: list[tuple[float, float]] = []
        boxes = [mark.hit.region.box for mark in marks]
        for box in boxes:
            centers.append(_badge_center(box, height, centers, boxes))
        # The best is drawn last, on top of the others.
        shapes = "".join(
            _shapes(mark, height, center)
            for mark, center in reversed(list(zip(marks, centers, strict=True)))
        )
        name = safe_html(f"{file_name(hit.source)}, page {hit.page_label}")
        try:
            data = base64.b64encode(to_webp(index.page_image(hit, DPI, password))).decode()
            picture = f'<img alt="{name}" src="data:image/webp;base64,{data}">'
            note = ""
        except PageUnavailableError:
            picture = ""
            note = '<p class="note">There is no picture of this page any more.</p>'
        yield (
            f'<figure><figcaption>{name}</figcaption>{note}<div class="page">{picture}'
            f'<svg viewBox="0 0 {_WIDTH} {height:.1f}" role="img" aria-label="marks on {name}">'
            f"{shapes}</svg></div></figure>"
        )


def _badge_center(
    box: Box, height: float, others: Sequence[tuple[float, float]], boxes: Sequence[Box]
) -> tuple[float, float]:
    """Return the center of a badge next to the top of a box: left of it, above, or right of it.

    It is the first position that overlaps none of the `boxes` of the page and no other badge. If
    there is none, the badge is to the left of its box, moved down to clear other badges.
    """
    x0, y0, x1 = box[0] * _WIDTH, box[1] * height, box[2] * _WIDTH
    left = max(x0 - 1.7 * _BADGE, _BADGE), max(y0 + _BADGE, _BADGE)
    beside = [left, (x0 + _BADGE, y0 - 1.7 * _BADGE), (x1 + 1.7 * _BADGE, y0 + _BADGE)]
    for x, y in beside:
        is_inside = _BADGE <= x <= _WIDTH - _BADGE and y >= _BADGE
        covered = any(
            u0 * _WIDTH - _BADGE < x < u1 * _WIDTH + _BADGE
            and v0 * height - _BADGE < y < v1 * height + _BADGE
            for u0, v0, u1, v1 in boxes
        )
        if is_inside and not covered and not _meets(x, y, others):
            return x, y
    x, y = left
    while _meets(x, y, others):
        y += 2
    return x, y


def _meets(x: float, y: float, others: Sequence[tuple[float, float]]) -> bool:
    return any(abs(x - u) < 2 * _BADGE and abs(y - v) < 2 * _BADGE for u, v in others)


def _shapes(mark: _Mark, height: float, badge: tuple[float, float]) -> str:
    """Return the SVG of a region: its box faint, the lines that answer strong, and its badge."""
    x, y = badge
    strong = "".join(_rect(rect, height, "strong") for rect in mark.rects)
    return (
        f'<g id="{mark.name}">{_rect(mark.hit.region.box, height, "region", _GAP)}{strong}'
        f'<circle class="badge" cx="{x:.1f}" cy="{y:.1f}" r="{_BADGE}"/>'
        f'<text class="rank" x="{x:.1f}" y="{y + 5:.1f}">{mark.number}</text></g>'
    )


def _rect(box: Box, height: float, kind: str, gap: float = 0) -> str:
    x0, x1 = box[0] * _WIDTH - gap, box[2] * _WIDTH + gap
    y0, y1 = box[1] * height - gap, box[3] * height + gap
    return (
        f'<rect class="{kind}" x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" '
        f'height="{y1 - y0:.1f}"/>'
    )


def _asset(name: str) -> str:
    return (files("snappy_core") / "data" / name).read_text("utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
