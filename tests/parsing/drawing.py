"""Pages drawn for OCR: text off the diagonal, on a sheet that is not square."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from snappy_core import Source

WIDTH, HEIGHT = 620, 880
LINES = (
    (60, 120, "Harbour dues rose again in March."),
    (60, 160, "Every boat now pays forty crowns."),
    (250, 620, "Signed by the clerk."),
)
WORDS = " ".join(line for _, _, line in LINES).split()


def sheet(lines=LINES, size=(WIDTH, HEIGHT), letters=28, font=None):
    """A white page, gray, with lines of text at (x, y) of their upper left corner."""
    picture = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(picture), font or ImageFont.load_default(letters)
    for x, y, line in lines:
        draw.text((x, y), line, fill=0, font=font)
    return picture


def drawn_boxes(lines=LINES, letters=28):
    """Each word with the box of its ink in pixels, as `sheet` draws it."""
    font = ImageFont.load_default(letters)
    for x, y, line in lines:
        words = line.split()
        for i, word in enumerate(words):
            start = x + font.getlength("".join(f"{before} " for before in words[:i]))
            alone = sheet([(start, y, word)], letters=letters)
            yield word, np.array(ImageOps.invert(alone).getbbox())


def turned(box, angle):
    """A box of the sheet in pixels after the sheet was turned clockwise by `angle`."""
    x0, y0, x1, y1 = box
    return {
        0: (x0, y0, x1, y1),
        90: (HEIGHT - y1, x0, HEIGHT - y0, x1),
        180: (WIDTH - x1, HEIGHT - y1, WIDTH - x0, HEIGHT - y0),
        270: (y0, WIDTH - x1, y1, WIDTH - x0),
    }[angle]


def encode(picture, kind, **options):
    """The bytes of a picture in a format."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def source(picture, kind="PNG", **options):
    """A picture as a document in memory."""
    return Source.from_bytes(encode(picture, kind, **options), f"page.{kind.lower()}")


def skewed(picture, degrees):
    """A picture turned clockwise by some degrees, on white paper that has room for all of it."""
    return picture.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
