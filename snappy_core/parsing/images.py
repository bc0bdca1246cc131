"""Pages that are images: PNG, JPEG, WebP, BMP, JPEG 2000, and TIFF with any number of frames."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from snappy_core.errors import SnappyError, UnreadableDocumentError, describe_failure
from snappy_core.parsing.drawings import Drawings, RulingLines
from snappy_core.parsing.ink_areas import find_areas
from snappy_core.parsing.layout.layout_model import LayoutModel, select_layout_model
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from snappy_core.parsing.ocr.text_layer import Recognition, recognize_page
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.parsing.straightening import Straightening
from snappy_core.parsing.text import NOTHING
from snappy_core.types import NO_WORDS, Page, Region, Words

_SIGNATURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\0\0\0\x0cjP",
    b"\xff\x4f\xff\x51",
)  # fmt: skip
_FORMATS = ("PNG", "JPEG", "JPEG2000", "WEBP", "BMP", "TIFF")

_MAX_PIXELS = 100_000_000  # A4 at 900 dpi has 78 million; small files can claim any size
_TOO_LARGE = f"is an image of more than {_MAX_PIXELS // 1_000_000} million pixels"
_MAX_FRAMES = 5_000  # of a TIFF; finding a frame means reading all before it

# The square root of the area of a page in points: A4 has 708, Letter 696.
_NOMINAL_SIDE = 700.0  # of a page of unknown resolution
# Sizes by the resolution in the file, A6 (354) to A2 (1416); outside this range the resolution is
# some software's default.
_MIN_SIDE, _MAX_SIDE = 350.0, 1420.0
_MAX_RATIO = 1.05  # of horizontal and vertical resolution; otherwise one of them is wrong

_MAX_OCR_PIXELS = 25_000_000
_MAX_OCR_SIDE = 30_000  # pixels; Tesseract refuses sides above 32,767
_MIN_OCR_SIDE = 1600  # pixels; an image whose longer side is shorter is enlarged for OCR ...
_MAX_OCR_ZOOM = 4.0  # ... at most by this factor: beyond it there is nothing left to read


class ImageReader:
    """Reads images with Pillow and OCR; a `snappy_core.parsing.Reader`.

    Each frame of a TIFF is a page. Other formats have one page; their additional frames are
    previews or animations.
    """

    suffixes: tuple[str, ...] = (
        ".png", ".jpg", ".jpeg", ".jp2", ".webp", ".bmp", ".tif", ".tiff",
    )  # fmt: skip

    def can_read(self, head: bytes) -> bool:
        is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        is_bmp = head[:2] == b"BM" and head[15:18] == bytes(3)  # upper bytes of the header size
        return head.startswith(_SIGNATURES) or is_webp or is_bmp

    def count_pages(self, source: Source) -> int:
        with _open(source) as image:
            return _count_frames(image, source) if image.format == "TIFF" else 1

    def read_pages(
        self, source: Source, numbers: Iterable[int], options: ReadingOptions
    ) -> Iterator[Page]:
        model = select_layout_model(options.layout_model)
        for number in numbers:
            try:
                image, points = _read_frame(source, number)
            except UnreadableDocumentError as error:
                if number == 1:
                    raise
                yield Page(number, str(number), 1, 1, "px", NO_WORDS, (), warning=error.cause)
                continue
            try:
                words, regions, warning = _find_regions(image, points, model, options)
            except SnappyError:
                raise
            except Exception as error:  # the other pages are still read
                words, regions, warning = NO_WORDS, (), describe_failure(error)
            renderer = partial(self.render, source, number)
            yield Page(number, str(number), *image.size, "px", words, regions, renderer, warning)

    def render(self, source: Source, number: int, dpi: float) -> Image.Image:
        """Return frame `number` (from 1) upright, at its own resolution; `dpi` is ignored."""
        return _read_frame(source, number)[0]


def _find_regions(
    image: Image.Image,
    points: tuple[float, float],
    model: LayoutModel | None,
    options: ReadingOptions,
) -> tuple[Words, tuple[Region, ...], str]:
    recognition = Recognition(NOTHING, Straightening(*points))
    if options.ocr != "never":
        recognition = recognize_page(_for_ocr(image), points, options)
    layer, straightening = recognition.text_layer, recognition.straightening
    straight = straightening.apply(image)
    ruling_lines = find_ruling_lines(straight) if len(layer) else RulingLines()
    drawings = Drawings(find_areas(straight, layer, ruling_lines, model), ruling_lines)
    words, regions, failure = find_regions(layer, *straightening.size, drawings)
    return *straightening.restore(words, regions), recognition.warning or failure


@contextmanager
def _open(source: Source) -> Iterator[Image.Image]:
    file = source.path or io.BytesIO(source.data or b"")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # see _check_size
            image = Image.open(file, formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableDocumentError(source.name, _TOO_LARGE) from error
    except Exception as error:  # Pillow's message names an object in memory, not the cause
        cause = getattr(error, "strerror", None) or _why_not_opened(error)
        raise UnreadableDocumentError(source.name, cause) from error
    with image:
        _check_size(image, source)
        yield image


def _why_not_opened(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "begins like an image, but its header is cut off or of an unknown kind"
    return f"its header is damaged ({error or type(error).__name__})"


def _check_size(image: Image.Image, source: Source) -> None:
    if image.width * image.height > _MAX_PIXELS:
        raise UnreadableDocumentError(source.name, _TOO_LARGE)


def _count_frames(image: Image.Image, source: Source) -> int:
    """Return the number of frames; the last of them may be unreadable."""
    for frame in range(1, _MAX_FRAMES + 1):
        try:
            image.seek(frame)
        except EOFError:
            return frame
        except Exception:  # a damaged directory ends the file; reading that page reports it
            return frame + 1
    raise UnreadableDocumentError(source.name, f"has more than {_MAX_FRAMES:,} frames")


def _read_frame(source: Source, number: int) -> tuple[Image.Image, tuple[float, float]]:
    """Return frame `number` (from 1) as an upright RGB image, with its size in points."""
    with _open(source) as frame:
        try:
            frame.seek(number - 1)
            _check_size(frame, source)
            image = _upright_rgb(frame)
            return image, _size_in_points(image, frame.info.get("dpi"))
        except UnreadableDocumentError:
            raise
        except Exception as error:  # Pillow's decoders raise errors of any type
            cause = f"page {number}: cannot be decoded ({error or type(error).__name__})"
            raise UnreadableDocumentError(source.name, cause) from error


def _size_in_points(image: Image.Image, dpi: Any) -> tuple[float, float]:
    """Return (width, height) from the dots per inch (x, y) if plausible, else a nominal size."""
    side = math.sqrt(image.width * image.height)
    try:
        low, high = sorted(float(value) for value in dpi)
    except (TypeError, ValueError):  # no or malformed dots per inch
        low = high = 0.0
    is_plausible = (
        low > 0 and high / low <= _MAX_RATIO and _MIN_SIDE <= side * 72 / low <= _MAX_SIDE
    )
    points = 72 / low if is_plausible else _NOMINAL_SIDE / side
    return image.width * points, image.height * points


def _upright_rgb(image: Image.Image) -> Image.Image:
    """Return an image with 8 bits per channel, rotated by its EXIF data, on a white background."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):  # more than 8 bits, which Pillow would clip, not scale
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


def _for_ocr(image: Image.Image) -> Image.Image:
    """Return the image at a size that OCR reads well."""
    width, height = image.size
    longer = max(width, height)
    zoom = min(max(1.0, _MIN_OCR_SIDE / longer), _MAX_OCR_ZOOM)
    zoom = min(zoom, (_MAX_OCR_PIXELS / (width * height)) ** 0.5, _MAX_OCR_SIDE / longer)
    if zoom == 1.0:
        return image
    size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
    return image.resize(size, Image.Resampling.BICUBIC)
