"""Two encoders, an index for each: ranks are fused by region."""

from collections import Counter

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.fused_search import FusedSearch
from snappy_core.search.context import estimate_tokens
from snappy_core.search.page_references import PageReference
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder, FakeGridEncoder
from tests.search.printed import FIRST, SECOND, harbor, print_pages
from tests.search.test_engine import fill, ids

__all__ = ["harbor"]

QUESTION = "Which boats wait in the harbour?"
TEXTS = [
    "Boats wait outside the harbour wall today.",
    "The harbour wall keeps high water out.",
    "Which ferry leaves in the morning?",
    "Boats of the fishers land herring here.",
]
PAGES = [[f"{text} Page {page}, {row}." for row, text in enumerate(TEXTS)] for page in range(5)]


class ReversedEncoder(FakeEncoder):
    """Another encoder: it finds what the question does not say."""

    def encode_query(self, text):
        return super().encode_query("ferry morning high water herring")


@pytest.fixture(scope="module")
def text():
    return fill(MemoryStore(), FakeEncoder(), {"port": PAGES})


@pytest.fixture(scope="module")
def other():
    return fill(MemoryStore(), ReversedEncoder(name="reversed-1"), {"port": PAGES})


@pytest.fixture(scope="module")
def vision():
    return fill(MemoryStore(), FakeGridEncoder(), {"port": PAGES})


def expected(results, k):
    sums = Counter()
    for result in results:
        for rank, hit in enumerate(result, start=1):
            sums[hit.region_id] += 1 / (60 + rank)
    order = {hit.region_id: -position for position, hit in enumerate(h for r in results for h in r)}
    return sorted(sums.items(), key=lambda item: (-item[1], -order[item[0]]))[:k]


def test_ranks_are_fused(text, other):
    results = [index.search(QUESTION, k=12) for index in (text, other)]
    hits = FusedSearch([text, other]).search(QUESTION, k=3)
    best = {region_id for region_id, _ in expected(results, 3)}
    assert set(ids(hits)) == best
    assert [hit.rerank_score for hit in hits] == pytest.approx(
        [score for _, score in expected(results, 3)]
    )
    assert [hit.rank for hit in hits] == [1, 2, 3]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_hits_of_either_index_are_found(text, other):
    fused = set(ids(FusedSearch([text, other]).search(QUESTION, k=8)))
    for index, stranger in ((text, other), (other, text)):
        only_here = set(ids(index.search(QUESTION, k=2))) - set(ids(stranger.search(QUESTION, k=8)))
        assert only_here <= fused


def test_one_index_keeps_its_order(text):
    hits = FusedSearch([text]).search(QUESTION, k=4)
    alone = text.search(QUESTION, k=4)
    assert ids(hits) == ids(alone)
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in alone])


def test_text_and_vision(text, vision):
    hits = FusedSearch([text, vision]).search(QUESTION)
    assert len(hits) == 5
    best = text.search(QUESTION, k=20), vision.search(QUESTION, k=20)
    assert [hit.rerank_score for hit in hits] == pytest.approx(
        [score for _, score in expected(best, 5)]
    )
    for hit in hits:
        explanation = text.explain(hit)
        assert sum(explanation.shares.values()) == pytest.approx(hit.score, abs=1e-4)
        assert explanation.rerank_score == hit.rerank_score


def test_options_mean_what_they_mean(text, other):
    search = FusedSearch([text, other]).search
    hits = search(QUESTION, budget=40)
    assert 10 < sum(estimate_tokens(hit.region.text) for hit in hits) <= 40
    assert len({hit.page_number for hit in search(QUESTION, k=5, per_page=1)}) == 5
    pages = iter([PageReference("port", 2)])  # read once, needed twice
    assert {hit.page_number for hit in search(QUESTION, pages=pages)} == {2}
    named = search("Which boats wait on page 3?", k=3)
    assert [hit.page_number for hit in named] == [3, 3, 3]
    with pytest.raises(ValueError, match="k must be an integer"):
        search(QUESTION, k=0)
    with pytest.raises(TypeError, match="unknown search option 'top_k'"):
        search(QUESTION, top_k=3)
    with pytest.raises(ValueError, match="the question is empty"):
        search(" ")


def test_a_reranker_reads_the_fused_hits(text, other):
    read = []

    def last_row(question, hits):
        read.extend(hits)
        return [int(hit.region.text.split()[-1].rstrip(".")) for hit in hits]

    search = FusedSearch([text, other]).search
    hits = search(QUESTION, k=2, reranker=last_row)
    assert ids(read) == ids(search(QUESTION, k=8))
    assert hits[0].rerank_score == max(hit.rerank_score for hit in hits)


async def test_async(text, other):
    fused = FusedSearch([text, other])
    assert await fused.asearch(QUESTION, k=3) == fused.search(QUESTION, k=3)


def test_indexes_that_read_otherwise_are_an_error(text):
    changed = [[f"{paragraph} Or not." for paragraph in page] for page in PAGES]
    strange = fill(MemoryStore(), FakeEncoder(), {"port": changed})
    with pytest.raises(ValueError, match=r"port#p\dr\d reads '.* add the documents anew"):
        FusedSearch([text, strange]).search(QUESTION)


class SilverEncoder(FakeEncoder):
    """Another encoder, which finds what another page says."""

    def encode_query(self, text):
        return super().encode_query("each paid nine hundred crowns in silver")


def test_what_goes_on_over_a_page_break_is_one_hit(harbor):
    """Each index finds another part of it first."""
    silver = RegionIndex(encoder=SilverEncoder(name="silver-1"))
    source = Source.from_bytes(print_pages(FIRST, SECOND), "h.pdf")
    silver.add_document(source, document_id="h").raise_failed()
    question = "Stone for the northern pier after the storm"
    assert [index.search(question, k=1)[0].region_id for index in (harbor, silver)] == [
        "h#p1r3",
        "h#p2r0",
    ]
    hits = FusedSearch([harbor, silver]).search(question, k=9)
    assert (hits[0].region_id, hits[0].rerank_score) == ("h#p1r3", pytest.approx(2 / 61))
    firsts = [hit.parts[0].region_id for hit in hits]
    assert len(set(firsts)) == len(firsts)


def test_it_needs_an_index():
    with pytest.raises(ValueError, match="at least one index"):
        FusedSearch([])
    assert not FusedSearch([RegionIndex(encoder=FakeEncoder())]).search(QUESTION)


def test_a_budget_is_filled_once_with_whole_or_cut_regions(text, other):
    """The indexes give whole regions, so that their texts are the same."""
    hits = FusedSearch([text, other]).search(QUESTION, budget=30)
    assert sum(estimate_tokens(hit.text) for hit in hits) <= 30
    read = []

    def reranker(question, hits):
        read.extend(hits)
        return [hit.score for hit in hits]

    assert FusedSearch([text, other]).search(QUESTION, budget=30, reranker=reranker)
    assert all(hit.whole is None for hit in read)
