"""Where the places that a question names are found in documents, and how they move the ranking."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.search.locations.landmarks import (
    LandmarkCache,
    find_landmarks,
    heading_label,
    printed_offset,
)
from snappy_core.search.locations.prior import _items, named_pages
from snappy_core.search.locations.references import find_references
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, FakeGridEncoder, make_page


def build(documents, encoder=None):
    """Return an index of documents, given as `{id: pages}`."""
    encoder, store = encoder or FakeEncoder(), MemoryStore()
    for name, pages in documents.items():
        records = map(prepare, pages, encoder.encode_pages(pages))
        store.write(DocumentRecord(name, name, name, "1"), records)
    return RegionIndex(store, encoder)


def page(*paragraphs, number=1, label=None, regions=None):
    """Return a page whose regions have other fields, by index."""
    made = make_page(*paragraphs, number=number)
    changed = [
        replace(region, **(regions or {}).get(i, {})) for i, region in enumerate(made.regions)
    ]
    return replace(made, regions=tuple(changed), label=label or str(number))


def boats(count, **labels):
    return [
        page(
            f"Boats of harbour {n}.",
            f"Nothing else on sheet {n}.",
            number=n,
            label=labels.get(f"p{n}"),
        )
        for n in range(1, count + 1)
    ]


def pages_of(index, question, k=2, **options):
    return [hit.page_number for hit in index.search(question, k=k, **options)]


# Pages


def test_the_named_page_comes_first_and_nothing_is_lost():
    index = build({"a": boats(6)})
    question = "What does page 5 say about the boats of harbour 2?"
    assert pages_of(index, question, k=1, location_references=False) == [2]
    assert pages_of(index, question) == [5, 5]
    everything = index.search(question, k=99)
    assert len(everything) == 12
    assert everything[2].page_number == 2  # the best of the others


def test_a_page_alone_returns_its_content():
    assert set(pages_of(build({"a": boats(6)}), "What does page 4 say?")) == {4}


def test_first_last_and_ranges():
    index = build({"a": boats(9)})
    assert set(pages_of(index, "boats on the first page")) == {1}
    assert set(pages_of(index, "boats on the last page")) == {9}
    assert set(pages_of(index, "boats on the last two pages", k=4)) == {8, 9}
    assert set(pages_of(index, "boats on pages 3-5", k=6)) == {3, 4, 5}


def test_the_label_of_a_page_comes_before_its_count():
    index = build({"a": boats(6, p1="i", p2="ii", p3="1", p4="2", p5="3", p6="4")})
    assert pages_of(index, "boats on page 2", k=4) == [4, 4, 2, 2]
    assert set(pages_of(index, "boats on page ii")) == {2}
    assert set(pages_of(index, "boats on page 6")) == {6}  # no page is labeled so


def test_a_printed_number_comes_before_the_count():
    footers = [
        page("Boats.", f"{n + 100}", number=n, regions={1: {"label": "footer"}})
        for n in range(1, 7)
    ]
    index = build({"a": footers})
    assert pages_of(index, "boats on page 103", k=1) == [3]
    assert printed_offset({p.number: find_landmarks(p) for p in footers}) == 100
    assert printed_offset({p.number: find_landmarks(p) for p in footers[:2]}) == 0  # chance


def test_labels_that_are_no_numbers_are_not_counted():
    """Two pages come before the one that is printed 1."""
    printed = [
        page("Boats.", f"{max(n - 2, 0)}", number=n, regions={1: {"label": "footer"}})
        for n in range(1, 9)
    ]
    landmarks = {each.number: find_landmarks(each) for each in printed}
    assert printed_offset(landmarks) == -2

    def named(question, landmarks=landmarks):
        (reference,) = find_references(question)
        return set(named_pages(reference, landmarks))

    assert named("on page 3") == {3, 5}
    for question in ("on page iv", "on page B", "on page 0"):
        assert named(question) == set()
    roman = {n: replace(landmarks[n], label=f"{'i' * n}") for n in (1, 2)}
    assert named("on page ii", landmarks | roman) == {2}


def test_a_named_page_is_scored_that_the_first_stage_leaves_out():
    index = build({"a": boats(6)})
    question = "boats of harbour 2 on page 5"
    assert set(pages_of(index, question, k=99, candidates=1, location_references=False)) == {2}
    assert pages_of(index, question, k=99, candidates=1) == [5, 5, 2, 2]


def test_filters_are_stronger():
    index = build({"a": boats(6), "b": boats(6)})
    options = {"filter": {"document_id": "b", "page_number": [1, 2]}}
    assert set(pages_of(index, "boats on page 5", k=99, **options)) == {1, 2}
    assert set(pages_of(index, "boats on page 2", pages=[("a", 3), ("b", 2)])) == {2}


def test_each_document_has_its_own_pages():
    index = build({"a": boats(4), "b": boats(9)})
    hits = index.search("boats on the last page", k=2)
    assert {(hit.document_id, hit.page_number) for hit in hits} == {("a", 4), ("b", 9)}


def test_a_vision_encoder_finds_the_named_page():
    index = build({"a": boats(6)}, FakeGridEncoder())
    assert set(pages_of(index, "boats of harbour 2 on page 5")) == {5}


# Figures, tables, sections


def papers():
    return [
        page("Sea levels are shown in Figure 2 and Table 1.", "Introduction of levels.", number=1),
        page(
            "Levels over time.", "Figure 1: Levels at Brae.", number=2,
            regions={0: {"label": "figure"}, 1: {"label": "caption"}},
        ),
        page(
            "Tides of spring.", "Figure 2: Tides at Brae.", "Figure 2 shows tides.", number=3,
            regions={0: {"label": "figure"}, 1: {"label": "caption"}},
        ),
        page(
            "Neap. Table 1. Tides by month.", "Appendix B: Proofs", "We prove it.", number=4,
            regions={
                0: {"label": "table"}, 1: {"label": "heading"}, 2: {"section": "Appendix B: Proofs"}
            },
        ),
        page(
            "4.1 Results", "Waves are high.", "5 Related work", "Others saw waves.", number=5,
            regions={
                0: {"label": "heading"}, 1: {"section": "4.1 Results"},
                2: {"label": "heading"}, 3: {"section": "5 Related work"},
            },
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What does Figure 1 show?", "Figure 1: Levels at Brae."),
        ("What does Figure 2 show?", "Figure 2: Tides at Brae."),
        ("What is the last figure?", "Tides of spring."),
        ("What is the second figure?", "Tides of spring."),
        ("What is the first figure on page 3?", "Tides of spring."),
        ("What does Table 1 say?", "Neap. Table 1. Tides by month."),
        ("What follows in section 4.1?", "Waves are high."),
        ('What is in the "Related work" section?', "Others saw waves."),
        ("What is in Appendix B?", "We prove it."),
        ("What is in the appendix?", "We prove it."),
    ],
)
def test_items(question, text):
    index = build({"a": papers()})
    hits = index.search(question, k=2)
    assert text in [hit.region.text for hit in hits]
    named = next(hit for hit in hits if hit.region.text == text)
    assert max(match.weight for match in named.locations) >= 0.4


def test_a_caption_leads_to_its_figure():
    hits = build({"a": papers()}).search("Figure 2", k=99)
    weights = {hit.region.text: [match.weight for match in hit.locations] for hit in hits}
    assert weights["Tides of spring."] == weights["Figure 2: Tides at Brae."] == [0.4]
    assert weights["Figure 2 shows tides."] == [0.2]
    assert weights["Levels over time."] == []


def test_captions():
    landmarks = [find_landmarks(made) for made in papers()]
    assert [dict(marks.captions) for marks in landmarks] == [
        {},
        {("figure", "1"): (1,)},
        {("figure", "2"): (1,)},
        {("table", "1"): (0,)},
        {},
    ]


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("4.1 results", "4.1"),
        ("2. method", "2"),
        ("b. proofs", "b"),
        ("appendix c", "c"),
        ("section 3: waves", "3"),
        ("a day at sea", None),
        ("2023 at sea", "2023"),
        ("results", None),
    ],
)
def test_labels_of_headings(heading, label):
    assert heading_label(heading) == label


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What does Section 10.1 say of the boats?", 4),
        ("What does Section 110.1 say of the boats?", 3),
        ("What does the section Conclusions say of the boats?", 5),
    ],
)
def test_numbers_of_sections_are_whole(question, number):
    headings = ["10.10 Ports", "10.12 Piers", "110.1 Boats", "10.1 Dues", "7 Our Conclusions"]
    pages = [
        page(heading, "Boats land here.", number=n, regions={0: {"label": "heading"}})
        for n, heading in enumerate(headings, start=1)
    ]
    landmarks = {each.number: find_landmarks(each) for each in pages}
    (reference,) = find_references(question)
    assert [n for n, _ in _items(reference, landmarks)] == [number]


def test_listings_are_found_when_they_are_named():
    made = page("Boats 3. Tides 7.", "Boats land.", regions={0: {"label": "contents"}})
    index = build({"a": [made]})
    (hit,) = index.search("Which page of the table of contents has boats?", k=1)
    assert hit.region.label == "contents"
    assert [hit.region.text for hit in index.search("Where are the boats?")] == ["Boats land."]
    (hit,) = index.search("boats", filter={"region_label": "contents"})
    assert hit.region.text == "Boats 3. Tides 7."


def test_running_headers_are_found_when_they_are_named():
    header = page("Harbour news.", "Boats land.", regions={0: {"label": "header"}})
    index = build({"a": [header]})
    assert [hit.region.text for hit in index.search("What does the header say?", k=1)] == [
        "Harbour news."
    ]
    assert [hit.region.text for hit in index.search("Harbour news", k=9)] == ["Boats land."]


def test_sides_of_a_page():
    index = build({"a": [page("Boats land.", *["Filler of text."] * 16, "Boats land.")]})
    for side, order in (("top", 0), ("bottom", 17)):
        (best,) = index.search(f"Where do boats land at the {side} of the page?", k=1)
        assert best.region.order == order


# What is told


def test_hits_and_explanations_name_the_places():
    index = build({"a": boats(6)})
    best, *_, last = index.search("boats on page 5", k=12)
    assert [(match.text, match.weight) for match in best.locations] == [("page 5", 0.65)]
    assert last.locations == ()
    plain = index.search("boats on page 5", k=12, location_references=False)
    unmoved = next(hit for hit in plain if hit.region_id == best.region_id)
    assert best.score == pytest.approx(unmoved.score + 0.65 * (1 - unmoved.score), abs=1e-6)
    assert (best.region_score, best.page_score) == (unmoved.region_score, unmoved.page_score)
    assert index.explain(best).locations == best.locations
    shares = index.explain(best).shares
    assert sum(shares.values()) == pytest.approx(best.score, abs=1e-6)
    assert shares["location"] == pytest.approx(best.score - unmoved.score, abs=1e-6)
    assert index.explain(unmoved).locations == ()
    assert "location" not in index.explain(unmoved).shares
    assert all(hit.locations == () for hit in plain)


def test_a_question_without_places_reads_no_page_for_them(monkeypatch):
    index = build({"a": boats(6)})
    monkeypatch.setattr(LandmarkCache, "read", None)
    assert pages_of(index, "boats of harbour 2", k=1) == [2]


def test_pages_are_read_once(monkeypatch):
    index = build({"a": boats(6)})
    index.search("boats on page 5")
    monkeypatch.setattr("snappy_core.search.locations.landmarks.find_landmarks", None)
    assert set(pages_of(index, "boats on page 4")) == {4}


def test_threads_forget_pages_one_after_the_other(monkeypatch):
    """While one looks for the oldest page, another one adds a page, or waits."""
    cache, added, forgotten = LandmarkCache(), threading.Event(), threading.Event()

    class Pages(dict):
        def __iter__(self):
            oldest = super().__iter__()
            if threading.current_thread() is other:
                added.set()
                forgotten.wait(1)
            elif other.ident is None:
                other.start()
                added.wait(0.1)
            return oldest

    monkeypatch.setattr("snappy_core.search.locations.landmarks.MAX_CACHED", 2)
    monkeypatch.setattr(cache, "_pages", Pages())
    page = make_page("Boats.")
    other = threading.Thread(target=cache.read, args=(9, lambda page_id: page))
    try:
        for page_id in range(3):
            cache.read(page_id, lambda page_id: page)
    finally:
        forgotten.set()
        other.join()
    assert list(cache._pages) == [2, 9]


def test_scores_stay_below_one():
    hits = build({"a": boats(6)}).search("Boats of harbour 5 on page 5, the first page", k=99)
    assert max(hit.score for hit in hits) <= 1
    assert np.all(np.diff([hit.score for hit in hits]) <= 0)
