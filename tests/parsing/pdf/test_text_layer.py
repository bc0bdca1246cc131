"""How words look: their font, color and weight."""

import io

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core.parsing.pdf.text_layer import read_text_layer
from tests.parsing.pdf.simple_pdf import line, pdf, stream


def layer_of(*words):
    """The text layer of words `(font, size, color, text)`, each on a line of its own."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(400, 300))
    for row, (font, size, color, text) in enumerate(words):
        canvas.setFont(font, size)
        canvas.setFillColor(color)
        canvas.drawString(30, 250 - 40 * row, text)
    canvas.save()
    with pypdfium2.PdfDocument(file.getvalue()) as document:
        return read_text_layer(document[0])[0]


def test_words_of_one_font_and_color_share_a_style_at_any_size():
    layer = layer_of(
        ("Helvetica", 10, "black", "ferry"),
        ("Helvetica", 20, "black", "pier"),
        ("Helvetica-Oblique", 10, "black", "mole"),
        ("Helvetica", 10, "red", "buoy"),
        ("Helvetica", 10, "black", "lock"),
    )
    assert layer.styles.tolist() == [0, 0, 1, 2, 0]


def test_fonts_whose_names_say_so_are_bold():
    layer = layer_of(("Helvetica-Bold", 10, "black", "ferry"), ("Helvetica", 10, "black", "pier"))
    assert layer.bold.tolist() == [True, False]


@pytest.mark.parametrize(
    ("halves", "text"), [("D842DFB7", "\U00020bb7b"), ("D842", "b"), ("DFB7", "\ufffdb")]
)
def test_characters_beyond_16_bits_come_in_halves(halves, text):
    cmap = stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def"
        " 1 begincodespacerange <00> <FF> endcodespacerange"
        f" 2 beginbfchar <41> <{halves}> <42> <0062> endbfchar endcmap end end"
    )
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica /ToUnicode 10 0 R>>"
    content = line(50, 60, "AB", font="G")
    data = pdf(content, objects=(cmap, font), fonts="/G 11 0 R")
    with pypdfium2.PdfDocument(data) as document:
        assert read_text_layer(document[0])[0].texts == (text,)
