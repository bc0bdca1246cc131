"""Upright pages of given words, without reading a file."""

import numpy as np

from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.text import TextLayer


def make_layer(texts, boxes, sizes=10, bold=False):
    """The text layer of words with boxes in page fractions; `sizes`, `bold` of each or of all.

    A word that ends in a hyphen goes on in the next line.
    """
    n = len(texts)
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    none = np.zeros(n, bool)
    hyphens = np.array([len(text) > 1 and text.endswith("-") for text in texts], bool)
    return TextLayer(
        tuple(texts), boxes, boxes, np.broadcast_to(np.float32(sizes), n),
        np.broadcast_to(bold, n), np.broadcast_to(np.int32(bold), n), none.astype(np.int8),
        hyphens, none,
    )  # fmt: skip


def make_page(texts=(), boxes=None, sizes=10, bold=False, size=(400, 600), **drawings):
    """A page of words with boxes in points, which do not matter if there are none."""
    boxes = np.zeros((len(texts), 4)) if boxes is None else boxes
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    layer = make_layer(texts, boxes / np.float32([*size, *size]), sizes, bold)
    return UprightPage(layer, 0, *size, boxes, boxes, **drawings)


def page_of_rows(*rows, size=10):
    """A page of rows `(x, y, text)`, y the top of the line; letters are half as wide as high."""
    texts, boxes = [], []
    for x, y, row in rows:
        for word in row.split():
            texts.append(word)
            boxes.append((x, y, x + size / 2 * len(word), y + size))
            x += size / 2 * (len(word) + 0.6)
    return make_page(texts, boxes, size)
