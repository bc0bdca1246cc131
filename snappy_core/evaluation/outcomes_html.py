"""The user's own questions as an HTML page: the measures, and the misses with their pages."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING

from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.display.render import draw_page, parts_on_page
from snappy_core.errors import PageUnavailableError
from snappy_core.evaluation.outcomes import MEASURES, Outcome, summarize
from snappy_core.index import RegionIndex
from snappy_core.names import file_name
from snappy_core.search.hits import Hit
from snappy_core.search.hits_html import safe_html
from snappy_core.search.joining import page_range
from snappy_core.types import Box
from snappy_core.webp import to_webp

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 80  # of the pictures: text is legible, and a miss takes about 100 kB
MAX_DRAWN = 50  # misses, so that a browser can show the page
GOLD = (120, 220, 120)
"""Color that is multiplied with the lines that answer."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0 }
section { border-top: 1px solid #ccc; margin-top: 2rem } figure { margin: 0 }
.pages { display: flex; flex-wrap: wrap; gap: 1rem } img { max-width: 34rem; width: 100%;
border: 1px solid #ccc } pre { white-space: pre-wrap; font: inherit; margin: 0 0 .5rem 1rem }
small { color: #555 } mark { background: rgb(120, 220, 120) }
"""


def outcomes_html(index: RegionIndex, outcomes: Sequence[Outcome], k: int) -> str:
    """Return a page that needs no other file and no network.

    A miss has a picture of the page that answers, with the answer in green and the hits in boxes,
    and a picture of the first hit's page, if that is a different one.
    """
    misses = [outcome for outcome in outcomes if outcome.is_miss]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
        f"<title>{len(misses)} misses</title><style>{_STYLE}</style>",
        *_overview(outcomes, k),
    ]
    for number, outcome in enumerate(misses, start=1):
        parts += _miss(index, outcome, number)
    return "\n".join(parts)


def _overview(outcomes: Sequence[Outcome], k: int) -> Iterator[str]:
    summary = summarize(outcomes)
    yield f"<h1>{summary['judged']} of {summary['questions']} questions judged, k = {k}</h1><table>"
    for name, words in MEASURES.items():
        if summary[name] is not None:
            low, high = summary["intervals"][name]
            interval = f"<small>{low:.2f} to {high:.2f}</small>"
            yield f"<tr><td>{words}<td>{summary[name]:.2f}<td>{interval}"
    yield "</table><h2>Questions</h2><table>"
    yield "<tr><th>question<th>document<th>page<th>rank of the page<th>rank of the answer"
    for outcome in outcomes:
        cells = [outcome.question.question, file_name(outcome.question.document)]
        if outcome.problem:
            yield _row(cells, f"<td colspan=3>{safe_html(outcome.problem)}")
        else:
            pages = ", ".join(map(str, outcome.pages))
            ranks = (outcome.page_rank, outcome.answer_rank if outcome.places else "")
            texts = ("none" if rank is None else str(rank) for rank in ranks)
            yield _row([*cells, pages, *texts])
    yield "</table>"


def _row(cells: Sequence[str], more: str = "") -> str:
    return "<tr>" + "".join(f"<td>{safe_html(cell)}" for cell in cells) + more


def _miss(index: RegionIndex, outcome: Outcome, number: int) -> Iterator[str]:
    question = outcome.question
    yield f"<section><h2>{number}. {safe_html(question.question)}</h2>"
    if question.text:
        yield f"<p>Answer: <mark>{safe_html(question.text)}</mark></p>"
    for hit in outcome.hits or ():
        pages = page_range([str(part.page_number) for part in hit.parts])
        yield f"<b>{hit.rank}. {safe_html(f'{file_name(hit.source)}, {pages}')}</b>"
        yield f"<pre>{safe_html(hit.text)}</pre>"
    if number <= MAX_DRAWN:
        yield "<div class=pages>"
        page = outcome.pages[0]
        yield _picture(index, outcome, outcome.document_id, page, "The page that answers")
        first = next(iter(outcome.hits or ()), None)
        if first is not None and not parts_on_page([first], outcome.document_id, page):
            where = first.document_id, first.page_number
            yield _picture(index, outcome, *where, "The page of the first hit")
        yield "</div>"
    yield "</section>"


def _picture(
    index: RegionIndex, outcome: Outcome, document_id: str, page: int, caption: str
) -> str:
    hits = parts_on_page(outcome.hits or (), document_id, page)
    rects = [
        rect
        for place in outcome.places
        if (outcome.document_id, place.page) == (document_id, page)
        for rect in place.rects
    ]
    caption = f"{caption}: {safe_html(_name(document_id, page))}"
    try:
        image = index.page_image(f"{document_id}#p{page}", DPI)
    except PageUnavailableError as error:
        return f"<figure><figcaption>{caption}</figcaption><p>{safe_html(str(error))}</p></figure>"
    data = base64.b64encode(to_webp(_draw(image, rects, hits))).decode()
    return (
        f"<figure><figcaption>{caption}</figcaption>"
        f'<img alt="{caption}" src="data:image/webp;base64,{data}"></figure>'
    )


def _draw(image: Image, rects: Sequence[Box], hits: Sequence[Hit]) -> Image:
    from PIL import Image, ImageChops, ImageDraw

    marks = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(marks)
    for x0, y0, x1, y1 in to_pixels(as_boxes(rects), *image.size).tolist():
        draw.rectangle((floor(x0), floor(y0), ceil(x1), ceil(y1)), fill=GOLD)
    return draw_page(ImageChops.multiply(image.convert("RGB"), marks), None, hits)


def _name(source: str, page: int) -> str:
    return f"{file_name(source)}, page {page}"
