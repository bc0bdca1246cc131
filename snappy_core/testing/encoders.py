"""A test suite for encoders: subclass `EncoderConformance` with a fixture `encoder`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cloudpickle
import numpy as np
import pytest
from numpy.typing import NDArray

from snappy_core.encoders.base import Encoder
from snappy_core.testing import make_page
from snappy_core.types import NO_WORDS, Page, Patches, Query

if TYPE_CHECKING:
    from PIL.Image import Image

QUESTION = "When does the ferry leave the lower harbor?"

MIN_COSINE = 0.999
"""Of vectors that should be equal but come from different batches: int8 models round each batch
on its own scale, and padding changes the order of sums."""


def example_pages() -> list[Page]:
    """Return pages of different shapes and lengths, with renderers."""
    ferry = "The ferry leaves at nine from the lower landing-stage."
    water = "Low water is at six, and the harbor master reads it off the gauge."
    pages = [
        make_page(ferry, water, number=1),
        make_page("Tolls", number=2, width=600, height=300),
        make_page(*[f"{water} {ferry}"] * 6, number=3),
    ]
    return [with_renderer(page) for page in pages]


def with_renderer(page: Page) -> Page:
    """Return the page with a renderer that draws its words as black boxes on white."""

    def draw(dpi: float) -> Image:
        from PIL import Image, ImageDraw

        width, height = round(page.width * dpi / 72), round(page.height * dpi / 72)
        image = Image.new("RGB", (width, height), "white")
        for box in (page.words.boxes * [width, height, width, height]).tolist():
            ImageDraw.Draw(image).rectangle(box, fill="black")
        return image

    return replace(page, renderer=draw)


class EncoderConformance:
    """Tests what an index relies on.

    Example:
        class TestMyEncoder(EncoderConformance):
            @pytest.fixture
            def encoder(self):
                return MyEncoder()
    """

    @pytest.fixture
    def pages(self) -> list[Page]:
        return example_pages()

    def test_has_a_name_and_a_dimension(self, encoder: Encoder) -> None:
        assert isinstance(encoder, Encoder)
        assert isinstance(encoder.name, str)
        assert encoder.name
        assert encoder.dim >= 1

    def test_patches_have_unit_vectors(self, encoder: Encoder, pages: list[Page]) -> None:
        for patches in encoder.encode_pages(pages):
            assert patches.vectors.dtype == np.int8
            assert patches.scales.dtype == np.float32
            assert patches.vectors.shape == (len(patches), encoder.dim)
            lengths = np.linalg.norm(vectors_of(patches), axis=1)
            has_direction = patches.vectors.any(axis=1)  # an empty cell may have none
            assert has_direction.any()
            np.testing.assert_allclose(lengths, has_direction, atol=1e-3)

    def test_patches_are_words_or_a_grid(self, encoder: Encoder, pages: list[Page]) -> None:
        for page, patches in zip(pages, encoder.encode_pages(pages), strict=True):
            assert patches.boxes.dtype == np.float32
            assert ((patches.boxes >= 0) & (patches.boxes <= 1)).all()
            assert (patches.boxes[:, :2] <= patches.boxes[:, 2:]).all()
            assert patches.local.dtype == bool
            if patches.grid is None:
                assert patches.local.all()
                np.testing.assert_array_equal(patches.boxes, page.words.boxes)
            else:  # `Patches` itself checks that the cells are in raster order
                cells = patches.boxes[patches.local].reshape(*patches.grid, 4)
                np.testing.assert_allclose(cells[0, 0, :2], [0, 0], atol=1e-4)
                np.testing.assert_allclose(cells[-1, -1, 2:], [1, 1], atol=1e-4)

    def test_is_deterministic(self, encoder: Encoder, pages: list[Page]) -> None:
        first, second = encoder.encode_pages(pages), encoder.encode_pages(pages)
        for patches, again in zip(first, second, strict=True):
            np.testing.assert_array_equal(patches.vectors, again.vectors)
            np.testing.assert_array_equal(patches.scales, again.scales)
        assert_same_query(encoder.encode_query(QUESTION), encoder.encode_query(QUESTION))

    def test_pages_do_not_depend_on_each_other(self, encoder: Encoder, pages: list[Page]) -> None:
        for page, batched in zip(pages, encoder.encode_pages(pages), strict=True):
            (alone,) = encoder.encode_pages([page])
            assert alone.grid == batched.grid
            np.testing.assert_array_equal(alone.boxes, batched.boxes)
            np.testing.assert_array_equal(alone.local, batched.local)
            cosines = (vectors_of(alone) * vectors_of(batched)).sum(axis=1)
            assert cosines[alone.vectors.any(axis=1)].min() > MIN_COSINE

    def test_no_pages_and_an_empty_page(self, encoder: Encoder) -> None:
        assert encoder.encode_pages([]) == []
        page = with_renderer(Page(1, "1", 400, 600, "pt", NO_WORDS, ()))
        (patches,) = encoder.encode_pages([page])
        assert patches.vectors.shape == (len(patches), encoder.dim)
        assert np.isfinite(patches.scales).all()
        assert patches.grid is not None or len(patches) == 0

    @pytest.mark.parametrize("text", [QUESTION, "what is it", "Gebühr", "n"])
    def test_questions(self, encoder: Encoder, text: str) -> None:
        query = encoder.encode_query(text)
        assert query.text == text
        assert query.vectors.dtype == np.float32
        assert query.vectors.shape == (len(query.tokens), encoder.dim)
        np.testing.assert_allclose(np.linalg.norm(query.vectors, axis=1), 1, atol=1e-4)
        assert all(isinstance(token, str) for token in query.tokens)
        assert query.content_mask.dtype == bool
        assert query.content_mask.any()
        if query.terms is not None:
            assert len(query.terms) == len(query.tokens)
            assert all(term is None or term for term in query.terms)

    @pytest.mark.parametrize("text", ["", " ", "\n\t "])
    def test_an_empty_question_is_an_error(self, encoder: Encoder, text: str) -> None:
        with pytest.raises(ValueError, match="empty"):
            encoder.encode_query(text)

    def test_pickles_for_worker_processes(self, encoder: Encoder, pages: list[Page]) -> None:
        unpickled = cloudpickle.loads(cloudpickle.dumps(encoder))
        assert (unpickled.name, unpickled.dim) == (encoder.name, encoder.dim)
        assert_same_query(unpickled.encode_query(QUESTION), encoder.encode_query(QUESTION))
        encoded, expected = unpickled.encode_pages(pages), encoder.encode_pages(pages)
        for patches, original in zip(encoded, expected, strict=True):
            np.testing.assert_array_equal(patches.vectors, original.vectors)


def vectors_of(patches: Patches) -> NDArray[np.float32]:
    """Return the vectors of patches (n, d) as floats."""
    return np.asarray(patches.vectors * patches.scales[:, None], dtype=np.float32)


def assert_same_query(query: Query, expected: Query) -> None:
    for name in ("text", "tokens", "terms"):
        assert getattr(query, name) == getattr(expected, name), name
    np.testing.assert_array_equal(query.vectors, expected.vectors)
    np.testing.assert_array_equal(query.content_mask, expected.content_mask)
