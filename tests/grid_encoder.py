"""A stand-in for a vision encoder: a grid of patches that knows the words lying in each cell."""

import numpy as np

from snappy_core.quantization import normalize, quantize
from snappy_core.testing import FakeEncoder
from snappy_core.types import Patches, Query

ROWS, COLUMNS = 7, 5


class GridEncoder:
    """Gives every page 7 x 5 patches, the mean of the words whose centre lies in each.

    Before them comes a global patch, the mean of all words, which is not local.
    """

    name = "grid-1"
    dim = 64

    def __init__(self):
        self._words = FakeEncoder(self.dim)

    def encode_pages(self, pages):
        return list(map(self._encode, pages, self._words.encode_pages(pages)))

    def encode_query(self, text):
        """Return tokens that all weigh the same, as those of ColPali."""
        query = self._words.encode_query(text)
        return Query(query.text, query.vectors, query.tokens, query.speaks)

    def _encode(self, page, words):
        vectors = words.vectors * words.scales[:, None]
        x, y = (words.boxes[:, :2] + words.boxes[:, 2:]).T / 2
        cell = np.int64(y * ROWS) * COLUMNS + np.int64(x * COLUMNS)
        sums = np.zeros((ROWS * COLUMNS + 1, self.dim), dtype=np.float32)
        sums[0] = vectors.sum(axis=0)
        np.add.at(sums, cell + 1, vectors)
        row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
        corners = [column / COLUMNS, row / ROWS, (column + 1) / COLUMNS, (row + 1) / ROWS]
        boxes = np.concatenate([[[0, 0, 1, 1]], np.stack(corners, axis=1)]).astype(np.float32)
        local = np.arange(len(sums)) > 0
        return Patches(*quantize(normalize(sums)), boxes, local, (ROWS, COLUMNS))
