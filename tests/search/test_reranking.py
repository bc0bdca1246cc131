"""Rerankers: their order decides, on the scale of the search."""

import asyncio
import math
import threading

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.display.render import crop
from snappy_core.page_search import PageReference, PageSearch
from snappy_core.search import hit_pages
from snappy_core.search.context import estimate_tokens
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder, FakeGridEncoder
from tests.search.test_engine import fill, ids
from tests.search.tiny_cross_encoder import TinyCrossEncoder

QUESTION = "Which boats wait in the harbour?"


def pages(count):
    """Pages of ten paragraphs, in each the harbour and a number of fish."""
    return [
        [f"Boat {page} waits at harbour {row} with {page * 10 + row} fish." for row in range(10)]
        for page in range(count)
    ]


@pytest.fixture(scope="module")
def index():
    return fill(MemoryStore(), FakeEncoder(), {"port": pages(4)})


def fish(hit):
    return int(hit.region.text.split()[-2])


def most_fish(question, hits):
    return [fish(hit) for hit in hits]


class Recorder:
    """Remembers what it was given and scores it by length."""

    def __init__(self):
        self.calls = []

    def __call__(self, question, hits):
        self.calls.append((question, hits))
        return np.array([len(hit.region.text) for hit in hits], dtype=np.float32)


def test_only_what_is_returned_is_highlighted_and_no_page_is_read_again(index, monkeypatch):
    looked_at, read = [], []
    find = hit_pages.find_highlights
    monkeypatch.setattr(
        hit_pages,
        "find_highlights",
        lambda page, patches, region, *rest: (
            looked_at.append(region) or find(page, patches, region, *rest)
        ),
    )
    with index._store.read() as snapshot:
        kind = type(snapshot)
    monkeypatch.setattr(kind, "patches", lambda *_: read.append("patches"))
    vectors = kind.vectors
    monkeypatch.setattr(kind, "vectors", lambda *a: read.append("vectors") or vectors(*a))
    hits = index.search(QUESTION, k=2, reranker=Recorder())
    assert looked_at == [hit.region for hit in hits]
    assert all(hit.highlights for hit in hits)
    assert read == ["vectors"]


def test_hits_come_in_the_order_of_the_reranker(index):
    before = index.search(QUESTION, k=20)
    hits = index.search(QUESTION, reranker=most_fish)
    expected = sorted(before, key=fish, reverse=True)[:5]
    assert ids(hits) == ids(expected)
    assert ids(hits) != ids(before[:5])
    assert [hit.rerank_score for hit in hits] == [fish(hit) for hit in expected]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]


def test_the_scores_of_the_search_are_dealt_out(index):
    before = index.search(QUESTION, k=20)
    hits = index.search(QUESTION, reranker=most_fish)
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in before[:5]])
    by_id = {hit.region_id: hit for hit in before}
    for hit in hits:
        other = by_id[hit.region_id]
        assert (hit.region_score, hit.page_score) == (other.region_score, other.page_score)
    assert all(hit.rerank_score is None for hit in before)


def test_it_reads_four_times_what_is_asked_for(index):
    for options, count in (({}, 20), ({"k": 2}, 8), ({"k": 9}, 36), ({"k": 99}, 40)):
        reranker = Recorder()
        index.search(QUESTION, reranker=reranker, **options)
        [(question, hits)] = reranker.calls
        assert question == QUESTION
        assert ids(hits) == ids(index.search(QUESTION, k=count))


def test_few_hits_of_each_page_are_still_enough(index):
    hits = index.search(QUESTION, k=4, per_page=1, reranker=most_fish)
    assert sorted(hit.page_number for hit in hits) == [1, 2, 3, 4]


def test_a_budget_is_filled_in_its_order(index):
    reranker = Recorder()
    hits = index.search(QUESTION, budget=30, reranker=reranker)
    [(_, read)] = reranker.calls
    assert 60 < sum(estimate_tokens(hit.region.text) for hit in read) <= 120
    assert 10 < sum(estimate_tokens(hit.region.text) for hit in hits) <= 30
    assert hits[0].rerank_score == max(len(hit.region.text) for hit in read)
    assert len(index.search(QUESTION, budget=30, k=1, reranker=reranker)) == 1


def test_minus_infinity_leaves_out(index):
    def odd_only(question, hits):
        return [fish(hit) if fish(hit) % 2 else -math.inf for hit in hits]

    hits = index.search(QUESTION, k=99, reranker=odd_only)
    assert [fish(hit) for hit in hits] == list(range(39, 0, -2))
    assert not index.search(QUESTION, reranker=lambda question, hits: [-math.inf] * len(hits))


def test_equal_scores_keep_the_order_of_the_search(index):
    hits = index.search(QUESTION, reranker=lambda question, hits: [1] * len(hits))
    assert ids(hits) == ids(index.search(QUESTION))


def test_a_place_that_the_question_names_stays_first(index):
    """The reranker cannot know what stands on page 2: every page reads alike."""
    question = "Which boats wait on page 2?"
    hits = index.search(question, reranker=most_fish)
    on_page = sorted((hit for hit in hits if hit.page_number == 2), key=fish, reverse=True)
    assert list(hits)[: len(on_page)] == on_page
    assert hits[0].locations[0].text == "page 2"
    plain = index.search(question, reranker=most_fish, location_references=False)
    assert fish(plain[0]) > fish(hits[0])


def test_explain_tells_what_it_added(index):
    for question in (QUESTION, "Which boats wait on page 2?"):
        hits = index.search(question, reranker=most_fish)
        for hit in hits:
            explanation = index.explain(hit)
            assert explanation.rerank_score == fish(hit)
            assert sum(explanation.shares.values()) == pytest.approx(hit.score, abs=1e-4)
        assert any(abs(index.explain(hit).shares["reranker"]) > 0.001 for hit in hits)
    explanation = index.explain(index.search(QUESTION)[0])
    assert explanation.rerank_score is None
    assert "reranker" not in explanation.shares


def test_nothing_found_needs_no_reranker(index):
    reranker = Recorder()
    assert not index.search(QUESTION, score_threshold=1, reranker=reranker)
    assert not reranker.calls


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([1.0] * 19, r"one number for each of 20 hits, not an array of shape \(19,\)"),
        ([[1.0]] * 20, r"not an array of shape \(20, 1\)"),
        (0.5, r"not an array of shape \(\)"),
        ([0.5] * 19 + [math.nan], "that of hit 20 is nan"),
        ([0.5, math.inf] + [0.5] * 18, "that of hit 2 is inf"),
        (["good"] * 20, "not list"),
        (None, r"not an array of shape \(\)"),
    ],
)
def test_anything_but_a_number_for_each_hit_is_an_error(index, scores, message):
    with pytest.raises(ValueError, match=f"the reranker must return .*{message}"):
        index.search(QUESTION, reranker=lambda question, hits: scores)
    with pytest.raises(ValueError, match=f"the reranker must return .*{message}"):
        asyncio.run(index.asearch(QUESTION, reranker=lambda question, hits: scores))


def test_its_own_errors_are_not_hidden(index):
    def broken(question, hits):
        raise ConnectionError("the model is away")

    with pytest.raises(ConnectionError, match="the model is away"):
        index.search(QUESTION, reranker=broken)


async def test_async_searches_run_it_in_a_thread(index):
    threads = set()

    def reranker(question, hits):
        threads.add(threading.get_ident())
        return most_fish(question, hits)

    hits = await index.asearch(QUESTION, reranker=reranker)
    assert hits == index.search(QUESTION, reranker=most_fish)
    assert threads
    assert threading.get_ident() not in threads


async def test_pages_of_another_retriever_are_reranked(index):
    on_page = [PageReference("port", 3)]
    search = PageSearch(index)
    hits = search.search(QUESTION, on_page, k=2, reranker=most_fish)
    assert [hit.page_number for hit in hits] == [3, 3]
    assert fish(hits[0]) > fish(hits[1])
    assert await search.asearch(QUESTION, on_page, k=2, reranker=most_fish) == hits


def test_a_reranker_can_look_at_the_regions(data):
    """It may use the index: no snapshot is open while it runs."""
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf", progress=False).raise_failed()

        def area(question, hits):
            crops = [crop(index.page_image(hit, dpi=30), hit.region.box) for hit in hits]
            return [image.width * image.height for image in crops]

        hits = index.search(QUESTION, k=99, reranker=area)
    areas = [hit.rerank_score for hit in hits]
    assert areas == sorted(areas, reverse=True)
    assert len(set(areas)) > 1


def test_hits_of_a_vision_encoder():
    index = fill(MemoryStore(), FakeGridEncoder(), {"port": pages(2)})
    before = index.search(QUESTION, k=8)
    hits = index.search(QUESTION, k=2, reranker=lambda question, hits: range(len(hits)))
    assert ids(hits) == ids(before)[:-3:-1]


@pytest.mark.requires("torch", "transformers")
def test_a_cross_encoder(index):
    model = TinyCrossEncoder()

    def reranker(question, hits):
        return model.scores([(question, hit.region.text) for hit in hits])

    hits = index.search(QUESTION, reranker=reranker)
    read = index.search(QUESTION, k=20)
    scores = model.scores([(QUESTION, hit.region.text) for hit in read])
    best = sorted(zip(scores.tolist(), ids(read), strict=True), reverse=True)[:5]
    assert [(pytest.approx(score, abs=1e-5), id) for score, id in best] == [
        (hit.rerank_score, hit.region_id) for hit in hits
    ]
