"""Upright pages of given words, without reading a file."""

import numpy as np

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.upright_page import UprightPage

NO_RULING_LINES = RulingLines()


def make_page(
    texts=(), boxes=None, sizes=10, bold=False, ruling_lines=NO_RULING_LINES, areas=(),
    size=(400, 600),
):  # fmt: skip
    """A page of words in points; `sizes` and `bold` of each word or of all."""
    n = len(texts)
    array = np.zeros((n, 4)) if boxes is None else boxes
    array = np.array(array, np.float32).reshape(-1, 4)
    return UprightPage(
        0, *size, tuple(texts), array, array,
        np.broadcast_to(np.float32(sizes), n), np.broadcast_to(bold, n), np.zeros(n, bool),
        np.ones(n, bool), ruling_lines, tuple(areas),
    )  # fmt: skip
