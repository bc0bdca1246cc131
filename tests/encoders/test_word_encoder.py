"""Words of pages in windows: each gets the vector of its window, equal ones are encoded once."""

import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import Page, Region
from snappy_core.encoders.windows import cut_windows
from snappy_core.encoders.word_encoder import WordEncoder
from snappy_core.types import Words
from snappy_core.vectors import normalize, quantize


class RandomEncoder(WordEncoder):
    """Vectors that depend on all words of a window; keeps what it was asked to encode."""

    name, dim, window = "random", 5, 6

    def __init__(self):
        self.asked = []

    def _count_tokens(self, words):
        return [1] * len(words)

    def _encode(self, texts, *, is_query):
        self.asked += map(tuple, texts)
        return [
            normalize(np.random.default_rng(seed).standard_normal((len(words), 5), np.float32))
            for words in texts
            for seed in [zlib.crc32(" ".join(words).encode())]
        ]


def page_of(paragraphs):
    """A page of paragraphs `(words, section)`."""
    texts, regions = [], []
    for place, (words, section) in enumerate(paragraphs):
        held = tuple(range(len(texts), len(texts) + len(words)))
        regions.append(Region((0, 0, 1, 1), "", held, "paragraph", place, section=section))
        texts += words
    boxes = np.zeros((len(texts), 4), np.float32)
    return Page(1, "1", 300, 500, "pt", Words(tuple(texts), boxes), tuple(regions))


PARAGRAPHS = st.tuples(st.lists(st.sampled_from("ab"), min_size=1, max_size=8),
                       st.sampled_from(["", "a", "a b"]))  # fmt: skip


@given(st.lists(st.lists(PARAGRAPHS, max_size=6).map(page_of), max_size=4))
def test_each_word_has_the_vector_of_its_window(pages):
    encoder, plain = RandomEncoder(), RandomEncoder()
    expected = [np.zeros((len(page.words), 5), np.float32) for page in pages]
    windows = set()
    for window in cut_windows(pages, plain._count_tokens, plain.window):
        words = tuple(pages[window.page].words.texts[word] for word in window.words)
        (vectors,) = plain._encode([window.context + words], is_query=False)
        expected[window.page][list(window.words)] = vectors[len(window.context) :]
        windows.add((window.context, words))
    for patches, vectors in zip(encoder.encode_pages(pages), expected, strict=True):
        codes, scales = quantize(vectors)
        np.testing.assert_array_equal(patches.vectors, codes)
        np.testing.assert_array_equal(patches.scales, scales)
    assert len(encoder.asked) == len(windows)


def test_running_heads_are_encoded_once():
    pages = [page_of([(["Tide", "tables"], ""), ([f"w{n}"], "")]) for n in range(3)]
    encoder = RandomEncoder()
    encoder.encode_pages(pages)
    assert sorted(encoder.asked) == [("Tide", "tables"), ("w0",), ("w1",), ("w2",)]
