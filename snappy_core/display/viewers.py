"""The position of a hit in the formats of viewers: pixels, PDF coordinates, annotations.

All but `highlight` are computed from the hit alone, without opening the document.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import numpy as np
import pypdfium2.raw as raw

from snappy_core.parsing.office.libreoffice import to_pdf
from snappy_core.parsing.pdf.document import PDFIUM, load_page, open_pdf
from snappy_core.parsing.reader import reader_name
from snappy_core.parsing.source import Source
from snappy_core.search.hits import Hit
from snappy_core.types import Box, Matrix

HIGHLIGHT_COLOR = (255, 212, 0)  # yellow, like a highlighter pen
REGION_COLOR = (255, 244, 189)  # the same, faint

_URL = re.compile(r"(?:https?|ftp|file|s3|gs)://", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:[a-z]:)?[/\\]", re.IGNORECASE)


def pixels(hit: Hit, dpi: float = 72) -> Box:
    """Return the box of a hit in pixels (not rounded) from the top left of the page at `dpi`.

    Pages that are images are not scaled: `dpi`, which must be positive, is ignored.
    """
    width, height = page_size(hit, dpi)
    x0, y0, x1, y1 = hit.region.box
    return x0 * width, y0 * height, x1 * width, y1 * height


def page_size(hit: Hit, dpi: float = 72) -> tuple[float, float]:
    """Return the width and height of the page of a hit in pixels (not rounded) at `dpi`."""
    if not dpi > 0:
        raise ValueError(f"dpi must be positive, not {dpi}")
    zoom = dpi / 72 if hit.page_unit == "pt" else 1.0
    return hit.page_width * zoom, hit.page_height * zoom


def to_user_space(box: Box, matrix: Matrix) -> Box:
    """Convert a box from page fractions to PDF user space, using the matrix `Hit.user_space`.

    These are the coordinates of annotations and PDF libraries: points, y upwards, before rotation
    and cropping.

    >>> to_user_space((0.25, 0.125, 0.5, 0.25), (400, 0, 0, -800, 0, 800))
    (100.0, 600.0, 200.0, 700.0)
    """
    return _bounding_box(_corners(box, matrix))


def from_user_space(box: Box, matrix: Matrix) -> Box:
    """Convert a box from PDF user space to page fractions; the inverse of `to_user_space`.

    >>> from_user_space((100, 600, 200, 700), (400, 0, 0, -800, 0, 800))
    (0.25, 0.125, 0.5, 0.25)
    """
    a, b, c, d, e, f = matrix
    inverse = np.linalg.inv(np.array([[a, b], [c, d]]))
    corners = (np.array([[box[0], box[1]], [box[2], box[3]]]) - [e, f]) @ inverse
    return _bounding_box(corners.tolist())


def page_link(source: str, page_number: int) -> str:
    """Return a link that opens a document at a page in browsers and most viewers.

    Sources that are not URLs of files become paths: a stranger may have named one "javascript:".

    >>> page_link("annual report.pdf", 3), page_link("javascript:alert(1)", 3)
    ('annual%20report.pdf#page=3', 'javascript%3Aalert%281%29#page=3')
    """
    safe = "/:" if _ABSOLUTE.match(source) else "/"
    url = source if _URL.match(source) else quote(source, safe=safe)
    return f"{url}#page={page_number}"


def web_annotation(hit: Hit, dpi: float = 150) -> dict[str, object]:
    """Return a W3C Web Annotation of a region on the page image at `dpi`.

    Its selector is a media fragment, `xywh` in pixels rounded outwards, refined by the exact text
    of the best highlight. A region that continues in another column or on another page has a
    list of targets.
    """
    targets = [_target(part, dpi) for part in hit.parts]
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:snappy:{quote(hit.region_id)}",
        "type": "Annotation",
        "motivation": "highlighting",
        "body": {"type": "TextualBody", "value": hit.text, "format": "text/plain"},
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _target(part: Hit, dpi: float) -> dict[str, object]:
    x0, y0, x1, y1 = pixels(part, dpi)
    x, y = floor(x0), floor(y0)
    return {
        "source": page_link(part.source, part.page_number),
        "selector": {
            "type": "FragmentSelector",
            "conformsTo": "http://www.w3.org/TR/media-frags/",
            "value": f"xywh=pixel:{x},{y},{ceil(x1) - x},{ceil(y1) - y}",
            **_refined(part),
        },
    }


def _refined(part: Hit) -> dict[str, object]:
    quotes = replace(part, previous_parts=(), next_parts=()).quotes
    if not quotes:
        return {}
    return {"refinedBy": {"type": "TextQuoteSelector", "exact": quotes[0]}}


def react_pdf_highlighter(hit: Hit) -> dict[str, object]:
    """Return a highlight for react-pdf-highlighter: the region's box and the lines that answer.

    Without highlights, these are all lines of the region. If a region continues on other pages, its
    lines have their page numbers.
    """

    def rect(part: Hit, box: Box) -> dict[str, float]:
        width, height = page_size(part)
        return {
            "x1": box[0] * width,
            "y1": box[1] * height,
            "x2": box[2] * width,
            "y2": box[3] * height,
            "width": width,
            "height": height,
            "pageNumber": part.page_number,
        }

    lines = _answering_lines(hit)

    return {
        "id": hit.region_id,
        "content": {"text": "\n".join(hit.quotes) or hit.text},
        "position": {
            "boundingRect": rect(hit, hit.region.box),
            "rects": [rect(part, line) for part, line in lines],
            "pageNumber": hit.page_number,
            "usePdfCoordinates": False,
        },
        "comment": {"text": f"score {hit.score:.2f}", "emoji": ""},
    }


def _answering_lines(hit: Hit) -> list[tuple[Hit, Box]]:
    """Return the lines of the highlights of all parts, or all lines if there are no highlights."""
    marked = [part for part in hit.parts if part.highlights]
    return [
        (part, line)
        for part in marked or hit.parts
        for line in answering_rects(part) or (part.region.box,)
    ]


def highlight(
    hits: Iterable[Hit],
    to: str | os.PathLike[str],
    *,
    password: str | None = None,
    source: Source | None = None,
) -> Path:
    """Write a copy of a PDF with hits highlighted, and return its path.

    The lines of a region are faint, those that answer are strong. Both are PDF annotations, which
    all viewers show; their notes have the scores.

    Args:
        hits: hits in one PDF, or in an office document, which is converted to PDF.
        to: the file to write; an existing file is replaced, unless it is the document itself.
        password: opens an encrypted document.
        source: the document, if it is not the file that was added; see `RegionIndex.highlight`.

    Raises:
        ValueError: there are no hits, they are in several documents or not in a PDF file, or `to`
            is the document itself.
        UnreadableDocumentError: the document can no longer be read.
    """
    hits, target = list(hits), Path(to)
    sources = {hit.source for hit in hits}
    if len(sources) != 1:
        raise ValueError(f"hits must be in one document, not in {len(sources)}")
    source = source or Source.from_path(sources.pop(), password)
    path = source.path
    if any(hit.user_space is None for hit in hits) or (path and not path.is_file()):
        raise ValueError(f"{source.name}: is not a PDF file on this machine")
    if path and target.exists() and path.samefile(target):
        raise ValueError(f"{path}: cannot be highlighted in place; write to another file")
    if reader_name(source) == "office":
        source = to_pdf(source)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        with PDFIUM, open_pdf(source) as document:
            for hit in hits:
                for part in hit.parts:
                    page = load_page(document, part.page_number, source)
                    _annotate_part(page, hit, part)
                    page.close()
            document.save(Path(folder) / "highlighted.pdf")
        os.replace(Path(folder) / "highlighted.pdf", target)
    return target


def answering_rects(hit: Hit) -> tuple[Box, ...]:
    """Return the lines of a hit's highlights, each once; without any, the lines of its region."""
    lines = [line for highlight in hit.highlights for line in highlight.rects]
    return tuple(dict.fromkeys(lines)) or hit.rects


def _annotate_part(page: Any, hit: Hit, part: Hit) -> None:
    """Annotate a part of a hit on its page, faintly if only other parts have highlights."""
    lines = part.rects or (part.region.box,)
    strong = answering_rects(part) or lines
    note = f"{hit.rank}. score {hit.score:.3f}: {hit.query}"
    if not part.highlights and any(other.highlights for other in hit.parts):
        _annotate(page, part, lines, REGION_COLOR, note)
        return
    if len(strong) != len(lines) or not np.allclose(strong, lines, atol=1e-5):
        # Boxes from metadata are rounded to six digits.
        _annotate(page, part, lines, REGION_COLOR, note)
        note = "\n".join(hit.quotes) or note
    _annotate(page, part, strong, HIGHLIGHT_COLOR, note)


def _annotate(
    page: Any, hit: Hit, lines: Sequence[Box], color: tuple[int, int, int], note: str
) -> None:
    assert hit.user_space is not None
    quads = [_corners(line, hit.user_space) for line in lines]
    left, bottom, right, top = _bounding_box([point for quad in quads for point in quad])
    encoded = note.encode("utf-16-le", "replace")
    buffer = ctypes.create_string_buffer(encoded + b"\0\0")
    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    try:
        raw.FPDFAnnot_SetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *color, 255)
        raw.FPDFAnnot_SetRect(annotation, raw.FS_RECTF(left, top, right, bottom))
        for quad in quads:
            corners = raw.FS_QUADPOINTSF(*(value for point in quad for value in point))
            raw.FPDFAnnot_AppendAttachmentPoints(annotation, corners)
        text = ctypes.cast(buffer, raw.FPDF_WIDESTRING)
        raw.FPDFAnnot_SetStringValue(annotation, b"Contents", text)
        raw.FPDFAnnot_SetFlags(annotation, raw.FPDF_ANNOT_FLAG_PRINT)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _corners(box: Box, matrix: Matrix) -> list[tuple[float, float]]:
    """Return the top left, top right, bottom left and bottom right of a box in user space."""
    a, b, c, d, e, f = matrix
    x0, y0, x1, y1 = box
    return [
        (a * x + c * y + e, b * x + d * y + f) for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))
    ]


def _bounding_box(points: Sequence[Sequence[float]]) -> Box:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))
