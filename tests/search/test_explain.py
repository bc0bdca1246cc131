from dataclasses import replace

import numpy as np
import pytest

from snappy_core import PageUnavailableError, RegionIndex
from snappy_core.scoring.idf import term
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder, FakeGridEncoder, make_page
from snappy_core.types import Page, Region
from tests.search.test_engine import fill

QUESTION = "Where do ships wait?"
PAPERS = {
    "sea": [
        ["Spring tides rise high.", "The harbour wall keeps them out."],
        ["Neap tides rise little.", "Ships wait outside the harbour."],
    ],
    "sky": [["The moon pulls the sea."]],
}


@pytest.fixture
def index():
    return fill(MemoryStore(), FakeEncoder(), PAPERS)


@pytest.fixture
def hit(index):
    return index.search(QUESTION)[0]


@pytest.fixture
def grid_hit():
    """An index of a vision encoder and a hit in it."""
    page = make_page("moon " * 72, "tide " * 4 + "wind " * 2)
    index = fill(MemoryStore(), FakeGridEncoder(), {"a": [page]})
    return index, index.search("wind moon", scoring="maxsim")[0]


PAGE_WORDS = make_page(*PAPERS["sea"][1], number=2).words.texts


class TestHeatMap:
    def test_is_hottest_where_the_question_stands(self, index, hit):
        found = index.heatmap(hit)
        words = make_page(*PAPERS["sea"][1], number=2).words
        assert (found.query, found.document_id, found.page_number) == (QUESTION, "sea", 2)
        assert found.grid is None
        np.testing.assert_array_equal(found.boxes, words.boxes)
        assert found.values.shape == (9,)
        hot = np.flatnonzero(found.values > 0.9)
        assert [words.texts[word] for word in hot] == ["Ships", "wait"]

    def test_is_the_best_of_the_tokens_that_speak(self, index, hit):
        tokens = [index.heatmap(hit, token).values for token in ("ships", "wait?")]
        content = np.array([term(word) is not None for word in PAGE_WORDS])
        values = index.heatmap(hit).values
        np.testing.assert_array_equal(values[content], np.max(tokens, axis=0)[content])
        assert set(values[~content]) <= {np.max(tokens, axis=0).min()}  # stop words do not glow

    @pytest.mark.parametrize(("token", "word"), [("ships", "Ships"), (3, "wait"), (-1, "wait")])
    def test_of_one_token(self, index, hit, token, word):
        page = make_page(*PAPERS["sea"][1], number=2)
        found = index.heatmap(hit, token)
        assert page.words.texts[int(found.values.argmax())] == word

    @pytest.mark.parametrize("token", ["moon", "Ships", 4, -5, 1.5, ""])
    def test_of_a_token_that_is_not_there(self, index, hit, token):
        with pytest.raises(ValueError, match=r"not in the question: \['Where', 'do', 'ships',"):
            index.heatmap(hit, token)

    def test_of_a_grid_has_only_local_patches(self, grid_hit):
        index, hit = grid_hit
        found = index.heatmap(hit, "wind")
        assert found.grid == (7, 5)
        assert found.values.shape == (35,)
        row, column = divmod(int(found.values.argmax()), 5)
        assert (row, column) == (3, 3)  # both winds: x .62 to .80, y .44 to .46
        np.testing.assert_allclose(found.boxes[18], [3 / 5, 3 / 7, 4 / 5, 4 / 7], atol=1e-6)


class TestExplain:
    def test_says_what_each_token_matched(self, index, hit):
        where, do, ships, wait = index.explain(hit)
        assert [m.token for m in (where, do, ships, wait)] == ["Where", "do", "ships", "wait?"]
        assert (ships.match, wait.match) == ("Ships", "wait")
        assert ships.similarity == pytest.approx(1, abs=1e-4)
        words = make_page(*PAPERS["sea"][1], number=2).words
        assert ships.box == tuple(words.boxes[words.texts.index("Ships")].tolist())
        assert (ships.page_match, ships.page_box) == (ships.match, ships.box)
        assert where.weight == do.weight == 0

    def test_looks_beyond_the_region(self, index):
        other = next(h for h in index.search(QUESTION, k=9) if h.region_id == "sea#p2r0")
        ships = index.explain(other)[2]
        assert ships.similarity < 0.7
        assert ships.match in other.region.text.split()
        assert (ships.page_match, ships.page_similarity) == ("Ships", pytest.approx(1, abs=1e-4))

    def test_adds_up_to_the_scores(self, index):
        question = "Where do spring tides meet the harbour wall?"
        for hit in index.search(question, k=9, scoring="maxsim"):
            matches = index.explain(hit, scoring="maxsim")
            assert sum(m.weight for m in matches) == pytest.approx(1, abs=1e-6)
            region = sum(m.weight * m.similarity for m in matches)
            page = sum(m.weight * m.page_similarity for m in matches)
            assert region == pytest.approx(hit.region_score, abs=1e-6)
            assert page == pytest.approx(hit.page_score, abs=1e-6)
            assert sum(m.page_similarity for m in matches) == pytest.approx(
                hit.page_maxsim, abs=1e-5
            )
            assert matches.shares["region"] == pytest.approx(2 / 3 * hit.region_score, abs=1e-6)
            assert matches.shares["page"] == pytest.approx(1 / 3 * hit.page_score, abs=1e-6)

    def test_the_shares_of_all_signals_sum_to_the_score(self, index):
        for hit in index.search("Where do spring tides meet the harbour wall?", k=9):
            shares = index.explain(hit).shares
            assert {"words", "passage", "page words", "page passage"} == set(shares)
            assert sum(shares.values()) == pytest.approx(hit.score, abs=1e-6)

    def test_adds_up_on_a_grid(self, grid_hit):
        index, hit = grid_hit
        matches = index.explain(hit)
        assert [m.weight for m in matches] == [0.5, 0.5]
        region = sum(m.weight * m.similarity for m in matches)
        page = sum(m.weight * m.page_similarity for m in matches)
        assert region == pytest.approx(hit.region_score, abs=1e-6)
        assert page == pytest.approx(hit.page_score, abs=1e-6)
        assert all(m.match == "" and m.box is not None for m in matches)

    def test_adds_up_for_a_region_that_holds_one_smaller_than_a_patch(self):
        """The parent is judged by the patch of its child, of which neither covers half."""
        page = make_page("moon " * 12, "wind " * 6)
        large = Region((0.1, 0.05, 0.65, 0.16), "", (), "table", 0)  # a quarter of column 3
        small = Region((0.61, 0.06, 0.64, 0.08), "", (), "table_row", 1, parent=0)
        page = replace(page, regions=(large, small))
        index = fill(MemoryStore(), FakeGridEncoder(), {"a": [page]})
        for label in ("table", "table_row"):
            (hit,) = index.search("moon", scoring="maxsim", filter={"region_label": label})
            region = sum(m.weight * m.similarity for m in index.explain(hit))
            assert region == pytest.approx(hit.region_score, abs=1e-6), label

    def test_a_region_without_patches(self):
        page = make_page("Tides rise", "Moon")
        figure = page.regions[1].__class__((0.5, 0.6, 0.9, 0.8), "", (), "figure", 1)
        drawn = Page(1, "1", 400, 600, "pt", page.words, (page.regions[0], figure))
        index = fill(MemoryStore(), FakeEncoder(), {"a": [drawn]})
        hits = index.search("tides moon", filter={"region_label": "figure"})
        assert hits[0].region_score == 0
        for match in index.explain(hits[0]):
            assert (match.similarity, match.match, match.box) == (0, "", None)
            assert match.page_similarity > 0.9


@pytest.mark.parametrize("ask", [RegionIndex.heatmap, RegionIndex.explain, RegionIndex.page_image])
class TestStaleHits:
    def test_document_deleted(self, index, hit, ask):
        index.delete("sea")
        with pytest.raises(PageUnavailableError, match=r"sea, page 2: no longer in the index"):
            ask(index, hit)

    def test_page_gone(self, index, hit, ask):
        fill(index._store, FakeEncoder(), {"sea": PAPERS["sea"][:1]})
        with pytest.raises(PageUnavailableError, match=r"sea, page 2: no longer in the index"):
            ask(index, hit)

    def test_page_reads_otherwise(self, index, hit, ask):
        """Its words are not where they were: an explanation would be of something else."""
        fill(index._store, FakeEncoder(), {"sea": [PAPERS["sea"][0], ["Short."]]})
        with pytest.raises(PageUnavailableError, match=r"as it was found; search again"):
            ask(index, hit)


def test_a_document_indexed_again_as_it_was_is_not_stale(index, hit):
    before = index.explain(hit)
    fill(index._store, FakeEncoder(), {"sea": PAPERS["sea"]})
    assert index.explain(hit) == before
