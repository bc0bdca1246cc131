"""Other scripts come through reading, layout, index and output as they are written."""

import io
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from snappy_core import RegionIndex, Source
from snappy_core.parsing import read
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.text import TextLayer
from snappy_core.search.context import assemble
from snappy_core.testing import FakeEncoder

HEBREW = ("שומר הסכר רושם כל סירה שעוברת בתעלה", "בסוף החודש הפנקס נשלח למשרד הנמל")
ARABIC = ("يسجل حارس القناة كل قارب يمر",)
RUSSIAN = ("Смотритель шлюза записывает каждую лодку,", "которая проходит по каналу в течение дня.")
GREEK = ("Ο φύλακας καταγράφει κάθε βάρκα",)


@pytest.fixture(scope="module")
def ledger():
    """A page with a paragraph of each script, set as PDF writers do: glyphs from left to right."""
    matplotlib = pytest.importorskip("matplotlib", reason="it brings a font with all the letters")
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    pdfmetrics.registerFont(TTFont("DejaVu", str(font)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 600))
    canvas.setFont("DejaVu", 11)
    y = 550
    for lines in (HEBREW, ARABIC, RUSSIAN, GREEK):
        for line in lines:
            if lines in (HEBREW, ARABIC):
                canvas.drawRightString(360, y, line[::-1])
            else:
                canvas.drawString(40, y, line)
            y -= 14
        y -= 30
    canvas.save()
    return Source.from_bytes(out.getvalue(), "ledger.pdf")


def test_paragraphs_of_other_scripts_are_read_in_their_order(ledger):
    (page,) = read(ledger)
    texts = [" ".join(lines) for lines in (HEBREW, ARABIC, RUSSIAN, GREEK)]
    assert [region.text for region in page.regions] == texts
    assert {region.label for region in page.regions} <= {"paragraph", "heading", "list_item"}


def test_words_from_right_to_left_keep_their_places(ledger):
    (page,) = read(ledger)
    first, second = (page.words.texts.index(word) for word in HEBREW[0].split()[:2])
    assert second == first + 1
    assert page.words.boxes[first, 0] > page.words.boxes[second, 2]


def test_they_are_found_and_written_out(ledger):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(ledger).raise_failed()
        (hit,) = index.search("סירה שעוברת", k=1)
        assert hit.region.text == " ".join(HEBREW)
        assert " ".join(HEBREW) in assemble([hit]).text
        assert index.search("каждую лодку", k=1)[0].region.text == " ".join(RUSSIAN)


def test_chinese_is_joined_without_spaces():
    rows = ("水闸管理员记录每条船的名字和", "吃水深度,以及时间。", "Ledger 水闸")
    texts = tuple(word for row in rows for word in row.split())
    boxes = [(0.1, 0.1, 0.8, 0.13), (0.1, 0.14, 0.79, 0.17), (0.1, 0.18, 0.3, 0.21)]
    boxes.append((0.32, 0.18, 0.75, 0.21))
    array = np.array(boxes, np.float32)
    none = np.zeros(4, bool)
    sizes = np.full(4, 15, np.float32)
    layer = TextLayer(
        texts, array, array, sizes, none, none.astype(np.int32), none.astype(np.int8), none, none
    )
    _, (region,), _ = find_regions(layer, 400, 600, Drawings())
    assert region.text == "水闸管理员记录每条船的名字和吃水深度,以及时间。 Ledger 水闸"
