"""Words that are drawn twice, and words that only look so."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.pdf.duplicates import drop_duplicates
from snappy_core.parsing.text import TextLayer

WIDTH, HEIGHT = 600, 800


def layer_of(*words):
    """Words as (text, left, top, font size), in points; each is as wide as its size."""
    boxes = np.array(
        [
            (x / WIDTH, y / HEIGHT, (x + size) / WIDTH, (y + size) / HEIGHT)
            for _, x, y, size in words
        ],
        np.float32,
    ).reshape(-1, 4)
    count = len(words)
    nothing = np.zeros(count, dtype=bool)
    return TextLayer(
        tuple(word[0] for word in words), boxes, boxes, np.array([w[3] for w in words], np.float32),
        nothing, np.zeros(count, np.int32), np.zeros(count, np.int8), nothing, nothing,
    )  # fmt: skip


def test_a_word_drawn_again_a_little_aside_is_read_once():
    drawn = layer_of(("Tide", 100, 200, 12), ("low", 130, 200, 12), ("Tide", 100.6, 200.4, 12))
    assert drop_duplicates(drawn, WIDTH, HEIGHT).texts == ("Tide", "low")


def test_equal_words_of_other_sizes_stay():
    # In units of their sizes both stand in the same place.
    drawn = layer_of(("of", 90, 180, 9), ("of", 108, 216, 10.8))
    assert len(drop_duplicates(drawn, WIDTH, HEIGHT)) == 2


places = st.tuples(st.integers(0, 40), st.integers(0, 50), st.sampled_from([6.0, 9.0, 10.8, 12.0]))


@given(st.lists(places, unique_by=lambda place: place[:2], max_size=30))
def test_words_apart_are_never_dropped(drawn):
    layer = layer_of(*(("of", 14 * column, 15 * row, size) for column, row, size in drawn))
    assert len(drop_duplicates(layer, WIDTH, HEIGHT)) == len(drawn)
