"""Chinese and Japanese in columns: read from top to bottom, the rightmost column first."""

import numpy as np
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from snappy_core import Source
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.pdf.document import PDFIUM, load_page, open_pdf
from snappy_core.parsing.pdf.text_layer import read_text_layer
from snappy_core.parsing.vertical_writing import are_columns

COLUMNS = ("港湾委員会は火曜日に開かれた", "浚渫船は九週間を要するという", "費用は四十一万")


@pytest.fixture
def text_layer(tmp_path):
    """The words of a page on which each letter stands at its own place."""

    def read(places):
        path = str(tmp_path / "page.pdf")
        pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
        canvas = Canvas(path, pagesize=(400, 600))
        canvas.setFont("HeiseiMin-W3", 14)
        for x, y, letter in places:
            canvas.drawString(x, y, letter)
        canvas.save()
        source = Source.from_path(path)
        with PDFIUM, open_pdf(source) as document:
            return read_text_layer(load_page(document, 1, source))[0]

    return read


def places(step_x, step_y, line_x, line_y):
    return [
        (300 + line * line_x + i * step_x, 500 + line * line_y + i * step_y, letter)
        for line, column in enumerate(COLUMNS)
        for i, letter in enumerate(column)
    ]


def test_columns_are_read_downward_from_the_right(text_layer):
    layer = text_layer(places(0, -15, -24, 0))
    assert set(layer.turns.tolist()) == {1}
    shuffled = layer.take(np.argsort(layer.boxes[:, 0], kind="stable"))  # the leftmost first
    words, regions, _ = find_regions(shuffled, 400, 600, Drawings())
    assert "".join(words.texts) == "".join(COLUMNS)
    assert "".join(region.text for region in regions) == "".join(COLUMNS)
    assert np.diff(layer.lines[:, [0, 2]]) * 400 == pytest.approx(14, abs=0.1)


def test_rows_are_read_as_ever(text_layer):
    layer = text_layer([(x - 250, y, letter) for x, y, letter in places(15, 0, 0, -24)])
    assert set(layer.turns.tolist()) == {0}
    words, _, _ = find_regions(layer, 400, 600, Drawings())
    assert "".join(words.texts) == "".join(COLUMNS)


@pytest.mark.parametrize(
    ("texts", "sizes", "expected"),
    [
        (["港湾委員会", "費", "12"], [[14, 75], [14, 14], [14, 9]], [True, True, True]),
        (["港湾委員会", "費", "12"], [[75, 14], [14, 14], [14, 9]], [False, False, False]),
        (["港湾", "委員会は火曜日"], [[14, 30], [98, 14]], [True, False]),  # a label beside rows
        (["港湾", "会", "委員会は火曜日"], [[14, 30], [14, 14], [98, 14]], [True, False, False]),
        (["Osaka", "東"], [[9, 60], [14, 14]], [False, False]),  # Latin letters say nothing
        ([], [], []),
    ],
)
def test_letters_below_each_other_make_a_column(texts, sizes, expected):
    assert are_columns(texts, np.array(sizes, float).reshape(-1, 2)).tolist() == expected
