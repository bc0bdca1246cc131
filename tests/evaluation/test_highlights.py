"""How well highlights fit evidence smaller than a region."""

import json

import pytest

from snappy_core import RegionIndex
from snappy_core.boxes import as_boxes
from snappy_core.evaluation.bench import Corpus, Question
from snappy_core.evaluation.highlights import COLUMNS, highlight_rows, measure_highlights
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder


@pytest.fixture
def bench(data):
    store, encoder = MemoryStore(), FakeEncoder()
    with RegionIndex(store, encoder) as index:
        index.add([data / "table.pdf", data / "two_columns.pdf"]).raise_failed()
        with store.read() as snapshot:
            catalog = snapshot.catalog()
            pages = [snapshot.page(page_id) for page_id in catalog.page_ids.tolist()]
        names = [document.rsplit("/", 1)[-1] for document in catalog.document_ids]
        keys = list(zip(names, catalog.page_numbers.tolist(), strict=True))
        yield store, encoder, Corpus(keys, pages, offsets=None)


def ask(bench, granularity, region, text, answer=""):
    store, encoder, corpus = bench
    question = Question("q", *region[0], "t", granularity, text, as_boxes([region[1]]), answer)
    return measure_highlights(store, encoder, [question], corpus)


def test_the_row_of_a_table(bench):
    page = bench[2].pages[bench[2].keys.index(("table.pdf", 1))]
    [row] = [r for r in page.regions if r.label == "table_row" and r.text.count("Brae")]
    summary = ask(bench, "row", (("table.pdf", 1), row.box), "How many boats land at Brae?")
    assert list(summary["kinds"]) == ["row, hit", "row, whole"]
    whole = summary["kinds"]["row, whole"]
    assert (whole["questions"], whole["highlight iou"], whole["highlight f1"]) == (1, 1, 1)
    assert whole["region f1"] < 0.6
    assert whole["region iou"] < 0.5
    assert summary["milliseconds"] > 0
    assert json.loads(json.dumps(summary)) == summary
    [_, line] = highlight_rows(summary)
    assert line[:2] == ["row, whole", "1"]
    assert len(line) == 2 + len(COLUMNS)


def test_the_sentence_that_has_the_answer(bench):
    keys, pages = bench[2].keys, bench[2].pages
    page = pages[keys.index(("two_columns.pdf", 1))]
    region = max(page.regions, key=lambda region: region.text.count(". "))
    first, rest = region.text.split(". ", 1)
    place = ("two_columns.pdf", 1), region.box
    summary = ask(bench, "paragraph", place, first, answer=first)
    assert summary["kinds"]["sentence, whole"]["highlight f1"] == 1
    assert rest
    for unknown in ("", "an answer in other words"):
        assert ask(bench, "paragraph", place, first, answer=unknown)["kinds"] == {}
