"""How words look: their font, color and weight."""

import io

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from snappy_core.parsing.pdf.text_layer import read_text_layer


def layer_of(*words):
    """The text layer of words `(font, size, color, text)`, each on a line of its own."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(400, 300))
    for line, (font, size, color, text) in enumerate(words):
        canvas.setFont(font, size)
        canvas.setFillColor(color)
        canvas.drawString(30, 250 - 40 * line, text)
    canvas.save()
    with pypdfium2.PdfDocument(stream.getvalue()) as document:
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
