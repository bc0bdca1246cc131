"""What is fuzzed: each target takes bytes, and raises if something is wrong with how we read them.

Snappy's own errors are right answers; everything else is a find.
"""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from snappy_core import parsing
from snappy_core.errors import FormatError, SnappyError
from snappy_core.formats import digest, merge_regions, read_regions
from snappy_core.formats.markup import tables_to_markdown
from snappy_core.ingest.jobs import prepare
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.stores import codec
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.testing.stores.samples import assert_same_page
from tests.hostile.contract import check_page
from tests.parsing.pdf.simple_pdf import HEIGHT, WIDTH, line, pdf

ENCODER = FakeEncoder(dim=16)
WORDS = ("Port", "4.85", "Landings", "12,300", "of", "2024", "(t)", "Cod", "-", "Total")


def formats(data):
    """Files of other readers, and tables in HTML."""
    tables_to_markdown(data.decode("utf-8", "replace"))
    with suppress(FormatError):
        for number, supplied in read_regions(data).items():
            assert supplied.number == number
            _check_supplied(supplied)
            size = (supplied.width or 400, supplied.height or 600)
            page = make_page("Tides turn twice a day.", width=size[0], height=size[1])
            with suppress(FormatError):
                _index(merge_regions(page, supplied))


def text_layer(data):
    """Content streams: what a page draws, in any order and place."""
    _read(data.decode("latin-1"))


def tables(data):
    """Words, lines and areas anywhere on a page, five bytes each."""
    drawn = []
    for kind, *place in zip(*[iter(data)] * 5, strict=False):
        x, y, width, height = (byte / 255 for byte in place)
        x, y, width, height = x * WIDTH, y * HEIGHT, width * WIDTH, height * HEIGHT
        if kind % 4 == 0:
            drawn.append(f"{x:.1f} {HEIGHT - y:.1f} m {x + width:.1f} {HEIGHT - y:.1f} l S")
        elif kind % 4 == 1:
            drawn.append(f"{x:.1f} {HEIGHT - y:.1f} m {x:.1f} {HEIGHT - y - height:.1f} l S")
        elif kind % 4 == 2:
            drawn.append(line(f"{x:.1f}", y, WORDS[kind // 4 % len(WORDS)], size=4 + kind // 40))
        else:
            drawn.append(f".8 g {x:.1f} {HEIGHT - y:.1f} {width:.1f} {-height:.1f} re f 0 g")
    _read("\n".join(drawn))


TARGETS = {target.__name__: target for target in (formats, text_layer, tables)}


def _read(content):
    source = Source.from_bytes(pdf(content), "fuzz.pdf")
    with suppress(SnappyError):
        for page in parsing.read(source, ReadingOptions(ocr="never")):
            check_page(page)
            _index(replace(page, renderer=None))


def _index(page):
    """Do to a page what adding it does, and compare it to what is stored."""
    (patches,) = ENCODER.encode_pages([page])
    packed = codec.pack_page(prepare(page, patches))
    assert_same_page(codec.unpack_content(packed.content), page)


def _check_supplied(page):
    """Check the contract of a `SuppliedPage`."""
    boxes = [region.box for region in page.regions] + page.words.boxes.tolist()
    sides = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    assert ((sides >= 0) & (sides <= 1)).all(), "a box off the page"
    assert (sides[:, :2] <= sides[:, 2:]).all(), "a box that is inside out"
    for index, region in enumerate(page.regions):
        assert region.parent is None or region.parent < index, "a region before its parent"
    for size in (page.width, page.height):
        assert size is None or 0 < size < float("inf")
    digest({page.number: page})
