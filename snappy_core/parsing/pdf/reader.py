"""Pages of PDFs: the visible text layer, drawings, OCR where needed, and the regions of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from snappy_core.boxes import contains_center
from snappy_core.errors import SnappyError, UnreadableDocumentError, describe_failure
from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import Area, Drawings
from snappy_core.parsing.ink_areas import find_areas
from snappy_core.parsing.layout import layout_model
from snappy_core.parsing.layout.geometry import box_area
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from snappy_core.parsing.ocr.pictures import read_pictures
from snappy_core.parsing.ocr.text_layer import OCR_DPI, recognize_page
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.annotations import draw_annotations, has_drawn_annotations, link_boxes
from snappy_core.parsing.pdf.check_boxes import find_check_boxes
from snappy_core.parsing.pdf.document import (
    PDFIUM,
    attached_documents,
    count_loadable,
    draw,
    load_page,
    open_pdf,
    page_label,
)
from snappy_core.parsing.pdf.drawings import find_drawings, read_objects
from snappy_core.parsing.pdf.duplicates import drop_duplicates
from snappy_core.parsing.pdf.forms import (
    XFA_WARNING,
    Fields,
    is_xfa_cover,
    mark_buttons,
    read_fields,
)
from snappy_core.parsing.pdf.page_images import image_boxes
from snappy_core.parsing.pdf.plausible import is_plausible
from snappy_core.parsing.pdf.squares import find_squares
from snappy_core.parsing.pdf.tags import read_tags
from snappy_core.parsing.pdf.text_layer import page_matrix, read_text_layer, to_page, user_space
from snappy_core.parsing.pdf.visibility import covered_share, edge_mask, has_edges
from snappy_core.parsing.source import Source
from snappy_core.parsing.straightening import Straightening
from snappy_core.parsing.tags import PageTags
from snappy_core.parsing.text import NOTHING, TextLayer
from snappy_core.types import NO_WORDS, Matrix, Page, Renderer

# Of the page image in which words are checked for ink: A4 comes out at about 125 dpi. Pages below
# about A6 get more dpi: at 144, the thin ink of a large page scaled down is too faint.
_INK_DPI, _MIN_INK_PIXELS, _MAX_INK_PIXELS = 144, 500_000, 1_500_000

# A text layer is unreliable if at most this share of its characters is visible, ...
_VISIBLE_SHARE = 0.5
# ... or if images cover more than this share of the page and its words less than this share of
# the ink: a scan whose only text is a stamp or a page number.
_IMAGE_SHARE, _INK_SHARE = 0.5, 0.3
_IMAGE_CELLS = 64  # per side of the grid in which the share of images is measured

_OCR_GAIN = 2  # OCR replaces a text layer if it finds more than this many times the characters


class PdfReader:
    """Reads PDFs with PDFium; a `snappy_core.parsing.Reader`."""

    suffixes: tuple[str, ...] = (".pdf",)

    def can_read(self, head: bytes) -> bool:
        return b"%PDF-" in head

    def count_pages(self, source: Source) -> int:
        with PDFIUM, open_pdf(source) as document:
            count = count_loadable(document)
        if count == 0:
            raise UnreadableDocumentError(source.name, "has no pages")
        return count

    def page_labels(self, source: Source) -> list[str]:
        with PDFIUM, open_pdf(source) as document:
            return [page_label(document, n) for n in range(1, count_loadable(document) + 1)]

    def read_pages(
        self, source: Source, numbers: Iterable[int], options: ReadingOptions
    ) -> Iterator[Page]:
        with open_pdf(source) as document:
            for number in numbers:
                with PDFIUM:
                    content = read_content(document, number, source)
                # OCR and layout need no PDFium
                renderer = partial(self.render, source, number)
                try:
                    page = build_page(content, number, renderer, options)
                except SnappyError:
                    raise
                except Exception as error:  # the other pages are still read
                    page = _page_without_words(content, number, renderer, describe_failure(error))
                yield page

    def render(self, source: Source, number: int, dpi: float) -> Image:
        with PDFIUM, open_pdf(source) as document:
            image: Image = draw(load_page(document, number, source), dpi).to_pil().convert("RGB")
            return image


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """What PDFium knows about a page; the defaults are for a page that it cannot load.

    Attributes:
        label, width, height, user_space: as in `Page`.
        text_layer: the words of the text layer that are visible.
        has_ink: something is drawn on the page.
        tags: those of the words and drawings; the words say which they belong to.
        unreliable_text: the text layer is missing, mostly hidden, covers little of the ink, or
            has glyph codes.
        has_codes: the text seems to be codes of glyphs rather than what the page shows.
        is_wordless: OCR read the whole page and found no words, or failed.
    """

    label: str
    width: float = 612
    height: float = 792
    text_layer: TextLayer = NOTHING
    drawings: Drawings = field(default_factory=Drawings)
    user_space: Matrix | None = None
    has_ink: bool = False
    unreliable_text: bool = False
    warning: str = ""
    tags: PageTags | None = None
    has_codes: bool = False
    is_wordless: bool = False


def read_content(document: Any, number: int, source: Source) -> PageContent:
    """Read page `number` (from 1) of a PDFium document; a failure becomes its warning."""
    label = page_label(document, number)
    try:
        return _read_page(document, number, source, label)
    except np.linalg.LinAlgError:  # PDFium's 32-bit floats make its corners coincide
        return PageContent(label, warning="cannot be read, it lies too far from the origin")
    except UnreadableDocumentError as error:
        return PageContent(label, warning=error.cause.removeprefix(f"page {number}: "))
    except Exception as error:
        return PageContent(label, warning=describe_failure(error))


def _read_page(document: Any, number: int, source: Source, label: str) -> PageContent:
    page = load_page(document, number, source)
    matrix = user_space(page)
    gray = _draw_ink(page)
    edges = edge_mask(gray)
    images, fields = image_boxes(page), Fields()
    links = to_page(link_boxes(page), page_matrix(page))  # before annotations are drawn
    if has_drawn_annotations(page):
        fields = read_fields(page)
        draw_annotations(page)
        page = load_page(document, number, source)
    tagged = read_tags(page)
    all_text, warning = read_text_layer(page, tagged.text_owners if tagged else None)
    # Text in invisible mode may overlap the ink of something else. On an image it is the text
    # layer of a scan; elsewhere it is hidden.
    on_image = contains_center(images, all_text.boxes).any(axis=0)
    visible = has_edges(edges, all_text.boxes) & (~all_text.invisible | on_image)
    width, height = page.get_size()
    words = drop_duplicates(all_text.take(visible), width, height)
    visible_fields = fields.take(has_edges(edges, fields.boxes)) if fields.marks else fields
    objects = read_objects(page).without_underlines(links)
    buttons = visible_fields.buttons.join(find_check_boxes(find_squares(objects), words, gray))
    text_layer = mark_buttons(words, buttons)
    drawings = replace(find_drawings(objects.without(buttons.boxes)), fields=visible_fields.boxes)
    image_share = covered_share(np.ones((_IMAGE_CELLS, _IMAGE_CELLS), dtype=bool), images)
    has_codes = not is_plausible(text_layer.texts)
    is_unreliable = (
        has_codes
        or _characters(text_layer) <= _VISIBLE_SHARE * _characters(all_text)
        or (image_share > _IMAGE_SHARE and covered_share(edges, text_layer.boxes) < _INK_SHARE)
    )
    has_ink = bool(edges.any())
    if is_xfa_cover(document, fields):
        warning = _join(warning, XFA_WARNING)
    if number == 1 and (names := attached_documents(document)):
        warning = _join(warning, f"has attached documents that are not read: {', '.join(names)}")
    return PageContent(
        label, width, height, text_layer, drawings, matrix, has_ink, is_unreliable, warning,
        tagged.tags if tagged else None, has_codes,
    )  # fmt: skip


def _draw_ink(page: Any) -> NDArray[np.uint8]:
    width, height = page.get_size()
    dpi = max(_INK_DPI, 72 * (_MIN_INK_PIXELS / (width * height)) ** 0.5)
    bitmap = draw(page, dpi, _MAX_INK_PIXELS, grayscale=True).to_numpy()
    return np.asarray(bitmap.reshape(bitmap.shape[:2]))


def build_page(
    content: PageContent, number: int, render: Renderer, options: ReadingOptions
) -> Page:
    """Run OCR and the layout model as far as the page needs them, and find the regions."""
    size = content.width, content.height
    drawings, straightening = content.drawings, Straightening(*size)
    if content.has_ink:
        if options.ocr == "always" or (options.ocr != "never" and content.unreliable_text):
            content, straightening = _with_ocr(content, render(OCR_DPI), options)
            drawings = content.drawings
        drawings = replace(drawings, areas=_areas(content, straightening, render, options))
    layer, straight_size = content.text_layer, straightening.size
    words, regions, warning = find_regions(layer, *straight_size, drawings, content.tags)
    words, regions = straightening.restore(words, regions)
    if options.ocr == "auto" and words.confidences is None and not content.is_wordless:
        drawn, boxes = content.drawings.areas, content.text_layer.boxes
        words, regions, failure = read_pictures(words, regions, drawn, boxes, render, options)
        warning = _join(warning, failure)
    warning, matrix = _join(content.warning, warning), content.user_space
    return Page(number, content.label, *size, "pt", words, regions, render, warning, matrix)


def _areas(
    content: PageContent, straightening: Straightening, render: Renderer, options: ReadingOptions
) -> tuple[Area, ...]:
    """Return the areas that are drawn, seen in a scan, or found by the layout model."""
    areas, layer = content.drawings.areas, content.text_layer
    model = layout_model.select_layout_model(options.layout_model)
    is_ocr = layer.confidences is not None
    if is_ocr or not len(layer):  # an image that fills the page is the scan
        areas = tuple(area for area in areas if box_area(area.box) < MAX_SHARE)
    if is_ocr and (model or not areas):
        picture = straightening.apply(render(layout_model.DPI))
        return areas + find_areas(picture, layer, content.drawings.ruling_lines, model)
    # "auto" skips pages with a text layer: their pictures and drawings are known.
    if model is None or options.layout_model == "auto":
        return areas
    picture = straightening.apply(render(layout_model.DPI))
    return areas + tuple(layout_model.detect_upright(model, picture, layer.main_turn))


def _page_without_words(content: PageContent, number: int, render: Renderer, warning: str) -> Page:
    size, matrix = (content.width, content.height), content.user_space
    return Page(number, content.label, *size, "pt", NO_WORDS, (), render, warning, matrix)


def _with_ocr(
    content: PageContent, image: Image, options: ReadingOptions
) -> tuple[PageContent, Straightening]:
    """Replace the text layer with that of OCR, if OCR succeeds and finds more, or must be used.

    Words and drawings are then on the straightened page.
    """
    size = content.width, content.height
    recognition = recognize_page(image, size, options)
    text_layer, warning = recognition.text_layer, recognition.warning
    straightening = recognition.straightening
    characters = _characters(content.text_layer)
    ocr_characters = _characters(text_layer)
    is_plainer = content.has_codes and is_plausible(text_layer.texts)
    must_use = options.ocr == "always" or (is_plainer and _OCR_GAIN * ocr_characters > characters)
    has_failed = warning and not ocr_characters
    if has_failed or not (must_use or ocr_characters > _OCR_GAIN * characters):
        is_missed = must_use or not characters
        warning = _join(content.warning, warning if is_missed else "")
        content = replace(content, warning=warning, is_wordless=not ocr_characters)
        return content, Straightening(*size)
    drawings = straightening.straighten(content.drawings)
    if not (len(drawings.ruling_lines.horizontal) or len(drawings.ruling_lines.vertical)):
        drawings = replace(drawings, ruling_lines=find_ruling_lines(straightening.apply(image)))
    warning = _join(content.warning, warning)
    content = replace(content, text_layer=text_layer, drawings=drawings, warning=warning)
    return content, straightening


def _characters(text_layer: TextLayer) -> int:
    return sum(map(len, text_layer.texts))


def _join(*warnings: str) -> str:
    return "; ".join(filter(None, warnings))
