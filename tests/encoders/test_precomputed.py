"""An index of page vectors computed elsewhere, from arrays to heat maps."""

import numpy as np
import pytest

from snappy_core import IndexMismatchError, RegionIndex, Source, Workers, parsing
from snappy_core.boxes import as_boxes, intersection
from snappy_core.encoders import Encoder
from snappy_core.encoders.grids import tiled
from snappy_core.encoders.precomputed import (
    PrecomputedEncoder,
    patches_from_embeddings,
    query_from_embeddings,
)
from snappy_core.testing import FakeGridEncoder
from snappy_core.vectors import normalize

ROWS, COLUMNS = 9, 6
MODEL = FakeGridEncoder(ROWS, COLUMNS)
MASK = np.arange(ROWS * COLUMNS + 1) > 0
QUESTION = "Where is the appendix?"
PARAGRAPHS = {"region_label": "paragraph"}


def arrays(path):
    """Vectors of a document by another model: floats of any length."""
    pages = list(parsing.read(Source.from_path(str(path))))
    return [3.5 * p.vectors * p.scales[:, None] for p in MODEL.encode_pages(pages)]


def ask(text):
    query = MODEL.encode_query(text)
    return query_from_embeddings(text, 2 * query.vectors, query.tokens)


@pytest.fixture
def encoder():
    return PrecomputedEncoder("their-model", MODEL.dim, ask)


@pytest.fixture
def paper(data):
    return data / "page_labels.pdf"


def pages_of(path):
    """Patches of the pages of a document; cells without any word get a vector of their own."""
    return [
        patches_from_embeddings(_filled(array), (ROWS, COLUMNS), MASK) for array in arrays(path)
    ]


def _filled(array):
    rng = np.random.default_rng(7)
    blank = ~array.any(axis=1)
    array = array.copy()
    array[blank] = rng.standard_normal((int(blank.sum()), array.shape[1]))
    return array


class TestPatches:
    def test_are_cells_in_raster_order_then_other_tokens(self):
        rng = np.random.default_rng(1)
        vectors = 40 * rng.standard_normal((8, 5))
        mask = [True, True, False, True, True, True, True, False]
        page = patches_from_embeddings(vectors, grid=(2, 3), image_mask=mask)
        assert page.local.tolist() == [True] * 6 + [False] * 2
        assert page.grid == (2, 3)
        np.testing.assert_allclose(page.boxes[2], [2 / 3, 0, 1, 0.5], atol=1e-6)
        assert page.boxes[6].tolist() == page.boxes[7].tolist() == [0, 0, 1, 1]
        made = page.vectors * page.scales[:, None]
        np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
        ordered = vectors[[0, 1, 3, 4, 5, 6, 2, 7]]
        ordered /= np.linalg.norm(ordered, axis=1, keepdims=True)
        np.testing.assert_allclose(made, ordered, atol=0.01)

    def test_of_a_family_that_cuts_the_page_into_tiles(self):
        """Tile by tile, then a thumbnail, behind a special token: the cells are put in order."""
        truth = tiled(7 * 64, (3, 2), 64)  # a page of 600 x 900
        vectors = np.random.default_rng(2).standard_normal((1 + 7 * 64, 16))
        mask = np.arange(len(vectors)) > 0
        page = patches_from_embeddings(
            vectors, image_mask=mask, family="ColSmol", page_size=(600, 900)
        )
        assert page.grid == (24, 16)
        assert page.local.sum() == 6 * 64
        assert not page.local[6 * 64 :].any()
        expected = normalize(vectors[1:].astype(np.float32))[truth.order]
        found = page.vectors[: 7 * 64] * page.scales[: 7 * 64, None]
        np.testing.assert_allclose(found, expected, atol=0.02)
        np.testing.assert_array_equal(page.boxes[: 7 * 64], truth.boxes)

    def test_need_a_grid_or_a_family(self):
        for options in ({}, {"grid": (2, 2), "family": "ColPali"}):
            with pytest.raises(ValueError, match="pass either the grid or the family"):
                patches_from_embeddings(np.eye(4), **options)

    @pytest.mark.parametrize("kind", [np.float16, np.float64, np.int16])
    def test_of_any_numbers(self, kind):
        page = patches_from_embeddings(np.arange(1, 13).reshape(6, 2).astype(kind), (3, 2))
        assert len(page) == 6

    @pytest.mark.parametrize(
        ("vectors", "grid", "mask", "message"),
        [
            (np.ones((6, 4)), (2, 4), None, r"6 image vectors do not fill a grid of 2 rows x 4"),
            (np.ones((6, 4)), (0, 4), None, "a grid of 0 rows x 4 columns has no cell"),
            (np.ones((7, 4)), (2, 3), [True] * 7, "7 image vectors do not fill"),
            (np.ones((7, 4)), (2, 3), [True] * 6, r"7 vectors but an image_mask of shape \(6,\)"),
            (np.ones(6), (2, 3), None, r"shape \(n, d\), not \(6,\)"),
            (np.ones((1, 6, 4)), (2, 3), None, r"shape \(n, d\), not \(1, 6, 4\)"),
            (np.ones((0, 4)), (2, 3), None, r"shape \(n, d\), not \(0, 4\)"),
            (np.arange(24).reshape(6, 4) // 4 - 3, (2, 3), None, "1 of 6 .* the first is number 3"),
            ([[1, 2], [np.nan, 2], [np.inf, 1]], (1, 3), None, "2 of 3 .* first is number 1"),
        ],
    )
    def test_invalid_values(self, vectors, grid, mask, message):
        with pytest.raises(ValueError, match=message):
            patches_from_embeddings(vectors, grid, mask)


class TestQuery:
    def test_has_vectors_of_length_one_and_no_terms(self):
        query = query_from_embeddings("net debt", [[3, 4], [0, 2]])
        np.testing.assert_allclose(query.vectors, [[0.6, 0.8], [0, 1]], atol=1e-6)
        assert query.tokens == ("0", "1")
        assert query.content_mask.all()
        assert query.terms is None

    @pytest.mark.parametrize(
        ("vectors", "options", "message"),
        [
            ([[0, 0]], {}, "1 of 1 vectors are zero"),
            ([[np.nan, 0]], {}, "not finite"),
            ([1, 2], {}, r"shape \(n, d\)"),
            ([[1, 2]], {"tokens": ["a", "b"]}, "1 query vectors, 2 tokens"),
            ([[1, 2]], {"content_mask": [True, True]}, "same length"),
            ([[1, 2]], {"content_mask": [False]}, "no token of the question carries"),
        ],
    )
    def test_invalid_values(self, vectors, options, message):
        with pytest.raises(ValueError, match=message):
            query_from_embeddings("?", vectors, **options)


class TestEncoder:
    def test_is_an_encoder(self, encoder):
        assert isinstance(encoder, Encoder)
        assert encoder.encode_query("page").vectors.shape == (1, MODEL.dim)

    def test_questions_of_another_length(self):
        encoder = PrecomputedEncoder("their-model", 96, ask)
        with pytest.raises(ValueError, match="has 96 dimensions, but its question vectors have 64"):
            encoder.encode_query("page")
        with pytest.raises(ValueError, match="dim must be at least 1"):
            PrecomputedEncoder("their-model", 0, ask)

    def test_cannot_encode_pages(self, encoder, paper):
        index = RegionIndex(encoder=encoder)
        with pytest.raises(ValueError, match=r"their-model cannot encode .* supply .* `patches`"):
            index.add(paper)
        assert index.documents() == []


class TestIndex:
    @pytest.mark.parametrize("executor", [None, Workers(1)])
    def test_finds_what_the_model_finds(self, encoder, paper, tmp_path, executor):
        with RegionIndex.open(tmp_path / "a.snappy", encoder) as index:
            report = index.add_document(paper, patches=pages_of(paper), executor=executor)
            assert len(report.added) == 1
            hits = index.search(QUESTION, k=3, filter=PARAGRAPHS)
            assert hits[0].region.text == "This is an appendix."
        direct = RegionIndex(encoder=MODEL)
        direct.add(paper)
        expected = direct.search(QUESTION, k=3, filter=PARAGRAPHS)
        assert hits[0].region_id == expected[0].region_id
        assert hits[0].score == pytest.approx(expected[0].score, abs=0.2)  # blank cells differ

    def test_has_heat_maps(self, encoder, paper):
        index = RegionIndex(encoder=encoder)
        index.add_document(paper, patches=pages_of(paper))
        hit = index.search(QUESTION, filter=PARAGRAPHS)[0]
        heat = index.heatmap(hit, "appendix?")
        assert heat.grid == (ROWS, COLUMNS)
        hottest = heat.boxes[[heat.values.argmax()]]
        assert intersection(as_boxes([hit.region.box]), hottest) > 0
        assert len(index.explain(hit)) == len(QUESTION.split())

    def test_equal_patches_are_unchanged_and_others_replace_them(self, encoder, paper):
        index = RegionIndex(encoder=encoder)
        made = pages_of(paper)
        index.add_document(paper, patches=made)
        assert index.add_document(paper, patches=made).unchanged
        assert index.add_document(paper, patches=made[::-1]).added
        assert len(index.documents()) == 1

    def test_beside_documents_that_the_encoder_reads(self, paper, data):
        index = RegionIndex(encoder=MODEL)
        index.add_document(paper, patches=pages_of(paper))
        index.add(data / "table.pdf")
        assert len(index.documents()) == 2
        hit = index.search("Brae", k=1, filter={"region_label": "table"})[0]
        assert hit.source == (data / "table.pdf").as_posix()

    def test_patches_that_do_not_fit_the_document(self, encoder, paper, data):
        index = RegionIndex(encoder=encoder)
        made = pages_of(paper)
        with pytest.raises(ValueError, match=r"page_labels\.pdf has 4 pages, but patches of 3"):
            index.add_document(paper, patches=made[:-1])
        with pytest.raises(ValueError, match=r"holds \d+ documents"):
            index.add_document(data, patches=made)
        other = [patches_from_embeddings(np.ones((2, 32)), (1, 2)) for _ in made]
        with pytest.raises(ValueError, match=r"page 1 have 32 dimensions, .* their-model has 64"):
            index.add_document(paper, patches=other)
        assert index.documents() == []

    def test_a_document_that_cannot_be_read_is_reported(self, encoder, data):
        report = RegionIndex(encoder=encoder).add_document(data / "truncated.pdf", patches=[])
        assert len(report.failed) == 1

    def test_searches_only_with_its_encoder(self, encoder, tmp_path):
        path = tmp_path / "a.snappy"
        RegionIndex.open(path, encoder).close()
        with (
            RegionIndex.open(path) as index,
            pytest.raises(
                IndexMismatchError, match=r"their-model \(64 dimensions\), .* give it as"
            ),
        ):
            index.search("tides")
