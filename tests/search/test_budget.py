"""Filling a budget of tokens."""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import Hit, Region, RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring.mixture import Price
from snappy_core.search import budget as budget_module
from snappy_core.search.budget import POOL, best_for_budget, fill_budget
from snappy_core.search.context import estimate_tokens
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page

PRICE = Price(temperature=0.03, overhead=20)


@pytest.fixture(autouse=True)
def price(monkeypatch):
    """The price of these tests, whatever is learned."""
    monkeypatch.setattr(budget_module, "load_price", lambda: PRICE)


def words(text):
    return len(text.split())


def make_hit(length, score, *, order=0, page=1, indices=None):
    indices = tuple(range(1000 * order, 1000 * order + length)) if indices is None else indices
    return Hit(
        region=Region((0.1, 0.2, 0.6, 0.3), "word " * length, tuple(indices), "paragraph", order),
        region_id=f"a#p{page}r{order}",
        document_id="a",
        source="a",
        page_number=page,
        page_label=str(page),
        page_width=400.0,
        page_height=600.0,
        page_unit="pt",
        score=score,
        region_score=score,
        page_score=score,
        page_maxsim=score,
        rank=order + 1,
    )


def orders(hits):
    return [hit.region.order for hit in hits]


def test_two_short_regions_are_worth_more_than_one_long_one():
    long, one, two = make_hit(100, 0.5), make_hit(40, 0.49, order=1), make_hit(40, 0.48, order=2)
    assert orders(fill_budget([long, one, two], 100, count=words)) == [1, 2]
    assert orders(fill_budget([long, one, two], 200, count=words)) == [0, 1, 2]  # best first
    better = make_hit(100, 0.6)
    assert orders(fill_budget([better, one, two], 100, count=words)) == [0]


def test_the_price_of_length():
    """A region is as good as a longer one whose score is better by what the length costs."""
    gap = PRICE.temperature * log((60 + PRICE.overhead) / (10 + PRICE.overhead))
    short, long = make_hit(10, 0.5, order=1), make_hit(60, 0.5 + gap - 0.001)
    assert orders(fill_budget([long, short], 60, count=words)) == [1]
    long = make_hit(60, 0.5 + gap + 0.001)
    assert orders(fill_budget([long, short], 60, count=words)) == [0]


def test_never_half_a_region():
    hits = [make_hit(50, 0.9), make_hit(7, 0.1, order=1)]
    (only,) = fill_budget(hits, 49, count=words)
    assert (only.region.order, only.rank, words(only.region.text)) == (1, 1, 7)
    assert fill_budget(hits, 6, count=words) == []


def test_no_region_beside_what_contains_it():
    table = make_hit(20, 0.6, indices=range(20))
    row = make_hit(5, 0.5, order=1, indices=range(5))
    elsewhere = make_hit(5, 0.4, order=2, page=2, indices=range(5))
    assert orders(fill_budget([table, row, elsewhere], 100, count=words)) == [0, 2]
    assert orders(fill_budget([table, row, elsewhere], 19, count=words)) == [1, 2]


def test_hits_are_compared_with_those_of_their_pages_alone(monkeypatch):
    compared = []

    def share_words(hit, other):
        compared.append((hit.page_number, other.page_number))
        return False

    monkeypatch.setattr(budget_module, "share_words", share_words)
    hits = [make_hit(5, 0.5, order=n, page=n // 2) for n in range(20)]
    assert len(fill_budget(hits, 50, count=words)) == 10
    assert compared == [(page, page) for page in range(5)], "nor are those that do not fit"


def test_most_hits_of_all_and_of_a_page():
    hits = [make_hit(5, 0.9 - n / 10, order=n, page=1 + n // 2) for n in range(4)]
    assert orders(fill_budget(hits, 100, count=words)) == [0, 1, 2, 3]
    assert orders(fill_budget(hits, 100, k=3, count=words)) == [0, 1, 2]
    assert orders(fill_budget(hits, 100, per_page=1, count=words)) == [0, 2]


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(-1, 1)), max_size=12), st.integers(1, 200))
def test_a_budget_is_never_exceeded_and_what_fits_is_taken(drawn, budget):
    hits = [make_hit(length, score, order=n) for n, (length, score) in enumerate(drawn)]
    taken = fill_budget(hits, budget, count=words)
    left = budget - sum(words(hit.region.text) for hit in taken)
    assert left >= 0
    assert all(
        words(hit.region.text) > left for hit in hits if hit.region.order not in orders(taken)
    )
    assert [hit.rank for hit in taken] == list(range(1, len(taken) + 1))
    assert [hit.score for hit in taken] == sorted((hit.score for hit in taken), reverse=True)


def test_only_the_best_hits_are_read():
    read = []

    def hits():
        for n in range(1000):
            read.append(n)
            yield make_hit(10, 0.5, order=n)

    assert len(best_for_budget(hits(), 30, count=words)) == POOL * 3 == len(read)
    assert best_for_budget([make_hit(99, 0.5)], 30, count=words)  # a long one counts as full
    assert (
        len(best_for_budget([make_hit(99, 0.5, order=n) for n in range(9)], 30, count=words))
        == POOL
    )


def build(*pages):
    encoder, store = FakeEncoder(), MemoryStore()
    records = map(prepare, pages, encoder.encode_pages(pages))
    store.write(DocumentRecord("a", "a", "1", "1"), records)
    return RegionIndex(store, encoder)


def test_one_hit_is_cut_and_the_budget_goes_on():
    def part(hit, left, count):
        part = " ".join(hit.region.text.split()[: left - 6])
        return replace(hit, region=replace(hit.region, text=part), whole=hit.region)

    long, longer, short = make_hit(30, 0.9), make_hit(40, 0.9, order=1), make_hit(5, 0.3, order=2)
    first, last = fill_budget([long, longer, short], 29, cut=part, count=words)
    assert (words(first.region.text), first.whole) == (23, long.region)
    assert (last.region, last.whole) == (short.region, None)
    assert orders(fill_budget([long, short], 29, cut=lambda *_: None, count=words)) == [2]
    assert [hit.whole for hit in fill_budget([short, long], 60, cut=part, count=words)] == [
        None
    ] * 2


SENTENCES = [
    "Boats of the fishers land herring at the quay.",
    "The quay was built of granite from the islands.",
    "Gulls follow.",
    "Nobody counts how many ferries leave in the morning.",
]


@pytest.mark.parametrize(
    ("question", "budget", "text"),
    [
        ("herring boats", 15, SENTENCES[0]),
        ("herring boats", 21, " ".join(SENTENCES[:2])),
        ("ferries in the morning", 18, " ".join(SENTENCES[2:])),
        ("granite and ferries", 24, f"{SENTENCES[1]} … {SENTENCES[3]}"),
        ("herring and ferries", 26, f"{SENTENCES[0]} … {SENTENCES[3]}"),
        ("herring boats", 4, None),
    ],
)
def test_a_region_that_does_not_fit_is_cut_at_its_sentences(question, budget, text):
    index = build(make_page(" ".join(SENTENCES)))
    hits = index.search(question, budget=budget)
    assert [hit.region.text for hit in hits] == ([] if text is None else [text])
    for hit in hits:
        whole = index.region(hit.region_id)
        assert estimate_tokens(hit.region.text) <= budget
        assert (hit.whole, hit.region.box) == (whole.region, whole.region.box)
        assert len(hit.region.words) == words(text.replace("…", ""))
        assert set(hit.highlights[0].words) <= set(hit.region.words)
        assert len(index.explain(hit)) == len(index.explain(replace(hit, region=hit.whole)))
        assert index.heatmap(hit).query == question


def test_a_table_is_cut_at_its_rows(data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add(data / "table.pdf", progress=False).raise_failed()
    table = {"region_label": "table"}
    [whole] = index.search("Sockeye", k=1, filter=table)
    [part] = index.search("Sockeye", budget=20, filter=table)
    assert part.whole == whole.region
    assert part.region.text in [row.text for row in whole.highlights if row.kind == "row"]


def test_a_reranker_reads_whole_regions_and_what_it_chooses_is_cut():
    index, read = build(make_page(" ".join(SENTENCES))), []

    def reranker(question, hits):
        read.extend(hits)
        return [1.0] * len(hits)

    [hit] = index.search("herring boats", budget=15, reranker=reranker)
    assert [seen.whole for seen in read] == [None]
    assert hit.region.text == SENTENCES[0]


def test_search_with_a_budget():
    index = build(*(make_page(*["Boats land at Brae."] * 9, number=n) for n in range(1, 5)))
    hits = index.search("boats", budget=100)
    tokens = [estimate_tokens(hit.region.text) for hit in hits]
    assert len(hits) > 5  # the number of hits without a budget
    assert 100 - tokens[0] < sum(tokens) <= 100
    assert len(index.search("boats", budget=100, k=3)) == 3
    assert len(index.search("boats", budget=100, per_page=2)) == 8
    assert len(index.search("boats", budget=100, filter={"page_number": 1})) == 9


def test_a_table_that_does_not_fit_leaves_its_rows_to_the_budget():
    page = make_page("Boats " * 60, "Boats of March.", "Boats of May.")
    table, *rows = page.regions
    table = replace(table, label="list", words=tuple(range(len(page.words))))
    rows = [replace(row, label="list_item", parent=0) for row in rows]
    index = build(replace(page, regions=(table, *rows)))
    assert [hit.region.label for hit in index.search("boats", budget=20)] == ["list_item"] * 2


def test_a_budget_is_filled_from_other_pages_than_the_best():
    encoder, store = FakeEncoder(), MemoryStore()
    boats = [f"Boats land at the quay of Brae, berth {number}, every day." for number in range(30)]
    pages = [make_page(*boats), *(make_page("Boats land.", number=number) for number in (2, 3))]
    records = map(prepare, pages, encoder.encode_pages(pages))
    store.write(DocumentRecord("a", "a", "1", "1"), records)
    hits = RegionIndex(store, encoder).search("boats land at the quay", budget=50, per_page=1)
    assert sorted(hit.page_number for hit in hits) == [1, 2, 3]
