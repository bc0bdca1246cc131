import math
from dataclasses import replace

import numpy as np
import pytest

from snappy_core import RegionIndex, Source
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring import mixture
from snappy_core.scoring.idf import idf, term
from snappy_core.scoring.kernel import numpy_kernel
from snappy_core.scoring.rules import SCORING_RULES
from snappy_core.search import engine, page_scores
from snappy_core.search.engine import search
from snappy_core.search.page_scores import query_weights, score
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import DocumentRecord, PageFilter
from snappy_core.stores.first_stage import CANDIDATES
from snappy_core.testing import FakeEncoder, FakeGridEncoder, make_page
from snappy_core.types import NO_WORDS, Page, Patches, Query, Region, Words
from snappy_core.vectors import quantize


def fill(store, encoder, documents, **metadata):
    """Write documents, given as `{id: pages}` with a page as its paragraphs."""
    for name, pages in documents.items():
        made = [
            page if isinstance(page, Page) else make_page(*page, number=number)
            for number, page in enumerate(pages, start=1)
        ]
        records = map(prepare, made, encoder.encode_pages(made))
        store.write(DocumentRecord(name, name, name, "1", metadata=metadata.get(name, {})), records)
    return RegionIndex(store, encoder)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "index.snappy")
    yield store
    store.close()


PAPERS = {
    "sea": [
        ["Spring tides rise high.", "The harbour wall keeps them out."],
        ["Neap tides rise little.", "Ships wait outside the harbour."],
    ],
    "sky": [["The moon pulls the sea.", "Clouds hide the moon.", "Rain falls."]],
    "land": [["Cows graze.", "A wall keeps cows in."]],
}


@pytest.fixture
def index(store):
    metadata = {"sea": {"team": "water", "year": 2023}, "sky": {"team": "air", "year": 2024}}
    return fill(store, FakeEncoder(), PAPERS, **metadata)


def ids(hits):
    return [hit.region_id for hit in hits]


# Hits


def with_figure(page, **values):
    """A page with a picture below its paragraphs."""
    picture = Region((0.1, 0.4, 0.9, 0.9), "", (), "figure", len(page.regions))
    return replace(page, regions=(*page.regions, replace(picture, **values)))


@pytest.mark.parametrize("scoring", [None, *SCORING_RULES.names()])
def test_a_figure_without_words_is_no_answer(store, scoring):
    """It takes no place from regions that have words, on its page or among `k`."""
    page = with_figure(make_page("Spring tides rise.", "Neap tides fall."))
    index = fill(store, FakeEncoder(), {"sea": [page]})
    options = {"scoring": scoring}
    for question in ("spring tides", "What does the figure show?"):
        assert {hit.region.label for hit in index.search(question, **options)} == {"paragraph"}
        assert len(index.search(question, k=2, **options)) == 2
        assert len(index.search(question, per_page=2, **options)) == 2
        assert len(index.search(question, budget=100, **options)) == 2
    [hit] = index.search("tides", filter={"region_label": "figure"}, **options)
    assert hit.region.label == "figure"


def test_a_figure_is_an_answer_by_what_is_said_of_it_or_seen_in_it(store):
    described = with_figure(make_page("Spring tides rise."), text="A chart of neap tides")
    index = fill(store, FakeEncoder(), {"sea": [described]})
    assert "figure" in {hit.region.label for hit in index.search("neap tides")}
    seen = fill(MemoryStore(), FakeGridEncoder(), {"sea": [with_figure(make_page("Tides rise."))]})
    assert "figure" in {hit.region.label for hit in seen.search("tides", k=9)}


def test_finds_the_region_that_answers(index):
    hits = index.search("Where do ships wait?")
    assert (hits.query, len(hits)) == ("Where do ships wait?", 5)
    best = hits[0]
    assert best.region.text == "Ships wait outside the harbour."
    assert (best.region_id, best.document_id, best.source) == ("sea#p2r1", "sea", "sea")
    assert (best.page_number, best.page_label, best.page_unit) == (2, "2", "pt")
    assert (best.page_width, best.page_height) == (400, 600)
    assert dict(best.metadata) == {"team": "water", "year": 2023}
    assert best.ocr_confidence == -1
    assert best.query == hits.query
    assert best.rects == (pytest.approx(best.region.box),)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_hits_are_a_sequence(index):
    hits = index.search("harbour wall", k=3)
    assert list(hits) == [hits[0], hits[1], hits[2]]
    assert hits[1:] == (hits[1], hits[2])
    assert hits[-1].rank == 3


def test_region_ids_are_unique_and_do_not_change(index):
    first = index.search("harbour", k=100)
    assert len(first) == len(set(ids(first))) == 9
    assert ids(index.search("harbour", k=100)) == ids(first)
    assert set(ids(index.search("cows", k=100))) == set(ids(first))


def test_hits_know_their_neighbors_in_reading_order(store):
    page = make_page("Cows graze.", "Sheep graze.", "Goats graze.")
    # Stored in another order than it is read in: goats, cows, sheep.
    regions = [replace(r, order=order) for r, order in zip(page.regions, (1, 2, 0), strict=True)]
    index = fill(store, FakeEncoder(), {"farm": [replace(page, regions=tuple(regions)), ["Hay."]]})
    beside = {hit.region_id: (hit.previous_id, hit.next_id) for hit in index.search("graze", k=9)}
    assert beside == {
        "farm#p1r2": (None, "farm#p1r0"),
        "farm#p1r0": ("farm#p1r2", "farm#p1r1"),
        "farm#p1r1": ("farm#p1r0", None),
        "farm#p2r0": (None, None),
    }


def test_returns_the_lines_of_a_region(store):
    long = "one two three four five six seven eight nine ten eleven twelve thirteen"
    (hit,) = fill(store, FakeEncoder(), {"a": [[long]]}).search("nine")
    assert len(hit.rects) == 3  # six words a line
    x0, y0, x1, y1 = np.array(hit.rects).T
    assert (y0[1:] > y1[:-1]).all()
    assert (x0.min(), y0.min(), x1.max(), y1.max()) == pytest.approx(hit.region.box)


def test_returns_ocr_confidence(store):
    page = make_page("Tides rise", "Moon pulls water")
    sure = np.array([0.5, 1, 0.25, 0.5, 0.75], dtype=np.float32)
    words = Words(page.words.texts, page.words.boxes, sure)
    scanned = Page(1, "iv", 1700, 2200, "px", words, page.regions)
    hits = fill(store, FakeEncoder(), {"a": [scanned]}).search("tides rise")
    assert [hit.ocr_confidence for hit in hits] == [0.75, 0.5]
    assert (hits[0].page_label, hits[0].page_unit) == ("iv", "px")


@pytest.mark.parametrize("filter", [None, {"source": "x"}, {"team": "water"}])
def test_an_empty_index_finds_nothing(store, filter):
    index = RegionIndex(store, FakeEncoder())
    assert list(index.search("anything", filter=filter)) == []


def test_pages_without_regions_are_passed_over(store):
    blank = Page(1, "1", 400, 600, "pt", NO_WORDS, ())
    loose = Page(2, "2", 400, 600, "pt", make_page("tides rise").words, ())
    assert list(fill(store, FakeEncoder(), {"a": [blank, loose]}).search("tides")) == []
    index = fill(store, FakeEncoder(), {"b": [["tides"]]})
    assert ids(index.search("tides")) == ["b#p1r0"]


# Scores


class OneHotEncoder:
    """Words are axes: the cosine is 1 for the same word, else 0."""

    name = "one-hot"
    dim = 16
    axes = ("harbour", "tide", "moon", "wind", "the")

    def encode_pages(self, pages):
        return [
            Patches(
                *quantize(self._vectors(p.words.texts)), p.words.boxes, np.ones(len(p.words), bool)
            )
            for p in pages
        ]

    def encode_query(self, text):
        words = tuple(text.split())
        terms = tuple(map(term, words))
        return Query(text, self._vectors(words), words, np.ones(len(words), bool), terms)

    def _vectors(self, words):
        axes = np.eye(self.dim, dtype=np.float32)
        return axes[[self.axes.index(word) for word in words]]


def test_scores_by_hand(store):
    """N = 2 pages; harbour stands on 1, tide on 2; the stop word weighs nothing."""
    index = fill(
        store,
        OneHotEncoder(),
        {"a": [["harbour tide", "moon"], ["the tide", "wind the"]]},
    )
    harbour, tide = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    share = tide / (harbour + tide)
    hits = index.search("the harbour tide", scoring="maxsim")
    expected = {  # (2 rel + page) / 3, rel, page, the raw sum
        "a#p1r0": (1, 1, 1, 2),
        "a#p1r1": (1 / 3, 0, 1, 2),
        "a#p2r0": (share, share, share, 2),
        "a#p2r1": (share / 3, 0, share, 2),
    }
    assert ids(hits) == list(expected)
    for hit in hits:
        found = (hit.score, hit.region_score, hit.page_score, hit.page_maxsim)
        assert found == pytest.approx(expected[hit.region_id], abs=1e-6)


def test_only_tokens_with_weight_are_multiplied_with_all_pages(index, monkeypatch):
    multiplied = []

    def counting(vectors):
        multiplied.append(len(vectors))
        return numpy_kernel(vectors)

    monkeypatch.setattr(page_scores, "numpy_kernel", counting)
    index.search("When are the spring tides?")
    index.search("When are the spring tides?", scoring="max")
    assert multiplied == [2, 5]


def test_a_question_of_stop_words_weighs_them_equally(store):
    index = fill(store, OneHotEncoder(), {"a": [["the tide", "moon"]]})
    best, other = index.search("the the", scoring="maxsim")
    assert (best.region_score, other.region_score) == pytest.approx((1, 0), abs=1e-6)


def exact(encoder, documents, question):
    """Return `{region id: score}` computed without the kernel, in float64."""
    pages = {(d, n): make_page(*p, number=n) for d in documents
             for n, p in enumerate(documents[d], start=1)}  # fmt: skip
    query = encoder.encode_query(question)
    held = [{term(word) for word in page.words.texts} for page in pages.values()]
    weights = np.array(
        [0 if t is None else idf([sum(t in h for h in held)], len(held))[0] for t in query.terms]
    )
    weights /= weights.sum()
    scores = {}
    for (name, number), page in pages.items():
        (patches,) = encoder.encode_pages([page])
        vectors = patches.vectors.astype(np.float64) * patches.scales[:, None]
        cosines = query.vectors.astype(np.float64) @ vectors.T
        of_page = weights @ cosines.max(axis=1)
        for place, region in enumerate(page.regions):
            rel = weights @ cosines[:, list(region.words)].max(axis=1)
            scores[f"{name}#p{number}r{place}"] = (2 * rel + of_page) / 3
    return scores


@pytest.mark.parametrize("question", ["Where do ships wait?", "moon", "a wall at the harbour"])
def test_scores_equal_exact_ones(index, question):
    expected = exact(FakeEncoder(), PAPERS, question)
    hits = index.search(question, k=100, scoring="maxsim")
    found = {hit.region_id: hit.score for hit in hits}
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("together", [1, 2, 5])
def test_pages_scored_in_batches_score_the_same(store, monkeypatch, together):
    """Also what depends on the pages before: a region's page, and the table that holds a row."""
    table = make_page("Ships and harbours", "Ships 3", "Harbours 4")
    labels = ("table", "table_row", "table_row")
    rows = tuple(
        replace(region, label=label, parent=None if label == "table" else 0)
        for region, label in zip(table.regions, labels, strict=True)
    )
    documents = {**PAPERS, "table": [["Before it."], replace(table, regions=rows, number=2)]}
    index = fill(store, FakeEncoder(), documents)
    questions = [("ships in the harbour", None), ("harbours", {"region_label": "table_row"})]
    at_once = [index.search(asked, k=100, filter=filter) for asked, filter in questions]
    monkeypatch.setattr(engine, "PAGE_BATCH", together)
    in_batches = [index.search(asked, k=100, filter=filter) for asked, filter in questions]
    for some, same in zip(in_batches, at_once, strict=True):
        assert [hit.region_id for hit in some] == [hit.region_id for hit in same]
        assert [hit.score for hit in some] == pytest.approx([hit.score for hit in same], abs=1e-6)
    assert any(hit.parent is not None for hit in at_once[1])


def test_scores_follow_the_index(index, store):
    """What is rare depends on all the documents, and is right after each change."""
    documents = dict(PAPERS)
    documents["fleet"] = [["Ships and ships.", "More ships."]] * 3
    fill(store, FakeEncoder(), {"fleet": documents["fleet"]})
    for change in (None, "fleet", "sky"):
        if change is not None:
            index.delete(change)
            del documents[change]
        expected = exact(FakeEncoder(), documents, "ships in the harbour")
        hits = index.search("ships in the harbour", k=100, scoring="maxsim")
        found = {hit.region_id: hit.score for hit in hits}
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("encoder", [FakeEncoder(), FakeGridEncoder()], ids=lambda e: e.name)
@pytest.mark.parametrize("scoring", ["maxsim", "iou_weighted", "max", "mean"])
def test_every_scoring_finds_exact_words(store, scoring, encoder):
    pages = {"a": [["moon " * 30, "tide " * 30, "wind " * 30], ["cows " * 60]]}
    index = fill(store, encoder, pages)
    for rank, word in enumerate(("moon", "tide", "wind")):
        best = index.search(word, scoring=scoring)[0]
        assert best.region_id == f"a#p1r{rank}"
        assert best.score == pytest.approx((2 * best.region_score + best.page_score) / 3, abs=1e-6)


def test_the_mixture_adds_weighted_signals(store, monkeypatch):
    """Words and passages of a page whose regions have three words, so that each passage is all."""
    weights = dict.fromkeys(mixture.KIND_SIGNALS, 0.0)
    weights |= {"words": 0.5, "passage": 0.25, "page words": 0.15, "page passage": 0.1}
    weights["heading"] = -0.125
    monkeypatch.setattr(mixture, "load_weights", lambda: weights)
    page = make_page("tide", "harbour moon")
    regions = [replace(page.regions[0], label="heading"), page.regions[1]]
    index = fill(store, OneHotEncoder(), {"a": [replace(page, regions=tuple(regions))]})
    heading, text = index.search("tide tide", filter={"region_label": ["heading", "paragraph"]})
    cosine = 3**-0.5
    page_score = (0.15 + 0.1 * cosine) / 0.25
    for hit, words, kind in ((text, 0, 0), (heading, 1, -0.125)):
        region_share = 0.5 * words + 0.25 * cosine
        expected = (region_share + 0.25 * page_score + kind, region_share / 0.75, page_score)
        found = (hit.score, hit.region_score, hit.page_score)
        assert found == pytest.approx(expected, abs=0.01)  # passages are int8
    assert index.explain(heading).shares == pytest.approx(
        {"words": 0.5, "passage": 0.25 * cosine, "page words": 0.15, "page passage": 0.1 * cosine,
         "heading": -0.125}, abs=0.01
    )  # fmt: skip


def test_the_mixture_needs_the_words_of_a_text_encoder(store):
    index = fill(store, FakeGridEncoder(), PAPERS)
    with pytest.raises(ValueError, match="'mixture' needs a text encoder"):
        index.search("Where do ships wait?", scoring="mixture")


def test_scoring_rules_differ(index):
    found = {
        rule: index.search("ships wait in winter", scoring=rule)[0].region_score
        for rule in SCORING_RULES.names()
    }
    assert found["max"] == pytest.approx(1, abs=1e-4)  # one word of the region is in the question
    assert found["mean"] < found["max"]
    assert found["iou_weighted"] != pytest.approx(found["mean"], abs=1e-4)
    assert found["maxsim"] != pytest.approx(found["max"], abs=1e-4)


def test_memory_and_sqlite_answer_alike(tmp_path, data):
    paths = [data / "many_pages.pdf", data / "two_columns.pdf", data / "table.pdf"]
    with (
        RegionIndex(MemoryStore(), FakeEncoder()) as memory,
        RegionIndex.open(tmp_path / "index.snappy", FakeEncoder()) as sqlite,
    ):
        for index in (memory, sqlite):
            index.add(paths, metadata={"n": 1}).raise_failed()
            index.add(Source.from_bytes(paths[0].read_bytes(), "copy"))
            index.delete(paths[0].as_posix())
        for scoring in SCORING_RULES.names():
            for question in ("harbour tide", "the price of a ticket", "page five"):
                found = memory.search(question, k=50, scoring=scoring)
                assert found == sqlite.search(question, k=50, scoring=scoring)
                assert len(found) > 8


# Options


def test_k(index):
    assert len(index.search("harbour", k=1)) == 1
    assert len(index.search("harbour", k=1000)) == 9
    assert ids(index.search("harbour", k=3)) == ids(index.search("harbour", k=9))[:3]
    assert len(index.search("harbour", k=np.int64(2))) == 2


@pytest.mark.parametrize("question", ["", "  ", "\n\t"])
def test_empty_questions_are_errors(index, question):
    with pytest.raises(ValueError, match="the question is empty"):
        index.search(question)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "k must be an integer of at least 1, not 0"),
        ({"k": -1}, "k must be an integer of at least 1, not -1"),
        ({"k": 2.5}, "k must be an integer of at least 1, not 2.5"),
        ({"k": True}, "k must be an integer of at least 1, not True"),
        ({"per_page": 0}, "per_page must be an integer of at least 1, not 0"),
        ({"score_threshold": 1.5}, "score_threshold must be between -1 and 1, not 1.5"),
        ({"score_threshold": math.nan}, "score_threshold must be between -1 and 1, not nan"),
        ({"scoring": "bm25"}, "unknown scoring rule 'bm25'; use mixture, maxsim, iou_weighted, "
                              "max, mean"),
        ({"filter": {"region_label": "tabel"}}, "unknown region_label 'tabel'; use title, heading"),
        ({"filter": {"team": {"a": 1}}}, "'a' is no operator; use $eq, $ne"),
    ],
)  # fmt: skip
def test_wrong_options_name_what_is_allowed(index, options, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - checked in full below
        index.search("harbour", **options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, 9),
        ({"team": "water"}, 4),
        ({"team": ["water", "air"]}, 7),
        ({"team": []}, 0),
        ({"team": None}, 0),  # `land` has no team, not the team None
        ({"year": 2024.0}, 3),
        ({"year": "2024"}, 0),
        ({"document_id": ["sea", "land"]}, 6),
        ({"document_id": "nowhere"}, 0),
        ({"source": "sky"}, 3),
        ({"page_number": 2}, 2),
        ({"page_number": [1, 2]}, 9),
        ({"team": "water", "page_number": 1}, 2),
        ({"region_label": "paragraph"}, 9),
        ({"region_label": ["table", "table_row"]}, 0),
    ],
)
def test_filters(index, filter, expected):
    hits = index.search("harbour", k=100, filter=filter)
    assert len(hits) == expected
    everywhere = {hit.region_id: hit.score for hit in index.search("harbour", k=100)}
    assert all(hit.score == everywhere[hit.region_id] for hit in hits)  # scores do not move


def test_filter_by_label(store, data):
    index = RegionIndex(store, FakeEncoder())
    index.add(data / "table.pdf").raise_failed()
    labels = {hit.region.label for hit in index.search("price", k=100)}
    assert len(labels) > 1
    for label in labels:
        hits = index.search("price", k=100, filter={"region_label": label})
        assert {hit.region.label for hit in hits} == {label}


def test_score_threshold(index):
    everything = index.search("harbour wall", k=100)
    middle = everything[3].score
    above = index.search("harbour wall", k=100, score_threshold=middle)
    assert ids(above) == ids(everything)[:4]  # what reaches it stays
    assert list(index.search("harbour wall", score_threshold=1)) == []
    assert len(index.search("harbour wall", k=100, score_threshold=-1)) == 9


def test_per_page(index):
    everything = index.search("harbour wall", k=100)
    for most in (1, 2, 3):
        capped = index.search("harbour wall", k=100, per_page=most)
        pages = [(hit.document_id, hit.page_number) for hit in capped]
        assert max(map(pages.count, pages)) == most
        first = {}
        for hit in everything:
            first.setdefault((hit.document_id, hit.page_number), []).append(hit.region_id)
        kept = {region for regions in first.values() for region in regions[:most]}
        assert ids(capped) == [region for region in ids(everything) if region in kept]
        assert [hit.rank for hit in capped] == list(range(1, len(capped) + 1))


def test_per_page_fills_up_with_other_pages(index):
    assert len(index.search("harbour", k=4, per_page=1)) == 4


# Two stages


MANY = {
    f"d{number}": [[f"filler {number}", f"common words of paper {number % 9}"]]
    for number in range(CANDIDATES + 60)
}  # fmt: skip


@pytest.mark.parametrize("encoder", [FakeEncoder(), FakeGridEncoder()], ids=lambda e: e.name)
def test_two_stages_find_a_planted_page(store, encoder):
    planted = {"needle": [["A pilot boards every ferry.", "common words of paper 3"]]}
    index = fill(store, encoder, {**MANY, **planted})
    with store.read() as snapshot:
        assert len(snapshot.catalog().page_ids) > CANDIDATES
    for question, document in (("Who boards the ferry?", "needle"), ("filler 241", "d241")):
        assert index.search(question)[0].document_id == document


def test_two_stages_equal_exact_scores_among_the_candidates(store):
    encoder = FakeEncoder()
    fill(store, encoder, MANY)
    query = encoder.encode_query("paper 3 filler 17")
    with store.read() as snapshot:
        catalog, weights = snapshot.catalog(), query_weights(snapshot, query)
        chosen = snapshot.candidates(query.vectors, weights, PageFilter())
        assert len(chosen) == len(set(chosen.tolist())) == CANDIDATES
        assert chosen.tolist() == sorted(chosen.tolist())
        of_all = score(snapshot.vectors(catalog.page_ids.tolist()), query, weights)
        best = np.sort(of_all.overall)[::-1][:20]
        hits, _ = search(snapshot, query, k=20)
    np.testing.assert_array_equal(np.float32([hit.score for hit in hits]), best)


def test_filters_come_before_the_first_stage(store):
    """The candidates are taken among the pages that pass, however badly they match."""
    index = fill(store, FakeEncoder(), {**MANY, "odd": [["Nothing of the kind."]]})
    hits = index.search("common words of paper", filter={"document_id": "odd"})
    assert ids(hits) == ["odd#p1r0"]


def test_two_stages_over_pages_without_text(store):
    blank = [Page(n, str(n), 400, 600, "pt", NO_WORDS, ()) for n in range(1, CANDIDATES + 9)]
    index = fill(store, FakeEncoder(), {"blank": blank})
    assert list(index.search("tides")) == []
    index = fill(store, FakeEncoder(), {"tides": [["Tides rise."]]})
    assert ids(index.search("tides")) == ["tides#p1r0"]
