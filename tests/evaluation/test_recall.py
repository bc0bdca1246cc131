"""How the recall of the first stage is measured."""

import pytest

from snappy_core.evaluation.recall import load_questions, make_questions, run_recall
from snappy_core.evaluation.report import recall_report
from snappy_core.index import RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.first_stage import default_candidates
from snappy_core.testing import FakeEncoder, make_page

ENCODER = FakeEncoder()


def fill(store, pages=30):
    store.bind_encoder(ENCODER.name, ENCODER.dim)
    texts = [
        make_page(f"Boat {n} lies in berth {n + 100}.", f"common words {n % 5}", number=n)
        for n in range(1, pages + 1)
    ]
    records = map(prepare, texts, ENCODER.encode_pages(texts))
    store.write(DocumentRecord("boats", "boats", "0" * 64, "test", pages), records)
    return store


def test_few_candidates_miss_regions():
    """One candidate has two regions at most: of four asked for, half are out of its reach."""
    recall = run_recall(
        fill(MemoryStore()), ENCODER, ["boat 7", "berth 109"], k=4, candidates=[1, 12]
    )
    assert [depth["candidates"] for depth in recall["depths"]] == [1, 12, 30]
    assert [recall[name] for name in ("pages", "questions", "k", "default")] == [30, 2, 4, 30]
    assert not recall["made"]
    one, some, exact = recall["depths"]
    assert one["regions"] <= 0.5 < some["regions"] <= exact["regions"] == exact["pages"] == 1
    assert all(depth["seconds"] > 0 for depth in recall["depths"])


def test_the_default_number_of_candidates_is_among_them():
    recall = run_recall(fill(MemoryStore(), 220), ENCODER, ["boat 7"], k=3, candidates=[5, 500])
    assert [depth["candidates"] for depth in recall["depths"]] == [5, 200, 220]
    assert recall["default"] == 200
    assert list(recall) == ["pages", "questions", "k", "default", "made", "depths"]
    assert list(recall["depths"][0]) == ["candidates", "regions", "pages", "seconds"]
    report = recall_report(recall)
    assert "| 200 (default) |         1.000 |       1.000 |" in report
    assert "| 220 (exact)   |" in report


@pytest.mark.parametrize(
    ("pages", "candidates"), [(0, 200), (1000, 200), (2500, 200), (10_000, 400), (10**6, 4000)]
)
def test_candidates_grow_with_the_index(pages, candidates):
    assert default_candidates(pages) == candidates


def test_candidates_of_a_search():
    """With one candidate all hits lie on its page; with none it is an error."""
    index = RegionIndex(fill(MemoryStore()), ENCODER)
    assert {hit.page_number for hit in index.search("boat 7", k=9, candidates=1)} == {7}
    assert len({hit.page_number for hit in index.search("boat 7", k=9)}) > 1
    with pytest.raises(ValueError, match="candidates must be an integer of at least 1, not 0"):
        index.search("boat 7", candidates=0)


def test_questions_are_made_of_regions():
    with fill(MemoryStore()).read() as snapshot:
        questions = make_questions(snapshot, 9)
        texts = {
            region.text for n in snapshot.catalog().page_ids for region in snapshot.page(n).regions
        }
        assert make_questions(snapshot, 9) == questions
    assert len(set(questions)) > 3
    assert set(questions) <= texts  # they are shorter than a question may be


def test_an_index_without_text_has_no_questions():
    store = MemoryStore()
    store.bind_encoder(ENCODER.name, ENCODER.dim)
    with pytest.raises(ValueError, match="the index is empty"):
        run_recall(store, ENCODER)
    page = make_page()
    records = [prepare(page, ENCODER.encode_pages([page])[0])]
    store.write(DocumentRecord("blank", "blank", "0" * 64, "test", 1), records)
    with pytest.raises(ValueError, match="no region of the index has text"):
        run_recall(store, ENCODER)
    assert run_recall(store, ENCODER, ["boat"])["depths"][-1]["regions"] == 1  # nothing to find


def test_questions_from_files(tmp_path):
    lines = tmp_path / "q.txt"
    lines.write_text("Which boat?\n\n What berth? \n")
    assert load_questions(lines) == ["Which boat?", "What berth?"]
    rows = tmp_path / "q.jsonl"
    rows.write_text('{"question": "Which boat?"}\n{"text": 1}\n')
    with pytest.raises(ValueError, match=r"q\.jsonl, line 2: not a question"):
        load_questions(rows)
    lines.write_text("\n")
    with pytest.raises(ValueError, match="no questions"):
        load_questions(lines)


def test_questions_are_some_letters_where_there_are_no_spaces_between_words():
    store = MemoryStore()
    store.bind_encoder(ENCODER.name, ENCODER.dim)
    page = make_page("港务费三月上涨，港务委员会开会。")
    records = [prepare(page, ENCODER.encode_pages([page])[0])]
    store.write(DocumentRecord("dues", "dues", "0" * 64, "test", 1), records)
    with store.read() as snapshot:
        (question,) = make_questions(snapshot, 9)
    assert len(question) == 8
    assert question in page.regions[0].text
