"""Pages that are pictures: PNG, JPEG, WebP, BMP, JPEG 2000, and TIFF with many frames."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.drawings import Drawings, RulingLines
from snappy_core.parsing.layout.layout_model import select_layout_model
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from snappy_core.parsing.ocr import tesseract
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.parsing.text import NOTHING
from snappy_core.types import NO_WORDS, Page

if TYPE_CHECKING:
    from PIL.Image import Image

_MARKS = (
    b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\0\0\0\x0cjP",
    b"\xff\x4f\xff\x51",
)  # fmt: skip
_FORMATS = ("PNG", "JPEG", "JPEG2000", "WEBP", "BMP", "TIFF")
MAX_PIXELS = 100_000_000
"""Of a picture; A4 at 900 dpi has 78 million. Small files can claim to be as large as they like."""

MAX_FRAMES = 5_000
"""Of a TIFF. To find a frame, all before it are looked at: time grows with the square."""

_OCR_PIXELS = 25_000_000
_OCR_SIDE = 30_000  # Tesseract takes no longer ones than 32,767
_LETTER_HEIGHT = 1600  # a page lower than this, in pixels, is enlarged for OCR


def is_image(head: bytes) -> bool:
    """Say whether the first bytes of a document are those of a picture."""
    return head.startswith(_MARKS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def count_pages(source: Source) -> int:
    """Return the number of frames of a TIFF, else 1: other formats hold previews and films.

    Raises:
        UnreadableDocumentError: the file is no picture of a known format, damaged, or too large.
    """
    with _open(source) as picture:
        return _count_frames(picture, source) if picture.format == "TIFF" else 1


def read_pages(source: Source, numbers: Iterable[int], options: ReadingOptions) -> Iterator[Page]:
    """Yield frames as pages by number (from 1), with the words that OCR finds.

    A frame that cannot be read, or not be sent to OCR, comes without words and says so in
    `warning`. Raises as `count_pages`.
    """
    for number in numbers:
        try:
            picture = render(source, number)
        except UnreadableDocumentError as error:
            if number == 1:
                raise
            yield Page(number, str(number), 1, 1, "px", NO_WORDS, (), warning=error.cause)
            continue
        width, height = picture.size
        renderer = partial(render, source, number)
        layer, warning = NOTHING, ""
        if options.ocr != "never":
            layer, warning = tesseract.read(_for_ocr(picture), width, options)
        layout_model = select_layout_model(options.layout_model)
        areas = () if layout_model is None else tuple(layout_model.detect(picture))
        ruling_lines = find_ruling_lines(picture) if len(layer) else RulingLines()
        drawings = Drawings(areas, ruling_lines)
        words, regions, crowded = find_regions(layer, width, height, drawings)
        yield Page(
            number, str(number), width, height, "px", words, regions, renderer, warning or crowded
        )


def render(source: Source, number: int, dpi: float = 0) -> Image:
    """Return a frame (from 1) upright, as an RGB picture, in its own pixels whatever `dpi` says.

    Raises:
        UnreadableDocumentError: the file or the frame cannot be read, or is too large.
    """
    with _open(source) as picture:
        try:
            picture.seek(number - 1)
            _check_size(picture, source)
            return _upright_rgb(picture)
        except UnreadableDocumentError:
            raise
        except Exception as error:  # Pillow's decoders raise whatever comes
            cause = f"page {number}: cannot be decoded ({error or type(error).__name__})"
            raise UnreadableDocumentError(source.name, cause) from error


def _count_frames(picture: Any, source: Source) -> int:
    """Return the number of frames, of which the last may be one that cannot be read."""
    frames = 1
    while frames <= MAX_FRAMES:
        try:
            picture.seek(frames)
        except EOFError:
            return frames
        except Exception:  # a broken directory ends the chain: reading the page says so
            return frames + 1
        frames += 1
    raise UnreadableDocumentError(source.name, f"has more than {MAX_FRAMES:,} frames")


@contextmanager
def _open(source: Source) -> Iterator[Any]:
    from PIL import Image

    data: Any = source.path if source.path is not None else io.BytesIO(source.data or b"")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we look ourselves
            picture = Image.open(data, formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableDocumentError(source.name, _TOO_LARGE) from error
    except Exception as error:  # Pillow's own text names an object in memory, not a cause
        unknown = "is no picture that can be read: it is damaged or of another format"
        cause = getattr(error, "strerror", None) or unknown
        raise UnreadableDocumentError(source.name, cause) from error
    with picture:
        _check_size(picture, source)
        yield picture


_TOO_LARGE = f"is a picture of more than {MAX_PIXELS // 1_000_000} million pixels"


def _check_size(picture: Image, source: Source) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise UnreadableDocumentError(source.name, _TOO_LARGE)


def _upright_rgb(picture: Image) -> Image:
    """Return a copy in 8 bits a colour, turned as its EXIF says, on white paper."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith(("I", "F")):  # more than 8 bits: Pillow would cut, not scale
        values = np.nan_to_num(np.asarray(upright, dtype=np.float64), posinf=0, neginf=0)
        brightest = values.max(initial=0)
        scales = (65535,) if upright.mode.startswith("I;16") else (1, 255, 65535, 2**31 - 1)
        white = next((scale for scale in scales if scale >= brightest), brightest)
        upright = Image.fromarray((np.clip(values, 0, white) / white * 255).astype(np.uint8))
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return upright.convert("RGB")


def _for_ocr(picture: Image) -> Image:
    """Return the picture in a size that Tesseract reads well; dpi tags are not to be trusted."""
    width, height = picture.size
    zoom = min(max(1.0, _LETTER_HEIGHT / max(width, height)), 4.0)
    zoom = min(zoom, (_OCR_PIXELS / (width * height)) ** 0.5, _OCR_SIDE / max(width, height))
    if zoom == 1.0:
        return picture
    from PIL.Image import Resampling

    size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
    return picture.resize(size, Resampling.BICUBIC)
